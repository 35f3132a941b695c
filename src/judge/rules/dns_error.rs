//! Attempt → Finding: the resolver answered, but without an address.

use super::cslu::address_of_cslu;
use super::{client, elsewhere, on_client};
use crate::attempt::Attempt;
use crate::base::dialect::task;
use crate::base::phrase::{Phrase, phrase};
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};
use crate::profile::Transport;

/// RFC 1035 section 4.1.1 (response codes), RFC 2308 (NXDOMAIN and no data).
pub(super) const RULE: Rule = rule!("dns-error", Cause, check);

fn check(attempt: &Attempt<'_>, _: &Context<'_>) -> Option<Finding> {
    if !attempt.connections.is_empty() {
        return None; // it found an address somewhere
    }
    let answers = || {
        attempt
            .lookups
            .iter()
            .filter_map(|lookup| Some((lookup, lookup.answer.as_ref()?)))
    };
    if answers().any(|(_, answer)| !answer.addresses.is_empty()) {
        return None;
    }
    // An answer that was cut, by the server or by the snap length, does not show that there is no address.
    if answers().any(|(_, answer)| answer.truncated && answer.status.0 == 0) {
        return None;
    }
    // An empty answer for one type matters only when no other type failed worse.
    let (lookup, answer) = answers()
        .find(|(_, answer)| answer.status.0 != 0)
        .or_else(|| answers().next())?;
    let (server, name) = (lookup.server, &lookup.name);
    let (status, meaning, what) = match answer.status.0 {
        0 => (
            phrase("dns-error-no-data-status"),
            phrase("dns-error-no-data"),
            phrase("dns-error-no-data-do"),
        ),
        2 => (
            Phrase::verbatim(answer.status.to_string()),
            phrase("dns-error-servfail"),
            phrase("dns-error-servfail-do"),
        ),
        3 => (
            Phrase::verbatim(answer.status.to_string()),
            phrase("dns-error-nxdomain"),
            // The name of an On-Prem or a CSLU is its owner's, and no public server knows it.
            phrase(if is_own(attempt) {
                "dns-error-nxdomain-own"
            } else {
                "dns-error-nxdomain-do"
            }),
        ),
        5 => (
            Phrase::verbatim(answer.status.to_string()),
            phrase("dns-error-refused"),
            phrase("dns-error-refused-do"),
        ),
        _ => (
            Phrase::verbatim(answer.status.to_string()),
            phrase("dns-error-failed"),
            phrase("dns-error-failed-do"),
        ),
    };
    let finding = Finding::error(
        RULE.id,
        By::Server,
        At::Dns,
        phrase("dns-error-summary")
            .with("status", &status)
            .with("name", name)
            .with("meaning", meaning),
    )
    .evidence(
        lookup.first().frame,
        phrase("dns-error-asks")
            .with("server", server)
            .with("name", name)
            .with("kind", lookup.kind_name()),
    )
    .evidence(
        answer.frame,
        phrase("dns-error-answers")
            .with("server", server)
            .with("status", &status),
    )
    .remedy(elsewhere(
        attempt,
        Owner::Server,
        phrase("dns-error-on-server").with("server", server).with("what", what),
    ))
    .remedy(on_client(
        attempt,
        phrase("dns-error-other-server")
            .with("who", client(attempt))
            .with("name", name),
        &[
            task("show-resolver"),
            task("set-resolver").with(
                "can",
                if is_own(attempt) {
                    &"knows the name"
                } else {
                    &"resolves public names"
                },
            ),
        ],
    ));
    Some(match address_of_cslu(attempt) {
        Some(remedy) => finding.remedy(remedy),
        None => finding,
    })
}

fn is_own(attempt: &Attempt<'_>) -> bool {
    matches!(attempt.service.transport, Transport::OnPrem | Transport::Cslu)
}
