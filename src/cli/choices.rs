//! Word of the command line → choice: formats, languages, dialects, colours, teams.

use std::path::Path;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tlswalk::base::dialect::Dialect;
use tlswalk::base::phrase::Language;
use tlswalk::report::ticket::Team;

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

impl Format {
    /// The format for a file's ending.
    pub(crate) fn of_file(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "txt" | "text" => Self::Text,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Ndjson,
            "html" | "htm" => Self::Html,
            "md" | "markdown" => Self::Markdown,
            "csv" => Self::Csv,
            "xml" => Self::Junit,
            "sarif" => Self::Sarif,
            _ => return None,
        })
    }

    /// Its name for `--format`.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|it| it.get_name().to_owned()).unwrap_or_default()
    }
}

/// Reads the name of a dialect.
pub(crate) fn dialects() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::ALL.map(Dialect::name)).map(|name| Dialect::named(&name).unwrap_or_default())
}

/// The team that a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ForTeam {
    Firewall,
    Pki,
    Proxy,
    Server,
    Support,
}

impl From<ForTeam> for Team {
    fn from(team: ForTeam) -> Self {
        match team {
            ForTeam::Firewall => Self::Firewall,
            ForTeam::Pki => Self::Pki,
            ForTeam::Proxy => Self::Proxy,
            ForTeam::Server => Self::Server,
            ForTeam::Support => Self::Support,
        }
    }
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
