//! Value, Value → differences: every field of a report is compared, so that no field is trusted without a check.
//!
//! Claims in a person's words are checked one by one elsewhere; here is everything that a program may read.

use serde::Serialize;
use serde_json::Value;

/// Characters shown of a value.
const MOST_SHOWN: usize = 200;

/// Differences listed of one part of a report.
const MOST_LISTED: usize = 200;

/// A field with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Its place: `verdict.remedy[0].commands[2]`.
    pub(super) path: String,
    /// The value in the report; `None` if there is none.
    pub(super) claimed: Option<String>,
    /// The value from the capture; `None` if there is none.
    pub(super) found: Option<String>,
}

/// The places where two values differ, each once.
pub(super) fn differences<T: Serialize>(claimed: &T, found: &T) -> Vec<Difference> {
    let mut all = Vec::new();
    // A type of plain fields can always be serialised.
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
        // An element was left out or added: naming it is more useful than comparing each with its neighbour.
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

/// True if a field counts everything, including what a slice leaves out.
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
