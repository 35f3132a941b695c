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

use serde::{Deserialize, Serialize};

use crate::attempt::contents;
use crate::attempt::other_connections::Stretch;
use crate::base::word::words;

pub(crate) use build::{Before, build};
pub use device::{ClockOffset, DeviceEvent, DeviceLog, EventBearing, MessageCount, report_on_logs};
pub(crate) use labels::step_name;
pub use made_with::MadeWith;
pub use outcome::{Outcome, outcome};
pub use unread::Unread;

pub use crate::base::confidence::Confidence;
pub use crate::device::Standing;
pub use crate::judge::cadence::Rhythm;
pub use crate::judge::course::Kind as CourseKind;
pub use crate::judge::finding::{At, By, Owner, Severity, VerdictId};
pub use crate::profile::Transport;

/// How a redacted capture is called: its file's name may say whose it is.
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
    /// In whose words and commands it tells what to do: `generic`, `ios-xe-wireless` …
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
    /// Which part of a capture that is reported while it grows; absent where this is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Several tries of one device for one service, told in order; a single try needs no course.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub courses: Vec<Course>,
    /// The rhythm of licensing against the length of the capture, where that tells something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cadence: Option<Cadence>,
    /// Content of the devices' own texts (`--log`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_logs: Vec<DeviceLog>,
    /// How many TLS connections of others there are, where the capture holds nothing of the service that was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Others>,
    /// Attempts that were judged and are not listed, by verdict: because others were asked for, or because they went well and are
    /// very many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// How it was made, so that it can be made again; absent in reports of versions that did not say so.
    #[serde(default, rename = "options", skip_serializing_if = "Option::is_none")]
    pub made_with: Option<MadeWith>,
    /// What evidence rests on in connections that the report does not list. Of use to whoever has the capture, so no format
    /// shows it.
    #[serde(skip)]
    pub beside: Vec<Stretch>,
    /// The options that made the report, each with its value, as a shell takes them: suggested commands repeat them. Whoever
    /// had the report made sets it.
    #[serde(skip)]
    pub options: Vec<String>,
    /// Settings that nobody typed for this call and that decided how the capture was judged. Whoever had the report made sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

/// What a settings file, a site or the environment said beside the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settings {
    /// The settings file, where anything of it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// SHA-256 of that file, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The site whose settings held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The options that got their value so, and from where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Setting>,
}

/// An option that was not typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The option as it is typed, e.g. `--on-prem`.
    pub option: String,
    /// `environment`, `site` or `file`.
    pub from: String,
}

impl Report {
    /// Whether the capture holds an attempt to reach the service that was looked for, or nothing else either.
    #[must_use]
    pub fn has_what_was_looked_for(&self) -> bool {
        let contents = &self.capture.contents;
        let others = [
            contents.tcp_connections,
            contents.dtls_connections,
            contents.quic_connections,
        ];
        !self.attempts.is_empty() || !self.left_out.is_empty() || others == [0; 3]
    }

    /// What failed among the other connections of the same capture, or else this, with how many others there are.
    #[must_use]
    pub fn or_others(mut self, mut others: Self) -> Self {
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
pub struct LeftOut {
    /// Their verdict.
    pub verdict: VerdictId,
    /// The worst that was found of them.
    pub severity: Severity,
    /// How many they are.
    pub attempts: u64,
}

/// TLS connections of others, judged because the capture holds nothing of the service that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Others {
    /// Attempts that failed: the report's own.
    pub failed: usize,
    /// Attempts that are not seen to fail, which the report leaves out.
    pub not_failed: usize,
}

/// A part of what there is to say of a capture that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// Counted from 1.
    pub number: u64,
    /// No more follow: the verdict is that of all parts, and `capture` says what the whole of it held.
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
    /// SHA-256 of the file as it is on disk, where it was asked for.
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
    /// Places in the middle where records were lost; numbers of frames behind them are uncertain.
    pub damage: Vec<Damage>,
    /// Number of packets not looked into, by reason.
    pub skipped: std::collections::BTreeMap<String, u64>,
    /// Limits of what the capture shows.
    pub visibility: Visibility,
    /// Oddities.
    pub anomalies: Vec<Anomaly>,
    /// Content of the capture beside the attempts, for a capture without licensing traffic.
    pub contents: Contents,
    /// Connections and look-ups that may belong to attempts and were not judged, or not to their ends, since there were more than
    /// are kept; absent: none. What failed is kept before what went well.
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
    /// SHA-256 of the capture, or, of a redacted slice, a keyed hash of that.
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
    /// Whether TCP was seen in one direction only.
    pub one_direction: bool,
    /// Packets the capturing system dropped; null: not told.
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
    /// Packets of UDP port 443 that are not read: of QUIC behind its handshake, or of something else.
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
    /// Without an attempt to say it: what the capture shows all the same; frame 0 is the capture as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Without an attempt to say it: what the capture cannot show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cannot_tell: Vec<String>,
    /// Without an attempt to say it: what to do, the most promising first.
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
    /// The proxy's address when it went through one.
    pub via_proxy: Option<String>,
    /// The device's address.
    pub device: String,
    /// The name it wanted to reach, else the address.
    pub name: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Everything that was found, the verdict's own finding first.
    pub findings: Vec<Finding>,
    /// The library that its client looks like, where that chose the commands of the fix; absent where nothing shows, or more is
    /// known of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_looks_like: Option<LooksLike>,
    /// Its DNS look-ups.
    pub lookups: Vec<Lookup>,
    /// Its connections, by id, in order.
    pub connections: Vec<usize>,
    /// Its place among the tries of the same device for the same service; absent where it is the only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Place>,
    /// Where a failed attempt leaves the good one of its transport; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Its connection once more, behind an address translation in the same capture; absent where it was not seen again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_again: Option<SeenAgain>,
    /// Events of the device's own texts about it, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_events: Vec<DeviceEvent>,
}

/// What a Client Hello looks like. It makes no verdict surer: any program can write any hello.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct LooksLike {
    /// The dialect of that name has its commands: `openssl`, `gnutls`, `java`, `go`, `node`, `nss`, `chromium`, `schannel`.
    #[serde(deserialize_with = "known::word")]
    pub stack: Word,
    /// What it looks like, and what that rests on.
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

/// Where an attempt leaves the good one of its transport.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Baseline {
    /// Which good attempt it is compared with.
    pub id: String,
    /// Where that is described.
    pub source: String,
    /// The day it was last compared with its source.
    pub checked: String,
    /// The phase it leaves in: 1 connect, 2 TLS, 3 report, 4 close.
    pub phase: u8,
    /// The last step as it should be, if any.
    pub after: Option<String>,
    /// Its frame.
    pub after_frame: Option<u64>,
    /// The step that should have come next.
    pub expected: String,
    /// `client` or `server`: whose step that is.
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
    /// Where all its tries lead: see [`Course::kind`].
    pub kind: CourseKind,
    /// Which try this is, counted from 1.
    #[serde(rename = "try")]
    pub number: usize,
    /// How many there are.
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
    /// The name it wanted to reach, else the address.
    pub name: String,
    /// `steady`, `constant`, `changing`, `cured`, `broke`, `flapping` or `unclear`.
    pub kind: CourseKind,
    /// One clause that says so.
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
    /// Seconds since the try before began; null for the first.
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
    /// Seconds between two regular reports, says the profile.
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
    /// Why a host is taken for a controller.
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

/// A controller, and what the capture holds of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Controller {
    /// Its address.
    pub address: String,
    /// Why it is taken for one: `option`, `capwap` or `attempt`.
    pub because: KnownBy,
    /// Whether anything of it was captured.
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
    /// Causes in the order of their weight: `expired`, `self-signed`, `missing` …; empty where the id says it all.
    pub causes: Vec<String>,
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
    pub id: String,
    /// Why it is less likely, or what would prove it.
    pub why_not: String,
    /// The bytes exclude it: it is only named because it comes to mind.
    pub excluded: bool,
}

/// Something to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Remedy {
    /// `wlc` (the device that connects, whatever it is), `firewall`, `proxy`, `server` or `capture`.
    pub owner: Owner,
    /// The side that has to act, in the words of the dialect: `controller`, `client`, `server` …
    #[serde(default)]
    pub who: String,
    /// What.
    #[serde(rename = "do")]
    pub action: String,
    /// Commands, one a line.
    pub commands: Vec<String>,
    /// How to see that it worked.
    pub verify: String,
}

/// Something a rule recognised.
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
    /// Whether it is part of an attempt to reach licensing.
    pub licensing: bool,
    /// The tunnel it travelled in, or null.
    pub tunnel: Option<String>,
    /// Carrier of TLS where that is not TCP: `dtls` over UDP, or `capwap`, behind the header of CAPWAP control, or `quic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// TCP; of datagrams what they share with it: frames, bytes, what was sent again, copies.
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

/// TCP facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tcp {
    /// First frame of the connection.
    pub first_frame: u64,
    /// Last frame of the connection.
    pub last_frame: u64,
    /// Frames of SYNs: the first, null when none was captured.
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
    /// Holes in either direction.
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

/// A hole in one direction.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gap {
    /// `client` or `server`: whose bytes are missing.
    #[serde(deserialize_with = "known::word")]
    pub side: Word,
    /// Bytes missing.
    pub bytes: u64,
    /// The frame after the hole.
    pub before_frame: u64,
    /// `not-captured`, `never-arrived`, `snap-length` or `unknown`.
    #[serde(deserialize_with = "known::word")]
    pub cause: Word,
}

/// TLS facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tls {
    /// Negotiated version (`1.2`), or null when no Server Hello was seen.
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
    /// The handshake reached its end as far as can be seen.
    pub complete: bool,
    /// Whether the server asked for a client certificate; null when that is encrypted or was not captured.
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
    /// More about it, e.g. an alert's name; null when there is nothing to say.
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
    /// Why it could not be read; null when it could.
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
