//! Sentence → does a word relate what it names to something else?
//!
//! `The server reacts to the Client Hello in frame 8` names a side, a step and a frame, and the step is not the side's.

use super::lexicon;
use super::tokens::Placed;

/// Beginnings of words that relate a thing to another, or say that it was received.
const RELATIONS: &str = "\
    about accept ack advert against ahead apart aside beside alongside appl arriv ask attempt await bad bas below blam \
    caus cause confirm consum cop cover depend despite different differs discard downgrad duplicat echo encrypt equal \
    error except expect fall fault follow get got handl ignor instead itself last later legacy like longer match \
    matter max mention mid min mirror miss need never newer normal ok old only other parse part preced prefer \
    previous problem process prompt propos provok quer reach react reason reassembl refer relat repeat repl request \
    requir resen respon result retr same similar size still support than toward trigger unlike until unusual upgrad upper wait \
    while whose without wrong";

/// The same in Japanese.
const RELATED: &str = "\
    再 待 後 前 間 同 以外 以降 以上 以下 直 続 ため 受 応じ 対 届 期待 想定 古い 新しい 最後 次 長 サイズ 一部 途中 代わ だけ のみ しか 暗号化 原因 問題 異常 エラー 問い合わせ 照会 正常 \
    繰り";

/// Prepositions before a side that is no sender.
const AIMS: &[&str] = &[
    "for", "at", "toward", "towards", "against", "into", "onto", "on", "to", "with", "between",
];

/// True if a word between the tokens relates what they name to something else.
pub(super) fn relates(all: &[Placed], plain: &str) -> bool {
    let ends = all
        .iter()
        .map(|it| (it.from, it.to))
        .chain([(plain.len(), plain.len())]);
    let mut at = 0;
    for (from, to) in ends {
        if plain.get(at..from).is_some_and(gap_relates) {
            return true;
        }
        at = at.max(to);
    }
    false
}

/// The same of the text between two tokens, whose phrases without a meaning do not count.
fn gap_relates(gap: &str) -> bool {
    let (mut rest, mut before) = (gap, None);
    while let Some(first) = rest.chars().next() {
        let begins = before.is_none_or(|c: char| !c.is_ascii_alphabetic());
        let is_word = |list: &str| list.split_whitespace().any(|it| rest.starts_with(it));
        let len = match lexicon::longest(rest, before) {
            Some((None, len)) => len,
            _ if first.is_ascii() && begins && is_word(RELATIONS) => return true,
            _ if !first.is_ascii() && is_word(RELATED) => return true,
            _ => first.len_utf8(),
        };
        before = rest.get(..len).and_then(|it| it.chars().next_back());
        rest = rest.get(len..).unwrap_or_default();
    }
    false
}

/// True if something is done to a party, and not by it: `sent to the server`, `クライアントに`.
pub(super) fn is_aim(party: &Placed, plain: &str) -> bool {
    let before = plain.get(..party.from).unwrap_or_default();
    let before = before.trim_end().trim_end_matches("the").trim_end();
    let last = before.rsplit(' ').next().unwrap_or_default();
    let behind = plain.get(party.to..).unwrap_or_default().trim_start_matches('側');
    let is_object = ["に", "へ", "宛", "向"].iter().any(|it| behind.starts_with(it)) && !behind.starts_with("によ");
    AIMS.contains(&last) || last.ends_with('→') || is_object
}

#[cfg(test)]
mod tests {
    use super::super::tokens::{Token, cased, tokens};
    use super::*;
    use crate::handoff::check::lexicon::Word;

    fn read(sentence: &str) -> (Vec<Placed>, String) {
        let cased = cased(sentence);
        let plain = cased.to_ascii_lowercase();
        (tokens(&plain, &cased), plain)
    }

    #[test]
    fn words_that_only_act_relate_nothing() {
        for (sentence, expected) in [
            ("Server Hello leaves the server in frame 10.", false),
            ("The server didn't get as far as sending Server Hello.", false),
            ("The server reacts to the Client Hello in frame 8.", true),
            ("SYN が 3 回繰り返し送られている。", true),
            ("The Certificate in frame 20 matches the request.", true),
        ] {
            let (all, plain) = read(sentence);
            assert_eq!(relates(&all, &plain), expected, "{sentence}");
        }
    }

    #[test]
    fn a_party_to_which_something_is_done_is_no_sender() {
        for (sentence, expected) in [
            ("Client Hello, sent to the server in frame 8", true),
            ("Frame 8: server → Server Hello", false),
            ("フレーム 8 でクライアントに Server Hello を送信", true),
            ("クライアントによる Client Hello", false),
        ] {
            let (all, plain) = read(sentence);
            let is_side = |it: &&Placed| matches!(it.token, Token::Word(Word::Client | Word::Server));
            let party = all.iter().find(is_side).unwrap();
            assert_eq!(is_aim(party, &plain), expected, "{sentence}");
        }
    }
}
