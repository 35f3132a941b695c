//! Attempt → Verdict: what went wrong, how sure that is, and what came of several tries.

pub mod cadence;
pub mod context;
pub mod course;
pub mod divergence;
pub mod explanation;
pub mod finding;
pub mod reason;
pub mod recapture;
pub mod rules;
pub mod testimony;
pub mod verdict;
