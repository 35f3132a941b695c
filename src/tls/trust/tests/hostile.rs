//! Damaged and crafted chains → Judgement: no panic, and little time.

use super::*;

#[test]
fn what_cannot_be_read_is_said_and_not_guessed() {
    let none = judge(&[], None, Purpose::Server, Timestamp(0), &Anchors::built_in());
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
        let link_cut = judge(&[read(LEAF), cut], None, Purpose::Server, begin(LEAF), &given(ROOT));
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
    assert!(started.elapsed().as_millis() < 500, "{:?}", started.elapsed());
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
        let _ = judge(&presented, Some(&name), Purpose::Server, Timestamp(0), &anchors);
    }
}
