//! Packets of several speakers for one client wait for each other, to share a datagram.
//!
//! A client with one speaker never waits, and no client does while the worker has time: saving system calls is worth a
//! delay only under load. All that wait go out at one moment, the first one's time and the longest wait after it.

use std::time::{Duration, Instant};

use super::link::Link;
use crate::fast_path::DATAGRAM_BYTES_MAX;
use crate::fast_path::gathered::{self, LENGTH_BYTES};
use crate::fast_path::header::TO_CLIENT_HEADER_BYTES;

/// Below this share of its time a worker is quiet, and no packet waits.
const QUIET_SHARE: f64 = 0.1;

/// From this share on the wait is the longest.
const BUSY_SHARE: f64 = 0.35;

/// The minimum wait: a shorter one gathers nothing.
const WAIT_MIN: Duration = Duration::from_millis(1);

/// How long after packets of two speakers a client counts as one that hears several.
const SEVERAL_SPEAKERS_FOR: Duration = Duration::from_millis(100);

/// How many bytes of packets, with their lengths, share a datagram; its tag is 16 bytes at most.
const GATHERED_BYTES_MAX: usize = DATAGRAM_BYTES_MAX - TO_CLIENT_HEADER_BYTES - 16;

/// Empty buffers that are kept.
const BUFFERS_KEPT_MAX: usize = 1024;

#[derive(Debug)]
pub(super) struct Gathering {
    wait_max: Duration,
    wait: Duration,
    /// Links with packets that wait, each once.
    waiting: Vec<u32>,
    due_at: Option<Instant>,
    /// Empty ones: an idle link has none.
    buffers: Vec<Vec<u8>>,
}

impl Gathering {
    pub(super) fn new(wait_max: Duration) -> Self {
        Self { wait_max, wait: Duration::ZERO, waiting: Vec::new(), due_at: None, buffers: Vec::new() }
    }

    pub(super) fn set_busy_share(&mut self, share: f64) {
        let part = ((share - QUIET_SHARE) / (BUSY_SHARE - QUIET_SHARE)).clamp(0.0, 1.0);
        let wait = self.wait_max.mul_f64(part);
        self.wait = if wait < WAIT_MIN { Duration::ZERO } else { wait };
    }

    /// Whether a packet of this speaker for this client is to wait.
    pub(super) fn wants(&self, now: Instant, link: &mut Link, speaker: u64) -> bool {
        if link.speaker.replace(speaker).is_some_and(|before| before != speaker) {
            link.several_speakers_at = Some(now);
        }
        if !link.waiting.is_empty() {
            // The packet must not overtake waiting ones.
            return true;
        }
        let hears_several = link
            .several_speakers_at
            .is_some_and(|at| now.saturating_duration_since(at) <= SEVERAL_SPEAKERS_FOR);
        link.takes_several && hears_several && self.wait > Duration::ZERO
    }

    /// Whether it still fits into the datagram of those that wait.
    pub(super) fn has_room(link: &Link, packet: &[u8]) -> bool {
        link.waiting.len() + LENGTH_BYTES + packet.len() <= GATHERED_BYTES_MAX
    }

    pub(super) fn add(&mut self, now: Instant, number: u32, link: &mut Link, packet: &[u8]) {
        if link.waiting.capacity() == 0 {
            link.waiting = self.buffers.pop().unwrap_or_else(|| Vec::with_capacity(GATHERED_BYTES_MAX));
            self.waiting.push(number);
            self.due_at.get_or_insert(now + self.wait);
        }
        gathered::push(packet, &mut link.waiting);
    }

    /// A link whose packets have waited long enough, unless the batch is full.
    pub(super) fn next_due(&mut self, now: Instant, batch_is_full: bool) -> Option<u32> {
        if batch_is_full || !self.is_due(now) {
            return None;
        }
        let number = self.waiting.pop();
        if self.waiting.is_empty() {
            self.due_at = None;
        }
        number
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due_at.is_some_and(|at| at <= now)
    }

    pub(super) fn due_at(&self) -> Option<Instant> {
        self.due_at
    }

    pub(super) fn take_back(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() > 0 && self.buffers.len() < BUFFERS_KEPT_MAX {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }
}
