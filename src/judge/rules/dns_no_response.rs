//! Attempt → Finding: the resolver never answered, so nothing could be connected to.

use std::net::IpAddr;

use super::cslu::address_of_cslu;
use super::{client, elsewhere, frames, hops_field, on_client};
use crate::attempt::Attempt;
use crate::base::command::HostArgument;
use crate::base::confidence::Confidence;
use crate::base::dialect::{Task, task};
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::connection::Connection;
use crate::connection::walk::Side;
use crate::decode::IcmpError;
use crate::dns::lookup::Lookup;
use crate::judge::alternative::OtherCause;
use crate::judge::context::Context;
use crate::judge::finding::{At, By, Finding, Owner, Remedy, Rule};

/// RFC 1035 section 4.2.1: a client repeats a question that is not answered, to the same server or the next.
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
    Some(Unanswered::recognise(attempt, context)?.finding(attempt))
}

/// Questions without an answer.
struct Unanswered<'a> {
    /// The first look-up.
    lookup: &'a Lookup,
    /// The frames of all questions, repetitions included.
    questions: Vec<FrameNumber>,
    /// A router, or the server itself, reports that the question cannot be delivered.
    refusal: Option<&'a IcmpError>,
    /// A question was sent again; one question for each type of record is no repetition.
    is_repeated: bool,
}

impl<'a> Unanswered<'a> {
    /// `None` if the answer may come after the end of the capture.
    fn recognise(attempt: &Attempt<'a>, context: &Context<'_>) -> Option<Self> {
        let lookups = &attempt.lookups;
        let questions = || lookups.iter().flat_map(|it| &it.questions);
        let last = questions().map(|question| question.time).max()?;
        let end = context.capture.watched_until(last);
        let mut frames: Vec<FrameNumber> = questions().map(|question| question.frame).collect();
        frames.sort_unstable();
        let it = Self {
            lookup: lookups.first()?,
            questions: frames,
            refusal: attempt.icmp.iter().copied().find(|error| error.quoted_seq.is_none()),
            is_repeated: lookups.iter().any(|lookup| lookup.questions.len() > 1),
        };
        let is_watched = end.is_some_and(|end| end.since(last) >= super::SILENCE);
        (it.is_repeated || it.refusal.is_some() || is_watched).then_some(it)
    }

    fn summary(&self, attempt: &Attempt<'_>) -> Phrase {
        match self.refusal {
            Some(error) => phrase("dns-refused")
                .with("from", error.from)
                .with("kind", error.kind.phrase()),
            None => phrase("dns-no-response-summary").with("who", client(attempt)),
        }
        .with("name", &self.lookup.name)
    }

    const fn confidence(&self) -> Confidence {
        if self.is_repeated || self.refusal.is_some() {
            Confidence::Certain
        } else {
            Confidence::Possible
        }
    }

    fn finding(&self, attempt: &Attempt<'_>) -> Finding {
        let finding =
            Finding::error(RULE.id, By::Unknown, At::Dns, self.summary(attempt)).confidence(self.confidence());
        let mut finding = self.with_silence(self.with_questions(finding));
        finding.remedies.extend(self.remedies(attempt));
        finding
    }

    fn with_questions(&self, mut finding: Finding) -> Finding {
        let (server, name) = (self.lookup.server, &self.lookup.name);
        if let Some(&first) = self.questions.first() {
            let asks = phrase("dns-no-response-asks").with("server", server).with("name", name);
            finding = finding.evidence(first, asks);
        }
        if let Some(&last) = self.questions.last().filter(|_| self.questions.len() > 1) {
            let again = phrase("dns-no-response-last-question")
                .with("count", self.questions.len())
                .with("frames", frames(&self.questions));
            finding = finding.evidence(last, again);
        }
        finding
    }

    fn with_silence(&self, mut finding: Finding) -> Finding {
        let server = self.lookup.server;
        if let Some(error) = self.refusal {
            let says = phrase("dns-refused-by-icmp")
                .with("from", error.from)
                .with("kind", error.kind.phrase())
                .with("server", server);
            return finding.evidence(error.frame, says);
        }
        if !self.is_repeated {
            finding = finding.cannot_tell(phrase("dns-asked-once").with("server", server));
        }
        finding
            .claims_silence_of(Side::Server)
            .cannot_tell(phrase("dns-no-response-cannot-tell"))
    }

    /// True if the error carries the resolver's own address: it is reachable, and its port is not.
    fn is_by_resolver(&self) -> bool {
        self.refusal.is_some_and(|error| error.from == self.lookup.server)
    }

    fn remedies(&self, attempt: &Attempt<'_>) -> [Remedy; 2] {
        let server = self.lookup.server;
        let mut servers: Vec<String> = attempt.lookups.iter().map(|it| it.server.to_string()).collect();
        servers.dedup();
        let configure = on_client(
            attempt,
            phrase("dns-no-response-configure").with("servers", servers.join(", ")),
            &[
                task("show-resolver"),
                task("ping").with("server", &server),
                task("resolve-at")
                    .with("resolver", &server)
                    .with("host", &HostArgument::new(self.lookup.name.raw(), "<name>")),
                task("use-lookup"),
                if self.is_by_resolver() {
                    task("set-resolver").with("can", &"answers")
                } else {
                    reachable_resolver()
                },
            ],
        );
        let (owner, action) = match self.is_by_resolver() {
            true => (Owner::Server, "dns-port-unreachable-do"),
            false => (Owner::Firewall, "dns-no-response-allow"),
        };
        let action = phrase(action).with("device", attempt.device).with("server", server);
        let there = elsewhere(attempt, owner, action);
        match self.is_by_resolver() {
            true => [there, configure],
            false => [configure, there],
        }
    }
}

fn reachable_resolver() -> Task {
    task("set-resolver").with("can", &"can be reached")
}

fn is_broadcast(server: IpAddr) -> bool {
    matches!(server, IpAddr::V4(address) if address.is_broadcast())
}

/// A device without a name server broadcasts its questions, and an answer is unlikely.
fn no_name_server(attempt: &Attempt<'_>, lookup: &Lookup) -> Finding {
    let count = attempt.lookups.iter().map(|it| it.questions.len()).sum::<usize>();
    // Only of a device that was looked for is it known that it may have routing tables of its own.
    let (or, cure) = match attempt.licensing {
        true => ("dns-no-name-server-or", "dns-no-name-server-do"),
        false => ("dns-no-name-server-or-unused", "dns-no-name-server-set"),
    };
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
    .alternative(OtherCause::DnsServerNotUsed, phrase(or))
    .remedy(on_client(
        attempt,
        phrase(cure).with("who", client(attempt)),
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
    let waited = context.capture.watched_until(asked.time)?.since(asked.time);
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
                .with("field", hops_field(server.ip))
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
        // A CSLU has a second remedy: its address.
        for name in ["cslu-local", "cslu-local.branch.example"] {
            assert_eq!(asked(name).remedies.len(), 2, "{name}");
        }
        let commands: Vec<String> = cloud.remedies[0].commands.iter().map(ToString::to_string).collect();
        assert!(commands.iter().all(|it| !it.contains("255")), "{commands:?}");
    }
}
