//! line → DeviceEvent: the registration of the licensing agent before policies, which many products still have.
//!
//! `show license status`, `all`, `summary` and `usage` show the outcome of each step, and the reason below it:
//!
//! ```text
//! Registration:
//!   Status: UNREGISTERED - REGISTRATION FAILED
//!   Initial Registration: FAILED on Feb 07 08:15:02 2022 UTC
//!     Failure reason: Fail to send out Call Home HTTP message.
//! License Authorization:
//!   Status: OUT OF COMPLIANCE on Feb 07 08:15:02 2022 UTC
//! ```

use super::stamp::Stamp;
use super::wording::reason;
use super::{DeviceEvent, Form, Reason, What, shown};

/// The headings under which a status is one of licensing, and its key by itself, as ASA has it.
const STATUS_OF: [&str; 2] = ["Registration", "License Authorization"];
const STATUS: [&str; 2] = ["Registration Status", "Registration status"];

/// Steps whose outcome is shown.
const STEPS: [&str; 4] = [
    "Initial Registration",
    "Last Registration Attempt",
    "Last Renewal Attempt",
    "Last Communication Attempt",
];

/// The meaning of a key and its value, under headings; `None` if they say nothing about registration, or no outcome.
pub(super) fn event<'a>(
    line: u64,
    key: &str,
    value: &str,
    mut above: impl Iterator<Item = &'a str>,
) -> Option<DeviceEvent> {
    let (outcome, when) = value.split_once(" on ").unwrap_or((value, ""));
    let what = if STEPS.contains(&key) {
        match outcome {
            "SUCCEEDED" => What::Answer(Some(true)),
            _ if outcome.starts_with("FAILED") => What::RegistrationFailed,
            _ => return None,
        }
    } else if STATUS.contains(&key) || key == "Status" && above.any(|heading| STATUS_OF.contains(&heading)) {
        of_status(outcome)?
    } else {
        return None;
    };
    Some(DeviceEvent {
        line,
        stamp: Stamp::at_start(when)
            .map(|(stamp, _)| stamp)
            .filter(|it| !it.is_sentinel()),
        form: Form::Registration,
        what,
        text: shown(&format!("{key}: {value}")),
    })
}

/// A status that is an error: anything else, even `UNREGISTERED`, may be meant.
fn of_status(status: &str) -> Option<What> {
    let status = status.to_ascii_uppercase();
    if status.contains("FAILED") || status.contains("REGISTRATION EXPIRED") {
        return Some(What::RegistrationFailed);
    }
    let is_error = status.contains("OUT OF COMPLIANCE") || status.contains("EXPIRED");
    is_error.then_some(What::AgentFailed)
}

/// Adds the reason below a failure.
pub(super) fn explain(event: &mut DeviceEvent, why: &str) {
    event.text = shown(&format!("{}, {why}", event.text.raw()));
    let why = reason(why);
    if why != Reason::Unspecified {
        event.what = What::CommunicationFailed(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(&'static str, String)> {
        let log = super::super::read("a", text.as_bytes());
        let events = log.events.iter().filter(|event| event.form == Form::Registration);
        events
            .map(|event| (event.what.name(), event.text.to_string()))
            .collect()
    }

    #[test]
    fn a_failed_step_tells_why_below_it() {
        let text = "Registration:\n  Status: REGISTERING - REGISTRATION IN PROGRESS\n  \
                    Initial Registration: FAILED on Feb 07 08:15:02 2022 UTC\n    Failure reason: Connection timed out\n  \
                    Last Renewal Attempt: None\n";
        let line = "Initial Registration: FAILED on Feb 07 08:15:02 2022 UTC, Connection timed out";
        assert_eq!(told(text), [("communication-failed", line.to_owned())]);
    }

    #[test]
    fn a_status_is_licensings_only_under_its_heading() {
        let of = |heading: &str, status: &str| {
            let told = told(&format!("{heading}:\n  Status: {status}\n"));
            told.first().map(|(kind, _)| *kind)
        };
        let failed = Some("registration-failed");
        assert_eq!(of("Registration", "UNREGISTERED - REGISTRATION FAILED"), failed);
        assert_eq!(of("Registration", "REGISTRATION EXPIRED"), failed);
        assert_eq!(
            of("License Authorization", "OUT OF COMPLIANCE on Feb 07 08:15:02 2022 UTC"),
            Some("agent-failed")
        );
        assert_eq!(
            of("License Authorization", "AUTHORIZED on Feb 07 08:15:02 2022 UTC"),
            None
        );
        assert_eq!(of("Registration", "UNREGISTERED"), None);
        assert_eq!(of("Utility", "FAILED"), None);
    }

    #[test]
    fn success_is_told_and_a_step_that_was_never_tried_is_nothing() {
        assert_eq!(
            told("Last Communication Attempt: SUCCEEDED on Jan 01 00:00:01 2022 UTC\n")[0].0,
            "answer-good"
        );
        assert_eq!(told("Initial Registration: First Attempt Pending\n"), []);
    }
}
