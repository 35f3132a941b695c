//! Judges one capture: what became of each attempt to reach the licensing service, and what to do about it.
//!
//! ```sh
//! cargo run --example judge -- samples/client-certificate-self-signed-expired.pcap
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};

use tlswalk::profile::Profile;
use tlswalk::{Options, analyze};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: judge FILE")?;
    judge(&file, &mut io::stdout())
}

/// Writes a line for each attempt, and below it what to do and what to type.
pub(crate) fn judge(file: &str, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let profile = Profile::built_in("cisco-smart-licensing").ok_or("no such profile")?;
    let report = analyze(File::open(file)?, file, &Options::new(profile))?;
    for attempt in &report.attempts {
        let verdict = &attempt.verdict;
        writeln!(out, "{}: {} ({})", attempt.name, verdict.summary, verdict.confidence)?;
        for remedy in &verdict.remedy {
            writeln!(out, "  {}: {}", remedy.owner, remedy.action)?;
            for command in &remedy.commands {
                writeln!(out, "    {command}")?;
            }
        }
    }
    Ok(())
}
