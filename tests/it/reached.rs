//! Stories of what reached whom: each claim about an acknowledgement, an order, a size or a time to live is asked of exactly
//! that, and a story that differs in it alone is told differently.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::scenario::messages::*;
use crate::scenario::*;
use tlswalk::Options;
use tlswalk::profile::Profile;
use tlswalk::report::{Reason, Verdict};

const SECOND: i64 = 1_000_000_000;
const MS: i64 = 1_000_000;

/// The verdicts of all attempts.
fn verdicts(story: &Scenario) -> Vec<Verdict> {
    let report = tlswalk::analyze(&story.pcap()[..], "scenario", &Options::everything().unwrap()).unwrap();
    report.attempts.into_iter().map(|attempt| attempt.verdict).collect()
}

/// The verdict of the only one.
#[track_caller]
fn verdict(story: &Scenario) -> Verdict {
    let mut verdicts = verdicts(story);
    assert_eq!(verdicts.len(), 1, "{story:?}");
    verdicts.remove(0)
}

/// All that it says.
fn told(verdict: &Verdict) -> String {
    format!("{verdict:#?}")
}

fn hello() -> Vec<u8> {
    each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)])
}

/// A hello of more than one segment of [`MSS`].
fn large_hello() -> Vec<u8> {
    let mut hello = client_hello(Offer::Tls13, Group::X25519);
    // Padding (RFC 7685), at the end of the extensions; three lengths grow by it.
    let padding = [&[0, 21, 2, 0][..], &[0; 512]].concat();
    let before_extensions = 4 + 2 + 32 + 1 + 32 + 2 + 14 + 2;
    for at in [2, before_extensions] {
        let len = u16::from_be_bytes([hello[at], hello[at + 1]]) + padding.len() as u16;
        hello[at..at + 2].copy_from_slice(&len.to_be_bytes());
    }
    hello.extend(padding);
    each_in_a_record(&[hello])
}

/// Repeats the last packet so often, at doubled intervals.
fn again(mut story: Scenario, times: u32) -> Scenario {
    for n in 0..times {
        let mut packet = story.packets.last().unwrap().clone();
        packet.time += (SECOND / 4) << n;
        packet.ip_id = packet.ip_id.wrapping_add(1);
        story.packets.push(packet);
    }
    let last = story.packets.last().unwrap().time;
    let now = story.packets[story.packets.len() - 1 - times as usize].time;
    story.wait(last - now)
}

#[test]
fn a_hello_that_was_acknowledged_arrived_whatever_became_of_the_alert_behind_it() {
    let story = Scenario::open()
        .send(Client, hello())
        .wait(3 * SECOND)
        .packet(Server, FIN | ACK, &[])
        .packet(Client, ACK | PSH, &alert(Level::Fatal, 50))
        .packet(Server, RST, &[]);
    let verdict = verdict(&story);
    assert_eq!(
        (&*verdict.id, verdict.by.name()),
        ("tls-no-response", "server"),
        "{story:?}"
    );
    let told = told(&verdict);
    assert!(!told.contains("never arrived") && !told.contains("MSS"), "{told}");
    let fin = story.frame_with(Server, FIN) as u64;
    assert!(
        verdict
            .evidence
            .iter()
            .any(|it| it.frame == fin && it.what.contains("closed")),
        "{told}"
    );
}

#[test]
fn a_hello_of_which_a_part_was_acknowledged_was_lost_in_part() {
    let hello = large_hello();
    let rest = hello.len() - MSS;
    let first = Scenario::open()
        .packet(Client, ACK, &hello[..MSS])
        .wait(40 * MS)
        .packet(Server, ACK, &[]);
    let story = again(first.packet(Client, ACK | PSH, &hello[MSS..]), 5).wait(SECOND);
    let verdict = verdict(&story);
    assert_eq!(
        (&*verdict.id, verdict.by.name()),
        ("tls-no-response", "path"),
        "{story:?}"
    );
    let told = told(&verdict);
    // The record's header is none of the message's bytes.
    let arrived = format!("only {} of the {} bytes", MSS - 5, hello.len() - 5);
    assert!(verdict.summary.contains(&arrived), "{told}");
    assert!(
        told.contains(&format!("{rest} bytes")) && told.contains("5 times"),
        "{told}"
    );
    assert!(
        !told.contains("not even acknowledged") && !told.contains("MSS"),
        "size is no reason: {told}"
    );
}

#[test]
fn a_hello_whose_full_segment_is_lost_while_its_end_arrives_is_too_large_for_the_path() {
    // Of more than 536 bytes: as much passes everywhere.
    let hello = large_hello();
    let (first, last) = hello.split_at(560);
    let lost = Scenario::open()
        .packet(Client, ACK, first)
        .packet(Client, ACK | PSH, last);
    let end = 1 + hello.len() as u32;
    let held = lost.wait(40 * MS).packet(Server, ACK, &[]);
    let at = held.packets.len();
    let held = held.change(at, |ack| (ack.ack, ack.sack) = (1, Some((561, end))));
    let mut story = held;
    for n in 0..5 {
        let mut packet = story.packets[3].clone();
        packet.time += (SECOND / 4) << n;
        packet.ip_id += 100 + n as u16;
        story.packets.push(packet);
    }
    let verdict = verdict(&story.wait(8 * SECOND).packet(Server, ACK, &[]).change(at + 6, |ack| {
        (ack.ack, ack.sack) = (1, Some((561, end)));
    }));
    assert_eq!((&*verdict.id, verdict.by.name()), ("tls-no-response", "path"));
    let told = told(&verdict);
    assert!(told.contains("path MTU") && told.contains("560"), "{told}");
    assert!(!told.contains("at once"), "{told}");
}

#[test]
fn a_server_that_repeats_its_syn_ack_never_had_the_acknowledgement() {
    let mut story = again(Scenario::open().packet(Client, ACK | PSH, &hello()), 4);
    for seconds in [1, 3, 7] {
        let mut repeated = story.packets[1].clone();
        repeated.time = START + seconds * SECOND;
        repeated.ip_id += seconds as u16;
        story.packets.push(repeated);
    }
    story.packets.sort_by_key(|packet| packet.time);
    let verdict = verdict(&story);
    assert_eq!(
        (&*verdict.id, verdict.by.name()),
        ("tls-no-response", "path"),
        "{story:?}"
    );
    let told = told(&verdict);
    assert!(verdict.summary.contains("SYN-ACK") && !told.contains("MSS"), "{told}");
}

#[test]
fn a_syn_ack_that_nobody_acknowledges_opens_nothing_on_any_port() {
    for port in [443, 8443, 636] {
        let mut story = Scenario::new().packet(Client, SYN, &[]).packet(Server, SYN | ACK, &[]);
        for seconds in [1, 3, 7] {
            let mut repeated = story.packets[1].clone();
            repeated.time = START + seconds * SECOND;
            repeated.ip_id += seconds as u16;
            story.packets.push(repeated);
        }
        let verdict = verdict(&story.ports(50_000, port));
        assert_eq!((&*verdict.id, verdict.severity.name()), ("tcp-no-response", "error"));
        assert!(verdict.summary.contains("SYN-ACK"), "{}", verdict.summary);
    }
}

/// A scan refuses an answer, too, and at once.
#[test]
fn a_syn_ack_that_comes_when_the_client_has_given_up_is_told_and_a_refused_one_is_not() {
    let story = again(Scenario::new().packet(Client, SYN, &[]), 4)
        .wait(9 * SECOND)
        .packet(Server, SYN | ACK, &[])
        .packet(Client, RST, &[]);
    let verdict = verdict(&story);
    assert_eq!(
        (&*verdict.id, verdict.severity.name()),
        ("tcp-no-response", "error"),
        "{story:?}"
    );
    assert!(verdict.summary.contains("given up"), "{}", verdict.summary);
    let scan = Scenario::new()
        .packet(Client, SYN, &[])
        .packet(Server, SYN | ACK, &[])
        .packet(Client, RST, &[])
        .wait(20 * SECOND);
    assert!(verdicts(&scan).is_empty());
}

/// However soon its program gave up: the system goes on sending what was written.
#[test]
fn a_hello_that_is_sent_again_after_the_close_never_arrived() {
    let mut story = Scenario::open()
        .packet(Client, ACK | PSH, &hello())
        .wait(100 * MS)
        .packet(Client, FIN | ACK, &[]);
    let hello = story.packets[3].clone();
    for seconds in [1, 3, 7] {
        let mut repeated = hello.clone();
        repeated.time = hello.time + seconds * SECOND;
        repeated.ip_id += seconds as u16;
        story.packets.push(repeated);
    }
    let verdict = verdict(&story.wait(9 * SECOND));
    assert_eq!((&*verdict.id, verdict.by.name()), ("tls-no-response", "path"));
}

/// Text is another protocol; other bytes may be a record that was damaged.
#[test]
fn bytes_that_are_neither_text_nor_a_record_may_be_broken_tls() {
    let answered = |bytes: &[u8]| {
        let story = Scenario::open().send(Client, hello()).send(Server, bytes);
        verdict(&story.close(Server).wait(5 * SECOND))
    };
    let text = answered(b"220 mail.example.com ESMTP\r\n");
    assert_eq!((&*text.id, text.confidence.name()), ("not-tls", "certain"));
    let bytes = answered(&[0, 0, 0, 0, 2, 0, 40]);
    assert_eq!((&*bytes.id, bytes.confidence.name()), ("not-tls", "likely"));
    assert!(bytes.alternatives.iter().any(|it| it.id.name() == "broken-tls"));
}

/// The server may have had the whole request only when nobody waited for the answer any more.
#[test]
fn a_request_that_was_sent_again_and_again_may_have_been_lost_on_its_way() {
    let asked = || {
        Scenario::open()
            .handshake12(each_in_a_record)
            .packet(Client, ACK | PSH, &encrypted(APPLICATION_DATA, 13, 700))
    };
    let given_up = |story: Scenario| {
        let story = story.wait(9 * SECOND).packet(Client, FIN | ACK, &[]);
        verdict(&story.packet(Server, ACK, &[]).wait(SECOND))
    };
    let (once, often) = (given_up(asked()), given_up(again(asked(), 3)));
    assert_eq!(
        (&*once.id, once.confidence.name()),
        ("no-application-response", "certain")
    );
    assert_eq!(
        (&*often.id, often.confidence.name()),
        ("no-application-response", "likely")
    );
    assert!(often.alternatives.iter().any(|it| it.id.name() == "random-loss"));
}

/// Browsers open several connections at a time and drop those that they do not need.
#[test]
fn a_connection_that_was_dropped_beside_one_that_completed_is_no_certain_failure() {
    let left = Scenario::open()
        .send(Client, hello())
        .send(
            Server,
            each_in_a_record(&[server_hello(), certificate(&[]), server_hello_done()]),
        )
        .wait(50 * MS)
        .packet(Client, FIN | ACK, &[])
        .packet(Server, FIN | ACK, &[]);
    let alone = verdict(&left.clone().wait(9 * SECOND));
    let all = verdicts(&left.beside(Scenario::tls12().ports(50_001, 443)).wait(9 * SECOND));
    let failed = all.iter().find(|it| it.severity.name() == "error").unwrap();
    assert_eq!(failed.id, alone.id);
    assert_ne!(alone.confidence.name(), "possible");
    assert_eq!(failed.confidence.name(), "possible");
    assert!(failed.alternatives.iter().any(|it| it.id.name() == "broken-off"));
}

#[test]
fn syns_to_any_port_on_which_tls_may_be_spoken_are_attempts() {
    let unanswered = again(Scenario::new().packet(Client, SYN, &[]), 5);
    let refused = Scenario::new().packet(Client, SYN, &[]).packet(Server, RST | ACK, &[]);
    for port in [443, 8443, 5671] {
        assert_eq!(verdict(&unanswered.clone().ports(50_000, port)).id, "tcp-no-response");
        assert_eq!(verdict(&refused.clone().ports(50_000, port)).id, "tcp-refused");
    }
    for port in [22, 53, 80] {
        assert!(verdicts(&refused.clone().ports(50_000, port)).is_empty(), "{port}");
    }
}

#[test]
fn a_client_that_closes_within_a_round_trip_is_not_the_servers_silence() {
    let story = Scenario::open()
        .packet(Client, ACK | PSH, &hello())
        .wait(5 * MS)
        .packet(Client, FIN | ACK, &[])
        .wait(40 * MS)
        .packet(Server, FIN | ACK, &[])
        .wait(SECOND);
    let early = verdict(&story);
    assert_eq!(
        (&*early.id, early.by.name()),
        ("tls-no-response", "client"),
        "{story:?}"
    );
    assert!(early.summary.contains("round trip"), "{}", early.summary);
    let patient = Scenario::open().send(Client, hello()).wait(8 * SECOND).close(Client);
    let waited = verdict(&patient);
    assert_eq!(
        (&*waited.id, waited.by.name()),
        ("tls-no-response", "server"),
        "{patient:?}"
    );
}

#[test]
fn the_servers_packets_after_its_reset_count_and_so_does_a_hop() {
    let reset = |ttl: u8| {
        let story = Scenario::open().send(Client, hello()).reset(Server);
        let at = story.packets.len();
        story.change(at, |reset| reset.ttl = ttl)
    };
    let own = verdict(&reset(52));
    assert_eq!((&*own.id, own.by.name()), ("reset-during-handshake", "server"));
    let near = verdict(&reset(53));
    assert_eq!((&*near.id, near.by.name()), ("reset-during-handshake", "path"));
    assert!(
        told(&near).contains("one hop") && told(&near).contains("52"),
        "{near:#?}"
    );
    let story = reset(52).wait(SECOND).packet(Server, FIN | ACK, &[]);
    let at = story.packets.len();
    let goes_on = verdict(&story.change(at, |fin| fin.seq = 1));
    assert_eq!(goes_on.by.name(), "path", "{goes_on:#?}");
}

#[test]
fn a_time_to_live_that_all_packets_share_shows_nobody() {
    let mut story = Scenario::open().send(Client, hello()).reset(Server);
    story.packets.iter_mut().for_each(|packet| {
        (packet.ttl, packet.ip_id) = (64, 0);
    });
    let told = told(&verdict(&story));
    assert!(!told.contains("is that of the"), "{told}");
}

#[test]
fn an_answer_of_an_older_connection_counts_no_bytes_of_this_one() {
    let mut story = Scenario::new();
    for (n, seconds) in [0, 1, 3, 7].into_iter().enumerate() {
        story = story
            .packet(Client, SYN, &[])
            .packet(Server, ACK, &[])
            .packet(Client, RST, &[]);
        for packet in &mut story.packets[3 * n..] {
            packet.time = START + seconds * SECOND + i64::from(packet.flags) * MS;
        }
        let [syn, answer, reset] = &mut story.packets[3 * n..] else {
            panic!()
        };
        (syn.seq, answer.seq, answer.ack, reset.seq) = (0, 77, 554_000, 554_000);
    }
    let stale = verdict(&story);
    assert_eq!(&*stale.id, "tcp-no-response", "{story:?}");
    assert!(stale.summary.contains("older connection"), "{stale:#?}");
    assert!(!told(&stale).contains("553"), "{stale:#?}");
}

#[test]
fn a_connection_whose_first_answer_was_stale_is_one_that_went_well() {
    let good = Scenario::tls12();
    let mut story = good.clone();
    for (flags, side, seq, ack) in [
        (ACK, Server, 77, 554_000),
        (RST, Client, 554_000, 0),
        (SYN, Client, 0, 0),
    ] {
        let mut packet = story.packets[0].clone();
        (packet.flags, packet.side, packet.seq, packet.ack) = (flags, side, seq, ack);
        packet.time += MS;
        packet.ip_id += u16::from(flags) * 100;
        let at = story
            .packets
            .iter()
            .position(|it| it.flags & (SYN | ACK) == SYN | ACK)
            .unwrap();
        story.packets.insert(at, packet);
    }
    assert_eq!(verdict(&story).id, verdict(&good).id, "{story:?}");
}

#[test]
fn two_syn_acks_with_two_numbers_are_one_connection() {
    let good = Scenario::tls12();
    for taken in [false, true] {
        // The other one comes first and is forgotten, or comes second and is ignored.
        let story = good.clone().insert_after(if taken { 1 } else { 2 }, |other| {
            (other.side, other.flags, other.seq, other.ack) = (Server, SYN | ACK, 900_000, 1);
        });
        assert_eq!(verdict(&story).id, verdict(&good).id, "{story:?}");
    }
}

#[test]
fn fast_open_that_fell_back_is_one_connection() {
    // RFC 7413: the SYN carried the hello, the server took the SYN alone, and the hello is sent again.
    let good = Scenario::tls12();
    let hello = good.packets[3].payload.clone();
    let mut story = good.clone();
    story.packets[0].payload = hello;
    assert_eq!(verdict(&story).id, verdict(&good).id, "{story:?}");
    // A SYN with data is dropped on the way; the next goes without.
    let story = story.insert_after(1, |bare| bare.payload.clear());
    assert_eq!(verdict(&story).id, verdict(&good).id, "{story:?}");
}

#[test]
fn what_was_sent_after_the_first_exchange_and_reset_is_no_success() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .data()
        .wait(4 * SECOND)
        .packet(Client, ACK | PSH, &encrypted(APPLICATION_DATA, 16, 60))
        .wait(20 * MS)
        .reset(Server);
    let later = verdict(&story);
    assert_eq!(
        (&*later.id, later.by.name()),
        ("reset-after-established", "server"),
        "{story:?}"
    );
    assert!(
        later.summary.contains("answered by a reset") && later.confidence != "certain",
        "{later:#?}"
    );
}

#[test]
fn a_later_request_that_is_never_acknowledged_is_lost() {
    let story = Scenario::open().handshake12(each_in_a_record).data().wait(4 * SECOND);
    let story = again(story.packet(Client, ACK | PSH, &encrypted(APPLICATION_DATA, 16, 60)), 5);
    let later = verdict(&story);
    assert_eq!(
        (&*later.id, later.by.name()),
        ("no-application-response", "path"),
        "{story:?}"
    );
    assert!(
        told(&later).contains("never acknowledged") && !told(&later).contains("MSS"),
        "{later:#?}"
    );
}

#[test]
fn a_reset_inside_the_first_answer_cuts_it() {
    let answer = encrypted(APPLICATION_DATA, 14, 9000);
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Client, encrypted(APPLICATION_DATA, 13, 700))
        .send(Server, &answer[..3 * MSS])
        .reset(Client);
    let cut = verdict(&story);
    assert_eq!(
        (&*cut.id, cut.by.name()),
        ("reset-after-established", "client"),
        "{story:?}"
    );
    assert!(cut.summary.contains(&(answer.len() - 3 * MSS).to_string()), "{cut:#?}");
    // Behind a whole record it may have been all.
    let whole = Scenario::open().handshake12(each_in_a_record).data().reset(Client);
    let whole = verdict(&whole);
    assert_eq!(
        (&*whole.id, whole.confidence.name()),
        ("healthy", "likely"),
        "{whole:#?}"
    );
    assert!(told(&whole).contains("close_notify"), "{whole:#?}");
}

#[test]
fn a_server_that_closes_before_the_request_did_not_leave_it_unanswered() {
    let story = Scenario::open()
        .handshake12(each_in_a_record)
        .packet(Server, FIN | ACK, &[])
        .packet(Client, ACK | PSH, &encrypted(APPLICATION_DATA, 13, 700))
        .wait(20 * MS)
        .packet(Server, RST, &[]);
    let closed = verdict(&story);
    assert_eq!(
        (&*closed.id, closed.by.name()),
        ("no-application-response", "server"),
        "{story:?}"
    );
    assert!(closed.summary.contains("before it received"), "{closed:#?}");
}

#[test]
fn a_hello_in_two_segments_is_named_beside_what_failed() {
    let taken = verdict(
        &Scenario::open()
            .send(Client, large_hello())
            .wait(8 * SECOND)
            .close(Client),
    );
    assert_eq!(&*taken.id, "tls-no-response");
    let reset = verdict(&Scenario::open().send(Client, large_hello()).reset(Server));
    assert_eq!(&*reset.id, "reset-during-handshake");
    for verdict in [taken, reset] {
        let named = verdict.alternatives.iter().any(|it| it.id == "large-hello");
        assert!(named, "{verdict:#?}");
    }
    let small = verdict(&Scenario::open().send(Client, hello()).wait(8 * SECOND).close(Client));
    assert!(small.alternatives.iter().all(|it| it.id != "large-hello"), "{small:#?}");
}

#[test]
fn a_proxy_that_closes_waits_for_nothing() {
    let licensing = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    let judged = |story: &Scenario| {
        let report = tlswalk::analyze(&story.pcap()[..], "scenario", &licensing).unwrap();
        let attempts = report.attempts.into_iter();
        attempts.map(|attempt| attempt.verdict).collect::<Vec<_>>()
    };
    let asked = || Scenario::open().send(Client, b"CONNECT smartreceiver.cisco.com:443 HTTP/1.1\r\n\r\n");
    let is_closed = |it: &Verdict| it.summary.contains("closed the connection without an answer");
    let closed = &judged(&asked().wait(2 * MS).close(Server))[0];
    assert_eq!(
        (&*closed.id, is_closed(closed)),
        ("proxy-no-response", true),
        "{closed:#?}"
    );
    // Whoever closes first is the one who gave up.
    let silent = &judged(&asked().wait(30 * SECOND).close(Client))[0];
    assert_eq!(
        (&*silent.id, is_closed(silent)),
        ("proxy-no-response", false),
        "{silent:#?}"
    );
    // What it sent before it closed may be the answer, whether it was captured or not.
    let answered = asked().send(Server, b"HTTP/1.1 403 Forbidden\r\n\r\n");
    let frame = answered.data_frames(Server)[0];
    for verdict in judged(&answered.close(Server).drop_frame(frame)) {
        assert!(&*verdict.id != "proxy-no-response", "{verdict:#?}");
    }
}

#[test]
fn a_server_that_closes_at_once_behind_a_hello_is_not_overloaded() {
    let asked = || Scenario::open().send(Client, hello());
    let is_closed = |it: &Verdict| it.summary.contains("and closed the connection");
    let closed = verdict(&asked().wait(5 * MS).close(Server));
    assert_eq!(
        (&*closed.id, is_closed(&closed)),
        ("tls-no-response", true),
        "{closed:#?}"
    );
    assert!(!told(&closed).contains("overloaded"), "{closed:#?}");
    let waited = verdict(&asked().wait(30 * SECOND).close(Client));
    assert_eq!(
        (&*waited.id, is_closed(&waited)),
        ("tls-no-response", false),
        "{waited:#?}"
    );
}

/// A client that closes after 17 seconds, and an answer that comes four seconds later with the server's close behind it, a
/// second apart; neither acknowledges the client's close. Returns it with the number of the answer's frame.
fn answered_late(asked: Scenario, answer: &[u8]) -> (Scenario, usize) {
    let left = asked.wait(17 * SECOND).packet(Client, FIN | ACK, &[]).wait(4 * SECOND);
    let at = left.packets.len() + 1;
    let late = left
        .packet(Server, PSH | ACK, answer)
        .wait(SECOND)
        .packet(Server, FIN | ACK, &[]);
    (late.change(at, |it| it.ack -= 1).change(at + 1, |it| it.ack -= 1), at)
}

#[test]
fn an_answer_that_comes_behind_the_servers_own_close_was_sent_before_and_lost() {
    let answer = each_in_a_record(&[server_hello()]);
    let (late, at) = answered_late(Scenario::open().send(Client, hello()), &answer);
    let lagging = late.clone().swap(at, at + 1).packet(Client, RST, &[]);
    let late = verdict(&late.packet(Client, RST, &[]));
    assert_eq!((&*late.id, late.by.name()), ("tls-no-response", "server"), "{late:#?}");
    let lost = verdict(&lagging);
    assert_eq!((&*lost.id, lost.by.name()), ("tls-no-response", "path"), "{lagging:?}");
    assert!(lost.summary.contains("sent again"), "{lost:#?}");
    assert!(
        lost.evidence
            .iter()
            .any(|it| it.frame == at as u64 && it.what.contains("FIN")),
        "{lost:#?}"
    );
}

#[test]
fn a_late_answer_to_a_request_behind_the_servers_close_is_nobodys_certain_fault() {
    let asked = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Client, encrypted(APPLICATION_DATA, 13, 700));
    let (late, at) = answered_late(asked, &encrypted(APPLICATION_DATA, 14, 300));
    let lagging = late.swap(at, at + 1).packet(Client, RST, &[]);
    let lost = verdict(&lagging);
    assert_eq!(
        (&*lost.id, lost.by.name(), lost.confidence.name()),
        ("no-application-response", "unknown", "likely"),
        "{lagging:?}\n{lost:#?}"
    );
}

/// Packets in another order of the file are no loss: a copy that is sent again takes a timer's time.
#[test]
fn an_answer_that_changed_places_with_the_close_was_not_lost() {
    let answer = each_in_a_record(&[server_hello()]);
    let (late, at) = answered_late(Scenario::open().send(Client, hello()), &answer);
    let mut swapped = late.swap(at, at + 1);
    swapped.packets[at].time = swapped.packets[at - 1].time + 5 * MS;
    let swapped = verdict(&swapped.packet(Client, RST, &[]));
    assert_eq!(
        (&*swapped.id, swapped.by.name()),
        ("tls-no-response", "server"),
        "{swapped:#?}"
    );
}

#[test]
fn a_client_that_closes_first_is_not_told_as_the_server_closing() {
    let waited = Scenario::open()
        .send(Client, hello())
        .wait(2 * SECOND)
        .packet(Client, FIN | ACK, &[]);
    let fin = waited.packets.len();
    let told = verdict(&waited.packet(Server, FIN | ACK, &[]));
    assert_eq!(
        (&*told.id, told.confidence.name()),
        ("tls-no-response", "likely"),
        "{told:#?}"
    );
    let end = told.evidence.iter().find(|it| it.what.contains("later:")).unwrap();
    assert!(
        end.frame == fin as u64 && end.what.contains("client closed first"),
        "{end:?}"
    );
    // A FIN that is sent again is no second hello.
    assert!(!told.evidence.iter().any(|it| it.what.contains("again")), "{told:#?}");
}

#[test]
fn a_client_that_leaves_before_the_servers_finished_has_completed_nothing() {
    let begun = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .send(Server, each_in_a_record(&server_flight()))
        .send(
            Client,
            [each_in_a_record(&client_flight()), change_cipher_spec(), finished(1)].concat(),
        );
    let early = begun
        .clone()
        .packet(Client, FIN | ACK, &[])
        .packet(Server, ACK | PSH, &[change_cipher_spec(), finished(2)].concat())
        .packet(Server, FIN | ACK, &[]);
    let early = verdict(&early);
    assert_eq!(
        (&*early.id, early.confidence.name()),
        ("silent-mid-handshake", "possible"),
        "{early:#?}"
    );
    let told = "after Finished from the client: the client closed before the Finished of the server";
    assert!(early.summary.contains(told), "{}", early.summary);
    let whole = begun
        .send(Server, [change_cipher_spec(), finished(2)].concat())
        .close(Client);
    let whole = verdict(&whole);
    assert!(whole.summary.contains("completed"), "{}", whole.summary);
    // A RST without an acknowledgement says nothing of what its sender had received.
    let reset = Scenario::open()
        .handshake12(each_in_a_record)
        .data()
        .packet(Client, RST, &[]);
    assert!(!verdict(&reset).summary.contains("before the Finished"));
}

#[test]
fn bytes_behind_which_the_server_closed_were_lost_where_the_client_goes_on_without_them() {
    let sent = Scenario::open()
        .send(Client, hello())
        .send(Server, each_in_a_record(&[server_hello()]));
    let lost = sent
        .packet(Server, ACK | PSH, &noise(7, 400))
        .packet(Server, FIN | ACK, &[]);
    let lost = lost.clone().drop_frame(lost.packets.len() - 1);
    // The client's packets acknowledge nothing of it.
    let acked = |mut story: Scenario| {
        let ack = story.packets.iter().rev().find(|it| it.side == Client).unwrap().ack;
        story = story.wait(SECOND).packet(Client, ACK, &[]);
        story.packets.last_mut().unwrap().ack = ack;
        story
    };
    let of_path = verdicts(&acked(lost.clone()).wait(9 * SECOND)).remove(0);
    assert!(told(&of_path).contains("never arrived"), "{of_path:#?}");
    // Where it said nothing more, nothing shows whether they arrived; and what it acknowledges did.
    let open = verdicts(&lost).remove(0);
    assert!(told(&open).contains("nothing shows that they arrived"), "{open:#?}");
}

#[test]
fn an_answer_in_plain_text_behind_starttls_is_read() {
    let agreed = Scenario::open()
        .send(Server, b"220 mail.example ESMTP\r\n")
        .send(Client, b"EHLO here\r\n")
        .send(Server, b"250-mail.example\r\n250 STARTTLS\r\n")
        .send(Client, b"STARTTLS\r\n")
        .send(Server, b"220 go ahead\r\n")
        .send(Client, hello());
    let busy = verdict(
        &agreed
            .clone()
            .send(Server, b"421 4.7.0 too many connections\r\n")
            .close(Server),
    );
    assert_eq!(
        (&*busy.id, busy.by.name(), busy.confidence.name()),
        ("not-tls", "server", "certain")
    );
    assert!(
        busy.summary.contains("421 4.7.0 too many connections"),
        "{}",
        busy.summary
    );
    // What was said before the hello is no answer to it.
    let closed = verdict(&agreed.clone().close(Server));
    assert_ne!(closed.id, "not-tls", "{closed:#?}");
    // Commands ask for TLS as the client did.
    let refused = verdict(&agreed.send(Server, alert(Level::Fatal, 70)).close(Server));
    let typed: Vec<_> = refused.remedy.iter().flat_map(|it| &it.commands).collect();
    assert!(
        !typed.is_empty() && typed.iter().all(|it| it.contains("-starttls smtp")),
        "{typed:?}"
    );
}

#[test]
fn an_error_in_place_of_an_answer_is_no_refusal_of_tls() {
    let asked = Scenario::open().send(Client, [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]);
    let error = |code: &str| {
        let fields = format!("SFATAL\0C{code}\0Msorry, too many clients already\0\0");
        let len = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
        verdict(
            &asked
                .clone()
                .send(Server, [b"E", &len[..], fields.as_bytes()].concat())
                .close(Server),
        )
    };
    let busy = error("53300");
    assert_eq!(busy.id, "tls-not-offered");
    assert!(
        busy.summary.contains("with an error") && busy.summary.contains("server ended"),
        "{}",
        busy.summary
    );
    assert!(!told(&busy).contains("switch TLS on"), "{busy:#?}");
    assert!(error("0A000").summary.contains("refused TLS"));
}

#[test]
fn a_second_handshake_that_the_server_answers_with_an_alert_is_no_success() {
    const HANDSHAKE: u8 = 22;
    const ALERT: u8 = 21;
    let again = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Client, encrypted(HANDSHAKE, 5, 220));
    let refused = verdict(&again.clone().send(Server, encrypted(ALERT, 6, 26)).close(Client));
    assert_eq!(
        (&*refused.id, refused.confidence.name()),
        ("handshake-refused", "likely"),
        "{refused:#?}"
    );
    assert!(refused.summary.contains("renegotiation"), "{}", refused.summary);
    // Where the server goes on, it is none.
    let answered = again.send(Server, encrypted(HANDSHAKE, 7, 900)).data().close(Client);
    assert!(!told(&verdict(&answered)).contains("renegotiation"));
}

#[test]
fn an_alert_in_place_of_an_answer_is_named() {
    const ALERT: u8 = 21;
    let asked = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Client, encrypted(APPLICATION_DATA, 13, 120))
        .send(Server, encrypted(ALERT, 6, 26));
    let alert = verdict(&asked.close(Server));
    assert_eq!(
        (&*alert.id, alert.confidence.name()),
        ("no-application-response", "likely"),
        "{alert:#?}"
    );
    assert!(
        alert.evidence.iter().any(|it| it.what.contains("alert, encrypted")),
        "{alert:#?}"
    );
    assert!(!alert.alternatives.is_empty());
}

#[test]
fn a_connection_that_only_opens_may_be_a_check() {
    let checked = Scenario::open()
        .packet(Client, FIN | ACK, &[])
        .packet(Server, ACK | PSH, &alert(Level::Fatal, 50))
        .packet(Server, FIN | ACK, &[]);
    let all = verdicts(&checked.wait(SECOND));
    assert_eq!(all.len(), 1);
    for checked in all {
        assert!(
            checked.alternatives.iter().any(|it| it.id.name() == "health-check"),
            "{checked:#?}"
        );
        assert!(!told(&checked).contains("no alert in clear"), "{checked:#?}");
    }
}

#[test]
fn a_protocol_that_was_offered_is_not_offered_as_the_cure() {
    let refused = Scenario::open()
        .send(Client, hello())
        .send(Server, alert(Level::Fatal, 120))
        .close(Server);
    let cure = told(&verdict(&refused));
    // This hello offers none.
    assert!(cure.contains("such as http/1.1"), "{cure}");
}

#[test]
fn what_follows_after_a_pause_of_days_does_not_show_what_was_silent_before() {
    let asked = Scenario::open().send(Client, hello());
    let later = |nanoseconds: i64| {
        let mut other = Scenario::tls12().ports(50_001, 443);
        for packet in &mut other.packets {
            packet.time += nanoseconds;
        }
        verdicts(&asked.clone().beside(other)).remove(0)
    };
    assert_eq!(later(3600 * SECOND).id, "tls-no-response");
    let joined = later(2 * 86_400 * SECOND);
    assert_eq!(joined.id, "incomplete-capture", "{joined:#?}");
}

#[test]
fn an_intermediate_that_another_server_sends_is_missing_where_it_is_not_sent() {
    let chain = |certificates: &[&[u8]]| {
        Scenario::open().send(Client, hello()).send(
            Server,
            each_in_a_record(&[server_hello(), certificate(certificates), server_hello_done()]),
        )
    };
    let refused = |story: Scenario| story.send(Client, alert(Level::Fatal, 48)).close(Client);
    let leaf: &[u8] = include_bytes!("../data/server.der");
    let intermediate: &[u8] = include_bytes!("../data/issuer.der");
    let alone = verdict(&refused(chain(&[leaf])));
    assert_eq!(alone.causes, [Reason::UnknownIssuer]);
    let whole = chain(&[leaf, intermediate]).close(Client).ports(50_001, 443);
    let known = verdicts(&refused(chain(&[leaf])).beside(whole)).remove(0);
    assert_eq!(known.causes.first(), Some(&Reason::MissingIntermediate), "{known:#?}");
    assert!(told(&known).contains("send its intermediate"), "{known:#?}");
}

/// Recorded by `samples/make/datagrams.py dtls-psk-wrong-key`.
#[test]
fn a_pre_shared_key_that_is_never_accepted_is_the_first_suspect() {
    let capture = include_bytes!("../data/dtls-psk-wrong-key.pcap");
    let report = tlswalk::analyze(&capture[..], "psk", &Options::everything().unwrap()).unwrap();
    let verdict = &report.attempts[0].verdict;
    assert_eq!(
        (&*verdict.id, verdict.confidence.name()),
        ("silent-mid-handshake", "likely")
    );
    assert!(verdict.summary.contains("pre-shared key"), "{}", verdict.summary);
    assert!(verdict.remedy[0].action.contains("PSK"), "{:#?}", verdict.remedy);
    assert!(verdict.alternatives.iter().any(|it| it.id.name() == "random-loss"));
}

#[test]
fn microseconds_of_disorder_change_nothing_about_seconds_of_silence() {
    let silent = again(Scenario::new().packet(Client, SYN, &[]), 5);
    let seen = |back: i64| {
        // Another connection of the same server shows that its packets are captured. The last frame is stamped early.
        let mut story = silent.clone().beside(Scenario::tls12().ports(50_001, 8443));
        let last = story.packets.len() - 1;
        story.packets[last].time = story.packets[last - 1].time - back;
        let all = verdicts(&story);
        all.into_iter().find(|it| it.id == "tcp-no-response").unwrap()
    };
    assert_eq!(seen(6_000).confidence.name(), "certain");
    let late = seen(500 * MS);
    assert_ne!(late.confidence.name(), "certain");
    assert!(told(&late).contains("clock"), "{late:#?}");
}

#[test]
fn a_first_flight_whose_beginning_never_arrived_was_lost() {
    let flight = [
        each_in_a_record(&[server_hello_13()]),
        encrypted_13(3, MSS),
        encrypted_13(4, 700),
    ]
    .concat();
    let sent = Scenario::open().send(Client, hello()).send(Server, flight);
    let first = sent.data_frames(Server)[0];
    let heard = sent.packets[first - 1].seq;
    let mut lost = sent.drop_frame(first).wait(12 * SECOND).packet(Client, FIN | ACK, &[]);
    // The client acknowledges nothing of what came behind the hole.
    for packet in lost.packets.iter_mut().skip(first - 1).filter(|it| it.side == Client) {
        packet.ack = heard;
    }
    let lost = verdict(&lost);
    assert_eq!(
        (&*lost.id, lost.by.name()),
        ("silent-mid-handshake", "path"),
        "{lost:#?}"
    );
    assert!(lost.summary.contains("never arrived"), "{}", lost.summary);
}

#[test]
fn a_client_that_leaves_before_the_whole_certificate_did_not_judge_it() {
    let large = vec![0_u8; 4 * MSS];
    let flight = all_in_one_record(&[server_hello(), certificate(&[&large]), server_hello_done()]);
    let sent = Scenario::open().send(Client, hello()).send(Server, flight);
    let frames = sent.data_frames(Server);
    let partly = sent.packets[frames[1] - 1].seq;
    let mut left = sent
        .packet(Client, FIN | ACK, &[])
        .packet(Server, FIN | ACK, &[])
        .packet(Client, RST, &[]);
    for packet in left
        .packets
        .iter_mut()
        .skip(frames[0])
        .filter(|it| it.side == Client && it.flags & ACK != 0)
    {
        packet.ack = partly;
    }
    let left = verdicts(&left).remove(0);
    assert_ne!(left.confidence.name(), "certain", "{left:#?}");
    assert!(!told(&left).contains("reject the certificate"), "{left:#?}");
}

#[test]
fn a_server_that_asks_for_renegotiation_is_not_a_client_that_begins_it() {
    let asked = Scenario::open()
        .handshake12(each_in_a_record)
        .send(Server, encrypted(22, 4, 36))
        .send(Client, encrypted(22, 5, 220))
        .send(Server, encrypted(21, 6, 26))
        .close(Client);
    assert!(!told(&verdict(&asked)).contains("client began a second handshake"));
}

#[test]
fn an_alert_before_the_end_is_not_said_to_come_with_it() {
    let warned = Scenario::open().send(Server, alert(Level::Warning, 90)).close(Client);
    for verdict in verdicts(&warned) {
        assert!(!told(&verdict).contains("no alert in clear"), "{verdict:#?}");
    }
}

#[test]
fn a_refusal_before_the_hello_is_not_told_as_agreement() {
    let refused = Scenario::open()
        .send(Server, b"220 mail.example ESMTP\r\n")
        .send(Client, b"EHLO here\r\n")
        .send(Server, b"250 mail.example\r\n")
        .send(Client, b"STARTTLS\r\n")
        .send(Server, b"502 not here\r\n")
        .send(Client, hello())
        .send(Server, b"500 what\r\n")
        .close(Server);
    let refused = verdict(&refused);
    assert_eq!(refused.id, "tls-not-offered", "{refused:#?}");
    assert!(!told(&refused).contains("agreed to TLS"), "{refused:#?}");
}
