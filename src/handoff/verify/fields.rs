//! Value, Value → what differs: every field of a report, so that none is believed that nobody compared.
//!
//! Claims that a person would make in words are checked one by one beside this; here is everything that a program may read.

use serde::Serialize;
use serde_json::Value;

/// Characters shown of a value.
const MOST_SHOWN: usize = 200;

/// Differences listed of one part of a report.
const MOST_LISTED: usize = 200;

/// A field that says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where it stands: `verdict.remedy[0].commands[2]`.
    pub(super) path: String,
    /// What the report says; `None`: nothing.
    pub(super) claimed: Option<String>,
    /// What the capture gives; `None`: nothing.
    pub(super) found: Option<String>,
}

/// Where two values differ, each place once.
pub(super) fn differences<T: Serialize>(claimed: &T, found: &T) -> Vec<Difference> {
    let mut all = Vec::new();
    // What is made of plain fields can always be a value.
    let (claimed, found) = (serde_json::to_value(claimed), serde_json::to_value(found));
    compare("", claimed.ok().as_ref(), found.ok().as_ref(), &mut all);
    all
}

fn compare(path: &str, claimed: Option<&Value>, found: Option<&Value>, all: &mut Vec<Difference>) {
    if claimed == found || all.len() >= MOST_LISTED {
        return;
    }
    match (claimed, found) {
        (Some(Value::Object(claimed)), Some(Value::Object(found))) => {
            let only_found = found.keys().filter(|key| !claimed.contains_key(*key));
            for key in claimed.keys().chain(only_found) {
                let path = match path {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                compare(&path, claimed.get(key), found.get(key), all);
            }
        }
        (Some(Value::Array(claimed)), Some(Value::Array(found))) if claimed.len() == found.len() => {
            for (at, (claimed, found)) in claimed.iter().zip(found).enumerate() {
                compare(&format!("{path}[{at}]"), Some(claimed), Some(found), all);
            }
        }
        // One was left out or added: to say which is worth more than to compare each with its neighbour.
        (Some(Value::Array(claimed)), Some(Value::Array(found))) => {
            let before = all.len();
            for (at, value) in claimed.iter().enumerate().filter(|(_, it)| !found.contains(it)) {
                push(&format!("{path}[{at}]"), Some(value), None, all);
            }
            for value in found.iter().filter(|it| !claimed.contains(it)) {
                push(path, None, Some(value), all);
            }
            if all.len() == before {
                push(path, Some(&claimed.len().into()), Some(&found.len().into()), all);
            }
        }
        (claimed, found) => push(path, claimed, found, all),
    }
}

fn push(path: &str, claimed: Option<&Value>, found: Option<&Value>, all: &mut Vec<Difference>) {
    if all.len() < MOST_LISTED {
        all.push(Difference {
            path: path.to_owned(),
            claimed: claimed.map(shown),
            found: found.map(shown),
        });
    }
}

/// A value as a person reads it, cut.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MOST_SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// Whether a field counts what a slice leaves out: how much there was, not what of it matters.
pub(super) fn counts_all_frames(path: &str) -> bool {
    const WHOLE: [&str; 8] = [
        "capture.",
        "cadence",
        "others",
        "left_out",
        "tcp.",
        "tls.client_application_data",
        "tls.server_application_data",
        "seen_again",
    ];
    WHOLE.iter().any(|it| path.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(claimed: &Value, found: &Value) -> Vec<(String, Option<String>, Option<String>)> {
        let all = differences(claimed, found);
        all.into_iter().map(|it| (it.path, it.claimed, it.found)).collect()
    }

    #[test]
    fn each_place_is_told_once_with_both_values() {
        let one = json!({"a": {"b": [1, 2], "c": "x"}, "d": null});
        let other = json!({"a": {"b": [1, 3], "c": "x"}, "e": true});
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(&one, &other),
            [
                ("a.b[1]".to_owned(), some("2"), some("3")),
                ("d".to_owned(), some("null"), None),
                ("e".to_owned(), None, some("true")),
            ]
        );
        assert!(told(&one, &one).is_empty());
    }

    #[test]
    fn of_lists_of_other_lengths_it_says_what_is_missing() {
        let some = |text: &str| Some(text.to_owned());
        let of = |claimed: &[u8], found: &[u8]| told(&json!({ "a": claimed }), &json!({ "a": found }));
        assert_eq!(of(&[1, 3], &[1, 2, 3]), [("a".to_owned(), None, some("2"))]);
        assert_eq!(of(&[1, 9, 2], &[1, 2]), [("a[1]".to_owned(), some("9"), None)]);
        assert_eq!(of(&[1, 1], &[1]), [("a".to_owned(), some("2"), some("1"))]);
    }
}
