//! An address or a name that is nobody's is told as nobody's: broadcasts are no controllers, and the root of all names has none.
#![allow(clippy::unwrap_used, reason = "test code states its invariants")]

use tlswalk::Options;
use tlswalk::profile::Profile;
use tlswalk::report::Report;
use tlswalk::report::text::{TextStyle, write_text};

const DEVICE: [u8; 4] = [10, 1, 1, 5];

/// UDP in an Ethernet frame.
fn udp(src: ([u8; 4], u16), dst: ([u8; 4], u16), payload: &[u8]) -> Vec<u8> {
    let len = payload.len() as u16 + 8;
    let mut frame = vec![0xff; 6];
    frame.extend([2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0]);
    frame.extend((len + 20).to_be_bytes());
    frame.extend([0, 1, 0, 0, 64, 17, 0, 0]);
    frame.extend([src.0, dst.0].concat());
    frame.extend([src.1, dst.1, len, 0].map(u16::to_be_bytes).concat());
    frame.extend(payload);
    frame
}

/// A bare SYN in an Ethernet frame.
fn syn(src: [u8; 4], dst: [u8; 4]) -> Vec<u8> {
    let mut frame = udp((src, 50_000), (dst, 443), &[0; 12]);
    let (protocol, tcp) = (14 + 9, 14 + 20);
    frame.splice(protocol..=protocol, [6]);
    frame.splice(tcp + 4..tcp + 20, [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 16, 0, 0, 0, 0, 0]);
    frame
}

fn report(frames: &[Vec<u8>], all: bool) -> Report {
    let mut pcap = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
    ];
    for (at, frame) in (0_u32..).zip(frames) {
        let len = frame.len() as u32;
        pcap.extend([1_790_000_000 + at, 0, len, len].map(u32::to_le_bytes).concat());
        pcap.extend(frame);
    }
    let mut options = Options::new(Profile::built_in("cisco-smart-licensing").unwrap());
    options.all = all;
    tlswalk::analyze(&pcap[..], "x", &options).unwrap()
}

fn text(report: &Report) -> String {
    let mut page = Vec::new();
    write_text(report, &mut page, &TextStyle::default()).unwrap();
    String::from_utf8(page).unwrap()
}

#[test]
fn a_broadcast_multicast_or_unspecified_address_is_no_controller() {
    let joining = |to| {
        udp(
            (DEVICE, 5272),
            (to, 5246),
            &[0, 16, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
        )
    };
    let nobody = [[255; 4], [224, 0, 1, 140], [0; 4]];
    let frames: Vec<Vec<u8>> = nobody.into_iter().map(joining).collect();
    let report_of_nobody = report(&frames, false);
    let page = text(&report_of_nobody);
    assert!(
        !page.contains("255.255.255.255") && !page.contains("224.0.1.140"),
        "{page}"
    );
    // A host that is asked by itself is one.
    let page = text(&report(&[joining([10, 1, 1, 9])], false));
    assert!(page.contains("10.1.1.9"), "{page}");
}

#[test]
fn nobody_connects_from_or_to_the_address_of_all_or_of_none() {
    let nobody = [[255; 4], [224, 0, 0, 9], [0; 4]];
    let frames: Vec<Vec<u8>> = nobody
        .into_iter()
        .flat_map(|ip| [syn(ip, DEVICE), syn(DEVICE, ip)])
        .collect();
    assert_eq!(report(&frames, true).attempts.len(), 0);
    assert_eq!(report(&[syn(DEVICE, [192, 0, 2, 1])], true).attempts.len(), 1);
}

#[test]
fn the_empty_name_of_the_root_is_in_no_list() {
    // NS of the root, and A of a name.
    let root = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];
    let name = *b"\x00\x02\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03ntp\x07example\x00\x00\x01\x00\x01";
    let ask = |question: &[u8]| udp((DEVICE, 40_000), ([10, 1, 1, 1], 53), question);
    let told = report(&[ask(&root), ask(&name)], false);
    assert_eq!(told.capture.contents.dns_names, ["ntp.example"]);
    let told = report(&[ask(&root)], false);
    assert!(told.capture.contents.dns_names.is_empty());
    assert!(!text(&told).contains("looked up:"), "{}", text(&told));
}

#[test]
fn a_failure_over_datagrams_is_told_without_options_too() {
    let mut told = 0;
    for row in crate::support::rows() {
        let is_datagrams = row.file.starts_with("quic-") || row.file.starts_with("dtls-");
        if !is_datagrams || ["healthy", "healthy-resumed", "incomplete-capture"].contains(&&*row.verdict) {
            continue;
        }
        let path = crate::support::root().join("samples").join(&row.file);
        let run = crate::support::tlswalk(&["-q", path.to_str().unwrap()], std::time::Duration::from_secs(60));
        let code = run.status.and_then(|it| it.code());
        assert_eq!(code, Some(1), "{}: {}", row.file, run.stdout);
        assert!(
            run.stdout.contains(&format!("[{}]", row.verdict)),
            "{}: {}",
            row.file,
            run.stdout
        );
        told += 1;
    }
    assert!(told >= 8, "{told} samples");
}

/// A DNS message about a name (RFC 1035 section 4.1): a question, or with a status an answer to it, with an address or none.
fn dns(name: &str, kind: u16, status: Option<u8>, address: Option<[u8; 4]>) -> Vec<u8> {
    let flags = match status {
        None => [1, 0],
        Some(status) => [0x81, 0x80 | status],
    };
    let id = name
        .bytes()
        .fold(kind, |id, byte| id.wrapping_mul(31).wrapping_add(u16::from(byte)));
    let mut message = [
        &id.to_be_bytes()[..],
        &flags,
        &[0, 1, 0, u8::from(address.is_some()), 0, 0, 0, 0],
    ]
    .concat();
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend(label.bytes());
    }
    message.push(0);
    message.extend([kind, 1].map(u16::to_be_bytes).concat());
    if let Some(address) = address {
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        message.extend(address);
    }
    message
}

const RESOLVER: [u8; 4] = [10, 1, 1, 1];

fn asks(name: &str, kind: u16) -> Vec<u8> {
    udp((DEVICE, 40_000), (RESOLVER, 53), &dns(name, kind, None, None))
}

fn answers(name: &str, kind: u16, status: u8, address: Option<[u8; 4]>) -> Vec<u8> {
    udp(
        (RESOLVER, 53),
        (DEVICE, 40_000),
        &dns(name, kind, Some(status), address),
    )
}

/// The verdicts of a capture, read for everything.
fn verdicts(frames: &[Vec<u8>]) -> Vec<(String, String)> {
    let told = report(frames, true).attempts.into_iter();
    told.map(|it| (it.verdict.id.to_string(), it.name)).collect()
}

#[test]
fn a_name_without_an_address_is_told_where_nothing_connects() {
    let failed = |id: &str, name: &str| vec![(id.to_owned(), name.to_owned())];
    let api = "api.example.org";
    for status in [2, 3, 5] {
        let frames = [
            asks(api, 1),
            answers(api, 1, status, None),
            asks(api, 28),
            answers(api, 28, status, None),
        ];
        assert_eq!(verdicts(&frames), failed("dns-error", api), "{status}");
    }
    let silent = [asks(api, 1), asks(api, 1), asks(api, 1)];
    assert_eq!(verdicts(&silent), failed("dns-no-response", api));
    // A name of a service is told once.
    let cisco = "smartreceiver.cisco.com";
    let frames = [asks(cisco, 1), answers(cisco, 1, 3, None)];
    assert_eq!(verdicts(&frames), failed("dns-error", cisco));
    // IPv4 has none, and IPv6 was not asked for.
    assert_eq!(
        verdicts(&[asks(api, 1), answers(api, 1, 0, None)]),
        failed("dns-error", api)
    );
    // A system that completes names fails with those that it made up.
    let completed = "api.example.org.corp.example";
    let frames = [
        asks(completed, 1),
        answers(completed, 1, 3, None),
        asks(api, 1),
        answers(api, 1, 3, None),
    ];
    assert_eq!(verdicts(&frames), failed("dns-error", api));
}

#[test]
fn a_name_that_has_an_address_or_that_nobody_wants_is_not_told() {
    let api = "api.example.org";
    let v6_only = [asks(api, 28), answers(api, 28, 0, None)];
    let found = [
        asks(api, 28),
        answers(api, 28, 0, None),
        asks(api, 1),
        answers(api, 1, 0, Some([192, 0, 2, 1])),
    ];
    let cured = [
        asks(api, 1),
        answers(api, 1, 2, None),
        asks(api, 1),
        answers(api, 1, 0, Some([192, 0, 2, 1])),
    ];
    for frames in [&v6_only[..], &found, &cured, &[asks(api, 1)]] {
        assert_eq!(verdicts(frames), []);
    }
    let unwanted = [
        "wpad.corp.example",
        "printer.local",
        "1.1.168.192.in-addr.arpa",
        "gibberish",
        "a_b.example.org",
    ];
    for name in unwanted {
        assert_eq!(verdicts(&[asks(name, 1), answers(name, 1, 3, None)]), [], "{name}");
    }
    let other_type = [asks(api, 33), answers(api, 33, 3, None)];
    assert_eq!(verdicts(&other_type), []);
    // A resolver that asks for its client is told once, as the client's.
    let relayed = udp((RESOLVER, 4_000), ([198, 51, 100, 1], 53), &dns(api, 1, None, None));
    let no = udp(([198, 51, 100, 1], 53), (RESOLVER, 4_000), &dns(api, 1, Some(3), None));
    assert_eq!(
        verdicts(&[asks(api, 1), relayed, no, answers(api, 1, 3, None)]).len(),
        1
    );
    // Something connects: which names matter to it nobody knows.
    let frames = [asks(api, 1), answers(api, 1, 3, None), syn(DEVICE, [192, 0, 2, 9])];
    assert_eq!(verdicts(&frames).len(), 1);
    assert_eq!(verdicts(&frames)[0].1, "192.0.2.9:443");
}

#[test]
fn the_first_screen_tells_of_a_name_without_an_address() {
    let api = "api.example.org";
    let frames = [asks(api, 1), answers(api, 1, 3, None)];
    let usual = report(&frames, false);
    let others = usual.or_others(
        || Options::new(Profile::built_in("cisco-smart-licensing").unwrap()).of_others(),
        |_| Ok::<_, ()>(report(&frames, true)),
    );
    let page = text(&others.unwrap());
    assert!(page.contains("NXDOMAIN for api.example.org"), "{page}");
    assert!(!page.contains("monitor capture"), "{page}");
}
