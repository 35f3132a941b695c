//! capture that could not be read → Unread: reported in every format that programs use to count captures.

use super::text::visible;

/// A capture that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its name as given.
    pub capture: String,
    /// The reason, in one line.
    pub why: String,
}

impl Unread {
    /// The id under which programs find it.
    pub(super) const ID: &'static str = "unreadable-capture";

    /// From the line that a person reads, which begins with the name. Other people chose these names, so both are
    /// escaped.
    #[must_use]
    pub fn new(capture: &str, line: &str) -> Self {
        let why = line.strip_prefix(capture).and_then(|rest| rest.strip_prefix(": "));
        Self {
            capture: visible(capture),
            why: visible(why.unwrap_or(line)),
        }
    }
}
