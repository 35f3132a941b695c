//! Capture → Finding: there is no attempt in it at all.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::device_facts::{self, Fact, facts};
use crate::attempt::contents::Contents;
use crate::base::command::HostName;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::judge::context::Context;
use crate::judge::finding::{Evidence, Finding, Owner, Remedy, Severity};
use crate::judge::recapture::{Topology, Wanting, recapture, try_again};
use crate::profile::Transport;

const SECOND: i64 = 1_000_000_000;

/// Controllers, and names asked for, that are told one by one.
const MAX_SHOWN: usize = 4;

/// The root of all names, whose own is empty (RFC 1034 section 3.1).
const ROOT: &str = ".";

/// The verdict id.
pub const ID: &str = "no-licensing-traffic";

/// What is said of a capture without attempts.
#[must_use]
pub fn finding(context: &Context<'_>) -> Finding {
    let contents = context.contents;
    let watched = match (context.capture.first, context.capture.last) {
        (Some(first), Some(last)) => watched_for(last.since(first)),
        _ => phrase("no-licensing-traffic-no-time"),
    };
    let id = match (context.options.profile.everything, context.capture.frames) {
        (true, 0) => "no-licensing-traffic-summary-tls-empty",
        (true, _) => "no-licensing-traffic-summary-tls",
        (false, 0) => "no-licensing-traffic-summary-empty",
        (false, _) if facts(&context.options.logs).contains(&Fact::Offline) => "no-licensing-traffic-summary-offline",
        (false, _) => "no-licensing-traffic-summary",
    };
    let mut finding = Finding::ok(
        ID,
        phrase(id)
            .with("watched", watched)
            .with("frames", context.capture.frames)
            .with("tcp", contents.tcp_connections)
            .with("tls", contents.tls_connections),
    )
    .severity(Severity::Note);
    if contents.quic_packets > 0 || contents.capwap_packets > 0 {
        finding = finding.cannot_tell(
            phrase("no-licensing-traffic-cannot-tell-udp")
                .with("quic", contents.quic_packets)
                .with("capwap", contents.capwap_packets),
        );
    }
    // Another capture of QUIC would hold QUIC again.
    if context.options.profile.everything
        && contents.tcp_connections == 0
        && contents.quic_packets > 0
        && contents.quic_connections == 0
    {
        return finding.remedy(Remedy {
            owner: Owner::Wlc,
            action: phrase("no-licensing-traffic-over-tcp"),
            commands: Vec::new(),
            verify: phrase("no-licensing-traffic-verify"),
        });
    }
    if context.options.profile.everything {
        return finding.remedy(Remedy {
            owner: Owner::Capture,
            action: phrase("no-licensing-traffic-again"),
            commands: Vec::new(),
            verify: phrase("no-licensing-traffic-verify"),
        });
    }
    if contents.tcp_connections > 0 {
        finding = finding.cannot_tell(phrase("no-licensing-traffic-cannot-tell-private"));
    }
    finding = finding.cannot_tell(phrase("no-licensing-traffic-cannot-tell"));
    others_name(&mut finding, contents);
    quiet(&mut finding, context);
    finding
}

/// An On-Prem, a CSLU or a proxy has a name that only its owner knows: whoever has one finds out here what to type. A name
/// that a shell would take for more than a name is none to be typed.
fn others_name(finding: &mut Finding, contents: &Contents) {
    let names = contents.server_names.iter().filter_map(|name| HostName::new(name));
    let names: Vec<HostName> = names.take(MAX_SHOWN).collect();
    if let Some(name) = names.first() {
        let shown: Vec<&str> = names.iter().map(HostName::as_str).collect();
        finding.evidence.push(Evidence {
            frame: FrameNumber::default(),
            what: phrase("quiet-others-name")
                .with("names", shown.join(", "))
                .with("name", name.clone()),
        });
    }
}

/// What the silence proves, and how to end it.
fn quiet(finding: &mut Finding, context: &Context<'_>) {
    let (capture, watched) = (context.capture, context.watched);
    let duration = match (capture.first, capture.last) {
        (Some(first), Some(last)) => last.since(first) / SECOND,
        _ => 0,
    };
    let mut say = |frame: Option<FrameNumber>, what: Phrase| {
        finding.evidence.push(Evidence {
            frame: frame.unwrap_or_default(),
            what,
        });
    };
    let cycle = context
        .options
        .profile
        .cadence
        .as_ref()
        .map(|usual| usual.report_seconds);
    if let Some(cycle) = cycle.filter(|&cycle| cycle > 0 && capture.frames > 0) {
        say(
            None,
            if duration > cycle {
                phrase("quiet-long")
                    .with("watched", length(duration))
                    .with("cycle", length(cycle))
            } else {
                phrase("quiet-short")
                    .with("watched", length(duration))
                    .with("cycle", length(cycle))
                    .with("percent", (duration * 100).checked_div(cycle).unwrap_or_default())
            },
        );
    }
    let named = context.options.wlc.iter().map(|&ip| (ip, true));
    let recognised = watched.controllers.iter().map(|(ip, _)| (ip, false));
    let mut known: Vec<(IpAddr, bool)> = named.collect();
    if known.is_empty() {
        known.extend(recognised.take(MAX_SHOWN));
    }
    for &(address, by_option) in &known {
        let (seen, capwap) = (watched.hosts.of(address), watched.controllers.of(address));
        let lookups: Vec<_> = watched.lookups.iter().filter(|it| it.client == address).collect();
        let first = [
            seen.first.map(|(frame, _)| frame),
            capwap.map(|capwap| capwap.first.0),
            lookups.first().map(|it| it.first().0),
        ];
        let first = first.into_iter().flatten().min();
        let why = phrase(if by_option {
            "quiet-by-option"
        } else {
            "quiet-by-capwap"
        });
        if first.is_none() {
            say(None, phrase("quiet-unseen").with("address", address));
            continue;
        }
        say(
            first,
            phrase("quiet-seen")
                .with("address", address)
                .with("why", why)
                .with("capwap", capwap.map_or(0, |capwap| capwap.packets))
                .with("opened", seen.opened)
                .with("sent", seen.sent),
        );
        if lookups.is_empty() {
            say(None, phrase("quiet-no-lookups").with("address", address));
        } else {
            let names: BTreeSet<String> = lookups.iter().map(|it| it.name.to_string()).collect();
            let named = names.into_iter().filter(|name| !name.is_empty());
            let mut shown: Vec<String> = named.take(MAX_SHOWN).collect();
            if shown.is_empty() {
                shown.push(ROOT.to_owned());
            }
            say(
                lookups.first().map(|it| it.first().0),
                phrase("quiet-lookups")
                    .with("count", lookups.len())
                    .with("names", shown.join(", ")),
            );
        }
    }
    if known.is_empty() && capture.frames > 0 {
        say(None, phrase("quiet-unknown"));
    }
    let logs = &context.options.logs;
    let facts = facts(logs);
    for fact in &facts {
        finding.evidence.push(Evidence {
            frame: FrameNumber::default(),
            what: fact.says(logs),
        });
    }
    finding
        .remedies
        .extend(device_facts::remedies(logs, context.options.dialect()));
    // What is not to be sent is not to be captured.
    if facts.contains(&Fact::Offline) {
        return;
    }
    let wanting = Wanting {
        patience: true,
        ..Wanting::of(context)
    };
    // What the user named tells the transport; the trigger that suits it is the one to type.
    let options = context.options;
    let dialect = options.dialect();
    let own = if options.on_prem.is_empty() && options.cslu.is_empty() {
        Transport::Cssm
    } else {
        Transport::OnPrem
    };
    finding.remedies.push(Remedy {
        owner: Owner::Wlc,
        action: phrase("quiet-look"),
        commands: dialect.lines(&[
            task("show-transport"),
            task("show-settings"),
            task("show-reports"),
            task("show-history"),
        ]),
        verify: phrase("quiet-look-expect"),
    });
    finding.remedies.extend(recapture(
        dialect,
        &Topology::expected(context),
        &try_again(dialect, own, None),
        wanting,
    ));
}

/// A length of time; of a few seconds nobody wants to know how many.
fn length(seconds: i64) -> Phrase {
    if seconds < 5 {
        phrase("quiet-moment")
    } else {
        super::span(seconds)
    }
}

fn watched_for(ns: i64) -> Phrase {
    if ns < 120_000_000_000 {
        super::seconds(ns)
    } else {
        super::span(ns / 1_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_to_be_typed_is_no_more_than_a_name() {
        let said = |names: &[&str]| {
            let mut finding = Finding::ok(ID, phrase("verbatim"));
            let contents = Contents {
                server_names: names.iter().map(|&name| name.to_owned()).collect(),
                ..Contents::default()
            };
            others_name(&mut finding, &contents);
            finding.evidence.iter().map(|it| it.what.english()).collect::<Vec<_>>()
        };
        let [one] = &said(&[
            "$(reboot)",
            "--all",
            "a b",
            "ssm.corp.example",
            "x_1.example",
            "x-1.example",
        ])[..] else {
            panic!("one hint")
        };
        assert!(one.contains("for ssm.corp.example, x-1.example,"), "{one}");
        assert!(one.contains("--on-prem ssm.corp.example,"), "{one}");
        assert_eq!(said(&["`x`"]), [""; 0]);
    }
}
