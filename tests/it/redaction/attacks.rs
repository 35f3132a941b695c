//! Known attacks on pseudonyms, each tried: what it learns is what `docs/redaction.md` says that it learns.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use tlswalk::handoff::redact::Pseudonyms;
use tlswalk::profile::Profile;

fn pseudonyms(key: u8) -> Pseudonyms {
    Pseudonyms::new(&[key; 32], &Profile::built_in("default").unwrap())
}

/// Words of a length that nobody has, one after the other.
fn words(count: u32, len: u32) -> impl Iterator<Item = String> {
    (0..count).map(move |number| {
        let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
        (0..len)
            .map(|at| char::from(b'a' + (mixed / 26_u64.pow(at % 9) % 26) as u8))
            .collect()
    })
}

/// True if a count is what chance gives, within five standard deviations.
fn is_chance(count: usize, expected: f64) -> bool {
    (count as f64 - expected).abs() < 5.0 * expected.sqrt() + 3.0
}

/// Letters that stand at the same place in both.
fn alike(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).filter(|(a, b)| a == b).count()
}

#[test]
fn one_key_gives_one_pseudonym_and_two_keys_share_nothing() {
    let (one, again, other) = (pseudonyms(1), pseudonyms(1), pseudonyms(2));
    for len in [4, 8, 20] {
        let all: Vec<String> = words(400, len).collect();
        assert!(all.iter().all(|word| one.string(word) == again.string(word)));
        let same: usize = all
            .iter()
            .map(|word| alike(&one.string(word), &other.string(word)))
            .sum();
        assert!(is_chance(same, 400.0 * f64::from(len) / 26.0), "{same} of {len}");
    }
    let addresses = (0..=255).map(|last| IpAddr::from([10, 77, last, last]));
    let same = addresses.filter(|ip| one.address(*ip) == other.address(*ip));
    assert_eq!(same.count(), 0);
}

#[test]
fn names_that_an_attacker_chose_tell_nothing_of_their_neighbours() {
    let names = pseudonyms(3);
    for len in [4, 8, 13, 14, 30] {
        let mut same = 0;
        for word in words(400, len) {
            // The chosen name differs from the victim's in its last letter only.
            let last = word.bytes().last().unwrap();
            let chosen = format!(
                "{}{}",
                &word[..word.len() - 1],
                char::from(b'a' + (last - b'a' + 1) % 26)
            );
            same += alike(&names.string(&word), &names.string(&chosen));
        }
        assert!(is_chance(same, 400.0 * f64::from(len) / 26.0), "{same} of {len}");
    }
}

#[test]
fn letters_of_a_language_leave_no_frequencies() {
    let names = pseudonyms(4);
    let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
    let mut all = 0;
    for number in 0..600 {
        // Every name is mostly the same letter.
        let word = format!("eeee{}eeee", words(600, 5).nth(number).unwrap());
        for letter in names.string(&word).bytes() {
            *counts.entry(letter).or_default() += 1;
            all += 1;
        }
    }
    assert_eq!(counts.len(), 26);
    assert!(
        counts.values().all(|count| is_chance(*count, f64::from(all) / 26.0)),
        "{counts:?}"
    );
}

#[test]
fn of_a_dictionary_the_shape_alone_tells_what_a_pseudonym_can_be() {
    let names = pseudonyms(5);
    let shape = |word: &str| -> String {
        let kind = |it: char| if it.is_ascii_digit() { '0' } else { 'a' };
        word.chars()
            .map(|it| if it.is_ascii_alphanumeric() { kind(it) } else { it })
            .collect()
    };
    for word in ["payroll-01.corp", "vpn2", "fcl2233abcd", "dc.lab-7.zone"] {
        assert_eq!(shape(&names.string(word)), shape(word));
    }
    // Words that occur as often stay apart, and those that are the same stay the same, in any letters.
    let all: Vec<String> = words(1000, 6).collect();
    let new: HashSet<String> = all.iter().map(|word| names.string(word)).collect();
    assert_eq!(new.len(), all.iter().collect::<HashSet<_>>().len());
    assert_eq!(names.string("PayRoll").to_lowercase(), names.string("payroll"));
}

fn octets(names: &Pseudonyms, ip: [u8; 4]) -> [u8; 4] {
    match names.address(ip.into()) {
        IpAddr::V4(ip) => ip.octets(),
        IpAddr::V6(ip) => panic!("{ip}"),
    }
}

#[test]
fn addresses_share_whole_bytes_at_their_beginning_and_no_bit_more() {
    let names = pseudonyms(6);
    let mut bits = 0;
    let mut pairs = 0;
    for other in 128..=255_u8 {
        for place in 1..4 {
            let (mut a, mut b) = ([10, 177, 166, 155], [10, 177, 166, 155]);
            (a[place], b[place]) = (129, other);
            let (new_a, new_b) = (octets(&names, a), octets(&names, b));
            assert_eq!(new_a[..place], new_b[..place]);
            if a != b {
                assert_ne!(new_a[place], new_b[place]);
                // Both begin with the bit 1, as their pseudonyms need not.
                bits += usize::from((new_a[place] ^ new_b[place]) & 1 == 0);
                pairs += 1;
            }
        }
    }
    assert!(is_chance(bits, f64::from(pairs) / 2.0), "{bits} of {pairs}");
    // Behind another beginning the same byte becomes another one: one table learnt is no other.
    let same = (0..200_u8).filter(|net| octets(&names, [10, 1, *net, 200])[3] == octets(&names, [10, 2, *net, 200])[3]);
    assert!(is_chance(same.count(), 200.0 / 156.0));
}

#[test]
fn whoever_knows_addresses_of_a_network_cannot_tell_the_next_one() {
    // The attacker knows a hundred hosts of a /24 and guesses the pseudonym of the next: the first that is left.
    let mut right = 0;
    let mut expected = 0.0;
    for key in 0..200 {
        let names = pseudonyms(key);
        let known: HashSet<u8> = (100..200).map(|last| octets(&names, [10, 9, 8, last])[3]).collect();
        let left: Vec<u8> = (100..=255).filter(|it| *it != 200 && !known.contains(it)).collect();
        right += usize::from(octets(&names, [10, 9, 8, 200])[3] == left[0]);
        expected += 1.0 / left.len() as f64;
    }
    assert!(is_chance(right, expected), "{right}, by chance {expected}");
}

#[test]
fn cards_of_one_maker_stay_apart() {
    let names = pseudonyms(7);
    let new: HashSet<[u8; 6]> = (0..3000_u32)
        .map(|number| {
            let [_, d, e, f] = (number * 5003).to_be_bytes();
            let mut mac = [0, 0x50, 0x56, d, e, f];
            names.mac(&mut mac);
            mac
        })
        .collect();
    assert_eq!(new.len(), 3000);
    let makers: HashSet<&[u8]> = new.iter().map(|it| &it[..3]).collect();
    assert_eq!(makers.len(), 1);
    assert!(new.iter().all(|it| it[0] & 3 == 2));
}

#[test]
fn an_address_in_ipv6_keeps_its_digits_and_its_kind() {
    let names = pseudonyms(8);
    for text in [
        "2001:db8:10::1",
        "2a02:1:22:333:4444::5",
        "fd12:3456:789a::1",
        "fe80::1:2",
    ] {
        let old: std::net::Ipv6Addr = text.parse().unwrap();
        let IpAddr::V6(new) = names.address(old.into()) else {
            panic!()
        };
        assert_ne!(new, old);
        assert_eq!(new.to_string().len(), old.to_string().len(), "{text} {new}");
        assert_eq!(
            (new.is_unique_local(), new.is_unicast_link_local()),
            (old.is_unique_local(), old.is_unicast_link_local())
        );
    }
    let inside = names.address("::ffff:10.1.2.3".parse().unwrap());
    let plain = names.address(Ipv4Addr::new(10, 1, 2, 3).into());
    assert_eq!(inside.to_string(), format!("::ffff:{plain}"));
}
