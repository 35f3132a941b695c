//! Attempt → Finding: TLS was requested in plain text, and the answer was a refusal.

use super::{client, service, verify};
use crate::attempt::Attempt;
use crate::base::command::Command;
use crate::base::confidence::Confidence;
use crate::base::dialect::{Dialect, task};
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::plain::{Denial, Next, Offer};
use crate::connection::walk::Side;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Rule, Severity};

/// RFC 3207 section 4, RFC 2595, RFC 4217, RFC 4511 section 4.14.2, RFC 6120 section 5.4.2: a server may refuse, and a
/// client that requires TLS then leaves.
pub(super) const RULE: Rule = rule!("tls-not-offered", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let offer = connection.offer.as_ref()?;
    let protocol = offer.protocol.name();
    let by = if offer.blotted.is_some() { By::Path } else { By::Server };
    let about = |id: &'static str| {
        phrase(id)
            .with("service", service(attempt))
            .with("who", client(attempt))
            .with("protocol", protocol)
            .with("request", offer.protocol.request())
    };
    let mut finding = Finding::error(RULE.id, by, At::Tls, summary(offer, &about)).confidence(confidence(offer));
    // A client that continues in plain text did not insist on TLS, and if the capture ends here, TLS may still have
    // followed.
    if matches!(offer.next, Next::Plain | Next::Open) {
        finding = finding.severity(Severity::Warning);
    }
    finding = denied(finding, offer, connection, &about);
    if finding.confidence < Confidence::Certain {
        finding = finding.cannot_tell(phrase("tls-not-offered-cannot-tell"));
    }
    if let Some(line) = &offer.blotted {
        finding = finding
            .evidence(
                line.frame,
                phrase("tls-not-offered-blotted").with("line", line.text.quoted()),
            )
            .alternative(OtherCause::ServerWithoutTls, phrase("tls-not-offered-or-server"))
            .remedy(remedy(
                attempt,
                Owner::Firewall,
                about("tls-not-offered-inspection"),
                Vec::new(),
            ));
    }
    if offer.next == Next::Hello {
        finding = finding.evidence(
            connection.step(crate::connection::walk::StepKind::ClientHello)?.frame,
            about("tls-not-offered-hello"),
        );
    }
    if matches!(offer.denial, Denial::Failed { .. }) {
        let act = about("tls-not-offered-failed-do").with("server", connection.server);
        return Some(finding.remedy(remedy(attempt, Owner::Server, act, Vec::new())));
    }
    Some(
        finding.remedy(remedy(
            attempt,
            Owner::Server,
            about("tls-not-offered-enable").with("server", connection.server),
            Dialect::Generic.lines(&[task("start-tls")
                .with("endpoint", &connection.server)
                .with("protocol", &offer.protocol.starttls())]),
        )),
    )
}

/// Adds the evidence of the server's refusal, and its other possible meanings.
fn denied(
    finding: Finding,
    offer: &Offer,
    connection: &Connection,
    about: &impl Fn(&'static str) -> Phrase,
) -> Finding {
    match &offer.denial {
        Denial::Refused { asked, answer } | Denial::Failed { asked, answer } => {
            finding.evidence(asked.frame, about("tls-not-offered-asks")).evidence(
                answer.frame,
                phrase("tls-not-offered-answer").with("answer", answer.text.quoted()),
            )
        }
        Denial::Closed { asked } => finding
            .evidence(asked.frame, about("tls-not-offered-asks"))
            .evidence(end_of(connection, Side::Server), phrase("tls-not-offered-end"))
            .alternative(OtherCause::ServerFailed, phrase("tls-not-offered-or-failed")),
        Denial::NotOffered { list } => finding
            .evidence(
                list.frame,
                about("tls-not-offered-list").with("line", list.text.quoted()),
            )
            .evidence(end_of(connection, Side::Client), about("tls-not-offered-leaves"))
            .alternative(OtherCause::HealthCheck, about("tls-not-offered-or-probe")),
    }
}

/// The frame in which a side closes or resets.
fn end_of(connection: &Connection, side: Side) -> FrameNumber {
    let tcp = &connection.tcp[side];
    let end = tcp.fin.or(tcp.reset);
    end.map_or(connection.last.frame, |end| end.frame)
}

fn summary(offer: &Offer, about: &impl Fn(&'static str) -> Phrase) -> Phrase {
    match (&offer.denial, &offer.blotted) {
        (Denial::Refused { answer, .. }, None) => about("tls-not-offered-summary-refused")
            .with("answer", answer.text.quoted())
            .with("next", about(next(offer.next))),
        (Denial::Failed { answer, .. }, None) => about("tls-not-offered-summary-failed")
            .with("answer", answer.text.quoted())
            .with("next", about(next(offer.next))),
        (Denial::Closed { .. }, _) => about("tls-not-offered-summary-closed"),
        (Denial::NotOffered { .. }, None) => about("tls-not-offered-summary-absent"),
        (_, Some(line)) => about("tls-not-offered-summary-blotted").with("line", line.text.quoted()),
    }
}

const fn next(next: Next) -> &'static str {
    match next {
        Next::Left => "tls-not-offered-left",
        Next::Closed => "tls-not-offered-ended",
        Next::Plain => "tls-not-offered-goes-on",
        Next::Hello => "tls-not-offered-all-the-same",
        Next::Open => "tls-not-offered-open",
    }
}

/// A refusal in plain text can be read; the reason why a client left silently cannot.
const fn confidence(offer: &Offer) -> Confidence {
    match (&offer.denial, &offer.blotted) {
        (Denial::Refused { .. } | Denial::Failed { .. }, None) => Confidence::Certain,
        (Denial::NotOffered { .. }, None) => Confidence::Possible,
        _ => Confidence::Likely,
    }
}

fn remedy(attempt: &Attempt<'_>, owner: Owner, action: Phrase, commands: Vec<Command>) -> Remedy {
    Remedy {
        owner,
        action,
        commands,
        verify: verify(attempt),
    }
}
