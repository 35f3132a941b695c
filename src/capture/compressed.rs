//! compressed bytes → bytes: gzip, zstd, lz4, xz, bzip2 and a zip archive of one file, recognised by content and decompressed
//! as they are read.
//!
//! Each is bounded by its format's window, so a bomb costs time and no memory. Several members or frames, one behind the
//! other, are one file (RFC 1952 §2.2, RFC 8878 §3.1), as rotating and appending tools write them.

use std::fmt;
use std::io::{self, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lz4_flex::frame::FrameDecoder;
use lzma_rust2::XzReader;
use zstd::stream::read::Decoder as ZstdDecoder;

use super::CaptureError;
use super::chunk::Chunk;
use super::zip::{self, Archive};

/// The largest zstd window accepted, as a power of two: 128 MiB, the most that zstd itself decompresses unasked and that
/// any of its levels but `--long=28` and above writes.
const ZSTD_WINDOW_LOG: u32 = 27;

/// The most memory that a block of xz may ask for, in KiB: `xz -9` takes 65 MiB to decompress; a header may claim 4 GiB.
const XZ_MEMORY: u32 = 128 * 1024;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const XZ: [u8; 6] = [0xfd, b'7', b'z', b'X', b'Z', 0];
const ZSTD: u32 = 0xfd2f_b528;
const LZ4: u32 = 0x184d_2204;
const LZ4_LEGACY: u32 = 0x184c_2102;
/// Frames of user data, the same in zstd and lz4 (RFC 8878 §3.1.2); parallel zstd and BGZF-like tools begin with one.
const SKIPPABLE: std::ops::RangeInclusive<u32> = 0x184d_2a50..=0x184d_2a5f;

/// Puts the right decompressor before a compressed input and names it; leaves any other as it is.
pub(super) fn open(mut input: Chunk<'_>) -> Result<(Chunk<'_>, Option<&'static str>), CaptureError> {
    skip_user_data(&mut input);
    let Some(kind) = Kind::of(input.fill(LONGEST_MAGIC)) else {
        return Ok((input, None));
    };
    let member = kind.decode(input).map_err(refused)?;
    let members = Members {
        kind,
        member: Some(member),
    };
    let opened = Chunk::new(members);
    if kind != Kind::Zip {
        return Ok((opened, Some(kind.name())));
    }
    // A file in an archive may be compressed itself, once.
    let mut inner = opened;
    let opened = match Kind::of(inner.fill(LONGEST_MAGIC)).filter(|kind| *kind != Kind::Zip) {
        Some(kind) => {
            let member = Some(kind.decode(inner).map_err(refused)?);
            Chunk::new(Members { kind, member })
        }
        None => inner,
    };
    Ok((opened, Some(kind.name())))
}

/// An archive that is not read is no input that failed: in a folder it is one of the files that are no captures.
fn refused(error: io::Error) -> CaptureError {
    match error.kind() {
        io::ErrorKind::Unsupported => CaptureError::NotACapture {
            looks_like: error.to_string(),
        },
        _ => CaptureError::Read(error),
    }
}

/// True if a compressed file begins with these bytes.
pub(super) fn is_magic(bytes: &[u8]) -> bool {
    Kind::of(bytes).is_some()
}

/// Bytes behind a complete compressed file: kept as the error that ends the reading.
#[derive(Debug)]
pub(super) struct Trailing {
    kind: Kind,
    /// Bytes of it.
    pub(super) len: u64,
}

impl fmt::Display for Trailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, len } = self;
        write!(f, "{len} bytes that are no {} follow the compressed file", kind.name())
    }
}

impl std::error::Error for Trailing {}

/// A compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bzip2,
    Gzip,
    Lz4,
    Xz,
    Zip,
    Zstd,
}

/// Bytes that show the compression.
const LONGEST_MAGIC: usize = 10;

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&GZIP) {
            return Some(Self::Gzip);
        }
        if bytes.starts_with(&XZ) {
            return Some(Self::Xz);
        }
        if bytes.starts_with(&zip::FILE) {
            return Some(Self::Zip);
        }
        // `BZh`, the size of a block, and then a block's number or that of the end.
        if let [b'B', b'Z', b'h', b'1'..=b'9', block @ ..] = bytes
            && (block.starts_with(&[0x31, 0x41, 0x59, 0x26]) || block.starts_with(&[0x17, 0x72, 0x45, 0x38]))
        {
            return Some(Self::Bzip2);
        }
        match u32::from_le_bytes(*bytes.first_chunk()?) {
            ZSTD => Some(Self::Zstd),
            LZ4 | LZ4_LEGACY => Some(Self::Lz4),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Bzip2 => "bzip2",
            Self::Gzip => "gzip",
            Self::Lz4 => "lz4",
            Self::Xz => "xz",
            Self::Zip => "zip",
            Self::Zstd => "zstd",
        }
    }

    fn decode(self, input: Chunk<'_>) -> io::Result<Member<'_>> {
        Ok(match self {
            Self::Bzip2 => Member::Bzip2(Box::new(BzDecoder::new(input))),
            Self::Gzip => Member::Gzip(Box::new(GzDecoder::new(input))),
            Self::Xz => Member::Xz(Box::new(XzReader::new_mem_limit(input, false, XZ_MEMORY))),
            Self::Zip => Member::Zip(Box::new(Archive::open(input)?)),
            Self::Lz4 => Member::Lz4(Box::new(FrameDecoder::new(input))),
            Self::Zstd => {
                let mut decoder = ZstdDecoder::with_buffer(input)?.single_frame();
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Member::Zstd(Box::new(decoder))
            }
        })
    }
}

fn skip_user_data(input: &mut Chunk<'_>) {
    while let Some(magic) = input.fill(4).first_chunk()
        && SKIPPABLE.contains(&u32::from_le_bytes(*magic))
        && let Some(&[.., l0, l1, l2, l3]) = input.fill(8).first_chunk::<8>()
    {
        input.skip(u64::from(u32::from_le_bytes([l0, l1, l2, l3])).saturating_add(8));
    }
}

/// One member of a gzip file or one frame of a zstd or lz4 file. A decoder is never used for two, since its buffers fit
/// the first, and so that it takes nothing of what follows.
enum Member<'a> {
    Bzip2(Box<BzDecoder<Chunk<'a>>>),
    Gzip(Box<GzDecoder<Chunk<'a>>>),
    Lz4(Box<FrameDecoder<Chunk<'a>>>),
    Xz(Box<XzReader<Chunk<'a>>>),
    Zip(Box<Archive<'a>>),
    Zstd(Box<ZstdDecoder<'static, Chunk<'a>>>),
}

/// All members of a compressed file.
struct Members<'a> {
    kind: Kind,
    member: Option<Member<'a>>,
}

impl Read for Members<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            let len = match &mut member {
                Member::Bzip2(decoder) => decoder.read(out)?,
                Member::Gzip(decoder) => decoder.read(out)?,
                Member::Xz(decoder) => decoder.read(out)?,
                Member::Zip(archive) => archive.read(out)?,
                Member::Lz4(decoder) => decoder.read(out)?,
                Member::Zstd(decoder) => decoder.read(out)?,
            };
            if len > 0 || out.is_empty() {
                self.member = Some(member);
                return Ok(len);
            }
            let mut input = match member {
                Member::Bzip2(decoder) => decoder.into_inner(),
                Member::Gzip(decoder) => decoder.into_inner(),
                Member::Xz(decoder) => decoder.into_inner(),
                // It has looked at all that follows its file.
                Member::Zip(_) => return Ok(0),
                // lz4_flex gives "no more bytes" for a file that ends between two blocks, too.
                Member::Lz4(decoder) if decoder.get_ref().overrun() => {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends inside a frame"));
                }
                Member::Lz4(decoder) => decoder.into_inner(),
                Member::Zstd(decoder) => decoder.finish(),
            };
            match self.kind {
                Kind::Lz4 | Kind::Zstd => skip_user_data(&mut input),
                // Streams may be padded to a multiple of four (The .xz File Format section 2.2).
                Kind::Xz => {
                    while input.fill(4).starts_with(&[0; 4]) {
                        input.skip(4);
                    }
                }
                Kind::Bzip2 | Kind::Gzip | Kind::Zip => {}
            }
            if Kind::of(input.fill(LONGEST_MAGIC)) == Some(self.kind) {
                self.member = Some(self.kind.decode(input)?);
                continue;
            }
            let trailing = Trailing {
                kind: self.kind,
                len: input.skip(u64::MAX),
            };
            return match input.take_failure() {
                Some(error) => Err(error),
                None if trailing.len > 0 => Err(io::Error::new(io::ErrorKind::InvalidData, trailing)),
                None => Ok(0),
            };
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use lz4_flex::frame::FrameEncoder;
    use lzma_rust2::{XzOptions, XzWriter};

    use super::*;
    use crate::capture::testing::{Drip, Pcap, Seen, read, read_err, read_from};
    use crate::capture::{End, Order};

    fn capture(frames: u32) -> Vec<u8> {
        let mut pcap = Pcap::new(Order::Little, 0xa1b2_c3d4);
        for n in 0..frames {
            let data: Vec<u8> = (0..500)
                .map(|k: u32| (k.wrapping_mul(n.wrapping_mul(2_654_435_761)) >> 13) as u8)
                .collect();
            pcap = pcap.record(n, n, &data, 500);
        }
        pcap.bytes
    }

    type Compress = fn(&[u8]) -> Vec<u8>;

    fn compressors() -> Vec<(&'static str, Compress)> {
        vec![
            ("gzip", |bytes| {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }),
            ("bzip2", |bytes| {
                let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }),
            ("xz", |bytes| {
                let mut encoder = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }),
            ("zstd", |bytes| zstd::encode_all(bytes, 1).unwrap()),
            ("lz4", |bytes| {
                let mut encoder = FrameEncoder::new(Vec::new());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }),
        ]
    }

    #[test]
    fn a_compressed_capture_in_several_members_gives_the_same_frames() {
        let plain = capture(200);
        let (facts, frames) = read(&plain);
        for (name, compress) in compressors() {
            let (one, two) = plain.split_at(33_333);
            let bytes = [compress(one), compress(two)].concat();
            let (mut compressed, same) = read(&bytes);
            assert!(same == frames, "{name}");
            assert_eq!(compressed.compression.take(), Some(name));
            assert_eq!(compressed, facts);
            assert!(read_from(Drip::new(&bytes, 7)).unwrap().1 == frames);
        }
    }

    #[test]
    fn skippable_frames_are_skipped() {
        let user_data = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        for (name, compress) in compressors()
            .into_iter()
            .filter(|(name, _)| matches!(*name, "zstd" | "lz4"))
        {
            let (one, two) = (&capture(200)[..9_000], &capture(200)[9_000..]);
            let bytes = [&user_data[..], &compress(one), &user_data, &compress(two), &user_data].concat();
            assert_eq!(read(&bytes).0.frames, 200, "{name}");
        }
    }

    #[test]
    fn a_compressed_capture_cut_anywhere_gives_the_frames_before_and_says_so() {
        let plain = capture(1000);
        let (_, all) = read(&plain);
        for (name, compress) in compressors() {
            let whole = compress(&plain);
            let mut most = 0;
            for len in (1..whole.len()).rev().step_by(9_973) {
                let (facts, frames): (_, Vec<Seen>) = match read_from(&whole[..len]) {
                    Ok(read) => read,
                    Err(CaptureError::Read(_)) => continue,
                    Err(other) => panic!("{name} {len}: {other}"),
                };
                assert!(frames == all[..frames.len()]);
                most = most.max(frames.len());
                let End::Truncated { detail, .. } = facts.end else {
                    panic!("{name} {len} {}", facts.frames)
                };
                let detail = detail.english();
                assert!(detail.contains(name), "{detail}");
            }
            assert!(most > 100, "{name} {most}");
        }
    }

    #[test]
    fn an_lz4_file_cut_between_two_blocks_is_not_complete() {
        let mut encoder = FrameEncoder::new(Vec::new());
        encoder.write_all(&capture(200)).unwrap();
        encoder.flush().unwrap();
        let (facts, _) = read(encoder.get_ref());
        assert!(matches!(facts.end, End::Truncated { detail, .. } if detail.english().contains("ends inside a frame")));
    }

    #[test]
    fn garbage_behind_a_compressed_capture_keeps_its_frames() {
        for (name, compress) in compressors() {
            let (facts, frames) = read(&[&compress(&capture(200))[..], b"and now for something"].concat());
            assert_eq!((frames.len(), facts.end), (200, End::Complete), "{name}");
            let [anomaly] = facts.anomalies.as_slice() else {
                panic!("{name}: {:?}", facts.anomalies)
            };
            assert_eq!(anomaly.kind.name(), "garbage-after-end");
            assert_eq!(
                anomaly.detail.english(),
                format!("21 bytes that are no {name} follow the compressed file")
            );
        }
    }

    #[test]
    fn any_byte_may_be_wrong() {
        let plain = &capture(200)[..3_000];
        for (_, compress) in compressors() {
            let whole = compress(plain);
            for at in (0..whole.len()).step_by(3) {
                let mut bytes = whole.clone();
                bytes[at] ^= 0x41;
                let _ = read_from(&bytes[..]);
            }
        }
    }

    #[test]
    fn a_capture_compressed_twice_is_told() {
        for (name, compress) in compressors() {
            let error = read_err(&compress(&compress(&capture(200)))).to_string();
            assert!(error.contains("compressed"), "{name}: {error}");
        }
    }

    /// An archive of files, deflated or stored, with lengths before or behind them.
    fn zip(files: &[(&str, &[u8])], is_deflated: bool, is_streamed: bool) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, bytes) in files {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(bytes).unwrap();
            let packed = if is_deflated {
                encoder.finish().unwrap()
            } else {
                bytes.to_vec()
            };
            let lengths: Vec<u8> = [0, packed.len() as u32, bytes.len() as u32]
                .map(u32::to_le_bytes)
                .concat();
            archive.extend(zip::FILE);
            archive.extend([
                20,
                0,
                if is_streamed { 8 } else { 0 },
                0,
                if is_deflated { 8 } else { 0 },
                0,
                0,
                0,
                0,
                0,
            ]);
            archive.extend(if is_streamed { vec![0; 12] } else { lengths.clone() });
            archive.extend((name.len() as u16).to_le_bytes());
            archive.extend([4, 0]);
            archive.extend(name.as_bytes());
            archive.extend([1, 2, 3, 4]);
            archive.extend(packed);
            if is_streamed {
                archive.extend(b"PK\x07\x08");
                archive.extend(lengths);
            }
        }
        archive.extend(b"PK\x01\x02 and so on");
        archive
    }

    #[test]
    fn a_zip_archive_of_one_capture_gives_its_frames() {
        let plain = capture(200);
        let (facts, frames) = read(&plain);
        for (is_deflated, is_streamed) in [(true, false), (true, true), (false, false)] {
            let archive = zip(&[("folder/a.pcap", &plain)], is_deflated, is_streamed);
            let (mut found, same) = read(&archive);
            assert!(same == frames);
            assert_eq!(found.compression.take(), Some("zip"));
            assert_eq!(found, facts);
            let cut = read(&archive[..archive.len() / 2]);
            assert!(cut.1.len() > 90 && matches!(cut.0.end, End::Truncated { .. }));
            for at in (0..archive.len()).step_by(997) {
                let mut bytes = archive.clone();
                bytes[at] ^= 0x41;
                let _ = read_from(&bytes[..]);
            }
        }
        let beside = zip(
            &[("a/", b""), ("a.pcap", &plain), ("__MACOSX/._a.pcap", b"x")],
            false,
            false,
        );
        assert_eq!(read(&beside).0.frames, 200);
        for (_, compress) in compressors() {
            assert!(read(&zip(&[("a.pcap.gz", &compress(&plain))], true, true)).1 == frames);
        }
    }

    #[test]
    fn a_zip_archive_of_several_files_is_refused_and_one_of_none_too() {
        let plain = capture(200);
        for is_deflated in [true, false] {
            let archive = zip(&[("a.pcap", &plain), ("b.pcap", &plain)], is_deflated, false);
            let error = read_err(&archive).to_string();
            assert!(error.contains("more than one file; unpack it"), "{error}");
        }
        assert!(
            read_err(&zip(&[("a/", b"")], false, false))
                .to_string()
                .contains("no file")
        );
        let mut encrypted = zip(&[("a.pcap", &plain)], true, false);
        encrypted[6] |= 1;
        assert!(read_err(&encrypted).to_string().contains("encrypted"));
    }

    #[test]
    fn an_xz_dictionary_beyond_the_limit_is_refused() {
        // Stream header, and a block header whose LZMA2 filter claims a dictionary of 4 GiB - 1.
        let head = [0xfd, b'7', b'z', b'X', b'Z', 0, 0, 1, 0x69, 0x22, 0xde, 0x36];
        let block = [2, 0, 0x21, 1, 40, 0, 0, 0];
        let mut crc = flate2::Crc::new();
        crc.update(&block);
        let file = [&head[..], &block, &crc.sum().to_le_bytes(), &[0; 64]].concat();
        assert!(matches!(read_err(&file), CaptureError::Read(error) if error.to_string().contains("memory")));
    }

    #[test]
    fn a_zstd_window_beyond_the_limit_is_refused() {
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, (31 - 10) << 3, 0, 0];
        assert!(matches!(read_err(&frame), CaptureError::Read(_)));
    }
}
