//! Report → JSON: one object per capture, as `schema/report-1.json` describes it.

use std::io::{self, Write};

use super::Report;

/// The JSON Schema of the report.
pub const JSON_SCHEMA: &str = include_str!("../../schema/report-1.json");

/// Writes a report over several lines, for people and diffs; no final line end.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_pretty(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    super::escaped::write_indented(report, out)
}

/// Writes a report as one line, for programs that read a line at a time.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_line(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    super::escaped::write_compact(report, out)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;
    use serde_json::Value;

    /// The schema, with every object closed: exactly what reports may hold today.
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

    /// Reports with a device's text, beside an attempt and alone.
    fn with_logs() -> Vec<Report> {
        let text = std::fs::read("samples/device-agrees.log").unwrap();
        let statistics = std::fs::read("tests/device/tech-support.txt").unwrap();
        let profile = crate::profile::Profile::built_in("cisco-smart-licensing").unwrap();
        let mut options = crate::profile::options::Options::new(profile);
        options.logs = vec![
            crate::device::read("a.log", &text[..]),
            crate::device::read("b.txt", &statistics[..]),
        ];
        let capture = std::fs::read("samples/client-certificate-self-signed-expired.pcap").unwrap();
        let beside = crate::analysis::analyzer::analyze(&capture[..], "a.pcap", &options).unwrap();
        assert!(!beside.attempts[0].device_events.is_empty());
        vec![beside, crate::report::report_on_logs(&options)]
    }

    #[test]
    fn reports_match_the_schema_and_the_schema_knows_every_field() {
        let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
        assert!(jsonschema::meta::is_valid(&schema));
        let validators = [
            jsonschema::validator_for(&closed(schema.clone())),
            jsonschema::validator_for(&schema),
        ];
        for report in examples::all().into_iter().chain(with_logs()) {
            let value = serde_json::to_value(&report).unwrap();
            for validator in &validators {
                let errors: Vec<_> = validator
                    .as_ref()
                    .unwrap()
                    .iter_errors(&value)
                    .map(|e| format!("{e} at {}", e.instance_path()))
                    .collect();
                assert!(errors.is_empty(), "{errors:#?}");
            }
        }
    }

    #[test]
    fn a_report_is_one_line_or_several() {
        let mut line = Vec::new();
        write_line(&examples::rejected(), &mut line).unwrap();
        assert_eq!(line.iter().filter(|&&byte| byte == b'\n').count(), 1);
        let mut pretty = Vec::new();
        write_pretty(&examples::rejected(), &mut pretty).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&line).unwrap(),
            serde_json::from_slice::<Value>(&pretty).unwrap()
        );
    }
}
