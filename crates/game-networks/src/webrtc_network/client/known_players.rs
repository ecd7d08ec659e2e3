//! The players met in the session, and the rule for which of two players connects to the other.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A handle for reporting players in the session, so that direct links are made to them. Clones share their state.
///
/// Of two players the one whose name sorts lower connects, once: report each player that joins, once the session has
/// accepted us. A link that cannot be made is not tried again; that player is reached over the host.
#[derive(Clone, Debug)]
pub struct KnownPlayers {
    own_name: Option<Arc<str>>,
    waiting: Arc<Mutex<VecDeque<String>>>,
}

impl KnownPlayers {
    pub(super) fn new(own_name: Option<String>) -> Self {
        Self { own_name: own_name.map(Into::into), waiting: Arc::default() }
    }

    /// A player of this name is in the session. False if it is the other player's part to connect, if we have no name
    /// ourselves, or if 256 names wait already.
    pub fn met(&self, name: &str) -> bool {
        let Some(own_name) = &self.own_name else { return false };
        if !sorts_before(own_name, name) {
            return false;
        }
        let mut waiting = self.lock();
        let has_room = waiting.len() < WAITING_MAX;
        if has_room {
            waiting.push_back(name.to_owned());
        }
        has_room
    }

    pub(super) fn next(&self) -> Option<String> {
        self.lock().pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// By UTF-16 code units, as the games compare.
fn sorts_before(one: &str, other: &str) -> bool {
    one.encode_utf16().lt(other.encode_utf16())
}

const WAITING_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_players_the_one_whose_name_sorts_lower_connects() {
        // U+FF5E sorts above U+1F600 by UTF-16 code units, as the latter begins with 0xd83d, but below it by code
        // points.
        for (lower, higher) in [("Alice", "Bob"), ("Bob", "alice"), ("a", "aa"), ("\u{1f600}", "\u{ff5e}")] {
            let met = |own: &str, other| KnownPlayers::new(Some(own.to_owned())).met(other);
            assert!(met(lower, higher) && !met(higher, lower), "{lower} and {higher}");
        }
        assert!(!KnownPlayers::new(Some("Alice".to_owned())).met("Alice"));
        assert!(!KnownPlayers::new(None).met("Bob"), "a player without a name could not be connected to");
    }

    #[test]
    fn the_names_that_wait_are_bounded() {
        let known_players = KnownPlayers::new(Some("a".to_owned()));
        let taken = (0..2 * WAITING_MAX).filter(|_| known_players.met("b")).count();
        assert_eq!(taken, WAITING_MAX);
        assert_eq!(known_players.next().as_deref(), Some("b"));
        assert!(known_players.met("c"));
    }
}
