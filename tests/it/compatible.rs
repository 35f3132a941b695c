//! Released schema → today's: what a program could rely on, it still can.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::fs;

use serde_json::{Map, Value};

use crate::support::root;

fn schemas(folder: &str) -> Vec<(String, Value)> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|it| it.unwrap().path());
    let mut found: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

/// What a reader of the old shape would trip over in the new one.
fn breaks(old: &Value, new: &Value, place: &str, found: &mut Vec<String>) {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        if old != new {
            found.push(format!("{place}: {old} is now {new}"));
        }
        return;
    };
    for (key, was) in old {
        let here = format!("{place}/{key}");
        let Some(is) = new.get(key) else {
            // A bound that is gone lets through what nobody expected.
            if !matches!(key.as_str(), "description" | "x-wire-text" | "$id" | "title") {
                found.push(format!("{here}: is gone"));
            }
            continue;
        };
        match key.as_str() {
            "description" | "title" | "x-wire-text" => {}
            "required" => {
                let lost = strings(was).into_iter().filter(|name| !strings(is).contains(name));
                found.extend(lost.map(|name| format!("{here}: {name} need not be there any more")));
            }
            "properties" | "$defs" => members(was, is, &here, found),
            // A kind that comes with a new value is an addition; a value that is gone is none.
            "enum" => {
                let gone = was
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|it| !is.as_array().unwrap().contains(it));
                found.extend(gone.map(|value| format!("{here}: {value} is gone")));
            }
            _ => breaks(was, is, &here, found),
        }
    }
}

fn members(was: &Value, is: &Value, place: &str, found: &mut Vec<String>) {
    let empty = Map::new();
    let is = is.as_object().unwrap_or(&empty);
    for (name, was) in was.as_object().unwrap() {
        match is.get(name) {
            Some(is) => breaks(was, is, &format!("{place}/{name}"), found),
            None => found.push(format!("{place}/{name}: is gone")),
        }
    }
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map(|it| it.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

#[test]
fn whoever_reads_reports_of_the_last_release_can_read_those_of_today() {
    let today = schemas("schema");
    let released = schemas("schema/released");
    assert!(released.len() >= 3);
    let mut found = Vec::new();
    for (name, old) in &released {
        match today.iter().find(|(it, _)| it == name) {
            Some((_, new)) => breaks(old, new, name, &mut found),
            None => found.push(format!("{name}: is gone")),
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_would_break_a_reader_is_found() {
    let old: Value = serde_json::from_str(
        r#"{"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {"enum": ["x", "y"]}},
            "$defs": {"D": {"type": "object", "properties": {"c": {"type": "integer", "minimum": 0}}}}}"#,
    )
    .unwrap();
    for (from, to, count) in [
        ("\"type\": \"string\"", "\"type\": [\"string\", \"null\"]", 1),
        ("[\"a\",\"b\"]", "[\"a\"]", 1),
        ("[\"x\",\"y\"]", "[\"x\",\"z\"]", 1),
        ("[\"x\",\"y\"]", "[\"x\",\"y\",\"z\"]", 0),
        ("\"c\":", "\"d\":", 1),
        ("\"minimum\":0,", "", 1),
        ("\"properties\":{\"a\"", "\"properties\":{\"new\":{},\"a\"", 0),
    ] {
        let text = old.to_string();
        let compact = |text: &str| text.replace("\": ", "\":").replace(", \"", ",\"");
        let changed = text.replace(&compact(from), &compact(to));
        assert_ne!(text, changed, "{from}");
        let mut found = Vec::new();
        breaks(&old, &serde_json::from_str(&changed).unwrap(), "", &mut found);
        assert_eq!(found.len(), count, "{from} → {to}: {found:?}");
    }
}
