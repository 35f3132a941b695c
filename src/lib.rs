//! tlswalk opens a packet capture and says why a TLS connection failed.

pub mod capture;
pub mod decode;
pub mod dns;
pub mod frame;
pub mod report;
pub mod seq;
pub mod tls;
pub mod wire_text;
