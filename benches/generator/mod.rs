//! Seed → Capture: exports of any size, made by rule, with handshakes from `samples/` among the rest, and the truth of them.
//!
//! Everything follows from the seed and the samples: the same call writes the same bytes on every machine. Nothing is held
//! but the conversations that are going on, so a capture of 10 GB takes as little memory to make as one of 1 MB.
//!
//! Shared by `examples/generate.rs`, `benches/pipeline.rs` and `tests/it/generated.rs`, each of which includes it by path.
#![allow(dead_code, reason = "each user takes what it needs")]
#![allow(unreachable_pub, reason = "a module of several crates has no one interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "input is the repository's own samples; what is wrong with them should stop the run"
)]

mod controller;
mod file;
mod noise;
mod replay;
mod rng;
mod samples;
mod tcp;
mod wire;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use controller::{Disturbance, Service};
pub use file::Format;
use file::Writer;
use noise::{Arp, Datagrams, Small};
use replay::Replay;
use rng::Rng;
use samples::Samples;
use serde_json::{Value, json};
use tcp::Tcp;

/// The parts of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// An export of a busy uplink: HTTPS, UDP, CAPWAP, VLANs, DNS, ARP, and some licensing attempts.
    Mixed,
    /// An export of a busy wireless controller: CAPWAP both ways, its own pages, telemetry, RADIUS, its pair; lost, reordered and
    /// doubled frames; and some licensing attempts.
    Controller,
    /// Frames of the smallest size in some thousand flows.
    Small,
    /// SYNs, each of a flow of its own.
    Scan,
    /// Nothing but TLS handshakes, one in twenty of them with the licensing service.
    Handshakes,
    /// Nothing but licensing attempts.
    Licensing,
}

impl Mix {
    pub const ALL: [Self; 6] = [
        Self::Mixed,
        Self::Controller,
        Self::Small,
        Self::Scan,
        Self::Handshakes,
        Self::Licensing,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Controller => "controller",
            Self::Small => "small",
            Self::Scan => "scan",
            Self::Handshakes => "handshakes",
            Self::Licensing => "licensing",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mix| mix.name() == name)
    }

    /// Conversations going on at once.
    const fn concurrent(self) -> usize {
        match self {
            Self::Mixed | Self::Controller => 256,
            Self::Small => 1024,
            Self::Scan => 0,
            Self::Handshakes | Self::Licensing => 128,
        }
    }
}

/// The capture to write.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub mix: Mix,
    pub format: Format,
    /// The size aimed at; licensing attempts that are going on are finished beyond it.
    pub bytes: u64,
    pub seed: u64,
}

/// How licensing attempts stand among the rest of [`Mix::Mixed`] and [`Mix::Controller`].
#[derive(Clone, Copy, Debug)]
pub struct Among {
    /// Bytes of other traffic between two of them.
    pub every: u64,
    /// How much longer the pauses of the rest are, so that a small capture lasts.
    pub slower: u64,
}

impl Default for Among {
    /// A controller reports every few hours, and tries again when it fails.
    fn default() -> Self {
        Self {
            every: 2_500_000,
            slower: 1,
        }
    }
}

/// A licensing attempt in the capture, and what it should be read as.
#[derive(Clone, Debug)]
pub struct Truth {
    pub sample: String,
    pub verdict: String,
    pub by: String,
    pub at: String,
    /// The controller's addresses, of which the sample uses one or both.
    pub device: String,
    pub device_v6: String,
    pub first_frame: u64,
    pub last_frame: u64,
}

impl Truth {
    pub fn json(&self) -> Value {
        json!({
            "sample": self.sample, "verdict": self.verdict, "by": self.by, "at": self.at,
            "device": self.device, "device_v6": self.device_v6, "first_frame": self.first_frame, "last_frame": self.last_frame,
        })
    }
}

/// The capture that was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub bytes: u64,
    pub frames: u64,
    /// TCP connections, wireless clients' and licensing ones included.
    pub connections: u64,
    pub attempts: Vec<Truth>,
}

impl Written {
    pub fn json(&self, plan: &Plan) -> Value {
        json!({
            "mix": plan.mix.name(), "seed": plan.seed, "bytes": self.bytes, "frames": self.frames,
            "tcp_connections": self.connections, "attempts": self.attempts.len(),
        })
    }
}

/// A conversation that is going on.
enum Talk {
    Tcp(Box<Tcp>),
    Datagrams(Datagrams),
    Arp(Arp),
    Small(Small),
    Service(Service),
    Replay(Replay),
}

impl Talk {
    /// Writes the next frame; the pause until the one after it, or `None` when there is none.
    fn next(&mut self, world: &mut World, out: &mut Vec<u8>) -> Option<u64> {
        match self {
            Self::Tcp(tcp) => tcp.next(world, out),
            Self::Datagrams(datagrams) => datagrams.next(world, out),
            Self::Arp(arp) => arp.next(out),
            Self::Small(small) => small.next(world, out),
            Self::Service(service) => service.next(world, out),
            Self::Replay(replay) => replay.next(out),
        }
    }
}

/// The sources that all conversations draw from.
struct World {
    rng: Rng,
    /// Bytes without structure: a slice anywhere in them is ciphertext. More than gzip's window, so that it stays so.
    noise: Vec<u8>,
    samples: Samples,
}

/// A capture in memory.
pub fn capture(mix: Mix, format: Format, bytes: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes as usize + 65_536);
    let plan = Plan {
        mix,
        format,
        bytes,
        seed: 1,
    };
    write(&plan, &mut out).unwrap();
    out
}

/// Writes a capture.
pub fn write(plan: &Plan, out: impl Write) -> io::Result<Written> {
    write_among(plan, Among::default(), out)
}

/// The same with more attempts, or in more time.
pub fn write_among(plan: &Plan, among: Among, out: impl Write) -> io::Result<Written> {
    let mut rng = Rng::new(plan.seed);
    let noise = rng.bytes(1 << 20);
    let samples = Samples::load(&mut rng);
    let mut world = World { rng, noise, samples };
    let mut writer = Writer::new(out, plan.format, world.samples.start())?;
    let mut written = if plan.mix == Mix::Scan {
        scan(plan, &mut world, &mut writer)?
    } else {
        talks(plan, among, &mut world, &mut writer)?
    };
    (written.bytes, written.frames) = writer.finish()?;
    Ok(written)
}

fn talks(plan: &Plan, among: Among, world: &mut World, writer: &mut Writer<impl Write>) -> io::Result<Written> {
    let mut written = Written::default();
    let mut talks: Vec<Option<Talk>> = Vec::new();
    let mut agenda = BinaryHeap::new();
    for slot in 0..plan.mix.concurrent() {
        let talk = begin(plan.mix, world, &mut written, slot % 8 == 0);
        talks.push(Some(talk));
        // Not all at once.
        agenda.push(Reverse((world.rng.below(400_000_000), slot)));
    }
    let mut next_attempt = among.every.min(plan.bytes) / 2;
    let mut frame = Vec::new();
    let mut disturbance = Disturbance::default();
    while let Some(Reverse((now, slot))) = agenda.pop() {
        let is_late = writer.bytes >= plan.bytes;
        let Some(talk) = &mut talks[slot] else { continue };
        if is_late && !matches!(talk, Talk::Replay(replay) if replay.attempt.is_some()) {
            continue;
        }
        frame.clear();
        let pause = talk.next(world, &mut frame);
        // Attempts are as they were recorded, or their verdict would be another.
        let is_attempt = matches!(talk, Talk::Replay(replay) if replay.attempt.is_some());
        if plan.mix == Mix::Controller && !is_attempt {
            for (number, frame) in (0..).zip(disturbance.of(&mut world.rng, &mut frame)) {
                writer.frame(now + number, &frame)?;
            }
        }
        if !frame.is_empty() {
            let number = writer.frame(now, &frame)?;
            if let Talk::Replay(replay) = talk
                && let Some(attempt) = replay.attempt
            {
                let truth = &mut written.attempts[attempt];
                if truth.first_frame == 0 {
                    truth.first_frame = number;
                }
                truth.last_frame = number;
            }
        }
        match pause {
            Some(pause) => {
                let pause = if is_attempt { pause } else { pause * among.slower };
                agenda.push(Reverse((now + pause, slot)));
            }
            None if is_late || slot >= plan.mix.concurrent() => talks[slot] = None,
            None => {
                talks[slot] = Some(begin(plan.mix, world, &mut written, false));
                agenda.push(Reverse((
                    now + (1000 + world.rng.below(20_000_000)) * among.slower,
                    slot,
                )));
            }
        }
        if matches!(plan.mix, Mix::Mixed | Mix::Controller) && writer.bytes >= next_attempt && !is_late {
            next_attempt += among.every;
            agenda.push(Reverse((now + 1000, talks.len())));
            talks.push(Some(attempt(world, &mut written)));
        }
    }
    Ok(written)
}

/// The next conversation; one that is `running` began before the capture.
fn begin(mix: Mix, world: &mut World, written: &mut Written, running: bool) -> Talk {
    let dice = world.rng.below(1000);
    match mix {
        Mix::Licensing => attempt(world, written),
        Mix::Handshakes if dice < 50 => attempt(world, written),
        Mix::Handshakes => {
            written.connections += 1;
            Talk::Replay(world.samples.handshake(&mut world.rng))
        }
        Mix::Small => {
            let small = Small::new(&mut world.rng);
            written.connections += u64::from(small.is_tcp());
            Talk::Small(small)
        }
        Mix::Controller => match dice {
            0..150 => Talk::Service(Service::control(&mut world.rng)),
            150..300 => Talk::Service(Service::radius(&mut world.rng)),
            300..310 => Talk::Service(Service::heartbeat(&mut world.rng)),
            310..500 => Talk::Datagrams(Datagrams::dns(&mut world.rng)),
            500..520 => Talk::Datagrams(Datagrams::voice(&mut world.rng)),
            dice => {
                written.connections += 1;
                Talk::Tcp(Box::new(match dice {
                    520..560 => controller::web_session(world),
                    560..600 => controller::telemetry(world),
                    600..620 => controller::bulk_sync(world),
                    _ => Tcp::new(world, running).wireless(&mut world.rng),
                }))
            }
        },
        Mix::Mixed | Mix::Scan => match dice {
            0..320 => Talk::Datagrams(Datagrams::dns(&mut world.rng)),
            320..360 => Talk::Arp(Arp::new(&mut world.rng)),
            360..368 => Talk::Datagrams(Datagrams::quic(&mut world.rng)),
            368..376 => Talk::Datagrams(Datagrams::voice(&mut world.rng)),
            _ => {
                written.connections += 1;
                Talk::Tcp(Box::new(Tcp::new(world, running)))
            }
        },
    }
}

fn attempt(world: &mut World, written: &mut Written) -> Talk {
    let (replay, truth) = world.samples.attempt(written.attempts.len(), &mut world.rng);
    written.connections += replay.connections();
    written.attempts.push(truth);
    Talk::Replay(replay)
}

/// Addresses and ports at random: each frame opens a flow.
fn scan(plan: &Plan, world: &mut World, writer: &mut Writer<impl Write>) -> io::Result<Written> {
    let mut written = Written::default();
    let (mut now, mut frame) = (0, Vec::new());
    while writer.bytes < plan.bytes {
        frame.clear();
        tcp::scan_probe(written.connections, &mut world.rng, &mut frame);
        writer.frame(now, &frame)?;
        now += 5000 + world.rng.below(10_000);
        written.connections += 1;
    }
    Ok(written)
}
