//! Attempt → Finding: the resolver never answered, so nothing could be connected to.

use std::net::IpAddr;

use super::cslu::address_of_cslu;
use super::{client, elsewhere, frames, on_client};
use crate::attempt::Attempt;
use crate::base::command::HostArgument;
use crate::base::confidence::Confidence;
use crate::base::dialect::{Task, task};
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::dns::lookup::Lookup;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Rule};

/// RFC 1035 section 4.2.1: a resolver repeats a question that is not answered, to the same server or the next.
pub(super) const RULE: Rule = rule!("dns-no-response", Cause, check);

fn check(attempt: &Attempt<'_>, context: &Context<'_>) -> Option<Finding> {
    if let Some(connection) = attempt.dns_over_tcp.filter(|_| attempt.connections.is_empty()) {
        return over_tcp(attempt, connection, context);
    }
    if !attempt.connections.is_empty() || attempt.lookups.iter().any(|lookup| lookup.answer.is_some()) {
        return None;
    }
    let lookup = attempt.lookups.first()?;
    if attempt.lookups.iter().all(|lookup| is_broadcast(lookup.server)) {
        return Some(no_name_server(attempt, lookup));
    }
    let questions: Vec<_> = attempt
        .lookups
        .iter()
        .flat_map(|it| &it.questions)
        .map(|question| question.frame)
        .collect();
    let &last = questions.iter().max()?;
    let last_time = attempt
        .lookups
        .iter()
        .flat_map(|it| &it.questions)
        .map(|question| question.time)
        .max()?;
    let watched = context
        .capture
        .last
        .is_some_and(|end| end.since(last_time) >= super::SILENCE);
    // A router or the server itself says that nobody gets the question.
    let refusal = attempt.icmp.iter().find(|error| error.quoted_seq.is_none());
    // One question for each type of record is no repetition.
    let is_repeated = attempt.lookups.iter().any(|lookup| lookup.questions.len() > 1);
    if !is_repeated && !watched && refusal.is_none() {
        return None; // the answer may lie beyond the end of the capture
    }
    let (server, name) = (lookup.server, &lookup.name);
    let mut servers: Vec<String> = attempt.lookups.iter().map(|it| it.server.to_string()).collect();
    servers.dedup();
    let summary: Phrase = match refusal {
        Some(error) => phrase("dns-refused")
            .with("from", error.from)
            .with("kind", error.kind.phrase())
            .with("name", name),
        None => phrase("dns-no-response-summary")
            .with("who", client(attempt))
            .with("name", name),
    };
    let mut finding = Finding::error(RULE.id, By::Unknown, At::Dns, summary)
        .confidence(if is_repeated || refusal.is_some() {
            Confidence::Certain
        } else {
            Confidence::Possible
        })
        .evidence(
            *questions.first()?,
            phrase("dns-no-response-asks").with("server", server).with("name", name),
        );
    if questions.len() > 1 {
        finding = finding.evidence(
            last,
            phrase("dns-no-response-last-question")
                .with("count", questions.len())
                .with("frames", frames(&questions)),
        );
    }
    if !is_repeated && refusal.is_none() {
        finding = finding.cannot_tell(phrase("dns-asked-once").with("server", server));
    }
    let finding = match refusal {
        Some(error) => finding.evidence(
            error.frame,
            phrase("dns-refused-by-icmp")
                .with("from", error.from)
                .with("kind", error.kind.phrase())
                .with("server", server),
        ),
        None => finding
            .claims_silence_of(Side::Server)
            .cannot_tell(phrase("dns-no-response-cannot-tell")),
    };
    Some(
        finding
            .remedy(on_client(
                attempt,
                phrase("dns-no-response-configure").with("servers", servers.join(", ")),
                &[
                    task("show-resolver"),
                    task("ping").with("server", &server),
                    task("resolve-at")
                        .with("resolver", &server)
                        .with("host", &HostArgument::new(name.raw(), "<name>")),
                    task("use-lookup"),
                    reachable_resolver(),
                ],
            ))
            .remedy(elsewhere(
                attempt,
                Owner::Firewall,
                phrase("dns-no-response-allow")
                    .with("device", attempt.device)
                    .with("server", server),
            )),
    )
}

fn reachable_resolver() -> Task {
    task("set-resolver").with("can", &"can be reached")
}

fn is_broadcast(server: IpAddr) -> bool {
    matches!(server, IpAddr::V4(address) if address.is_broadcast())
}

/// A device without a name server asks everybody on its link, and nobody is expected to answer.
fn no_name_server(attempt: &Attempt<'_>, lookup: &Lookup) -> Finding {
    let count = attempt.lookups.iter().map(|it| it.questions.len()).sum::<usize>();
    let finding = Finding::error(
        RULE.id,
        By::Device,
        At::Dns,
        phrase("dns-no-name-server")
            .with("who", client(attempt))
            .with("name", &lookup.name),
    )
    .confidence(Confidence::Likely)
    .evidence(
        lookup.first().frame,
        phrase("dns-no-name-server-asks")
            .with("server", lookup.server)
            .with("name", &lookup.name)
            .with("count", count),
    )
    .alternative("dns-server-not-used", phrase("dns-no-name-server-or"))
    .remedy(on_client(
        attempt,
        phrase("dns-no-name-server-do").with("who", client(attempt)),
        &[task("show-resolver"), task("use-lookup"), reachable_resolver()],
    ));
    match address_of_cslu(attempt) {
        Some(remedy) => finding.remedy(remedy),
        None => finding,
    }
}

/// The answer did not fit into UDP, and TCP does not get through.
fn over_tcp(attempt: &Attempt<'_>, connection: &Connection, context: &Context<'_>) -> Option<Finding> {
    let lookup = attempt.lookups.iter().find(|it| it.answer.is_some())?;
    let answer = lookup.answer.as_ref()?;
    let refused = connection.tcp.server.reset;
    let asked = connection.tcp.client.syns.first()?;
    let last = connection.tcp.client.syns.last()?.frame;
    let waited = context.capture.last?.since(asked.time);
    if refused.is_none() && waited < super::SILENCE {
        return None;
    }
    let server = connection.server;
    let mut finding = Finding::error(
        RULE.id,
        By::Unknown,
        At::Dns,
        phrase("dns-no-response-over-tcp")
            .with("who", client(attempt))
            .with("name", &lookup.name)
            .with("server", server),
    )
    .confidence(if refused.is_some() || last != asked.frame {
        Confidence::Certain
    } else {
        Confidence::Possible
    })
    .evidence(answer.frame, phrase("dns-no-response-truncated"))
    .evidence(asked.frame, phrase("syn-to").with("server", server));
    finding = match refused {
        Some(reset) => finding.evidence(
            reset.frame,
            phrase("tcp-refused-answer")
                .with("span", super::seconds(reset.time.since(asked.time)))
                .with("ttl", reset.ttl),
        ),
        None => finding
            .evidence(
                last,
                phrase("dns-no-response-tcp-silent").with("span", super::seconds(waited)),
            )
            .claims_silence_of(Side::Server),
    };
    Some(
        finding.remedy(elsewhere(
            attempt,
            Owner::Firewall,
            phrase("dns-no-response-allow-tcp")
                .with("device", attempt.device)
                .with("server", lookup.server),
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::attempts;
    use crate::base::frame::{FrameAt, FrameNumber, Timestamp};
    use crate::base::wire_text::WireText;
    use crate::dns::lookup::Lookups;
    use crate::dns::message::{Message, Status};
    use crate::profile::Profile;
    use crate::profile::options::Options;

    #[test]
    fn a_device_that_asks_everybody_has_no_name_server_and_nobody_is_blamed() {
        let asked = |name: &str| {
            let mut lookups = Lookups::default();
            let question = Message {
                id: 1,
                is_response: false,
                truncated: false,
                status: Status::NO_ERROR,
                name: WireText::from(name),
                kind: 1,
                addresses: Vec::new(),
            };
            let (device, everybody) = ([10, 0, 0, 1].into(), [255; 4].into());
            lookups.message(question, device, everybody, FrameAt::new(FrameNumber(1), Timestamp(0)));
            let options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
            let attempts = attempts(&options, &[], &lookups.all, &[]);
            let attempt = &attempts[0];
            assert!(attempt.lookups.iter().all(|lookup| is_broadcast(lookup.server)));
            no_name_server(attempt, attempt.lookups[0])
        };
        let cloud = asked("smartreceiver.cisco.com");
        assert_eq!((cloud.by, cloud.confidence), (Some(By::Device), Confidence::Likely));
        assert_eq!(cloud.remedies.len(), 1);
        // A CSLU has a second cure: its address.
        for name in ["cslu-local", "cslu-local.branch.example"] {
            assert_eq!(asked(name).remedies.len(), 2, "{name}");
        }
        let commands: Vec<String> = cloud.remedies[0].commands.iter().map(ToString::to_string).collect();
        assert!(commands.iter().all(|it| !it.contains("255")), "{commands:?}");
    }
}
