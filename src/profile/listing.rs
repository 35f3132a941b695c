//! Words of a user → Listing: which attempts a report lists. What it does not list it counts.
//!
//! It decides nothing else: the verdict of a report, and the exit code, are those of every attempt of the capture.

use std::net::IpAddr;

use crate::base::frame::Timestamp;
use crate::profile::options::Target;

/// Which attempts a report lists. What is said twice of one kind is an alternative; what is said of several kinds must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Those with one of these outcomes; none: whatever became of them.
    pub only: Vec<Only>,
    /// Those to reach one of these servers.
    pub servers: Vec<Target>,
    /// Those of one of these clients.
    pub clients: Vec<IpAddr>,
    /// Those that began at this time or later.
    pub since: Option<Timestamp>,
    /// Those that began at this time or earlier.
    pub until: Option<Timestamp>,
    /// So many of them, the earliest.
    pub first: Option<usize>,
    /// What went well is listed as well, however much it is: whoever expects something of each attempt must see each.
    pub whole: bool,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// It failed, or shows a problem of severity `error`.
    Failures,
    /// It has the verdict of this id.
    Verdict(String),
}

impl Listing {
    /// Reads what is listed only: `failures`, or the id of a verdict.
    #[must_use]
    pub fn only(word: &str) -> Only {
        match word {
            Only::FAILURES => Only::Failures,
            id => Only::Verdict(id.to_owned()),
        }
    }

    /// Whether attempts that went well are listed even where they are very many.
    #[must_use]
    pub fn asks_for(&self, id: &str) -> bool {
        self.whole
            || self
                .only
                .iter()
                .any(|it| matches!(it, Only::Verdict(asked) if asked == id))
    }

    /// Whether attempts with this verdict are listed; `is_failure`: it failed, or something of it is an error.
    #[must_use]
    pub fn lists(&self, id: &str, is_failure: bool) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|only| match only {
                Only::Failures => is_failure,
                Only::Verdict(asked) => asked == id,
            })
    }
}

impl Only {
    const FAILURES: &str = "failures";

    /// As a user types it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Failures => Self::FAILURES,
            Self::Verdict(id) => id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_of_one_kind_are_listed_and_nothing_said_lists_all() {
        let listing = |words: &[&str]| Listing {
            only: words.iter().map(|it| Listing::only(it)).collect(),
            ..Listing::default()
        };
        let all = listing(&[]);
        assert!(all.lists("healthy", false) && all.lists("tcp-refused", true) && !all.asks_for("healthy"));
        let failures = listing(&["failures", "healthy-resumed"]);
        assert!(failures.lists("tcp-refused", true) && failures.lists("healthy-resumed", false));
        assert!(!failures.lists("healthy", false) && failures.asks_for("healthy-resumed"));
        assert_eq!(
            failures.only.iter().map(Only::name).collect::<Vec<_>>(),
            ["failures", "healthy-resumed"]
        );
    }
}
