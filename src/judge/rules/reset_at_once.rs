//! Connection → Finding: a RST came right after the connection was opened, before either side had sent a byte.

use super::reset_origin::origin;
use super::{client, elsewhere, first_end, named, on_client, seconds, service, side_name};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::FrameAt;
use crate::base::phrase::phrase;
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::judge::alternative::OtherCause;
use crate::judge::finding::{At, By, Finding, Owner, VerdictId};

/// The finding for a RST before the first byte; `None` if the client itself took back a connection that it had just
/// opened, as probes do.
pub(super) fn finding(attempt: &Attempt<'_>, id: VerdictId) -> Option<Finding> {
    // If a SYN is sent again after its answer was refused, two connections result, and one of them holds the SYN.
    let whole = |it: &&&Connection| !it.tcp.client.syns.is_empty() && !it.tcp.server.syns.is_empty();
    let last = attempt.connection()?;
    let connection = if last.answer_refused() {
        attempt.connections.iter().find(whole).map_or(last, |&it| it)
    } else {
        last
    };
    let &FrameAt {
        frame: syn_ack,
        time: answered,
    } = connection.tcp.server.syns.first().filter(|_| is_silent(connection))?;
    let (side, reset) = first_end(connection)?;
    if side == Side::Client && !connection.answer_refused() {
        return None;
    }
    let origin = origin(connection, side, &reset);
    let by = origin.by(side);
    let summary = match by {
        By::Client => "reset-at-once-client",
        By::Path => "reset-at-once-path",
        By::Server => "reset-at-once-server",
        _ => "reset-at-once-unknown",
    };
    let finding = Finding::error(
        id,
        by,
        At::Tcp,
        phrase(summary)
            .with("who", client(attempt))
            .with("service", service(attempt)),
    )
    .confidence(if by == By::Unknown {
        Confidence::Possible
    } else {
        Confidence::Likely
    })
    .evidence(syn_ack, phrase("syn-ack"))
    .evidence(
        reset.frame,
        phrase("reset-during-handshake-reset")
            .with("who", side_name(side))
            .with("span", seconds(reset.time.since(answered)))
            .with("clause", origin.clause()),
    );
    Some(with_remedies(finding, attempt, connection, by))
}

/// True if neither side sent a byte.
fn is_silent(connection: &Connection) -> bool {
    let said_nothing = |&side: &Side| {
        let tcp = &connection.tcp[side];
        tcp.bytes == 0 && !tcp.said_unseen()
    };
    connection.tls.is_none() && connection.http.is_empty() && Side::both().iter().all(said_nothing)
}

fn with_remedies(finding: Finding, attempt: &Attempt<'_>, connection: &Connection, by: By) -> Finding {
    match by {
        By::Client => of_client(attempt, connection, finding),
        By::Path => finding
            .alternative(OtherCause::ServerReset, phrase("reset-during-handshake-balancer"))
            .remedy(firewall(attempt)),
        _ => finding
            .alternative(OtherCause::FirewallReset, phrase("reset-during-handshake-firewall"))
            .remedy(elsewhere(
                attempt,
                Owner::Server,
                phrase("reset-at-once-listen").with("server", connection.server),
            ))
            .remedy(firewall(attempt)),
    }
}

fn firewall(attempt: &Attempt<'_>) -> crate::judge::finding::Remedy {
    elsewhere(
        attempt,
        Owner::Firewall,
        phrase("reset-during-handshake-no-rule")
            .with("device", attempt.device)
            .with("name", named(attempt)),
    )
}

fn of_client(attempt: &Attempt<'_>, connection: &Connection, finding: Finding) -> Finding {
    let device = attempt.device;
    finding
        .alternative(
            OtherCause::AnotherHost,
            phrase("reset-at-once-another-host").with("device", device),
        )
        .cannot_tell(phrase("reset-at-once-cannot-tell"))
        .remedy(on_client(
            attempt,
            phrase("reset-at-once-do").with("device", device),
            &[
                task("show-address").with("device", &device),
                task("show-route").with("server", &connection.server.ip),
            ],
        ))
}
