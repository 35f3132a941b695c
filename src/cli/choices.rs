//! Word of the command line → choice: languages, colours, teams.

use clap::ValueEnum;
use tlswalk::base::phrase::Language;
use tlswalk::report::ticket::Team;

/// Whose ticket is written.
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
