//! capture → redacted slice and report: no identifier is left in any form.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

mod attacks;
mod carriers;
mod handing;
mod originals;
mod searcher;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::ControlFlow;
use std::time::Duration;

use crate::{mutate, support};
use carriers::{MAC, SERVER};
use handing::{pcap, redacted};
use searcher::Searcher;
use tlswalk::base::frame::LinkType;
use tlswalk::capture::read_frames;

fn six(last: u8) -> Ipv6Addr {
    Ipv6Addr::new(
        0x2001,
        0xdb8,
        0x1f,
        0x2e,
        0x0250,
        0x56ff,
        0xfeaa,
        0xbb00 | u16::from(last),
    )
}

/// What `frames` of an address holds.
fn everything_of(searcher: &mut Searcher, ip: Ipv4Addr, last: u8) {
    searcher.v4(ip);
    searcher.v6(six(last));
    for once in [MAC, carriers::GATEWAY_MAC] {
        searcher.mac(once);
    }
    searcher.v4(SERVER);
    searcher.text("hostsecret");
}

#[test]
fn issue_17_6_no_address_is_left_whichever_its_last_octet_and_however_it_is_written() {
    let mut left = BTreeSet::new();
    for (network, step) in [
        ([192, 168, 47], 1),
        ([10, 77, 66], 5),
        ([172, 20, 9], 17),
        ([198, 7, 200], 19),
    ] {
        for last in (0..=255_u8).step_by(step) {
            let [a, b, c] = network;
            let (ip, gateway) = (Ipv4Addr::new(a, b, c, last), Ipv4Addr::new(a, b, c, last ^ 1));
            let mut searcher = Searcher::default();
            everything_of(&mut searcher, ip, last);
            searcher.v4(gateway);
            // What stands in connections takes the most time, and each octet stands in names too.
            let frames = match last {
                last if last % 15 == 0 || last > 250 => carriers::frames(ip, gateway, six(last)),
                _ => carriers::datagrams(ip, gateway, six(last)),
            };
            let file = match last % 3 {
                0 => carriers::pcapng(&frames, ip),
                _ => pcap(&frames),
            };
            // Who finds nothing in the original has not looked.
            let there = searcher.found(&file).len();
            assert!(there >= 10, "{there} of {ip}");
            let told = redacted(&file).unwrap();
            left.extend(searcher.found(&told.slice));
            left.extend(searcher.found(&told.report));
        }
    }
    assert!(left.is_empty(), "{} are left: {left:#?}", left.len());
}

#[test]
fn issue_17_6_no_address_is_left_in_a_frame_cut_at_any_length() {
    let (ip, gateway) = (Ipv4Addr::new(192, 168, 47, 254), Ipv4Addr::new(192, 168, 47, 127));
    let mut searcher = Searcher::default();
    everything_of(&mut searcher, ip, 254);
    searcher.v4(gateway);
    // Of an address that is cut, what is left.
    let whole = carriers::frames(ip, gateway, six(254));
    let cut: Vec<Vec<u8>> = whole
        .iter()
        .flat_map(|frame| (0..frame.len().min(140)).map(|len| frame[..len].to_vec()))
        .collect();
    let told = redacted(&pcap(&cut)).unwrap();
    assert_eq!(searcher.found(&told.slice), [""; 0]);
    assert_eq!(searcher.found(&told.report), [""; 0]);
    let mut parts = 0;
    drop(read_frames(told.slice.as_slice(), |frame| {
        for (from, mac) in [(0, carriers::GATEWAY_MAC), (6, MAC)] {
            let part = frame.data.get(from..).unwrap_or_default();
            let part = &part[..part.len().min(6)];
            // Groups of protocols stay.
            let is_group = frame.data.first().is_some_and(|it| it & 1 == 1) && from == 0;
            parts += usize::from(!part.is_empty());
            let is_left = part.len() > 1 && !is_group && mac.starts_with(part);
            assert!(!is_left, "{:02x?} in frame {}", part, frame.number.0);
        }
        ControlFlow::Continue(())
    }));
    assert!(parts > 1000, "{parts}");
}

/// The addresses of hosts and of cards that frames of a capture show in the headers.
fn shown(capture: &[u8]) -> (BTreeSet<IpAddr>, BTreeSet<[u8; 6]>) {
    let (mut addresses, mut macs) = (BTreeSet::new(), BTreeSet::new());
    drop(read_frames(capture, |frame| {
        if frame.link != LinkType::ETHERNET || frame.data.len() < 54 {
            return ControlFlow::Continue(());
        }
        for at in [0, 6] {
            let mac: [u8; 6] = frame.data[at..at + 6].try_into().unwrap();
            // Bytes that are nearly all zero stand anywhere.
            if mac[0] & 1 == 0 && mac.iter().filter(|it| **it == 0).count() < 3 {
                macs.insert(mac);
            }
        }
        let part = |at: usize, len: usize| frame.data[at..at + len].to_vec();
        match frame.data[12..14] {
            [8, 0] => addresses.extend([26, 30].map(|at| {
                let octets: [u8; 4] = part(at, 4).try_into().unwrap();
                IpAddr::from(octets)
            })),
            [0x86, 0xdd] => addresses.extend([22, 38].map(|at| {
                let octets: [u8; 16] = part(at, 16).try_into().unwrap();
                IpAddr::from(octets)
            })),
            _ => {}
        }
        ControlFlow::Continue(())
    }));
    (addresses, macs)
}

#[test]
fn issue_17_6_no_address_of_a_sample_is_left_whole_or_damaged() {
    let (mut runs, mut seen) = (0, 0);
    // Those of datagrams last: the numbers of the others, and so their damage, are as they were.
    let mut paths = support::samples();
    paths.sort_by_key(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("capwap-") || name.starts_with("dtls-")
    });
    for (number, path) in paths.into_iter().enumerate() {
        let mut sample = std::fs::read(&path).unwrap();
        // The damage of large ones would only repeat itself.
        sample.truncate(48 * 1024);
        let (addresses, macs) = shown(&sample);
        for variant in 0..3_u64 {
            // Every sample whole or damaged; over all, each often enough.
            if !(number as u64 + variant).is_multiple_of(3) {
                continue;
            }
            let mut random = mutate::Random((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
            let bytes = match variant {
                0 => sample.clone(),
                _ => mutate::mutate(sample.clone(), &mut random),
            };
            let Some(told) = redacted(&bytes) else { continue };
            let new: BTreeSet<IpAddr> = addresses.iter().map(|ip| told.redactor.address(*ip)).collect();
            let mut searcher = Searcher::default();
            for ip in addresses.difference(&new) {
                match ip {
                    IpAddr::V4(ip) => searcher.v4(*ip),
                    IpAddr::V6(ip) => searcher.v6(*ip),
                }
            }
            macs.iter().for_each(|mac| searcher.mac(*mac));
            for bytes in [&told.slice, &told.report] {
                let found = searcher.found(bytes);
                assert!(found.is_empty(), "{} {variant}: {found:#?}", path.display());
            }
            seen += searcher.found(&bytes).len();
            runs += 1;
        }
    }
    assert!(seen > 2 * runs, "{seen} in {runs} captures");
}

#[test]
fn issue_17_12_what_is_expected_of_a_file_is_checked_of_its_redacted_report() {
    let directory = tempfile::tempdir().unwrap();
    let lines = directory.path().join("expected.txt");
    let sample = "samples/tcp-refused.pcap";
    let run = |expected: &str| {
        std::fs::write(&lines, expected).unwrap();
        let arguments = [
            "-f",
            "json",
            "--redact",
            "--expect-file",
            lines.to_str().unwrap(),
            sample,
        ];
        support::tlswalk(&arguments, Duration::from_secs(60))
    };
    let met = run("tcp-refused samples/tcp-*.pcap\n");
    assert_eq!(met.status.unwrap().code(), Some(0), "{}", met.stderr);
    assert!(met.stderr.contains("all 1 as expected"), "{}", met.stderr);
    // Who reads the report learns nothing of the name.
    assert!(!met.stdout.contains("tcp-refused.pcap"));
    assert_eq!(run("healthy tcp-*.pcap\n").status.unwrap().code(), Some(1));
}

#[test]
fn every_claim_has_a_test_that_is_there() {
    let text = std::fs::read_to_string(support::root().join("docs/redaction.md")).unwrap();
    let table = text.split("## Claims and their tests").nth(1).unwrap();
    let rows = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.rsplit_once(" | ").map(|(_, tests)| tests));
    let named: Vec<&str> = rows.flat_map(|tests| tests.split('`').skip(1).step_by(2)).collect();
    let mut sources = String::new();
    for folder in ["src/handoff", "tests/it"] {
        for entry in walkdir::WalkDir::new(support::root().join(folder)) {
            let entry = entry.unwrap();
            if entry.path().extension().is_some_and(|it| it == "rs") {
                sources += &std::fs::read_to_string(entry.path()).unwrap();
            }
        }
    }
    let is_missing = |name: &&str| {
        !sources.contains(&format!("#[test]\nfn {}()", name.rsplit(':').next().unwrap()))
            && !sources.contains(&format!("#[test]\n    fn {}()", name.rsplit(':').next().unwrap()))
    };
    let missing: Vec<&str> = named.iter().copied().filter(is_missing).collect();
    assert!(named.len() > 15 && missing.is_empty(), "{missing:?} of {}", named.len());
}
