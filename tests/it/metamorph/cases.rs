//! Capture → cases: every transformation with every parameter, each with what may be expected of it.

use std::net::IpAddr;

use super::bend::{self, Copy, Noise, Offload};
use super::capture::{Capture, Format};
use super::packet::{ACK, Packet};
use super::wrap::{Wrap, wrap};

/// What a transformation does to the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every byte is still there: no attempt may be lost.
    Whole,
    /// As [`Self::Whole`], but addresses or ports are others: attempts are compared in order.
    Renamed,
    /// Something is missing.
    Damaged,
    /// It became a wireless client's traffic: nobody attempts licensing any more.
    Wireless,
}

/// A frame's new time, from its place and its time.
type Clock = fn(usize, i64) -> i64;

type Make = Box<dyn Fn(&Capture) -> Capture + Send + Sync>;

/// One transformation with its parameters.
pub struct Case {
    /// The transformation.
    pub family: &'static str,
    /// Its parameters.
    pub parameters: String,
    pub kind: Kind,
    make: Make,
}

impl Case {
    fn new(
        family: &'static str,
        parameters: impl Into<String>,
        kind: Kind,
        make: impl Fn(&Capture) -> Capture + Send + Sync + 'static,
    ) -> Self {
        Self {
            family,
            parameters: parameters.into(),
            kind,
            make: Box::new(make),
        }
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.family, self.parameters).trim_end().to_owned()
    }

    /// The transformed file.
    pub fn file(&self, capture: &Capture) -> Vec<u8> {
        (self.make)(capture).write()
    }
}

const SECOND: i64 = 1_000_000_000;

/// Snap lengths: headers alone, with options, a round number that cuts certificates.
const SNAPS: &[usize] = &[54, 60, 68, 96, 128, 256, 512];

/// All cases of a capture.
pub fn cases(capture: &Capture, seeds: u64) -> Vec<Case> {
    let mut all = Vec::new();
    copies(&mut all);
    order(&mut all, seeds);
    losses(&mut all, capture);
    segments(&mut all);
    surroundings(&mut all);
    files(&mut all);
    names(&mut all, capture);
    together(&mut all, capture, seeds);
    all
}

fn copies(all: &mut Vec<Case>) {
    use Kind::Whole;
    for (name, kind) in [
        ("identical", Copy::Identical),
        ("ttl-1", Copy::TtlLess),
        ("other macs", Copy::OtherMac),
        ("tagged", Copy::Tagged),
    ] {
        for (late, distance) in [(3_000, 0), (0, 0), (3_000, 3)] {
            let parameters = format!("{name} {late} ns, {distance} frames behind");
            all.push(Case::new("duplicate", parameters, Whole, move |capture| {
                bend::duplicate(capture, kind, late, distance)
            }));
        }
        all.push(Case::new("second interface in a block", name, Whole, move |capture| {
            bend::second_interface(capture, kind)
        }));
    }
}

fn order(all: &mut Vec<Case>, seeds: u64) {
    use Kind::Whole;
    for window in [2, 4, 8] {
        for seed in 0..seeds {
            for keep in [false, true] {
                let family = if keep { "shuffle, times too" } else { "shuffle" };
                all.push(Case::new(
                    family,
                    format!("{window} seed {seed}"),
                    Whole,
                    move |capture| bend::shuffle(capture, window, seed, keep),
                ));
            }
        }
    }
    for device in [true, false] {
        let who = if device { "device" } else { "peers" };
        for ms in [1, 20, 100, 500, 2000] {
            all.push(Case::new("delay", format!("{who} {ms} ms"), Whole, move |capture| {
                bend::delay(capture, device, ms * 1_000_000)
            }));
        }
        all.push(Case::new("blocks", format!("{who} first"), Whole, move |capture| {
            bend::blocks(capture, device)
        }));
    }
    let clocks: [(&str, Clock); 4] = [
        ("7 s later", |_, time| time + 7 * SECOND),
        ("zero", |_, _| 0),
        ("back 5 s from frame 8 on", |n, time| {
            time - if n >= 8 { 5 * SECOND } else { 0 }
        }),
        ("every other frame 1 s early", |n, time| time - (n as i64 % 2) * SECOND),
    ];
    for (name, change) in clocks {
        all.push(Case::new("clock", name, Whole, move |capture| {
            bend::clock(capture, change)
        }));
    }
    all.push(Case::new("clock", "stands still", Whole, |capture| {
        let first = capture.frames.first().map_or(0, |frame| frame.time);
        bend::clock(capture, |_, _| first)
    }));
}

fn losses(all: &mut Vec<Case>, capture: &Capture) {
    use Kind::Damaged;
    let count = capture.frames.len();
    for at in 0..count {
        all.push(Case::new("drop frame", (at + 1).to_string(), Damaged, move |capture| {
            bend::drop_frame(capture, at)
        }));
        all.push(Case::new("end after frame", at.to_string(), Damaged, move |capture| {
            capture.with(capture.frames[..at].to_vec())
        }));
        all.push(Case::new(
            "start at frame",
            (at + 2).to_string(),
            Damaged,
            move |capture| capture.with(capture.frames[at + 1..].to_vec()),
        ));
    }
    for device in [true, false] {
        let who = if device { "device" } else { "peers" };
        all.push(Case::new("drop direction", who, Damaged, move |capture| {
            bend::drop_direction(capture, device)
        }));
    }
    all.push(Case::new("no SYN", "", Damaged, bend::no_syn));
    for &len in SNAPS {
        all.push(Case::new("snap", len.to_string(), Damaged, move |capture| {
            bend::snap(capture, len)
        }));
    }
    for seed in 0..4 {
        all.push(Case::new(
            "end inside a frame",
            format!("seed {seed}"),
            Damaged,
            move |capture| cut_inside(capture, seed),
        ));
    }
}

/// The file ends somewhere inside a record: the rest of that frame is what garbage would be.
fn cut_inside(capture: &Capture, seed: u64) -> Capture {
    let mut noise = Noise(seed);
    let at = noise.below(capture.frames.len().max(1));
    let mut cut = capture.with(capture.frames.iter().take(at).cloned().collect());
    let Some(frame) = capture.frames.get(at) else {
        return cut;
    };
    let whole = capture.with(vec![frame.clone()]).write();
    let end = whole.len() - 1 - noise.below(frame.bytes.len().saturating_sub(2));
    // Behind the file header of 24 bytes stands the record; a pcapng file's block would be another.
    if cut
        .frames
        .iter()
        .all(|f| (f.link, f.interface) == (frame.link, frame.interface))
        && at > 0
    {
        cut.tail = whole.get(24..end).unwrap_or_default().to_vec();
    }
    cut
}

fn segments(all: &mut Vec<Case>) {
    use Kind::Whole;
    for size in [1, 5, 40, 100, 536, 1000] {
        all.push(Case::new("split", size.to_string(), Whole, move |capture| {
            bend::split(capture, size, [true, true])
        }));
    }
    for (name, directions) in [("device", [false, true]), ("peers", [true, false])] {
        all.push(Case::new("split", format!("{name} 17"), Whole, move |capture| {
            bend::split(capture, 17, directions)
        }));
    }
    all.push(Case::new("merge", "", Whole, bend::merge));
    all.push(Case::new("split and merge", "", Whole, |capture| {
        bend::merge(&bend::split(capture, 9, [true, true]))
    }));
    for before in [1, 2, 100, 700, 3000] {
        all.push(Case::new(
            "renumber",
            format!("{before} before the wrap"),
            Whole,
            move |capture| bend::renumber(capture, before),
        ));
    }
    for (name, what) in [
        ("checksum of the device", Offload::Checksum(true)),
        ("checksums", Offload::Checksum(false)),
        ("identification", Offload::IpId),
        ("length", Offload::Length),
    ] {
        all.push(Case::new("zero", name, Whole, move |capture| {
            bend::offload(capture, what)
        }));
    }
}

fn surroundings(all: &mut Vec<Case>) {
    use Kind::{Whole, Wireless};
    for (name, tags) in [
        ("802.1Q", &[(0x8100, 110)][..]),
        ("QinQ", &[(0x8100, 110), (0x88a8, 7)]),
        ("QinQ 9100", &[(0x8100, 110), (0x9100, 7)]),
    ] {
        all.push(Case::new("tag", name, Whole, move |capture| bend::tags(capture, tags)));
    }
    for how in [
        Wrap::Cooked,
        Wrap::Cooked2,
        Wrap::RawIp,
        Wrap::Loopback,
        Wrap::Snap,
        Wrap::Mpls,
        Wrap::Pppoe,
        Wrap::Gre,
        Wrap::GreEthernet,
        Wrap::Erspan2,
        Wrap::Erspan3,
        Wrap::IpInIp,
        Wrap::Vxlan,
        Wrap::VxlanInVlan,
        Wrap::Geneve,
        Wrap::L2tp,
    ] {
        all.push(Case::new("wrap", format!("{how:?}"), Whole, move |capture| {
            wrap(capture, how)
        }));
    }
    for how in [Wrap::Capwap, Wrap::CapwapWifi, Wrap::CapwapWifiSwapped] {
        all.push(Case::new("wrap", format!("{how:?}"), Wireless, move |capture| {
            wrap(capture, how)
        }));
    }
    // The same packets on the uplink and, for a client behind it, in the tunnel.
    all.push(Case::new("duplicate", "in VXLAN", Whole, |capture| {
        let inside = wrap(capture, Wrap::Vxlan);
        let both = capture.frames.iter().cloned().chain(inside.frames).collect::<Vec<_>>();
        let mut both = capture.with(both);
        both.frames.sort_by_key(|frame| frame.time);
        both
    }));
}

fn files(all: &mut Vec<Case>) {
    use Kind::{Damaged, Whole};
    for format in [
        Format::Pcap,
        Format::PcapMicro,
        Format::PcapBig,
        Format::PcapMicroBig,
        Format::PcapNg,
        Format::PcapNgBig,
        Format::Gzip,
        Format::Zstd,
        Format::Lz4,
    ] {
        all.push(Case::new("format", format!("{format:?}"), Whole, move |capture| {
            Capture {
                format,
                ..capture.clone()
            }
        }));
    }
    for len in [1, 15, 16, 40, 1000] {
        for seed in [None, Some(len as u64)] {
            let what = if seed.is_some() { "random bytes" } else { "zeros" };
            for format in [Format::Pcap, Format::PcapNg] {
                all.push(Case::new(
                    "garbage",
                    format!("{len} {what} {format:?}"),
                    Damaged,
                    move |capture| Capture {
                        format,
                        ..bend::garbage(capture, len, seed)
                    },
                ));
            }
        }
    }
}

fn names(all: &mut Vec<Case>, capture: &Capture) {
    let addresses: Vec<(IpAddr, IpAddr)> = capture
        .devices
        .iter()
        // What an option names would be another host.
        .filter(|device| !capture.named.contains(device))
        .filter_map(|device| match device {
            IpAddr::V4(v4) => {
                let [_, b, _, d] = v4.octets();
                Some((*device, IpAddr::from([10, b, 77, d])))
            }
            IpAddr::V6(_) => None,
        })
        .collect();
    let given = addresses.clone();
    all.push(Case::new("rename", "addresses", Kind::Renamed, move |capture| {
        bend::rename(capture, false, &given)
    }));
    all.push(Case::new("rename", "ports", Kind::Renamed, |capture| {
        bend::rename(capture, true, &[])
    }));
    all.push(Case::new("rename", "both", Kind::Renamed, move |capture| {
        bend::rename(capture, true, &addresses)
    }));
}

/// Several at once: the captures of the survey (two later segments of the server in each other's place, its first two,
/// every packet twice, a snap length, no SYN, a segment missing, the server only, bad checksums, the server late), and
/// reordering, gap, delay and snap length in every combination.
fn together(all: &mut Vec<Case>, capture: &Capture, seeds: u64) {
    use Kind::{Damaged, Whole};
    let server = bend::data_frames(capture, false);
    if let [first, second, .., before, last] = server[..] {
        all.push(Case::new(
            "swap segments",
            "the peers' first two",
            Whole,
            move |capture| bend::swap(capture, first, second),
        ));
        all.push(Case::new(
            "swap segments",
            "the peers' last two",
            Whole,
            move |capture| bend::swap(capture, before, last),
        ));
    }
    for set in 1..16_u8 {
        for seed in 0..seeds {
            let [reorder, gap, late, cut] = [1, 2, 4, 8].map(|bit| set & bit != 0);
            let words = [(reorder, "reorder"), (gap, "gap"), (late, "delay"), (cut, "snap")];
            let words: Vec<&str> = words.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
            let kind = if gap || cut { Damaged } else { Whole };
            all.push(Case::new(
                "together",
                format!("{} seed {seed}", words.join("+")),
                kind,
                move |capture| {
                    let mut noise = Noise(seed ^ u64::from(set) << 32);
                    let mut bent = capture.clone();
                    if gap && !bent.frames.is_empty() {
                        let carrying = [bend::data_frames(&bent, false), bend::data_frames(&bent, true)].concat();
                        let any = noise.below(bent.frames.len());
                        let at = carrying.get(noise.below(carrying.len())).copied().unwrap_or(any);
                        bent = bend::drop_frame(&bent, at);
                    }
                    if reorder {
                        bent = bend::shuffle(&bent, 4, noise.next(), false);
                    }
                    if late {
                        bent = bend::delay(&bent, false, SECOND / 2);
                    }
                    if cut {
                        bent = bend::snap(&bent, SNAPS[noise.below(SNAPS.len())].max(96));
                    }
                    bent
                },
            ));
        }
    }
    all.push(Case::new("together", "twice, shuffled, split", Whole, |capture| {
        let split = bend::split(capture, 300, [true, true]);
        bend::shuffle(&bend::duplicate(&split, Copy::Identical, 3_000, 0), 4, 1, false)
    }));
    all.push(Case::new("together", "twice and late", Whole, |capture| {
        bend::delay(&bend::duplicate(capture, Copy::TtlLess, 3_000, 0), false, SECOND / 2)
    }));
    all.push(Case::new("together", "peers only, snap 128", Damaged, |capture| {
        bend::snap(&bend::drop_direction(capture, true), 128)
    }));
    all.push(Case::new("together", "no SYN, peers late", Damaged, |capture| {
        bend::delay(&bend::no_syn(capture), false, SECOND / 2)
    }));
    all.push(Case::new("together", "no bare acknowledgements", Damaged, |capture| {
        let is_bare = |packet: &Packet| packet.is_tcp() && packet.flags() == ACK && packet.payload().is_empty();
        let keep = |frame: &&super::packet::Frame| !Packet::of(frame).is_some_and(|packet| is_bare(&packet));
        capture.with(capture.frames.iter().filter(keep).cloned().collect())
    }));
}
