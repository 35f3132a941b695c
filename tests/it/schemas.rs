//! what programs read → its schema: everything that is written fits, and the schema knows every field of it.

use std::fs;
use std::time::Duration;

use crate::support::{Outcome, root, rows, tlswalk};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(60);

fn schema(name: &str) -> Value {
    let path = root().join(format!("schema/{name}-1.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema with every object closed: no field that it does not know.
fn closed(mut schema: Value) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(map) => {
                if map.contains_key("properties") {
                    map.insert("additionalProperties".into(), Value::Bool(false));
                }
                map.values_mut().for_each(close);
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    schema
}

/// Fails unless each value fits the schema, and nothing but it.
fn fits(name: &str, values: &[Value]) {
    assert!(!values.is_empty(), "{name}");
    for schema in [schema(name), closed(schema(name))] {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        let validator = jsonschema::validator_for(&schema).unwrap();
        for value in values {
            let errors: Vec<_> = validator
                .iter_errors(value)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:#?}\n{value:.2000}");
        }
    }
}

fn run(arguments: &[&str]) -> Outcome {
    let outcome = tlswalk(arguments, LIMIT);
    assert!(outcome.is_orderly(), "{arguments:?}: {}", outcome.stderr);
    outcome
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn rows_and_the_lines_of_a_state_fit_their_schemas() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.pcap"), "no capture").unwrap();
    let state = folder.path().join("seen.ndjson");
    let (state_name, folder_name) = (state.to_str().unwrap(), folder.path().to_str().unwrap());
    let outcome = run(&[
        "triage",
        "-f",
        "ndjson",
        "--state",
        state_name,
        "--expect",
        "tls >= 1.2",
        "samples",
        folder_name,
        "no-such.pcap",
    ]);
    let rows = lines(&outcome.stdout);
    assert!(rows.iter().any(|row| row["error"].is_string()));
    fits("row", &rows);
    let kept = lines(&fs::read_to_string(&state).unwrap());
    assert!(kept.len() > 100);
    fits("state", &kept);
    let rows: Vec<Value> = kept
        .iter()
        .flat_map(|line| line["rows"].as_array().unwrap().clone())
        .collect();
    fits("row", &rows);
}

#[test]
fn comparisons_fit_their_schema() {
    let captures = [
        "samples/client-certificate-self-signed-expired.pcap",
        "samples/tcp-no-response.pcap",
        "samples/healthy-tls13.pcap",
    ];
    let mut told = Vec::new();
    for one in captures {
        for other in captures {
            told.push(run(&["diff", "-f", "json", one, other]).report());
        }
    }
    assert!(told.iter().any(|it| it["kind"] == "two-points") && told.iter().any(|it| it["kind"] == "two-stories"));
    fits("diff", &told);
}

#[test]
fn verifications_fit_their_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let name = path.to_str().unwrap();
    let capture = "samples/client-certificate-self-signed-expired.pcap";
    run(&["-o", name, capture]);
    let mut told = vec![run(&["verify", "-f", "json", name, capture]).report()];
    let edited = fs::read_to_string(&path)
        .unwrap()
        .replace("unknown_ca", "bad_certificate")
        .replace("0.1.0", "0.0.9");
    fs::write(&path, edited).unwrap();
    told.push(run(&["verify", "-f", "json", name, capture]).report());
    assert!(
        told[1]["fails"].as_u64() > Some(0) && told[1]["unchecked"].as_u64() > Some(0),
        "{}",
        told[1]
    );
    run(&["-o", name, capture, "samples/tcp-refused.pcap"]);
    let several = run(&["verify", "-f", "json", name, capture, "samples/tcp-refused.pcap"]).report();
    told.extend(several.as_array().unwrap().iter().cloned());
    fits("verify", &told);
}

#[test]
fn reports_on_samples_fit_the_schema_with_how_they_were_made() {
    let mut reports = Vec::new();
    for row in rows().into_iter().step_by(5) {
        let capture = format!("samples/{}", row.file);
        let mut arguments = vec!["-f", "ndjson", capture.as_str()];
        arguments.extend(row.options.iter().map(String::as_str));
        reports.extend(lines(&run(&arguments).stdout));
    }
    reports.push(run(&["-f", "json", "--redact", "samples/healthy-tls12.pcap"]).report());
    assert!(reports.iter().all(|it| it["options"]["profile"]["sha256"].is_string()));
    fits("report", &reports);
}
