//! tlswalk opens a packet capture and says why a TLS connection failed: what broke, at which step, who did it, in which
//! frames, how sure that is, what else it could be, and what to type next.
//!
//! ```text
//! capture ─▶ Frame ─▶ decode ─▶ Segment ─▶ flow, stream ─▶ Chunk ─▶ tls::record ─▶ Record ─▶ tls::message ─▶ Message
//!                       │                                    └──────▶ http ─▶ Exchange                       │
//!                       ├─▶ DNS datagram ─▶ dns, lookup ─▶ Lookup                                 tls::walk ─▶ Walk
//!                       ├─▶ ICMP error                        │                                              │
//!                       └─▶ Skip, counted                     └────────▶ attempt ◀── connection ◀────────────┘
//! device text ─▶ device ─▶ DeviceEvent ──────────────────────────────────▶ │
//!                                                                           │
//!                     report ◀── verdict ◀── Finding ◀── rules ◀── Attempt ◀┘
//! ```
//!
//! The modules below stand in that order. Only the binary, [`capture`] (over [`std::io::Read`]) and [`report`] (over
//! [`std::io::Write`]) touch the outside; everything between them cannot fail and reads no clock.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let capture = std::fs::File::open("samples/client-certificate-self-signed-expired.pcap")?;
//! let profile = tlswalk::profile::Profile::built_in("cisco-smart-licensing").ok_or("no such profile")?;
//! let report = tlswalk::analyze(capture, "export.pcap", &tlswalk::Options::new(profile))?;
//! assert_eq!(report.attempts[0].connections.len(), 1);
//! # Ok(())
//! # }
//! ```

// What every layer shares.
pub mod frame;

pub mod wire_text;

pub mod phrase;

pub mod seq;

pub mod secrets;

pub mod note;

// bytes → Frame
pub mod capture;

// Frame → Segment, DNS datagram, ICMP error, Skip
pub mod decode;

// Segment → Flow, Chunk
pub mod flows;

pub mod flow;

mod beginning;
pub mod direction;
mod run;

pub mod tcp_side;

pub mod plain;

pub mod delivery;

pub mod hosts;

pub mod stream;

// Chunk → Record → Message → Walk; Certificate → Judgement
pub mod tls;

// Chunk → Exchange
pub mod http;

pub mod licensing_answer;

// datagram → Message → Lookup
pub mod dns;

pub mod lookup;

// Flow → Connection; everything → Attempt
pub mod connection;

mod arrival;

mod accepted;

pub mod selection;

mod directory;

mod twin;

mod unopened;

pub mod revocation;

pub mod attempt;

pub mod surroundings;

// device text → DeviceEvent → Attempt
pub mod device;

// What the user wants, what the world looks like
pub mod context;

pub mod profile;

mod profile_error;

// Attempt → Finding → Verdict → Report
pub mod command;

pub mod finding;

pub mod rules;

pub mod advice;

pub mod verdict;

// Attempts of one device for one service → Course, Cadence
pub mod course;

pub mod cadence;

pub mod baseline;

pub mod report;

// Report and capture → evidence that people hand on
pub mod slice;

pub mod redact;

pub mod verify;

pub mod diff;

// All of it together
mod collected;

mod dropped;

mod interest;

mod room;

mod analyzer;

mod kept;

mod settled;

mod stream_reports;

pub use analyzer::{Analyzer, analyze, analyze_merged};
pub use context::{Host, Options, Target};
pub use stream_reports::analyze_stream;
