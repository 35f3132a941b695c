//! What is fuzzed. The fuzzer, the replay of past crashes and the mutation test all call these functions.
#![allow(dead_code, reason = "each fuzz target calls one")]
#![allow(unreachable_pub, reason = "a module of several crates has no one interface")]

use std::ops::ControlFlow;
use std::sync::OnceLock;

use tlswalk::base::frame::Frame;
use tlswalk::base::phrase::Language;
use tlswalk::capture::note::Note;
use tlswalk::capture::read_frames;
use tlswalk::handoff::redact::{Certificates, Redactor};
use tlswalk::handoff::slice::{self, Breadth, Judged, Kept, Wish};
use tlswalk::handoff::verify;
use tlswalk::profile::Profile;
use tlswalk::report::text::{TextStyle, write_text};
use tlswalk::report::{Report, csv, html, json, junit, markdown, sarif};
use tlswalk::{Analyzer, KeyLog, Options};

#[path = "../tests/scenario/mod.rs"]
pub mod scenario;
use scenario::messages::{Group, Offer, certificate, client_hello, each_in_a_record, server_hello};
use scenario::{Client, Scenario, Server};

/// Bytes as a capture file.
pub fn capture(data: &[u8]) {
    drop(read_frames(data, |_frame| ControlFlow::Continue(())));
}

/// Bytes as one packet: the first two are the link type.
pub fn decode(data: &[u8]) {
    let Some((link, packet)) = data.split_first_chunk() else {
        return;
    };
    let link = u32::from(u16::from_be_bytes(*link)).to_le_bytes();
    let len = u32::try_from(packet.len()).unwrap_or(0).to_le_bytes();
    let header = [
        &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0][..],
        &link,
    ]
    .concat();
    analyze(&[&header, &[0; 8][..], &len, &len, packet].concat());
}

/// Bytes as what client and server send: the first says where the server's begin, in 1/256 of the length.
pub fn records(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else {
        return;
    };
    let (client, server) = bytes.split_at(bytes.len() * usize::from(*cut) / 256);
    analyze(
        &Scenario::open()
            .send(Client, client)
            .send(Server, server)
            .close(Client)
            .pcap(),
    );
}

/// Bytes as a capture file, to the end of the pipeline.
pub fn analyze(data: &[u8]) {
    drop(tlswalk::analyze(data, "fuzz", options(Language::En)));
}

/// Options that read everything, in a language; made once, since to parse profiles takes longer than most inputs.
fn options(language: Language) -> &'static Options {
    static OPTIONS: OnceLock<[Options; 2]> = OnceLock::new();
    let of = |language| Options {
        language,
        ..Options::everything().unwrap()
    };
    let [english, japanese] = OPTIONS.get_or_init(|| Language::ALL.map(of));
    if language == Language::En { english } else { japanese }
}

/// What is fuzzed: a function of bytes that panics where something does not hold.
pub type Target = fn(&[u8]);

/// Each target, by its name. Those that take captures begin with the same ones, in `corpus/captures`.
pub const ALL: [(&str, Target); 13] = [
    ("capture", capture),
    ("decode", decode),
    ("records", records),
    ("analyze", analyze),
    ("segments", segments),
    ("datagrams", datagrams),
    ("certificates", certificates),
    ("writers", writers),
    ("device", device),
    ("profile", profile),
    ("reported", reported),
    ("slices", slices),
    ("redaction", redaction),
];

/// A TLS 1.2 conversation whose segments come as the bytes say: cut anywhere, doubled, overlapping, in any order. Where every
/// byte came, the verdict is that of the conversation in order: a naive reader of the whole is the oracle.
pub fn segments(data: &[u8]) {
    let whole = Scenario::tls12();
    let bent = bend(whole, data);
    assert_eq!(
        verdict(&bent.pcap()),
        [("healthy".to_owned(), "unknown".to_owned())],
        "the order of segments decides"
    );
}

/// Segments split, repeated and moved within a side, none lost.
fn bend(mut story: Scenario, data: &[u8]) -> Scenario {
    for change in data.chunks_exact(3).take(24) {
        let &[what, place, size] = change else { break };
        let side = if what & 1 == 0 { Client } else { Server };
        let frames = story.data_frames(side);
        let Some(&frame) = frames.get(usize::from(place) % frames.len().max(1)) else {
            continue;
        };
        story = match what >> 1 & 3 {
            0 => story.split(side, 16 + usize::from(size)),
            1 => story.retransmit(frame),
            2 => story.overlap(frame, 1 + usize::from(size)),
            _ => story.shuffle(u64::from(size), 1 + usize::from(place) % 4),
        };
        if story.packets.len() > 2000 {
            break;
        }
    }
    story
}

fn verdict(pcap: &[u8]) -> Vec<(String, String)> {
    let report = tlswalk::analyze(pcap, "fuzz", options(Language::En)).unwrap();
    let attempts = report.attempts.into_iter();
    attempts
        .map(|attempt| (attempt.verdict.id.to_string(), attempt.verdict.by.to_string()))
        .collect()
}

/// Bytes as datagrams of both sides: a byte of side and port, one of length, and so on. DTLS, CAPWAP, QUIC and DNS by port.
pub fn datagrams(mut data: &[u8]) {
    let mut file = pcap_header();
    let mut second = 0_u32;
    while let &[head, len, ref rest @ ..] = data {
        let (payload, after) = rest.split_at(rest.len().min(usize::from(len) * 8));
        let port: u16 = [443, 5246, 53, 4433][usize::from(head >> 1 & 3)];
        let frame = udp(head & 1 == 0, port, payload);
        let captured = u32::try_from(frame.len()).unwrap();
        for word in [second, 0, captured, captured] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame);
        second += u32::from(head >> 3);
        data = after;
    }
    analyze(&file);
}

/// A little-endian pcap of raw IP.
fn pcap_header() -> Vec<u8> {
    [
        &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &0x4_0000_u32.to_le_bytes(),
        &101_u32.to_le_bytes(),
    ]
    .concat()
}

/// A datagram in IPv4, without checksums.
fn udp(from_client: bool, port: u16, payload: &[u8]) -> Vec<u8> {
    let (client, server) = ([10, 9, 8, 7], [192, 0, 2, 7]);
    let (from, to) = if from_client {
        (client, server)
    } else {
        (server, client)
    };
    let (source, target) = if from_client { (50_123, port) } else { (port, 50_123) };
    let udp_len = u16::try_from(payload.len() + 8).unwrap();
    let mut bytes = vec![0x45, 0];
    bytes.extend((udp_len + 20).to_be_bytes());
    bytes.extend([0, 1, 0x40, 0, 64, 17, 0, 0]);
    bytes.extend(from);
    bytes.extend(to);
    for word in [source, target, udp_len, 0] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(payload);
    bytes
}

/// Bytes as a server's certificates: each begins with its length in two bytes.
pub fn certificates(mut data: &[u8]) {
    let mut chain: Vec<&[u8]> = Vec::new();
    while let &[high, low, ref rest @ ..] = data {
        let (one, after) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes([high, low]))));
        chain.push(one);
        data = after;
    }
    let flight = each_in_a_record(&[server_hello(), certificate(&chain)]);
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .send(Server, flight);
    analyze(&story.close(Client).pcap());
}

/// Bytes as a capture whose report is written in every format and both languages. Nothing that drives a terminal may be left in
/// what people read, and what programs read must be JSON.
pub fn writers(data: &[u8]) {
    for language in [Language::En, Language::Ja] {
        let Ok(report) = tlswalk::analyze(data, "fuzz\u{1b}[2J.pcap", options(language)) else {
            return;
        };
        for bytes in written(&report) {
            let text = String::from_utf8(bytes).unwrap();
            let drives = |it: char| it.is_control() && !matches!(it, '\n' | '\r' | '\t');
            assert!(!text.contains(drives), "a control character in {text:?}");
        }
        let mut line = Vec::new();
        json::write_line(&report, &mut line).unwrap();
        let again = verify::read_report(std::str::from_utf8(&line).unwrap(), language).unwrap();
        assert_eq!(again.attempts.len(), report.attempts.len());
    }
}

/// A report in every format.
fn written(report: &Report) -> Vec<Vec<u8>> {
    type Write = fn(&Report, &mut Vec<u8>) -> std::io::Result<()>;
    let formats: [Write; 8] = [
        |report, out| write_text(report, out, &TextStyle::default()),
        |report, out| json::write_pretty(report, out),
        |report, out| json::write_line(report, out),
        |report, out| csv::write_rows(report, out),
        |report, out| junit::write_junit(std::slice::from_ref(report), &[], &[], &[], out),
        |report, out| markdown::write_markdown(report, out),
        |report, out| html::write_html(std::slice::from_ref(report), &[], out),
        |report, out| sarif::write_sarif(std::slice::from_ref(report), &[], out),
    ];
    let write = |format: Write| {
        let mut out = Vec::new();
        format(report, &mut out).unwrap();
        out
    };
    formats.into_iter().map(write).collect()
}

/// Bytes as a device's text, alone and beside a capture.
pub fn device(data: &[u8]) {
    let options = Options {
        logs: vec![tlswalk::device::read("fuzz.log", data)],
        ..Options::everything().unwrap()
    };
    drop(tlswalk::report::report_on_logs(&options));
    drop(tlswalk::analyze(SAMPLE, "sample", &options));
}

/// A capture that has a verdict, and needs little time.
const SAMPLE: &[u8] = include_bytes!("../samples/client-certificate-self-signed-expired.pcap");

/// Bytes as a profile, and as a key log.
pub fn profile(data: &[u8]) {
    if let Ok(log) = KeyLog::read(data) {
        let options = Options {
            key_log: Some(log),
            ..Options::everything().unwrap()
        };
        drop(tlswalk::analyze(SAMPLE, "sample", &options));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(profile) = Profile::parse(text) {
        drop(tlswalk::analyze(SAMPLE, "sample", &Options::new(profile)));
    }
}

/// Bytes as a report that is to be verified.
pub fn reported(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(report) = verify::read_report(text, Language::En) else {
        return;
    };
    let sha256 = report.capture.sha256.clone().unwrap_or_default();
    let files = verify::Files {
        names: vec!["sample".to_owned()],
        sha256,
        language: Language::En,
    };
    let open = || Ok(vec![SAMPLE]);
    if let Ok(checked) = verify::verify(&report, &files, open, options(Language::En), None) {
        drop(checked.to_text(true, Language::En));
    }
    drop(written(&report));
}

/// Bytes as a capture that is cut in every breadth: a slice is a capture, and holds the frames that were chosen.
pub fn slices(data: &[u8]) {
    let options = options(Language::En);
    let Ok(judged) = slice::judge(data, "fuzz", options) else {
        return;
    };
    for breadth in Breadth::ALL {
        let Ok(kept) = slice::choose(data, &judged.report, breadth, |_| None) else {
            return;
        };
        let cut = cut(data, &judged, &kept, Note::of(&judged.facts), |_| None);
        assert_eq!(frames(&cut), kept.up_to(judged.facts.frames), "frames of {breadth:?}");
        drop(slice::holds(&judged, &kept, &cut[..], options));
    }
}

fn cut(
    data: &[u8],
    judged: &Judged,
    kept: &Kept,
    note: Note,
    rewrite: impl FnMut(&Frame<'_>) -> Option<Vec<u8>>,
) -> Vec<u8> {
    let wish = Wish {
        kept,
        note,
        language: Language::En,
        name: "fuzz",
    };
    slice::cut(data, Vec::new(), judged, &wish, rewrite).unwrap()
}

/// How many frames a capture holds.
fn frames(capture: &[u8]) -> u64 {
    read_frames(capture, |_| ControlFlow::Continue(())).unwrap().frames
}

/// Bytes as a capture that is redacted: as many frames as before, and no name of a device or server that its report told. What
/// the slice says of its frames it takes from the report of the redacted ones.
pub fn redaction(data: &[u8]) {
    let options = Options::everything().unwrap();
    let prepared = Redactor::prepare(data, data, "fuzz", &options, &[7; 32], Certificates::Replaced);
    let Ok((mut redactor, judged)) = prepared else { return };
    let own = redactor.options(options);
    let mut analyzer = Analyzer::new(&own);
    let read = read_frames(data, |frame| {
        let bytes = redactor.frame(frame);
        analyzer.push(&Frame { data: &bytes, ..*frame });
        ControlFlow::Continue(())
    });
    redactor.rewind();
    let facts = Redactor::facts(&read.unwrap());
    let told = Judged {
        report: analyzer.finish("redacted", &facts),
        facts,
        comments: Vec::new(),
    };
    let note = redactor.note(&judged, &[9; 32], Vec::new());
    let out = cut(data, &told, &Kept::All, note, |frame| Some(redactor.frame(frame)));
    assert_eq!(frames(&out), judged.facts.frames);
    for attempt in &judged.report.attempts {
        let name = attempt.name.as_str();
        // What a profile names is public, and short words stand in anything.
        let own = name.len() >= 12 && name.ends_with(".example");
        let found = || {
            out.windows(name.len())
                .any(|bytes| bytes.eq_ignore_ascii_case(name.as_bytes()))
        };
        assert!(!own || !found(), "{name:?} is left");
    }
}
