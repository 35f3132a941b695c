//! Attempt → Finding: the client speaks plain text to a port that expects TLS.

use super::wording::shortened;
use super::{client, service, verify};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::dialect::{Dialect, task};
use crate::base::frame::FrameNumber;
use crate::base::phrase::phrase;
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::plain::client::{demand, is_over};
use crate::connection::plain::{PlainClient, Spoken, TlsSign};
use crate::connection::walk::Side;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Rule};

/// RFC 9846 section 4.1.2: TLS begins with a Client Hello; RFC 9110 section 4.2.2: `https` has another port than
/// `http`.
pub(super) const RULE: Rule = rule!("plain-text-to-tls", Cause, check);

/// The fact that shows that the port expected TLS.
enum Shows {
    Sign(TlsSign),
    /// The port answered another connection in TLS.
    Elsewhere(FrameNumber),
}

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let plain = connection.plain_client.filter(|plain| plain.spoken != Spoken::Tlcp)?;
    let elsewhere = attempt.speaks_tls.filter(|_| is_over(connection)).map(Shows::Elsewhere);
    let shows = match plain.sign {
        // TLS on the port is stronger evidence than the port's number; for a licensing request, the way the connection
        // ended is stronger than the number.
        Some(TlsSign::Port | TlsSign::Refuses(_)) if attempt.licensing => elsewhere?,
        Some(TlsSign::Port) => elsewhere.unwrap_or(Shows::Sign(TlsSign::Port)),
        Some(sign) => Shows::Sign(sign),
        None => elsewhere?,
    };
    let id = match &shows {
        Shows::Sign(TlsSign::Alert(..)) => "plain-text-to-tls-summary-alert",
        Shows::Sign(TlsSign::SaysSo(_)) => "plain-text-to-tls-summary-says-so",
        Shows::Sign(TlsSign::Refuses(_)) => "plain-text-to-tls-summary-refuses",
        Shows::Sign(TlsSign::Demands(_)) => "plain-text-to-tls-summary-demands",
        Shows::Sign(TlsSign::Port) => "plain-text-to-tls-summary-port",
        Shows::Elsewhere(_) => "plain-text-to-tls-summary-elsewhere",
    };
    let spoken = || phrase(plain.spoken.phrase());
    let mut summary = phrase(id)
        .with("who", client(attempt))
        .with("service", service(attempt))
        .with("spoken", spoken())
        .with("port", connection.server.port)
        .with("line", said(connection));
    if let Shows::Sign(TlsSign::Alert(_, level, description)) = &shows {
        summary = summary.with(
            "alert",
            phrase("alert").with("level", *level).with("description", *description),
        );
    }
    let finding = Finding::error(RULE.id, By::Client, At::Tls, summary)
        .confidence(confidence(connection, plain, &shows))
        .evidence(plain.frame, phrase("plain-text-to-tls-first").with("spoken", spoken()));
    let mut finding = with_answer(finding, connection, &shows);
    if finding.confidence < Confidence::Certain {
        finding = finding.cannot_tell(phrase("plain-text-to-tls-cannot-tell"));
    }
    let finding = with_alternative(finding, &shows);
    let action = match plain.spoken {
        Spoken::Http | Spoken::Http2 => "plain-text-to-tls-https",
        Spoken::Proxy => "plain-text-to-tls-no-proxy-line",
        _ if matches!(plain.sign, Some(TlsSign::Demands(_))) => "plain-text-to-tls-encrypt",
        _ => "plain-text-to-tls-switch",
    };
    Some(
        finding.remedy(Remedy {
            owner: Owner::Wlc,
            action: phrase(action)
                .with("who", client(attempt))
                .with("server", connection.server),
            commands: Dialect::Generic.lines(&[task("show-tls").with("endpoint", &connection.server)]),
            verify: verify(attempt),
        }),
    )
}

/// Adds what else the answer, or the end without one, may mean.
fn with_alternative(finding: Finding, shows: &Shows) -> Finding {
    match shows {
        Shows::Sign(TlsSign::Alert(..) | TlsSign::SaysSo(_)) => finding,
        Shows::Sign(TlsSign::Refuses(_)) => {
            finding.alternative(OtherCause::ApplicationError, phrase("plain-text-to-tls-or-refused"))
        }
        Shows::Sign(TlsSign::Demands(_)) => {
            finding.alternative(OtherCause::ServerPolicy, phrase("plain-text-to-tls-or-policy"))
        }
        _ => finding.alternative(OtherCause::ServerClosed, phrase("plain-text-to-tls-or-closed")),
    }
}

/// What the server says of encryption.
fn said(connection: &Connection) -> String {
    let line = demand(&connection.opening.server).map(WireText::from_bytes);
    line.map(|line| shortened(&line)).unwrap_or_default()
}

/// Adds the server's answer, or the end without one.
fn with_answer(finding: Finding, connection: &Connection, shows: &Shows) -> Finding {
    let end = |finding: Finding| finding.evidence(connection.last.frame, phrase("plain-text-to-tls-end"));
    match shows {
        Shows::Sign(TlsSign::Alert(frame, level, description)) => finding.evidence(
            *frame,
            phrase("plain-text-to-tls-alert").with(
                "alert",
                phrase("alert").with("level", *level).with("description", *description),
            ),
        ),
        Shows::Sign(TlsSign::SaysSo(frame) | TlsSign::Refuses(frame)) => {
            let mut answers = connection.http.iter().filter_map(|exchange| exchange.response.as_ref());
            let Some((_, answer)) = answers.find(|(at, _)| at == frame) else {
                return finding;
            };
            finding.evidence(
                *frame,
                phrase("http-status")
                    .with("status", answer.status)
                    .with("reason", &answer.reason),
            )
        }
        Shows::Sign(TlsSign::Demands(frame)) => {
            let says = phrase("plain-text-to-tls-demands").with("line", said(connection));
            finding.evidence(*frame, says)
        }
        Shows::Sign(TlsSign::Port) => end(finding),
        Shows::Elsewhere(frame) => end(finding.evidence(*frame, phrase("plain-text-to-tls-speaks"))),
    }
}

/// An alert or a readable sentence proves it; a port's number, or another connection, is only the usual explanation of
/// the end.
fn confidence(connection: &Connection, plain: PlainClient, shows: &Shows) -> Confidence {
    let server = &connection.tcp.server;
    let server_ended =
        server.fin.is_some() && super::first_fin(connection) == Some(Side::Server) || server.reset.is_some();
    match shows {
        Shows::Sign(TlsSign::Alert(..) | TlsSign::SaysSo(_)) => Confidence::Certain,
        Shows::Sign(TlsSign::Demands(_)) => Confidence::Likely,
        Shows::Elsewhere(_) if server_ended => Confidence::Likely,
        Shows::Sign(TlsSign::Port) if server_ended && plain.spoken.is_named() => Confidence::Likely,
        _ => Confidence::Possible,
    }
}
