//! Verdict id → conditions: the conditions of a verdict, and which of them an attempt does not meet.
//!
//! A rule decides. The conditions here are necessary for its verdict, so that a user who asks why a verdict was not
//! given learns the first condition that is not met, or that the capture does not show. Some verdicts can be reached in
//! several ways; if no way holds, the usual one is reported. The rule itself decides whether the verdict holds: its own
//! examination of the details is the last condition of each way, and a test compares both for every sample and every
//! verdict.

mod answer;
mod certificate;
mod handshake;
mod lookup;
mod outcome;
mod transport;

pub use answer::{Answer, Missing};

use super::RULES;
use crate::attempt::Attempt;
use crate::judge::context::Context;
use crate::judge::finding::Kind;
use crate::judge::verdict::Verdict;

/// A condition: the message that names it, and the function that checks it.
struct Condition {
    message: &'static str,
    ask: fn(&Attempt<'_>, &Context<'_>) -> Answer,
}

/// A condition and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The message that names the condition.
    pub message: &'static str,
    /// The answer.
    pub answer: Answer,
}

/// The status of a verdict for an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the attempt's verdict.
    Given,
    /// It holds beside the attempt's verdict.
    Beside,
    /// Its rule matches, and says less than the attempt's verdict: only how the attempt ended.
    SaysLess,
    /// It does not hold.
    Not,
}

/// Why a verdict was given or not.
#[derive(Clone, Debug)]
pub struct WhyNot {
    /// The status of the verdict.
    pub standing: Standing,
    /// Its conditions, in the order in which they are checked, up to the first that is not met.
    pub conditions: Vec<Asked>,
}

/// Checks the conditions of a verdict; `None` if no rule gives that verdict.
pub(crate) fn why_not(id: &str, attempt: &Attempt<'_>, verdict: &Verdict, context: &Context<'_>) -> Option<WhyNot> {
    let mut rules = RULES.iter().filter(|rule| rule.id == id);
    let kind = rules.clone().next()?.kind;
    let fits = rules.any(|rule| (rule.check)(attempt, context).is_some());
    let is_found = verdict.findings.iter().any(|finding| finding.id == id);
    let standing = match verdict.cause() {
        Some(cause) if cause.id == id => Standing::Given,
        _ if is_found => Standing::Beside,
        Some(_) if fits && kind == Kind::General => Standing::SaysLess,
        _ => Standing::Not,
    };
    let ask = |way: &&[Condition]| {
        let asked = way.iter().map(|condition| Asked {
            message: condition.message,
            answer: (condition.ask)(attempt, context),
        });
        asked.collect::<Vec<_>>()
    };
    let reach = |asked: &[Asked]| asked.iter().take_while(|it| it.answer.is_met()).count();
    // The way that holds, or else the usual one.
    let mut asked = ways(id).iter().map(ask);
    let usual = asked.next()?;
    let mut conditions = if reach(&usual) == usual.len() {
        usual
    } else {
        asked.find(|it| reach(it) == it.len()).unwrap_or(usual)
    };
    let frame = attempt
        .connection()
        .map_or(attempt.first().frame, |connection| connection.last.frame);
    conditions.push(Asked {
        message: "condition-details",
        answer: if standing == Standing::Not {
            Answer::NotMet(Some(frame))
        } else {
            Answer::Met(Some(frame))
        },
    });
    // Conditions after one that is not met would only confuse.
    let reached = reach(&conditions);
    conditions.truncate(reached.saturating_add(1));
    Some(WhyNot { standing, conditions })
}

macro_rules! condition {
    ($name:ident, $message:literal, $ask:path) => {
        const $name: Condition = Condition {
            message: $message,
            ask: $ask,
        };
    };
}

condition!(LOOKED_UP, "condition-looked-up", lookup::looked_up);
condition!(NO_CONNECTION, "condition-no-connection", lookup::no_connection);
condition!(DNS_UNANSWERED, "condition-dns-unanswered", lookup::dns_unanswered);
condition!(DNS_OVER_TCP, "condition-dns-over-tcp", lookup::dns_over_tcp);
condition!(DNS_ANSWERED, "condition-dns-answered", lookup::dns_answered);
condition!(
    DNS_WITHOUT_ADDRESS,
    "condition-dns-without-address",
    lookup::dns_without_address
);
condition!(DNS_ODD_ADDRESS, "condition-dns-odd-address", lookup::dns_odd_address);
condition!(DNS_USABLE, "condition-dns-usable-address", lookup::dns_usable_address);
condition!(NOT_TOLD, "condition-address-not-told", lookup::address_not_told);
condition!(LICENSING, "condition-licensing", lookup::licensing);
condition!(PUBLIC, "condition-public-service", lookup::public_service);
condition!(SUPERSEDED, "condition-superseded", lookup::superseded);
condition!(CONNECTION, "condition-connection", transport::connection);
condition!(ICMP, "condition-icmp-error", transport::icmp_error);
condition!(SYN, "condition-syn", transport::syn);
condition!(NOT_OPEN, "condition-not-open", transport::not_open);
condition!(SERVER_SILENT, "condition-server-silent", transport::server_silent);
condition!(WAITED, "condition-waited", transport::waited);
condition!(
    UNACKNOWLEDGED,
    "condition-syn-ack-unanswered",
    transport::syn_ack_unanswered
);
condition!(STALE, "condition-stale-answer", transport::stale_answer);
condition!(ANSWERED_LATE, "condition-answered-late", transport::answered_late);
condition!(SERVER_RESET, "condition-server-reset", transport::server_reset);
condition!(RESET, "condition-reset", transport::reset);
condition!(PROXY_ASKED, "condition-proxy-asked", transport::proxy_asked);
condition!(PROXY_407, "condition-proxy-407", transport::proxy_407);
condition!(PROXY_NO, "condition-proxy-said-no", transport::proxy_said_no);
condition!(PROXY_SILENT, "condition-proxy-silent", transport::proxy_silent);
condition!(STARTTLS, "condition-starttls", transport::starttls);
condition!(PLAIN, "condition-plain-client", transport::plain_client);
condition!(HELLO, "condition-client-hello", handshake::client_hello);
condition!(TLS_BEGUN, "condition-tls-begun", handshake::tls_begun);
condition!(NO_SERVER_HELLO, "condition-no-server-hello", handshake::no_server_hello);
condition!(UNANSWERED, "condition-hello-unanswered", handshake::hello_unanswered);
condition!(SERVER_SPOKE, "condition-server-spoke", handshake::server_spoke);
condition!(UNFINISHED, "condition-unfinished", handshake::unfinished);
condition!(COMPLETE, "condition-complete", handshake::complete);
condition!(CAPTURED, "condition-handshake-captured", handshake::handshake_captured);
condition!(NO_DATA, "condition-no-server-data", handshake::no_server_data);
condition!(NO_ERROR, "condition-no-error", handshake::no_error);
condition!(ERROR, "condition-readable-error", handshake::readable_error);
condition!(
    ABOUT_VERSION,
    "condition-error-about-version",
    handshake::error_about_version
);
condition!(
    ABOUT_CHOICE,
    "condition-error-about-choice",
    handshake::error_about_choice
);
condition!(CLIENT_REFUSED, "condition-client-refused", handshake::client_refused);
condition!(SERVER_REFUSED, "condition-server-refused", handshake::server_refused);
condition!(
    CERTIFICATE_TURN,
    "condition-certificate-turn",
    handshake::certificate_turn
);
condition!(GAVE_UP, "condition-client-gave-up", handshake::client_gave_up);
condition!(CLIENT_LEFT, "condition-client-left", transport::client_left);
condition!(SERVER_CLOSED, "condition-server-closed", transport::server_closed);
condition!(
    CLIENT_CERTIFICATE,
    "condition-client-certificate",
    certificate::client_certificate
);
condition!(
    SERVER_CERTIFICATE,
    "condition-server-certificate",
    certificate::server_certificate
);
condition!(FOREIGN, "condition-foreign-issuer", certificate::foreign_issuer);
condition!(FAULT, "condition-visible-fault", certificate::visible_fault);
condition!(
    WORTH_A_WARNING,
    "condition-worth-a-warning",
    certificate::worth_a_warning
);
condition!(SAYS_NO, "condition-answer-says-no", outcome::says_no);
condition!(CLOCK_OFF, "condition-clock-off", outcome::clock_off);
condition!(NO_ANSWER, "condition-no-answer", outcome::no_answer);
condition!(SENT_AGAIN, "condition-sent-again", outcome::sent_again);
condition!(BROKE_OFF, "condition-broke-off", handshake::server_broke_off);
condition!(DATAGRAMS, "condition-datagrams", transport::datagrams);
condition!(TLCP, "condition-tlcp", transport::tlcp);
condition!(SSL2, "condition-ssl2", handshake::ssl2);
condition!(VERSIONS_LISTED, "condition-versions-listed", transport::versions_listed);
condition!(TLS_EXPECTED, "condition-tls-expected", transport::tls_expected);
condition!(NO_SERVER_RESET, "condition-no-server-reset", transport::no_server_reset);
condition!(RESET_FIRST, "condition-reset-first", transport::reset_first);
condition!(REVOCATION, "condition-revocation", certificate::revocation);
condition!(REQUESTED, "condition-requested", outcome::requested);
condition!(ESTABLISHED, "condition-established", outcome::established);
condition!(HTTP_ANSWER, "condition-http-answer", outcome::http_answer);
condition!(WENT_WELL, "condition-went-well", outcome::exchange_went_well);
condition!(RESUMED, "condition-resumed", handshake::resumed);
condition!(DAMAGED, "condition-damaged", outcome::damaged);
condition!(INCOMPLETE, "condition-incomplete", outcome::incomplete);
condition!(LOG, "condition-log", outcome::log_given);
condition!(LOG_SPEAKS, "condition-log-speaks", outcome::log_speaks);
condition!(LOG_CONTRADICTS, "condition-log-contradicts", outcome::log_contradicts);
condition!(TAKEN_OVER, "condition-taken-over", outcome::taken_over);
condition!(LOG_CLOCK, "condition-log-clock", outcome::log_clock);

/// The ways to a verdict: if the verdict is given, all conditions of one way hold.
#[allow(clippy::too_many_lines, reason = "a table")]
fn ways(id: &str) -> &'static [&'static [Condition]] {
    match id {
        "dns-no-response" => &[
            &[LOOKED_UP, NO_CONNECTION, DNS_UNANSWERED],
            &[LOOKED_UP, NO_CONNECTION, DNS_OVER_TCP],
        ],
        "dns-error" => &[&[LOOKED_UP, NO_CONNECTION, DNS_ANSWERED, DNS_WITHOUT_ADDRESS]],
        "dns-unexpected-address" => &[&[PUBLIC, LOOKED_UP, DNS_ANSWERED, DNS_ODD_ADDRESS]],
        "dns-stale-address" => &[&[LOOKED_UP, DNS_ANSWERED, CONNECTION, NOT_OPEN, NOT_TOLD]],
        "no-connection" => &[&[LICENSING, LOOKED_UP, DNS_ANSWERED, DNS_USABLE, NO_CONNECTION]],
        "icmp-blocked" => &[&[CONNECTION, ICMP]],
        "tcp-refused" => &[&[SYN, NOT_OPEN, SERVER_RESET]],
        "tcp-no-response" => &[
            &[SYN, WAITED, NOT_OPEN, SERVER_SILENT],
            &[SYN, WAITED, UNACKNOWLEDGED],
            &[SYN, WAITED, NOT_OPEN, STALE],
            &[SYN, WAITED, ANSWERED_LATE],
        ],
        "proxy-authentication-required" => &[&[CONNECTION, PROXY_ASKED, PROXY_407]],
        "proxy-refused" => &[&[CONNECTION, PROXY_ASKED, PROXY_NO]],
        "proxy-no-response" => &[&[CONNECTION, PROXY_ASKED, PROXY_SILENT]],
        "tls-not-offered" => &[&[CONNECTION, STARTTLS]],
        "plain-text-to-tls" => &[&[CONNECTION, PLAIN, TLS_EXPECTED]],
        "not-tls" => &[&[CONNECTION, HELLO, NO_SERVER_HELLO, SERVER_SPOKE]],
        "version-mismatch" => &[
            &[CONNECTION, ERROR, ABOUT_VERSION],
            &[CONNECTION, TLCP],
            &[CONNECTION, SSL2],
            &[CONNECTION, VERSIONS_LISTED],
        ],
        "cipher-mismatch" => &[&[HELLO, ERROR, ABOUT_CHOICE]],
        "crl-fetch-failed" => &[&[SERVER_CERTIFICATE, UNFINISHED, REVOCATION]],
        "interception-suspected" => &[&[SERVER_CERTIFICATE, FOREIGN]],
        "server-certificate-rejected" => &[
            &[CONNECTION, CLIENT_REFUSED],
            &[SERVER_CERTIFICATE, FAULT, NO_ERROR, NO_DATA, CLIENT_LEFT],
            &[SERVER_CERTIFICATE, FAULT, UNFINISHED, DATAGRAMS],
        ],
        "client-certificate-rejected" => &[
            &[CONNECTION, SERVER_REFUSED, CERTIFICATE_TURN],
            &[CLIENT_CERTIFICATE, COMPLETE, NO_DATA, SERVER_CLOSED],
            &[CLIENT_CERTIFICATE, FAULT, UNFINISHED, SERVER_CLOSED],
            &[CLIENT_CERTIFICATE, FAULT, UNFINISHED, DATAGRAMS],
        ],
        "handshake-refused" => &[
            &[CONNECTION, ERROR],
            &[HELLO, GAVE_UP],
            &[HELLO, COMPLETE, NO_DATA, CLIENT_LEFT],
            &[HELLO, BROKE_OFF],
            &[HELLO, COMPLETE, NO_DATA, SERVER_REFUSED],
        ],
        "reset-during-handshake" => &[&[CONNECTION, RESET, RESET_FIRST, UNFINISHED, NO_ERROR]],
        "tls-no-response" => &[
            &[TLS_BEGUN, UNANSWERED, NO_ERROR, NO_SERVER_RESET],
            &[CONNECTION, NO_SERVER_HELLO, DATAGRAMS],
        ],
        "silent-mid-handshake" => &[
            &[HELLO, SERVER_SPOKE, UNFINISHED, NO_ERROR, NO_DATA, CAPTURED],
            // Data that the server sent to a client that had closed.
            &[HELLO, SERVER_SPOKE, UNFINISHED, NO_ERROR, CLIENT_LEFT, CAPTURED],
            &[HELLO, UNFINISHED, DATAGRAMS],
        ],
        "application-error" => &[&[CONNECTION, HTTP_ANSWER, SAYS_NO]],
        "reset-after-established" => &[&[CONNECTION, RESET, RESET_FIRST, ESTABLISHED]],
        "no-application-response" => &[
            &[CONNECTION, REQUESTED, NO_ANSWER],
            &[CONNECTION, REQUESTED, SENT_AGAIN],
            &[CONNECTION, COMPLETE, NO_DATA, SERVER_CLOSED],
            &[CONNECTION, COMPLETE, DATAGRAMS],
        ],
        "refused-by-service" => &[&[LOG, LOG_SPEAKS], &[COMPLETE, DATAGRAMS]],
        "device-reports-failure" => &[&[LOG, LOG_SPEAKS, WENT_WELL]],
        "legacy-endpoint" => &[&[SUPERSEDED]],
        "healthy" => &[&[CONNECTION, WENT_WELL]],
        "healthy-resumed" => &[&[CONNECTION, RESUMED, WENT_WELL]],
        "malformed-capture" => &[&[DAMAGED]],
        "incomplete-capture" => &[&[INCOMPLETE]],
        "unexplained-end" => &[&[CONNECTION]],
        "certificate-fault-accepted" => &[&[COMPLETE, NO_ERROR, WORTH_A_WARNING]],
        "device-log-contradicts" => &[&[LOG, LOG_SPEAKS, LOG_CONTRADICTS]],
        "chassis-changed" => &[&[LICENSING, TAKEN_OVER]],
        "device-clock-off" => &[&[LOG, LOG_CLOCK, CLOCK_OFF]],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_of_a_rule_has_conditions() {
        for rule in RULES {
            assert!(!ways(&rule.id).is_empty(), "{}", rule.id);
        }
    }
}
