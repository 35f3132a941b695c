//! Chunk → Exchange: readable HTTP/1, and what a licensing service says in it.

pub mod licensing_answer;
pub mod licensing_request;
pub mod reader;
