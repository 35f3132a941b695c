//! facts → bytes: frames for the unit tests, built header by header.
