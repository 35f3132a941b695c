//! Report, capture → evidence to hand on: cut, without identifiers, compared, verified.

pub mod check;
pub mod diff;
pub mod redact;
pub mod signature;
pub mod slice;
pub mod verify;
