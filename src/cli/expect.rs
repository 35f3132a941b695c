//! Expectations, Report → as expected or not: a folder of captures as a regression suite.
//!
//! A file of expectations has a line per capture or group of captures, the verdict first; what else is expected of them stands
//! below it, indented:
//!
//! ```text
//! # site A, before the change
//! tcp-refused                  site-a/2026-*.pcap
//! healthy,healthy-resumed      site-b/good ones/*.pcap
//!     tls >= 1.3
//!     alert: none
//! ```
//!
//! Beside it, or without it, a file of accepted findings says what may be wrong.

use std::fs;
use std::path::Path;

use tlswalk::capture::reason;
use tlswalk::report::accepted::{Accepted, Day};
use tlswalk::report::gate::{Checked, Gate};
use tlswalk::report::junit::Expectation;
use tlswalk::report::text::visible;
use tlswalk::report::{Outcome, Report};

use crate::cli::UNABLE;
use crate::cli::args::Inspect;

/// Expectations by capture.
#[derive(Debug, Default)]
pub(crate) struct Expectations {
    lines: Vec<Line>,
    /// The accepted findings, and the day they are compared with.
    accepted: Option<(Accepted, Day)>,
    /// As it was written.
    text: String,
}

/// The outcome of the comparison.
#[derive(Debug)]
pub(crate) struct Tally<'e> {
    expectations: &'e Expectations,
    used: Vec<bool>,
    used_accepted: Vec<bool>,
    checked: usize,
    good: usize,
    /// The differences from the expectation: name, difference.
    wrong: Vec<(String, String)>,
    /// So many more were not as expected, and were told at once.
    told: usize,
}

#[derive(Debug)]
struct Line {
    gates: Vec<Gate>,
    /// A name in which `*` and `?` stand for anything.
    pattern: String,
    /// Its place in the file; none: it was given on the command line.
    number: Option<usize>,
}

impl Expectations {
    /// The same of every capture.
    pub(crate) fn all(gates: Vec<Gate>) -> Self {
        Self {
            text: gates.iter().map(Gate::text).collect::<Vec<_>>().join("\n"),
            lines: vec![Line {
                gates,
                pattern: "*".to_owned(),
                number: None,
            }],
            accepted: None,
        }
    }

    /// With what may be wrong today.
    pub(crate) fn accepting(mut self, text: &str, today: Day) -> Result<Self, String> {
        let accepted = Accepted::parse(text)?;
        // Which day it is matters only where a review is due by then.
        let due = accepted.due(today);
        self.text = format!("{}\0{text}\0{due}", self.text);
        self.accepted = Some((accepted, today));
        Ok(self)
    }

    /// Everything that decides whether a report is as expected, but for the report and its name.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// True if the same is expected of a capture under another name.
    pub(crate) fn are_the_same_of(&self, one: &str, other: &str) -> bool {
        let place = |name: &str| self.line_of(name).map(|(at, _)| at);
        let patterns = || {
            let accepted = self.accepted.iter();
            accepted.flat_map(|(accepted, _)| accepted.patterns().flatten())
        };
        place(one) == place(other) && patterns().all(|it| fits_name(it, one) == fits_name(it, other))
    }

    /// Reads a file of expectations.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lines: Vec<Line> = Vec::new();
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let number = at + 1;
            let is_below = line.starts_with([' ', '\t']);
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let verdict = || {
                let (ids, pattern) = line
                    .split_once([' ', '\t'])
                    .ok_or_else(|| format!("line {number} has no capture after the verdict"))?;
                Ok::<_, String>(Line {
                    gates: vec![Gate::parse(ids).map_err(|why| format!("line {number}: {why}"))?],
                    pattern: pattern.trim().to_owned(),
                    number: Some(number),
                })
            };
            match lines.last_mut().filter(|_| is_below) {
                Some(above) => match (Gate::parse(line), verdict()) {
                    (Ok(gate), _) => above.gates.push(gate),
                    // A file may be indented throughout.
                    (Err(_), Ok(line)) => lines.push(line),
                    (Err(why), Err(_)) => return Err(format!("line {number}: {why}")),
                },
                None => lines.push(verdict()?),
            }
        }
        if lines.is_empty() {
            return Err("nothing is expected in it".to_owned());
        }
        Ok(Self {
            lines,
            accepted: None,
            text: text.to_owned(),
        })
    }

    /// True if there is anything that can fail.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.accepted.is_none()
    }

    /// Compares a report with what is expected of its capture, which a redacted report does not name.
    pub(crate) fn check(&self, name: &str, report: &Report) -> Vec<Expectation> {
        let mut checked: Vec<Expectation> = match self.line_of(name) {
            Some((_, line)) => line.gates.iter().map(|gate| checked(gate, report)).collect(),
            // Whoever has a file of what may be wrong need not say what is right.
            None if self.lines.is_empty() => Vec::new(),
            None => vec![Expectation {
                text: "a line that names this capture".to_owned(),
                met: false,
                seen: report.verdict.id.to_string(),
            }],
        };
        if let Some((accepted, today)) = &self.accepted {
            checked.extend(accepted.check(report, *today, |pattern| fits_name(pattern, name)));
        }
        checked
    }

    fn line_of(&self, name: &str) -> Option<(usize, &Line)> {
        let mut lines = self.lines.iter().enumerate();
        lines.find(|(_, line)| fits_name(&line.pattern, name))
    }

    /// Begins to count.
    pub(crate) fn tally(&self) -> Tally<'_> {
        let accepted = self.accepted.iter().flat_map(|(accepted, _)| accepted.patterns());
        Tally {
            expectations: self,
            used: self.lines.iter().map(|line| line.number.is_none()).collect(),
            // What is accepted of every capture needs none.
            used_accepted: accepted.map(|pattern| pattern.is_none()).collect(),
            checked: 0,
            good: 0,
            wrong: Vec::new(),
            told: 0,
        }
    }
}

fn checked(gate: &Gate, report: &Report) -> Expectation {
    let (met, seen) = match gate.check(report) {
        Checked::Met => (true, String::new()),
        Checked::Unmet(seen) => (false, seen),
        Checked::Untold(why) => (false, format!("nothing that tells: {why}")),
    };
    Expectation {
        text: gate.text(),
        met,
        seen,
    }
}

impl Tally<'_> {
    /// Counts a capture with what was expected of it.
    pub(crate) fn count(&mut self, name: &str, checked: &[Expectation]) {
        self.uses(name);
        self.checked += 1;
        self.good += usize::from(checked.iter().all(|it| it.met));
        let wrong = checked.iter().filter(|it| !it.met);
        self.wrong.extend(wrong.map(|it| (name.to_owned(), it.complaint())));
    }

    /// Counts a capture of which there is no report: whatever was expected of it, it did not come so.
    pub(crate) fn unread(&mut self, name: &str) {
        let wanted = match self.expectations.line_of(name) {
            Some((_, line)) => line.gates.iter().map(Gate::text).collect::<Vec<_>>().join(", "),
            None => "a capture".to_owned(),
        };
        let wanted = wanted.strip_prefix("verdict is ").unwrap_or(&wanted);
        let told = format!("expected {wanted}, seen nothing: it could not be read");
        self.uses(name);
        self.checked += 1;
        self.wrong.push((name.to_owned(), told));
    }

    /// A capture is there, whatever is said of it.
    pub(crate) fn uses(&mut self, name: &str) {
        if let Some((at, _)) = self.expectations.line_of(name)
            && let Some(used) = self.used.get_mut(at)
        {
            *used = true;
        }
        let accepted = self.expectations.accepted.iter();
        let patterns = accepted.flat_map(|(accepted, _)| accepted.patterns());
        for (used, pattern) in self.used_accepted.iter_mut().zip(patterns) {
            *used |= pattern.is_none_or(|pattern| fits_name(pattern, name));
        }
    }

    /// Lines that no capture fitted: what they ask for was never looked at.
    pub(crate) fn of_no_capture(&self) -> Vec<Expectation> {
        let lines = self.expectations.lines.iter().zip(&self.used);
        let unused = lines.filter(|(_, used)| !**used).map(|(line, _)| line.pattern.as_str());
        let accepted = self.expectations.accepted.iter();
        let patterns = accepted
            .flat_map(|(accepted, _)| accepted.patterns())
            .zip(&self.used_accepted);
        let unused_accepted = patterns.filter_map(|(pattern, used)| pattern.filter(|_| !used));
        let told = unused.chain(unused_accepted).map(|pattern| Expectation {
            text: format!("a capture fits {pattern}"),
            met: false,
            seen: "none".to_owned(),
        });
        told.collect()
    }

    /// Lines for a person: what is not as expected and was not told yet. A watch tells it as it comes.
    pub(crate) fn news(&mut self) -> Vec<String> {
        self.told = self.told.saturating_add(self.wrong.len());
        let wrong = self.wrong.drain(..);
        wrong.map(|(name, why)| format!("{}: {why}", visible(&name))).collect()
    }

    /// Lines for a person: what is not as expected, and how many are.
    pub(crate) fn told(&self) -> Vec<String> {
        let width = self.wrong.iter().map(|(name, _)| visible(name).chars().count()).max();
        let width = width.unwrap_or_default().min(60);
        let mut lines: Vec<String> = self
            .wrong
            .iter()
            .map(|(name, why)| format!("{:width$}  {why}", visible(name)))
            .collect();
        let unused = self.of_no_capture();
        let told = |it: &Expectation| {
            format!(
                "no capture was given that fits {}",
                it.text.trim_start_matches("a capture fits ")
            )
        };
        lines.extend(unused.iter().map(told));
        lines.push(match (self.good, self.checked) {
            (_, 0) => "no capture was compared with what is expected".to_owned(),
            (good, all) if good == all && unused.is_empty() => format!("all {all} as expected"),
            (good, all) => format!("{good} of {all} as expected"),
        });
        lines
    }

    /// The exit code of a run whose expectations decide.
    pub(crate) fn exit_code(&self, total: Outcome) -> u8 {
        let is_wrong = self.told > 0 || !self.wrong.is_empty() || !self.of_no_capture().is_empty();
        match (is_wrong, total) {
            (true, _) => 1,
            // What was expected may have failed where nobody looked.
            (false, Outcome::PartlyJudged) => total.exit_code(),
            // Nothing was there to be as expected.
            (false, _) if self.checked == 0 => total.exit_code(),
            // That nothing new is wrong says little where nothing could be concluded.
            (false, Outcome::Inconclusive) if self.expectations.lines.is_empty() => total.exit_code(),
            (false, _) => 0,
        }
    }
}

/// True if a capture's name fits a pattern: one without a folder means the file wherever it lies.
fn fits_name(pattern: &str, name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    fits(pattern, if pattern.contains('/') { name } else { file })
}

/// The exit code of a run; with expectations, they decide.
pub(crate) fn code(total: Outcome, expected: Option<&Tally<'_>>, unable: bool) -> u8 {
    match expected {
        _ if unable => UNABLE,
        Some(expected) => expected.exit_code(total),
        None => total.exit_code(),
    }
}

/// The user's expectations, from the options or their files.
pub(crate) fn expected(inspect: &Inspect) -> Result<Option<Expectations>, String> {
    let read = |option: &str, path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{option} {}: {}", path.display(), reason(&error)))
    };
    let mut expected = match (&inspect.expect_file, inspect.expect.as_slice()) {
        (None, []) => Expectations::default(),
        (None, gates) => Expectations::all(gates.to_vec()),
        (Some(path), _) => Expectations::parse(&read("--expect-file", path)?)
            .map_err(|why| format!("--expect-file {}: {why}", path.display()))?,
    };
    if let Some(path) = &inspect.accepted {
        let text = read("--accepted", path)?;
        expected = expected
            .accepting(&text, inspect.today.unwrap_or_else(today))
            .map_err(|why| format!("--accepted {}: {why}", path.display()))?;
    }
    Ok(Some(expected).filter(|it| !it.is_empty()))
}

/// Reads a day.
pub(crate) fn day(text: &str) -> Result<Day, String> {
    let date: Result<toml::value::Datetime, _> = text.parse();
    let date = date.ok().filter(|it| it.time.is_none()).and_then(|it| it.date);
    let date = date.ok_or("write the day as in 2026-03-31")?;
    Ok((date.year, date.month, date.day))
}

/// The day that the computer's clock has.
pub(crate) fn today() -> Day {
    let date = time::OffsetDateTime::now_utc().date();
    let year = u16::try_from(date.year()).unwrap_or_default();
    (year, u8::from(date.month()), date.day())
}

/// True if a name fits a pattern; `*` also stands for folders.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where the last star was, and how far it reached: on a mismatch it takes one character more.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match (pattern.get(p), star) {
            (Some('*'), _) => {
                star = Some((p, n));
                p += 1;
            }
            (Some(c), _) if *c == '?' || Some(c) == name.get(n) => (p, n) = (p + 1, n + 1),
            (_, Some((at, reached))) => {
                star = Some((at, reached + 1));
                (p, n) = (at + 1, reached + 1);
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything_and_marks_for_one_character() {
        for (pattern, name, wanted) in [
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("?.pcap", "a.pcap", true),
            ("?.pcap", "ab.pcap", false),
            ("*.pcap*", "a.pcapng", true),
            ("site [1].pcap", "site [1].pcap", true),
        ] {
            assert_eq!(fits(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn a_mistake_in_the_file_is_named_with_its_line() {
        let why = |text: &str| Expectations::parse(text).unwrap_err();
        assert_eq!(why("# only remarks\n"), "nothing is expected in it");
        assert!(why("\nhealty a.pcap").starts_with("line 2: healty is not a verdict"));
        assert_eq!(why("healthy"), "line 1 has no capture after the verdict");
        assert!(why("healthy a.pcap\n  colour: red").starts_with("line 2: colour cannot be expected"));
    }
}
