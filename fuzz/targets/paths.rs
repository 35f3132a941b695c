//! Two ways to the same report: the short one and the one that looks at everything, a file and a capture that grows.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::options;
use super::scenario::START;
use super::wire::{Segment, Sender, header, record};
use tlswalk::base::frame::LinkType;
use tlswalk::base::phrase::Language;
use tlswalk::capture::read_frames;
use tlswalk::report::{Report, json};

/// A report without what says in which file its frames stood, as it is written.
fn told(mut report: Report) -> String {
    report.part = None;
    // Checksums that are made up are right now and then.
    report.capture.anomalies.retain(|it| it.id != "wrong-checksums");
    report.capture.link_types.clear();
    (report.capture.bytes, report.capture.sha256) = (0, None);
    let mut line = Vec::new();
    json::write_line(&report, &mut line).unwrap();
    String::from_utf8(line).unwrap()
}

fn whole(bytes: &[u8]) -> String {
    told(tlswalk::analyze(bytes, "fuzz", options(Language::En)).unwrap())
}

#[track_caller]
fn assert_same(one: &str, other: &str) {
    let differs = one.bytes().zip(other.bytes()).position(|(one, other)| one != other);
    let at = differs.unwrap_or(one.len().min(other.len()));
    let beside = |text: &str| {
        let range = at.saturating_sub(200)..text.len().min(at + 200);
        String::from_utf8_lossy(&text.as_bytes()[range]).into_owned()
    };
    assert!(one == other, "\n{}\n{}", beside(one), beside(other));
}

/// Bytes as a file of Ethernet: the straight way through its headers says what the walk says, which those of netANALYZER, four
/// bytes longer, take.
pub fn straight(data: &[u8]) {
    let (mut plain, mut longer) = (header(1), header(240));
    let read = read_frames(data, |frame| {
        if frame.link == LinkType::ETHERNET {
            record(&mut plain, frame.time.0, frame.data);
            record(&mut longer, frame.time.0, &[&[0; 4], frame.data].concat());
        }
        ControlFlow::Continue(())
    });
    if read.is_ok() {
        assert_same(&whole(&plain), &whole(&longer));
    }
}

const SYN: u8 = 2;
const ACK: u8 = 0x10;

/// Bytes as a connection of long runs: segments that only carry on are passed over, and the report is as if each had been
/// looked at. Those of the second capture are: they acknowledge selectively what they acknowledge anyway.
pub fn passing(data: &[u8]) {
    let Some((&[port, says, ref isn @ ..], steps)) = data.split_first_chunk::<6>() else {
        return;
    };
    let isn = u32::from_be_bytes(*isn);
    let port = [443, 80, 22, 8443][usize::from(port & 3)];
    let segments = connection([isn, isn.rotate_left(16)], says, steps);
    let [mut plain, mut looked_at] = [(); 2].map(|()| header(101));
    for (number, segment) in (0..).zip(&segments) {
        let time = START + number * 7_000_000;
        record(&mut plain, time, &segment.packet(port));
        let mut segment = segment.clone();
        if segment.flags & (SYN | ACK) == ACK && segment.options.is_empty() {
            let edges = [segment.ack.wrapping_sub(1), segment.ack].map(u32::to_be_bytes);
            segment.options = [&[1, 1, 5, 10], &edges.concat()[..]].concat();
        }
        record(&mut looked_at, time, &segment.packet(port));
    }
    assert_same(&whole(&plain), &whole(&looked_at));
}

/// The bytes of a side.
fn said(kind: u8, at: usize) -> u8 {
    const RECORD: [u8; 5] = [23, 3, 3, 0x20, 0];
    match kind & 3 {
        0 => *RECORD.get(at % 8197).unwrap_or(&0x9d),
        1 => b"ls -l /tmp\r\n"[at % 12],
        2 if at.is_multiple_of(13) => b'x',
        2 => 0,
        _ => (at.wrapping_mul(0x9e37_79b9) >> 7) as u8,
    }
}

/// Segments of a connection that begins as it should, and does then what three bytes each say.
fn connection(isn: [u32; 2], says: u8, steps: &[u8]) -> Vec<Segment> {
    let mut at = [0_usize; 2];
    let mut segments = Vec::new();
    let segment = |side: usize, at: [usize; 2], flags: u8| Segment {
        from: Sender::of(side == 0),
        seq: isn[side].wrapping_add(at[side] as u32),
        ack: isn[1 - side].wrapping_add(at[1 - side] as u32),
        flags,
        window: 500,
        checksum: 0,
        options: Vec::new(),
        payload: Vec::new(),
    };
    for (side, flags) in [(0, SYN), (1, SYN | ACK)] {
        let mut syn = segment(side, at, flags);
        syn.seq = syn.seq.wrapping_sub(1);
        segments.push(syn);
    }
    segments.push(segment(0, at, ACK));
    for step in steps.chunks_exact(3).take(500) {
        let &[what, place, size] = step else { break };
        let side = usize::from(what & 1);
        let mut next = segment(side, at, ACK);
        match what >> 1 {
            // Most of what a connection does.
            0..=90 => {
                let len = if place & 1 == 0 {
                    usize::from(size)
                } else {
                    1 + usize::from(size) * 6
                };
                next.payload = (at[side]..at[side] + len)
                    .map(|it| said(says >> (side * 4), it))
                    .collect();
                at[side] += len;
            }
            91..=105 => {}
            106..=109 => at[side] += usize::from(size),
            110..=112 => next.ack = next.ack.wrapping_sub(u32::from(size) * 9),
            113..=114 => next.window = u16::from(size & 3),
            115..=118 => match segments.len().checked_sub(1 + usize::from(place % 40)) {
                Some(back) => {
                    next = segments[back].clone();
                    next.window += u16::from(size & 1);
                }
                None => continue,
            },
            119..=121 => {
                let len = segments.len();
                segments.swap(len - 1, len - 2);
                continue;
            }
            _ => next.flags |= [1, 4, 1, 8][usize::from(size & 3)],
        }
        // A copy has the checksum of its original.
        if next.checksum == 0 {
            next.checksum = segments.len() as u16 + 1;
        }
        segments.push(next);
    }
    segments
}

/// Gives its bytes in pieces of any length.
struct Pieces<'a> {
    bytes: &'a [u8],
    state: u64,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let len = (1 + self.state as usize % 700).min(out.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(len);
        out[..len].copy_from_slice(now);
        self.bytes = later;
        Ok(len)
    }
}

/// True if a connection goes on for longer than a capture that grows waits for more of one that closed: in a file, what comes
/// then still belongs to it.
fn goes_on_closed(report: &Report, data: &[u8]) -> bool {
    const WAITED: i64 = 5_000_000_000;
    let mut times = Vec::new();
    let _ = read_frames(data, |frame| {
        times.push(frame.time.0);
        ControlFlow::Continue(())
    });
    let time = |frame: u64| times.get(frame as usize - 1).copied().unwrap_or_default();
    report.connections.iter().any(|connection| {
        let tcp = &connection.tcp;
        let closes = tcp.fin.iter().chain(&tcp.reset);
        closes
            .map(|close| time(tcp.last_frame) - time(close.frame))
            .any(|after| after > WAITED)
    })
}

/// Bytes as a capture that comes in pieces: a file says the same in whichever it comes, so does a capture that grows, and one
/// of which nothing was told before its end says what the file says.
pub fn live(data: &[u8]) {
    let options = options(Language::En);
    let pieces = |seed| Pieces {
        bytes: data,
        state: seed | 1,
    };
    let Ok(file) = tlswalk::analyze(data, "fuzz", options) else {
        assert!(tlswalk::analyze(pieces(7), "fuzz", options).is_err());
        return;
    };
    let told_in_parts = |input: &mut dyn Read| {
        let mut parts = Vec::new();
        let done = tlswalk::analyze_stream(input, "fuzz", options, |report| {
            parts.push(told(report));
            ControlFlow::Continue(())
        });
        done.unwrap();
        parts
    };
    let parts = told_in_parts(&mut { data });
    assert_eq!(told_in_parts(&mut pieces(data.len() as u64)).len(), parts.len());
    let goes_on = goes_on_closed(&file, data);
    let file = told(file);
    assert_same(&told(tlswalk::analyze(pieces(99), "fuzz", options).unwrap()), &file);
    if let [only] = &parts[..]
        && !goes_on
    {
        assert_same(only, &file);
    }
}
