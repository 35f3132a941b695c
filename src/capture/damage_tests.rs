//! Damaged captures → frames, tested: nothing is invented, and what lies beside the damage is read.

use std::ops::Range;

use super::testing::{Pcap, PcapNg, read, read_from};
use super::{CaptureFacts, Damage, End, Order};
use crate::base::frame::FrameNumber;

const FRAMES: u32 = 24;

/// Nothing is removed or inserted here: a file whose header is shifted is another file.
const FILE_HEADER: usize = 24;

/// Packet bytes without a pattern, of a length that no other frame has.
fn payload(n: u32) -> Vec<u8> {
    let mut state = n.wrapping_add(1).wrapping_mul(0x9e37_79b9);
    (0..40 + n * 7)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 7) as u8
        })
        .collect()
}

/// A capture and where in it each frame's record and its data lie.
struct Made {
    bytes: Vec<u8>,
    records: Vec<Range<usize>>,
    data: Vec<Range<usize>>,
}

fn pcap(order: Order) -> Made {
    let mut pcap = Pcap::new(order, 0xa1b2_c3d4);
    let (mut records, mut data) = (Vec::new(), Vec::new());
    for n in 0..FRAMES {
        let start = pcap.bytes.len();
        pcap = pcap.record(1_700_000_000 + n / 4, n * 1000, &payload(n), payload(n).len() as u32);
        records.push(start..pcap.bytes.len());
        data.push(start + 16..pcap.bytes.len());
    }
    Made {
        bytes: pcap.bytes,
        records,
        data,
    }
}

fn pcapng(order: Order) -> Made {
    let mut file = PcapNg::new(order).interface(1, 0, &[]);
    let (mut records, mut data) = (Vec::new(), Vec::new());
    for n in 0..FRAMES {
        let start = file.bytes.len();
        let options: &[(u16, &[u8])] = if n % 3 == 0 { &[(1, b"comment")] } else { &[] };
        file = file.packet(0, 1_700_000_000_000_000 + u64::from(n) * 1000, &payload(n), options);
        records.push(start..file.bytes.len());
        data.push(start + 28..start + 28 + payload(n).len());
    }
    Made {
        bytes: file.bytes,
        records,
        data,
    }
}

fn all() -> [Made; 4] {
    [
        pcap(Order::Little),
        pcap(Order::Big),
        pcapng(Order::Little),
        pcapng(Order::Big),
    ]
}

/// Frames read, and frames that the damage left whole. Checks that none is invented: each is one of the
/// original's, or stands where an original stood and shows the damage inside.
#[track_caller]
fn check(made: &Made, damaged: &[u8], in_place: bool, touched: &Range<usize>, what: &str) -> (usize, usize) {
    let Ok((facts, frames)) = read_from(damaged) else {
        // The header is destroyed, and with it byte order and time.
        return (0, 0);
    };
    assert_eq!(facts.bytes, damaged.len() as u64, "{what}");
    let originals: Vec<&[u8]> = made.data.iter().map(|range| &made.bytes[range.clone()]).collect();
    for (at, frame) in frames.iter().enumerate() {
        let data = frame.data();
        let is_original = originals.contains(&data);
        let is_in_place = in_place && made.data.iter().any(|range| &damaged[range.clone()] == data);
        // A hole from within one record into the last leaves nothing that could tell: no record follows the joint.
        let is_excused = !in_place && at + 1 == frames.len() && touched.end > made.records[FRAMES as usize - 1].start;
        assert!(
            is_original || is_in_place || is_excused,
            "{what}: frame {} of {} bytes",
            at + 1,
            data.len()
        );
    }
    let is_told = |id: &&str| matches!(*id, "garbage-after-end" | "unknown-block");
    // A file that was cut between two records looks like a whole one.
    let is_cut_well =
        !in_place && touched.end == made.bytes.len() && made.records.iter().any(|it| it.start == touched.start);
    let says_so = !facts.damage.is_empty() || ids(&facts).iter().any(is_told) || is_cut_well;
    if facts.end == End::Complete && frames.len() < FRAMES as usize && !says_so {
        panic!("{what}: frames are missing and nothing says so: {facts:?}");
    }
    let whole: Vec<&[u8]> = (0..originals.len())
        .filter(|&n| made.records[n].end <= touched.start || made.records[n].start >= touched.end)
        .map(|n| originals[n])
        .collect();
    let found = whole
        .iter()
        .filter(|original| frames.iter().any(|frame| frame.data() == **original))
        .count();
    (found, whole.len())
}

/// Adds up, and asserts a share in per mille.
#[track_caller]
fn check_all(least: usize, name: &str, damage: impl Fn(&Made, &mut dyn FnMut(&[u8], bool, Range<usize>, &str))) {
    let (mut found, mut whole) = (0, 0);
    for made in all() {
        damage(&made, &mut |bytes, in_place, touched, what| {
            let (some, of) = check(&made, bytes, in_place, &touched, what);
            found += some;
            whole += of;
        });
    }
    let share = found * 1000 / whole;
    println!("{name}: {found} of {whole} frames outside the damage, {share} per mille");
    assert!(share >= least, "{name}: {share} per mille");
}

#[test]
fn a_flipped_byte_costs_few_frames_and_invents_none() {
    check_all(940, "flipped", |made, check| {
        for at in 0..made.bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = made.bytes.clone();
                bytes[at] ^= flip;
                check(&bytes, true, at..at + 1, &format!("byte {at} ^ {flip:#x}"));
            }
        }
    });
}

#[test]
fn zeroed_bytes_cost_few_frames_and_invent_none() {
    check_all(900, "zeroed", |made, check| {
        for at in (0..made.bytes.len()).step_by(3) {
            for len in [4, 16, 100, 700] {
                let end = (at + len).min(made.bytes.len());
                let mut bytes = made.bytes.clone();
                bytes[at..end].fill(0);
                check(&bytes, true, at..end, &format!("{len} zeros at {at}"));
            }
        }
    });
}

#[test]
fn removed_bytes_cost_few_frames_and_invent_none() {
    check_all(900, "removed", |made, check| {
        for at in FILE_HEADER..made.bytes.len() {
            for len in [1, 4, 333, 1000] {
                let end = (at + len).min(made.bytes.len());
                let mut bytes = made.bytes.clone();
                bytes.drain(at..end);
                check(&bytes, false, at..end, &format!("{len} removed at {at}"));
            }
        }
    });
}

#[test]
fn bytes_that_are_there_twice_cost_few_frames_and_invent_none() {
    check_all(900, "doubled", |made, check| {
        for at in FILE_HEADER..made.bytes.len() {
            for len in [1, 4, 333, 1000] {
                let end = (at + len).min(made.bytes.len());
                let mut bytes = made.bytes.clone();
                let again = bytes[at..end].to_vec();
                bytes.splice(end..end, again);
                check(
                    &bytes,
                    false,
                    end.saturating_sub(1)..end,
                    &format!("{len} doubled at {at}"),
                );
            }
        }
    });
}

fn ids(facts: &CaptureFacts) -> Vec<&str> {
    facts.anomalies.iter().map(|anomaly| anomaly.kind.name()).collect()
}

#[test]
fn damage_is_told_with_its_place_and_the_first_number_it_makes_uncertain() {
    let made = pcap(Order::Little);
    let mut bytes = made.bytes.clone();
    bytes[made.records[5].clone()].fill(0xee);
    let (facts, frames) = read(&bytes);
    assert_eq!((frames.len(), facts.frames, facts.end.clone()), (22, 22, End::Complete));
    // The frame before it looks like one whose end is lost, so it is lost, too.
    let damage = Damage {
        offset: made.records[4].start as u64,
        lost: (made.records[4].len() + made.records[5].len()) as u64,
        after: FrameNumber(4),
    };
    assert_eq!(facts.damage, [damage]);
    assert_eq!(ids(&facts), ["numbering-uncertain"]);
    assert_eq!(facts.anomalies[0].frame, FrameNumber(5));
}

#[test]
fn a_record_with_one_destroyed_length_costs_itself_only() {
    let made = pcap(Order::Little);
    let mut bytes = made.bytes.clone();
    bytes[made.records[5].start + 10] = 0xff;
    let (facts, frames) = read(&bytes);
    assert_eq!(frames.len(), 23);
    assert_eq!(
        (facts.damage[0].offset, facts.damage[0].after.0),
        (made.records[5].start as u64, 5)
    );
}

/// A capture of the transfer of a capture: its bytes travel in packets of 1,200.
fn transfer(inner: &[u8], time: u32) -> (Pcap, Vec<Vec<u8>>) {
    let mut pcap = Pcap::new(Order::Little, 0xa1b2_c3d4);
    let mut all = Vec::new();
    for (n, piece) in inner.chunks(1_200).enumerate() {
        let data = [&[0xaa; 54][..], piece].concat();
        pcap = pcap.record(time, n as u32, &data, data.len() as u32);
        all.push(data);
    }
    (pcap, all)
}

#[test]
fn a_capture_inside_the_capture_is_not_taken_for_it() {
    // Recorded five seconds before its transfer. Within two seconds of it, only the order of times and the packets'
    // borders would be left to tell by.
    let inner = [pcap(Order::Little), pcapng(Order::Little)].map(|made| made.bytes);
    for inner in inner {
        let many: Vec<u8> = inner.repeat(8);
        let (outer, all) = transfer(&many, 1_700_000_010);
        for at in (24..outer.bytes.len()).step_by(7) {
            let mut bytes = outer.bytes.clone();
            bytes[at..].iter_mut().take(30).for_each(|byte| *byte ^= 0x55);
            let (facts, frames) = read(&bytes);
            assert!(frames.len() + 4 > all.len(), "{at}: {} of {}", frames.len(), all.len());
            for frame in &frames {
                assert!(
                    frame.data().len() > 1_000
                        || frame.data().len() == all[all.len() - 1].len()
                        || all.iter().any(|data| data == frame.data()),
                    "{at}: {} of {facts:?}",
                    frame.data().len()
                );
            }
        }
    }
}

#[test]
fn a_file_of_garbage_is_read_in_linear_time_and_given_up() {
    // Every 16 bytes a header that may begin a chain, which breaks off late.
    let header: Vec<u8> = [1_700_000_001_u32, 1, 16, 16]
        .iter()
        .flat_map(|field| field.to_le_bytes())
        .collect();
    for (garbage, times) in [(header, 200_000), (vec![0x5a; 16], 500_000), (vec![0; 15], 100_000)] {
        let mut bytes = pcap(Order::Little).bytes;
        bytes.extend([0xff; 16]);
        for _ in 0..times {
            bytes.extend(&garbage);
            if garbage[0] == 1 {
                bytes.push(0xff);
            }
        }
        bytes.extend([0xff; 1000]);
        let started = std::time::Instant::now();
        let (facts, frames) = read(&bytes);
        assert!(frames.len() + 1 >= FRAMES as usize);
        assert!(matches!(facts.end, End::Truncated { .. }));
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}

#[test]
fn damaged_places_are_listed_up_to_a_bound_and_counted_beyond() {
    let mut bytes = Pcap::new(Order::Little, 0xa1b2_c3d4).bytes;
    for n in 0..200_u32 {
        let mut part = Pcap::new(Order::Little, 0xa1b2_c3d4);
        for k in 0..12 {
            part = part.record(1_700_000_000 + n, k, &[7; 1_400], 1_400);
        }
        bytes.extend(&part.bytes[24..]);
        bytes.extend(b"something else that is not a record");
    }
    let (facts, frames) = read(&bytes);
    assert!(frames.len() > 2_100, "{}", frames.len());
    assert_eq!(facts.damage.len(), 64);
    assert!(
        facts.anomalies[0].detail.english().contains("199 places"),
        "{}",
        facts.anomalies[0].detail.english()
    );
}
