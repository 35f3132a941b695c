//! Packets printed as text → the report of their capture, but for what the text cannot hold.
//!
//! Every sample is printed in each form that is read, and judged from the text. What a form leaves out (dates, link layers,
//! fractions of a second) is left out of the capture that it is compared with, too. Every report of every form is compared with
//! `TLSWALK_DUMPS=all`.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use crate::metamorphic::options;
use crate::support::{root, rows};
use crate::targets::containers::forms::{FORMS, SECOND, Seen, read, text_of};
use serde_json::Value;
use tlswalk::base::phrase::Language;
use tlswalk::capture::End;
use tlswalk::capture::note::Note;
use tlswalk::handoff::{slice, verify};
use tlswalk::{Options, analyze};

/// The same frames as a capture file: nanoseconds where there are times, a pcapng file without any where there are none.
fn file(frames: &[Seen], has_times: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let link = frames[0].link;
    if has_times {
        bytes.extend(0xa1b2_3c4d_u32.to_le_bytes());
        bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]);
        bytes.extend(u32::from(link).to_le_bytes());
        for frame in frames {
            for field in [
                frame.time / SECOND,
                frame.time % SECOND,
                frame.data.len() as i64,
                frame.wire_len.into(),
            ] {
                bytes.extend(u32::try_from(field).unwrap().to_le_bytes());
            }
            bytes.extend(&frame.data);
        }
        return bytes;
    }
    let mut block = |kind: u32, body: &[u8]| {
        let len = (12 + body.len().next_multiple_of(4)) as u32;
        bytes.extend(kind.to_le_bytes());
        bytes.extend(len.to_le_bytes());
        bytes.extend(body);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(len.to_le_bytes());
    };
    block(
        0x0a0d_0d0a,
        &[&[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0][..], &[0xff; 8]].concat(),
    );
    block(1, &[link.to_le_bytes(), [0; 2], [0; 2], [0; 2]].concat());
    for frame in frames {
        block(3, &[&frame.wire_len.to_le_bytes()[..], &frame.data].concat());
    }
    bytes
}

/// The report without what says in which file the frames stood.
fn report(bytes: &[u8], options: &Options) -> Value {
    let report = analyze(bytes, "capture", options).unwrap();
    let mut value = serde_json::to_value(&report).unwrap();
    let capture = value["capture"].as_object_mut().unwrap();
    for key in ["format", "bytes", "sha256", "snap_length"] {
        capture.remove(key);
    }
    let of_text = |it: &Value| it["id"].as_str().unwrap_or_default().starts_with("dump-");
    if let Some(anomalies) = capture.get_mut("anomalies").and_then(Value::as_array_mut) {
        anomalies.retain(|it| !of_text(it));
    }
    value
}

/// The first place where two reports differ, and what stands there.
fn difference(one: &Value, other: &Value, path: &str) -> Option<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => one.keys().chain(other.keys()).find_map(|key| {
            difference(
                one.get(key).unwrap_or(&Value::Null),
                other.get(key).unwrap_or(&Value::Null),
                &format!("{path}.{key}"),
            )
        }),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs
                .into_iter()
                .find_map(|(n, (one, other))| difference(one, other, &format!("{path}.{n}")))
        }
        _ => (one != other).then(|| format!("{path}: {one} instead of {other}")),
    }
}

fn samples() -> Vec<(String, Vec<Seen>, Options)> {
    rows()
        .into_iter()
        .filter(|row| !row.file.ends_with(".log"))
        .filter_map(|row| {
            let bytes = std::fs::read(root().join("samples").join(&row.file)).ok()?;
            let (facts, frames) = read(&bytes).ok()?;
            (facts.end == End::Complete && facts.damage.is_empty() && facts.link_types.len() == 1)
                .then(|| (row.file.clone(), frames, options(&row)))
        })
        .collect()
}

#[test]
fn every_sample_printed_in_every_form_gives_its_report() {
    let samples = samples();
    let is_all = std::env::var_os("TLSWALK_DUMPS").is_some_and(|it| it == "all");
    let mut read_back = [0; FORMS.len()];
    let mut different = Vec::new();
    for (n, (name, frames, options)) in samples.iter().enumerate() {
        for (form, (m, count)) in FORMS.iter().zip(read_back.iter_mut().enumerate()) {
            let Some((text, held)) = text_of(frames, form) else {
                continue;
            };
            let (facts, found) = read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}, {}: {error}", form.name));
            assert_eq!(
                (facts.format, facts.end),
                ("text", End::Complete),
                "{name}, {}",
                form.name
            );
            assert_eq!(found.len(), held.len(), "{name}, {}", form.name);
            for (found, held) in found.iter().zip(&held) {
                assert_eq!(found, held, "{name}, {}", form.name);
            }
            *count += 1;
            // The same frames give the same report; of each sample, every eighth form shows that they do, and all if asked to.
            if (n + m) % 8 == 0 || is_all {
                let expected = report(&file(&held, (form.time)(1, 1).is_some()), options);
                let told = report(text.as_bytes(), options);
                different.extend(difference(&told, &expected, "").map(|what| format!("{name}, {}: {what}", form.name)));
            }
        }
    }
    assert!(
        different.is_empty(),
        "{} differ: {:#?}",
        different.len(),
        different.iter().take(20).collect::<Vec<_>>()
    );
    assert!(
        read_back.iter().all(|&count| count > samples.len() * 9 / 10),
        "{read_back:?} of {}",
        samples.len()
    );
}

/// One sample of some length, with a certificate across several rows.
fn sample() -> Vec<Seen> {
    let bytes = std::fs::read(root().join("samples/client-certificate-self-signed-expired.pcap")).unwrap();
    read(&bytes).unwrap().1
}

#[test]
fn without_times_nothing_is_said_of_the_dates_of_any_certificate() {
    let dated = ["expired", "not-yet-valid", "issuer-expired", "issuer-not-yet-valid"];
    let mut compared = 0;
    for (name, frames, options) in samples() {
        let form = FORMS.iter().find(|form| form.name == "tshark -x").unwrap();
        let Some((text, _)) = text_of(&frames, form).filter(|_| options.at.is_none()) else {
            continue;
        };
        let causes = |report: &Value| -> Vec<String> {
            let all = report["attempts"].as_array().unwrap().iter();
            let causes = all.flat_map(|it| it["verdict"]["causes"].as_array().cloned().unwrap_or_default());
            causes.map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        let printed = causes(&report(text.as_bytes(), &options));
        assert!(
            printed.iter().all(|it| !dated.contains(&it.as_str())),
            "{name}: {printed:?}"
        );
        let own = causes(&report(&file(&frames, true), &options));
        if !own.contains(&"unreadable".to_owned()) {
            assert!(!printed.contains(&"unreadable".to_owned()), "{name}: {printed:?}");
        }
        compared += usize::from(own.iter().any(|it| dated.contains(&it.as_str())));
    }
    assert!(compared > 5, "samples whose certificates have ended are printed");
}

#[test]
fn a_text_with_page_breaks_prompts_and_messages_in_it_is_the_same() {
    let breaks = [
        "\r\n --More-- \r          \r",
        "\r\n--More--\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}        \u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}",
        "\r\n<--- More --->\r              \r",
        "\r\n--More--\r\n",
        "\r\n*Nov 22 09:44:14.363: %SYS-5-CONFIG_I: Configured from console by vty0\r\n",
        "\r\nwlc#\r\nwlc#\r\n",
        "\r\r\n",
    ];
    for form in &FORMS {
        let (text, held) = text_of(&sample(), form).unwrap();
        for (n, mark) in breaks.iter().enumerate() {
            let lines: Vec<&str> = text.lines().collect();
            let broken: String = lines
                .iter()
                .enumerate()
                .map(|(at, line)| {
                    // A heading and its first row stay together: what stands between could be the next heading.
                    let is_row = lines.get(at + 1).is_some_and(|next| next.trim_start().len() > 30);
                    let mark = if at % 7 == n && is_row && line.len() > 30 {
                        mark
                    } else {
                        "\r\n"
                    };
                    format!("{line}{mark}")
                })
                .collect();
            let (_, found) = read(broken.as_bytes()).unwrap();
            assert!(found == held, "{}: {mark:?}", form.name);
        }
        let utf16: Vec<u8> = std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(read(&utf16).unwrap().1 == held, "{}", form.name);
    }
}

#[test]
fn a_text_cut_anywhere_gives_what_is_whole() {
    for form in &FORMS {
        let (text, held) = text_of(&sample(), form).unwrap();
        let mut cut_short = 0;
        for len in (0..text.len()).step_by(97) {
            let Ok((facts, found)) = read(&text.as_bytes()[..len]) else {
                continue;
            };
            assert_eq!(facts.bytes, len as u64);
            let (last, whole) = found.split_last().unwrap();
            assert!(whole == &held[..whole.len()], "{}, {len}", form.name);
            let expected = &held[whole.len()];
            assert_eq!(last.number, expected.number);
            assert!(expected.data.starts_with(&last.data), "{}, {len}", form.name);
            if last.data.len() < expected.data.len() && last.data.len() >= 34 {
                assert_eq!(last.wire_len, expected.wire_len, "{}, {len}", form.name);
                cut_short += usize::from(facts.end != End::Complete);
            }
        }
        assert!(cut_short > 20, "{}: {cut_short}", form.name);
    }
}

#[test]
fn a_row_that_is_missing_cuts_its_packet_and_no_other() {
    for form in &FORMS {
        let (text, held) = text_of(&sample(), form).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let mut holes = 0;
        for missing in (0..lines.len()).step_by(5) {
            let without: String = (0..lines.len())
                .filter(|at| *at != missing)
                .map(|at| format!("{}\n", lines[at]))
                .collect();
            let (facts, found) = read(without.as_bytes()).unwrap();
            let mut expected = held.iter();
            for frame in &found {
                // A first row takes its packet along.
                let whole = expected
                    .find(|it| it.data.starts_with(&frame.data))
                    .unwrap_or_else(|| panic!("{}, {missing}", form.name));
                let is_told = frame.wire_len as usize > frame.data.len();
                assert!(
                    frame.data.len() == whole.data.len() || is_told,
                    "{}, {missing}: {frame:?}",
                    form.name
                );
            }
            holes += usize::from(facts.anomalies.iter().any(|it| it.kind.name() == "dump-rows-missing"));
        }
        assert!(holes > 20, "{}: {holes}", form.name);
    }
}

#[test]
fn what_the_tools_print_is_read_as_the_capture() {
    let tools: [(&str, &[&str], i64, bool); 7] = [
        ("tcpdump", &["-nr", "FILE", "-XX", "-tttt"], 1000, true),
        ("tcpdump", &["-nr", "FILE", "-xx", "-tt"], 1000, true),
        ("tcpdump", &["-nr", "FILE", "-xx", "-tt", "-e", "-vvv"], 1000, true),
        ("tcpdump", &["-nr", "FILE", "-X", "-tt"], 1000, false),
        ("tshark", &["-r", "FILE", "-x", "-V"], 1, true),
        ("tshark", &["-r", "FILE", "-x", "-P", "-t", "ud"], 1000, true),
        ("tshark", &["-r", "FILE", "-x", "-P", "-t", "e"], 1, true),
    ];
    let path = root().join("samples/client-certificate-self-signed-expired.pcap");
    for (tool, arguments, unit, has_link) in tools {
        let arguments: Vec<&str> = arguments
            .iter()
            .map(|it| if *it == "FILE" { path.to_str().unwrap() } else { *it })
            .collect();
        let run = std::process::Command::new(tool)
            .args(&arguments)
            .env("TZ", "UTC")
            .output();
        let Some(output) = run.ok().filter(|it| it.status.success()) else {
            assert!(std::env::var_os("TLSWALK_CI").is_none(), "{tool} is missing");
            eprintln!("SKIPPED: {tool} is missing");
            continue;
        };
        let (facts, found) = read(&output.stdout).unwrap();
        let frames = sample();
        assert_eq!(
            (facts.format, found.len()),
            ("text", frames.len()),
            "{tool} {arguments:?}"
        );
        for (found, frame) in found.iter().zip(&frames) {
            let from = if has_link { 0 } else { 14 };
            assert_eq!(found.data, frame.data[from..], "{tool} {arguments:?} {}", frame.number);
            assert_eq!(
                (found.number, found.time),
                (frame.number, frame.time / unit * unit),
                "{tool} {arguments:?}"
            );
        }
    }
}

#[test]
fn what_holds_no_packet_is_refused_with_the_sentence_for_it() {
    for (text, expected) in [
        (std::fs::read_to_string(root().join("README.md")).unwrap(), "plain text"),
        (
            std::fs::read_to_string(root().join("samples/device-refused.log")).unwrap(),
            "not a capture",
        ),
        (
            "wlc#show monitor capture CAP buffer brief\n  0   62    0.000000   10.1.1.1 -> 10.2.2.2 0 BE TCP\n".into(),
            "command line",
        ),
        (
            "00000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF\n00000010: 0300 3e00 0100 0000\n".repeat(3),
            "hex dump",
        ),
        (
            "*Nov 22 09:44:14.363: %SYS-5-CONFIG_I: Configured from console\n".into(),
            "--log",
        ),
        (
            "12:00:01.000001 IP 1.2.3.4.5 > 6.7.8.9.443: Flags\n12:00:01.000002 IP 1.2.3.4.5 > 6.7.8.9.443: x\n".into(),
            "-xx",
        ),
        (
            "[vs_0][fw_0] eth0:i[60]: 10.1.1.1 -> 10.2.2.2 (TCP) len=60 id=7\nTCP: 1050 -> 443 .S.... seq=00000001 ack=00000000\n"
                .repeat(2),
            "fw monitor without their bytes",
        ),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn hostile_offsets_and_numbers_cost_nothing() {
    let (text, held) = text_of(&sample(), &FORMS[6]).unwrap();
    let hostile = "\t0xffffffffffffffff:  4500 0000\n\t0x3fff0:  4500\nFrame 999999999999: 999999999999 bytes on wire\n\
                   FFFFFFFFFFFFFFFF: 45000000 00000000\n0000  00\n99999999999\n";
    let (_, found) = read(format!("{text}{hostile}{text}").as_bytes()).unwrap();
    assert!(found.len() >= 2 * held.len());
    assert!(found.windows(2).all(|pair| pair[0].number < pair[1].number));
    assert!(found.iter().all(|frame| frame.data.len() <= 262_144));
}

#[test]
fn each_text_sample_gives_the_verdict_of_its_capture_on_the_same_frames() {
    let texts = [
        ("text-buffer-dump.txt", "client-certificate-self-signed-expired.pcap"),
        ("text-sniffer.txt", "client-certificate-expired.pcap"),
    ];
    for (text, capture) in texts {
        let row = rows().into_iter().find(|row| row.file == capture).unwrap();
        let judged = |file: &str, at| {
            let bytes = std::fs::read(root().join("samples").join(file)).unwrap();
            let mut options = options(&row);
            options.at = at;
            analyze(&bytes[..], "capture", &options).unwrap()
        };
        let at = "2026-11-22T09:44:14Z".parse().ok();
        let (told, expected) = (judged(text, at), judged(capture, at));
        assert_eq!(told.verdict.id, expected.verdict.id, "{text}");
        assert_eq!(told.capture.frames, expected.capture.frames);
        let evidence = |report: &tlswalk::report::Report| {
            let evidence = &report.attempts[0].verdict.evidence;
            evidence.iter().map(|it| it.frame).collect::<Vec<_>>()
        };
        assert_eq!(evidence(&told), evidence(&expected), "{text}");
        // Without a date nothing is said of a certificate's validity.
        let report = judged("text-buffer-dump.txt", None);
        assert!(!serde_json::to_string(&report).unwrap().contains("expired"), "{text}");
    }
}

#[test]
fn a_printed_capture_that_leaves_numbers_out_is_verified_and_sliced_under_its_own() {
    let form = &FORMS[0];
    // Look-ups before the connection are not printed: its numbers are beyond the count of packets.
    let frames: Vec<Seen> = sample()
        .into_iter()
        .map(|frame| Seen {
            number: frame.number + 500,
            ..frame
        })
        .collect();
    let (text, _) = text_of(&frames, form).unwrap();
    let options = Options::everything().unwrap();
    let judged = slice::judge(text.as_bytes(), "capture", &options).unwrap();
    let cited = judged.report.attempts[0].verdict.evidence[0].frame;
    assert!(cited > 500 && judged.facts.frames < 500, "{cited}");
    let files = verify::Files {
        names: vec!["capture".to_owned()],
        ..verify::Files::default()
    };
    let checked = |bytes: &[u8]| verify::verify(&judged.report, &files, || Ok(vec![bytes]), &options, None).unwrap();
    assert_eq!(checked(text.as_bytes()).fails, 0, "{:#?}", checked(text.as_bytes()));
    for breadth in slice::Breadth::ALL {
        let kept = slice::choose(text.as_bytes(), &judged.report, breadth, |_| None).unwrap();
        let wish = slice::Wish {
            kept: &kept,
            note: Note::of(&judged.facts),
            language: Language::En,
            name: "capture",
        };
        let cut = slice::cut(text.as_bytes(), Vec::new(), &judged, &wish, |_| None).unwrap();
        assert!(slice::holds(&judged, &kept, &cut[..], &options).unwrap(), "{breadth:?}");
        assert_eq!(checked(&cut).fails, 0, "{breadth:?}: {:#?}", checked(&cut));
    }
}
