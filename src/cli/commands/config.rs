//! Settings → a table: each setting, its value, and where it comes from.

use std::env;
use std::path::Path;

use serde::Serialize;
use tlswalk::base::phrase::{Language, phrase};
use tlswalk::report::text::visible;
use unicode_width::UnicodeWidthStr as _;

use super::json_text;
use crate::cli::args::{Format, Inspect};
use crate::cli::originals::Originals;
use crate::cli::settings::{KEYS, Settings, Source, variable};
use crate::cli::{output, usage};

/// A settings file in a working directory, which is not read by itself.
const NEARBY: &str = "tlswalk.toml";

/// Variables that tlswalk or its companions read and that are not settings.
const OTHERS: [&str; 2] = ["TLSWALK_CONFIG", "TLSWALK_OPTIONS"];

/// The settings in effect, for programs.
#[derive(Serialize)]
struct Shown<'a> {
    file: Option<String>,
    sha256: Option<&'a str>,
    site: Option<&'a str>,
    sites: &'a [String],
    settings: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    values: &'a [String],
    from: &'a str,
}

/// Shows the settings.
pub(crate) fn run(inspect: &Inspect) -> Result<u8, String> {
    if !inspect.captures.is_empty() {
        return Err("config takes no capture; see tlswalk config --help".to_owned());
    }
    let settings = &inspect.settings;
    let page = match inspect.format {
        Format::Text => text(settings, inspect.lang.into()),
        Format::Json => json_text(&shown(settings), true)?,
        Format::Ndjson => json_text(&shown(settings), false)?,
        _ => return Err("config writes text or json; leave -f out, or give -f json".to_owned()),
    };
    output::write_page(inspect, Originals::of(inspect), page.as_bytes())?;
    Ok(0)
}

fn shown(settings: &Settings) -> Shown<'_> {
    Shown {
        file: settings.file.as_ref().map(|(path, _)| path.display().to_string()),
        sha256: settings.file.as_ref().map(|(_, sha256)| sha256.as_str()),
        site: settings.site.as_ref().map(|(name, _)| name.as_str()),
        sites: &settings.sites,
        settings: settings
            .held
            .iter()
            .map(|held| Row {
                name: held.key,
                values: &held.values,
                from: held.source.name(),
            })
            .collect(),
    }
}

fn text(settings: &Settings, language: Language) -> String {
    let say = |name: &'static str, value: &str| phrase(name).with("value", value.to_owned()).in_language(language);
    let file = match (&settings.file, &settings.looked_for) {
        (Some((path, _)), _) => say("config-file", &path.display().to_string()),
        (None, Some(path)) => say("config-no-file", &path.display().to_string()),
        (None, None) => phrase("config-no-folder").in_language(language),
    };
    let mut lines = vec![file];
    if !settings.sites.is_empty() {
        lines.push(say("config-sites", &settings.sites.join(", ")));
    }
    lines.push(String::new());
    let value = |values: &[String]| match values {
        [] => "–".to_owned(),
        values => values.join(", "),
    };
    let values: Vec<String> = settings.held.iter().map(|held| visible(&value(&held.values))).collect();
    let width = values.iter().map(|it| it.width()).max().unwrap_or_default().min(48);
    for (held, value) in settings.held.iter().zip(&values) {
        let pad = " ".repeat(width.saturating_sub(value.width()));
        lines.push(format!(
            "{:9}{value}{pad}  {}",
            held.key,
            from(settings, held.key, held.source, language)
        ));
    }
    let notes = notes(settings, language);
    if !notes.is_empty() {
        lines.push(String::new());
        lines.extend(notes);
    }
    lines
        .iter()
        .map(|line| format!("{}\n", visible(line.trim_end())))
        .collect()
}

/// The source of a value, for a person.
fn from(settings: &Settings, key: &str, source: Source, language: Language) -> String {
    let name = match source {
        Source::CommandLine => "config-command-line",
        Source::Environment => "config-environment",
        Source::Site => "config-site",
        Source::File => "config-in-file",
        Source::Locale => "config-locale",
        Source::BuiltIn => "config-built-in",
    };
    let value = match source {
        Source::Environment => variable(key),
        Source::Site => settings.site.as_ref().map(|(name, _)| name.clone()).unwrap_or_default(),
        _ => String::new(),
    };
    phrase(name).with("value", value).in_language(language)
}

/// Notes about files and variables that exist and are not read.
fn notes(settings: &Settings, language: Language) -> Vec<String> {
    let mut notes = Vec::new();
    let is_read = |path: &Path| {
        settings
            .file
            .as_ref()
            .is_some_and(|(file, _)| file.file_name() == path.file_name())
    };
    if Path::new(NEARBY).is_file() && !is_read(Path::new(NEARBY)) {
        notes.push(phrase("config-nearby").with("value", NEARBY).in_language(language));
    }
    let settings: Vec<String> = KEYS.iter().map(|key| variable(key)).collect();
    let mut set: Vec<String> = env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    set.retain(|name| !settings.contains(name) && !OTHERS.contains(&name.as_str()));
    set.sort();
    for name in set {
        let Some(rest) = name.strip_prefix("TLSWALK_") else {
            continue;
        };
        // A variable that resembles no setting belongs to another program.
        if let Some(near) = usage::nearest(&rest.replace('_', "-"), KEYS) {
            let note = phrase("config-unknown-variable").with("near", variable(near));
            notes.push(note.with("value", name).in_language(language));
        }
    }
    notes
}
