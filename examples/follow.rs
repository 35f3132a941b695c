//! Follows a capture that grows and acts on each attempt when it has ended: here, it raises an alarm for each that failed.
//!
//! ```sh
//! tcpdump -U -w - port 443 | cargo run --example follow
//! ```

use std::error::Error;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use tlswalk::profile::Profile;
use tlswalk::report::Severity;
use tlswalk::{Options, analyze_stream};

fn main() -> Result<(), Box<dyn Error>> {
    let failed = follow(io::stdin(), &mut io::stdout())?;
    println!("{failed} failed");
    Ok(())
}

/// Writes a line for each attempt that failed, as soon as that is known; their number is what is left to say at the end.
pub(crate) fn follow(input: impl Read, out: &mut dyn Write) -> Result<usize, Box<dyn Error>> {
    let profile = Profile::built_in("cisco-smart-licensing").ok_or("no such profile")?;
    let mut failed = 0;
    let mut written = Ok(());
    analyze_stream(input, "standard input", &Options::new(profile), |part| {
        for attempt in &part.attempts {
            if attempt.verdict.severity == Severity::Error && written.is_ok() {
                failed += 1;
                written = writeln!(out, "ALARM {} {}: {}", attempt.device, attempt.name, attempt.verdict.id);
            }
        }
        // Where nobody listens any more, nothing more need be read.
        if written.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    written?;
    Ok(failed)
}
