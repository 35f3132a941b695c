//! Frame → Decoded: the short way for TCP over plain Ethernet, and the walk through everything else.
//!
//! The walk peels one header at a time and keeps what it needs to know in a [`Context`]. A frame can hold several
//! packets (a Wi-Fi aggregate, an sFlow datagram), so each is handed to a sink.

use super::fragment::{Datagram, Fragments};
use super::ip::{self, protocol};
use super::layer::{Context, Layer, Peeled, Wire};
use super::link::{self, ether_type as number};
use super::{
    Datagram as UdpDatagram, Decoded, Segment, Skip, capture_header, icmp, sflow, tcp, tunnel,
    wireless,
};
use crate::frame::{Anomaly, Frame, LinkType};

/// Headers peeled off one packet. A GTP session behind two VLAN tags, MPLS and IPv6 extensions has some fifteen.
const MAX_DEPTH: u8 = 32;

/// Turns frames into segments. It remembers only the fragments that wait for companions.
#[derive(Debug, Default)]
pub struct Decoder {
    fragments: Fragments,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands everything that the frame holds to `sink`: at least one [`Decoded`] per frame. A datagram whose fragments
    /// were waited for in vain may come along; its parts carry the frame number of its first fragment.
    #[inline]
    pub fn decode(&mut self, frame: &Frame<'_>, sink: &mut impl FnMut(Decoded<'_>)) {
        match plain_segment(frame) {
            Some(segment) => sink(Decoded::Tcp(segment)),
            None => self.decode_any(frame, sink),
        }
    }

    /// Hands out what is left of datagrams that never became whole. To be called after the last frame.
    pub fn finish(&mut self, sink: &mut impl FnMut(Decoded<'_>)) {
        while let Some(datagram) = self.fragments.give_up_all() {
            self.walk_datagram(&datagram, sink);
        }
    }

    /// What was odd about the capture so far; complete after [`Self::finish`].
    #[must_use]
    pub fn anomalies(&self) -> Vec<Anomaly> {
        self.fragments.anomaly().into_iter().collect()
    }

    #[inline(never)]
    fn decode_any<S: FnMut(Decoded<'_>)>(&mut self, frame: &Frame<'_>, sink: &mut S) {
        self.walk(
            Layer::Link(frame.link),
            Wire::of(frame),
            Context::of(frame),
            sink,
        );
        while let Some(datagram) = self.fragments.give_up(frame.number) {
            self.walk_datagram(&datagram, sink);
        }
    }

    fn walk_datagram<S: FnMut(Decoded<'_>)>(&mut self, datagram: &Datagram, sink: &mut S) {
        self.walk(datagram.layer, datagram.wire(), datagram.context, sink);
    }

    /// Peels headers until something that is looked into, or a reason why nothing is.
    fn walk<S: FnMut(Decoded<'_>)>(
        &mut self,
        mut layer: Layer,
        mut wire: Wire<'_>,
        mut context: Context,
        sink: &mut S,
    ) {
        loop {
            if context.depth >= MAX_DEPTH {
                return sink(Decoded::Skip(Skip::TooDeep));
            }
            context.depth += 1;

            let peeled = match layer {
                Layer::Link(link) => capture_header::peel(link, wire),
                Layer::Ethernet => link::ethernet(wire),
                Layer::EtherType(number) => link::ether_type(number, wire),
                Layer::Llc => link::llc(wire),
                Layer::Ppp => link::ppp(wire),
                Layer::Mpls => link::mpls(wire),
                Layer::Dot11 { padded } => wireless::dot11(wire, padded),
                Layer::Ip => ip::peel(wire, &mut context),
                Layer::Protocol(protocol::TCP) => match tcp::segment(wire, &context.ip, &context) {
                    Ok(segment) => return sink(Decoded::Tcp(segment)),
                    Err(skip) => Err(skip),
                },
                Layer::Protocol(protocol::UDP) => match udp(wire, &mut context) {
                    Ok(Udp::Dns(datagram)) => return sink(Decoded::Dns(datagram)),
                    Ok(Udp::Tunnel(layer, wire)) => Ok((layer, wire)),
                    Err(skip) => Err(skip),
                },
                Layer::Protocol(number @ (protocol::ICMP | protocol::ICMPV6)) => {
                    match icmp::error(wire, number == protocol::ICMPV6, &context) {
                        Ok(error) => return sink(Decoded::Icmp(error)),
                        Err(skip) => Err(skip),
                    }
                }
                Layer::Protocol(number) => other_protocol(number, wire, &mut context),
                Layer::Fragment(fragment) => {
                    return match self.fragments.accept(fragment, wire, &context) {
                        Some(datagram) => self.walk_datagram(&datagram, sink),
                        None => sink(Decoded::Skip(Skip::Fragment)),
                    };
                }
                Layer::Amsdu => return self.walk_subframes(wire, context, sink),
                Layer::Sflow => {
                    let mut count = 0_u32;
                    let end = sflow::samples(wire, |layer, sample| {
                        count = count.saturating_add(1);
                        self.walk(layer, sample, context, sink);
                    });
                    match end {
                        Err(skip) => Err(skip),
                        Ok(()) if count == 0 => Err(Skip::Udp),
                        Ok(()) => return,
                    }
                }
            };
            match peeled {
                Ok((next, rest)) => (layer, wire) = (next, rest),
                Err(skip) => return sink(Decoded::Skip(skip)),
            }
        }
    }

    fn walk_subframes<S: FnMut(Decoded<'_>)>(
        &mut self,
        wire: Wire<'_>,
        context: Context,
        sink: &mut S,
    ) {
        let mut rest = Some(wire);
        while let Some(wire) = rest {
            let Some((body, next)) = wireless::subframe(wire) else {
                return sink(Decoded::Skip(wire.too_short()));
            };
            self.walk(Layer::Llc, body, context, sink);
            rest = next;
        }
    }
}

/// TCP over IPv4 or IPv6 over Ethernet with at most two VLAN tags: nearly every frame of nearly every capture. Whatever
/// is not exactly that goes the long way, which also finds the reason for a skip.
#[inline]
fn plain_segment<'a>(frame: &Frame<'a>) -> Option<Segment<'a>> {
    if frame.link != LinkType::ETHERNET {
        return None;
    }
    let wire = Wire::of(frame);
    let mut offset = 12;
    for _ in 0..3 {
        let announced = wire.u16(offset).ok()?;
        let ip = match announced {
            number::VLAN | number::PROVIDER_BRIDGE => {
                offset += 4;
                continue;
            }
            number::IPV4 => ip::v4(wire.skip(offset + 2).ok()?),
            number::IPV6 => ip::v6(wire.skip(offset + 2).ok()?),
            _ => return None,
        }
        .ok()?;
        if ip.next != Layer::Protocol(protocol::TCP) {
            return None;
        }
        return tcp::segment(ip.payload, &ip.header, &Context::of(frame)).ok();
    }
    None
}

/// What a UDP datagram is looked into for.
enum Udp<'a> {
    Dns(UdpDatagram<'a>),
    Tunnel(Layer, Wire<'a>),
}

/// Reads a UDP header (RFC 768). A length below that of the header is written by offloading, or for a jumbogram.
fn udp<'a>(wire: Wire<'a>, context: &mut Context) -> Result<Udp<'a>, Skip> {
    const HEADER_LEN: usize = 8;
    const DNS_PORT: u16 = 53;
    let [src_port, dst_port, len] = [wire.u16(0)?, wire.u16(2)?, wire.u16(4)?];
    let payload = match usize::from(len) {
        len if len < HEADER_LEN => wire.skip(HEADER_LEN)?,
        len => wire.limit(len).skip(HEADER_LEN)?,
    };
    if src_port != DNS_PORT && dst_port != DNS_PORT {
        let (layer, wire) = tunnel::udp([dst_port, src_port], payload, context)?;
        return Ok(Udp::Tunnel(layer, wire));
    }
    let (src, dst) = context.ip.ends(src_port, dst_port);
    Ok(Udp::Dns(UdpDatagram {
        frame: context.frame,
        time: context.time,
        src,
        dst,
        payload: payload.data,
        lost: payload.cut,
        tunnel: context.tunnel,
    }))
}

/// Extension headers and tunnels; the rest is of no interest.
fn other_protocol<'a>(number: u8, wire: Wire<'a>, context: &mut Context) -> Peeled<'a> {
    ip::peel_protocol(number, wire, context)
        .or_else(|| tunnel::peel_protocol(number, wire, context))
        .unwrap_or(Err(Skip::OtherProtocol))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        XorShift, ethernet, facts, facts_of_cut, five_bytes_via, ipv4, ipv4_fragment, ipv6, join,
        snap, tcp, udp,
    };
    use super::*;

    fn hello() -> Vec<u8> {
        ipv4(6, &tcp(b"hello"))
    }

    /// Frames that exercise every layer, and what their innermost segment travelled in.
    fn nested() -> Vec<(LinkType, &'static str, Vec<u8>)> {
        let ip = hello();
        let inner = ethernet(0x0800, &ip);
        let over_udp = |port, header: &[u8], inner: &[u8]| {
            (
                LinkType::ETHERNET,
                ethernet(
                    0x0800,
                    &ipv4(17, &udp(50_000, port, &join(&[header, inner]))),
                ),
            )
        };
        let over_gre = |header: &[u8], inner: &[u8]| {
            (
                LinkType::ETHERNET,
                ethernet(0x0800, &ipv4(47, &join(&[header, inner]))),
            )
        };
        let on_ethernet = |number, header: &[u8], inner: &[u8]| {
            (
                LinkType::ETHERNET,
                ethernet(number, &join(&[header, inner])),
            )
        };
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
        let attribute = [
            2,
            0,
            0,
            0,
            8,
            0,
            16,
            0,
            1,
            2,
            3,
            4,
            nflog_len[0],
            nflog_len[1],
            9,
            0,
        ];
        let cases = [
            ("none", on_ethernet(0x0800, &[], &ip)),
            ("none", on_ethernet(0x8100, &[0, 1, 8, 0], &ip)),
            (
                "none",
                on_ethernet(
                    0x88a8,
                    &[0, 1, 0x81, 0, 0, 2, 0x91, 0, 0, 3, 0x92, 0, 0, 4, 8, 0],
                    &ip,
                ),
            ),
            ("none", on_ethernet(0x88e7, &[0, 0, 0, 1], &inner)),
            ("none", on_ethernet(0x8926, &[0, 1, 0, 2, 8, 0], &ip)),
            ("none", on_ethernet(0x8909, &[1, 1, 0, 1, 0, 5, 8, 0], &ip)),
            ("none", on_ethernet(llc_len, &[], &snap(&ip))),
            (
                "none",
                on_ethernet(0x8847, &[0, 1, 0x00, 64, 0, 2, 0x01, 64], &ip),
            ),
            ("none", on_ethernet(0x8847, &[0, 2, 0x01, 64], &inner)),
            (
                "none",
                on_ethernet(0x8847, &[0, 2, 0x01, 64, 0, 0, 0, 9], &inner),
            ),
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
                bare(
                    276,
                    &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0],
                    &ip,
                ),
            ),
            ("none", bare(239, &attribute, &ip)),
            ("none", bare(105, &[], &wifi)),
            ("none", bare(105, &[], &with_quality)),
            ("none", bare(127, &[0, 0, 9, 0, 2, 0, 0, 0, 0], &wifi)),
            ("none", bare(192, &[0, 0, 8, 0, 105, 0, 0, 0], &wifi)),
            ("none", bare(107, &[0x18, 0x41, 3, 0xcc], &ip)),
            ("none", bare(107, &[0x18, 0x41, 8, 0], &ip)),
            (
                "none",
                bare(178, &[0x4d, 0x47, 0x43, 0x81, 0, 2, 9, 9], &inner),
            ),
            ("gre", over_gre(&[0, 0, 8, 0], &ip)),
            ("gre", over_gre(&[0x20, 0, 0x65, 0x58, 0, 0, 1, 0], &inner)),
            ("gre", over_gre(&[0, 0, 0x88, 0xbe], &inner)),
            (
                "gre",
                over_gre(
                    &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0],
                    &inner,
                ),
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
            (
                "l2tp",
                over_udp(1701, &[0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21], &ip),
            ),
            (
                "teredo",
                over_udp(3544, &[0, 0, 0, 0, 0, 0, 0, 0], &ipv6(4, &ip)),
            ),
            (
                "capwap",
                over_udp(5247, &[0, 0x10, 3, 0, 0, 0, 0, 0], &cisco_wifi),
            ),
            (
                "capwap",
                over_udp(5247, &[0, 0x10, 2, 0, 0, 0, 0, 0], &inner),
            ),
            ("ip-in-ip", on_ethernet(0x0800, &[], &ipv4(4, &ip))),
            (
                "ip-in-ip",
                on_ethernet(
                    0x86dd,
                    &[],
                    &ipv6(0, &join(&[&[4, 0, 0, 0, 0, 0, 0, 0], &ip])),
                ),
            ),
        ];
        cases
            .into_iter()
            .map(|(tunnel, (link, bytes))| (link, tunnel, bytes))
            .collect()
    }

    #[test]
    fn every_encapsulation_gives_the_segment_inside() {
        for (link, tunnel, bytes) in nested() {
            assert_eq!(
                facts(link, &[bytes.clone()]),
                five_bytes_via(tunnel),
                "{link} {bytes:02x?}"
            );
        }
    }

    #[test]
    fn frames_cut_anywhere_never_panic_and_never_invent_bytes() {
        for (link, _, bytes) in nested() {
            for len in 0..bytes.len() {
                let cut = facts_of_cut(link, &[bytes[..len].to_vec()], &[bytes.len()]);
                assert_eq!(cut.len(), 1, "{link} cut at {len}");
                if cut[0].starts_with("tcp") {
                    let captured = 5_usize.saturating_sub(bytes.len() - len);
                    let lost = 5 - captured;
                    assert!(
                        cut[0].contains(&format!("len {captured} lost {lost} ")),
                        "{link} at {len}: {cut:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn random_damage_never_panics() {
        let mut random = XorShift(0x2545_f491_4f6c_dd1d);
        let frames = nested();
        for _ in 0..200 {
            for (link, _, bytes) in &frames {
                let mut damaged = bytes.clone();
                for _ in 0..=random.below(4) {
                    let at = random.below(damaged.len());
                    damaged[at] = random.next().to_le_bytes()[0];
                }
                assert!(!facts(*link, &[damaged]).is_empty());
            }
        }
    }

    #[test]
    fn ethernet_padding_is_no_payload() {
        let bytes = ethernet(0x0800, &join(&[&ipv4(6, &tcp(b"")), &[0; 6]]));
        assert_eq!(
            facts(LinkType::ETHERNET, &[bytes]),
            ["tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 0 lost 0 via none"]
        );
    }

    #[test]
    fn a_total_length_of_zero_means_the_rest_of_the_frame() {
        let mut bytes = ethernet(0x0800, &hello());
        bytes[16..18].fill(0);
        assert_eq!(facts(LinkType::ETHERNET, &[bytes]), five_bytes_via("none"));
    }

    #[test]
    fn a_total_length_beyond_the_frame_loses_nothing() {
        let mut bytes = ethernet(0x0800, &hello());
        bytes[16..18].fill(0xff);
        assert_eq!(facts(LinkType::ETHERNET, &[bytes]), five_bytes_via("none"));
    }

    #[test]
    fn a_header_cut_in_its_options_still_tells_ports_and_sequence() {
        let mut segment = tcp(b"");
        segment[12] = 0x80;
        segment.extend([1; 12]);
        segment.extend(b"hello");
        let mut bytes = ethernet(0x0800, &ipv4(6, &segment));
        let wire_len = bytes.len();
        bytes.truncate(58);
        assert_eq!(
            facts_of_cut(LinkType::ETHERNET, &[bytes], &[wire_len]),
            ["tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 0 lost 5 via none"]
        );
    }

    #[test]
    fn fragments_in_any_order_give_one_segment() {
        let segment = tcp(&[b'x'; 76]);
        let piece = |from: usize, to: usize, more| {
            let offset = u16::try_from(from).unwrap();
            ethernet(0x0800, &ipv4_fragment(6, &segment[from..to], offset, more))
        };
        let pieces = [
            piece(0, 32, true),
            piece(32, 64, true),
            piece(64, 96, false),
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
            let frames = order.map(|index: usize| pieces[index].clone());
            assert_eq!(
                facts(LinkType::ETHERNET, &frames),
                [
                    "skip fragment",
                    "skip fragment",
                    "tcp 3 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 76 lost 0 via none"
                ]
            );
        }
        // The middle never comes: the first piece speaks for itself.
        let frames = [pieces[2].clone(), pieces[0].clone()];
        assert_eq!(
            facts(LinkType::ETHERNET, &frames)[2..],
            ["tcp 2 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 12 lost 64 via none"]
        );
    }

    #[test]
    fn pieces_without_a_beginning_are_reported() {
        let bytes = ethernet(0x0800, &ipv4_fragment(6, &[0; 8], 64, false));
        let frame = Frame {
            number: crate::frame::FrameNumber(5),
            link: LinkType::ETHERNET,
            data: &bytes,
            ..empty_frame()
        };
        let mut decoder = Decoder::new();
        decoder.decode(&frame, &mut |_| {});
        assert_eq!(decoder.anomalies(), []);
        decoder.finish(&mut |_| panic!("nothing to tell"));
        let anomalies = decoder.anomalies();
        assert_eq!(
            anomalies[0].detail,
            "fragments of 1 datagram never found their companions"
        );
        assert_eq!(anomalies[0].frame.0, 5);
    }

    fn empty_frame() -> Frame<'static> {
        Frame {
            number: crate::frame::FrameNumber(1),
            time: crate::frame::Timestamp(0),
            link: LinkType::ETHERNET,
            interface: 0,
            wire_len: 0,
            data: &[],
        }
    }

    #[test]
    fn a_flood_of_fragments_stays_bounded() {
        let mut decoder = Decoder::new();
        let mut skips = 0_u32;
        for number in 0..5000_u16 {
            let mut bytes = ethernet(0x0800, &ipv4_fragment(6, &[0; 1400], 64, true));
            bytes[18..20].copy_from_slice(&number.to_be_bytes());
            let frame = Frame {
                data: &bytes,
                ..empty_frame()
            };
            decoder.decode(&frame, &mut |_| skips += 1);
        }
        assert_eq!(skips, 5000);
        assert_eq!(
            decoder.anomalies()[0].detail,
            "fragments of 4744 datagrams never found their companions"
        );
    }

    #[test]
    fn an_aggregate_gives_each_of_its_packets() {
        let body = snap(&hello());
        let len = u16::try_from(body.len()).unwrap().to_be_bytes();
        let subframe = join(&[&[0; 12], &len, &body]);
        let padding = vec![0; subframe.len().next_multiple_of(4) - subframe.len()];
        let control = [0x88, 0x02];
        let quality = [0x80, 0];
        let wifi = join(&[&control, &[0; 22], &quality, &subframe, &padding, &subframe]);
        assert_eq!(
            facts(LinkType::IEEE802_11, &[wifi]),
            [five_bytes_via("none"), five_bytes_via("none")].concat()
        );
    }

    #[test]
    fn encrypted_and_managing_frames_are_told_apart() {
        let encrypted = join(&[&[0x08, 0x41], &[0; 22], &[0x55; 40]]);
        assert_eq!(
            facts(LinkType::IEEE802_11, &[encrypted]),
            ["skip encrypted"]
        );
        let beacon = join(&[&[0x80, 0x00], &[0; 40]]);
        assert_eq!(facts(LinkType::IEEE802_11, &[beacon]), ["skip not-ip"]);
        let capwap = |payload: &[u8]| ethernet(0x0800, &ipv4(17, &udp(5247, 40_000, payload)));
        assert_eq!(
            facts(LinkType::ETHERNET, &[capwap(&[1, 0, 0, 0, 23, 254, 253])]),
            ["skip capwap"]
        );
        assert_eq!(
            facts(
                LinkType::ETHERNET,
                &[capwap(&[0, 0x10, 2, 8, 0, 0, 0, 0, 1])]
            ),
            ["skip capwap"]
        );
    }

    #[test]
    fn capwap_fragments_are_joined() {
        let inner = ethernet(0x0800, &hello());
        let piece = |place: u16, last: u8, bytes: &[u8]| {
            let [high, low] = place.to_be_bytes();
            ethernet(
                0x0800,
                &ipv4(
                    17,
                    &udp(
                        5247,
                        40_000,
                        &join(&[&[0, 0x10, 2, 0x80 | last, 0, 9, high, low], bytes]),
                    ),
                ),
            )
        };
        let frames = [piece(24, 0x40, &inner[24..]), piece(0, 0, &inner[..24])];
        assert_eq!(
            facts(LinkType::ETHERNET, &frames),
            [
                "skip fragment",
                "tcp 2 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 5 lost 0 via capwap"
            ]
        );
    }

    #[test]
    fn an_sflow_sample_is_a_segment_whose_end_is_lost() {
        let sampled = ethernet(0x0800, &hello());
        let header = &sampled[..56];
        let words = |words: &[u32]| {
            words
                .iter()
                .flat_map(|word| word.to_be_bytes())
                .collect::<Vec<_>>()
        };
        let record_len = u32::try_from(16 + header.len()).unwrap();
        let frame_len = u32::try_from(sampled.len()).unwrap();
        let sflow = join(&[
            &words(&[5, 1, 0x0a00_0001, 0, 1, 1000, 1]),
            &words(&[1, 32 + 8 + record_len, 1, 1, 100, 100, 0, 1, 2, 1]),
            &words(&[1, record_len, 1, frame_len, 0, 56]),
            header,
        ]);
        let bytes = ethernet(0x0800, &ipv4(17, &udp(50_000, 6343, &sflow)));
        assert_eq!(
            facts(LinkType::ETHERNET, &[bytes]),
            ["tcp 1 192.0.2.1:40000 > 198.51.100.2:443 seq 7 len 2 lost 3 via sflow"]
        );
    }

    #[test]
    fn a_tunnel_port_alone_makes_no_tunnel() {
        for port in [1701, 2152, 3544, 4789, 6343] {
            let bytes = ethernet(0x0800, &ipv4(17, &udp(port, 50_000, &[0xff; 40])));
            assert_eq!(facts(LinkType::ETHERNET, &[bytes]), ["skip udp"], "{port}");
        }
        let dns = ethernet(0x0800, &ipv4(17, &udp(4789, 53, &[8; 40])));
        assert_eq!(
            facts(LinkType::ETHERNET, &[dns]),
            ["dns 1 192.0.2.1:4789 > 198.51.100.2:53 len 40"]
        );
    }

    #[test]
    fn tags_without_end_are_not_followed() {
        let mut bytes = ethernet(0x8100, &[]);
        bytes.extend([0, 1, 0x81, 0].repeat(300));
        assert_eq!(facts(LinkType::ETHERNET, &[bytes]), ["skip too-deep"]);
    }
}
