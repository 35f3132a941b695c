//! Frame → Decoded: the short way for TCP over plain Ethernet, and the walk through everything else.
//!
//! The walk peels one header at a time and keeps what it needs to know in a [`Context`]. A frame can hold several
//! packets (a Wi-Fi aggregate, an sFlow datagram), so each is handed to a sink.

use super::fragment::{Datagram, Fragments};
use super::ip::{self, Ip, protocol};
use super::layer::{Context, Layer, Peeled, Wire};
use super::link::{self, ether_type};
use super::straight::{self, DNS_PORT, is_of_no_interest};
use super::{Datagram as UdpDatagram, Decoded, Skip, Tunnel, capture_header, eap, icmp, sflow, tcp, tunnel, wireless};
use crate::base::frame::{Anomaly, Frame, FrameAt, FrameNumber, LinkType, Timestamp};
use crate::decode::arp::Neighbours;
use crate::decode::capwap::{self, Controllers, capwap_controller};
use crate::decode::datagram::{DatagramPorts, Spoken};

/// Headers peeled off one packet. A GTP session behind two VLAN tags, MPLS and IPv6 extensions has some fifteen.
const MAX_DEPTH: u8 = 32;

/// Turns frames into segments. It remembers only the fragments that wait for companions, and who is a controller.
#[derive(Debug, Default)]
pub struct Decoder {
    fragments: Fragments,
    controllers: Controllers,
    neighbours: Neighbours,
    datagram_ports: DatagramPorts,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, which also hands on the packets of QUIC after a handshake; otherwise they are counted as skipped.
    #[must_use]
    pub const fn following_quic(mut self, follows: bool) -> Self {
        self.datagram_ports.follows_quic = follows;
        self
    }

    /// Hands everything in the frame to `sink`: at least one [`Decoded`] per frame. An incomplete datagram whose
    /// fragments never came may be handed on as well; its parts carry the frame number of its first fragment.
    #[inline(always)]
    pub fn decode(&mut self, frame: &Frame<'_>, sink: &mut impl FnMut(Decoded<'_>)) {
        // IP over plain Ethernet is nearly every frame of nearly every capture. The two versions are handled separately
        // after this, so that their addresses go straight to their destination.
        if frame.link == LinkType::ETHERNET {
            match straight::ethernet(Wire::of(frame)) {
                Some((ether_type::IPV4, wire)) => {
                    if let Ok(ip) = ip::v4(wire) {
                        return self.decode_ip(frame, ip, sink);
                    }
                }
                Some((ether_type::IPV6, wire)) => {
                    if let Ok(ip) = ip::v6(wire) {
                        return self.decode_ip(frame, ip, sink);
                    }
                }
                _ => {}
            }
        }
        self.walk_frame(Layer::Link(frame.link), Wire::of(frame), Context::of(frame), sink);
    }

    /// TCP, and UDP that is of no interest or CAPWAP, takes no walk.
    #[inline(always)]
    fn decode_ip(&mut self, frame: &Frame<'_>, ip: Ip<'_>, sink: &mut impl FnMut(Decoded<'_>)) {
        if ip.next == Layer::Protocol(protocol::TCP)
            && let Ok(segment) = tcp::segment(ip.payload, &ip.header, &Context::of(frame))
        {
            return sink(Decoded::Tcp(&segment));
        }
        // The byte gate: QUIC, voice and their likes go no further.
        if ip.next == Layer::Protocol(protocol::UDP) && is_of_no_interest(ip.payload, &self.datagram_ports) {
            return sink(Decoded::Skip(straight::skipped_udp(ip.payload)));
        }
        self.decode_rest(frame, ip, sink);
    }

    #[inline(never)]
    fn decode_rest<S: FnMut(Decoded<'_>)>(&mut self, frame: &Frame<'_>, ip: Ip<'_>, sink: &mut S) {
        if !self.decode_capwap(frame, &ip, sink) {
            let context = Context {
                ip: ip.header,
                ..Context::of(frame)
            };
            self.walk_frame(ip.next, ip.payload, context, sink);
        }
    }

    /// A wireless client's TCP, or UDP of no interest, in its usual encapsulation. False: use the general walk.
    #[inline(always)]
    fn decode_capwap<S: FnMut(Decoded<'_>)>(&mut self, frame: &Frame<'_>, outer: &Ip<'_>, sink: &mut S) -> bool {
        let Some((controller, client)) = straight::capwap(outer) else {
            return false;
        };
        let inner = match client.ip_version() {
            Some(4) => ip::v4(client),
            Some(6) => ip::v6(client),
            _ => return false,
        };
        let Ok(inner) = inner else { return false };
        let context = Context {
            tunnel: Tunnel::Capwap,
            ..Context::of(frame)
        };
        if inner.next == Layer::Protocol(protocol::UDP) && is_of_no_interest(inner.payload, &self.datagram_ports) {
            self.controllers.saw(controller, frame.frame_at());
            sink(Decoded::Skip(straight::skipped_udp(inner.payload)));
        } else if inner.next == Layer::Protocol(protocol::TCP)
            && let Ok(segment) = tcp::segment(inner.payload, &inner.header, &context)
        {
            self.controllers.saw(controller, frame.frame_at());
            sink(Decoded::Tcp(&segment));
        } else {
            return false;
        }
        self.give_up(frame.number, sink);
        true
    }

    /// The same by the walk alone, which the straight way is tested against.
    #[cfg(test)]
    pub(super) fn decode_by_walk<S: FnMut(Decoded<'_>)>(&mut self, frame: &Frame<'_>, sink: &mut S) {
        self.walk_frame(Layer::Link(frame.link), Wire::of(frame), Context::of(frame), sink);
    }

    /// Hands out what is left of datagrams whose first pieces came before this time.
    pub(crate) fn give_up_before(&mut self, time: Timestamp, sink: &mut impl FnMut(Decoded<'_>)) {
        while let Some(datagram) = self.fragments.give_up_before(time) {
            self.walk_datagram(&datagram, sink);
        }
    }

    /// Hands out what is left of datagrams that never became whole. To be called after the last frame.
    pub fn finish(&mut self, sink: &mut impl FnMut(Decoded<'_>)) {
        while let Some(datagram) = self.fragments.give_up_all() {
            self.walk_datagram(&datagram, sink);
        }
    }

    /// The anomalies of the capture so far; complete after [`Self::finish`].
    #[must_use]
    pub fn anomalies(&self) -> Vec<Anomaly> {
        self.fragments.anomaly().into_iter().collect()
    }

    /// Wireless controllers that access points speak CAPWAP with.
    #[must_use]
    pub const fn controllers(&self) -> &Controllers {
        &self.controllers
    }

    /// Which hardware addresses claimed which addresses.
    #[must_use]
    pub const fn neighbours(&self) -> &Neighbours {
        &self.neighbours
    }

    #[inline(never)]
    fn walk_frame<S: FnMut(Decoded<'_>)>(&mut self, layer: Layer, wire: Wire<'_>, context: Context, sink: &mut S) {
        self.walk(layer, wire, context, sink);
        self.give_up(context.frame, sink);
    }

    /// Hands out datagrams that have waited too long by frame `now`.
    fn give_up<S: FnMut(Decoded<'_>)>(&mut self, now: FrameNumber, sink: &mut S) {
        while let Some(datagram) = self.fragments.give_up(now) {
            self.walk_datagram(&datagram, sink);
        }
    }

    fn walk_datagram<S: FnMut(Decoded<'_>)>(&mut self, datagram: &Datagram, sink: &mut S) {
        self.walk(datagram.layer, datagram.wire(), datagram.context, sink);
    }

    /// Peels headers until something that is looked into, or a reason why nothing is.
    #[allow(clippy::too_many_lines, reason = "one pass from header to header, on the hot path")]
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
                Layer::Ethernet => match straight::plain_ip(wire) {
                    Some(ip) => {
                        context.ip = ip.header;
                        Ok((ip.next, ip.payload))
                    }
                    None => link::ethernet(wire),
                },
                Layer::EtherType(ether_type::ARP) => {
                    if context.tunnel == Tunnel::None {
                        self.neighbours.saw(wire, context.frame);
                    }
                    Err(Skip::NotIp)
                }
                Layer::EtherType(number) => link::announced(number, wire),
                Layer::Llc => link::llc(wire),
                Layer::Ppp => link::ppp(wire),
                Layer::Mpls => link::mpls(wire),
                Layer::Dot11 { padded } => wireless::dot11(wire, padded),
                Layer::Ip => ip::peel(wire, &mut context),
                Layer::Protocol(protocol::TCP) => match tcp::segment(wire, &context.ip, &context) {
                    Ok(segment) => return sink(Decoded::Tcp(&segment)),
                    Err(skip) => Err(skip),
                },
                Layer::Protocol(protocol::UDP) => {
                    if context.tunnel == Tunnel::None
                        && let (Ok(src), Ok(dst), Ok(first)) = (wire.u16(0), wire.u16(2), wire.u8(8))
                        && let Some(controller) = capwap_controller(context.ip.ends(src, dst), first)
                    {
                        self.controllers
                            .saw(controller, FrameAt::new(context.frame, context.time));
                    }
                    match udp(wire, &mut context, &mut self.datagram_ports) {
                        Ok(Udp::Dns(datagram)) => return sink(Decoded::Dns(datagram)),
                        Ok(Udp::Dtls(datagram)) => return sink(Decoded::Dtls(datagram)),
                        Ok(Udp::Quic(datagram)) => return sink(Decoded::Quic(datagram)),
                        Ok(Udp::Capwap(datagram)) => return sink(Decoded::Capwap(datagram)),
                        Ok(Udp::Tunnel(layer, wire)) => Ok((layer, wire)),
                        Err(skip) => Err(skip),
                    }
                }
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

    fn walk_subframes<S: FnMut(Decoded<'_>)>(&mut self, wire: Wire<'_>, context: Context, sink: &mut S) {
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

/// The protocol that a UDP datagram is read as.
enum Udp<'a> {
    Dns(UdpDatagram<'a>),
    Dtls(UdpDatagram<'a>),
    Quic(UdpDatagram<'a>),
    Capwap(UdpDatagram<'a>),
    Tunnel(Layer, Wire<'a>),
}

/// Reads a UDP header (RFC 768). A length below that of the header is written by offloading, or for a jumbogram.
fn udp<'a>(wire: Wire<'a>, context: &mut Context, datagram_ports: &mut DatagramPorts) -> Result<Udp<'a>, Skip> {
    const HEADER_LEN: usize = 8;
    let [src_port, dst_port, len] = [wire.u16(0)?, wire.u16(2)?, wire.u16(4)?];
    let payload = match usize::from(len) {
        len if len < HEADER_LEN => wire.skip(HEADER_LEN)?,
        len => wire.limit(len).skip(HEADER_LEN)?,
    };
    let ports = [dst_port, src_port];
    let (src, dst) = context.ip.ends(src_port, dst_port);
    let datagram = UdpDatagram {
        frame: context.frame,
        time: context.time,
        src,
        dst,
        payload: payload.data,
        lost: payload.cut,
        fragments_missing: context.fragments_missing,
        tunnel: context.tunnel,
    };
    if ports.contains(&DNS_PORT) {
        return Ok(Udp::Dns(datagram));
    }
    let is_capwap = ports.contains(&capwap::CONTROL_PORT);
    let is_of_data = ports.contains(&capwap::DATA_PORT) && capwap::is_of_channel(payload.data);
    if is_capwap && matches!(payload.data, [0 | 1, ..]) || is_of_data {
        return Ok(Udp::Capwap(datagram));
    }
    let skip = match tunnel::udp(ports, payload, context) {
        Ok((layer, wire)) => return Ok(Udp::Tunnel(layer, wire)),
        Err(skip) => skip,
    };
    match datagram_ports.begins(ports, payload.data) {
        Some(Spoken::Dtls) => Ok(Udp::Dtls(datagram)),
        Some(Spoken::Quic) => Ok(Udp::Quic(datagram)),
        None if is_capwap => Err(Skip::Capwap),
        None if ports.into_iter().any(eap::is_radius_port) && eap::is_tls_in_radius(payload.data) => Err(Skip::EapTls),
        None => Err(skip),
    }
}

/// Extension headers and tunnels; the rest is of no interest.
fn other_protocol<'a>(number: u8, wire: Wire<'a>, context: &mut Context) -> Peeled<'a> {
    ip::peel_protocol(number, wire, context)
        .or_else(|| tunnel::peel_protocol(number, wire, context))
        .unwrap_or(Err(Skip::OtherProtocol))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{XorShift, ethernet, facts, facts_of_cut, five_bytes_via, nested};
    use super::*;

    #[test]
    fn every_encapsulation_gives_the_segment_inside() {
        for (link, tunnel, bytes) in nested() {
            assert_eq!(
                facts(link, std::slice::from_ref(&bytes)),
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
    fn tags_without_end_are_not_followed() {
        let mut bytes = ethernet(0x8100, &[]);
        bytes.extend([0, 1, 0x81, 0].repeat(300));
        assert_eq!(facts(LinkType::ETHERNET, &[bytes]), ["skip too-deep"]);
    }
}
