//! Settings file, environment, locale → what the command line left open: language, colour, and what a site is like.
//!
//! The command line goes before the environment, that before the file; a list of one replaces that of the next. One file is read: the one
//! that is named (`--config`, `TLSWALK_CONFIG`), otherwise that of the user's own configuration folder. Folders of captures and the working
//! directory are not searched: they often come from somebody else, and a file in there that names a trust anchor could turn an
//! interception into a genuine chain.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum as _;
use serde::{Deserialize, Deserializer};
use tlswalk::Target;
use tlswalk::base::dialect::Dialect;
use tlswalk::base::hexadecimal::hexadecimal;
use tlswalk::base::misread::misread;
use tlswalk::profile::Profile;
use tlswalk::report::{self, Setting};

use crate::cli::args::{Cli, Color, Command, Format, Inspect, Lang};
use crate::cli::{did_you_mean, reason, usage};

/// The longest settings file, in bytes: hundreds of sites.
const LONGEST: u64 = 1 << 20;

/// Every setting: its option, its variable, and what it is called here. In the order in which `tlswalk config` lists them.
pub(crate) const KEYS: [&str; 12] = [
    "lang", "color", "site", "profile", "dialect", "all", "wlc", "cssm", "on-prem", "cslu", "proxy", "ca",
];

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    CommandLine,
    Environment,
    Site,
    File,
    Locale,
    BuiltIn,
}

impl Source {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "command-line",
            Self::Environment => "environment",
            Self::Site => "site",
            Self::File => "file",
            Self::Locale => "locale",
            Self::BuiltIn => "built-in",
        }
    }
}

/// A setting that holds.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) key: &'static str,
    pub(crate) values: Vec<String>,
    pub(crate) source: Source,
}

/// All settings that hold for a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The file that was read, and its SHA-256.
    pub(crate) file: Option<(PathBuf, String)>,
    /// Where a file was looked for.
    pub(crate) looked_for: Option<PathBuf>,
    pub(crate) site: Option<(String, Source)>,
    /// Names of all sites of the file.
    pub(crate) sites: Vec<String>,
    pub(crate) held: Vec<Held>,
}

impl Settings {
    /// Where the value of a setting comes from.
    pub(crate) fn source(&self, key: &str) -> Source {
        let held = self.held.iter().find(|it| it.key == key);
        held.map_or(Source::BuiltIn, |it| it.source)
    }

    /// True if a value was asked for by this call, and does not merely stand in a file for every call.
    pub(crate) fn is_asked_for(&self, key: &str) -> bool {
        match self.source(key) {
            Source::CommandLine => true,
            Source::Site => matches!(self.site, Some((_, Source::CommandLine))),
            _ => false,
        }
    }

    /// The settings as a report records them: only those that decide how a capture is judged and were not typed.
    pub(crate) fn recorded(&self) -> Option<report::Settings> {
        let decides = |held: &&Held| !matches!(held.key, "color" | "site");
        let untyped = |held: &&Held| matches!(held.source, Source::Environment | Source::Site | Source::File);
        let used: Vec<&Held> = self.held.iter().filter(decides).filter(untyped).collect();
        if used.is_empty() {
            return None;
        }
        let of_file = |held: &&&Held| matches!(held.source, Source::Site | Source::File);
        let mut recorded = report::Settings::default();
        if let Some((path, sha256)) = self.file.as_ref().filter(|_| used.iter().any(|it| of_file(&it))) {
            recorded.file = Some(path.display().to_string());
            recorded.sha256 = Some(sha256.clone());
        }
        recorded.site = self.site.as_ref().map(|(name, _)| name.clone());
        recorded.options = used
            .iter()
            .map(|held| Setting {
                option: format!("--{}", held.key),
                from: held.source.name().to_owned(),
            })
            .collect();
        Some(recorded)
    }
}

/// A settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    lang: Option<Word<Lang>>,
    color: Option<Word<Color>>,
    default_site: Option<String>,
    #[serde(default)]
    site: BTreeMap<String, Site>,
}

/// The description of a site: how its captures are judged.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Site {
    profile: Option<String>,
    dialect: Option<Word<Dialect>>,
    all: Option<bool>,
    wlc: Option<Vec<Word<IpAddr>>>,
    cssm: Option<Vec<Word<Target>>>,
    on_prem: Option<Vec<Word<Target>>>,
    cslu: Option<Vec<Word<Target>>>,
    proxy: Option<Vec<Word<Target>>>,
    ca: Option<Vec<PathBuf>>,
}

/// A value that is written as a string.
#[derive(Clone, Debug)]
struct Word<T>(T);

/// The type of a setting's value, from a file or a variable.
trait Written: Sized {
    fn read(text: &str) -> Result<Self, String>;
}

impl<'de, T: Written> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::read(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// One of some words.
fn one_of(text: &str, known: &[&str]) -> String {
    let near = did_you_mean(usage::nearest(text, known.iter().copied()));
    format!("\"{text}\" is not one of {}{near}", known.join(", "))
}

impl Written for Lang {
    fn read(text: &str) -> Result<Self, String> {
        Self::from_str(text, false).map_err(|_| one_of(text, &["en", "ja"]))
    }
}

impl Written for Color {
    fn read(text: &str) -> Result<Self, String> {
        Self::from_str(text, false).map_err(|_| one_of(text, &["auto", "always", "never"]))
    }
}

impl Written for Dialect {
    fn read(text: &str) -> Result<Self, String> {
        Self::named(text).ok_or_else(|| one_of(text, &Self::ALL.map(Self::name)))
    }
}

impl Written for IpAddr {
    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("\"{text}\" is no IP address; give one such as 192.0.2.1 or 2001:db8::1"))
    }
}

impl Written for Target {
    fn read(text: &str) -> Result<Self, String> {
        <Self as FromStr>::from_str(text).map_err(|why| format!("\"{text}\": {why}"))
    }
}

fn unwrapped<T>(words: Vec<Word<T>>) -> Vec<T> {
    words.into_iter().map(|word| word.0).collect()
}

/// The variable of a setting.
pub(crate) fn variable(key: &str) -> String {
    format!("TLSWALK_{}", key.to_uppercase().replace('-', "_"))
}

/// A variable that is set to something.
fn value_of(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn text_of(key: &str) -> Result<Option<String>, String> {
    let name = variable(key);
    value_of(&name)
        .map(|value| value.into_string().map_err(|_| format!("{name}: is not UTF-8")))
        .transpose()
}

/// One value of the environment.
fn word<T: Written>(key: &str) -> Result<Option<T>, String> {
    let text = text_of(key)?;
    let read = text.map(|text| T::read(&text).map_err(|why| format!("{}: {why}", variable(key))));
    read.transpose()
}

/// Several values of the environment, parted by commas.
fn words<T: Written>(key: &str) -> Result<Option<Vec<T>>, String> {
    let Some(text) = text_of(key)? else {
        return Ok(None);
    };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let read = parts.map(|part| T::read(part).map_err(|why| format!("{}: {why}", variable(key))));
    read.collect::<Result<_, _>>().map(Some)
}

fn switch(key: &str) -> Result<Option<bool>, String> {
    match text_of(key)?.as_deref() {
        None => Ok(None),
        Some("1" | "true" | "yes") => Ok(Some(true)),
        Some("0" | "false" | "no") => Ok(Some(false)),
        Some(other) => Err(format!("{}: \"{other}\" is neither 1 nor 0", variable(key))),
    }
}

/// The user's own settings file, there or not.
fn own_file() -> Option<PathBuf> {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let folder = value_of("XDG_CONFIG_HOME").map(PathBuf::from).and_then(absolute);
    #[cfg(windows)]
    let folder = folder.or_else(|| value_of("APPDATA").map(PathBuf::from).and_then(absolute));
    let folder = folder.or_else(|| env::home_dir().and_then(absolute).map(|home| home.join(".config")))?;
    Some(folder.join("tlswalk").join("config.toml"))
}

/// The language that the locale asks for, as programs take it: `LC_ALL`, else `LC_MESSAGES`, else `LANG`.
fn locale() -> Option<Lang> {
    let name = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(value_of)?;
    let name = name.to_str()?.to_owned();
    let language = name.split(['_', '.', '@', '-']).next()?;
    language.eq_ignore_ascii_case("ja").then_some(Lang::Ja)
}

/// Reads a settings file, whose relative paths begin at its folder.
fn read(path: &Path) -> Result<(File, String), String> {
    let name = path.display();
    let because = |error: &io::Error| format!("{name}: {}", reason(error));
    let metadata = fs::metadata(path).map_err(|error| because(&error))?;
    if metadata.is_dir() {
        return Err(format!("{name}: is a directory; name a settings file"));
    }
    if metadata.len() > LONGEST {
        return Err(format!("{name}: is too long to be a settings file"));
    }
    let text = fs::read_to_string(path).map_err(|error| because(&error))?;
    let mut file: File = toml::from_str(&text)
        .map_err(|error| format!("{name}: {}", misread(error.message(), error.span(), &text, None)))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    for site in file.site.values_mut() {
        for ca in site.ca.iter_mut().flatten() {
            *ca = folder.join(&*ca);
        }
        if let Some(profile) = site.profile.as_mut().filter(|it| Profile::built_in(it).is_none()) {
            *profile = folder.join(&*profile).display().to_string();
        }
    }
    let sha256 = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    Ok((file, hexadecimal(sha256.as_ref())))
}

/// Finds the file that holds for a call, and reads it.
fn find(inspect: &Inspect, settings: &mut Settings) -> Result<File, String> {
    if inspect.no_config {
        return Ok(File::default());
    }
    let named = match (&inspect.config, value_of("TLSWALK_CONFIG")) {
        (Some(path), _) => Some((path.clone(), "--config")),
        (None, Some(path)) => Some((path.into(), "TLSWALK_CONFIG")),
        (None, None) => None,
    };
    let (path, option) = match named {
        Some(named) => named,
        None => {
            settings.looked_for = own_file();
            match settings.looked_for.clone().filter(|path| path.exists()) {
                Some(path) => (path, "settings"),
                None => return Ok(File::default()),
            }
        }
    };
    let (file, sha256) = read(&path).map_err(|why| format!("{option} {why}"))?;
    settings.sites = file.site.keys().cloned().collect();
    settings.file = Some((path, sha256));
    Ok(file)
}

/// The site of a call.
fn site(inspect: &Inspect, file: &File, settings: &mut Settings) -> Result<Site, String> {
    let asked = match (&inspect.site, text_of("site")?, &file.default_site) {
        (Some(name), _, _) => (name.clone(), Source::CommandLine, "--site".to_owned()),
        (None, Some(name), _) => (name, Source::Environment, variable("site")),
        (None, None, Some(name)) => (name.clone(), Source::File, "default-site".to_owned()),
        (None, None, None) => return Ok(Site::default()),
    };
    let (name, source, option) = asked;
    let Some(site) = file.site.get(&name) else {
        let known = file.site.keys().map(String::as_str);
        return Err(match &settings.file {
            Some((path, _)) => format!(
                "{option} {name}: {} has no site of that name{}",
                path.display(),
                did_you_mean(usage::nearest(&name, known))
            ),
            None => {
                format!("{option} {name}: sites are defined in a settings file, and there is none; see tlswalk config")
            }
        });
    };
    settings.site = Some((name, source));
    Ok(site.clone())
}

/// Fills what the command line left open, and notes where each value comes from.
struct Filling<'a> {
    typed: &'a [String],
    held: Vec<Held>,
}

impl Filling<'_> {
    /// One setting: what was typed, else what the environment says, else the file, else what it is already.
    fn fill<T: Clone>(
        &mut self,
        key: &'static str,
        slot: &mut T,
        others: [(Source, Option<T>); 2],
        show: fn(&T) -> Vec<String>,
    ) {
        let is_typed = self.typed.iter().any(|it| *it == key.replace('-', "_"));
        let mut source = if is_typed { Source::CommandLine } else { Source::BuiltIn };
        if !is_typed && let Some((found, Some(value))) = others.into_iter().find(|(_, value)| value.is_some()) {
            source = found;
            *slot = value;
        }
        self.held.push(Held {
            key,
            values: show(slot),
            source,
        });
    }
}

fn named<T: clap::ValueEnum>(value: &T) -> Vec<String> {
    value
        .to_possible_value()
        .map(|it| it.get_name().to_owned())
        .into_iter()
        .collect()
}

fn targets(targets: &[Target]) -> Vec<String> {
    targets.iter().map(ToString::to_string).collect()
}

/// Settles what the command line left open.
pub(crate) fn apply(cli: &mut Cli) -> Result<(), String> {
    let typed = std::mem::take(&mut cli.typed);
    if let Some(Command::Explain { lang, color, .. }) = &mut cli.command {
        let file = find(&cli.inspect, &mut Settings::default())?;
        let mut filling = Filling {
            typed: &typed,
            held: Vec::new(),
        };
        looks(&mut filling, &file, lang, color, Some(locale()))?;
        return Ok(());
    }
    let Some(inspect) = cli.judging() else {
        return Ok(());
    };
    let mut settings = Settings::default();
    let file = find(inspect, &mut settings)?;
    let site = site(inspect, &file, &mut settings)?;
    let mut filling = Filling {
        typed: &typed,
        held: Vec::new(),
    };
    // What programs read does not depend on whose machine it was made on.
    let is_read_by_people = matches!(inspect.format, Format::Text | Format::Markdown | Format::Html);
    let locale = is_read_by_people.then(locale);
    looks(&mut filling, &file, &mut inspect.lang, &mut inspect.color, locale)?;
    filling.held.push(Held {
        key: "site",
        values: settings.site.iter().map(|(name, _)| name.clone()).collect(),
        source: settings.site.as_ref().map_or(Source::BuiltIn, |(_, source)| *source),
    });
    of_site(&mut filling, inspect, site)?;
    settings.held = filling.held;
    inspect.settings = settings;
    Ok(())
}

/// Language and colour.
fn looks(
    filling: &mut Filling<'_>,
    file: &File,
    lang: &mut Lang,
    color: &mut Color,
    locale: Option<Option<Lang>>,
) -> Result<(), String> {
    let of_file = file.lang.as_ref().map(|it| it.0);
    let (source, fallback) = match of_file {
        Some(lang) => (Source::File, Some(lang)),
        None => (Source::Locale, locale.flatten()),
    };
    filling.fill(
        "lang",
        lang,
        [(Source::Environment, word("lang")?), (source, fallback)],
        named,
    );
    let of_file = file.color.as_ref().map(|it| it.0);
    filling.fill(
        "color",
        color,
        [(Source::Environment, word("color")?), (Source::File, of_file)],
        named,
    );
    Ok(())
}

/// Fills in the settings of a site that decide how a capture is judged.
fn of_site(filling: &mut Filling<'_>, inspect: &mut Inspect, site: Site) -> Result<(), String> {
    let env = Source::Environment;
    let at = Source::Site;
    let profile = text_of("profile")?;
    filling.fill(
        "profile",
        &mut inspect.profile,
        [(env, profile), (at, site.profile)],
        |it| vec![it.clone()],
    );
    let dialect = (env, word("dialect")?.map(Some));
    let of_site = (at, site.dialect.map(|it| Some(it.0)));
    filling.fill("dialect", &mut inspect.dialect, [dialect, of_site], |it| {
        it.iter().map(|it| it.name().to_owned()).collect()
    });
    filling.fill("all", &mut inspect.all, [(env, switch("all")?), (at, site.all)], |it| {
        vec![it.to_string()]
    });
    let wlc = [(env, words("wlc")?), (at, site.wlc.map(unwrapped))];
    filling.fill("wlc", &mut inspect.wlc, wlc, |it| {
        it.iter().map(ToString::to_string).collect()
    });
    for (key, slot, of_site) in [
        ("cssm", &mut inspect.cssm, site.cssm),
        ("on-prem", &mut inspect.on_prem, site.on_prem),
        ("cslu", &mut inspect.cslu, site.cslu),
        ("proxy", &mut inspect.proxy, site.proxy),
    ] {
        filling.fill(key, slot, [(env, words(key)?), (at, of_site.map(unwrapped))], |it| {
            targets(it)
        });
    }
    // Paths are parted as those of PATH are: a comma may stand in a name.
    let paths = value_of(&variable("ca")).map(|value| env::split_paths(&value).collect());
    filling.fill("ca", &mut inspect.ca, [(env, paths), (at, site.ca)], |it| {
        it.iter().map(|path| path.display().to_string()).collect()
    });
    Ok(())
}
