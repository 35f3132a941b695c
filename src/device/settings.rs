//! lines → Setting, Statistics: `show license tech support`, `status`, `summary`, `all`, and the running configuration.
//!
//! These outputs are nested by indentation, which varies from release to release. So a line is understood from its key
//! and the headings above it, whatever their depth.

use super::registration;
use super::stamp::Stamp;
use super::wording::is_good;
use super::{DeviceEvent, DeviceLog, Form, Setting, Statistics, What, shown};

/// The number of headings remembered. Real outputs nest four deep.
const DEEPEST: usize = 8;

/// Types of messages kept. There are ten.
const MAX_MESSAGES: usize = 32;

/// Types of messages: headings in the history and among the communication statistics.
const MESSAGES: [&str; 10] = [
    "Trust Establishment",
    "Trust Acknowledgement",
    "Usage Reporting",
    "Result Polling",
    "Authorization Request",
    "Authorization Confirmation",
    "Authorization Return",
    "Trust Sync",
    "Hello Message",
    "Telemetry Reporting",
];

/// Key, the heading above it (empty: any), and what it is called in reports.
const KEYS: &[(&str, &str, &str)] = &[
    ("Type", "Transport", "transport"),
    ("URL", "Transport", "url"),
    ("Cslu address", "Transport", "cslu"),
    ("VRF", "Transport", "vrf"),
    ("Trust Point", "Transport", "trust-point"),
    ("Server Identity Check", "Transport", "server-identity-check"),
    ("Address", "Proxy", "proxy-address"),
    ("Port", "Proxy", "proxy-port"),
    ("Trust Code Installed", "", "trust-code"),
    ("Last ACK received", "", "last-ack"),
    ("Next ACK deadline", "", "ack-deadline"),
    ("Last report push", "", "last-report"),
    ("Next report push", "", "next-report"),
    ("Communication Level Allowed", "", "communication-level"),
    ("Overall State", "", "state"),
    ("Overall Trust", "", "trust"),
    ("Clock sync-ed with NTP", "", "clock-synchronised"),
    ("Smart Agent for Licensing", "", "agent"),
    ("UDI", "", "udi"),
];

/// Commands of the configuration, and what they set.
const COMMANDS: &[(&str, &str)] = &[
    ("license smart transport ", "configured-transport"),
    ("license smart url ", "configured-url"),
    ("license smart proxy address ", "proxy-address"),
    ("license smart proxy port ", "proxy-port"),
    ("license smart vrf ", "vrf"),
    ("destination address http ", "call-home-url"),
    ("ip http client source-interface ", "source-interface"),
    ("ip http client secure-trustpoint ", "client-trustpoint"),
    ("ip name-server ", "name-server"),
    ("ntp server ", "ntp-server"),
];

/// The members of a pair.
const MEMBERS: [&str; 3] = ["Active", "Standby", "Member"];

/// Output of a command that only a reload completes.
const RELOAD_PENDING: &str = "%Warning: reload required after \"license smart factory reset\"";

/// In releases before 17.3.2, and in later ones that were upgraded from them.
const RESERVATION: &str = "License Reservation is ENABLED";
const RESERVED: &str = "Status: SPECIFIC INSTALLED";

/// State from the lines before.
#[derive(Debug, Default)]
pub(super) struct Headings {
    above: Vec<(usize, String)>,
    /// The type of message that the last heading named.
    pub(super) message: &'static str,
    /// The member of a pair that the last line named: `Standby: PID:C9800-40-K9,SN:…`.
    member: String,
    /// Inside `call-home` of the running configuration, where a VRF is that of licensing.
    in_call_home: bool,
}

impl Headings {
    pub(super) fn clear(&mut self) {
        self.above.clear();
        self.message = "";
        self.member.clear();
        self.in_call_home = false;
    }

    /// Takes a line; says whether it was understood.
    pub(super) fn line(&mut self, number: u64, text: &str, log: &mut DeviceLog) -> bool {
        let trimmed = text.trim();
        let indent = text.len().saturating_sub(text.trim_start().len());
        if indent == 0 && !trimmed.is_empty() {
            self.in_call_home = matches!(trimmed, "call-home" | "callhome");
        }
        if let Some((name, value)) = configured(trimmed) {
            return set(log, name, number, value);
        }
        if trimmed.starts_with(RELOAD_PENDING) {
            return set(log, "reload-pending", number, trimmed);
        }
        if trimmed == RESERVATION || trimmed.starts_with(RESERVED) {
            return set(log, "reservation", number, trimmed);
        }
        if let Some(vrf) = trimmed.strip_prefix("vrf ").filter(|_| self.in_call_home) {
            return set(log, "call-home-vrf", number, vrf.trim());
        }
        if self.value_below(number, trimmed, log) {
            return true;
        }
        let Some((key, value)) = trimmed.split_once(':') else {
            return false;
        };
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() || key.len() > 64 {
            return false;
        }
        self.above.retain(|(above, _)| *above < indent);
        if MEMBERS.contains(&key) && value.starts_with("PID:") {
            trimmed.clone_into(&mut self.member);
        }
        let understood = self.pair(number, key, value, log);
        if value.is_empty() && self.above.len() < DEEPEST {
            self.above.push((indent, key.to_owned()));
        }
        understood
    }

    fn pair(&mut self, number: u64, key: &str, value: &str, log: &mut DeviceLog) -> bool {
        if value.is_empty()
            && let Some(message) = MESSAGES.iter().find(|message| **message == key)
        {
            self.message = message;
            return true;
        }
        match key {
            "Attempts" if !self.message.is_empty() => return self.attempts(number, value, log),
            "Last Response" => return self.last_response(number, value, log),
            _ if key.eq_ignore_ascii_case("Failure Reason") => return self.reason(number, value, log),
            _ => {}
        }
        let above = self.above.iter().map(|(_, heading)| heading.as_str());
        if let Some(event) = registration::event(number, key, value, above) {
            log.add(event);
            *log.forms.entry(Form::Registration.name()).or_default() += 1;
            return true;
        }
        if key == "Trust Code Installed" && value == "<none>" {
            let value = shown(value);
            log.settings.insert("no-trust-code", Setting { line: number, value });
            return true;
        }
        let known = KEYS.iter().find(|(name, heading, _)| {
            *name == key && (heading.is_empty() || self.above.iter().any(|(_, above)| above == heading))
        });
        match known {
            Some((_, _, name)) if !value.is_empty() => set(log, name, number, value),
            _ => false,
        }
    }

    /// A value below its key: `Trust Code Installed:` names every member of a pair.
    fn value_below(&self, number: u64, text: &str, log: &mut DeviceLog) -> bool {
        let below_trust = self.above.iter().any(|(_, above)| above == "Trust Code Installed");
        if !below_trust {
            return false;
        }
        if text.starts_with("INSTALLED") {
            return set(log, "trust-code", number, text);
        }
        // A member of a pair without one.
        let lacks = matches!(text, "<none>" | "NOT INSTALLED");
        lacks && !self.member.is_empty() && set(log, "trust-missing", number, &self.member)
    }

    /// `Total=2, Success=0, Fail=2  Ongoing Failure: Overall=2 Communication=2`.
    fn attempts(&self, number: u64, value: &str, log: &mut DeviceLog) -> bool {
        let count = |name: &str| -> u64 {
            let digits = value.split(name).nth(1).unwrap_or_default();
            let len = digits.bytes().take_while(u8::is_ascii_digit).count();
            digits
                .get(..len)
                .and_then(|digits| digits.parse().ok())
                .unwrap_or_default()
        };
        if !value.starts_with("Total=") {
            return false;
        }
        log.statistics.retain(|row| row.message.raw() != self.message);
        if log.statistics.len() >= MAX_MESSAGES {
            return false;
        }
        log.statistics.push(Statistics {
            line: number,
            message: self.message.into(),
            total: count("Total="),
            success: count("Success="),
            fail: count("Fail="),
            ongoing: count("Overall="),
            communication: count("Communication="),
            ..Statistics::default()
        });
        true
    }

    /// `NO REPLY on Aug 29 09:58:51 2022 UTC`, `<none>`.
    fn last_response(&self, number: u64, value: &str, log: &mut DeviceLog) -> bool {
        let Some(row) = log.statistics.iter_mut().find(|row| row.message.raw() == self.message) else {
            return false;
        };
        if value.is_empty() || value == "<none>" {
            return true;
        }
        let (response, stamp) = match value.rsplit_once(" on ") {
            Some((response, when)) => (response, Stamp::at_start(when).map(|(stamp, _)| stamp)),
            None => (value, None),
        };
        row.last_response = shown(response);
        row.last = stamp.filter(|stamp| !stamp.is_sentinel());
        let what = match response {
            "NO REPLY" => What::NoAnswer,
            "NO DATA TO PROCESS" | "BUILD REQUEST ERROR" => What::Other,
            "OK_TRY_AGAIN" => What::Answer(Some(false)),
            response => What::Answer(is_good(response)),
        };
        let event = DeviceEvent {
            line: number,
            stamp: row.last.clone(),
            form: Form::Status,
            what,
            text: shown(&format!("{}: {response}", row.message.raw())),
        };
        log.add(event);
        true
    }

    fn reason(&self, number: u64, value: &str, log: &mut DeviceLog) -> bool {
        let above = |event: &&mut DeviceEvent| event.form == Form::Registration && event.line + 1 == number;
        if let Some(event) = log.events.back_mut().filter(above) {
            registration::explain(event, value);
            return true;
        }
        let Some(row) = log.statistics.iter_mut().find(|row| row.message.raw() == self.message) else {
            return false;
        };
        if value.is_empty() || value == "<none>" {
            return true;
        }
        row.reason = shown(value);
        let text = shown(&format!("{}: {}, {value}", row.message.raw(), row.last_response.raw()));
        if let Some(event) = log.events.back_mut().filter(|event| event.form == Form::Status) {
            event.text = text;
        }
        true
    }
}

fn configured(text: &str) -> Option<(&'static str, &str)> {
    // A prompt before it shows that the line was typed.
    let text = match text.split_once("(config)#") {
        Some((_, command)) => command.trim_start(),
        None => text,
    };
    COMMANDS
        .iter()
        .find_map(|(command, name)| Some((*name, text.strip_prefix(command)?.trim())))
}

fn set(log: &mut DeviceLog, name: &'static str, line: u64, value: &str) -> bool {
    if matches!(value, "" | "<empty>" | "<none>" | "Not Configured" | "Not Available") {
        return true;
    }
    let value = shown(value);
    log.settings.insert(name, Setting { line, value });
    true
}
