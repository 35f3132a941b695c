//! addresses → frames that carry them wherever a frame can.
#![allow(dead_code, unreachable_pub, reason = "a module of two tests has no one interface")]

use std::net::{Ipv4Addr, Ipv6Addr};

use super::searcher::{base64, hexadecimal, ways_mac, ways_v4, ways_v6, wire};

pub const MAC: [u8; 6] = [0x00, 0x50, 0x56, 0xaa, 0xbb, 0xcc];
pub const GATEWAY_MAC: [u8; 6] = [0x00, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f];
/// Neither the public service nor anybody's.
pub const SERVER: Ipv4Addr = Ipv4Addr::new(203, 7, 113, 99);

fn be(value: usize) -> [u8; 2] {
    (value as u16).to_be_bytes()
}

pub fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&GATEWAY_MAC[..], &MAC, &kind.to_be_bytes(), payload].concat()
}

pub fn v4(src: Ipv4Addr, dst: Ipv4Addr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let head = [0x45, 0];
    let rest = [0, 1, 0x40, 0, 64, protocol, 0, 0];
    [
        &head[..],
        &be(20 + payload.len()),
        &rest,
        &src.octets(),
        &dst.octets(),
        payload,
    ]
    .concat()
}

fn v6(src: Ipv6Addr, dst: Ipv6Addr, next: u8, payload: &[u8]) -> Vec<u8> {
    let head = [0x60, 0, 0, 0];
    [
        &head[..],
        &be(payload.len()),
        &[next, 64],
        &src.octets(),
        &dst.octets(),
        payload,
    ]
    .concat()
}

fn udp(src: u16, dst: u16, payload: &[u8]) -> Vec<u8> {
    [
        &src.to_be_bytes()[..],
        &dst.to_be_bytes(),
        &be(8 + payload.len()),
        &[0, 0],
        payload,
    ]
    .concat()
}

fn tcp(src: u16, dst: u16, seq: u32, ack: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let ends = [src.to_be_bytes(), dst.to_be_bytes()].concat();
    let rest = [0x50, flags, 0x20, 0, 0x12, 0x34, 0, 0];
    [&ends[..], &seq.to_be_bytes(), &ack.to_be_bytes(), &rest, payload].concat()
}

/// A connection in which the client says something, and the server answers.
pub fn conversation(client: Ipv4Addr, port: (u16, u16), said: &[u8], answered: &[u8]) -> Vec<Vec<u8>> {
    let (own, other) = port;
    let to = |seq: u32, ack: u32, flags: u8, payload: &[u8]| {
        ethernet(
            0x0800,
            &v4(client, SERVER, 6, &tcp(own, other, seq, ack, flags, payload)),
        )
    };
    let from = |seq: u32, ack: u32, flags: u8, payload: &[u8]| {
        ethernet(
            0x0800,
            &v4(SERVER, client, 6, &tcp(other, own, seq, ack, flags, payload)),
        )
    };
    let (len, back) = (said.len() as u32, answered.len() as u32);
    let mut frames = vec![to(1000, 0, 2, b""), from(5000, 1001, 0x12, b"")];
    for (at, part) in (0..).step_by(1400).zip(said.chunks(1400)) {
        frames.push(to(1001 + at, 5001, 0x18, part));
    }
    for (at, part) in (0..).step_by(1400).zip(answered.chunks(1400)) {
        frames.push(from(5001 + at, 1001 + len, 0x18, part));
    }
    frames.push(to(1001 + len, 5001 + back, 0x11, b""));
    frames
}

fn question(id: u16, name: &[u8], kind: u16, answers: &[Vec<u8>]) -> Vec<u8> {
    let flags = if answers.is_empty() { 0x0100 } else { 0x8180_u16 };
    let counts = [be(1), be(answers.len()), be(0), be(0)].concat();
    let mut message = [&id.to_be_bytes()[..], &flags.to_be_bytes(), &counts, name, &[0]].concat();
    message.extend([kind.to_be_bytes(), [0, 1]].concat());
    message.extend(answers.concat());
    message
}

fn record(kind: u16, class: u16, life: u32, data: &[u8]) -> Vec<u8> {
    let head = [
        &[0xc0, 12][..],
        &kind.to_be_bytes(),
        &class.to_be_bytes(),
        &life.to_be_bytes(),
    ]
    .concat();
    [&head[..], &be(data.len()), data].concat()
}

/// Names of an address, and what DNS says of it.
fn dns(ip: Ipv4Addr, six: Ipv6Addr) -> Vec<Vec<u8>> {
    let [a, b, c, d] = ip.octets().map(|it| it.to_string());
    let reversed = wire(&[&d, &c, &b, &a, "in-addr", "arpa"]);
    let dashed = wire(&[&format!("ip-{a}-{b}-{c}-{d}"), "corp"]);
    let raw = [&[4_u8][..], &ip.octets()].concat();
    let nibbles = ways_v6(six).pop().unwrap().0;
    let nibbles: Vec<&str> = nibbles.split('.').chain(["ip6", "arpa"]).collect();
    let subnet = [&[0, 8, 0, 8, 0, 1, 32, 0][..], &ip.octets()].concat();
    let hints = [&[0, 1, 0, 0, 4, 0, 4][..], &ip.octets(), &[0, 6, 0, 16], &six.octets()].concat();
    let start = [
        dashed.as_slice(),
        &[0],
        &wire(&["admin", "hostsecret"]),
        &[0],
        &ip.octets(),
    ]
    .concat();
    // The second name's beginning stands here, its end where the question is.
    let pointing = [&wire(&["5"])[..], &[0xc0, 12]].concat();
    let answers = [
        record(1, 1, 60, &ip.octets()),
        record(28, 1, 60, &six.octets()),
        record(12, 1, 60, &dashed),
        record(12, 1, u32::from(ip), &pointing),
        record(5, 1, 60, &[0xc0, 12]),
        record(6, 1, 60, &[&start[..], &ip.octets(), &ip.octets()].concat()),
        record(33, 1, 60, &[&[0, 1, 0, 1, 1, 0xbb][..], &dashed, &[0]].concat()),
        record(64, 1, 60, &hints),
        record(16, 1, 60, &[&[20][..], format!("v=spf1 ip4:{ip}").as_bytes()].concat()),
        record(41, 4096, 0, &subnet),
    ];
    vec![
        question(1, &reversed, 12, &[]),
        question(2, &reversed, 12, &answers),
        question(3, &dashed, 1, &answers),
        question(4, &raw, 1, &[]),
        question(5, &wire(&nibbles), 12, &[]),
        question(6, &wire(&nibbles[8..]), 12, &answers[..4]),
        question(7, &wire(&[&format!("x{a}-{b}-{c}-{d}-y"), "corp"]), 1, &[]),
    ]
}

/// ICMP of both versions: errors that quote, and what tells of gateways and neighbours.
fn icmp(ip: Ipv4Addr, gateway: Ipv4Addr, six: Ipv6Addr) -> Vec<Vec<u8>> {
    let quoted = v4(ip, SERVER, 6, &tcp(50_000, 443, 1001, 0, 2, b"")[..8]);
    let named = v4(ip, gateway, 17, &udp(3000, 53, &dns(ip, six)[0]));
    // An extension with a label stack behind a quotation of 128 bytes (RFC 4884, RFC 4950), and one with the interface's
    // address (RFC 5837).
    let mut extended = v4(ip, SERVER, 17, &udp(3000, 33_434, &[0; 100]));
    extended.truncate(128);
    extended.resize(128, 0);
    extended.extend([0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0x41, 1]);
    extended.extend([&[0, 12, 2, 0x12, 0, 1, 0, 0][..], &gateway.octets()].concat());
    let error = |kind: u8, code: u8, rest: [u8; 4], quoted: &[u8]| [&[kind, code, 0, 0][..], &rest, quoted].concat();
    let mut all: Vec<Vec<u8>> = [
        error(5, 1, gateway.octets(), &quoted),
        error(3, 1, gateway.octets(), &quoted),
        error(3, 4, gateway.octets(), &named),
        error(11, 0, [0, 32, 0, 0], &extended),
        error(12, 0, gateway.octets(), &quoted),
        error(
            3,
            3,
            [0; 4],
            &v4(ip, SERVER, 1, &error(5, 1, gateway.octets(), &quoted)),
        ),
        error(0, 0, gateway.octets(), &ip.octets()),
        // A router's advertisement (RFC 1256).
        error(9, 0, [1, 2, 7, 8], &[&gateway.octets()[..], &[0; 4]].concat()),
        // A mask's answer (RFC 950).
        error(18, 0, ip.octets(), &gateway.octets()),
    ]
    .iter()
    .map(|message| v4(gateway, ip, 1, message))
    .collect();
    let option = [&[2, 1][..], &MAC].concat();
    let quoted = v6(six, six, 6, &tcp(50_000, 443, 1, 0, 2, b""));
    let end: [u8; 4] = six.octets()[12..].try_into().unwrap();
    let six_messages = [
        error(1, 0, end, &quoted),
        error(2, 0, end, &quoted),
        error(4, 0, end, &quoted),
        error(128, 0, end, &six.octets()),
        // A router's advertisement with its address, prefix and resolvers (RFC 4861, RFC 8106).
        error(
            134,
            0,
            end,
            &[&[0; 8][..], &option, &[25, 3, 0, 0, 0, 0, 0, 9], &six.octets()].concat(),
        ),
        error(135, 0, end, &[&six.octets()[..], &option].concat()),
        error(136, 0, end, &[&six.octets()[..], &option].concat()),
        error(137, 0, [0; 4], &[&six.octets()[..], &six.octets(), &option].concat()),
    ];
    all.extend(six_messages.iter().map(|message| v6(six, six, 58, message)));
    all
}

/// Readable HTTP with the address in every header and form.
fn http(ip: Ipv4Addr, gateway: Ipv4Addr, six: Ipv6Addr) -> (Vec<u8>, Vec<u8>) {
    let ways: Vec<String> = [ip, gateway]
        .into_iter()
        .flat_map(ways_v4)
        .chain(ways_v6(six))
        .chain(ways_mac(MAC))
        .map(|(text, _)| text)
        .chain([
            base64(&ip.octets()),
            hexadecimal(&six.octets()),
            hexadecimal(&MAC).to_ascii_uppercase(),
        ])
        .collect();
    let mut request = format!("POST /x?ip={} HTTP/1.1\r\nHost: {ip}:8443\r\n", ways.join("&ip="));
    let headers = [
        "X-Forwarded-For",
        "Date",
        "Connection",
        "Keep-Alive",
        "Accept",
        "Cookie",
        "Content-Type",
    ];
    for (way, header) in ways.iter().zip(headers.iter().cycle()) {
        request += &format!("Forwarded: for={way}\r\n{header}: {way}\r\n at{way}, x{way}y\r\n");
    }
    request += &format!("Content-Length: {}\r\nContent-Length: 0\r\n\r\n", u32::from(ip));
    let body = format!("{{\"ip\":\"{}\",\"host\":\"hostsecret\"}}", ways.join("\",\"ip\":\""));
    let answer = format!(
        "HTTP/1.1 302 {ip}\r\nLocation: http://{gateway}/{ip}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    (request.into_bytes(), answer.into_bytes())
}

/// Frames with all of it.
pub fn frames(ip: Ipv4Addr, gateway: Ipv4Addr, six: Ipv6Addr) -> Vec<Vec<u8>> {
    let mut frames = datagrams(ip, gateway, six);
    let (request, answer) = http(ip, gateway, six);
    frames.extend(conversation(ip, (50_001, 80), &request, &answer));
    let streamed: Vec<u8> = dns(ip, six)
        .iter()
        .flat_map(|it| [&be(it.len())[..], it].concat())
        .chain([10])
        .collect();
    frames.extend(conversation(ip, (50_002, 53), &streamed, &streamed));
    frames
}

/// Those that are no part of a connection.
pub fn datagrams(ip: Ipv4Addr, gateway: Ipv4Addr, six: Ipv6Addr) -> Vec<Vec<u8>> {
    let arp = [
        &[0, 1, 8, 0, 6, 4, 0, 2][..],
        &MAC,
        &ip.octets(),
        &GATEWAY_MAC,
        &gateway.octets(),
    ]
    .concat();
    let mut frames = vec![ethernet(0x0806, &arp), ethernet(0x88cc, &lldp(ip)), vec![]];
    frames.push([&[1, 0, 0x0c, 0xcc, 0xcc, 0xcc][..], &MAC, &[0, 40], &lldp(ip)].concat());
    let lease = [
        &[2, 1, 6, 0, 1, 2, 3, 4][..],
        &ip.octets(),
        &ip.octets(),
        &gateway.octets(),
        &MAC,
    ]
    .concat();
    let mut messages = icmp(ip, gateway, six);
    messages.push(v4(gateway, ip, 17, &udp(67, 68, &lease)));
    messages.extend(dns(ip, six).iter().map(|it| v4(ip, gateway, 17, &udp(3000, 53, it))));
    // An address with its bytes the other way round is no other's.
    let [a, b, c, d] = ip.octets();
    messages.push(v4(Ipv4Addr::new(d, c, b, a), gateway, 17, &udp(1, 2, b"")));
    for message in &messages {
        let kind = if message[0] >> 4 == 4 { 0x0800 } else { 0x86dd };
        frames.push(ethernet(kind, message));
    }
    frames
}

/// A description of a neighbour: its address in three places, and its name.
fn lldp(ip: Ipv4Addr) -> Vec<u8> {
    let management = [&[0x10, 12, 5, 1][..], &ip.octets(), &[2, 0, 0, 0, 1, 0]].concat();
    [
        &[2, 7, 4][..],
        &MAC,
        &[4, 5, 5],
        &ip.octets(),
        &management,
        b"\x0a\x0ahostsecret",
    ]
    .concat()
}

/// A capture with its comments, names and descriptions of interfaces.
pub fn pcapng(frames: &[Vec<u8>], ip: Ipv4Addr) -> Vec<u8> {
    let le = |value: usize| (value as u32).to_le_bytes();
    let padded = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let option = |code: u16, value: &[u8]| {
        [
            &code.to_le_bytes()[..],
            &(value.len() as u16).to_le_bytes(),
            &padded(value),
        ]
        .concat()
    };
    let block = |kind: u32, body: &[u8]| {
        let len = le(body.len() + 12);
        [&kind.to_le_bytes()[..], &len, body, &len].concat()
    };
    let text = format!("hostsecret at {ip}");
    let text = text.as_bytes();
    // Eight bytes, as many as a counter has.
    let short = [&ip.octets()[..], &ip.octets()].concat();
    let mut section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    for code in [1, 2, 3, 4] {
        section.extend(option(code, text));
    }
    let mut interface = [&[1, 0, 0, 0][..], &le(262_144)].concat();
    for code in [1, 2, 3, 11, 12, 15] {
        interface.extend(option(code, text));
    }
    interface.extend(option(4, &short));
    interface.extend(option(6, &MAC));
    let names = [
        &1_u16.to_le_bytes()[..],
        &((4 + text.len() + 1) as u16).to_le_bytes(),
        &padded(&[&ip.octets()[..], text, &[0]].concat()),
        &[0; 4],
    ]
    .concat();
    let mut statistics = [0_u8; 12].to_vec();
    for (code, value) in [
        (1, &short[..]),
        (1, b"hostsecr"),
        (4, &short),
        (5, &[1, 0, 0, 0, 0, 0, 0, 0]),
        (77, &short),
    ] {
        statistics.extend(option(code, value));
    }
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface), block(4, &names)].concat();
    file.extend(block(0x0bad, [&le(1)[..], text, &[0; 3]].concat().split_at(20).0));
    // Secrets that open sessions: of TLS.
    let secrets = [&le(0x544c_534b)[..], &le(text.len()), &padded(text)].concat();
    file.extend(block(10, &secrets));
    for (at, frame) in frames.iter().enumerate() {
        let time = 1_700_000_000_000_000_u64 + at as u64 * 1000;
        let head = [&le(0)[..], &le((time >> 32) as usize), &(time as u32).to_le_bytes()].concat();
        let lens = [le(frame.len()), le(frame.len())].concat();
        let options = [
            option(1, text),
            option(2, &ip.octets()),
            option(3, &short),
            [0; 4].to_vec(),
        ]
        .concat();
        file.extend(block(6, &[&head[..], &lens, &padded(frame), &options].concat()));
    }
    file.extend(block(5, &statistics));
    file
}
