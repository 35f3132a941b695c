//! tlswalk opens a packet capture and says why a TLS connection failed.

pub mod attempt;
