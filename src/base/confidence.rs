//! A noun that later stages share: how sure something is.

use crate::base::word::words;

words! {
    /// The confidence of a finding.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Confidence {
        /// Consistent with the bytes, as other explanations are.
        #[default]
        Possible = "possible",
        /// The usual explanation of what is seen; another one is named beside it.
        Likely = "likely",
        /// No other explanation is consistent with the bytes.
        Certain = "certain",
    }
}
