//! A noun that later stages share: how sure something is.

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Consistent with the bytes, as other explanations are.
    Possible,
    /// The usual explanation of what is seen; another one is named beside it.
    Likely,
    /// No other explanation is consistent with the bytes.
    Certain,
}

impl Confidence {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}
