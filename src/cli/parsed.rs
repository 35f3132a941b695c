//! Words of the command line → Parsed: a command to run, a text to show, or a mistake.

use std::ffi::OsString;

use clap::FromArgMatches as _;
use clap::builder::StyledStr;
use clap::error::ErrorKind;

use crate::cli::args::Cli;
use crate::cli::usage;

/// Result of reading the command line.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// A command to run.
    Run(Box<Cli>),
    /// Help or version, as text for standard output.
    Show(StyledStr),
    /// A mistake, as one line.
    Mistake(String),
}

/// Reads the command line.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Parsed {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed = usage::command_for(&arguments)
        .try_get_matches_from(&arguments)
        .and_then(|matches| {
            let mut cli = Cli::from_arg_matches(&matches)?;
            cli.typed = usage::typed(&matches);
            Ok((cli, matches))
        });
    match parsed {
        Ok((cli, matches)) => {
            let checked = match usage::misplaced(&matches) {
                Some(misplaced) => Err(misplaced),
                None => cli.with_output(usage::says_format(&matches), usage::formats(matches.subcommand_name())),
            };
            match checked {
                Ok(cli) => Parsed::Run(Box::new(cli)),
                Err(mistake) => Parsed::Mistake(mistake),
            }
        }
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Parsed::Show(error.render())
        }
        Err(error) => {
            let first = arguments.get(1).and_then(|it| it.to_str());
            Parsed::Mistake(usage::one_line(&error, first))
        }
    }
}
