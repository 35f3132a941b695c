//! Finding, Surroundings → Finding: a connection that failed beside another of the same client that did not.
//!
//! Browsers open several connections to a server at a time and drop those that they do not need, some in the middle of
//! the handshake. The frames look like a client that refuses the server. And where several servers share an address or a name,
//! one of them may fail while the others do not: what all of them have in common is not the reason.

use crate::attempt::Attempt;
use crate::attempt::other_connections::TcpTry;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{Alternative, At, By, Evidence, Finding, Owner, Remedy, Severity};

/// Adds another connection of the same client to the same server, begun about the same time, that completed its handshake. A
/// device that reports its licences opens one connection.
pub fn weigh(finding: &mut Finding, attempt: &Attempt<'_>, context: &Context<'_>) {
    let failed = finding.severity == Severity::Error && !attempt.licensing;
    let Some(connection) = attempt.connection().filter(|_| failed) else {
        return;
    };
    let Some(other) = context.surroundings.completed_beside(connection) else {
        return;
    };
    // It began in TLS, and nobody complained.
    let tls = connection.tls.as_ref();
    let is_quiet = tls.is_some_and(|tls| tls.client_hello.is_some() && tls.alerts.is_empty());
    let left = finding.by == Some(By::Client) && finding.at == Some(At::Tls);
    if left && is_quiet {
        finding.confidence = Confidence::Possible;
        finding.alternatives.push(Alternative {
            id: OtherCause::BrokenOff.into(),
            why_not: phrase("spare-or-dropped"),
            excluded: false,
        });
    } else if finding.at != Some(At::Http) {
        compare(finding, &other);
    }
    finding.evidence.push(Evidence {
        frame: other.said.first,
        what: phrase("spare-connection").with("server", other.server),
    });
    finding.beside.push(other.said);
}

/// What fails once and not the other time is not what both share: that comes before advice about it.
fn compare(finding: &mut Finding, other: &TcpTry) {
    let Some(first) = finding.remedies.first() else { return };
    let compare = Remedy {
        owner: Owner::Server,
        action: phrase("beside-compare").with("server", other.server),
        commands: Vec::new(),
        verify: first.verify.clone(),
    };
    finding.remedies.insert(0, compare);
}
