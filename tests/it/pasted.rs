//! Commands are pasted whole: no text that somebody else chose stands in one, whatever field of a capture or a log it comes
//! from, unless it is a host name, an address or a number.
use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{root, samples, tlswalk};
use tlswalk::profile::Profile;
use tlswalk::report::{Remedy, Report, report_on_logs};
use tlswalk::{Host, Options, Target};

/// What a device or a shell would take for more than a name, each beginning with a mark that no command of ours has.
const HOSTILE: [&[u8]; 6] = [
    b"Q|reload Q",
    b"Q;reboot;Q",
    b"Q`reload`Q",
    b"Q$(x)Q\nQ&Q",
    b"Q?a>Q #Q!Q",
    b"-Q 'Q\"Q\\Q",
];

/// Parts of the names in samples and logs: whatever field holds one of them will hold hostile text instead.
const NAMES: [&[u8]; 10] = [
    b"example",
    b"cisco",
    b"corp",
    b"smartreceiver",
    b"licservice",
    b"Mgmt",
    b"Ethernet",
    b"trust",
    b"lab",
    b"proxy",
];

fn licensing() -> Options {
    Options::new(Profile::built_in("cisco-smart-licensing").unwrap())
}

/// Every command of a report.
fn commands(report: &Report) -> Vec<String> {
    let of_attempts = report.attempts.iter().map(|attempt| &attempt.verdict.remedy);
    let remedies = of_attempts.chain([&report.verdict.remedy]).flatten();
    remedies.flat_map(|remedy: &Remedy| remedy.commands.clone()).collect()
}

/// Every occurrence of a part of a name, overwritten from its second byte on, in place: all lengths stay right.
fn overwritten(capture: &[u8], name: &[u8], hostile: &[u8]) -> Option<Vec<u8>> {
    let mut changed = capture.to_vec();
    let places: Vec<usize> = (0..capture.len().saturating_sub(name.len()))
        .filter(|&at| capture[at..at + name.len()].eq_ignore_ascii_case(name))
        .collect();
    for &at in &places {
        for (offset, byte) in hostile.iter().take(name.len()).enumerate() {
            changed[at + offset] = *byte;
        }
    }
    (!places.is_empty()).then_some(changed)
}

#[test]
fn no_text_of_a_capture_becomes_more_than_a_name_in_a_command() {
    let (mut judged, mut seen) = (0, BTreeSet::new());
    for path in samples() {
        let capture = std::fs::read(&path).unwrap();
        let whole = crate::support::analyze(&capture);
        // Named by address, a server stays the service whatever it is called.
        let addresses: BTreeSet<String> = whole.connections.iter().map(|it| it.server.clone()).collect();
        let target = |end: &String| Target {
            host: Host::Address(end.parse::<std::net::SocketAddr>().unwrap().ip()),
            port: None,
        };
        let targets: Vec<Target> = addresses.iter().map(target).collect();
        for (number, name) in NAMES.into_iter().enumerate() {
            let hostile = HOSTILE[number % HOSTILE.len()];
            let Some(changed) = overwritten(&capture, name, hostile) else {
                continue;
            };
            for as_on_prem in [true, false] {
                let mut options = licensing();
                let list = if as_on_prem {
                    &mut options.on_prem
                } else {
                    &mut options.cssm
                };
                list.clone_from(&targets);
                let Ok(report) = tlswalk::analyze(&changed[..], "x.pcap", &options) else {
                    continue;
                };
                judged += 1;
                for command in commands(&report) {
                    assert!(is_harmless(&command), "{}: {command}", path.display());
                    seen.insert(command);
                }
            }
        }
    }
    assert!(
        judged > 300 && seen.len() > 50,
        "{judged} captures, {} commands",
        seen.len()
    );
}

/// True if nothing of the hostile texts is in it. Commands of ours have `|` behind `show` only.
fn is_harmless(command: &str) -> bool {
    let piped = command.trim_start().starts_with("show ");
    !command.contains('Q')
        && !command.contains([';', '`', '$', '&', '?', '#', '!', '\'', '"', '\\', '\n', '\r'])
        && (piped || !command.contains('|'))
}

#[test]
fn no_text_of_a_log_becomes_more_than_a_name_in_a_command() {
    let resolve = "Aug 23 09:19:43: %SMART_LIC-3-COMM_FAILED: x : Unable to resolve server hostname/domain name\n";
    let silent = "Aug 23 09:19:43: %SMART_LIC-3-COMM_FAILED: x : No response from server\n";
    let empty = "Aug 23 09:19:43: %SMART_LIC-3-COMM_FAILED: x : Received empty response from server\n";
    let mut seen = BTreeSet::new();
    for hostile in HOSTILE {
        let hostile = String::from_utf8_lossy(hostile).replace('\n', "\r");
        for settings in [
            format!("license smart url https://{hostile}/x\n"),
            format!("license smart url cslu https://a.example/{hostile}\n"),
            format!("ip http client source-interface {hostile}\n"),
            format!("ip http client secure-trustpoint {hostile}\n"),
            format!("license smart vrf {hostile}\nip vrf forwarding {hostile}\n"),
            format!("hostname {hostile}\n"),
        ] {
            for says in [resolve, silent, empty] {
                let text = format!("{settings}{says}");
                let mut options = licensing();
                options.logs = vec![tlswalk::device::read("a", text.as_bytes())];
                let report = report_on_logs(&options);
                for command in commands(&report) {
                    assert!(is_harmless(&command), "{text}: {command}");
                    seen.insert(command);
                }
            }
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

/// The commands and what is said of them, of the sample whose certificate is for another name.
fn other_name(options: &[&str]) -> String {
    let sample = root().join("samples/server-certificate-name-mismatch.pcap");
    let mut arguments = vec!["--color", "never", "--on-prem", "ssm.corp.example"];
    arguments.extend(options);
    arguments.push(sample.to_str().unwrap());
    tlswalk(&arguments, Duration::from_secs(60)).stdout
}

#[test]
fn a_certificate_gives_a_command_its_name_only_where_its_chain_leads_to_a_given_root() {
    let root = root().join("samples/roots/corp-root.pem");
    let anchored = other_name(&["--ca", root.to_str().unwrap()]);
    assert!(
        anchored.contains("license smart url cslu https://licences.corp.example/"),
        "{anchored}"
    );
    let unverified = other_name(&[]);
    assert!(
        unverified.contains("license smart url cslu https://<name in the certificate>/"),
        "{unverified}"
    );
    assert!(!unverified.contains("https://licences"), "{unverified}");
    // It says why, and the first advice is another one.
    let words = unverified.split_whitespace().collect::<Vec<_>>().join(" ");
    let (first, why) = (
        words.find("Give the server a certificate"),
        words.find("No command here"),
    );
    assert!(first.is_some() && first < why, "{unverified}");
}

#[test]
fn a_file_name_is_one_argument_of_the_command_that_is_suggested() {
    let sample = root().join("samples/tcp-refused.pcap");
    let folder = tempfile::tempdir().unwrap();
    for (name, suggested) in [
        ("plain.pcap", Some("plain.pcap")),
        ("a b;reboot 'x'.pcap", Some(r"'a b;reboot '\''x'\''.pcap'")),
        ("-v.pcap", Some("-- -v.pcap")),
        ("a\u{202e}b.pcap", None),
        ("a\nb.pcap", None),
    ] {
        std::fs::copy(&sample, folder.path().join(name)).unwrap();
        let mut command = crate::support::program();
        command.current_dir(folder.path()).env("COLUMNS", "300");
        command.args(["--color", "never", "--", name]);
        let text = crate::support::run(&mut command, Duration::from_secs(60)).stdout;
        match suggested {
            Some(argument) => assert!(text.contains(&format!("tlswalk -v {argument}\n")), "{text}"),
            None => assert!(
                !text.contains("tlswalk -v") && text.contains("the same command with -v"),
                "{text}"
            ),
        }
        // In no format can the name drive a terminal or hide text.
        for format in ["json", "ndjson", "csv", "junit", "sarif", "markdown", "html", "text"] {
            let mut command = crate::support::program();
            command
                .current_dir(folder.path())
                .args(["--color", "never", "--format", format, "--", name]);
            let text = crate::support::run(&mut command, Duration::from_secs(60)).stdout;
            let unsafe_one = |c: char| c != '\n' && c != '\r' && c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
            assert!(!text.is_empty() && !text.contains(unsafe_one), "{format}: {name:?}");
        }
    }
}
