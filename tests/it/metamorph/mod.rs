//! Metamorphic relations: a capture, bent in ways that a verdict must survive, and the verdicts before and after.
//!
//! ```text
//! sample ─▶ Capture ─▶ cases (bend, wrap, packet) ─▶ file ─▶ report ─▶ judge ─▶ Outcome
//! ```
#![allow(unreachable_pub, reason = "a module of a test crate has no interface")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code states its invariants"
)]

pub mod bend;
pub mod capture;
pub mod cases;
pub mod families;
pub mod judge;
pub mod packet;
pub mod reviewed;
pub mod wrap;
