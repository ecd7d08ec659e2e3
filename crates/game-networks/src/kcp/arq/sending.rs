//! The sending half: segments that wait for the window, or are in flight until they are acknowledged.

use std::collections::VecDeque;

use super::numbers::is_before;
use super::receiving::FirstByte;
use super::round_trip::TIMEOUT_MS_MAX;

#[derive(Debug, Default)]
pub(super) struct Sending {
    /// Parts of messages without a number yet.
    waiting: VecDeque<(u8, Vec<u8>)>,
    /// Segments in flight, by number without gaps; the first one is not acknowledged.
    under_way: VecDeque<UnderWay>,
    next_number: u32,
}

/// The time for a segment to be acknowledged before it is resent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// The timeout of the first transmission.
    pub(super) timeout_ms: u32,
    /// Whether the timeout grows with each transmission.
    pub(super) grows: bool,
}

/// A segment that was sent, or is about to be.
#[derive(Debug)]
pub(super) struct UnderWay {
    pub(super) number: u32,
    pub(super) fragments_after: u8,
    pub(super) payload: Vec<u8>,
    transmissions: u32,
    /// The number of times that a later segment was acknowledged instead.
    skipped: u32,
    timeout_ms: u32,
    resend_at_ms: u64,
    /// The values of the segments' clock at the first and the last transmission, once it was sent.
    shown_ms: Option<(u32, u32)>,
    is_acknowledged: bool,
}

impl Sending {
    /// Queues a message, a first byte and the others, in parts of at most this many bytes. An empty message has one
    /// part.
    pub(super) fn push(&mut self, FirstByte(first): FirstByte, rest: &[u8], part_bytes_max: usize) {
        let mut first = first.as_slice();
        let mut rest = rest;
        let parts = (first.len() + rest.len()).div_ceil(part_bytes_max).max(1);
        for after in (0..parts).rev() {
            let (part, others) = rest.split_at(rest.len().min(part_bytes_max - first.len()));
            self.waiting.push_back((after as u8, [std::mem::take(&mut first), part].concat()));
            rest = others;
        }
    }

    /// The number of segments that are waiting or in flight.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.under_way.len()
    }

    /// The number of leading segments that were acknowledged.
    pub(super) fn acknowledged(&self) -> u32 {
        self.under_way.front().map_or(self.next_number, |first| first.number)
    }

    /// Whether the segment is in flight and was sent at this time, by the clock of the segments.
    pub(super) fn is_echo(&self, number: u32, time_ms: u32) -> bool {
        let index = number.wrapping_sub(self.acknowledged()) as usize;
        let shown = self.under_way.get(index).and_then(|segment| segment.shown_ms);
        shown.is_some_and(|(first, last)| [first, last].contains(&time_ms))
    }

    /// A segment has arrived. Returns true if it was in flight until now.
    pub(super) fn acknowledge(&mut self, number: u32) -> bool {
        let index = number.wrapping_sub(self.acknowledged()) as usize;
        let Some(segment) = self.under_way.get_mut(index).filter(|segment| !segment.is_acknowledged) else {
            return false;
        };
        segment.is_acknowledged = true;
        segment.payload = Vec::new();
        self.forget_acknowledged();
        true
    }

    /// All segments below this number have arrived.
    pub(super) fn acknowledge_below(&mut self, expected: u32) {
        while self.under_way.front().is_some_and(|first| is_before(first.number, expected)) {
            self.under_way.pop_front();
        }
        self.forget_acknowledged();
    }

    /// Notes that segments older than this one, which has arrived, may be lost.
    pub(super) fn note_skipped(&mut self, arrived: u32) {
        for segment in &mut self.under_way {
            if !is_before(segment.number, arrived) {
                break;
            }
            segment.skipped += 1;
        }
    }

    /// Assigns numbers to waiting parts, as far as the other side's window allows, and to no more than the most.
    pub(super) fn advance(&mut self, window: u32, most: usize, now_ms: u64) {
        for _ in 0..most {
            if self.next_number.wrapping_sub(self.acknowledged()) >= window {
                return;
            }
            let Some((fragments_after, payload)) = self.waiting.pop_front() else { return };
            self.under_way.push_back(UnderWay {
                number: self.next_number,
                fragments_after,
                payload,
                transmissions: 0,
                skipped: 0,
                timeout_ms: 0,
                resend_at_ms: now_ms,
                shown_ms: None,
                is_acknowledged: false,
            });
            self.next_number = self.next_number.wrapping_add(1);
        }
    }

    /// Passes `send` all segments that are due by now (the time is also given by the clock of the segments), and
    /// returns the time at which the next one is due. Segments that `send` does not send stay due.
    ///
    /// # Errors
    /// If one was sent the maximum number of times: nothing arrives any longer.
    pub(super) fn send_due(
        &mut self,
        (now_ms, clock_ms): (u64, u32),
        patience: Patience,
        mut send: impl FnMut(&UnderWay) -> bool,
    ) -> Result<Option<u64>, ()> {
        let mut next = None;
        for segment in self.under_way.iter_mut().filter(|segment| !segment.is_acknowledged) {
            if segment.is_due(now_ms) {
                if !send(segment) {
                    continue;
                }
                let first = segment.shown_ms.map_or(clock_ms, |(first, _)| first);
                segment.shown_ms = Some((first, clock_ms));
                segment.note_sent(now_ms, patience);
                if segment.transmissions >= TRANSMISSIONS_MAX {
                    return Err(());
                }
            }
            next = Some(next.unwrap_or(segment.resend_at_ms).min(segment.resend_at_ms));
        }
        Ok(next)
    }

    fn forget_acknowledged(&mut self) {
        while self.under_way.front().is_some_and(|first| first.is_acknowledged) {
            self.under_way.pop_front();
        }
    }
}

impl UnderWay {
    /// Whether it is to be sent now, the first time or again.
    fn is_due(&self, now_ms: u64) -> bool {
        let is_skipped = self.skipped >= FAST_RESEND && self.transmissions <= FAST_RESEND_TRANSMISSIONS_MAX;
        self.transmissions == 0 || self.resend_at_ms <= now_ms || is_skipped
    }

    fn note_sent(&mut self, now_ms: u64, patience: Patience) {
        if self.transmissions == 0 || !patience.grows {
            self.timeout_ms = patience.timeout_ms;
        } else if self.resend_at_ms <= now_ms {
            self.timeout_ms = (self.timeout_ms + self.timeout_ms / 2).min(TIMEOUT_MS_MAX);
        }
        self.transmissions += 1;
        self.skipped = 0;
        self.resend_at_ms = now_ms + u64::from(self.timeout_ms);
    }
}

// The values of Mirror's transport; both ends need not have the same.

/// The number of later segments whose acknowledgement triggers a resend.
const FAST_RESEND: u32 = 2;
/// The maximum number of earlier transmissions for such a resend.
const FAST_RESEND_TRANSMISSIONS_MAX: u32 = 5;
/// The maximum number of transmissions of a segment: if none of them arrives, nothing does.
const TRANSMISSIONS_MAX: u32 = 40;
