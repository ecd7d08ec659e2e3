//! A valid packet by the rules of RFC 6716, and its frames.

use crate::opus_packet::head::{Head, frame_length, frame_samples};
use crate::opus_packet::{FRAME_BYTES_MAX, PacketFault, SAMPLES_MAX};

/// A whole, valid Opus packet by all of the RFC's rules, so that any decoder accepts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusPacket<'a> {
    bytes: &'a [u8],
    toc: u8,
    count: u8,
    /// The lengths of all frames but the last; `None` if all are of one length.
    lengths: Option<&'a [u8]>,
    frames: &'a [u8],
}

impl<'a> OpusPacket<'a> {
    /// Checks the rules R1 to R7 of RFC 6716, section 3.4.
    ///
    /// # Errors
    /// The rule that is violated.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PacketFault> {
        let (&toc, rest) = bytes.split_first().ok_or(PacketFault::Empty)?;
        let Head { count, has_lengths, body } = Head::read(toc, rest).ok_or(PacketFault::Misfit)?;
        let samples = u32::from(count) * frame_samples(toc);
        if count == 0 || samples > SAMPLES_MAX {
            return Err(PacketFault::Duration);
        }
        let (lengths, frames) =
            if has_lengths { split_lengths(body, count)? } else { (None, split_evenly(body, count)?) };
        Ok(Self { bytes, toc, count, lengths, frames })
    }

    /// The bytes of the packet.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its first byte: mode, bandwidth, length of a frame, and stereo or not.
    pub fn toc(&self) -> u8 {
        self.toc
    }

    /// The frames in order, 1 … 48.
    pub fn frames(&self) -> Frames<'a> {
        Frames { left: self.count, lengths: self.lengths, bytes: self.frames }
    }

    /// The number of samples of one of its frames at 48 kHz, 120 (2.5 ms) … 2880 (60 ms).
    pub fn frame_samples(&self) -> u32 {
        frame_samples(self.toc)
    }

    /// The number of samples of the whole packet at 48 kHz, 120 … 5760 (120 ms), a multiple of 120.
    pub fn samples(&self) -> u32 {
        self.frame_samples() * u32::from(self.count)
    }

    /// Whether every frame is shorter than 2 bytes, as an encoder sends them in silence (RFC 6716, section 2.1.9).
    pub fn is_silence(&self) -> bool {
        self.frames().all(|frame| frame.len() < 2)
    }
}

/// The frames of a packet.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    left: u8,
    lengths: Option<&'a [u8]>,
    bytes: &'a [u8],
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let length = match (self.left, self.lengths) {
            (0, _) => return None,
            (1, _) => self.bytes.len(),
            (left, None) => self.bytes.len() / usize::from(left),
            (_, Some(lengths)) => {
                let (length, behind) = frame_length(lengths)?;
                self.lengths = Some(behind);
                length
            }
        };
        let (frame, rest) = self.bytes.split_at_checked(length)?;
        (self.left, self.bytes) = (self.left - 1, rest);
        Some(frame)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.into(), Some(self.left.into()))
    }
}

impl ExactSizeIterator for Frames<'_> {}

/// Frames of one length.
fn split_evenly(body: &[u8], count: u8) -> Result<&[u8], PacketFault> {
    let count = usize::from(count);
    if !body.len().is_multiple_of(count) {
        return Err(PacketFault::Misfit);
    }
    check_length(body.len() / count)?;
    Ok(body)
}

/// The lengths of all frames but the last, and the frames.
fn split_lengths(body: &[u8], count: u8) -> Result<(Option<&[u8]>, &[u8]), PacketFault> {
    let (mut frames, mut before_last) = (body, 0);
    for _ in 1..count {
        let (length, behind) = frame_length(frames).ok_or(PacketFault::Misfit)?;
        before_last += length;
        frames = behind;
    }
    check_length(frames.len().checked_sub(before_last).ok_or(PacketFault::Misfit)?)?;
    let (lengths, _) = body.split_at(body.len() - frames.len());
    Ok((Some(lengths), frames))
}

fn check_length(bytes: usize) -> Result<(), PacketFault> {
    if bytes > FRAME_BYTES_MAX { Err(PacketFault::FrameTooLong) } else { Ok(()) }
}
