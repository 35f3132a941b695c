//! capture that could not be read → Unread: said in every form by which a program counts captures.

use super::text::visible;

/// A capture that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its name as given.
    pub capture: String,
    /// Why, in one line.
    pub why: String,
}

impl Unread {
    /// The id under which programs find it.
    pub(super) const ID: &'static str = "unreadable-capture";

    /// From the line that tells a person, which begins with the name. Names are chosen by others, so both are escaped.
    #[must_use]
    pub fn new(capture: &str, line: &str) -> Self {
        let why = line.strip_prefix(capture).and_then(|rest| rest.strip_prefix(": "));
        Self {
            capture: visible(capture),
            why: visible(why.unwrap_or(line)),
        }
    }
}
