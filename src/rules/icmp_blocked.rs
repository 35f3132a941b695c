//! Attempt → Finding: an ICMP error answers the connection.

use super::{elsewhere, service, watched_after};
use crate::attempt::Attempt;
use crate::context::Context;
use crate::decode::IcmpErrorKind;
use crate::finding::{At, By, Finding, Owner, Rule};
use crate::tls::walk::Side;

/// RFC 792 and RFC 4443 (the errors), RFC 1812 section 5.2.7.1 (administratively prohibited), RFC 1191 (path MTU).
pub(super) const RULE: Rule = Rule {
    id: "icmp-blocked",
    check,
};

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
    if at == At::Tls
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
            || tcp.bytes > 0 && tcp.acked_bytes >= tcp.bytes
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
            format!(
                "on {from}: allow TCP port {} from {} to {target}, by name where the firewall can",
                connection.server.port, attempt.device
            ),
        ),
        IcmpErrorKind::FragmentationNeeded { mtu } => (
            Owner::Firewall,
            format!(
                "{from} says that packets must fit {mtu} bytes, and the sender keeps sending larger ones: let these ICMP messages reach it (they may be filtered), or lower the TCP MSS on the controller: ip tcp mss {}",
                mtu.saturating_sub(40)
            ),
        ),
        IcmpErrorKind::PortUnreachable => (
            Owner::Server,
            format!("on {from}: nothing listens, or a filter says so: start the service"),
        ),
        _ => (
            Owner::Firewall,
            format!("on {from}: restore the route to {}", connection.server.ip),
        ),
    };
    let summary = if from == connection.server.ip {
        format!("the server itself answers the connection to {target} with ICMP: {kind}")
    } else {
        format!("{from} refuses the connection to {target} with ICMP: {kind}")
    };
    Some(
        Finding::error(RULE.id, By::Path, at, summary)
            .evidence(connection.first.0, format!("{} tries to connect", connection.client))
            .evidence(
                error.frame,
                format!("{from}: {kind}, quoting the connection's own packet"),
            )
            .remedy(elsewhere(attempt, owner, action)),
    )
}
