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

#[test]
fn two_samples_that_differ_in_the_culprit_are_not_the_same() {
    use tlswalk::handoff::diff::{Side, compare};

    let mut sides = Vec::new();
    for row in crate::support::rows() {
        let bytes = fs::read(root().join("samples").join(&row.file)).unwrap();
        if bytes.len() > 200_000 {
            continue;
        }
        let options = tlswalk::Options::new(tlswalk::profile::Profile::built_in("cisco-smart-licensing").unwrap());
        let report = tlswalk::analyze(&bytes[..], &row.file, &options).unwrap();
        // The attempt that gives the report its verdict.
        let attempt = report.attempts.iter().find(|it| it.verdict.id == report.verdict.id);
        let Some(attempt) = attempt.or(report.attempts.first()) else {
            continue;
        };
        let verdict = &attempt.verdict;
        let words = [
            verdict.id.name(),
            verdict.by.name(),
            verdict.at.name(),
            verdict.confidence.name(),
        ];
        let culprit = format!(
            "{} {}",
            words.join(" "),
            verdict.causes.iter().map(|it| it.name()).collect::<Vec<_>>().join(" ")
        );
        sides.push((
            row.file,
            culprit,
            Side::read(&bytes[..], "a capture", &options).unwrap(),
        ));
    }
    assert!(sides.len() > 80, "{}", sides.len());
    let mut apart = 0;
    for (at, (name, culprit, side)) in sides.iter().enumerate() {
        for (other_name, other_culprit, other) in sides.iter().skip(at + 1).filter(|(_, it, _)| it != culprit) {
            let comparison = compare(side, other, tlswalk::base::phrase::Language::En).unwrap();
            assert!(!comparison.same, "{name} {other_name}: {culprit:?} {other_culprit:?}");
            apart += 1;
        }
        let again = compare(side, side, tlswalk::base::phrase::Language::En).unwrap();
        assert!(again.same, "{name}: {:?}", again.differences);
    }
    assert!(apart > 1000, "{apart}");
}

#[test]
fn what_was_negotiated_who_issued_and_when_each_step_came_stand_beside_one_another() {
    let outcome = diff("samples/healthy-tls12.pcap", "samples/healthy-tls13.pcap");
    let told = outcome.report();
    let ids = ids(&told);
    assert!(ids.contains(&"version"), "{ids:?}");
    let version = told["differences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == "version")
        .unwrap();
    assert_eq!(version["text"], "version of TLS: 1.2 in 1, 1.3 in 2");
    let steps = told["steps"].as_array().unwrap();
    let hello = steps.iter().find(|it| it["step"] == "client-hello").unwrap();
    assert!(hello["first"]["seconds"].as_f64() > Some(0.0) && hello["second"]["frame"].as_u64() > Some(0));
    assert!(
        steps.iter().any(|it| it["second"].is_null()),
        "what one alone has stands alone"
    );
}

#[test]
fn a_capture_without_what_was_looked_for_is_compared_by_what_else_failed_in_it() {
    let failed = "samples/no-licensing-traffic-web-ui.pcap";
    let told = diff(failed, "samples/version-mismatch-old-server.pcap").report();
    let verdict = |capture: &str| {
        let report = tlswalk(&["-f", "json", capture], Duration::from_secs(60)).report();
        report["verdict"]["id"].clone()
    };
    assert_eq!(verdict(failed), "server-certificate-rejected");
    assert_eq!(told["verdicts"][0], verdict(failed));
    assert_eq!(told["verdicts"][1], verdict("samples/version-mismatch-old-server.pcap"));
    // Who says what to look for is told of that alone.
    let hinted = ["diff", "-f", "json", "--wlc", "192.0.2.1", failed, failed];
    let told = tlswalk(&hinted, Duration::from_secs(60)).report();
    assert_eq!(told["verdicts"][0], "no-licensing-traffic");
}
