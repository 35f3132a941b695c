//! A capture in what captures come in: compressed, in an archive, printed as text. What is read is what was put in.

use std::io::Write as _;

use super::scenario::START;

#[path = "../../tests/it/text_dumps/forms.rs"]
pub mod forms;
use forms::{FORMS, Seen, read, text_of};

/// How bytes are packed, and whether what was packed in parts may stand one behind the other.
type Packing = (fn(&[u8]) -> Vec<u8>, bool);

const PACKINGS: [Packing; 7] = [
    (gzip, true),
    (bzip2, true),
    (xz, true),
    (|bytes| zstd::encode_all(bytes, 1).unwrap(), true),
    (lz4, true),
    (|bytes| zip(0, bytes, bytes), false),
    (|bytes| zip(8, bytes, &deflate(bytes)), false),
];

/// The first byte chooses a compression, the second where the bytes are parted into two members, the third what is changed or
/// cut off; the rest is a capture. Whole, it gives its frames; cut, those before the cut.
pub fn compressed(data: &[u8]) {
    let Some((&[kind, part, harm], capture)) = data.split_first_chunk() else {
        return;
    };
    let (pack, joins) = PACKINGS[usize::from(kind) % PACKINGS.len()];
    let mut bytes = if joins && part > 0 {
        let (one, other) = capture.split_at(capture.len() * usize::from(part) / 256);
        [pack(one), pack(other)].concat()
    } else {
        pack(capture)
    };
    let plain = read(capture);
    let place = bytes.len() * usize::from(harm) / 256;
    match harm {
        0 => match (read(&bytes), plain) {
            (Ok((_, found)), Ok((_, plain))) => assert_eq!(found, plain),
            // Only the words may differ.
            (found, plain) => assert_eq!(found.is_ok(), plain.is_ok()),
        },
        _ if harm & 1 == 0 => {
            bytes.truncate(place);
            if let (Ok((_, found)), Ok((_, plain))) = (read(&bytes), plain) {
                let same = found.iter().zip(&plain).take_while(|(one, other)| one == other).count();
                // What the cut went through may be taken for another record.
                assert!(same + 1 >= found.len(), "{same} of {}", found.len());
            }
        }
        _ => {
            bytes[place] ^= part | 1;
            drop(read(&bytes));
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive of a folder and one file (PKWARE APPNOTE.TXT section 4.3).
fn zip(method: u8, bytes: &[u8], packed: &[u8]) -> Vec<u8> {
    let [packed_len, len] = [packed.len(), bytes.len()].map(|it| u32::try_from(it).unwrap().to_le_bytes());
    let header = |name: &str, method: u8, lens: [[u8; 4]; 2]| {
        let name_len = u8::try_from(name.len()).unwrap();
        let head = [&b"PK\x03\x04\x14\0\0\0"[..], &[method, 0, 0, 0, 0, 0, 0, 0, 0, 0]];
        [
            &head.concat()[..],
            &lens.concat(),
            &[name_len, 0, 0, 0],
            name.as_bytes(),
        ]
        .concat()
    };
    [
        &header("export/", 0, [[0; 4]; 2])[..],
        &header("export/a.pcap", method, [packed_len, len]),
        packed,
        b"PK\x05\x06",
        &[0; 18],
    ]
    .concat()
}

/// The first byte chooses a form in which packets are printed; the rest is a capture, of which the packets of IP are. What is
/// read was printed, with its number, time and bytes.
pub fn dumps(data: &[u8]) {
    let Some((form, capture)) = data.split_first() else {
        return;
    };
    let Ok((_, frames)) = read(capture) else { return };
    let is_packet = |frame: &Seen| match frame.data.get(12..) {
        Some([8, 0, ip @ ..]) => {
            let len = ip
                .get(2..4)
                .map_or(0, |it| usize::from(u16::from_be_bytes([it[0], it[1]])));
            ip.first() == Some(&0x45) && (20..=ip.len()).contains(&len)
        }
        _ => false,
    };
    // Forms keep different parts of the time; the number of a packet is its place.
    let mut time = START;
    let frames: Vec<Seen> = (1..)
        .zip(frames.into_iter().filter(is_packet).take(200))
        .map(|(number, frame)| {
            time += 7_000_000;
            Seen {
                number,
                time,
                link: 1,
                wire_len: u32::try_from(frame.data.len()).unwrap(),
                data: frame.data,
            }
        })
        .collect();
    let form = &FORMS[usize::from(*form) % FORMS.len()];
    let Some((text, held)) = text_of(&frames, form) else {
        return;
    };
    // A packet that could be none of IP is passed over, and then a text may hold none.
    let Ok((_, found)) = read(text.as_bytes()) else { return };
    // Most forms print no number: behind a packet that is passed over, the places of all others are lower.
    let is_whole = found.len() == held.len();
    let is_same = |one: &Seen, other: &Seen| match is_whole {
        true => one == other,
        false => {
            let told = |it: &Seen| (it.time, it.link, it.wire_len);
            told(one) == told(other) && one.data == other.data
        }
    };
    for packet in &found {
        let is_held = held.iter().any(|it| is_same(it, packet));
        assert!(is_held, "{}: {packet:?} of {text}", form.name);
    }
}
