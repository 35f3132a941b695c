//! Test chains → Judgement: where they lead (`testdata/make.sh` makes the certificates).

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::*;

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/tls/testdata/", $name, ".pem"))
    };
}

mod answers;
mod hostile;

const ROOT: &str = pem!("root");
const INTERMEDIATE: &str = pem!("intermediate");
const LEAF: &str = pem!("leaf");
const HOST: &str = "licensing.example.test";

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
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
        [Fault::MissingIntermediate("CN=Intermediate,O=Example".into())]
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
fn a_self_signed_certificate_is_anchored_by_exactly_itself() {
    for pem in [
        pem!("self-rsa"),
        pem!("self-p384"),
        pem!("self-ed25519"),
        pem!("self-pss"),
    ] {
        assert_eq!(judge_server(&[pem], &Anchors::built_in()).chain, Chain::SelfSigned);
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
    let detail = detail.english();
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
    assert_eq!(judgement.faults, [Fault::SameNameOtherKey("CN=Root,O=Example".into())]);
    // If the right one is given as well, the other is of no interest.
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
    let detail = detail.english();
    assert!(
        detail.contains("CN=ACT2 SUDI CA,O=Cisco, as given by built-in roots"),
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
        [Fault::NameWrittenOtherwise("CN=ACT2 SUDI CA,O=CISCO".into())]
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
        let judgement = judge(&[read(pem)], None, Purpose::Server, begin(pem), &Anchors::built_in());
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
    assert_eq!(public.check(&x509), crate::tls::certificate::signature::Check::Verified);
}

#[test]
fn authorities_that_issue_each_other_end_the_search() {
    let judgement = judge_server(&[pem!("by-a"), pem!("a"), pem!("b")], &Anchors::default());
    assert_eq!(
        judgement.chain,
        Chain::Broken {
            detail: phrase("chain-circle")
        }
    );
    assert!(matches!(
        judge_server(&[pem!("by-a"), pem!("a")], &given(pem!("b"))).chain,
        Chain::Anchored { .. }
    ));
}
