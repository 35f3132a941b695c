//! Frame → Frame: other link types and tunnels around the same packet.

use super::capture::Capture;
use super::packet::{ETHERNET, Frame, Packet, checksum, put16};

/// Something to put a packet in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    Cooked,
    Cooked2,
    RawIp,
    Loopback,
    Snap,
    Mpls,
    Pppoe,
    Gre,
    GreEthernet,
    Erspan2,
    Erspan3,
    IpInIp,
    Vxlan,
    VxlanInVlan,
    Geneve,
    L2tp,
    Capwap,
    CapwapWifi,
    CapwapWifiSwapped,
}

pub fn wrap(capture: &Capture, how: Wrap) -> Capture {
    let wrapped = |(n, frame): (usize, &Frame)| one(capture, frame, n as u16, how);
    let mut wrapped = capture.with(capture.frames.iter().enumerate().filter_map(wrapped).collect());
    // Sixteen-bit lengths: what a tunnel cannot hold is not in it.
    wrapped.frames.retain(|frame| frame.bytes.len() < 65_000);
    wrapped
}

fn one(capture: &Capture, frame: &Frame, number: u16, how: Wrap) -> Option<Frame> {
    let packet = Packet::of(frame);
    let ip = packet.as_ref().map(Packet::datagram);
    let missing = packet.as_ref().map_or(0, |packet| packet.missing);
    let kind = packet.as_ref().map(|packet| packet.ether_type.to_be_bytes());
    let from_device = packet
        .as_ref()
        .is_some_and(|packet| capture.devices.contains(&packet.src()));
    let is_v6 = packet.as_ref().is_some_and(|packet| !packet.is_v4());
    let ethernet = if frame.link == ETHERNET {
        frame.bytes.clone()
    } else {
        [
            &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2],
            &kind?[..],
            ip.as_ref()?.as_slice(),
        ]
        .concat()
    };
    // A captured datagram of the network, in which something else travels.
    let outer = |protocol: u8, body: &[u8]| {
        let mut addresses = [[10, 255, 0, 1], [10, 255, 0, 2]];
        if !from_device {
            addresses.reverse();
        }
        let length = (20 + body.len() + missing as usize) as u16;
        let mut header = [
            &[0x45, 0][..],
            &length.to_be_bytes(),
            &number.to_be_bytes(),
            &[0, 0, 255, protocol, 0, 0],
            &addresses.concat(),
        ]
        .concat();
        let sum = checksum(&[&header]);
        put16(&mut header, 10, sum);
        let mac = [2, 5, 5, 5, 5, 1, 2, 5, 5, 5, 5, 2, 8, 0];
        [&mac[..], &header, body].concat()
    };
    let datagram = |port: u16, body: &[u8]| {
        let length = (8 + body.len() + missing as usize) as u16;
        let ports = [49_152_u16.to_be_bytes(), port.to_be_bytes()];
        outer(
            17,
            &[&ports.concat()[..], &length.to_be_bytes(), &[0, 0], body].concat(),
        )
    };
    // A frame's last four bytes from the network are nobody's here: wireless clients send 802.11 data frames to the
    // distribution system, with LLC.
    let wifi = |control: [u8; 2]| {
        let (to_ds, llc) = (
            [&[2; 6][..], &[4; 6], &[6; 6], &[0, 0]].concat(),
            [0xaa, 0xaa, 3, 0, 0, 0],
        );
        Some([&control[..], &[0, 0], &to_ds, &llc, &kind?, ip.as_ref()?].concat())
    };
    let capwap = |binding: u8, body: &[u8]| {
        let header = [0, 0x10, binding, 0, 0, 0, 0, 0];
        datagram(5247, &[&header[..], body].concat())
    };
    let (link, bytes) = match how {
        Wrap::Cooked => {
            let direction = if from_device { 4 } else { 0 };
            let head = [0, direction, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
            (113, [&head[..], &kind?, &ip?].concat())
        }
        Wrap::Cooked2 => {
            let direction = if from_device { 4 } else { 0 };
            let rest = [0, 0, 0, 0, 0, 2, 0, 1, direction, 6, 2, 0, 0, 0, 0, 1, 0, 0];
            (276, [&kind?[..], &rest, &ip?].concat())
        }
        Wrap::RawIp => (101, ip?),
        Wrap::Loopback => {
            let family: u32 = if is_v6 { 30 } else { 2 };
            (0, [&family.to_le_bytes()[..], &ip?].concat())
        }
        Wrap::Snap => {
            let body = [&[0xaa, 0xaa, 3, 0, 0, 0][..], &kind?, &ip?].concat();
            let length = body.len() + missing as usize;
            if length > 1500 {
                return Some(frame.clone());
            }
            let head = [&ethernet[..12], &(length as u16).to_be_bytes()].concat();
            (ETHERNET, [head, body].concat())
        }
        Wrap::Mpls => {
            let head = [&ethernet[..12], &[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64]].concat();
            (ETHERNET, [head, ip?].concat())
        }
        Wrap::Pppoe => {
            let length = (2 + ip.as_ref()?.len() + missing as usize) as u16;
            let protocol = if is_v6 { 0x57 } else { 0x21 };
            let head = [
                &ethernet[..12],
                &[0x88, 0x64, 0x11, 0, 0, 9],
                &length.to_be_bytes(),
                &[0, protocol],
            ]
            .concat();
            (ETHERNET, [head, ip?].concat())
        }
        Wrap::Gre => (ETHERNET, outer(47, &[&[0, 0][..], &kind?, &ip?].concat())),
        Wrap::GreEthernet => (
            ETHERNET,
            outer(47, &[&[0x20, 0, 0x65, 0x58, 0, 0, 1, 0][..], &ethernet].concat()),
        ),
        Wrap::Erspan2 => {
            let head = [
                &[0x10, 0, 0x88, 0xbe, 0, 0][..],
                &number.to_be_bytes(),
                &[0x10, 1, 0, 1, 0, 0, 0, 0],
            ]
            .concat();
            (ETHERNET, outer(47, &[&head[..], &ethernet].concat()))
        }
        Wrap::Erspan3 => {
            let head = [
                &[0x10, 0, 0x22, 0xeb, 0, 0][..],
                &number.to_be_bytes(),
                &[0x20, 1, 0, 1],
                &[0; 8],
            ]
            .concat();
            (ETHERNET, outer(47, &[&head[..], &ethernet].concat()))
        }
        Wrap::IpInIp => (ETHERNET, outer(if is_v6 { 41 } else { 4 }, &ip?)),
        Wrap::Vxlan => (
            ETHERNET,
            datagram(4789, &[&[8, 0, 0, 0, 0, 1, 0, 0][..], &ethernet].concat()),
        ),
        Wrap::VxlanInVlan => {
            let mut bytes = datagram(4789, &[&[8, 0, 0, 0, 0, 1, 0, 0][..], &ethernet].concat());
            bytes.splice(12..12, [0x81, 0, 0, 42]);
            (ETHERNET, bytes)
        }
        Wrap::Geneve => (
            ETHERNET,
            datagram(6081, &[&[0, 0, 0x65, 0x58, 0, 0, 1, 0][..], &ethernet].concat()),
        ),
        Wrap::L2tp => {
            let protocol = if is_v6 { 0x57 } else { 0x21 };
            let head = [0, 2, 0, 7, 0, 8, 0xff, 3, 0, protocol];
            (ETHERNET, datagram(1701, &[&head[..], &ip?].concat()))
        }
        Wrap::Capwap => (ETHERNET, capwap(0, &ethernet)),
        Wrap::CapwapWifi => (ETHERNET, capwap(3, &wifi([0x08, 0x01])?)),
        Wrap::CapwapWifiSwapped => (ETHERNET, capwap(3, &wifi([0x01, 0x08])?)),
    };
    let wrapped_whole = matches!(
        how,
        Wrap::Capwap
            | Wrap::GreEthernet
            | Wrap::Erspan2
            | Wrap::Erspan3
            | Wrap::Vxlan
            | Wrap::VxlanInVlan
            | Wrap::Geneve
    );
    let not_captured = if wrapped_whole && frame.link == ETHERNET {
        frame.wire_len - frame.bytes.len() as u32
    } else {
        missing
    };
    Some(Frame {
        link,
        wire_len: bytes.len() as u32 + not_captured,
        bytes,
        ..frame.clone()
    })
}
