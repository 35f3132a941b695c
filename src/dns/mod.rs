//! datagram → Lookup: what was asked of a resolver, and what came back.

pub mod lookup;
pub mod message;
