//! Capture → Finding: the capture holds no attempt.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::device_facts::{self, Fact, facts};
use crate::attempt::contents::Contents;
use crate::attempt::hosts::Seen;
use crate::base::command::HostName;
use crate::base::dialect::task;
use crate::base::frame::FrameNumber;
use crate::base::phrase::{Phrase, phrase};
use crate::decode::capwap::Capwap;
use crate::dns::lookup::Lookup;
use crate::judge::context::Context;
use crate::judge::finding::{Evidence, Finding, Owner, Remedy, Severity, VerdictId};
use crate::judge::recapture::{Topology, Wanting, recapture, try_again};
use crate::profile::Transport;

const SECOND: i64 = 1_000_000_000;

/// The number of controllers, and of names looked up, that are listed one by one.
const MAX_SHOWN: usize = 4;

/// The root of all names, whose own is empty (RFC 1034 section 3.1).
const ROOT: &str = ".";

/// The verdict id.
pub const ID: VerdictId = VerdictId::new("no-licensing-traffic");

/// The finding for a capture without attempts.
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
    finding = unread(finding, contents);
    // A new capture of EAP would be just as unreadable; what reads it stands beside its count.
    if context.options.profile.everything && contents.eap_tls_packets > 0 && contents.tcp_connections == 0 {
        return finding;
    }
    // Another capture of QUIC would be just as unreadable.
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

/// Adds what is in the capture and was not read.
fn unread(mut finding: Finding, contents: &Contents) -> Finding {
    if contents.quic_packets > 0 || contents.capwap_packets > 0 {
        finding = finding.cannot_tell(
            phrase("no-licensing-traffic-cannot-tell-udp")
                .with("quic", contents.quic_packets)
                .with("capwap", contents.capwap_packets),
        );
    }
    if contents.eap_tls_packets > 0 {
        let inside = phrase("no-licensing-traffic-cannot-tell-eap");
        finding = finding.cannot_tell(inside.with("count", contents.eap_tls_packets));
    }
    finding
}

/// An On-Prem, a CSLU or a proxy has a name that only its owner knows: the reader learns here which option to type. A
/// name that a shell would not take as a plain word is never put into a command.
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

/// Adds what the silence proves, and how to end it.
fn quiet(finding: &mut Finding, context: &Context<'_>) {
    finding.evidence.extend(watched_against_cycle(context));
    let known = Known::of(context);
    finding.evidence.extend(known.iter().flat_map(Known::evidence));
    if known.is_empty() && context.capture.frames > 0 {
        finding.evidence.push(of_the_whole(phrase("quiet-unknown")));
    }
    let logs = &context.options.logs;
    let facts = facts(logs);
    finding
        .evidence
        .extend(facts.iter().map(|fact| of_the_whole(fact.says(logs))));
    finding
        .remedies
        .extend(device_facts::remedies(logs, context.options.dialect()));
    // A device whose transport is off sends nothing that another capture could hold.
    if !facts.contains(&Fact::Offline) {
        finding.remedies.extend(capture_a_try(context));
    }
}

/// Evidence that no single frame shows.
fn of_the_whole(what: Phrase) -> Evidence {
    Evidence {
        frame: FrameNumber::default(),
        what,
    }
}

/// The capture's length against the time between two regular reports, if the profile knows that time.
fn watched_against_cycle(context: &Context<'_>) -> Option<Evidence> {
    let capture = context.capture;
    let cycle = context.options.profile.cadence.as_ref()?.report_seconds;
    if cycle <= 0 || capture.frames == 0 {
        return None;
    }
    let duration = match (capture.first, capture.last) {
        (Some(first), Some(last)) => last.since(first) / SECOND,
        _ => 0,
    };
    let said = if duration > cycle {
        phrase("quiet-long")
    } else {
        phrase("quiet-short").with("percent", (duration * 100).checked_div(cycle).unwrap_or_default())
    };
    Some(of_the_whole(
        said.with("watched", length(duration)).with("cycle", length(cycle)),
    ))
}

/// A controller, and what the capture holds of its traffic.
struct Known<'a> {
    address: IpAddr,
    /// True if an option names it; otherwise its CAPWAP identifies it.
    by_option: bool,
    seen: Seen,
    capwap: Option<Capwap>,
    lookups: Vec<&'a Lookup>,
}

impl<'a> Known<'a> {
    /// The controllers that options name; if they name none, the controllers that were recognised.
    fn of(context: &Context<'a>) -> Vec<Self> {
        let watched = context.watched;
        let known = |address, by_option| Self {
            address,
            by_option,
            seen: watched.hosts.of(address),
            capwap: watched.controllers.of(address),
            lookups: watched.lookups.iter().filter(|it| it.client == address).collect(),
        };
        let named = context.options.wlc.iter().map(|&ip| known(ip, true));
        let named: Vec<Self> = named.collect();
        if !named.is_empty() {
            return named;
        }
        let recognised = watched.controllers.iter().take(MAX_SHOWN);
        recognised.map(|(ip, _)| known(ip, false)).collect()
    }

    fn first_frame(&self) -> Option<FrameNumber> {
        let frames = [
            self.seen.first.map(|first| first.frame),
            self.capwap.map(|capwap| capwap.first.frame),
            self.lookups.first().map(|it| it.first().frame),
        ];
        frames.into_iter().flatten().min()
    }

    /// The traffic it was seen sending, and the names it looked up.
    fn evidence(&self) -> Vec<Evidence> {
        let Some(frame) = self.first_frame() else {
            return vec![of_the_whole(phrase("quiet-unseen").with("address", self.address))];
        };
        let why = phrase(if self.by_option {
            "quiet-by-option"
        } else {
            "quiet-by-capwap"
        });
        let seen = phrase("quiet-seen")
            .with("address", self.address)
            .with("why", why)
            .with("capwap", self.capwap.map_or(0, |capwap| capwap.packets))
            .with("opened", self.seen.opened)
            .with("sent", self.seen.sent);
        vec![Evidence { frame, what: seen }, self.asked()]
    }

    fn asked(&self) -> Evidence {
        let Some(first) = self.lookups.first() else {
            return of_the_whole(phrase("quiet-no-lookups").with("address", self.address));
        };
        let names: BTreeSet<String> = self.lookups.iter().map(|it| it.name.to_string()).collect();
        let named = names.into_iter().filter(|name| !name.is_empty());
        let mut shown: Vec<String> = named.take(MAX_SHOWN).collect();
        if shown.is_empty() {
            shown.push(ROOT.to_owned());
        }
        Evidence {
            frame: first.first().frame,
            what: phrase("quiet-lookups")
                .with("count", self.lookups.len())
                .with("names", shown.join(", ")),
        }
    }
}

/// The remedies: check the device first, then capture one of its tries.
fn capture_a_try(context: &Context<'_>) -> Vec<Remedy> {
    let options = context.options;
    let dialect = options.dialect();
    let mut remedies = vec![Remedy {
        owner: Owner::Wlc,
        action: phrase("quiet-look"),
        commands: dialect.lines(&[
            task("show-transport"),
            task("show-settings"),
            task("show-reports"),
            task("show-history"),
        ]),
        verify: phrase("quiet-look-expect"),
    }];
    // The options determine the transport, and each transport has its own command to start a try.
    let own = if options.on_prem.is_empty() && options.cslu.is_empty() {
        Transport::Cssm
    } else {
        Transport::OnPrem
    };
    let wanting = Wanting {
        patience: true,
        ..Wanting::of(context)
    };
    remedies.extend(recapture(
        dialect,
        &Topology::expected(context),
        &try_again(dialect, own, None),
        wanting,
    ));
    remedies
}

/// A length of time; a few seconds are not counted exactly.
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
