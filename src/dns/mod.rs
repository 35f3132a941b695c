//! datagram → Lookup: the questions to a resolver, and its answers.

pub mod lookup;
pub mod message;
