//! Bytes as a capture of which evidence is handed on: reports in every format, slices, redaction.

use std::ops::ControlFlow;

use super::options;
use super::texts::SAMPLE;
use tlswalk::base::frame::Frame;
use tlswalk::base::phrase::Language;
use tlswalk::capture::note::Note;
use tlswalk::capture::read_frames;
use tlswalk::handoff::redact::{Certificates, Redactor};
use tlswalk::handoff::slice::{self, Breadth, Judged, Kept, Wish};
use tlswalk::handoff::verify;
use tlswalk::report::text::{TextStyle, write_text};
use tlswalk::report::{Certificate, Report, csv, html, json, junit, markdown, sarif};
use tlswalk::{Analyzer, Host, Options, Target};

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
        assert_eq!(frames(&cut), kept.count(judged.facts.frames), "frames of {breadth:?}");
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

/// Bytes as a capture that is redacted: as many frames as before, and nothing left that its report told of names.
pub fn redaction(data: &[u8]) {
    leaves_nothing(data);
}

/// A name that seeds hold wherever a name can stand. It must be gone also from where nobody can read it.
const CANARY: &[u8] = b"oaken-lantern";

/// What analysis reads of names in a capture, redaction has found: the readers of the one are compared with the walkers of the
/// other.
pub fn leaves_nothing(capture: &[u8]) {
    let Some((redactor, judged, out)) = redacted(capture) else {
        return;
    };
    let mut left = Vec::new();
    let mut count = 0;
    let read = read_frames(&out[..], |frame| {
        left.extend(frame.data);
        count += 1;
        ControlFlow::Continue(())
    });
    assert!(count == judged.facts.frames && read.is_ok(), "{count} frames");
    assert!(!holds(&left, CANARY), "{CANARY:?} is left");
    for text in names(&judged.report) {
        for word in text.split([',', '=', ' ', '/', ':', '"', '?']) {
            assert!(
                !(is_whose(word, &redactor) && holds(&left, word.as_bytes())),
                "{word:?} is left"
            );
        }
    }
    for serial in certificates(&judged.report).filter_map(|it| it.serial.as_ref()) {
        let digits: Vec<u8> = serial.bytes().filter(u8::is_ascii_hexdigit).collect();
        let number: Vec<u8> = digits
            .chunks_exact(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let is_anything = number.iter().collect::<std::collections::HashSet<_>>().len() > 5;
        assert!(!(is_anything && holds(&left, &number)), "{serial} is left");
    }
}

/// As the command does it: what the slice says of its frames it takes from the report of the redacted ones.
fn redacted(data: &[u8]) -> Option<(Redactor, Judged, Vec<u8>)> {
    let options = Options::everything().unwrap();
    let prepared = Redactor::prepare(data, data, "fuzz", &options, &[7; 32], Certificates::Replaced);
    let (mut redactor, judged) = prepared.ok()?;
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
    Some((redactor, judged, out))
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes
        .windows(needle.len())
        .any(|part| part.eq_ignore_ascii_case(needle))
}

/// Words that say nothing of anybody, though they are no public names: those of plain headers of HTTP, and of ALPN.
const EVERYBODYS: [&str; 11] = [
    "identity",
    "trailers",
    "no-store",
    "no-cache",
    "revalidate",
    "must-revalidate",
    "urlencoded",
    "octet-stream",
    "form-urlencoded",
    "www-form-urlencoded",
    "x-www-form-urlencoded",
];

/// Whether a word is somebody's: long enough that it stands nowhere by chance, and replaced by other letters in most places.
fn is_whose(word: &str, redactor: &Redactor) -> bool {
    if word.len() < 8 || !word.bytes().all(|it| it.is_ascii_graphic() && it != b'\\') {
        return false;
    }
    let target = Target {
        host: Host::Name(word.to_owned()),
        port: None,
    };
    let Host::Name(new) = redactor.target(&target).host else {
        return false;
    };
    let others = word.bytes().zip(new.bytes()).filter(|(old, new)| old != new).count();
    others >= 6 && !EVERYBODYS.contains(&word.to_ascii_lowercase().as_str())
}

fn certificates(report: &Report) -> impl Iterator<Item = &Certificate> {
    let chains = report.connections.iter().map(|it| &it.certificates);
    chains.flat_map(|it| it.server.iter().chain(&it.client))
}

/// What a report tells of names that stood in the capture.
fn names(report: &Report) -> Vec<&str> {
    let mut names = Vec::new();
    for attempt in &report.attempts {
        names.push(&attempt.name);
        names.extend(attempt.lookups.iter().map(|it| &it.name));
    }
    for connection in &report.connections {
        if let Some(tls) = &connection.tls {
            names.extend(tls.sni.iter().chain(&tls.alpn).chain(&tls.acceptable_cas));
        }
        for exchange in &connection.http {
            names.extend(exchange.target.iter().chain(&exchange.reason).chain(&exchange.method));
        }
    }
    for certificate in certificates(report) {
        let ends = [&certificate.subject, &certificate.issuer];
        names.extend(ends.into_iter().flatten().chain(&certificate.names));
    }
    let contents = &report.capture.contents;
    names.extend(contents.dns_names.iter().chain(&contents.server_names));
    names.into_iter().map(String::as_str).collect()
}
