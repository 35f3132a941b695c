//! Stories that went wrong in some tool, each named for what is true of it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::scenario::messages::*;
use crate::scenario::*;
use crate::support::{alerts, analyze, fingerprints, messages};
use tlswalk::Options;
use tlswalk::report::{Attempt, Connection, Reason, Report, Verdict};

const SECOND: i64 = 1_000_000_000;

/// SHA-256 of `tests/data/{server,issuer,client}.der`.
const SERVER_SHA256: &str = "4216025d3b7b0424e223b823b0999b4ce0be8012cfcfd663a57804078ce7e52f";
const ISSUER_SHA256: &str = "e08798254a48bb9793b94cb4cfc1a2dffadb6ee562ab972fb9ad5b1d20e4ccc6";
const CLIENT_SHA256: &str = "0fc1db5768a1cc1af339e2f9bcd9de5df60d9f42168bef0b937d950533de43d2";

/// What client and server say in clear in [`Scenario::tls12`].
const TLS12: [&str; 2] = [
    "client-hello certificate client-key-exchange certificate-verify change-cipher-spec",
    "server-hello certificate certificate-request server-hello-done new-session-ticket change-cipher-spec",
];

/// The same for [`Scenario::tls13`].
const TLS13: [&str; 2] = ["client-hello change-cipher-spec", "server-hello change-cipher-spec"];

/// The one TLS connection of a capture.
fn only(report: &Report) -> &Connection {
    let [connection] = &report.connections[..] else {
        panic!("{} connections instead of one", report.connections.len())
    };
    connection
}

/// One connection, with these messages in clear, in this order, and no alert.
#[track_caller]
fn check(scenario: &Scenario, [client, server]: [&str; 2]) {
    for file in [scenario.pcap(), scenario.pcapng()] {
        let report = analyze(&file);
        let connection = only(&report);
        assert_eq!(messages(connection, "client"), client, "the client's messages");
        assert_eq!(messages(connection, "server"), server, "the server's messages");
        assert_eq!(alerts(connection), [], "no alert");
    }
}

/// As [`check`], and both chains of [`Scenario::tls12`] are there byte for byte.
#[track_caller]
fn check_tls12(scenario: &Scenario) {
    check(scenario, TLS12);
    let report = analyze(&scenario.pcap());
    let certificates = &only(&report).certificates;
    assert_eq!(fingerprints(&certificates.server), [SERVER_SHA256, ISSUER_SHA256]);
    assert_eq!(fingerprints(&certificates.client), [CLIENT_SHA256]);
}

/// The alert is found, from its sender, and nothing else is taken for one.
#[track_caller]
fn check_alert(scenario: &Scenario, side: Side, code: u8) {
    let report = analyze(&scenario.pcap());
    assert_eq!(alerts(only(&report)), [(side.name(), code)]);
}

/// Frame number of the n-th segment (from 1) with data from `side`.
fn segment(scenario: &Scenario, side: Side, number: usize) -> usize {
    scenario.data_frames(side)[number - 1]
}

// Whole conversations.

#[test]
fn a_plain_conversation_is_read_whole() {
    check_tls12(&Scenario::tls12());
}

#[test]
fn tls13_shows_its_hellos_only() {
    check(&Scenario::tls13(), TLS13);
}

#[test]
fn hello_retry_request_is_not_a_server_hello() {
    let both = [
        "client-hello change-cipher-spec client-hello",
        "hello-retry-request change-cipher-spec server-hello",
    ];
    check(&Scenario::tls13_retry(), both);
}

#[test]
fn ipv6_vlan_and_offloaded_checksums_change_nothing() {
    check_tls12(&Scenario::tls12().ipv6());
    check_tls12(&Scenario::tls12().vlan(110));
    check_tls12(&Scenario::tls12().offloaded(Client).offloaded(Server));
}

/// Some stacks count the padding of a bare acknowledgement as data; what is sent next from the same place is what counts.
#[test]
fn padding_that_is_counted_as_data_displaces_nothing() {
    let mut story = Scenario::tls12();
    for packet in &mut story.packets {
        if packet.payload.is_empty() && packet.flags & 0b0101 == 0 {
            packet.payload = vec![0; 6];
        }
    }
    check_tls12(&story);
}

#[test]
fn a_second_version_of_the_same_bytes_is_shown_and_the_first_is_used() {
    let mut story = Scenario::tls12();
    let at = story
        .packets
        .iter()
        .position(|p| p.side == Server && !p.payload.is_empty())
        .unwrap();
    let mut forged = story.packets[at].clone();
    forged.payload = b"HTTP/1.1 302 Found\r\nLocation: http://block.example/\r\n\r\n".to_vec();
    forged.ip_id = forged.ip_id.wrapping_add(1000);
    forged.time += 1000;
    story.packets.insert(at + 1, forged);
    check_tls12(&story);
    let report = analyze(&story.pcap());
    let anomaly = report
        .capture
        .anomalies
        .iter()
        .find(|it| it.id == "overlap-differs")
        .unwrap();
    assert!(anomaly.detail.contains("HTTP/1.1 302 Found"), "{}", anomaly.detail);
    assert_eq!(anomaly.frame, at as u64 + 2);
}

#[test]
fn wrong_checksums_are_mentioned_once() {
    let ids = |story: &Scenario| -> Vec<String> {
        analyze(&story.pcap())
            .capture
            .anomalies
            .into_iter()
            .map(|it| it.id)
            .filter(|id| id == "wrong-checksums")
            .collect()
    };
    assert_eq!(ids(&Scenario::tls12().offloaded(Client)), ["wrong-checksums"]);
    assert!(ids(&Scenario::tls12()).is_empty());
    assert!(ids(&Scenario::tls12().ipv6()).is_empty());
}

/// That bytes never arrived shows by what their receiver acknowledges afterwards.
#[test]
fn a_hole_after_which_the_receiver_is_not_seen_has_an_unknown_cause() {
    let story = Scenario::tls12();
    let data: Vec<usize> = (0..story.packets.len())
        .filter(|&n| story.packets[n].side == Server && !story.packets[n].payload.is_empty())
        .collect();
    let (hole, after) = (data[0], data[1]);
    let cut = story.drop_frame(hole + 1);
    let cut = cut.cut_at(after);
    let report = analyze(&cut.pcap());
    let causes: Vec<&str> = only(&report).tcp.gaps.iter().map(|gap| gap.cause).collect();
    assert_eq!(causes, ["unknown"]);
}

// Messages and records.

#[test]
fn a_message_may_span_records() {
    check_tls12(&Scenario::tls12_with(|messages| in_records_of(100, messages)));
    check_tls12(&Scenario::tls12_with(|messages| in_records_of(1, messages)));
}

#[test]
fn a_record_may_hold_several_messages() {
    check_tls12(&Scenario::tls12_with(all_in_one_record));
}

#[test]
fn a_record_may_end_inside_a_message_that_follows_another() {
    let hello = server_flight()[0].len();
    check_tls12(&Scenario::tls12_with(|messages| in_records_of(hello + 3, messages)));
}

/// The explicit nonce of zeros reads as two empty HelloRequests; random bytes may read as anything.
#[test]
fn encrypted_records_after_change_cipher_spec_are_not_misread() {
    let finish = |seed| {
        [
            change_cipher_spec(),
            record(HANDSHAKE, &[vec![2, 0, 0, 36], noise(seed, 36)].concat()),
        ]
        .concat()
    };
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .send(
            Server,
            each_in_a_record(&[server_hello(), certificate(&[SERVER_CERTIFICATE]), server_hello_done()]),
        )
        .send(
            Client,
            [each_in_a_record(&[client_key_exchange()]), finish(40)].concat(),
        )
        .send(Server, finish(41))
        .data()
        .send(Server, record(ALERT, &noise(42, 26)));
    let both = [
        "client-hello client-key-exchange change-cipher-spec",
        "server-hello certificate server-hello-done change-cipher-spec",
    ];
    check(&story, both);
}

#[test]
fn interleaved_directions_never_mix() {
    let story = Scenario::tls12_with(|messages| in_records_of(64, messages))
        .split(Client, 50)
        .split(Server, 50);
    check_tls12(&story.delay(Server, 40_000_000));
}

// Segments.

#[test]
fn one_byte_segments_are_enough() {
    check_tls12(&Scenario::tls12().split(Client, 1).split(Server, 1));
}

#[test]
fn merged_segments_are_read() {
    check_tls12(&Scenario::tls12().merge(Client).merge(Server));
}

#[test]
fn retransmitted_client_hello_is_read_once() {
    let story = Scenario::tls12();
    let hello = segment(&story, Client, 1);
    check_tls12(&story.retransmit(hello));
}

#[test]
fn retransmission_in_other_pieces_is_read_once() {
    let story = Scenario::tls12();
    let (first, second) = (segment(&story, Server, 1), segment(&story, Server, 2));
    let joined: Vec<u8> = [first, second]
        .iter()
        .flat_map(|&frame| story.packets[frame - 1].payload.clone())
        .collect();
    check_tls12(&story.insert_after(second, |packet| {
        packet.seq -= MSS as u32;
        packet.payload = joined[..900].to_vec();
        packet.seq += 100;
        packet.payload.drain(..100);
    }));
}

#[test]
fn duplicates_are_read_once() {
    for kind in [
        DuplicateKind::Identical,
        DuplicateKind::TtlLess,
        DuplicateKind::OtherMac,
        DuplicateKind::Vlan,
    ] {
        check_tls12(&Scenario::tls12().duplicate_all(kind));
    }
}

#[test]
fn sequence_numbers_may_wrap() {
    check_tls12(&Scenario::tls12().isn(u32::MAX - 50, u32::MAX - 1000));
    check_tls12(&Scenario::tls12().isn(u32::MAX, u32::MAX).shuffle(7, 3));
}

#[test]
fn fin_may_carry_data() {
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .packet(Server, FIN | PSH | ACK, &alert(Level::Fatal, 70));
    check_alert(&story, Server, 70);
}

#[test]
fn syn_may_carry_data() {
    let hello = each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]);
    let story = Scenario::new()
        .packet(Client, SYN, &hello)
        .packet(Server, SYN | ACK, &[])
        .packet(Client, ACK, &[])
        .send(Server, alert(Level::Fatal, 40));
    check_alert(&story, Server, 40);
    assert_eq!(messages(only(&analyze(&story.pcap())), "client"), "client-hello");
}

#[test]
fn keep_alive_byte_is_not_data() {
    let story = Scenario::tls12();
    let before = segment(&story, Client, 2) - 1;
    check_tls12(&story.insert_after(before, |packet| {
        packet.seq -= 1;
        packet.payload = vec![0xff];
    }));
}

#[test]
fn zero_window_probe_is_read_once() {
    let story = Scenario::tls12();
    let next = segment(&story, Client, 2);
    let probe = Packet {
        payload: story.packets[next - 1].payload[..1].to_vec(),
        ..story.packets[next - 1].clone()
    };
    let story = story
        .change(next - 2, |packet| packet.window = 0)
        .insert_after(next - 1, |packet| *packet = probe);
    check_tls12(&story);
}

#[test]
fn half_closed_connection_is_read_on() {
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .packet(Client, FIN | ACK, &[])
        .send(Server, each_in_a_record(&server_flight()))
        .send(Server, alert(Level::Fatal, 80))
        .packet(Server, FIN | ACK, &[]);
    check_alert(&story, Server, 80);
}

// Order and time.

#[test]
fn delayed_direction_is_read_whole() {
    check_tls12(&Scenario::tls12().delay(Server, 2 * SECOND));
    check_tls12(&Scenario::tls12().delay(Client, 2 * SECOND));
}

#[test]
fn first_two_server_segments_may_be_swapped() {
    let story = Scenario::tls12();
    let (first, second) = (segment(&story, Server, 1), segment(&story, Server, 2));
    check_tls12(&story.swap(first, second));
}

#[test]
fn fin_may_overtake_data() {
    let story = Scenario::alert(Server, 48);
    let (last, fin) = (
        *story.data_frames(Server).last().unwrap(),
        story.frame_with(Server, FIN),
    );
    check_alert(&story.swap(last, fin), Server, 48);
}

// Connections.

#[test]
fn port_reuse_is_a_new_connection() {
    let handshake = |isn| Scenario::open().handshake12(each_in_a_record).data().isn(isn, isn + 77);
    for story in [
        Scenario::tls12().then(Scenario::tls12().isn(5_000_000, 7)),
        handshake(1).then(handshake(900_000_000)),
    ] {
        let report = analyze(&story.pcap());
        assert_eq!(report.connections.len(), 2);
        for connection in &report.connections {
            assert_eq!([messages(connection, "client"), messages(connection, "server")], TLS12);
        }
    }
}

#[test]
fn two_connections_at_once_stay_apart() {
    // Another random value: the same one twice would be one connection in front of and behind address translation.
    let other = Scenario::tls12()
        .ports(22426, 443)
        .change(4, |hello| hello.payload[12] ^= 1);
    let report = analyze(&Scenario::tls12().beside(other).pcap());
    assert_eq!(report.connections.len(), 2);
    for connection in &report.connections {
        assert_eq!([messages(connection, "client"), messages(connection, "server")], TLS12);
    }
}

#[test]
fn client_is_who_sends_the_client_hello() {
    // The side that answers the hello had called.
    let mut story = Scenario::tls12();
    for packet in &mut story.packets[..3] {
        packet.side = packet.side.peer();
    }
    check_tls12(&story);
    check_tls12(&Scenario::tls12().ports(443, 50_000));
    let report = analyze(&story.pcap());
    assert_eq!(only(&report).client, "192.0.2.10:22425");
}

#[test]
fn a_capture_may_begin_inside_a_connection() {
    let story = Scenario::tls12().start_at(4);
    check_tls12(&story);
    let story = Scenario::tls12().start_at(6);
    check(
        &story,
        [
            "certificate client-key-exchange certificate-verify change-cipher-spec",
            TLS12[1],
        ],
    );
}

/// The SYN-ACK's sender acknowledges the Client Hello before anything says where the client's bytes begin.
#[test]
fn client_hello_is_read_when_syn_and_ack_are_missing() {
    check_tls12(&Scenario::tls12().drop_frame(1));
    check_tls12(&Scenario::tls12().drop_frame(3).drop_frame(1));
    check_tls12(&Scenario::tls12().drop_frame(3).drop_frame(2));
    let story = Scenario::tls12().drop_frame(3).drop_frame(1);
    let (hello, acknowledgement) = (2, 3);
    check_tls12(&story.swap(hello, acknowledgement));
}

#[test]
fn a_capture_may_begin_inside_a_record() {
    let story = Scenario::alert(Server, 48);
    let middle = segment(&story, Server, 2);
    check_alert(&story.start_at(middle), Server, 48);
}

// TLS after something else.

/// TLS 1.2 after these lines of plain text.
#[track_caller]
fn check_after(preamble: &[(Side, &[u8])]) {
    let start = preamble
        .iter()
        .fold(Scenario::open(), |story, (side, bytes)| story.send(*side, bytes));
    check_tls12(&start.handshake12(each_in_a_record).data().close(Client));
}

#[test]
fn tls_after_connect_is_read() {
    let request = b"CONNECT service.example:443 HTTP/1.1\r\nHost: service.example:443\r\n\r\n";
    check_after(&[
        (Client, request),
        (Server, b"HTTP/1.1 200 Connection established\r\n\r\n"),
    ]);
}

#[test]
fn tls_after_starttls_is_read() {
    check_after(&[
        (Server, b"220 mail.example ESMTP\r\n"),
        (Client, b"EHLO wlc.example\r\n"),
        (Server, b"250-mail.example\r\n250-SIZE 10240000\r\n250 STARTTLS\r\n"),
        (Client, b"STARTTLS\r\n"),
        (Server, b"220 2.0.0 Ready to start TLS\r\n"),
    ]);
}

#[test]
fn tls_after_a_proxy_protocol_header_is_read() {
    check_after(&[(Client, b"PROXY TCP4 192.0.2.10 198.51.100.20 22425 443\r\n")]);
    check_after(&[(
        Client,
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x0a\xc6\x33\x64\x14\x57\x99\x01\xbb",
    )]);
}

/// A capture that misses the SYN, and whose first frame of this side begins with something else than a record.
#[test]
fn tls_after_a_proxy_protocol_header_is_read_without_syn() {
    let hello = each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]);
    let story = Scenario::open().send(
        Client,
        [&b"PROXY TCP4 192.0.2.10 198.51.100.20 22425 443\r\n"[..], &hello].concat(),
    );
    let hello = segment(&story, Client, 1);
    check(&story.start_at(hello).cut_at(1), ["client-hello", ""]);
}

#[test]
fn tls_after_socks5_is_read() {
    check_after(&[
        (Client, b"\x05\x01\x00"),
        (Server, b"\x05\x00"),
        (Client, b"\x05\x01\x00\x03\x0fservice.example\x01\xbb"),
        (Server, b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"),
    ]);
}

// Is the fatal alert found? One clean capture of each kind, and every damage that silences some tool.

#[test]
fn alert_in_a_clean_capture_is_found() {
    check_alert(&Scenario::alert(Server, 48), Server, 48);
    check_alert(&Scenario::alert(Client, 48), Client, 48);
    check_alert(&Scenario::alert13(48), Client, 48);
}

#[test]
fn empty_client_certificate_is_none() {
    // GnuTLS answers it with decode_error; only what is sent for a missing certificate is sure to be about it.
    for (code, confidence) in [
        (40, "certain"),
        (42, "certain"),
        (50, "likely"),
        (47, "likely"),
        (10, "likely"),
    ] {
        let story = Scenario::open()
            .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
            .send(Server, each_in_a_record(&server_flight()))
            .send(Client, each_in_a_record(&[certificate(&[]), client_key_exchange()]))
            .send(Server, alert(Level::Fatal, code))
            .close(Server);
        check_alert(&story, Server, code);
        let report = analyze(&story.pcap());
        assert!(only(&report).certificates.client.is_empty());
        let verdict = &report.attempts[0].verdict;
        assert_eq!(
            (verdict.id.name(), verdict.confidence.name(), &verdict.causes[..]),
            ("client-certificate-rejected", confidence, &[Reason::Missing][..]),
            "alert {code}"
        );
    }
}

#[test]
fn an_empty_client_certificate_is_cured_by_a_certificate_and_not_by_trust() {
    let refused_with = |chain: &[&[u8]]| {
        let story = Scenario::open()
            .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
            .send(Server, each_in_a_record(&server_flight()))
            .send(Client, each_in_a_record(&[certificate(chain), client_key_exchange()]))
            .send(Server, alert(Level::Fatal, 42))
            .close(Server);
        analyze(&story.pcap()).attempts.remove(0).verdict
    };
    let owners = |verdict: &Verdict| verdict.remedy.iter().map(|it| it.owner.name()).collect::<Vec<_>>();
    let empty = refused_with(&[]);
    assert_eq!(empty.causes, [Reason::Missing]);
    // What a server trusts, or what a certificate says, cannot matter where none was sent.
    assert_eq!(owners(&empty), ["wlc"], "{:#?}", empty.remedy);
    assert!(empty.remedy[0].action.contains("none was sent"), "{:#?}", empty.remedy);
    let sent = refused_with(&[CLIENT_CERTIFICATE]);
    assert_ne!(sent.causes, [Reason::Missing]);
    assert_eq!(owners(&sent), ["wlc", "server"], "{:#?}", sent.remedy);
    assert!(!sent.remedy[0].action.contains("none was sent"), "{:#?}", sent.remedy);
}

#[test]
fn alert_is_found_when_server_segments_are_swapped() {
    let story = Scenario::alert(Server, 48);
    let frames = story.data_frames(Server);
    check_alert(&story.clone().swap(frames[0], frames[1]), Server, 48);
    check_alert(&story.swap(frames[2], frames[3]), Server, 48);
}

#[test]
fn alert_is_found_once_when_every_packet_is_there_twice() {
    check_alert(
        &Scenario::alert(Server, 48).duplicate_all(DuplicateKind::Identical),
        Server,
        48,
    );
    check_alert(
        &Scenario::alert(Client, 42).duplicate_all(DuplicateKind::TtlLess),
        Client,
        42,
    );
}

#[test]
fn alert_is_found_when_the_snap_length_cuts_every_large_frame() {
    check_alert(&Scenario::alert(Server, 48).snap(128), Server, 48);
    check_alert(&Scenario::alert(Client, 48).snap(128), Client, 48);
}

#[test]
fn alert_is_found_without_syn() {
    check_alert(&Scenario::alert(Server, 48).start_at(4), Server, 48);
}

#[test]
fn alert_is_found_when_one_server_segment_is_missing() {
    for side in [Client, Server] {
        let story = Scenario::alert(side, 48);
        for frame in story.data_frames(Server).into_iter().take(4) {
            check_alert(&story.clone().drop_frame(frame), side, 48);
        }
    }
}

#[test]
fn alert_is_found_in_one_direction_alone() {
    check_alert(&Scenario::alert(Server, 48).drop_side(Client), Server, 48);
    check_alert(&Scenario::alert(Client, 48).drop_side(Server), Client, 48);
}

#[test]
fn alert_is_found_with_bad_checksums() {
    check_alert(&Scenario::alert(Server, 48).offloaded(Client), Server, 48);
}

#[test]
fn alert_is_found_when_a_direction_is_late() {
    check_alert(&Scenario::alert(Server, 48).delay(Server, SECOND / 2), Server, 48);
    check_alert(&Scenario::alert(Client, 48).delay(Server, SECOND / 2), Client, 48);
}

#[test]
fn encrypted_refusal_in_tls13_is_inferred() {
    let report = analyze(&Scenario::refused13().pcap());
    let tls = only(&report).tls.as_ref().unwrap();
    assert_eq!(
        tls.alerts
            .iter()
            .map(|alert| (alert.side, alert.seen))
            .collect::<Vec<_>>(),
        [("server", "inferred")]
    );
    let verdict = &report.attempts[0].verdict;
    assert_eq!(
        (&*verdict.id, verdict.by.name()),
        ("client-certificate-rejected", "server")
    );
    assert_ne!(verdict.confidence, "certain");
}

// What is said of odd conversations.

#[test]
fn a_server_that_speaks_first_does_not_speak_tls() {
    for banner in ["SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example ESMTP\r\n"] {
        let story = Scenario::open()
            .send(Server, banner)
            .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
            .close(Client);
        let verdict = analyze(&story.pcap()).attempts[0].verdict.clone();
        assert_eq!(
            (&*verdict.id, verdict.confidence.name()),
            ("not-tls", "certain"),
            "{banner}"
        );
        assert!(verdict.summary.contains(banner.trim_end()), "{}", verdict.summary);
    }
}

#[test]
fn a_server_whose_window_stays_closed_has_stalled() {
    let request = encrypted(APPLICATION_DATA, 13, 700);
    let story = Scenario::open().handshake12(each_in_a_record).send(Client, &request);
    let last = story.packets.len();
    let stalled = story
        .change(last, |packet| packet.window = 0)
        .wait(10 * SECOND)
        .packet(Client, RST | ACK, &[]);
    let verdict = analyze(&stalled.pcap()).attempts[0].verdict.clone();
    let told = verdict
        .evidence
        .iter()
        .any(|it| it.frame == last as u64 && it.what.contains("window of zero"));
    assert_eq!(verdict.id, "no-application-response");
    assert!(told, "{verdict:#?}");
}

#[test]
fn an_answer_without_close_notify_may_have_been_cut_off() {
    let story = Scenario::open().handshake12(each_in_a_record).data();
    let silent = |story: Scenario| {
        let report = analyze(&story.close(Server).pcap());
        let verdict = &report.attempts[0].verdict;
        assert_eq!(verdict.id, "healthy");
        verdict.cannot_tell.iter().any(|it| it.contains("close_notify"))
    };
    assert!(silent(story.clone()));
    assert!(!silent(story.send(Server, encrypted(21, 16, 26))));
}

/// The attempt of a story whose server is known to be an SSM On-Prem.
#[track_caller]
fn attempt_of(story: &Scenario) -> Attempt {
    let options = Options {
        on_prem: vec!["198.51.100.20".parse().unwrap()],
        ..Options::everything().unwrap()
    };
    let report = tlswalk::analyze(&story.pcap()[..], "scenario", &options).unwrap();
    let [attempt] = &report.attempts[..] else {
        panic!("{} attempts instead of one: {story:?}", report.attempts.len())
    };
    attempt.clone()
}

/// Its verdict, who did it, and at which step.
#[track_caller]
fn verdict_of(story: &Scenario) -> [String; 3] {
    let verdict = attempt_of(story).verdict;
    [verdict.id.name(), verdict.by.name(), verdict.at.name()].map(str::to_owned)
}

#[test]
fn a_client_that_refuses_the_answer_to_its_syn_reset_it() {
    let once = |story: Scenario| {
        let story = story
            .packet(Client, SYN, &[])
            .wait(SECOND / 25)
            .packet(Server, SYN | ACK, &[]);
        let at = story.packets.len();
        story
            .packet(Client, RST, &[])
            .wait(SECOND)
            .change(at - 1, |syn| syn.seq = 0)
            .change(at, |answer| (answer.seq, answer.ack) = (0, 1))
            .change(at + 1, |reset| reset.seq = 1)
    };
    let story = once(once(Scenario::new()));
    assert_eq!(
        verdict_of(&story),
        ["reset-during-handshake", "client", "tcp"],
        "{story:?}"
    );
}

#[test]
fn a_challenge_acknowledgement_before_the_answer_changes_nothing() {
    // RFC 5961 section 4: the server still has the connection of before, and the client's RST clears it.
    let old = 4_000_000;
    let story = Scenario::tls12()
        .insert_after(1, |challenge| {
            (challenge.side, challenge.flags, challenge.ack) = (Server, ACK, old)
        })
        .insert_after(2, |reset| {
            (reset.side, reset.flags, reset.seq, reset.ack) = (Client, RST, old, 0)
        })
        .insert_after(1, |_| ());
    let order = [0, 2, 3, 1].map(|at| story.packets[at].clone());
    let mut story = story;
    story.packets.splice(..4, order);
    for (at, packet) in story.packets.iter_mut().take(4).enumerate() {
        packet.time = START + at as i64 * 3000;
    }
    assert_eq!(verdict_of(&story), verdict_of(&Scenario::tls12()), "{story:?}");
}

#[test]
fn a_server_that_closes_at_the_hello_answered_nothing() {
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .packet(Server, FIN | ACK, &[])
        .packet(Server, RST, &[]);
    assert_eq!(verdict_of(&story), ["tls-no-response", "server", "tls"], "{story:?}");
}

#[test]
fn a_server_that_acknowledged_the_last_flight_and_says_nothing_hangs() {
    let finish = [change_cipher_spec(), finished(11)].concat();
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .send(Server, each_in_a_record(&server_flight()))
        .send(Client, [each_in_a_record(&client_flight()), finish].concat())
        .wait(8 * SECOND)
        .close(Client);
    assert_eq!(
        verdict_of(&story),
        ["silent-mid-handshake", "server", "tls"],
        "{story:?}"
    );
}

#[test]
fn a_reset_instead_of_an_answer_to_a_plain_request_is_the_servers() {
    let request = "POST /cslu/v1/pi HTTP/1.1\r\nHost: 10.0.0.7\r\nContent-Length: 2\r\n\r\n{}";
    let story = Scenario::open().send(Client, request).reset(Server);
    assert_eq!(
        verdict_of(&story),
        ["reset-after-established", "server", "http"],
        "{story:?}"
    );
}

#[test]
fn an_answer_that_nobody_acknowledged_may_have_come_too_late() {
    let request = "POST /cslu/v1/pi HTTP/1.1\r\nHost: 10.0.0.7\r\nContent-Length: 2\r\n\r\n{}";
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let story = Scenario::open()
        .send(Client, request)
        .wait(8 * SECOND)
        .packet(Client, FIN | ACK, &[])
        .wait(3 * SECOND)
        .packet(Server, PSH | ACK, answer);
    let answered = story.packets.len();
    let story = story.packet(Client, RST, &[]);
    assert_eq!(
        verdict_of(&story),
        ["no-application-response", "server", "http"],
        "{story:?}"
    );
    for (what, damaged) in [
        ("no FIN", story.clone().drop_frame(answered - 1)),
        ("no RST", story.cut_at(answered)),
    ] {
        let verdict = attempt_of(&damaged).verdict;
        assert_ne!(verdict.confidence, "certain", "{what}: {damaged:?}");
        let told = verdict.cannot_tell.iter().any(|it| it.contains("still received"));
        assert!(told, "{what}: {verdict:#?}");
    }
}

// Damage never flips a verdict.

/// The same verdict, or an honest one: never another that claims to be certain.
#[track_caller]
fn check_not_flipped(before: &str, damaged: &Scenario, how: &str) {
    let report = analyze(&damaged.pcap());
    for attempt in &report.attempts {
        let verdict = &attempt.verdict;
        let honest = verdict.id == before || verdict.id == "incomplete-capture" || verdict.confidence != "certain";
        assert!(honest, "{how}: certain of {} instead of {before}", verdict.id);
    }
}

#[test]
fn damage_never_flips_a_verdict() {
    let stories = [
        Scenario::tls12(),
        Scenario::tls13(),
        Scenario::alert(Server, 48),
        Scenario::alert(Client, 45),
        Scenario::refused13(),
    ];
    for story in stories {
        let before = analyze(&story.pcap()).attempts[0].verdict.id;
        for frame in 1..=story.packets.len() {
            check_not_flipped(
                &before,
                &story.clone().drop_frame(frame),
                &format!("without frame {frame}"),
            );
            check_not_flipped(
                &before,
                &story.clone().cut_at(frame),
                &format!("cut after frame {frame}"),
            );
            check_not_flipped(
                &before,
                &story.clone().start_at(frame),
                &format!("from frame {frame} on"),
            );
            check_not_flipped(
                &before,
                &story.clone().retransmit(frame),
                &format!("frame {frame} sent again"),
            );
        }
        for side in [Client, Server] {
            check_not_flipped(
                &before,
                &story.clone().drop_side(side),
                &format!("without the {}", side.name()),
            );
            check_not_flipped(
                &before,
                &story.clone().delay(side, SECOND),
                &format!("{} late", side.name()),
            );
        }
        for snap in [54, 60, 96, 128, 256] {
            check_not_flipped(&before, &story.clone().snap(snap), &format!("snap length {snap}"));
        }
    }
}

#[test]
fn a_zero_byte_that_comes_before_its_turn_is_no_padding() {
    // A segment of one zero byte, as short as padding, ahead of the ones before it.
    let flight = each_in_a_record(&server_flight());
    let zero = flight.iter().position(|&byte| byte == 0).unwrap().max(1);
    let (before, rest) = flight.split_at(zero);
    let (byte, after) = rest.split_at(1);
    let story = |swap: bool| {
        let hello = each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]);
        let mut story = Scenario::open().send(Client, hello);
        for part in [before, byte, after] {
            story = story.packet(Server, ACK | PSH, part);
        }
        let [first, second, ..] = story.data_frames(Server)[..] else {
            unreachable!("three segments")
        };
        let story = if swap { story.swap(first, second) } else { story };
        story.wait(SECOND / 50).packet(Client, ACK, &[]).close(Client)
    };
    let said = |story: Scenario| {
        let report = analyze(&story.pcap());
        let verdict = &report.attempts[0].verdict;
        (verdict.id.to_string(), report.connections[0].tcp.gaps.len())
    };
    assert_eq!(said(story(true)), said(story(false)));
    assert_eq!(said(story(true)).1, 0);
}
