//! Transport → Frame: Ethernet, VLAN tags, CAPWAP, IPv4 and IPv6, with right lengths and checksums.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::rng::Rng;

pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// The least that Ethernet carries, without its checksum.
const SMALLEST: usize = 60;

/// The carrier of a frame: link layer, tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Plain,
    Vlan(u16),
    /// Between an access point and the controller; the client's frame inside as the access point received it.
    Capwap {
        access_point: u16,
        wifi: bool,
    },
}

impl Way {
    pub const fn random(rng: &mut Rng) -> Self {
        match rng.below(100) {
            0..55 => Self::Plain,
            55..75 => Self::Vlan(1 + rng.below(4000) as u16),
            dice => Self::Capwap {
                access_point: rng.below(200) as u16,
                wifi: dice >= 85,
            },
        }
    }

    /// Of a client of an access point.
    pub const fn wireless(rng: &mut Rng) -> Self {
        Self::Capwap {
            access_point: rng.below(200) as u16,
            wifi: rng.once_in(3),
        }
    }

    /// The largest TCP payload that fits into one Ethernet frame, with time stamps and over IPv6.
    pub const fn mss(self) -> usize {
        match self {
            Self::Plain | Self::Vlan(_) => 1428,
            Self::Capwap { .. } => 1250,
        }
    }
}

/// The network layer of a packet.
#[derive(Clone, Copy, Debug)]
pub struct Ip {
    pub src: IpAddr,
    pub dst: IpAddr,
    pub protocol: u8,
    pub ttl: u8,
    pub id: u16,
    /// True if it comes from the side that opened the conversation.
    pub from_client: bool,
}

/// A client inside and a server outside; one in eight speaks IPv6.
pub fn ends(rng: &mut Rng) -> [IpAddr; 2] {
    let (host, server) = (rng.next(), rng.next());
    if rng.once_in(8) {
        let client = Ipv6Addr::from(0x2001_0db8_0100_u128 << 80 | u128::from(host & 0xffff));
        let server = Ipv6Addr::from(0x2001_0db8_ffff_u128 << 80 | u128::from(server & 0xffff_ffff));
        return [client.into(), server.into()];
    }
    [
        Ipv4Addr::from(0x0a40_0000 | (host as u32 & 0x3fff)).into(),
        // 198.18.0.0/15 is for benchmarks (RFC 2544).
        Ipv4Addr::from(0xc612_0000 | (server as u32 & 0x1_ffff)).into(),
    ]
}

/// Writes a frame with the parts of the transport layer one after the other; their checksum is filled in.
pub fn frame(out: &mut Vec<u8>, way: Way, ip: &Ip, transport: &[&[u8]]) {
    let ether_type: [u8; 2] = if ip.src.is_ipv4() { [8, 0] } else { [0x86, 0xdd] };
    let [client, server] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
    let macs = if ip.from_client {
        [server, client]
    } else {
        [client, server]
    };
    out.extend(macs.as_flattened());
    let mut outer = None;
    match way {
        Way::Plain => out.extend(ether_type),
        Way::Vlan(id) => {
            out.extend([0x81, 0]);
            out.extend(id.to_be_bytes());
            out.extend(ether_type);
        }
        Way::Capwap { access_point, wifi } => {
            out.extend([8, 0]);
            outer = Some(out.len());
            capwap(out, access_point, wifi, ip.from_client);
            if wifi {
                out.extend([0xaa, 0xaa, 3, 0, 0, 0]);
            } else {
                out.extend(macs.as_flattened());
            }
            out.extend(ether_type);
        }
    }
    let inner = out.len();
    ip_header(out, ip, transport.iter().map(|part| part.len()).sum());
    for part in transport {
        out.extend_from_slice(part);
    }
    seal(&mut out[inner..]);
    if let Some(outer) = outer {
        let len = (out.len() - outer) as u16;
        out[outer + 2..outer + 4].copy_from_slice(&len.to_be_bytes());
        out[outer + 24..outer + 26].copy_from_slice(&(len - 20).to_be_bytes());
        // CAPWAP data sends the UDP checksum as zero (RFC 5415 section 3.1), so only the IP header has one.
        let sum = fold(sum(&out[outer..outer + 20]));
        out[outer + 10..outer + 12].copy_from_slice(&sum);
    }
    if out.len() < SMALLEST {
        out.resize(SMALLEST, 0);
    }
}

fn capwap(out: &mut Vec<u8>, access_point: u16, wifi: bool, up: bool) {
    let ap = [10, 20, (access_point >> 8) as u8, access_point as u8];
    let (controller, ports) = ([10, 10, 10, 10], [[0x14, 0x7f], (5264 + access_point).to_be_bytes()]);
    out.extend([0x45, 0, 0, 0, 0, 0, 0, 0, 64, UDP, 0, 0]);
    out.extend(if up { [ap, controller] } else { [controller, ap] }.as_flattened());
    out.extend(if up { [ports[1], ports[0]] } else { ports }.as_flattened());
    out.extend([0; 4]);
    // Header of two words, radio 1, 802.11; the T bit says that the frame is in its native format.
    out.extend([0, 2 << 3, 0x42 | u8::from(wifi), 0, 0, 0, 0, 0]);
    if wifi {
        // A QoS data frame to or from the network. Every other access point swaps the bytes of frame control.
        let control = [0x88, if up { 1 } else { 2 }];
        let control = if access_point.is_multiple_of(2) {
            control
        } else {
            [control[1], control[0]]
        };
        out.extend(control);
        out.extend([0; 24]);
    }
}

fn ip_header(out: &mut Vec<u8>, ip: &Ip, payload_len: usize) {
    match (ip.src, ip.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            out.extend([0x45, 0]);
            out.extend((payload_len as u16 + 20).to_be_bytes());
            out.extend(ip.id.to_be_bytes());
            out.extend([0x40, 0, ip.ttl, ip.protocol, 0, 0]);
            out.extend(src.octets());
            out.extend(dst.octets());
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            out.extend([0x60, 0, 0, 0]);
            out.extend((payload_len as u16).to_be_bytes());
            out.extend([ip.protocol, ip.ttl]);
            out.extend(src.octets());
            out.extend(dst.octets());
        }
        _ => panic!("a packet has addresses of one family"),
    }
}

/// Fills in all checksums of a packet that begins with its IP header.
pub fn seal(packet: &mut [u8]) {
    let (header_len, len, protocol, addresses) = if packet[0] >> 4 == 4 {
        let header_len = usize::from(packet[0] & 15) * 4;
        packet[10..12].fill(0);
        let header_sum = fold(sum(&packet[..header_len]));
        packet[10..12].copy_from_slice(&header_sum);
        if u16::from_be_bytes([packet[6], packet[7]]) & 0x3fff != 0 {
            return; // a fragment
        }
        let len = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
        (header_len, len, packet[9], sum(&packet[12..20]))
    } else {
        let len = usize::from(u16::from_be_bytes([packet[4], packet[5]])) + 40;
        (40, len, packet[6], sum(&packet[8..40]))
    };
    let Some(transport) = packet.get_mut(header_len..len) else {
        return; // cut by the snap length: nobody can check it
    };
    let at = match protocol {
        TCP => 16,
        UDP => 6,
        ICMP | ICMPV6 => 2,
        _ => return,
    };
    transport[at..at + 2].fill(0);
    let pseudo = if protocol == ICMP {
        0
    } else {
        addresses + transport.len() as u64 + u64::from(protocol)
    };
    let mut checksum = fold(sum(transport) + pseudo);
    if protocol == UDP && checksum == [0, 0] {
        checksum = [0xff, 0xff]; // zero would say that there is none (RFC 768)
    }
    transport[at..at + 2].copy_from_slice(&checksum);
}

/// The Internet checksum (RFC 1071) before folding: words of four bytes add up to the same as words of two.
fn sum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks_exact(4);
    let mut rest = [0; 4];
    rest[..words.remainder().len()].copy_from_slice(words.remainder());
    let sum: u64 = words
        .map(|word| u64::from(u32::from_be_bytes([word[0], word[1], word[2], word[3]])))
        .sum();
    sum + u64::from(u32::from_be_bytes(rest))
}

const fn fold(mut sum: u64) -> [u8; 2] {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}
