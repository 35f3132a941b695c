//! Made and genuine certificates → what is read from them (`testdata/make.sh`, `roots/`).

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::*;

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
}

fn is_self_signed(der: &[u8]) -> bool {
    Certificate::parse(der, Vec::new()).is_self_signed()
}

fn fields(pem: &str) -> Box<Fields> {
    Certificate::parse(&der(pem), Vec::new()).fields.unwrap()
}

/// Length octets of DER for lengths of 128 to 65 535.
fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u32::try_from(content.len()).unwrap().to_be_bytes();
    let mut out = vec![tag, 0x83];
    out.extend(&len[1..]);
    out.extend(content);
    out
}

const LEAF: &str = include_str!("../testdata/leaf.pem");

#[test]
fn a_server_certificate_is_read_whole() {
    let certificate = Certificate::parse(&der(LEAF), vec![FrameNumber(7)]);
    assert_eq!(certificate.frames, [FrameNumber(7)]);
    assert!(!certificate.is_self_signed());
    let leaf = certificate.fields.unwrap();
    assert_eq!(leaf.subject.raw(), "CN=licensing.example.test,O=Example");
    assert_eq!(leaf.issuer.raw(), "CN=Intermediate,O=Example");
    assert_eq!(leaf.common_name.as_ref().unwrap().raw(), "licensing.example.test");
    let names: Vec<_> = leaf.names.iter().map(WireText::raw).collect();
    assert_eq!(
        names,
        [
            "licensing.example.test",
            "*.wild.example.test",
            "192.0.2.7",
            "2001:db8::7",
            "email:a@example.test",
            "uri:https://example.test/"
        ]
    );
    assert_eq!(leaf.key, "EC P-256");
    assert_eq!(leaf.key_bits, 256);
    assert_eq!(leaf.signature_algorithm, "ecdsa-with-SHA256");
    assert_eq!(
        leaf.key_usage.as_deref().unwrap(),
        ["digitalSignature", "keyEncipherment"]
    );
    assert_eq!(leaf.extended_key_usage.as_deref().unwrap(), ["serverAuth"]);
    assert_eq!(leaf.issuer_urls[0].raw(), "http://example.test/ca.cer");
    assert_eq!(leaf.ocsp_urls[0].raw(), "http://ocsp.example.test");
    assert_eq!(leaf.crl_urls[0].raw(), "http://example.test/ca.crl");
    assert!(leaf.has_scts && !leaf.is_ca && !leaf.self_issued);
    assert!(leaf.oddities.is_empty(), "{:?}", leaf.oddities);
    assert_eq!(leaf.not_after.seconds() - leaf.not_before.seconds(), 1825 * 86_400);
}

#[test]
fn the_hash_is_of_the_bytes_as_sent() {
    let root = Certificate::parse(
        &der(include_str!("../../../roots/cisco-licensing-root-ca.pem")),
        Vec::new(),
    );
    let hex: String = root.sha256.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(hex, "F1B52392C4A4EC2A8709B1308304A911FFCEC2CE0B63A94FBE969164567C4925");
    assert!(root.is_self_signed());
    let root = root.fields.unwrap();
    assert_eq!(root.subject.raw(), "CN=Cisco Licensing Root CA,O=Cisco");
    assert_eq!(root.serial, "01");
    assert_eq!(root.key, "RSA 2048");
    assert_eq!(root.not_after.to_string(), "2038-05-30T19:48:47.000000000Z");
    assert!(root.is_ca && root.path_len.is_none());
}

#[test]
fn what_could_be_taken_for_a_separator_is_escaped_in_names() {
    let odd = fields(include_str!("../testdata/odd.pem"));
    // The last attribute has a type without a descriptor: its value is the hexadecimal of a UTF8String.
    assert_eq!(
        odd.subject.raw(),
        r#"0.9.2342.19200300.100.1.5=#0C0178,CN=a\\b\"\+c,OU=\#first,OU=\ #1\;\<a\>,O=Example\, Inc."#
    );
    let names: Vec<_> = odd.names.iter().map(WireText::raw).collect();
    assert_eq!(names, ["dns:192.0.2.7", "odd.test"]);
    assert!(
        odd.oddities
            .iter()
            .any(|oddity| oddity.contains("address 192.0.2.7 as a DNS name"))
    );
    assert!(
        odd.oddities
            .iter()
            .any(|oddity| oddity.contains("unknown critical extension 1.2.3.4"))
    );
}

#[test]
fn self_signed_is_said_only_of_what_is_verified() {
    for (pem, key, signature) in [
        (
            include_str!("../testdata/self-rsa.pem"),
            "RSA 3072",
            "sha256WithRSAEncryption",
        ),
        (
            include_str!("../testdata/self-p384.pem"),
            "EC P-384",
            "ecdsa-with-SHA384",
        ),
        (include_str!("../testdata/self-ed25519.pem"), "Ed25519", "Ed25519"),
        (
            include_str!("../testdata/self-pss.pem"),
            "RSA 2048",
            "RSASSA-PSS with SHA-256",
        ),
        (
            include_str!("../../../roots/cisco-root-ca-2048.pem"),
            "RSA 2048",
            "sha1WithRSAEncryption",
        ),
    ] {
        assert!(is_self_signed(&der(pem)), "{key}");
        let fields = fields(pem);
        assert!(fields.self_issued, "{key}");
        assert_eq!(
            (fields.key.as_str(), fields.signature_algorithm.as_str()),
            (key, signature)
        );
    }
    for (pem, key) in [
        (include_str!("../testdata/self-p521.pem"), "EC P-521"),
        (include_str!("../testdata/self-ed448.pem"), "Ed448"),
    ] {
        assert!(!is_self_signed(&der(pem)), "it cannot be checked");
        let fields = fields(pem);
        assert!(fields.self_issued);
        assert_eq!(fields.key, key);
    }
}

#[test]
fn a_self_issued_certificate_with_a_changed_signature_is_not_self_signed() {
    let mut der = der(include_str!("../testdata/self-rsa.pem"));
    *der.last_mut().unwrap() ^= 1;
    assert!(Certificate::parse(&der, Vec::new()).fields.unwrap().self_issued);
    assert!(!is_self_signed(&der));
}

#[test]
fn short_keys_and_old_hashes_are_weak() {
    let weak = fields(include_str!("../testdata/weak.pem"));
    assert_eq!((weak.key.as_str(), weak.key_bits), ("RSA 1024", 1024));
    let at = |date: &str| date.parse::<Timestamp>().unwrap();
    let now = at("2026-01-01T00:00:00Z");
    assert!(weak.has_weak_key(now) && weak.has_weak_signature(now));
    let leaf = fields(LEAF);
    assert!(!leaf.has_weak_key(now) && !leaf.has_weak_signature(now));
    assert!(!fields(include_str!("../testdata/self-ed25519.pem")).has_weak_key(now));
    // In its year it was what everybody had.
    let then = at("2012-05-01T00:00:00Z");
    assert!(
        !weak.has_weak_key(then) && !weak.has_weak_signature(then),
        "{}",
        weak.signature_algorithm
    );
}

#[test]
fn an_unreadable_alternative_name_is_an_oddity() {
    let broken = fields(include_str!("../testdata/broken-san.pem"));
    assert!(broken.names.is_empty());
    assert!(
        broken.oddities.iter().any(|oddity| oddity.contains("subjectAltName")),
        "{:?}",
        broken.oddities
    );
}

#[test]
fn trailing_bytes_and_strange_versions_are_oddities() {
    let mut der = der(LEAF);
    der.extend([1, 2, 3]);
    let fields = Certificate::parse(&der, Vec::new()).fields.unwrap();
    assert_eq!(fields.oddities, ["3 bytes follow the certificate"]);
    // The version value stands at a fixed place: 30 82 .. .. 30 82 .. .. a0 03 02 01 02.
    assert_eq!(der[8..13], [0xa0, 3, 2, 1, 2]);
    for (value, oddity) in [(0, "although its version is 1"), (7, "unknown version value 7")] {
        der[12] = value;
        let fields = Certificate::parse(&der, Vec::new()).fields.unwrap();
        assert!(
            fields.oddities.iter().any(|found| found.contains(oddity)),
            "{:?}",
            fields.oddities
        );
    }
}

#[test]
fn a_bad_date_costs_the_dates_but_not_the_names() {
    let mut der = der(LEAF);
    // The first UTCTime: 17 0d YYMMDD...; make the month 13.
    let at = der.windows(2).position(|pair| pair == [0x17, 0x0d]).unwrap();
    der[at + 4..at + 6].copy_from_slice(b"13");
    let certificate = Certificate::parse(&der, Vec::new());
    let reason = certificate.fields.unwrap_err().english();
    assert_eq!(reason, format!("its validity at byte {} cannot be read", at - 2));
    let identity = certificate.salvaged.unwrap();
    assert_eq!(identity.subject.raw(), "CN=licensing.example.test,O=Example");
    assert_eq!(identity.issuer.raw(), "CN=Intermediate,O=Example");
}

#[test]
fn a_certificate_cut_anywhere_is_kept_with_a_reason() {
    let whole = der(LEAF);
    for len in 0..whole.len() {
        let certificate = Certificate::parse(&whole[..len], Vec::new());
        let reason = certificate.fields.unwrap_err().english();
        assert!(reason.len() < 80, "{reason}");
        assert_ne!(certificate.sha256, [0; 32]);
    }
    assert_eq!(
        Certificate::parse(&[], Vec::new()).fields.unwrap_err().english(),
        "it is empty"
    );
    let cut = Certificate::parse(&whole[..300], Vec::new());
    assert!(cut.fields.unwrap_err().english().starts_with("only 296 of the "));
    assert_eq!(
        cut.salvaged.unwrap().subject.raw(),
        "CN=licensing.example.test,O=Example"
    );
}

#[test]
fn any_single_changed_byte_is_survived() {
    for pem in [
        LEAF,
        include_str!("../testdata/odd.pem"),
        include_str!("../testdata/self-pss.pem"),
    ] {
        let whole = der(pem);
        for at in 0..whole.len() {
            for value in [0x00, 0x7f, 0x80, 0xff, whole[at] ^ 1] {
                let mut changed = whole.clone();
                changed[at] = value;
                let certificate = Certificate::parse(&changed, Vec::new());
                if let Ok(fields) = &certificate.fields {
                    let _ = client_certificate_kind(fields);
                }
            }
        }
    }
}

#[test]
fn a_name_of_64_kilobytes_is_cut() {
    let common_name = wrap(0x0c, &[b'a'; 65_000]);
    let attribute = wrap(0x30, &[&[0x06, 3, 0x55, 4, 3][..], &common_name].concat());
    let name = wrap(0x30, &wrap(0x31, &attribute));
    let (_, parsed) = x509_parser::x509::X509Name::from_der(&name).unwrap();
    let text = distinguished_name::to_text(&parsed);
    assert!(text.raw().starts_with("CN=aaa") && text.raw().len() < WireText::MAX_LEN + 4);
    // 8 000 attributes.
    let attribute = [0x31, 12, 0x30, 10, 0x06, 3, 0x55, 4, 3, 0x0c, 3, b'a', b',', b'b'];
    let name = wrap(0x30, &attribute.repeat(8_000));
    let (_, parsed) = x509_parser::x509::X509Name::from_der(&name).unwrap();
    assert!(distinguished_name::to_text(&parsed).raw().len() < WireText::MAX_LEN + 16);
}

#[test]
fn the_kinds_of_client_certificates_are_told_by_their_names() {
    let kind = |pem| client_certificate_kind(&fields(pem));
    assert_eq!(
        kind(include_str!("../testdata/self-rsa.pem")),
        Some(ClientCertificateKind::IosSelfSigned)
    );
    assert_eq!(
        kind(include_str!("../testdata/self-p384.pem")),
        Some(ClientCertificateKind::WirelessManagement)
    );
    assert_eq!(
        kind(include_str!("../testdata/client.pem")),
        Some(ClientCertificateKind::Other)
    );
    assert_eq!(kind(LEAF), None);
    let sudi = kind(include_str!("../testdata/sudi.pem")).unwrap();
    assert_eq!(
        sudi.to_string(),
        "device certificate (SUDI) of a C9800-40-K9, issued by ACT2 SUDI CA"
    );
    let ClientCertificateKind::Sudi { device_serial, .. } = sudi else {
        panic!()
    };
    assert_eq!(device_serial.unwrap().raw(), "TTM0000TEST");
    assert_eq!(
        fields(include_str!("../testdata/client.pem"))
            .extended_key_usage
            .as_deref()
            .unwrap(),
        ["clientAuth", "1.3.6.1.5.5.7.3.17"]
    );
}
