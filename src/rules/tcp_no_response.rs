//! Attempt → Finding: SYNs, and no answer.

use super::{chained, client, elsewhere, on_device, seconds, service};
use crate::attempt::Attempt;
use crate::command::Command;
use crate::context::Context;
use crate::finding::{At, By, Confidence, Finding, Owner, Rule};
use crate::phrase::{Phrase, phrase};
use crate::tls::walk::Side;

/// RFC 6298: a SYN is repeated after one second and then at doubled intervals.
pub(super) const RULE: Rule = Rule {
    id: "tcp-no-response",
    check,
};

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    let connection = attempt.connection()?;
    let tcp = &connection.tcp;
    let (&(first, started), &(last, ended)) = (tcp.client.syns.first()?, tcp.client.syns.last()?);
    if tcp.server.frames > 0 || tcp.client.bytes > 0 || connection.connected() {
        return None;
    }
    // An answer may still be on its way when the capture ends.
    if context
        .capture
        .last
        .is_none_or(|end| end.since(started) < super::SILENCE)
    {
        return None;
    }
    let tries = tcp.client.syns.len();
    let target = service(attempt);
    let mut finding = Finding::error(
        RULE.id,
        By::Unknown,
        At::Tcp,
        phrase("tcp-no-response-summary")
            .with("who", client(attempt))
            .with("target", &target)
            .with("tries", tries)
            .with("span", seconds(ended.since(started))),
    )
    // A SYN that is not repeated was given up early, or its repetitions are not in the capture.
    .confidence(if tries > 1 {
        Confidence::Certain
    } else {
        Confidence::Possible
    })
    .evidence(first, phrase("syn-to").with("server", connection.server))
    .claims_silence_of(Side::Server);
    if last != first {
        let steps: Vec<Phrase> = tcp
            .client
            .syns
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] => Some(seconds(b.1.since(a.1))),
                _ => None,
            })
            .collect();
        finding = finding.evidence(
            last,
            phrase("tcp-no-response-last").with("steps", chained(&steps, "enumerated")),
        );
    }
    for earlier in attempt.connections.iter().rev().skip(1) {
        finding = finding.evidence(
            earlier.first.0,
            phrase("tcp-no-response-tried").with("server", earlier.server),
        );
    }
    Some(
        finding
            .cannot_tell(phrase("tcp-no-response-cannot-tell"))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("tcp-no-response-allow")
                    .with("port", connection.server.port)
                    .with("device", attempt.device)
                    .with("name", &attempt.service.name),
            ))
            .remedy(on_device(
                attempt,
                phrase("tcp-no-response-interface"),
                &[
                    Command::with(
                        "telnet {} {} /source-interface <interface with {}>",
                        &[&attempt.host(), &connection.server.port, &attempt.device],
                    ),
                    Command::with("show ip route {}", &[&connection.server.ip]),
                    Command::fixed("configure terminal"),
                    Command::with(
                        "  ip http client source-interface <interface with {}>",
                        &[&attempt.device],
                    ),
                    Command::fixed("  end"),
                ],
            )),
    )
}
