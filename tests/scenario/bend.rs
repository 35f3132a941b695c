//! What may happen to a story: other numbers, other segments, damage. Each method consumes the scenario and returns it.

use super::messages::noise;
use super::*;

/// # Addresses and numbers
impl Scenario {
    fn each(mut self, change: impl Fn(&mut Packet)) -> Self {
        self.packets.iter_mut().for_each(change);
        self
    }

    /// Initial sequence numbers; near `u32::MAX` they wrap.
    pub fn isn(mut self, client: u32, server: u32) -> Self {
        (self.flow.client_isn, self.flow.server_isn) = (client, server);
        self.each(|p| (p.flow.client_isn, p.flow.server_isn) = (client, server))
    }

    /// Ports of client and server.
    pub fn ports(mut self, client: u16, server: u16) -> Self {
        (self.flow.client_port, self.flow.server_port) = (client, server);
        self.each(|p| (p.flow.client_port, p.flow.server_port) = (client, server))
    }

    /// Over IPv6.
    pub fn ipv6(mut self) -> Self {
        self.flow.ipv6 = true;
        self.each(|p| p.flow.ipv6 = true)
    }

    /// On a trunk.
    pub fn vlan(self, id: u16) -> Self {
        self.each(|p| p.vlan = Some(id))
    }

    /// The checksums of `side` are filled in by its network card, after the capture.
    pub fn offloaded(self, side: Side) -> Self {
        self.each(|p| p.bad_checksum |= p.side == side)
    }

    /// Another capture's packets after these.
    pub fn then(mut self, mut other: Self) -> Self {
        let shift = self.last_time() + 1_000_000_000 - other.packets.first().map_or(0, |p| p.time);
        other.packets.iter_mut().for_each(|p| p.time += shift);
        self.packets.append(&mut other.packets);
        self
    }

    /// Another capture's packets between these.
    pub fn beside(mut self, mut other: Self) -> Self {
        self.packets.append(&mut other.packets);
        self.in_time_order()
    }
}

/// # Segments
impl Scenario {
    /// Cuts every segment of `side` into pieces of at most `size` bytes.
    pub fn split(mut self, side: Side, size: usize) -> Self {
        self.packets = std::mem::take(&mut self.packets)
            .into_iter()
            .flat_map(|packet| {
                if packet.side == side {
                    pieces(packet, size)
                } else {
                    vec![packet]
                }
            })
            .collect();
        self
    }

    /// Joins segments of `side` that follow each other and acknowledge the same, as receive offloading does, up to what
    /// fits in an IP packet.
    pub fn merge(mut self, side: Side) -> Self {
        let mut merged: Vec<Packet> = Vec::new();
        for packet in std::mem::take(&mut self.packets) {
            if let Some(last) = merged.last_mut()
                && packet.side == side
                && last.side == side
                && !packet.payload.is_empty()
                && packet.ack == last.ack
                && last.flags & (SYN | FIN | RST) == 0
                && packet.flags & (SYN | RST) == 0
                && last.seq + last.payload.len() as u32 == packet.seq
                && last.payload.len() + packet.payload.len() < 60_000
            {
                last.payload.extend(packet.payload);
                (last.flags, last.time) = (last.flags | packet.flags, packet.time);
            } else {
                merged.push(packet);
            }
        }
        self.packets = merged;
        self
    }

    /// Numbers of the frames of `side` that carry data.
    pub fn data_frames(&self, side: Side) -> Vec<usize> {
        let carries = |p: &Packet| p.side == side && !p.payload.is_empty();
        (1..=self.packets.len())
            .filter(|&frame| carries(&self.packets[frame - 1]))
            .collect()
    }

    /// The first frame with this flag from `side`.
    pub fn frame_with(&self, side: Side, flag: u8) -> usize {
        1 + self
            .packets
            .iter()
            .position(|p| p.side == side && p.flags & flag != 0)
            .unwrap()
    }

    /// Lets the packet of a frame be anything.
    pub fn change(mut self, frame: usize, change: impl FnOnce(&mut Packet)) -> Self {
        change(&mut self.packets[frame - 1]);
        self
    }

    /// Puts a packet like that of `frame` behind it, changed.
    pub fn insert_after(mut self, frame: usize, change: impl FnOnce(&mut Packet)) -> Self {
        let mut packet = self.packets[frame - 1].clone();
        packet.time += 3_000;
        packet.ip_id = packet.ip_id.wrapping_add(20_000);
        change(&mut packet);
        self.packets.insert(frame, packet);
        self
    }
}

/// # What networks and captures do
impl Scenario {
    fn last_time(&self) -> i64 {
        self.packets.last().map_or(START, |p| p.time)
    }

    fn in_time_order(mut self) -> Self {
        self.packets.sort_by_key(|p| p.time);
        self
    }

    /// Gives the packets a new order; the clock goes on as before, as it does when the network reorders.
    fn reordered(mut self, order: &[usize]) -> Self {
        let times: Vec<i64> = self.packets.iter().map(|p| p.time).collect();
        self.packets = order
            .iter()
            .zip(times)
            .map(|(&i, time)| Packet {
                time,
                ..self.packets[i].clone()
            })
            .collect();
        self
    }

    /// Two frames arrive in each other's place.
    pub fn swap(self, a: usize, b: usize) -> Self {
        let mut order: Vec<usize> = (0..self.packets.len()).collect();
        order.swap(a - 1, b - 1);
        self.reordered(&order)
    }

    /// Every frame may arrive up to `window` places late.
    pub fn shuffle(self, seed: u64, window: usize) -> Self {
        let late = noise(seed, self.packets.len());
        let mut order: Vec<usize> = (0..self.packets.len()).collect();
        order.sort_by_key(|&i| i + usize::from(late[i]) % (window + 1));
        self.reordered(&order)
    }

    /// The capture has a frame twice.
    pub fn duplicate(mut self, frame: usize, kind: DuplicateKind) -> Self {
        let copy = copy(&self.packets[frame - 1], kind);
        self.packets.insert(frame, copy);
        self
    }

    /// The capture has every frame twice.
    pub fn duplicate_all(mut self, kind: DuplicateKind) -> Self {
        self.packets = self.packets.iter().flat_map(|p| [p.clone(), copy(p, kind)]).collect();
        self
    }

    /// The sender sends a frame's segment again, 200 ms later.
    pub fn retransmit(mut self, frame: usize) -> Self {
        let mut again = self.packets[frame - 1].clone();
        again.time += 200_000_000;
        again.ip_id = again.ip_id.wrapping_add(10_000);
        self.packets.push(again);
        self.in_time_order()
    }

    /// The sender sends a frame's segment again, right away and with the last `back` bytes of what it sent before.
    pub fn overlap(mut self, frame: usize, back: usize) -> Self {
        let packet = &self.packets[frame - 1];
        let before = self
            .packets
            .iter()
            .find(|p| p.side == packet.side && p.seq + p.payload.len() as u32 == packet.seq);
        let tail = before.map_or(&[][..], |p| &p.payload[p.payload.len().saturating_sub(back)..]);
        let payload = [tail, &packet.payload].concat();
        let (seq, ip_id) = (packet.seq - tail.len() as u32, packet.ip_id.wrapping_add(10_000));
        let again = Packet {
            payload,
            seq,
            ip_id,
            time: packet.time + 3_000,
            ..packet.clone()
        };
        self.packets.insert(frame, again);
        self
    }

    /// The capture misses a frame.
    pub fn drop_frame(mut self, frame: usize) -> Self {
        self.packets.remove(frame - 1);
        self
    }

    /// The capture misses a direction.
    pub fn drop_side(mut self, side: Side) -> Self {
        self.packets.retain(|p| p.side != side);
        self
    }

    /// The clock that stamps one direction is late, so that the file, in order of time, is not in order of events.
    pub fn delay(self, side: Side, ns: i64) -> Self {
        self.each(|p| p.time += if p.side == side { ns } else { 0 })
            .in_time_order()
    }

    /// Only the first `len` bytes of each frame are kept.
    pub fn snap(mut self, len: usize) -> Self {
        self.snap = len;
        self
    }

    /// The capture begins with this frame.
    pub fn start_at(mut self, frame: usize) -> Self {
        self.packets.drain(..frame - 1);
        self
    }

    /// The capture ends with this frame.
    pub fn cut_at(mut self, frame: usize) -> Self {
        self.packets.truncate(frame);
        self
    }
}

/// A packet's segment in pieces; the last keeps PSH and FIN, the first SYN.
fn pieces(packet: Packet, size: usize) -> Vec<Packet> {
    if packet.payload.len() <= size {
        return vec![packet];
    }
    let last = packet.payload.len().div_ceil(size) - 1;
    let piece = |(number, bytes): (usize, &[u8])| {
        let mut piece = packet.clone();
        piece.payload = bytes.to_vec();
        piece.seq += (number * size) as u32 + u32::from(number > 0 && packet.flags & SYN != 0);
        piece.time += BACK_TO_BACK * number as i64 / (last as i64 + 1);
        piece.ip_id = packet.ip_id.wrapping_add(number as u16);
        if number > 0 {
            piece.flags &= !SYN;
        }
        if number < last {
            piece.flags &= !(PSH | FIN);
        }
        piece
    };
    packet.payload.chunks(size).enumerate().map(piece).collect()
}

/// The second copy of a packet, a moment later.
fn copy(packet: &Packet, kind: DuplicateKind) -> Packet {
    let mut copy = packet.clone();
    copy.time += 3_000;
    match kind {
        DuplicateKind::Identical => {}
        DuplicateKind::TtlLess => (copy.ttl, copy.hop) = (copy.ttl - 1, 1),
        DuplicateKind::OtherMac => copy.hop = 1,
        DuplicateKind::Vlan => copy.vlan = Some(110),
    }
    copy
}
