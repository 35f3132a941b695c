//! A capture that grows: whatever happens besides, each attempt is told, once, and as the whole file tells it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code states its invariants"
)]

use crate::generator;
use crate::support;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use crate::generator::{Among, Format, Mix, Plan};
use tlswalk::Options;
use tlswalk::profile::Profile;
use tlswalk::report::{Attempt, Report};

const SECOND: i64 = 1_000_000_000;

fn options() -> Options {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let root = std::fs::read(support::root().join("samples/roots/lab-root.pem")).unwrap();
    options.anchors.add_pem(&root, "lab-root").unwrap();
    options
}

/// Frames with their times, which is what a capture is.
#[derive(Clone, Default)]
struct Frames(Vec<(i64, Vec<u8>)>);

impl Frames {
    fn read(pcap: &[u8]) -> Self {
        let mut frames = Vec::new();
        tlswalk::capture::read_frames(pcap, |frame| {
            frames.push((frame.time.0, frame.data.to_vec()));
            ControlFlow::Continue(())
        })
        .unwrap();
        Self(frames)
    }

    fn sample(name: &str) -> Self {
        Self::read(&std::fs::read(support::root().join("samples").join(name)).unwrap())
    }

    fn first(&self) -> i64 {
        self.0[0].0
    }

    fn last(&self) -> i64 {
        self.0.iter().map(|(time, _)| *time).max().unwrap()
    }

    /// All frames from this one on come so many seconds later, by their clock.
    fn later_from(mut self, at: usize, seconds: i64) -> Self {
        self.0[at..].iter_mut().for_each(|(time, _)| *time += seconds * SECOND);
        self
    }

    fn without(mut self, is_lost: impl Fn(&[u8]) -> bool) -> Self {
        self.0.retain(|(_, frame)| !is_lost(frame));
        self
    }

    fn up_to(mut self, at: usize) -> Self {
        self.0.truncate(at);
        self
    }

    fn add(&mut self, time: i64, frame: Vec<u8>) {
        self.0.push((time, frame));
    }

    /// In order of time, as they are captured.
    fn in_order(mut self) -> Self {
        self.0.sort_by_key(|(time, _)| *time);
        self
    }

    /// Goes on for so many seconds in which nothing happens that matters.
    fn with_tail(mut self, seconds: i64) -> Self {
        let last = self.last();
        for second in (5..seconds).step_by(5) {
            let mut frame = vec![0xff; 12];
            frame.extend([0x88, 0xb5]);
            frame.resize(60, 0);
            self.add(last + second * SECOND, frame);
        }
        self
    }

    fn pcap(&self) -> Vec<u8> {
        let words = [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 262_144, 1];
        let mut pcap: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        for (time, frame) in &self.0 {
            let len = frame.len() as u32;
            let words = [(time / SECOND) as u32, (time % SECOND) as u32, len, len];
            pcap.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            pcap.extend(frame);
        }
        pcap
    }
}

/// An Ethernet frame with an IPv4 packet; checksums are left out, as hosts that offload them show it.
fn packet(protocol: u8, src: u32, dst: u32, transport: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    frame.extend([0x45, 0]);
    frame.extend((20 + transport.len() as u16).to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
    frame.extend(src.to_be_bytes());
    frame.extend(dst.to_be_bytes());
    frame.extend(transport);
    frame
}

const STRANGERS: u32 = 0x0a50_0000;
const RESOLVER: u32 = 0x0a50_ffff;

/// A question for a name that nobody else asks for.
fn question(number: u32) -> Vec<u8> {
    let name = format!("h{number:07}");
    let mut dns = (number as u16).to_be_bytes().to_vec();
    dns.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.len() as u8]);
    dns.extend(name.bytes());
    dns.extend(b"\x07example\0\0\x01\0\x01");
    let mut udp = Vec::new();
    for word in [40_000 + (number % 20_000) as u16, 53, dns.len() as u16 + 8, 0] {
        udp.extend(word.to_be_bytes());
    }
    udp.extend(dns);
    packet(17, STRANGERS + number % 50, RESOLVER, &udp)
}

/// A segment without data between a stranger and a server.
fn segment(number: u32, from_client: bool, flags: u8) -> Vec<u8> {
    let (client, server) = (
        (STRANGERS + number % 50, 1024 + (number / 50) as u16),
        (0xc633_6401, 8443),
    );
    let (src, dst) = if from_client {
        (client, server)
    } else {
        (server, client)
    };
    let mut tcp = [src.1.to_be_bytes(), dst.1.to_be_bytes()].concat();
    tcp.extend(if from_client {
        [0, 0, 0, 1, 0, 0, 0, 0]
    } else {
        [0, 0, 0, 0, 0, 0, 0, 2]
    });
    tcp.extend([0x50, flags, 2, 0, 0, 0, 0, 0]);
    packet(6, src.0, dst.0, &tcp)
}

const SYN: u8 = 2;
const RST_ACK: u8 = 0x14;

/// So many look-ups and refused connections of others, one after the other in so many seconds.
fn crowd(frames: &mut Frames, from: i64, seconds: i64, count: u32) {
    for number in 0..count {
        let time = from + seconds * SECOND * i64::from(number) / i64::from(count);
        frames.add(time, question(number));
        // A file's bound is 4,096.
        if number % 2 == 0 {
            frames.add(time, segment(number, true, SYN));
            frames.add(time, segment(number, false, RST_ACK));
        }
    }
}

fn parts(pcap: &[u8], options: &Options) -> Vec<Report> {
    let mut parts = Vec::new();
    tlswalk::analyze_stream(pcap, "-", options, |report| {
        parts.push(report);
        ControlFlow::Continue(())
    })
    .unwrap();
    parts
}

/// Device, name, verdict, and the frames that show it.
type Shape = (String, String, String, Vec<u64>);

fn shape(attempt: &Attempt) -> Shape {
    let verdict = &attempt.verdict;
    let frames = verdict.evidence.iter().map(|it| it.frame).collect();
    (
        attempt.device.clone(),
        attempt.name.clone(),
        verdict.id.to_string(),
        frames,
    )
}

fn shapes(reports: &[Report]) -> Vec<Shape> {
    let mut shapes: Vec<_> = reports.iter().flat_map(|it| &it.attempts).map(shape).collect();
    shapes.sort();
    shapes
}

/// What of one list is not in the other, as often.
fn beyond(these: &[Shape], others: &[Shape]) -> Vec<Shape> {
    let mut counts: HashMap<&Shape, usize> = HashMap::new();
    others.iter().for_each(|it| *counts.entry(it).or_default() += 1);
    let mut left = Vec::new();
    for shape in these {
        match counts.get_mut(shape) {
            Some(count) if *count > 0 => *count -= 1,
            _ => left.push(shape.clone()),
        }
    }
    left
}

/// The attempts told in parts are those of the file. Whether some were told before the end.
#[track_caller]
fn is_told_as_in_the_file(frames: &Frames) -> bool {
    let (options, pcap) = (options(), frames.pcap());
    let whole = tlswalk::analyze(&pcap[..], "-", &options).unwrap();
    let parts = parts(&pcap, &options);
    assert_eq!(shapes(&parts), shapes(&[whole]));
    parts.len() > 1
}

#[test]
fn a_fetch_that_a_device_waited_for_is_told_however_much_others_ask_meanwhile() {
    let mut frames = Frames::sample("crl-fetch-failed.pcap");
    let from = frames.first() + SECOND;
    crowd(&mut frames, from, 150, 6000);
    assert!(is_told_as_in_the_file(&frames.in_order().with_tail(1200)));
}

#[test]
fn a_fetch_is_told_also_where_a_whole_site_is_behind_the_address_of_the_device() {
    let mut frames = Frames::sample("crl-fetch-failed.pcap");
    let from = frames.first() + SECOND;
    let mut others = Frames::default();
    crowd(&mut others, from, 150, 7000);
    for (time, mut frame) in others.0 {
        let is_stranger = |at: usize| frame[at..at + 2] == [10, 80] && frame[at + 2] != 0xff;
        for at in [26, 30].map(|at| is_stranger(at).then_some(at)).into_iter().flatten() {
            frame[at..at + 4].copy_from_slice(&[192, 168, 10, 150]);
        }
        frames.add(time, frame);
    }
    assert!(is_told_as_in_the_file(&frames.in_order().with_tail(1200)));
}

#[test]
fn what_a_device_fetched_in_vain_is_told_when_its_connection_has_been_silent_for_long() {
    for name in [
        "crl-fetch-failed-waiting.pcap",
        "crl-fetch-failed-http.pcap",
        "crl-fetch-failed.pcap",
    ] {
        for is_asked_for in [true, false] {
            let mut frames = Frames::sample(name);
            if !is_asked_for {
                // Who does not ask for the service is no device that is known before.
                frames = frames.without(|frame| holds(frame, b"smartreceiver") && frame[23] == 17);
            }
            let last = frames.0.len() - 1;
            // The fetch has no answer, or the handshake no end.
            let cut = if name == "crl-fetch-failed-http.pcap" {
                19
            } else {
                last.min(40)
            };
            frames = frames.up_to(cut);
            let from = frames.last() + SECOND;
            crowd(&mut frames, from, 150, 5000);
            assert!(is_told_as_in_the_file(&frames.in_order().with_tail(2400)), "{name}");
        }
    }
}

#[test]
fn a_connection_of_an_hour_is_one_attempt_with_its_look_up() {
    let mut frames = Frames::sample("healthy-tls12.pcap");
    let count = frames.0.len();
    for at in count - 8..count {
        frames = frames.later_from(at, 500);
    }
    assert!(is_told_as_in_the_file(&frames.with_tail(1200)));
}

#[test]
fn an_attempt_waits_for_what_its_device_does_besides_with_all_it_had() {
    // Another connection of the device that is never closed, and says something every five minutes.
    let mut frames = Frames::sample("crl-fetch-failed-refused.pcap");
    let (device, other) = (0xc0a8_0a96, 0xc633_6402);
    let from = frames.first() - SECOND;
    let between = |seq: u32, flags: u8, data: &[u8], back: bool| {
        let ports = if back { [22, 40_001] } else { [40_001, 22_u16] };
        let (src, dst) = if back { (other, device) } else { (device, other) };
        let mut tcp = ports.map(u16::to_be_bytes).concat();
        tcp.extend(seq.to_be_bytes());
        tcp.extend(1_u32.to_be_bytes());
        tcp.extend([0x50, flags, 2, 0, 0, 0, 0, 0]);
        tcp.extend(data);
        packet(6, src, dst, &tcp)
    };
    frames.add(from, between(0, SYN, b"", false));
    frames.add(from + 1000, between(0, 0x12, b"", true));
    for number in 0..10_u32 {
        let time = from + i64::from(number) * 300 * SECOND + 2000;
        frames.add(time, between(1 + number, 0x18, b"x", false));
    }
    let since = from + 2 * SECOND;
    crowd(&mut frames, since, 150, 5000);
    assert!(is_told_as_in_the_file(&frames.in_order().with_tail(1800)));
}

#[test]
fn a_direction_that_was_not_captured_ends_no_attempt_early() {
    let from_service = [192, 133, 220, 90];
    let sample = Frames::sample("healthy-tls12.pcap").without(|frame| frame[26..30] == from_service);
    for at in 6..sample.0.len() {
        let frames = sample.clone().later_from(at, 400).with_tail(1200);
        assert!(is_told_as_in_the_file(&frames), "before frame {at}");
    }
}

#[test]
fn a_clock_that_is_set_loses_and_doubles_no_attempt() {
    for name in [
        "healthy-tls12.pcap",
        "client-certificate-rejected-rustls.pcap",
        "crl-fetch-failed-refused.pcap",
    ] {
        for by in [-7200, -600, -60, 60, 600, 7200] {
            let sample = Frames::sample(name);
            let count = sample.0.len();
            for at in (3..=count).step_by(4) {
                let mut frames = sample.clone().with_tail(10);
                frames.0.truncate(count);
                frames.0.extend(
                    Frames(sample.0[count - 1..].to_vec())
                        .with_tail(1200)
                        .0
                        .into_iter()
                        .skip(1),
                );
                let mut frames = frames.later_from(at, by);
                // Others go on by the new clock.
                let then = frames.0[at].0;
                let others = (0..80_u32).map(|number| (then, question(number)));
                frames.0.splice(at..at, others);
                let (options, pcap) = (options(), frames.pcap());
                let whole = shapes(&[tlswalk::analyze(&pcap[..], "-", &options).unwrap()]);
                let parts = parts(&pcap, &options);
                assert_eq!(shapes(&parts), whole, "{name}: {by} s before frame {at}");
                assert!(
                    parts.last().unwrap().attempts.is_empty(),
                    "{name}: {by} s before frame {at}"
                );
            }
        }
    }
}

#[test]
fn an_attempt_is_told_where_frames_are_minutes_apart() {
    let mut frames = Frames::sample("client-certificate-rejected-rustls.pcap");
    let last = frames.last();
    for minute in (2..40).step_by(2) {
        frames.add(last + minute * 60 * SECOND, question(minute as u32));
    }
    let parts = parts(&frames.pcap(), &options());
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].attempts[0].verdict.id, "client-certificate-rejected");
}

#[test]
fn where_the_input_ends_inside_an_attempt_it_is_told_as_in_the_file() {
    for name in [
        "crl-fetch-failed.pcap",
        "healthy-tls12.pcap",
        "crl-fetch-failed-http.pcap",
    ] {
        let sample = Frames::sample(name);
        for count in 1..sample.0.len() {
            is_told_as_in_the_file(&sample.clone().up_to(count));
        }
    }
}

fn holds(frame: &[u8], text: &[u8]) -> bool {
    frame.windows(text.len()).any(|part| part == text)
}

/// Every sample among other traffic that goes on for minutes, and more of it than is kept for long.
#[test]
fn every_sample_among_other_traffic_is_told_as_in_the_file() {
    let options = options();
    for seed in 1..=3 {
        let plan = Plan {
            mix: Mix::Mixed,
            format: Format::Pcap,
            bytes: 24_000_000,
            seed,
        };
        let among = Among {
            every: 100_000,
            slower: 60,
        };
        let mut capture = Vec::new();
        let written = generator::write_among(&plan, among, &mut capture).unwrap();
        let mut frames = Frames::read(&capture);
        let (first, last) = (frames.first(), frames.last());
        let seconds = (last - first) / SECOND;
        assert!(seconds > 400, "{seconds} s");
        crowd(&mut frames, first + seconds / 3 * SECOND, 100, 6000);
        let samples: HashSet<_> = written.attempts.iter().map(|it| &it.sample).collect();
        assert!(samples.len() < written.attempts.len(), "their round is complete");
        let pcap = frames.in_order().pcap();
        let whole = shapes(&[tlswalk::analyze(&pcap[..], "-", &options).unwrap()]);
        let parts = parts(&pcap, &options);
        let told = shapes(&parts);
        let (missing, surplus) = (beyond(&whole, &told), beyond(&told, &whole));
        assert!(missing.is_empty() && surplus.is_empty(), "{missing:?} / {surplus:?}");
        let at_last = parts.last().unwrap().attempts.len();
        assert!(at_last * 4 < told.len(), "{at_last} of {} at the end only", told.len());
    }
}
