//! facts → bytes → facts: frames for the unit tests, built header by header, and the decoder's result for them.

use std::iter;

use super::{Decoded, Decoder};
use crate::base::frame::{Frame, FrameNumber, LinkType, Timestamp};

/// A segment from port 40000 to 443 with sequence number 7 and the flags ACK and PSH.
pub(super) fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![
        0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 7, 0, 0, 0, 9, 0x50, 0x18, 1, 0, 0xab, 0xcd, 0, 0,
    ];
    bytes.extend(payload);
    bytes
}

pub(super) fn udp(src_port: u16, dst_port: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len() + 8).unwrap();
    let mut bytes = Vec::new();
    for field in [src_port, dst_port, len, 0] {
        bytes.extend(field.to_be_bytes());
    }
    bytes.extend(payload);
    bytes
}

/// From 192.0.2.1 to 198.51.100.2, identification 0x1234.
pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    ipv4_fragment(protocol, payload, 0, false)
}

/// `offset` is in bytes.
pub(super) fn ipv4_fragment(protocol: u8, payload: &[u8], offset: u16, more: bool) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend(u16::try_from(payload.len() + 20).unwrap().to_be_bytes());
    bytes.extend([0x12, 0x34]);
    bytes.extend(((offset / 8) | (u16::from(more) << 13)).to_be_bytes());
    bytes.extend([64, protocol, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2]);
    bytes.extend(payload);
    bytes
}

/// From 2001:db8::1 to 2001:db8::2.
pub(super) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend([next_header, 64]);
    for last in [1, 2] {
        bytes.extend([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    }
    bytes.extend(payload);
    bytes
}

pub(super) fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    bytes.extend(ether_type.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// LLC/SNAP around IPv4.
pub(super) fn snap(payload: &[u8]) -> Vec<u8> {
    join(&[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], payload])
}

pub(super) fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A segment of five bytes in IPv4.
pub(super) fn hello() -> Vec<u8> {
    ipv4(6, &tcp(b"hello"))
}

/// One line per decoded item, for frames that were captured whole.
pub(super) fn facts(link: LinkType, frames: &[Vec<u8>]) -> Vec<String> {
    let wire_lens: Vec<_> = frames.iter().map(Vec::len).collect();
    facts_of_cut(link, frames, &wire_lens)
}

/// The same with the frames' lengths on the wire.
pub(super) fn facts_of_cut(link: LinkType, frames: &[Vec<u8>], wire_lens: &[usize]) -> Vec<String> {
    let decode = |decoder: &mut Decoder, frame: &Frame<'_>, note: &mut dyn FnMut(Decoded<'_>)| {
        decoder.decode(frame, &mut |decoded| note(decoded));
    };
    let frames = frames.iter().map(Vec::as_slice).zip(wire_lens.iter().copied());
    facts_by(decode, link, frames).0
}

/// The same by another way of decoding; also the controllers seen, and every field of every segment.
pub(super) fn facts_by<'a>(
    decode: impl Fn(&mut Decoder, &Frame<'_>, &mut dyn FnMut(Decoded<'_>)),
    link: LinkType,
    frames: impl Iterator<Item = (&'a [u8], usize)>,
) -> (Vec<String>, Vec<String>) {
    let mut decoder = Decoder::new();
    let (mut facts, mut details) = (Vec::new(), Vec::new());
    let mut note = |decoded: Decoded<'_>| {
        facts.push(fact(&decoded));
        details.push(format!("{decoded:?}"));
    };
    for (number, (data, wire_len)) in iter::zip(1.., frames) {
        let frame = Frame {
            number: FrameNumber(number),
            time: Timestamp(0),
            link,
            interface: 0,
            wire_len: u32::try_from(wire_len).unwrap(),
            data,
        };
        decode(&mut decoder, &frame, &mut note);
    }
    decoder.finish(&mut note);
    details.push(format!("{:?}", decoder.controllers()));
    (facts, details)
}

fn fact(decoded: &Decoded<'_>) -> String {
    match decoded {
        Decoded::Tcp(segment) => format!(
            "tcp {} {} > {} seq {} len {} lost {} via {}",
            segment.frame,
            segment.src,
            segment.dst,
            segment.seq,
            segment.payload.len(),
            segment.lost,
            segment.tunnel
        ),
        Decoded::Dns(dns) => format!("dns {} {} > {} len {}", dns.frame, dns.src, dns.dst, dns.payload.len()),
        Decoded::Quic(it) => format!("quic {} {} > {} len {}", it.frame, it.src, it.dst, it.payload.len()),
        Decoded::Dtls(it) => format!("dtls {} {} > {} len {}", it.frame, it.src, it.dst, it.payload.len()),
        Decoded::Capwap(it) => format!("capwap {} {} > {} len {}", it.frame, it.src, it.dst, it.payload.len()),
        Decoded::Icmp(error) => format!(
            "icmp {} {} about {} > {} seq {:?}",
            error.from,
            error.kind.phrase().english(),
            error.quoted_src,
            error.quoted_dst,
            error.quoted_seq.map(|seq| seq.0)
        ),
        Decoded::Skip(skip) => format!("skip {skip}"),
    }
}

/// The result of [`facts`] for [`tcp`] over [`ipv4`] with five bytes of payload.
pub(super) fn five_bytes_via(tunnel: &str) -> Vec<String> {
    vec![format!(
        "tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 5 lost 0 via {tunnel}"
    )]
}

/// Frames that exercise every layer, and what their innermost segment travelled in.
pub(super) fn nested() -> Vec<(LinkType, &'static str, Vec<u8>)> {
    let ip = hello();
    let inner = ethernet(0x0800, &ip);
    let over_udp = |port, header: &[u8], inner: &[u8]| {
        (
            LinkType::ETHERNET,
            ethernet(0x0800, &ipv4(17, &udp(50_000, port, &join(&[header, inner])))),
        )
    };
    let over_gre =
        |header: &[u8], inner: &[u8]| (LinkType::ETHERNET, ethernet(0x0800, &ipv4(47, &join(&[header, inner]))));
    let on_ethernet =
        |number, header: &[u8], inner: &[u8]| (LinkType::ETHERNET, ethernet(number, &join(&[header, inner])));
    let bare = |link, header: &[u8], inner: &[u8]| (LinkType(link), join(&[header, inner]));
    let wifi = join(&[&[0x08, 0x01], &[0; 22], &snap(&ip)]);
    let cisco_wifi = join(&[&[0x01, 0x08], &[0; 22], &snap(&ip)]);
    let with_quality = join(&[&[0x88, 0x02], &[0; 24], &snap(&ip)]);
    let ip_len = u16::try_from(ip.len()).unwrap();
    let pppoe = join(&[&[0x11, 0, 0, 1], &(ip_len + 2).to_be_bytes(), &[0, 0x21]]);
    let llc_len = u16::try_from(snap(&ip).len()).unwrap();
    let nflog_len = (ip_len + 4).to_le_bytes();
    let gtp_len = (ip_len + 8).to_be_bytes();
    let eoip_len = u16::try_from(inner.len()).unwrap().to_be_bytes();
    let attribute = [2, 0, 0, 0, 8, 0, 16, 0, 1, 2, 3, 4, nflog_len[0], nflog_len[1], 9, 0];
    let cases = [
        ("none", on_ethernet(0x0800, &[], &ip)),
        ("none", on_ethernet(0x8100, &[0, 1, 8, 0], &ip)),
        (
            "none",
            on_ethernet(0x88a8, &[0, 1, 0x81, 0, 0, 2, 0x91, 0, 0, 3, 0x92, 0, 0, 4, 8, 0], &ip),
        ),
        ("none", on_ethernet(0x88e7, &[0, 0, 0, 1], &inner)),
        ("none", on_ethernet(0x8926, &[0, 1, 0, 2, 8, 0], &ip)),
        ("none", on_ethernet(0x8909, &[1, 1, 0, 1, 0, 5, 8, 0], &ip)),
        ("none", on_ethernet(llc_len, &[], &snap(&ip))),
        ("none", on_ethernet(0x8847, &[0, 1, 0x00, 64, 0, 2, 0x01, 64], &ip)),
        ("none", on_ethernet(0x8847, &[0, 2, 0x01, 64], &inner)),
        ("none", on_ethernet(0x8847, &[0, 2, 0x01, 64, 0, 0, 0, 9], &inner)),
        ("none", on_ethernet(0x8864, &pppoe, &ip)),
        ("none", on_ethernet(0x88e5, &[0, 0, 0, 0, 0, 1, 8, 0], &ip)),
        ("none", bare(0, &[2, 0, 0, 0], &ip)),
        ("none", bare(0, &[0, 0, 0, 2], &ip)),
        ("none", bare(9, &[0xff, 3, 0, 0x21], &ip)),
        ("none", bare(9, &[0x21], &ip)),
        ("none", bare(9, &[0x0f, 0, 8, 0], &ip)),
        ("none", bare(101, &[], &ip)),
        (
            "none",
            bare(113, &[0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0], &ip),
        ),
        (
            "none",
            bare(276, &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0], &ip),
        ),
        ("none", bare(239, &attribute, &ip)),
        ("none", bare(105, &[], &wifi)),
        ("none", bare(105, &[], &with_quality)),
        ("none", bare(127, &[0, 0, 9, 0, 2, 0, 0, 0, 0], &wifi)),
        ("none", bare(192, &[0, 0, 8, 0, 105, 0, 0, 0], &wifi)),
        ("none", bare(107, &[0x18, 0x41, 3, 0xcc], &ip)),
        ("none", bare(107, &[0x18, 0x41, 8, 0], &ip)),
        ("none", bare(178, &[0x4d, 0x47, 0x43, 0x81, 0, 2, 9, 9], &inner)),
        ("gre", over_gre(&[0, 0, 8, 0], &ip)),
        ("gre", over_gre(&[0x20, 0, 0x65, 0x58, 0, 0, 1, 0], &inner)),
        ("gre", over_gre(&[0, 0, 0x88, 0xbe], &inner)),
        (
            "gre",
            over_gre(&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0], &inner),
        ),
        ("gre", over_gre(&[0, 0, 0x82, 0x40], &with_quality)),
        (
            "gre",
            over_gre(&[0x20, 1, 0x64, 0, eoip_len[0], eoip_len[1], 1, 0], &inner),
        ),
        ("vxlan", over_udp(4789, &[8, 0, 0, 0, 0, 0, 1, 0], &inner)),
        (
            "geneve",
            over_udp(6081, &[1, 0, 0x65, 0x58, 0, 0, 1, 0, 0, 0, 0, 0], &inner),
        ),
        (
            "gtp",
            over_udp(
                2152,
                &[
                    0x34, 0xff, gtp_len[0], gtp_len[1], 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0,
                ],
                &ip,
            ),
        ),
        ("l2tp", over_udp(1701, &[0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21], &ip)),
        ("teredo", over_udp(3544, &[0, 0, 0, 0, 0, 0, 0, 0], &ipv6(4, &ip))),
        ("capwap", over_udp(5247, &[0, 0x10, 3, 0, 0, 0, 0, 0], &cisco_wifi)),
        ("capwap", over_udp(5247, &[0, 0x10, 2, 0, 0, 0, 0, 0], &inner)),
        ("ip-in-ip", on_ethernet(0x0800, &[], &ipv4(4, &ip))),
        (
            "ip-in-ip",
            on_ethernet(0x86dd, &[], &ipv6(0, &join(&[&[4, 0, 0, 0, 0, 0, 0, 0], &ip]))),
        ),
    ];
    cases
        .into_iter()
        .map(|(tunnel, (link, bytes))| (link, tunnel, bytes))
        .collect()
}

/// A seeded generator (Marsaglia's xorshift), so that a failing run can be had again.
pub(super) struct XorShift(pub(super) u64);

impl XorShift {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

pub(super) fn empty_frame() -> Frame<'static> {
    Frame {
        number: FrameNumber(1),
        time: Timestamp(0),
        link: LinkType::ETHERNET,
        interface: 0,
        wire_len: 0,
        data: &[],
    }
}
