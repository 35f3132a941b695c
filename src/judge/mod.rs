//! Attempt → Verdict: what went wrong, how certain that is, and how several tries turned out.

pub mod alternative;
pub mod cadence;
pub mod context;
pub mod course;
pub mod divergence;
pub mod explanation;
pub mod finding;
pub mod reason;
pub mod recapture;
pub mod rules;
mod spare;
pub mod testimony;
pub mod verdict;
