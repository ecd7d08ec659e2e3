//! The queue of voice to the page; the frames share one buffer that empties when the queue does.

use std::collections::VecDeque;
use std::ops::Range;

/// One frame for one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotVoice<'a> {
    /// Which of the page's slots plays it, 0 … 15.
    pub slot: usize,
    /// The stream's number: different for each utterance of each speaker, never reused.
    pub stream: u64,
    /// The frame's number within its utterance; a gap is a loss.
    pub sequence: u32,
    /// Its length in samples at 48 kHz, 120 … 5760.
    pub samples: u32,
    /// The Opus packet.
    pub payload: &'a [u8],
}

#[derive(Debug, Default)]
pub(super) struct VoiceQueue {
    waiting: VecDeque<(SlotVoice<'static>, Range<usize>)>,
    bytes: Vec<u8>,
    dropped: u64,
}

/// The most queued bytes: a quarter of a second of 16 voices at the highest bit rate. Beyond that the newest frames are
/// dropped.
const BYTES_MAX: usize = 1 << 18;
/// The most queued frames.
const FRAMES_MAX: usize = 1 << 10;

impl VoiceQueue {
    pub(super) fn push(&mut self, voice: SlotVoice<'_>) {
        if self.waiting.is_empty() {
            self.bytes.clear();
        }
        if self.waiting.len() >= FRAMES_MAX || self.bytes.len() + voice.payload.len() > BYTES_MAX {
            self.dropped += 1;
            return;
        }
        let first = self.bytes.len();
        self.bytes.extend_from_slice(voice.payload);
        self.waiting.push_back((SlotVoice { payload: &[], ..voice }, first..self.bytes.len()));
    }

    pub(super) fn pop(&mut self) -> Option<SlotVoice<'_>> {
        let (voice, bytes) = self.waiting.pop_front()?;
        Some(SlotVoice { payload: &self.bytes[bytes], ..voice })
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Frames that were dropped because the queue was not drained.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }
}
