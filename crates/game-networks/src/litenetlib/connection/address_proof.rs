//! The proof of a client's address: it answers pings whose numbers only their receiver can know.
//!
//! A connection's number, its channels' numbers and a client's own number can be derived from what the client has sent.
//! Of our packets, only the number of a ping is echoed; a client answers every number that is newer than the last one.

/// The number of pings that must be answered.
const ANSWERS: usize = 2;

/// The maximum number of wrong answers: a guess is right once in four million attempts. With more of them, any sender
/// that knows a client's address can disturb its first seconds.
const WRONG_MAX: u32 = 4;

/// The number of pings that are sent at first, back to back: as many as must be answered.
pub(super) const AT_ONCE: usize = ANSWERS;

/// The bits of the largest distance between the numbers of two pings. However many pings are lost, the next one is
/// newer than the last received one as long as it is less than 2^14 after it. Two answers are enough, so that numbers
/// do not wrap around.
const STEP_BITS: u32 = 11;
/// The maximum number of unanswered pings.
pub(crate) const ASKED_MAX: usize = 7;

#[derive(Debug)]
pub(super) struct AddressProof {
    /// The source of the steps.
    secret: u64,
    /// The numbers of the pings that were sent.
    asked: Vec<u16>,
    /// The numbers that were already answered; the network may repeat answers.
    answered: Vec<u16>,
    wrong: u32,
}

/// The result of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Nothing,
    /// Another one is needed.
    Something,
    Address,
    /// The other end answers pings that were not sent.
    Guesswork,
}

impl AddressProof {
    pub(super) fn new(secret: u64) -> Self {
        Self { secret, asked: Vec::new(), answered: Vec::new(), wrong: 0 }
    }

    /// The next ping's distance from the one before; `None` if the maximum number of pings was sent since the newest
    /// answer.
    pub(super) fn step(&mut self) -> Option<u16> {
        if self.unanswered().len() >= ASKED_MAX {
            return None;
        }
        self.secret = self.secret.rotate_right(STEP_BITS);
        Some(1 + (self.secret & ((1 << STEP_BITS) - 1)) as u16)
    }

    /// Notes that a ping with this number is sent.
    pub(super) fn note_asked(&mut self, number: u16) {
        self.asked.push(number);
    }

    /// The last pings that can still be answered.
    pub(super) fn open(&self) -> &[u16] {
        let unanswered = self.unanswered();
        &unanswered[unanswered.len().saturating_sub(AT_ONCE)..]
    }

    /// The pings sent after the newest answered one: a client ignores pings older than the newest that it has received.
    fn unanswered(&self) -> &[u16] {
        let newest = self.answered.iter().copied().max().unwrap_or(0);
        &self.asked[self.asked.partition_point(|number| *number <= newest)..]
    }

    /// The number of answered pings.
    pub(super) fn answers(&self) -> usize {
        self.answered.len()
    }

    pub(super) fn handle_answer(&mut self, number: u16) -> Shown {
        if self.answered.contains(&number) {
            return Shown::Nothing;
        }
        if !self.asked.contains(&number) {
            self.wrong += 1;
            return if self.wrong >= WRONG_MAX { Shown::Guesswork } else { Shown::Nothing };
        }
        self.answered.push(number);
        if self.answered.len() >= ANSWERS { Shown::Address } else { Shown::Something }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks up to this many times, each time with a later number.
    fn ask(proof: &mut AddressProof, times: usize) -> Vec<u16> {
        for _ in 0..times {
            let last = proof.asked.last().copied().unwrap_or(1);
            let Some(step) = proof.step() else { break };
            proof.note_asked(last + step);
        }
        proof.asked.clone()
    }

    #[test]
    fn an_address_that_answers_two_pings_is_proved() {
        let mut proof = AddressProof::new(0x1234_5678_9abc_def0);
        let asked = ask(&mut proof, 2);
        assert_eq!(proof.handle_answer(asked[0]), Shown::Something);
        assert_eq!(proof.handle_answer(asked[0]), Shown::Nothing, "the network repeats things");
        assert_eq!(proof.handle_answer(asked[1]), Shown::Address);
    }

    #[test]
    fn what_is_older_than_an_answer_is_not_asked_again_although_its_late_answer_counts() {
        let mut proof = AddressProof::new(0x1234_5678_9abc_def0);
        let asked = ask(&mut proof, 3);
        assert_eq!(proof.open(), &asked[1..]);
        assert_eq!(proof.handle_answer(asked[1]), Shown::Something);
        assert_eq!(proof.open(), &asked[2..]);
        assert_eq!(proof.handle_answer(asked[0]), Shown::Address);
    }

    #[test]
    fn however_many_pings_are_lost_the_next_is_newer_than_the_last_that_came() {
        let mut proof = AddressProof::new(u64::MAX);
        let first = ask(&mut proof, 1000);
        assert!(first.is_sorted_by(|one, next| one < next) && first[first.len() - 1] < 1 << 14, "{first:?}");
        proof.handle_answer(first[first.len() - 1]);
        let all = ask(&mut proof, 1000);
        assert!(all.len() == 2 * first.len() && all.is_sorted_by(|one, next| one < next), "{all:?}");
    }

    #[test]
    fn an_answer_to_a_ping_that_was_not_sent_is_a_guess() {
        let mut proof = AddressProof::new(0);
        proof.note_asked(1000);
        let shown = [1, 2, 3, 4].map(|number| proof.handle_answer(number));
        assert_eq!(shown, [Shown::Nothing, Shown::Nothing, Shown::Nothing, Shown::Guesswork]);
    }
}
