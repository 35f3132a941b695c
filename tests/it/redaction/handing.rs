//! frames → capture → what is handed on of it.
#![allow(dead_code, unreachable_pub, reason = "a module of two tests has no one interface")]

use std::ops::ControlFlow;

use tlswalk::base::frame::Frame;
use tlswalk::base::phrase::Language;
use tlswalk::capture::read_frames;
use tlswalk::handoff::redact::{Certificates, Redactor};
use tlswalk::handoff::slice::{Judged, Kept, Wish, cut};
use tlswalk::report::text::{TextStyle, Verbosity, write_text};
use tlswalk::report::{html, json};
use tlswalk::{Analyzer, Options};

/// What is handed on of a capture: the whole slice, and the report in JSON, as a page and as text.
pub struct Told {
    pub slice: Vec<u8>,
    pub report: Vec<u8>,
    pub page: Vec<u8>,
    pub text: Vec<u8>,
    pub redactor: Redactor,
}

/// As the command does it; `None` for what is no capture.
pub fn redacted(bytes: &[u8]) -> Option<Told> {
    let options = Options::everything().unwrap();
    let (mut redactor, judged) =
        Redactor::prepare(bytes, bytes, "capture", &options, &[7; 32], Certificates::Replaced).ok()?;
    let options = redactor.options(options);
    let note = redactor.note(&judged, &[7; 32], Vec::new());
    let mut analyzer = Analyzer::new(&options);
    let facts = read_frames(bytes, |frame| {
        let data = redactor.frame(frame);
        analyzer.push(&Frame { data: &data, ..*frame });
        ControlFlow::Continue(())
    });
    let mut facts = Redactor::facts(&facts.unwrap());
    redactor.rewind();
    facts.slice = Some(Box::new(note.clone()));
    let judged = Judged {
        report: analyzer.finish("redacted capture", &facts),
        facts: Redactor::facts(&judged.facts),
        ..judged
    };
    let wish = Wish {
        kept: &Kept::All,
        note,
        language: Language::En,
        name: "redacted capture",
    };
    let slice = cut(bytes, Vec::new(), &judged, &wish, |frame| Some(redactor.frame(frame))).unwrap();
    redactor.rewind();
    let mut report = Vec::new();
    json::write_pretty(&judged.report, &mut report).unwrap();
    let (mut page, mut text) = (Vec::new(), Vec::new());
    html::write_html(std::slice::from_ref(&judged.report), &[], &mut page).unwrap();
    let loud = TextStyle {
        verbosity: Verbosity::Verbose,
        ..TextStyle::default()
    };
    write_text(&judged.report, &mut text, &loud).unwrap();
    Some(Told {
        slice,
        report,
        page,
        text,
        redactor,
    })
}

pub fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut file = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]);
    for (at, frame) in frames.iter().enumerate() {
        let len = (frame.len() as u32).to_le_bytes();
        file.extend([1_700_000_000_u32.to_le_bytes(), (at as u32).to_le_bytes(), len, len].concat());
        file.extend(frame);
    }
    file
}
