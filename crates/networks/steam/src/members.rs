//! Where the game reports the members of its session.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::SteamId;

/// Tells a server or a player of ours which accounts join and leave the game's session, from any
/// thread. A clone is the same.
///
/// It is what the originals' `PeerConnected` and `PeerDisconnected` are. Steam reports to no end that an account has
/// left, so the latter matters where the other end is an original.
#[derive(Clone, Debug, Default)]
pub struct Members(Arc<Mutex<VecDeque<Change>>>);

/// What the game said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Came(SteamId),
    Left(SteamId),
}

impl Members {
    /// This account is in the game's session. False if 4096 words wait already: say it again later.
    pub fn connected(&self, id: SteamId) -> bool {
        self.push(Change::Came(id))
    }

    /// This account has left the game's session. False if 4096 words wait already: say it again later.
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
