//! Expectations, Report → as expected or not: a folder of captures as a regression suite.
//!
//! A file of expectations has a line per capture or group of captures, the verdict first:
//!
//! ```text
//! # site A, before the change
//! tcp-refused                  site-a/2026-*.pcap
//! healthy,healthy-resumed      site-b/good ones/*.pcap
//! ```

use tlswalk::report::junit::Expectation;
use tlswalk::report::text::visible;
use tlswalk::report::{Report, explain};

use crate::cli::did_you_mean;

/// Verdict ids, any of which will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdicts(Vec<String>);

/// `tcp-refused`, or several with commas.
pub(crate) fn verdicts(text: &str) -> Result<Verdicts, String> {
    let ids: Vec<String> = text.split(',').map(str::to_owned).collect();
    match ids.iter().find(|id| explain::explanation(id).is_none()) {
        Some(unknown) => Err(format!(
            "{unknown} is no verdict{} (all: tlswalk explain)",
            did_you_mean(explain::nearest(unknown))
        )),
        None => Ok(Verdicts(ids)),
    }
}

/// What is expected of which capture, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Expectations {
    lines: Vec<Line>,
    checked: usize,
    /// Captures that are not as expected: name, expected, seen.
    wrong: Vec<(String, String, String)>,
}

#[derive(Debug)]
struct Line {
    verdicts: Verdicts,
    /// A name in which `*` and `?` stand for anything.
    pattern: String,
    used: bool,
}

impl Expectations {
    /// The same of every capture.
    pub(crate) fn all(verdicts: Verdicts) -> Self {
        Self {
            lines: vec![Line {
                verdicts,
                pattern: "*".to_owned(),
                used: true,
            }],
            ..Self::default()
        }
    }

    /// Reads a file of expectations.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lines = Vec::new();
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = at + 1;
            let (ids, pattern) = line
                .split_once([' ', '\t'])
                .ok_or_else(|| format!("line {number} has no capture after the verdict"))?;
            lines.push(Line {
                verdicts: verdicts(ids).map_err(|why| format!("line {number}: {why}"))?,
                pattern: pattern.trim().to_owned(),
                used: false,
            });
        }
        if lines.is_empty() {
            return Err("nothing is expected in it".to_owned());
        }
        Ok(Self {
            lines,
            ..Self::default()
        })
    }

    /// Compares a report with what is expected of its capture.
    pub(crate) fn check(&mut self, report: &Report) -> Expectation {
        self.check_as(&report.capture.file, report)
    }

    /// The same of a report that does not name its capture, since it is redacted: what is expected is of the file.
    pub(crate) fn check_as(&mut self, name: &str, report: &Report) -> Expectation {
        let expected = self.expected_of(name);
        let met = expected.iter().any(|id| report.verdict.id == id.as_str());
        self.checked += 1;
        if !met {
            let wanted = wanted(&expected);
            self.wrong
                .push((name.to_owned(), wanted, report.verdict.id.to_string()));
        }
        Expectation { expected, met }
    }

    /// Counts a capture of which there is no report: whatever was expected of it, it did not come so.
    pub(crate) fn unread(&mut self, name: &str) {
        let wanted = wanted(&self.expected_of(name));
        self.checked += 1;
        self.wrong
            .push((name.to_owned(), wanted, "nothing: it could not be read".to_owned()));
    }

    /// The verdicts of the first line that fits a capture.
    fn expected_of(&mut self, name: &str) -> Vec<String> {
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        // A pattern without a folder means the file wherever it lies.
        let fits = |line: &&mut Line| {
            let named = if line.pattern.contains('/') { name } else { file };
            fits(&line.pattern, named)
        };
        match self.lines.iter_mut().find(fits) {
            Some(line) => {
                line.used = true;
                line.verdicts.0.clone()
            }
            None => Vec::new(),
        }
    }

    /// Lines for a person: what is not as expected, and how many are.
    pub(crate) fn told(&self) -> Vec<String> {
        let width = self
            .wrong
            .iter()
            .map(|(name, _, _)| visible(name).chars().count())
            .max();
        let width = width.unwrap_or_default().min(60);
        let mut lines: Vec<String> = self
            .wrong
            .iter()
            .map(|(name, wanted, seen)| format!("{:width$}  {wanted}, seen {seen}", visible(name)))
            .collect();
        let unused = self.lines.iter().filter(|line| !line.used);
        lines.extend(unused.map(|line| format!("no capture was given that fits {}", line.pattern)));
        let good = self.checked - self.wrong.len();
        lines.push(match (good, self.checked) {
            (good, all) if good == all => format!("all {all} as expected"),
            (good, all) => format!("{good} of {all} as expected"),
        });
        lines
    }

    pub(crate) fn exit_code(&self) -> u8 {
        u8::from(!self.wrong.is_empty())
    }
}

/// Whether a name fits a pattern; `*` also stands for folders.
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

/// What was expected, for a person.
fn wanted(expected: &[String]) -> String {
    match expected {
        [] => "no line names this capture".to_owned(),
        some => format!("expected {}", some.join(" or ")),
    }
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
        assert!(why("\nhealty a.pcap").starts_with("line 2: healty is no verdict"));
        assert_eq!(why("healthy"), "line 1 has no capture after the verdict");
    }
}
