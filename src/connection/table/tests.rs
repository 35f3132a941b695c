//! Connections in the flow table, given as segments.

use super::*;
use crate::base::endpoint::Endpoint;
use crate::base::frame::Timestamp;
use crate::base::seq::SeqNumber;
use crate::decode::{TcpFlags, Tunnel};

impl Ended {
    /// The flow, made from its SYN if necessary.
    pub(crate) fn flow(self) -> Box<Flow> {
        match self {
            Self::Lone(lone) => lone.flow(),
            Self::Followed(flow) => flow,
            Self::Elsewhere(elsewhere) => panic!("{elsewhere:?}"),
        }
    }
}

const SYN: u8 = TcpFlags::SYN;
const ACK: u8 = TcpFlags::ACK;
const FIN: u8 = TcpFlags::FIN;
const RST: u8 = TcpFlags::RST;
/// 10 ms between frames.
const STEP: i64 = 10_000_000;
const CLIENT: usize = 0;
const SERVER: usize = 1;

fn end(side: usize) -> Endpoint {
    Endpoint {
        ip: [10, 0, 0, u8::try_from(side).unwrap() + 1].into(),
        port: if side == CLIENT { 50_000 } else { 443 },
    }
}

/// A segment; [`run`] sets its frame, and with it everything that distinguishes packets.
fn seg(from: usize, flags: u8, seq: u32, ack: u32, payload: &[u8]) -> Segment<'_> {
    Segment {
        frame: FrameNumber(0),
        time: Timestamp(0),
        src: end(from),
        dst: end(1 - from),
        seq: SeqNumber(seq),
        ack: SeqNumber(ack),
        flags: TcpFlags(flags),
        window: 1000,
        checksum: 0,
        options: &[],
        payload,
        lost: 0,
        ttl: 64,
        ip_id: None,
        interface: 0,
        tunnel: Tunnel::None,
    }
}

fn push(flows: &mut Flows, ended: &mut Vec<Ended>, segments: &[Segment<'_>], first: u64) {
    for (segment, frame) in segments.iter().zip(first..) {
        let unlike = u16::try_from(frame % 60_000).unwrap() + 1;
        let segment = Segment {
            frame: FrameNumber(frame),
            time: if segment.time == Timestamp(0) {
                Timestamp(frame as i64 * STEP)
            } else {
                segment.time
            },
            checksum: if segment.checksum == 0 {
                unlike
            } else {
                segment.checksum
            },
            ..*segment
        };
        flows.accept(&segment, ended);
    }
}

fn run(segments: &[Segment<'_>]) -> (Vec<Flow>, FlowCounts) {
    let (mut flows, mut ended) = (Flows::default(), Vec::new());
    push(&mut flows, &mut ended, segments, 1);
    ended.extend(flows.finish());
    let mut ended: Vec<_> = ended.into_iter().map(Ended::flow).collect();
    ended.sort_by_key(|flow| flow.index);
    (ended.into_iter().map(|flow| *flow.finish()).collect(), flows.counts)
}

fn only(segments: &[Segment<'_>]) -> Flow {
    let (mut flows, _) = run(segments);
    assert_eq!(flows.len(), 1);
    flows.remove(0)
}

/// TCP's handshake with sequence numbers 99 and 499: bytes begin at 100 and 500.
fn handshake() -> Vec<Segment<'static>> {
    vec![
        seg(CLIENT, SYN, 99, 0, b""),
        seg(SERVER, SYN | ACK, 499, 100, b""),
        seg(CLIENT, ACK, 100, 500, b""),
    ]
}

fn after_handshake<'a>(rest: &[Segment<'a>]) -> Vec<Segment<'a>> {
    [&handshake()[..], rest].concat()
}

/// Names of a direction's events.
fn said(flow: &Flow, side: usize) -> String {
    let names = flow.directions[side].events.iter().map(|event| {
        let text = format!("{:?}", event.kind);
        let text = text.strip_prefix("Tls(").unwrap_or(&text);
        text.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()
    });
    names.collect::<Vec<_>>().join(" ")
}

const ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
const DATA: &[u8] = &[23, 3, 3, 0, 5, 1, 2, 3, 4, 5];

#[test]
fn a_connection_is_read_in_both_directions() {
    let flow = only(&after_handshake(&[
        seg(CLIENT, ACK, 100, 500, DATA),
        seg(SERVER, ACK, 500, 110, ALERT),
        seg(SERVER, FIN | ACK, 507, 110, b""),
        seg(CLIENT, FIN | ACK, 110, 508, b""),
    ]));
    assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData Fin");
    assert_eq!(said(&flow, SERVER), "Syn Alert Fin");
    assert_eq!(flow.opener, Some(CLIENT));
    assert_eq!((flow.first.frame, flow.last.frame), (FrameNumber(1), FrameNumber(7)));
    assert!(
        flow.directions
            .iter()
            .all(|side| side.tcp.start_known && side.tcp.gaps.is_empty())
    );
    assert_eq!(flow.directions[CLIENT].tcp.acked_bytes, 10);
}

#[test]
fn a_new_syn_on_the_same_ports_is_a_new_connection() {
    let again = handshake().into_iter().map(|segment| Segment {
        seq: segment.seq.plus(70_000),
        ack: segment.ack.plus(70_000),
        ..segment
    });
    let (flows, counts) = run(&handshake().into_iter().chain(again).collect::<Vec<_>>());
    assert_eq!((flows.len(), counts.flows), (2, 2));
    assert!(
        flows
            .iter()
            .all(|flow| said(flow, CLIENT) == "Syn Ack" && said(flow, SERVER) == "Syn")
    );
}

#[test]
fn a_syn_sent_again_is_the_same_connection() {
    let flow = only(&[
        seg(CLIENT, SYN, 99, 0, b""),
        seg(CLIENT, SYN, 99, 0, b""),
        seg(SERVER, SYN | ACK, 499, 100, b""),
        seg(SERVER, SYN | ACK, 499, 100, b""),
    ]);
    assert_eq!(flow.directions[CLIENT].tcp.syns.len(), 2);
    assert_eq!(flow.directions[CLIENT].tcp.retransmissions, 1);
    assert_eq!(flow.directions[SERVER].tcp.syns.len(), 2);
    assert_eq!(said(&flow, CLIENT), "Syn");
}

#[test]
fn a_syn_that_comes_late_in_the_file_belongs_to_the_bytes_seen() {
    let flow = only(&[
        seg(CLIENT, ACK, 100, 500, DATA),
        seg(SERVER, ACK, 500, 110, ALERT),
        seg(SERVER, SYN | ACK, 499, 100, b""),
        seg(CLIENT, SYN, 99, 0, b""),
    ]);
    assert_eq!(said(&flow, CLIENT), "Syn ApplicationData");
    assert_eq!(said(&flow, SERVER), "Syn Alert");
    assert_eq!(flow.opener, Some(CLIENT));
    assert!(flow.directions[CLIENT].tcp.start_known);
}

#[test]
fn an_acknowledgement_before_the_syn_ack_in_the_file_hides_no_greeting() {
    let flow = only(&[
        seg(CLIENT, SYN, 99, 0, b""),
        seg(CLIENT, ACK, 100, 509, b""),
        seg(SERVER, SYN | ACK, 499, 100, b""),
        seg(SERVER, ACK, 500, 100, b"220 mail\n"),
    ]);
    assert_eq!(flow.directions[SERVER].talk.bytes(), b"220 mail\n");
}

#[test]
fn a_greeting_before_the_syn_in_the_file_belongs_to_its_connection() {
    let flow = only(&[
        seg(SERVER, ACK, 500, 100, b"220 mail\n"),
        seg(CLIENT, SYN, 99, 0, b""),
        seg(CLIENT, ACK, 100, 500, b""),
        seg(SERVER, SYN | ACK, 499, 100, b""),
    ]);
    assert_eq!(flow.directions[SERVER].talk.bytes(), b"220 mail\n");
}

#[test]
fn a_syn_that_does_not_fit_the_bytes_seen_begins_another_connection() {
    for isn in [101, 99 + 5_000_000, 99_u32.wrapping_sub(5_000_000)] {
        let (flows, _) = run(&[seg(CLIENT, ACK, 100, 500, DATA), seg(CLIENT, SYN, isn, 0, b"")]);
        assert_eq!(flows.len(), 2, "{isn}");
    }
}

#[test]
fn the_answer_to_a_syn_may_stand_before_it() {
    let [syn, answer, ack] = [0, 1, 2].map(|n: usize| handshake()[n]);
    let flow = only(&[answer, syn, ack, seg(CLIENT, ACK, 100, 500, DATA)]);
    assert_eq!(flow.opener, Some(CLIENT));
    assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData");
}

#[test]
fn a_syn_ack_alone_tells_who_opened() {
    let flow = only(&[seg(SERVER, SYN | ACK, 499, 100, b"")]);
    assert_eq!(flow.opener, Some(CLIENT));
    assert!(flow.directions[CLIENT].tcp.start_known);
    assert_eq!(flow.directions[CLIENT].tcp.frames, 0);
}

#[test]
fn bytes_after_a_reset_in_the_file_are_read_all_the_same() {
    let flow = only(&after_handshake(&[
        seg(SERVER, RST, 507, 0, b""),
        seg(SERVER, ACK, 500, 110, ALERT),
        seg(CLIENT, ACK, 100, 500, DATA),
    ]));
    assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData");
    assert_eq!(said(&flow, SERVER), "Syn Alert Reset");
    assert_eq!(flow.directions[SERVER].tcp.reset.unwrap().frame, FrameNumber(4));
}

#[test]
fn a_reset_in_answer_to_a_syn_leaves_the_connection_unopened() {
    let flow = only(&[seg(CLIENT, SYN, 99, 0, b""), seg(SERVER, RST | ACK, 0, 100, b"")]);
    assert_eq!(said(&flow, SERVER), "Reset");
    assert!(flow.directions[SERVER].tcp.syns.is_empty());
    assert!(flow.directions[SERVER].tcp.reset.unwrap().ack);
}

#[test]
fn a_closed_connection_is_handed_on_when_late_copies_have_come_and_not_before() {
    let (mut flows, mut ended) = (Flows::default(), Vec::new());
    push(
        &mut flows,
        &mut ended,
        &after_handshake(&[seg(SERVER, RST, 500, 0, b"")]),
        1,
    );
    let other = Segment {
        src: Endpoint { port: 1, ..end(CLIENT) },
        ..seg(CLIENT, SYN, 9, 0, b"")
    };
    push(&mut flows, &mut ended, &[other], 4 + LINGER - 1);
    assert!(ended.is_empty());
    push(&mut flows, &mut ended, &[other], 4 + LINGER);
    assert_eq!(ended.len(), 1);
    // Its slot is used again, and the end of the capture hands on only the rest.
    ended.extend(flows.finish());
    assert_eq!(ended.len(), 2);
}

#[test]
fn a_connection_with_a_hole_waits_for_it_beyond_its_close() {
    let (mut flows, mut ended) = (Flows::default(), Vec::new());
    let closing = [
        seg(CLIENT, FIN | ACK, 110, 500, b""),
        seg(SERVER, FIN | ACK, 500, 111, b""),
    ];
    push(&mut flows, &mut ended, &after_handshake(&closing), 1);
    push(&mut flows, &mut ended, &[seg(CLIENT, ACK, 100, 500, DATA)], 2 * LINGER);
    assert!(ended.is_empty());
    ended.extend(flows.finish());
    let ended: Vec<_> = ended.into_iter().map(|ended| ended.flow().finish()).collect();
    assert_eq!(said(&ended[0], CLIENT), "Syn Ack ApplicationData Fin");
}

#[test]
fn the_same_packet_twice_is_a_copy_whatever_its_time_to_live() {
    let packet = Segment {
        ip_id: Some(7),
        checksum: 9,
        ..seg(CLIENT, ACK, 100, 500, DATA)
    };
    let flow = only(&after_handshake(&[packet, Segment { ttl: 63, ..packet }]));
    let tcp = &flow.directions[CLIENT].tcp;
    assert_eq!((tcp.duplicates, tcp.retransmissions, tcp.frames), (1, 0, 3));
}

#[test]
fn the_same_bytes_with_another_identification_are_a_retransmission() {
    let packet = Segment {
        ip_id: Some(7),
        checksum: 9,
        ..seg(CLIENT, ACK, 100, 500, DATA)
    };
    let flow = only(&after_handshake(&[
        packet,
        Segment {
            ip_id: Some(8),
            ..packet
        },
    ]));
    let tcp = &flow.directions[CLIENT].tcp;
    assert_eq!((tcp.duplicates, tcp.retransmissions, tcp.frames), (0, 1, 4));
}

#[test]
fn without_identification_only_a_prompt_repetition_is_a_copy() {
    for (id, after, copies) in [
        (None, 99_000_000, 1),
        (None, 200_000_000, 0),
        (Some(0), 200_000_000, 0),
        (Some(7), 200_000_000, 1),
    ] {
        let packet = Segment {
            ip_id: id,
            checksum: 9,
            time: Timestamp(STEP * 10),
            ..seg(CLIENT, ACK, 100, 500, DATA)
        };
        let later = Segment {
            time: Timestamp(STEP * 10 + after),
            ..packet
        };
        let flow = only(&after_handshake(&[packet, later]));
        let tcp = &flow.directions[CLIENT].tcp;
        assert_eq!(
            (tcp.duplicates, tcp.retransmissions),
            (copies, 1 - copies),
            "{id:?}, {after} ns"
        );
    }
}

#[test]
fn copies_ahead_of_a_hole_are_copies() {
    let packet = Segment {
        ip_id: Some(7),
        checksum: 9,
        ..seg(CLIENT, ACK, 110, 500, DATA)
    };
    let (flows, counts) = run(&after_handshake(&[packet, packet, seg(CLIENT, ACK, 100, 500, DATA)]));
    assert_eq!(counts.duplicates, 1);
    assert_eq!(flows[0].directions[CLIENT].tcp.frames, 4);
    assert_eq!(said(&flows[0], CLIENT), "Syn Ack ApplicationData ApplicationData");
}

#[test]
fn a_keep_alive_byte_is_counted_and_not_read() {
    let flow = only(&after_handshake(&[
        seg(CLIENT, ACK, 100, 500, DATA),
        seg(CLIENT, ACK, 109, 500, b"?"),
        seg(CLIENT, ACK, 110, 500, DATA),
    ]));
    let tcp = &flow.directions[CLIENT].tcp;
    assert_eq!((tcp.keep_alives, tcp.retransmissions, tcp.bytes), (1, 0, 20));
    assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData ApplicationData");
}

#[test]
fn one_side_may_close_and_the_other_speak_on() {
    let (mut flows, mut ended) = (Flows::default(), Vec::new());
    let half = [seg(CLIENT, FIN | ACK, 100, 500, b""), seg(SERVER, ACK, 500, 101, DATA)];
    push(&mut flows, &mut ended, &after_handshake(&half), 1);
    push(&mut flows, &mut ended, &[seg(SERVER, ACK, 510, 101, ALERT)], 3 * LINGER);
    ended.extend(flows.finish());
    let ended: Vec<_> = ended.into_iter().map(|ended| ended.flow().finish()).collect();
    assert_eq!(said(&ended[0], SERVER), "Syn ApplicationData Alert");
    assert_eq!(said(&ended[0], CLIENT), "Syn Ack Fin");
}

#[test]
fn sequence_numbers_wrap_in_both_directions() {
    let isn = u32::MAX - 4;
    let flow = only(&[
        seg(CLIENT, SYN, isn, 0, b""),
        seg(SERVER, SYN | ACK, isn, isn + 1, b""),
        seg(CLIENT, ACK, isn + 1, isn + 1, b""),
        seg(CLIENT, ACK, isn + 1, isn + 1, DATA),
        seg(SERVER, ACK, isn + 1, 6, DATA),
        seg(CLIENT, FIN | ACK, 6, 6, DATA),
    ]);
    assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData ApplicationData Fin");
    assert_eq!(said(&flow, SERVER), "Syn ApplicationData");
    let tcp = &flow.directions[CLIENT].tcp;
    assert_eq!((tcp.bytes, tcp.acked_bytes, tcp.gaps.len()), (20, 10, 0));
}

#[test]
fn a_syn_and_a_fin_may_carry_data() {
    let flow = only(&[
        seg(CLIENT, SYN, 99, 0, DATA),
        seg(SERVER, SYN | ACK, 499, 110, b""),
        seg(CLIENT, ACK, 110, 500, b""),
        seg(CLIENT, FIN | ACK, 110, 500, ALERT),
        seg(SERVER, ACK, 500, 118, b""),
    ]);
    assert_eq!(said(&flow, CLIENT), "Syn ApplicationData Alert Fin");
    let client = &flow.directions[CLIENT];
    assert_eq!((client.tcp.bytes, client.tcp.gaps.len()), (17, 0));
    assert!(!client.tcp.acked_unseen);
}

#[test]
fn a_syn_whose_data_the_server_did_not_take_is_followed_by_it_again() {
    let flow = only(&[
        seg(CLIENT, SYN, 99, 0, DATA),
        seg(SERVER, SYN | ACK, 499, 100, b""),
        seg(CLIENT, ACK, 100, 500, DATA),
    ]);
    assert_eq!(said(&flow, CLIENT), "Syn Ack ApplicationData");
    assert_eq!(flow.directions[CLIENT].tcp.retransmissions, 1);
}

#[test]
fn segments_outside_any_window_do_not_stop_what_follows() {
    for wild in [100 + 0x3000_0000, 100_u32.wrapping_sub(0x3000_0000), 100 + 400_000] {
        let flow = only(&after_handshake(&[
            seg(CLIENT, ACK, wild, 500, b"injected"),
            seg(CLIENT, ACK, 100, 500, DATA),
            seg(CLIENT, ACK, 110, 500, ALERT),
        ]));
        assert!(
            said(&flow, CLIENT).starts_with("Syn Ack ApplicationData Alert"),
            "{wild}"
        );
    }
}

#[test]
fn bytes_acknowledged_and_not_captured_are_known_to_exist() {
    let flow = only(&after_handshake(&[
        seg(CLIENT, ACK, 100, 500, DATA),
        seg(CLIENT, ACK, 110, 900, b""),
    ]));
    let server = &flow.directions[SERVER].tcp;
    assert!(server.acked_unseen);
    // One number of the 400 may be a FIN.
    assert_eq!(server.gaps.iter().map(|gap| gap.to - gap.from).sum::<u64>(), 399);
    assert!(!flow.directions[CLIENT].tcp.acked_unseen);
}

#[test]
fn an_acknowledged_fin_is_no_missing_byte() {
    let flow = only(&after_handshake(&[
        seg(SERVER, FIN | ACK, 500, 100, b""),
        seg(CLIENT, ACK, 100, 501, b""),
    ]));
    assert!(!flow.directions[SERVER].tcp.acked_unseen && flow.directions[SERVER].tcp.gaps.is_empty());
}

#[test]
fn what_began_before_the_capture_is_followed_only_where_something_known_could_begin() {
    let (flows, counts) = run(&[
        seg(CLIENT, ACK, 100, 500, b"\x99 the middle of something"),
        seg(SERVER, ACK, 500, 110, b""),
    ]);
    assert!(flows.is_empty());
    assert_eq!(counts.stray, 1);
    for begin in [
        DATA,
        ALERT,
        b"POST /a HTTP/1.1\r\n",
        b"xx\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"\x80\x2e\x01\x03\x01",
    ] {
        assert_eq!(run(&[seg(CLIENT, ACK, 100, 500, begin)]).1.flows, 1, "{begin:?}");
    }
}

#[test]
fn a_scan_closes_idle_connections_and_not_one_that_lives() {
    let (mut flows, mut ended) = (Flows::default(), Vec::new());
    push(
        &mut flows,
        &mut ended,
        &after_handshake(&[seg(CLIENT, ACK, 100, 500, DATA)]),
        1,
    );
    let scan: Vec<Segment<'_>> = (0..MAX_FLOWS + 50)
        .map(|n| Segment {
            src: Endpoint {
                ip: [10, 1, 0, 1].into(),
                port: u16::try_from(n % 60_000).unwrap(),
            },
            ..seg(CLIENT, SYN, 1, 0, b"")
        })
        .collect();
    push(&mut flows, &mut ended, &scan, 5);
    // 51 are too many, and they are evicted in batches.
    let evicted = 51_usize.next_multiple_of(EVICTED_AT_ONCE);
    assert_eq!(flows.counts.evicted, evicted as u64);
    assert_eq!(ended.len(), evicted);
    assert!(
        ended
            .iter()
            .all(|ended| matches!(ended, Ended::Lone(lone) if lone.index != 0))
    );
    ended.extend(flows.finish());
    assert_eq!(ended.len(), MAX_FLOWS + 51);
}

#[test]
fn a_sweep_that_nobody_goes_on_with_pushes_out_no_syn_before_its_answer() {
    const COUNT: usize = 3 * MAX_FLOWS;
    const IN_FLIGHT: usize = 1000;
    let target = |n: usize| Endpoint {
        ip: std::net::Ipv4Addr::from(0x0a02_0000 + n as u32).into(),
        port: 443,
    };
    for mut flows in [Flows::default(), Flows::of_names(Vec::new())] {
        let mut ended = Vec::new();
        for n in 0..COUNT + IN_FLIGHT {
            if n < COUNT {
                let syn = Segment {
                    dst: target(n),
                    ..seg(CLIENT, SYN, 1, 0, b"")
                };
                push(&mut flows, &mut ended, &[syn], n as u64);
            }
            if let Some(n) = n.checked_sub(IN_FLIGHT) {
                let syn_ack = Segment {
                    src: target(n),
                    ..seg(SERVER, SYN | ACK, 1, 2, b"")
                };
                push(&mut flows, &mut ended, &[syn_ack], n as u64);
            }
        }
        assert_eq!(flows.counts.flows, COUNT as u64, "each once");
        ended.extend(flows.finish());
        let has_both = |ended: &&Ended| matches!(ended, Ended::Elsewhere(it) if it.spoke == [true; 2] && !it.is_tls);
        assert_eq!(ended.iter().filter(has_both).count(), COUNT);
    }
}

#[test]
fn two_connections_to_one_port_stay_apart() {
    let other = |segment: Segment<'static>| {
        let shift = |end: Endpoint| {
            if end.port == 443 {
                end
            } else {
                Endpoint { port: 50_001, ..end }
            }
        };
        Segment {
            src: shift(segment.src),
            dst: shift(segment.dst),
            ..segment
        }
    };
    let both: Vec<Segment<'_>> = handshake().into_iter().flat_map(|it| [it, other(it)]).collect();
    let (flows, _) = run(&both);
    assert_eq!(flows.len(), 2);
    assert!(flows.iter().all(|flow| said(flow, CLIENT) == "Syn Ack"));
}

#[test]
fn payload_cut_by_the_snap_length_is_counted_and_its_hole_named() {
    let cut = Segment {
        lost: 40,
        ..seg(CLIENT, ACK, 100, 500, &DATA[..5])
    };
    let (flows, counts) = run(&after_handshake(&[cut, seg(CLIENT, ACK, 145, 500, ALERT)]));
    let tcp = &flows[0].directions[CLIENT].tcp;
    assert_eq!((counts.cut, tcp.cut, tcp.largest, tcp.bytes), (1, 1, 45, 52));
    assert_eq!(tcp.gaps[0].cause, crate::tcp::stream::GapCause::SnapLength);
}

#[test]
fn one_syn_is_kept_small_and_becomes_the_flow_that_it_would_have_been() {
    let syn = Segment {
        frame: FrameNumber(9),
        time: Timestamp(STEP),
        options: &[1, 2, 4, 5, 0xb4, 4, 2, 1],
        ip_id: Some(3),
        checksum: 7,
        ..seg(SERVER, SYN, 99, 0, b"")
    };
    let mut direct = Flow::begin(4, &syn);
    direct.accept(&syn, SERVER, &mut FlowCounts::default(), None);
    let lone = Lone::of(
        Bare::of(&syn, SERVER, SYN).unwrap(),
        Key::of(end(CLIENT), end(SERVER)).0,
        4,
    );
    assert_eq!(format!("{:?}", lone.flow()), format!("{direct:?}"));
    for more in [
        seg(CLIENT, SYN | ACK, 9, 9, b""),
        seg(CLIENT, SYN, 9, 0, DATA),
        seg(CLIENT, SYN | RST, 9, 0, b""),
        seg(CLIENT, ACK, 9, 9, b""),
    ] {
        assert!(Bare::of(&more, 0, SYN).is_none());
    }
}

/// A Client Hello that asks for this server.
fn hello(name: &str) -> Vec<u8> {
    let len = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes();
    let entry = [&[0][..], &len(name.as_bytes()), name.as_bytes()].concat();
    let list = [&len(&entry)[..], &entry].concat();
    let extension = [&[0, 0][..], &len(&list), &list].concat();
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0, 0, 2, 0x13, 1, 1, 0],
        &len(&extension),
        &extension,
    ]
    .concat();
    let message = [&[1, 0][..], &len(&body), &body].concat();
    [&[22, 3, 1][..], &len(&message), &message].concat()
}

/// A connection that asks for `other.example` while `own.example` is of interest, after these segments.
fn elsewhere(rest: &[Segment<'_>]) -> (Flows, Vec<Ended>) {
    let (mut flows, mut ended) = (Flows::of_names(vec!["own.example".to_owned()]), Vec::new());
    push(&mut flows, &mut ended, &handshake(), 1);
    push(
        &mut flows,
        &mut ended,
        &[seg(CLIENT, ACK, 100, 500, &hello("other.example"))],
        4,
    );
    push(&mut flows, &mut ended, rest, 5);
    (flows, ended)
}

#[test]
fn a_connection_that_names_another_server_shrinks_and_is_counted_as_what_it_was() {
    let (mut flows, mut ended) = elsewhere(&[seg(SERVER, ACK, 500, 300, DATA)]);
    assert!(ended.is_empty());
    ended.extend(flows.finish());
    let [Ended::Elsewhere(flow)] = &ended[..] else {
        panic!("{ended:?}")
    };
    assert!(flow.is_tls && flow.spoke == [true; 2]);
    assert_eq!(flow.name.as_ref().unwrap().raw(), "other.example");
    // The one of interest is followed.
    let (mut flows, mut ended) = (Flows::of_names(vec!["own.example".to_owned()]), Vec::new());
    push(
        &mut flows,
        &mut ended,
        &[seg(CLIENT, ACK, 100, 500, &hello("Own.Example."))],
        1,
    );
    ended.extend(flows.finish());
    assert!(matches!(&ended[..], [Ended::Followed(_)]));
}

#[test]
fn a_connection_that_was_given_up_ends_as_any_other() {
    let fin = |side: usize| seg(side, FIN | ACK, 600, 600, b"");
    let next = |n: u64| {
        let syn = seg(CLIENT, SYN, 70_000, 0, b"");
        [syn].map(|syn| Segment {
            src: Endpoint { port: 7, ..end(CLIENT) },
            frame: FrameNumber(n),
            ..syn
        })
    };
    for (closing, ends) in [
        (vec![fin(CLIENT)], 0),
        (vec![fin(CLIENT), fin(SERVER)], 1),
        (vec![seg(SERVER, RST, 600, 0, b"")], 1),
    ] {
        let (mut flows, mut ended) = elsewhere(&closing);
        push(&mut flows, &mut ended, &next(1), 6 + LINGER);
        assert_eq!(ended.len(), ends, "{closing:?}");
    }
    // The same SYN again belongs to no other connection; other numbers do.
    for (seq, ends) in [(99, 0), (70_000, 1)] {
        let (_, ended) = elsewhere(&[seg(CLIENT, SYN, seq, 0, b"")]);
        assert_eq!(ended.len(), ends);
    }
    // A copy of a closing segment is counted.
    let packet = Segment {
        ip_id: Some(5),
        checksum: 9,
        ..fin(CLIENT)
    };
    let (flows, _) = elsewhere(&[packet, packet]);
    assert_eq!(flows.counts.duplicates, 1);
}

#[test]
fn when_all_places_are_taken_a_connection_goes_that_was_silent_since_its_turn() {
    let (mut flows, mut ended) = (Flows::default(), Vec::new());
    let of = |port: usize, segment: Segment<'static>| Segment {
        src: Endpoint {
            port: u16::try_from(port).unwrap(),
            ..segment.src
        },
        ..segment
    };
    let all: Vec<_> = (0..MAX_FLOWS)
        .map(|n| of(n, seg(CLIENT, ACK, 100, 500, DATA)))
        .collect();
    push(&mut flows, &mut ended, &all, 1);
    // All have sent segments, so all get a turn; then the first one is evicted, and the next silent one.
    push(
        &mut flows,
        &mut ended,
        &[of(20_000, seg(CLIENT, ACK, 100, 500, DATA))],
        20_000,
    );
    push(
        &mut flows,
        &mut ended,
        &[of(1, seg(CLIENT, ACK, 110, 500, DATA))],
        20_001,
    );
    push(
        &mut flows,
        &mut ended,
        &[of(20_001, seg(CLIENT, ACK, 100, 500, DATA))],
        20_002,
    );
    let gone: Vec<u64> = ended.into_iter().map(|ended| ended.flow().index).collect();
    assert_eq!((gone, flows.counts.evicted), (vec![0, 2], 2));
}

/// Segments as they come from the wire: numbered, ten milliseconds apart, each a packet of its own.
fn numbered<'a>(segments: &[Segment<'a>]) -> Vec<Segment<'a>> {
    let number = |(at, segment): (usize, &Segment<'a>)| Segment {
        frame: FrameNumber(at as u64 + 1),
        time: Timestamp(at as i64 * STEP),
        ip_id: Some(at as u16 + 1),
        ..*segment
    };
    segments.iter().enumerate().map(number).collect()
}

#[test]
fn a_handshake_becomes_the_flow_that_it_would_have_been_whatever_comes_next() {
    let names = vec!["smartreceiver.cisco.com".to_owned()];
    let own = hello("SmartReceiver.cisco.com.");
    let (syn, syn_ack) = (seg(CLIENT, SYN, 99, 0, b""), seg(SERVER, SYN | ACK, 499, 100, b""));
    let with_mss = Segment {
        options: &[2, 4, 5, 0xb4, 1, 1, 8, 10, 0, 0, 0, 5, 0, 0, 0, 5],
        ..syn_ack
    };
    let selective = Segment {
        options: &[1, 1, 5, 10, 0, 0, 2, 0, 0, 0, 2, 5],
        ..seg(CLIENT, ACK, 100, 500, b"")
    };
    let ack = seg(CLIENT, ACK, 100, 500, b"");
    for segments in [
        vec![syn, with_mss, ack],
        vec![syn, syn_ack, ack, seg(CLIENT, ACK, 100, 500, &own)],
        vec![syn, syn_ack, seg(CLIENT, ACK, 100, 500, DATA), ack],
        vec![syn, syn_ack, ack, seg(SERVER, ACK, 500, 100, DATA)],
        vec![syn, syn_ack, ack, ack, seg(CLIENT, FIN | ACK, 100, 500, b"")],
        vec![syn, syn_ack, selective, seg(CLIENT, ACK, 101, 500, DATA)],
        vec![syn, syn_ack, seg(CLIENT, RST, 100, 0, b"")],
        vec![syn, syn_ack, syn_ack, syn, ack],
        vec![syn, seg(SERVER, SYN | ACK, 499, 7, b""), ack],
        vec![syn, seg(SERVER, RST | ACK, 0, 100, b"")],
    ] {
        let segments = numbered(&segments);
        let (mut flows, mut ended) = (Flows::of_names(names.clone()), Vec::new());
        for segment in &segments {
            flows.accept(segment, &mut ended);
        }
        ended.extend(flows.finish());
        let mut direct = Flow::begin(0, &segments[0]);
        for segment in &segments {
            let from = usize::from(segment.src == end(SERVER));
            direct.accept(segment, from, &mut FlowCounts::default(), Some(&names));
        }
        let [Ended::Followed(flow)] = &mut ended[..] else {
            panic!("{ended:?}")
        };
        flow.closing = direct.closing;
        assert_eq!(format!("{flow:?}"), format!("{direct:?}"), "{segments:?}");
    }
}

#[test]
fn what_is_not_followed_leaves_what_the_flow_would_have_left() {
    let names = vec!["smartreceiver.cisco.com".to_owned()];
    let other = hello("www.example.net");
    let segments = numbered(&[
        seg(CLIENT, SYN, 99, 0, b""),
        seg(SERVER, SYN | ACK, 499, 100, b""),
        seg(CLIENT, ACK, 100, 500, b""),
        seg(CLIENT, ACK, 100, 500, &other),
    ]);
    for (segments, is_given_up) in [(&segments[..], true), (&segments[..2], false)] {
        let mut direct = Flow::begin(0, &segments[0]);
        let (mut flows, mut ended) = (Flows::of_names(names.clone()), Vec::new());
        for segment in segments {
            let from = usize::from(segment.src == end(SERVER));
            direct.accept(segment, from, &mut FlowCounts::default(), Some(&names));
            flows.accept(segment, &mut ended);
        }
        assert!(direct.is_given_up() == is_given_up && ended.is_empty());
        ended.extend(flows.finish());
        let [Ended::Elsewhere(elsewhere)] = &ended[..] else {
            panic!("{ended:?}")
        };
        let direct = Elsewhere::of(&direct);
        // The place of its first byte is needed only if it goes on.
        let told = |it: &Elsewhere| format!("{:?}", (it.sighting, it.spoke, it.is_tls, &it.name));
        assert_eq!(told(elsewhere), told(&direct));
        assert!(!is_given_up || format!("{elsewhere:?}") == format!("{direct:?}"));
    }
}
