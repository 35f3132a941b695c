//! Verdicts → Report: plain public data, the only serialisable types; one file per format beside this one.
//!
//! The shape is a contract with programs: it changes only by addition (`schema/report-1.json`).

pub mod accepted;
mod build;
mod connections;
mod courses;
pub mod csv;
mod device;
pub mod escaped;
#[cfg(test)]
mod examples;
pub mod explain;
pub mod gate;
pub mod html;
pub mod json;
pub mod junit;
mod known;
mod labels;
pub mod made_with;
pub mod markdown;
mod names;
mod notes;
mod outcome;
pub mod row;
pub mod sarif;
mod story;
pub mod text;
pub mod ticket;
pub mod triage;
mod unread;
pub mod why;
pub mod whynot;

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};

use crate::attempt::contents;
use crate::attempt::other_connections::Stretch;
use crate::base::word::words;
use crate::profile::options::Options;

pub(crate) use build::{Before, build};
pub use device::{ClockOffset, DeviceEvent, DeviceLog, EventBearing, MessageCount, report_on_logs};
pub(crate) use labels::{confidence, party, step_name};
pub use made_with::MadeWith;
pub use outcome::{Outcome, outcome};
pub use unread::Unread;

pub use crate::base::confidence::Confidence;
pub use crate::device::Standing;
pub use crate::judge::alternative::{AlternativeId, OtherCause};
pub use crate::judge::cadence::Rhythm;
pub use crate::judge::course::Kind as CourseKind;
pub use crate::judge::finding::{At, By, Owner, Severity, VerdictId};
pub use crate::judge::reason::Reason;
pub use crate::profile::Transport;

/// The name of a redacted capture: its real file name may identify its owner.
pub const REDACTED: &str = "redacted capture";

/// The schema name of this shape.
pub const SCHEMA: &str = "tlswalk.report/1";

/// One of the contract's words. An alias, because serde would borrow a reference from the text it reads.
pub type Word = &'static str;

/// Result of the analysis of one capture.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// [`SCHEMA`].
    #[serde(deserialize_with = "known::word")]
    pub schema: Word,
    /// The language of its texts (BCP 47).
    #[serde(deserialize_with = "known::word")]
    pub language: Word,
    /// The dialect of its remedies: `generic`, `ios-xe-wireless` …
    #[serde(default = "known::generic", deserialize_with = "known::word")]
    pub dialect: Word,
    /// Program and version that made the report.
    pub tool: Tool,
    /// The file.
    pub capture: Capture,
    /// The verdict of the worst attempt.
    pub verdict: Overall,
    /// Each try to reach a licensing service (or, with `--all`, any TLS server).
    pub attempts: Vec<Attempt>,
    /// The connections of those attempts.
    pub connections: Vec<Connection>,
    /// The number of this part, if a growing capture is reported in parts; absent in a whole report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Several tries of one device for one service, in order; a single try needs no course.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub courses: Vec<Course>,
    /// The rhythm of licensing against the length of the capture, if that is informative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cadence: Option<Cadence>,
    /// Content of the devices' own texts (`--log`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_logs: Vec<DeviceLog>,
    /// The number of other TLS connections, if the capture has none to the service that was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Others>,
    /// Attempts that were judged and are not listed, by verdict: because others were asked for, or because they went well and are
    /// very many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// How the report was made, so that it can be repeated; absent in reports of older versions.
    #[serde(default, rename = "options", skip_serializing_if = "Option::is_none")]
    pub made_with: Option<MadeWith>,
    /// Stretches of connections outside the report that its evidence rests on. Only useful together with the capture,
    /// so no format shows them.
    #[serde(skip)]
    pub beside: Vec<Stretch>,
    /// The options that made the report, each with its value, in shell syntax: suggested commands repeat them. The
    /// caller sets them.
    #[serde(skip)]
    pub options: Vec<String>,
    /// Settings that were not typed for this call and that influenced how the capture was judged. The caller sets them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

/// The values from a settings file, a site or the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settings {
    /// The settings file, if any value of it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// SHA-256 of that file, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The site whose settings applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The options that got their values from there, and the source of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Setting>,
}

/// An option that was not typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The option as typed, e.g. `--on-prem`.
    pub option: String,
    /// `environment`, `site` or `file`.
    pub from: String,
}

impl Report {
    /// True if the capture holds an attempt to reach the service that was looked for, or neither another connection nor a look-up.
    #[must_use]
    pub fn has_what_was_looked_for(&self) -> bool {
        let contents = &self.capture.contents;
        let others = [
            contents.tcp_connections,
            contents.dtls_connections,
            contents.quic_connections,
        ];
        let nothing_else = others == [0; 3] && contents.dns_names.is_empty();
        !self.attempts.is_empty() || !self.left_out.is_empty() || nothing_else || self.others.is_some()
    }

    /// This, or where the capture holds nothing of what was looked for, what else failed in it: `read` reads it a second time with
    /// the options of [`Options::of_others`], which are asked for then only; `None`: somebody said what to look for.
    ///
    /// # Errors
    /// When the capture cannot be read again.
    pub fn or_others<O: Borrow<Options>, E>(
        self,
        others: impl FnOnce() -> Option<O>,
        read: impl FnOnce(&Options) -> Result<Self, E>,
    ) -> Result<Self, E> {
        if self.has_what_was_looked_for() {
            return Ok(self);
        }
        match others() {
            Some(others) => Ok(self.or_failed(read(others.borrow())?)),
            None => Ok(self),
        }
    }

    /// The failures among the other connections of the same capture, or else this report, with the number of other
    /// connections.
    #[must_use]
    pub(crate) fn or_failed(mut self, mut others: Self) -> Self {
        if others.attempts.is_empty() {
            self.others = others.others;
            return self;
        }
        others.capture.sha256 = self.capture.sha256;
        others
    }
}

/// Attempts of one verdict that the report does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// Their verdict.
    pub verdict: VerdictId,
    /// The worst that was found of them.
    pub severity: Severity,
    /// How many they are.
    pub attempts: u64,
}

/// Other TLS connections, judged because the capture has none to the service that was looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Others {
    /// Attempts that failed: the report's own.
    pub failed: usize,
    /// Attempts without a visible failure, which the report leaves out.
    pub not_failed: usize,
}

/// A part of the report on a growing capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// Counted from 1.
    pub number: u64,
    /// This is the last part: its verdict is that of all parts, and `capture` describes the whole.
    pub last: bool,
}

/// Name and version of the program.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tool {
    /// `tlswalk`.
    #[serde(deserialize_with = "known::word")]
    pub name: Word,
    /// Its version.
    pub version: String,
}

/// The capture file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Capture {
    /// Its name as given; `-` for standard input.
    pub file: String,
    /// `pcap` or `pcapng`; `none` for a report on device logs alone.
    pub format: String,
    /// `gzip`, `zstd`, `lz4`, `xz`, `bzip2`, `zip`, or null.
    pub compression: Option<String>,
    /// Link types in order of appearance.
    pub link_types: Vec<String>,
    /// SHA-256 of the file as it is on disk, if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The capture that this is a slice of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice_of: Option<SliceOf>,
    /// Number of frames.
    pub frames: u64,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// Time of the earliest frame.
    pub first: Option<String>,
    /// Time of the latest frame.
    pub last: Option<String>,
    /// Seconds between the two.
    pub duration: f64,
    /// `complete` or `truncated`.
    #[serde(deserialize_with = "known::word")]
    pub end: Word,
    /// Where and how it was cut; null when complete.
    pub end_detail: Option<String>,
    /// Places in the middle where records were lost; frame numbers after them are uncertain.
    pub damage: Vec<Damage>,
    /// Number of packets that were not examined, by reason.
    pub skipped: std::collections::BTreeMap<String, u64>,
    /// Limits of what the capture shows.
    pub visibility: Visibility,
    /// Oddities.
    pub anomalies: Vec<Anomaly>,
    /// Content of the capture apart from the attempts, for a capture without licensing traffic.
    pub contents: Contents,
    /// Connections and look-ups that may belong to attempts and were not judged, or not to their ends, because there
    /// were more than are kept; absent: none. Failures are kept in preference to successes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_judged: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Origin of a slice, as the comment in its file states it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SliceOf {
    /// SHA-256 of the capture, or, for a redacted slice, a keyed hash of that.
    pub sha256: String,
    /// Frames of the capture.
    pub frames: u64,
    /// Addresses, names and keys are pseudonyms.
    pub redacted: bool,
}

/// A place in the middle of the file where no record could be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Damage {
    /// Its offset in the (decompressed) file; with `--merge` in the file that has it.
    pub offset: u64,
    /// Bytes from there to the next record.
    pub lost: u64,
    /// The last frame before it; 0: none.
    pub after_frame: u64,
}

/// Limits of what the capture shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Visibility {
    /// Frames that are second copies of a packet.
    pub duplicates: u64,
    /// TCP segments that the snap length cut.
    pub snap_length_cut: u64,
    /// True if TCP was seen in one direction only.
    pub one_direction: bool,
    /// Packets that the capturing system dropped; null if unknown.
    pub drops: Option<u64>,
}

/// An oddity of wire or capture.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Anomaly {
    /// A stable name.
    pub id: String,
    /// The frame; 0: the file as a whole.
    pub frame: u64,
    /// A clause.
    pub detail: String,
}

/// Content of a capture, by counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contents {
    /// TCP connections seen.
    pub tcp_connections: u64,
    /// Of these, with TLS.
    pub tls_connections: u64,
    /// DNS names asked for, the first few.
    pub dns_names: Vec<String>,
    /// Server names in Client Hellos that are not licensing, the first few.
    pub server_names: Vec<String>,
    /// Packets of UDP port 443 that are not read: QUIC after its handshake, or another protocol.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub quic_packets: u64,
    /// Packets of CAPWAP that are not read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub capwap_packets: u64,
    /// Attempts at DTLS over UDP.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dtls_connections: u64,
    /// Attempts at QUIC.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub quic_connections: u64,
    /// Packets of CAPWAP data inside DTLS (UDP port 5247), which are not read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub capwap_data_dtls_packets: u64,
}

impl From<&contents::Contents> for Contents {
    fn from(contents: &contents::Contents) -> Self {
        let contents::Contents {
            tcp_connections,
            tls_connections,
            dns_names,
            server_names,
            quic_packets,
            capwap_packets,
            dtls_connections,
            quic_connections,
            capwap_data_dtls_packets,
            // An anomaly tells it, and `skipped` counts it.
            eap_tls_packets: _,
        } = contents;
        Self {
            tcp_connections: *tcp_connections,
            tls_connections: *tls_connections,
            dns_names: dns_names.clone(),
            server_names: server_names.clone(),
            quic_packets: *quic_packets,
            capwap_packets: *capwap_packets,
            dtls_connections: *dtls_connections,
            quic_connections: *quic_connections,
            capwap_data_dtls_packets: *capwap_data_dtls_packets,
        }
    }
}

/// The report's own verdict.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Overall {
    /// Verdict id.
    pub id: VerdictId,
    /// `ok`, `note`, `warning` or `error`.
    pub severity: Severity,
    /// One sentence: the worst attempt's, or what the capture holds when there is no attempt.
    pub summary: String,
    /// For a capture without attempts: what it shows nevertheless; frame 0 is the capture as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// For a capture without attempts: what it cannot show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cannot_tell: Vec<String>,
    /// For a capture without attempts: what to do, the most promising first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedy: Vec<Remedy>,
}

/// One try to reach the service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Counted from 1.
    pub id: usize,
    /// `cssm`, `on-prem`, `cslu`, `call-home`, `capwap` or `other`.
    pub transport: Transport,
    /// The proxy's address, if it went through one.
    pub via_proxy: Option<String>,
    /// The device's address: that of the connection's client.
    pub device: String,
    /// The name it wanted to reach, or the address.
    pub name: String,
    /// True if the service opened the connection, as a CSLU may: `device` is the service's address then, and `name` the
    /// device that it asks. Absent if false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opened_by_service: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// All findings, the verdict's own first.
    pub findings: Vec<Finding>,
    /// The library that its client looks like, if that chose the commands of the fix; absent if no library fits, or if
    /// more is known about the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_looks_like: Option<LooksLike>,
    /// Its DNS look-ups.
    pub lookups: Vec<Lookup>,
    /// Its connections, by id, in order.
    pub connections: Vec<usize>,
    /// Its place among the tries of the same device for the same service; absent if it is the only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Place>,
    /// Where a failed attempt leaves the successful walk of its transport; absent if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// The same connection once more, behind an address translation in the same capture; absent if it was not seen
    /// again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_again: Option<SeenAgain>,
    /// Events of the device's own texts about it, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_events: Vec<DeviceEvent>,
}

/// The library that a Client Hello looks like. It makes no verdict surer: any program can write any hello.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct LooksLike {
    /// The dialect of that name has its commands: `openssl`, `gnutls`, `java`, `go`, `node`, `nss`, `chromium`, `schannel`.
    #[serde(deserialize_with = "known::word")]
    pub stack: Word,
    /// The library in words, and the signs.
    pub because: String,
}

/// An attempt's connection behind an address translation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct SeenAgain {
    /// `address:port` of the client there.
    pub client: String,
    /// `address:port` of the server there.
    pub server: String,
    /// Its first frame there.
    pub frame: u64,
}

/// Where an attempt leaves the successful walk of its transport.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Baseline {
    /// The successful walk that it is compared with.
    pub id: String,
    /// The source of that walk.
    pub source: String,
    /// The day it was last compared with its source.
    pub checked: String,
    /// The phase it leaves in: 1 connect, 2 TLS, 3 report, 4 close.
    pub phase: u8,
    /// The last step that was as expected, if any.
    pub after: Option<String>,
    /// Its frame.
    pub after_frame: Option<u64>,
    /// The step that should have come next.
    pub expected: String,
    /// `client` or `server`: the side that takes the step.
    #[serde(deserialize_with = "known::word")]
    pub by: Word,
    /// Consequence of the missing step.
    pub consequence: String,
}

/// An attempt's place among the tries of its device for its service.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The course's id.
    pub id: usize,
    /// The outcome of all its tries: see [`Course::kind`].
    pub kind: CourseKind,
    /// The number of this try, counted from 1.
    #[serde(rename = "try")]
    pub number: usize,
    /// The number of tries.
    pub of: usize,
}

/// Several tries of one device for one service.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Course {
    /// Counted from 1.
    pub id: usize,
    /// The device's address.
    pub device: String,
    /// The name it wanted to reach, or the address.
    pub name: String,
    /// `steady`, `constant`, `changing`, `cured`, `broke`, `flapping` or `unclear`.
    pub kind: CourseKind,
    /// The kind as a clause.
    pub summary: String,
    /// Tries that failed.
    pub failed: usize,
    /// Tries that worked.
    pub worked: usize,
    /// The tries in order.
    pub tries: Vec<Try>,
}

/// One try of a course.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Try {
    /// The attempt's id.
    pub attempt: usize,
    /// Its verdict id.
    pub verdict: VerdictId,
    /// `ok`, `note`, `warning` or `error`.
    pub severity: Severity,
    /// Its first frame.
    pub frame: u64,
    /// The time of that frame.
    pub time: String,
    /// Seconds since the previous try began; null for the first.
    pub pause: Option<f64>,
    /// Timer that the pause fits: `report`, `retry`, `poll` or null.
    pub rhythm: Option<Rhythm>,
}

/// The rhythm of licensing against the length of the capture.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Cadence {
    /// Seconds from the first frame to the last.
    pub watched: f64,
    /// Seconds between two regular reports, according to the profile.
    pub report_every: Option<i64>,
    /// Pauses that fit the regular report.
    pub reports: usize,
    /// Pauses that fit the retry after a failure.
    pub retries: usize,
    /// Pauses that fit the poll after a report.
    pub polls: usize,
    /// Controllers that were looked for or recognised.
    pub controllers: Vec<Controller>,
}

words! {
    /// Why a host counts as a controller.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum KnownBy {
        /// An option names it.
        Option = "option",
        /// It speaks CAPWAP.
        Capwap = "capwap",
        /// It tried to reach a licensing service.
        Attempt = "attempt",
    }
}

/// A controller, and what the capture holds of its traffic.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Controller {
    /// Its address.
    pub address: String,
    /// Why it counts as one: `option`, `capwap` or `attempt`.
    pub because: KnownBy,
    /// True if any of its packets was captured.
    pub seen: bool,
    /// CAPWAP packets from or to it.
    pub capwap_packets: u64,
    /// TCP segments from it.
    pub segments_sent: u64,
    /// TCP segments to it.
    pub segments_received: u64,
    /// TCP connections that it opened.
    pub opened: u64,
    /// Its DNS look-ups.
    pub lookups: usize,
}

/// Outcome of an attempt.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Verdict {
    /// Stable id: see `tlswalk explain`.
    pub id: VerdictId,
    /// `ok`, `note`, `warning` or `error`.
    pub severity: Severity,
    /// `certain`, `likely` or `possible`.
    pub confidence: Confidence,
    /// `client`, `server`, `path`, `device` or `unknown`.
    pub by: By,
    /// `dns`, `tcp`, `proxy`, `tls`, `http` or `close`.
    pub at: At,
    /// One sentence.
    pub summary: String,
    /// Causes in the order of their weight: `expired`, `self-signed`, `missing` …; empty if the id is precise enough.
    pub causes: Vec<Reason>,
    /// The frames it rests on.
    pub evidence: Vec<Evidence>,
    /// Further verdict ids that hold too.
    pub also: Vec<VerdictId>,
    /// Other explanations, excluded or open.
    pub alternatives: Vec<Alternative>,
    /// Facts that the capture hides, and why.
    pub cannot_tell: Vec<String>,
    /// Remedies in order.
    pub remedy: Vec<Remedy>,
    /// A Wireshark display filter that shows the attempt.
    pub display_filter: String,
}

/// One frame and what it shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// Frame number.
    pub frame: u64,
    /// The fact that the frame shows.
    pub what: String,
}

/// Another explanation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alternative {
    /// Verdict or cause id.
    pub id: AlternativeId,
    /// Why it is less likely, or what would prove it.
    pub why_not: String,
    /// The bytes exclude it: it is named only because a reader may think of it.
    pub excluded: bool,
}

/// A step to take.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Remedy {
    /// `wlc` (the device that connects, whatever its kind), `firewall`, `proxy`, `server` or `capture`.
    pub owner: Owner,
    /// The side that has to act, in the words of the dialect: `controller`, `client`, `server` …
    #[serde(default)]
    pub who: String,
    /// The step.
    #[serde(rename = "do")]
    pub action: String,
    /// Commands, one per line.
    pub commands: Vec<String>,
    /// How to check that it worked.
    pub verify: String,
}

/// A cause or state that a rule recognised.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Verdict id.
    pub id: VerdictId,
    /// `ok`, `note`, `warning` or `error`.
    pub severity: Severity,
    /// The frames.
    pub evidence: Vec<Evidence>,
    /// One sentence or clause.
    pub detail: String,
}

/// A DNS look-up.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lookup {
    /// Name asked for.
    pub name: String,
    /// `A` or `AAAA`.
    pub kind: String,
    /// Server asked.
    pub server: String,
    /// Frame of the (first) question.
    pub question: u64,
    /// Its time.
    pub asked: String,
    /// Frame of the answer.
    pub answer: Option<u64>,
    /// Its time.
    pub answered: Option<String>,
    /// `NOERROR`, `NXDOMAIN` …; null when unanswered.
    pub status: Option<String>,
    /// Addresses in the answer.
    pub addresses: Vec<String>,
}

/// One TCP connection, or one attempt at DTLS or QUIC over UDP.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// Counted from 1 in order of the first frame.
    pub id: usize,
    /// `address:port` of the client.
    pub client: String,
    /// `address:port` of the server.
    pub server: String,
    /// True if it is part of an attempt to reach licensing.
    pub licensing: bool,
    /// The tunnel it travelled in, or null.
    pub tunnel: Option<String>,
    /// Carrier of TLS, if not TCP: `dtls` over UDP, or `capwap`, after the header of CAPWAP control, or `quic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// Facts of QUIC beside the handshake that it carries; absent: the connection is not QUIC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quic: Option<Box<Quic>>,
    /// TCP facts; for datagrams the facts that apply to both: frames, bytes, repetitions, copies.
    pub tcp: Tcp,
    /// TLS; null when there was none.
    pub tls: Option<Tls>,
    /// The walk.
    pub steps: Vec<Step>,
    /// The walk as one word: a letter per step, capital letters for the client.
    pub history: String,
    /// Certificate chains.
    pub certificates: Certificates,
    /// Readable HTTP exchanges.
    pub http: Vec<Exchange>,
}

/// The readable facts of an attempt at QUIC, beside the handshake that it carries. Versions are `1`, `2`, `draft-29`, or a number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quic {
    /// The version that the client asked for; null when its first packet could not be read.
    pub asked: Option<String>,
    /// The version of the last packet that could be read.
    pub version: Option<String>,
    /// The server's list of versions, where it sent one; reserved ones are left out.
    pub listed: Vec<String>,
    /// Application protocols (ALPN) that the client offers.
    pub offered_protocols: Vec<String>,
    /// The first end that was said in a readable packet.
    pub close: Option<QuicClose>,
}

/// The end of an attempt at QUIC, said in a packet that anybody can read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuicClose {
    /// Frame number.
    pub frame: u64,
    /// `client` or `server`.
    #[serde(deserialize_with = "known::word")]
    pub side: Word,
    /// Its number; 256 and an alert of TLS where the handshake failed.
    pub code: u64,
    /// Its name in the register.
    pub name: String,
}

/// TCP facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tcp {
    /// First frame of the connection.
    pub first_frame: u64,
    /// Last frame of the connection.
    pub last_frame: u64,
    /// Frame of the first SYN; null if none was captured.
    pub syn: Option<u64>,
    /// All SYN frames (retries).
    pub syns: Vec<u64>,
    /// Frame of the SYN-ACK.
    pub syn_ack: Option<u64>,
    /// Frame of the ACK that completes the handshake.
    pub ack: Option<u64>,
    /// FINs.
    pub fin: Vec<Close>,
    /// The first RST.
    pub reset: Option<Close>,
    /// Gaps in either direction.
    pub gaps: Vec<Gap>,
    /// Segments sent again.
    pub retransmissions: u64,
    /// Second copies made by the capture.
    pub duplicates: u64,
    /// The first of them, with both frames.
    pub copies: Vec<Copy>,
    /// Payload bytes from the client (sequence space).
    pub client_bytes: u64,
    /// Payload bytes from the server.
    pub server_bytes: u64,
    /// Frames from the client.
    pub client_frames: u64,
    /// Frames from the server.
    pub server_frames: u64,
    /// Proven visibility of the client's direction.
    pub client_seen: Seen,
    /// Proven visibility of the server's direction.
    pub server_seen: Seen,
}

/// Proven visibility of one direction.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seen {
    /// First frame of that direction; null when there is none.
    pub first_frame: Option<u64>,
    /// Last frame of that direction.
    pub last_frame: Option<u64>,
    /// The beginning of its bytes is known (its SYN, or the other side's handshake acknowledgement).
    pub start: bool,
    /// Its FIN or RST was captured.
    pub end: bool,
    /// Bytes that the other side acknowledged, of those captured.
    pub acked_bytes: u64,
    /// The other side acknowledged bytes that were not captured.
    pub acked_unseen: bool,
    /// Segments that the snap length cut.
    pub cut: u64,
}

/// A second copy of a packet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Copy {
    /// Frame of the copy.
    pub frame: u64,
    /// Frame of the packet it is a copy of.
    pub of: u64,
}

/// A FIN or RST.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Close {
    /// Frame number.
    pub frame: u64,
    /// `client` or `server`.
    #[serde(deserialize_with = "known::word")]
    pub side: Word,
}

/// A gap in one direction.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gap {
    /// `client` or `server`: the side whose bytes are missing.
    #[serde(deserialize_with = "known::word")]
    pub side: Word,
    /// Bytes missing.
    pub bytes: u64,
    /// The frame after the gap.
    pub before_frame: u64,
    /// `not-captured`, `never-arrived`, `snap-length` or `unknown`.
    #[serde(deserialize_with = "known::word")]
    pub cause: Word,
}

/// TLS facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tls {
    /// Negotiated version (`1.2`), or null if no Server Hello was seen.
    pub version: Option<String>,
    /// Versions the client offered, best first.
    pub offered_versions: Vec<String>,
    /// Server name indication.
    pub sni: Option<String>,
    /// Cipher suite chosen.
    pub cipher_suite: Option<String>,
    /// Key exchange group chosen.
    pub group: Option<String>,
    /// Application protocol chosen.
    pub alpn: Option<String>,
    /// Abbreviated handshake.
    pub resumed: bool,
    /// The handshake was complete, as far as the capture shows.
    pub complete: bool,
    /// True if the server asked for a client certificate; null if that is encrypted or was not captured.
    pub client_certificate_requested: Option<bool>,
    /// Distinguished names the server accepts.
    pub acceptable_cas: Vec<String>,
    /// Alerts.
    pub alerts: Vec<Alert>,
    /// Application Data records and bytes from the client.
    pub client_application_data: Count,
    /// Application Data records and bytes from the server.
    pub server_application_data: Count,
}

/// Records and their bytes.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Count {
    /// Records.
    pub records: u64,
    /// Bytes, headers excluded.
    pub bytes: u64,
}

/// A TLS alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alert {
    /// `client` or `server`.
    #[serde(deserialize_with = "known::word")]
    pub side: Word,
    /// `warning`, `fatal`, the number, or null when encrypted.
    pub level: Option<String>,
    /// Its name, or null when encrypted.
    pub description: Option<String>,
    /// Its number, or null when encrypted.
    pub code: Option<u8>,
    /// Frame number.
    pub frame: u64,
    /// `observed` or `inferred`.
    #[serde(deserialize_with = "known::word")]
    pub seen: Word,
}

/// One step of the walk.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// E.g. `client-hello`.
    #[serde(deserialize_with = "known::word")]
    pub kind: Word,
    /// `client` or `server`.
    #[serde(deserialize_with = "known::word")]
    pub side: Word,
    /// The frame by which the step was wholly captured.
    pub frame: u64,
    /// All frames that carried it.
    pub frames: Vec<u64>,
    /// Time of `frame`.
    pub time: String,
    /// `observed` or `inferred`.
    #[serde(deserialize_with = "known::word")]
    pub seen: Word,
    /// Details, e.g. an alert's name; null if there are none.
    pub detail: Option<String>,
}

/// Certificate chains as presented.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Certificates {
    /// The server's.
    pub server: Vec<Certificate>,
    /// The client's.
    pub client: Vec<Certificate>,
}

/// One certificate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Certificate {
    /// Subject.
    pub subject: Option<String>,
    /// Issuer.
    pub issuer: Option<String>,
    /// Serial number, hexadecimal.
    pub serial: Option<String>,
    /// First second of validity.
    pub not_before: Option<String>,
    /// Last second of validity.
    pub not_after: Option<String>,
    /// `current`, `expired`, `not-yet-valid` or `unknown`, at the time of the capture.
    #[serde(deserialize_with = "known::word")]
    pub validity: Word,
    /// Subject alternative names.
    pub names: Vec<String>,
    /// Key algorithm and size.
    pub key: Option<String>,
    /// Signature algorithm.
    pub signature_algorithm: Option<String>,
    /// Extended key usages.
    pub usages: Vec<String>,
    /// Signed by its own key (verified).
    pub self_signed: bool,
    /// SHA-256 of the DER, lower-case hexadecimal.
    pub sha256: String,
    /// Frames that carried it.
    pub frames: Vec<u64>,
    /// Why it could not be read; null if it could.
    pub error: Option<String>,
}

/// A readable HTTP request and its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exchange {
    /// E.g. `POST`.
    pub method: Option<String>,
    /// Request target.
    pub target: Option<String>,
    /// Frame of the request.
    pub request: Option<u64>,
    /// Status code.
    pub status: Option<u16>,
    /// Reason phrase.
    pub reason: Option<String>,
    /// Frame of the response.
    pub response: Option<u64>,
}
