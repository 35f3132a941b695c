//! Report, capture → slice: the frames that matter, annotated, as a separate capture.
//!
//! The explanation is in comments that Wireshark shows: the verdict at the section, what a frame proves at the frame.
//! Each frame's `epb_packetid` is its number in the capture, and the section's [`Note`] holds what a verdict needs in
//! addition to frames. A slice with another verdict than its capture is worthless, so the writer judges it again and
//! keeps more until the slice supports everything in the report ([`holds`]); if everything is kept, equal verdicts are
//! enough ([`same_verdicts`]).
//!
//! A slice is cut in three passes: judge, choose, copy. It is then judged itself, and more is kept (attempts, then all
//! of their hosts, then everything) until the verdicts agree: proof of visibility needs no list of its own. The note is
//! JSON in section comments after `tlswalk-slice/1 n/m`, because private blocks get frame numbers in Wireshark and are
//! lost in mergecap; the note restores what cutting removed (times, drops, how the file ended). Frame numbers of the
//! capture are `epb_packetid`s.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::ops::ControlFlow;

use crate::analysis::analyzer::Analyzer;
use crate::attempt;
use crate::base::frame::{Frame, FrameNumber};
use crate::base::phrase::{Language, Phrase, phrase};
use crate::capture::note::Note;
use crate::capture::{Block, CaptureError, CaptureFacts, Described, Item, read_annotated, read_frames};
use crate::handoff::verify;
use crate::profile::options::Options;
use crate::report::Report;
use crate::report::text::visible;

pub mod choice;
pub mod writer;

pub use choice::{Breadth, Choice, cited};
use writer::{COMMENT, PACKET_ID, Packet, Writer};

/// Comments of the capture's sections that are kept.
const MOST_COMMENTS: usize = 64;

/// The longest comment that is kept or written: a reader shows a few lines.
const LONGEST_COMMENT: usize = 4096;

/// Names given to addresses.
const MOST_NAMES: usize = 256;

/// A capture that was judged, ready to be cut.
#[derive(Debug)]
pub struct Judged {
    /// The report on it.
    pub report: Report,
    /// The file.
    pub facts: CaptureFacts,
    /// Comments on its sections.
    pub comments: Vec<String>,
}

/// Judges a capture, as a first step of cutting it.
///
/// # Errors
/// If the input is not a capture, or reading it fails.
pub fn judge(input: impl Read, file: &str, options: &Options) -> Result<Judged, CaptureError> {
    judge_and_look(input, file, options, |_| ())
}

/// The same, and passes the attempts to a callback.
pub(crate) fn judge_and_look(
    input: impl Read,
    file: &str,
    options: &Options,
    look: impl FnOnce(&[attempt::Attempt<'_>]),
) -> Result<Judged, CaptureError> {
    let mut analyzer = Analyzer::new(options);
    let mut comments = Vec::new();
    let facts = read_annotated(input, |item| {
        match item {
            Item::Block(Block::Comment(comment)) if comments.len() < MOST_COMMENTS => {
                let kept = comment.get(..LONGEST_COMMENT).unwrap_or(&comment);
                comments.push(String::from_utf8_lossy(kept).into_owned());
            }
            Item::Block(_) => {}
            Item::Frame(frame, _) => analyzer.push(frame),
        }
        ControlFlow::Continue(())
    })?;
    let report = analyzer.finish_with(file, &facts, |judged| look(judged.attempts));
    Ok(Judged {
        report,
        facts,
        comments,
    })
}

/// The frames that are kept, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// All.
    All,
    /// These.
    These(BTreeSet<u64>),
}

/// The reason why there is no slice.
#[derive(Debug, thiserror::Error)]
pub enum SliceError {
    /// The capture cannot be read a second time.
    #[error(transparent)]
    Read(#[from] CaptureError),
    /// The slice cannot be written.
    #[error("{0}")]
    Write(#[source] io::Error),
}

/// Options of a slice.
#[derive(Debug)]
pub struct Wish<'a> {
    /// Frames to keep.
    pub kept: &'a Kept,
    /// The note about the capture, without the number of frames kept.
    pub note: Note,
    /// The language of its comments.
    pub language: Language,
    /// The capture's name in the first comment.
    pub name: &'a str,
}

/// Chooses the frames of a slice: reads the capture a second time. The report describes frames as `rewrite` makes them.
///
/// # Errors
/// If the capture cannot be read any more.
pub fn choose(
    input: impl Read,
    report: &Report,
    breadth: Breadth,
    mut rewrite: impl FnMut(&Frame<'_>) -> Option<Vec<u8>>,
) -> Result<Kept, CaptureError> {
    if breadth == Breadth::Whole {
        return Ok(Kept::All);
    }
    let mut choice = Choice::new(report, breadth);
    let mut kept = BTreeSet::new();
    read_frames(input, |frame| {
        let changed = rewrite(frame);
        let data = changed.as_deref().unwrap_or(frame.data);
        if choice.wants(&Frame { data, ..*frame }) {
            kept.insert(frame.number.0);
        }
        ControlFlow::Continue(())
    })?;
    Ok(Kept::These(kept))
}

/// Cuts a capture: reads it a third time, and writes what is kept. `rewrite` may change the bytes of a frame.
///
/// # Errors
/// If the input cannot be read any more, or `out` cannot be written.
#[allow(
    clippy::too_many_lines,
    reason = "one callback for each kind of item, which share the writer"
)]
pub fn cut<W: Write>(
    input: impl Read,
    out: W,
    judged: &Judged,
    wish: &Wish<'_>,
    mut rewrite: impl FnMut(&Frame<'_>) -> Option<Vec<u8>>,
) -> Result<W, SliceError> {
    let report = &judged.report;
    let is_slice = judged.facts.slice.is_some();
    let redacted = wish.note.redacted;
    let marks = frame_comments(report, wish);
    let mut writer = Writer::begin(out, &section_comments(judged, wish)).map_err(SliceError::Write)?;
    let mut interfaces: Vec<Described> = Vec::new();
    let mut failure = None;
    read_annotated(input, |item| {
        let written = match item {
            Item::Block(Block::Comment(_)) => Ok(()),
            Item::Block(Block::Interface(mut described)) => {
                if redacted {
                    described.texts.clear();
                }
                let written = writer.interface(&described);
                interfaces.push(described);
                written
            }
            Item::Block(Block::Statistics {
                interface,
                ticks,
                mut counts,
            }) => {
                if redacted {
                    // Counts of packets; a number that no capture reaches is dropped.
                    counts.retain(|(code, count)| matches!(code, 4..=8) && count >> 40 == 0);
                }
                if (interface as usize) < interfaces.len() {
                    writer.statistics(interface, ticks, &counts)
                } else {
                    Ok(())
                }
            }
            Item::Frame(frame, extras) => {
                if !wish.kept.has(frame.number.0) {
                    return ControlFlow::Continue(());
                }
                let number = extras.packet_id().filter(|_| is_slice).unwrap_or(frame.number.0);
                let mut options = kept_options(&extras.options, redacted, is_slice);
                for mark in marks.get(&frame.number.0).into_iter().flatten() {
                    let said = mark.clone().with("frame", number).in_language(wish.language);
                    options.push((COMMENT, [OWN, said.as_bytes()].concat()));
                }
                options.push((PACKET_ID, number.to_le_bytes().to_vec()));
                let changed = rewrite(frame);
                writer.packet(&Packet {
                    interface: frame.interface,
                    ticks: extras.ticks.unwrap_or_else(|| ticks(frame, &interfaces)),
                    wire_len: frame.wire_len,
                    data: changed.as_deref().unwrap_or(frame.data),
                    options: &options,
                })
            }
        };
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failure {
        return Err(SliceError::Write(error));
    }
    writer.names(&names(report)).map_err(SliceError::Write)?;
    writer.finish().map_err(SliceError::Write)
}

/// A packet's options in the slice: without the comments of an earlier slice, which are written again, and in a
/// redacted slice without options that may hold anything.
fn kept_options(options: &[(u16, Cow<'_, [u8]>)], redacted: bool, is_slice: bool) -> Vec<(u16, Vec<u8>)> {
    let is_kept = |(code, value): &&(u16, Cow<'_, [u8]>)| match *code {
        PACKET_ID => false,
        COMMENT => !(redacted || is_slice && value.starts_with(OWN)),
        // With another length it is no such option, and may hold anything.
        code => !redacted || (code == FLAGS && value.len() == 4),
    };
    let kept = options.iter().filter(is_kept);
    kept.map(|(code, value)| match (redacted, value.as_ref()) {
        // Only the bits with a meaning (section 4.3 of the format): direction, way of reception, length of the
        // checksum, errors of the link.
        (true, [b0, b1, _, b3]) => (*code, vec![*b0, b1 & 1, 0, *b3]),
        _ => (*code, value.to_vec()),
    })
    .collect()
}

/// Prefix of our comments on frames.
const OWN: &[u8] = b"tlswalk: ";

/// `epb_flags`: direction and the like.
const FLAGS: u16 = 2;

impl Kept {
    /// True if a frame is kept.
    #[must_use]
    pub fn has(&self, number: u64) -> bool {
        match self {
            Self::All => true,
            Self::These(numbers) => numbers.contains(&number),
        }
    }

    /// The numbers of the kept frames, in order; none if all are kept.
    fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        let these = match self {
            Self::All => None,
            Self::These(numbers) => Some(numbers),
        };
        these.into_iter().flatten().copied()
    }

    /// The number of kept frames, of so many. That is not the number of the last one: a printed capture may leave numbers out.
    #[must_use]
    pub fn count(&self, frames: u64) -> u64 {
        match self {
            Self::All => frames,
            Self::These(numbers) => numbers.len() as u64,
        }
    }

    /// The number of kept frames up to this one.
    fn up_to(&self, number: u64) -> u64 {
        match self {
            Self::All => number,
            Self::These(numbers) => numbers.range(..=number).count() as u64,
        }
    }
}

/// True if two reports have the same verdicts: the overall one, and each attempt's.
#[must_use]
pub fn same_verdicts(one: &Report, other: &Report) -> bool {
    let said = |report: &Report| {
        let attempts = report.attempts.iter().map(|attempt| {
            let verdict = &attempt.verdict;
            (verdict.id, verdict.confidence, verdict.by, verdict.at)
        });
        (report.verdict.id, attempts.collect::<Vec<_>>())
    };
    said(one) == said(other)
}

/// True if a slice supports its capture's report: judged again, under the frame numbers of the capture, each claim of
/// the report holds whose frames were kept, and no verdict rests on more.
///
/// # Errors
/// If the slice cannot be read.
pub fn holds(judged: &Judged, kept: &Kept, slice: impl Read, options: &Options) -> Result<bool, CaptureError> {
    let report = &judged.report;
    let mut analyzer = Analyzer::new(options);
    let mut numbers = kept.numbers();
    let is_slice_of_slice = judged.facts.slice.is_some();
    let mut facts = read_annotated(slice, |item| {
        if let Item::Frame(frame, extras) = item {
            // Where all are kept, each has its number with it; that of a slice's frame is its capture's.
            let number = match numbers.next() {
                Some(number) => Some(number),
                None => extras.packet_id().filter(|_| !is_slice_of_slice),
            };
            let number = number.map_or(frame.number, FrameNumber);
            analyzer.push(&Frame { number, ..*frame });
        }
        ControlFlow::Continue(())
    })?;
    if let Some(note) = &mut facts.slice {
        let of_capture = Note::of(&judged.facts);
        (note.end, note.damage) = (of_capture.end, of_capture.damage);
    }
    let again = analyzer.finish(&report.capture.file, &facts);
    let frames = judged.facts.frames;
    let present = verify::Present::InSlice(kept.clone());
    Ok(same_evidence(report, &again)
        && verify::compare(report, &again, (frames, &present), options.language).exit_code() == 0)
}

/// True if the verdicts of two reports also rest on the same amount of evidence.
fn same_evidence(one: &Report, other: &Report) -> bool {
    let count = |report: &Report| {
        let attempts = report.attempts.iter().map(|it| it.verdict.evidence.len());
        attempts.collect::<Vec<_>>()
    };
    same_verdicts(one, other) && count(one) == count(other)
}

/// A frame's time in ticks of a pcap file's clock; a pcapng packet without a time gets none.
fn ticks(frame: &Frame<'_>, interfaces: &[Described]) -> u64 {
    let nanoseconds = u64::try_from(frame.time.0).unwrap_or_default();
    match interfaces.get(frame.interface as usize).map(|it| it.resolution) {
        Some(9) => nanoseconds,
        _ => nanoseconds / 1_000,
    }
}

/// The explanation, the note, and the comments of the capture's own sections.
fn section_comments(judged: &Judged, wish: &Wish<'_>) -> Vec<String> {
    let report = &judged.report;
    let mut note = wish.note.clone();
    note.kept = wish.kept.count(note.frames);
    // The cut capture may be a slice itself: the kept frames have its numbers.
    if let Some(cut) = &mut note.end {
        cut.after = wish.kept.up_to(cut.after);
    }
    for hole in &mut note.damage {
        hole.after = wish.kept.up_to(hole.after);
    }
    let mut story = vec![
        phrase("slice-section")
            .with("verdict", report.verdict.summary.as_str())
            .with("id", report.verdict.id.name())
            .with("version", note.version.as_str())
            .with("name", visible(wish.name))
            .with("kept", note.kept)
            .with("frames", note.frames)
            .in_language(wish.language),
        phrase(if note.redacted {
            "slice-hash-keyed"
        } else {
            "slice-hash"
        })
        .with("sha256", note.sha256.as_str())
        .in_language(wish.language),
    ];
    if !note.options.is_empty() {
        let options = phrase("slice-options").with("options", note.options.join(" "));
        story.push(options.in_language(wish.language));
    }
    let mut comments = vec![shortened(&story.join("\n"))];
    comments.extend(note.comments());
    if !note.redacted {
        comments.extend(judged.comments.iter().filter(|it| !it.starts_with(SECTION)).cloned());
    }
    if let Some(first) = comments.first_mut() {
        first.insert_str(0, SECTION);
    }
    comments
}

/// Prefix of our comment on the section.
const SECTION: &str = "tlswalk slice: ";

/// Claims by the frames that they cite.
fn frame_comments(report: &Report, wish: &Wish<'_>) -> BTreeMap<u64, Vec<Phrase>> {
    let mut comments: BTreeMap<u64, Vec<Phrase>> = BTreeMap::new();
    for (frame, what, finding, attempt) in cited(report) {
        let said = phrase("slice-frame")
            .with("name", visible(wish.name))
            .with("what", shortened(what))
            .with("finding", finding)
            .with("attempt", attempt);
        let of_frame = comments.entry(frame).or_default();
        if !of_frame.contains(&said) && of_frame.len() < 16 {
            of_frame.push(said);
        }
    }
    comments
}

/// The names that DNS gave the addresses.
fn names(report: &Report) -> Vec<(IpAddr, String)> {
    let lookups = report.attempts.iter().flat_map(|attempt| &attempt.lookups);
    let mut names: Vec<(IpAddr, String)> = Vec::new();
    for lookup in lookups {
        for address in lookup.addresses.iter().filter_map(|it| it.parse().ok()) {
            let name = (address, lookup.name.clone());
            if !names.contains(&name) && names.len() < MOST_NAMES {
                names.push(name);
            }
        }
    }
    names
}

/// Cut to the length that a reader shows.
fn shortened(text: &str) -> String {
    let mut at = text.len().min(LONGEST_COMMENT);
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    text.get(..at).unwrap_or_default().to_owned()
}
