//! section comments → Note: what a slice says of the capture it was cut from.
//!
//! A slice lacks most frames, and with them facts that a verdict needs: until when the capture went on, how it ended, what
//! was dropped. They travel in a comment of the pcapng section, as JSON behind [`MARK`], because comments survive
//! Wireshark and mergecap, where blocks and options of private kinds do not. Frame numbers of the capture are each frame's
//! `epb_packetid`.

use serde::{Deserialize, Serialize};

use crate::base::frame::{Anomaly, AnomalyKind, FrameNumber, Timestamp};
use crate::base::phrase::Phrase;
use crate::base::wire_text::is_unsafe;
use crate::capture::{CaptureFacts, Damage, End};

/// The beginning of a comment that holds a piece of a note; then `1/2 ` and the first half of the JSON text.
pub const MARK: &str = "tlswalk-slice/1 ";

/// The longest note read. Ours have one or two KiB; certificates' facts add some hundred bytes each.
const MOST: usize = 1 << 20;

/// Objects and lists within one another. Ours have up to 16; a text in a text takes four, and one that says a value twice makes
/// what is in it twice as long: forty of them would be a terabyte.
const DEEPEST: usize = 20;

/// The longest piece: an option holds 65,535 bytes.
const PIECE: usize = 60_000;

/// The note that a slice carries about the capture it was cut from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The version of tlswalk that cut it.
    pub version: String,
    /// SHA-256 of the capture's file, or, of a redacted slice, a keyed hash of that.
    pub sha256: String,
    /// Identifiers were replaced.
    #[serde(default)]
    pub redacted: bool,
    /// Frames of the capture.
    pub frames: u64,
    /// Frames of it that are here.
    pub kept: u64,
    /// Nanoseconds since 1970 of its earliest frame.
    pub first: Option<i64>,
    /// Time of its latest frame.
    pub last: Option<i64>,
    /// Packets dropped while it was captured.
    pub drops: Option<u64>,
    /// The cut, if the capture was cut short.
    pub end: Option<Cut>,
    /// Places in its middle where records were lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damage: Vec<Hole>,
    /// An oddity of its clock.
    pub clock: Option<Phrase>,
    /// How far its clock went back, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_back: Option<i64>,
    /// Times of the last frames before pauses of a day or more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<i64>,
    /// Options of the command line that it was judged with, where they name hosts.
    #[serde(default)]
    pub options: Vec<String>,
    /// Judgements on chains from before their bytes were replaced, as JSON: `capture` knows nothing of certificates, and
    /// `attempt::attested` reads it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chains: Vec<serde_json::Value>,
}

/// A place in the middle of a capture where records were lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// Where in the capture's file.
    pub offset: u64,
    /// Bytes from there to the next record.
    pub lost: u64,
    /// The last frame before it, by its number in the slice.
    pub after: u64,
    /// The same by its number in the capture.
    pub after_of_capture: u64,
}

/// The cut of a capture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The last whole frame, by its number in the slice.
    pub after: u64,
    /// The same by its number in the capture.
    pub after_of_capture: u64,
    /// Where in the capture's file.
    pub offset: u64,
    /// Bytes lost.
    pub lost: u64,
    /// A description of what was found there, as a clause.
    pub detail: Phrase,
    /// It merely ends early.
    pub is_cut: bool,
}

impl Note {
    /// A note of these facts; the caller adds hash, counts of the slice and chains.
    #[must_use]
    pub fn of(facts: &CaptureFacts) -> Self {
        // A slice of a slice speaks of the first capture.
        if let Some(note) = &facts.slice {
            return (**note).clone();
        }
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            frames: facts.frames,
            first: facts.first.map(|time| time.0),
            last: facts.last.map(|time| time.0),
            drops: facts.drops,
            end: match &facts.end {
                End::Complete => None,
                End::Truncated {
                    after,
                    offset,
                    lost,
                    detail,
                    is_cut,
                } => Some(Cut {
                    after: after.0,
                    after_of_capture: after.0,
                    offset: *offset,
                    lost: *lost,
                    detail: detail.clone(),
                    is_cut: *is_cut,
                }),
            },
            damage: facts
                .damage
                .iter()
                .map(|it| Hole {
                    offset: it.offset,
                    lost: it.lost,
                    after: it.after.0,
                    after_of_capture: it.after.0,
                })
                .collect(),
            clock: facts
                .anomalies
                .iter()
                .find(|it| it.kind == AnomalyKind::TimeGoesBack)
                .map(|it| it.detail.clone()),
            step_back: Some(facts.step_back).filter(|step| *step > 0),
            pauses: facts.pauses.iter().map(|time| time.0).collect(),
            ..Self::default()
        }
    }

    /// The facts of the slice's file, with those of the capture in place of what cutting took away.
    #[must_use]
    pub fn restore(&self, facts: &CaptureFacts) -> CaptureFacts {
        let mut facts = facts.clone();
        facts.first = self.first.map(Timestamp).into_iter().chain(facts.first).min();
        facts.last = self.last.map(Timestamp).into_iter().chain(facts.last).max();
        facts.drops = facts.drops.max(self.drops);
        if let (Some(cut), End::Complete) = (&self.end, &facts.end) {
            facts.end = End::Truncated {
                after: FrameNumber(cut.after),
                offset: cut.offset,
                lost: cut.lost,
                detail: cut.detail.clone(),
                is_cut: cut.is_cut,
            };
        }
        if facts.damage.is_empty() {
            facts.damage.extend(self.damage.iter().map(|it| Damage {
                offset: it.offset,
                lost: it.lost,
                after: FrameNumber(it.after),
            }));
        }
        // Frames that were left out make no pause.
        facts.pauses = self.pauses.iter().copied().map(Timestamp).collect();
        if self.clock.is_some() {
            facts.step_back = self.step_back.unwrap_or(i64::MAX);
        }
        if let Some(detail) = &self.clock
            && !facts.anomalies.iter().any(|it| it.kind == AnomalyKind::TimeGoesBack)
        {
            facts.anomalies.push(Anomaly {
                kind: AnomalyKind::TimeGoesBack,
                frame: FrameNumber(0),
                detail: detail.clone(),
            });
        }
        facts
    }

    /// The comments that hold it.
    #[must_use]
    pub fn comments(&self) -> Vec<String> {
        // These types have no map with other keys than strings, which is all that could fail.
        let text = escaped(&serde_json::to_string(self).unwrap_or_default());
        let mut pieces: Vec<&str> = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let mut at = rest.len().min(PIECE);
            while !rest.is_char_boundary(at) {
                at = at.saturating_sub(1);
            }
            let (piece, behind) = rest.split_at(at);
            pieces.push(piece);
            rest = behind;
        }
        let count = pieces.len();
        pieces
            .iter()
            .enumerate()
            .map(|(at, piece)| format!("{MARK}{}/{count} {piece}", at.saturating_add(1)))
            .collect()
    }
}

/// Puts a note together from section comments.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoteReader {
    text: String,
}

impl NoteReader {
    /// Takes a comment; whether it belongs to a note.
    pub(crate) fn comment(&mut self, comment: &[u8]) -> bool {
        let Some(rest) = std::str::from_utf8(comment).ok().and_then(|it| it.strip_prefix(MARK)) else {
            return false;
        };
        let Some((number, piece)) = rest.split_once(' ') else {
            return false;
        };
        // Where slices were merged, the last note counts.
        if number.starts_with("1/") {
            self.text.clear();
        }
        if self.text.len().saturating_add(piece.len()) <= MOST {
            self.text.push_str(piece);
        }
        true
    }

    /// True if there is any.
    pub(crate) const fn is_some(&self) -> bool {
        !self.text.is_empty()
    }

    /// The note, if there is a whole one.
    pub(crate) fn finish(&self) -> Option<Note> {
        if depth(&self.text) > DEEPEST {
            return None;
        }
        serde_json::from_str(&self.text).ok()
    }
}

/// The depth of nested objects and lists in a JSON text.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// JSON without characters that could hide text: names of files are in it, and Wireshark shows comments. Such characters
/// stand in strings only.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::phrase::phrase;

    #[test]
    fn issue_17_7_a_note_of_texts_within_texts_is_none() {
        let read = |levels: usize| {
            let twice = |inner: Phrase| phrase("tls-no-response-summary-late").with("who", inner);
            let note = Note {
                clock: Some((0..levels).fold(Phrase::verbatim("{[\\\"[{"), |inner, _| twice(inner))),
                ..Note::default()
            };
            let mut reader = NoteReader::default();
            note.comments().iter().for_each(|it| {
                reader.comment(it.as_bytes());
            });
            (reader.finish(), note)
        };
        for levels in 0..4 {
            let (found, note) = read(levels);
            assert_eq!(found, Some(note));
        }
        for levels in [6, 28, 40, 200] {
            assert_eq!(read(levels).0, None);
        }
    }

    #[test]
    fn a_note_survives_its_comments_whatever_its_length() {
        for len in [0, 10, PIECE, 3 * PIECE] {
            let note = Note {
                sha256: "ü".repeat(len),
                ..Note::default()
            };
            let mut reader = NoteReader::default();
            for comment in note.comments() {
                assert!(comment.len() <= 65_535 && reader.comment(comment.as_bytes()));
            }
            assert_eq!(reader.finish(), Some(note));
        }
    }

    #[test]
    fn a_slice_knows_the_pauses_and_the_clock_of_its_capture() {
        let facts = CaptureFacts {
            pauses: vec![Timestamp(5)],
            step_back: 7,
            anomalies: vec![Anomaly {
                kind: AnomalyKind::TimeGoesBack,
                frame: FrameNumber(3),
                detail: Phrase::verbatim("by 7 ns"),
            }],
            ..CaptureFacts::default()
        };
        // Frames that were left out make a pause that is none.
        let slice = CaptureFacts {
            pauses: vec![Timestamp(99)],
            ..CaptureFacts::default()
        };
        let restored = Note::of(&facts).restore(&slice);
        assert_eq!((restored.pauses, restored.step_back), (vec![Timestamp(5)], 7));
        // A note from before there was such a number.
        let old = Note {
            step_back: None,
            ..Note::of(&facts)
        };
        assert_eq!(old.restore(&slice).step_back, i64::MAX);
    }

    #[test]
    fn other_comments_are_no_note_and_a_damaged_one_is_none() {
        let mut reader = NoteReader::default();
        assert!(!reader.comment(b"a comment") && !reader.comment(b"\xff"));
        assert!(reader.comment(b"tlswalk-slice/1 1/1 {"));
        assert_eq!(reader.finish(), None);
    }
}
