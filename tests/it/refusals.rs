//! What explains an alert, or a client that leaves, is read from the handshake before anything is said to be unexplained: each
//! kind told by the builder, with the cause and beside it the same story without the cause.

use crate::scenario::messages::*;
use crate::scenario::*;
use crate::support::analyze;
use tlswalk::report::{Attempt, Confidence, Report};

/// An extension of a hello.
fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&kind.to_be_bytes()[..], &len, body].concat()
}

fn list16(body: &[u8]) -> Vec<u8> {
    [&u16::try_from(body.len()).unwrap().to_be_bytes()[..], body].concat()
}

const RENEGOTIATION: u16 = 0xff01;
const MASTER_SECRET: u16 = 23;
const SESSION_TICKET: u16 = 35;
const ALPN: u16 = 16;
const KEY_SHARE: u16 = 51;
const VERSIONS: u16 = 43;

/// Suites, groups and signatures that servers of today accept, and these extensions besides.
fn hello(name: Option<&str>, extensions: &[Vec<u8>]) -> Vec<u8> {
    let named = name.map(|name| {
        let entry = [&[0][..], &list16(name.as_bytes())].concat();
        extension(0, &list16(&entry))
    });
    let usual = [
        extension(10, &list16(&[0, 29, 0, 23])),
        extension(13, &list16(&[4, 3, 8, 4, 4, 1, 5, 1])),
    ];
    let all: Vec<u8> = named
        .into_iter()
        .chain(usual)
        .chain(extensions.iter().cloned())
        .flatten()
        .collect();
    let suites = [0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x30, 0x00, 0x9d];
    let body = [
        vec![3, 3],
        noise(1, 32),
        vec![0],
        list16(&suites),
        vec![1, 0],
        list16(&all),
    ];
    message(1, &body.concat())
}

fn server_hello_with(suite: u16, extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = [
        vec![3, 3],
        noise(2, 32),
        vec![0],
        suite.to_be_bytes().to_vec(),
        vec![0],
        list16(&extensions.concat()),
    ];
    message(2, &body.concat())
}

fn alpn(names: &[&str]) -> Vec<u8> {
    let list: Vec<u8> = names
        .iter()
        .flat_map(|name| [&[u8::try_from(name.len()).unwrap()][..], name.as_bytes()].concat())
        .collect();
    extension(ALPN, &list16(&list))
}

/// The flight of a server whose hello has these extensions and whose key exchange is this.
fn flight(extensions: &[Vec<u8>], exchange: Option<Vec<u8>>) -> Vec<u8> {
    let hello = server_hello_with(0xc02f, extensions);
    let chain = certificate(&[SERVER_CERTIFICATE, ISSUER_CERTIFICATE]);
    let exchange = exchange.map(|body| message(12, &body));
    let messages: Vec<Vec<u8>> = [hello, chain]
        .into_iter()
        .chain(exchange)
        .chain([server_hello_done()])
        .collect();
    each_in_a_record(&messages)
}

fn good_hello() -> Vec<u8> {
    hello(
        Some(SERVER_NAME),
        &[extension(RENEGOTIATION, &[0]), extension(MASTER_SECRET, &[])],
    )
}

fn sends(story: Scenario, side: Side, message: &[u8]) -> Scenario {
    story.send(side, each_in_a_record(&[message.to_vec()]))
}

/// The client says hello, the server answers with its flight, the client refuses with an alert.
fn refused_by_client(hello: &[u8], flight: Vec<u8>, code: u8) -> Report {
    let story = sends(Scenario::open(), Client, hello).send(Server, flight);
    analyze(&story.send(Client, alert(Level::Fatal, code)).close(Client).pcap())
}

fn refused_by_server(hello: &[u8], code: u8) -> Report {
    let story = sends(Scenario::open(), Client, hello);
    analyze(&story.send(Server, alert(Level::Fatal, code)).close(Server).pcap())
}

fn only(report: &Report) -> &Attempt {
    let [attempt] = &report.attempts[..] else {
        panic!("{} attempts instead of one", report.attempts.len())
    };
    attempt
}

/// The verdict, and the first cause that it names.
fn verdict(report: &Report) -> (&str, &str) {
    let verdict = &only(report).verdict;
    (
        verdict.id.name(),
        verdict.causes.first().map_or("", |cause| cause.name()),
    )
}

fn whole() -> [Vec<u8>; 2] {
    [extension(RENEGOTIATION, &[0]), extension(MASTER_SECRET, &[])]
}

/// A hello to an address, with an offer of these suites and groups, in these versions if it lists any.
fn offering(suites: &[u16], groups: &[u16], versions: &[u16]) -> Vec<u8> {
    let list = |values: &[u16]| list16(&values.iter().flat_map(|it| it.to_be_bytes()).collect::<Vec<_>>());
    let versions: Vec<u8> = versions.iter().flat_map(|it| it.to_be_bytes()).collect();
    let listed = [&[u8::try_from(versions.len()).unwrap()][..], &versions].concat();
    let extensions = [
        extension(10, &list(groups)),
        extension(13, &list16(&[4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1])),
        extension(RENEGOTIATION, &[0]),
        extension(MASTER_SECRET, &[]),
        if versions.is_empty() {
            Vec::new()
        } else {
            let share = [vec![0, 29], list16(&noise(3, 32))].concat();
            [extension(VERSIONS, &listed), extension(KEY_SHARE, &list16(&share))].concat()
        },
    ];
    let body = [
        vec![3, 3],
        noise(1, 32),
        vec![0],
        list(suites),
        vec![1, 0],
        list16(&extensions.concat()),
    ];
    message(1, &body.concat())
}

#[test]
fn a_narrow_offer_explains_a_refusal_before_the_missing_name_does() {
    const SUITES: [u16; 4] = [0xc02b, 0xc02f, 0xc030, 0x009d];
    const GROUPS: [u16; 3] = [29, 23, 24];
    const NEW: [u16; 3] = [0x1301, 0x1302, 0x1303];
    let told = |hello: &[u8]| {
        let report = refused_by_server(hello, 40);
        let verdict = &only(&report).verdict;
        let others = verdict.alternatives.iter().map(|it| it.id.to_string());
        let named = verdict.causes.iter().map(ToString::to_string);
        (
            verdict.id.name().to_owned(),
            verdict.confidence,
            others.chain(named).any(|it| it == "server-name-missing"),
        )
    };
    // One suite, or two; one group; TLS 1.3 alone: next to nothing is offered. With one suite for one kind of key, the offer is
    // odd enough for the name not to matter.
    for (what, narrow, names_both) in [
        ("one suite", offering(&SUITES[..1], &GROUPS, &[]), false),
        ("two suites", offering(&SUITES[..2], &GROUPS, &[]), true),
        ("one group", offering(&SUITES, &GROUPS[..1], &[]), true),
        ("TLS 1.3 alone", offering(&NEW, &GROUPS, &[0x0304]), true),
    ] {
        let (id, confidence, names) = told(&narrow);
        assert_eq!((id.as_str(), names), ("cipher-mismatch", names_both), "{what}");
        assert!(confidence < Confidence::Certain, "{what}: {confidence}");
    }
    // With a broad one, that no server is named is all that is odd.
    for broad in [
        offering(&SUITES, &GROUPS, &[]),
        offering(&[&NEW[..], &SUITES].concat(), &GROUPS, &[0x0304, 0x0303]),
    ] {
        let (id, _, names_it) = told(&broad);
        assert_eq!((id.as_str(), names_it), ("handshake-refused", true));
    }
}

#[test]
fn a_refused_server_hello_is_explained_by_the_extension_that_it_lacks() {
    let [renegotiation, secret] = whole();
    let without_renegotiation = refused_by_client(&good_hello(), flight(std::slice::from_ref(&secret), None), 40);
    assert_eq!(
        verdict(&without_renegotiation),
        ("handshake-refused", "renegotiation-info")
    );
    let without_secret = refused_by_client(&good_hello(), flight(&[renegotiation], None), 40);
    assert_eq!(
        verdict(&without_secret),
        ("handshake-refused", "extended-master-secret")
    );
    // With both, nothing of it is said, and that it is unexplained may be.
    let with_both = refused_by_client(&good_hello(), flight(&whole(), None), 40);
    assert_eq!(verdict(&with_both), ("handshake-refused", ""));
    assert_eq!(only(&with_both).verdict.cannot_tell.len(), 1);
    assert_eq!(only(&without_secret).verdict.cannot_tell.len(), 0);
    // An alert about the certificate is about the certificate.
    let other = refused_by_client(&good_hello(), flight(&[secret], None), 48);
    assert_eq!(verdict(&other).0, "server-certificate-rejected");
}

#[test]
fn a_modern_hello_is_not_refused_for_its_suites_where_it_lacks_something_else() {
    let named = |extensions: &[Vec<u8>]| hello(Some(SERVER_NAME), extensions);
    let without = refused_by_server(&named(&[extension(RENEGOTIATION, &[0])]), 40);
    assert_eq!(verdict(&without), ("handshake-refused", "extended-master-secret"));
    let nameless = refused_by_server(&hello(None, &whole()), 40);
    assert_eq!(verdict(&nameless), ("handshake-refused", "server-name-missing"));
    let whole = refused_by_server(&good_hello(), 40);
    assert_eq!(verdict(&whole).0, "cipher-mismatch");
    // With suites of long ago the extension is not what a server misses.
    let old = refused_by_server(&client_hello(Offer::Tls12, Group::X25519), 40);
    assert_eq!(verdict(&old).0, "cipher-mismatch");
}

#[test]
fn application_protocols_are_named_where_none_is_common() {
    let only_h2 = hello(Some(SERVER_NAME), &[whole().concat(), alpn(&["h2"])]);
    let refused = refused_by_server(&only_h2, 120);
    assert_eq!(verdict(&refused), ("handshake-refused", "application-protocol"));
    assert!(
        only(&refused).verdict.summary.contains("only h2"),
        "{}",
        only(&refused).verdict.summary
    );
}

/// A handshake of TLS 1.2 that is complete, after which the client closes.
fn closes_after(hello: &[u8], server: &[Vec<u8>]) -> Report {
    let finish = |seed| [change_cipher_spec(), finished(seed)].concat();
    let story = sends(Scenario::open(), Client, hello).send(Server, flight(server, None));
    let client = [each_in_a_record(&[client_key_exchange()]), finish(11)].concat();
    analyze(&story.send(Client, client).send(Server, finish(12)).close(Client).pcap())
}

#[test]
fn a_client_that_leaves_without_a_byte_does_so_for_the_protocol_that_was_not_chosen() {
    let offers = |names: &[&str]| hello(Some(SERVER_NAME), &[whole().concat(), alpn(names)]);
    let left = closes_after(&offers(&["h2"]), &whole());
    let all: Vec<&str> = only(&left).findings.iter().map(|finding| finding.id.name()).collect();
    assert!(
        all.contains(&"handshake-refused") || verdict(&left).0 == "handshake-refused",
        "{all:?}"
    );
    for (offer, chosen) in [(&["h2", "http/1.1"][..], None), (&["h2"][..], Some("h2"))] {
        let mut server = whole().to_vec();
        server.extend(chosen.map(|name| alpn(&[name])));
        let fine = closes_after(&offers(offer), &server);
        assert!(
            only(&fine)
                .findings
                .iter()
                .all(|finding| finding.id != "handshake-refused"),
            "{offer:?}"
        );
    }
}

#[test]
fn a_short_prime_and_a_foreign_signature_are_read_from_the_key_exchange() {
    let exchange = |prime: usize, scheme: [u8; 2]| {
        let signature = [&scheme[..], &list16(&[9; 256])].concat();
        [
            list16(&vec![0xff; prime]),
            list16(&[2]),
            list16(&vec![5; prime]),
            signature,
        ]
        .concat()
    };
    let short = refused_by_client(&good_hello(), flight(&whole(), Some(exchange(128, [4, 1]))), 40);
    assert_eq!(verdict(&short), ("handshake-refused", "short-prime"));
    assert!(only(&short).verdict.summary.contains("1024 bits"));
    let foreign = refused_by_client(&good_hello(), flight(&whole(), Some(exchange(256, [2, 1]))), 47);
    assert_eq!(verdict(&foreign), ("handshake-refused", "signature-algorithm"));
    let good = refused_by_client(&good_hello(), flight(&whole(), Some(exchange(256, [4, 1]))), 40);
    assert_eq!(verdict(&good), ("handshake-refused", ""));
}

#[test]
fn an_alert_where_certificate_verify_belongs_says_that_the_key_did_not_sign() {
    let story = |signs: bool| {
        let mut messages = client_flight();
        messages.truncate(if signs { 3 } else { 2 });
        let story = sends(Scenario::open(), Client, &good_hello()).send(Server, each_in_a_record(&server_flight()));
        let client = [each_in_a_record(&messages), alert(Level::Fatal, 80)].concat();
        analyze(&story.send(Client, client).close(Client).pcap())
    };
    assert_eq!(verdict(&story(false)), ("handshake-refused", "client-key-unusable"));
    assert_eq!(verdict(&story(true)).1, "");
}

#[test]
fn a_warning_that_the_name_is_unknown_is_the_cause_of_what_follows() {
    let story = |code: u8| {
        let answer = [alert(Level::Warning, code), flight(&whole(), None)].concat();
        refused_by_client(&good_hello(), answer, 40)
    };
    assert_eq!(verdict(&story(112)), ("handshake-refused", "server-name-warning"));
    assert_eq!(verdict(&story(90)).1, "");
}

#[test]
fn a_session_that_is_refused_after_a_handshake_that_worked_is_said_to_be_the_reason() {
    let ticket = extension(SESSION_TICKET, &[7; 64]);
    let resumes = hello(Some(SERVER_NAME), &[whole().concat(), ticket]);
    let finish = |seed| [change_cipher_spec(), finished(seed)].concat();
    let first = sends(Scenario::open(), Client, &good_hello()).send(Server, flight(&whole(), None));
    let client = [each_in_a_record(&[client_key_exchange()]), finish(11)].concat();
    let worked = first.send(Client, client).send(Server, finish(12)).data().close(Client);
    let refused = |hello: &[u8]| {
        sends(Scenario::open().ports(50_100, 443), Client, hello)
            .send(Server, alert(Level::Fatal, 47))
            .close(Server)
    };
    let report = analyze(&worked.then(refused(&resumes)).pcap());
    let causes: Vec<&str> = report
        .attempts
        .iter()
        .flat_map(|it| &it.verdict.causes)
        .map(|it| it.name())
        .collect();
    assert!(causes.contains(&"session-resumption"), "{causes:?}");
    let alone = analyze(&refused(&resumes).pcap());
    assert_eq!(verdict(&alone).1, "");
}

#[test]
fn a_hello_that_no_segment_holds_is_another_explanation_of_silence_and_of_decode_error() {
    let share = [&[0x11, 0xec][..], &list16(&noise(5, 1216))].concat();
    let large = hello(
        Some(SERVER_NAME),
        &[
            whole().concat(),
            extension(VERSIONS, &[4, 3, 4, 3, 3]),
            extension(KEY_SHARE, &list16(&share)),
        ],
    );
    let refused = refused_by_server(&large, 50);
    assert_eq!(verdict(&refused), ("handshake-refused", "large-hello"));
    assert!(only(&refused).verdict.summary.contains("X25519MLKEM768"));
    let silent = |hello: &[u8]| analyze(&sends(Scenario::open(), Client, hello).close(Server).pcap());
    let names_it = |report: &Report| {
        let alternatives = &only(report).verdict.alternatives;
        alternatives.iter().any(|it| it.id == "large-hello")
    };
    assert!(names_it(&silent(&large)));
    assert!(!names_it(&silent(&good_hello())));
}

#[test]
fn the_same_client_going_on_with_the_same_certificate_refutes_an_unknown_issuer() {
    let finish = |seed| [change_cipher_spec(), finished(seed)].concat();
    let first = sends(Scenario::open(), Client, &good_hello()).send(Server, flight(&whole(), None));
    let client = [each_in_a_record(&[client_key_exchange()]), finish(11)].concat();
    let worked = first.send(Client, client).send(Server, finish(12)).data().close(Client);
    let refused = sends(Scenario::open().ports(50_100, 443), Client, &good_hello())
        .send(Server, flight(&whole(), None))
        .send(Client, alert(Level::Fatal, 48))
        .close(Client);
    let both = analyze(&worked.then(refused.clone()).pcap());
    let told = |report: &Report| {
        let rejected = report
            .attempts
            .iter()
            .find(|it| it.verdict.id == "server-certificate-rejected");
        let verdict = &rejected.unwrap().verdict;
        (verdict.summary.clone(), verdict.confidence)
    };
    let (summary, confidence) = told(&both);
    assert!(
        summary.contains("its issuer is not the reason") && confidence != "certain",
        "{summary}"
    );
    assert!(
        !told(&analyze(&refused.pcap()))
            .0
            .contains("its issuer is not the reason")
    );
}

/// RFC 9846 allows 16 MiB; more than 256 KiB of a message are not read. They were captured nevertheless.
#[test]
fn a_certificate_message_longer_than_what_is_read_is_not_called_missing() {
    let long = vec![0x30; 300_000];
    let flight = |chain: &[&[u8]]| {
        let messages = [
            server_hello_with(0xc02f, &whole()),
            certificate(chain),
            server_hello_done(),
        ];
        in_records_of(16_000, &messages)
    };
    for chain in [&[&long[..]][..], &[SERVER_CERTIFICATE, &long]] {
        let report = refused_by_client(&good_hello(), flight(chain), 42);
        let text = serde_json::to_string(&report).unwrap();
        assert!(
            !text.contains("not in the capture") && !text.contains("not captured"),
            "{text}"
        );
        assert!(text.contains("were not read"), "{text}");
    }
}
