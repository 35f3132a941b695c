//! text, Report → Check: the claims of a ticket, a mail or an answer, each true, false, or not provable by the capture.
//!
//! Sentences are split by their words (`lexicon`), in English and Japanese alike; claims are checked against the
//! report, never against bytes. A claim is called false only if the report excludes it: if a sentence can be read in
//! two ways, or if its subject is encrypted or was not captured, it is not provable. Text that was not understood is
//! listed as unread.

mod agents;
mod certificates;
mod certified;
mod claims;
mod clauses;
mod counted;
mod counting;
mod dns;
mod endings;
mod facts;
mod fillers;
mod frames;
mod general;
mod issuers;
mod judging;
mod lapses;
mod lexicon;
mod matters;
mod measured;
mod moments;
mod named;
mod network;
mod numbers;
mod page;
mod prepared;
mod reading;
mod refused;
mod rejected;
mod relations;
mod requests;
mod rows;
mod scopes;
mod senders;
mod sentences;
mod slots;
mod stated;
mod statement;
mod stepped;
mod steps;
mod telling;
mod ties;
mod tokens;
mod validity;
mod values;
mod words;

use serde::Serialize;

use crate::base::phrase::Language;
use crate::base::wire_text::WireText;
use crate::report::Report;
use facts::Facts;
use sentences::{Sentence, Sentences};

/// The schema name of a check.
const SCHEMA: &str = "tlswalk.check/1";

/// The number of claims judged per text: an answer has tens, a report of a hundred pages some hundreds. Each is checked
/// against every connection.
const MOST_CLAIMS: usize = 2_000;

/// The number of sentences and parts listed as unread; further ones are counted.
const MOST_UNREAD: usize = 2_000;

/// The number of characters shown of a sentence: a few lines.
const LONGEST_SHOWN: usize = 300;

/// The number of frames listed beside a claim.
const MOST_SHOWN: usize = 12;

/// The results for the claims of a text.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// `tlswalk.check/1`.
    pub schema: &'static str,
    /// The language of its texts (BCP 47).
    pub language: &'static str,
    /// The capture's name as given.
    pub capture: String,
    /// The number of claims of each kind.
    pub counts: Counts,
    /// The claims, in the order of the text.
    pub claims: Vec<Claim>,
    /// Sentences and parts of sentences without a claim, in the order of the text.
    pub unread: Vec<Unread>,
    /// Claims and sentences beyond the bounds of the lists: not judged.
    pub left_out: u64,
}

/// The number of claims of each kind in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Claims that the capture shows to be true.
    #[serde(rename = "true")]
    pub holds: u64,
    /// Claims that the capture shows to be false.
    #[serde(rename = "false")]
    pub fails: u64,
    /// Claims that it can neither prove nor refute.
    #[serde(rename = "not-provable")]
    pub open: u64,
}

/// The result for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// The frames named show it.
    True,
    /// The frames named show something else, or the capture would show it and does not.
    False,
    /// The part that would show it is encrypted, was not captured, or can be read in two ways.
    NotProvable,
}

/// One claim of a text.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// Counted from 1 in the order of the text.
    pub id: usize,
    /// Its result.
    pub mark: Mark,
    /// The line of the text that its sentence begins in, counted from 1.
    pub line: usize,
    /// Its sentence, cut if it is long.
    pub sentence: String,
    /// The claim that was understood: a clause.
    pub claim: String,
    /// The frames that the result rests on, in order.
    pub frames: Vec<u64>,
    /// The content of these frames.
    pub shown: Vec<Shown>,
    /// Why it is false or not provable; null if the frames are explanation enough.
    pub why: Option<String>,
}

/// A frame and its content.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Shown {
    /// Frame number.
    pub frame: u64,
    /// The content: a clause.
    pub what: String,
}

/// A sentence, or a part of one, without a claim.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Unread {
    /// The line of the text that it begins in, counted from 1.
    pub line: usize,
    /// `sentence` (no claim was understood), `part` (a value that no claim of the sentence uses), `question` or `too-long`.
    pub kind: &'static str,
    /// The text, cut if it is long.
    pub text: String,
}

/// Checks the claims of a text against a report. Claims on any connection of the capture are judged if the report was
/// made with [`Options::all`](crate::Options::all), as `tlswalk check` does.
#[must_use]
pub fn check(text: &str, report: &Report) -> Check {
    let language = Language::of(report.language);
    let facts = Facts::of(report);
    let mut check = Check {
        schema: SCHEMA,
        language: language.tag(),
        capture: report.capture.file.clone(),
        counts: Counts::default(),
        claims: Vec::new(),
        unread: Vec::new(),
        left_out: 0,
    };
    for sentence in Sentences::of(text) {
        if check.claims.len() >= MOST_CLAIMS {
            check.left_out = check.left_out.saturating_add(1);
            continue;
        }
        check.sentence(&sentence, &facts, language);
    }
    check
}

impl Check {
    fn sentence(&mut self, sentence: &Sentence<'_>, facts: &Facts<'_>, language: Language) {
        if sentence.too_long || sentence.asks {
            let kind = if sentence.too_long { "too-long" } else { "question" };
            return self.unread(sentence.line, kind, sentence.text);
        }
        let reading = reading::read(sentence.text, facts.controller);
        if reading.claims.is_empty() {
            return self.unread(sentence.line, "sentence", sentence.text);
        }
        for claim in &reading.claims {
            if self.claims.len() >= MOST_CLAIMS {
                self.left_out = self.left_out.saturating_add(1);
                continue;
            }
            let judgement = judging::judge(claim, facts).unless_unknown(claim);
            let count = match judgement.mark {
                Mark::True => &mut self.counts.holds,
                Mark::False => &mut self.counts.fails,
                Mark::NotProvable => &mut self.counts.open,
            };
            *count = count.saturating_add(1);
            let mut shown: Vec<Shown> = Vec::new();
            for (frame, what) in judgement.shown {
                let what = what.in_language(language);
                if shown.len() < MOST_SHOWN && !shown.iter().any(|it| it.frame == frame && it.what == what) {
                    shown.push(Shown { frame, what });
                }
            }
            shown.sort_by_key(|it| it.frame);
            let mut frames: Vec<u64> = shown.iter().map(|it| it.frame).filter(|it| *it > 0).collect();
            frames.dedup();
            self.claims.push(Claim {
                id: self.claims.len() + 1,
                mark: judgement.mark,
                line: sentence.line,
                sentence: cut(sentence.text),
                claim: telling::told(claim, language),
                frames,
                shown,
                why: judgement.why.map(|it| it.in_language(language)),
            });
        }
        for part in reading.left {
            self.unread(sentence.line, "part", &part);
        }
    }

    fn unread(&mut self, line: usize, kind: &'static str, text: &str) {
        if self.unread.len() >= MOST_UNREAD {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.unread.push(Unread {
            line,
            kind,
            text: cut(text),
        });
    }

    /// 1 if a claim is false, 0 if none is and one is true, 3 if none could be proven or refuted.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.counts {
            Counts { fails: 1.., .. } => 1,
            Counts { holds: 1.., .. } => 0,
            _ => 3,
        }
    }
}

/// A sentence in the form that is shown: on one line, escaped, and cut.
fn cut(text: &str) -> String {
    let mut shown = String::new();
    let mut was_blank = false;
    for (count, c) in text.chars().enumerate() {
        if count >= LONGEST_SHOWN {
            shown.push('…');
            break;
        }
        let is_blank = c.is_whitespace();
        match (is_blank, was_blank) {
            (true, true) => {}
            (true, false) => shown.push(' '),
            (false, _) => shown.push(c),
        }
        was_blank = is_blank;
    }
    WireText::from(shown.trim()).to_string()
}
