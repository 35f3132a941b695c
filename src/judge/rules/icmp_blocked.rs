//! Attempt → Finding: an ICMP error answers the connection.

use super::{elsewhere, service, watched_after};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::decode::{IcmpError, IcmpErrorKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 792 and RFC 4443 (the errors), RFC 1812 section 5.2.7.1 (administratively prohibited), RFC 1191 (path MTU).
pub(super) const RULE: Rule = rule!("icmp-blocked", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    // An error that the connection survived is no cause: path MTU discovery works by such errors.
    if attempt.exchanged()
        || connection
            .tls
            .as_ref()
            .is_some_and(|tls| tls.is_complete() || tls.first_error().is_some())
    {
        return None;
    }
    let error = attempt.icmp.iter().find(|error| {
        let about = (error.quoted_src, error.quoted_dst);
        (about == (connection.client, connection.server) || about == (connection.server, connection.client))
            && !matches!(error.kind, IcmpErrorKind::Other(..))
    })?;
    let at = if connection.connected() { At::Tls } else { At::Tcp };
    // UDP is refused only by such an error, as long as the server sends nothing.
    let is_refusal = connection.carrier.is_datagram() && connection.tcp.server.frames == 0;
    if at == At::Tls
        && !is_refusal
        && !matches!(
            error.kind,
            IcmpErrorKind::FragmentationNeeded { .. } | IcmpErrorKind::Prohibited
        )
    {
        return None;
    }
    if let IcmpErrorKind::FragmentationNeeded { .. } = error.kind
        && got_through(connection, error, context)
    {
        return None;
    }
    let (from, kind) = (error.from, error.kind);
    let target = service(attempt);
    let (owner, action) = cure(attempt, connection, kind);
    let action = action.with("from", from);
    let summary = if from == connection.server.ip {
        phrase("icmp-blocked-summary-server")
    } else {
        phrase("icmp-blocked-summary-other").with("from", from)
    };
    let summary = summary.with("target", target).with("kind", kind.phrase());
    let quotes = phrase("icmp-blocked-quotes")
        .with("from", from)
        .with("kind", kind.phrase());
    let finding = Finding::error(RULE.id, By::Path, at, summary)
        .evidence(
            connection.first.frame,
            phrase("icmp-blocked-tries").with("client", connection.client),
        )
        .evidence(error.frame, quotes)
        .remedy(elsewhere(attempt, owner, action));
    // A filter that rejects answers in the same way as a host whose port is closed.
    let may_be_filters = kind == IcmpErrorKind::PortUnreachable && from == connection.server.ip;
    Some(if may_be_filters {
        finding
            .confidence(Confidence::Likely)
            .alternative(OtherCause::FirewallReject, phrase("icmp-blocked-or-filter"))
    } else {
        finding
    })
}

/// True if the sender of an oversized packet got through afterwards, as far as the capture shows: path MTU discovery
/// works by these errors.
fn got_through(connection: &Connection, error: &IcmpError, context: &Context<'_>) -> bool {
    let sender = if error.quoted_src == connection.client {
        Side::Client
    } else {
        Side::Server
    };
    let tcp = &connection.tcp[sender];
    tcp.frames == 0
        || tcp.acked_unseen
        || tcp.bytes > 0 && tcp.acked_bytes >= tcp.bytes && !connection.carrier.is_datagram()
        || !watched_after(connection, error.time, context)
}

/// The party that has to act on an error, and what it has to do.
fn cure(attempt: &Attempt<'_>, connection: &Connection, kind: IcmpErrorKind) -> (Owner, Phrase) {
    match kind {
        // What connects is let through; what comes in it is not.
        IcmpErrorKind::Prohibited if connection.connected() && !connection.carrier.is_datagram() => (
            Owner::Firewall,
            phrase("icmp-blocked-content")
                .with("device", attempt.device)
                .with("target", service(attempt)),
        ),
        IcmpErrorKind::Prohibited => (
            Owner::Firewall,
            phrase("icmp-blocked-allow")
                .with("port", connection.server.port)
                .with("device", attempt.device)
                .with("target", service(attempt)),
        ),
        IcmpErrorKind::FragmentationNeeded { mtu } => (
            Owner::Firewall,
            phrase(if attempt.licensing {
                "icmp-blocked-mtu"
            } else {
                "icmp-blocked-mtu-anywhere"
            })
            .with("mtu", mtu)
            .with("mss", mtu.saturating_sub(40)),
        ),
        IcmpErrorKind::PortUnreachable => (
            Owner::Server,
            phrase("icmp-blocked-port").with("port", connection.server.port),
        ),
        _ => (
            Owner::Firewall,
            phrase("icmp-blocked-route").with("ip", connection.server.ip),
        ),
    }
}
