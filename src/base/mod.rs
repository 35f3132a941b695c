//! The base of every stage: nouns without a stage of their own, and words.

pub mod carrier;
pub(crate) mod clock;
pub mod command;
pub mod confidence;
pub mod dialect;
pub(crate) mod elapsed;
pub mod endpoint;
pub mod frame;
pub mod hexadecimal;
pub mod misread;
pub mod phrase;
pub mod secrets;
pub mod seq;
pub mod wire_text;
pub(crate) mod word;
