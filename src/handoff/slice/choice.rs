//! Report, Frame → bool: the frames that a slice needs.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::attempt::other_connections::Stretch;
use crate::base::endpoint::Endpoint;
use crate::base::frame::Frame;
use crate::decode::{Decoded, Decoder};
use crate::dns::message;
use crate::report::Report;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breadth {
    /// Connections of the attempts, their look-ups, ICMP errors about them, and evidence.
    Attempts,
    /// In addition all traffic of the devices and servers: it shows that an answer would have been captured.
    Hosts,
    /// All frames.
    Whole,
}

impl Breadth {
    /// From the narrowest.
    pub const ALL: [Self; 3] = [Self::Attempts, Self::Hosts, Self::Whole];
}

/// Decides frame by frame.
#[derive(Debug)]
pub struct Choice {
    breadth: Breadth,
    decoder: Decoder,
    evidence: BTreeSet<u64>,
    flows: HashSet<(Endpoint, Endpoint)>,
    beside: HashMap<(Endpoint, Endpoint), Vec<RangeInclusive<u64>>>,
    names: HashSet<String>,
    hosts: HashSet<IpAddr>,
}

impl Choice {
    /// Frames and connections that a report cites.
    #[must_use]
    pub fn new(report: &Report, breadth: Breadth) -> Self {
        let flows: HashSet<(Endpoint, Endpoint)> = report
            .connections
            .iter()
            .filter_map(|it| Some(ordered(endpoint(&it.client)?, endpoint(&it.server)?)))
            .collect();
        let lower = |name: &str| name.to_ascii_lowercase();
        let names = report.attempts.iter().flat_map(|attempt| {
            let lookups = attempt.lookups.iter().map(|lookup| lower(&lookup.name));
            lookups.chain([lower(&attempt.name)])
        });
        let mut beside: HashMap<_, Vec<_>> = HashMap::new();
        for Stretch {
            ends: [one, other],
            first,
            last,
        } in &report.beside
        {
            let frames = first.0..=last.0;
            let of_flow = beside.entry(ordered(*one, *other)).or_default();
            if !of_flow.contains(&frames) {
                of_flow.push(frames);
            }
        }
        let hosts = report.attempts.iter().filter_map(|attempt| attempt.device.parse().ok());
        Self {
            breadth,
            decoder: Decoder::new().following_quic(true),
            evidence: cited(report).map(|(frame, ..)| frame).collect(),
            names: names.collect(),
            hosts: hosts
                .chain(flows.iter().flat_map(|(one, other)| [one.ip, other.ip]))
                .collect(),
            flows,
            beside,
        }
    }

    /// True if a frame is kept.
    pub fn wants(&mut self, frame: &Frame<'_>) -> bool {
        let Self {
            breadth,
            decoder,
            evidence,
            flows,
            beside,
            names,
            hosts,
        } = self;
        if *breadth == Breadth::Whole || evidence.contains(&frame.number.0) {
            return true;
        }
        let is_near = |ip: IpAddr| *breadth >= Breadth::Hosts && hosts.contains(&ip);
        // A fragment of a datagram shows nothing until the last one has come: it is kept.
        let (mut any, mut wanted) = (false, false);
        decoder.decode(frame, &mut |decoded| {
            any = true;
            wanted |= match decoded {
                Decoded::Tcp(segment) => {
                    let ends = ordered(segment.src, segment.dst);
                    let shown = beside.get(&ends);
                    flows.contains(&ends)
                        || shown.is_some_and(|all| all.iter().any(|it| it.contains(&frame.number.0)))
                        || is_near(segment.src.ip)
                        || is_near(segment.dst.ip)
                        // DNS over TCP, where an answer did not fit a datagram.
                        || segment.dst.port == 53 && hosts.contains(&segment.src.ip)
                        || segment.src.port == 53 && hosts.contains(&segment.dst.ip)
                }
                Decoded::Dtls(datagram) | Decoded::Quic(datagram) | Decoded::Capwap(datagram) => {
                    flows.contains(&ordered(datagram.src, datagram.dst))
                        || is_near(datagram.src.ip)
                        || is_near(datagram.dst.ip)
                }
                Decoded::Dns(datagram) => {
                    is_near(datagram.src.ip)
                        || is_near(datagram.dst.ip)
                        || message::parse(datagram.payload)
                            .is_some_and(|message| names.contains(&message.name.to_string().to_ascii_lowercase()))
                }
                Decoded::Icmp(error) => {
                    flows.contains(&ordered(error.quoted_src, error.quoted_dst))
                        || is_near(error.quoted_src.ip)
                        || is_near(error.quoted_dst.ip)
                }
                Decoded::Skip(_) => false,
            };
        });
        wanted || !any
    }
}

/// The frames that a report cites: number, what each shows, the finding, the attempt.
pub fn cited(report: &Report) -> impl Iterator<Item = (u64, &str, &str, usize)> {
    report.attempts.iter().flat_map(|attempt| {
        attempt.findings.iter().flat_map(move |finding| {
            let evidence = finding.evidence.iter().filter(|it| it.frame > 0);
            evidence.map(move |it| (it.frame, it.what.as_str(), finding.id.name(), attempt.id))
        })
    })
}

/// `address:port` as reports write it.
pub(crate) fn endpoint(text: &str) -> Option<Endpoint> {
    let address: std::net::SocketAddr = text.parse().ok()?;
    Some(Endpoint {
        ip: address.ip(),
        port: address.port(),
    })
}

/// The two ends of a flow, whichever sent.
pub(crate) fn ordered(one: Endpoint, other: Endpoint) -> (Endpoint, Endpoint) {
    (one.min(other), one.max(other))
}
