//! sample → whatever in it could identify somebody → none of that is left in what is handed on, in any encoding.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::ControlFlow;

use super::handing::redacted;
use super::searcher::{Searcher, base64, base64_at, hexadecimal};
use super::{carriers, shown, six};
use crate::{mutate, support};
use tlswalk::capture::read_frames;
use tlswalk::report::Report;

/// The shortest word that is looked for: shorter ones stand anywhere by chance.
const SHORTEST: usize = 6;

/// Words that stay, and why each is nobody's.
const PUBLIC: &[(&str, &str)] = &[
    (
        "authority certificate device intermediate manufacturing server signed",
        "name the kind of a certificate in names of certificates",
    ),
    ("licensing", "names the product that the sample is about"),
    (
        "application connection established location request starttls",
        "headers, phrases and commands of HTTP and of protocols in lines",
    ),
    (
        "authentication connect encoding forbidden gateway redirect required service unavailable",
        "standard reason phrases and headers of HTTP (RFC 9110 section 15), and words by which a page of a proxy is told",
    ),
    (
        "arubanetworks fortinet mitmproxy securelogin zscaler",
        "name products that re-sign or ask for a log-in: a verdict rests on them",
    ),
];

/// The word as it may be written, beside other bytes.
fn planted(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mixed: String = word
        .char_indices()
        .map(|(at, c)| {
            if at % 2 == 0 {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let backwards: String = mixed.chars().rev().collect();
    let wide = |text: &str, low: bool| {
        text.bytes()
            .flat_map(|it| if low { [it, 0] } else { [0, it] })
            .collect()
    };
    let each = |form: fn(u8) -> String| word.bytes().map(form).collect::<String>().into_bytes();
    let mut all = vec![
        ("as it is", word.as_bytes().to_vec()),
        ("capitals", word.to_ascii_uppercase().into_bytes()),
        ("0x20", mixed.clone().into_bytes()),
        ("backwards", backwards.clone().into_bytes()),
        ("UTF-16, low byte first", wide(&mixed, true)),
        ("UTF-16, high byte first", wide(&mixed, false)),
        ("UTF-16 backwards", wide(&backwards, true)),
        ("hexadecimal", hexadecimal(word.as_bytes()).into_bytes()),
        (
            "hexadecimal in capitals",
            hexadecimal(word.as_bytes()).to_ascii_uppercase().into_bytes(),
        ),
        ("percent", each(|it| format!("%{it:02X}"))),
        ("entities", each(|it| format!("&#{it};"))),
        ("escapes", each(|it| format!("\\x{it:02x}"))),
    ];
    for before in ["", "a", "ab", "abc"] {
        all.push((
            "Base64",
            base64(format!("{before}{word}, and more").as_bytes()).into_bytes(),
        ));
    }
    all
}

#[test]
fn the_searcher_finds_a_word_in_every_encoding() {
    for word in ["hostsecret", "Oaken-Lantern", "fcw2131l0aa"] {
        let mut searcher = Searcher::default();
        searcher.word(word);
        for (way, bytes) in planted(word) {
            for around in ["", "\0", "xyz"] {
                let file = [around.as_bytes(), &bytes, around.as_bytes()].concat();
                assert!(!searcher.found(&file).is_empty(), "{word} {way} in {around:?}");
            }
        }
        assert_eq!(searcher.found(b"hostsecre Oaken-Lanter fcw2131l0a"), [""; 0]);
    }
}

#[test]
fn the_searcher_finds_an_address_in_every_frame_that_carries_one() {
    let (ip, gateway) = (Ipv4Addr::new(192, 168, 47, 254), Ipv4Addr::new(192, 168, 47, 127));
    let mut searcher = Searcher::default();
    super::everything_of(&mut searcher, ip, 254);
    searcher.v4(gateway);
    searcher.word("hostsecret");
    let mut frames = carriers::frames(ip, gateway, six(254));
    frames.extend(carriers::datagrams(ip, gateway, six(254)));
    // One has been cut to nothing.
    for frame in frames.iter().filter(|it| !it.is_empty()) {
        assert!(!searcher.found(frame).is_empty(), "{frame:02x?}");
    }
    // Alone, what a file says beside its frames.
    assert!(!searcher.found(&carriers::pcapng(&[], ip)).is_empty());
    // The end of an address in IPv6 that was made of a card's.
    let mut card = Searcher::default();
    card.mac([0x00, 0x50, 0x56, 0xaa, 0xbb, 0xcc]);
    assert_eq!(
        card.found(&[
            0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x02, 0x50, 0x56, 0xff, 0xfe, 0xaa, 0xbb, 0xcc
        ])
        .len(),
        1
    );
    assert_eq!(card.found(b"fe80::250:56FF:feaa:bbcc").len(), 1);
    let mapped = [&[0; 10][..], &[0xff, 0xff], &ip.octets()].concat();
    assert!(!searcher.found(&mapped).is_empty() && base64_at(&ip.octets(), 1).len() == 4);
}

/// Words of a text that can identify somebody.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() >= SHORTEST && word.bytes().any(|it| it.is_ascii_alphabetic()))
        .map(str::to_ascii_lowercase)
}

/// Words of the report on the original: names, subjects, serial numbers, requests.
fn told(report: &Report) -> BTreeSet<String> {
    let mut texts: Vec<&str> = Vec::new();
    for attempt in &report.attempts {
        texts.push(&attempt.name);
        texts.extend(attempt.lookups.iter().map(|it| it.name.as_str()));
    }
    for connection in &report.connections {
        if let Some(tls) = &connection.tls {
            texts.extend(
                tls.sni
                    .iter()
                    .chain(&tls.alpn)
                    .chain(&tls.acceptable_cas)
                    .map(String::as_str),
            );
        }
        for exchange in &connection.http {
            texts.extend(exchange.target.iter().chain(&exchange.reason).map(String::as_str));
        }
        for it in connection
            .certificates
            .server
            .iter()
            .chain(&connection.certificates.client)
        {
            texts.extend(it.subject.iter().chain(&it.issuer).chain(&it.names).map(String::as_str));
        }
    }
    let contents = &report.capture.contents;
    texts.extend(
        contents
            .dns_names
            .iter()
            .chain(&contents.server_names)
            .map(String::as_str),
    );
    texts.into_iter().flat_map(words).collect()
}

/// Words in the bytes of the frames, whoever reads them or not: long rows of letters of one case, which nothing random has.
fn in_bytes(capture: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for row in capture.split(|byte| !byte.is_ascii_alphanumeric()) {
        let is_word = row.iter().all(u8::is_ascii_lowercase) || row.iter().all(u8::is_ascii_uppercase);
        if row.len() >= 8 && is_word && row.windows(2).any(|two| two[0] != two[1]) {
            found.insert(String::from_utf8_lossy(row).to_ascii_lowercase());
        }
    }
    found
}

/// Serial numbers, as their bytes.
fn serials(report: &Report) -> Vec<Vec<u8>> {
    let chains = report.connections.iter().map(|it| &it.certificates);
    let serials = chains
        .flat_map(|it| it.server.iter().chain(&it.client))
        .filter_map(|it| it.serial.as_ref());
    let number = |text: &String| {
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        let pairs = digits.as_bytes().chunks_exact(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    serials
        .map(number)
        .filter(|it: &Vec<u8>| it.iter().collect::<BTreeSet<_>>().len() > 5)
        .collect()
}

/// The words of our own texts, pages, profiles and fields.
fn own_words() -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    for folder in [
        "texts/en",
        "dialects",
        "profiles",
        "schema",
        "src/report",
        "src/handoff",
    ] {
        for entry in walkdir::WalkDir::new(support::root().join(folder)) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                own.extend(words(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap())));
            }
        }
    }
    own
}

/// The bytes of the frames of a capture, one after the other. Ports and sequence numbers stay on purpose: where damage has moved
/// other bytes into their place, these stay too, so that they are not looked at.
fn frames(capture: &[u8], is_damaged: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    drop(read_frames(capture, |frame| {
        let mut data = frame.data.to_vec();
        if let (true, Some(numbers)) = (is_damaged, data.get_mut(34..46)) {
            numbers.fill(0xff);
        }
        bytes.extend(data);
        // Two frames make no word.
        bytes.extend([0xff; 8]);
        ControlFlow::Continue(())
    }));
    bytes
}

/// What of an original is left where, over all samples.
fn left_of_samples(part: usize) -> (BTreeMap<String, BTreeSet<String>>, [usize; 3]) {
    let public: BTreeSet<&str> = PUBLIC.iter().flat_map(|(words, _)| words.split_whitespace()).collect();
    let own = own_words();
    let mut left: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let [mut looked_for, mut there, mut runs] = [0; 3];
    for (number, path) in support::samples().into_iter().enumerate() {
        if number % 2 != part {
            continue;
        }
        let mut sample = std::fs::read(&path).unwrap();
        // The rest of large ones repeats itself.
        sample.truncate(48 * 1024);
        let whole = tlswalk::analyze(&sample[..], "a", &tlswalk::Options::everything().unwrap());
        let Ok(whole) = whole else { continue };
        let mut originals = told(&whole);
        originals.extend(in_bytes(&sample));
        let (addresses, macs) = shown(&sample);
        let mut random = mutate::Random((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let damaged = (number % 6 < 2).then(|| mutate::mutate(sample.clone(), &mut random));
        for (bytes, state) in [(Some(sample.clone()), ""), (damaged, " (damaged)")] {
            let Some(bytes) = bytes else { continue };
            let is_damaged = !state.is_empty();
            let Some(told) = redacted(&bytes) else { continue };
            // In frames nothing is ours; comments and reports are full of our own words.
            let [mut searcher, mut in_prose] = [(); 2].map(|()| Searcher::default());
            for word in originals.iter().filter(|it| !public.contains(it.as_str())) {
                searcher.word(word);
                if !own.contains(word) {
                    in_prose.word(word);
                }
            }
            let new: BTreeSet<IpAddr> = addresses.iter().map(|ip| told.redactor.address(*ip)).collect();
            for searcher in [&mut searcher, &mut in_prose] {
                for ip in addresses.difference(&new) {
                    match ip {
                        IpAddr::V4(ip) => searcher.v4(*ip),
                        IpAddr::V6(ip) => searcher.v6(*ip),
                    }
                }
                macs.iter().for_each(|mac| searcher.mac(*mac));
                serials(&whole).iter().for_each(|it| searcher.raw(it, &hexadecimal(it)));
            }
            looked_for += originals.len() + addresses.len() + macs.len();
            there += searcher.found(&bytes).len();
            runs += 1;
            let name = path.file_name().unwrap().to_string_lossy().into_owned() + state;
            let found = [
                ("frames", &searcher, &frames(&told.slice, is_damaged)),
                ("slice", &in_prose, if is_damaged { &told.text } else { &told.slice }),
                ("JSON", &in_prose, &told.report),
                ("page", &in_prose, &told.page),
                ("text", &in_prose, &told.text),
            ]
            .map(|(place, searcher, bytes)| (place, searcher.found(bytes)));
            for (place, what) in found
                .into_iter()
                .flat_map(|(place, found)| found.into_iter().map(move |it| (place, it)))
            {
                left.entry(format!("{place}: {what}")).or_default().insert(name.clone());
            }
        }
    }
    (left, [looked_for, there, runs])
}

fn nothing_is_left(part: usize) {
    let (left, [looked_for, there, runs]) = left_of_samples(part);
    eprintln!(
        "{runs} captures, {looked_for} originals looked for, {there} found before, {} after",
        left.len()
    );
    assert!(left.is_empty(), "{} are left: {left:#?}", left.len());
    assert!(there > 5 * runs && runs > 100, "{there} in {runs} captures");
}

#[test]
fn nothing_of_a_sample_is_left_in_any_encoding() {
    nothing_is_left(0);
}

#[test]
fn nor_of_the_other_samples() {
    nothing_is_left(1);
}
