//! What tshark read in a TCP stream, compared with what our report says of it.
//!
//! A stream's truth is one JSON object: client, server {ip, port}, tls_client, frames [first, last, count],
//! handshake {c2s: [[type, frame]], s2c}, alerts [{dir, frame, level, desc}], certs {c2s: [{frame, leaf: {sha256}}], s2c},
//! and no_ooo {handshake, alerts} from a second run whose findings count too. `c2s` is from the TCP client.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(unreachable_pub, reason = "a module of several test crates has no one interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code states its invariants"
)]

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// Something that must be in our report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// A handshake message in clear: type, by this frame.
    Message { side: &'static str, kind: u64, frame: u64 },
    /// An alert in clear.
    Alert { side: &'static str, code: u64, frame: u64 },
    /// The SHA-256 of a leaf certificate.
    Leaf { side: &'static str, sha256: String },
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { side, kind, frame } => write!(f, "message {side} {kind} @{frame}"),
            Self::Alert { side, code, frame } => write!(f, "alert {side} {code} @{frame}"),
            Self::Leaf { side, sha256 } => write!(f, "certificate {side} {sha256}"),
        }
    }
}

/// Totals over streams.
#[derive(Debug, Default)]
pub struct Tally {
    pub streams: usize,
    /// Streams that our report has as several connections.
    pub split: usize,
    /// Streams of which our report has no connection at all.
    pub unknown: usize,
    pub messages: usize,
    pub alerts: usize,
    pub leaves: usize,
    /// Alerts with a number that nobody has registered: encrypted ones that were misread, so not expected from us.
    pub misread: usize,
    /// File, stream and what is not in our report.
    pub missed: Vec<(String, u64, Expected)>,
}

impl Tally {
    /// How many of the missed are messages, alerts, leaves.
    pub fn missed_by_kind(&self) -> [usize; 3] {
        let count = |is: fn(&Expected) -> bool| self.missed.iter().filter(|(_, _, what)| is(what)).count();
        [
            count(|what| matches!(what, Expected::Message { .. })),
            count(|what| matches!(what, Expected::Alert { .. })),
            count(|what| matches!(what, Expected::Leaf { .. })),
        ]
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [messages, alerts, leaves] = self.missed_by_kind();
        writeln!(
            f,
            "streams with TLS   {}, unknown to us {}, split {}",
            self.streams, self.unknown, self.split
        )?;
        writeln!(f, "messages           {}, missed {messages}", self.messages)?;
        writeln!(
            f,
            "alerts in clear    {}, missed {alerts}, misread by tshark {}",
            self.alerts, self.misread
        )?;
        write!(f, "leaf certificates  {}, missed {leaves}", self.leaves)
    }
}

/// The kinds of step that a handshake type may become.
fn step_kinds(kind: u64) -> &'static [&'static str] {
    match kind {
        0 => &["hello-request"],
        1 => &["client-hello"],
        2 | 6 => &["server-hello", "hello-retry-request"],
        4 => &["new-session-ticket"],
        8 => &["encrypted-extensions"],
        11 => &["certificate"],
        12 => &["server-key-exchange"],
        13 => &["certificate-request"],
        14 => &["server-hello-done"],
        15 => &["certificate-verify"],
        16 => &["client-key-exchange"],
        20 => &["finished"],
        22 => &["certificate-status"],
        24 => &["key-update"],
        _ => &["other-message"],
    }
}

/// Alert numbers in the IANA registry.
fn is_registered(code: u64) -> bool {
    matches!(code, 0 | 10 | 20..=22 | 30 | 40..=53 | 60 | 70..=71 | 80 | 86 | 90 | 100 | 109..=117 | 120..=121)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn endpoint(value: &Value) -> String {
    let (ip, port) = (value["ip"].as_str().unwrap(), value["port"].as_u64().unwrap());
    if ip.contains(':') {
        format!("[{ip}]:{port}")
    } else {
        format!("{ip}:{port}")
    }
}

/// Compares one stream and adds what was found to the tally. Nothing is missed silently.
pub fn compare(tally: &mut Tally, file: &str, truth: &Value, report: &Value) {
    let (client, server) = (endpoint(&truth["client"]), endpoint(&truth["server"]));
    let (first, last) = (
        truth["frames"][0].as_u64().unwrap(),
        truth["frames"][1].as_u64().unwrap(),
    );
    let ends = |c: &&Value| {
        let pair = (c["client"].as_str().unwrap_or(""), c["server"].as_str().unwrap_or(""));
        pair == (&client, &server) || pair == (&server, &client)
    };
    let overlaps = |c: &&Value| {
        c["tcp"]["first_frame"].as_u64().unwrap_or(0) <= last && c["tcp"]["last_frame"].as_u64().unwrap_or(0) >= first
    };
    let ours: Vec<&Value> = list(&report["connections"])
        .iter()
        .filter(ends)
        .filter(overlaps)
        .collect();
    tally.streams += 1;
    tally.unknown += usize::from(ours.is_empty());
    tally.split += usize::from(ours.len() > 1);

    // Side follows the TLS client; where no hello tells who that is, it follows our own idea.
    let c2s_is_client = match truth["tls_client"].as_str() {
        Some(who) => who == "client",
        None => ours.first().is_none_or(|c| c["client"].as_str() == Some(&client)),
    };
    let side = |direction: &str| {
        if (direction == "c2s") == c2s_is_client {
            "client"
        } else {
            "server"
        }
    };

    let mut expected = BTreeSet::new();
    let mut missed = BTreeSet::new();
    for run in [truth, &truth["no_ooo"]] {
        for direction in ["c2s", "s2c"] {
            // A step answers one message only, so the two runs are matched each for itself.
            let mut steps: Vec<(&str, u64)> = ours
                .iter()
                .flat_map(|c| list(&c["steps"]))
                .filter(|step| step["side"].as_str() == Some(side(direction)))
                .map(|step| (step["kind"].as_str().unwrap_or(""), step["frame"].as_u64().unwrap_or(0)))
                .filter(|&(_, frame)| frame >= first)
                .collect();
            steps.sort_by_key(|&(_, frame)| frame);
            let mut wanted: Vec<(u64, u64)> = list(&run["handshake"][direction])
                .iter()
                .map(|pair| (pair[0].as_u64().unwrap(), pair[1].as_u64().unwrap()))
                .collect();
            wanted.sort_by_key(|&(_, frame)| frame);
            for (kind, frame) in wanted {
                let what = Expected::Message {
                    side: side(direction),
                    kind,
                    frame,
                };
                let answer = steps
                    .iter()
                    .position(|(step, by)| step_kinds(kind).contains(step) && *by <= frame);
                match answer {
                    Some(step) => drop(steps.remove(step)),
                    None => drop(missed.insert(what.clone())),
                }
                expected.insert(what);
            }
        }
        for alert in list(&run["alerts"]) {
            let (code, frame) = (
                alert["desc"].as_u64().unwrap_or(u64::MAX),
                alert["frame"].as_u64().unwrap(),
            );
            if !is_registered(code) {
                tally.misread += 1;
                continue;
            }
            let side = side(alert["dir"].as_str().unwrap());
            let found = ours.iter().flat_map(|c| list(&c["tls"]["alerts"])).any(|ours| {
                ours["code"].as_u64() == Some(code)
                    && ours["side"].as_str() == Some(side)
                    && ours["frame"].as_u64().is_some_and(|by| by <= frame)
            });
            let what = Expected::Alert { side, code, frame };
            if !found {
                missed.insert(what.clone());
            }
            expected.insert(what);
        }
    }
    for direction in ["c2s", "s2c"] {
        let both = [truth, &truth["no_ooo"]].map(|run| list(&run["certs"][direction]));
        for certificate in both.into_iter().flatten() {
            let Some(sha256) = certificate["leaf"]["sha256"].as_str() else {
                continue;
            };
            let side = side(direction);
            let found = ours
                .iter()
                .flat_map(|c| list(&c["certificates"][side]))
                .any(|certificate| certificate["sha256"].as_str() == Some(sha256));
            let what = Expected::Leaf {
                side,
                sha256: sha256.to_owned(),
            };
            if !found {
                missed.insert(what.clone());
            }
            expected.insert(what);
        }
    }
    for what in &expected {
        match what {
            Expected::Message { .. } => tally.messages += 1,
            Expected::Alert { .. } => tally.alerts += 1,
            Expected::Leaf { .. } => tally.leaves += 1,
        }
    }
    let stream = truth["stream"].as_u64().unwrap();
    tally
        .missed
        .extend(missed.into_iter().map(|what| (file.to_owned(), stream, what)));
}
