//! What the user asked for and what the capture can show: everything a rule may consult apart from its attempt.

use crate::attempt::contents::Contents;
use crate::attempt::device_clock::Offset;
use crate::attempt::hosts::Watched;
use crate::attempt::other_connections::Surroundings;
use crate::capture::CaptureFacts;
use crate::profile::options::Options;

/// Everything a rule may consult apart from its attempt.
#[derive(Debug)]
pub struct Context<'a> {
    /// The user's options.
    pub options: &'a Options,
    /// The file.
    pub capture: &'a CaptureFacts,
    /// Counts and names of what the file contains.
    pub contents: &'a Contents,
    /// The hosts seen, with licensing traffic or without.
    pub watched: &'a Watched<'a>,
    /// Facts that the other connections show about servers and issuers.
    pub surroundings: &'a Surroundings,
    /// The number of segments cut by the snap length.
    pub snap_length_cut: u64,
    /// The clock offsets of the devices' logs.
    pub offsets: &'a [Offset],
}
