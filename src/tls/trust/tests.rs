//! Chains of the certificates made by `testdata/make.sh`, judged against their root, the bundled ones, or none.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::*;

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!("../testdata/", $name, ".pem"))
    };
}

const ROOT: &str = pem!("root");
const INTERMEDIATE: &str = pem!("intermediate");
const LEAF: &str = pem!("leaf");
const HOST: &str = "licensing.example.test";

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes())
        .unwrap()
        .to_vec()
}

fn read(pem: &str) -> Certificate {
    Certificate::parse(&der(pem), Vec::new())
}

fn given(pem: &str) -> Anchors {
    let mut anchors = Anchors::default();
    anchors.add_pem(pem.as_bytes(), "ca.pem").unwrap();
    anchors
}

/// One hour after the first certificate begins.
fn begin(pem: &str) -> Timestamp {
    Timestamp::from_seconds(read(pem).fields.unwrap().not_before.seconds() + 3600)
}

fn judge_server(presented: &[&str], anchors: &Anchors) -> Judgement {
    let at = begin(presented[0]);
    let presented: Vec<_> = presented.iter().map(|pem| read(pem)).collect();
    judge(
        &presented,
        Some(&ServerName::Dns(HOST.into())),
        Purpose::Server,
        at,
        anchors,
    )
}

fn anchored(subject: &str) -> Chain {
    Chain::Anchored {
        anchor: subject.into(),
        origin: "ca.pem".into(),
    }
}

#[test]
fn a_sound_chain_has_no_fault() {
    let judgement = judge_server(&[LEAF, INTERMEDIATE], &given(ROOT));
    assert_eq!(judgement.chain, anchored("CN=Root,O=Example"));
    assert_eq!(
        (judgement.name, judgement.validity),
        (NameMatch::Matches, Validity::Current)
    );
    assert_eq!(judgement.faults, []);
    assert_eq!(judgement.path, [0, 1]);
}

#[test]
fn order_surplus_and_duplicates_do_not_matter() {
    let surplus = [
        LEAF,
        ROOT,
        pem!("self-rsa"),
        pem!("a"),
        INTERMEDIATE,
        INTERMEDIATE,
        pem!("b"),
        LEAF,
        pem!("same-name-root"),
    ];
    let judgement = judge_server(&surplus, &given(ROOT));
    assert_eq!(judgement.chain, anchored("CN=Root,O=Example"));
    assert_eq!(judgement.faults, []);
    assert_eq!(judgement.path, [0, 4]);
    let mut many = vec![LEAF];
    many.extend([pem!("same-name-root"), INTERMEDIATE].repeat(100));
    assert_eq!(judge_server(&many, &given(ROOT)).path, [0, 2]);
    let judgement = judge_server(&[LEAF, ROOT, INTERMEDIATE], &Anchors::default());
    assert_eq!(
        judgement.chain,
        Chain::PrivateRoot {
            root: "CN=Root,O=Example".into()
        }
    );
    assert_eq!(judgement.path, [0, 2, 1]);
}

#[test]
fn an_intermediate_that_is_missing_is_told_from_a_root_that_is_left_out() {
    let judgement = judge_server(&[LEAF], &given(ROOT));
    assert_eq!(
        judgement.chain,
        Chain::IssuerNotGiven {
            issuer: "CN=Intermediate,O=Example".into()
        }
    );
    assert_eq!(
        judgement.faults,
        [Fault::MissingIntermediate(
            "CN=Intermediate,O=Example".into()
        )]
    );
    let judgement = judge_server(&[LEAF, INTERMEDIATE], &Anchors::built_in());
    assert_eq!(
        judgement.chain,
        Chain::IssuerNotGiven {
            issuer: "CN=Root,O=Example".into()
        }
    );
    assert_eq!(judgement.faults, []);
}

#[test]
fn dates_are_judged_to_the_second_and_apart_from_the_chain() {
    let presented = [read(LEAF), read(INTERMEDIATE)];
    let fields = read(LEAF).fields.unwrap();
    let at = |time| judge(&presented, None, Purpose::Server, time, &given(ROOT));
    let second = |seconds| Timestamp::from_seconds(seconds);
    assert_eq!(at(fields.not_before).validity, Validity::Current);
    assert_eq!(
        at(Timestamp(fields.not_before.0 - 1)).validity,
        Validity::NotYetValid(1)
    );
    assert_eq!(
        at(Timestamp(fields.not_after.0 + 999_999_999)).validity,
        Validity::Current
    );
    assert_eq!(
        at(second(fields.not_after.seconds() + 1)).validity,
        Validity::Expired(1)
    );

    let late = at(second(fields.not_after.seconds() + 20 * 365 * 86_400));
    assert_eq!(late.chain, anchored("CN=Root,O=Example"));
    assert_eq!(late.name, NameMatch::NotAsked);
    assert!(matches!(
        late.faults[..],
        [
            Fault::IssuerDates(_, Validity::Expired(_)),
            Fault::IssuerDates(_, Validity::Expired(_))
        ]
    ));
    let early = at(Timestamp(0));
    assert_eq!(early.chain, anchored("CN=Root,O=Example"));
    assert!(matches!(early.validity, Validity::NotYetValid(_)));
    assert!(matches!(
        early.faults[0],
        Fault::IssuerDates(_, Validity::NotYetValid(_))
    ));
}

#[test]
fn an_expired_intermediate_is_a_fault_of_its_own() {
    let presented = [read(LEAF), read(pem!("short-intermediate"))];
    let at = Timestamp::from_seconds(begin(LEAF).seconds() + 100 * 86_400);
    let judgement = judge(&presented, None, Purpose::Server, at, &given(ROOT));
    assert_eq!(judgement.chain, anchored("CN=Root,O=Example"));
    assert_eq!(judgement.validity, Validity::Current);
    assert!(
        matches!(&judgement.faults[..], [Fault::IssuerDates(name, Validity::Expired(_))] if name.raw() == "CN=Intermediate,O=Example")
    );
}

#[test]
fn a_self_signed_certificate_is_anchored_by_exactly_itself() {
    for pem in [
        pem!("self-rsa"),
        pem!("self-p384"),
        pem!("self-ed25519"),
        pem!("self-pss"),
    ] {
        assert_eq!(
            judge_server(&[pem], &Anchors::built_in()).chain,
            Chain::SelfSigned
        );
        assert!(matches!(
            judge_server(&[pem], &given(pem)).chain,
            Chain::Anchored { .. }
        ));
    }
    // Neither the curve nor the algorithm can be checked: by names it is self-signed, and an exact copy needs no proof.
    for pem in [pem!("self-p521"), pem!("self-ed448")] {
        assert!(matches!(
            judge_server(&[pem], &Anchors::default()).chain,
            Chain::Unchecked { .. }
        ));
        assert!(matches!(
            judge_server(&[pem], &given(pem)).chain,
            Chain::Anchored { .. }
        ));
    }
}

#[test]
fn an_anchor_of_the_same_name_with_another_key_does_not_count() {
    let judgement = judge_server(&[LEAF, INTERMEDIATE], &given(pem!("same-name-root")));
    let Chain::Broken { detail } = judgement.chain else {
        panic!("{:?}", judgement.chain)
    };
    assert!(
        detail.contains("not made by the key of CN=Root,O=Example, as given by ca.pem"),
        "{detail}"
    );
    let judgement = judge_server(&[LEAF, INTERMEDIATE, ROOT], &given(pem!("same-name-root")));
    assert_eq!(
        judgement.chain,
        Chain::PrivateRoot {
            root: "CN=Root,O=Example".into()
        }
    );
    assert_eq!(
        judgement.faults,
        [Fault::SameNameOtherKey("CN=Root,O=Example".into())]
    );
    // Where the right one is given as well, the other is of no interest.
    let both = given(&[pem!("same-name-root"), ROOT].concat());
    let judgement = judge_server(&[LEAF, INTERMEDIATE], &both);
    assert_eq!(
        (judgement.chain, judgement.faults),
        (anchored("CN=Root,O=Example"), vec![])
    );
    // A presented copy of an issuer's name.
    let judgement = judge_server(&[INTERMEDIATE, pem!("same-name-root")], &Anchors::default());
    assert!(matches!(judgement.chain, Chain::Broken { .. }));
}

#[test]
fn a_certificate_that_claims_a_bundled_issuer_is_not_believed() {
    let presented = [read(pem!("sudi"))];
    let judgement = judge(
        &presented,
        None,
        Purpose::Client,
        begin(pem!("sudi")),
        &Anchors::built_in(),
    );
    let Chain::Broken { detail } = judgement.chain else {
        panic!("{:?}", judgement.chain)
    };
    assert!(
        detail.contains("CN=ACT2 SUDI CA,O=Cisco, as given by licensing roots"),
        "{detail}"
    );
}

#[test]
fn a_name_written_with_other_string_types_is_the_same_name() {
    let judgement = judge_server(&[pem!("sudi")], &given(pem!("sudi-ca")));
    assert_eq!(
        (judgement.chain, judgement.faults),
        (anchored("CN=ACT2 SUDI CA,O=Cisco"), vec![])
    );
    let judgement = judge_server(&[pem!("sudi")], &given(pem!("sudi-ca-printable")));
    assert_eq!(judgement.chain, anchored("CN=ACT2 SUDI CA,O=CISCO"));
    assert_eq!(
        judgement.faults,
        [Fault::NameWrittenOtherwise(
            "CN=ACT2 SUDI CA,O=CISCO".into()
        )]
    );
}

#[test]
fn the_bundled_device_issuers_chain_to_the_bundled_roots() {
    let act2 = include_str!("../../../roots/client/cisco-act2-sudi-ca.pem");
    let assured = include_str!("../../../roots/client/cisco-high-assurance-sudi-ca.pem");
    for (pem, root) in [
        (act2, "CN=Cisco Root CA 2048,O=Cisco Systems"),
        (assured, "CN=Cisco Root CA 2099,O=Cisco"),
    ] {
        let judgement = judge(
            &[read(pem)],
            None,
            Purpose::Server,
            begin(pem),
            &Anchors::built_in(),
        );
        assert_eq!(
            judgement.chain,
            Chain::Anchored {
                anchor: root.into(),
                origin: "licensing roots".into()
            }
        );
    }
}

#[test]
fn public_roots_are_anchors_without_their_certificate() {
    // Presented as a leaf, a root's own signature is checked with the key in Mozilla's list.
    let pem = include_str!("../../../roots/quovadis-root-ca-2-g3.pem");
    let certificate = read(pem);
    let fields = certificate.fields.as_ref().unwrap();
    let anchors = Anchors::built_in();
    let public = anchors.issuers(fields, Purpose::Server).last().unwrap();
    assert_eq!(public.origin(), "public roots");
    let (_, x509) = x509_parser::parse_x509_certificate(&certificate.der).unwrap();
    assert_eq!(
        public.check(&x509),
        crate::tls::certificate::signature::Check::Verified
    );
}

#[test]
fn authorities_that_issue_each_other_end_the_search() {
    let judgement = judge_server(&[pem!("by-a"), pem!("a"), pem!("b")], &Anchors::default());
    assert_eq!(
        judgement.chain,
        Chain::Broken {
            detail: "the certificates presented issue each other in a circle".into()
        }
    );
    assert!(matches!(
        judge_server(&[pem!("by-a"), pem!("a")], &given(pem!("b"))).chain,
        Chain::Anchored { .. }
    ));
}

#[test]
fn purpose_is_judged_apart_from_the_chain() {
    let judgement = judge_server(&[pem!("client"), INTERMEDIATE], &given(ROOT));
    assert_eq!(judgement.chain, anchored("CN=Root,O=Example"));
    assert_eq!(judgement.faults, [Fault::WrongPurpose]);
    let presented = [read(pem!("client")), read(INTERMEDIATE)];
    let judgement = judge(
        &presented,
        None,
        Purpose::Client,
        begin(pem!("client")),
        &given(ROOT),
    );
    assert_eq!(judgement.faults, []);
    let presented = [read(LEAF), read(INTERMEDIATE)];
    let judgement = judge(&presented, None, Purpose::Client, begin(LEAF), &given(ROOT));
    assert_eq!(judgement.faults, [Fault::WrongPurpose]);
}

#[test]
fn weak_keys_and_signatures_and_constraints_are_named() {
    let judgement = judge_server(&[pem!("weak")], &given(ROOT));
    assert_eq!(judgement.chain, anchored("CN=Root,O=Example"));
    let subject = || WireText::from("CN=cslu.example.test");
    assert_eq!(
        judgement.faults,
        [
            Fault::WeakKey(subject(), "RSA 1024".into()),
            Fault::WeakSignature(subject(), "sha1WithRSAEncryption".into())
        ]
    );
    let judgement = judge_server(&[pem!("deep"), pem!("deep-ca"), INTERMEDIATE], &given(ROOT));
    assert_eq!(
        judgement.faults,
        [Fault::PathTooLong("CN=Intermediate,O=Example".into())]
    );
    let judgement = judge_server(&[pem!("constrained"), pem!("constrained-ca")], &given(ROOT));
    assert_eq!(judgement.faults, [Fault::OutsideNameConstraints]);
    let judgement = judge_server(&[pem!("by-leaf"), LEAF, INTERMEDIATE], &given(ROOT));
    assert!(
        judgement
            .faults
            .contains(&Fault::NotACa("CN=licensing.example.test,O=Example".into()))
    );
    assert!(
        judge_server(&[ROOT], &given(ROOT))
            .faults
            .contains(&Fault::CaAsLeaf)
    );
}

#[test]
fn names_are_compared_by_kind() {
    let name = |pem: &str, name: ServerName| {
        judge(
            &[read(pem)],
            Some(&name),
            Purpose::Server,
            begin(pem),
            &Anchors::default(),
        )
        .name
    };
    let dns = |host: &str| ServerName::Dns(host.into());
    let ip = |text: &str| ServerName::Ip(text.parse().unwrap());
    assert_eq!(
        name(LEAF, dns("LICENSING.example.test.")),
        NameMatch::Matches
    );
    assert_eq!(name(LEAF, dns("a.wild.example.test")), NameMatch::Matches);
    assert_eq!(name(LEAF, dns("a.b.wild.example.test")), NameMatch::Differs);
    assert_eq!(name(LEAF, ip("192.0.2.7")), NameMatch::Matches);
    assert_eq!(name(LEAF, ip("2001:db8:0::7")), NameMatch::Matches);
    assert_eq!(name(LEAF, dns("192.0.2.7")), NameMatch::Matches);
    assert_eq!(name(LEAF, ip("192.0.2.8")), NameMatch::Differs);
    assert_eq!(name(pem!("odd"), ip("192.0.2.7")), NameMatch::Differs);
    assert_eq!(
        name(pem!("weak"), dns("cslu.example.test")),
        NameMatch::CommonNameOnly
    );
    assert_eq!(
        name(pem!("weak"), dns("other.example.test")),
        NameMatch::Differs
    );
}

#[test]
fn what_cannot_be_read_is_said_and_not_guessed() {
    let none = judge(
        &[],
        None,
        Purpose::Server,
        Timestamp(0),
        &Anchors::built_in(),
    );
    assert_eq!(
        (none.chain, none.name, none.validity),
        (Chain::Empty, NameMatch::NotAsked, Validity::Unknown)
    );
    let whole = der(INTERMEDIATE);
    for len in 0..whole.len() {
        let cut = Certificate::parse(&whole[..len], Vec::new());
        let leaf_cut = judge(
            std::slice::from_ref(&cut),
            None,
            Purpose::Server,
            Timestamp(0),
            &given(ROOT),
        );
        assert_eq!(leaf_cut.chain, Chain::Unreadable);
        let link_cut = judge(
            &[read(LEAF), cut],
            None,
            Purpose::Server,
            begin(LEAF),
            &given(ROOT),
        );
        assert_eq!(link_cut.chain, Chain::Unreadable);
    }
}

#[test]
fn two_hundred_presented_certificates_are_judged_quickly() {
    // All of one name, none of which made the signature: the worst case.
    let root = read(pem!("same-name-root"));
    let mut presented = vec![read(INTERMEDIATE)];
    for n in 0..200_u8 {
        // A changed signature gives each its own hash.
        let mut der = root.der.to_vec();
        *der.last_mut().unwrap() ^= n;
        presented.push(Certificate::parse(&der, Vec::new()));
    }
    let started = std::time::Instant::now();
    let judgement = judge(
        &presented,
        None,
        Purpose::Server,
        begin(INTERMEDIATE),
        &Anchors::default(),
    );
    assert!(matches!(judgement.chain, Chain::Broken { .. }));
    assert!(
        started.elapsed().as_millis() < 500,
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn changed_bytes_are_survived() {
    // xorshift: the same changes on every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let anchors = given(ROOT);
    let wholes = [LEAF, INTERMEDIATE, pem!("constrained-ca"), pem!("self-pss")].map(der);
    let rounds = std::env::var("ROUNDS").map_or(2_000, |rounds| rounds.parse().unwrap());
    for _ in 0..rounds {
        let presented = wholes.each_ref().map(|whole| {
            let mut der = whole.clone();
            for _ in 0..random(4) {
                let at = random(der.len());
                der[at] = u8::try_from(random(256)).unwrap();
            }
            Certificate::parse(&der, Vec::new())
        });
        let name = ServerName::Dns(HOST.into());
        let _ = judge(
            &presented,
            Some(&name),
            Purpose::Server,
            Timestamp(0),
            &anchors,
        );
    }
}

/// Run by hand: `cargo test --release -- --ignored --nocapture cost`.
#[test]
#[ignore = "measures, asserts nothing"]
fn cost() {
    let time = |what: &str, run: &dyn Fn()| {
        let least = (0..500)
            .map(|_| {
                let started = std::time::Instant::now();
                run();
                started.elapsed()
            })
            .min();
        println!("{what}: {:?}", least.unwrap());
    };
    let anchors = Anchors::built_in();
    let first = std::time::Instant::now();
    let presented = [read(LEAF), read(INTERMEDIATE)];
    drop(judge(
        &presented,
        None,
        Purpose::Server,
        begin(LEAF),
        &anchors,
    ));
    println!(
        "first chain, with reading the bundled roots: {:?}",
        first.elapsed()
    );
    let (leaf, root, own) = (der(LEAF), der(ROOT), given(ROOT));
    let at = begin(LEAF);
    time("parse leaf", &|| {
        drop(Certificate::parse(&leaf, Vec::new()))
    });
    time("parse self-signed RSA 2048", &|| {
        drop(Certificate::parse(&root, Vec::new()))
    });
    time("judge leaf + intermediate, anchored", &|| {
        drop(judge(&presented, None, Purpose::Server, at, &own))
    });
    time("judge leaf + intermediate, issuer not given", &|| {
        drop(judge(&presented, None, Purpose::Server, at, &anchors))
    });
    let weak = [read(pem!("weak"))];
    time("judge RSA leaf, anchored", &|| {
        drop(judge(&weak, None, Purpose::Server, at, &own))
    });
}
