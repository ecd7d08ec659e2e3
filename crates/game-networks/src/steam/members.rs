//! A handle with which the game reports the members of its session.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::steam::SteamId;

/// Tells one of our servers or players which accounts join and leave the game's session, from any thread. Clones
/// share one queue.
///
/// It corresponds to the originals' `PeerConnected` and `PeerDisconnected`. Steam reports to no end that an account
/// has left, so the latter matters where the other end is an original.
#[derive(Clone, Debug, Default)]
pub struct Members(Arc<Mutex<VecDeque<Change>>>);

/// A change that the game reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Came(SteamId),
    Left(SteamId),
}

impl Members {
    /// Reports that this account is in the game's session. False if 4096 reports wait already: call it again later.
    pub fn connected(&self, id: SteamId) -> bool {
        self.push(Change::Came(id))
    }

    /// Reports that this account has left the session. False if 4096 reports wait already: call it again later.
    pub fn disconnected(&self, id: SteamId) -> bool {
        self.push(Change::Left(id))
    }

    pub(crate) fn next(&self) -> Option<Change> {
        self.lock().pop_front()
    }

    fn push(&self, change: Change) -> bool {
        let mut waiting = self.lock();
        let has_room = waiting.len() < WAITING_MAX;
        if has_room {
            waiting.push_back(change);
        }
        has_room
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Change>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const WAITING_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_game_says_comes_in_its_order_and_is_bounded() {
        let members = Members::default();
        let taken = (0..2 * WAITING_MAX as u64).filter(|&id| members.connected(SteamId(id))).count();
        assert_eq!(taken, WAITING_MAX);
        assert_eq!(members.next(), Some(Change::Came(SteamId(0))));
        assert!(members.disconnected(SteamId(0)));
    }
}
