//! What every Opus library does for the rules around it, which are the same for all.

use std::fmt::Debug;

use crate::codec::CodecError;

/// Settings that can change during speech, all within the ranges of Opus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tuning {
    pub(super) bitrate_bps: i32,
    pub(super) expected_loss_percent: u8,
    /// Packets carry copies.
    pub(super) copies: bool,
    /// How much sound before its own a packet describes, in units of 10 ms, 0 to 104.
    pub(super) described_tens_of_ms: u8,
}

/// A library's encoder, of one channel or two, which are interleaved, the left one first.
pub(super) trait Encoding: Debug + Send {
    fn lookahead_samples(&self) -> usize;

    fn tune(&mut self, tuning: Tuning);

    /// One frame of all channels, whose samples are all within ±1.
    fn encode(&mut self, frame: &[f32], packet: &mut [u8]) -> Result<usize, CodecError>;
}

/// A library's decoder. Each method with a frame fills the whole of it, all channels, and returns whether it could.
pub(super) trait Decoding: Debug + Send {
    /// From a packet of as much sound.
    fn decode(&mut self, packet: &[u8], frame: &mut [f32]) -> bool;

    /// From the copy in the packet after it.
    fn recover(&mut self, next_packet: &[u8], frame: &mut [f32]) -> bool;

    /// How many samples before its own a packet describes.
    fn described_samples(&mut self, packet: &[u8]) -> usize;

    /// From what a later packet, whose own sound begins so many samples after the frame does, describes.
    fn recover_deep(&mut self, later_packet: &[u8], samples_before: usize, frame: &mut [f32]) -> bool;

    /// Continues the last sound.
    fn conceal(&mut self, frame: &mut [f32]) -> bool;
}
