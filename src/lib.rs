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
//! The folders stand in that order. What is public is what a program needs that reads captures and acts on reports:
//! [`analyze`] for a file, [`analyze_stream`] for a capture that grows, [`Options`] with a [`profile`](profile::Profile), and
//! the [`report`](report::Report) itself. [`handoff`] makes evidence to pass on of it, [`capture`] and [`decode`] give frames and
//! segments alone. Everything else is how a verdict is reached, and may change with any version. Only the binary, [`capture`] (over [`std::io::Read`]) and [`report`] (over
//! [`std::io::Write`]) touch the outside; everything between them cannot fail and reads no clock.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let capture = std::fs::File::open("samples/client-certificate-self-signed-expired.pcap")?;
//! let profile = tlswalk::profile::Profile::built_in("cisco-smart-licensing").ok_or("no such profile")?;
//! let report = tlswalk::analyze(capture, "export.pcap", &tlswalk::Options::new(profile))?;
//! assert_eq!(report.verdict.id, "client-certificate-rejected");
//! assert_eq!(report.attempts[0].verdict.by, "server");
//! # Ok(())
//! # }
//! ```
//!
//! Two whole programs are in `examples/`: `judge` reads a file and says what to do, `follow` acts on each attempt of a capture
//! that grows.

// Within a folder that is private here, `pub` says what other folders may use, and `pub(crate)` would say it no better.
#![allow(unreachable_pub)]
#![cfg_attr(
    test,
    allow(clippy::too_many_lines, reason = "a test tells a story, and its data is long")
)]

// What every stage shares.
pub mod base;

// bytes → Frame
pub mod capture;

// Frame → Segment, DNS datagram, ICMP error, Skip
pub mod decode;

// Segment → Chunk
mod tcp;

// datagram → Message → Lookup
mod dns;

// Chunk → Exchange
mod http;

// Chunk → Record → Message; Certificate → Judgement
mod tls;

// datagram → Record → Message
mod dtls;

// datagram → Packet → Message
mod quic;

// device text → DeviceEvent
pub mod device;

// What the world looks like, as data
pub mod profile;

// Segment → Flow → Walk → Connection
mod connection;

// Connections, Lookups, ICMP errors, DeviceEvents → Attempt
mod attempt;

// Attempt → Finding → Verdict → Course
mod judge;

// Verdict → Report
pub mod report;

// All of it together
mod analysis;

// Report and capture → evidence that people hand on
pub mod handoff;

pub use analysis::analyzer::{Analyzer, analyze, analyze_merged, why_not};
pub use analysis::live::analyze_stream;
pub use profile::options::{Host, Options, Target};
pub use tls::keys::{KeyLog, KeyLogError};
pub use tls::trust::{AnchorError, Anchors};
