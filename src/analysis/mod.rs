//! Frames → Report: the stages put together, for a whole capture and for one that grows.

pub(crate) mod analyzer;
mod collector;
mod crowd;
mod datagrams;
pub(crate) mod dropped;
pub(crate) mod interest;
pub(crate) mod listing;
pub(crate) mod live;
mod news;
mod others;
mod retention;
pub(crate) mod room;
pub(crate) mod settling;
mod story;
