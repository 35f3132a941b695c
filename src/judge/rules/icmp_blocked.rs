//! Attempt → Finding: an ICMP error answers the connection.

use super::{elsewhere, service, watched_after};
use crate::attempt::Attempt;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::walk::Side;
use crate::decode::IcmpErrorKind;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 792 and RFC 4443 (the errors), RFC 1812 section 5.2.7.1 (administratively prohibited), RFC 1191 (path MTU).
pub(super) const RULE: Rule = rule!("icmp-blocked", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    // An error that the connection survived is no cause: path MTU discovery works by them.
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
    // UDP is not refused but by such an error, as long as nobody answers.
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
    // Path MTU discovery works by these errors: they are a cause only when the sender did not get through afterwards.
    if let IcmpErrorKind::FragmentationNeeded { .. } = error.kind {
        let sender = if error.quoted_src == connection.client {
            Side::Client
        } else {
            Side::Server
        };
        let tcp = &connection.tcp[sender];
        if tcp.frames == 0
            || tcp.acked_unseen
            || tcp.bytes > 0 && tcp.acked_bytes >= tcp.bytes && !connection.carrier.is_datagram()
            || !watched_after(connection, error.time, context)
        {
            return None;
        }
    }
    let (from, kind) = (error.from, error.kind);
    let target = service(attempt);
    let (owner, action) = match kind {
        IcmpErrorKind::Prohibited => (
            Owner::Firewall,
            phrase("icmp-blocked-allow")
                .with("from", from)
                .with("port", connection.server.port)
                .with("device", attempt.device)
                .with("target", &target),
        ),
        IcmpErrorKind::FragmentationNeeded { mtu } => (
            Owner::Firewall,
            phrase(if attempt.licensing {
                "icmp-blocked-mtu"
            } else {
                "icmp-blocked-mtu-anywhere"
            })
            .with("from", from)
            .with("mtu", mtu)
            .with("mss", mtu.saturating_sub(40)),
        ),
        IcmpErrorKind::PortUnreachable => (Owner::Server, phrase("icmp-blocked-port").with("from", from)),
        _ => (
            Owner::Firewall,
            phrase("icmp-blocked-route")
                .with("from", from)
                .with("ip", connection.server.ip),
        ),
    };
    let summary = if from == connection.server.ip {
        phrase("icmp-blocked-summary-server")
            .with("target", &target)
            .with("kind", kind_name(kind))
    } else {
        phrase("icmp-blocked-summary-other")
            .with("from", from)
            .with("target", &target)
            .with("kind", kind_name(kind))
    };
    Some(
        Finding::error(RULE.id, By::Path, at, summary)
            .evidence(
                connection.first.0,
                phrase("icmp-blocked-tries").with("client", connection.client),
            )
            .evidence(
                error.frame,
                phrase("icmp-blocked-quotes")
                    .with("from", from)
                    .with("kind", kind_name(kind)),
            )
            .remedy(elsewhere(attempt, owner, action)),
    )
}

/// What an error says.
fn kind_name(kind: IcmpErrorKind) -> Phrase {
    phrase(match kind {
        IcmpErrorKind::NetworkUnreachable => "icmp-network-unreachable",
        IcmpErrorKind::HostUnreachable => "icmp-host-unreachable",
        IcmpErrorKind::ProtocolUnreachable => "icmp-protocol-unreachable",
        IcmpErrorKind::PortUnreachable => "icmp-port-unreachable",
        IcmpErrorKind::Prohibited => "icmp-prohibited",
        IcmpErrorKind::FragmentationNeeded { mtu: 0 } => "icmp-too-big",
        IcmpErrorKind::FragmentationNeeded { mtu } => return phrase("icmp-too-big-for").with("mtu", mtu),
        IcmpErrorKind::TimeExceeded => "icmp-time-exceeded",
        IcmpErrorKind::Other(kind, code) => {
            return phrase("icmp-other").with("kind", kind).with("code", code);
        }
    })
}
