//! Made chains → Judgement: names, dates and faults, each apart from the chain.

use super::*;

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
fn purpose_is_judged_apart_from_the_chain() {
    let judgement = judge_server(&[pem!("client"), INTERMEDIATE], &given(ROOT));
    assert_eq!(judgement.chain, anchored("CN=Root,O=Example"));
    assert_eq!(judgement.faults, [Fault::WrongPurpose]);
    let presented = [read(pem!("client")), read(INTERMEDIATE)];
    let judgement = judge(&presented, None, Purpose::Client, begin(pem!("client")), &given(ROOT));
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
    // The limits of an authority hold whatever root is above it.
    let judgement = judge_server(&[pem!("constrained"), pem!("constrained-ca")], &Anchors::built_in());
    assert_eq!(judgement.faults, [Fault::OutsideNameConstraints]);
    let alone = judge_server(&[pem!("constrained")], &Anchors::built_in());
    assert_eq!(alone.faults, []);
    let judgement = judge_server(&[pem!("by-leaf"), LEAF, INTERMEDIATE], &given(ROOT));
    assert!(
        judgement
            .faults
            .contains(&Fault::NotACa("CN=licensing.example.test,O=Example".into()))
    );
    assert!(judge_server(&[ROOT], &given(ROOT)).faults.contains(&Fault::CaAsLeaf));
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
    assert_eq!(name(LEAF, dns("LICENSING.example.test.")), NameMatch::Matches);
    assert_eq!(name(LEAF, dns("a.wild.example.test")), NameMatch::Matches);
    assert_eq!(name(LEAF, dns("a.b.wild.example.test")), NameMatch::Differs);
    assert_eq!(name(LEAF, ip("192.0.2.7")), NameMatch::Matches);
    assert_eq!(name(LEAF, ip("2001:db8:0::7")), NameMatch::Matches);
    assert_eq!(name(LEAF, dns("192.0.2.7")), NameMatch::Matches);
    assert_eq!(name(LEAF, ip("192.0.2.8")), NameMatch::Differs);
    assert_eq!(name(pem!("odd"), ip("192.0.2.7")), NameMatch::Differs);
    assert_eq!(name(pem!("weak"), dns("cslu.example.test")), NameMatch::CommonNameOnly);
    assert_eq!(name(pem!("weak"), dns("other.example.test")), NameMatch::Differs);
}
