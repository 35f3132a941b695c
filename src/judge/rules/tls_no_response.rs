//! Attempt → Finding: the Client Hello was never answered.

use super::behind_proxy::behind_proxy;
use super::cslu::plain_http_of_cslu;
use super::datagram_silence;
use super::departure::{self, Departure};
use super::heard::{late_answer, sent_before};
use super::large_hello::{large_hello, or_large_hello};
use super::modern_offer::or_too_old;
use super::{client, elsewhere, lost_bytes, named, seconds, service, tls_with_hello, watched_after};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameAt, FrameNumber};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Side, Step, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tcp::delivery::Coverage;
use crate::tcp::side::Mark;
use crate::tcp::stream::GapCause;

/// RFC 9846 section 4.1.2: the server answers a Client Hello with a Server Hello, a retry or an alert.
pub(super) const RULE: Rule = rule!("tls-no-response", General, check);

/// The ways in which a Client Hello stays without an answer.
enum Case {
    /// The answer arrived after the client had left.
    Late(Step),
    /// So it did, but the close behind it, in this frame, came first: an earlier copy of the answer was lost.
    Lagging(Step, FrameNumber),
    /// The connection never opened for the server: it repeats its SYN-ACK.
    Unopened,
    /// The client closed first, soon or before an answer can have arrived.
    Left(Departure),
    /// The server closed before it received any byte of the hello.
    ClosedAtOnce(Mark),
    /// The server had waited for a hello, and closed before the client sent it.
    ClosedBefore(Mark),
    /// A part of the hello arrived: `arrived` of `total` bytes.
    Part { arrived: u64, total: u64 },
    /// No byte of the hello arrived.
    Lost,
    /// A proxy accepted the hello.
    BehindProxy,
    /// The whole hello was acknowledged.
    Taken,
}

/// In nanoseconds. A server that closes later than this after the hello did not close at once.
const AT_ONCE: i64 = 1_000_000_000;

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if attempt.carrier().is_datagram() {
        return datagram_silence::unanswered(attempt, context, RULE.id);
    }
    let mut finding = spoken_to(attempt, context)?;
    finding.remedies.splice(0..0, plain_http_of_cslu(attempt));
    Some(finding)
}

fn spoken_to(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = without_beginning(attempt, context) {
        return Some(finding);
    }
    let (connection, tls) = tls_with_hello(attempt)?;
    // Somebody must have opened the connection: without a packet of the server, that direction was not captured.
    if connection.tcp.server.frames == 0 && connection.tunnel_target().is_none() {
        return None;
    }
    let hello = connection.step(StepKind::ClientHello)?;
    let late = late_answer(connection, &[StepKind::ServerHello, StepKind::HelloRetryRequest]);
    if !(late.is_some() || is_silent(connection, tls, hello))
        || super::server_reset(connection)
        || connection.tcp.server.said_unseen()
        || !watched_after(connection, hello.time, context)
    {
        return None;
    }
    let case = recognise(connection, hello, late.clone());
    let finding = Finding::error(RULE.id, by(&case), At::Tls, summary(&case, attempt, connection))
        // A device that answers for the server acknowledges in the same way, and which side left first also depends on
        // the order of the file.
        .confidence(Confidence::Likely);
    Some(with_remedies(
        with_evidence(finding, connection, (hello, late), &case),
        attempt,
        connection,
        case,
    ))
}

/// True if the server sent nothing after the hello. A proxy's answer came before it; bytes behind a hole give no step, and
/// may be the answer or follow it.
fn is_silent(connection: &Connection, tls: &TlsFacts, hello: &Step) -> bool {
    let is_answer = |step: &Step| {
        step.side == Side::Server && step.frame > hello.frame && !matches!(step.kind, StepKind::Fin | StepKind::Reset)
    };
    tls.server_hello.is_none()
        // An alert that answers the other side's close is a consequence of that close.
        && tls.alerts.iter().all(|alert| alert.after_close)
        && connection.step(StepKind::HelloRetryRequest).is_none()
        && (connection.tcp.server.bytes == 0
            || connection.tunnel_target().is_some()
                && connection.tcp.server.gaps.is_empty()
                && !connection.steps.iter().any(is_answer))
}

fn with_evidence(
    finding: Finding,
    connection: &Connection,
    (hello, late): (&Step, Option<Step>),
    case: &Case,
) -> Finding {
    let client_tcp = &connection.tcp.client;
    let end = ended(connection, case);
    let after = end.time.since(hello.time);
    let id = match after {
        ..0 => "tls-no-response-earlier",
        _ => "tls-no-response-later",
    };
    let mut finding = finding.evidence(hello.frame, phrase("client-hello")).evidence(
        end.frame,
        phrase(id)
            .with("span", seconds(after.abs()))
            .with("ends", ends(case, connection, end.frame)),
    );
    finding = match case {
        Case::Left(_) if late.is_some() => finding.evidence(
            late.map(|answer| answer.frame).unwrap_or_default(),
            phrase("tls-no-response-late"),
        ),
        Case::Late(answer) => finding.evidence(answer.frame, phrase("tls-no-response-late")),
        Case::Lagging(answer, close) => finding
            .evidence(*close, phrase("tls-no-response-close-first"))
            .evidence(answer.frame, phrase("tls-no-response-again")),
        _ => finding.claims_silence_of(Side::Server),
    };
    if let Some(FrameAt { frame, .. }) = connection.repeated_syn_ack() {
        finding = finding.evidence(frame, phrase("syn-ack-repeated"));
    }
    if let Some(repeated) = client_tcp.delivery.repeated() {
        finding = finding.evidence(repeated.last.frame, lost_bytes::repeated(repeated));
    }
    if matches!(case, Case::Taken | Case::BehindProxy) && client_tcp.syns.is_empty() {
        finding = finding.cannot_tell(phrase("tls-no-response-cannot-tell-beginning"));
    }
    finding
}

fn with_remedies(mut finding: Finding, attempt: &Attempt<'_>, connection: &Connection, case: Case) -> Finding {
    match case {
        Case::Taken | Case::Late(_) => {
            let closed = matches!(case, Case::Taken) && closed_behind(connection).is_some();
            finding = taken(finding, attempt, connection, closed);
            if closed {
                finding = or_too_old(finding, connection);
            }
            finding = or_large_hello(finding, attempt, connection);
        }
        Case::Lagging(..) => {
            let find = phrase("tls-no-response-lagging-path")
                .with("device", attempt.device)
                .with("server", connection.server);
            finding = finding
                .alternative(OtherCause::ServerSlow, phrase("tls-no-response-lagging-slow"))
                .remedy(elsewhere(attempt, Owner::Firewall, find));
        }
        // The tunnel is the proxy's: what a firewall or the server does there is not on this path.
        Case::BehindProxy => {}
        Case::Left(left) => {
            // An answer that came all the same shows how long it takes.
            if left.within_round_trip.is_none() && finding.claims_silence_of.is_some() {
                finding = finding.alternative(OtherCause::ServerSlow, phrase("tls-no-response-slow"));
            }
            let wait = phrase("tls-no-response-left").with("span", seconds(left.after));
            return finding.remedy(elsewhere(attempt, Owner::Wlc, wait));
        }
        Case::ClosedAtOnce(_) => {
            let listen = phrase("reset-at-once-listen").with("server", connection.server);
            return finding
                .alternative(OtherCause::FirewallProxying, phrase("tls-no-response-proxying"))
                .remedy(elsewhere(attempt, Owner::Server, listen));
        }
        Case::ClosedBefore(_) => {
            let sooner = phrase("tls-no-response-sooner").with("server", connection.server);
            return finding
                .alternative(OtherCause::ServerClosed, phrase("tls-no-response-short-limit"))
                .remedy(elsewhere(attempt, Owner::Wlc, sooner));
        }
        Case::Unopened => {
            let rule = phrase("tls-no-response-unopened-rule")
                .with("device", attempt.device)
                .with("server", connection.server);
            finding = finding.remedy(elsewhere(attempt, Owner::Firewall, rule));
        }
        Case::Part { .. } | Case::Lost => finding = lost(finding, attempt, connection, &case),
    }
    behind_proxy(finding, attempt, connection)
}

fn recognise(connection: &Connection, hello: &Step, late: Option<Step>) -> Case {
    let before = connection.tunnel_target().is_some();
    if connection.repeated_syn_ack().is_some() {
        return Case::Unopened;
    }
    // An answer that came soon was not late: the client had not waited for it.
    let is_late = |answer: &Step| answer.time.since(hello.time) >= departure::NOT_WAITED;
    // A hello that is sent again and again did not arrive, however soon its program gave up.
    let unheard =
        connection.hello_coverage() == Some(Coverage::Nothing) && connection.tcp.client.delivery.repeated().is_some();
    match (departure::at_once(connection, hello).filter(|_| !unheard), late) {
        (Some(left), None) => return Case::Left(left),
        (Some(left), Some(answer)) if !is_late(&answer) => return Case::Left(left),
        (_, Some(answer)) => {
            return match sent_before(connection, &answer) {
                Some(close) => Case::Lagging(answer, close),
                None => Case::Late(answer),
            };
        }
        (None, None) => {}
    }
    match connection.hello_coverage().unwrap_or(Coverage::Whole) {
        Coverage::Whole if before => Case::BehindProxy,
        Coverage::Whole => Case::Taken,
        Coverage::Part { arrived, missing, .. } => Case::Part {
            arrived,
            total: arrived.saturating_add(missing),
        },
        Coverage::Nothing => {
            // A FIN sent before the hello's first byte had arrived, and without waiting for it.
            let closed = connection.tcp.server.fin.filter(|fin| {
                !before
                    && fin.acked <= hello.from
                    && fin.time.since(hello.time) < AT_ONCE
                    && connection.tcp.client.delivery.repeated().is_none()
            });
            match closed {
                Some(fin) if waited_for_hello(connection, hello, &fin) => Case::ClosedBefore(fin),
                Some(fin) => Case::ClosedAtOnce(fin),
                None => Case::Lost,
            }
        }
    }
}

/// True if a server that had accepted the connection waited, closed, and only then the hello was sent.
fn waited_for_hello(connection: &Connection, hello: &Step, fin: &Mark) -> bool {
    fin.frame < hello.frame && fin.time < hello.time && fin.time.since(connection.first.time) >= AT_ONCE
}

const fn by(case: &Case) -> By {
    match case {
        Case::Left(_) | Case::ClosedBefore(_) => By::Client,
        Case::Unopened | Case::Part { .. } | Case::Lost | Case::Lagging(..) => By::Path,
        Case::Late(_) | Case::ClosedAtOnce(_) | Case::BehindProxy | Case::Taken => By::Server,
    }
}

fn summary(case: &Case, attempt: &Attempt<'_>, connection: &Connection) -> Phrase {
    let hello = connection.step(StepKind::ClientHello).map(|step| step.time);
    match case {
        Case::Late(answer) => phrase("tls-no-response-summary-late")
            .with("span", seconds(answer.time.since(hello.unwrap_or(answer.time)))),
        Case::Lagging(answer, _) => phrase("tls-no-response-summary-lagging")
            .with("span", seconds(answer.time.since(hello.unwrap_or(answer.time)))),
        Case::Unopened => phrase("tls-no-response-summary-unopened"),
        Case::Left(left) => match left.within_round_trip {
            Some(round_trip) => phrase("tls-no-response-summary-left-at-once").with("round-trip", seconds(round_trip)),
            None => phrase("tls-no-response-summary-left"),
        }
        .with("span", seconds(left.after)),
        Case::ClosedAtOnce(fin) => phrase("tls-no-response-summary-closed").with("frame", fin.frame),
        Case::ClosedBefore(fin) => phrase("tls-no-response-summary-closed-before")
            .with("waited", seconds(fin.time.since(connection.first.time)))
            .with("span", seconds(hello.unwrap_or(fin.time).since(fin.time))),
        Case::Part { arrived, total } => phrase("tls-no-response-summary-part")
            .with("arrived", *arrived)
            .with("total", *total),
        Case::Lost => phrase("tls-no-response-summary-lost"),
        Case::BehindProxy => phrase("behind-proxy-no-answer").with("proxy", connection.server),
        Case::Taken => match closed_behind(connection) {
            Some(after) => phrase("tls-no-response-summary-closed-behind").with("span", seconds(after)),
            None => phrase("tls-no-response-summary-taken"),
        },
    }
    .with("service", service(attempt))
    .with("who", client(attempt))
}

/// The frame that shows the end, and its time: the side that left first, if one did.
fn ended(connection: &Connection, case: &Case) -> FrameAt {
    let client = connection.tcp.client.fin;
    match case {
        Case::Late(_) | Case::Lagging(..) => client.map_or(connection.last, |fin| fin.frame_at()),
        Case::Left(left) => {
            let own = [client, connection.tcp.client.reset].into_iter().flatten();
            let mark = own.into_iter().find(|mark| mark.frame == left.frame);
            mark.map_or(connection.last, |mark| mark.frame_at())
        }
        _ => {
            let first = super::first_fin(connection).and_then(|side| connection.tcp[side].fin);
            first.map_or(connection.last, |fin| fin.frame_at())
        }
    }
}

fn ends(case: &Case, connection: &Connection, frame: FrameNumber) -> Phrase {
    let closes = |side: Side| connection.tcp[side].fin.is_some_and(|fin| fin.frame == frame);
    phrase(match case {
        Case::Left(_) => "tls-no-response-client-closed",
        _ if closes(Side::Server) => "tls-no-response-closed",
        _ if closes(Side::Client) => "tls-no-response-client-closed",
        _ => "tls-no-response-silent",
    })
}

/// How soon behind the hello the server closed, where it did so before anybody waited.
fn closed_behind(connection: &Connection) -> Option<i64> {
    let hello = connection.step(StepKind::ClientHello)?;
    let is_first = super::first_fin(connection) == Some(Side::Server);
    let fin = connection
        .tcp
        .server
        .fin
        .filter(|fin| is_first && fin.acked > hello.from)?;
    Some(fin.time.since(hello.time)).filter(|after| *after < AT_ONCE)
}

fn taken(finding: Finding, attempt: &Attempt<'_>, connection: &Connection, closed: bool) -> Finding {
    let listen = match closed {
        true => "tls-no-response-closed-listen",
        false => "tls-no-response-listen",
    };
    finding
        .alternative(OtherCause::FirewallProxying, phrase("tls-no-response-proxying"))
        .cannot_tell(phrase("tls-no-response-cannot-tell"))
        .remedy(elsewhere(
            attempt,
            Owner::Server,
            phrase(listen).with("server", connection.server),
        ))
        .remedy(elsewhere(
            attempt,
            Owner::Firewall,
            phrase("tls-no-response-inspection")
                .with("device", attempt.device)
                .with("name", named(attempt)),
        ))
}

/// Adds whether size explains the loss, and the remedy.
fn lost(finding: Finding, attempt: &Attempt<'_>, connection: &Connection, case: &Case) -> Finding {
    let finding = lost_bytes::by_size(finding, attempt, connection, Side::Client);
    let hello = connection.tls.as_ref().and_then(|tls| tls.client_hello.as_deref());
    let finding = match hello.and_then(|hello| large_hello(connection, hello)) {
        Some(split) => finding.cannot_tell(phrase("hello-split-cannot-tell").with("split", split)),
        None => finding,
    };
    let rule = match case {
        Case::Lost => phrase("tls-no-response-rule"),
        _ => phrase("tls-no-response-part-rule"),
    };
    finding.remedy(elsewhere(
        attempt,
        Owner::Firewall,
        rule.with("device", attempt.device).with("name", named(attempt)),
    ))
}

/// The client's first bytes never arrived, later ones did, and the server received nothing that it could answer.
fn without_beginning(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tls = connection.tls.as_ref();
    let (client_tcp, server_tcp) = (&connection.tcp.client, &connection.tcp.server);
    let gap = client_tcp
        .gaps
        .first()
        .filter(|gap| gap.cause == GapCause::NeverArrived)?;
    let begins = gap.from == client_tcp.end.saturating_sub(client_tcp.bytes);
    let no_hello = tls.is_none_or(|tls| tls.client_hello.is_none() && tls.server_hello.is_none());
    let silent = no_hello && server_tcp.bytes == 0 && (tls.is_some() || connection.beginning_hidden);
    if !begins
        || !client_tcp.start_known
        || !silent
        || super::server_reset(connection)
        || server_tcp.said_unseen()
        || !client_tcp.delivery.holds_beyond()
        || !watched_after(connection, client_tcp.last.time, context)
    {
        return None;
    }
    let missing = gap.to.saturating_sub(gap.from);
    let summary = phrase("tls-no-response-summary-beginning")
        .with("missing", missing)
        .with("service", service(attempt))
        .with("who", client(attempt));
    let finding = Finding::error(RULE.id, By::Path, At::Tls, summary)
        .confidence(Confidence::Likely)
        .evidence(
            gap.seen_at,
            phrase("tls-no-response-hole")
                .with("count", missing)
                .with("who", client(attempt)),
        )
        .claims_silence_of(Side::Server);
    Some(lost(finding, attempt, connection, &Case::Lost))
}
