//! The other end's proof of its address: when it is asked, and what waits for the proof.

use std::time::{Duration, Instant};

use super::Connection;
use super::address_proof::{AT_ONCE, AddressProof};

/// The time after which an end that has not proved its address is asked again: twice as long each time, up to a
/// limit, so that its request and its pings provide the credit.
pub(super) const AGAIN_AFTER: Duration = Duration::from_millis(200);
const AGAIN_AFTER_MAX: Duration = Duration::from_millis(800);

impl Connection {
    /// Demands that the other end proves its address; until then no message is sent. `secret` cannot be guessed.
    pub(crate) fn ask_for_proof(&mut self, now: Instant, secret: u64) {
        self.proof = Some(AddressProof::new(secret));
        (0..AT_ONCE).for_each(|_| self.ask(now));
        self.ping_at = now + self.proof_again_after;
    }

    /// Repeats the last pings, if the other end still has to prove its address: it seems to have missed them.
    pub(crate) fn ask_the_same(&mut self) {
        let open = self.proof.as_ref().map(|proof| proof.open().to_vec());
        open.into_iter().flatten().for_each(|number| self.put_ping(number));
    }

    /// Whether the other end has proved its address, or does not have to.
    pub(crate) fn is_proved(&self) -> bool {
        self.proof.is_none()
    }

    /// The number of required pings that were answered, if the other end still has to prove its address.
    pub(crate) fn answers(&self) -> Option<usize> {
        self.proof.as_ref().map(AddressProof::answers)
    }

    /// Whether the other end answers pings that were not sent.
    pub(crate) fn is_guessing(&self) -> bool {
        self.is_guessing
    }

    /// Sends another ping for the proof of the address, with a new number if possible.
    fn ask(&mut self, now: Instant) {
        let Some(proof) = &mut self.proof else { return };
        let Some(step) = proof.step() else { return self.ask_the_same() };
        let number = self.round_trip.ping(now, self.settings.ping_interval, step);
        proof.note_asked(number);
        self.put_ping(number);
    }

    /// Asks again because no sufficient answer arrived in time. Once a ping was answered, there is credit to repeat
    /// the previous ping after the new one, so that one of them may be lost.
    pub(super) fn ask_again(&mut self, now: Instant) {
        let with_former = self.proof.as_ref().filter(|proof| proof.answers() > 0);
        let former = with_former.and_then(|proof| proof.open().last().copied());
        self.ask(now);
        if let Some(number) = former {
            self.put_ping(number);
        }
        self.ping_at = now + self.proof_again_after;
        self.proof_again_after = (self.proof_again_after * 2).min(AGAIN_AFTER_MAX);
    }

    /// One ping was answered; another answer is needed.
    pub(super) fn ask_for_another(&mut self, now: Instant) {
        if self.proof.as_ref().is_some_and(|proof| proof.open().is_empty()) {
            self.ask(now);
        }
        self.proof_again_after = AGAIN_AFTER;
        self.ping_at = self.ping_at.min(now + AGAIN_AFTER);
    }

    /// The other end has proved its address: waiting messages are sent.
    pub(super) fn release(&mut self, now: Instant) {
        self.proof = None;
        for (channel, message) in std::mem::take(&mut self.held_back) {
            // It was accepted before, and is neither too long nor reliable.
            let sent = self.send(now, channel, &message);
            debug_assert_eq!(sent, Ok(()), "what was held back can be sent");
        }
        for id in 0..self.channels.len() {
            self.transmit_channel(now, id as u8);
        }
    }
}
