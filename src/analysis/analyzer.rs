//! Frames → Report: the whole pipeline. Push frames in, get a report out; no I/O, no clock.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::io::Read;
use std::ops::ControlFlow;

use crate::analysis::collector::{Checksums, Collected};
use crate::analysis::crowd::Crowd;
use crate::analysis::dropped::{bounds_that_bit, skipped};
use crate::analysis::listing::{Unlisted, is_listed};
use crate::analysis::story::Story;
use crate::attempt::attested;
use crate::attempt::contents::Contents;
use crate::attempt::hosts::{Hosts, Watched};
use crate::attempt::index::Directory;
use crate::attempt::selection::Selector;
use crate::attempt::testimony;
use crate::attempt::unresolved;
use crate::attempt::{self, Attempt};
use crate::base::frame::{Anomaly, AnomalyKind, Frame, FrameNumber, Timestamp};
use crate::base::phrase::phrase;
use crate::base::wire_text::WireText;
use crate::capture::{CaptureError, CaptureFacts, MergeError, read_frames, read_merged};
use crate::decode::Decoder;
use crate::decode::Skip;
use crate::judge::context::Context;
use crate::judge::verdict::{self, Verdict};
use crate::profile::options::Options;
use crate::report::whynot::{self, WhyNot};
use crate::report::{self, Report};

/// The number of names listed for a capture without licensing traffic.
const MAX_NAMES: usize = 8;

/// Reads a whole capture and reports on its attempts.
///
/// # Errors
/// If the input is not a capture, or reading it fails.
pub fn analyze(input: impl Read, file: &str, options: &Options) -> Result<Report, CaptureError> {
    let mut analyzer = Analyzer::new(options);
    let facts = read_frames(input, |frame| {
        analyzer.push(frame);
        ControlFlow::Continue(())
    })?;
    Ok(analyzer.finish(file, &facts))
}

/// Reads several captures that continue each other, or overlap, as one ([`read_merged`]), and reports on it. Inputs
/// come with their names.
///
/// # Errors
/// If one of the inputs is not a capture, or reading it fails, or there are too many.
pub fn analyze_merged<R: Read>(
    inputs: impl IntoIterator<Item = (String, R)>,
    options: &Options,
) -> Result<Report, MergeError> {
    let mut analyzer = Analyzer::new(options);
    let mut names = Vec::new();
    let inputs = inputs.into_iter().inspect(|(name, _)| names.push(name.clone()));
    let facts = read_merged(inputs, |frame| {
        analyzer.push(frame);
        ControlFlow::Continue(())
    })?;
    let name = match names.as_slice() {
        [first, .., last] if names.len() > 3 => format!("{first} … {last} ({} files)", names.len()),
        names => names.join(" + "),
    };
    let mut report = analyzer.finish(&name, &facts);
    if let Some(made_with) = report.made_with.as_mut().filter(|_| names.len() > 1) {
        made_with.merged = names;
    }
    Ok(report)
}

/// Reads a whole capture and explains for each of these verdicts why it was given, or not. An id that is no verdict
/// gets no answer.
///
/// # Errors
/// If the input is not a capture, or reading it fails.
pub fn why_not(
    input: impl Read,
    file: &str,
    options: &Options,
    verdicts: &[&str],
) -> Result<Vec<WhyNot>, CaptureError> {
    let mut analyzer = Analyzer::new(options);
    let facts = read_frames(input, |frame| {
        analyzer.push(frame);
        ControlFlow::Continue(())
    })?;
    let mut answers = Vec::new();
    let report = analyzer.finish_with(file, &facts, |judged| {
        let ask = |id: &&str| whynot::of_attempts(id, judged.attempts, judged.verdicts, judged.context);
        answers = verdicts.iter().filter_map(ask).collect();
    });
    Ok(answers.into_iter().map(|answer| answer.with_report(&report)).collect())
}

/// The parts of a report, for callers that need more than the report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged<'l, 'a> {
    /// The attempts of the report, in its order.
    pub(crate) attempts: &'l [Attempt<'a>],
    /// Their verdicts.
    pub(crate) verdicts: &'l [Verdict],
    /// The context that the rules got for each attempt.
    pub(crate) context: &'l Context<'l>,
}

/// The core: takes frames in the order of the file.
#[derive(Debug)]
pub struct Analyzer<'o> {
    pub(crate) options: &'o Options,
    pub(crate) decoder: Decoder,
    pub(crate) collected: Collected<'o>,
    /// Successful attempts that are only counted.
    pub(crate) crowd: Crowd,
}

impl<'o> Analyzer<'o> {
    /// Ready for the first frame.
    #[must_use]
    pub fn new(options: &'o Options) -> Self {
        let collected = Collected::new(options);
        Self {
            options,
            // Packets after a handshake are needed only if every connection is judged.
            decoder: Decoder::new().following_quic(collected.everything),
            crowd: Crowd::new(options, collected.everything),
            collected,
        }
    }

    /// For a capture that is told as it grows.
    pub(crate) fn growing(options: &'o Options) -> Self {
        Self {
            crowd: Crowd::never(),
            ..Self::new(options)
        }
    }

    /// Takes the next frame.
    pub fn push(&mut self, frame: &Frame<'_>) {
        let collected = &mut self.collected;
        self.decoder.decode(frame, &mut |decoded| collected.take(decoded));
        if collected.connections.len() >= self.crowd.due {
            self.count_what_went_well();
        }
    }

    /// Ends all flows and returns the report.
    #[must_use]
    pub fn finish(self, file: &str, facts: &CaptureFacts) -> Report {
        self.finish_with(file, facts, |_| ())
    }

    /// The same, and passes the attempts and all connections to callers that need more than the report.
    pub(crate) fn finish_with(
        mut self,
        file: &str,
        facts: &CaptureFacts,
        look: impl FnOnce(&Judged<'_, '_>),
    ) -> Report {
        self.end();
        let mut story = std::mem::take(&mut self.crowd.story);
        let mut report = self.judge(file, facts, &mut story, look);
        // A second reading would find no others.
        let collected = &self.collected;
        if (collected.flows.counts.flows > 0 || !collected.lookups.all.is_empty())
            && report.attempts.is_empty()
            && self.options.leave_open_what()
            && collected.has_no_others()
            && collected.has_no_unresolved()
        {
            report.others = Some(report::Others::default());
        }
        report
    }

    /// Ends every flow: no frame follows.
    pub(crate) fn end(&mut self) {
        let collected = &mut self.collected;
        self.decoder.finish(&mut |decoded| collected.take(decoded));
        for flow in collected.flows.finish() {
            self.collected.end(flow);
            if self.collected.connections.len() >= self.crowd.due {
                self.count_what_went_well();
            }
        }
        let collected = &mut self.collected;
        let until = collected.connections.iter().map(|it| it.last.time).max();
        for connection in collected.datagrams.finish(until.unwrap_or(Timestamp(i64::MIN))) {
            collected.end_datagrams((connection, false));
        }
        collected.lookups.sort();
    }

    /// Returns the report, and passes on everything that was collected.
    pub(crate) fn judge(
        &mut self,
        file: &str,
        facts: &CaptureFacts,
        story: &mut Story,
        look: impl FnOnce(&Judged<'_, '_>),
    ) -> Report {
        self.arrange(facts, story);
        let hosts = std::mem::take(&mut self.collected.hosts);
        let mut found = self.attempts(story);
        if self.collected.everything && self.collected.has_no_others() {
            let (attempts, directory) = &mut found;
            let lookups = &self.collected.lookups.all;
            unresolved::add(attempts, self.options, lookups, directory);
        }
        let (report, hosts) = self.report((file, facts), story, hosts, found, look);
        self.collected.hosts = hosts;
        report
    }

    /// The same for the attempts that are wanted, if there are any: if there are none, that costs no more than finding
    /// it out. May be called again.
    pub(crate) fn judge_some(
        &mut self,
        file: &str,
        facts: &CaptureFacts,
        story: &mut Story,
        mut wanted: impl for<'a> FnMut(&Attempt<'a>, &Directory<'a>) -> bool,
    ) -> Option<Report> {
        self.arrange(facts, story);
        let hosts = std::mem::take(&mut self.collected.hosts);
        let mut found = self.attempts(story);
        let (attempts, directory) = &mut found;
        attempts.retain(|attempt| wanted(attempt, directory));
        let (report, hosts) = if found.0.is_empty() {
            (None, hosts)
        } else {
            let (report, hosts) = self.report((file, facts), story, hosts, found, |_| ());
            (Some(report), hosts)
        };
        self.collected.hosts = hosts;
        report
    }

    /// Sorts the connections, and keeps the facts that later reports need.
    pub(super) fn arrange(&mut self, facts: &CaptureFacts, story: &mut Story) {
        let connections = &mut self.collected.connections;
        connections.sort_by_key(|connection| connection.index);
        self.collected.room.forget();
        attested::mark(connections, &attested::chains(facts.slice.as_deref()));
        for connection in connections {
            story.surroundings.add(connection);
        }
    }

    /// The attempts, and the other activities of their devices.
    pub(super) fn attempts(&self, story: &mut Story) -> (Vec<Attempt<'_>>, Directory<'_>) {
        let (connections, lookups) = (&self.collected.connections, &self.collected.lookups);
        let learnt = std::mem::take(&mut story.learnt);
        let selector = Selector::knowing(self.options, &lookups.all, connections, learnt);
        let directory = Directory::new(connections, &lookups.all, &self.collected.icmp);
        let attempts = attempt::grouped(&selector, connections, (&lookups.all, lookups.past), &directory);
        story.learnt = selector.into_learnt();
        (attempts, directory)
    }

    /// Traffic that was seen beside the attempts.
    pub(super) fn watched(&self, hosts: Hosts) -> Watched<'_> {
        Watched {
            hosts,
            controllers: self.decoder.controllers().clone(),
            neighbours: self.decoder.neighbours().clone(),
            channels: self.collected.channels.clone(),
            lookups: &self.collected.lookups.all,
            told: OnceCell::new(),
        }
    }

    fn report<'a>(
        &'a self,
        (file, facts): (&str, &CaptureFacts),
        story: &mut Story,
        hosts: Hosts,
        (mut attempts, directory): (Vec<Attempt<'a>>, Directory<'a>),
        look: impl FnOnce(&Judged<'_, '_>),
    ) -> (Report, Hosts) {
        let restored = facts.slice.as_ref().map(|note| note.restore(facts));
        let facts = restored.as_ref().unwrap_or(facts);
        let chains = attested::chains(facts.slice.as_deref());
        let anomalies = self.anomalies(facts);
        let contents = self.contents();
        let watched = self.watched(hosts);
        for attempt in &mut attempts {
            attempt::complete(attempt, self.options, &directory);
        }
        let offsets = testimony::assign(&self.options.logs, &mut attempts);
        let attested = attested::correct(&mut attempts, &chains);
        let context = Context {
            options: self.options,
            capture: facts,
            contents: &contents,
            watched: &watched,
            surroundings: &story.surroundings,
            snap_length_cut: self.collected.flows.counts.cut,
            offsets: &offsets,
        };
        let capture = self.capture(file, facts, &anomalies, &contents);
        // Attempts that went well are left out of a report on others, whether counted already or not.
        let counted = match self.options.others {
            true => std::mem::take(&mut story.unlisted).total(),
            false => 0,
        };
        let all = attempts
            .len()
            .saturating_add(usize::try_from(counted).unwrap_or(usize::MAX));
        let judge = |(attempt, is_attested): (Attempt<'a>, bool)| {
            let mut verdict = match self.options.others {
                true => verdict::judge_failure(&attempt, &context)?,
                false => verdict::judge(&attempt, &context),
            };
            if is_attested && let Some(cause) = verdict.findings.first_mut() {
                cause.cannot_tell.push(phrase("attested-chain"));
            }
            Some((attempt, verdict))
        };
        let (attempts, judged): (Vec<_>, Vec<_>) = attempts.into_iter().zip(attested).filter_map(judge).unzip();
        look(&Judged {
            attempts: &attempts,
            verdicts: &judged,
            context: &context,
        });
        let listed = self.listed((&attempts, &judged), story.listed, &mut story.unlisted);
        let mut report = report::build(capture, (&attempts, &judged), &listed, &context, story.before);
        report.left_out = story.unlisted.told();
        report.others = self.options.others.then(|| report::Others {
            failed: attempts.len(),
            not_failed: all.saturating_sub(attempts.len()),
        });
        story.tell(&report, &judged, &attempts);
        (report, watched.hosts)
    }

    /// The attempts that the report lists, by their places; the others are counted.
    fn listed(
        &self,
        (attempts, verdicts): (&[Attempt<'_>], &[Verdict]),
        before: usize,
        unlisted: &mut Unlisted,
    ) -> Vec<usize> {
        let listing = &self.options.listing;
        let mut is_one_of_many = self.crowd.is_one_of_many(self.options);
        let mut room = listing.first.unwrap_or(usize::MAX).saturating_sub(before);
        let mut listed = Vec::new();
        for (at, (attempt, verdict)) in attempts.iter().zip(verdicts).enumerate() {
            let is_wanted = is_listed(listing, attempt, verdict);
            if room > 0 && is_wanted && !is_one_of_many(attempt, verdict) {
                room -= 1;
                listed.push(at);
            } else {
                unlisted.count(verdict);
            }
        }
        listed
    }

    /// The anomalies: of the file, of decoding, on the wire, and of bounds that were reached.
    fn anomalies(&self, facts: &CaptureFacts) -> Vec<Anomaly> {
        let Collected {
            flows,
            datagrams,
            lookups,
            dropped,
            conflicts,
            ..
        } = &self.collected;
        let mut anomalies = facts.anomalies.clone();
        anomalies.extend(self.decoder.anomalies());
        anomalies.extend(conflicts.iter().cloned());
        anomalies.extend(bounds_that_bit(dropped, flows, datagrams, lookups));
        let Checksums { tried, wrong, first } = self.collected.checksums;
        if let Some(frame) = first {
            anomalies.push(Anomaly {
                kind: AnomalyKind::WrongChecksums,
                frame,
                detail: phrase("anomaly-wrong-checksums")
                    .with("wrong", wrong)
                    .with("tried", tried),
            });
        }
        if self.options.key_log.is_some() {
            anomalies.push(Anomaly {
                kind: AnomalyKind::KeyLog,
                frame: FrameNumber(0),
                detail: match self.collected.opened {
                    0 => phrase("anomaly-key-log-fits-none"),
                    count => phrase("anomaly-key-log-opened").with("count", count),
                },
            });
        }
        if self.collected.in_capwap > 0 {
            anomalies.push(Anomaly {
                kind: AnomalyKind::WirelessClients,
                frame: FrameNumber(0),
                detail: match &self.collected.wireless {
                    Some(one) => one.clone(),
                    None => phrase("anomaly-wireless-clients"),
                }
                .with("count", self.collected.in_capwap),
            });
        }
        anomalies.extend(self.quic_to_service());
        if let frames @ 1.. = self.collected.skips_of(Skip::EapTls) {
            anomalies.push(Anomaly {
                kind: AnomalyKind::EapTls,
                frame: FrameNumber(0),
                detail: phrase("anomaly-eap-tls").with("count", frames),
            });
        }
        anomalies
    }

    /// Attempts to reach a service by QUIC, if QUIC is not judged.
    fn quic_to_service(&self) -> Option<Anomaly> {
        let seen = self.collected.quic_to_service.as_ref()?;
        let id = match seen.is_answered {
            true => "anomaly-quic",
            false => "anomaly-quic-unanswered",
        };
        (!self.collected.everything).then(|| Anomaly {
            kind: AnomalyKind::Quic,
            frame: seen.frame,
            detail: phrase(id)
                .with("count", seen.count)
                .with("client", seen.client)
                .with("name", &seen.name),
        })
    }

    /// The content of the capture, by counts and names.
    pub(super) fn contents(&self) -> Contents {
        let Collected {
            flows,
            lookups,
            contents,
            ..
        } = &self.collected;
        let mut contents = Contents {
            tcp_connections: flows.counts.flows,
            quic_packets: self.collected.skips_of(Skip::Quic),
            capwap_packets: self.collected.skips_of(Skip::Capwap),
            capwap_data_dtls_packets: self.collected.skips_of(Skip::CapwapDataDtls),
            eap_tls_packets: self.collected.skips_of(Skip::EapTls),
            ..contents.clone()
        };
        // The root's name is empty, and useless in a list.
        let names = lookups.all.iter().map(|it| &it.name).filter(|name| !name.is_empty());
        let names: BTreeSet<&WireText> = names.collect();
        contents.dns_names = names.into_iter().map(ToString::to_string).take(MAX_NAMES).collect();
        contents.server_names = self
            .collected
            .names
            .iter()
            .map(ToString::to_string)
            .take(MAX_NAMES)
            .collect();
        contents
    }

    /// The capture in the form of the report.
    fn capture(&self, file: &str, facts: &CaptureFacts, anomalies: &[Anomaly], contents: &Contents) -> report::Capture {
        let Collected {
            flows,
            lookups,
            dropped,
            ..
        } = &self.collected;
        report::Capture {
            file: file.to_owned(),
            skipped: skipped(&self.collected.skipped),
            not_judged: dropped.not_judged.saturating_add(lookups.dropped_of_interest),
            visibility: report::Visibility {
                duplicates: flows.counts.duplicates,
                snap_length_cut: flows.counts.cut,
                one_direction: self.collected.one_sided > 0 && self.collected.both_directions == 0,
                drops: facts.drops,
            },
            anomalies: anomalies
                .iter()
                .map(|it| report::Anomaly::of(it, self.options.voice()))
                .collect(),
            contents: contents.into(),
            ..report::Capture::of(facts, self.options.language)
        }
    }
}
