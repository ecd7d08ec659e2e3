//! Events that have not been polled yet.

use alloc::vec::Vec;
use core::ops::Range;

use super::event::{ClientEvent, HeardChannel, VoiceFrame};
use crate::queue::EventQueue;

/// The maximum memory of frames that wait to be polled; beyond it, the newest are dropped.
const WAITING_BYTES_MAX: usize = 1 << 20;
const WAITING_CHANNELS_MAX: usize = 1 << 16;

/// Events in order; the bytes of voice frames share one arena that empties when the queue does.
#[derive(Debug)]
pub(crate) struct Events {
    queue: EventQueue<Queued>,
    frames: Vec<u8>,
    channels: Vec<HeardChannel>,
    frames_dropped: u64,
}

#[derive(Debug)]
enum Queued {
    Plain(ClientEvent<'static>),
    Voice { voice: VoiceFrame<'static>, frame: Range<usize>, channels: Range<usize> },
}

impl Events {
    pub(crate) fn new(limit: usize) -> Self {
        Self { queue: EventQueue::new(limit), frames: Vec::new(), channels: Vec::new(), frames_dropped: 0 }
    }

    pub(crate) fn push(&mut self, event: ClientEvent<'static>) {
        self.queue.push(Queued::Plain(event));
    }

    /// Queues an event, unless the space left is needed for the given number of later events.
    pub(crate) fn push_before(&mut self, to_come: usize, event: ClientEvent<'static>) {
        self.queue.push_before(to_come, Queued::Plain(event));
    }

    /// Queues a frame; `voice` brings everything but the two slices.
    pub(crate) fn push_voice(
        &mut self,
        voice: VoiceFrame<'static>,
        frame: &[u8],
        channels: impl Iterator<Item = HeardChannel>,
    ) {
        if self.queue.is_empty() {
            self.frames.clear();
            self.channels.clear();
        }
        if self.frames.len() + frame.len() > WAITING_BYTES_MAX || self.channels.len() > WAITING_CHANNELS_MAX {
            self.frames_dropped += 1;
            return;
        }
        let (first_byte, first_channel) = (self.frames.len(), self.channels.len());
        self.frames.extend_from_slice(frame);
        self.channels.extend(channels);
        let (frame, channels) = (first_byte..self.frames.len(), first_channel..self.channels.len());
        self.queue.push(Queued::Voice { voice, frame, channels });
    }

    pub(crate) fn pop(&mut self) -> Option<ClientEvent<'_>> {
        Some(match self.queue.pop()? {
            Queued::Plain(event) => event,
            Queued::Voice { voice, frame, channels } => {
                let (frame, channels) = (&self.frames[frame], &self.channels[channels]);
                ClientEvent::Voice(VoiceFrame { channels, frame, ..voice })
            }
        })
    }

    /// Events and frames dropped because they were not polled in time.
    pub(crate) fn dropped(&self) -> u64 {
        self.queue.dropped() + self.frames_dropped
    }
}
