//! Settings file, environment, locale → what a call does: the command line goes first, nothing of a foreign folder is read, and a
//! report says what nobody typed.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{program, root};

/// A settings file with two sites.
const FILE: &str = "\
lang = \"ja\"
color = \"never\"
default-site = \"tokyo\"

[site.tokyo]
on-prem = [\"ssm.tokyo.example:8443\", \"10.0.0.9\"]
proxy = [\"10.1.1.1:8080\"]
ca = [\"roots/tokyo.pem\"]

[site.lab]
profile = \"default\"
dialect = \"nx-os\"
all = true
wlc = [\"192.168.10.150\"]
";

/// A home with a settings file, and a folder to work in.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("config/tlswalk");
        fs::create_dir_all(own.join("roots")).unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        fs::write(own.join("config.toml"), text).unwrap();
        fs::copy(root().join("samples/roots/lab-root.pem"), own.join("roots/tokyo.pem")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = program();
        command
            .args(arguments)
            .current_dir(self.path("work"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env_remove("COLUMNS");
        command.envs(variables.iter().copied());
        command.output().unwrap()
    }

    /// Every setting by name: its values, and where they come from.
    fn held(&self, arguments: &[&str], variables: &[(&str, &str)]) -> impl Fn(&str) -> (String, String) + use<> {
        let output = self.run(&[&["config", "-f", "json"], arguments].concat(), variables);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        move |name: &str| {
            let settings = shown["settings"].as_array().unwrap();
            let setting = settings.iter().find(|it| it["name"] == name).unwrap();
            let values = setting["values"].as_array().unwrap();
            let values: Vec<&str> = values.iter().map(|it| it.as_str().unwrap()).collect();
            (values.join(" "), setting["from"].as_str().unwrap().to_owned())
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn sample(name: &str) -> String {
    root().join("samples").join(name).to_str().unwrap().to_owned()
}

fn pair(value: &str, from: &str) -> (String, String) {
    (value.to_owned(), from.to_owned())
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let home = Home::with(FILE);
    let held = home.held(&[], &[]);
    assert_eq!(held("lang"), pair("ja", "file"));
    assert_eq!(held("site"), pair("tokyo", "file"));
    assert_eq!(held("on-prem"), pair("ssm.tokyo.example:8443 10.0.0.9", "site"));
    assert_eq!(held("ca").1, "site");
    assert!(Path::new(&held("ca").0).is_file(), "paths begin at the file's folder");
    assert_eq!(held("profile"), pair("cisco-smart-licensing", "built-in"));

    let variables = [("TLSWALK_LANG", "en"), ("TLSWALK_ON_PREM", "ssm.example, 10.0.0.1:443")];
    let held = home.held(&[], &variables);
    assert_eq!(held("lang"), pair("en", "environment"));
    assert_eq!(held("on-prem"), pair("ssm.example 10.0.0.1:443", "environment"));
    assert_eq!(held("proxy"), pair("10.1.1.1:8080", "site"));

    let held = home.held(&["--on-prem", "10.0.0.2", "--lang", "ja"], &variables);
    assert_eq!(held("on-prem"), pair("10.0.0.2", "command-line"));
    assert_eq!(held("lang"), pair("ja", "command-line"));

    let held = home.held(&["--site", "lab"], &[("TLSWALK_SITE", "tokyo")]);
    assert_eq!(held("site"), pair("lab", "command-line"));
    for (name, value) in [
        ("profile", "default"),
        ("dialect", "nx-os"),
        ("all", "true"),
        ("wlc", "192.168.10.150"),
    ] {
        assert_eq!(held(name), pair(value, "site"), "{name}");
    }
    assert_eq!(
        held("on-prem"),
        pair("", "built-in"),
        "another site's server is not this one's"
    );

    let held = home.held(&["--no-config"], &[]);
    assert_eq!(held("lang"), pair("en", "built-in"));
    assert_eq!(held("on-prem"), pair("", "built-in"));
}

#[test]
fn a_mistake_in_a_file_is_told_with_line_and_column_and_what_was_meant() {
    for (file, words) in [
        (
            "lang = \"ja\"\nlnag = 1\n",
            "line 2, column 1: unknown key `lnag`, expected one of",
        ),
        ("lang = \"ja\"\nlnag = 1\n", "did you mean `lang`?"),
        ("[site.a]\non_prem = []\n", "line 2, column 1: unknown key `on_prem`"),
        ("[site.a]\non_prem = []\n", "did you mean `on-prem`?"),
        ("lang = \"jp\"\n", "line 1, column 8: \"jp\" is not one of en, ja"),
        (
            "[site.a]\nwlc = [\"10.0.0.300\"]\n",
            "line 2, column 7: \"10.0.0.300\" is no IP address",
        ),
        (
            "[site.a]\non-prem = [\"https://ssm/\"]\n",
            "line 2, column 11: \"https://ssm/\": give the host alone",
        ),
        (
            "color = \"allways\"\n",
            "line 1, column 9: \"allways\" is not one of auto, always, never; did you mean always?",
        ),
        ("[site.a\n", "line 1, column 8"),
        ("default-site = \"tokio\"\n[site.tokyo]\n", "default-site tokio: "),
        (
            "default-site = \"tokio\"\n[site.tokyo]\n",
            "has no site of that name; did you mean tokyo?",
        ),
    ] {
        let home = Home::with(file);
        for command in [&["config"][..], &["any.pcap"], &["triage", "."]] {
            let output = home.run(command, &[]);
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{file}: {told}");
            assert!(output.stdout.is_empty() && told.lines().count() == 1, "{told}");
            assert!(told.contains("config.toml") && told.contains(words), "{told}");
        }
    }
    let home = Home::with(FILE);
    for (arguments, variables, words) in [
        (
            &[][..],
            ("TLSWALK_LANG", "jp"),
            "TLSWALK_LANG: \"jp\" is not one of en, ja",
        ),
        (
            &[],
            ("TLSWALK_WLC", "10.0.0.1,x"),
            "TLSWALK_WLC: \"x\" is no IP address",
        ),
        (
            &[],
            ("TLSWALK_ALL", "maybe"),
            "TLSWALK_ALL: \"maybe\" is neither 1 nor 0",
        ),
        (&[], ("TLSWALK_CONFIG", "none.toml"), "TLSWALK_CONFIG none.toml: "),
        (&["--site", "osaka"], ("A", "b"), "--site osaka: "),
        (&["--site", "lab", "--no-config"], ("A", "b"), "--no-config"),
        (&["--config", "."], ("A", "b"), "is a directory; name a settings file"),
    ] {
        let output = home.run(&[&["config"], arguments].concat(), &[variables]);
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
}

#[test]
fn no_file_in_a_folder_of_captures_is_read() {
    // Whoever sends a case would otherwise decide which roots are genuine.
    let home = Home::with("");
    let case = home.path("work");
    fs::copy(
        sample("client-certificate-self-signed-expired.pcap"),
        case.join("case.pcap"),
    )
    .unwrap();
    let plain = home.run(&["-f", "json", "case.pcap"], &[]);
    for name in ["tlswalk.toml", ".tlswalk.toml", "config.toml"] {
        let hostile = format!(
            "default-site = \"x\"\n[site.x]\nca = [\"{}\"]\n",
            sample("roots/lab-root.pem")
        );
        fs::write(case.join(name), hostile).unwrap();
    }
    let beside = home.run(&["-f", "json", "case.pcap"], &[]);
    assert_eq!(text(&beside.stdout), text(&plain.stdout));
    let told = home.run(&["config"], &[]);
    assert!(
        text(&told.stdout).contains("tlswalk.toml in this folder is not read by itself; name it with --config"),
        "{}",
        text(&told.stdout)
    );
    // Named, it holds.
    let named = home.run(&["--config", "tlswalk.toml", "-f", "json", "case.pcap"], &[]);
    let report: Value = serde_json::from_slice(&named.stdout).unwrap();
    assert_eq!(report["settings"]["site"], "x");
    assert_ne!(text(&named.stdout), text(&plain.stdout));
}

#[test]
fn a_report_says_which_settings_nobody_typed() {
    let home = Home::with(FILE);
    let capture = sample("client-certificate-self-signed-expired.pcap");
    let json = |arguments: &[&str]| -> Value {
        let output = home.run(&[&["-f", "json"], arguments, &[&capture]].concat(), &[]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
    };
    let report = json(&[]);
    let settings = &report["settings"];
    assert_eq!(settings["site"], "tokyo");
    assert_eq!(
        settings["file"],
        home.path("config/tlswalk/config.toml").to_str().unwrap()
    );
    let sha256 = settings["sha256"].as_str().unwrap();
    assert_eq!(sha256.len(), 64);
    let options: Vec<_> = settings["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["option"].as_str().unwrap())
        .collect();
    assert_eq!(options, ["--lang", "--on-prem", "--proxy", "--ca"]);
    // The same verdict as with the options typed, and then nothing is to be said of settings.
    let root_of_site = home.path("config/tlswalk/roots/tokyo.pem");
    let typed = json(&[
        "--no-config",
        "--lang",
        "ja",
        "--on-prem",
        "ssm.tokyo.example:8443",
        "--on-prem",
        "10.0.0.9",
        "--proxy",
        "10.1.1.1:8080",
        "--ca",
        root_of_site.to_str().unwrap(),
    ]);
    assert!(typed.get("settings").is_none());
    assert_eq!(report["attempts"], typed["attempts"]);
    // What is handed on without names says nothing of sites and homes.
    assert!(json(&["--redact"]).get("settings").is_none());
    // A person sees it as well, and what is suggested needs no settings.
    let screen = home.run(&["--lang", "en", &capture], &[]);
    let screen = text(&screen.stdout);
    assert!(
        screen.contains("\n  Settings   --on-prem --proxy --ca (tokyo, "),
        "{screen}"
    );
    assert!(
        screen.contains("tlswalk slice -o case.pcapng --on-prem 'ssm.tokyo.example:8443'"),
        "{screen}"
    );
    // A site that stands in the file for every call does not narrow what is looked for in any capture.
    let other = sample("starttls-removed.pcap");
    if Path::new(&other).is_file() {
        let with = home.run(&["-q", "--lang", "en", &other], &[]);
        let without = home.run(&["-q", "--no-config", &other], &[]);
        assert_eq!(text(&with.stdout), text(&without.stdout));
    }
}

#[test]
fn the_locale_gives_the_language_of_what_people_read() {
    let home = Home::with("");
    let capture = sample("tcp-no-response.pcap");
    let japanese = |output: &Output| text(&output.stdout).contains("応答");
    for (name, value, expected) in [
        ("LANG", "ja_JP.UTF-8", true),
        ("LC_MESSAGES", "ja_JP", true),
        ("LC_ALL", "ja", true),
        ("LANG", "jav_ID.UTF-8", false),
        ("LANG", "de_DE.UTF-8", false),
        ("LANG", "C", false),
        ("LANG", "", false),
    ] {
        let output = home.run(&["-q", &capture], &[(name, value)]);
        assert_eq!(japanese(&output), expected, "{name}={value}");
    }
    let ja = ("LANG", "ja_JP.UTF-8");
    assert!(
        !japanese(&home.run(&["-q", &capture], &[ja, ("LC_ALL", "C.UTF-8")])),
        "LC_ALL goes first"
    );
    assert!(!japanese(&home.run(&["-q", "--lang", "en", &capture], &[ja])));
    assert!(!japanese(&home.run(&["-q", &capture], &[ja, ("TLSWALK_LANG", "en")])));
    // Programs read the same on every machine.
    for format in ["json", "ndjson", "csv", "junit", "sarif"] {
        assert!(!japanese(&home.run(&["-f", format, &capture], &[ja])), "{format}");
    }
    assert!(japanese(&home.run(&["-f", "markdown", &capture], &[ja])));
    let explained = home.run(&["explain", "tcp-no-response"], &[ja]);
    assert!(japanese(&explained), "{}", text(&explained.stdout));
}

#[test]
fn without_a_home_nothing_is_looked_for_and_nothing_fails() {
    let output = program().args(["config"]).env_clear().env("HOME", "").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    // Relative folders are none (XDG Base Directory Specification).
    let output = program()
        .args(["config"])
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("XDG_CONFIG_HOME", "relative")
        .output()
        .unwrap();
    assert!(
        text(&output.stdout).contains("/nonexistent/.config/tlswalk/config.toml"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn a_variable_that_is_nearly_a_setting_is_named() {
    let home = Home::with(FILE);
    let output = home.run(
        &["config", "--lang", "en"],
        &[("TLSWALK_LNAG", "ja"), ("TLSWALK_CI", "1")],
    );
    let shown = text(&output.stdout);
    assert!(
        shown.contains("the variable TLSWALK_LNAG is not read; did you mean TLSWALK_LANG?"),
        "{shown}"
    );
    assert!(!shown.contains("TLSWALK_CI"), "{shown}");
    assert!(shown.contains("Sites: lab, tokyo"), "{shown}");
    let row = shown.lines().find(|line| line.starts_with("proxy")).unwrap();
    assert!(
        row.contains("10.1.1.1:8080") && row.ends_with("from the site tokyo"),
        "{row}"
    );
}

#[test]
fn no_output_replaces_the_settings_file() {
    let home = Home::with(FILE);
    let file = home.path("config/tlswalk/config.toml");
    let capture = sample("tcp-no-response.pcap");
    for arguments in [
        &["-o", file.to_str().unwrap(), capture.as_str()][..],
        &["config", "-o", file.to_str().unwrap()],
    ] {
        let output = home.run(arguments, &[]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), FILE);
    }
}
