//! frames → text, as each command that is read prints them, and what of the frames that text holds.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of several tests has no one interface"
)]

use std::fmt::Write as _;
use std::ops::ControlFlow;

use tlswalk::capture::{CaptureError, CaptureFacts, read_frames};

pub const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A frame that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub number: u64,
    pub time: i64,
    pub link: u16,
    pub wire_len: u32,
    pub data: Vec<u8>,
}

/// A form: how it prints a packet's heading and its rows, and what it keeps of the time.
pub struct Form {
    pub name: &'static str,
    pub heading: fn(&Seen) -> String,
    pub row: fn(usize, &[u8], &Seen) -> String,
    pub time: fn(i64, i64) -> Option<i64>,
    /// True if it prints the link layer.
    pub has_link: bool,
}

pub const FORMS: [Form; 12] = [
    Form {
        name: "IOS XE, buffer dump",
        heading: |frame| format!("{}\n", frame.number - 1),
        row: |at, bytes, _| {
            format!(
                "  {at:04x}:  {:<37}  {}",
                groups(bytes, 4).to_uppercase(),
                letters(bytes)
            )
        },
        time: |_, _| None,
        has_link: true,
    },
    Form {
        name: "IOS XE, buffer detailed",
        heading: |frame| {
            format!(
                " {:>3}  {:>4}  {:>10}   10.1.1.1         ->  10.2.2.2   0  BE TCP\n",
                frame.number - 1,
                frame.wire_len,
                seconds(frame.time, 6)
            )
        },
        row: |at, bytes, _| {
            format!(
                "  {at:04x}:  {:<37}  {}",
                groups(bytes, 4).to_uppercase(),
                letters(bytes)
            )
        },
        time: |time, first| Some((time - first) / 1000 * 1000),
        has_link: true,
    },
    Form {
        name: "IOS, buffer dump",
        heading: |frame| {
            let utc = tlswalk::base::frame::Timestamp(frame.time).to_string();
            let month = MONTHS[utc[5..7].parse::<usize>().unwrap() - 1];
            format!(
                "{} UTC {month} {} {} : IPv4 LES CEF    : Gi0/1 None\n\n",
                &utc[11..23],
                utc[8..10].trim_start_matches('0'),
                &utc[..4]
            )
        },
        row: |at, bytes, _| {
            format!(
                "{:08X}: {:<37} {}",
                0x0f1a_2c10 + at,
                groups(bytes, 4).to_uppercase(),
                letters(bytes)
            )
        },
        time: |time, _| Some(time / 1_000_000 * 1_000_000),
        has_link: true,
    },
    Form {
        name: "ASA, show capture dump",
        heading: |frame| {
            let utc = tlswalk::base::frame::Timestamp(frame.time).to_string();
            format!(
                "{:>4}: {}       10.1.1.1.443 > 10.2.2.2.1234: . ack 1\n",
                frame.number,
                &utc[11..26]
            )
        },
        row: |at, bytes, _| format!("0x{at:04x} {:<39} {}", groups(bytes, 2), letters(bytes)),
        time: |time, first| Some((time - first / DAY * DAY) / 1000 * 1000),
        has_link: true,
    },
    Form {
        name: "FortiGate, verbose 6 with dates",
        heading: |frame| {
            let utc = tlswalk::base::frame::Timestamp(frame.time).to_string();
            format!(
                "{} {} port1 -- 10.1.1.1.443 -> 10.2.2.2.1234: ack 1\n",
                &utc[..10],
                &utc[11..26]
            )
        },
        row: |at, bytes, _| format!("0x{at:04x}\t {:<39}\t{}", groups(bytes, 2), letters(bytes)),
        time: |time, _| Some(time / 1000 * 1000),
        has_link: true,
    },
    Form {
        name: "FortiGate, verbose 3",
        heading: |frame| format!("{} 10.1.1.1.443 -> 10.2.2.2.1234: ack 1\n", seconds(frame.time, 6)),
        row: |at, bytes, _| format!("0x{at:04x}   {:<39}        {}", groups(bytes, 2), letters(bytes)),
        time: |time, first| Some((time - first) / 1000 * 1000),
        has_link: true,
    },
    Form {
        name: "tcpdump -XX -tttt, PAN-OS, Gaia",
        heading: |frame| {
            let utc = tlswalk::base::frame::Timestamp(frame.time).to_string();
            format!(
                "{} {} IP 10.1.1.1.443 > 10.2.2.2.1234: Flags [.], length 5\n",
                &utc[..10],
                &utc[11..26]
            )
        },
        row: |at, bytes, _| format!("\t0x{at:04x}:  {:<39}  {}", groups(bytes, 2), letters(bytes)),
        time: |time, _| Some(time / 1000 * 1000),
        has_link: true,
    },
    Form {
        name: "tcpdump -x -tt",
        heading: |frame| {
            format!(
                "{} IP 10.1.1.1.443 > 10.2.2.2.1234: Flags [.], length 5\n",
                seconds(frame.time, 6)
            )
        },
        row: |at, bytes, _| format!("\t0x{at:04x}:  {}", groups(bytes, 2)),
        time: |time, _| Some(time / 1000 * 1000),
        has_link: false,
    },
    Form {
        name: "tshark -x",
        heading: |_| "\n".to_owned(),
        row: |at, bytes, _| format!("{at:04x}  {:<47}   {}", groups(bytes, 1), letters(bytes)),
        time: |_, _| None,
        has_link: true,
    },
    Form {
        name: "tshark -V -x",
        heading: |frame| {
            format!(
                "Frame {}: {} bytes on wire ({} bits), {} bytes captured\n    Encapsulation type: Ethernet (1)\n    \
                 Epoch Time: {} seconds\n    [Time since reference or first frame: 1.000000000 seconds]\n\n",
                frame.number,
                frame.wire_len,
                frame.wire_len * 8,
                frame.data.len(),
                seconds(frame.time, 9)
            )
        },
        row: |at, bytes, _| format!("{at:04x}  {:<47}   {}", groups(bytes, 1), letters(bytes)),
        time: |time, _| Some(time),
        has_link: true,
    },
    Form {
        name: "hexdump -C",
        heading: |_| "\n".to_owned(),
        row: |at, bytes, _| {
            let (one, other) = bytes.split_at(bytes.len().min(8));
            format!(
                "{at:08x}  {:<23}  {:<23}  |{}|",
                groups(one, 1),
                groups(other, 1),
                letters(bytes)
            )
        },
        time: |_, _| None,
        has_link: true,
    },
    // The lines about a packet are documented, its rows are those of text2pcap.
    Form {
        name: "fw monitor with times",
        heading: |frame| {
            let utc = tlswalk::base::frame::Timestamp(frame.time).to_string();
            let month = MONTHS[utc[5..7].parse::<usize>().unwrap() - 1];
            format!(
                "[vs_0][fw_1] {}{month}{} {} eth0:i[{len}]: 10.1.1.1 -> 10.2.2.2 (TCP) len={len} id=7\n\
                 TCP: 443 -> 1234 ...PA. seq=00000001 ack=00000001\n",
                &utc[8..10],
                &utc[..4],
                &utc[11..26],
                len = frame.wire_len
            )
        },
        row: |at, bytes, _| format!("{at:04x}  {:<47}   {}", groups(bytes, 1), letters(bytes)),
        time: |time, _| Some(time / 1000 * 1000),
        has_link: false,
    },
];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

pub fn groups(bytes: &[u8], of: usize) -> String {
    let group = |group: &[u8]| {
        group
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    };
    bytes.chunks(of).map(group).collect::<Vec<_>>().join(" ")
}

pub fn letters(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| if byte.is_ascii_graphic() { byte as char } else { '.' })
        .collect()
}

pub fn seconds(time: i64, digits: usize) -> String {
    let text = format!("{}.{:09}", time / SECOND, time % SECOND);
    text[..text.len() - 9 + digits].to_owned()
}

/// The capture as the form can hold it.
pub fn held(frames: &[Seen], form: &Form) -> Vec<Seen> {
    let first = frames.first().map_or(0, |frame| frame.time);
    let mut held: Vec<Seen> = frames
        .iter()
        .map(|frame| Seen {
            time: (form.time)(frame.time, first).unwrap_or(0),
            ..frame.clone()
        })
        .collect();
    if !form.has_link {
        for frame in &mut held {
            frame.data.drain(..14);
            frame.wire_len -= 14;
            frame.link = 101;
        }
    }
    held
}

/// Prints what a form can hold.
pub fn print(frames: &[Seen], form: &Form) -> String {
    let mut text = "wlc#terminal length 0\nwlc#show monitor capture CAP buffer dump\n".to_owned();
    for frame in frames {
        text.push_str(&(form.heading)(frame));
        for (n, bytes) in frame.data.chunks(16).enumerate() {
            writeln!(text, "{}", (form.row)(n * 16, bytes, frame)).unwrap();
        }
        text.push('\n');
    }
    text + "wlc#exit\n"
}

/// What of a sample a form can hold: whole frames of Ethernet, and those of IP only where it leaves out the link layer.
pub fn printable(frames: &[Seen], form: &Form) -> Option<Vec<Seen>> {
    let is_plain = |frame: &Seen| frame.link == 1 && frame.data.len() == frame.wire_len as usize;
    let is_ip = |frame: &Seen| [[8, 0], [0x86, 0xdd]].iter().any(|kind| frame.data[12..14] == kind[..]);
    let kept = frames.iter().filter(|frame| form.has_link || is_ip(frame));
    let numbered = (1..).zip(kept).map(|(number, frame)| Seen {
        number: if form.has_link { frame.number } else { number },
        ..frame.clone()
    });
    (!frames.is_empty() && frames.iter().all(is_plain)).then(|| numbered.collect())
}

/// The text of a sample in a form, and the frames that it holds.
pub fn text_of(frames: &[Seen], form: &Form) -> Option<(String, Vec<Seen>)> {
    let frames = printable(frames, form)?;
    let first = frames.first()?.time;
    let is_relative = form.name.contains("detailed") || form.name.contains("verbose 3");
    let shown: Vec<Seen> = frames
        .iter()
        .map(|frame| Seen {
            time: if is_relative { frame.time - first } else { frame.time },
            ..frame.clone()
        })
        .collect();
    let held = held(&frames, form);
    let printed: Vec<Seen> = shown
        .into_iter()
        .zip(&held)
        .map(|(shown, held)| Seen {
            time: shown.time,
            ..held.clone()
        })
        .collect();
    Some((print(&printed, form), held))
}

pub fn read(bytes: &[u8]) -> Result<(CaptureFacts, Vec<Seen>), CaptureError> {
    let mut frames = Vec::new();
    let facts = read_frames(bytes, |frame| {
        frames.push(Seen {
            number: frame.number.0,
            time: frame.time.0,
            link: frame.link.0,
            wire_len: frame.wire_len,
            data: frame.data.to_vec(),
        });
        ControlFlow::Continue(())
    })?;
    Ok((facts, frames))
}
