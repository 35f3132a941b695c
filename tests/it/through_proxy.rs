//! Stories of a client that asks a proxy for a tunnel, judged as any capture is: what the proxy refuses is told, and an
//! ordinary demand for credentials is no failure.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code states its invariants"
)]

use crate::scenario::messages::*;
use crate::scenario::*;
use tlswalk::Options;
use tlswalk::report::{Attempt, Report};

const SECOND: i64 = 1_000_000_000;

const CONNECT: &[u8] = b"CONNECT service.example:443 HTTP/1.1\r\nHost: service.example:443\r\n\r\n";
const WITH_CREDENTIALS: &[u8] =
    b"CONNECT service.example:443 HTTP/1.1\r\nHost: service.example:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n";
const OPENED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";
const DEMANDED: &[u8] =
    b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
const FORBIDDEN: &[u8] = b"HTTP/1.1 403 Forbidden\r\nServer: squid/5.7\r\nContent-Length: 0\r\n\r\n";

fn report(packets: &[u8]) -> Report {
    tlswalk::analyze(packets, "scenario", &Options::everything().unwrap()).unwrap()
}

#[track_caller]
fn only(story: &Scenario) -> Attempt {
    let mut attempts = report(&story.pcap()).attempts;
    assert_eq!(attempts.len(), 1, "{story:?}");
    attempts.remove(0)
}

fn asked() -> Scenario {
    Scenario::open().send(Client, CONNECT)
}

#[test]
fn a_tunnel_that_is_refused_is_told_without_a_record_of_tls() {
    let refused = only(&asked().send(Server, FORBIDDEN).close(Client));
    let verdict = &refused.verdict;
    assert_eq!(
        (&*verdict.id, verdict.confidence.name(), verdict.at.name()),
        ("proxy-refused", "certain", "proxy")
    );
    assert!(verdict.summary.contains("403 Forbidden"), "{}", verdict.summary);
    // The attempt has the name of the server that was asked for, not of the proxy.
    assert_eq!(refused.name, "service.example");
}

#[test]
fn a_tunnel_that_nobody_answers_is_told_and_one_that_carries_another_protocol_is_not() {
    let silent = only(&asked().wait(30 * SECOND).close(Client));
    assert_eq!(silent.verdict.id, "proxy-no-response");
    let closed = only(&asked().close(Server));
    assert_eq!(closed.verdict.id, "proxy-no-response");
    assert!(closed.verdict.summary.contains("closed"), "{}", closed.verdict.summary);
    let ssh = asked().send(Server, OPENED).send(Server, b"SSH-2.0-OpenSSH_9.2\r\n");
    let ssh = ssh.send(Client, b"SSH-2.0-OpenSSH_9.2\r\n").close(Client);
    assert!(report(&ssh.pcap()).attempts.is_empty());
}

#[test]
fn credentials_that_a_proxy_asks_for_are_no_failure_where_the_client_gives_them() {
    // On the same connection.
    let healthy = asked()
        .send(Server, DEMANDED)
        .send(Client, WITH_CREDENTIALS)
        .send(Server, OPENED);
    let healthy = only(&healthy.handshake12(each_in_a_record).data().close(Client));
    assert_eq!(
        (&*healthy.verdict.id, healthy.verdict.severity.name()),
        ("healthy", "ok")
    );
    // On the next.
    let demanded = asked().send(Server, DEMANDED).close(Client);
    let next = Scenario::open().send(Client, WITH_CREDENTIALS).send(Server, OPENED);
    let next = next
        .handshake12(each_in_a_record)
        .data()
        .close(Client)
        .ports(50_001, 443);
    let both = report(&demanded.clone().beside(next).pcap()).attempts;
    let verdicts: Vec<_> = both
        .iter()
        .map(|it| (&*it.verdict.id, it.verdict.severity.name()))
        .collect();
    assert_eq!(verdicts, [("proxy-authentication-required", "note"), ("healthy", "ok")]);
    assert!(both[0].verdict.remedy.is_empty());
    // Never. What is not for licensing is not sent through a CSLU.
    let refused = only(&demanded);
    assert!(
        refused.verdict.summary.contains("does not provide"),
        "{}",
        refused.verdict.summary
    );
    assert!(
        refused.verdict.remedy.iter().all(|it| !it.action.contains("CSLU")),
        "{:#?}",
        refused.verdict.remedy
    );
    assert_eq!(
        (&*refused.verdict.id, refused.verdict.severity.name()),
        ("proxy-authentication-required", "error")
    );
    // Given, and wrong: the second demand is the verdict; or not answered.
    let again = asked().send(Server, DEMANDED).send(Client, WITH_CREDENTIALS);
    let wrong = only(&again.clone().send(Server, DEMANDED).close(Client));
    assert_eq!(wrong.verdict.id, "proxy-authentication-required");
    assert!(
        wrong.verdict.summary.contains("did not accept what the client sent"),
        "{}",
        wrong.verdict.summary
    );
    let lost = only(&again.wait(30 * SECOND).close(Client));
    assert_eq!(lost.verdict.id, "proxy-no-response");
}

/// The commands of a fix, one to a line.
fn commands(attempt: &Attempt) -> String {
    let all = attempt.verdict.remedy.iter().flat_map(|it| &it.commands);
    all.map(|it| format!("{it}\n")).collect()
}

#[test]
fn commands_name_the_server_and_the_proxy_in_between() {
    let refused = only(&asked().send(Server, FORBIDDEN).close(Client));
    let typed = commands(&refused);
    assert!(
        typed.contains("nc -vz service.example 443") && !typed.contains("s_client"),
        "{typed}"
    );
    let begun = asked().send(Server, OPENED);
    let old = begun.send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]));
    let old = only(&old.send(Server, alert(Level::Fatal, 70)).close(Server));
    let through = "-connect service.example:443 -proxy 198.51.100.20:443";
    assert!(commands(&old).contains(through), "{:#?}", old.verdict.remedy);
    // A target that is no host name stays out of what is typed.
    let hostile = String::from_utf8_lossy(CONNECT).replace("service.example", "$(reboot)");
    let hostile = Scenario::open().send(Client, hostile).send(Server, OPENED);
    let hostile = hostile.send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]));
    let hostile = commands(&only(&hostile.send(Server, alert(Level::Fatal, 70)).close(Server)));
    assert!(
        hostile.contains("-connect <server>:443 -proxy ") && !hostile.contains("reboot"),
        "{hostile}"
    );
}

/// A SOCKS5 proxy that was asked for service.example, and answered with this number.
fn socks(code: u8) -> Scenario {
    Scenario::open()
        .ports(50_000, 1080)
        .send(Client, b"\x05\x01\x00")
        .send(Server, b"\x05\x00")
        .send(Client, b"\x05\x01\x00\x03\x0fservice.example\x01\xbb")
        .send(Server, [5, code, 0, 1, 0, 0, 0, 0, 0, 0])
}

#[test]
fn a_socks_proxy_that_opens_no_tunnel_is_told_by_its_reply() {
    for (code, says) in [
        (1, "general SOCKS"),
        (2, "rules"),
        (4, "resolve"),
        (5, "target refused"),
        (6, "in time"),
    ] {
        let refused = only(&socks(code).close(Server));
        let verdict = &refused.verdict;
        assert_eq!(
            (&*verdict.id, verdict.confidence.name()),
            ("proxy-refused", "certain"),
            "{code}"
        );
        assert!(verdict.summary.contains(says), "{}", verdict.summary);
        assert_eq!(refused.name, "service.example");
        assert_eq!(refused.via_proxy.as_deref(), Some("198.51.100.20:1080"));
    }
    let greeting = Scenario::open().ports(50_000, 1080).send(Client, b"\x05\x01\x00");
    let id = |story: &Scenario| only(story).verdict.id;
    assert_eq!(
        id(&greeting.clone().send(Server, b"\x05\xff").close(Server)),
        "proxy-authentication-required"
    );
    assert_eq!(id(&greeting.wait(30 * SECOND).close(Client)), "proxy-no-response");
    // The reply is the tunnel's, and what it carries is not TLS.
    assert!(
        report(&socks(0).send(Server, b"SSH-2.0-OpenSSH_9.2\r\n").close(Client).pcap())
            .attempts
            .is_empty()
    );
}

#[test]
fn a_tunnel_that_closes_behind_a_proxy_does_not_blame_the_server() {
    let hello = || each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]);
    let by_http = asked().send(Server, OPENED);
    for begun in [by_http, socks(0)] {
        let closed = only(&begun.clone().send(Client, hello()).close(Server)).verdict;
        assert_eq!(
            (closed.by.name(), closed.confidence.name()),
            ("unknown", "likely"),
            "{closed:#?}"
        );
        let reset = only(&begun.send(Client, hello()).reset(Server)).verdict;
        assert_eq!(reset.by.name(), "unknown", "{reset:#?}");
    }
    // A healthy one is.
    let healthy = only(&socks(0).handshake12(each_in_a_record).data().close(Client));
    assert_eq!(healthy.verdict.id, "healthy");
    assert_eq!(healthy.via_proxy.as_deref(), Some("198.51.100.20:1080"));
}

#[test]
fn what_the_proxy_may_have_said_unseen_is_not_silence() {
    // The answer is in the capture's hole: the client's acknowledgement of it shows that there was one.
    let answered = asked().send(Server, FORBIDDEN).close(Client);
    let answer = answered.data_frames(Server)[0];
    assert_ne!(only(&answered.drop_frame(answer)).verdict.id, "proxy-no-response");
    let refused = socks(5).close(Client);
    let reply = refused.data_frames(Server)[1];
    assert_ne!(only(&refused.drop_frame(reply)).verdict.id, "proxy-no-response");
    // It agreed on how to authenticate, and closed without a reply: it did send something.
    let begun = Scenario::open().ports(50_000, 1080);
    let begun = begun.send(Client, b"\x05\x01\x00").send(Server, b"\x05\x00");
    let closed = begun
        .send(Client, b"\x05\x01\x00\x03\x0fservice.example\x01\xbb")
        .close(Server);
    let verdict = only(&closed).verdict;
    assert_eq!(verdict.id, "proxy-no-response");
    assert!(verdict.summary.contains("SOCKS request"), "{}", verdict.summary);
    assert!(
        verdict.evidence.iter().all(|it| !it.what.contains("sent nothing")),
        "{verdict:#?}"
    );
    // Where no target was named, none is.
    let greeted = Scenario::open()
        .ports(50_000, 1080)
        .send(Client, b"\x05\x01\x02")
        .wait(30 * SECOND);
    let verdict = only(&greeted.close(Client)).verdict;
    assert_eq!(verdict.remedy.len(), 1, "{:#?}", verdict.remedy);
}

#[test]
fn ways_to_authenticate_that_were_offered_are_not_said_to_be_missing() {
    let offers = Scenario::open().ports(50_000, 1080).send(Client, b"\x05\x01\x02");
    let none = only(&offers.send(Server, b"\x05\xff").close(Server)).verdict;
    assert!(none.summary.contains("accepts none of the ways"), "{}", none.summary);
    // A success before the demand does not meet it.
    let demanded = asked().send(Server, DEMANDED).close(Client);
    let before = Scenario::open().send(Client, WITH_CREDENTIALS).send(Server, OPENED);
    let before = before
        .handshake12(each_in_a_record)
        .data()
        .close(Client)
        .ports(50_001, 443);
    let mut later = demanded;
    let last = before.packets.last().unwrap().time;
    for packet in &mut later.packets {
        packet.time += last;
    }
    let both = report(&before.beside(later).pcap()).attempts;
    let demand = both
        .iter()
        .find(|it| it.verdict.id == "proxy-authentication-required")
        .unwrap();
    assert_eq!(demand.verdict.severity.name(), "error");
}

#[test]
fn who_closes_a_tunnel_is_the_proxy_and_the_server_s_ticket_names_the_server() {
    let flight = each_in_a_record(&server_flight());
    let hello = each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]);
    let begun = asked().send(Server, OPENED).send(Client, hello).send(Server, flight);
    let closed = begun.close(Server);
    let verdict = only(&closed).verdict;
    assert!(verdict.summary.contains("the proxy closed"), "{}", verdict.summary);
    let told = report(&closed.pcap());
    let mut ticket = Vec::new();
    let style = tlswalk::report::text::TextStyle::default();
    tlswalk::report::ticket::write_text(
        &told,
        tlswalk::report::ticket::Team::Server,
        time::UtcOffset::UTC,
        &mut ticket,
        &style,
    )
    .unwrap();
    let ticket = String::from_utf8(ticket).unwrap();
    let ticket = ticket.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        ticket.contains("On service.example: TLS errors of connections from 198.51.100.20 "),
        "{ticket}"
    );
}
