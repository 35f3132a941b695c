//! sentence → Claim: the statement of a sentence about a capture, as far as a capture can prove it.

use std::net::IpAddr;

use super::lexicon::Event;
use super::tokens::{Frames, Moment};
use crate::connection::step::Side;

/// A party, as a sentence names it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Who {
    Side(Side),
    At(IpAddr, Option<u16>),
    Named(String),
}

/// One claim.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Claim {
    pub(super) what: What,
    /// The sentence denies it.
    pub(super) not: bool,
    pub(super) scope: Scope,
    /// A word of its clause that is in no list: the clause may say something else.
    pub(super) unknown: Option<String>,
}

impl What {
    /// True if the claim itself reads a word that no list has.
    pub(super) fn reads(&self, word: &str) -> bool {
        match self {
            Self::Asked { .. } => ["ask", "asks", "asked", "asking", "queries", "queried"].contains(&word),
            Self::Lapse { .. } | Self::LapseOfFrames { .. } => [
                "gap",
                "interval",
                "apart",
                "間隔",
                "差",
                "時間差",
                "between",
                "pass",
                "passes",
                "elapse",
                "elapsed",
                "lie",
                "経過",
                "時間",
            ]
            .contains(&word),
            Self::Certificate {
                what: OfCertificate::NotBefore(_) | OfCertificate::NotAfter(_),
                ..
            } => word == "between",
            _ => false,
        }
    }
}

impl Claim {
    pub(super) fn with_unknown(mut self, words: &[&str]) -> Self {
        let strange = words.iter().find(|it| !self.what.reads(it)).map(|it| (*it).to_owned());
        self.unknown = self.unknown.or(strange);
        self
    }
}

/// The attempts that a claim is about; any, if the sentence names none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scope {
    pub(super) places: Vec<Who>,
    pub(super) attempt: Option<usize>,
    pub(super) connection: Option<usize>,
    /// The client's port, as a name of the connection.
    pub(super) port: Option<u16>,
    /// The whole capture: a denied fact must be nowhere in it.
    pub(super) everywhere: bool,
}

/// The claimed fact.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Step(Step),
    /// A party ended the connection: by FIN, RST, or either.
    Ended {
        how: Ending,
        by: Option<Who>,
        first: bool,
    },
    /// A party answered.
    Answered {
        by: Side,
        to: Answerable,
    },
    Version {
        version: &'static str,
        offered: bool,
        only: bool,
    },
    /// The highest version that the client offers; not `exact`: it offers none that is higher.
    Highest {
        version: &'static str,
        exact: bool,
    },
    Suite {
        suite: String,
        offered: bool,
    },
    Group {
        group: String,
        offered: bool,
    },
    ServerName(String),
    Certificate {
        of: Option<Side>,
        subject: Option<String>,
        what: OfCertificate,
    },
    Count {
        of: Counted,
        number: u64,
        by: Option<Side>,
    },
    /// Something was sent again.
    Repeated,
    QuicVersion(u64),
    /// So many seconds are between two steps, or between the beginning of the capture and a step.
    Lapse {
        from: Option<Box<Step>>,
        to: Box<Step>,
        seconds: f64,
    },
    /// So many seconds are between two frames.
    LapseOfFrames {
        from: u64,
        to: u64,
        seconds: f64,
    },
    /// The time of the first frame.
    Began(Moment),
    /// The length of the capture, in seconds.
    Length(f64),
    /// The handshake completed.
    Handshake,
    TcpOpened,
    Healthy,
    /// A party rejected the other's certificate; `of` is the side whose certificate it was, if that is said.
    Rejected {
        by: Who,
        of: Option<Side>,
    },
    Verdict(String),
    Resolved(IpAddr),
    DnsAnswered,
    /// These frames hold a DNS question, or an answer.
    DnsFrames {
        is_answer: bool,
        frames: Frames,
    },
    /// A question, the one in these frames or the one for this name, goes to this server.
    Asked {
        address: IpAddr,
        frames: Option<Frames>,
        name: Option<String>,
    },
    /// A question for this name was asked.
    AskedName(String),
    /// What this frame holds was sent by this party.
    Sender {
        frames: Frames,
        by: Who,
    },
    /// A proxy was asked for a tunnel to this host.
    Tunnel(String),
    /// A request has this method and a target that begins so.
    Request {
        method: Option<&'static str>,
        target: Option<String>,
        frame: Option<u64>,
    },
    DnsStatus(&'static str),
    HttpStatus {
        status: u64,
        frames: Option<Frames>,
    },
    /// A party has this address or port.
    Place {
        of: Option<Side>,
        address: Option<IpAddr>,
        port: Option<u16>,
    },
    /// There is a connection from the first place to the second.
    Between {
        from: (IpAddr, Option<u16>),
        to: (IpAddr, Option<u16>),
    },
    /// The proxy is there.
    Proxy {
        address: IpAddr,
        port: Option<u16>,
    },
    /// The attempt succeeded.
    Succeeded,
    /// There is licensing traffic.
    Licensing,
}

/// A step and the statements about it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) event: Event,
    pub(super) by: Option<Who>,
    pub(super) frames: Option<Frames>,
    /// The alert's name, as a number.
    pub(super) alert: Option<u8>,
    /// The number that is given beside it.
    pub(super) number: Option<u64>,
    pub(super) fatal: bool,
    pub(super) warning: bool,
    pub(super) at: Option<Moment>,
    /// It is about the content of the capture, not about what was sent.
    pub(super) in_capture: bool,
}

impl Step {
    /// A step without further statements.
    pub(super) const fn of(event: Event, by: Option<Who>) -> Self {
        Self {
            event,
            by,
            frames: None,
            alert: None,
            number: None,
            fatal: false,
            warning: false,
            at: None,
            in_capture: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Fin,
    Reset,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answerable {
    Anything,
    Syn,
    ClientHello,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum OfCertificate {
    /// It exists.
    Sent,
    Expired,
    NotYet,
    Current,
    NotAfter(Moment),
    NotBefore(Moment),
    Issuer(String),
    SelfSigned,
    Serial(String),
    /// It ended this many days before the capture.
    DaysBefore(u64),
    /// The size of its key.
    KeyBits(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Frames,
    Syns,
    Retransmissions,
    Attempts,
    Connections,
    Certificates,
    Alerts,
    TcpConnections,
    Questions,
    DiscoveryRequests,
    Initials,
}
