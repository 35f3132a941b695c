//! A remedy cures the fault that is named: another trust store makes no authority of a server's certificate, and a server
//! that trusts an issuer still refuses what has expired.
//!
//! `tests/data/faults/make.sh` makes the certificates.

use crate::scenario::messages::*;
use crate::scenario::*;
use crate::support::analyze;
use tlswalk::report::{Confidence, Reason, Verdict};

macro_rules! der {
    ($name:literal) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/data/faults/",
            $name,
            ".der"
        ))
        .as_slice()
    };
}

const MS: i64 = 1_000_000;
const BAD_CERTIFICATE: u8 = 42;
const CERTIFICATE_UNKNOWN: u8 = 46;
const UNKNOWN_CA: u8 = 48;

fn hello() -> Vec<u8> {
    each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)])
}

fn only(story: &Scenario) -> Verdict {
    let report = analyze(&story.pcap());
    assert_eq!(report.attempts.len(), 1, "{story:?}");
    report.attempts.into_iter().next().unwrap().verdict
}

/// The server's flight with this chain.
fn shown(before: &[u8], chain: &[&[u8]]) -> Scenario {
    let flight = each_in_a_record(&[server_hello(), certificate(chain), server_hello_done()]);
    Scenario::open()
        .send(Client, hello())
        .send(Server, [before, flight.as_slice()].concat())
}

/// A client that refuses a chain by this alert.
fn refused(chain: &[&[u8]], code: u8) -> Verdict {
    only(&shown(&[], chain).send(Client, alert(Level::Fatal, code)).close(Client))
}

/// A server that refuses a client's certificate.
fn refused_client(leaf: &[u8], code: u8) -> Verdict {
    // Any authority, keys and signatures of ECDSA.
    let request = message(13, &[1, 64, 0, 2, 4, 3, 0, 0]);
    let chain = certificate(&[SERVER_CERTIFICATE, ISSUER_CERTIFICATE]);
    let asked = [server_hello(), chain, request, server_hello_done()];
    let certified = [certificate(&[leaf]), client_key_exchange(), certificate_verify()];
    let flight = [each_in_a_record(&certified), change_cipher_spec(), finished(11)].concat();
    only(
        &Scenario::open()
            .send(Client, hello())
            .send(Server, each_in_a_record(&asked))
            .send(Client, flight)
            .send(Server, alert(Level::Fatal, code))
            .close(Server),
    )
}

/// What to do, one line each.
fn advice(verdict: &Verdict) -> String {
    let actions: Vec<&str> = verdict.remedy.iter().map(|it| &*it.action).collect();
    actions.join("\n")
}

#[test]
fn no_trust_store_cures_an_authority_that_may_not_issue() {
    let cases: [(&[&[u8]], &str); 3] = [
        (
            &[der!("by-no-authority"), der!("no-authority")],
            "authority that may issue certificates: CN=Example Server",
        ),
        (
            &[der!("by-below-last"), der!("below-last"), der!("last-authority")],
            "fewer intermediates",
        ),
        (
            &[der!("by-constrained"), der!("constrained")],
            "may issue for its names",
        ),
    ];
    for (chain, cure) in cases {
        let verdict = refused(chain, BAD_CERTIFICATE);
        let told = advice(&verdict);
        assert_eq!(verdict.causes.first(), Some(&Reason::BrokenChain), "{verdict:#?}");
        assert!(told.contains(cure), "{verdict:#?}");
        assert!(!told.contains("root") && !told.contains("trusts"), "{told}");
        // OpenSSL's word for the same.
        let verdict = refused(chain, UNKNOWN_CA);
        assert!(
            verdict.remedy.first().is_some_and(|it| it.action.contains(cure)),
            "{verdict:#?}"
        );
        assert!(advice(&verdict).contains("root"), "{verdict:#?}");
    }
    let sound = refused(&[der!("kin-other-name"), der!("kin")], BAD_CERTIFICATE);
    assert!(!sound.causes.contains(&Reason::BrokenChain), "{sound:#?}");
}

#[test]
fn a_name_in_the_wrong_place_is_put_in_the_right_one() {
    let verdict = refused(&[der!("common-name"), der!("issuer")], BAD_CERTIFICATE);
    assert_eq!(verdict.causes, [Reason::NameMismatch, Reason::UnknownIssuer]);
    assert_eq!(verdict.confidence, Confidence::Likely, "some clients read it there");
    let first = &verdict.remedy.first().unwrap().action;
    assert!(
        first.contains("service.example as a subject alternative name"),
        "{first}"
    );
}

#[test]
fn a_chain_of_the_leaf_alone_is_completed_first() {
    let told = advice(&refused(&[SERVER_CERTIFICATE], CERTIFICATE_UNKNOWN));
    assert!(told.starts_with("let "), "{told}");
    assert!(
        told.contains("send the certificate of CN=Example Issuer,O=Example"),
        "{told}"
    );
    let told = advice(&refused(&[SERVER_CERTIFICATE, ISSUER_CERTIFICATE], CERTIFICATE_UNKNOWN));
    assert!(!told.contains("send the certificate of"), "{told}");
}

#[test]
fn an_older_root_of_a_public_organization_is_no_fault_beside_a_wrong_name() {
    let verdict = refused(&[der!("kin-other-name"), der!("kin")], CERTIFICATE_UNKNOWN);
    assert_eq!(verdict.causes, [Reason::NameMismatch], "{verdict:#?}");
    let hidden = format!("{:?}", verdict.cannot_tell);
    assert!(hidden.contains("in public stores when"), "{hidden}");
    assert!(!advice(&verdict).contains("trusts"), "{verdict:#?}");
    let verdict = refused(&[der!("other-name"), der!("issuer")], CERTIFICATE_UNKNOWN);
    assert_eq!(verdict.causes, [Reason::NameMismatch, Reason::UnknownIssuer]);
    let (name, issuer) = (
        verdict.summary.find("other names"),
        verdict.summary.find("was issued by"),
    );
    assert!(name.is_some() && name < issuer, "{}", verdict.summary);
    // Where the client says that it knows no such authority, that comes first.
    let verdict = refused(&[der!("kin-other-name"), der!("kin")], UNKNOWN_CA);
    assert_eq!(verdict.causes, [Reason::UnknownIssuer, Reason::NameMismatch]);
    let first = &verdict.remedy.first().unwrap().action;
    assert!(
        first.contains("authority") && !first.contains("service.example"),
        "{first}"
    );
}

#[test]
fn the_servers_own_warning_about_the_name_is_evidence() {
    let chain = [der!("other-name"), der!("issuer")];
    for warned in [true, false] {
        let warning = if warned { alert(Level::Warning, 112) } else { Vec::new() };
        let story = shown(&warning, &chain)
            .send(Client, alert(Level::Fatal, BAD_CERTIFICATE))
            .close(Client);
        let verdict = only(&story);
        assert_eq!(verdict.id, "server-certificate-rejected");
        let mut evidence = verdict.evidence.iter();
        assert_eq!(
            evidence.any(|it| it.what.contains("unrecognized_name")),
            warned,
            "{verdict:#?}"
        );
    }
}

#[test]
fn a_client_that_idles_after_the_handshake_has_not_refused_the_certificate() {
    let left = |after: i64, by_alert: bool| {
        let finish = [
            each_in_a_record(&[client_key_exchange()]),
            change_cipher_spec(),
            finished(11),
        ];
        let story = shown(&[], &[der!("other-name"), der!("issuer")])
            .send(Client, finish.concat())
            .send(Server, [change_cipher_spec(), finished(12)].concat())
            .wait(after);
        let story = if by_alert {
            story.packet(Client, ACK | PSH, &encrypted(ALERT, 5, 2))
        } else {
            story
        };
        only(&story.close(Client))
    };
    for by_alert in [true, false] {
        let at_once = left(MS, by_alert);
        assert_eq!(
            (&*at_once.id, at_once.confidence),
            ("server-certificate-rejected", Confidence::Possible),
            "{at_once:#?}"
        );
        assert!(
            at_once.alternatives.iter().any(|it| it.id.name() == "no-request"),
            "{at_once:#?}"
        );
        let later = left(900 * MS, by_alert);
        assert_eq!(
            (&*later.id, later.confidence),
            ("healthy", Confidence::Possible),
            "{later:#?}"
        );
    }
}

#[test]
fn a_server_that_trusts_an_issuer_still_refuses_what_has_expired() {
    let cases = [
        (der!("client-expired"), Reason::Expired, "valid"),
        (der!("client-purpose"), Reason::WrongPurpose, "clientAuth"),
    ];
    for (leaf, cause, cure) in cases {
        let verdict = refused_client(leaf, BAD_CERTIFICATE);
        assert_eq!(
            (&*verdict.id, verdict.causes.first()),
            ("client-certificate-rejected", Some(&cause)),
            "{verdict:#?}"
        );
        let told = advice(&verdict);
        assert!(told.contains(cure) && !told.contains("trust its issuer"), "{told}");
    }
    // Unless the server says that the issuer is what it misses.
    let told = advice(&refused_client(der!("client-expired"), UNKNOWN_CA));
    assert!(told.contains("trust its issuer"), "{told}");
    let told = advice(&refused_client(der!("client"), BAD_CERTIFICATE));
    assert!(told.contains("trust its issuer"), "{told}");
}

/// A hello with these suites and groups, and the usual signature algorithms.
fn offer(suites: &[u16], groups: &[u16]) -> Vec<u8> {
    let list = |numbers: &[u16]| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        [&(bytes.len() as u16).to_be_bytes()[..], &bytes].concat()
    };
    let extension = |kind: u16, body: &[u8]| {
        let len = (body.len() as u16).to_be_bytes();
        [&kind.to_be_bytes()[..], &len, body].concat()
    };
    let signatures = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];
    let extensions = [
        extension(10, &list(groups)),
        extension(13, &list(&signatures)),
        extension(23, &[]),
        extension(0, &[&[0, 18, 0, 0, 15][..], SERVER_NAME.as_bytes()].concat()),
    ]
    .concat();
    let len = (extensions.len() as u16).to_be_bytes();
    let body = [
        &[3, 3][..],
        &noise(1, 32),
        &[0],
        &list(suites),
        &[1, 0],
        &len,
        &extensions,
    ];
    each_in_a_record(&[message(1, &body.concat())])
}

#[test]
fn few_groups_beside_many_suites_are_cured_by_groups() {
    const MANY: [u16; 9] = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0x009c];
    let refused = |suites: &[u16], groups: &[u16]| {
        let story = Scenario::open()
            .send(Client, offer(suites, groups))
            .send(Server, alert(Level::Fatal, 40))
            .close(Server);
        let verdict = only(&story);
        assert_eq!(verdict.id, "cipher-mismatch", "{verdict:#?}");
        verdict.remedy.into_iter().next().unwrap()
    };
    let few = refused(&MANY, &[29, 23]);
    assert!(
        few.action.contains("more groups: it offers only x25519, secp256r1"),
        "{few:#?}"
    );
    assert!(few.commands.is_empty(), "none of suites: {few:#?}");
    let usual = refused(&MANY, &[29, 23, 24, 25]);
    assert!(!usual.action.contains("more groups"), "{usual:#?}");
    let both = refused(&MANY[..2], &[29, 23]);
    assert!(both.action.contains("suites"), "{both:#?}");
}

#[test]
fn no_authority_makes_a_certificate_expire() {
    const CERTIFICATE_EXPIRED: u8 = 45;
    let verdict = refused(&[SERVER_CERTIFICATE, ISSUER_CERTIFICATE], CERTIFICATE_EXPIRED);
    assert_eq!(verdict.causes, [Reason::NotTrustedByClient], "{verdict:#?}");
    let told = advice(&verdict);
    assert!(told.contains("clock") && !told.contains("root"), "{told}");
}

#[test]
fn a_certificate_that_cannot_be_read_is_replaced() {
    let verdict = refused(&[&SERVER_CERTIFICATE[..200]], BAD_CERTIFICATE);
    assert_eq!(verdict.causes, [Reason::Unreadable], "{verdict:#?}");
    assert!(advice(&verdict).contains("cannot be read"), "{verdict:#?}");
}
