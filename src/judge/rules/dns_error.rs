//! Attempt → Finding: the resolver answered, but without an address.

use super::cslu::address_of_cslu;
use super::{client, elsewhere, on_client};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::phrase::{Phrase, phrase};
use crate::dns::lookup::{Answer, Lookup};
use crate::dns::message::Status;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::profile::Transport;

/// RFC 1035 section 4.1.1 (response codes), RFC 2308 (NXDOMAIN, and answers without data).
pub(super) const RULE: Rule = rule!("dns-error", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    if !attempt.connections.is_empty() {
        return None; // it found an address somewhere
    }
    let answers = || {
        attempt
            .lookups
            .iter()
            .filter_map(|lookup| Some((*lookup, lookup.answer.as_ref()?)))
    };
    if answers().any(|(_, answer)| !answer.addresses.is_empty()) {
        return None;
    }
    // An answer that was truncated, by the server or by the snap length, does not show that there is no address.
    if answers().any(|(_, answer)| answer.truncated && answer.status.0 == 0) {
        return None;
    }
    // An empty answer for one type matters only when no other type failed worse.
    let (lookup, answer) = answers()
        .find(|(_, answer)| answer.status.0 != 0)
        .or_else(|| answers().next())?;
    let finding = finding(attempt, lookup, answer);
    Some(match address_of_cslu(attempt) {
        Some(remedy) => finding.remedy(remedy),
        None => finding,
    })
}

fn finding(attempt: &Attempt<'_>, lookup: &Lookup, answer: &Answer) -> Finding {
    let (server, name) = (lookup.server, &lookup.name);
    let Words { status, meaning, cure } = Words::of(answer.status, attempt.service.transport);
    let asks = phrase("dns-error-asks")
        .with("server", server)
        .with("name", name)
        .with("kind", lookup.kind_name());
    let answers = phrase("dns-error-answers")
        .with("server", server)
        .with("status", &status);
    let summary = phrase("dns-error-summary")
        .with("status", &status)
        .with("name", name)
        .with("meaning", phrase(meaning));
    let on_server = phrase("dns-error-on-server")
        .with("server", server)
        .with("what", phrase(cure));
    let can = match attempt.service.transport {
        Transport::OnPrem | Transport::Cslu | Transport::Other => "knows the name",
        _ => "resolves public names",
    };
    Finding::error(RULE.id, By::Server, At::Dns, summary)
        .evidence(lookup.first().frame, asks)
        .evidence(answer.frame, answers)
        .remedy(elsewhere(attempt, Owner::Server, on_server))
        .remedy(on_client(
            attempt,
            phrase("dns-error-other-server")
                .with("who", client(attempt))
                .with("name", name),
            &[task("show-resolver"), task("set-resolver").with("can", &can)],
        ))
}

/// The wording for a response code: its name, its meaning, and the remedy on the server.
struct Words {
    status: Phrase,
    meaning: &'static str,
    cure: &'static str,
}

impl Words {
    /// The name of an On-Prem or a CSLU is known to its owner's servers only, and to no public server; of a name of no
    /// service nobody knows whose it is.
    fn of(status: Status, transport: Transport) -> Self {
        let (meaning, cure) = match status.0 {
            0 => ("dns-error-no-data", "dns-error-no-data-do"),
            2 => ("dns-error-servfail", "dns-error-servfail-do"),
            3 if matches!(transport, Transport::OnPrem | Transport::Cslu) => {
                ("dns-error-nxdomain", "dns-error-nxdomain-own")
            }
            3 if transport == Transport::Other => ("dns-error-nxdomain", "dns-error-nxdomain-any"),
            3 => ("dns-error-nxdomain", "dns-error-nxdomain-do"),
            5 => ("dns-error-refused", "dns-error-refused-do"),
            _ => ("dns-error-failed", "dns-error-failed-do"),
        };
        let status = match status.0 {
            0 => phrase("dns-error-no-data-status"),
            _ => Phrase::verbatim(status.to_string()),
        };
        Self { status, meaning, cure }
    }
}
