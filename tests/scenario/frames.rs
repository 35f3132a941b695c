//! Packet → bytes: Ethernet, VLAN, IPv4 or IPv6 and TCP headers with right checksums; pcap and pcapng files.

use super::{Flow, Packet, Side};

/// The Internet checksum (RFC 1071).
fn checksum(parts: &[&[u8]]) -> [u8; 2] {
    let bytes = parts.concat();
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

/// The address of a side: 192.0.2.10 and 198.51.100.20, or their likes under 2001:db8::/32.
fn address(side: Side, flow: &Flow) -> Vec<u8> {
    match (side, flow.ipv6) {
        (Side::Client, false) => vec![192, 0, 2, 10],
        (Side::Server, false) => vec![198, 51, 100, 20],
        (side, true) => {
            let mut address = vec![0; 16];
            address[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
            address[15] = if side == Side::Client { 0x10 } else { 0x20 };
            address
        }
    }
}

fn tcp_header(packet: &Packet) -> Vec<u8> {
    let flow = &packet.flow;
    let (client, server) = (flow.client_port.to_be_bytes(), flow.server_port.to_be_bytes());
    let (src, dst, own_isn, peer_isn) = match packet.side {
        Side::Client => (client, server, flow.client_isn, flow.server_isn),
        Side::Server => (server, client, flow.server_isn, flow.client_isn),
    };
    let ack = if packet.flags & super::ACK == 0 {
        0
    } else {
        peer_isn.wrapping_add(packet.ack)
    };
    // A SYN names the segment size; both sides agree on super::MSS.
    let options: Vec<u8> = match packet.sack {
        _ if packet.flags & super::SYN != 0 => vec![2, 4, 0x02, 0x18],
        Some((left, right)) => {
            let edges = [left, right].map(|edge| peer_isn.wrapping_add(edge).to_be_bytes());
            [&[1, 1, 5, 10][..], &edges.concat()].concat()
        }
        None => Vec::new(),
    };
    let mut header = [
        &src[..],
        &dst,
        &own_isn.wrapping_add(packet.seq).to_be_bytes(),
        &ack.to_be_bytes(),
        &[((20 + options.len()) as u8 / 4) << 4, packet.flags],
        &packet.window.to_be_bytes(),
        &[0, 0, 0, 0],
        &options,
    ]
    .concat();
    let length = ((header.len() + packet.payload.len()) as u32).to_be_bytes();
    let pseudo = [
        address(packet.side, flow),
        address(packet.side.peer(), flow),
        length.to_vec(),
        vec![0, 0, 0, 6],
    ];
    let mut sum = checksum(&[&pseudo.concat(), &header, &packet.payload]);
    if packet.bad_checksum {
        sum[0] ^= 0x55;
    }
    header[16..18].copy_from_slice(&sum);
    header
}

fn ip_header(packet: &Packet, payload_len: usize) -> Vec<u8> {
    let ends = [
        address(packet.side, &packet.flow),
        address(packet.side.peer(), &packet.flow),
    ]
    .concat();
    if packet.flow.ipv6 {
        let length = (payload_len as u16).to_be_bytes();
        return [&[0x60, 0, 0, 0], &length[..], &[6, packet.ttl], &ends].concat();
    }
    let length = ((payload_len + 20) as u16).to_be_bytes();
    let id = packet.ip_id.to_be_bytes();
    let mut header = [&[0x45, 0], &length[..], &id, &[0x40, 0, packet.ttl, 6, 0, 0], &ends].concat();
    let sum = checksum(&[&header]);
    header[10..12].copy_from_slice(&sum);
    header
}

/// The packet as an Ethernet frame, padded to 60 bytes as a network card does.
pub fn ethernet(packet: &Packet) -> Vec<u8> {
    let tcp = tcp_header(packet);
    let ip = ip_header(packet, tcp.len() + packet.payload.len());
    let mac = |side: Side| [2, 0, 0, 0, packet.hop, if side == Side::Client { 1 } else { 2 }];
    let mut frame = [mac(packet.side.peer()), mac(packet.side)].concat();
    if let Some(id) = packet.vlan {
        frame.extend([0x81, 0]);
        frame.extend(id.to_be_bytes());
    }
    frame.extend(if packet.flow.ipv6 { [0x86, 0xdd] } else { [8, 0] });
    frame.extend([ip, tcp, packet.payload.clone()].concat());
    if frame.len() < 60 {
        frame.resize(60, 0);
    }
    frame
}

/// The frames as captured: the bytes kept, and the length on the wire.
fn captured(packet: &Packet, snap: usize) -> (Vec<u8>, u32) {
    let mut bytes = ethernet(packet);
    let wire = bytes.len() as u32;
    bytes.truncate(snap);
    (bytes, wire)
}

/// A pcap file with nanoseconds, little-endian, Ethernet.
pub fn pcap(packets: &[Packet], snap: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let word = |out: &mut Vec<u8>, value: u32| out.extend(value.to_le_bytes());
    word(&mut out, 0xa1b2_3c4d);
    out.extend([2, 0, 4, 0]);
    for value in [0, 0, snap as u32, 1] {
        word(&mut out, value);
    }
    for packet in packets {
        let (bytes, wire) = captured(packet, snap);
        word(&mut out, packet.time.div_euclid(1_000_000_000) as u32);
        word(&mut out, packet.time.rem_euclid(1_000_000_000) as u32);
        word(&mut out, bytes.len() as u32);
        word(&mut out, wire);
        out.extend(bytes);
    }
    out
}

/// A pcapng file: one section, one Ethernet interface with nanoseconds, an Enhanced Packet Block per frame.
pub fn pcapng(packets: &[Packet], snap: usize) -> Vec<u8> {
    fn block(kind: u32, mut body: Vec<u8>) -> Vec<u8> {
        body.resize(body.len().next_multiple_of(4), 0);
        let length = (body.len() as u32 + 12).to_le_bytes();
        [&kind.to_le_bytes()[..], &length, &body, &length].concat()
    }
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    // Link type 1, the snap length, the option if_tsresol = 9, the end of options.
    let interface = [
        &[1, 0, 0, 0],
        &(snap as u32).to_le_bytes()[..],
        &[9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let mut out = [block(0x0a0d_0d0a, section), block(1, interface)].concat();
    for packet in packets {
        let (bytes, wire) = captured(packet, snap);
        let mut body = vec![0; 4];
        body.extend(((packet.time >> 32) as u32).to_le_bytes());
        body.extend((packet.time as u32).to_le_bytes());
        body.extend((bytes.len() as u32).to_le_bytes());
        body.extend(wire.to_le_bytes());
        body.extend(bytes);
        out.extend(block(6, body));
    }
    out
}
