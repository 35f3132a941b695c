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

// What every stage shares.
pub mod base;

// bytes → Frame
pub mod capture;

// Frame → Segment, DNS datagram, ICMP error, Skip
pub mod decode;

// Segment → Chunk
pub mod tcp;

// datagram → Message → Lookup
pub mod dns;

// Chunk → Exchange
pub mod http;

// Chunk → Record → Message; Certificate → Judgement
pub mod tls;

// device text → DeviceEvent
pub mod device;

// What the world looks like, as data
pub mod profile;

// Segment → Flow → Walk → Connection
pub mod connection;

// Connections, Lookups, ICMP errors, DeviceEvents → Attempt
pub mod attempt;

// Attempt → Finding → Verdict → Course
pub mod judge;

// Verdict → Report
pub mod report;

// All of it together
pub mod analysis;

// Report and capture → evidence that people hand on
pub mod handoff;

pub use analysis::analyzer::{Analyzer, analyze, analyze_merged};
pub use analysis::live::analyze_stream;
pub use profile::options::{Host, Options, Target};
