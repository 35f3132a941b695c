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
