//! device text → DeviceEvent: a controller's own statements: syslog, show commands, whole show tech files, terminal logs.
//!
//! Users rarely paste one clean command. So every line is read by itself, with the little that must be remembered of
//! the lines before it; recognised lines become dated events, counters or settings, and the rest is counted.
//! `judge::testimony` weighs an event against a capture, and `attempt::device_clock` finds the offset of the device's
//! clock.

mod history;
mod join;
mod lines;
mod reader;
mod registration;
mod settings;
mod stamp;
mod syslog;
mod wording;

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;

use crate::base::dialect::Dialect;
use crate::base::secrets::strike_out;
use crate::base::wire_text::WireText;
use crate::base::word::words;
use crate::capture::{Hashed, decompressed};
use lines::{Line, Lines};
use reader::Reader;
pub use stamp::{Mark, Stamp};

/// Events kept of one log, the latest. A controller that fails writes some twenty a day, so this is more than a year.
const MAX_EVENTS: usize = 10_000;

/// Characters kept of an event's text: a message has under 300, and a report shows one or two lines.
const LONGEST_TEXT: usize = 400;

/// Which operating system wrote a text, where its messages show it: commands differ from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// IOS XE, on whatever product.
    IosXe,
    /// IOS XR.
    IosXr,
    /// NX-OS.
    NxOs,
    /// ASA, and FTD, whose messages are ASA's.
    Asa,
}

impl System {
    /// The dialect of its operator; `None`: products with this system differ in theirs.
    #[must_use]
    pub const fn dialect(self) -> Option<Dialect> {
        match self {
            Self::IosXe => None,
            Self::IosXr => Some(Dialect::IosXr),
            Self::NxOs => Some(Dialect::NxOs),
            Self::Asa => Some(Dialect::Asa),
        }
    }
}

/// In which form an event was written; each may be in a zone of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A syslog line.
    Syslog,
    /// The stamp of a REQUEST or RESPONSE in `show license history message`.
    History,
    /// The milliseconds since 1970 inside its JSON: UTC, whatever the device shows elsewhere.
    Epoch,
    /// `show license tech support`, `status`, `summary`, `all`.
    Status,
    /// Registration and authorisation of the agent before policies, in `show license status`, `all`, `usage`, `registration`.
    Registration,
    /// `show license eventlog`.
    EventLog,
    /// `show logging process`.
    Trace,
    /// `show clock`, `show ntp status`, `show license air entities summary`.
    Clock,
}

impl Form {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syslog => "syslog",
            Self::History => "license-history",
            Self::Epoch => "license-history-epoch",
            Self::Status => "license-status",
            Self::Registration => "license-registration",
            Self::EventLog => "license-eventlog",
            Self::Trace => "process-trace",
            Self::Clock => "clock",
        }
    }
}

/// Why the device says that it could not communicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The name could not be resolved.
    NameNotResolved,
    /// The server's certificate could not be validated.
    CertificateNotValidated,
    /// The handshake failed, without saying more.
    HandshakeFailed,
    /// The answer was empty.
    EmptyAnswer,
    /// The answer had an HTTP status of 400 or more.
    HttpStatus(u16),
    /// Nothing came in time.
    TimedOut,
    /// The connection could not be opened.
    NotConnected,
    /// The message could not be sent, without saying at which step.
    NotSent,
    /// The transport is not configured, or switched off.
    TransportOff,
    /// It did not say, or in words that are not known.
    Unspecified,
}

/// Why an access point or its controller says that a join failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JoinReason {
    /// A certificate has expired, or is not yet valid.
    CertificateDates,
    /// A certificate was not accepted, for another reason or without one.
    CertificateRefused,
    /// The controller does not let this access point in.
    NotAuthorised,
    /// Nothing came in time.
    NoAnswer,
    /// The handshake failed, or it did not say.
    Unspecified,
}

/// Event, as the device reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each is the message of the same name
#[non_exhaustive]
pub enum What {
    CommunicationFailed(Reason),
    CommunicationRestored,
    TrustInstalled,
    TrustFailed,
    /// Registration or its renewal, as agents before policies have them.
    RegistrationFailed,
    /// An error of the licensing agent of any other kind.
    AgentFailed,
    /// The SSM On-Prem is too old for reporting by policy.
    OnPremTooOld,
    /// A request was sent.
    Request,
    /// An answer came, and it said yes, no, or something unknown.
    Answer(Option<bool>),
    /// None came: an empty RESPONSE, or NO REPLY.
    NoAnswer,
    RevocationFailed,
    CertificateInvalid,
    KeysRenewed,
    ClockDoubtful,
    ClockSet,
    /// It calculated its use of licences, as it does every eight hours.
    Measured,
    /// An access point did not join a controller. That is no failure of licensing.
    JoinFailed(JoinReason),
    /// An access point joined.
    Joined,
    /// Something else about access points that join.
    Join,
    /// Something else about licensing.
    Other,
}

impl What {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommunicationFailed(_) => "communication-failed",
            Self::CommunicationRestored => "communication-restored",
            Self::TrustInstalled => "trust-installed",
            Self::TrustFailed => "trust-failed",
            Self::RegistrationFailed => "registration-failed",
            Self::AgentFailed => "agent-failed",
            Self::OnPremTooOld => "on-prem-too-old",
            Self::Request => "request",
            Self::Answer(Some(true)) => "answer-good",
            Self::Answer(Some(false)) => "answer-refused",
            Self::Answer(None) => "answer",
            Self::NoAnswer => "no-answer",
            Self::RevocationFailed => "revocation-failed",
            Self::CertificateInvalid => "certificate-invalid",
            Self::KeysRenewed => "keys-renewed",
            Self::ClockDoubtful => "clock-doubtful",
            Self::ClockSet => "clock-set",
            Self::Measured => "measured",
            Self::JoinFailed(_) => "join-failed",
            Self::Joined => "joined",
            Self::Join => "join",
            Self::Other => "other",
        }
    }

    /// True if it is about access points that join, and not about licensing.
    #[must_use]
    pub const fn is_of_join(self) -> bool {
        matches!(self, Self::JoinFailed(_) | Self::Joined | Self::Join)
    }

    /// True if the device reports that licensing, or something that it needs, did not work.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::CommunicationFailed(_)
                | Self::TrustFailed
                | Self::RegistrationFailed
                | Self::AgentFailed
                | Self::OnPremTooOld
                | Self::Answer(Some(false))
                | Self::NoAnswer
                | Self::RevocationFailed
                | Self::CertificateInvalid
        )
    }

    /// True if it reports that licensing succeeded.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(
            self,
            Self::CommunicationRestored | Self::TrustInstalled | Self::Answer(Some(true))
        )
    }
}

/// Something that the device says happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// The line that contains it.
    pub line: u64,
    /// The time as written; `None` if there is none.
    pub stamp: Option<Stamp>,
    /// In which form.
    pub form: Form,
    /// Its kind.
    pub what: What,
    /// In the device's words.
    pub text: WireText,
}

/// Counters of the device for one type of message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The line that contains it.
    pub line: u64,
    /// `Trust Establishment`, `Usage Reporting` …
    pub message: WireText,
    /// Attempts, all, good and bad.
    pub total: u64,
    /// Those that were answered well.
    pub success: u64,
    /// Those that failed.
    pub fail: u64,
    /// The number of consecutive failures up to now.
    pub ongoing: u64,
    /// The failures among them that were failures of communication.
    pub communication: u64,
    /// `OK`, `NO REPLY`, `INVALID STATUS CODE` …; empty where there was none.
    pub last_response: WireText,
    /// The time of that.
    pub last: Option<Stamp>,
    /// The reason it gives; empty for none.
    pub reason: WireText,
}

words! {
    /// Where a type of message fails at present.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Standing {
        /// Never tried.
        Untried = "untried",
        /// Works, as far as the last time says.
        Works = "works",
        /// Nothing comes back: network or TLS.
        NoReply = "no-reply",
        /// The server answers, and refuses: TLS is fine.
        Refused = "refused",
        /// It fails, and does not say how.
        Fails = "fails",
    }
}

impl Statistics {
    /// Where this type of message fails at present.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let response = self.last_response.raw();
        match response {
            "NO REPLY" => Standing::NoReply,
            "INVALID STATUS CODE" | "OK_TRY_AGAIN" => Standing::Refused,
            _ if self.ongoing > 0 && self.communication >= self.ongoing => Standing::NoReply,
            _ if self.ongoing > 0 => Standing::Fails,
            _ if response.starts_with("OK") || self.success > 0 => Standing::Works,
            _ if self.total == 0 => Standing::Untried,
            _ if self.fail > 0 => Standing::Fails,
            _ => Standing::Untried,
        }
    }
}

/// A setting or state of the device that bears on licensing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The line that contains it.
    pub line: u64,
    /// Its value.
    pub value: WireText,
}

/// One text of a device, read.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeviceLog {
    /// Its name as given.
    pub name: String,
    /// `gzip`, `zstd`, `lz4`, `xz`, `bzip2`, `zip`.
    pub compression: Option<&'static str>,
    /// `utf-8`, `utf-16`, or `unknown` where there were bytes that are neither.
    pub encoding: &'static str,
    /// Bytes, decompressed.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Lines of more than 64 KiB, of which only the beginning was read.
    pub cut_lines: u64,
    /// Lines in which something was recognised.
    pub recognised: u64,
    /// The number of lines per form: `syslog` 12, `license-history` 3.
    pub forms: BTreeMap<&'static str, u64>,
    /// Why reading ended before the end.
    pub failure: Option<String>,
    /// Which operating system wrote it; `None`: nothing shows.
    pub system: Option<System>,
    /// The identifier of the product, where a message or a trace has it; empty: none has.
    pub product: WireText,
    /// Name of the device in its own text.
    pub host: WireText,
    /// Events, the latest ten thousand, in the order of the text.
    pub events: VecDeque<DeviceEvent>,
    /// Earlier events that were not kept.
    pub events_dropped: u64,
    /// Counters by type of message; the last that were printed.
    pub statistics: Vec<Statistics>,
    /// Settings and states by name: `transport`, `url`, `proxy-address` …
    pub settings: BTreeMap<&'static str, Setting>,
    /// The weakest mark on any stamp of syslog.
    pub mark: Mark,
    /// SHA-256 of the file as it is on disk, in hexadecimal; empty where it could not be read to its end.
    pub sha256: String,
}

/// The value of a setting, of the text that was given last.
#[must_use]
pub fn setting<'l>(logs: &'l [DeviceLog], name: &str) -> Option<&'l WireText> {
    logs.iter().rev().find_map(|log| log.setting(name))
}

impl DeviceLog {
    /// True if anything was recognised.
    #[must_use]
    pub fn is_recognised(&self) -> bool {
        self.recognised > 0
    }

    /// The dialect of the device's operator, where its identifier or its messages show which it is.
    #[must_use]
    pub fn dialect(&self) -> Option<Dialect> {
        let of_system = || self.system.and_then(System::dialect);
        let udi = self.setting("udi").and_then(|udi| udi.raw().split("PID:").nth(1));
        let of_udi = udi.map(|rest| rest.trim_start().split([',', ' ', ';']).next().unwrap_or_default());
        let of_product = [of_udi.unwrap_or_default(), self.product.raw()];
        of_product.into_iter().find_map(Dialect::of_product).or_else(of_system)
    }

    /// The value of a setting; empty where there is none.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&WireText> {
        Some(&self.settings.get(name)?.value)
    }

    fn add(&mut self, event: DeviceEvent) {
        if self.events.len() >= MAX_EVENTS {
            self.events.pop_front();
            self.events_dropped = self.events_dropped.saturating_add(1);
        }
        self.events.push_back(event);
    }
}

/// Reads a text of a device to its end. It cannot fail: a read error is recorded in [`DeviceLog::failure`].
#[must_use]
pub fn read(name: &str, input: impl Read) -> DeviceLog {
    let mut hashed = Hashed::new(input, true);
    let mut log = read_lines(name, &mut hashed);
    log.sha256 = hashed.finish().ok().flatten().unwrap_or_default();
    log
}

fn read_lines(name: &str, input: impl Read) -> DeviceLog {
    let mut reader = Reader::new(name);
    let (mut input, compression) = match decompressed(input) {
        Ok(opened) => opened,
        Err(error) => {
            let mut log = reader.finish();
            log.failure = Some(error.to_string());
            return log;
        }
    };
    let lines = Lines::new(|line: Line<'_>| reader.line(&line));
    let (read, error) = lines.read_all(&mut input);
    let mut log = reader.finish();
    log.compression = compression;
    log.encoding = read.encoding;
    log.bytes = read.bytes;
    log.lines = read.lines;
    log.cut_lines = read.cut;
    log.failure = error.map(|error| error.to_string());
    log
}

/// A text cut to what a report can show.
fn shown(text: &str) -> WireText {
    let mut bytes = text.trim().as_bytes().to_vec();
    strike_out(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((at, _)) => WireText::from(format!("{}…", text.get(..at).unwrap_or_default()).as_str()),
        None => WireText::from(&*text),
    }
}

#[cfg(test)]
mod tests;
