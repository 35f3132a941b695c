//! What is handed on, made of damaged captures: a slice that reads back, a report that holds on it, a comparison, and a
//! redacted slice without a trace of who it was.
//!
//! `TLSWALK_MUTATIONS=100000 cargo test --test it handed_on::` runs longer; a failure names the run that repeats it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::ops::ControlFlow;

use crate::mutate::{Random, mutate};
use tlswalk::Options;
use tlswalk::base::frame::{Frame, LinkType};
use tlswalk::base::phrase::Language;
use tlswalk::capture::note::Note;
use tlswalk::capture::read_frames;
use tlswalk::handoff::diff::{Side, compare};
use tlswalk::handoff::redact::{Certificates, Redactor};
use tlswalk::handoff::slice::{Breadth, Judged, Kept, Wish, choose, cut, holds, judge};
use tlswalk::handoff::verify::{Files, read_report, verify};
use tlswalk::report::json;

/// Runs unless `TLSWALK_MUTATIONS` says another number; a run reads a capture some ten times.
const RUNS: u64 = 400;

/// Runs that once failed, each made again whatever the number of runs: the slice lost another connection's certificate, was read
/// as damaged, kept names behind a hello, behind a DNS record and in a message of a wrong length.
const ONCE_FAILED: [u64; 5] = [1_121, 5_725, 19_108, 20_029, 23_210];

/// Larger samples are mutated in their first part only, which keeps a run short.
const LARGEST: usize = 48 * 1024;

/// What seeds hold that must not be in their redacted slices. They are so long that no counter, port or sequence number that
/// stays can be one of them by chance; of addresses that cannot be said, since another's pseudonym may be the same.
const IDENTIFIERS: [&[u8]; 9] = [
    b"Lab Server CA",
    b"Lab Device CA",
    b"FCL0000SYN1",
    b"9800-L-F-K9-0000SYN1",
    b"3042117825",
    b"cslu.corp.example",
    b"crl.lab.example",
    b"balancer-balancer",
    b"Dumpcap (Wireshark)",
];

fn seeds() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let names = [
        "healthy-tls12.pcap",
        "healthy-proxy.pcap",
        "healthy-cslu.pcap",
        "application-error.pcap",
        "client-certificate-self-signed-expired.pcap",
        "crl-fetch-failed-http.pcap",
        "dns-error-nxdomain.pcap",
        "dns-truncated-tcp.pcap",
        "healthy-cooked.pcap",
        "healthy-ipv6.pcap",
        "healthy-pcapng.pcapng",
        "busy.pcapng",
        "no-licensing-traffic-capwap.pcap",
        "story-three-faults.pcap",
    ];
    let mut seeds: Vec<Vec<u8>> = names
        .iter()
        .map(|name| std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}")))
        .collect();
    for seed in &mut seeds {
        seed.truncate(LARGEST);
    }
    seeds
}

fn sliced(bytes: &[u8], judged: &Judged, kept: &Kept, note: Note, redactor: &mut Option<Redactor>) -> Vec<u8> {
    let wish = Wish {
        kept,
        note,
        language: Language::En,
        name: "a capture",
    };
    let mut rewrite = |frame: &Frame<'_>| redactor.as_mut().map(|it| it.frame(frame));
    cut(bytes, Vec::new(), judged, &wish, &mut rewrite).unwrap()
}

/// A slice of a damaged capture can be read, has the frames that were chosen, and the capture's report holds on it. Gives how much
/// had to be kept.
fn slice_and_verify(bytes: &[u8], options: &Options) -> Option<Breadth> {
    let Ok(judged) = judge(bytes, "a capture", options) else {
        return None;
    };
    for breadth in Breadth::ALL {
        let kept = choose(bytes, &judged.report, breadth, |_| None).unwrap();
        let slice = sliced(bytes, &judged, &kept, Note::of(&judged.facts), &mut None);
        let mut frames = 0_u64;
        let facts = read_frames(slice.as_slice(), |_| {
            frames += 1;
            ControlFlow::Continue(())
        });
        let facts = facts.unwrap_or_else(|error| panic!("the slice cannot be read: {error}"));
        assert!(facts.damage.is_empty(), "a slice is not damaged");
        if let Kept::These(these) = &kept {
            assert_eq!(these.len() as u64, frames);
        }
        if !holds(&judged, &kept, slice.as_slice(), options).unwrap() {
            // The command goes on to the next breadth; with everything kept nothing may be lost.
            assert_ne!(breadth, Breadth::Whole, "the whole slice is judged otherwise");
            continue;
        }
        let mut text = Vec::new();
        json::write_pretty(&judged.report, &mut text).unwrap();
        let claimed = read_report(std::str::from_utf8(&text).unwrap(), Language::En).unwrap();
        for capture in [bytes, &slice] {
            let files = Files {
                names: vec!["a capture".to_owned()],
                ..Files::default()
            };
            let verification = verify(&claimed, &files, || Ok(vec![capture]), options, None).unwrap();
            assert_eq!(
                verification.exit_code(),
                0,
                "{}",
                verification.to_text(false, Language::En)
            );
        }
        return Some(breadth);
    }
    None
}

/// A redacted slice of everything holds no identifier of the capture.
fn redact(bytes: &[u8], options: &Options, key: u8) {
    let prepared = Redactor::prepare(bytes, bytes, "a capture", options, &[key; 32], Certificates::Replaced);
    let Ok((mut redactor, judged)) = prepared else { return };
    let note = redactor.note(&judged, &[key; 32], Vec::new());
    let changed = redactor.options(Options::everything().unwrap());
    // As the command does: comments come from what the redacted frames show.
    let mut analyzer = tlswalk::Analyzer::new(&changed);
    let facts = read_frames(bytes, |frame| {
        let data = redactor.frame(frame);
        analyzer.push(&Frame { data: &data, ..*frame });
        ControlFlow::Continue(())
    });
    let mut facts = facts.unwrap();
    redactor.rewind();
    facts.slice = Some(Box::new(note.clone()));
    let judged = Judged {
        report: analyzer.finish("redacted capture", &facts),
        ..judged
    };
    let slice = sliced(bytes, &judged, &Kept::All, note, &mut Some(redactor));
    nothing_left(bytes, &slice);
    // Six bytes may stand in a random number; not where frames have addresses.
    let mac = mac(bytes).unwrap_or_else(|| b"nobody".to_vec());
    drop(read_frames(slice.as_slice(), |frame| {
        let head = frame.data.get(..14).unwrap_or(frame.data);
        assert!(!head.windows(6).any(|it| it == mac), "{}: {mac:02x?}", frame.number.0);
        ControlFlow::Continue(())
    }));
    let again = tlswalk::analyze(slice.as_slice(), "a slice", &changed)
        .unwrap_or_else(|error| panic!("the redacted slice cannot be read: {error}"));
    for report in [&judged.report, &again] {
        let mut text = Vec::new();
        json::write_pretty(report, &mut text).unwrap();
        nothing_left(bytes, &text);
    }
}

/// The source's MAC address of the first frame, in a file of Ethernet frames.
fn mac(capture: &[u8]) -> Option<Vec<u8>> {
    let mut found = None;
    drop(read_frames(capture, |frame| {
        found = frame
            .data
            .get(6..12)
            .filter(|_| frame.link == LinkType::ETHERNET)
            .map(<[u8]>::to_vec);
        ControlFlow::Break(())
    }));
    // Repeated bytes are no address of a device, and stand anywhere.
    found.filter(|mac| mac.windows(2).any(|pair| pair[0] != pair[1]) && mac.iter().filter(|it| **it == 0).count() < 3)
}

fn nothing_left(capture: &[u8], told: &[u8]) {
    for identifier in IDENTIFIERS {
        let has = |bytes: &[u8]| bytes.windows(identifier.len()).any(|it| it == identifier);
        assert!(
            !has(told),
            "{} ({identifier:02x?}) is left; in the capture: {}",
            String::from_utf8_lossy(identifier),
            has(capture)
        );
    }
}

#[test]
fn what_is_handed_on_of_damaged_captures_reads_back_holds_and_leaks_nothing() {
    let runs = std::env::var("TLSWALK_MUTATIONS").map_or(RUNS, |text| text.parse().unwrap());
    let seeds = seeds();
    let options = Options::everything().unwrap();
    let licensing = Options::new(tlswalk::profile::Profile::built_in("cisco-smart-licensing").unwrap());
    let mut before: Option<Side> = None;
    for run in (0..runs).chain(ONCE_FAILED) {
        let mut random = Random((run + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let seed = &seeds[random.below(seeds.len())];
        let bytes = if run < seeds.len() as u64 {
            seeds[run as usize].clone()
        } else {
            mutate(seed.clone(), &mut random)
        };
        let options = if random.below(2) == 0 { &options } else { &licensing };
        let done = std::panic::catch_unwind(|| {
            let breadth = slice_and_verify(&bytes, options);
            // What was missing is kept, not everything.
            assert!(
                run != ONCE_FAILED[0] || breadth == Some(Breadth::Attempts),
                "{breadth:?}"
            );
            redact(&bytes, options, run as u8);
        });
        assert!(done.is_ok(), "run {run} fails");
        if let Ok(side) = Side::read(bytes.as_slice(), "a capture", options) {
            // What differs is another test's matter; here it must be told at all.
            if let Some(comparison) = before.as_ref().and_then(|before| compare(before, &side, Language::Ja)) {
                assert!(!comparison.to_text(Language::Ja).is_empty());
            }
            before = Some(side);
        }
    }
    println!("{runs} runs");
}
