//! Reports → HTML: one page that needs no network, no script and no other file.
//!
//! Everything that varies goes through the templates, which escape it; in addition, the page's own policy forbids
//! scripts and requests. The verdict and the remedies come first, then the walk, then reference data.

mod attempt;
mod chain;
mod course;
mod ladder;
mod overview;
mod rows;
mod triage;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::OnceLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use serde::Serialize;

use super::labels::{about, beside, common_folder, grouped, headline, held, severity, sign, turn, voice_of, worst};
use super::text::{glued, visible};
use super::{Remedy, Report, Unread};
use crate::base::phrase::{Language, Phrase, Voice, phrase};
use crate::judge::finding::Severity;
use overview::{Overview, overview, rank};
pub use triage::write_overview;

/// The maximum number of bytes of details on a page; further attempts are counted in the overview. The page then stays
/// under two megabytes.
const BUDGET: usize = 1_300_000;
/// Lines of the device's texts listed for a report.
const EVENTS: usize = 60;
/// Anomalies shown.
const ODDITIES: usize = 20;

/// The templates by name; the name's ending makes minijinja escape.
const TEMPLATES: [(&str, &str); 7] = [
    ("page.html", include_str!("page.html")),
    ("report.html", include_str!("report.html")),
    ("attempt.html", include_str!("attempt.html")),
    ("ladder.html", include_str!("ladder.html")),
    ("courses.html", include_str!("courses.html")),
    ("remedy.html", include_str!("remedy.html")),
    ("triage.html", include_str!("triage.html")),
];
const STYLE: &str = include_str!("page.css");

/// A capture's part of the page.
#[derive(Serialize)]
struct Part {
    id: usize,
    file: String,
    /// The name without the folder that all captures of the page share.
    name: String,
    /// True if the page begins with it: the worst, and among equally bad ones the first.
    leads: bool,
    headline: String,
    sign: &'static str,
    severity: Severity,
    verdict: String,
    attempts: String,
    several: bool,
    /// How its attempts turned, as a sentence; empty if they all went alike.
    turn: String,
    about: Vec<String>,
    facts: Vec<(String, String)>,
    held: Vec<String>,
    odd: Vec<(u64, String, String)>,
    odd_more: String,
    skipped: Vec<(String, String)>,
    overview: Option<Overview>,
    /// Several tries as one story each, and the number left out.
    courses: Vec<course::Told>,
    courses_counted: usize,
    courses_more: String,
    /// Lines of the device's own texts, and the number left out.
    logs: Vec<Said>,
    logs_more: String,
    /// For a capture without attempts: what it shows nevertheless.
    evidence: Vec<(u64, String)>,
    cannot_tell: Vec<String>,
    remedy: Vec<attempt::ToDo>,
    alone: bool,
    /// The attempts, already rendered.
    worst: String,
    details: Vec<String>,
    left_out: String,
}

/// A line of a device's own text.
#[derive(Serialize)]
struct Said {
    time: String,
    place: String,
    text: String,
}

/// Writes one page for all reports, which also names the captures without a report.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_html(reports: &[Report], unread: &[Unread], out: &mut dyn Write) -> io::Result<()> {
    let voice = reports.first().map(voice_of).unwrap_or_default();
    let labels = labels(voice);
    let mut budget = BUDGET;
    let mut parts = Vec::with_capacity(reports.len());
    let alone = reports.len() + unread.len() == 1;
    let lead = (0..reports.len()).max_by_key(|&at| (reports.get(at).map(severity), std::cmp::Reverse(at)));
    let names = reports.iter().map(|it| it.capture.file.as_str());
    let folder = common_folder(names.chain(unread.iter().map(|it| it.capture.as_str())));
    for (at, report) in reports.iter().enumerate() {
        // Each capture may use its share, and what earlier ones left over.
        let share = budget / (reports.len() - at);
        let (mut part, used) = part(at + 1, report, share, alone, &labels)?;
        part.leads = Some(at) == lead;
        part.name = visible(without(folder, &report.capture.file));
        budget = budget.saturating_sub(used);
        parts.push(part);
    }
    let total = phrase("page-captures-counted")
        .with("count", reports.len() + unread.len())
        .with(
            "failed",
            reports.iter().filter(|it| severity(it) == Severity::Error).count(),
        )
        .told(voice);
    let unread: Vec<_> = unread
        .iter()
        .map(|it| (visible(without(folder, &it.capture)), &it.why))
        .collect();
    let folder = shared(folder, voice.language);
    let tool = reports
        .first()
        .map(|report| (report.tool.name, report.tool.version.as_str()));
    let page = render(
        "page.html",
        context! { lang => voice.language.tag(), style => STYLE, t => labels, parts => Serde(parts), unread => Serde(unread), alone, folder, total, tool },
    )?;
    out.write_all(page.as_bytes())
}

/// A capture's name without the folder that is named once for all.
fn without<'a>(folder: &str, capture: &'a str) -> &'a str {
    capture.strip_prefix(folder).unwrap_or(capture)
}

/// The folder of all captures, in words; empty if they share none.
fn shared(folder: &str, language: Language) -> String {
    match folder {
        "" => String::new(),
        folder => phrase("triage-folder")
            .with("folder", visible(folder))
            .in_language(language),
    }
}

/// A capture's part, and the size of its details in bytes.
#[allow(clippy::too_many_lines, reason = "one line for each field of the page")]
fn part(
    id: usize,
    report: &Report,
    budget: usize,
    alone: bool,
    labels: &BTreeMap<String, String>,
) -> io::Result<(Part, usize)> {
    let voice = voice_of(report);
    let say = |phrases: Vec<Phrase>| phrases.iter().map(|it| it.told(voice)).collect::<Vec<_>>();
    let worst = worst(report).map(|attempt| attempt.id);
    let (mut texts, used) = details(id, report, worst, budget, labels)?;
    let shown: Vec<usize> = texts.keys().copied().collect();
    let left_out = report.attempts.len() - shown.len();
    let capture = &report.capture;
    let more = |left_out: usize| match left_out {
        0 => String::new(),
        more => phrase("page-more").with("count", more).told(voice),
    };
    let (courses, courses_left_out) = course::courses(report, &shown, voice);
    let part = Part {
        id,
        file: visible(&capture.file),
        name: visible(&capture.file),
        leads: alone,
        headline: headline(report),
        sign: sign(severity(report)),
        severity: severity(report),
        verdict: report.verdict.id.to_string(),
        attempts: phrase("page-attempts-counted")
            .with("count", report.attempts.len())
            .told(voice),
        several: report.attempts.len() > 1,
        turn: turn(report),
        about: say(about(capture, voice.language)
            .into_iter()
            .chain(beside(report))
            .collect()),
        facts: facts(capture, voice),
        held: if report.attempts.is_empty() {
            say(held(capture))
        } else {
            Vec::new()
        },
        odd: odd(capture),
        odd_more: more(capture.anomalies.len().saturating_sub(ODDITIES)),
        skipped: capture
            .skipped
            .iter()
            .map(|(why, count)| (why.clone(), grouped(*count)))
            .collect(),
        overview: overview(report, &shown, voice),
        courses,
        courses_counted: report.courses.len(),
        courses_more: more(courses_left_out),
        logs: said(report),
        logs_more: more(events(report).count().saturating_sub(EVENTS)),
        evidence: report
            .verdict
            .evidence
            .iter()
            .map(|it| (it.frame, it.what.clone()))
            .collect(),
        cannot_tell: report.verdict.cannot_tell.clone(),
        remedy: to_do(&report.verdict.remedy, voice),
        alone,
        worst: worst.and_then(|worst| texts.remove(&worst)).unwrap_or_default(),
        details: texts.into_values().collect(),
        left_out: if left_out == 0 {
            String::new()
        } else {
            phrase("page-left-out").with("count", left_out).told(voice)
        },
    };
    Ok((part, used))
}

/// The first oddities: frame, name and clause.
fn odd(capture: &super::Capture) -> Vec<(u64, String, String)> {
    let first = capture.anomalies.iter().take(ODDITIES);
    first
        .map(|odd| (odd.frame, odd.id.clone(), odd.detail.clone()))
        .collect()
}

/// The file, its frames and its time.
fn facts(capture: &super::Capture, voice: Voice) -> Vec<(String, String)> {
    let label = |id: &'static str| phrase(id).told(voice);
    let edge = |time: &Option<String>| time.as_deref().map(super::labels::moment).unwrap_or_default();
    let (first, last) = (edge(&capture.first), edge(&capture.last));
    let time = match last.strip_prefix(first.get(..11).unwrap_or_default()) {
        _ if first == last => first,
        // If both ends are on the same day, the second shows only the hour.
        Some(hour) => format!("{first} – {hour}"),
        None => format!("{first} – {last}"),
    };
    vec![
        (label("page-file"), visible(&capture.file)),
        (label("page-frames"), grouped(capture.frames)),
        (label("page-time"), time),
    ]
}

/// The attempts for which there is room, each rendered, and their size in bytes.
fn details(
    id: usize,
    report: &Report,
    worst: Option<usize>,
    budget: usize,
    labels: &BTreeMap<String, String>,
) -> io::Result<(BTreeMap<usize, String>, usize)> {
    // The worst, then one of each verdict, then the others from bad to good.
    let mut order: Vec<_> = report.attempts.iter().collect();
    let mut nth: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for attempt in &report.attempts {
        let seen = nth.entry(attempt.verdict.id.name()).or_default();
        keys.insert(attempt.id, (Some(attempt.id) != worst, *seen > 0, rank(attempt)));
        *seen += 1;
    }
    order.sort_by_key(|attempt| keys.get(&attempt.id).copied());
    let mut used = 0;
    let mut texts = BTreeMap::new();
    for attempt in order {
        let view = attempt::view(report, attempt, id);
        let open = Some(attempt.id) == worst;
        let text = render("attempt.html", context! { a => Serde(view), t => labels, open })?;
        // The first is always included: the page exists for it.
        if used + text.len() > budget && !texts.is_empty() {
            break;
        }
        used += text.len();
        texts.insert(attempt.id, text);
    }
    Ok((texts, used))
}

fn events(report: &Report) -> impl Iterator<Item = &super::DeviceEvent> {
    report.device_logs.iter().flat_map(|log| &log.events)
}

/// The lines of the device's texts that a page lists.
fn said(report: &Report) -> Vec<Said> {
    let said = events(report).take(EVENTS).map(|event| Said {
        // By the capture's clock if known, otherwise as the device wrote it.
        time: match (&event.time, &event.written) {
            (Some(time), _) => super::labels::moment(time),
            (None, written) => written.clone().unwrap_or_default(),
        },
        place: format!("{}:{}", visible(&event.file), event.line),
        text: event.text.clone(),
    });
    said.collect()
}

/// Remedies; a check that several share is shown once, after the last of them.
fn to_do(remedies: &[Remedy], voice: Voice) -> Vec<attempt::ToDo> {
    remedies
        .iter()
        .enumerate()
        .map(|(at, remedy)| attempt::ToDo {
            owner: super::labels::owner(remedy).told(voice),
            action: remedy.action.clone(),
            commands: remedy.commands.clone(),
            verify: match remedies.get(at + 1) {
                Some(next) if next.verify == remedy.verify => String::new(),
                _ => remedy.verify.clone(),
            },
        })
        .collect()
}

/// The texts that templates use without values, under their name without `page-` and with `_`.
fn labels(voice: Voice) -> BTreeMap<String, String> {
    let ids = [
        "page-skip",
        "page-why",
        "page-do",
        "page-expect",
        "page-not",
        "page-or",
        "page-cannot-tell",
        "page-also",
        "page-walk",
        "page-facts",
        "page-certificates",
        "page-filters",
        "page-filter-evidence",
        "page-filter-attempt",
        "page-attempts",
        "page-captures",
        "page-capture",
        "page-steps",
        "page-details",
        "page-frame",
        "page-frames",
        "page-seconds",
        "page-step",
        "page-from",
        "page-detail",
        "page-time",
        "page-to",
        "page-verdict",
        "page-confidence",
        "page-legend",
        "page-self-signed",
        "page-issuer",
        "page-odd",
        "page-holds",
        "page-logs",
        "page-line",
        "page-made-by",
        "page-copy-hint",
        "page-device",
        "page-good",
        "page-courses",
        "page-not-read",
    ];
    let named = |id: &'static str| (id.trim_start_matches("page-").replace('-', "_"), phrase(id).told(voice));
    ids.into_iter().map(named).collect()
}

/// A template filled in. The templates are part of the program: a test ensures that none of them can fail.
fn render(name: &str, values: minijinja::Value) -> io::Result<String> {
    static TEMPLATES_READ: OnceLock<Environment<'static>> = OnceLock::new();
    let environment = TEMPLATES_READ.get_or_init(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("glued", |text: &str| glued(text));
        // Without this setting a third of the page would be blank lines.
        if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
            environment.set_syntax(syntax);
        }
        for (name, source) in TEMPLATES {
            // A template that cannot be parsed is then missing, and rendering reports it.
            let _ = environment.add_template(name, source);
        }
        environment
    });
    let template = environment.get_template(name).map_err(io::Error::other)?;
    template.render(values).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    fn page(reports: &[Report]) -> String {
        let mut page = Vec::new();
        write_html(reports, &[], &mut page).unwrap();
        String::from_utf8(page).unwrap()
    }

    #[test]
    fn every_example_is_a_page_alone_and_with_others() {
        for report in examples::all() {
            let text = page(&[report]);
            let page = roxmltree::Document::parse_with_options(
                &text,
                roxmltree::ParsingOptions {
                    allow_dtd: true,
                    ..Default::default()
                },
            );
            page.unwrap();
        }
        assert_eq!(
            page(&examples::all()).matches("<article").count(),
            examples::all().len()
        );
    }
}
