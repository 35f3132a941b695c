//! tlswalk opens a packet capture and says why a TLS connection failed.

pub mod attempt;
pub mod capture;
pub mod connection;
pub mod context;
pub mod decode;
pub mod dns;
pub mod finding;
pub mod flow;
pub mod frame;
pub mod http;
pub mod lookup;
pub mod profile;
pub mod report;
pub mod seq;
pub mod stream;
pub mod tls;
pub mod wire_text;
