//! bytes → Frame: pcap, pcapng and compressed captures, from anything that can be read.

use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::frame::{Anomaly, Frame, FrameNumber, LinkType, Timestamp};
use crate::wire_text::WireText;

/// What is known of a capture file beside its packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureFacts {
    /// `pcap` or `pcapng`.
    pub format: &'static str,
    /// `gzip`, `zstd` or `lz4` when the file was compressed.
    pub compression: Option<&'static str>,
    /// Link types of its interfaces that carried frames, in order of appearance.
    pub link_types: Vec<LinkType>,
    /// Number of frames read.
    pub frames: u64,
    /// Bytes of the (decompressed) capture file read.
    pub bytes: u64,
    /// Time of the earliest frame.
    pub first: Option<Timestamp>,
    /// Time of the latest frame.
    pub last: Option<Timestamp>,
    /// The largest snap length declared, when it is small enough to cut packets; frames cut are counted by the analyzer.
    pub snap_length: Option<u32>,
    /// Packets that the capturing system says it dropped (interface statistics, per-packet drop counts); `None`: not told.
    pub drops: Option<u64>,
    /// Operating system, hardware and application named in the section header, for recognising what captured.
    pub origin: Option<WireText>,
    /// How the file ends.
    pub end: End,
    /// Oddities of the file: a clock that runs backwards, blocks skipped, an undeclared interface …
    pub anomalies: Vec<Anomaly>,
}

/// How a capture file ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// At the border of a record.
    #[default]
    Complete,
    /// Inside a record, or at bytes that are none: everything before was read.
    Truncated {
        /// The last frame read.
        after: FrameNumber,
        /// Offset in the (decompressed) file at which reading stopped.
        offset: u64,
        /// Bytes from there to the end of the file that were not read as frames, as far as they could be counted.
        lost: u64,
        /// What was found there, as a clause.
        detail: String,
    },
}

/// Why a capture could not be read at all. What is merely damaged is read up to the damage and is no error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// Nothing in it.
    #[error("the file is empty; export the capture again (monitor capture <name> export …)")]
    Empty,
    /// Not a capture.
    #[error("not a capture file: {looks_like}")]
    NotACapture {
        /// What it looks like, and what to export instead.
        looks_like: String,
    },
    /// A capture format that is not read.
    #[error("{0}")]
    Unsupported(String),
    /// The file ends inside the header, before any frame.
    #[error("the file ends after {0} bytes, inside its header; export the capture again")]
    HeaderCut(u64),
    /// The operating system, or a decompressor at the very beginning, refused to read.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
}

/// Reads a whole capture and hands each frame to `on_frame`, until it breaks.
///
/// # Errors
/// When the input is no capture, or reading fails before the first frame.
pub fn read_frames(
    _input: impl Read,
    _on_frame: impl FnMut(&Frame<'_>) -> ControlFlow<()>,
) -> Result<CaptureFacts, CaptureError> {
    Err(CaptureError::Empty)
}
