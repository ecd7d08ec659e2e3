//! How a client proves its address: it answers pings whose numbers nobody guesses who does not get them.
//!
//! A connection's number, its channels' numbers and a client's own number follow from what the client has sent. Of what
//! we send, only the number of a ping is echoed; a client answers every number that is newer than the last one.

/// How many pings have to be answered.
const ANSWERS: u32 = 2;

/// How many answers may be to nothing that was asked: a guess is right once in four million attempts. Anybody can spoil
/// the first seconds of a client whose address is known with more of them.
const WRONG_MAX: u32 = 4;

/// How far a number may be from the one before it. However many pings are lost, the next one is newer than the last
/// that came as long as it is less than 2^14 after it.
const STEP_BITS: u32 = 11;
const LONG_STEPS_MAX: usize = 7;

#[derive(Debug)]
pub(super) struct AddressProof {
    /// Where the steps come from.
    secret: u64,
    /// What was asked since the last answer.
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
    /// Whoever answers does not know what was asked.
    Guesswork,
}

impl AddressProof {
    pub(super) fn new(secret: u64) -> Self {
        Self { secret, asked: Vec::new(), answered: Vec::new(), wrong: 0 }
    }

    /// The next ping's distance from the one before.
    pub(super) fn step(&mut self) -> u16 {
        if self.asked.len() >= LONG_STEPS_MAX {
            return 1;
        }
        self.secret = self.secret.rotate_right(STEP_BITS);
        1 + (self.secret & ((1 << STEP_BITS) - 1)) as u16
    }

    /// A ping with this number leaves.
    pub(super) fn note_asked(&mut self, number: u16) {
        if self.asked.len() > LONG_STEPS_MAX {
            self.asked.remove(0);
        }
        self.asked.push(number);
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
        if self.answered.len() >= ANSWERS as usize { Shown::Address } else { Shown::Something }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_two_pings_has_got_them() {
        let mut proof = AddressProof::new(0x1234_5678_9abc_def0);
        let first = proof.step();
        proof.note_asked(first);
        assert_eq!(proof.handle_answer(first), Shown::Something);
        assert_eq!(proof.handle_answer(first), Shown::Nothing, "the network repeats things");
        let second = first + proof.step();
        proof.note_asked(second);
        assert_eq!(proof.handle_answer(second), Shown::Address);
    }

    #[test]
    fn who_answers_what_was_not_asked_guesses() {
        let mut proof = AddressProof::new(0);
        proof.note_asked(1000);
        let shown = [1, 2, 3, 4].map(|number| proof.handle_answer(number));
        assert_eq!(shown, [Shown::Nothing, Shown::Nothing, Shown::Nothing, Shown::Guesswork]);
    }

    #[test]
    fn however_many_pings_are_lost_the_next_is_newer_than_the_last_that_came() {
        let mut proof = AddressProof::new(u64::MAX);
        let mut number = 0;
        for _ in 0..1000 {
            number += proof.step();
            proof.note_asked(number);
        }
        assert!(number < 1 << 14 && proof.asked.len() <= LONG_STEPS_MAX + 1, "{number}");
    }
}
