//! Report, Report → Verification: the claims of a report, compared with what the capture gives now.
//!
//! Claims that a person would make about a report are checked in words, one at a time; then every other field is
//! compared ([`super::fields`]), so that no field of a report stays unchecked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::fields::{Difference, counts_all_frames, differences};
use super::{Claim, VERIFY_SCHEMA, Verification};
use crate::base::phrase::{Language, Phrase, Value, phrase};
use crate::base::wire_text::WireText;
use crate::base::word::join;
use crate::handoff::slice::Kept;
use crate::report::{Attempt, Capture, Certificate, Connection, Course, Lookup, Report};

/// Claims listed one by one; a report on 100 MB makes some thousands.
const MOST_LISTED: usize = 10_000;

/// The frames of the capture that are available.
pub(crate) enum Present {
    /// All, up to this number: it is the capture itself. A printed capture may leave numbers out, so they are not as many.
    All(u64),
    /// Those that a slice holds.
    InSlice(Kept),
}

/// Checks a report against a new analysis with the same frame numbers, of all frames or of those that are available.
pub(crate) fn compare(
    report: &Report,
    now: &Report,
    (frames, present): (u64, &Present),
    language: Language,
) -> Verification {
    let mut check = Check {
        language,
        frames,
        present,
        same_language: report.language == now.language && report.dialect == now.dialect,
        same_version: report.tool.version == now.tool.version,
        told: Vec::new(),
        result: Verification {
            schema: VERIFY_SCHEMA,
            ..Verification::default()
        },
    };
    check.report(report, now);
    check.result
}

struct Check<'a> {
    language: Language,
    frames: u64,
    /// Frames of the capture that a slice holds.
    present: &'a Present,
    same_language: bool,
    same_version: bool,
    /// Fields of the current part whose claim in words was already found wrong.
    told: Vec<&'static str>,
    result: Verification,
}

impl Check<'_> {
    fn report(&mut self, report: &Report, now: &Report) {
        let texts_count = self.same_language && self.same_version;
        let overall = phrase("claim-verdict").with("id", report.verdict.id.name());
        self.equal(
            &["verdict.id"],
            overall,
            report.verdict.id.name(),
            now.verdict.id.name(),
        );
        if report.attempts.len() != now.attempts.len() {
            let claim = phrase("claim-attempts").with("count", report.attempts.len());
            self.equal(
                &[],
                claim,
                &report.attempts.len().to_string(),
                &now.attempts.len().to_string(),
            );
        }
        self.whole(report, now);
        for (at, (attempt, found)) in report.attempts.iter().zip(&now.attempts).enumerate() {
            self.attempt(attempt, found, texts_count);
            let rest = phrase("claim-rest-attempt").with("attempt", attempt.id);
            self.rest(&format!("attempts[{at}]."), rest, differences(attempt, found));
        }
        self.courses(report, now);
        self.connections(report, now);
    }

    fn courses(&mut self, report: &Report, now: &Report) {
        let told = |course: &Course| {
            let tries = course.tries.iter().map(|it| (it.frame, it.verdict));
            (
                course.kind.name(),
                course.device.clone(),
                course.name.clone(),
                tries.collect::<Vec<_>>(),
            )
        };
        let courses: BTreeSet<_> = now.courses.iter().map(told).collect();
        for course in &report.courses {
            let claim = phrase("claim-course")
                .with("device", course.device.as_str())
                .with("name", course.name.as_str())
                .with("tries", course.tries.len())
                .with("kind", course.kind.name());
            let holds = courses.contains(&told(course));
            self.decide(&[], claim, holds, || phrase("why-not-there"));
        }
    }

    fn connections(&mut self, report: &Report, now: &Report) {
        let place = |it: &Connection| (it.tcp.first_frame, it.client.clone(), it.server.clone());
        let places: BTreeMap<_, &Connection> = now.connections.iter().rev().map(|it| (place(it), it)).collect();
        for (at, connection) in report.connections.iter().enumerate() {
            let first = connection.tcp.first_frame;
            let found = places.get(&place(connection)).copied();
            let claim = phrase("claim-connection")
                .with("client", connection.client.as_str())
                .with("server", connection.server.as_str())
                .with("frame", first);
            match found {
                Some(found) => {
                    self.holds(&claim);
                    self.connection(connection, found);
                    let rest = phrase("claim-rest-connection").with("connection", connection.id);
                    self.rest(&format!("connections[{at}]."), rest, differences(connection, found));
                }
                None => self.fails(&claim, &phrase("why-not-there")),
            }
        }
        let claimed: BTreeSet<_> = report.connections.iter().map(place).collect();
        for left_out in now.connections.iter().filter(|it| !claimed.contains(&place(it))) {
            let claim = phrase("claim-no-connection")
                .with("client", left_out.client.as_str())
                .with("server", left_out.server.as_str())
                .with("frame", left_out.tcp.first_frame);
            self.fails(&claim, &phrase("why-left-out"));
        }
    }

    /// The statements about the capture as a whole.
    fn whole(&mut self, report: &Report, now: &Report) {
        let told = |report: &Report, other: &Report| {
            json!({
                "language": report.language,
                "dialect": report.dialect,
                "verdict": report.verdict,
                // The identity of the file was checked before.
                "capture": Capture {
                    file: other.capture.file.clone(),
                    frames: other.capture.frames,
                    sha256: other.capture.sha256.clone(),
                    slice_of: other.capture.slice_of.clone(),
                    ..report.capture.clone()
                },
                "courses": report.courses,
                "cadence": report.cadence,
                "device_logs": report.device_logs,
                "others": report.others,
                "left_out": report.left_out,
                "connections": report.connections.len(),
            })
        };
        let rest = differences(&told(report, now), &told(now, now));
        self.rest("", phrase("claim-rest-report"), rest);
    }

    /// Every field except those whose claim in words was wrong.
    fn rest(&mut self, prefix: &str, claim: Phrase, mut differences: Vec<Difference>) {
        let told = std::mem::take(&mut self.told);
        differences.retain(|it| !told.iter().any(|field| it.path.starts_with(field)));
        // A slice holds some of the frames: fields that count all frames cannot be compared.
        let is_slice = matches!(self.present, Present::InSlice(_));
        let (counts, differences): (Vec<_>, Vec<_>) = differences
            .into_iter()
            .partition(|it| is_slice && counts_all_frames(&it.path));
        if !counts.is_empty() {
            let of = |it: &Difference| format!("{prefix}{} {}", it.path, it.claimed.as_deref().unwrap_or("-"));
            let counts = counts.iter().map(of).collect::<Vec<_>>().join(", ");
            self.unchecked(
                &phrase("claim-counts").with("counts", counts),
                &phrase("why-counts-all"),
            );
        }
        if differences.is_empty() {
            self.holds(&claim);
        }
        for it in differences {
            let value = |value: &Option<String>| match value {
                Some(text) => Value::from(WireText::from(text.as_str())),
                None => phrase("value-none").into(),
            };
            let claim = phrase("claim-field")
                .with("path", format!("{prefix}{}", it.path))
                .with("value", value(&it.claimed));
            match self.same_version {
                true => self.fails(&claim, &phrase("why-instead").with("found", value(&it.found))),
                false => self.unchecked(&claim, &phrase("why-other-version")),
            }
        }
    }

    fn attempt(&mut self, attempt: &Attempt, found: &Attempt, texts_count: bool) {
        let (claimed, ours) = (&attempt.verdict, &found.verdict);
        let verdict = phrase("claim-attempt")
            .with("attempt", attempt.id)
            .with("device", attempt.device.as_str())
            .with("name", attempt.name.as_str())
            .with("id", claimed.id.name())
            .with("confidence", claimed.confidence.name())
            .with("by", claimed.by.name())
            .with("at", claimed.at.name());
        let said = |attempt: &Attempt| {
            let verdict = &attempt.verdict;
            format!(
                "{} {}: {} ({}, {}, {}) {}",
                attempt.device,
                attempt.name,
                verdict.id,
                verdict.confidence,
                verdict.by,
                verdict.at,
                join(&verdict.causes, " ")
            )
        };
        let fields = [
            "device",
            "name",
            "verdict.id",
            "verdict.confidence",
            "verdict.by",
            "verdict.at",
            "verdict.causes",
        ];
        self.equal(&fields, verdict, &said(attempt), &said(found));
        if texts_count {
            let claim = phrase("claim-summary").with("text", claimed.summary.as_str());
            self.equal(&["verdict.summary"], claim, &claimed.summary, &ours.summary);
        }
        self.evidence(attempt, found, texts_count);
        self.lookups(attempt, found);
    }

    /// The evidence of the findings.
    fn evidence(&mut self, attempt: &Attempt, found: &Attempt, texts_count: bool) {
        let known: BTreeMap<(&str, u64), Vec<&str>> =
            found.findings.iter().fold(BTreeMap::new(), |mut known, finding| {
                for it in &finding.evidence {
                    let texts: &mut Vec<&str> = known.entry((finding.id.name(), it.frame)).or_default();
                    texts.push(&it.what);
                }
                known
            });
        for finding in &attempt.findings {
            for evidence in &finding.evidence {
                let claim = phrase("claim-evidence")
                    .with("finding", finding.id.name())
                    .with("frame", evidence.frame)
                    .with("what", evidence.what.as_str());
                let texts = known.get(&(finding.id.name(), evidence.frame));
                match texts {
                    _ if evidence.frame > 0 && !self.is_present(evidence.frame) => self.missing("findings", &claim),
                    None => self.wrong(&["findings"], &claim, &phrase("why-not-evidence")),
                    Some(texts) if texts.contains(&evidence.what.as_str()) => self.holds(&claim),
                    Some(_) if !texts_count => self.unchecked(&claim, &phrase("why-other-words")),
                    Some(texts) => {
                        self.wrong(
                            &["findings"],
                            &claim,
                            &phrase("why-instead").with("found", texts.join(" / ")),
                        );
                    }
                }
            }
        }
    }

    fn lookups(&mut self, attempt: &Attempt, found: &Attempt) {
        let told = |it: &Lookup| {
            let said = (
                it.name.clone(),
                it.kind.clone(),
                it.status.clone(),
                it.addresses.clone(),
            );
            (it.question, it.answer, said)
        };
        let lookups: BTreeSet<_> = found.lookups.iter().map(told).collect();
        for lookup in &attempt.lookups {
            let claim = phrase("claim-lookup")
                .with("name", lookup.name.as_str())
                .with("frame", lookup.question);
            let holds = lookups.contains(&told(lookup));
            self.decide(&["lookups"], claim, holds, || phrase("why-not-there"));
        }
    }

    fn connection(&mut self, connection: &Connection, found: &Connection) {
        let history = phrase("claim-history").with("history", connection.history.as_str());
        self.equal(&["history"], history, &connection.history, &found.history);
        for step in &connection.steps {
            let claim = phrase("claim-step")
                .with("frame", step.frame)
                .with("step", step.kind)
                .with("side", step.side)
                .with("detail", step.detail.as_deref().unwrap_or_default());
            if !self.is_present(step.frame) {
                self.missing("steps", &claim);
                continue;
            }
            let holds = found.steps.iter().any(|it| {
                (it.kind, it.side, it.seen, &it.time, &it.detail)
                    == (step.kind, step.side, step.seen, &step.time, &step.detail)
                    && it.frame == step.frame
            });
            self.decide(&["steps"], claim, holds, || phrase("why-not-step"));
        }
        for alert in connection.tls.iter().flat_map(|tls| &tls.alerts) {
            let name = alert.description.as_deref().unwrap_or("?");
            let claim = phrase("claim-alert")
                .with("frame", alert.frame)
                .with("alert", name)
                .with("side", alert.side);
            let holds = found.tls.iter().flat_map(|tls| &tls.alerts).any(|it| {
                (it.side, &it.level, it.code, it.seen) == (alert.side, &alert.level, alert.code, alert.seen)
                    && it.frame == alert.frame
            });
            self.decide(&["tls.alerts"], claim, holds, || phrase("why-not-there"));
        }
        let sides = [
            (&connection.certificates.server, &found.certificates.server),
            (&connection.certificates.client, &found.certificates.client),
        ];
        for (claimed, found) in sides {
            for certificate in claimed {
                let name = certificate.subject.as_deref().unwrap_or("?");
                let claim = phrase("claim-certificate")
                    .with("subject", name)
                    .with("sha256", certificate.sha256.as_str());
                match found.iter().find(|it| it.sha256 == certificate.sha256) {
                    None => self.wrong(&["certificates"], &claim, &phrase("why-not-there")),
                    Some(it) => self.decide(&["certificates"], claim, same_certificate(certificate, it), || {
                        phrase("why-not-certificate")
                    }),
                }
            }
        }
    }

    fn is_present(&self, number: u64) -> bool {
        match self.present {
            Present::InSlice(kept) => kept.has(number),
            Present::All(last) => (1..=*last).contains(&number),
        }
    }

    fn missing(&mut self, field: &'static str, claim: &Phrase) {
        if matches!(self.present, Present::InSlice(Kept::These(_))) {
            self.unchecked(claim, &phrase("why-not-in-slice"));
        } else {
            self.wrong(&[field], claim, &phrase("why-no-frame").with("frames", self.frames));
        }
    }

    fn equal(&mut self, fields: &[&'static str], claim: Phrase, claimed: &str, found: &str) {
        self.decide(fields, claim, claimed == found, || {
            phrase("why-instead").with("found", found)
        });
    }

    fn decide(&mut self, fields: &[&'static str], claim: Phrase, holds: bool, why: impl FnOnce() -> Phrase) {
        if holds {
            self.holds(&claim)
        } else {
            self.wrong(fields, &claim, &why())
        }
    }

    /// The claim does not hold, and these fields need not be reported again.
    fn wrong(&mut self, fields: &[&'static str], claim: &Phrase, why: &Phrase) {
        self.told.extend(fields);
        self.fails(claim, why);
    }

    fn holds(&mut self, claim: &Phrase) {
        self.result.holds = self.result.holds.saturating_add(1);
        self.list("holds", claim, None);
    }

    fn fails(&mut self, claim: &Phrase, why: &Phrase) {
        self.result.fails = self.result.fails.saturating_add(1);
        self.list("fails", claim, Some(why));
    }

    fn unchecked(&mut self, claim: &Phrase, why: &Phrase) {
        self.result.unchecked = self.result.unchecked.saturating_add(1);
        self.list("unchecked", claim, Some(why));
    }

    fn list(&mut self, state: &'static str, claim: &Phrase, why: Option<&Phrase>) {
        if self.result.claims.len() < MOST_LISTED {
            self.result.claims.push(Claim {
                state,
                claim: claim.in_language(self.language),
                why: why.map(|why| why.in_language(self.language)),
            });
        }
    }
}

fn same_certificate(one: &Certificate, other: &Certificate) -> bool {
    let fields = |it: &Certificate| {
        (
            [&it.subject, &it.issuer, &it.serial, &it.not_before, &it.not_after].map(Clone::clone),
            it.validity,
            it.names.clone(),
            it.self_signed,
        )
    };
    fields(one) == fields(other)
}
