//! Dialect: in which words and commands a kind of client is told what to do.
//!
//! A rule says what must be done; how that is done on the machine in hand stands in data: commands in `dialects/`, words in
//! `texts/<language>/dialects/`. A dialect has its own where it differs from those that it rests on.
//!
//! Lines of the prompt stand apart from those of the configuration, so that each is typed where it is understood (IOS XR
//! commits). Words are Fluent messages laid over the general ones, which hold no product's word, and the term `{ -device }`.
//! The owner `wlc` of a remedy is the device that connects, whatever it is. What is to be typed on any host (`openssl
//! s_client`) is the generic dialect's everywhere.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::base::command::{Command, Word};
use crate::base::phrase::Language;

/// A kind of client, by what its operator types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the names of the products' own systems
pub enum Dialect {
    /// Any machine with a shell: nothing is known of the client but that it speaks TLS.
    #[default]
    Generic,
    IosXe,
    IosXeWireless,
    IosXr,
    NxOs,
    Asa,
}

impl Dialect {
    /// Every dialect there is.
    pub const ALL: [Self; 6] = [
        Self::Generic,
        Self::IosXe,
        Self::IosXeWireless,
        Self::IosXr,
        Self::NxOs,
        Self::Asa,
    ];

    /// Its name, as `--dialect` and profiles take it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::IosXe => "ios-xe",
            Self::IosXeWireless => "ios-xe-wireless",
            Self::IosXr => "ios-xr",
            Self::NxOs => "nx-os",
            Self::Asa => "asa",
        }
    }

    /// The dialect of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// Its words, the most general first: later ones hold.
    pub(super) const fn words(self, language: Language) -> &'static [&'static str] {
        macro_rules! words {
            ($($file:literal)*) => {
                match language {
                    Language::En => &[$(include_str!(concat!("../../texts/en/dialects/", $file, ".ftl"))),*],
                    Language::Ja => &[$(include_str!(concat!("../../texts/ja/dialects/", $file, ".ftl"))),*],
                }
            };
        }
        match self {
            Self::Generic => words!("generic"),
            Self::IosXe => words!("generic" "ios-xe"),
            Self::IosXeWireless => words!("generic" "ios-xe" "ios-xe-wireless"),
            Self::IosXr => words!("generic" "ios-xr"),
            Self::NxOs => words!("generic" "nx-os"),
            Self::Asa => words!("generic" "asa"),
        }
    }

    /// Its commands, the most general first: later ones hold.
    const fn books(self) -> &'static [&'static str] {
        macro_rules! books {
            ($($file:literal)*) => { &[$(include_str!(concat!("../../dialects/", $file, ".toml"))),*] };
        }
        match self {
            Self::Generic => books!("generic"),
            Self::IosXe => books!("ios-xe"),
            Self::IosXeWireless => books!("ios-xe" "ios-xe-wireless"),
            Self::IosXr => books!("ios-xr"),
            Self::NxOs => books!("nx-os"),
            Self::Asa => books!("asa"),
        }
    }

    /// Its commands, read when the first is wanted: a healthy report needs none.
    fn book(self) -> &'static Book {
        static NONE: Book = Book::new();
        static BOOKS: [OnceLock<Book>; Dialect::ALL.len()] = [const { OnceLock::new() }; Dialect::ALL.len()];
        let read = || {
            let mut all = Book::default();
            for text in self.books() {
                let book: Book = toml::from_str(text).unwrap_or_default(); // a test reads each
                all.modes = book.modes.or(all.modes);
                all.tasks.extend(book.tasks);
            }
            all
        };
        BOOKS.get(self as usize).map_or(&NONE, |cell| cell.get_or_init(read))
    }

    /// The lines that do these tasks: first what is typed at the prompt, then what is configured. A task that the dialect
    /// does not know has none.
    #[must_use]
    pub fn lines(self, tasks: &[Task]) -> Vec<Command> {
        let book = self.book();
        let known = || tasks.iter().filter_map(|task| Some((task, book.tasks.get(task.name)?)));
        let mut lines: Vec<Command> = known()
            .flat_map(|(task, recipe)| recipe.exec.iter().map(|line| task.filled(line)))
            .collect();
        let settings: Vec<Command> = known()
            .flat_map(|(task, recipe)| recipe.configure.iter().map(|line| task.filled(&format!("  {line}"))))
            .collect();
        if !settings.is_empty() {
            let modes = book.modes.as_ref();
            let of_modes = |lines: Option<&Vec<String>>| -> Vec<Command> {
                lines
                    .into_iter()
                    .flatten()
                    .map(|line| Command::of_book(line.clone()))
                    .collect()
            };
            lines.extend(of_modes(modes.map(|modes| &modes.enter)));
            lines.extend(settings);
            lines.extend(of_modes(modes.map(|modes| &modes.leave)));
        }
        lines
    }
}

/// What has to be done on a client, apart from the lines that do it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    name: &'static str,
    words: Vec<(&'static str, String)>,
}

/// The task of that name.
#[must_use]
pub const fn task(name: &'static str) -> Task {
    Task {
        name,
        words: Vec::new(),
    }
}

impl Task {
    /// With a value that may stand in a command.
    #[must_use]
    pub fn with(mut self, name: &'static str, word: &dyn Word) -> Self {
        self.words.push((name, word.word().into_owned()));
        self
    }

    /// A line of a book with the values filled in, each once: a value is never read for names of others. A name without a
    /// value stays as a placeholder.
    fn filled(&self, line: &str) -> Command {
        let mut filled = String::with_capacity(line.len());
        let mut rest = line;
        while let Some((before, behind)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
            let word = self.words.iter().find(|(known, _)| *known == name);
            let word = word.map_or_else(
                || Cow::Owned(format!("<{name}>")),
                |(_, word)| Cow::Borrowed(word.as_str()),
            );
            filled.push_str(&word);
            rest = after;
        }
        filled.push_str(rest);
        Command::of_book(filled)
    }
}

/// The commands of a dialect, as they stand in its file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    /// Where its commands come from.
    #[serde(default, rename = "sources")]
    _sources: Vec<String>,
    modes: Option<Modes>,
    #[serde(default)]
    tasks: BTreeMap<String, Recipe>,
}

impl Book {
    const fn new() -> Self {
        Self {
            _sources: Vec::new(),
            modes: None,
            tasks: BTreeMap::new(),
        }
    }
}

/// How a configuration begins and ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Modes {
    enter: Vec<String>,
    leave: Vec<String>,
}

/// How one task is done.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    /// Typed at the prompt.
    #[serde(default)]
    exec: Vec<String>,
    /// Typed where the configuration is changed.
    #[serde(default)]
    configure: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_book_is_read_and_names_its_sources() {
        for dialect in Dialect::ALL {
            for text in dialect.books() {
                let book: Result<Book, _> = toml::from_str(text);
                let book = book.unwrap_or_else(|error| panic!("{}: {error}", dialect.name()));
                assert!(!book._sources.is_empty(), "{}", dialect.name());
            }
            let book = dialect.book();
            let configures = book.tasks.values().any(|recipe| !recipe.configure.is_empty());
            assert_eq!(configures, book.modes.is_some(), "{}", dialect.name());
        }
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::named(dialect.name()), Some(dialect));
        }
        assert_eq!(Dialect::named("vms"), None);
    }

    #[test]
    fn settings_stand_between_the_modes_and_behind_what_is_typed_at_the_prompt() {
        let tasks = [
            task("set-clock"),
            task("reach").with("host", &"<host>").with("port", &443_u16),
        ];
        let lines: Vec<String> = Dialect::IosXe.lines(&tasks).iter().map(ToString::to_string).collect();
        let at = |line: &str| lines.iter().position(|it| it == line);
        assert!(at("configure terminal") < at("  ntp server <address>"), "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("  end"));
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("telnet <host> 443 /source-interface <"))
        );
        assert_eq!(Dialect::IosXe.lines(&[task("no-such-task")]), Vec::new());
    }

    #[test]
    fn a_value_is_never_read_for_names() {
        let tasks = [task("reach").with("host", &"{port}").with("port", &1_u16)];
        assert_eq!(Dialect::Generic.lines(&tasks)[0].as_str(), "nc -vz {port} 1");
    }
}
