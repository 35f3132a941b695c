//! Attempt → Takeover: another chassis takes over the device's address, as the standby of a pair does after a switchover.
//!
//! Serial numbers in readable requests and certificates distinguish chassis; ARP shows which hardware has the address.
//! Neither shows why the other chassis took over, so all of this is likely at most.

use std::net::IpAddr;

use super::on_client;
use crate::attempt::Attempt;
use crate::attempt::chassis::{Shown, taken_over};
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::phrase;
use crate::decode::arp::Claim;
use crate::judge::context::Context;
use crate::judge::finding::Remedy;

/// The facts showing that another chassis took over before the end of an attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Takeover<'c> {
    /// Two serial numbers, one after the other.
    pub(super) serials: Option<(&'c Shown, &'c Shown)>,
    /// Two hardware addresses, one after the other.
    pub(super) hardware: Option<(&'c Claim, &'c Claim)>,
}

/// The facts showing that another chassis has taken over; `None` if nothing shows it.
pub(super) fn takeover<'c>(attempt: &Attempt<'_>, context: &Context<'c>) -> Option<Takeover<'c>> {
    // A device reveals its identity in what it sends; where it is the server of the connection, other hosts send.
    if !attempt.licensing || attempt.service.calls_device {
        return None;
    }
    let until = last_frame(attempt);
    let chassis = &context.surroundings.chassis;
    let serials = taken_over(chassis.of(attempt.device, until), |one, other| {
        one.instance.serial == other.instance.serial
    });
    let hardware = match attempt.device {
        IpAddr::V4(address) => {
            let claims = context.watched.neighbours.claims(address, until);
            taken_over(claims, |one, other| one.hardware == other.hardware)
        }
        IpAddr::V6(_) => None,
    };
    // Together with serial numbers, any ARP claim counts; alone, it has to be an announcement, as a switchover sends.
    // Captures merged from several files show other hardware, too.
    let hardware = hardware.filter(|(_, now)| serials.is_some() || now.announced);
    let is_shown = serials.is_some() || hardware.is_some();
    is_shown.then_some(Takeover { serials, hardware })
}

fn last_frame(attempt: &Attempt<'_>) -> FrameNumber {
    let connections = attempt.connections.iter().map(|connection| connection.last.frame);
    connections.max().unwrap_or(attempt.first().frame)
}

/// The remedy: install trust on both chassis.
pub(super) fn remedy(attempt: &Attempt<'_>) -> Remedy {
    on_client(
        attempt,
        phrase("chassis-changed-do"),
        &[task("show-status"), task("show-all")],
    )
}
