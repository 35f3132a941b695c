//! A user's words → Listing: the attempts that a report lists; it counts the others.
//!
//! The choice changes nothing else: the report's verdict and the exit code are those of all attempts in the capture.

use std::net::IpAddr;

use crate::base::frame::Timestamp;
use crate::profile::options::Target;

/// The attempts that a report lists. Several values of one field are alternatives; several fields must all fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Outcomes; empty for any.
    pub only: Vec<Only>,
    /// Servers; empty for any.
    pub servers: Vec<Target>,
    /// Clients; empty for any.
    pub clients: Vec<IpAddr>,
    /// The earliest beginning.
    pub since: Option<Timestamp>,
    /// The latest beginning.
    pub until: Option<Timestamp>,
    /// The number of attempts, the earliest first.
    pub first: Option<usize>,
    /// True if attempts that went well are listed even when they are very many: a gate has to see every attempt.
    pub whole: bool,
}

/// An outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// It failed, or shows a problem of severity `error`.
    Failures,
    /// It has the verdict of this id.
    Verdict(String),
}

impl Listing {
    /// Reads a value of `--only`: `failures`, or the id of a verdict.
    #[must_use]
    pub fn only(word: &str) -> Only {
        match word {
            Only::FAILURES => Only::Failures,
            id => Only::Verdict(id.to_owned()),
        }
    }

    /// True if attempts with this verdict are listed even when they went well and are very many.
    #[must_use]
    pub fn asks_for(&self, id: &str) -> bool {
        self.whole
            || self
                .only
                .iter()
                .any(|it| matches!(it, Only::Verdict(asked) if asked == id))
    }

    /// True if attempts with this verdict are listed; `is_failure` is true if the attempt has a finding of severity `error`.
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
