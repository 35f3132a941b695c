//! Clause → Claims on HTTP requests: the method and the target of one that can be read.

use super::Mark;
use super::claims::What;
use super::facts::Facts;
use super::judging::Judgement;
use super::measured::found;
use super::reading::Making;
use super::tokens::Token;
use crate::base::phrase::phrase;
use crate::base::wire_text::in_prose;

/// `The request in frame 5 is a POST to /cslu/v1/pi.`
pub(super) fn read(making: &mut Making<'_>) {
    if making.is_denied() || making.tokens.iter().any(|it| matches!(it.token, Token::Host(_))) {
        return;
    }
    let words = making.words.to_owned();
    let parts = words.split(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | '(' | ')' | '。' | '、'));
    let parts: Vec<&str> = parts.filter(|it| !it.is_empty()).collect();
    let method = method_of(&parts);
    let target = parts.iter().find(|it| it.len() > 1 && it.starts_with('/'));
    let target = target.map(|it| it.trim_end_matches(['.', ';', ':']).to_owned());
    // `they get a request` is about no method.
    let is_method = method.is_some_and(|it| it != "get" || target.is_some());
    if !is_method && (method.is_some() || target.is_none()) {
        return;
    }
    let mut frames = making.tokens.iter().enumerate().filter_map(|(at, it)| match &it.token {
        Token::Frames(frames) if frames.list.len() == 1 => Some((at, frames.list.first().copied()?)),
        _ => None,
    });
    let (frame, None) = (frames.next(), frames.next()) else {
        return;
    };
    if let Some((at, _)) = frame {
        making.take(at);
    }
    let what = What::Request {
        method,
        target,
        frame: frame.map(|it| it.1),
    };
    making.claim(0, what);
}

/// `is a POST`, `リクエストは POST です`, `POST to /path`: the word alone may be another (`at the head of`, `they post a note`).
fn method_of(parts: &[&str]) -> Option<&'static str> {
    let names_request = parts
        .iter()
        .any(|it| it.contains("request") || it.contains("リクエスト"));
    let leads = |before: &str| ["a", "is"].contains(&before) || before.ends_with("リクエストは");
    let follows =
        |behind: &str| behind.starts_with('/') || ["request", "リクエスト"].iter().any(|it| behind.starts_with(it));
    let is_said = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| parts.get(at));
        names_request && before.is_some_and(|it| leads(it))
            || parts.get(at + 1).is_some_and(|it| follows(it))
            || ["to", "for"].iter().any(|it| parts.get(at + 1) == Some(it))
                && parts.get(at + 2).is_some_and(|it| it.starts_with('/'))
    };
    ["get", "post", "put", "head"]
        .into_iter()
        .find(|method| (0..parts.len()).any(|at| parts.get(at) == Some(method) && is_said(at)))
}

/// Whether there is such a request, as far as requests can be read.
pub(super) fn judge(method: Option<&str>, target: Option<&str>, frame: Option<u64>, facts: &Facts<'_>) -> Judgement {
    let exchanges = facts.connections.iter().flat_map(|of| &of.connection.http);
    let requests: Vec<(u64, String, String)> = exchanges
        .filter_map(|it| Some((it.request?, it.method.clone()?, it.target.clone()?)))
        .filter(|it| frame.is_none_or(|frame| frame == it.0))
        .collect();
    let fits = |it: &&(u64, String, String)| {
        method.is_none_or(|method| it.1.eq_ignore_ascii_case(method))
            && target.is_none_or(|target| it.2.to_ascii_lowercase().starts_with(target))
    };
    let told = |it: &(u64, String, String)| in_prose(&format!("{} {}", it.1, it.2)).into_owned();
    if let Some(it) = requests.iter().find(fits) {
        return Judgement::new(Mark::True).showing(vec![(it.0, phrase("check-request").with("request", told(it)))]);
    }
    // What TLS carries cannot be read, and may be it.
    let hides = frame.is_none() && facts.connections.iter().any(|of| of.connection.tls.is_some());
    match requests.first() {
        Some(it) if !hides && facts.report.capture.not_judged == 0 => {
            Judgement::new(Mark::False).because(found(&told(it)))
        }
        _ => Judgement::open("check-why-nothing-of-it"),
    }
}
