//! pcap records → frames, tested.

use super::*;
use crate::capture::End;
use crate::capture::testing::{Pcap, Seen, read, read_err};

#[test]
fn every_magic_and_byte_order_gives_the_same_frames() {
    for order in [Order::Little, Order::Big] {
        for (magic, fraction, head) in [
            (MICROSECONDS, 1_000, 0),
            (NANOSECONDS, 1, 0),
            (MODIFIED, 1_000, 8),
            (IXIA_SOFTWARE, 1_000, 0),
        ] {
            let mut pcap = Pcap::new(order, magic);
            if magic == IXIA_SOFTWARE {
                pcap.bytes.extend([0; 4]);
            }
            pcap.extra = head;
            let (facts, frames) = read(&pcap.record(5, 7, b"abc", 90).record(6, 8, b"", 0).bytes);
            assert_eq!(facts.end, End::Complete);
            assert_eq!(
                frames,
                [
                    Seen::new(1, 5_000_000_000 + 7 * fraction, 1, 0, 90, b"abc"),
                    Seen::new(2, 6_000_000_000 + 8 * fraction, 1, 0, 0, b"")
                ],
                "{magic:x}"
            );
        }
    }
}

#[test]
fn high_bits_of_the_link_type_are_not_the_link_type() {
    for (written, link) in [(0xf400_0001, 1), (12, 101), (14, 101), (0x1000_0071, 113)] {
        let pcap = Pcap::with_header(Order::Little, MICROSECONDS, (2, 4), 65_535, written);
        assert_eq!(read(&pcap.record(1, 1, b"x", 1).bytes).0.link_types, [LinkType(link)]);
    }
}

#[test]
fn old_versions_have_their_lengths_in_the_other_order() {
    for (version, first, second) in [
        ((2, 2), 9, 3),
        ((2, 3), 9, 3),
        ((2, 3), 3, 9),
        ((543, 0), 9, 3),
        ((9, 9), 3, 9),
    ] {
        let mut pcap = Pcap::with_header(Order::Little, MICROSECONDS, version, 96, 1);
        for field in [1, 2, first, second] {
            pcap.bytes.extend(u32::to_le_bytes(field));
        }
        pcap.bytes.extend(b"abc");
        let (facts, frames) = read(&pcap.bytes);
        assert_eq!(frames, [Seen::new(1, 1_000_002_000, 1, 0, 9, b"abc")], "{version:?}");
        assert_eq!(facts.snap_length, Some(96));
    }
}

#[test]
fn a_record_that_claims_4_gb_ends_the_reading_and_the_rest_is_counted() {
    let mut pcap = Pcap::new(Order::Little, MICROSECONDS).record(1, 0, b"abc", 3);
    let at = pcap.bytes.len() as u64;
    pcap.bytes.extend([0xff; 16]);
    pcap.bytes.extend(vec![0; 700_000]);
    let (facts, frames) = read(&pcap.bytes);
    assert_eq!(frames.len(), 1);
    let End::Truncated {
        after,
        offset,
        lost,
        detail,
        ..
    } = facts.end
    else {
        panic!()
    };
    assert_eq!((after.0, offset, lost), (1, at, 700_016));
    assert_eq!(detail.english(), "a record that claims 4294967295 bytes");
    assert_eq!(facts.bytes, pcap.bytes.len() as u64);
}

#[test]
fn a_tail_of_zeros_is_no_frame() {
    for zeros in [4, 16, 32, 3_000_000] {
        let mut pcap = Pcap::new(Order::Little, MICROSECONDS)
            .record(9, 0, b"abc", 3)
            .record(9, 1, b"abcd", 4);
        pcap.bytes.extend(vec![0; zeros]);
        let (facts, frames) = read(&pcap.bytes);
        assert_eq!((frames.len(), facts.end), (2, End::Complete));
        assert_eq!(facts.anomalies[0].kind.name(), "garbage-after-end");
        let detail = format!("{zeros} zero bytes follow the last record");
        assert_eq!(facts.anomalies[0].detail.english(), detail);
        assert_eq!(facts.bytes, pcap.bytes.len() as u64);
    }
}

#[test]
fn a_file_cut_in_its_header_says_so() {
    let pcap = Pcap::new(Order::Big, MICROSECONDS);
    for len in 1..24 {
        assert!(
            matches!(read_err(&pcap.bytes[..len]), CaptureError::HeaderCut(n) if n == len as u64),
            "{len}"
        );
    }
    assert_eq!(read(&pcap.bytes).0.end, End::Complete);
}

/// Files put together from others: the lengths are followed as far as the file goes, not as far as was read so far.
#[test]
fn years_between_records_are_believed_where_all_that_follows_is_in_order() {
    let years = 10_000_000;
    let mut pcap = Pcap::new(Order::Little, MICROSECONDS)
        .record(5, 1, &[1; 300], 300)
        .record(5, 2, &[2; 300], 300);
    for n in 0..100 {
        let second = 5 + years * (1 + n / 2);
        pcap = pcap.record(second, 3, &[3; 1400], 1400);
    }
    let (facts, frames) = read(&pcap.bytes);
    assert_eq!((facts.end, frames.len()), (End::Complete, 102));
}
