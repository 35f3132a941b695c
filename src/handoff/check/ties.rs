//! Sentence → words that turn a statement although each of them is common.
//!
//! `the packets do not get through` denies a verb that no claim has, `part of the answer is missing` denies a part: with
//! such a word a statement is not called false.

use super::claims::{Claim, What};
use super::lexicon::Word;
use super::tokens::{Placed, Token};

/// Negations of a verb; the verb comes next.
const OF_VERBS: [&str; 21] = [
    "not",
    "never",
    "cannot",
    "didn't",
    "doesn't",
    "wasn't",
    "isn't",
    "hasn't",
    "haven't",
    "weren't",
    "don't",
    "aren't",
    "can't",
    "won't",
    "failed to",
    "fails to",
    "did not",
    "does not",
    "do not",
    "could not",
    "couldn't",
];

/// Words that may stand between a negation and what it denies.
const BETWEEN: &str = "\
    a accepted actually additional again all also answer reply an any are at be been being by clear client complete controller could \
    device do ever even explicit further had has have in into is its itself just matching more new of once one other \
    plain plaintext readable really server single such tcp that the their there these this time tls visible was were \
    word yet";

/// Words for a part of something, or for something that is there only partly.
const PARTS: [&str; 35] = [
    "には応答",
    "には返答",
    "への応答",
    "への返答",
    "or before",
    "or earlier",
    "or later",
    "or after",
    "at the latest",
    "or so",
    "以前",
    "以降",
    "前後",
    "part of",
    "parts of",
    "a portion",
    "a piece",
    "pieces of",
    "half of",
    "the rest of",
    "rest of the",
    "remainder",
    "partly",
    "partially",
    "partial",
    "incomplete",
    "fragment",
    "some bytes",
    "一部",
    "部分",
    "断片",
    "途中まで",
    "残りの",
    "不完全",
    "半分",
];

/// Words for a whole, of which a part may be there where the whole is denied.
const WHOLES: [&str; 10] = [
    " whole ",
    " entire ",
    " complete ",
    " full ",
    " every ",
    " all of ",
    "全体",
    "すべて",
    "全て",
    "完全",
];

/// Words of a normalised sentence that turn a statement in a way that no claim shows, with their places.
pub(super) fn turning<'a>(text: &'a str, found: &[Placed]) -> Vec<(usize, &'a str)> {
    let parts = PARTS.iter().filter_map(|it| text.find(it).map(|at| (at, *it)));
    let parts = parts.filter(|(at, it)| !it.is_ascii() || is_word(text, *at, it.len()));
    // `is part of frame 10` names a place.
    let is_place = |at: usize| {
        text.get(..at)
            .is_some_and(|it| it.ends_with("is ") || it.ends_with("are "))
    };
    let parts = parts.filter(|(at, _)| !is_place(*at));
    let mut turning: Vec<(usize, &str)> = parts
        .filter_map(|(at, it)| Some((at, text.get(at..at + it.len())?)))
        .collect();
    // `the client never gets the whole certificate` denies a part as well.
    let denies = found.iter().find(|it| it.token == Token::Word(Word::Not));
    let all = WHOLES.iter().filter_map(|it| text.find(it).map(|at| (at, it.trim())));
    // `the whole capture` is no part of what was sent.
    let is_capture = |at: usize| {
        let noun = text
            .get(at..)
            .and_then(|it| it.split_whitespace().nth(1))
            .unwrap_or_default();
        ["capture", "recording", "trace", "file", "exchange"]
            .iter()
            .any(|it| noun.starts_with(it))
    };
    turning.extend(all.filter(|it| denies.is_some() && !is_capture(it.0)));
    for (nth, denial) in found.iter().enumerate() {
        if denial.token != Token::Word(Word::Not) {
            continue;
        }
        let Some(written) = text.get(denial.from..denial.to) else {
            continue;
        };
        let untied = match written.is_ascii() {
            true => behind(text, written, denial.to, found.get(nth + 1)),
            false => before(text, denial.from, nth.checked_sub(1).and_then(|it| found.get(it))),
        };
        // It turns what is denied, and no other part of the sentence.
        turning.extend(untied.map(|word| (denial.from, word)));
    }
    turning
}

/// Words for an exception, or for a part of what happened: `the connection worked, but the answer is an error`.
const LIMITS: [&str; 26] = [
    " but ",
    "although",
    "though ",
    "however",
    "except",
    "apart from",
    "besides",
    "up to ",
    "only ",
    "ものの",
    "ただし",
    "しかし",
    "が、",
    "一方",
    "以外",
    "tls",
    "tcp",
    "dns",
    "level",
    "layer",
    "itself",
    "レベル",
    "自体",
    "path",
    "network",
    "ネットワーク",
];

/// Marks the claims that a sentence limits to a time or to a part: they are not called false.
pub(super) fn loosen(claims: &mut [Claim], plain: &str) {
    for claim in claims.iter_mut().filter(|it| it.unknown.is_none()) {
        // `より新しいバージョンは提示されていない`: the denial is the claim's own.
        claim.not &= !(matches!(claim.what, What::Highest { exact: false, .. }) && plain.contains("より"));
        claim.unknown = match &claim.what {
            // `no FIN was sent before the alert` says nothing about later.
            What::Step(step) if claim.not && step.frames.is_none() && step.at.is_none() => {
                until(plain).or_else(|| within(&plain.replace("change cipher spec", "")))
            }
            What::Length(_) => clock(plain),
            What::Handshake => of_tcp(plain),
            What::Healthy | What::Succeeded => limit(plain),
            _ => None,
        }
        .map(str::to_owned);
    }
}

/// Words that end the time of which something is said.
const UNTIL: [&str; 10] = [
    " before ",
    "until",
    "up to that",
    "by then",
    "so far",
    "as yet",
    "までに",
    "前に",
    "より前",
    "それまで",
];

/// A word by which a sentence says that something did not happen up to some time.
fn until(text: &str) -> Option<&'static str> {
    UNTIL.iter().find(|it| text.contains(**it)).map(|it| it.trim())
}

/// Parts of a message, and its answer: `the Client Hello carries no SNI` and `nothing came back for the SYN` deny neither of them.
const WITHIN: [&str; 16] = [
    "came back",
    "comes back",
    "sni",
    "alpn",
    "server name",
    "server_name",
    "extension",
    "cipher",
    "key share",
    "payload",
    "body",
    "サーバ名",
    "サーバー名",
    "拡張",
    "ホスト名",
    "暗号",
];

/// A part of a message, which may be what a sentence denies.
fn within(text: &str) -> Option<&'static str> {
    WITHIN.iter().copied().find(|it| text.contains(*it))
}

/// `the three-way handshake went through`: TCP's.
fn of_tcp(text: &str) -> Option<&'static str> {
    ["three-way", "three way", "3-way", "3 way", "ウェイ"]
        .into_iter()
        .find(|it| text.contains(*it))
}

/// `9時44分10秒に始まる`: seconds of a time of day, and no length.
fn clock(text: &str) -> Option<&'static str> {
    ["時", "o'clock"]
        .into_iter()
        .find(|it| text.contains(*it) && text.contains('分'))
}

/// A word by which a sentence says that all is well of a part only.
fn limit(text: &str) -> Option<&str> {
    let at = LIMITS.iter().find_map(|it| text.find(it).map(|at| (at, it.len())));
    at.and_then(|(at, len)| text.get(at..at + len)).map(str::trim)
}

fn is_word(text: &str, at: usize, len: usize) -> bool {
    let is_latin = |c: char| c.is_ascii_alphanumeric();
    !text.get(..at).is_some_and(|it| it.ends_with(is_latin))
        && !text.get(at + len..).is_some_and(|it| it.starts_with(is_latin))
}

/// The word behind an English negation, if it is what is denied and no part of any claim.
fn behind<'a>(text: &'a str, written: &str, from: usize, next: Option<&Placed>) -> Option<&'a str> {
    if written != "no" && !OF_VERBS.contains(&written) {
        return None;
    }
    let to = next.map_or(text.len(), |it| it.from);
    let between = text.get(from..to)?;
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '\'';
    let mut at = 0;
    while let Some(rest) = between.get(at..).filter(|it| !it.is_empty()) {
        let len = rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len());
        let word = rest.get(..len)?;
        if len > 0 && !BETWEEN.split_whitespace().any(|it| it == word) {
            return Some(word);
        }
        at += len.max(rest.chars().next().map_or(1, char::len_utf8));
    }
    // `is not the one of Cisco.`: nothing is read that is denied.
    let is_sign = |it: &Placed| {
        matches!(
            it.token,
            Token::Comma | Token::Semicolon | Token::Colon | Token::Open | Token::Close | Token::Word(Word::Of)
        )
    };
    let word = between
        .trim_matches(|c: char| !is_letter(c))
        .rsplit(' ')
        .next()
        .unwrap_or_default();
    (written != "no" && next.is_none_or(is_sign) && !word.is_empty()).then_some(word)
}

/// The word before a Japanese negation, if it is what is denied and no part of any claim: `パケットが通っていません`.
fn before<'a>(text: &'a str, to: usize, last: Option<&Placed>) -> Option<&'a str> {
    let from = last.map_or(0, |it| it.to);
    let between = text.get(from..to)?;
    let is_noun = |c: char| matches!(c, '\u{30a1}'..='\u{30fc}' | '\u{4e00}'..='\u{9fff}');
    let at = between.rfind(is_noun)?;
    let begin = between.get(..at)?.rfind(|c: char| !is_noun(c));
    let begin = begin.map_or(0, |it| {
        it + between
            .get(it..)
            .and_then(|it| it.chars().next())
            .map_or(1, char::len_utf8)
    });
    let word = between.get(begin..)?;
    let word = word.get(..word.find(|c: char| !is_noun(c)).unwrap_or(word.len()))?;
    // `一つもない`, `一切ない`, `全くない`
    let is_extent = ["一", "一切", "一度", "一回", "一件", "一個", "全", "何", "見当", "確認"].contains(&word);
    (!is_extent).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::super::tokens::{cased, tokens};
    use super::{limit, turning, until};

    fn turned(sentence: &str) -> Vec<String> {
        let cased = cased(sentence);
        let plain = cased.to_ascii_lowercase();
        let found = tokens(&plain, &cased);
        turning(&plain, &found).into_iter().map(|it| it.1.to_owned()).collect()
    }

    #[test]
    fn a_denied_verb_that_no_claim_has_turns_a_statement() {
        assert_eq!(turned("ICMP tells us that the packets do not get through."), ["get"]);
        assert_eq!(turned("ICMP によると、パケットは通っていません。"), ["通"]);
        assert_eq!(turned("Part of the answer is missing."), ["part of"]);
        assert_eq!(turned("The client never gets the whole certificate."), ["whole"]);
        for sentence in [
            "The server does not send an alert.",
            "No alert was sent.",
            "サーバはアラートを送信していません。",
            "The Certificate Request is part of frame 18.",
        ] {
            assert!(turned(sentence).is_empty(), "{sentence}");
        }
    }

    #[test]
    fn a_time_or_a_part_limits_a_statement() {
        assert_eq!(until("no fin was sent before the alert"), Some("before"));
        assert_eq!(until("no fin was sent"), None);
        assert_eq!(limit("the connection worked, but the answer is an error"), Some("but"));
        assert_eq!(limit("everything worked"), None);
    }
}
