//! What is to arrive: waiting for the window, or under way until it is acknowledged.

use std::collections::VecDeque;

use super::is_before;
use super::round_trip::TIMEOUT_MS_MAX;

#[derive(Debug, Default)]
pub(super) struct Sending {
    /// Parts of messages that have no number yet.
    waiting: VecDeque<(u8, Vec<u8>)>,
    /// By number without gaps; the first one is not acknowledged.
    under_way: VecDeque<UnderWay>,
    next_number: u32,
}

/// How long a segment may take to be acknowledged before it is sent again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// The first time.
    pub(super) timeout_ms: u32,
    /// Whether it is longer each time.
    pub(super) grows: bool,
}

/// A segment that was sent, or is about to be.
#[derive(Debug)]
pub(super) struct UnderWay {
    pub(super) number: u32,
    pub(super) fragments_after: u8,
    pub(super) payload: Vec<u8>,
    transmissions: u32,
    /// How often something later was acknowledged instead.
    skipped: u32,
    timeout_ms: u32,
    resend_at_ms: u64,
    /// What the clock of the segments showed when it was sent the first and the last time, once it was.
    shown_ms: Option<(u32, u32)>,
    is_acknowledged: bool,
}

impl Sending {
    /// Queues a message in parts of at most so many bytes. An empty one has one part.
    pub(super) fn push(&mut self, message: &[u8], part_bytes_max: usize) {
        let parts = message.len().div_ceil(part_bytes_max).max(1);
        let mut rest = message;
        for after in (0..parts).rev() {
            let (part, others) = rest.split_at(rest.len().min(part_bytes_max));
            self.waiting.push_back((after as u8, part.to_vec()));
            rest = others;
        }
    }

    /// How many segments wait or are under way.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.under_way.len()
    }

    /// How many of the first ones were acknowledged.
    pub(super) fn acknowledged(&self) -> u32 {
        self.under_way.front().map_or(self.next_number, |first| first.number)
    }

    /// Whether one is under way that was sent at this time, by the clock of the segments.
    pub(super) fn is_echo(&self, number: u32, time_ms: u32) -> bool {
        let index = number.wrapping_sub(self.acknowledged()) as usize;
        let shown = self.under_way.get(index).and_then(|segment| segment.shown_ms);
        shown.is_some_and(|(first, last)| [first, last].contains(&time_ms))
    }

    /// One has arrived. True if it was under way until now.
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

    /// All below this number have arrived.
    pub(super) fn acknowledge_below(&mut self, expected: u32) {
        while self.under_way.front().is_some_and(|first| is_before(first.number, expected)) {
            self.under_way.pop_front();
        }
        self.forget_acknowledged();
    }

    /// What is older than this one, which has arrived, may be lost.
    pub(super) fn note_skipped(&mut self, arrived: u32) {
        for segment in &mut self.under_way {
            if !is_before(segment.number, arrived) {
                break;
            }
            segment.skipped += 1;
        }
    }

    /// Gives numbers to what waits, as far as the other side's window goes.
    pub(super) fn advance(&mut self, window: u32, now_ms: u64) {
        while self.next_number.wrapping_sub(self.acknowledged()) < window
            && let Some((fragments_after, payload)) = self.waiting.pop_front()
        {
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

    /// Gives everything that has to be sent by now, which is also told by the clock of the segments, and
    /// says when the next has to be. What is given and not sent, as `send` says, stays due.
    ///
    /// # Errors
    /// When one was sent as often as one may be: nothing arrives any more.
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

// As Mirror's transport sets them; both ends need not have the same.

/// A segment is sent again when so many later ones were acknowledged before it.
const FAST_RESEND: u32 = 2;
/// That is done as long as it was sent at most so often.
const FAST_RESEND_TRANSMISSIONS_MAX: u32 = 5;
/// A segment that was sent so often and did not arrive means that nothing does.
const TRANSMISSIONS_MAX: u32 = 40;
