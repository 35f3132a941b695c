//! command line → TriageOptions: what triage alone takes; the rest it shares with the main command.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// Text below the help.
pub(crate) const TRIAGE_EXAMPLES: &str = "\
Examples:
  tlswalk triage exports/                       a table, the worst first
  tlswalk triage -f csv -o rows.csv exports/ a.pcap
  tlswalk triage --state seen.ndjson -f html -o page.html exports/
  tlswalk triage --watch in/ --state seen.ndjson -f ndjson >> rows.ndjson

Exit codes: as tlswalk's; 2 if anything at all could not be read";

/// Options of triage alone.
#[derive(Debug, Args)]
pub(crate) struct TriageOptions {
    /// Remember what was judged, and continue there next time
    ///
    /// A line for each capture, by the SHA-256 of its content; one that has changed neither place, size nor time of
    /// change is not read again. With another version or other options, everything is judged again.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Do not read the files of a ring as one capture
    #[arg(long)]
    pub(crate) no_rings: bool,
    /// Judge captures that arrive in a folder, until stopped
    ///
    /// A capture is read when its writer has closed it or it was moved in; if the system does not report that, as on
    /// network file systems, when it has not changed for --settle seconds. With --state a restart reports nothing twice.
    #[arg(long, value_name = "DIR")]
    pub(crate) watch: Vec<PathBuf>,
    /// Seconds without a change before a file is read [default: 2]
    #[arg(hide_default_value = true, long, value_name = "SECONDS", default_value = "2", requires = "watch", value_parser = settle)]
    pub(crate) settle: Duration,
}

/// Seconds, also parts of one.
fn settle(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "write the seconds as in 2 or 0.5".to_owned())?;
    if !(0.05..=86_400.0).contains(&seconds) {
        return Err("from 0.05 to 86400 seconds can be waited".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}
