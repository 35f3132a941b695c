//! Bytes as what people write: a device's text, the claims of a ticket, a profile, a key log.

use std::sync::OnceLock;

use super::options;
use tlswalk::base::phrase::Language;
use tlswalk::handoff::check::check;
use tlswalk::profile::Profile;
use tlswalk::report::Report;
use tlswalk::report::text::TextStyle;
use tlswalk::{KeyLog, Options};

/// A capture that has a verdict, and needs little time.
pub const SAMPLE: &[u8] = include_bytes!("../../samples/client-certificate-self-signed-expired.pcap");

/// Bytes as a device's text, alone and beside a capture.
pub fn device(data: &[u8]) {
    let options = Options {
        logs: vec![tlswalk::device::read("fuzz.log", data)],
        ..Options::everything().unwrap()
    };
    drop(tlswalk::report::report_on_logs(&options));
    drop(tlswalk::analyze(SAMPLE, "sample", &options));
}

/// Bytes as claims about a capture: each is counted once, cites frames that are there, and drives no terminal.
pub fn claims(data: &[u8]) {
    static REPORTS: OnceLock<[Report; 2]> = OnceLock::new();
    let reports = REPORTS
        .get_or_init(|| Language::ALL.map(|language| tlswalk::analyze(SAMPLE, "sample", options(language)).unwrap()));
    let Ok(text) = std::str::from_utf8(data) else { return };
    for report in reports {
        let said = check(text, report);
        let counts = said.counts;
        assert_eq!(counts.holds + counts.fails + counts.open, said.claims.len() as u64);
        let mut page = Vec::new();
        said.write_text("a ticket", &mut page, &TextStyle::default()).unwrap();
        let page = String::from_utf8(page).unwrap();
        let drives = |it: char| it.is_control() && !matches!(it, '\n' | '\r' | '\t');
        assert!(!page.contains(drives), "a control character in {page:?}");
        let frames = said.claims.iter().flat_map(|it| &it.frames);
        assert!(frames.copied().all(|it| it <= report.capture.frames));
    }
}

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
