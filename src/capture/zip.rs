//! zip archive → the bytes of its one file, read from front to back as a pipe allows.
//!
//! Each file of an archive has a header before its bytes (PKWARE APPNOTE.TXT section 4.3.7); the directory at the end is not
//! needed for one that is deflated, since deflate says itself where it ends (RFC 1951 section 3.2.3). The `zip` crate reads such
//! a stream too, but lends its files from the reader, which cannot be kept beside them here.

use std::fmt;
use std::io::{self, Read};

use flate2::bufread::DeflateDecoder;

use super::chunk::Chunk;

/// The longest name of a file that is looked at, in bytes.
const LONGEST_NAME: usize = 4096;

/// The signature before a file.
pub(super) const FILE: [u8; 4] = *b"PK\x03\x04";
/// The signatures of what may follow the last file: directory, its end, and what is signed or encrypted.
const DIRECTORY: [[u8; 4]; 3] = [*b"PK\x01\x02", *b"PK\x05\x06", *b"PK\x06\x08"];
/// The signature before lengths that stand behind a file (section 4.3.9).
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// The first file of an archive that is one.
pub(super) enum Archive<'a> {
    Deflated(Box<DeflateDecoder<Chunk<'a>>>),
    /// Stored as it is, with so many bytes to come.
    Stored(Chunk<'a>, u64),
    Ended,
}

/// Other files stand in the archive: kept as the error that ends the reading.
#[derive(Debug)]
pub(super) struct OtherFiles;

impl fmt::Display for OtherFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a zip archive with more than one file; unpack it and give the captures inside")
    }
}

impl std::error::Error for OtherFiles {}

/// The header before a file in an archive.
struct Header {
    flags: u16,
    method: u16,
    packed_len: u64,
    name: Vec<u8>,
}

impl Header {
    const ENCRYPTED: u16 = 1;
    /// The lengths follow the file.
    const STREAMED: u16 = 1 << 3;

    /// The header that the input stands at; goes past it. `None`: no file follows.
    fn read(input: &mut Chunk<'_>) -> io::Result<Option<Self>> {
        let head = input.fill(30);
        if head.get(..4).is_none_or(|signature| signature != FILE) {
            return Ok(None);
        }
        let Some(head) = head.first_chunk::<30>() else {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it ends inside a file's header",
            ));
        };
        let word = |at: usize| {
            head.get(at..)
                .and_then(<[u8]>::first_chunk::<2>)
                .map_or(0, |it| u16::from_le_bytes(*it))
        };
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at.saturating_add(2))) << 16;
        let (name_len, extra_len) = (usize::from(word(26)), u64::from(word(28)));
        let mut header = Self {
            flags: word(6),
            method: word(8),
            packed_len: long(18),
            name: Vec::new(),
        };
        input.consume(30);
        header.name = input
            .fill(name_len)
            .get(..name_len.min(LONGEST_NAME))
            .unwrap_or_default()
            .to_vec();
        input.skip((name_len as u64).saturating_add(extra_len));
        Ok(Some(header))
    }

    /// Folders, and what macOS puts beside each file.
    fn is_beside(&self) -> bool {
        let is_empty = self.packed_len == 0 && self.flags & Self::STREAMED == 0;
        self.name.starts_with(b"__MACOSX/") || (self.name.ends_with(b"/") && is_empty)
    }
}

impl<'a> Archive<'a> {
    /// Goes to the archive's first file.
    ///
    /// # Errors
    /// When there is none, or it is packed in a way that is not read.
    pub(super) fn open(mut input: Chunk<'a>) -> io::Result<Self> {
        loop {
            let Some(header) = Header::read(&mut input)? else {
                return Err(unsupported("a zip archive with no file in it"));
            };
            if header.flags & Header::ENCRYPTED != 0 {
                return Err(unsupported(
                    "an encrypted zip archive; unpack it and give the capture inside",
                ));
            }
            if header.is_beside() && header.flags & Header::STREAMED == 0 {
                input.skip(header.packed_len);
                continue;
            }
            return match header.method {
                0 if header.flags & Header::STREAMED == 0 => Ok(Self::Stored(input, header.packed_len)),
                8 => Ok(Self::Deflated(Box::new(DeflateDecoder::new(input)))),
                _ => Err(unsupported(
                    "a zip archive packed in a way that is not read; unpack it and give the capture inside",
                )),
            };
        }
    }
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}

/// Looks at what follows the file: the directory, or another file that is none of [`Header::is_beside`].
fn finish(input: &mut Chunk<'_>) -> io::Result<()> {
    loop {
        // Signature, checksum and two lengths, of 4 bytes each or of 8 (Zip64).
        if input.fill(4).starts_with(&DESCRIPTOR) {
            let head = input.fill(28);
            let is_signature = |at: usize| head.get(at..).and_then(<[u8]>::first_chunk::<4>).is_some_and(is_known);
            let len = if is_signature(24) && !is_signature(16) { 24 } else { 16 };
            input.skip(len);
        }
        let Some(header) = Header::read(input)? else { break };
        if !header.is_beside() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, OtherFiles));
        }
        if header.flags & Header::STREAMED != 0 {
            let mut decoder = DeflateDecoder::new(&mut *input);
            io::copy(&mut decoder, &mut io::sink())?;
        } else {
            input.skip(header.packed_len);
        }
    }
    if input
        .fill(4)
        .first_chunk::<4>()
        .is_some_and(|it| DIRECTORY.contains(it))
    {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "it ends before its directory",
    ))
}

fn is_known(signature: &[u8; 4]) -> bool {
    *signature == FILE || DIRECTORY.contains(signature)
}

impl Read for Archive<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = match self {
            Self::Deflated(decoder) => decoder.read(out)?,
            Self::Stored(input, left) => {
                let room = usize::try_from(*left).unwrap_or(usize::MAX).min(out.len());
                let len = input.read(out.get_mut(..room).unwrap_or_default())?;
                *left = left.saturating_sub(len as u64);
                if len == 0 && *left > 0 && room > 0 {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends inside a file"));
                }
                len
            }
            Self::Ended => 0,
        };
        if len > 0 || out.is_empty() {
            return Ok(len);
        }
        match std::mem::replace(self, Self::Ended) {
            Self::Deflated(decoder) => finish(&mut decoder.into_inner())?,
            Self::Stored(mut input, _) => finish(&mut input)?,
            Self::Ended => {}
        }
        Ok(0)
    }
}
