//! What answers in a service's name is named where its certificate or its page shows it, always as likely, and nobody is
//! called an interceptor for having an authority of one's own.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::scenario::messages::*;
use crate::scenario::*;
use tlswalk::profile::Profile;
use tlswalk::report::{Attempt, Report};
use tlswalk::{Host, Options, Target};

/// One value of DER.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let length = match len {
        0..=127 => vec![u8::try_from(len).unwrap()],
        _ => [&[0x82][..], &u16::try_from(len).unwrap().to_be_bytes()].concat(),
    };
    [&[tag], &length[..], content].concat()
}

/// A distinguished name: attributes by the last byte of their object identifier (2.5.4.x): 3 CN, 10 O, 11 OU.
fn name(attributes: &[(u8, &str)]) -> Vec<u8> {
    let attribute = |(kind, text): &(u8, &str)| {
        let pair = [der(0x06, &[0x55, 0x04, *kind]), der(0x0c, text.as_bytes())].concat();
        der(0x31, &der(0x30, &pair))
    };
    der(0x30, &attributes.iter().flat_map(attribute).collect::<Vec<u8>>())
}

/// A certificate of two weeks around the story's time, with a signature of noise: whoever lacks its issuer cannot check it.
fn leaf(issuer: &[u8], subject: &[u8], host: &str) -> Vec<u8> {
    const SHA256_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let algorithm = |oid: &[u8]| der(0x30, &[der(0x06, oid), der(0x05, &[])].concat());
    let modulus = [&[0, 0xc1][..], &noise(21, 255)].concat();
    let key = der(0x30, &[der(0x02, &modulus), der(0x02, &[1, 0, 1])].concat());
    let key = der(0x30, &[algorithm(RSA), der(0x03, &[&[0], &key[..]].concat())].concat());
    let names = der(0x30, &der(0x82, host.as_bytes()));
    let extension = der(0x30, &[der(0x06, &[0x55, 0x1d, 0x11]), der(0x04, &names)].concat());
    let validity = der(
        0x30,
        &[der(0x17, b"260125000000Z"), der(0x17, b"260208000000Z")].concat(),
    );
    let body = [
        der(0xa0, &der(0x02, &[2])),
        der(0x02, &[0x12, 0x34]),
        algorithm(SHA256_RSA),
        issuer.to_vec(),
        validity,
        subject.to_vec(),
        key,
        der(0xa3, &der(0x30, &extension)),
    ];
    let signature = der(0x03, &[&[0][..], &noise(22, 256)].concat());
    der(
        0x30,
        &[der(0x30, &body.concat()), algorithm(SHA256_RSA), signature].concat(),
    )
}

/// A client that asks for `service.example` and refuses the certificate that it is shown.
fn refused(certificate_shown: &[u8]) -> Scenario {
    let flight = vec![server_hello(), certificate(&[certificate_shown]), server_hello_done()];
    Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .send(Server, each_in_a_record(&flight))
        .send(Client, alert(Level::Fatal, 48))
        .close(Client)
}

fn judged(story: &Scenario) -> Attempt {
    crate::support::analyze(&story.pcap()).attempts[0].clone()
}

/// The same where the service is one of which a public certificate is expected.
fn judged_as_cloud(story: &Scenario) -> Attempt {
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    options.cssm = vec![Target {
        host: Host::Name(SERVER_NAME.to_owned()),
        port: None,
    }];
    let report = tlswalk::analyze(&story.pcap()[..], "story", &options).unwrap();
    report.attempts[0].clone()
}

const SITE: &[(u8, &str)] = &[(10, "Example"), (3, SERVER_NAME)];

#[test]
fn re_signers_are_named_by_their_issuers_and_never_as_certain() {
    for (issuer, product) in [
        (
            &[
                (10, "Zscaler Inc."),
                (11, "Zscaler Inc."),
                (3, "Zscaler Intermediate Root CA (zscalerthree.net) (t)"),
            ][..],
            "Zscaler",
        ),
        (
            &[(10, "Cisco"), (3, "Cisco Umbrella Secondary SubCA fra-SG")],
            "Cisco Umbrella",
        ),
        (
            &[(10, "Corp Example"), (3, "Corp Example - Forward Trust CA")],
            "Palo Alto Networks",
        ),
        (
            &[(10, "Fortinet"), (11, "Certificate Authority"), (3, "FG6H0FTB22900000")],
            "Fortinet",
        ),
        (&[(10, "Sophos"), (3, "Sophos SSL CA_C01001ABCDEF")], "Sophos"),
        (&[(10, "Corp Example"), (3, "ca.corp-example.goskope.com")], "Netskope"),
        (&[(10, "Blue Coat Systems"), (3, "Blue Coat ProxySG")], "Blue Coat"),
    ] {
        let shown = leaf(&name(issuer), &name(SITE), SERVER_NAME);
        for attempt in [judged(&refused(&shown)), judged_as_cloud(&refused(&shown))] {
            let verdict = &attempt.verdict;
            assert_eq!(verdict.id, "interception-suspected", "{product}: {}", verdict.summary);
            assert_eq!(verdict.confidence, "likely", "{product}");
            assert!(verdict.summary.contains(product), "{product}: {}", verdict.summary);
            assert!(
                verdict.evidence.iter().any(|it| it.what.contains(issuer[0].1)),
                "{product}"
            );
            assert_eq!(verdict.remedy[0].owner, "firewall", "{product}");
        }
    }
}

#[test]
fn a_re_signer_behind_a_companys_own_authority_is_named_by_the_subject_that_it_leaves() {
    let issuer = name(&[(10, "Corp Example"), (3, "CORP-G2-ZSH")]);
    let subject = name(&[(11, "Zscaler Inc."), (10, "Zscaler Inc."), (3, SERVER_NAME)]);
    let verdict = judged(&refused(&leaf(&issuer, &subject, SERVER_NAME))).verdict;
    assert_eq!(
        (&*verdict.id, verdict.confidence.name()),
        ("interception-suspected", "likely")
    );
    assert!(verdict.summary.contains("Zscaler"), "{}", verdict.summary);
}

#[test]
fn an_authority_of_ones_own_is_no_re_signer() {
    for issuer in [
        &[(10, "Corp Example"), (3, "Corp Example Internal CA")][..],
        &[(10, "Lab"), (3, "Test Root")],
        &[(3, "Scaler of Zs")],
    ] {
        let verdict = judged(&refused(&leaf(&name(issuer), &name(SITE), SERVER_NAME))).verdict;
        assert_eq!(verdict.id, "server-certificate-rejected", "{}", verdict.summary);
        for product in ["Zscaler", "Umbrella", "Fortinet", "portal"] {
            assert!(!verdict.summary.contains(product), "{}", verdict.summary);
        }
    }
}

#[test]
fn a_vendors_own_site_is_not_called_intercepted() {
    let (issuer, site) = (&[(10, "Zscaler Inc."), (3, "Zscaler Root CA")], "admin.zscaler.net");
    let shown = leaf(
        &name(issuer),
        &name(&[(10, "Zscaler Inc."), (11, "Zscaler Inc."), (3, site)]),
        site,
    );
    let mut story = refused(&shown);
    // The same hello with another name of the same length would be needed: the name is asked of DNS and of the Host instead.
    let hello = story
        .packets
        .iter_mut()
        .find(|it| it.side == Client && !it.payload.is_empty())
        .unwrap();
    hello.payload = renamed(&hello.payload, SERVER_NAME, site);
    let mut shift = 0_u32;
    for packet in &mut story.packets {
        if shift > 0 {
            match packet.side {
                Client => packet.seq = packet.seq.wrapping_add(shift),
                Server => packet.ack = packet.ack.wrapping_add(shift),
            }
        }
        if packet.side == Client && packet.payload.len() > 100 {
            shift = u32::try_from(site.len() - SERVER_NAME.len()).unwrap();
        }
    }
    let attempt = judged(&story);
    assert_eq!(attempt.name, site);
    assert_eq!(
        attempt.verdict.id, "server-certificate-rejected",
        "{}",
        attempt.verdict.summary
    );
}

/// A Client Hello in a record of its own, with a longer name and the lengths around it.
fn renamed(record: &[u8], old: &str, new: &str) -> Vec<u8> {
    let at = record.windows(old.len()).position(|it| it == old.as_bytes()).unwrap();
    let more = u16::try_from(new.len() - old.len()).unwrap();
    let mut out = record.to_vec();
    out.splice(at..at + old.len(), new.bytes());
    // Lengths: of the name, of the list, of the extension; of all extensions; of the message and of the record.
    let extensions = at - 5 - 4 - 2;
    for place in [at - 2, at - 5, at - 7, extensions, 3, 7] {
        let length = u16::from_be_bytes([out[place], out[place + 1]]) + more;
        out[place..place + 2].copy_from_slice(&length.to_be_bytes());
    }
    out
}

/// A report to a CSLU in plain HTTP that is answered so.
fn reported(answer: &str) -> Report {
    let request = "POST /cslu/v1/pi HTTP/1.1\r\nHost: cslu.corp.example:8182\r\nContent-Length: 2\r\n\r\n{}";
    let story = Scenario::open()
        .send(Client, request)
        .send(Server, answer)
        .close(Server);
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    options.cslu = vec![Target {
        host: Host::Name("cslu.corp.example".to_owned()),
        port: None,
    }];
    tlswalk::analyze(&story.pcap()[..], "story", &options).unwrap()
}

#[test]
fn a_page_on_plain_http_names_who_answered_in_the_services_place() {
    for (answer, product, owner) in [
        (
            "HTTP/1.1 302 Found\r\nLocation: https://n27.network-auth.com/splash/?mac=x\r\nContent-Length: 0\r\n\r\n",
            "Cisco Meraki",
            "captive portal",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: https://fw.corp.example:1003/fgtauth?0a0b\r\nContent-Length: 0\r\n\r\n",
            "Fortinet",
            "policy",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\nServer: Zscaler/6.2\r\nContent-Length: 6\r\n\r\n<html>",
            "Zscaler",
            "policy",
        ),
        (
            "HTTP/1.1 303 See Other\r\nLocation: https://block.opendns.com/?url=x\r\nContent-Length: 0\r\n\r\n",
            "Cisco Umbrella",
            "policy",
        ),
        (
            "HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n",
            "captive portal",
            "captive portal",
        ),
    ] {
        let report = reported(answer);
        let verdict = &report.attempts[0].verdict;
        assert_eq!(
            (&*verdict.id, verdict.by.name()),
            ("application-error", "path"),
            "{product}"
        );
        assert_eq!(verdict.confidence, "likely", "{product}");
        assert!(verdict.summary.contains(product), "{}", verdict.summary);
        assert_eq!(verdict.remedy[0].owner, "firewall");
        assert!(verdict.remedy[0].action.contains(owner), "{}", verdict.remedy[0].action);
    }
}

#[test]
fn an_answer_of_the_service_itself_is_nobody_elses() {
    for answer in [
        "HTTP/1.1 302 Found\r\nLocation: https://cslu.corp.example/cslu/v1/pi\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nServer: Kestrel\r\nContent-Length: 0\r\n\r\n",
    ] {
        let verdict = &reported(answer).attempts[0].verdict;
        assert_eq!(
            (&*verdict.id, verdict.by.name()),
            ("application-error", "server"),
            "{}",
            verdict.summary
        );
    }
}

#[test]
fn a_hello_that_is_answered_by_a_block_page_names_its_product() {
    let story = Scenario::open()
        .send(Client, each_in_a_record(&[client_hello(Offer::Tls12, Group::X25519)]))
        .send(
            Server,
            "HTTP/1.1 302 Found\r\nLocation: https://gateway.zscaler.net:443/auD?origurl=x\r\nContent-Length: 0\r\n\r\n",
        )
        .close(Server);
    let verdict = judged(&story).verdict;
    assert_eq!((&*verdict.id, verdict.by.name()), ("not-tls", "path"));
    assert_eq!(verdict.confidence, "likely");
    assert!(verdict.summary.contains("Zscaler"), "{}", verdict.summary);
}

#[test]
fn a_portals_own_certificate_is_told_apart_from_a_re_signed_one() {
    let issuer = name(&[(10, "Some Public CA"), (3, "Some Public CA G2")]);
    let host = "securelogin.arubanetworks.com";
    let verdict = judged(&refused(&leaf(&issuer, &name(&[(3, host)]), host))).verdict;
    assert_eq!(
        (&*verdict.id, verdict.confidence.name()),
        ("interception-suspected", "likely")
    );
    assert!(verdict.summary.contains("captive portal") && verdict.summary.contains("Aruba"));
    assert!(
        verdict.remedy[0].action.contains("sign "),
        "{}",
        verdict.remedy[0].action
    );
}
