//! The truth of a recorded fault does not depend on what carried it: each case of `../shared/field`, over IPv6, with other
//! ports, in tunnels, in other files and so on, is graded by the same grader with the same truth.
//!
//! By default every case is graded over IPv6 and as one other twin. All: `TLSWALK_TWINS=all cargo test --test it twins::`;
//! those whose name begins so: `TLSWALK_TWINS=VXLAN`. The files of the last run stay in `target/tmp/twins`.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::metamorph::bend::{self, Copy};
use crate::metamorph::capture::{Capture, Format};
use crate::metamorph::families::{in_six, over_six};
use crate::metamorph::packet::{ACK, Ends, Frame, Packet, SYN, edit, put16};
use crate::metamorph::wrap::{Wrap, wrap};
use crate::support::{bare, root, run, skip};

type Make = fn(&Capture) -> Capture;

/// Ways to carry a case. The first is always tried.
const TWINS: &[(&str, Make)] = &[
    ("IPv6", over_six),
    ("802.1Q", |it| bend::tags(it, &[(0x8100, 110)])),
    ("QinQ", |it| bend::tags(it, &[(0x8100, 110), (0x88a8, 7)])),
    ("other ports", other_ports),
    ("SLL", |it| wrap(it, Wrap::Cooked)),
    ("SLL2", |it| wrap(it, Wrap::Cooked2)),
    ("raw IP", |it| wrap(it, Wrap::RawIp)),
    ("MPLS", |it| wrap(it, Wrap::Mpls)),
    ("PPPoE", |it| wrap(it, Wrap::Pppoe)),
    ("GRE", |it| wrap(it, Wrap::Gre)),
    ("ERSPAN II", |it| wrap(it, Wrap::Erspan2)),
    ("ERSPAN III", |it| wrap(it, Wrap::Erspan3)),
    ("VXLAN", |it| wrap(it, Wrap::Vxlan)),
    ("Geneve", |it| wrap(it, Wrap::Geneve)),
    ("clock", |it| bend::clock(it, |_, time| time + 37 * 60 * 1_000_000_000)),
    ("other MAC addresses", other_macs),
    ("snap length", behind_handshakes),
    ("pcapng", |it| in_format(it, Format::PcapNg)),
    ("big-endian pcapng", |it| in_format(it, Format::PcapNgBig)),
    ("microseconds", |it| in_format(it, Format::PcapMicroBig)),
    ("second interface", |it| bend::second_interface(it, Copy::Identical)),
    ("other sequence numbers", |it| bend::renumber(it, 700)),
    ("IPv6 in SLL2", |it| wrap(&over_six(it), Wrap::Cooked2)),
    ("IPv6 in raw IP", |it| wrap(&over_six(it), Wrap::RawIp)),
    ("IPv6 in 802.1Q", |it| bend::tags(&over_six(it), &[(0x8100, 110)])),
    ("IPv6 in GRE", |it| wrap(&over_six(it), Wrap::Gre)),
    ("IPv6 in VXLAN", |it| wrap(&over_six(it), Wrap::Vxlan)),
    ("VXLAN over IPv6", |it| over_six(&wrap(it, Wrap::Vxlan))),
    ("ERSPAN II over IPv6", |it| over_six(&wrap(it, Wrap::Erspan2))),
    ("all over IPv6", |it| over_six(&wrap(&over_six(it), Wrap::VxlanInVlan))),
];

/// The port of the server, and what takes its place.
const PORTS: [(u16, u16); 2] = [(443, 8443), (8443, 9443)];

fn other_ports(capture: &Capture) -> Capture {
    let change = |packet: &mut Packet| {
        if packet.protocol() != 6 || packet.body.len() < 4 {
            return;
        }
        for at in [0, 2] {
            let port = u16::from_be_bytes([packet.body[at], packet.body[at + 1]]);
            let known = PORTS.iter().find(|(old, _)| *old == port).map(|(_, new)| *new);
            // An ephemeral port stays one.
            let ephemeral = (port >= 32_768).then_some(port ^ 0x0155);
            if let Some(port) = known.or(ephemeral) {
                put16(&mut packet.body, at, port);
            }
        }
    };
    let changed = |frame| edit(&bend::edit_quote(frame, change), change);
    capture.with(capture.frames.iter().map(changed).collect())
}

fn other_macs(capture: &Capture) -> Capture {
    let mut changed = capture.clone();
    for frame in changed.frames.iter_mut().filter(|frame| frame.link == 1) {
        for at in [0, 6] {
            // A group address stays: broadcast and multicast have one.
            if frame.bytes.len() >= at + 6 && frame.bytes[at] & 1 == 0 {
                frame.bytes[at + 2..at + 6].iter_mut().for_each(|byte| *byte ^= 0x5a);
            }
        }
    }
    changed
}

/// A snap length as long as the longest of each direction's first eight segments with data: it cuts bulk data only.
fn behind_handshakes(capture: &Capture) -> Capture {
    let mut count: HashMap<Ends, usize> = HashMap::new();
    let mut longest = 96;
    for frame in &capture.frames {
        match Packet::of(frame) {
            Some(packet) if packet.is_tcp() => {
                let count = count.entry(packet.ends()).or_default();
                *count += usize::from(!packet.payload().is_empty());
                if *count <= 8 {
                    longest = longest.max(frame.bytes.len());
                }
            }
            _ => longest = longest.max(frame.bytes.len()),
        }
    }
    bend::snap(capture, longest)
}

fn in_format(capture: &Capture, format: Format) -> Capture {
    Capture {
        format,
        ..capture.clone()
    }
}

/// A case's capture; its devices are those who opened connections.
fn read(file: &Path) -> Capture {
    let mut capture = Capture::read(&fs::read(file).unwrap());
    let opened = |packet: &Packet| packet.is_tcp() && packet.flags() & (SYN | ACK) == SYN;
    let packets = capture.frames.iter().filter_map(Packet::of);
    let devices: BTreeSet<IpAddr> = packets.filter(opened).map(|packet| packet.src()).collect();
    capture.devices = devices.into_iter().collect();
    capture
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Every string of a value, changed.
fn each_string(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|item| each_string(item, change)),
        _ => {}
    }
}

/// Addresses of the capture in a text, by those that they have now. In a pattern either is right, because a program wrote
/// the old one into its requests.
fn with_addresses(text: &str, capture: &Capture, is_pattern: bool) -> String {
    let packets = capture.frames.iter().filter_map(Packet::of);
    let hosts: BTreeSet<IpAddr> = packets.flat_map(|packet| [packet.src(), packet.dst()]).collect();
    let mut text = text.to_owned();
    for host in hosts {
        let IpAddr::V4(old) = host else { continue };
        let new = in_six(old);
        if is_pattern {
            let escaped = old.to_string().replace('.', "\\.");
            text = text.replace(&escaped, &format!("(?:{escaped}|\\[?{new}\\]?)"));
        } else {
            text = text.replace(&old.to_string(), &new.to_string());
        }
    }
    text
}

/// Writes a case's twin into `folder`, and gives the case as the grader reads it; `None` if it has no such twin, because what
/// the twin changes is part of the truth.
fn twin_of(case: &Value, name: &str, make: Make, from: &Path, folder: &Path) -> Option<Value> {
    let file = case["file"].as_str()?;
    let capture = read(&from.join(file));
    let has_text = list(&case["logs"]).next().is_some();
    let renames = name.starts_with("IPv6") || name == "all over IPv6";
    let has_none = match name {
        // Licensing is expected at its port, and a text of the device may name one.
        "other ports" => has_text || !list(&case["options"]).any(|it| it == "--all"),
        // The text has the time of the device's clock.
        "clock" => has_text,
        // IPv6 has no broadcast.
        _ => renames && capture.frames.iter().any(asks_everybody),
    };
    if has_none {
        return None;
    }
    fs::write(folder.join(file), make(&capture).write()).unwrap();
    let mut case = case.clone();
    for (key, value) in case.as_object_mut().unwrap().iter_mut().filter(|_| renames) {
        match key.as_str() {
            "options" => each_string(value, &|text| with_addresses(text, &capture, false)),
            "must" | "never" | "avoid" | "must_remedy" | "never_remedy" => {
                each_string(value, &|text| with_addresses(text, &capture, true));
            }
            _ => {}
        }
    }
    let beside = list(&case["options"]).filter_map(|it| it.as_str()?.strip_prefix('@'));
    for other in list(&case["logs"]).filter_map(Value::as_str).chain(beside) {
        let bytes = fs::read(from.join(other)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let text = if renames {
            with_addresses(&text, &capture, false)
        } else {
            text.into_owned()
        };
        fs::write(folder.join(other), text).unwrap();
    }
    Some(case)
}

/// A DNS question to every host of the link.
fn asks_everybody(frame: &Frame) -> bool {
    let asked = |packet: Packet| packet.dst() == Ipv4Addr::BROADCAST && packet.body.get(2..4) == Some(&[0, 53]);
    Packet::of(frame).is_some_and(asked)
}

/// Grades the cases in `folder`; the grader's lines.
fn grade(folder: &Path) -> String {
    let mut grader = bare(Command::new("python3"));
    grader
        .arg(root().join("../shared/field/check_field.py"))
        .arg("--cases")
        .arg(folder.join("cases.json"))
        .env("TLSWALK_BIN", env!("CARGO_BIN_EXE_tlswalk"));
    let outcome = run(&mut grader, Duration::from_secs(1200));
    assert!(outcome.status.is_some(), "the grader ended: {}", outcome.stderr);
    format!("{}{}", outcome.stdout, outcome.stderr)
}

#[test]
fn the_truth_does_not_depend_on_what_carries_it() {
    let field = root().join("../shared/field");
    let Ok(text) = fs::read_to_string(field.join("cases.json")) else {
        return skip("twins", "../shared/field is not there");
    };
    if Command::new("python3").arg("--version").output().is_err() {
        return skip("twins", "the grader needs python3");
    }
    let wanted = std::env::var("TLSWALK_TWINS").ok();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("twins");
    let _ = fs::remove_dir_all(&all);
    let mut wrong = Vec::new();
    for (place, (name, make)) in TWINS.iter().enumerate() {
        let is_due = |n: usize| match wanted.as_deref() {
            None => place == 0 || n % (TWINS.len() - 1) == place - 1,
            Some("all") => true,
            Some(wanted) => name.starts_with(wanted),
        };
        let folder: PathBuf = all.join(name.replace(' ', "-"));
        fs::create_dir_all(folder.join("captures")).unwrap();
        let due = cases
            .iter()
            .enumerate()
            .filter(|(n, _)| is_due(*n))
            .map(|(_, case)| case);
        let made = due.filter_map(|case| twin_of(case, name, *make, &field.join("captures"), &folder.join("captures")));
        let made: Vec<Value> = made.collect();
        if made.is_empty() {
            continue;
        }
        fs::write(folder.join("cases.json"), serde_json::to_string(&made).unwrap()).unwrap();
        let lines = grade(&folder);
        // The grader's last line counts.
        let counts = lines.lines().last().unwrap_or_default();
        eprintln!("{name}: {counts}");
        if !counts.contains(&format!(": {0}/{0} right, 0 state", made.len())) {
            wrong.push(format!("{name}:\n{lines}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
