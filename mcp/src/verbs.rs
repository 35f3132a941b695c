//! tool, arguments → answer: each of the five questions, put to a capture of the folders.

use std::fs::File;
use std::io::{Seek as _, Write};

use base64::Engine as _;
use serde_json::{Value, json};
use tlswalk::base::phrase::Language;
use tlswalk::capture::note::Note;
use tlswalk::capture::{Hashed, reason};
use tlswalk::handoff::check::{Mark, check};
use tlswalk::handoff::slice::{self, Breadth, SliceError, Wish};
use tlswalk::profile::Profile;
use tlswalk::report::{Report, explain, why};
use tlswalk::{Anchors, Options};

use crate::answer::{Answer, LEAST, USUAL, cut};
use crate::folder::Folders;
use crate::given::Given;

/// The longest text that is checked, in characters.
pub(crate) const LONGEST_TEXT: usize = 200_000;

/// Frames listed by number; more stand in the display filter of the attempt alone.
const MOST_FRAMES: usize = 500;

/// How captures are judged, and which may be.
pub(crate) struct Verbs {
    folders: Folders,
    profile: Profile,
    /// Each root's PEM text, with its name.
    roots: Vec<(String, String)>,
    language: Language,
    budget: usize,
}

impl Verbs {
    pub(crate) fn new(given: &Given) -> Result<Self, String> {
        let profile = Profile::built_in(&given.profile)
            .ok_or_else(|| format!("--profile {}: there is no such profile", given.profile))?;
        let read = |path: &std::path::PathBuf| {
            let named = |why: String| format!("--ca {}: {why}", path.display());
            let pem = std::fs::read_to_string(path).map_err(|error| named(reason(&error)))?;
            let name = path.display().to_string();
            Anchors::built_in()
                .add_pem(pem.as_bytes(), &name)
                .map_err(|error| named(error.to_string()))?;
            Ok((name, pem))
        };
        Ok(Self {
            folders: Folders::new(&given.folders)?,
            profile,
            roots: given.roots.iter().map(read).collect::<Result<_, String>>()?,
            language: given.language,
            budget: given.budget,
        })
    }

    /// Answers a request; an error is a clause for whoever asked.
    pub(crate) fn answer(&self, tool: &str, arguments: &Value) -> Result<String, String> {
        let path = arguments
            .get("capture")
            .and_then(Value::as_str)
            .ok_or("capture: a path is needed")?;
        let budget = match arguments.get("budget") {
            None | Some(Value::Null) => USUAL,
            Some(budget) => budget
                .as_u64()
                .and_then(|it| usize::try_from(it).ok())
                .ok_or("budget: a number is needed")?,
        };
        let budget = budget.clamp(LEAST, self.budget.max(LEAST));
        let (file, found) = self.folders.open(path)?;
        let name = self.folders.name(&found);
        let mut answer = Answer::new(tool, &name);
        let all = arguments.get("all").and_then(Value::as_bool).unwrap_or(false);
        match tool {
            "inspect" => inspect(&mut answer, &self.report(&file, &name, all)?),
            "why" => {
                let frame = arguments
                    .get("frame")
                    .and_then(Value::as_u64)
                    .ok_or("frame: a number is needed")?;
                let report = self.report(&file, &name, true)?;
                if frame == 0 || frame > report.capture.frames {
                    return Err(format!(
                        "frame: the capture's frames are 1 to {}",
                        report.capture.frames
                    ));
                }
                rests_on(&mut answer, &report, frame);
            }
            "whynot" => self.whynot(&mut answer, &file, &name, arguments)?,
            "check" => {
                let text = arguments
                    .get("text")
                    .and_then(Value::as_str)
                    .ok_or("text: a text is needed")?;
                if text.chars().count() > LONGEST_TEXT {
                    return Err(format!("text: is longer than {LONGEST_TEXT} characters"));
                }
                checked(&mut answer, text, &self.report(&file, &name, true)?);
            }
            _ => self.sliced(&mut answer, &file, &name, arguments, budget)?,
        }
        Ok(answer.within(budget))
    }

    fn options(&self, all: bool) -> Result<Options, String> {
        let mut options = Options::new(self.profile.clone());
        for (name, pem) in &self.roots {
            options
                .anchors
                .add_pem(pem.as_bytes(), name)
                .map_err(|error| error.to_string())?;
        }
        options.language = self.language;
        options.all = all;
        Ok(options)
    }

    /// The report on a capture; where it holds nothing of what was looked for, on what else failed.
    fn report(&self, file: &File, name: &str, all: bool) -> Result<Report, String> {
        let analyze = |options: &Options| {
            let mut input = file;
            input.rewind().map_err(|error| reason(&error))?;
            tlswalk::analyze(input, name, options).map_err(|error| cut(&error.to_string()))
        };
        let options = self.options(all)?;
        let others = || (!all).then(|| options.of_others())?;
        analyze(&options)?.or_others(others, analyze)
    }

    fn whynot(&self, answer: &mut Answer, file: &File, name: &str, arguments: &Value) -> Result<(), String> {
        let id = arguments
            .get("verdict")
            .and_then(Value::as_str)
            .ok_or("verdict: an id is needed")?;
        let known = explain::explanations().map(|it| it.id).find(|it| *it == id);
        let Some(id) = known else {
            let near = explain::nearest(id)
                .map(|near| format!("; did you mean {near}?"))
                .unwrap_or_default();
            return Err(format!("verdict: there is none of that id{near}"));
        };
        let options = self.options(true)?;
        let mut input = file;
        input.rewind().map_err(|error| reason(&error))?;
        let answers = tlswalk::why_not(input, name, &options, &[id]).map_err(|error| cut(&error.to_string()))?;
        let Some(found) = answers.first() else {
            return Err("verdict: there is none of that id".to_owned());
        };
        answer.with("verdict", json!(found.verdict));
        let conditions = |answer: &mut Answer, of: &str, conditions: &[tlswalk::report::whynot::Condition]| {
            for (nth, condition) in conditions.iter().enumerate() {
                let frames: Vec<u64> = condition.frame.into_iter().collect();
                let text = format!("{}: {}", condition.state, condition.text);
                answer.say(format!("{of}condition-{}", nth + 1), &text, &frames);
            }
        };
        conditions(answer, "", &found.conditions);
        for attempt in &found.attempts {
            let of = format!("attempt-{}/", attempt.attempt);
            answer.say(
                format!("{of}standing"),
                &format!("{}; the verdict is {}", attempt.standing, attempt.verdict),
                &[],
            );
            conditions(answer, &of, &attempt.conditions);
        }
        Ok(())
    }

    /// The frames that matter, and the slice itself where that is small.
    fn sliced(
        &self,
        answer: &mut Answer,
        file: &File,
        name: &str,
        arguments: &Value,
        budget: usize,
    ) -> Result<(), String> {
        let all = arguments.get("all").and_then(Value::as_bool).unwrap_or(false);
        let report = self.report(file, name, all)?;
        let mut frames: Vec<u64> = slice::cited(&report)
            .map(|(frame, ..)| frame)
            .filter(|it| *it > 0)
            .collect();
        frames.sort_unstable();
        frames.dedup();
        answer.with("cited_frames", json!(frames.len()));
        for attempt in &report.attempts {
            answer.say(
                format!("attempt-{}/filter", attempt.id),
                &attempt.verdict.display_filter,
                &[],
            );
        }
        let listed: Vec<String> = frames.iter().take(MOST_FRAMES).map(u64::to_string).collect();
        for (nth, some) in listed.chunks(80).enumerate() {
            let filter = format!("frame.number in {{{}}}", some.join(", "));
            let of: Vec<u64> = some.iter().filter_map(|it| it.parse().ok()).collect();
            answer.say(format!("cited-{}", nth + 1), &filter, &of);
        }
        if arguments.get("bytes").and_then(Value::as_bool) != Some(true) {
            return Ok(());
        }
        // Four characters for three bytes, beside the rest of the answer.
        let most = budget.saturating_sub(2_000) / 4 * 3;
        match self.bytes(file, name, all, most)? {
            Some(bytes) => answer.with(
                "pcapng_base64",
                json!(base64::engine::general_purpose::STANDARD.encode(bytes)),
            ),
            None => answer.with("pcapng_base64", Value::Null),
        }
        Ok(())
    }

    /// The slice as bytes of a pcapng file, judged again as the command line does it; `None` where it has more bytes than that.
    fn bytes(&self, file: &File, name: &str, all: bool, most: usize) -> Result<Option<Vec<u8>>, String> {
        let again = || {
            let mut input = file;
            input.rewind().map(|()| input).map_err(|error| reason(&error))
        };
        let told = |error: &dyn std::fmt::Display| cut(&error.to_string());
        let mut options = self.options(all)?;
        let mut judged = slice::judge(again()?, name, &options).map_err(|error| told(&error))?;
        if !all
            && !judged.report.has_what_was_looked_for()
            && let Some(others) = options.of_others()
        {
            let found = slice::judge(again()?, name, &others).map_err(|error| told(&error))?;
            if !found.report.attempts.is_empty() {
                (judged, options) = (found, others);
            }
        }
        for breadth in Breadth::ALL {
            let kept = slice::choose(again()?, &judged.report, breadth, |_| None).map_err(|error| told(&error))?;
            let mut note = Note::of(&judged.facts);
            if judged.facts.slice.is_none() {
                note.sha256 = digest(again()?)?;
            }
            let wish = Wish {
                kept: &kept,
                note,
                language: options.language,
                name,
            };
            let bytes = match slice::cut(
                again()?,
                Bounded {
                    bytes: Vec::new(),
                    most,
                },
                &judged,
                &wish,
                |_| None,
            ) {
                Ok(written) => written.bytes,
                Err(SliceError::Write(_)) => return Ok(None),
                Err(error) => return Err(told(&error)),
            };
            let is_same = match breadth {
                Breadth::Whole => tlswalk::analyze(bytes.as_slice(), name, &options)
                    .map(|again| slice::same_verdicts(&judged.report, &again)),
                _ => slice::holds(&judged, &kept, bytes.as_slice(), &options),
            };
            if is_same.map_err(|error| told(&error))? {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}

/// SHA-256 of what is read, in hexadecimal.
fn digest(input: &File) -> Result<String, String> {
    let mut hashed = Hashed::new(input, true);
    std::io::copy(&mut hashed, &mut std::io::sink()).map_err(|error| reason(&error))?;
    let digest = hashed.finish().map_err(|error| reason(&error))?;
    Ok(digest.unwrap_or_default())
}

/// Bytes up to a number; one more is an error.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + buffer.len() > self.most {
            return Err(std::io::Error::other("more than the answer may have"));
        }
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn inspect(answer: &mut Answer, report: &Report) {
    answer.with("verdict", json!(report.verdict.id));
    answer.with("severity", json!(report.verdict.severity));
    answer.with("frames", json!(report.capture.frames));
    answer.with("attempts", json!(report.attempts.len()));
    let frames = |evidence: &[tlswalk::report::Evidence]| evidence.iter().map(|it| it.frame).collect::<Vec<u64>>();
    let verdict = &report.verdict;
    answer.say("verdict".to_owned(), &verdict.summary, &frames(&verdict.evidence));
    for (nth, text) in verdict.cannot_tell.iter().enumerate() {
        answer.say(format!("cannot-tell-{}", nth + 1), text, &[]);
    }
    for (nth, remedy) in verdict.remedy.iter().enumerate() {
        answer.say(
            format!("remedy-{}", nth + 1),
            &format!("{}: {}", remedy.who, remedy.action),
            &[],
        );
    }
    // The worst first: a budget ends somewhere.
    let mut attempts: Vec<_> = report.attempts.iter().collect();
    attempts.sort_by_key(|it| std::cmp::Reverse(it.verdict.severity));
    for attempt in attempts {
        let (of, verdict) = (format!("attempt-{}", attempt.id), &attempt.verdict);
        let rests = frames(&verdict.evidence);
        let head = format!(
            "{} ({}, by {}, at {}): {}",
            verdict.id, verdict.confidence, verdict.by, verdict.at, verdict.summary
        );
        answer.say(format!("{of}/verdict"), &head, &rests);
        for (nth, evidence) in verdict.evidence.iter().enumerate() {
            answer.say(format!("{of}/evidence-{}", nth + 1), &evidence.what, &[evidence.frame]);
        }
        for (nth, other) in verdict.alternatives.iter().enumerate() {
            let word = if other.excluded { "excluded" } else { "could also be" };
            answer.say(
                format!("{of}/alternative-{}", nth + 1),
                &format!("{word} {}: {}", other.id, other.why_not),
                &[],
            );
        }
        for (nth, text) in verdict.cannot_tell.iter().enumerate() {
            answer.say(format!("{of}/cannot-tell-{}", nth + 1), text, &[]);
        }
        for (nth, remedy) in verdict.remedy.iter().enumerate() {
            answer.say(
                format!("{of}/remedy-{}", nth + 1),
                &format!("{}: {}", remedy.who, remedy.action),
                &rests,
            );
            for (line, command) in remedy.commands.iter().enumerate() {
                answer.say(format!("{of}/remedy-{}/command-{}", nth + 1, line + 1), command, &[]);
            }
        }
        answer.say(format!("{of}/filter"), &verdict.display_filter, &[]);
    }
}

fn rests_on(answer: &mut Answer, report: &Report, frame: u64) {
    let why = why::why(report, frame);
    answer.with("frame", json!(frame));
    answer.with("nearest", json!(why.nearest));
    for (nth, claim) in why.claims.iter().enumerate() {
        answer.say(
            format!("frame-{frame}/{}-{}", claim.kind, nth + 1),
            &claim.text,
            &[frame],
        );
    }
}

fn checked(answer: &mut Answer, text: &str, report: &Report) {
    let check = check(text, report);
    answer.with("counts", json!(check.counts));
    answer.with("unread", json!(check.unread.len()));
    // What is false comes first.
    for (mark, word) in [
        (Mark::False, "false"),
        (Mark::NotProvable, "not provable"),
        (Mark::True, "true"),
    ] {
        for claim in check.claims.iter().filter(|it| it.mark == mark) {
            let shown: Vec<String> = claim
                .shown
                .iter()
                .map(|it| format!("frame {}: {}", it.frame, it.what))
                .collect();
            let why = claim.why.iter().cloned().chain(shown).collect::<Vec<_>>().join("; ");
            let told = format!(
                "{word}: {} [line {}]{}{why}",
                claim.claim,
                claim.line,
                if why.is_empty() { "" } else { " – " }
            );
            answer.say(format!("claim-{}", claim.id), &told, &claim.frames);
        }
    }
    for (nth, unread) in check.unread.iter().enumerate() {
        answer.say(
            format!("unread-{}", nth + 1),
            &format!("not read [line {}]: “{}”", unread.line, unread.text),
            &[],
        );
    }
}
