//! Attempt → Finding: the request was sent, and no answer arrived.

use super::behind_proxy::behind_proxy;
use super::departure;
use super::exchange::{data, settings_only, time_in};
use super::heard::{ANSWER, finished_lost, late_answer, sent_before, unanswered};
use super::request::{acked_nearby, is_small, step_of};
use super::{client, elsewhere, first_fin, seconds, service, watched_after};
use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::{Alert, Seen, Side, Step, StepKind, TlsFacts};
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::tcp::delivery::Coverage;
use crate::tcp::stream::GapCause;
use crate::tls::AlertDescription;

/// RFC 9112 section 9.3: an HTTP server answers every request, or closes.
pub(super) const RULE: Rule = rule!("no-application-response", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if let Some(finding) = super::join_data::unanswered(attempt, context, RULE.id) {
        return Some(finding);
    }
    if let Some(finding) = super::later_request::unacknowledged(attempt, RULE.id) {
        return Some(finding);
    }
    if let Some(finding) = super::unasked::finding(attempt, RULE.id) {
        return Some(finding);
    }
    let case = recognise(attempt, context)?;
    let finding = Finding::error(RULE.id, case.by(), At::Http, case.summary()).confidence(case.confidence());
    let finding = case.with_remedies(case.with_evidence(finding));
    Some(behind_proxy(case.with_alternatives(finding), attempt, case.connection))
}

/// In nanoseconds. A request that waits this long may be one that waits for news.
const LONG_POLL: i64 = 20_000_000_000;

/// A request without an answer.
struct Case<'a, 'c> {
    attempt: &'a Attempt<'c>,
    connection: &'a Connection,
    /// The frame of the request, and its time.
    request: FrameNumber,
    time: Timestamp,
    /// An answer that arrived after the client had left: it does not count as an answer.
    late: Option<Step>,
    /// Neither side closed.
    is_open: bool,
    /// The time until which no answer arrived.
    end: Timestamp,
    /// The client closed soon after its request: it did not wait.
    left: bool,
    /// The client's FIN, in or right after its request: it closed its direction (RFC 9293 section 3.6) and may still
    /// read.
    half_closed: Option<FrameNumber>,
    /// A record that is either a ticket or the answer.
    either: Option<FrameNumber>,
    /// The frame by which the server had closed before the request.
    closed_first: Option<FrameNumber>,
    /// The time at which the server closed, if it closed first.
    server_left: Option<Timestamp>,
    /// What the server sent behind the request was recognised as tickets by size and place.
    had_tickets: bool,
    /// The server's encrypted alert behind the request.
    alert: Option<FrameNumber>,
    /// The server received the request.
    acked: bool,
    /// What acknowledged it may be a device near the client: it answered the SYN far sooner than the server the hello.
    is_acked_nearby: bool,
    /// All that the server sent may be the settings of HTTP/2.
    had_settings: bool,
    /// All that the client sent is too short for a request of HTTP.
    is_small: bool,
    /// The client sent bytes of the request more than twice, and closed first.
    was_repeated: bool,
    /// The server's last record is as short as an alert: it is close_notify, or an answer of two bytes.
    short_record: bool,
    /// In TLS 1.3 a server that rejects the client's certificate may leave without an alert: nothing shows that it
    /// accepted the client, and the request came with the client's last handshake messages.
    may_be_refusal: bool,
}

fn recognise<'a, 'c>(attempt: &'a Attempt<'c>, context: &Context<'_>) -> Option<Case<'a, 'c>> {
    let connection = attempt.connection()?;
    let late = late_answer(connection, ANSWER);
    let request = unanswered(connection, late.is_some())?;
    let step = step_of(connection, request);
    let time = step.map_or(connection.first.time, |step| step.time);
    if may_have_answered(connection) || !watched_after(connection, time, context) {
        return None;
    }
    let (client_tcp, server_tcp) = (&connection.tcp.client, &connection.tcp.server);
    let is_open = !super::is_closed(connection);
    // An open connection is silent until the capture's end.
    let last = connection.last.time;
    let silent_until = || context.capture.watched_until(last).filter(|_| is_open);
    let end = match client_tcp.fin {
        Some(fin) if late.is_some() => fin.time,
        _ => silent_until().unwrap_or(last),
    };
    // A client that closes soon after its request did not wait for an answer. Licensing is HTTP and needs one; for an
    // unknown protocol an early close proves nothing.
    let closed_first = step
        .and_then(|step| closed_before(connection, step))
        .filter(|_| late.is_none());
    let goodbye = departure::goodbye_of_server(connection, request).filter(|_| late.is_none());
    let left =
        closed_first.is_none() && goodbye.is_none() && did_not_wait(attempt, connection, time, end, late.as_ref());
    if left && !attempt.licensing {
        return None;
    }
    // The server's record may be the answer: a client that leaves soon after it may have what it wanted, as far as the
    // capture shows.
    let either = connection.tls.as_ref().and_then(|tls| tls.ticket_or_answer);
    let came = either.and_then(|frame| connection.steps.iter().find(|step| step.frames.contains(&frame)));
    if !attempt.licensing && came.is_some_and(|came| end.since(came.time) < super::SILENCE) {
        return None;
    }
    let half_closed = client_tcp
        .fin
        .filter(|fin| late.is_none() && closed_first.is_none() && !left && fin.time.since(time) < departure::NOT_WAITED)
        .filter(|_| first_fin(connection) == Some(Side::Client))
        .map(|fin| fin.frame);
    let coverage = step.map(|step| client_tcp.delivery.coverage(step.from, step.to));
    Some(Case {
        attempt,
        connection,
        request,
        time,
        is_open,
        end,
        left,
        half_closed,
        either,
        closed_first,
        had_tickets: tickets_behind(connection, request),
        alert: connection.tls.as_ref().and_then(|tls| alert_behind(tls, request)),
        server_left: server_left(connection, goodbye).filter(|_| late.is_none()),
        late,
        // A server that closes has received the request, however many of the client's last bytes it acknowledged,
        // unless it had closed before.
        acked: coverage == Some(Coverage::Whole) || server_tcp.fin.is_some(),
        is_acked_nearby: acked_nearby(connection),
        had_settings: (connection.tls.as_ref()).is_some_and(|tls| settings_only(connection, tls)),
        is_small: step.is_some_and(|step| is_small(connection, step)),
        was_repeated: client_tcp.retransmissions > 1 && first_fin(connection) == Some(Side::Client),
        short_record: connection.tls.as_ref().is_some_and(ends_in_short_record),
        may_be_refusal: server_tcp.fin.is_some() && connection.tls.as_ref().is_some_and(accepts_nobody_yet),
    })
}

/// True if the client closed first, and sooner than a client that waits. One that closes with its request may only close its own
/// direction, and still read: it left if the answer came too late for it.
fn did_not_wait(
    attempt: &Attempt<'_>,
    connection: &Connection,
    asked: Timestamp,
    end: Timestamp,
    late: Option<&Step>,
) -> bool {
    let soonest = i64::from(late.is_none());
    let (asked_last, patience) = match attempt.licensing {
        true => (asked, super::SILENCE),
        false => {
            let last = data(connection, Side::Client)
                .next_back()
                .map_or(asked, |step| step.time.max(asked));
            (last, departure::NOT_WAITED)
        }
    };
    first_fin(connection) == Some(Side::Client) && end.since(asked) >= soonest && end.since(asked_last) < patience
}

/// The time at which the server ended the exchange, by an alert or by its FIN, if it was first.
fn server_left(connection: &Connection, goodbye: Option<FrameNumber>) -> Option<Timestamp> {
    let closed = (connection.tcp.server.fin).filter(|_| first_fin(connection) == Some(Side::Server));
    let said = goodbye.map(|frame| time_in(connection, frame));
    said.or(closed.map(|fin| fin.time))
}

/// True if a part of the server's data that may be the answer was lost or not captured, or if the server reset the
/// connection.
fn may_have_answered(connection: &Connection) -> bool {
    let server = &connection.tcp.server;
    let mut gaps = server.gaps.iter();
    server.said_unseen()
        || super::server_reset(connection)
        || finished_lost(connection)
        || gaps.any(|gap| gap.cause != GapCause::NeverArrived)
}

fn ends_in_short_record(tls: &TlsFacts) -> bool {
    let is_goodbye = |alert: &Alert| alert.side == Side::Server && alert.seen == Seen::Inferred;
    tls.alerts.iter().any(is_goodbye)
}

/// True if what the server sent behind the request was recognised as tickets by size and place.
fn tickets_behind(connection: &Connection, request: FrameNumber) -> bool {
    let is_ticket = |step: &Step| step.kind == StepKind::NewSessionTicket && step.seen == Seen::Inferred;
    connection
        .steps
        .iter()
        .any(|step| is_ticket(step) && step.frame > request)
}

/// The server's encrypted alert behind the request and before its close: close_notify, or a reason not to answer.
fn alert_behind(tls: &TlsFacts, request: FrameNumber) -> Option<FrameNumber> {
    let mut alerts = tls.alerts.iter();
    let is_answer = |alert: &&Alert| {
        alert.side == Side::Server && alert.seen == Seen::Observed && alert.content.is_none() && !alert.after_close
    };
    alerts
        .find(|alert| is_answer(alert) && alert.frame > request)
        .map(|alert| alert.frame)
}

fn accepts_nobody_yet(tls: &TlsFacts) -> bool {
    let is_tls13 = tls.version().is_some_and(crate::tls::Version::is_tls13);
    is_tls13 && tls.client_sent_certificate && !tls.server_accepted
}

impl Case<'_, '_> {
    fn by(&self) -> By {
        if self.may_be_lost() || self.was_repeated || self.is_acked_nearby {
            By::Unknown
        } else if self.left {
            By::Client
        } else if self.connection.carrier.is_datagram() {
            By::Unknown
        } else if self.acked {
            By::Server
        } else {
            By::Path
        }
    }

    /// The answer stands before the client's close, which does not acknowledge it: it was lost on the path, or its place
    /// in the file is not the time at which it came.
    fn stands_before_close(&self) -> bool {
        let fin = self.connection.tcp.client.fin;
        self.late
            .as_ref()
            .zip(fin)
            .is_some_and(|(answer, fin)| answer.time < fin.time)
    }

    /// The answer came too late as the file has it, and may have been sent in time and lost.
    fn may_be_lost(&self) -> bool {
        self.stands_before_close() || self.lagging().is_some()
    }

    /// The client closed first, after a time that is short for a time-out.
    fn is_short_wait(&self) -> bool {
        self.late.is_none()
            && first_fin(self.connection) == Some(Side::Client)
            && self.end.since(self.time) < super::SILENCE
    }

    /// The client waited as long as programs wait that ask for news, and closed, or is still waiting.
    fn is_long_poll(&self) -> bool {
        let by_client = self.is_open || first_fin(self.connection) == Some(Side::Client);
        let is_tcp = !self.connection.carrier.is_datagram();
        by_client && is_tcp && self.late.is_none() && self.end.since(self.time) >= LONG_POLL
    }

    /// The server's close, which came before the answer that it lies behind: an earlier copy of the answer was lost.
    fn lagging(&self) -> Option<FrameNumber> {
        sent_before(self.connection, self.late.as_ref()?)
    }

    fn summary(&self) -> Phrase {
        phrase(match (&self.late, self.closed_first) {
            (Some(_), _) if self.stands_before_close() => "no-application-response-summary-unheard",
            (Some(_), _) => "no-application-response-summary-late",
            (None, Some(_)) => "no-application-response-summary-closed",
            (None, None) if self.server_left.is_some() => "no-application-response-summary-left",
            (None, None) => "no-application-response-summary",
        })
        .with("who", client(self.attempt))
        .with("service", service(self.attempt))
        .with("span", self.waited())
    }

    fn waited(&self) -> Phrase {
        seconds(self.server_left.unwrap_or(self.end).since(self.time))
    }

    fn confidence(&self) -> Confidence {
        match (self.short_record, self.acked) {
            (true, _) => Confidence::Possible,
            // The path may have lost a part of the request for as long as the client waited.
            _ if self.may_be_lost() || self.was_repeated || self.is_acked_nearby => Confidence::Likely,
            _ if self.had_settings => Confidence::Likely,
            // Programs wait for seconds; who leaves sooner may only have wanted to say something.
            _ if !self.attempt.licensing && self.is_short_wait() => Confidence::Possible,
            // A protocol that waits for news leaves a request open, and so does a user at a prompt.
            _ if !self.attempt.licensing && (self.is_long_poll() || self.is_small) => Confidence::Possible,
            _ if self.left || self.either.is_some() || self.had_tickets || self.closed_first.is_some() => {
                Confidence::Likely
            }
            _ if self.may_be_refusal || self.is_open || self.half_closed.is_some() => Confidence::Likely,
            (false, true) => Confidence::Certain,
            (false, false) => Confidence::Likely,
        }
    }

    fn with_evidence(&self, finding: Finding) -> Finding {
        let left = self.connection.tcp.client.fin.filter(|_| self.late.is_some());
        let how = if self.stands_before_close() {
            phrase("no-application-response-unheard").with("who", client(self.attempt))
        } else if self.late.is_some() {
            phrase("no-application-response-left").with("who", client(self.attempt))
        } else if self.closed_first.is_some() {
            phrase("no-application-response-after-close")
        } else if self.acked && self.short_record {
            phrase("no-application-response-acknowledged-short")
        } else if self.acked && self.had_settings {
            phrase("no-application-response-acknowledged-settings")
        } else if self.acked {
            phrase("no-application-response-acknowledged")
        } else {
            phrase("no-application-response-unacknowledged")
        };
        let finding = finding.evidence(self.request, phrase("no-application-response-request"));
        let finding = match self.alert {
            Some(frame) => finding
                .evidence(frame, phrase("no-application-response-alert"))
                .alternative(OtherCause::ServerRefuses, phrase("no-application-response-or-alert")),
            None => finding,
        };
        finding
            .evidence(left.map_or(self.connection.last.frame, |fin| fin.frame), how)
            .cannot_tell(phrase(if self.lagging().is_some() {
                "no-application-response-cannot-tell-lagging"
            } else if self.stands_before_close() {
                "no-application-response-cannot-tell-unheard"
            } else if self.late.is_some() {
                "no-application-response-cannot-tell-late"
            } else if self.attempt.licensing {
                "no-application-response-cannot-tell"
            } else {
                "no-application-response-cannot-tell-encrypted"
            }))
    }

    fn with_remedies(&self, finding: Finding) -> Finding {
        let (attempt, server) = (self.attempt, &self.connection.tls_server());
        let (owner, action) = if self.closed_first.is_some() {
            (Owner::Server, phrase("no-application-response-closed-log"))
        } else if self.may_be_lost() {
            let dropped = phrase("no-application-response-way-back").with("device", attempt.device);
            (Owner::Firewall, dropped)
        } else if let Some(answer) = &self.late {
            let took = seconds(answer.time.since(self.time));
            (
                Owner::Server,
                phrase("no-application-response-log-late").with("took", took),
            )
        } else if self.was_repeated {
            let dropped = phrase("no-application-response-repeated-find").with("device", attempt.device);
            (Owner::Firewall, dropped)
        } else if self.is_acked_nearby {
            (Owner::Server, phrase("no-application-response-log-if"))
        } else if self.acked || self.left {
            (Owner::Server, phrase("no-application-response-log"))
        } else {
            // A request that was never acknowledged did not arrive: the server's log has no entry for it.
            let dropped = phrase("no-application-response-dropped").with("device", attempt.device);
            // Nothing acknowledges a datagram, so only the server's log shows whether it arrived.
            let is_datagram = self.connection.carrier.is_datagram();
            (if is_datagram { Owner::Server } else { Owner::Firewall }, dropped)
        };
        let finding = finding.remedy(elsewhere(attempt, owner, action.with("server", server)));
        if !attempt.licensing {
            return finding;
        }
        let noted = phrase("no-application-response-controller");
        finding.remedy(elsewhere(attempt, Owner::Wlc, noted))
    }

    /// Adds the other explanations, with the frames that support them.
    fn with_alternatives(&self, mut finding: Finding) -> Finding {
        if let Some(frame) = self.closed_first {
            finding = finding
                .evidence(frame, phrase("no-application-response-closed"))
                .alternative(OtherCause::IdleTimeOut, phrase("no-application-response-crossed"));
        }
        finding = match &self.late {
            Some(answer) => finding.evidence(
                answer.frame,
                phrase(if self.stands_before_close() {
                    "no-application-response-came"
                } else {
                    "no-application-response-late"
                })
                .with("span", seconds(answer.time.since(self.time))),
            ),
            None => finding.claims_silence_of(Side::Server),
        };
        if let Some(frame) = self.lagging() {
            finding = finding.evidence(frame, phrase("tls-no-response-close-first"));
        }
        if let Some(frame) = self.half_closed {
            finding = finding
                .evidence(frame, phrase("no-application-response-half-closed"))
                .alternative(OtherCause::NoRequest, phrase("no-application-response-or-no-request"));
        }
        if self.is_open {
            finding = finding.alternative(OtherCause::AnswerLater, phrase("no-application-response-open"));
        }
        if let Some(FrameAt { frame, time: closed }) = self.connection.tcp.server.window_closed.filter(|_| !self.left) {
            let waited = seconds(self.end.since(closed));
            finding = finding
                .evidence(frame, phrase("no-application-response-window").with("waited", waited))
                .alternative(OtherCause::ServerStalled, phrase("no-application-response-stalled"));
        }
        if self.was_repeated {
            let count = self.connection.tcp.client.retransmissions;
            finding = finding.alternative(
                OtherCause::RandomLoss,
                phrase("no-application-response-repeated").with("count", count),
            );
        }
        if self.may_be_refusal {
            finding = finding.alternative(
                OtherCause::ClientCertificateRejected,
                phrase("no-application-response-or-refusal"),
            );
        }
        if let Some(frame) = self.either {
            finding = finding
                .evidence(frame, phrase("no-application-response-record"))
                .alternative(OtherCause::Healthy, phrase("no-application-response-or-answer"));
        }
        finding = self.or_no_failure(finding);
        if self.short_record {
            finding = finding.alternative(OtherCause::Healthy, phrase("no-application-response-short-record"));
        }
        finding
    }
}

impl Case<'_, '_> {
    /// Adds the explanations by which nothing failed, or not there.
    fn or_no_failure(&self, mut finding: Finding) -> Finding {
        if self.had_settings {
            finding = finding.alternative(OtherCause::Healthy, phrase("no-application-response-or-short"));
        }
        if self.is_acked_nearby {
            finding = finding.alternative(
                OtherCause::FirewallProxying,
                phrase("no-application-response-acked-nearby"),
            );
        }
        if !self.attempt.licensing && self.is_short_wait() && self.half_closed.is_none() {
            finding = finding.alternative(OtherCause::NoRequest, phrase("no-application-response-or-said"));
        }
        if !self.attempt.licensing && self.is_long_poll() {
            finding = finding.alternative(OtherCause::AnswerLater, phrase("no-application-response-long-poll"));
        }
        if !self.attempt.licensing && self.is_small {
            finding = finding.alternative(OtherCause::NoRequest, phrase("no-application-response-small"));
        }
        finding
    }
}

/// The frame by which the server had closed before the request: its close_notify, if that came first, or a FIN sent
/// before it had received any byte of the request, though nothing was lost.
fn closed_before(connection: &Connection, request: &Step) -> Option<FrameNumber> {
    let fin = connection.tcp.server.fin?;
    let goodbye = connection.tls.as_ref().and_then(|tls| {
        // A warning during the handshake says nothing about its end; encrypted alerts come after the handshake.
        let is_goodbye = |alert: &&Alert| {
            let says_so = alert
                .content
                .is_none_or(|(_, description)| description == AlertDescription::CLOSE_NOTIFY);
            says_so && alert.side == Side::Server && alert.frame < request.frame
        };
        tls.alerts.iter().find(is_goodbye)
    });
    let lost = connection.tcp.client.delivery.repeated().is_some();
    match goodbye {
        Some(alert) => Some(alert.frame),
        None => (fin.acked <= request.from && !lost).then_some(fin.frame),
    }
}
