//! What both ends of a link have: frames in, frames out, and signs of life.

use std::time::Instant;

use consonance_link::Delivery;

use crate::sidecar::frame::Frame;
use crate::sidecar::frame_reader::FrameReader;
use crate::sidecar::liveness::Liveness;
use crate::sidecar::outbox::{Full, Outbox};

/// Frames in both directions; each end interprets them.
#[derive(Debug)]
pub(crate) struct FrameChannel {
    pub(crate) outbox: Outbox,
    pub(crate) reader: FrameReader,
    pub(crate) liveness: Liveness,
    /// A frame that is being written.
    frame: Vec<u8>,
}

impl FrameChannel {
    pub(crate) fn new(outbox: Outbox, liveness: Liveness) -> Self {
        Self { outbox, reader: FrameReader::default(), liveness, frame: Vec::new() }
    }

    /// Queues a frame of control.
    pub(crate) fn say(&mut self, frame: &Frame<'_>) -> Result<(), Full> {
        self.push(Delivery::Reliable, |bytes| frame.write(bytes))
    }

    /// Queues the frame that `write` appends.
    pub(crate) fn push(&mut self, delivery: Delivery, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Full> {
        self.frame.clear();
        write(&mut self.frame);
        self.outbox.push(delivery, &self.frame)
    }

    /// Queues a heartbeat if one is due.
    pub(crate) fn keep_alive(&mut self, now: Instant, pace_ms: Option<u16>) {
        if self.liveness.should_say(now) && self.say(&Frame::Alive { pace_ms }).is_ok() {
            self.liveness.note_said(now);
        }
    }
}
