//! Dialect: the words and commands of a kind of client.
//!
//! A rule says what must be done; how it is done on a given machine is data: commands in `dialects/`, words in
//! `texts/<language>/dialects/`. A dialect has its own entries if it differs from those that it builds on.
//!
//! Lines for the prompt are separate from those for the configuration, so that each is typed in its mode (IOS XR
//! commits). Words are Fluent messages that override the general ones, which contain no product's word, and the term `{
//! -device }`. The owner `wlc` of a remedy is the device that connects, whatever its kind. Commands for any host
//! (`openssl s_client`) always come from the generic dialect.

mod book;

use std::net::Ipv6Addr;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::base::carrier::Carrier;
use crate::base::command::{Command, Word};
use crate::base::phrase::Language;
use book::{Book, filled};

/// A kind of client, by what its operator types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the names of the products' own systems
#[non_exhaustive]
pub enum Dialect {
    /// Any machine with a shell: nothing is known of the client but that it speaks TLS.
    #[default]
    Generic,
    IosXe,
    IosXeWireless,
    IosXr,
    NxOs,
    Asa,
    OpenSsl,
    GnuTls,
    Java,
    Go,
    Node,
    Nss,
    Chromium,
    Schannel,
}

impl Dialect {
    /// Every dialect there is: any machine, those of products, and those of TLS libraries.
    pub const ALL: [Self; 14] = [
        Self::Generic,
        Self::IosXe,
        Self::IosXeWireless,
        Self::IosXr,
        Self::NxOs,
        Self::Asa,
        Self::OpenSsl,
        Self::GnuTls,
        Self::Java,
        Self::Go,
        Self::Node,
        Self::Nss,
        Self::Chromium,
        Self::Schannel,
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
            Self::OpenSsl => "openssl",
            Self::GnuTls => "gnutls",
            Self::Java => "java",
            Self::Go => "go",
            Self::Node => "node",
            Self::Nss => "nss",
            Self::Chromium => "chromium",
            Self::Schannel => "schannel",
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
            Self::Generic
            | Self::OpenSsl
            | Self::GnuTls
            | Self::Java
            | Self::Go
            | Self::Node
            | Self::Nss
            | Self::Chromium
            | Self::Schannel => words!("generic"),
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
            Self::Generic => books!("common" "generic"),
            Self::IosXe => books!("common" "ios-xe"),
            Self::IosXeWireless => books!("common" "ios-xe" "ios-xe-wireless"),
            Self::IosXr => books!("common" "ios-xr"),
            Self::NxOs => books!("common" "nx-os"),
            Self::Asa => books!("common" "asa"),
            Self::OpenSsl => books!("common" "generic" "openssl"),
            Self::GnuTls => books!("common" "generic" "gnutls"),
            Self::Java => books!("common" "generic" "java"),
            Self::Go => books!("common" "generic" "go"),
            Self::Node => books!("common" "generic" "node"),
            Self::Nss => books!("common" "generic" "nss"),
            Self::Chromium => books!("common" "generic" "chromium"),
            Self::Schannel => books!("common" "generic" "schannel"),
        }
    }

    /// Its commands, read when the first is wanted: a healthy report needs none.
    fn book(self) -> &'static Book {
        static NONE: Book = Book::new();
        static BOOKS: [OnceLock<Book>; Dialect::ALL.len()] = [const { OnceLock::new() }; Dialect::ALL.len()];
        let read = || {
            let books = self.books().iter();
            books.fold(Book::new(), |all, text| all.with(Book::read(text).unwrap_or_default())) // a test reads each
        };
        BOOKS.get(self as usize).map_or(&NONE, |cell| cell.get_or_init(read))
    }

    /// The dialect of a product, by its identifier as the device prints it: `C9800-CL-K9`, `N9K-C93180YC-EX`. The longest
    /// beginning that a book knows decides; a product that no book knows has none.
    #[must_use]
    pub fn of_product(product: &str) -> Option<Self> {
        let begins = |dialect: &Self| {
            let known = dialect.book().products.iter();
            let known = known.filter(|begin| product.starts_with(begin.as_str()));
            known.map(String::len).max()
        };
        // If two dialects have equally long prefixes, the more general one, which is first in the list.
        let known = Self::ALL.into_iter().filter_map(|it| Some((begins(&it)?, it)));
        known.rev().max_by_key(|&(len, _)| len).map(|(_, dialect)| dialect)
    }

    /// The releases of its gates: name, and the first release of each train that has what the gate is about.
    pub(super) fn gates(self) -> impl Iterator<Item = (&'static str, &'static [String])> {
        let gates = self.book().gates.iter();
        gates.map(|(name, gate)| (name.as_str(), gate.releases.as_slice()))
    }

    /// The lines that do these tasks: first what is typed at the prompt, then what is configured. A task that the dialect
    /// does not know has none.
    #[must_use]
    pub fn lines(self, tasks: &[Task]) -> Vec<Command> {
        let book = self.book();
        let known = || {
            let known = tasks.iter().filter_map(|task| Some((task, book.recipe(task.name)?)));
            known.filter(|(task, recipe)| !(recipe.ipv4 && task.has_ipv6()))
        };
        let mut lines: Vec<Command> = known()
            .flat_map(|(task, recipe)| {
                let lines = recipe.exec.iter();
                lines.map(|line| task.command(line).unread(recipe.unread))
            })
            .collect();
        let settings: Vec<Command> = known()
            .flat_map(|(task, recipe)| {
                let lines = recipe.configure.iter();
                lines.map(|line| task.command(&format!("  {line}")).unread(recipe.unread))
            })
            .filter(|line| !line.as_str().trim().is_empty())
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

/// A task on a client, apart from the lines that do it there.
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
    /// Adds a value that is allowed in a command.
    #[must_use]
    pub fn with(mut self, name: &'static str, word: &dyn Word) -> Self {
        self.words.push((name, word.word().into_owned()));
        self
    }

    /// True if its lines apply to the carrier of TLS: most are about TCP, or about what licensing uses.
    #[must_use]
    pub fn suits(&self, carrier: Carrier) -> bool {
        const ANY: [&str; 5] = ["show-clock", "set-clock", "fetch-roots", "import-root", "show-route"];
        match carrier {
            Carrier::Tcp => true,
            Carrier::Dtls => self.name.starts_with("dtls-") || ANY.contains(&self.name),
            Carrier::Quic => ANY.contains(&self.name),
            Carrier::Capwap => self.name.starts_with("join-"),
        }
    }

    fn has_ipv6(&self) -> bool {
        self.words.iter().any(|(_, word)| word.parse::<Ipv6Addr>().is_ok())
    }

    /// The values that it has: name and text.
    fn command(&self, line: &str) -> Command {
        let value = |name: &str| {
            let mut words = self.words.iter();
            words.find(|(known, _)| *known == name).map(|(_, word)| word.as_str())
        };
        Command::of_book(filled(line, &value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_book_is_read_and_names_its_sources() {
        for dialect in Dialect::ALL {
            for text in dialect.books() {
                let book = Book::read(text).unwrap_or_else(|error| panic!("{}: {error}", dialect.name()));
                assert!(book.has_sources(), "{}", dialect.name());
            }
            let book = dialect.book();
            assert_eq!(book.configures(), book.modes.is_some(), "{}", dialect.name());
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
    fn a_product_has_the_dialect_of_the_longest_beginning_that_is_known() {
        for (product, dialect) in [
            ("C9800-CL-K9", Some(Dialect::IosXeWireless)),
            ("C9300-48UXM", Some(Dialect::IosXe)),
            ("C1117-4P", Some(Dialect::IosXe)),
            ("ISR4331/K9", Some(Dialect::IosXe)),
            ("N9K-C93180YC-EX", Some(Dialect::NxOs)),
            ("NCS-5501", Some(Dialect::IosXr)),
            ("ASR-9901", Some(Dialect::IosXr)),
            ("ASR1001-X", Some(Dialect::IosXe)),
            ("FPR-2110", Some(Dialect::Asa)),
            ("ASAv", Some(Dialect::Asa)),
            ("PA-220", None),
            ("", None),
        ] {
            assert_eq!(Dialect::of_product(product), dialect, "{product}");
        }
    }

    #[test]
    fn settings_stand_between_the_modes_and_behind_what_is_typed_at_the_prompt() {
        let tasks = [
            task("set-clock"),
            task("reach")
                .with("host", &"<host>")
                .with("port", &443_u16)
                .with("device", &"<address>"),
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
    fn the_table_that_a_device_uses_stands_in_the_command_where_it_is_known() {
        let reach = || task("reach").with("host", &"<host>").with("port", &443_u16);
        let line = |dialect: Dialect, task: Task| dialect.lines(&[task])[0].to_string();
        assert_eq!(line(Dialect::IosXe, reach()), "telnet <host> 443");
        let named = reach().with("vrf", &"<table>");
        assert_eq!(line(Dialect::IosXe, named.clone()), "telnet <host> 443 /vrf <table>");
        assert_eq!(line(Dialect::NxOs, named), "telnet <host> 443 vrf <table>");
        assert_eq!(line(Dialect::NxOs, reach()), "telnet <host> 443 vrf <vrf>");
        // A line that is nothing but the table is left out whole.
        let source = |task: Task| Dialect::IosXr.lines(&[task]).len();
        assert_eq!(
            source(task("set-source").with("vrf", &"<table>")),
            source(task("set-source")) + 1
        );
    }

    #[test]
    fn a_command_that_takes_no_ipv6_address_gets_none() {
        let lines = |host: &str| {
            let reach = task("reach").with("host", &host.parse::<std::net::IpAddr>().unwrap());
            Dialect::Asa.lines(&[reach.with("port", &443_u16)]).len()
        };
        assert_eq!((lines("192.0.2.1"), lines("2001:db8::1")), (1, 0));
    }

    #[test]
    fn a_value_is_never_read_for_names() {
        let tasks = [task("reach").with("host", &"{port}[x]").with("port", &1_u16)];
        assert_eq!(Dialect::Generic.lines(&tasks)[0].as_str(), "nc -vz {port}[x] 1");
    }
}
