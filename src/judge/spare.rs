//! Finding, Surroundings → Finding: a connection that its client dropped because another one did.
//!
//! Browsers open several connections to a server at a time and drop those that they do not need, some in the middle of
//! the handshake. The frames look like a client that refuses the server.

use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::phrase::phrase;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{Alternative, At, By, Evidence, Finding, Severity};

/// Lowers a client's silent leave if another of its connections to the server, begun about the same time, completed its
/// handshake. A device that reports its licences opens one connection.
pub fn weigh(finding: &mut Finding, attempt: &Attempt<'_>, context: &Context<'_>) {
    let left = finding.severity == Severity::Error && finding.by == Some(By::Client) && finding.at == Some(At::Tls);
    let Some(connection) = attempt.connection().filter(|_| left && !attempt.licensing) else {
        return;
    };
    // It began in TLS, and nobody complained.
    let tls = connection.tls.as_ref();
    let is_quiet = tls.is_some_and(|tls| tls.client_hello.is_some() && tls.alerts.is_empty());
    let other = context.surroundings.completed_beside(connection);
    let Some(other) = other.filter(|_| is_quiet) else {
        return;
    };
    finding.confidence = Confidence::Possible;
    finding.evidence.push(Evidence {
        frame: other.said.first,
        what: phrase("spare-connection").with("server", other.server),
    });
    finding.beside.push(other.said);
    finding.alternatives.push(Alternative {
        id: OtherCause::BrokenOff.into(),
        why_not: phrase("spare-or-dropped"),
        excluded: false,
    });
}
