//! arguments → options as they were typed, for commands that a report suggests.

use crate::cli::args::{Inspect, Lang};
use tlswalk::base::command::shell_file;

/// The options that decide what a report says, each with its value, quoted for a POSIX shell. One that no shell would take
/// as it was given is left out.
pub(crate) fn options(inspect: &Inspect) -> Vec<String> {
    let mut given = Vec::new();
    let mut give = |option: &str, value: &str| {
        if let Some(value) = quoted(option, value) {
            given.push(value);
        }
    };
    if inspect.profile != Inspect::PROFILE {
        give("--profile", &inspect.profile);
    }
    for ip in &inspect.wlc {
        give("--wlc", &ip.to_string());
    }
    let targets = [
        ("--cssm", &inspect.cssm),
        ("--on-prem", &inspect.on_prem),
        ("--cslu", &inspect.cslu),
        ("--proxy", &inspect.proxy),
    ];
    for (option, targets) in targets {
        for target in targets {
            give(option, &target.to_string());
        }
    }
    for (option, paths) in [("--ca", &inspect.ca), ("--log", &inspect.log)] {
        for path in paths {
            give(option, &path.to_string_lossy());
        }
    }
    if let Some(at) = inspect.at {
        give("--at", &at.to_string());
    }
    if inspect.lang == Lang::Ja {
        give("--lang", "ja");
    }
    for (option, value) in inspect.listing.given() {
        give(option, &value);
    }
    if inspect.all {
        given.push("--all".to_owned());
    }
    given
}

/// An option with its value, which a shell takes as one word and the program not for another option.
fn quoted(option: &str, value: &str) -> Option<String> {
    let between = if value.starts_with('-') { "=" } else { " " };
    let value = shell_file(value)?;
    let value = value.strip_prefix("-- ").unwrap_or(&value);
    Some(format!("{option}{between}{value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::parsed::{Parsed, parse};

    #[test]
    fn what_was_typed_is_typed_again() {
        let line = [
            "tlswalk",
            "--profile",
            "default",
            "--on-prem",
            "[2001:db8::1]:8443",
            "--ca",
            "my root.pem",
            "--ca=-x.pem",
            "--log",
            "show.txt",
            "--lang",
            "ja",
            "--all",
            "-v",
            "a.pcap",
        ];
        let Parsed::Run(cli) = parse(line.map(std::ffi::OsString::from)) else {
            panic!("{line:?} is understood");
        };
        assert_eq!(
            options(&cli.inspect),
            [
                "--profile default",
                "--on-prem '[2001:db8::1]:8443'",
                "--ca 'my root.pem'",
                "--ca=-x.pem",
                "--log show.txt",
                "--lang ja",
                "--all",
            ]
        );
    }
}
