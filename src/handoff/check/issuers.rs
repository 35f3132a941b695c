//! Words → an issuer's name without a sign that it is one: `issued by Lab Server CA 1`, `発行者 Lab Server CA 1`,
//! `Lab Server CA 1 が発行`.
//!
//! Only capitalised words directly behind the words that lead to them are a name: in `issued by a CA`, in `the issuer
//! field of the certificate` and in `signed by its own key` nobody is named.

use super::fillers::{Begin, begins};
use super::lexicon::{self, Word};
use super::slots::leads;
use super::tokens::{Here, Placed, Token};

/// The longest name of an issuer that stands without quotation marks, in bytes.
const LONGEST: usize = 80;

/// What ends a name.
const ENDS: [&str; 20] = [
    " issued", " signed", " and ", " but ", " which ", " that ", " valid", " expire", " until", " with ", " on ",
    " in ", " – ", " as ", " rather", " not ", " so ", " for ", " to ", " at ",
];

/// Words that name nobody, alone or together.
const NOBODY: [&str; 51] = [
    "cn",
    "dn",
    "common",
    "name",
    "field",
    "a",
    "an",
    "the",
    "our",
    "your",
    "its",
    "their",
    "his",
    "my",
    "some",
    "another",
    "this",
    "that",
    "one",
    "unknown",
    "itself",
    "what",
    "who",
    "whom",
    "same",
    "any",
    "us",
    "them",
    "ca",
    "cas",
    "authority",
    "certificate",
    "certification",
    "root",
    "intermediate",
    "sub",
    "issuing",
    "private",
    "public",
    "internal",
    "own",
    "corporate",
    "company",
    "trusted",
    "untrusted",
    "local",
    "different",
    "self",
    "commercial",
    "enterprise",
    "custom",
];

/// Names that begin a sentence although they are common words, too.
const NAMES: [&str; 5] = ["lab", "cisco", "digicert", "entrust", "corp"];

/// The name of an issuer at a place, and its length.
pub(super) fn issuer(here: &Here<'_>, found: &[Placed]) -> Option<(String, usize)> {
    let rest = here.text.get(here.at..)?;
    let before = here.text.get(..here.at)?;
    let shown = here.cased.get(here.at..)?;
    let is_inside = before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if is_inside || !shown.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let len = end_of(rest, shown)?;
    let name = rest.get(..len)?.trim_end();
    if name.is_empty() || name.contains('=') || name.split(['-', ' ']).all(|it| NOBODY.contains(&it)) {
        return None;
    }
    let behind = rest.get(len..).unwrap_or_default();
    let issues = [" issued the ", " signed the ", " issued this ", " signed this "];
    let is_subject = issues.iter().any(|it| behind.starts_with(it));
    let made = ["が発行", "により発行", "によって発行", "から発行"];
    let is_behind = made.iter().any(|it| behind.trim_start().starts_with(it));
    let is_label = |it: &&Placed| matches!(it.token, Token::Word(Word::Issuer | Word::Subject));
    let word = found.iter().rev().find(is_label);
    let is_named = word.is_some_and(|it| here.text.get(it.to..here.at).is_some_and(leads));
    let first = name.split(' ').next().unwrap_or_default();
    if NOBODY.contains(&first) && !matches!(first, "internal" | "corporate" | "company" | "public" | "trusted") {
        return None;
    }
    // The first word of a sentence has a capital, whatever it is; `let us` begins an advice elsewhere.
    let is_common =
        matches!(begins(rest, None), Begin::Nothing(_)) && !NAMES.contains(&first) && before.trim().is_empty();
    // `AP-LAB-1` is one name.
    let word = lexicon::longest(rest, None).and_then(|it| rest.get(it.1..));
    let is_word = word.is_some_and(|it| !it.starts_with('-')) && !rest.starts_with("let's encrypt");
    (is_behind && !is_common || (is_named || is_subject && !is_common) && !is_word)
        .then(|| (name.to_owned(), name.len()))
}

/// The length of the name at the beginning of the text.
fn end_of(rest: &str, shown: &str) -> Option<usize> {
    let is_end = |(at, c): &(usize, char)| {
        let behind = rest.get(*at..).unwrap_or_default();
        let next = shown.get(at + 1..).and_then(|it| it.chars().next());
        !c.is_ascii()
            || matches!(c, ',' | ';' | ':' | '(' | ')' | '"' | '/')
            || *c == '.' && !next.is_some_and(|c| c == '.' || !c.is_whitespace())
            || *c == ' '
                && (next.is_some_and(|c| c.is_ascii_lowercase()) || ENDS.iter().any(|it| behind.starts_with(it)))
    };
    // Looked for at every word of a sentence: no further than a name can reach.
    let mut near = rest.char_indices().take_while(|(at, _)| *at <= LONGEST + 1);
    match near.find(is_end) {
        Some((at, _)) => Some(at).filter(|at| *at <= LONGEST),
        None => Some(rest.len()).filter(|len| *len <= LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::{Token, cased, tokens};

    /// The names without a sign of their own in a sentence.
    fn names(sentence: &str) -> Vec<String> {
        let cased = cased(sentence);
        let found = tokens(&cased.to_ascii_lowercase(), &cased);
        let name = |token: Token| match token {
            Token::Quoted(name) => Some(name),
            _ => None,
        };
        found.into_iter().filter_map(|it| name(it.token)).collect()
    }

    #[test]
    fn a_name_has_capitals_and_stands_behind_the_words_that_lead_to_it() {
        for sentence in [
            "It was issued by Lab Root CA 1.",
            "The issuer field of the client certificate names Lab Root CA 1.",
            "発行者は Lab Root CA 1 です。",
            "The Lab Root CA 1 issued the certificate.",
        ] {
            assert_eq!(names(sentence), ["lab root ca 1"], "{sentence}");
        }
        for sentence in [
            "A CA issued the server certificate.",
            "It was signed by a private CA, not by itself.",
            "According to its issuer field, it was issued by somebody else.",
            "CA により発行されたものです。",
            "The issuer is not known, so Tom looked it up.",
        ] {
            assert!(names(sentence).is_empty(), "{sentence}");
        }
    }
}
