//! Command line → Args: what the user typed, nothing more.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tlswalk::base::dialect::Dialect;
use tlswalk::base::frame::Timestamp;
use tlswalk::report::accepted::Day;
use tlswalk::report::gate::Gate;
use tlswalk::report::ticket;
use tlswalk::{Options, Target};

use crate::cli::choices::dialects;
pub(crate) use crate::cli::choices::{Color, ForTeam, Format, Lang};
use crate::cli::commands::triage::options::{TRIAGE_EXAMPLES, TriageOptions};
use crate::cli::help::{CHECK_CODES, EXAMPLES, TEMPLATE, VERIFY_CODES, WHY_CODES};
use crate::cli::listing::ListingArgs;
use crate::cli::settings::Settings;
use crate::cli::{expect, usage};

/// Opens a packet capture and says why a TLS connection failed
#[derive(Debug, Parser)]
#[command(name = "tlswalk", version, help_template = TEMPLATE, after_long_help = EXAMPLES, max_term_width = 100)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) inspect: Inspect,
    /// The options that were typed, and did not merely get their default value.
    #[arg(skip)]
    pub(crate) typed: Vec<String>,
}

impl Cli {
    /// The options of a command that judges captures.
    pub(crate) fn judging(&mut self) -> Option<&mut Inspect> {
        match &mut self.command {
            None => Some(&mut self.inspect),
            Some(
                Command::Slice { inspect, .. }
                | Command::Verify { inspect, .. }
                | Command::Diff { inspect }
                | Command::Why { inspect, .. }
                | Command::Whynot { inspect, .. }
                | Command::Check { inspect, .. }
                | Command::Triage { inspect, .. }
                | Command::Serve { inspect, .. }
                | Command::Config { inspect },
            ) => Some(inspect),
            Some(Command::Explain { .. } | Command::Mcp { .. } | Command::Completions { .. } | Command::Man) => None,
        }
    }

    /// `-o -` is no `-o` at all, except for a slice, which goes nowhere by itself; and what is said by a file's ending need not be
    /// said by `-f`.
    pub(super) fn with_output(mut self, says_format: bool, formats: &[Format]) -> Result<Self, String> {
        if matches!(self.command, Some(Command::Slice { .. })) {
            return Ok(self);
        }
        let Some(inspect) = self.judging() else {
            return Ok(self);
        };
        inspect.output.take_if(|it| it.as_os_str() == STANDARD_OUTPUT);
        let by_ending = inspect
            .output
            .as_deref()
            .and_then(Format::of_file)
            .filter(|_| !says_format);
        if let (Some(format), Some(output)) = (by_ending, &inspect.output) {
            usage::refuse_format(output, format, formats)?;
            inspect.format = format;
        }
        // A signature covers the report and, by its hash, the capture.
        inspect.hash |= inspect.sign.is_some();
        Ok(self)
    }
}

/// Subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Explain a verdict: its meaning, its look in a capture, and the first steps
    Explain {
        /// The verdict's id, or a topic; without one, all are listed
        id: Option<String>,
        /// Language of the text
        #[arg(long, value_name = "LANG", default_value = "en", hide_default_value = true)]
        lang: Lang,
        /// Colour
        #[arg(long, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
        color: Color,
    },
    /// Copy the decisive frames, with comments, to a pcapng file of their own
    #[command(max_term_width = 100)]
    Slice {
        #[command(flatten)]
        inspect: Inspect,
        /// Keep all frames
        #[arg(long)]
        whole: bool,
        /// Overwrite the output file
        #[arg(long)]
        force: bool,
    },
    /// Check every claim of a JSON report against the capture, or a slice of it
    #[command(max_term_width = 100, after_help = VERIFY_CODES)]
    Verify {
        /// The report, as tlswalk -f json wrote it; several reports are checked against one capture each
        #[arg(value_name = "REPORT.json")]
        report: PathBuf,
        /// The public key of the person who signed report and slice
        ///
        /// Ed25519, PEM. The signatures are beside the files: report.json.sig.
        #[arg(long, value_name = "PEM")]
        signed_by: Option<PathBuf>,
        #[command(flatten)]
        inspect: Inspect,
    },
    /// Compare two captures: one attempt from two points, or bad against good
    #[command(max_term_width = 100)]
    Diff {
        #[command(flatten)]
        inspect: Inspect,
    },
    /// List the claims of the report that rest on one frame
    #[command(max_term_width = 100, after_help = WHY_CODES)]
    Why {
        /// The frame's number, as Wireshark counts
        #[arg(value_name = "FRAME", value_parser = frame_number)]
        frame: u64,
        #[command(flatten)]
        inspect: Inspect,
    },
    /// Explain why a verdict was not given: the condition that is not met, or not visible
    #[command(max_term_width = 100)]
    Whynot {
        /// The verdict's id: see tlswalk explain
        #[arg(value_name = "VERDICT")]
        id: String,
        #[command(flatten)]
        inspect: Inspect,
    },
    /// Check the claims of a text: a ticket, a mail, an assistant's answer, in English or Japanese
    #[command(max_term_width = 100, after_help = CHECK_CODES)]
    Check {
        /// The text; `-` is standard input
        #[arg(value_name = "TEXT")]
        text: PathBuf,
        #[command(flatten)]
        inspect: Inspect,
    },
    /// Judge folders of captures: a row for each attempt, and a table by verdict
    ///
    /// Folders are read with all that is in them, links followed; a file is a capture by its content, not its name.
    #[command(max_term_width = 100, after_help = TRIAGE_EXAMPLES)]
    #[command(mut_arg("captures", |it| it
        .value_name("PATH")
        .help("Captures, and folders of them")
        .required(false)
        .required_unless_present("watch")
        .conflicts_with("watch")))]
    #[command(mut_arg("format", |it| it
        .help("text, json, ndjson, csv, junit or html")
        .long_help("text: a table by verdict, then what failed. ndjson, csv, json: a row for each attempt. junit: a test case for each capture. html: a page to hand on.")))]
    #[command(mut_arg("verbose", |it| it.help("List more, and the files that are not captures")))]
    #[command(mut_arg("quiet", |it| it.help("Print the table only; no progress")))]
    #[command(mut_arg("hash", |it| it.help("Put each capture's SHA-256 into its rows")))]
    Triage {
        #[command(flatten)]
        inspect: Inspect,
        #[command(flatten)]
        triage: TriageOptions,
    },
    /// Answer an assistant's questions about captures (Model Context Protocol): starts tlswalk-mcp
    #[command(disable_help_flag = true)]
    Mcp {
        /// What tlswalk-mcp takes: folders whose captures may be read; see tlswalk-mcp --help
        #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Judge captures in a browser, on a local page to drop them on
    ///
    /// It listens on 127.0.0.1 only, at an address that cannot be guessed, stores nothing and contacts no network.
    /// The options apply to every capture that is dropped there.
    #[command(max_term_width = 100)]
    #[command(mut_arg("captures", |it| it
        .required_unless_present(clap::builder::Resettable::Reset)
        .hide(true)))]
    Serve {
        #[command(flatten)]
        inspect: Inspect,
        /// The port; otherwise one that is free
        #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
        port: u16,
        /// The largest upload, in MiB
        #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
        max_upload: u64,
    },
    /// Show the settings in effect, and the source of each
    #[command(max_term_width = 100)]
    #[command(mut_arg("captures", |it| it
        .required_unless_present(clap::builder::Resettable::Reset)
        .hide(true)))]
    Config {
        #[command(flatten)]
        inspect: Inspect,
    },
    /// Print a completion script for a shell
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
    /// Print the manual page (troff)
    Man,
}

/// A frame number, or a clause that says what it is.
fn frame_number(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "write the number of a frame as Wireshark shows it, e.g. 24".to_owned())
}

/// Standard output, where a file is named that is written.
pub(crate) const STANDARD_OUTPUT: &str = "-";

/// The main command.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Packet captures (pcap, pcapng, hex dumps as text; gzip, zstd, lz4, xz, bzip2, zip); `-` is standard input
    #[arg(value_name = "CAPTURE", required_unless_present = "log")]
    pub(crate) captures: Vec<PathBuf>,
    /// Read all captures as one: files of a ring
    ///
    /// They may come in any order and may overlap; frames are numbered as mergecap numbers them.
    #[arg(long)]
    pub(crate) merge: bool,
    /// text, json, html, csv and others
    ///
    /// text: a screen. json, ndjson: everything, for programs. html: a page to hand on. markdown: for a ticket.
    /// csv: a row per attempt. junit, sarif: for CI servers. ndjson of standard input: a line whenever attempts have ended.
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) format: Format,
    /// A ticket for another team, ready to paste
    ///
    /// firewall, pki, proxy, server or support: the same facts in that team's words, as text, or with -f markdown.
    #[arg(long = "for", value_name = "TEAM", hide_possible_values = true)]
    pub(crate) team: Option<ForTeam>,
    /// The time zone of the ticket: UTC (the default) or an offset
    ///
    /// E.g. +09:00 or -05:30.
    #[arg(long, value_name = "ZONE", requires = "team", allow_hyphen_values = true, value_parser = ticket::zone, hide_short_help = true)]
    pub(crate) zone: Option<time::UtcOffset>,
    /// Write to this file, completely or not at all
    ///
    /// Its ending chooses the format unless -f does: txt, json, ndjson, html, md, csv, xml (JUnit), sarif. `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The connections to judge, and what is expected
    ///
    /// cisco-smart-licensing (the default), capwap-join (access points), default (judge every TLS
    /// connection), or a TOML file.
    #[arg(
        long,
        value_name = "NAME|FILE",
        default_value = Self::PROFILE,
        hide_default_value = true
    )]
    pub(crate) profile: String,
    /// The controller's address (repeatable)
    ///
    /// Needed only if the capture does not show it.
    #[arg(long, value_name = "IP")]
    pub(crate) wlc: Vec<IpAddr>,
    /// A further host of Cisco's cloud, beside the profile's (repeatable)
    #[arg(long, value_name = "HOST", hide_short_help = true)]
    pub(crate) cssm: Vec<Target>,
    /// An SSM On-Prem: address or name (repeatable)
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) on_prem: Vec<Target>,
    /// A CSLU: address or name (repeatable)
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) cslu: Vec<Target>,
    /// The HTTP proxy (repeatable)
    ///
    /// Otherwise it is recognised by CONNECT.
    #[arg(long, value_name = "IP[:PORT]")]
    pub(crate) proxy: Vec<Target>,
    /// Further trusted root certificates (repeatable)
    ///
    /// E.g. that of an SSM On-Prem or a lab. A chain that verifies up to one of them counts as genuine, whatever its names.
    #[arg(long, value_name = "PEM")]
    pub(crate) ca: Vec<PathBuf>,
    /// The device's own text: logs, show … (repeatable)
    ///
    /// Also a whole show tech or terminal log. Its lines are shown with the attempts they belong to; without a capture they are judged alone.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Vec<PathBuf>,
    /// Also report TLS that is not licensing
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
    /// The site of the captures: a name from the settings file
    ///
    /// Its servers, proxies, roots and profile apply unless an option overrides them: docs/settings.md.
    #[arg(long, value_name = "NAME", conflicts_with = "no_config", hide_short_help = true)]
    pub(crate) site: Option<String>,
    /// The settings file
    ///
    /// Otherwise $XDG_CONFIG_HOME/tlswalk/config.toml. tlswalk config shows the settings in effect.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", hide_short_help = true)]
    pub(crate) config: Option<PathBuf>,
    /// Read no settings file
    #[arg(long, hide_short_help = true)]
    pub(crate) no_config: bool,
    /// Language of the text: en or ja
    ///
    /// Otherwise the settings or the locale decide.
    #[arg(
        long,
        value_name = "LANG",
        default_value = "en",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) lang: Lang,
    /// The product whose commands the remedies use
    ///
    /// generic, ios-xe, ios-xe-wireless, ios-xr, nx-os or asa. Otherwise the profile or the device's own text decides.
    #[arg(long, value_name = "NAME", value_parser = dialects(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) dialect: Option<Dialect>,
    /// Open encrypted handshakes with the secrets of this key log (SSLKEYLOGFILE)
    ///
    /// A pcapng capture that carries its own secrets (Decryption Secrets Block) is a key log too: name it here, and as the
    /// capture. Only handshake messages and alerts are opened; application data is neither shown nor kept. A capture is judged
    /// without a key log, too: the key log makes certain what the sizes of records make likely.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) keylog: Option<PathBuf>,
    /// Judge certificates at this time
    ///
    /// Otherwise at the time in the capture, e.g. 2024-05-01T12:00:00Z.
    #[arg(long, value_name = "RFC3339", hide_short_help = true)]
    pub(crate) at: Option<Timestamp>,
    /// auto, always or never
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) color: Color,
    /// Show all certificates, steps and connections
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Replace addresses, names and keys by pseudonyms
    ///
    /// The same in a report and a slice of one capture; words of public services and products stay: docs/evidence.md.
    #[arg(long, hide_short_help = true)]
    pub(crate) redact: bool,
    /// Make pseudonyms with the bytes of this file
    ///
    /// Without it they are made with the capture itself: a reader who has the capture can undo them, and one who guesses every
    /// byte of it can check the guess.
    #[arg(long, value_name = "FILE", requires = "redact", hide_short_help = true)]
    pub(crate) redact_key: Option<PathBuf>,
    /// Keep certificates unchanged in the redacted output
    #[arg(long, requires = "redact", hide_short_help = true)]
    pub(crate) keep_certificates: bool,
    /// Put the capture's SHA-256 into the report
    #[arg(long, hide_short_help = true)]
    pub(crate) hash: bool,
    /// Sign the file that is written
    ///
    /// With a private key of Ed25519 (PEM, PKCS#8). The signature is written beside the file, as report.json.sig; verify --signed-by
    /// checks it. The report then has the capture's SHA-256, as with --hash.
    #[arg(long, value_name = "PEM", requires = "output", hide_short_help = true)]
    pub(crate) sign: Option<PathBuf>,
    /// Print the verdict line only
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Exit 0 if every capture is as expected, otherwise 1 (repeatable)
    ///
    /// A verdict, several verdicts separated by commas (one of them must fit), or a fact: "tls >= 1.3", "client-certificate: sent", "alert: none",
    /// "healthy within 2 s"; docs/usage.md has them all. The facts that differ are printed on standard error.
    #[arg(long, value_name = "EXPECTED", value_parser = Gate::parse, conflicts_with = "expect_file", hide_short_help = true)]
    pub(crate) expect: Vec<Gate>,
    /// The same, with a line for each capture in a file
    ///
    /// One line for each capture: the verdict (or several, separated by commas), then the capture's name; * and ? are wildcards.
    /// The first line that matches counts. Facts follow below it, indented. A line that matches no capture is a failure.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) expect_file: Option<PathBuf>,
    /// Exit 1 for warnings and errors that this file does not accept
    ///
    /// TOML: [[accept]] with finding, reason and review (a date), optionally captures and device. An entry past its review date
    /// accepts nothing.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) accepted: Option<PathBuf>,
    /// The date that review dates are compared with, e.g. 2026-03-31
    ///
    /// Otherwise today's.
    #[arg(long, value_name = "DATE", requires = "accepted", value_parser = expect::day, hide_short_help = true)]
    pub(crate) today: Option<Day>,
    /// Where the values of these options come from.
    #[arg(skip)]
    pub(crate) settings: Settings,
}

impl Inspect {
    /// The profile where none is named.
    pub(crate) const PROFILE: &str = "cisco-smart-licensing";

    /// True if nothing was said about what to look for: then, in a capture without licensing, what else failed is the answer.
    pub(crate) fn leaves_open_what(&self) -> bool {
        // Servers that a settings file names for every call say nothing of this capture.
        let is_asked_for = |key: &str, is_empty: bool| !is_empty && self.settings.is_asked_for(key);
        let named = [
            is_asked_for("cssm", self.cssm.is_empty()),
            is_asked_for("on-prem", self.on_prem.is_empty()),
            is_asked_for("cslu", self.cslu.is_empty()),
            is_asked_for("proxy", self.proxy.is_empty()),
            is_asked_for("wlc", self.wlc.is_empty()),
        ];
        self.profile == Self::PROFILE && !self.all && !named.contains(&true) && self.log.is_empty()
    }

    /// The options for what else failed in such a capture.
    pub(crate) fn others(&self, options: &Options) -> Option<Options> {
        self.leaves_open_what().then(|| options.of_others())?
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::parsed::{Parsed, parse};

    fn mistake(arguments: &[&str]) -> String {
        match parse(
            std::iter::once("tlswalk")
                .chain(arguments.iter().copied())
                .map(Into::into),
        ) {
            Parsed::Mistake(line) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mistake_is_one_line_that_says_what_to_do() {
        assert_eq!(mistake(&[]), "no capture given; try: tlswalk export.pcap (or --help)");
        for arguments in [
            &["-f", "xml", "a"][..],
            &["--formt", "json", "a"],
            &["--wlc", "here", "a"],
            &["--on-prem", "https://x", "a"],
            &["-q", "-v", "a"],
            &["-f"],
            &["explain", "a", "b"],
        ] {
            let line = mistake(arguments);
            assert!(!line.contains('\n') && line.contains("; "), "{line}");
        }
        assert!(
            mistake(&["-f", "xml", "a"]).ends_with("it can be text, json, ndjson, html, markdown, csv, junit, sarif")
        );
        assert!(mistake(&["--formt", "json", "a"]).ends_with("did you mean --format?"));
    }
}
