//! What the user wants and what the capture can show: everything a rule may ask beside its attempt.

use crate::attempt::contents::Contents;
use crate::attempt::device_clock::Offset;
use crate::attempt::hosts::Watched;
use crate::attempt::other_connections::Surroundings;
use crate::capture::CaptureFacts;
use crate::profile::options::Options;

/// What a rule may ask beside its attempt.
#[derive(Debug)]
pub struct Context<'a> {
    /// What the user asked for.
    pub options: &'a Options,
    /// The file.
    pub capture: &'a CaptureFacts,
    /// What is in it, by counts and names.
    pub contents: &'a Contents,
    /// Who was seen, with licensing or without.
    pub watched: &'a Watched<'a>,
    /// What the other connections tell about servers and issuers.
    pub surroundings: &'a Surroundings,
    /// Segments that the snap length cut.
    pub snap_length_cut: u64,
    /// How far the clocks of the devices' logs are off.
    pub offsets: &'a [Offset],
}
