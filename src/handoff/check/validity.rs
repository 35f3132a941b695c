//! Clause → Claims on the first and the last day of a certificate.
//!
//! A day is one end of a validity only if the words beside it say which: `from`, `まで`, a label that leads to it, or
//! another day to which a range leads. Any other day in the sentence may be that of the capture.

use super::claims::OfCertificate;
use super::lexicon::Word;
use super::reading::Making;
use super::slots::leads;
use super::tokens::{Moment, Token};

/// An end of a validity.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// The words around a day.
struct Day<'a> {
    at: usize,
    moment: Moment,
    /// The text before it, up to the day before, and behind it, up to the next.
    before: &'a str,
    behind: &'a str,
}

/// English words right before a day, and Japanese words right behind it.
const STARTS: [&str; 6] = ["from", "since", "between", "starting", "beginning", "starting on"];
const STOPS: [&str; 7] = ["until", "till", "through", "to", "up to", "til", "ending"];
const STARTS_JA: [&str; 8] = [
    "から",
    "より",
    "以降",
    "以後",
    "に始ま",
    "に開始",
    "に有効にな",
    "始まり",
];
const STOPS_JA: [&str; 10] = [
    "まで",
    "に切れ",
    "に失効",
    "に満了",
    "で切れ",
    "に期限",
    "に終わ",
    "に終了",
    "で失効",
    "で満了",
];

/// Between the two days of a range.
const RANGES: [&str; 12] = [
    "to", "until", "till", "through", "and", "–", "-", "→", ";", "から", "より", "up to",
];

/// Words that speak of a validity besides those of the lexicon.
const SPEAKS: [&str; 16] = [
    "runs",
    "good",
    "lasts",
    "dates",
    "period",
    "lifetime",
    "usable",
    "covers",
    "使える",
    "使えるのは",
    "期間",
    "期限",
    "日付",
    "start",
    "end",
    "切れ",
];

/// Words for a certificate that cannot be used: the days beside them begin and end the time outside its validity.
const NEGATIVE: [&str; 10] = [
    "out of date",
    "invalid",
    "unusable",
    "useless",
    "expired",
    "no good",
    "無効",
    "使えな",
    "使えま",
    "期限切れ",
];

/// Reads the days of a clause about a certificate.
pub(super) fn ends(making: &Making<'_>) -> Vec<(usize, OfCertificate)> {
    let days = days(making);
    let words = [
        Word::Valid,
        Word::Validity,
        Word::NotBefore,
        Word::NotAfter,
        Word::Expire,
    ];
    let noun = [Word::Certificate, Word::Certificates, Word::Chain];
    let text = making.words;
    // `Start of the capture and of the certificate: …` has days of both.
    if making.clause.has(Word::Began) {
        return Vec::new();
    }
    let speaks = making.clause.has_any(&words)
        || making.clause.has_any(&noun) && (!making.clause.has_verb() || SPEAKS.iter().any(|it| text.contains(it)));
    let of = |day: &Day<'_>, end: End| match end {
        End::First => (day.at, OfCertificate::NotBefore(day.moment)),
        End::Last => (day.at, OfCertificate::NotAfter(day.moment)),
    };
    if let [first, second] = days.as_slice()
        && speaks
        && let Some((one, other)) = range(making, first)
    {
        return vec![of(first, one), of(second, other)];
    }
    days.iter()
        .filter_map(|day| Some(of(day, single(making, day, speaks)?)))
        .collect()
}

fn days<'a>(making: &'a Making<'_>) -> Vec<Day<'a>> {
    let is_day = |it: &Token| matches!(it, Token::Moment(Moment { day: Some(_), .. }));
    let places: Vec<usize> = (0..making.tokens.len())
        .filter(|at| making.token(*at).is_some_and(is_day))
        .collect();
    let end = making.clause.to();
    places
        .iter()
        .enumerate()
        .filter_map(|(nth, at)| {
            let placed = making.tokens.get(*at)?;
            let Token::Moment(moment) = placed.token else {
                return None;
            };
            let last = nth.checked_sub(1).and_then(|it| making.tokens.get(*places.get(it)?));
            let next = places.get(nth + 1).and_then(|it| making.tokens.get(*it));
            Some(Day {
                at: *at,
                moment,
                before: making.plain.get(last.map_or(0, |it| it.to)..placed.from)?,
                behind: making.plain.get(placed.to..next.map_or(end, |it| it.from))?,
            })
        })
        .collect()
}

/// Which ends two days with a range between them are.
fn range(making: &Making<'_>, first: &Day<'_>) -> Option<(End, End)> {
    let between = first
        .behind
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '(' | ')'));
    if !RANGES.contains(&between) || between == "and" && !first.before.trim_end().ends_with("between") {
        // `Not Before 2020-01-01, Not After 2030-01-01`: each with its own label.
        return None;
    }
    // `Not After / Not Before: …` names the ends in the other order.
    let label = |words: &[Word]| making.first(words).filter(|at| *at < first.at);
    match (label(&[Word::NotBefore]), label(&[Word::NotAfter])) {
        (Some(begins), Some(ends)) if ends < begins => Some((End::Last, End::First)),
        (None, Some(_)) | (Some(_), None) if matches!(between, ";" | "-" | "–") => None,
        _ => Some((End::First, End::Last)),
    }
}

/// Which end a day is by the words beside it.
fn single(making: &Making<'_>, day: &Day<'_>, speaks: bool) -> Option<End> {
    let before = day.before.trim_end_matches([' ', '(', '"']);
    let ends_with = |word: &str| {
        before
            .strip_suffix(word)
            .is_some_and(|it| !it.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let behind = day.behind.trim_start_matches([' ', ')', '"']);
    let starts_with = |word: &str| behind.starts_with(word);
    let labelled = label(making, day);
    // `from that day on it is out of date`
    let is_negative = NEGATIVE.iter().any(|it| making.words.contains(it)) || making.is_denied();
    if speaks && !is_negative {
        if STOPS.iter().any(|it| ends_with(it)) || STOPS_JA.iter().any(|it| starts_with(it)) {
            return Some(End::Last);
        }
        let is_since = ends_with("since") && labelled == Some(End::Last);
        if !is_since && (STARTS.iter().any(|it| ends_with(it)) || STARTS_JA.iter().any(|it| starts_with(it))) {
            return Some(End::First);
        }
    }
    labelled
}

/// The label that leads to a day, or that the day leads to: `Not After: 2030-01-01`, `2030-01-01 is the expiry date`.
fn label(making: &Making<'_>, day: &Day<'_>) -> Option<End> {
    let own = making.tokens.get(day.at)?;
    let end = |at: usize| match making.word(at)? {
        Word::NotBefore => Some(End::First),
        Word::NotAfter | Word::Expire => Some(End::Last),
        _ => None,
    };
    let before = (0..day.at).rev().find_map(|at| {
        let end = end(at)?;
        let text = making.plain.get(making.tokens.get(at)?.to..own.from)?;
        Some((end, text.len() <= day.before.len() && leads(text)))
    });
    if let Some((end, true)) = before {
        return Some(end);
    }
    let behind = (day.at + 1..making.tokens.len()).find_map(|at| {
        let end = end(at)?;
        let text = making.plain.get(own.to..making.tokens.get(at)?.from)?;
        let is_verb = making.word(at) == Some(Word::Expire);
        let leads = match is_verb {
            true => matches!(text.trim(), "に" | "で" | "をもって"),
            false => leads(text),
        };
        Some((end, text.len() <= day.behind.len() && leads))
    });
    behind.filter(|it| it.1).map(|it| it.0)
}
