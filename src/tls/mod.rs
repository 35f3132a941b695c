//! The TLS layer: names and numbers, and the files that turn chunks into a walk.

pub mod certificate;
pub mod trust;
