//! Two captures → what differs: made from one sample, so that the truth is known.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::fs;
use std::time::Duration;

use crate::support::{Outcome, root, tlswalk};
use serde_json::Value;

/// The client of all samples.
const CLIENT: [u8; 4] = [192, 168, 10, 150];

/// A packet of a pcap file with microseconds, in little-endian order.
#[derive(Clone)]
struct Packet {
    micros: i64,
    bytes: Vec<u8>,
}

impl Packet {
    fn is_tcp(&self) -> bool {
        self.bytes[12..14] == [8, 0] && self.bytes[23] == 6
    }

    fn is_from_client(&self) -> bool {
        self.bytes[26..30] == CLIENT
    }
}

fn read(name: &str) -> (Vec<u8>, Vec<Packet>) {
    let file = fs::read(root().join("samples").join(name)).unwrap();
    let word = |at: usize| i64::from(u32::from_le_bytes(file[at..at + 4].try_into().unwrap()));
    let mut packets = Vec::new();
    let mut at = 24;
    while at < file.len() {
        let len = word(at + 8) as usize;
        packets.push(Packet {
            micros: word(at) * 1_000_000 + word(at + 4),
            bytes: file[at + 16..at + 16 + len].to_vec(),
        });
        at += 16 + len;
    }
    (file[..24].to_vec(), packets)
}

fn written(directory: &tempfile::TempDir, name: &str, header: &[u8], mut packets: Vec<Packet>) -> String {
    packets.sort_by_key(|it| it.micros);
    let mut file = header.to_vec();
    for packet in packets {
        file.extend(((packet.micros / 1_000_000) as u32).to_le_bytes());
        file.extend(((packet.micros % 1_000_000) as u32).to_le_bytes());
        file.extend([(packet.bytes.len() as u32).to_le_bytes(); 2].as_flattened());
        file.extend(packet.bytes);
    }
    let path = directory.path().join(name);
    fs::write(&path, file).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The capture of the same from a point `transit` microseconds nearer to the server, whose clock is `ahead`.
fn farther(packets: &[Packet], transit: i64, ahead: i64) -> Vec<Packet> {
    let moved = |it: &Packet| Packet {
        micros: it.micros + ahead + if it.is_from_client() { transit } else { -transit },
        bytes: it.bytes.clone(),
    };
    packets.iter().filter(|it| it.is_tcp()).map(moved).collect()
}

fn diff(first: &str, second: &str) -> Outcome {
    tlswalk(&["diff", "-f", "json", first, second], Duration::from_secs(60))
}

fn code(outcome: &Outcome) -> i32 {
    outcome.status.unwrap().code().unwrap()
}

fn ids(report: &Value) -> Vec<&str> {
    report["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect()
}

#[test]
fn clock_and_order_are_told_where_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let (header, packets) = read("healthy-tls12.pcap");
    let near = written(&directory, "near.pcap", &header, packets.clone());
    let far = written(&directory, "far.pcap", &header, farther(&packets, 4_000, 7_000_000));
    for (first, second, nearer, offset) in [(&near, &far, 1, 7_000_000_000_i64), (&far, &near, 2, -7_000_000_000)] {
        let outcome = diff(first, second);
        assert_eq!(code(&outcome), 0, "{}{}", outcome.stdout, outcome.stderr);
        let report = outcome.report();
        assert_eq!((&report["kind"], &report["same"]), (&"two-points".into(), &true.into()));
        assert_eq!(report["nearer_to_client"], nearer);
        assert_eq!(report["transit"], 4_000_000);
        assert_eq!(report["clock_offset"], offset);
    }
}

#[test]
fn packets_that_vanish_are_named_with_their_direction() {
    let directory = tempfile::tempdir().unwrap();
    let (header, packets) = read("healthy-tls12.pcap");
    let mut far = farther(&packets, 4_000, 0);
    let lost = far
        .iter()
        .position(|it| it.is_from_client() && it.bytes.len() > 300)
        .unwrap();
    far.remove(lost);
    let near = written(&directory, "near.pcap", &header, packets);
    let far = written(&directory, "far.pcap", &header, far);
    let outcome = diff(&near, &far);
    assert_eq!(code(&outcome), 1);
    let report = outcome.report();
    assert_eq!(ids(&report), ["lost"]);
    let text = report["differences"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("from 192.168.10.150") && text.contains("vanished"),
        "{text}"
    );
    assert_eq!(report["differences"][0]["first"].as_array().unwrap().len(), 1);
}

#[test]
fn a_reset_that_the_servers_side_never_saw_was_made_in_between() {
    let directory = tempfile::tempdir().unwrap();
    let (header, packets) = read("reset-after-established.pcap");
    let is_reset = |it: &Packet| it.is_tcp() && it.bytes[14 + 20 + 13] & 4 != 0;
    assert!(packets.iter().any(|it| is_reset(it) && !it.is_from_client()));
    let mut far = farther(&packets, 4_000, 0);
    far.retain(|it| !is_reset(it));
    // Something later, which shows that the capture went on.
    let mut later = packets.iter().find(|it| !it.is_tcp()).unwrap().clone();
    later.micros = packets.last().unwrap().micros + 1_000_000;
    far.push(later);
    let near = written(&directory, "near.pcap", &header, packets);
    let far = written(&directory, "far.pcap", &header, far);
    assert_eq!(ids(&diff(&near, &far).report())[0], "reset-made");
}

#[test]
fn translated_addresses_and_shifted_numbers_are_the_same_connection() {
    let directory = tempfile::tempdir().unwrap();
    let (header, packets) = read("healthy-tls12.pcap");
    let mut far = farther(&packets, 4_000, 0);
    for packet in &mut far {
        let from_client = packet.is_from_client();
        let (ip, port, number) = if from_client { (26, 34, 38) } else { (30, 36, 42) };
        packet.bytes[ip..ip + 4].copy_from_slice(&[203, 0, 113, 9]);
        packet.bytes[port..port + 2].copy_from_slice(&50_001_u16.to_be_bytes());
        // A firewall that chooses the client's sequence numbers anew.
        let old = u32::from_be_bytes(packet.bytes[number..number + 4].try_into().unwrap());
        let is_first = !from_client && old == 0;
        if !is_first {
            packet.bytes[number..number + 4].copy_from_slice(&old.wrapping_add(0x1234_5678).to_be_bytes());
        }
    }
    let near = written(&directory, "near.pcap", &header, packets);
    let far = written(&directory, "far.pcap", &header, far);
    let outcome = diff(&near, &far);
    assert_eq!(code(&outcome), 0, "{}{}", outcome.stdout, outcome.stderr);
    let text = tlswalk(&["diff", &near, &far], Duration::from_secs(60)).stdout;
    assert!(text.contains("203.0.113.9:50001"), "{text}");
}

#[test]
fn a_bad_attempt_parts_from_a_good_one_where_the_alert_stands() {
    let bad = "samples/client-certificate-self-signed-expired.pcap";
    let outcome = diff(bad, "samples/healthy-client-certificate-requested-empty.pcap");
    assert_eq!(code(&outcome), 1);
    let report = outcome.report();
    assert_eq!(report["kind"], "two-stories");
    assert_eq!(ids(&report)[0], "parts");
    assert_eq!(code(&diff(bad, "samples/no-licensing-traffic.pcap")), 2);
    assert_eq!(code(&diff(bad, "no-such.pcap")), 2);
    let same = diff(bad, bad);
    assert_eq!(code(&same), 0, "{}", same.stdout);
}
