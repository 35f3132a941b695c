//! A second judge: reads the frames again by itself and says which claims of a report they refute.
//!
//! It knows nothing of rules and verdicts. What it cannot read (tunnels, damage, holes where it would have to look) it leaves
//! alone: only a claim that the frames contradict is named. `sentences.rs` is the table of sentences and of what must hold for
//! each; `structure.rs` checks what a report says in fields.

#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(unreachable_pub, reason = "a module of a test crate has no interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

pub mod claims;
pub mod damage;
pub mod sentences;
pub mod stream;
pub mod structure;
pub mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;

use claims::list;
use stream::{Message, Record, Side};
use wire::{Packet, Wire};

/// What became of the claims of one report or of many.
#[derive(Default)]
pub struct Tally {
    /// How many claims of each family could be checked.
    pub checked: BTreeMap<&'static str, usize>,
    /// Family, place and claim, and what the frames say.
    pub refuted: Vec<(&'static str, String)>,
}

impl Tally {
    pub fn add(&mut self, family: &'static str, holds: bool, what: impl FnOnce() -> String) {
        *self.checked.entry(family).or_default() += 1;
        if !holds {
            self.refuted.push((family, what()));
        }
    }
}

/// A connection of the report, with its packets.
pub struct Connection<'a> {
    pub report: &'a Value,
    pub client: Side<'a>,
    pub server: Side<'a>,
    pub client_records: Option<Vec<Record>>,
    pub server_records: Option<Vec<Record>>,
    pub client_messages: Vec<Message>,
    pub server_messages: Vec<Message>,
}

impl<'a> Connection<'a> {
    /// `None`: its packets are not among those that were read, or some of them are not its own.
    pub fn of(report: &'a Value, wire: &'a Wire) -> Option<Self> {
        let end = |name: &str| report[name].as_str()?.parse::<SocketAddr>().ok();
        let (client, server) = (end("client")?, end("server")?);
        if !report["tunnel"].is_null() {
            return None;
        }
        let frames = report["tcp"]["first_frame"].as_u64()?..=report["tcp"]["last_frame"].as_u64()?;
        let own = |it: &&Packet| {
            it.tcp.is_some()
                && frames.contains(&it.frame)
                && ((it.from, it.to) == (client, server) || (it.from, it.to) == (server, client))
        };
        let mut packets: Vec<&Packet> = wire.packets.iter().filter(own).collect();
        let copies: Vec<u64> = list(&report["tcp"]["copies"])
            .filter_map(|it| it["frame"].as_u64())
            .collect();
        packets.retain(|it| !copies.contains(&it.frame));
        if packets.is_empty() {
            return None;
        }
        let (client, server) = (Side::of(&packets, client), Side::of(&packets, server));
        let (client_records, server_records) = (stream::records(&client.bytes), stream::records(&server.bytes));
        let messages = |side: &Side<'_>, records: &Option<Vec<Record>>| {
            records
                .as_ref()
                .map_or_else(Vec::new, |records| stream::messages(side, records))
        };
        Some(Self {
            client_messages: messages(&client, &client_records),
            server_messages: messages(&server, &server_records),
            report,
            client,
            server,
            client_records,
            server_records,
        })
    }

    pub fn side(&self, name: &str) -> &Side<'a> {
        if name == "server" { &self.server } else { &self.client }
    }

    pub fn records(&self, name: &str) -> Option<&[Record]> {
        let records = if name == "server" {
            &self.server_records
        } else {
            &self.client_records
        };
        records.as_deref()
    }

    pub fn messages(&self, name: &str) -> &[Message] {
        if name == "server" {
            &self.server_messages
        } else {
            &self.client_messages
        }
    }

    /// One set of sequence numbers on each side, and both sides' beginnings captured.
    pub fn is_plain(&self) -> bool {
        self.client.has_syn && self.server.has_syn && !self.client.is_odd && !self.server.is_odd
    }

    pub fn packet(&self, frame: u64) -> Option<&'a Packet> {
        let all = self.client.packets.iter().chain(&self.server.packets);
        all.copied().find(|it| it.frame == frame)
    }
}

/// Looks for claims of a report that its capture refutes.
pub fn judge(name: &str, report: &Value, wire: &Wire, tally: &mut Tally) {
    structure::capture(name, report, wire, tally);
    let connections: BTreeMap<u64, Connection<'_>> = list(&report["connections"])
        .filter_map(|it| Some((it["id"].as_u64()?, Connection::of(it, wire)?)))
        .collect();
    for connection in connections.values() {
        structure::connection(name, connection, tally);
    }
    for attempt in list(&report["attempts"]) {
        for lookup in list(&attempt["lookups"]) {
            structure::lookup(name, lookup, wire, tally);
        }
        let ids = list(&attempt["connections"]).filter_map(Value::as_u64);
        let own: Option<Vec<&Connection<'_>>> = ids.map(|id| connections.get(&id)).collect();
        let Some(own) = own.filter(|it| !it.is_empty()) else {
            continue;
        };
        for claim in claims::of_attempt(attempt) {
            sentences::check(name, &claim, &own, tally);
        }
    }
}
