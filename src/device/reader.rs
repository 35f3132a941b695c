//! Line → DeviceLog: the kind of each line, with what must be remembered of the lines before it.
//!
//! Device texts are read a line at a time, by the kind of the line and not by the command above it: users rarely paste
//! one clean command. Bytes are read one after the other (line ends, UTF-16, colours, backspaces), so it does not
//! matter where a read ends. JSON of the license history is searched, not parsed: terminals wrap it and PDFs damage it.

use super::history::Message;
use super::join;
use super::lines::Line;
use super::settings::Headings;
use super::stamp::Stamp;
use super::syslog::{AGENT, Syslog, find};
use super::wording::reason;
use super::{DeviceEvent, DeviceLog, Form, Setting, System, What, shown};
use crate::base::wire_text::WireText;

/// Bodies of the history are long; whatever else is on a line, its beginning says it.
const LONGEST_LOOKED_AT: usize = 4096;

/// IOS XR names the route processor in its prompt: `RP/0/RP0/CPU0:router#`.
const XR_PROCESSOR: &str = "/CPU0:";

/// Puts a log together, a line at a time.
pub(super) struct Reader {
    log: DeviceLog,
    headings: Headings,
    /// A REQUEST or RESPONSE whose body is being read.
    message: Option<Message>,
    /// The last line was a message that continues below.
    goes_on: bool,
}

impl Reader {
    pub(super) fn new(name: &str) -> Self {
        Self {
            log: DeviceLog {
                name: name.to_owned(),
                encoding: "utf-8",
                ..DeviceLog::default()
            },
            headings: Headings::default(),
            message: None,
            goes_on: false,
        }
    }

    pub(super) fn finish(mut self) -> DeviceLog {
        self.end_message();
        // A message is complete only after lines that were logged in between.
        self.log.events.make_contiguous().sort_by_key(|event| event.line);
        self.log
    }

    /// Takes the next line.
    pub(super) fn line(&mut self, line: &Line<'_>) {
        let text = line.text;
        if self.is_body(text) {
            if let Some(message) = &mut self.message {
                message.take(text);
            }
            self.log.recognised += 1;
            return;
        }
        let text = cut(text);
        let goes_on = std::mem::take(&mut self.goes_on);
        let recognised = goes_on && self.continuation(text)
            || self.trace(line.number, text)
            || self.syslog(line.number, text)
            || self.history(line.number, text)
            || self.prompt(text)
            || self.clock(line.number, text)
            || self.event_log(line.number, text)
            || self.join(line.number, text)
            || self.headings.line(line.number, text, &mut self.log);
        self.log.recognised += u64::from(recognised);
    }

    fn count(&mut self, form: Form) {
        *self.log.forms.entry(form.name()).or_default() += 1;
    }

    fn add(&mut self, line: u64, stamp: Option<Stamp>, form: Form, what: What, text: WireText) {
        self.log.add(DeviceEvent {
            line,
            stamp,
            form,
            what,
            text,
        });
    }

    /// True if a line belongs to the body of a REQUEST or RESPONSE; any other line ends it.
    fn is_body(&mut self, text: &str) -> bool {
        let Some(message) = &self.message else { return false };
        let trimmed = text.trim();
        let begins = trimmed.starts_with('{');
        // Lines that the device logs in between may be anywhere.
        if trimmed.is_empty() && message.is_empty() || !begins && find(cut(trimmed)).is_some() {
            return false;
        }
        let is_heading = trimmed.len() < 64 && trimmed.ends_with(':') && !trimmed.contains('"');
        let goes_on = !message.is_empty()
            && !trimmed.is_empty()
            && !is_heading
            && Message::begin(0, trimmed).is_none()
            && prompt(cut(trimmed)).is_none();
        if !begins && !goes_on {
            self.end_message();
        }
        begins || goes_on
    }

    fn end_message(&mut self) {
        if let Some(message) = self.message.take() {
            self.count(Form::History);
            let log = &mut self.log;
            if let Some(product) = message.product() {
                log.product = shown(product);
            }
            message.events(self.headings.message, &mut |event| log.add(event));
        }
    }

    fn history(&mut self, number: u64, text: &str) -> bool {
        let Some(message) = Message::begin(number, text) else {
            return false;
        };
        self.end_message();
        self.message = Some(message);
        true
    }

    fn syslog(&mut self, number: u64, text: &str) -> bool {
        let Some(syslog) = find(text) else { return false };
        self.take_syslog(number, &syslog, Form::Syslog);
        true
    }

    fn take_syslog(&mut self, number: u64, syslog: &Syslog<'_>, form: Form) {
        self.count(form);
        if form == Form::Syslog
            && let Some(stamp) = &syslog.stamp
        {
            self.log.mark = self.log.mark.max(stamp.mark);
        }
        if syslog.facility == "SYS" && syslog.mnemonic == "RESTART" {
            self.log.settings.remove("reload-pending");
        }
        let Some(what) = syslog.what() else { return };
        if let Some((_, rest)) = syslog.text.split_once("PID:") {
            self.log.product = shown(rest.split([',', ' ', ';']).next().unwrap_or_default());
        }
        // For IOS XE only the agent's own messages identify it: those of other facilities look alike elsewhere.
        let is_agents = syslog.facility == AGENT && self.log.system.is_none();
        if syslog.system != System::IosXe || is_agents {
            self.log.system = Some(syslog.system);
        }
        // `%PKI-3-CRL_FETCH_FAIL` gives the reason on the next line.
        self.goes_on = syslog.facility == "PKI";
        self.add(number, syslog.stamp.clone(), form, what, syslog.shown());
    }

    /// Reads a line of a console or a table about access points that join.
    fn join(&mut self, number: u64, text: &str) -> bool {
        let Some(what) = join::of_line(text) else { return false };
        self.count(Form::Syslog);
        let stamp = Stamp::last_in(text).map(|(stamp, _)| stamp);
        self.add(number, stamp, Form::Syslog, what, shown(text.trim()));
        true
    }

    /// `    Reason : Enrollment URL not configured.`
    fn continuation(&mut self, text: &str) -> bool {
        let trimmed = text.trim_start();
        let is_indented = trimmed.len() < text.len();
        if !is_indented || find(text).is_some() || !trimmed.starts_with("Reason") {
            return false;
        }
        if let Some(event) = self.log.events.back_mut() {
            event.text = shown(&format!("{} {}", event.text.raw(), trimmed.replacen(" :", ":", 1)));
        }
        true
    }

    /// `2025/06/09 18:37:29.127271342 {iosrp_R0-0}{255}: [pki] [16525]: (note): text`
    fn trace(&mut self, number: u64, text: &str) -> bool {
        if let Some(rest) = text.strip_prefix("Logging display requested on ") {
            if let Some(host) = rest.split("Hostname: [").nth(1).and_then(|rest| rest.split(']').next()) {
                self.log.host = shown(host);
            }
            if let Some(model) = rest.split("Model: [").nth(1).and_then(|rest| rest.split(']').next()) {
                self.log.product = shown(model);
            }
            return true;
        }
        if !text.starts_with("20") {
            return false;
        }
        let Some((stamp, rest)) = Stamp::at_start(text) else {
            return false;
        };
        let Some(rest) = rest.trim_start().strip_prefix('{') else {
            return false;
        };
        let mut parts = rest.splitn(3, "]: (");
        let (Some(head), Some(said)) = (parts.next(), parts.next()) else {
            return false;
        };
        if let Some(syslog) = find(said) {
            let syslog = Syslog {
                stamp: Some(stamp),
                ..syslog
            };
            self.take_syslog(number, &syslog, Form::Trace);
            return true;
        }
        self.count(Form::Trace);
        let module = head
            .split('[')
            .nth(1)
            .and_then(|rest| rest.split(']').next())
            .unwrap_or_default();
        let (level, said) = said.split_once("): ").unwrap_or(("", said));
        let ours = ["smart", "pki", "http", "ssl", "crypto"]
            .iter()
            .any(|word| module.contains(word));
        let is_bad = matches!(level, "ERR" | "error" | "warn" | "fatal");
        let what = match reason(said) {
            super::Reason::Unspecified => What::Other,
            reason if is_bad => What::CommunicationFailed(reason),
            _ => What::Other,
        };
        if ours && (module.contains("smart") || is_bad || what != What::Other) {
            self.add(
                number,
                Some(stamp),
                Form::Trace,
                what,
                shown(&format!("[{module}] {said}")),
            );
        }
        true
    }

    /// `2021-11-17 03:31:32.920 UTC SAEVT_PLATFORM eventSource="INFRA_SL" …`
    fn event_log(&mut self, number: u64, text: &str) -> bool {
        let Some(at) = text.find("SAEVT_") else { return false };
        let Some((stamp, _)) = Stamp::at_start(text) else {
            return false;
        };
        let said = text.get(at..).unwrap_or_default();
        let event = said.split_whitespace().next().unwrap_or_default();
        let what = match event {
            "SAEVT_ENDPOINT_USAGE" => {
                self.count(Form::EventLog);
                return true;
            }
            "SAEVT_PLATFORM" if said.contains("ERM") => What::Measured,
            event if event.contains("COMM_FAIL") => What::CommunicationFailed(reason(said)),
            event if event.contains("COMM_RESTORED") => What::CommunicationRestored,
            _ => What::Other,
        };
        self.count(Form::EventLog);
        self.add(number, Some(stamp), Form::EventLog, what, shown(said));
        true
    }

    /// `WLC#show clock`: the name of the device, and the end of what stood before.
    fn prompt(&mut self, text: &str) -> bool {
        let Some(host) = prompt(text) else {
            // `------------------ show license status ------------------` in a show tech.
            let is_heading = text.starts_with("------") && text.contains(" show ");
            if is_heading {
                self.headings.clear();
            }
            return is_heading;
        };
        self.headings.clear();
        let is_configuring = host.contains('(');
        if !is_configuring {
            self.log.host = shown(host);
            if host.contains(XR_PROCESSOR) {
                self.log.system = Some(System::IosXr);
            }
        }
        !is_configuring || !text.contains("license smart")
    }

    /// The device's own clock and how it is kept.
    fn clock(&mut self, number: u64, text: &str) -> bool {
        let trimmed = text.trim();
        let mut set = |name, value: &str| {
            let value = shown(value);
            self.log.settings.insert(name, Setting { line: number, value });
        };
        if trimmed.starts_with("Clock is synchronized") || trimmed.starts_with("Clock is unsynchronized") {
            set("ntp", trimmed);
        } else if let Some(source) = trimmed.strip_prefix("Time source is ") {
            set("time-source", source);
        } else if let Some((label, when)) = trimmed.split_once("....: ")
            && label.contains("license report time")
        {
            let Some((stamp, _)) = Stamp::at_start(when) else {
                return false;
            };
            let name = if label.starts_with("Last") {
                "last-measured"
            } else {
                "next-measured"
            };
            set(name, when);
            if label.starts_with("Last") {
                self.add(number, Some(stamp), Form::Clock, What::Measured, shown(trimmed));
            }
        } else if trimmed.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '*' | '.'))
            && trimmed.len() < 64
            && let Some((stamp, "")) = Stamp::at_start(trimmed)
            && stamp.year.is_some()
        {
            set("clock", trimmed);
            self.log.mark = self.log.mark.max(stamp.mark);
        } else {
            return false;
        }
        self.count(Form::Clock);
        true
    }
}

/// The name before a prompt: `WLC-1#show clock`, `WLC-1(config)#exit`, `WLC-1>`.
fn prompt(text: &str) -> Option<&str> {
    let at = text.find(['#', '>'])?;
    let name = text.get(..at)?;
    let is_name = (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.()/:".contains(&byte));
    let command = text.get(at + 1..)?.trim_start();
    let is_command = command.is_empty()
        || [
            "sh", "lic", "term", "conf", "ter", "ip ", "exit", "end", "deb", "mon", "telnet", "ping", "more", "wr",
            "en", "copy", "clear", "crypto", "no ", "test",
        ]
        .iter()
        .any(|word| command.starts_with(word));
    (is_name && is_command).then_some(name)
}

fn cut(text: &str) -> &str {
    let mut len = LONGEST_LOOKED_AT.min(text.len());
    while !text.is_char_boundary(len) {
        len -= 1;
    }
    text.get(..len).unwrap_or_default()
}
