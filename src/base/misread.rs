//! Message and place of an error in TOML → a sentence: line, column, what is wrong there, and what was probably meant.

use std::ops::Range;

/// Names less alike than this (1: equal) are no slip of the pen.
const ALIKE: f64 = 0.6;

/// Reports where a text in TOML is wrong, and suggests the known key that is nearest to an unknown one. `message` and
/// `span` come from the TOML reader's error; `hint` is further information about the error.
#[must_use]
pub fn misread(message: &str, span: Option<Range<usize>>, text: &str, hint: Option<String>) -> String {
    let (line, column) = place(text, span.unwrap_or_default().start);
    let hint = unknown(message)
        .and_then(|(name, known)| suggestion(name, &known))
        .or(hint);
    let what = message.replace("unknown field", "unknown key").replace('\n', "; ");
    match hint {
        Some(hint) => format!("line {line}, column {column}: {what}; {hint}"),
        None => format!("line {line}, column {column}: {what}"),
    }
}

/// Line and column of an offset, counted from 1, columns in characters.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before.get(begin..).unwrap_or_default().chars().count() + 1)
}

/// The name that is not known, and those that are: ``unknown field `x`, expected one of `a`, `b` ``.
fn unknown(message: &str) -> Option<(&str, Vec<&str>)> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    Some((names.next()?, names.collect()))
}

fn suggestion(name: &str, known: &[&str]) -> Option<String> {
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let likeness = |other: &&str| strsim::normalized_damerau_levenshtein(&plain(name), &plain(other));
    let best = known
        .iter()
        .copied()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&best) >= ALIKE).then(|| format!("did you mean `{best}`?"))
}
