//! What a report says in fields: frames, sides, versions, names, certificates.

use serde_json::Value;

use super::claims::list;
use super::stream::Side;
use super::wire::{ACK, FIN, RST, SYN, Wire};
use super::{Connection, Tally};

/// Handshake types of the steps that are read in clear (RFC 8446 section 4, RFC 5246 section 7.4).
const KINDS: [(&str, u8); 12] = [
    ("client-hello", 1),
    ("server-hello", 2),
    ("hello-retry-request", 2),
    ("new-session-ticket", 4),
    ("encrypted-extensions", 8),
    ("certificate", 11),
    ("server-key-exchange", 12),
    ("certificate-request", 13),
    ("server-hello-done", 14),
    ("certificate-verify", 15),
    ("client-key-exchange", 16),
    ("certificate-status", 22),
];

/// How the random of a Hello Retry Request begins (RFC 8446 section 4.1.3).
const HELLO_RETRY: [u8; 4] = [0xcf, 0x21, 0xad, 0x74];

/// The families of fields, and what must hold: for `docs/sentences.md`.
pub const FIELDS: &[(&str, &str)] = &[
    ("frames", "the file holds so many frames, where it is whole"),
    ("evidence-frame", "each frame that is cited is one of the file's"),
    (
        "certain-alone",
        "beside a verdict that is certain there is no alternative that is not excluded",
    ),
    ("lookup", "the frame of a question holds the name that it asks for"),
    ("step-side", "the frame of a step is that side's"),
    (
        "step-flags",
        "the frame of a SYN, an ACK, a FIN or a reset carries that flag",
    ),
    ("step-data", "the frame of a message carries data"),
    ("message-frame", "a message of that type ends in the frame"),
    ("record-frame", "a record of that type ends in the frame"),
    ("alert", "an alert with that level and number is in the frame"),
    (
        "acknowledged",
        "no more bytes count as acknowledged than the other side acknowledged",
    ),
    ("server-name", "the name is that of the Client Hello"),
    ("version", "the version is the one that the Server Hello chose"),
    (
        "certificates",
        "the certificates are those of the Certificate message, by their SHA-256",
    ),
];

pub fn capture(name: &str, report: &Value, wire: &Wire, tally: &mut Tally) {
    let capture = &report["capture"];
    let whole = capture["end"] == "complete" && list(&capture["damage"]).next().is_none();
    if whole && wire.is_whole {
        let frames = capture["frames"].as_u64();
        tally.add("frames", frames == Some(wire.frames), || {
            format!("{name}: {frames:?} frames, the file has {}", wire.frames)
        });
    }
    let evidence = list(&report["attempts"]).flat_map(|it| list(&it["verdict"]["evidence"]));
    for frame in evidence.filter_map(|it| it["frame"].as_u64()) {
        tally.add("evidence-frame", (1..=wire.frames).contains(&frame), || {
            format!("{name}: evidence in frame {frame} of {}", wire.frames)
        });
    }
    let verdicts = list(&report["attempts"]).map(|it| &it["verdict"]);
    for verdict in verdicts.filter(|it| it["confidence"] == "certain") {
        let other = list(&verdict["alternatives"]).find(|it| it["excluded"] == false);
        tally.add("certain-alone", other.is_none(), || {
            format!("{name}: {} is certain beside {:?}", verdict["id"], other)
        });
    }
}

/// A question's frame is a datagram (or segment) with that name in it.
pub fn lookup(name: &str, lookup: &Value, wire: &Wire, tally: &mut Tally) {
    let (Some(frame), Some(asked)) = (lookup["question"].as_u64(), lookup["name"].as_str()) else {
        return;
    };
    // Over TCP a question may be in several segments.
    let Some(packet) = wire.packets.iter().find(|it| it.frame == frame && it.tcp.is_none()) else {
        return;
    };
    let labels = asked.trim_end_matches('.').split('.');
    let wanted: Vec<u8> = labels
        .flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat())
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let have: Vec<u8> = packet.payload.iter().map(u8::to_ascii_lowercase).collect();
    let holds = wanted.is_empty() || have.windows(wanted.len()).any(|it| it == wanted);
    tally.add("lookup", holds, || {
        format!("{name}: frame {frame} does not ask for {asked}")
    });
}

pub fn connection(name: &str, it: &Connection<'_>, tally: &mut Tally) {
    let place = format!("{name}: {} → {}", it.report["client"], it.report["server"]);
    for step in list(&it.report["steps"]) {
        self::step(&place, it, step, tally);
    }
    for alert in list(&it.report["tls"]["alerts"]).filter(|alert| alert["seen"] == "observed") {
        self::alert(&place, it, alert, tally);
    }
    for (side, field) in [("client", "client_seen"), ("server", "server_seen")] {
        let known = it.side(side);
        let (Some(said), Some(true)) = (it.report["tcp"][field]["acked_bytes"].as_u64(), Some(it.is_plain())) else {
            continue;
        };
        let real = known.acknowledged.unwrap_or(0) as u64;
        tally.add("acknowledged", said <= real, || {
            format!("{place}: {said} bytes of the {side} acknowledged, the frames acknowledge {real}")
        });
    }
    hellos(&place, it, tally);
    certificates(&place, it, tally);
}

fn step(place: &str, it: &Connection<'_>, step: &Value, tally: &mut Tally) {
    let (Some(kind), Some(side), Some(frame)) = (step["kind"].as_str(), step["side"].as_str(), step["frame"].as_u64())
    else {
        return;
    };
    let Some(packet) = it.packet(frame) else { return };
    let from = it.side(side).packets.iter().any(|own| own.frame == frame);
    tally.add("step-side", from, || {
        format!("{place}: {kind} in frame {frame} is not from the {side}")
    });
    let flags = match kind {
        "syn" => Some(packet.has(SYN) && !packet.has(ACK)),
        "syn-ack" => Some(packet.has(SYN | ACK)),
        "ack" => Some(packet.has(ACK)),
        "fin" => Some(packet.has(FIN)),
        "reset" => Some(packet.has(RST)),
        _ => None,
    };
    if let Some(holds) = flags {
        tally.add("step-flags", holds, || {
            format!("{place}: {kind} in frame {frame}: its flags say otherwise")
        });
        return;
    }
    tally.add("step-data", packet.length > 0, || {
        format!("{place}: {kind} in frame {frame}, which carries no data")
    });
    // Out of order, the last byte and the byte that came last are in two frames: either may be meant.
    let ends_here = |from: usize, upto: usize| {
        let frames = it.side(side).frames(from, upto);
        frames.last() == Some(&frame) || frames.iter().max() == Some(&frame)
    };
    let wanted = KINDS.iter().find(|(word, _)| *word == kind).map(|(_, number)| *number);
    if let (Some(wanted), "observed") = (wanted, step["seen"].as_str().unwrap_or_default()) {
        let mut own = it
            .messages(side)
            .iter()
            .filter(|message| message.kind == wanted)
            .peekable();
        // A second hello stands behind change_cipher_spec, and is not read.
        if own
            .peek()
            .is_some_and(|own| wanted != 2 || !own.body[2..].starts_with(&HELLO_RETRY))
            && wanted != 1
            && wanted != 4
        {
            let holds = own.any(|message| ends_here(message.from, message.upto));
            tally.add("message-frame", holds, || {
                format!("{place}: {kind} of the {side} does not end in frame {frame}")
            });
        }
    } else if step["seen"] == "inferred"
        && kind == "finished"
        && let Some(records) = it.records(side)
        && records
            .last()
            .is_some_and(|last| last.upto == it.side(side).bytes.len())
        && it.side(side).bytes.len() == it.side(side).sent
    {
        let holds = records.iter().any(|record| ends_here(record.from, record.upto));
        tally.add("record-frame", holds, || {
            format!("{place}: no record of the {side} ends in frame {frame} ({kind})")
        });
    }
}

/// The frame that brought the last byte before `upto`.
fn last_frame(side: &Side<'_>, upto: usize) -> Option<u64> {
    side.frames(upto.checked_sub(1)?, upto).first().copied()
}

fn alert(place: &str, it: &Connection<'_>, alert: &Value, tally: &mut Tally) {
    let (Some(side), Some(code), Some(frame)) =
        (alert["side"].as_str(), alert["code"].as_u64(), alert["frame"].as_u64())
    else {
        return;
    };
    let Some(records) = it.records(side) else { return };
    let known = it.side(side);
    let whole = records.last().is_some_and(|last| last.upto == known.bytes.len()) && known.bytes.len() == known.sent;
    let own = records.iter().filter(|record| {
        record.kind == 21 && record.upto - record.from == 7 && u64::from(known.bytes[record.upto - 1]) == code
    });
    let frames: Vec<Option<u64>> = own.map(|record| last_frame(known, record.upto)).collect();
    if whole || !frames.is_empty() {
        tally.add("alert", frames.contains(&Some(frame)), || {
            format!("{place}: alert {code} of the {side} in frame {frame}; the frames have it in {frames:?}")
        });
    }
}

/// Extensions of a hello, where it is whole.
pub fn extensions(body: &[u8], is_client: bool) -> Option<Vec<(u16, &[u8])>> {
    let mut at = 34 + 1 + usize::from(*body.get(34)?);
    at += if is_client {
        let suites = usize::from(*body.get(at)?) << 8 | usize::from(*body.get(at + 1)?);
        let methods = at + 2 + suites;
        2 + suites + 1 + usize::from(*body.get(methods)?)
    } else {
        3
    };
    let mut rest = body.get(at + 2..).unwrap_or_default();
    let mut found = Vec::new();
    while let [a, b, high, low, ..] = rest {
        let length = usize::from(*high) << 8 | usize::from(*low);
        found.push((u16::from(*a) << 8 | u16::from(*b), rest.get(4..4 + length)?));
        rest = &rest[4 + length..];
    }
    Some(found)
}

fn hellos(place: &str, it: &Connection<'_>, tally: &mut Tally) {
    let tls = &it.report["tls"];
    let hello = it.client_messages.first().filter(|message| message.kind == 1);
    if let Some(extensions) = hello.and_then(|hello| extensions(&hello.body, true)) {
        let name = extensions.iter().find(|(kind, _)| *kind == 0);
        let name = name.and_then(|(_, value)| value.get(5..)).map(String::from_utf8_lossy);
        let said = tls["sni"].as_str();
        let holds = said.map(str::to_ascii_lowercase) == name.as_ref().map(|it| it.to_ascii_lowercase());
        let plain = name
            .as_ref()
            .is_none_or(|it| it.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)));
        if plain {
            tally.add("server-name", holds, || {
                format!("{place}: server name {said:?}, the hello says {name:?}")
            });
        }
    }
    let mut chosen = it.server_messages.iter().filter(|message| message.kind == 2);
    if let (Some(hello), None) = (chosen.next(), chosen.next())
        && let Some(extensions) = extensions(&hello.body, false)
        && let Some(said) = tls["version"].as_str()
    {
        let supported = extensions.iter().find(|(kind, _)| *kind == 43).map(|(_, value)| *value);
        let real = match supported.unwrap_or(&hello.body[..2]) {
            [3, 0] => "SSL 3.0",
            [3, 1] => "1.0",
            [3, 2] => "1.1",
            [3, 3] => "1.2",
            [3, 4] => "1.3",
            _ => return,
        };
        let holds = said.ends_with(real.trim_start_matches("SSL "));
        tally.add("version", holds, || {
            format!("{place}: version {said}, the Server Hello says {real}")
        });
    }
}

fn certificates(place: &str, it: &Connection<'_>, tally: &mut Tally) {
    for side in ["client", "server"] {
        let mut messages = it.messages(side).iter().filter(|message| message.kind == 11);
        let (Some(message), None) = (messages.next(), messages.next()) else {
            continue;
        };
        let mut rest = message.body.get(3..).unwrap_or_default();
        let mut real = Vec::new();
        while let [a, b, c, ..] = rest {
            let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
            let Some(der) = rest.get(3..3 + length) else { break };
            let hash = ring::digest::digest(&ring::digest::SHA256, der);
            real.push(
                hash.as_ref()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect::<String>(),
            );
            rest = &rest[3 + length..];
        }
        let said: Vec<&str> = list(&it.report["certificates"][side])
            .filter_map(|it| it["sha256"].as_str())
            .collect();
        // A chain that ends early is one that is said to be too long to be read.
        let is_cut = list(&it.report["steps"])
            .filter(|step| step["kind"] == "certificate" && step["side"] == side)
            .any(|step| step["detail"].as_str().is_some_and(|it| it.starts_with("too long: ")));
        let holds = said == real || is_cut && real.len() > said.len() && real.iter().zip(&said).all(|(a, b)| a == b);
        tally.add("certificates", holds, || {
            format!("{place}: the {side}'s certificates are others: {real:?}")
        });
    }
}
