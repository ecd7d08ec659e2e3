//! Frames that came in any order, in the order in which they were spoken.

use consonance_wire::wrapped_delta;

use super::Audience;

/// Frames of one speaker that wait for others before them: for a fifth of a second, or sixteen of them.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The sequence of the next frame, if one was given out before.
    next: Option<u16>,
    /// In the order of their sequences.
    held: Vec<Held>,
}

/// A frame that is not in the file yet.
#[derive(Debug)]
pub(super) struct Held {
    /// The arrival time, in samples of the recording.
    pub(super) at: u64,
    pub(super) sequence: u16,
    pub(super) channel_session: u8,
    pub(super) frame: Vec<u8>,
    pub(super) audience: Audience,
}

impl Order {
    /// Whether a frame of this sequence is so far away that its speaker must be counting again.
    pub(super) fn is_jump(&self, sequence: u16) -> bool {
        self.next.is_some_and(|next| wrapped_delta(next, sequence, 16).abs() > JUMP_MAX)
    }

    /// Inserts a frame; false if it is a duplicate, or too late.
    pub(super) fn insert(&mut self, frame: Held) -> bool {
        if self.next.is_some_and(|next| wrapped_delta(next, frame.sequence, 16) < 0) {
            return false;
        }
        let place = self.held.iter().position(|other| wrapped_delta(frame.sequence, other.sequence, 16) >= 0);
        match place {
            Some(place) if self.held[place].sequence == frame.sequence => return false,
            Some(place) => self.held.insert(place, frame),
            None => self.held.push(frame),
        }
        true
    }

    /// The next frame, and how many before it are lost, if it is that time now.
    pub(super) fn next(&mut self, now: u64) -> Option<(Held, u64)> {
        let first = self.held.first()?;
        let is_next = self.next.is_none_or(|next| next == first.sequence);
        let oldest = self.held.iter().map(|held| held.at).min().unwrap_or(now);
        let is_due = self.held.len() > HELD_MAX || now.saturating_sub(oldest) >= WAIT_SAMPLES_MAX;
        if is_next || is_due { self.flush() } else { None }
    }

    /// The same, regardless of the time.
    pub(super) fn flush(&mut self) -> Option<(Held, u64)> {
        if self.held.is_empty() {
            return None;
        }
        let first = self.held.remove(0);
        let lost = self.next.map_or(0, |next| wrapped_delta(next, first.sequence, 16));
        self.next = Some(first.sequence.wrapping_add(1));
        Some((first, lost.max(0) as u64))
    }
}

const HELD_MAX: usize = 16;
const WAIT_SAMPLES_MAX: u64 = 9_600;
/// Two seconds of the usual frames; a frame further away restarts the count.
const JUMP_MAX: i32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(sequence: u16, at: u64) -> Held {
        Held { at, sequence, channel_session: 0, frame: Vec::new(), audience: Audience::default() }
    }

    /// Receives the frames 20 ms apart; returns those that are passed on, each with the number of frames lost before
    /// it.
    fn given(sequences: &[u16]) -> Vec<(u16, u64)> {
        let mut order = Order::default();
        let mut given = Vec::new();
        for (number, sequence) in sequences.iter().enumerate() {
            let now = 960 * number as u64;
            order.insert(frame(*sequence, now));
            given.extend(std::iter::from_fn(|| order.next(now)));
        }
        given.extend(std::iter::from_fn(|| order.flush()));
        given.into_iter().map(|(held, lost)| (held.sequence, lost)).collect()
    }

    #[test]
    fn frames_are_given_out_in_their_order_each_once() {
        for (came, expected) in [
            (&[1, 2, 3][..], &[(1, 0), (2, 0), (3, 0)][..]),
            (&[1, 3, 2, 4], &[(1, 0), (2, 0), (3, 0), (4, 0)]),
            (&[1, 4, 3, 2, 5], &[(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]),
            (&[1, 2, 2, 1, 3, 5, 5, 4], &[(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]),
            (&[65_534, 0, 65_535, 1], &[(65_534, 0), (65_535, 0), (0, 0), (1, 0)]),
            (&[1, 3, 4], &[(1, 0), (3, 1), (4, 0)]),
            (&[65_534, 0, 1], &[(65_534, 0), (0, 1), (1, 0)]),
            // The reorder window ends before 2 arrives.
            (
                &[1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 2, 14],
                &[
                    (1, 0),
                    (3, 1),
                    (4, 0),
                    (5, 0),
                    (6, 0),
                    (7, 0),
                    (8, 0),
                    (9, 0),
                    (10, 0),
                    (11, 0),
                    (12, 0),
                    (13, 0),
                    (14, 0),
                ],
            ),
        ] {
            assert_eq!(given(came), expected, "{came:?}");
        }
    }

    #[test]
    fn a_distant_sequence_restarts_the_count() {
        let mut order = Order::default();
        assert!(!order.is_jump(40_000), "nothing was heard yet");
        order.insert(frame(65_500, 0));
        assert!(order.next(0).is_some());
        for (sequence, is_jump) in [(65_401, false), (65_400, true), (65, false), (66, true), (30_000, true)]
        {
            assert_eq!(order.is_jump(sequence), is_jump, "{sequence}");
        }
    }

    #[test]
    fn no_more_than_sixteen_wait_however_fast_they_come() {
        let mut order = Order::default();
        order.insert(frame(0, 0));
        assert_eq!(order.next(0).map(|(held, _)| held.sequence), Some(0));
        for sequence in 2..18 {
            order.insert(frame(sequence, 0));
            assert!(order.next(0).is_none());
        }
        order.insert(frame(18, 0));
        assert_eq!(order.next(0).map(|(held, lost)| (held.sequence, lost)), Some((2, 1)));
    }
}
