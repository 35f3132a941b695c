//! Stories of how connections end, and of TLS that never began, each named for what is true of it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::scenario::messages::*;
use crate::scenario::*;
use crate::support::analyze;
use tlswalk::report::{Report, Verdict};

const SECOND: i64 = 1_000_000_000;

/// The verdict of the only attempt.
#[track_caller]
fn verdict(story: &Scenario) -> Verdict {
    let report = analyze(&story.pcap());
    let [attempt] = &report.attempts[..] else {
        panic!("{} attempts instead of one", report.attempts.len())
    };
    attempt.verdict.clone()
}

/// Its id, who did it, how sure that is, and how bad.
#[track_caller]
fn told(story: &Scenario) -> [String; 4] {
    let verdict = verdict(story);
    let words = [
        verdict.id.name(),
        verdict.by.name(),
        verdict.confidence.name(),
        verdict.severity.name(),
    ];
    words.map(str::to_owned)
}

/// Everything that a verdict says.
fn words(verdict: &Verdict) -> String {
    serde_json::to_string(verdict).unwrap()
}

fn none(story: &Scenario) {
    let report: Report = analyze(&story.pcap());
    assert!(report.attempts.is_empty(), "{:?}", report.attempts[0].verdict);
}

fn hello12() -> Vec<u8> {
    each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)])
}

/// TLS 1.3 up to both sides' Finished, without a client certificate and without tickets.
fn open13() -> Scenario {
    let flight = [(21, 6), (23, 1740), (24, 264), (25, 52)];
    let flight: Vec<u8> = flight.iter().flat_map(|&(seed, len)| encrypted_13(seed, len)).collect();
    Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]))
        .send(
            Server,
            [each_in_a_record(&[server_hello_13()]), change_cipher_spec(), flight].concat(),
        )
        .send(Client, [change_cipher_spec(), encrypted_13(28, 52)].concat())
}

// TLS that never began.

#[test]
fn a_refused_starttls_is_the_cause_whatever_the_client_does_then() {
    let refused = || {
        Scenario::open()
            .ports(40_000, 25)
            .send(Server, "220 mail.example ESMTP\r\n")
            .send(Client, "EHLO a.example\r\n")
            .send(Server, "250-mail.example\r\n250-STARTTLS\r\n250 SIZE\r\n")
            .send(Client, "STARTTLS\r\n")
            .send(Server, "454 4.7.0 TLS not available\r\n")
    };
    let is = |severity: &str| ["tls-not-offered", "server", "certain", severity].map(str::to_owned);
    assert_eq!(told(&refused().close(Client)), is("error"));
    assert_eq!(told(&refused().send(Client, hello12()).reset(Server)), is("error"));
    assert_eq!(
        told(&refused().send(Client, "MAIL FROM:<a@example>\r\n").close(Client)),
        is("warning")
    );
    assert!(words(&verdict(&refused().close(Client))).contains("454 4.7.0 TLS not available"));
}

#[test]
fn plain_text_that_never_wanted_tls_is_no_attempt() {
    let smtp = Scenario::open()
        .ports(40_000, 25)
        .send(Server, "220 mail.example ESMTP\r\n")
        .send(Client, "EHLO a.example\r\n")
        .send(Server, "250-mail.example\r\n250 SIZE\r\n");
    none(
        &smtp
            .clone()
            .send(Client, "QUIT\r\n")
            .send(Server, "221 Bye\r\n")
            .close(Server),
    );
    none(
        &smtp
            .send(Client, "MAIL FROM:<a@example>\r\n")
            .send(Server, "250 ok\r\n")
            .close(Client),
    );
    let http = |port| {
        Scenario::open()
            .ports(40_000, port)
            .send(Client, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    };
    none(
        &http(80)
            .send(Server, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            .close(Server),
    );
    none(&http(80).close(Server));
    none(
        &http(443)
            .send(Server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .close(Server),
    );
    none(
        &Scenario::open()
            .ports(40_000, 22)
            .send(Server, "SSH-2.0-a\r\n")
            .send(Client, "SSH-2.0-b\r\n")
            .close(Client),
    );
    none(
        &Scenario::open()
            .ports(40_000, 6379)
            .send(Client, "PING\r\n")
            .close(Server),
    );
}

#[test]
fn an_alert_in_answer_to_plain_text_comes_from_a_server_that_speaks_tls() {
    let kafka = b"\0\0\0\x14\0\x12\0\0\0\0\0\x01consumer-1xxxx";
    let story = Scenario::open()
        .ports(40_000, 19_093)
        .send(Client, kafka)
        .send(Server, alert(Level::Fatal, 10))
        .close(Server);
    assert_eq!(told(&story), ["plain-text-to-tls", "client", "certain", "error"]);
    assert!(words(&verdict(&story)).contains("Kafka"));
}

#[test]
fn the_same_port_in_another_connection_shows_that_it_expects_tls() {
    let plain = Scenario::open()
        .ports(40_001, 7000)
        .send(Client, "PING\r\n")
        .close(Server);
    none(&plain);
    let report = analyze(&Scenario::tls12().ports(40_000, 7000).then(plain).pcap());
    let ids: Vec<(&str, &str)> = report
        .attempts
        .iter()
        .map(|it| (&*it.verdict.id, it.verdict.confidence.name()))
        .collect();
    assert_eq!(ids[1], ("plain-text-to-tls", "likely"));
}

#[test]
fn an_answer_before_the_hello_answers_the_proxy_header() {
    let story = Scenario::open()
        .send(Client, "PROXY TCP4 192.0.2.1 192.0.2.2 1 443\r\n")
        .send(Server, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        .send(Client, hello12())
        .reset(Server);
    let verdict = verdict(&story);
    assert_eq!((&*verdict.id, verdict.by.name()), ("not-tls", "unknown"));
    assert!(verdict.summary.contains("PROXY protocol") && !verdict.summary.contains("does not speak TLS"));
}

#[test]
fn a_fatal_alert_in_place_of_the_hello_is_its_senders_doing() {
    let story = Scenario::open()
        .send(Client, alert(Level::Fatal, 80))
        .send(Server, alert(Level::Fatal, 10))
        .close(Server);
    assert_eq!(told(&story), ["handshake-refused", "client", "certain", "error"]);
    assert!(verdict(&story).summary.contains("before its Client Hello"));
}

#[test]
fn tlcp_is_named() {
    let hello = [
        &[22, 1, 1, 0, 45, 1, 0, 0, 41, 1, 1][..],
        &noise(1, 32),
        &[0, 0, 2, 0xe0, 0x13, 1, 0],
    ]
    .concat();
    let story = |answer: Vec<u8>| Scenario::open().send(Client, &hello).send(Server, answer).close(Server);
    let mismatch = verdict(&story(alert(Level::Fatal, 70)));
    assert_eq!(mismatch.id, "version-mismatch");
    assert!(mismatch.summary.contains("0x0101"));
    let spoken = verdict(&story(
        [&[22, 1, 1, 0, 45, 2, 0, 0, 41, 1, 1][..], &noise(2, 39)].concat(),
    ));
    assert_eq!(spoken.id, "incomplete-capture");
    assert!(words(&spoken).contains("TLCP"));
}

#[test]
fn openvpns_packets_hold_no_records_of_a_tls_stream() {
    let packet = |kind: u8, body: &[u8]| {
        let len = (body.len() as u16 + 1).to_be_bytes();
        [&len[..], &[kind << 3], body].concat()
    };
    let reset = noise(1, 13);
    let control = [&noise(2, 17)[..], &hello12()].concat();
    let flight = [&noise(3, 17)[..], &each_in_a_record(&server_flight())[..1200]].concat();
    let story = Scenario::open()
        .ports(40_000, 1194)
        .send(Client, packet(7, &reset))
        .send(Server, packet(8, &reset))
        .send(Client, packet(4, &control))
        .send(Server, packet(4, &flight))
        .close(Client);
    none(&story);
}

// How connections end.

#[test]
fn a_record_long_after_the_request_is_an_answer_and_no_ticket() {
    let story = open13()
        .send(Client, encrypted_13(31, 65))
        .wait(7 * SECOND / 10)
        .send(Server, encrypted_13(32, 550));
    let late = verdict(&story);
    assert_eq!((&*late.id, late.confidence.name()), ("healthy", "likely"));
    // Right behind the handshake the same record may be a ticket, and then nothing came for long: likely at most.
    let story = open13()
        .send(Client, encrypted_13(31, 65))
        .send(Server, encrypted_13(32, 550))
        .wait(10 * SECOND)
        .close(Client);
    let either = verdict(&story);
    assert_eq!(
        (&*either.id, either.confidence.name()),
        ("no-application-response", "likely")
    );
}

#[test]
fn what_a_server_says_first_in_a_tunnel_is_no_unanswered_request() {
    let story = open13()
        .wait(30 * SECOND)
        .send(Server, encrypted_13(32, 300))
        .send(Client, encrypted_13(33, 400))
        .wait(SECOND)
        .send(Server, encrypted_13(34, 120))
        .close(Client);
    let verdict = verdict(&story);
    assert_ne!(verdict.severity.name(), "error", "{}", verdict.summary);
}

#[test]
fn an_alert_that_was_seen_is_not_denied() {
    let chain = certificate(&[SERVER_CERTIFICATE, ISSUER_CERTIFICATE]);
    let flight = each_in_a_record(&[server_hello(), chain, server_hello_done()]);
    let story = Scenario::open()
        .send(Client, hello12())
        .send(Server, flight)
        .send(Server, alert(Level::Warning, 0))
        .close(Server);
    let said = words(&verdict(&story));
    assert!(said.contains("alert") && !said.contains("without an alert"), "{said}");
}

#[test]
fn what_comes_back_outside_tls_is_an_answer_all_the_same() {
    let asks = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Client, encrypted(APPLICATION_DATA, 13, 40));
    let answered = asks.clone().send(Server, b"226 done, in clear").close(Server);
    assert!(!words(&verdict(&answered)).contains("no data came back"));
    assert_eq!(verdict(&asks.close(Server)).id, "no-application-response");
}

#[test]
fn a_request_that_is_still_open_may_be_answered_later() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Client, encrypted(APPLICATION_DATA, 13, 40))
        .packet(Server, ACK, &[])
        .wait(20 * SECOND)
        .packet(Client, ACK, &[]);
    let verdict = verdict(&story);
    assert_eq!(
        (&*verdict.id, verdict.confidence.name()),
        ("no-application-response", "possible")
    );
    assert!(
        verdict.summary.contains("20 s") || verdict.summary.contains("21 s"),
        "{}",
        verdict.summary
    );
}

#[test]
fn the_servers_finished_is_cited_where_its_record_ends() {
    let one_record = encrypted_13(21, 3000);
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]))
        .send(
            Server,
            [each_in_a_record(&[server_hello_13()]), change_cipher_spec(), one_record].concat(),
        )
        .send(Client, [change_cipher_spec(), encrypted_13(28, 52)].concat())
        .send(Server, [encrypted_13(29, 240), encrypted_13(30, 240)].concat())
        .close(Client);
    let last = story
        .data_frames(Server)
        .into_iter()
        .rev()
        .find(|&frame| frame < story.data_frames(Client)[1]);
    let report = analyze(&story.pcap());
    let finished = report.connections[0]
        .steps
        .iter()
        .find(|step| step.kind == "finished" && step.side == "server")
        .unwrap();
    assert_eq!(Some(finished.frame as usize), last);
}

#[test]
fn the_time_of_a_handshake_is_not_that_of_its_connection() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .data()
        .wait(15 * SECOND)
        .close(Client);
    let summary = verdict(&story).summary;
    assert!(!summary.contains("15 s"), "{summary}");
}

#[test]
fn a_client_that_waits_for_no_answer_is_healthy_at_most_likely() {
    let goodbye = encrypted(21, 16, 10);
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .packet(Client, ACK | PSH, &encrypted(APPLICATION_DATA, 13, 40))
        .packet(Client, ACK | PSH, &goodbye)
        .packet(Client, FIN | ACK, &[])
        .wait(SECOND / 25)
        .packet(Server, ACK, &[])
        .packet(Server, ACK | PSH, &encrypted(APPLICATION_DATA, 14, 900))
        .wait(SECOND / 50)
        .packet(Client, RST, &[]);
    let verdict = verdict(&story);
    assert_eq!((&*verdict.id, verdict.confidence.name()), ("healthy", "likely"));
    assert!(verdict.summary.contains("before any answer"), "{}", verdict.summary);
}

#[test]
fn a_client_that_closes_with_its_request_did_not_wait_for_the_server() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .packet(Client, FIN | ACK | PSH, &encrypted(APPLICATION_DATA, 13, 40))
        .wait(SECOND / 25)
        .packet(Server, ACK | PSH, &encrypted(APPLICATION_DATA, 14, 900))
        .packet(Client, RST, &[]);
    let verdict = verdict(&story);
    assert_eq!((&*verdict.id, verdict.confidence.name()), ("healthy", "likely"));
    assert!(verdict.summary.contains("before any answer"), "{}", verdict.summary);
}

#[test]
fn a_server_that_closes_in_answer_to_the_request_is_said_to_have_closed() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .packet(Client, ACK | PSH, &encrypted(APPLICATION_DATA, 13, 40))
        .wait(SECOND / 4)
        .packet(Server, FIN | ACK, &[])
        .wait(SECOND / 50)
        .packet(Client, FIN | ACK, &[])
        .packet(Server, ACK, &[]);
    let verdict = verdict(&story);
    assert_eq!((&*verdict.id, verdict.by.name()), ("no-application-response", "server"));
    assert!(
        verdict
            .summary
            .contains("closed the connection 0.25 s later without an answer"),
        "{}",
        verdict.summary
    );
}

#[test]
fn a_message_whose_end_came_after_the_clients_goodbye_was_not_the_last_it_heard() {
    let flight = each_in_a_record(&server_flight());
    let (first, rest) = flight.split_at(600);
    let story = Scenario::open()
        .send(Client, hello12())
        .packet(Server, ACK | PSH, first)
        .packet(Client, FIN | ACK, &[])
        .wait(SECOND / 50)
        .packet(Server, ACK | PSH, rest)
        .packet(Client, RST, &[]);
    let verdict = verdict(&story);
    assert_eq!((&*verdict.id, verdict.by.name()), ("silent-mid-handshake", "client"));
    assert!(!words(&verdict).contains("Server Hello Done"), "{}", words(&verdict));
}

#[test]
fn a_fin_before_the_last_message_is_said_to_come_before_it() {
    let flight = each_in_a_record(&server_flight());
    let (first, rest) = flight.split_at(600);
    // What comes after a FIN is still acknowledged by a client that closed its half only.
    let story = Scenario::open()
        .send(Client, hello12())
        .packet(Server, ACK | PSH, first)
        .packet(Client, FIN | ACK, &[])
        .wait(SECOND / 50)
        .send(Server, rest)
        .packet(Server, FIN | ACK, &[])
        .packet(Client, ACK, &[]);
    let words = words(&verdict(&story));
    assert!(
        words.contains("before that message") && !words.contains("-0."),
        "{words}"
    );
}

#[test]
fn an_alert_behind_the_server_hello_is_not_denied() {
    let broken_off = |record: Vec<u8>| {
        Scenario::open()
            .send(Client, each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]))
            .send(
                Server,
                [each_in_a_record(&[server_hello_13()]), change_cipher_spec(), record].concat(),
            )
            .close(Server)
    };
    let verdict = verdict(&broken_off(encrypted_13(33, 2)));
    assert_eq!(
        (&*verdict.id, verdict.by.name(), verdict.confidence.name()),
        ("handshake-refused", "server", "likely")
    );
    assert!(verdict.summary.contains("encrypted alert"), "{}", verdict.summary);
    // Encrypted Extensions fit into the next larger record.
    let [id, ..] = told(&broken_off(encrypted_13(33, 6)));
    assert_eq!(id, "silent-mid-handshake");
}

#[test]
fn a_server_that_closes_unasked_is_healthy_only_where_it_waited() {
    let closed_after = |wait: i64| {
        let story = Scenario::open().handshake12(each_in_a_record);
        let closed = story.wait(wait).packet(Server, FIN | ACK, &[]).wait(SECOND / 50);
        told(&closed.packet(Client, FIN | ACK, &[]).packet(Server, ACK, &[]))
    };
    assert_eq!(
        closed_after(SECOND / 10)[..3],
        ["no-application-response", "server", "likely"]
    );
    assert_eq!(closed_after(60 * SECOND)[0], "healthy");
}

#[test]
fn a_server_that_closes_before_the_clients_finished_ended_the_handshake() {
    let flight = [each_in_a_record(&server_flight()), change_cipher_spec(), finished(12)].concat();
    let story = Scenario::open()
        .send(Client, hello12())
        .send(Server, flight)
        .packet(Server, FIN | ACK, &[])
        .wait(SECOND / 20)
        .packet(
            Client,
            ACK | PSH,
            &[each_in_a_record(&client_flight()), change_cipher_spec(), finished(11)].concat(),
        )
        .packet(Server, RST, &[]);
    let verdict = verdict(&story);
    assert_eq!((&*verdict.id, verdict.by.name()), ("silent-mid-handshake", "server"));
    let words = words(&verdict);
    assert!(
        !words.contains("after the handshake") && !words.contains("from the client: the server"),
        "{words}"
    );
}

#[test]
fn a_client_whose_alert_comes_before_the_servers_goodbye_left_first() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .packet(Client, ACK | PSH, &encrypted(21, 16, 10))
        .packet(Server, ACK | PSH, &encrypted(21, 17, 10))
        .packet(Server, FIN | ACK, &[])
        .packet(Client, RST, &[]);
    let verdict = verdict(&story);
    assert!(
        verdict.confidence != "certain" && verdict.by != "server",
        "{} by {}, {}",
        verdict.id,
        verdict.by,
        verdict.confidence
    );
}

#[test]
fn a_connection_that_was_opened_in_advance_and_not_used_is_healthy() {
    let story = open13()
        .packet(Client, FIN | ACK, &[])
        .wait(SECOND / 50)
        .packet(
            Server,
            ACK | PSH,
            &[encrypted_13(29, 240), encrypted_13(30, 240), encrypted_13(32, 45)].concat(),
        )
        .wait(SECOND / 50)
        .packet(Client, RST, &[]);
    let verdict = verdict(&story);
    assert_eq!((&*verdict.id, verdict.confidence.name()), ("healthy", "possible"));
    assert!(verdict.summary.contains("without asking"), "{}", verdict.summary);
}

#[test]
fn an_answer_that_ends_without_close_notify_is_whole_at_most_likely() {
    let story = || Scenario::open().handshake12(each_in_a_record).data();
    let confidence = |story: &Scenario| {
        let verdict = verdict(story);
        assert_eq!(verdict.id, "healthy");
        verdict.confidence
    };
    assert_eq!(confidence(&story().close(Client)), "certain");
    assert_eq!(
        confidence(&story().send(Server, encrypted(21, 16, 10)).close(Server)),
        "certain"
    );
    assert_eq!(confidence(&story().close(Server)), "likely");
    assert_eq!(confidence(&story().reset(Client)), "likely");
    // Half of a record, and the end.
    let cut = story()
        .send(Server, &encrypted(APPLICATION_DATA, 17, 900)[..400])
        .reset(Client);
    let verdict = verdict(&cut);
    assert_eq!(
        (&*verdict.id, verdict.confidence.name()),
        ("reset-after-established", "likely")
    );
}

#[test]
fn a_server_that_closes_behind_the_clients_certificate_may_have_refused_it() {
    let flight = [(21, 6), (22, 40), (23, 1740), (24, 264), (25, 52)];
    let flight: Vec<u8> = flight.iter().flat_map(|&(seed, len)| encrypted_13(seed, len)).collect();
    let answer = [encrypted_13(26, 850), encrypted_13(27, 264), encrypted_13(28, 52)].concat();
    let bare = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]))
        .send(
            Server,
            [each_in_a_record(&[server_hello_13()]), change_cipher_spec(), flight].concat(),
        )
        .send(Client, [change_cipher_spec(), answer].concat());
    let verdict = verdict(&bare.close(Server));
    assert_eq!(
        (&*verdict.id, verdict.by.name(), verdict.confidence.name()),
        ("client-certificate-rejected", "server", "likely")
    );
    assert!(!words(&verdict).contains("capture again"));
}

#[test]
fn a_client_that_cannot_sign_gives_up_behind_its_certificate() {
    let flight = [(21, 6), (22, 98), (23, 1740), (24, 264), (25, 52)];
    let flight: Vec<u8> = flight.iter().flat_map(|&(seed, len)| encrypted_13(seed, len)).collect();
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls13, Group::X25519)]))
        .send(
            Server,
            [each_in_a_record(&[server_hello_13()]), change_cipher_spec(), flight].concat(),
        )
        .send(
            Client,
            [change_cipher_spec(), encrypted_13(28, 1679), encrypted_13(29, 2)].concat(),
        )
        .close(Client);
    assert_eq!(told(&story), ["handshake-refused", "client", "likely", "error"]);
}

#[test]
fn a_whole_capture_is_not_called_incomplete() {
    // The server closes an unused connection with a record as short as an alert.
    let story = open13().wait(SECOND).send(Server, encrypted_13(33, 2)).close(Server);
    let whole = verdict(&story);
    assert_eq!(whole.id, "unexplained-end");
    assert!(!words(&whole).contains("capture again"));
    let open = verdict(&open13().send(Client, encrypted_13(31, 65)));
    assert_eq!(open.id, "incomplete-capture", "its end is missing");
}

#[test]
fn a_client_that_closes_behind_early_data_did_not_wait_for_the_server() {
    // False Start (RFC 7918): the request goes out before the server's Finished.
    let closed_after = |wait: i64| {
        let words = [
            each_in_a_record(&client_flight()),
            change_cipher_spec(),
            finished(11),
            encrypted(23, 13, 40),
        ];
        let story = Scenario::open()
            .send(Client, hello12())
            .send(Server, each_in_a_record(&server_flight()))
            .packet(Client, ACK | PSH, &words.concat())
            .wait(wait)
            .packet(Client, FIN | ACK, &[])
            .wait(SECOND / 50)
            .packet(Server, FIN | ACK, &[]);
        verdict(&story.packet(Client, ACK, &[]))
    };
    let left = closed_after(SECOND / 1_000);
    assert_eq!(
        (&*left.id, left.by.name(), left.confidence.name()),
        ("silent-mid-handshake", "client", "likely")
    );
    let said = words(&left);
    assert!(
        said.contains("before any answer could arrive") && !said.contains("do not like"),
        "{said}"
    );
    let waited = closed_after(SECOND / 4);
    assert_eq!((waited.by.name(), waited.confidence.name()), ("client", "certain"));
    assert!(
        !words(&waited).contains("before any answer could arrive"),
        "{}",
        words(&waited)
    );
}

#[test]
fn no_answer_to_a_client_that_closed_with_its_request_is_not_certain() {
    let story = open13()
        .packet(Client, ACK | PSH | FIN, &encrypted_13(29, 100))
        .wait(SECOND / 50)
        .packet(Server, ACK, &[])
        .wait(10 * SECOND)
        .packet(Server, FIN | ACK, &[])
        .packet(Client, ACK, &[]);
    let verdict = verdict(&story);
    assert_eq!(
        (&*verdict.id, verdict.by.name(), verdict.confidence.name()),
        ("no-application-response", "server", "likely")
    );
    let words = words(&verdict);
    assert!(words.contains("closed its own direction"), "{words}");
}

#[test]
fn an_answer_that_only_begins_like_a_record_is_no_tls() {
    // A Modbus server gives back the first bytes of what it gets, behind its own frame of an error.
    let answered = |bytes: &[u8]| {
        let story = Scenario::open().send(Client, hello12()).send(Server, bytes);
        verdict(&story.wait(3 * SECOND).close(Client))
    };
    let modbus = answered(&[0x16, 3, 1, 0, 0, 3, 0, 0x80, 1]);
    assert_eq!(
        (&*modbus.id, modbus.by.name(), modbus.confidence.name()),
        ("not-tls", "server", "likely")
    );
    assert!(modbus.summary.contains("16 03 01 00 00"), "{}", modbus.summary);
    // What is no text is shown as bytes, and not all of it.
    let zeroes = answered(&[0; 64]);
    assert_eq!((&*zeroes.id, zeroes.confidence.name()), ("not-tls", "likely"));
    assert!(
        zeroes.summary.ends_with("00 00 00 …") && zeroes.summary.len() < 140,
        "{}",
        zeroes.summary
    );
    // A record that is whole and empty of sense is TLS, and something else.
    let other = answered(&[0x16, 3, 3, 0, 4, 14, 0, 0, 0]);
    assert_ne!(other.id, "not-tls");
}

#[test]
fn whoever_gives_back_the_clients_hello_is_no_client() {
    for echo_first in [false, true] {
        let mut story = Scenario::open().send(Client, hello12()).send(Server, hello12());
        if echo_first {
            // The file has the answer before the question.
            let (asked, answered) = (story.data_frames(Client)[0], story.data_frames(Server)[0]);
            story = story.swap(asked, answered);
        }
        let alert = record(21, &[2, 10]);
        let verdict = verdict(&story.send(Client, &alert).send(Server, &alert).close(Client));
        assert_eq!((&*verdict.id, verdict.by.name()), ("not-tls", "server"));
        assert!(
            verdict.display_filter.contains("tcp.port == 22425"),
            "the client's port"
        );
    }
}
