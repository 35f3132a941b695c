//! Writes a capture of any size for measuring and testing, and the truth about it.
//!
//! ```sh
//! cargo run --release --example generate -- mixed 100M out.pcap
//! cargo run --release --example generate -- handshakes 1G out.pcapng --seed 7 --truth truth.jsonl
//! ```
//!
//! The truth is JSON lines, on standard error or in a file: each licensing attempt with its verdict, and last what was written.

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use generator::{Among, Format, Mix, Plan};

const USAGE: &str = "usage: generate MIX SIZE[K|M|G] FILE|- [--format pcap|pcapng] [--seed N] [--truth FILE] [--every SIZE] [--slower N]
  MIX: mixed, controller, small, scan, handshakes or licensing; the format follows from the name of FILE if it is not given
  --every, --slower: in mixed and controller, a licensing attempt after so many bytes, and pauses so many times longer";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("generate: {why}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Vec<String>) -> Result<(), String> {
    let mut places = Vec::new();
    let (mut format, mut seed, mut truth) = (None, 1, None);
    let mut among = Among::default();
    let mut rest = arguments.into_iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{word} wants a value\n{USAGE}"));
        match word.as_str() {
            "--format" => format = Some(value()?),
            "--seed" => seed = value()?.parse().map_err(|_| "--seed wants a number")?,
            "--every" => among.every = bytes(&value()?).filter(|it| *it > 0).ok_or("--every wants a size")?,
            "--slower" => among.slower = value()?.parse().map_err(|_| "--slower wants a number")?,
            "--truth" => truth = Some(value()?),
            _ if word.starts_with("--") => return Err(format!("{word} is not known\n{USAGE}")),
            _ => places.push(word),
        }
    }
    let [mix, size, path] = &places[..] else {
        return Err(USAGE.to_owned());
    };
    let plan = Plan {
        mix: Mix::named(mix).ok_or_else(|| format!("{mix} is no mix\n{USAGE}"))?,
        format: match format.as_deref() {
            Some("pcapng") => Format::Pcapng,
            Some("pcap") => Format::Pcap,
            Some(other) => return Err(format!("{other} is no format\n{USAGE}")),
            None if path.ends_with(".pcapng") => Format::Pcapng,
            None => Format::Pcap,
        },
        bytes: bytes(size).ok_or_else(|| format!("{size} is no size\n{USAGE}"))?,
        seed,
    };
    let failed = |name: &str, error: io::Error| format!("{name}: {error}");
    let written = if path == "-" {
        generator::write_among(&plan, among, BufWriter::new(io::stdout().lock()))
    } else {
        let file = File::create(path).map_err(|error| failed(path, error))?;
        generator::write_among(&plan, among, BufWriter::with_capacity(1 << 20, file))
    }
    .map_err(|error| failed(path, error))?;
    let mut lines: Vec<String> = written.attempts.iter().map(|truth| truth.json().to_string()).collect();
    lines.push(written.json(&plan).to_string());
    let text = lines.join("\n") + "\n";
    match truth {
        Some(name) => std::fs::write(&name, text).map_err(|error| failed(&name, error)),
        None => io::stderr()
            .write_all(text.as_bytes())
            .map_err(|error| failed("standard error", error)),
    }
}

/// `100M` is a hundred million.
fn bytes(text: &str) -> Option<u64> {
    let (digits, unit) = match text.as_bytes().last()? {
        b'K' => (&text[..text.len() - 1], 1000),
        b'M' => (&text[..text.len() - 1], 1_000_000),
        b'G' => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}
