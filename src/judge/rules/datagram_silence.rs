//! Attempt → Finding: over datagrams, one side stops sending.
//!
//! Datagrams are not acknowledged. Repetitions show what was lost: a side that repeats its flight has not received the
//! answer to it (RFC 6347 section 4.2.4), wherever on the path the capture saw that answer.

use super::join_remedies;
use super::{client, elsewhere, message_name, seconds, service, side_name, watched_after};
use crate::attempt::Attempt;
use crate::base::carrier::Carrier;
use crate::base::confidence::Confidence;
use crate::base::dialect::task;
use crate::base::frame::{FrameAt, Timestamp};
use crate::base::phrase::{Phrase, phrase};
use crate::base::wire_text::WireText;
use crate::connection::Connection;
use crate::connection::datagram::{DatagramFacts, Torn};
use crate::connection::walk::{Side, Step, StepKind};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, VerdictId};
use crate::tls::CipherSuite;

/// The hello, or the Discovery before it, was never answered.
pub(super) fn unanswered(attempt: &Attempt<'_>, context: &Context<'_>, id: VerdictId) -> Option<Finding> {
    let connection = attempt.connection()?;
    let facts = connection.datagrams.as_deref()?;
    let says = |step: &&Step| step.side == Side::Server && step.kind.is_tls();
    if connection.steps.iter().any(|step| says(&step)) {
        return None;
    }
    let asked = connection
        .step_by(StepKind::ClientHello, Side::Client)
        .or_else(|| connection.step_by(StepKind::DiscoveryRequest, Side::Client))?;
    if !watched_after(connection, asked.time, context) {
        return None;
    }
    let is_discovery = asked.kind == StepKind::DiscoveryRequest;
    if is_discovery && facts.control.answers > 0 {
        return None;
    }
    let waited = connection.last.time.since(asked.time);
    let times = match is_discovery {
        true => facts.control.discoveries,
        false => facts.again.client.len() as u64 + 1,
    };
    // A client that waits for an answer asks again (RFC 9002 section 6.2, RFC 6347 section 4.2.4): of one that asked once
    // the rest may not be in the capture.
    if times == 1 && waited < super::SILENCE && attempt.icmp.is_empty() && !super::is_closed(connection) {
        return None;
    }
    let summary = phrase(match (is_discovery, facts.control.last_answer) {
        (true, _) => "datagrams-no-answer-discovery",
        (false, Some(_)) => "datagrams-no-answer-after-discovery",
        (false, None) => "datagrams-no-answer",
    })
    .with("service", service(attempt))
    .with("who", client(attempt))
    .with("times", times)
    .with("span", seconds(waited));
    let mut finding = Finding::error(id, By::Unknown, At::Tls, summary)
        .confidence(Confidence::Likely)
        .evidence(asked.frame, phrase("verbatim").with("text", message_name(asked.kind)));
    if let Some(FrameAt { frame, .. }) = facts.control.last_answer {
        finding = finding.evidence(frame, phrase("datagrams-discovery-answered"));
    }
    finding = with_repeats(finding, connection, facts, Side::Client)
        .claims_silence_of(Side::Server)
        .cannot_tell(phrase("datagrams-cannot-tell-where"));
    finding = with_tcp(finding, attempt, connection, context);
    let firewall = elsewhere(attempt, Owner::Firewall, allow(attempt, connection));
    let listening = listening(attempt, connection);
    // A controller that answered before is reachable, though a filter may still drop DTLS on its port.
    let both = match facts.control.last_answer {
        None => [firewall, listening],
        Some(_) => [listening, firewall],
    };
    finding.remedies.extend(both);
    Some(finding)
}

/// Adds that the client continued over TCP, as clients do when QUIC is not answered.
fn with_tcp(finding: Finding, attempt: &Attempt<'_>, connection: &Connection, context: &Context<'_>) -> Finding {
    if connection.carrier != Carrier::Quic {
        return finding;
    }
    let name = connection.server_name().map(WireText::raw);
    let Some(tcp) = context.surroundings.tcp_after(connection, name) else {
        return finding;
    };
    let what = phrase(match (tcp.is_complete, tcp.is_answered) {
        (true, _) => "quic-then-tcp-complete",
        (false, true) => "quic-then-tcp",
        (false, false) => "quic-then-tcp-unanswered",
    });
    finding
        .evidence(
            tcp.said.first,
            what.with("who", client(attempt)).with("server", tcp.server),
        )
        .beside(tcp.said)
}

/// How a handshake stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// The other side repeats the flight that the last flight answers: so the last flight did not reach it.
    Lost,
    /// The side that sent last repeats its flight, and the other side is silent.
    Unheard,
    /// Neither side repeats anything.
    Quiet,
}

/// The facts about a handshake that stopped.
pub(super) struct Stopped<'a> {
    pub(super) connection: &'a Connection,
    pub(super) facts: &'a DatagramFacts,
    /// The last message that was new.
    pub(super) last: &'a Step,
    stop: Stop,
}

impl<'a> Stopped<'a> {
    /// The facts of an attempt that is neither complete nor ended by an alert, and was captured for long enough.
    pub(super) fn of(attempt: &Attempt<'a>, context: &Context<'_>) -> Option<Self> {
        let connection = attempt.connection()?;
        let facts = connection.datagrams.as_deref()?;
        let tls = connection.tls.as_ref()?;
        if tls.is_complete()
            || !tls.alerts.is_empty()
            || tls.application_data.server > 0
            || tls.application_data.client > 0
        {
            return None;
        }
        // Nothing is known about a QUIC client whose hello was not captured.
        if connection.carrier == Carrier::Quic && tls.client_hello.is_none() {
            return None;
        }
        let last = connection.steps.iter().rfind(|step| step.kind.is_tls())?;
        let answered = connection
            .steps
            .iter()
            .any(|step| step.side == Side::Server && step.kind.is_tls());
        if !answered || !watched_after(connection, last.time, context) {
            return None;
        }
        // A side that waits sends its flight again; if neither does, the capture does not follow the connection any more.
        let is_lost_from_sight = connection.carrier == Carrier::Quic
            && !super::is_closed(connection)
            && connection.last.time.since(last.time) < super::SILENCE
            && Side::both().into_iter().all(|side| facts.again[side].is_empty());
        if is_lost_from_sight {
            return None;
        }
        let again = |side: Side| facts.again[side].iter().any(|sent| sent.time > last.time);
        let stop = match (again(last.side.peer()), again(last.side)) {
            (true, _) => Stop::Lost,
            (false, true) => Stop::Unheard,
            (false, false) => Stop::Quiet,
        };
        Some(Self {
            connection,
            facts,
            last,
            stop,
        })
    }

    /// True if the last flight reached the other side, or may have reached it.
    pub(super) fn may_have_arrived(&self) -> bool {
        self.stop != Stop::Lost && self.facts.torn[self.last.side].is_none()
    }
}

/// The handshake began and then stopped, without an alert.
pub(super) fn broken_off(attempt: &Attempt<'_>, context: &Context<'_>, id: VerdictId) -> Option<Finding> {
    let stopped = Stopped::of(attempt, context)?;
    let Stopped { connection, last, .. } = stopped;
    if stopped.may_be_wrong_key() {
        return Some(wrong_key(attempt, &stopped, id));
    }
    let (by, confidence, clause) = stopped.blame();
    let summary = phrase(match by {
        By::Path => "silent-mid-handshake-summary-lost",
        _ => "silent-mid-handshake-summary",
    })
    .with("service", service(attempt))
    .with("message", message_name(last.kind))
    .with("who", side_name(last.side))
    .with("clause", clause);
    let finding = stopped.with_evidence(Finding::error(id, by, At::Tls, summary).confidence(confidence));
    if by == By::Path {
        let lost = stopped.torn().is_none().then_some(last.side);
        return Some(match lost {
            Some(side) if connection.tcp[side].largest <= ANY_PATH => dropped(finding, attempt, connection, side),
            _ => on_the_path(finding, attempt, connection, lost),
        });
    }
    let finding = finding
        .claims_silence_of(last.side.peer())
        .cannot_tell(phrase("datagrams-cannot-tell-where"));
    Some(
        or_refused(finding, connection, last.side)
            .remedy(log_of(attempt, connection, last.side))
            .remedy(elsewhere(attempt, Owner::Firewall, allow(attempt, connection))),
    )
}

/// RFC 6347 section 4.1.2.7: a record that does not verify is dropped silently, and with another pre-shared key the
/// client's Finished is the first of them (RFC 4279 section 2).
fn wrong_key(attempt: &Attempt<'_>, stopped: &Stopped<'_>, id: VerdictId) -> Finding {
    let summary = phrase("datagrams-key-summary")
        .with("service", service(attempt))
        .with("who", client(attempt));
    let compare = phrase("datagrams-key-do")
        .with("server", stopped.connection.server)
        .with("who", client(attempt));
    stopped
        .with_evidence(Finding::error(id, By::Unknown, At::Tls, summary).confidence(Confidence::Likely))
        .cannot_tell(phrase("datagrams-cannot-tell-where"))
        .alternative(OtherCause::RandomLoss, phrase("datagrams-key-or-lost"))
        .remedy(elsewhere(attempt, Owner::Server, compare))
        .remedy(elsewhere(attempt, Owner::Firewall, allow(attempt, stopped.connection)))
}

impl Stopped<'_> {
    /// True if the server never answered a Finished that proves a pre-shared key.
    fn may_be_wrong_key(&self) -> bool {
        let tls = self.connection.tls.as_ref();
        let hello = tls.and_then(|tls| tls.server_hello.as_ref());
        let is_shared = hello.is_some_and(|hello| CipherSuite(hello.cipher_suite).to_string().contains("_PSK_"));
        let is_proof = self.last.side == Side::Client && self.last.kind == StepKind::Finished;
        is_shared && is_proof && self.torn().is_none()
    }

    /// The first side whose datagrams lack fragments.
    fn torn(&self) -> Option<(Side, Torn)> {
        Side::both()
            .into_iter()
            .find_map(|side| Some((side, self.facts.torn[side]?)))
    }

    /// The time from the last new message to the last packet.
    fn waited(&self) -> Phrase {
        seconds(self.connection.last.time.since(self.last.time))
    }

    /// The party that caused it, the confidence, and the clause that says so.
    fn blame(&self) -> (By, Confidence, Phrase) {
        let last = self.last.side;
        let flight = |id: &'static str| {
            phrase(id)
                .with("who", side_name(last))
                .with("other", side_name(last.peer()))
        };
        if let Some((side, torn)) = self.torn() {
            let lost = phrase("datagrams-fragments-lost")
                .with("who", side_name(side))
                .with("count", torn.count);
            return (By::Path, Confidence::Likely, lost);
        }
        match self.stop {
            Stop::Lost => (By::Path, Confidence::Likely, flight("datagrams-flight-lost")),
            Stop::Unheard => {
                let unheard = flight("datagrams-flight-unheard")
                    .with("times", self.facts.again[last].len())
                    .with("span", self.waited());
                (By::Unknown, Confidence::Likely, unheard)
            }
            Stop::Quiet => {
                let silent = phrase("silent-mid-handshake-silent").with("span", self.waited());
                (By::Unknown, Confidence::Possible, silent)
            }
        }
    }

    /// The last message, fragments that are missing, repetitions, and the last packet.
    fn with_evidence(&self, finding: Finding) -> Finding {
        let message = phrase("silent-mid-handshake-last-message")
            .with("message", message_name(self.last.kind))
            .with("who", side_name(self.last.side));
        let mut finding = finding.evidence(self.last.frame, message);
        if let Some((side, torn)) = self.torn() {
            let missing = match torn.missing {
                // The last fragment, which shows the length, is among those that never arrived.
                0 => phrase("datagrams-torn-open"),
                missing => phrase("datagrams-torn").with("missing", missing),
            };
            finding = finding.evidence(torn.frame, missing.with("who", side_name(side)));
        }
        for side in Side::both() {
            finding = with_repeats(finding, self.connection, self.facts, side);
        }
        finding.evidence(
            self.connection.last.frame,
            phrase("silent-mid-handshake-last-packet").with("span", self.waited()),
        )
    }
}

/// The remedy: read the log of the side that fell silent.
fn log_of(attempt: &Attempt<'_>, connection: &Connection, spoke_last: Side) -> Remedy {
    match spoke_last {
        Side::Server => elsewhere(
            attempt,
            Owner::Wlc,
            phrase("silent-mid-handshake-log").with("who", client(attempt)),
        ),
        Side::Client => elsewhere(
            attempt,
            Owner::Server,
            phrase("silent-mid-handshake-server-log").with("server", connection.server),
        ),
    }
}

/// Adds an explanation: the other side may be silent because of the certificate that was sent last.
fn or_refused(finding: Finding, connection: &Connection, presented: Side) -> Finding {
    if connection.step_by(StepKind::Certificate, presented).is_none() {
        return finding;
    }
    match presented {
        Side::Server => finding.behind(
            OtherCause::ServerCertificateRejected,
            phrase("silent-mid-handshake-client-certificate"),
        ),
        Side::Client => finding.behind(
            OtherCause::ClientCertificateRejected,
            phrase("silent-mid-handshake-server-certificate"),
        ),
    }
}

/// The largest payload of a datagram that needs no fragments on any ordinary path: every host takes packets of 576 bytes
/// (RFC 1122 section 3.3.2), of which IPv6 and UDP need 48.
const ANY_PATH: u32 = 528;

/// The remedy for datagrams of `side` that are too small for size to be the reason of their loss.
fn dropped(finding: Finding, attempt: &Attempt<'_>, connection: &Connection, side: Side) -> Finding {
    let (from, to) = match side {
        Side::Client => (connection.client, connection.server),
        Side::Server => (connection.server, connection.client),
    };
    let action = phrase("datagrams-let-pass").with("from", from).with("to", to);
    finding
        .cannot_tell(phrase("datagrams-cannot-tell-where"))
        .remedy(elsewhere(attempt, Owner::Firewall, action))
}

/// The remedy for lost datagrams: large ones first. `whole`: the side whose datagrams were captured whole and were lost
/// nevertheless; the size of the other side's is unknown.
fn on_the_path(finding: Finding, attempt: &Attempt<'_>, connection: &Connection, whole: Option<Side>) -> Finding {
    let largest = whole.map(|side| connection.tcp[side].largest);
    let finding = match largest {
        Some(largest) => finding.cannot_tell(phrase("datagrams-cannot-tell-size").with("largest", largest)),
        None => finding,
    };
    let action = match largest {
        Some(largest) => phrase("datagrams-let-large-pass").with("largest", largest),
        None => phrase("datagrams-let-fragments-pass"),
    };
    finding.remedy(elsewhere(
        attempt,
        Owner::Firewall,
        action
            .with("client", connection.client)
            .with("server", connection.server),
    ))
}

/// Adds how often a side sent its flight again, and how the pauses grew.
fn with_repeats(finding: Finding, connection: &Connection, facts: &DatagramFacts, side: Side) -> Finding {
    let again = &facts.again[side];
    let (Some(&first), Some(&last)) = (again.first(), again.last()) else {
        return finding;
    };
    let is_flight = |step: &&Step| step.side == side && step.time <= first.time && step.frame != first.frame;
    let original = connection.steps.iter().rfind(is_flight).map(|step| step.time);
    let sent: Vec<Timestamp> = original.into_iter().chain(again.iter().map(|it| it.time)).collect();
    let what = match pauses(&sent) {
        Some((shortest, longest)) => phrase("datagrams-repeated-doubling")
            .with("shortest", seconds(shortest))
            .with("longest", seconds(longest)),
        None => phrase("datagrams-repeated"),
    };
    finding.evidence(
        last.frame,
        what.with("who", side_name(side))
            .with("times", again.len())
            .with("first", first.frame),
    )
}

/// The first and the last pause between the times at which a flight was sent, where each is longer than the one before
/// (RFC 6347 section 4.2.4.1).
fn pauses(sent: &[Timestamp]) -> Option<(i64, i64)> {
    let pauses: Vec<i64> = sent
        .windows(2)
        .filter_map(|pair| Some(pair.get(1)?.since(*pair.first()?)))
        .collect();
    let (&first, &last) = (pauses.first()?, pauses.last()?);
    let grows = pauses.windows(2).all(|pair| pair.first() < pair.get(1));
    (pauses.len() > 1 && grows).then_some((first, last))
}

/// The ports that have to be open.
fn allow(attempt: &Attempt<'_>, connection: &Connection) -> Phrase {
    match connection.carrier {
        // The text names the ports.
        Carrier::Capwap => phrase("datagrams-allow-capwap").with("server", connection.server.ip),
        _ => phrase("datagrams-allow").with("server", connection.server),
    }
    .with("device", attempt.device)
}

/// The remedy: check that a service listens at the port.
fn listening(attempt: &Attempt<'_>, connection: &Connection) -> Remedy {
    let action = phrase("datagrams-listen").with("server", connection.server);
    match connection.carrier {
        Carrier::Capwap => {
            join_remedies::on_controller(attempt, action, &[task("join-show"), task("join-certificates")])
        }
        _ => elsewhere(attempt, Owner::Server, action),
    }
}
