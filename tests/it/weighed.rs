//! Stories that differ in one thing from a failure or a success: who said goodbye first, how long somebody waited, what was
//! asked. Each is weighed by exactly that.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::scenario::messages::*;
use crate::scenario::*;
use tlswalk::Options;
use tlswalk::report::Attempt;

const SECOND: i64 = 1_000_000_000;
const MS: i64 = 1_000_000;

fn attempts(story: &Scenario) -> Vec<Attempt> {
    let report = tlswalk::analyze(&story.pcap()[..], "scenario", &Options::everything().unwrap()).unwrap();
    report.attempts
}

/// The id, the confidence and the party of the only verdict, and all that it says.
#[track_caller]
fn weighed(story: &Scenario) -> (String, &'static str, &'static str, String) {
    let all = attempts(story);
    assert_eq!(all.len(), 1, "{story:?}");
    of(&all[0])
}

fn of(attempt: &Attempt) -> (String, &'static str, &'static str, String) {
    let verdict = &attempt.verdict;
    let told = format!("{:#?} {:#?}", verdict, attempt.findings);
    (
        verdict.id.to_string(),
        verdict.confidence.name(),
        verdict.by.name(),
        told,
    )
}

/// A handshake of TLS 1.2 without an error.
fn done() -> Scenario {
    Scenario::open().handshake12(each_in_a_record)
}

fn request() -> Vec<u8> {
    encrypted(APPLICATION_DATA, 13, 700)
}

fn answer() -> Vec<u8> {
    encrypted(APPLICATION_DATA, 14, 900)
}

/// close_notify: encrypted, and known by its type.
fn goodbye() -> Vec<u8> {
    encrypted(ALERT, 20, 26)
}

/// The hello of TLS 1.2 or 1.3, which offers HTTP/2.
fn hello_h2(offer: Offer) -> Vec<u8> {
    let mut hello = client_hello(offer, Group::X25519);
    let alpn = [0, 16, 0, 5, 0, 3, 2, b'h', b'2'];
    let session_id = usize::from(hello[4 + 2 + 32]);
    let suites = 4 + 2 + 32 + 1 + session_id;
    let methods = suites + 2 + usize::from(u16::from_be_bytes([hello[suites], hello[suites + 1]]));
    let extensions = methods + 2;
    for at in [2, extensions] {
        let len = u16::from_be_bytes([hello[at], hello[at + 1]]) + alpn.len() as u16;
        hello[at..at + 2].copy_from_slice(&len.to_be_bytes());
    }
    hello.extend(alpn);
    each_in_a_record(&[hello])
}

/// TLS 1.3 with HTTP/2 up to the client's request: the preface in a record of its own, and what the server sends unasked.
fn h2() -> Scenario {
    let flight = [
        each_in_a_record(&[server_hello_13()]),
        change_cipher_spec(),
        encrypted_13(30, 900),
    ];
    Scenario::open()
        .send(Client, hello_h2(Offer::Tls13))
        .send(Server, flight.concat())
        .send(Client, [change_cipher_spec(), encrypted_13(31, 53)].concat())
        .send(Client, encrypted_13(32, 86))
        .send(Server, encrypted_13(33, 50))
        .send(Client, encrypted_13(34, 60))
}

#[test]
fn a_server_that_says_goodbye_first_has_ended_the_exchange_whoever_closes_first() {
    let asked = done().send(Client, request());
    let (id, _, by, told) = weighed(
        &asked
            .clone()
            .send(Server, goodbye())
            .send(Client, goodbye())
            .close(Client),
    );
    assert_eq!((&*id, by), ("no-application-response", "server"), "{told}");
    assert!(!told.contains("closed without"), "{told}");
    // The client says goodbye first: it may have wanted no answer.
    let (id, confidence, ..) = weighed(&asked.send(Client, goodbye()).close(Client));
    assert_eq!((&*id, confidence), ("healthy", "likely"));
}

#[test]
fn a_client_that_waits_for_a_second_waits_for_an_answer() {
    let left = |after: i64| weighed(&done().send(Client, request()).wait(after).close(Client));
    let (id, confidence, _, told) = left(1500 * MS);
    assert_eq!((&*id, confidence), ("no-application-response", "possible"), "{told}");
    let (id, confidence, _, told) = left(5 * SECOND);
    assert_eq!((&*id, confidence), ("no-application-response", "certain"), "{told}");
    let (id, confidence, _, told) = left(20 * MS);
    assert_eq!((&*id, confidence), ("healthy", "likely"), "{told}");
    // As long as programs wait that ask for news.
    let (id, confidence, _, told) = left(60 * SECOND);
    assert_eq!((&*id, confidence), ("no-application-response", "possible"), "{told}");
}

#[test]
fn what_a_server_of_http_2_sends_unasked_is_no_answer() {
    let (id, confidence, _, told) = weighed(&h2().wait(4 * SECOND).close(Client));
    assert_eq!((&*id, confidence), ("no-application-response", "likely"), "{told}");
    // An acknowledgement of settings behind the request is data, and no answer.
    let (id, .., told) = weighed(&h2().send(Server, encrypted_13(36, 26)).wait(4 * SECOND).close(Client));
    assert_eq!(id, "no-application-response", "{told}");
    assert!(!told.contains("no data came back"), "{told}");
    let (id, _, by, told) = weighed(&h2().reset(Server));
    assert_eq!((&*id, by), ("reset-after-established", "server"), "{told}");
    assert!(!told.contains("idle") && !told.contains("at first"), "{told}");
    let (id, confidence, _, told) = weighed(&h2().send(Server, encrypted_13(35, 700)).close(Client));
    assert_eq!((&*id, confidence), ("healthy", "certain"), "{told}");
}

#[test]
fn a_client_that_asked_for_nothing_left_however_it_closed() {
    let (id, confidence, _, told) = weighed(&done().reset(Client));
    assert_eq!(id, "healthy", "{told}");
    assert_ne!(confidence, "certain", "{told}");
    // The server speaks unasked; the client may have refused its certificate all the same.
    let (id, confidence, _, told) = weighed(&done().send(Server, answer()).send(Client, goodbye()).close(Client));
    assert_eq!(id, "healthy", "{told}");
    assert_ne!(confidence, "certain", "{told}");
    let (id, .., told) = weighed(&done().send(Client, request()).reset(Client));
    assert_eq!(id, "reset-after-established", "{told}");
    assert!(told.contains("before any answer"), "{told}");
    let (id, .., told) = weighed(&done().reset(Server));
    assert_eq!(id, "reset-after-established", "{told}");
    assert!(told.contains("before anything was asked"), "{told}");
}

#[test]
fn an_answer_whose_end_the_client_never_acknowledged_may_be_cut() {
    let whole = done().send(Client, request()).send(Server, answer()).close(Server);
    let (id, confidence, _, told) = weighed(&whole);
    assert_eq!(
        (&*id, confidence),
        ("healthy", "likely"),
        "without close_notify: {told}"
    );
    assert!(!told.contains("never reached"), "{told}");
    let more = done()
        .send(Client, request())
        .send(Server, answer())
        .send(Server, answer());
    let lost = more.data_frames(Server).into_iter().rev().take(2).collect::<Vec<_>>();
    let mut cut = more.packet(Server, FIN | ACK, &[]);
    for frame in lost {
        cut = cut.drop_frame(frame);
    }
    let (id, _, _, told) = weighed(&cut);
    assert_eq!(id, "healthy", "{told}");
    assert!(told.contains("never reached the client"), "{told}");
}

#[test]
fn a_server_that_waited_and_closed_met_a_late_hello() {
    let late = Scenario::open()
        .wait(2 * SECOND)
        .packet(Server, FIN | ACK, &[])
        .wait(SECOND)
        .packet(Client, ACK | PSH, &hello_h2(Offer::Tls12))
        .packet(Server, RST, &[]);
    let (id, _, by, told) = weighed(&late);
    assert_eq!((&*id, by), ("tls-no-response", "client"), "{told}");
    assert!(told.contains("had waited 2.") && !told.contains("at once"), "{told}");
    let fin = late.frame_with(Server, FIN);
    assert!(told.contains("s earlier: the server closed"), "{fin}: {told}");
}

#[test]
fn a_request_that_was_sent_again_and_again_may_never_have_arrived() {
    let mut story = done().packet(Client, ACK | PSH, &request());
    for n in 0..3 {
        let mut again = story.packets.last().unwrap().clone();
        again.time += SECOND << n;
        again.ip_id = again.ip_id.wrapping_add(1);
        story.packets.push(again);
    }
    let story = story.wait(20 * SECOND).close(Client);
    let (id, confidence, by, told) = weighed(&story);
    assert_eq!(
        (&*id, confidence, by),
        ("no-application-response", "likely", "unknown"),
        "{told}"
    );
    assert!(!told.contains("the request arrived there"), "{told}");
}

#[test]
fn an_acknowledgement_far_sooner_than_the_answer_may_be_somebody_elses() {
    let hello = hello_h2(Offer::Tls12);
    // The SYN is answered at once, the hello after a second.
    let mut story = Scenario::open()
        .packet(Client, ACK | PSH, &hello)
        .packet(Server, ACK, &[])
        .wait(SECOND);
    story = story.send(Server, each_in_a_record(&server_flight()));
    let finish = [each_in_a_record(&client_flight()), change_cipher_spec(), finished(11)].concat();
    let story = story.send(Client, finish).wait(SECOND);
    let story = story.send(Server, [change_cipher_spec(), finished(12)].concat());
    let story = story.send(Client, request()).wait(9 * SECOND).close(Client);
    let (id, confidence, by, told) = weighed(&story);
    assert_eq!(
        (&*id, confidence, by),
        ("no-application-response", "likely", "unknown"),
        "{told}"
    );
    assert!(told.contains("in the server's place"), "{told}");
}

#[test]
fn a_client_that_answers_what_is_not_there_was_answered() {
    let syn = Scenario::new().packet(Client, SYN, &[]);
    let reset = syn.wait(6 * SECOND).packet(Client, RST, &[]);
    let (id, .., told) = weighed(&reset.wait(9 * SECOND));
    assert_eq!(id, "incomplete-capture", "{told}");
}

#[test]
fn a_size_that_arrives_in_another_connection_passes_the_path() {
    // A segment of 560 bytes is lost again and again, what is behind it arrives.
    let mut hello = hello_h2(Offer::Tls12);
    hello.extend(vec![0; 600]);
    let (large, rest) = hello.split_at(560);
    let mut broken = Scenario::open()
        .packet(Client, ACK, large)
        .packet(Client, ACK | PSH, rest);
    let held = Some((561, 1 + hello.len() as u32));
    let hold = |story: Scenario| {
        let story = story.wait(40 * MS).packet(Server, ACK, &[]);
        let at = story.packets.len();
        story.change(at, |ack| (ack.ack, ack.sack) = (1, held))
    };
    broken = hold(broken);
    for n in 0..5 {
        let mut packet = broken.packets[3].clone();
        packet.time += (SECOND / 4) << n;
        packet.ip_id += 100 + n as u16;
        broken.packets.push(packet);
    }
    broken = hold(broken.wait(8 * SECOND));
    let blames = |story: &Scenario| {
        let all = attempts(story);
        let failed = all.iter().find(|it| it.verdict.id != "healthy").unwrap();
        of(failed).3.contains("path MTU")
    };
    let as_large = done().packet(Client, ACK | PSH, &encrypted(APPLICATION_DATA, 13, 600));
    let beside = as_large
        .send(Server, answer())
        .close(Client)
        .isn(9, 10)
        .ports(50_009, 443);
    assert!(blames(&broken));
    assert!(!blames(&broken.beside(beside)));
}

#[test]
fn one_of_two_that_fails_is_compared_with_the_other() {
    let failed = Scenario::alert(Client, 48).isn(9, 10).ports(50_009, 443);
    let all = attempts(&failed.clone().beside(Scenario::tls12()));
    let (.., told) = of(all.iter().find(|it| it.verdict.id != "healthy").unwrap());
    assert!(told.contains("compare them"), "{told}");
    let (.., alone) = weighed(&failed);
    assert!(!alone.contains("compare them"), "{alone}");
}

#[test]
fn a_client_that_offers_only_old_versions_may_be_refused_for_that() {
    let mut hello = client_hello(Offer::Tls12, Group::X25519);
    hello[5] = 2; // TLS 1.1
    let closed = |hello: Vec<u8>| weighed(&Scenario::open().send(Client, each_in_a_record(&[hello])).close(Server));
    let (.., told) = closed(hello);
    assert!(told.contains("nothing newer than TLS 1.1"), "{told}");
    let (.., told) = closed(client_hello(Offer::Tls12, Group::X25519));
    assert!(!told.contains("nothing newer"), "{told}");
}

#[test]
fn a_request_that_crosses_the_servers_close_may_have_been_sent_again() {
    let idle = done().data().wait(30 * SECOND).packet(Server, FIN | ACK, &[]);
    let crossed = idle.clone().packet(Client, ACK | PSH, &request());
    let at = crossed.packets.len();
    let before = crossed.packets[at - 3].ack;
    let crossed = crossed
        .change(at, |packet| packet.ack = before)
        .packet(Server, RST, &[]);
    let (id, confidence, _, told) = weighed(&crossed);
    assert_eq!((&*id, confidence), ("healthy", "likely"), "{told}");
    assert!(told.contains("in another connection"), "{told}");
    let (.., told) = weighed(&idle.close(Client));
    assert!(!told.contains("in another connection"), "{told}");
}

#[test]
fn a_server_that_greets_in_plain_text_is_asked_for_tls_in_its_protocol() {
    let greeted = |greeting: &[u8]| {
        let story = Scenario::open()
            .send(Server, greeting)
            .send(Client, hello_h2(Offer::Tls13));
        weighed(&story.send(Server, b"* BAD command\r\n").close(Server))
    };
    let (id, .., told) = greeted(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n");
    assert_eq!(id, "not-tls", "{told}");
    assert!(
        told.contains("STARTTLS") && told.contains("993") && told.contains("-starttls imap"),
        "{told}"
    );
    let (.., told) = greeted(b"220 mail.example ESMTP\r\n");
    assert!(told.contains("465") && told.contains("-starttls smtp"), "{told}");
    let (.., told) = greeted(b"220 ProFTPD Server ready\r\n");
    assert!(told.contains("AUTH TLS"), "{told}");
    let (.., told) = greeted(b"SSH-2.0-OpenSSH_9.2\r\n");
    assert!(told.contains("find out which service listens"), "{told}");
}

#[test]
fn a_server_that_demands_encryption_in_plain_text_is_heard() {
    let startup = [&[0, 0, 0, 20, 0, 3, 0, 0][..], b"user\0postgres\0\0"].concat();
    let refused = |reason: &str| {
        let fields = format!("SFATAL\0C28000\0Mno pg_hba.conf entry for host \"192.0.2.10\", {reason}\0\0");
        let len = (fields.len() as u32 + 4).to_be_bytes();
        let error = [&[b'E'][..], &len, fields.as_bytes()].concat();
        let story = Scenario::open().send(Client, &startup).send(Server, error);
        attempts(&story.close(Server))
    };
    let all = refused("no encryption");
    let (id, confidence, by, told) = of(&all[0]);
    assert_eq!(
        (&*id, confidence, by),
        ("plain-text-to-tls", "likely", "client"),
        "{told}"
    );
    assert!(told.contains("no encryption") && told.contains("sslmode"), "{told}");
    assert!(
        refused("SSL encryption").is_empty(),
        "it speaks of no want of encryption"
    );
}
