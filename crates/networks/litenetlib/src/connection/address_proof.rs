//! How a client proves its address: it answers pings whose numbers only their receiver can know.
//!
//! A connection's number, its channels' numbers and a client's own number follow from what the client has sent. Of what
//! we send, only the number of a ping is echoed; a client answers every number that is newer than the last one.

/// How many pings have to be answered.
const ANSWERS: usize = 2;

/// How many answers may be to nothing that was asked: a guess is right once in four million attempts. Any sender can
/// spoil the first seconds of a client whose address is known with more of them.
const WRONG_MAX: u32 = 4;

/// How many pings leave at first, one after the other: as many as have to be answered.
pub(super) const AT_ONCE: usize = ANSWERS;

/// How far a number may be from the one before it. However many pings are lost, the next one is newer than the last
/// that came as long as it is less than 2^14 after it. Two answers are enough, so that numbers do not wrap around.
const STEP_BITS: u32 = 11;
/// How many may be without an answer.
pub(crate) const ASKED_MAX: usize = 7;

#[derive(Debug)]
pub(super) struct AddressProof {
    /// Where the steps come from.
    secret: u64,
    /// What was asked.
    asked: Vec<u16>,
    /// What was answered already, which the network may repeat.
    answered: Vec<u16>,
    wrong: u32,
}

/// What an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Nothing,
    /// Another one is needed.
    Something,
    Address,
    /// The answering end does not know what was asked.
    Guesswork,
}

impl AddressProof {
    pub(super) fn new(secret: u64) -> Self {
        Self { secret, asked: Vec::new(), answered: Vec::new(), wrong: 0 }
    }

    /// The next ping's distance from the one before; `None` if as many as may be were asked since the newest answer.
    pub(super) fn step(&mut self) -> Option<u16> {
        if self.unanswered().len() >= ASKED_MAX {
            return None;
        }
        self.secret = self.secret.rotate_right(STEP_BITS);
        Some(1 + (self.secret & ((1 << STEP_BITS) - 1)) as u16)
    }

    /// A ping with this number leaves.
    pub(super) fn note_asked(&mut self, number: u16) {
        self.asked.push(number);
    }

    /// The last of what was asked that can still be answered.
    pub(super) fn open(&self) -> &[u16] {
        let unanswered = self.unanswered();
        &unanswered[unanswered.len().saturating_sub(AT_ONCE)..]
    }

    /// What was asked after the newest that was answered: a client passes over what is older than the newest it got.
    fn unanswered(&self) -> &[u16] {
        let newest = self.answered.iter().copied().max().unwrap_or(0);
        &self.asked[self.asked.partition_point(|number| *number <= newest)..]
    }

    /// How many of what was asked were answered.
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

    /// Asks so often, each number after the one before.
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
