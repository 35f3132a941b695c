//! samples/ → Sample: the recorded captures, and what their table says that they should be read as.

use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use tlswalk::base::frame::{Frame, LinkType};
use tlswalk::capture::read_frames;
use tlswalk::decode::{Decoded, Decoder};

use super::Truth;
use super::replay::{Disguise, Replay, Sample};
use super::rng::Rng;
use super::tcp::{FIN, RST};

/// A segment of the beginning of a connection, with numbers relative to the SYNs.
pub struct Step {
    /// Nanoseconds after the first.
    pub after: u64,
    /// 0: the client.
    pub side: usize,
    pub flags: u8,
    pub seq: u32,
    pub ack: u32,
    pub options: Vec<u8>,
    pub payload: Vec<u8>,
}

/// A connection up to where application data flows.
pub struct Template {
    pub steps: Vec<Step>,
    /// Where each side's sequence numbers go on.
    pub ends: [u32; 2],
}

struct Row {
    file: String,
    verdict: String,
    by: String,
    at: String,
}

/// Samples that cannot stand among other traffic, and why.
const ALONE: &[(&str, &str)] = &[
    ("busy", "holds other traffic itself"),
    ("crl-fetch-failed-waiting", "the end of the capture is what stops it"),
    (
        "healthy-every-eight-hours",
        "has a time of its own, and sixteen hours of it",
    ),
    ("story-", "several attempts, one row"),
    ("duplicates", "each packet twice, by two interfaces or a cooked header"),
    (
        "incomplete-capture",
        "what the whole capture shows is what it is judged by",
    ),
    ("malformed-capture", "damaged"),
    ("no-licensing-traffic", "nothing to find"),
    ("retry-cured", "two attempts, one row"),
    ("server-certificate-clock-wrong-capture", "has a time of its own"),
];

/// The licensing service's name, and that of others, of the same length.
pub const SERVICE: &[u8] = b"smartreceiver.cisco.com";

/// Contents of the samples, for replay.
pub struct Samples {
    attempts: Vec<(Row, Rc<Sample>)>,
    handshakes: Vec<Rc<Sample>>,
    templates: Vec<Rc<Template>>,
    start: u64,
}

impl Samples {
    /// Reads the folder; the order of attempts is shuffled.
    pub fn load(rng: &mut Rng) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let table = std::fs::read_to_string(folder.join("README.md")).unwrap();
        let mut attempts = Vec::new();
        for line in table.lines().filter(|line| line.contains(".pcap")) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let &[file, verdict, by, at, options, _, _] = &cells[..] else {
                continue;
            };
            // All must hold under one command line.
            if !matches!(options, "-" | "--ca samples/roots/lab-root.pem")
                || ALONE.iter().any(|(name, _)| file.starts_with(name))
            {
                continue;
            }
            let row = Row {
                file: file.to_owned(),
                verdict: verdict.to_owned(),
                by: by.to_owned(),
                at: at.to_owned(),
            };
            if let Some(sample) = read(&folder.join(file)) {
                attempts.push((row, Rc::new(sample)));
            }
        }
        assert!(!attempts.is_empty(), "samples/README.md has a table");
        let start = attempts.iter().map(|(_, sample)| sample.start).min().unwrap();
        for at in (1..attempts.len()).rev() {
            attempts.swap(at, rng.below(at as u64 + 1) as usize);
        }
        let handshakes = attempts
            .iter()
            .filter_map(|(_, sample)| sample.handshake().map(Rc::new))
            .collect();
        let templates = ["busy.pcapng", "no-licensing-traffic.pcap"]
            .iter()
            .flat_map(|name| templates(&read(&folder.join(name)).unwrap()))
            .map(Rc::new)
            .collect();
        Self {
            attempts,
            handshakes,
            templates,
            start,
        }
    }

    /// When the samples were recorded, in nanoseconds: certificates must be as valid as they were.
    pub const fn start(&self) -> u64 {
        self.start
    }

    pub fn template(&self, rng: &mut Rng) -> Rc<Template> {
        Rc::clone(&self.templates[rng.below(self.templates.len() as u64) as usize])
    }

    /// The next licensing attempt, from a controller of its own.
    pub fn attempt(&self, number: usize, rng: &mut Rng) -> (Replay, Truth) {
        let (row, sample) = &self.attempts[number % self.attempts.len()];
        let disguise = Disguise::controller(number as u32, rng);
        let truth = Truth {
            sample: row.file.clone(),
            verdict: row.verdict.clone(),
            by: row.by.clone(),
            at: row.at.clone(),
            device: disguise.client().to_string(),
            device_v6: disguise.client_v6().to_string(),
            first_frame: 0,
            last_frame: 0,
        };
        (Replay::new(Rc::clone(sample), disguise, Some(number)), truth)
    }

    /// A handshake with a service that has nothing to do with licensing.
    pub fn handshake(&self, rng: &mut Rng) -> Replay {
        let sample = &self.handshakes[rng.below(self.handshakes.len() as u64) as usize];
        Replay::new(Rc::clone(sample), Disguise::stranger(rng), None)
    }
}

/// The frames of a capture, if it is of Ethernet.
fn read(path: &Path) -> Option<Sample> {
    let mut frames: Vec<(i64, Vec<u8>)> = Vec::new();
    let mut is_ethernet = true;
    let file = std::fs::File::open(path).unwrap();
    read_frames(file, |frame| {
        is_ethernet &= frame.link == LinkType::ETHERNET;
        frames.push((frame.time.0, frame.data.to_vec()));
        ControlFlow::Continue(())
    })
    .unwrap();
    let start = frames.first()?.0;
    is_ethernet.then(|| Sample {
        start: start as u64,
        frames: frames
            .into_iter()
            .map(|(time, bytes)| ((time - start).max(0) as u64, bytes))
            .collect(),
    })
}

/// The TLS connections of a sample up to their first data.
fn templates(sample: &Sample) -> Vec<Template> {
    let mut ports: Vec<u16> = Vec::new();
    for_each_segment(sample, |segment, _| {
        let is_syn = segment.flags.syn() && !segment.flags.ack();
        // The licensing attempt of the sample has a verdict; only strangers' connections may be opened without end.
        if is_syn && segment.dst.port == 443 && segment.dst.ip.to_string() != "192.133.220.90" {
            ports.push(segment.src.port);
        }
    });
    ports.into_iter().map(|port| template(sample, port)).collect()
}

fn template(sample: &Sample, port: u16) -> Template {
    let mut template = Template {
        steps: Vec::new(),
        ends: [0; 2],
    };
    let mut isn = [0; 2];
    let mut start = None;
    let mut is_over = false;
    for_each_segment(sample, |segment, after| {
        let side = match [segment.src.port, segment.dst.port] {
            [from, _] if from == port => 0,
            [_, to] if to == port => 1,
            _ => return,
        };
        // A close or an alert ends the opening.
        is_over |= segment.flags.0 & (FIN | RST) != 0 || segment.payload.first() == Some(&21);
        if is_over {
            return;
        }
        if segment.flags.syn() {
            isn[side] = segment.seq.0;
        }
        let start = *start.get_or_insert(after);
        let seq = segment.seq.0.wrapping_sub(isn[side]);
        template.ends[side] = template.ends[side].max(seq + segment.sequence_len());
        template.steps.push(Step {
            after: after - start,
            side,
            flags: segment.flags.0,
            seq,
            ack: segment.ack.0.wrapping_sub(isn[1 - side]),
            options: segment.options.to_vec(),
            payload: segment.payload.to_vec(),
        });
    });
    template
}

fn for_each_segment(sample: &Sample, mut take: impl FnMut(&tlswalk::decode::Segment<'_>, u64)) {
    let mut decoder = Decoder::new();
    for (after, data) in &sample.frames {
        let frame = Frame {
            number: tlswalk::base::frame::FrameNumber(1),
            time: tlswalk::base::frame::Timestamp(0),
            link: LinkType::ETHERNET,
            interface: 0,
            wire_len: data.len() as u32,
            data,
        };
        decoder.decode(&frame, &mut |decoded| {
            if let Decoded::Tcp(segment) = decoded {
                take(segment, *after);
            }
        });
    }
}
