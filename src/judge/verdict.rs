//! Findings → Verdict: the root cause, how certain it is, and the other findings that hold.
//!
//! This is the one place where a claim that something is absent meets the burden of proof: "no answer" counts only when
//! the capture is shown to see that direction for that host.

use crate::attempt::Attempt;
use crate::base::confidence::Confidence;
use crate::base::frame::AnomalyKind;
use crate::base::phrase::phrase;
use crate::capture::End;
use crate::connection::walk::Side;
use crate::judge::context::Context;
use crate::judge::finding::{Evidence, Finding, Kind, Owner, Severity, VerdictId};
use crate::judge::recapture;
use crate::judge::rules::{self, RULES};
use crate::judge::{spare, testimony};

/// In nanoseconds. A clock that goes back by less than this, as between the queues of a network card, changes nothing about a
/// silence of seconds.
const DISORDER: i64 = 100_000_000;

/// The outcome of an attempt.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The root cause first, then everything else that holds, in order of precedence.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// The root cause.
    #[must_use]
    pub fn cause(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// The other findings worth reporting: not those that say that something went well or could not be determined.
    #[must_use]
    pub fn also(&self) -> Vec<VerdictId> {
        let telling = |finding: &&Finding| finding.severity >= Severity::Warning;
        self.findings
            .iter()
            .skip(1)
            .filter(telling)
            .map(|finding| finding.id)
            .collect()
    }
}

/// Judges an attempt by all rules.
#[must_use]
pub fn judge(attempt: &Attempt<'_>, context: &Context<'_>) -> Verdict {
    Verdict {
        findings: findings(attempt, context, |_| true),
    }
}

/// The same for an attempt that failed; for any other, judging stops at its cause.
#[must_use]
pub fn judge_failure(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Verdict> {
    let findings = findings(attempt, context, |cause| cause.severity == Severity::Error);
    (!findings.is_empty()).then_some(Verdict { findings })
}

/// All findings, or none if the cause is not wanted.
fn findings(attempt: &Attempt<'_>, context: &Context<'_>, is_wanted: impl Fn(&Finding) -> bool) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut explained = Vec::new();
    for rule in RULES {
        let is_asked = match rule.kind {
            Kind::Cause => true,
            Kind::General => findings.is_empty(),
            Kind::Beside | Kind::Explaining => !findings.is_empty(),
        };
        let Some(finding) = is_asked.then(|| (rule.check)(attempt, context)).flatten() else {
            continue;
        };
        if findings.is_empty() && !is_wanted(&finding) {
            break;
        }
        if rule.kind == Kind::Explaining {
            explained.extend(finding.remedies.clone());
        }
        findings.push(finding);
    }
    if let Some(cause) = findings.first_mut() {
        spare::weigh(cause, attempt, context);
    }
    for finding in &mut findings {
        prove_silence(finding, attempt, context);
        testimony::support(finding, attempt);
        weigh_alternatives(finding);
    }
    if let Some(cause) = findings.first_mut() {
        if let Some(again) = attempt.seen_again {
            cause.evidence.push(Evidence {
                frame: again.first.frame,
                what: phrase("seen-again")
                    .with("client", again.client)
                    .with("server", again.server),
            });
        }
        // A finding that explains a failure also says how to mend it, and its remedies come first.
        if cause.severity == Severity::Error {
            cause.remedies.splice(0..0, explained);
        }
        complete(cause, attempt, context);
    }
    // All verdicts of a capture are held at once: room for four findings each was more than what they say.
    findings.shrink_to_fit();
    for finding in &mut findings {
        finding.evidence.shrink_to_fit();
        finding.remedies.shrink_to_fit();
    }
    findings
}

/// Ensures that a failure has commands for the controller, and that a finding which may be no failure says how to
/// capture it better.
fn complete(cause: &mut Finding, attempt: &Attempt<'_>, context: &Context<'_>) {
    if cause.severity != Severity::Error || !attempt.licensing {
        return;
    }
    if !cause.remedies.iter().any(|remedy| !remedy.commands.is_empty()) {
        let mut log = recapture::device_log(attempt);
        // The attempt has one goal: the log is read on the way to it.
        if let Some(last) = cause.remedies.last() {
            log.verify = last.verify.clone();
        }
        cause.remedies.push(log);
    }
    let has_advice = cause.remedies.iter().any(|remedy| remedy.owner == Owner::Capture);
    if cause.confidence == Confidence::Possible && !has_advice {
        cause.remedies.extend(recapture::for_attempt(attempt, context));
    }
}

/// Downgrades a claim of silence that the capture cannot prove.
fn prove_silence(finding: &mut Finding, attempt: &Attempt<'_>, context: &Context<'_>) {
    let Some(side) = finding.claims_silence_of else { return };
    let own_connection = attempt
        .connection()
        .is_some_and(|connection| connection.tcp[side].frames > 0);
    let receiver = match side {
        Side::Server => Some(attempt.device),
        Side::Client => attempt.connection().map(|connection| connection.server.ip),
    };
    let elsewhere = receiver.is_some_and(|host| context.watched.hosts.receives(host));
    if !own_connection && !elsewhere {
        finding.confidence = Confidence::Possible;
        let is_neighbour = receiver.is_some_and(|host| context.watched.neighbours.answers(host));
        let direction = match is_neighbour {
            true => "silence-direction-arp",
            false => "silence-direction",
        };
        finding.cannot_tell.insert(
            0,
            phrase(direction).with("host", receiver.map(|host| host.to_string()).unwrap_or_default()),
        );
    }
    if let Some(clock) = context.capture.anomalies.iter().find(|it| match it.kind {
        AnomalyKind::TimeGoesBack => context.capture.step_back >= DISORDER,
        kind => kind == AnomalyKind::NoTime,
    }) {
        finding.confidence = finding.confidence.min(Confidence::Likely);
        finding
            .cannot_tell
            .push(phrase("silence-clock").with("detail", &clock.detail));
    }
    if let Some(drops) = context.capture.drops.filter(|&drops| drops > 0) {
        finding.confidence = finding.confidence.min(Confidence::Likely);
        finding.cannot_tell.push(phrase("silence-drops").with("drops", drops));
    }
}

/// Ensures that no finding is certain beside an explanation that the bytes do not exclude.
fn weigh_alternatives(finding: &mut Finding) {
    if finding.alternatives.iter().any(|other| !other.excluded) {
        finding.confidence = finding.confidence.min(Confidence::Likely);
    }
    let behind = std::mem::take(&mut finding.behind);
    if finding.confidence == Confidence::Certain {
        let hidden = behind
            .into_iter()
            .map(|it| phrase("may-lie-behind").with("clause", it.why_not));
        finding.cannot_tell.extend(hidden);
    } else {
        finding.alternatives.extend(behind);
    }
}

/// The finding for a capture without any attempt.
#[must_use]
pub fn without_attempts(context: &Context<'_>) -> Finding {
    if let Some(damage) = rules::damage(context) {
        return damage;
    }
    // A capture that shows nothing does not outweigh a device that logs that licensing fails.
    let logs = &context.options.logs;
    if rules::device_reports_failure::is_failing(logs) {
        return rules::device_reports_failure::finding(context.options)
            .cannot_tell(phrase("device-cannot-tell-capture"));
    }
    let finding = rules::no_licensing_traffic::finding(context);
    match context.capture.end {
        End::Truncated { after, .. } => finding.cannot_tell(phrase("capture-cut-cannot-tell").with("frame", after)),
        End::Complete => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::attempts;
    use crate::attempt::hosts::Watched;
    use crate::attempt::other_connections::Surroundings;
    use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
    use crate::capture::CaptureFacts;
    use crate::connection::Connection;
    use crate::connection::{SECOND, connection};
    use crate::judge::alternative::OtherCause;
    use crate::judge::finding::{At, By};
    use crate::profile::Profile;
    use crate::profile::options::Options;

    const SERVER: &str = "192.133.220.90:443";

    /// The traffic seen around an attempt.
    #[derive(Default)]
    struct Around {
        receivers: Vec<[u8; 4]>,
        drops: Option<u64>,
    }

    /// A SYN that was sent three times and not answered.
    fn unanswered() -> Connection {
        let mut connection = connection(10, "10.0.0.1:50000", SERVER);
        connection.tcp.client.syns = [10, 11, 13]
            .map(|at| FrameAt::new(FrameNumber(at), Timestamp(at as i64 * SECOND)))
            .to_vec();
        connection.tcp.client.frames = 3;
        connection.last = FrameAt::new(FrameNumber(13), Timestamp(13 * SECOND));
        connection
    }

    fn in_context<T>(connection: Connection, around: &Around, look: impl FnOnce(&Attempt<'_>, &Context<'_>) -> T) -> T {
        let options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
        let mut watched = Watched::default();
        around
            .receivers
            .iter()
            .for_each(|&ip| watched.hosts.saw_receiver(ip.into()));
        let capture = CaptureFacts {
            drops: around.drops,
            last: Some(Timestamp(100 * SECOND)),
            ..CaptureFacts::default()
        };
        let context = Context {
            options: &options,
            capture: &capture,
            contents: &crate::attempt::contents::Contents::default(),
            watched: &watched,
            surroundings: &Surroundings::default(),
            snap_length_cut: 0,
            offsets: &[],
        };
        let connections = [connection];
        let attempts = attempts(&options, &connections, &[], &[]);
        look(&attempts[0], &context)
    }

    fn judged(around: &Around) -> Finding {
        in_context(unanswered(), around, |attempt, context| {
            judge(attempt, context).findings.remove(0)
        })
    }

    #[test]
    fn silence_is_certain_where_the_capture_shows_packets_to_the_device() {
        let finding = judged(&Around {
            receivers: vec![[10, 0, 0, 1]],
            drops: None,
        });
        assert_eq!(
            (finding.id.name(), finding.confidence),
            ("tcp-no-response", Confidence::Certain)
        );
        assert_eq!(finding.claims_silence_of, Some(Side::Server));
    }

    #[test]
    fn silence_is_only_possible_where_the_capture_shows_nothing_to_the_device() {
        for receivers in [vec![], vec![[10, 0, 0, 2], [192, 133, 220, 90]]] {
            let finding = judged(&Around { receivers, drops: None });
            assert_eq!(finding.confidence, Confidence::Possible);
            assert!(
                finding.cannot_tell[0]
                    .in_language(crate::base::phrase::Language::En)
                    .contains("10.0.0.1"),
                "{:?}",
                finding.cannot_tell
            );
        }
    }

    #[test]
    fn silence_is_at_most_likely_where_packets_were_dropped() {
        let with = |drops, receivers: Vec<[u8; 4]>| judged(&Around { receivers, drops }).confidence;
        assert_eq!(with(Some(3), vec![[10, 0, 0, 1]]), Confidence::Likely);
        assert_eq!(with(Some(0), vec![[10, 0, 0, 1]]), Confidence::Certain);
        assert_eq!(with(Some(3), vec![]), Confidence::Possible);
    }

    #[test]
    fn nothing_is_certain_beside_an_explanation_that_is_not_excluded() {
        let fact = || Finding::error("x".into(), By::Server, At::Tls, phrase("client-hello"));
        let weighed = |mut finding: Finding| {
            weigh_alternatives(&mut finding);
            let others = finding.alternatives.iter().map(|it| it.id).collect::<Vec<_>>();
            (finding.confidence, others, finding.cannot_tell.len())
        };
        let clause = || phrase("client-hello");
        assert_eq!(
            weighed(fact().alternative(OtherCause::Clock, clause())).0,
            Confidence::Likely
        );
        assert_eq!(
            weighed(fact().excluded(OtherCause::Clock, clause())).0,
            Confidence::Certain
        );
        assert_eq!(
            weighed(fact().behind(OtherCause::Clock, clause())),
            (Confidence::Certain, vec![], 1)
        );
        let guess = fact()
            .alternative(OtherCause::Clock, clause())
            .behind(OtherCause::Firewall, clause());
        assert_eq!(
            weighed(guess),
            (
                Confidence::Likely,
                vec![OtherCause::Clock.into(), OtherCause::Firewall.into()],
                0
            )
        );
    }

    #[test]
    fn a_finding_that_claims_no_silence_needs_no_proof() {
        in_context(unanswered(), &Around::default(), |attempt, context| {
            let mut finding = Finding::error("x".into(), By::Server, At::Tls, phrase("client-hello"));
            prove_silence(&mut finding, attempt, context);
            assert_eq!(finding.confidence, Confidence::Certain);
            assert!(finding.cannot_tell.is_empty());
        });
    }

    #[test]
    fn the_claim_that_a_client_fell_silent_needs_its_server_as_receiver() {
        for (receivers, confidence) in [
            (vec![[192, 133, 220, 90]], Confidence::Certain),
            (vec![[10, 0, 0, 1]], Confidence::Possible),
        ] {
            // A connection with only the server's packets captured.
            let mut one_sided = unanswered();
            std::mem::swap(&mut one_sided.tcp.client, &mut one_sided.tcp.server);
            let around = Around { receivers, drops: None };
            in_context(one_sided, &around, |attempt, context| {
                let mut finding = Finding::error("x".into(), By::Client, At::Tls, phrase("client-hello"))
                    .claims_silence_of(Side::Client);
                prove_silence(&mut finding, attempt, context);
                assert_eq!(finding.confidence, confidence);
            });
        }
    }

    #[test]
    fn packets_of_the_silent_side_in_the_connection_itself_are_proof() {
        in_context(unanswered().answered(), &Around::default(), |attempt, context| {
            let mut finding =
                Finding::error("x".into(), By::Server, At::Tls, phrase("client-hello")).claims_silence_of(Side::Server);
            prove_silence(&mut finding, attempt, context);
            assert_eq!(finding.confidence, Confidence::Certain);
        });
    }

    #[test]
    fn what_only_says_how_it_ended_is_dropped_beside_a_cause() {
        in_context(unanswered(), &Around::default(), |attempt, context| {
            // The last rule always matches, and is general.
            let all: Vec<&str> = RULES
                .iter()
                .filter_map(|rule| (rule.check)(attempt, context))
                .map(|finding| finding.id.name())
                .collect();
            assert!(all.contains(&"incomplete-capture") && all.len() > 1);
            let verdict = judge(attempt, context);
            assert_eq!(verdict.cause().unwrap().id, "tcp-no-response");
            let is_general = |id| RULES.iter().any(|rule| rule.id == id && rule.kind == Kind::General);
            assert!(verdict.findings.iter().skip(1).all(|it| !is_general(it.id)));
        });
    }

    #[test]
    fn without_another_cause_a_general_one_stands() {
        let connected = connection(10, "10.0.0.1:50000", SERVER).answered();
        in_context(connected, &Around::default(), |attempt, context| {
            let verdict = judge(attempt, context);
            assert_eq!(verdict.cause().unwrap().id, "incomplete-capture");
            assert!(verdict.also().is_empty());
        });
    }

    #[test]
    fn an_answer_without_content_to_a_licensing_message_is_no_success() {
        let answered = |path: &str, has_no_body: bool| {
            let mut connection =
                connection(10, "10.0.0.1:50000", "10.5.5.5:80").requesting("POST", path, Some("ssm.example"));
            let response = crate::http::reader::Response {
                status: 200,
                reason: "OK".into(),
                server: None,
                location: None,
                proxy_authenticate: None,
                excerpt: crate::base::wire_text::WireText::default(),
                has_no_body,
            };
            connection.http[0].response = Some((FrameNumber(11), Box::new(response)));
            in_context(connection, &Around::default(), |attempt, context| {
                let finding = judge(attempt, context).findings.remove(0);
                (finding.id.name(), finding.confidence)
            })
        };
        let empty = ("application-error", Confidence::Likely);
        assert_eq!(answered("/SmartTransport", true), empty);
        assert_eq!(answered("/cslu/v1/pi/acct-1", true), empty);
        assert_eq!(answered("/SmartTransport", false).0, "healthy");
    }

    #[test]
    fn only_warnings_and_errors_are_told_besides() {
        let finding = |id: &'static str, severity| Finding::ok(id.into(), phrase("client-hello")).severity(severity);
        let verdict = Verdict {
            findings: vec![
                finding("a", Severity::Error),
                finding("b", Severity::Warning),
                finding("c", Severity::Note),
                finding("d", Severity::Ok),
                finding("e", Severity::Error),
            ],
        };
        assert_eq!(verdict.also(), ["b", "e"]);
    }
}
