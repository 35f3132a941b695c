//! compressed bytes → bytes: gzip, zstd and lz4 frames, recognised by content and decompressed as they are read.
//!
//! Each is bounded by its format's window, so a bomb costs time and no memory. Several members or frames, one behind the
//! other, are one file (RFC 1952 §2.2, RFC 8878 §3.1), as rotating and appending tools write them.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use lz4_flex::frame::FrameDecoder;

use super::CaptureError;
use super::chunk::Chunk;

/// The largest zstd window accepted, as a power of two: 128 MiB, the most that zstd itself decompresses unasked and that
/// any of its levels but `--long=28` and above writes.
const ZSTD_WINDOW_LOG: u32 = 27;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: u32 = 0xfd2f_b528;
const LZ4: u32 = 0x184d_2204;
const LZ4_LEGACY: u32 = 0x184c_2102;
/// Frames of user data, the same in zstd and lz4 (RFC 8878 §3.1.2); parallel zstd and BGZF-like tools begin with one.
const SKIPPABLE: std::ops::RangeInclusive<u32> = 0x184d_2a50..=0x184d_2a5f;

/// Puts the right decompressor before a compressed input and names it; leaves any other as it is.
pub(super) fn open(mut input: Chunk<'_>) -> Result<(Chunk<'_>, Option<&'static str>), CaptureError> {
    skip_user_data(&mut input);
    let bytes = input.fill(4);
    let magic = bytes.first_chunk().copied().map(u32::from_le_bytes);
    if bytes.starts_with(&GZIP) {
        return Ok((Chunk::new(MultiGzDecoder::new(input)), Some("gzip")));
    }
    match magic {
        Some(ZSTD) => {
            let mut decoder = zstd::stream::read::Decoder::new(input).map_err(CaptureError::Read)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(CaptureError::Read)?;
            Ok((Chunk::new(decoder), Some("zstd")))
        }
        Some(LZ4 | LZ4_LEGACY) => Ok((
            Chunk::new(Lz4 {
                decoder: Some(FrameDecoder::new(input)),
            }),
            Some("lz4"),
        )),
        _ => Ok((input, None)),
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

/// All frames of an lz4 file.
///
/// lz4_flex's decoder gives "no more bytes" for the end of a frame, for an empty block and for a file that ends between
/// two blocks; the three are told apart here. A decoder is never used for two frames, since its buffers fit the first.
struct Lz4<'a> {
    decoder: Option<FrameDecoder<Chunk<'a>>>,
}

impl Read for Lz4<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(mut decoder) = self.decoder.take() {
            let len = decoder.read(out)?;
            if len > 0 || out.is_empty() {
                self.decoder = Some(decoder);
                return Ok(len);
            }
            if decoder.get_ref().overrun() {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends inside a frame"));
            }
            let mut input = decoder.into_inner();
            skip_user_data(&mut input);
            let bytes = input.fill(4);
            match bytes.first_chunk().copied().map(u32::from_le_bytes) {
                None if bytes.is_empty() => match input.take_failure() {
                    Some(error) => return Err(error),
                    None => return Ok(0),
                },
                Some(LZ4 | LZ4_LEGACY) => self.decoder = Some(FrameDecoder::new(input)),
                _ => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "what follows is no lz4 frame",
                    ));
                }
            }
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
        for (name, compress) in compressors().split_off(1) {
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
        assert!(matches!(facts.end, End::Truncated { detail, .. } if detail.contains("ends inside a frame")));
    }

    #[test]
    fn garbage_behind_a_compressed_capture_keeps_its_frames() {
        for (name, compress) in compressors() {
            let (facts, frames) = read(&[&compress(&capture(200))[..], b"and now for something"].concat());
            assert_eq!(frames.len(), 200, "{name}");
            assert!(matches!(facts.end, End::Truncated { .. }));
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

    #[test]
    fn a_zstd_window_beyond_the_limit_is_refused() {
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, (31 - 10) << 3, 0, 0];
        assert!(matches!(read_err(&frame), CaptureError::Read(_)));
    }
}
