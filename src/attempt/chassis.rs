//! Connections → Chassis: the serial numbers that a device showed, in order.
//!
//! A device names itself in two readable places: in the request to a CSLU or an On-Prem over plain HTTP, and, up to TLS
//! 1.2, in the certificate that was installed at manufacture (SUDI). The chassis of a high-availability pair share
//! their address, and have their own serial numbers.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::base::frame::FrameNumber;
use crate::connection::Connection;
use crate::connection::walk::StepKind;
use crate::http::licensing_request::ProductInstance;
use crate::tls::certificate::{ClientCertificateKind, client_certificate_kind};

/// The number of devices remembered: an analyst's capture has a few.
const MAX_DEVICES: usize = 1024;

/// The number of changes remembered per device: a pair has two chassis, and more changes than these have another
/// reason.
const MAX_SHOWN: usize = 6;

/// An identity that a device showed, and its first frame.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// The first frame.
    pub frame: FrameNumber,
    /// The name it gives itself.
    pub instance: ProductInstance,
}

/// The identities that devices showed, in order.
#[derive(Debug, Default)]
pub struct Chassis {
    by_device: HashMap<IpAddr, Vec<Shown>>,
}

impl Chassis {
    /// Adds the identities that a connection shows; adding it twice changes nothing.
    pub(crate) fn add(&mut self, connection: &Connection) {
        let requests = connection.http.iter().filter_map(|exchange| {
            let (frame, request) = exchange.request.as_ref()?;
            Some((*frame, request.sender.clone()?))
        });
        for (frame, instance) in requests.chain(by_certificate(connection)) {
            if self.by_device.len() >= MAX_DEVICES && !self.by_device.contains_key(&connection.client.ip) {
                return;
            }
            let shown = self.by_device.entry(connection.client.ip).or_default();
            shown.push(Shown { frame, instance });
            shown.sort();
            // Of several equal entries in a row the first counts.
            shown.dedup_by(|later, before| later.instance.serial == before.instance.serial);
            shown.truncate(MAX_SHOWN);
        }
    }

    /// The identities that a device showed up to a frame, in order.
    pub fn of(&self, device: IpAddr, until: FrameNumber) -> impl Iterator<Item = &Shown> {
        let shown = self.by_device.get(&device).into_iter().flatten();
        shown.take_while(move |shown| shown.frame <= until)
    }
}

/// The device whose certificate a client presented.
fn by_certificate(connection: &Connection) -> Option<(FrameNumber, ProductInstance)> {
    let message = connection.tls.as_ref()?.certificates.client.as_ref()?;
    let fields = message.chain.first()?.fields.as_deref().ok()?;
    let ClientCertificateKind::Sudi {
        product, device_serial, ..
    } = client_certificate_kind(fields)?
    else {
        return None;
    };
    let step = connection.step_by(StepKind::Certificate, crate::connection::walk::Side::Client)?;
    let product = product.unwrap_or_default();
    Some((step.frame, ProductInstance::new(product.raw(), device_serial?.raw())))
}

/// The last two of a series of claims, if each took over from the previous one and none came back: claims that take
/// turns are two devices behind one address, and no switchover.
pub fn taken_over<'s, T>(
    claims: impl Iterator<Item = &'s T>,
    is_same: impl Fn(&T, &T) -> bool,
) -> Option<(&'s T, &'s T)> {
    let claims: Vec<&T> = claims.take(MAX_SHOWN).collect();
    let comes_back = claims
        .iter()
        .enumerate()
        .any(|(at, one)| claims.iter().take(at).any(|before| is_same(one, before)));
    match claims.as_slice() {
        [.., before, now] if !comes_back => Some((before, now)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::connection;

    fn reported(frame: i64, device: &str, serial: &str) -> Connection {
        let mut one = connection(frame, device, "10.10.20.7:8182").requesting("POST", "/cslu/v1/pi", None);
        if let Some((_, request)) = one.http.first_mut().and_then(|it| it.request.as_mut()) {
            request.sender = Some(ProductInstance::new("C9800-40-K9", serial));
        }
        one
    }

    fn serials(chassis: &Chassis, until: u64) -> Vec<String> {
        let shown = chassis.of([10, 0, 0, 1].into(), FrameNumber(until));
        shown.map(|shown| shown.instance.serial.to_string()).collect()
    }

    #[test]
    fn serial_numbers_stand_in_order_whatever_the_order_in_which_connections_end() {
        let mut chassis = Chassis::default();
        let all = [
            reported(30, "10.0.0.1:3", "B"),
            reported(10, "10.0.0.1:1", "A"),
            reported(20, "10.0.0.1:2", "A"),
            reported(15, "10.0.0.2:1", "C"),
        ];
        for connection in all.iter().chain(&all) {
            chassis.add(connection);
        }
        assert_eq!(serials(&chassis, 99), ["A", "B"]);
        assert_eq!(serials(&chassis, 29), ["A"]);
    }

    #[test]
    fn what_takes_turns_took_nothing_over() {
        let took = |letters: &str| {
            let letters: Vec<char> = letters.chars().collect();
            taken_over(letters.iter(), |one, other| one == other).map(|(before, now)| format!("{before}{now}"))
        };
        assert_eq!(took("ab").as_deref(), Some("ab"));
        assert_eq!(took("abc").as_deref(), Some("bc"));
        assert_eq!(took("aba"), None);
        assert_eq!(took("a"), None);
        assert_eq!(took(""), None);
    }
}
