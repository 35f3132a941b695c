//! command line → Listing: the attempts that a report lists; it counts the others.

use std::net::IpAddr;

use clap::Args;
use tlswalk::Target;
use tlswalk::base::frame::Timestamp;
use tlswalk::profile::listing::{Listing, Only};
use tlswalk::report::explain;

use crate::cli::did_you_mean;

/// Options that expect something of every attempt, listed or not.
const EXPECTING: [&str; 3] = ["expect", "expect_file", "accepted"];

/// Options that choose among the attempts.
#[derive(Debug, Default, Args)]
pub(crate) struct ListingArgs {
    /// List only failures, or only one verdict (repeatable)
    ///
    /// failures, or verdicts separated by commas: see tlswalk explain. Other attempts are counted by verdict; the report's own
    /// verdict and the exit code are those of all attempts.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = only, conflicts_with_all = EXPECTING, hide_short_help = true)]
    pub(crate) only: Vec<Only>,
    /// List only attempts to reach this server: address or name (repeatable)
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with_all = EXPECTING, hide_short_help = true)]
    pub(crate) server: Vec<Target>,
    /// List only attempts of this client (repeatable)
    #[arg(long, value_name = "IP", conflicts_with_all = EXPECTING, hide_short_help = true)]
    pub(crate) client: Vec<IpAddr>,
    /// List only attempts that began at this time or later
    ///
    /// E.g. 2024-05-01T12:00:00Z.
    #[arg(long, value_name = "RFC3339", conflicts_with_all = EXPECTING, hide_short_help = true)]
    pub(crate) since: Option<Timestamp>,
    /// List only attempts that began at this time or earlier
    #[arg(long, value_name = "RFC3339", conflicts_with_all = EXPECTING, hide_short_help = true)]
    pub(crate) until: Option<Timestamp>,
    /// List only this many attempts, the earliest
    #[arg(long, value_name = "COUNT", conflicts_with_all = EXPECTING, hide_short_help = true)]
    pub(crate) first: Option<usize>,
}

impl ListingArgs {
    /// `whole`: an option expects something of every attempt, so the report lists all.
    pub(crate) fn listing(&self, whole: bool) -> Listing {
        Listing {
            only: self.only.clone(),
            servers: self.server.clone(),
            clients: self.client.clone(),
            since: self.since,
            until: self.until,
            first: self.first,
            whole,
        }
    }

    /// The options that were given, each with its value.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&'static str, String)> {
        let only = self.only.iter().map(|it| ("--only", it.name().to_owned()));
        let servers = self.server.iter().map(|it| ("--server", it.to_string()));
        let clients = self.client.iter().map(|it| ("--client", it.to_string()));
        let since = self.since.iter().map(|it| ("--since", it.to_string()));
        let until = self.until.iter().map(|it| ("--until", it.to_string()));
        let first = self.first.iter().map(|it| ("--first", it.to_string()));
        only.chain(servers)
            .chain(clients)
            .chain(since)
            .chain(until)
            .chain(first)
    }
}

/// Reads what `--only` takes.
fn only(word: &str) -> Result<Only, String> {
    let word = word.trim();
    match Listing::only(word) {
        Only::Verdict(id) if explain::explanation(&id).is_none() => Err(format!(
            "{id} is not a verdict{} (failures, or one of tlswalk explain)",
            did_you_mean(explain::nearest(&id))
        )),
        only => Ok(only),
    }
}
