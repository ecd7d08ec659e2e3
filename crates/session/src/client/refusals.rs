//! Consecutive frames that a speaker's state machine refuses: a run of them is accepted in the end.
//!
//! Here ours differs from the original on purpose. There one spoofed or broken frame can silence a speaker: one with a
//! channel session far ahead until the speaker has been silent for 15 s, one with a sequence far ahead at the start of
//! an utterance for 1.5 s, and then again. Ours does not follow a sequence that jumps further than the time-out allows,
//! and a speaker that persists for sixteen frames is heard, as a new utterance.

/// The number of refused frames before they are accepted: a third of a second of the common ones.
const RUN: u32 = 16;

/// The maximum step between frames of a run; the frames in between are lost or in transit.
const STEP: i32 = 32;

/// The maximum distance of a frame from the last of its utterance: more than three times as far as in 1.5 s of the
/// shortest common frames, after which the utterance would have ended.
const JUMP: u32 = 512;

/// The latest refused frames.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    run: u32,
    /// Channel session and sequence of the last one.
    last: Option<(u8, u16)>,
}

/// The decision about a frame that the rules refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Refused,
    Believed,
}

impl Refusals {
    /// Whether a frame at this distance from the last of its utterance cannot be part of it.
    pub(super) fn is_jump(delta: i32) -> bool {
        delta.unsigned_abs() > JUMP
    }

    /// Counts a frame that the rules refuse. If it completes a run of frames in order, it is accepted all the same.
    pub(super) fn count(&mut self, channel_session: u8, sequence: u16) -> Verdict {
        let goes_on = self.last.is_some_and(|(session, last)| {
            let step = consonance_wire::wrapped_delta(last, sequence, u16::BITS);
            session == channel_session && (1..=STEP).contains(&step)
        });
        self.run = if goes_on { self.run + 1 } else { 1 };
        self.last = Some((channel_session, sequence));
        if self.run < RUN {
            return Verdict::Refused;
        }
        self.end();
        Verdict::Believed
    }

    /// Resets the run after an accepted frame.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_in_order_is_believed() {
        let mut refusals = Refusals::default();
        let mut believed = |frames: &[(u8, u16)]| {
            let verdicts = frames.iter().map(|&(session, sequence)| refusals.count(session, sequence));
            verdicts.filter(|verdict| *verdict == Verdict::Believed).count()
        };
        let run: [_; 16] = core::array::from_fn(|index| (3, 65_530_u16.wrapping_add(index as u16)));
        assert_eq!(believed(&run), 1);
        assert_eq!(believed(&run[..15]), 0);
        assert_eq!(believed(&[(3, 0)]), 0, "a step back");
        assert_eq!(believed(&run[..15]), 0);
        assert_eq!(believed(&[(4, 9)]), 0, "another channel session");
        assert_eq!(
            believed(&[run; 2].concat().iter().step_by(2).copied().collect::<alloc::vec::Vec<_>>()),
            0
        );
    }
}
