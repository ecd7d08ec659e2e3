//! The proof of a client's address: the time of a clock that only a receiver of our datagrams knows.
//!
//! A client's first acknowledgement echoes only the time of ENet's answer, and every connecting client learns the local
//! time. So each address is shown a clock of its own, which is ahead of ENet's by a number that cannot be guessed.

use std::collections::BTreeMap;

/// The number of datagram times remembered while an address is unproved: ENet repeats its answer less often.
const SHOWN_MAX: usize = 16;

/// The clocks of all addresses that ENet knows.
#[derive(Debug)]
pub(crate) struct SecretClocks<A>(BTreeMap<A, SecretClock>);

#[derive(Debug)]
struct SecretClock {
    ahead_ms: u16,
    /// The number of connections that use it.
    connections: usize,
    /// The number of these that have not proved their address.
    unproved: usize,
    /// The times that the address was shown while there were such.
    shown_ms: Vec<u16>,
}

impl<A: Ord> SecretClocks<A> {
    /// A connection with this address begins, which must prove the address.
    pub(crate) fn begin(&mut self, at: A, ahead_ms: u16) {
        let clock = self.0.entry(at).or_insert_with(|| SecretClock {
            ahead_ms,
            connections: 0,
            unproved: 0,
            shown_ms: Vec::new(),
        });
        clock.connections += 1;
        clock.unproved += 1;
    }

    /// A connection has proved its address.
    pub(crate) fn prove(&mut self, at: &A) {
        if let Some(clock) = self.0.get_mut(at) {
            clock.unproved = clock.unproved.saturating_sub(1);
            if clock.unproved == 0 {
                clock.shown_ms = Vec::new();
            }
        }
    }

    /// A connection has ended, whether or not it has proved its address.
    pub(crate) fn end(&mut self, at: &A, is_proved: bool) {
        if !is_proved {
            self.prove(at);
        }
        if let Some(clock) = self.0.get_mut(at) {
            clock.connections -= 1;
            if clock.connections == 0 {
                self.0.remove(at);
            }
        }
    }

    /// The lead of an address's clock, in milliseconds.
    pub(super) fn ahead_ms(&self, at: &A) -> Option<u16> {
        Some(self.0.get(at)?.ahead_ms)
    }

    /// Notes that a datagram is sent with this time, as the address is shown it.
    pub(super) fn note_shown(&mut self, at: &A, shown_ms: u16) {
        if let Some(clock) = self.0.get_mut(at).filter(|clock| clock.unproved > 0) {
            if clock.shown_ms.len() == SHOWN_MAX {
                clock.shown_ms.remove(0);
            }
            clock.shown_ms.push(shown_ms);
        }
    }

    /// Whether an address that must be proved was shown this time.
    pub(crate) fn was_shown(&self, at: &A, shown_ms: u16) -> bool {
        self.0.get(at).is_some_and(|clock| clock.shown_ms.contains(&shown_ms))
    }
}

impl<A> Default for SecretClocks<A> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_remembered_until_an_address_is_proved_and_clocks_while_a_peer_is_connected() {
        let mut clocks = SecretClocks::default();
        clocks.begin("here", 1000);
        clocks.begin("here", 2000);
        assert_eq!(clocks.ahead_ms(&"here"), Some(1000), "an address has one clock");
        (0..20).for_each(|shown_ms| clocks.note_shown(&"here", shown_ms));
        assert!(clocks.was_shown(&"here", 4) && !clocks.was_shown(&"here", 3));
        clocks.prove(&"here");
        assert!(clocks.was_shown(&"here", 19), "the other one is still asked");
        clocks.end(&"here", false);
        assert!(!clocks.was_shown(&"here", 19));
        assert_eq!(clocks.ahead_ms(&"here"), Some(1000));
        clocks.end(&"here", true);
        assert_eq!(clocks.ahead_ms(&"here"), None);
    }
}
