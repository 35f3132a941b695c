//! Command line, clap error → help and mistakes: the options of each subcommand, and suggestions for unknown words.

use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory as _, ValueEnum as _};
use tlswalk::base::dialect::Dialect;
use tlswalk::profile::Profile;
use tlswalk::report::explain;

use crate::cli::args::{Cli, Format};

/// A subcommand that judges captures: its name, the suggestion after a mistake, and the options of the main command
/// that it accepts.
struct Subcommand {
    name: &'static str,
    usage: &'static str,
    example: &'static str,
    takes: &'static [&'static str],
    /// The possible values of `--format`.
    formats: &'static [Format],
}

/// Options that influence how a capture is judged: every subcommand that judges accepts them.
const JUDGING: &[&str] = &[
    "captures",
    "profile",
    "wlc",
    "cssm",
    "on_prem",
    "cslu",
    "proxy",
    "ca",
    "all",
    "lang",
    "site",
    "config",
    "no_config",
];

/// The formats of an answer about one capture or two.
const ANSWERS: &[Format] = &[Format::Text, Format::Json, Format::Ndjson];

const ROWS: &[Format] = &[
    Format::Text,
    Format::Json,
    Format::Ndjson,
    Format::Csv,
    Format::Junit,
    Format::Html,
];

const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand {
        name: "slice",
        usage: "tlswalk slice [OPTIONS] -o <FILE> <CAPTURE>",
        example: "tlswalk slice -o case.pcapng export.pcap",
        takes: &[
            "at",
            "dialect",
            "output",
            "sign",
            "redact",
            "redact_key",
            "keep_certificates",
        ],
        formats: &[],
    },
    Subcommand {
        name: "verify",
        usage: "tlswalk verify [OPTIONS] <REPORT.json> <CAPTURE>",
        example: "tlswalk verify report.json export.pcap",
        takes: &["at", "dialect", "log", "keylog", "format", "output", "verbose", "color"],
        formats: ANSWERS,
    },
    Subcommand {
        name: "diff",
        usage: "tlswalk diff [OPTIONS] <CAPTURE> <CAPTURE>",
        example: "tlswalk diff bad.pcap good.pcap",
        takes: &["at", "dialect", "log", "keylog", "format", "output", "color"],
        formats: ANSWERS,
    },
    Subcommand {
        name: "why",
        usage: "tlswalk why [OPTIONS] <FRAME> <CAPTURE>",
        example: "tlswalk why 24 export.pcap",
        takes: &["at", "dialect", "log", "keylog", "format", "output", "color"],
        formats: ANSWERS,
    },
    Subcommand {
        name: "whynot",
        usage: "tlswalk whynot [OPTIONS] <VERDICT> <CAPTURE>",
        example: "tlswalk whynot tcp-refused export.pcap",
        takes: &["at", "log", "keylog", "format", "output", "color"],
        formats: ANSWERS,
    },
    Subcommand {
        name: "check",
        usage: "tlswalk check [OPTIONS] <TEXT> <CAPTURE>",
        example: "tlswalk check answer.txt export.pcap",
        takes: &["at", "dialect", "log", "format", "output", "color"],
        formats: ANSWERS,
    },
    Subcommand {
        name: "triage",
        usage: "tlswalk triage [OPTIONS] <PATH>...\n       tlswalk triage [OPTIONS] --watch <DIR>",
        example: "tlswalk triage exports/",
        takes: &[
            "at",
            "dialect",
            "log",
            "keylog",
            "format",
            "output",
            "verbose",
            "quiet",
            "color",
            "hash",
            "expect",
            "expect_file",
            "accepted",
            "today",
        ],
        formats: ROWS,
    },
    Subcommand {
        name: "serve",
        usage: "tlswalk serve [OPTIONS]",
        example: "tlswalk serve",
        takes: &["at", "dialect"],
        formats: &[],
    },
    Subcommand {
        name: "config",
        usage: "tlswalk config [OPTIONS]",
        example: "tlswalk config --site NAME",
        takes: &["dialect", "format", "output", "color"],
        formats: &[Format::Text, Format::Json],
    },
];

/// Options of the main command that a subcommand has, but does not accept.
fn not_taken<'a>(subcommand: &'a Subcommand, definition: &'a Command) -> impl Iterator<Item = &'a Arg> {
    let of_main = definition.get_arguments();
    of_main.filter(|it| {
        let id = it.get_id().as_str();
        !JUDGING.contains(&id) && !subcommand.takes.contains(&id) && !matches!(id, "help" | "version")
    })
}

/// The definition of the command line, in which each subcommand shows only the options that it accepts.
pub(crate) fn command() -> Command {
    command_of(|_| true)
}

/// The same, limited to what a command line needs: the help of subcommands that it does not name is never shown.
pub(crate) fn command_for(arguments: &[std::ffi::OsString]) -> Command {
    command_of(|name| arguments.iter().any(|argument| argument == name))
}

fn command_of(is_asked: impl Fn(&str) -> bool) -> Command {
    let mut command = Cli::command();
    let asked: Vec<&Subcommand> = SUBCOMMANDS.iter().filter(|it| is_asked(it.name)).collect();
    if asked.is_empty() {
        return command;
    }
    let main = command.clone();
    for subcommand in asked {
        command = command.mut_subcommand(subcommand.name, |it| {
            let mut it = it.override_usage(subcommand.usage);
            for option in not_taken(subcommand, &main) {
                it = it.mut_arg(option.get_id(), |option| option.hide(true));
            }
            // The endings of a report are not those of other answers.
            let it = match subcommand.formats {
                [] if subcommand.takes.contains(&"output") => it.mut_arg("output", |output| {
                    output
                        .help("The pcapng file to write, completely or not at all")
                        .long_help("The pcapng file to write, completely or not at all; `-` is standard output.")
                }),
                [] => it,
                _ => it.mut_arg("output", |output| {
                    output.long_help(
                        "Write to this file, completely or not at all\n\nIts ending chooses the format unless -f does. `-` is \
                         standard output.",
                    )
                }),
            };
            match subcommand.formats {
                [] => it,
                formats => it.mut_arg("format", |format| of_formats(format, formats)),
            }
        });
    }
    command
}

/// `--format` with the formats that can be written.
fn of_formats(format: Arg, formats: &'static [Format]) -> Arg {
    let names: Vec<String> = formats.iter().map(|it| it.name()).collect();
    let told = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    };
    let values = formats.iter().filter_map(Format::to_possible_value);
    let parser = PossibleValuesParser::new(values.collect::<Vec<_>>())
        .map(|name| Format::from_str(&name, false).unwrap_or(Format::Text));
    let is_told = formats == ROWS;
    let format = format.value_parser(parser);
    // The purpose of each is described if it differs from a report's.
    if is_told {
        format
    } else {
        format.help(told.clone()).long_help(told)
    }
}

/// The formats that a subcommand can write; without a subcommand, those of a report.
pub(crate) fn formats(subcommand: Option<&str>) -> &'static [Format] {
    let found = SUBCOMMANDS.iter().find(|it| Some(it.name) == subcommand);
    found.map_or(Format::value_variants(), |it| it.formats)
}

/// Refuses a format that a file's ending requests and that cannot be written here.
pub(crate) fn refuse_format(output: &Path, format: Format, formats: &[Format]) -> Result<(), String> {
    if formats.contains(&format) {
        return Ok(());
    }
    let names: Vec<String> = formats.iter().map(|it| it.name()).collect();
    Err(format!(
        "-o {}: {} is not written here; it can be {} (-f says which, whatever the ending)",
        output.display(),
        format.name(),
        names.join(", ")
    ))
}

/// True if `-f` was given.
pub(crate) fn says_format(matches: &ArgMatches) -> bool {
    let given = matches.subcommand().map_or(matches, |(_, given)| given);
    matches!(given.try_contains_id("format"), Ok(true))
        && given.value_source("format") == Some(ValueSource::CommandLine)
}

/// The definition for completion scripts, which offer every verdict, profile and dialect.
pub(crate) fn command_for_completions() -> Command {
    let verdicts = || PossibleValuesParser::new(explain::explanations().map(|it| it.id).collect::<Vec<_>>());
    let with_values = |command: Command| {
        let mut command = command;
        for (id, values) in [
            ("profile", PossibleValuesParser::new(Profile::BUILT_IN)),
            ("dialect", PossibleValuesParser::new(Dialect::ALL.map(Dialect::name))),
            ("expect", verdicts()),
        ] {
            if command.get_arguments().any(|it| it.get_id() == id) {
                command = command.mut_arg(id, |it| it.value_parser(values));
            }
        }
        command
    };
    let mut command = with_values(command());
    for subcommand in SUBCOMMANDS {
        command = command.mut_subcommand(subcommand.name, with_values);
    }
    command = command.mut_subcommand("explain", |it| it.mut_arg("id", |id| id.value_parser(verdicts())));
    // A changed argument moves to the end: the captures must stay after the verdict.
    command = command.mut_subcommand("whynot", |it| {
        it.mut_arg("id", |id| id.value_parser(verdicts()))
            .mut_arg("captures", |captures| captures)
    });
    command
}

/// The ids of the options that were typed, for the main command or the subcommand that was called.
pub(crate) fn typed(matches: &ArgMatches) -> Vec<String> {
    let matches = matches.subcommand().map_or(matches, |(_, of_subcommand)| of_subcommand);
    let typed = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    matches.ids().filter(typed).map(|id| id.as_str().to_owned()).collect()
}

/// An option of the main command that was given to a subcommand that does not take it.
pub(crate) fn misplaced(matches: &ArgMatches) -> Option<String> {
    let (name, given) = matches.subcommand()?;
    let subcommand = SUBCOMMANDS.iter().find(|it| it.name == name)?;
    let main = Cli::command();
    let option = not_taken(subcommand, &main)
        .find(|it| given.value_source(it.get_id().as_str()) == Some(ValueSource::CommandLine))?;
    let option = option.get_long().unwrap_or_default();
    Some(format!("{name} does not take --{option}; see tlswalk {name} --help"))
}

/// Suggestion for a first word that is neither a file nor a command.
pub(crate) fn misspelt(first: &str, second: Option<&str>) -> Option<String> {
    let names = || {
        let main = Cli::command();
        main.get_subcommands()
            .map(|it| it.get_name().to_owned())
            .collect::<Vec<_>>()
    };
    if first == "help" {
        let of = second.filter(|second| names().iter().any(|it| it == second));
        return Some(match of {
            Some(name) => format!("help: no such file; did you mean tlswalk {name} --help?"),
            None => "help: no such file; did you mean tlswalk --help?".to_owned(),
        });
    }
    let lower = first.to_lowercase();
    let most = if first.len() < 5 { 1 } else { 2 };
    let nearest = names()
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, &name), name))
        .min()
        .filter(|(edits, _)| (1..=most).contains(edits))?;
    Some(format!(
        "{first}: no such file, and no such command; did you mean tlswalk {}?",
        nearest.1
    ))
}

/// A usage error in one line: clap's own takes five, and the usage hides the reason.
pub(crate) fn one_line(error: &clap::Error, first: Option<&str>) -> String {
    let main = Cli::command();
    let subcommand = first.filter(|first| main.get_subcommands().any(|it| it.get_name() == *first));
    if error.kind() == ErrorKind::MissingRequiredArgument {
        let needed = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(needed)) => needed.iter().find(|it| it.starts_with("--")),
            _ => None,
        };
        if let Some(needed) = needed {
            return format!("{needed} is missing, which another option given here needs; see tlswalk --help");
        }
        return match (SUBCOMMANDS.iter().find(|it| Some(it.name) == subcommand), subcommand) {
            (Some(subcommand), _) => format!(
                "{}: an argument is missing; try: {} (or tlswalk {} --help)",
                subcommand.name, subcommand.example, subcommand.name
            ),
            (None, Some(name)) => format!("{name}: an argument is missing; see tlswalk {name} --help"),
            (None, None) => "no capture given; try: tlswalk export.pcap (or --help)".to_owned(),
        };
    }
    let rendered = error.render().to_string();
    let reason = rendered
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ")
        .to_owned();
    let near = match error
        .get(ContextKind::SuggestedArg)
        .or_else(|| error.get(ContextKind::SuggestedValue))
    {
        Some(ContextValue::String(near)) => format!("; did you mean {near}?"),
        Some(ContextValue::Strings(near)) if !near.is_empty() => format!("; did you mean {}?", near.join(" or ")),
        _ => String::new(),
    };
    let hint = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => format!("; it can be {}", valid.join(", ")),
        _ if !near.is_empty() => String::new(),
        _ => format!(
            "; see tlswalk {}--help",
            subcommand.map(|it| format!("{it} ")).unwrap_or_default()
        ),
    };
    reason + &near + &hint
}

/// The nearest of some names to what was typed, if one is near.
pub(crate) fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&typed, name), name))
        .min()
        .filter(|(edits, name)| edits * 3 <= name.len())
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::parsed::{Parsed, parse};

    fn parsed(line: &str) -> Parsed {
        parse(line.split_whitespace().map(Into::into))
    }

    fn help(name: &str) -> String {
        let mut command = command();
        let subcommand = command.find_subcommand_mut(name).unwrap();
        subcommand.render_long_help().to_string()
    }

    #[test]
    fn the_definition_is_consistent() {
        command().debug_assert();
        command_for_completions().debug_assert();
    }

    #[test]
    fn the_help_of_a_subcommand_has_its_own_options_only() {
        for subcommand in SUBCOMMANDS {
            let text = help(subcommand.name);
            let main = Cli::command();
            for option in not_taken(subcommand, &main) {
                let long = format!("--{} ", option.get_long().unwrap());
                assert!(!text.contains(&long), "{}: {long}", subcommand.name);
            }
            for id in subcommand.takes {
                let option = main.get_arguments().find(|it| it.get_id() == id).unwrap();
                let long = format!("--{}", option.get_long().unwrap());
                assert!(text.contains(&long), "{}: {long}", subcommand.name);
            }
        }
    }

    #[test]
    fn an_option_that_a_subcommand_does_not_take_is_refused() {
        for (line, option) in [
            ("tlswalk diff --expect healthy a b", "diff does not take --expect"),
            ("tlswalk slice --log x -o y a", "slice does not take --log"),
            ("tlswalk verify --merge r a", "verify does not take --merge"),
        ] {
            let Parsed::Mistake(told) = parsed(line) else {
                panic!("{line}")
            };
            assert!(told.starts_with(option), "{told}");
        }
        // An option with its default value was not given.
        assert!(matches!(parsed("tlswalk slice -o y a"), Parsed::Run(_)));
    }

    #[test]
    fn a_misspelt_command_is_suggested() {
        assert_eq!(
            misspelt("triag", None).unwrap(),
            "triag: no such file, and no such command; did you mean tlswalk triage?"
        );
        assert!(
            misspelt("help", Some("slice"))
                .unwrap()
                .ends_with("tlswalk slice --help?")
        );
        assert!(misspelt("help", None).unwrap().ends_with("tlswalk --help?"));
        assert!(misspelt("export.pcap", None).is_none());
    }

    #[test]
    fn a_script_for_completion_offers_verdicts_profiles_and_dialects() {
        for shell in [
            clap_complete::Shell::Bash,
            clap_complete::Shell::Zsh,
            clap_complete::Shell::Fish,
        ] {
            let mut script = Vec::new();
            crate::cli::manual::write_completions(shell, &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in ["tls-no-response", "cisco-smart-licensing", "ios-xe-wireless"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    /// The words of a documented command line as a shell splits them, up to another program or a comment.
    fn words(line: &str) -> Vec<String> {
        let line = line.split("  ").next().unwrap_or_default();
        let mut words = vec![String::new()];
        let mut quote = None;
        for letter in line.chars() {
            match (quote, letter) {
                (None, '\'' | '"') => quote = Some(letter),
                (Some(open), _) if open == letter => quote = None,
                (None, ' ') => words.push(String::new()),
                _ => words.last_mut().unwrap().push(letter),
            }
        }
        let ends = |word: &String| matches!(word.as_str(), "|" | ">>" | "#");
        words.into_iter().take_while(|word| !ends(word)).collect()
    }

    #[test]
    fn every_command_in_the_documentation_is_understood() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let docs = std::fs::read_dir(folder.join("docs")).unwrap();
        let mut paths: Vec<_> = docs.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|it| it == "md"));
        paths.push(folder.join("README.md"));
        let mut count = 0;
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.lines().map(|line| line.trim_start_matches("$ ").trim_start());
            for line in lines.filter_map(|line| line.strip_prefix("tlswalk ").map(|_| line)) {
                // Prose that begins with the name is no command.
                let is_command = text.contains(&format!("    {line}")) || text.contains(&format!("$ {line}"));
                if !is_command {
                    continue;
                }
                let words = words(line);
                assert!(
                    matches!(parse(words.iter().map(Into::into)), Parsed::Run(_)),
                    "{}: {line}",
                    path.display()
                );
                count += 1;
            }
        }
        assert!(count > 20, "{count} commands");
    }
}
