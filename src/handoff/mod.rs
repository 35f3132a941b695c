//! Report, capture → evidence that people hand on: cut, without identifiers, compared, checked again.

pub mod check;
pub mod diff;
pub mod redact;
pub mod signature;
pub mod slice;
pub mod verify;
