//! tlswalk opens a packet capture and says why a TLS connection failed.

pub mod wire_text;
pub mod frame;
pub mod seq;
pub mod capture;
pub mod decode;
pub mod dns;
pub mod flow;
pub mod stream;
pub mod http;
pub mod tls;
pub mod connection;
pub mod lookup;
pub mod profile;
pub mod context;
pub mod attempt;
pub mod finding;
pub mod report;
