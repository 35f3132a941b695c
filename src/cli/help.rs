//! Subcommands → help: the texts above and below the options.

/// Commands, examples and exit codes, below the options of the main command.
pub(super) const EXAMPLES: &str = "\
Commands:
  tlswalk explain [ID]             the meaning of a verdict, and its look in a capture
  tlswalk why <FRAME> <CAPTURE>    the claims of the report that rest on that frame
  tlswalk whynot <ID> <CAPTURE>    the condition of a verdict that is not met, or not visible
  tlswalk check <TEXT> <CAPTURE>   the claims of a text: true, false or not provable
  tlswalk triage <PATH>...         folders of captures: a table by verdict, a row for each attempt
  tlswalk slice -o <FILE> <CAPTURE>  the decisive frames as a capture of their own
  tlswalk verify <REPORT> <CAPTURE>  every claim of a JSON report, checked against the capture
  tlswalk diff <CAPTURE> <CAPTURE> two captures compared
  tlswalk serve                    a local page to drop captures on
  tlswalk config                   the settings in effect, and the source of each
  tlswalk completions <SHELL>      a completion script for bash, elvish, fish, powershell or zsh
  tlswalk man                      the manual page, in troff

Examples:
  tlswalk export.pcap                         why did licensing fail in this capture?
  tlswalk -v export.pcap                      every certificate, step and connection too
  tlswalk --on-prem ssm.example.net --ca ssm-root.pem export.pcapng
  tlswalk -f json -o report.json a.pcap b.pcap.gz
  tlswalk --log show-tech.txt export.pcap     the controller's own log beside the capture
  tlswalk --log show-tech.txt                 the controller's own log alone
  tlswalk --merge ring_00001.pcap ring_00002.pcap
  ssh wlc-jump cat export.pcap | tlswalk -    from standard input
  tlswalk explain client-certificate-rejected
  tlswalk -f html -o report.html export.pcap  a page to hand on
  tlswalk --for firewall --zone +09:00 export.pcap         a ticket for that team
  tlswalk -q --expect-file verdicts.txt captures/*.pcap    a regression suite
  tlswalk --all --only failures export.pcap   of thousands of connections, those that failed

Exit codes:
  0  every licensing attempt succeeded
  1  at least one failed, or shows another error
  2  tlswalk could not do its work: usage, unreadable capture, output not written
  3  nothing failed, but the capture does not prove success, or not everything was judged
With --expect or --expect-file: 0 as expected, 1 not, 2 and 3 as above";

/// Exit codes of `check`.
pub(super) const CHECK_CODES: &str = "\
Exit codes:
  0  no claim is false, and at least one is true
  1  at least one claim is false
  2  tlswalk could not do its work: usage, unreadable text or capture
  3  no claim was understood, or none could be shown to be true or false";

/// Exit codes of `why`.
pub(super) const WHY_CODES: &str = "\
Exit codes: 0 a claim rests on the frame, 1 none does, 2 tlswalk could not do its work";

/// Exit codes of `verify`.
pub(super) const VERIFY_CODES: &str = "\
Exit codes: 0 all claims hold, 1 not all, 2 tlswalk could not do its work";

/// `-h` fits a screen of 24 lines: no list of arguments and commands that the usage shows already.
pub(super) const TEMPLATE: &str = "\
{about}

Usage: tlswalk [OPTIONS] <CAPTURE>...  pcap, pcapng, also compressed; - is stdin
       tlswalk explain [ID]            what a verdict means and looks like
       tlswalk triage, why, whynot, check, slice, verify, diff: see --help of each

{options}{after-help}";
