//! Row → statement: a label with `yes` or `no` behind it, as in tables and lists of properties.
//!
//! `| Self-signed | no |` denies its label. Read as two parts it would claim the contrary.

use std::borrow::Cow;

const YES: [&str; 12] = [
    "yes",
    "true",
    "y",
    "✓",
    "✔",
    "はい",
    "あり",
    "有り",
    "有",
    "ある",
    "あります",
    "有る",
];

const NO: [&str; 24] = [
    "no",
    "none",
    "false",
    "never",
    "n",
    "n/a",
    "nothing",
    "not seen",
    "not present",
    "not found",
    "✗",
    "✘",
    "absent",
    "いいえ",
    "なし",
    "無し",
    "無",
    "ない",
    "ありません",
    "いない",
    "no.",
    "not there",
    "not captured",
    "存在しない",
];

/// How a question for `yes` or `no` ends.
const ASKS: [&str; 6] = ["かどうか", "か否か", "の有無", "か", "?", "有無"];

/// `Not Before / Not After: a / b` as two statements.
fn paired(text: &str) -> Option<String> {
    let (labels, values) = text.split_once(": ")?;
    let ((one, other), (first, second)) = (labels.split_once(" / ")?, values.split_once(" / ")?);
    let is_pair = ![other, second].iter().any(|it| it.contains(" / "));
    is_pair.then(|| format!("{one}: {first}; {other}: {second}"))
}

/// A sentence as its readers understand it; `None` if a label asks and nothing answers.
pub(super) fn stated(text: &str) -> Option<Cow<'_, str>> {
    let row = text.trim_matches(|c: char| c == '|' || c.is_whitespace());
    let in_line = (row.matches('|').count() == 1).then(|| row.replacen('|', ":", 1));
    if let Some(pair) = paired(in_line.as_deref().unwrap_or(text)) {
        return Some(Cow::Owned(pair));
    }
    let is_table = text.trim_start().starts_with('|') || row.matches('|').count() == 1;
    let cut = match is_table {
        true => row.split_once('|').filter(|it| !it.1.contains('|')),
        false => row.split_once([':', '：']).or_else(|| row.split_once('？')),
    };
    let Some((label, answer)) = cut else {
        return Some(Cow::Borrowed(text));
    };
    let bare = |it: &str| {
        it.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '`' | '_' | '。' | '.' | '|'))
            .to_lowercase()
    };
    let (answer, label) = (bare(answer), label.trim());
    let asked = ASKS
        .iter()
        .find_map(|it| label.trim_end_matches(['*', '`', ' ']).strip_suffix(it));
    let says = |words: &[&str]| words.contains(&answer.as_str());
    match (says(&YES), says(&NO), asked) {
        (true, _, _) => Some(Cow::Owned(asked.unwrap_or(label).to_owned())),
        (_, true, _) => {
            let label = asked.unwrap_or(label);
            let no = if answer.is_ascii() { "no" } else { "なし" };
            Some(Cow::Owned(format!("{label} : {no}")))
        }
        (_, _, Some(_)) if !label.is_ascii() => None,
        // The second cell is the value of the first.
        _ if is_table && !answer.is_empty() => Some(Cow::Owned(row.replacen('|', ":", 1))),
        _ => Some(Cow::Borrowed(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::stated;

    #[test]
    fn yes_and_no_belong_to_their_label() {
        let of = |text: &str| stated(text).map(|it| it.into_owned());
        assert_eq!(of("| Self-signed | no |").as_deref(), Some("Self-signed : no"));
        assert_eq!(
            of("コントローラーの証明書は自己署名か | いいえ").as_deref(),
            Some("コントローラーの証明書は自己署名 : なし")
        );
        assert_eq!(
            of("Alert from the server: yes").as_deref(),
            Some("Alert from the server")
        );
        assert_eq!(of("自己署名か: 不明"), None);
        assert_eq!(of("| A / B | 1 / 2 |").as_deref(), Some("A: 1; B : 2"));
        assert_eq!(of("Cipher: x").as_deref(), Some("Cipher: x"));
    }
}
