//! A voice frame that is encrypted from end to end, as it takes the place of an Opus packet.
//!
//! Its first two bytes are invalid as an Opus packet: they announce at least three frames of 60 ms, and a packet lasts
//! 120 ms at most (RFC 6716, section 3.4, rule 5). So it can always be distinguished from an unencrypted frame. The
//! number of those frames encodes the loudness of the voice, which a server cannot determine otherwise.

/// An encrypted frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedVoice<'a> {
    /// The first bytes, which are authenticated with the frame.
    pub head: [u8; 2],
    /// The frame in `SFrame` format (RFC 9605).
    pub sframe: &'a [u8],
}

impl<'a> SealedVoice<'a> {
    /// Bytes before the frame.
    pub const HEAD_BYTES: usize = 2;
    /// The bytes that sealing adds to a frame: in a group of up to 4096 members at most, for as long as a member has
    /// sealed fewer than 2²⁴ frames with one key.
    pub const OVERHEAD_BYTES: usize = Self::HEAD_BYTES + 16;
    /// The highest loudness step that can be encoded.
    pub const LOUDNESS_MAX: u8 = UNKNOWN - LOUDNESS_0 - 1;

    /// The head of a frame with this loudness, in the steps of the session's loudness (1.37 dB each); higher ones
    /// count as [`LOUDNESS_MAX`](Self::LOUDNESS_MAX). None if it is not known.
    pub fn head_of(loudness: Option<u8>) -> [u8; 2] {
        let count = loudness.map_or(UNKNOWN, |steps| LOUDNESS_0 + steps.min(Self::LOUDNESS_MAX));
        [TOC, count]
    }

    /// Parses a frame; `None` if it is not encrypted.
    pub fn of(frame: &'a [u8]) -> Option<Self> {
        let (&head, sframe) = frame.split_first_chunk()?;
        let [toc, count] = head;
        (toc == TOC && (LOUDNESS_0..=UNKNOWN).contains(&count)).then_some(Self { head, sframe })
    }

    /// The loudness that the sender claims; none if it is unknown.
    pub fn loudness(&self) -> Option<u8> {
        let [_, count] = self.head;
        (count < UNKNOWN).then(|| count.saturating_sub(LOUDNESS_0))
    }
}

/// SILK, narrowband, 60 ms, mono, with the number of frames in a byte (RFC 6716, section 3.1).
const TOC: u8 = 3 << 3 | 3;
/// The lowest number of frames that is invalid, for the lowest loudness.
const LOUDNESS_0: u8 = 3;
/// The highest number of six bits.
const UNKNOWN: u8 = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudness_comes_back() {
        for loudness in (0..=SealedVoice::LOUDNESS_MAX).map(Some).chain([None]) {
            let frame = SealedVoice::head_of(loudness);
            assert_eq!(SealedVoice::of(&frame).unwrap().loudness(), loudness);
        }
        let loudest = SealedVoice::head_of(Some(u8::MAX));
        assert_eq!(SealedVoice::of(&loudest).unwrap().loudness(), Some(SealedVoice::LOUDNESS_MAX));
    }

    #[test]
    fn packets_of_one_and_two_frames_of_60_ms_are_not_taken_for_it() {
        for frame in [&[TOC, 1, 9][..], &[TOC, 2], &[TOC, 0], &[TOC, 0x80 | 5], &[TOC, 0x40 | 5], &[TOC], &[]]
        {
            assert_eq!(SealedVoice::of(frame), None, "{frame:?}");
        }
    }
}
