//! Capture → Capture: what happens to packets, clocks and files between the wire and the analyst.
//!
//! Each function is general and takes its parameters; nothing here knows TLS or a sample.

use std::collections::HashMap;
use std::net::IpAddr;

use super::capture::Capture;
use super::packet::{ACK, ETHERNET, Ends, FIN, Frame, PSH, Packet, RST, SYN, be16, be32, edit, edit_tcp, put16, put32};

/// A stream of numbers from a seed (SplitMix64).
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// How the second copy of a packet differs from the first.
#[derive(Clone, Copy, Debug)]
pub enum Copy {
    Identical,
    TtlLess,
    OtherMac,
    Tagged,
}

/// A VLAN tag behind the addresses.
fn tag(frame: &Frame, kind: u16, id: u16) -> Frame {
    let mut tagged = frame.clone();
    if frame.link == ETHERNET && frame.bytes.len() >= 12 {
        let tag = [kind.to_be_bytes(), id.to_be_bytes()].concat();
        tagged.bytes.splice(12..12, tag);
        tagged.wire_len += 4;
    }
    tagged
}

fn copy_of(frame: &Frame, kind: Copy) -> Frame {
    match kind {
        Copy::Identical => frame.clone(),
        Copy::TtlLess => match Packet::of(frame) {
            Some(mut packet) => {
                // Only the IP header changes, and its checksum with it.
                let body = packet.body.clone();
                let at = if packet.is_v4() { 8 } else { 7 };
                packet.ip[at] = packet.ip[at].saturating_sub(1);
                packet.seal();
                packet.body = body;
                packet.frame(frame)
            }
            None => frame.clone(),
        },
        Copy::OtherMac => {
            let mut copy = frame.clone();
            if frame.link == ETHERNET && frame.bytes.len() >= 12 {
                copy.bytes[..12].copy_from_slice(&[2, 9, 9, 9, 9, 1, 2, 9, 9, 9, 9, 2]);
            }
            copy
        }
        Copy::Tagged => tag(frame, 0x8100, 110),
    }
}

/// Every frame twice, the copy `late` nanoseconds and `distance` frames behind.
pub fn duplicate(capture: &Capture, kind: Copy, late: i64, distance: usize) -> Capture {
    let mut frames: Vec<(usize, Frame)> = Vec::new();
    for (n, frame) in capture.frames.iter().enumerate() {
        let mut copy = copy_of(frame, kind);
        copy.time += late;
        frames.push((2 * n, frame.clone()));
        frames.push((2 * (n + distance) + 1, copy));
    }
    frames.sort_by_key(|(place, _)| *place);
    capture.with(frames.into_iter().map(|(_, frame)| frame).collect())
}

/// A second interface's copies of all frames, in a block behind the first's.
pub fn second_interface(capture: &Capture, kind: Copy) -> Capture {
    let copies = capture.frames.iter().map(|frame| Frame {
        interface: frame.interface + 10,
        time: frame.time + 2_000,
        ..copy_of(frame, kind)
    });
    capture.with(capture.frames.iter().cloned().chain(copies).collect())
}

/// Frames come up to `window` places late, as far as they can have overtaken one another. The clock goes on as before when the network did it; the times travel with
/// the frames when the capture did.
pub fn shuffle(capture: &Capture, window: usize, seed: u64, keep_times: bool) -> Capture {
    let mut noise = Noise(seed);
    let mut order: Vec<(usize, usize)> = (0..capture.frames.len())
        .map(|n| {
            let late = noise.below(window + 1);
            let is_near = |m: &usize| is_one_moment(capture, n, *m);
            (n + (1..=late).take_while(|step| is_near(&(n + step))).count(), n)
        })
        .collect();
    order.sort_by_key(|&(place, _)| place);
    let times: Vec<i64> = capture.frames.iter().map(|frame| frame.time).collect();
    let frames = order.iter().zip(times).map(|(&(_, n), time)| {
        let mut frame = capture.frames[n].clone();
        if !keep_times {
            frame.time = time;
        }
        frame
    });
    capture.with(frames.collect())
}

/// True if two frames can have overtaken one another: nothing holds a frame back for longer than some seconds.
fn is_one_moment(capture: &Capture, a: usize, b: usize) -> bool {
    const MOMENT: i64 = 10_000_000_000;
    let time = |n: usize| capture.frames.get(n).map(|frame| frame.time);
    match (time(a), time(b)) {
        (Some(one), Some(other)) => (one - other).abs() <= MOMENT,
        _ => true,
    }
}

/// Two frames in each other's place; the clock goes on as before.
pub fn swap(capture: &Capture, a: usize, b: usize) -> Capture {
    let mut frames = capture.frames.clone();
    if !is_one_moment(capture, a, b) {
        return capture.with(frames);
    }
    frames.swap(a, b);
    let time = frames[a].time;
    frames[a].time = frames[b].time;
    frames[b].time = time;
    capture.with(frames)
}

/// True if a device sent the frame. Frames that are not IP belong to nobody.
pub fn from_device(capture: &Capture, frame: &Frame) -> Option<bool> {
    Packet::of(frame).map(|packet| capture.devices.contains(&packet.src()))
}

/// The clock that stamps one direction is late, and the file is in the order of that clock.
pub fn delay(capture: &Capture, device: bool, ns: i64) -> Capture {
    let mut frames = capture.frames.clone();
    for frame in &mut frames {
        if from_device(capture, frame) == Some(device) {
            frame.time += ns;
        }
    }
    frames.sort_by_key(|frame| frame.time);
    capture.with(frames)
}

/// One direction, then the other.
pub fn blocks(capture: &Capture, device_first: bool) -> Capture {
    let (first, second) = capture
        .frames
        .iter()
        .cloned()
        .partition::<Vec<_>, _>(|frame| from_device(capture, frame) == Some(device_first));
    capture.with([first, second].concat())
}

pub fn drop_frame(capture: &Capture, at: usize) -> Capture {
    let mut frames = capture.frames.clone();
    if at < frames.len() {
        frames.remove(at);
    }
    capture.with(frames)
}

pub fn drop_direction(capture: &Capture, device: bool) -> Capture {
    let keep = |frame: &&Frame| from_device(capture, frame) != Some(device);
    capture.with(capture.frames.iter().filter(keep).cloned().collect())
}

/// Frames that carry data of one direction.
pub fn data_frames(capture: &Capture, device: bool) -> Vec<usize> {
    let carries = |frame: &Frame| {
        Packet::of(frame).is_some_and(|packet| {
            packet.is_tcp() && !packet.payload().is_empty() && capture.devices.contains(&packet.src()) == device
        })
    };
    (0..capture.frames.len())
        .filter(|&n| carries(&capture.frames[n]))
        .collect()
}

/// Without any SYN.
pub fn no_syn(capture: &Capture) -> Capture {
    let is_syn = |frame: &&Frame| Packet::of(frame).is_some_and(|packet| packet.is_tcp() && packet.flags() & SYN != 0);
    capture.with(capture.frames.iter().filter(|frame| !is_syn(frame)).cloned().collect())
}

/// Only the first `len` bytes of each frame were kept.
pub fn snap(capture: &Capture, len: usize) -> Capture {
    let mut cut = capture.clone();
    cut.snap = len as u32;
    cut.frames.iter_mut().for_each(|frame| frame.bytes.truncate(len));
    cut
}

/// The time of each frame, from its place and what it was.
pub fn clock(capture: &Capture, change: impl Fn(usize, i64) -> i64) -> Capture {
    let mut changed = capture.clone();
    for (n, frame) in changed.frames.iter_mut().enumerate() {
        frame.time = change(n, frame.time);
    }
    changed
}

/// VLAN tags, outermost last.
pub fn tags(capture: &Capture, tags: &[(u16, u16)]) -> Capture {
    let tagged = |frame: &Frame| {
        tags.iter()
            .fold(frame.clone(), |frame, &(kind, id)| tag(&frame, kind, id))
    };
    capture.with(capture.frames.iter().map(tagged).collect())
}

/// Each segment of the chosen directions in pieces of at most `size` bytes.
pub fn split(capture: &Capture, size: usize, directions: [bool; 2]) -> Capture {
    let mut frames = Vec::new();
    for frame in &capture.frames {
        let packet = Packet::of(frame).filter(|packet| {
            let is_whole = packet.missing == 0;
            packet.is_tcp()
                && is_whole
                && packet.payload().len() > size
                && packet.flags() & SYN == 0
                && directions[usize::from(capture.devices.contains(&packet.src()))]
        });
        let Some(packet) = packet else {
            frames.push(frame.clone());
            continue;
        };
        let last = packet.payload().len().div_ceil(size) - 1;
        for (n, bytes) in packet.payload().chunks(size).enumerate() {
            let mut piece = packet.clone();
            piece.set_payload(bytes);
            let seq = packet.seq().wrapping_add((n * size) as u32);
            put32(&mut piece.body, 4, seq);
            if n < last {
                piece.body[13] &= !(PSH | FIN);
            }
            if let Some(id) = packet.ip_id() {
                piece.set_ip_id(id.wrapping_add((n * 251) as u16));
            }
            piece.seal();
            let mut frame = piece.frame(frame);
            frame.time += n as i64;
            frames.push(frame);
        }
    }
    capture.with(frames)
}

/// Segments of one direction that follow each other become one, as receive offloading makes them.
pub fn merge(capture: &Capture) -> Capture {
    let mut frames: Vec<Frame> = Vec::new();
    for frame in &capture.frames {
        let joined = frames.last().and_then(|last| {
            let (mut first, second) = (Packet::of(last)?, Packet::of(frame)?);
            let fits = first.is_tcp()
                && second.is_tcp()
                && first.ends() == second.ends()
                && first.missing + second.missing == 0
                && !first.payload().is_empty()
                && !second.payload().is_empty()
                && (first.flags() | second.flags()) & (SYN | RST) == 0
                && first.flags() & FIN == 0
                && first.seq().wrapping_add(first.payload().len() as u32) == second.seq()
                && first.payload().len() + second.payload().len() < 60_000;
            if !fits {
                return None;
            }
            let payload = [first.payload(), second.payload()].concat();
            first.set_payload(&payload);
            first.body[13] |= second.flags();
            let ack = second.ack();
            put32(&mut first.body, 8, ack);
            first.seal();
            Some(first.frame(frame))
        });
        match joined {
            Some(joined) => *frames.last_mut().unwrap() = joined,
            None => frames.push(frame.clone()),
        }
    }
    capture.with(frames)
}

fn reversed((src, sport, dst, dport): Ends) -> Ends {
    (dst, dport, src, sport)
}

/// Every direction's sequence numbers begin `before` bytes before the wrap, acknowledgements and SACK with them.
pub fn renumber(capture: &Capture, before: u32) -> Capture {
    let mut shift: HashMap<Ends, u32> = HashMap::new();
    for packet in capture.frames.iter().filter_map(Packet::of).filter(Packet::is_tcp) {
        // The number of a reset that answers a SYN is zero and no place in the stream.
        if packet.flags() & RST == 0 || packet.seq() != 0 {
            shift
                .entry(packet.ends())
                .or_insert_with(|| before.wrapping_neg().wrapping_sub(packet.seq()));
        }
        if packet.flags() & ACK != 0 && packet.ack() != 0 {
            shift
                .entry(reversed(packet.ends()))
                .or_insert_with(|| before.wrapping_neg().wrapping_sub(packet.ack()));
        }
    }
    let of = |ends: Ends| shift.get(&ends).copied().unwrap_or_default();
    let renumbered = |frame: &Frame| {
        let quoted = edit_quote(frame, |packet| {
            let seq = be32(&packet.body, 4).wrapping_add(of(packet.ends()));
            put32(&mut packet.body, 4, seq);
        });
        edit_tcp(&quoted, |packet| {
            let (own, peer) = (of(packet.ends()), of(reversed(packet.ends())));
            if packet.flags() & RST == 0 || packet.seq() != 0 {
                let seq = packet.seq().wrapping_add(own);
                put32(&mut packet.body, 4, seq);
            }
            if packet.flags() & ACK != 0 {
                let ack = packet.ack().wrapping_add(peer);
                put32(&mut packet.body, 8, ack);
            }
            let options = packet.tcp_options();
            let mut at = 0;
            while at + 1 < options.len() {
                match (options[at], usize::from(options[at + 1])) {
                    (0, _) => break,
                    (1, _) => at += 1,
                    (5, len) if len >= 2 && at + len <= options.len() => {
                        for edge in (at + 2..at + len).step_by(4) {
                            let value = be32(options, edge).wrapping_add(peer);
                            put32(options, edge, value);
                        }
                        at += len;
                    }
                    (_, len) => at += len.max(2),
                }
            }
        })
    };
    capture.with(capture.frames.iter().map(renumbered).collect())
}

/// Changes the TCP packet that an ICMP error quotes, of which at least the ports and the sequence number are there.
pub fn edit_quote(frame: &Frame, change: impl FnOnce(&mut Packet)) -> Frame {
    let is_error = |packet: &Packet| {
        let kind = packet.body.first().copied().unwrap_or_default();
        match packet.protocol() {
            1 => matches!(kind, 3 | 4 | 5 | 11 | 12),
            58 => kind < 128,
            _ => false,
        }
    };
    let Some(packet) = Packet::of(frame)
        .filter(is_error)
        .filter(|packet| packet.body.len() > 8)
    else {
        return frame.clone();
    };
    let quoted = Packet::of(&Frame {
        link: 101,
        bytes: packet.body[8..].to_vec(),
        ..frame.clone()
    });
    match quoted {
        Some(mut quoted) if quoted.body.len() >= 8 => {
            change(&mut quoted);
            edit(frame, |packet| {
                packet.body.truncate(8);
                packet.body.extend([quoted.ip, quoted.body, quoted.padding].concat());
            })
        }
        _ => frame.clone(),
    }
}

/// Other ports of the devices, and other IPv4 addresses: each given one for its old one.
pub fn rename(capture: &Capture, ports: bool, addresses: &[(IpAddr, IpAddr)]) -> Capture {
    let change = |packet: &mut Packet| {
        if ports && matches!(packet.protocol(), 6 | 17) && packet.body.len() >= 4 {
            let (src, dst) = (packet.src(), packet.dst());
            for (host, at) in [(src, 0), (dst, 2)] {
                let port = be16(&packet.body, at);
                // Ephemeral ports only, and they stay such.
                if capture.devices.contains(&host) && port >= 16_384 && port & 0x3fff > 1024 {
                    put16(&mut packet.body, at, port ^ 0x0155);
                }
            }
        }
        if packet.is_v4() {
            for at in [12, 16] {
                let old = IpAddr::from([packet.ip[at], packet.ip[at + 1], packet.ip[at + 2], packet.ip[at + 3]]);
                if let Some((_, IpAddr::V4(new))) = addresses.iter().find(|(from, _)| *from == old) {
                    packet.ip[at..at + 4].copy_from_slice(&new.octets());
                }
            }
        }
    };
    let renamed = |frame: &Frame| edit(&edit_quote(frame, change), change);
    let mut renamed = capture.with(capture.frames.iter().map(renamed).collect());
    for device in &mut renamed.devices {
        if let Some((_, new)) = addresses.iter().find(|(from, _)| from == device) {
            *device = *new;
        }
    }
    renamed
}

/// What network cards fill in after the capture.
#[derive(Clone, Copy, Debug)]
pub enum Offload {
    /// The TCP checksum of what the device sends (`true`), or of all, is zero.
    Checksum(bool),
    /// The IP identification is zero.
    IpId,
    /// The IPv4 length of segments too large for the link is zero.
    Length,
}

pub fn offload(capture: &Capture, what: Offload) -> Capture {
    let offloaded = |frame: &Frame| {
        let Some(mut packet) = Packet::of(frame).filter(Packet::is_tcp) else {
            return frame.clone();
        };
        match what {
            Offload::Checksum(device_only) => {
                if !device_only || capture.devices.contains(&packet.src()) {
                    put16(&mut packet.body, 16, 0);
                }
            }
            Offload::IpId => {
                packet.set_ip_id(0);
                packet.seal();
            }
            // Without its length a short frame's padding would be data: cards leave only long segments without.
            Offload::Length if packet.is_v4() && frame.wire_len > 60 && packet.padding.is_empty() => {
                put16(&mut packet.ip, 2, 0);
            }
            Offload::Length => {}
        }
        packet.frame(frame)
    };
    capture.with(capture.frames.iter().map(offloaded).collect())
}

/// Bytes behind the last record.
pub fn garbage(capture: &Capture, len: usize, seed: Option<u64>) -> Capture {
    let mut noise = Noise(seed.unwrap_or_default());
    let tail = (0..len).map(|_| if seed.is_some() { noise.next() as u8 } else { 0 });
    let mut damaged = capture.clone();
    damaged.tail = tail.collect();
    damaged
}
