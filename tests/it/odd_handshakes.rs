//! Stories of handshakes that break a rule of the protocol, or look as if one did: roles, turns, order, sizes and bytes
//! that are no record. Each is told with the frames that show it, beside a story that differs in that alone.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::scenario::messages::*;
use crate::scenario::*;
use tlswalk::Options;
use tlswalk::report::{Report, Verdict};

const SECOND: i64 = 1_000_000_000;
const MS: i64 = 1_000_000;
const HEARTBEAT: u8 = 24;

fn report(capture: &[u8]) -> Report {
    tlswalk::analyze(capture, "scenario", &Options::everything().unwrap()).unwrap()
}

/// The verdict of the only attempt.
#[track_caller]
fn only(capture: &[u8]) -> Verdict {
    let mut attempts = report(capture).attempts;
    assert_eq!(attempts.len(), 1, "{attempts:#?}");
    attempts.remove(0).verdict
}

#[track_caller]
fn judge(story: &Scenario) -> Verdict {
    only(&story.pcap())
}

/// Id, confidence and party.
fn kind(verdict: &Verdict) -> (&str, &str, &str) {
    (&verdict.id, verdict.confidence.name(), verdict.by.name())
}

/// True if a line of the evidence about this frame holds these words.
fn shows(verdict: &Verdict, frame: usize, words: &str) -> bool {
    let mut lines = verdict.evidence.iter();
    lines.any(|it| it.frame == frame as u64 && it.what.contains(words))
}

fn offers(verdict: &Verdict, id: &str) -> bool {
    verdict.alternatives.iter().any(|it| it.id == id)
}

fn text(verdict: &Verdict) -> String {
    format!("{verdict:#?}")
}

fn hello() -> Vec<u8> {
    each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)])
}

/// Both hellos and the server's flight.
fn asked() -> Scenario {
    Scenario::open()
        .send(Client, hello())
        .send(Server, each_in_a_record(&server_flight()))
}

/// A Heartbeat request that names this many bytes, in a record of `len` bytes.
fn heartbeat(named: u16, len: usize) -> Vec<u8> {
    let [a, b] = named.to_be_bytes();
    record(HEARTBEAT, &[vec![1, a, b], vec![b'A'; len - 3]].concat())
}

/// The last frame so far.
fn now(story: &Scenario) -> usize {
    story.packets.len()
}

// ---- roles ----

/// DTLS 1.2 in UDP; ends are 0 and 1, times in milliseconds.
fn dtls(datagrams: &[(usize, u32, Vec<u8>)]) -> Vec<u8> {
    let ends = [([10, 1, 1, 5], 50_000_u16), ([192, 0, 2, 7], 3478)];
    let mut pcap = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
    ];
    for (from, at, payload) in datagrams {
        let ((src, source), (dst, port)) = (ends[*from], ends[1 - *from]);
        let udp = payload.len() as u16 + 8;
        let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0];
        frame.extend((udp + 20).to_be_bytes());
        frame.extend([0, 1, 0, 0, 64, 17, 0, 0]);
        frame.extend([src, dst].concat());
        frame.extend([source, port, udp, 0].map(u16::to_be_bytes).concat());
        frame.extend(payload);
        let (seconds, micros) = (1_790_000_000 + at / 1000, at % 1000 * 1000);
        let len = frame.len() as u32;
        pcap.extend([seconds, micros, len, len].map(u32::to_le_bytes).concat());
        pcap.extend(frame);
    }
    pcap
}

fn dtls_record(kind: u8, body: &[u8]) -> Vec<u8> {
    let len = (body.len() as u16).to_be_bytes();
    [&[kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0][..], &len, body].concat()
}

/// A DTLS Client Hello without a cookie, by its random value.
fn dtls_hello(random: u8) -> Vec<u8> {
    let body = [&[0xfe, 0xfd][..], &[random; 32], &[0, 0, 0, 2, 0xc0, 0x2b, 1, 0]].concat();
    let len = body.len() as u8;
    dtls_record(22, &[&[1, 0, 0, len, 0, 0, 0, 0, 0, 0, 0, len][..], &body].concat())
}

#[test]
fn two_dtls_clients_are_one_conflict_of_roles() {
    let alert = dtls_record(21, &[2, 10]);
    let conflict = dtls(&[
        (0, 0, dtls_hello(1)),
        (1, 20, dtls_hello(2)),
        (0, 40, alert),
        // Its timer has run out before it reads the alert.
        (1, 1020, dtls_hello(2)),
    ]);
    let verdict = only(&conflict);
    assert_eq!(kind(&verdict), ("not-tls", "certain", "unknown"), "{}", text(&verdict));
    assert!(
        verdict.summary.contains("both ends sent a Client Hello"),
        "{}",
        verdict.summary
    );
    assert!(shows(&verdict, 1, "Client Hello") && shows(&verdict, 2, "Client Hello"));
    assert!(shows(&verdict, 3, "unexpected_message"), "{}", text(&verdict));
    assert!(verdict.remedy[0].action.contains("a=setup:passive"));
    // Without the alert it is the same conflict.
    let silent = dtls(&[(0, 0, dtls_hello(1)), (1, 20, dtls_hello(2))]);
    assert_eq!(kind(&only(&silent)), ("not-tls", "certain", "unknown"));
}

#[test]
fn an_end_that_begins_after_the_other_gave_up_begins_an_attempt_of_its_own() {
    let later = dtls(&[(0, 0, dtls_hello(1)), (1, 60_000, dtls_hello(2))]);
    assert_eq!(report(&later).attempts.len(), 2);
    // The same random value comes from a program that returns what it receives.
    let echo = only(&dtls(&[(0, 0, dtls_hello(1)), (1, 20, dtls_hello(1))]));
    assert_eq!(kind(&echo), ("not-tls", "likely", "server"), "{}", text(&echo));
    assert!(echo.summary.contains("echoes"), "{}", echo.summary);
}

#[test]
fn two_tls_clients_are_told_from_an_echo() {
    let mut other = client_hello(Offer::Tls12, Group::X25519);
    other[10] ^= 1;
    let conflict = Scenario::open()
        .send(Client, hello())
        .send(Server, each_in_a_record(&[other]))
        .close(Client);
    let verdict = judge(&conflict);
    assert_eq!(kind(&verdict), ("not-tls", "certain", "unknown"), "{}", text(&verdict));
    let echo = Scenario::open()
        .send(Client, hello())
        .send(Server, hello())
        .close(Client);
    assert!(judge(&echo).summary.contains("echoes"));
}

// ---- turns ----

#[test]
fn a_heartbeat_is_no_turn_and_one_that_asks_for_too_much_is_named() {
    let story = asked();
    let done = now(&story) - 1;
    let beat = now(&story) + 1;
    let story = story.send(Client, heartbeat(16_365, 16_368));
    let story = story.wait(7 * SECOND).close(Client);
    let verdict = judge(&story);
    assert_eq!(
        kind(&verdict),
        ("silent-mid-handshake", "certain", "client"),
        "{}",
        text(&verdict)
    );
    assert!(
        verdict.summary.contains("after Server Hello Done from the server"),
        "{}",
        verdict.summary
    );
    assert!(
        shows(&verdict, done, "the last message seen: Server Hello Done"),
        "{}",
        text(&verdict)
    );
    let last_of_beat = story
        .data_frames(Client)
        .into_iter()
        .filter(|&frame| frame >= beat)
        .max()
        .unwrap();
    assert!(shows(&verdict, last_of_beat, "CVE-2014-0160"), "{}", text(&verdict));
    assert!(
        !text(&verdict).contains("reject the certificate"),
        "it went on after the certificate"
    );
    assert_eq!(verdict.remedy[0].who, "client", "{}", text(&verdict));
}

#[test]
fn a_heartbeat_of_the_right_size_is_told_and_is_no_attack() {
    let story = asked().send(Client, heartbeat(16, 35)).wait(4 * SECOND).close(Client);
    let verdict = judge(&story);
    assert!(text(&verdict).contains("Heartbeat from the client before the handshake was complete"));
    assert!(!text(&verdict).contains("Heartbleed"), "{}", text(&verdict));
}

#[test]
fn a_client_that_resets_after_it_went_on_did_not_reject_the_certificate() {
    let response = record(HEARTBEAT, &[vec![2, 0x3f, 0xed], vec![9; 2000]].concat());
    let story = asked()
        .send(Client, heartbeat(16_365, 40))
        .send(Server, response)
        .wait(90 * MS)
        .reset(Client);
    let verdict = judge(&story);
    assert_eq!(verdict.id, "reset-during-handshake", "{}", text(&verdict));
    assert!(!offers(&verdict, "server-certificate-rejected"), "{}", text(&verdict));
    assert!(offers(&verdict, "scan"));
    assert!(
        text(&verdict).contains("Heartbeat response from the server, 2003 bytes"),
        "{}",
        text(&verdict)
    );
    let plain = judge(&asked().wait(90 * MS).reset(Client));
    assert!(offers(&plain, "server-certificate-rejected"), "{}", text(&plain));
}

#[test]
fn a_silence_is_measured_to_the_close_that_is_told() {
    let finish = [each_in_a_record(&client_flight()), change_cipher_spec(), finished(11)].concat();
    let story = asked()
        .send(Client, finish)
        .wait(7 * SECOND)
        .packet(Client, FIN | ACK, &[]);
    let story = story.wait(2 * SECOND).packet(Server, ACK, &[]);
    let verdict = judge(&story);
    assert!(verdict.summary.contains("nothing came for 7.0"), "{}", verdict.summary);
}

// ---- bytes that are no record ----

#[test]
fn bytes_begin_like_a_record_only_with_a_type_and_a_version_of_tls() {
    let why = |bytes: &[u8]| {
        let verdict = judge(&Scenario::open().send(Client, hello()).send(Server, bytes).close(Server));
        let other = verdict.alternatives.iter().find(|it| it.id == "broken-tls");
        other.map(|it| it.why_not.clone()).unwrap_or_default()
    };
    assert!(why(&[0x16, 3, 1, 0xff, 0xff, 2, 0x28]).contains("begin like a record"));
    let zeros = why(&[0, 0, 0, 0, 2, 0, 0x28]);
    assert!(
        !zeros.contains("begin like a record") && zeros.contains("neither text nor a TLS record"),
        "{zeros}"
    );
}

#[test]
fn a_server_that_goes_on_in_plain_text_is_quoted() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Client, encrypted(APPLICATION_DATA, 13, 26));
    let frame = now(&story) + 1;
    let story = story.send(Server, b"created on alpha\n").close(Server);
    let verdict = judge(&story);
    assert_eq!(verdict.id, "healthy", "{}", text(&verdict));
    assert!(
        verdict
            .summary
            .contains("in plain text, without TLS: “created on alpha"),
        "{}",
        verdict.summary
    );
    assert!(!verdict.summary.contains("no answer"));
    assert!(shows(&verdict, frame, "created on alpha"), "{}", text(&verdict));
    let hostile = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Server, b"\x1b[2Jall is well\n")
        .close(Server);
    assert!(!text(&judge(&hostile)).contains('\u{1b}'));
}

#[test]
fn a_malformed_record_in_a_good_exchange_is_noticed() {
    let exchange = |change: Vec<u8>| {
        let finish = [each_in_a_record(&client_flight()), change, finished(11)].concat();
        asked()
            .send(Client, finish)
            .send(Server, [change_cipher_spec(), finished(12)].concat())
            .data()
            .close(Server)
    };
    assert_eq!(judge(&exchange(change_cipher_spec())).id, "healthy");
    let verdict = judge(&exchange(vec![0x14, 0xff, 0xff, 0xff, 1, 1]));
    assert_eq!(
        kind(&verdict),
        ("unexplained-end", "possible", "unknown"),
        "{}",
        text(&verdict)
    );
    assert!(verdict.summary.contains("14 ff ff ff 01"), "{}", verdict.summary);
    assert!(
        !verdict.summary.contains("nothing in it says why"),
        "{}",
        verdict.summary
    );
    assert!(
        text(&verdict).contains("from the server, which went on after these bytes"),
        "{}",
        text(&verdict)
    );
}

// ---- SSL 2.0 ----

/// A Client Hello in the format of SSL 2.0, for this version.
fn ssl2_hello(version: [u8; 2]) -> Vec<u8> {
    let body = [
        &[1, version[0], version[1], 0, 3, 0, 0, 0, 16, 1, 0, 0x80][..],
        &[9; 16],
    ]
    .concat();
    [&[0x80, body.len() as u8][..], &body].concat()
}

/// A Server Hello of SSL 2.0 with a certificate of 4 bytes.
fn ssl2_answer() -> Vec<u8> {
    let body = [
        &[4, 0, 1, 0, 2, 0, 4, 0, 3, 0, 16][..],
        &[0x30, 2, 5, 0],
        &[1, 0, 0x80],
        &[7; 16],
    ]
    .concat();
    [&[0x80, body.len() as u8][..], &body].concat()
}

#[test]
fn ssl_2_is_named_and_no_other_capture_is_asked_for() {
    let hellos = Scenario::open()
        .send(Client, ssl2_hello([0, 2]))
        .send(Server, ssl2_answer());
    let used = hellos.clone().send(Client, noise(1, 80)).send(Server, noise(2, 90));
    let verdict = judge(&used.send(Client, noise(3, 70)).close(Client));
    assert_eq!(
        kind(&verdict),
        ("version-mismatch", "certain", "server"),
        "{}",
        text(&verdict)
    );
    assert!(
        verdict.summary.contains("SSL 2.0") && verdict.summary.contains("not read"),
        "{}",
        verdict.summary
    );
    let told = text(&verdict);
    assert!(
        told.contains("TLS 1.2") && !told.contains("capture again") && !told.contains("Capture again"),
        "{told}"
    );
    let unused = judge(&hellos.close(Client));
    assert!(unused.summary.contains("chose SSL 2.0"), "{}", unused.summary);
}

// ---- a Finished that the other side did not hear, or came before its turn ----

/// A client that closes `after` its Finished, and a server whose Finished comes later.
fn left(after: i64, again: bool) -> Scenario {
    let finish = [each_in_a_record(&client_flight()), change_cipher_spec(), finished(11)].concat();
    let mut story = asked().send(Client, finish).wait(after).packet(Client, FIN | ACK, &[]);
    if again {
        story = story.wait(SECOND);
        let data = story.data_frames(Client).pop().unwrap();
        let mut packet = story.packets[data - 1].clone();
        packet.time = story.packets[now(&story) - 1].time + SECOND;
        // Sent again, not captured twice.
        packet.ip_id = packet.ip_id.wrapping_add(1);
        story.packets.push(packet);
    }
    let answer = [change_cipher_spec(), finished(12)].concat();
    story
        .wait(SECOND)
        .packet(Server, ACK | PSH, &answer)
        .packet(Client, RST, &[])
}

#[test]
fn a_client_that_closed_before_the_finished_reached_it_completed_nothing() {
    let story = left(400 * MS, false);
    let verdict = judge(&story);
    assert_eq!(
        kind(&verdict),
        ("silent-mid-handshake", "possible", "client"),
        "{}",
        text(&verdict)
    );
    assert!(
        offers(&verdict, "healthy") && offers(&verdict, "server-slow"),
        "{}",
        text(&verdict)
    );
    assert!(
        shows(&verdict, now(&story) - 1, "Finished from the server"),
        "{}",
        text(&verdict)
    );
    assert!(verdict.remedy[0].verify.contains("handshake"), "{}", text(&verdict));
}

#[test]
fn where_packets_had_to_be_sent_again_the_path_lost_them() {
    let verdict = judge(&left(400 * MS, true));
    assert_eq!(
        kind(&verdict),
        ("silent-mid-handshake", "likely", "path"),
        "{}",
        text(&verdict)
    );
    assert!(verdict.summary.contains("send again"), "{}", verdict.summary);
}

#[test]
fn a_finished_before_the_clients_key_exchange_breaks_the_order() {
    let finish = [change_cipher_spec(), each_in_a_record(&[message(20, &noise(9, 12))])].concat();
    let story = asked().wait(SECOND).packet(Server, ACK | PSH, &finish);
    let early = now(&story);
    let story = story.packet(Server, FIN | ACK, &[]).wait(100 * MS);
    let late = each_in_a_record(&[client_key_exchange()]);
    let story = story.packet(Client, ACK | PSH, &late).packet(Server, RST, &[]);
    let verdict = judge(&story);
    assert_eq!(
        kind(&verdict),
        ("silent-mid-handshake", "certain", "server"),
        "{}",
        text(&verdict)
    );
    assert!(
        verdict.summary.contains("sent its Finished before"),
        "{}",
        verdict.summary
    );
    assert!(shows(&verdict, early, "RFC 5246 section 7.3"), "{}", text(&verdict));
    assert!(verdict.remedy[0].verify.contains("handshake"), "{}", text(&verdict));
}

#[test]
fn a_chain_beyond_what_clients_take_is_named_by_its_size() {
    let flight = |copies: usize| {
        let chain = certificate(&vec![SERVER_CERTIFICATE; copies]);
        in_records_of(16_384, &[server_hello(), chain, server_hello_done()])
    };
    let told = |copies: usize| {
        let story = Scenario::open().send(Client, hello()).send(Server, flight(copies));
        text(&judge(&story.wait(28 * MS).close(Client)))
    };
    let large = 120_000 / SERVER_CERTIFICATE.len();
    let bytes = 3 + large * (SERVER_CERTIFICATE.len() + 3);
    assert!(
        told(large).contains(&format!("Certificate message has {bytes} bytes")),
        "{}",
        told(large)
    );
    assert!(!told(3).contains("Certificate message has"));
}
