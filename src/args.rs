//! Command line → Args: what the user typed, nothing more.

use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tlswalk::frame::Timestamp;
use tlswalk::phrase::Language;
use tlswalk::{Host, Target};

use crate::expect;

const EXAMPLES: &str = "\
Commands:
  tlswalk explain [ID]          what a verdict means and looks like in a capture
  tlswalk completions <SHELL>   a completion script for bash, elvish, fish, powershell or zsh
  tlswalk man                   the manual page, in troff

Examples:
  tlswalk export.pcap                         why did licensing fail in this capture?
  tlswalk -v export.pcap                      every certificate, step and connection too
  tlswalk --on-prem ssm.example.net --ca ssm-root.pem export.pcapng
  tlswalk -f json -o report.json a.pcap b.pcap.gz
  tlswalk --log show-tech.txt export.pcap     what the controller says, beside what the wire shows
  tlswalk --log show-tech.txt                 what the controller says, without a capture
  tlswalk --merge ring_00001.pcap ring_00002.pcap
  ssh wlc-jump cat export.pcap | tlswalk -    from standard input
  tlswalk explain client-certificate-rejected
  tlswalk -f html -o report.html export.pcap  a page to hand on
  tlswalk -q --expect-file verdicts.txt captures/*.pcap    a regression suite

Exit codes:
  0  every licensing attempt succeeded
  1  at least one failed, or shows a problem of severity error
  2  tlswalk could not do its work: usage, unreadable capture, output not written
  3  nothing failed, but nothing could be concluded either
With --expect or --expect-file: 0 as expected, 1 not, 2 as above";

/// `-h` fits a screen of 24 lines: no list of arguments and commands that the usage shows already.
const TEMPLATE: &str = "\
{about}

Usage: tlswalk [OPTIONS] <CAPTURE>...  pcap, pcapng, also compressed; - is stdin
       tlswalk explain [ID]            what a verdict means and looks like
       tlswalk slice, verify, diff     evidence to hand on; see --help of each

{options}{after-help}";

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
}

/// What else tlswalk does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a verdict means and what it looks like in a capture
    Explain {
        /// The verdict's id; without one, all are listed
        id: Option<String>,
        /// Language of the text
        #[arg(long, value_name = "LANG", default_value = "en", hide_default_value = true)]
        lang: Lang,
        /// Colour
        #[arg(long, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
        color: Color,
    },
    /// Cut out the frames that matter, annotated, as a pcapng file of its own
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
    #[command(max_term_width = 100)]
    Verify {
        /// The report, as tlswalk -f json wrote it
        #[arg(value_name = "REPORT.json")]
        report: PathBuf,
        #[command(flatten)]
        inspect: Inspect,
    },
    /// Compare two captures: one attempt from two points, or bad against good
    #[command(max_term_width = 100)]
    Diff {
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

/// What the manual page says last.
const SEE_ALSO: &str = ".SH SEE ALSO\n.BR tshark (1),\n.BR editcap (1),\n.BR tcpdump (8)\n";

/// The manual page.
pub(crate) fn write_manual(out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let page = clap_mangen::Man::new(Cli::command());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    // The examples as they stand: troff would fill the lines.
    let examples = EXAMPLES.replace('\\', "\\\\").replace('-', "\\-");
    write!(out, ".SH EXAMPLES AND EXIT CODES\n.nf\n{examples}\n.fi\n{SEE_ALSO}")
}

/// The completion script of a shell.
pub(crate) fn write_completions(shell: clap_complete::Shell, out: &mut dyn std::io::Write) {
    clap_complete::generate(shell, &mut Cli::command(), "tlswalk", out);
}

/// The main command.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Packet captures (pcap, pcapng; gzip, zstd or lz4); `-` is standard input
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
    /// Write to this file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What to look for, and what to expect
    ///
    /// cisco-smart-licensing (the default), default (judge every TLS connection), or a TOML file.
    #[arg(
        long,
        value_name = "NAME|FILE",
        default_value = "cisco-smart-licensing",
        hide_default_value = true
    )]
    pub(crate) profile: String,
    /// The controller's address (repeatable)
    ///
    /// Needed only where it cannot be told from the capture.
    #[arg(long, value_name = "IP")]
    pub(crate) wlc: Vec<IpAddr>,
    /// Cisco's cloud beyond the profile's (repeatable)
    #[arg(long, value_name = "HOST", value_parser = target, hide_short_help = true)]
    pub(crate) cssm: Vec<Target>,
    /// An SSM On-Prem: address or name (repeatable)
    #[arg(long, value_name = "HOST[:PORT]", value_parser = target)]
    pub(crate) on_prem: Vec<Target>,
    /// A CSLU: address or name (repeatable)
    #[arg(long, value_name = "HOST[:PORT]", value_parser = target)]
    pub(crate) cslu: Vec<Target>,
    /// The HTTP proxy (repeatable)
    ///
    /// Otherwise it is recognised by CONNECT.
    #[arg(long, value_name = "IP[:PORT]", value_parser = target)]
    pub(crate) proxy: Vec<Target>,
    /// Further trust anchors (repeatable)
    ///
    /// E.g. the On-Prem's or a lab root: a chain that verifies up to one of them is genuine, whatever its names.
    #[arg(long, value_name = "PEM")]
    pub(crate) ca: Vec<PathBuf>,
    /// The device's own text: logs, show … (repeatable)
    ///
    /// Also a whole show tech or terminal log. Its lines are set beside the attempts; without a capture they are judged alone.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Vec<PathBuf>,
    /// Also report TLS that is not licensing
    #[arg(long)]
    pub(crate) all: bool,
    /// Language of the text: en or ja
    #[arg(
        long,
        value_name = "LANG",
        default_value = "en",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) lang: Lang,
    /// Judge certificates at this time
    ///
    /// Otherwise at the time in the capture, e.g. 2024-05-01T12:00:00Z.
    #[arg(long, value_name = "RFC3339", value_parser = time_of, hide_short_help = true)]
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
    /// Replace addresses, names, keys by pseudonyms
    ///
    /// The same in a report and a slice of one capture; words of public services and products stay. See the README.
    #[arg(long, hide_short_help = true)]
    pub(crate) redact: bool,
    /// Make pseudonyms with the bytes of this file
    ///
    /// Otherwise with the capture itself: whoever has it could undo them, and whoever guesses all of it could check the guess.
    #[arg(long, value_name = "FILE", requires = "redact", hide_short_help = true)]
    pub(crate) redact_key: Option<PathBuf>,
    /// Leave certificates as they are in what is redacted
    #[arg(long, requires = "redact", hide_short_help = true)]
    pub(crate) keep_certificates: bool,
    /// Put the capture's SHA-256 into the report
    #[arg(long, hide_short_help = true)]
    pub(crate) hash: bool,
    /// Print the verdict line only
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Exit 0 if every capture has this verdict, else 1
    ///
    /// Several verdicts, any of which will do, are parted by commas. What is seen instead is told on standard error.
    #[arg(long, value_name = "VERDICT", value_parser = expect::verdicts, conflicts_with = "expect_file")]
    pub(crate) expect: Option<expect::Verdicts>,
    /// The same, with a verdict for each capture in a file
    ///
    /// A line each: the verdict (or several, parted by commas), then the capture's name; * and ? stand for anything.
    /// The first line that fits counts.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) expect_file: Option<PathBuf>,
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Ndjson,
    Html,
    Markdown,
    Csv,
    Junit,
    Sarif,
}

/// Languages of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    En,
    Ja,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Ja => Self::Ja,
        }
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// What came of reading the command line.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// Something to do.
    Run(Box<Cli>),
    /// Help or version, as text for standard output.
    Show(clap::builder::StyledStr),
    /// A mistake, as one line.
    Mistake(String),
}

/// Reads the command line.
pub(crate) fn parse(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Parsed {
    let parsed = Cli::command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => Parsed::Run(Box::new(cli)),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Parsed::Show(error.render())
        }
        Err(error) => Parsed::Mistake(one_line(&error)),
    }
}

/// A usage error in one line: clap's own takes five, and the usage hides the reason.
fn one_line(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::MissingRequiredArgument {
        return "no capture given; try: tlswalk export.pcap (or --help)".to_owned();
    }
    let rendered = error.render().to_string();
    let reason = rendered
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ")
        .to_owned();
    let hint = match (error.get(ContextKind::SuggestedArg), error.get(ContextKind::ValidValue)) {
        (Some(ContextValue::String(arg)), _) => format!("; did you mean {arg}?"),
        (_, Some(ContextValue::Strings(valid))) if !valid.is_empty() => {
            format!("; it can be {}", valid.join(", "))
        }
        _ => "; see tlswalk --help".to_owned(),
    };
    reason + &hint
}

/// `address`, `[address]:port`, `name` or `name:port`.
fn target(text: &str) -> Result<Target, String> {
    if text.contains("://") || text.contains('/') {
        return Err("give the host alone, without https:// or a path".to_owned());
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Target {
            host: Host::Address(address),
            port: None,
        });
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']').ok_or("the ] is missing")?;
            let address = inside
                .parse::<Ipv6Addr>()
                .map_err(|_| format!("{inside} is not an IPv6 address"))?;
            let port = match after {
                "" => None,
                after => Some(port(after.strip_prefix(':').ok_or("after ] only :PORT can follow")?)?),
            };
            return Ok(Target {
                host: Host::Address(address.into()),
                port,
            });
        }
        None if text.matches(':').count() > 1 => {
            return Err("write an IPv6 address with a port as [2001:db8::1]:443".to_owned());
        }
        None => match text.split_once(':') {
            Some((host, number)) => (host, Some(port(number)?)),
            None => (text, None),
        },
    };
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(Target {
            host: Host::Address(address),
            port,
        });
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_name = !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        });
    // 300.1.2.3 or 10.1.2 is a mistyped address: no top-level domain is a number (RFC 3696 section 2).
    let is_number = name
        .rsplit('.')
        .next()
        .is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
    if !is_name || is_number {
        return Err(format!("{host} is neither an IP address nor a host name"));
    }
    Ok(Target {
        host: Host::Name(name.to_ascii_lowercase()),
        port,
    })
}

fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("{text} is not a port (1 to 65535)")),
        Ok(port) => Ok(port),
    }
}

fn time_of(text: &str) -> Result<Timestamp, String> {
    let time = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "write the time as in 2024-05-01T12:00:00Z or 2024-05-01T14:00:00+02:00".to_owned())?;
    i64::try_from(time.unix_timestamp_nanos())
        .map(Timestamp)
        .map_err(|_| "only times from 1678 to 2261 can be used".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn targets_are_addresses_or_names_with_or_without_port() {
        let show = |text: &str| target(text).map(|t| format!("{:?} {:?}", t.host, t.port));
        assert_eq!(show("10.0.0.1").unwrap(), "Address(10.0.0.1) None");
        assert_eq!(show("10.0.0.1:8443").unwrap(), "Address(10.0.0.1) Some(8443)");
        assert_eq!(show("2001:db8::1").unwrap(), "Address(2001:db8::1) None");
        assert_eq!(show("[2001:db8::1]:443").unwrap(), "Address(2001:db8::1) Some(443)");
        assert_eq!(show("[2001:db8::1]").unwrap(), "Address(2001:db8::1) None");
        assert_eq!(
            show("SSM.Example.net.:443").unwrap(),
            "Name(\"ssm.example.net\") Some(443)"
        );
        for wrong in [
            "https://ssm/x",
            "300.1.2.3",
            "10.1.2",
            "ssm:0",
            "ssm:70000",
            "[::1",
            "[::1]443",
            "a..b",
            "",
            "a b",
        ] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
        assert!(target("2001:db8::1:99999").unwrap_err().contains("[2001:db8::1]:443"));
    }

    #[test]
    fn times_are_rfc_3339() {
        assert_eq!(time_of("1970-01-01T01:00:01+01:00"), Ok(Timestamp::from_seconds(1)));
        assert!(time_of("yesterday").is_err() && time_of("9999-01-01T00:00:00Z").is_err());
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
