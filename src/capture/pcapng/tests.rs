//! pcapng blocks → frames, tested.

use super::*;
use crate::base::frame::FrameNumber;
use crate::capture::testing::{PcapNg, Seen, read, read_err};
use crate::capture::{Damage, End};

#[test]
fn sections_differ_in_byte_order_and_interfaces_in_link_type_and_clock() {
    for (first, second) in [(Order::Little, Order::Big), (Order::Big, Order::Little)] {
        let file = PcapNg::new(first)
            .interface(1, 96, &[])
            .interface(12, 0, &[(9, &[9])])
            .packet(1, 5, b"one", &[])
            .packet(0, 5, b"two", &[])
            .section(second, &[])
            .interface(113, 0, &[(9, &[0])])
            .packet(0, 5, b"three", &[]);
        let (facts, frames) = read(&file.bytes);
        assert_eq!(
            frames,
            [
                Seen::new(1, 5, 101, 1, 3, b"one"),
                Seen::new(2, 5_000, 1, 0, 3, b"two"),
                Seen::new(3, 5_000_000_000, 113, 2, 5, b"three"),
            ]
        );
        assert_eq!(facts.end, End::Complete);
        assert_eq!(facts.link_types, [LinkType(101), LinkType(1), LinkType(113)]);
        assert!(facts.anomalies.is_empty());
    }
}

#[test]
fn a_time_offset_is_read_in_the_byte_order_of_its_section() {
    let file = PcapNg::new(Order::Big)
        .interface(1, 0, &[(14, &(-5_i64).to_be_bytes()), (9, &[0x80])])
        .packet(0, 6, b"", &[]);
    assert_eq!(read(&file.bytes).1, [Seen::new(1, 1_000_000_000, 1, 0, 0, b"")]);
}

#[test]
fn a_simple_packet_has_no_time_and_the_length_that_the_snap_length_leaves() {
    let file = PcapNg::new(Order::Little).interface(1, 4, &[]);
    let body = [&file.words(&[9])[..], b"abcd"].concat();
    let (facts, frames) = read(&file.block(3, &body).block(3, &body).bytes);
    assert_eq!(
        frames,
        [Seen::new(1, 0, 1, 0, 9, b"abcd"), Seen::new(2, 0, 1, 0, 9, b"abcd")]
    );
    assert_eq!((facts.first, facts.last), (None, None));
    assert_eq!((facts.anomalies.len(), facts.anomalies[0].kind.name()), (1, "no-time"));
}

#[test]
fn the_old_packet_block_is_read_with_its_drops() {
    let file = PcapNg::new(Order::Big).interface(1, 0, &[]);
    let mut body = vec![0, 0, 0, 7];
    body.extend(file.words(&[0, 8, 3, 60]));
    body.extend(b"abc");
    let (facts, frames) = read(&file.block(2, &body).bytes);
    assert_eq!(frames, [Seen::new(1, 8_000, 1, 0, 60, b"abc")]);
    assert_eq!(facts.drops, Some(7));
}

#[test]
fn drops_are_the_last_statistics_of_each_interface_or_else_what_the_packets_told() {
    let file = PcapNg::new(Order::Little)
        .interface(1, 0, &[])
        .interface(1, 0, &[])
        .packet(0, 1, b"a", &[(4, &3_u64.to_le_bytes())])
        .packet(0, 1, b"a", &[(1, b"hm"), (4, &4_u64.to_le_bytes())])
        .packet(1, 1, b"a", &[(4, &100_u64.to_le_bytes())]);
    assert_eq!(read(&file.bytes).0.drops, Some(107));
    let statistics = |file: PcapNg, by_interface: u64, by_system: u64| {
        let mut body = file.words(&[1, 0, 0]);
        body.extend(file.options(&[(5, &by_interface.to_le_bytes()), (7, &by_system.to_le_bytes())]));
        file.block(5, &body)
    };
    let file = statistics(statistics(file, 1, 2), 10, 20);
    assert_eq!(read(&file.bytes).0.drops, Some(37));
    assert_eq!(read(&PcapNg::new(Order::Big).interface(1, 0, &[]).bytes).0.drops, None);
}

#[test]
fn records_that_wireshark_numbers_are_numbered_and_others_are_not() {
    let mut file = PcapNg::new(Order::Little).interface(1, 0, &[]);
    for kind in [4, 5, 10, 0x777, 0x8000_0001, 0x208, 0xbad, 0x4000_0bad, 9, 0x204] {
        file = file.block(kind, &[0; 60]);
    }
    let (facts, frames) = read(&file.packet(0, 1, b"x", &[]).bytes);
    assert_eq!(frames, [Seen::new(5, 1_000, 1, 0, 1, b"x")]);
    assert_eq!(facts.frames, 5);
    let ids: Vec<_> = facts.anomalies.iter().map(|a| (a.kind.name(), a.frame.0)).collect();
    assert_eq!(ids, [("unknown-block", 0), ("record-without-packet", 1)]);
}

#[test]
fn a_packet_of_an_undeclared_interface_is_damage_and_reading_goes_on_where_there_is_more() {
    let file = PcapNg::new(Order::Little)
        .interface(1, 0, &[])
        .packet(0, 1, b"a", &[])
        .packet(1, 1, b"b", &[]);
    let at = file.bytes.len() as u64 - 36;
    let (facts, frames) = read(&file.bytes);
    assert_eq!(frames.len(), 1);
    let detail = "a packet of interface 1, of which the section describes 1";
    let End::Truncated {
        after,
        lost,
        detail: end,
        ..
    } = facts.end
    else {
        panic!()
    };
    assert_eq!((after, lost, &end.english()[..]), (FrameNumber(1), 36, detail));
    let (facts, frames) = read(&file.packet(0, 2, b"c", &[]).bytes);
    assert_eq!((frames.len(), facts.end), (2, End::Complete));
    let damage = Damage {
        offset: at,
        lost: 36,
        after: FrameNumber(1),
    };
    assert_eq!(facts.damage, [damage]);
    let [anomaly] = facts.anomalies.as_slice() else {
        panic!("{:?}", facts.anomalies)
    };
    assert_eq!(
        (anomaly.kind.name(), anomaly.frame),
        ("numbering-uncertain", FrameNumber(2))
    );
}

#[test]
fn a_damaged_last_block_ends_the_reading() {
    let good = || PcapNg::new(Order::Little).interface(1, 0, &[]).packet(0, 1, b"a", &[]);
    let damage = |bytes: &[u8]| {
        let mut file = good().bytes;
        file.extend(bytes);
        let (facts, frames) = read(&file);
        assert_eq!(frames.len(), 1);
        let End::Truncated { lost, detail, .. } = facts.end else {
            panic!()
        };
        assert_eq!(lost, bytes.len() as u64);
        detail.english()
    };
    assert_eq!(
        damage(&[[6, 0, 0, 0], [0xff; 4], [0; 4]].concat()),
        "a block of type 0x6 that claims 4294967295 bytes"
    );
    assert_eq!(
        damage(&[[6, 0, 0, 0], [12, 0, 0, 0], [16, 0, 0, 0]].concat()),
        "a block that claims 12 bytes at its start and 16 at its end"
    );
    assert_eq!(
        damage(&[[6, 0, 0, 0], [12, 0, 0, 0], [12, 0, 0, 0]].concat()),
        "a packet block too short for its fields"
    );
    let claims_more = good().words(&[6, 36, 0, 0, 1, 5, 5, 0, 36]);
    assert_eq!(
        damage(&claims_more),
        "a packet that claims 5 bytes in a block with room for 4"
    );
}

#[test]
fn garbage_behind_the_last_block_is_named() {
    for (garbage, what) in [
        (&[0; 700][..], "700 zero bytes"),
        (b"garbage", "7 bytes that are no record"),
        (&[0xff; 40], "40 bytes that are no record"),
    ] {
        let mut file = PcapNg::new(Order::Little).interface(1, 0, &[]).packet(0, 1, b"a", &[]);
        file.bytes.extend(garbage);
        let (facts, frames) = read(&file.bytes);
        assert_eq!((frames.len(), facts.end), (1, End::Complete));
        assert_eq!(facts.anomalies[0].kind.name(), "garbage-after-end");
        assert_eq!(
            facts.anomalies[0].detail.english(),
            format!("{what} follow the last record")
        );
    }
}

#[test]
fn the_section_header_tells_what_captured() {
    let options: &[(u16, &[u8])] = &[(1, b"hm"), (2, b"Cat\x1b9k"), (3, b"IOS-XE"), (4, b"EPC"), (0, b"")];
    let file = PcapNg::new(Order::Little).section(Order::Big, options);
    assert_eq!(
        read(&file.bytes).0.origin.unwrap().to_string(),
        "Cat\\x1b9k; IOS-XE; EPC"
    );
}

#[test]
fn interfaces_beyond_the_limit_are_told_and_cost_no_memory() {
    let mut file = PcapNg::new(Order::Little).interface(1, 0, &[]);
    let block = file.bytes.split_off(28);
    file.bytes.extend(block.repeat(MOST_INTERFACES + 1));
    let (facts, frames) = read(&file.packet(65_535, 1, b"a", &[]).bytes);
    assert_eq!(frames.len(), 1);
    assert_eq!(facts.anomalies[0].kind.name(), "too-many-interfaces");
}

#[test]
fn a_destroyed_header_and_a_foreign_version_are_told() {
    let mut bytes = PcapNg::new(Order::Little).bytes;
    bytes[9] = 0;
    assert!(read_err(&bytes).to_string().contains("binary mode"));
    let mut bytes = PcapNg::new(Order::Little).bytes;
    bytes[12] = 2;
    assert!(read_err(&bytes).to_string().contains("version 2.0"));
    assert!(matches!(read_err(&bytes[..20]), CaptureError::HeaderCut(20)));
}

#[test]
fn a_cut_packet_is_believed_where_its_options_are_as_long_as_what_the_cut_took() {
    for order in [Order::Little, Order::Big] {
        let file = PcapNg::new(order).interface(1, 262_144, &[]);
        let options = file.options(&[(5, &[0; 8]), (0, &[])]);
        let mut body = file.words(&[0, 0, 5, 99, 112]);
        body.extend([7; 99]);
        body.extend([0]);
        body.extend(options);
        let (facts, frames) = read(&file.block(6, &body).packet(0, 6, b"next", &[]).bytes);
        assert_eq!(facts.damage, []);
        assert_eq!(frames.iter().map(|it| it.data().len()).collect::<Vec<_>>(), [99, 4]);
    }
}

#[test]
fn secrets_in_the_file_are_said_and_read_on_demand_only() {
    for order in [Order::Little, Order::Big] {
        let file = PcapNg::new(order).interface(1, 0, &[]);
        let secrets = |file: PcapNg, kind: u32, len: u32, text: &[u8]| {
            let body = [&file.words(&[kind, len])[..], text].concat();
            file.block(10, &body)
        };
        let tls = 0x544c_534b;
        let file = secrets(file, tls, 3, b"one").packet(0, 1, b"x", &[]);
        let file = secrets(file, 0x5753_4b00, 5, b"other");
        // The last claims more than there is.
        let file = secrets(file, tls, 99, b"four").packet(0, 2, b"y", &[]);
        let (facts, frames) = read(&file.bytes);
        assert_eq!(frames.len(), 2);
        let told: Vec<_> = facts.anomalies.iter().map(|it| (it.kind.name(), it.frame.0)).collect();
        assert_eq!(told, [("session-secrets", 0)]);
        assert_eq!(crate::capture::key_log(&file.bytes[..]).unwrap(), b"one\nfour\n");
    }
    let without = PcapNg::new(Order::Little).interface(1, 0, &[]).packet(0, 1, b"x", &[]);
    assert_eq!(crate::capture::key_log(&without.bytes[..]).unwrap(), b"");
}
