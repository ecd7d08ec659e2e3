//! A new join of the session because the client's packets have another length: for its user, nobody leaves and comes
//! back meanwhile.

use std::time::Duration;

use consonance_session::{ClientId, CodecParameters, Instant};

use super::MumblePlayer;
use super::absent::Absent;
use crate::control::messages::UserRemove;

impl MumblePlayer {
    /// Joins the session again, with another codec.
    pub(super) fn join_again(&mut self, now: Instant, codec: CodecParameters) {
        if self.is_synced && self.rejoining.is_none() {
            self.rejoining = Some(Absent::default());
        }
        self.client.set_codec(now, codec);
    }

    /// Keeps a user that the client knows for when it comes back; true if it is kept.
    pub(super) fn keep_absent(&mut self, id: ClientId) -> bool {
        let Some(absent) = &mut self.rejoining else { return false };
        let is_told = self.users.is_told(id);
        if let Some(user) = self.users.remove(id).filter(|_| is_told) {
            absent.keep(id, user);
        }
        true
    }

    /// A player has joined: true if it is one that has come back.
    pub(super) fn take_back(&mut self, id: ClientId, name: &str) -> bool {
        let Some((former, user)) = self.rejoining.as_mut().and_then(|absent| absent.take(name)) else {
            return false;
        };
        if former != id {
            self.shown.remove(&former);
        }
        self.users.put_back(id, user);
        self.moved.insert(id);
        true
    }

    /// All players are known again: tells the client of those that have left meanwhile.
    pub(super) fn end_rejoining(&mut self, now: Instant) {
        let Some(absent) = self.rejoining.take() else { return };
        // Others may be joining again at the same time.
        self.channels.hold_left(now + REJOINING_MAX);
        for (id, user) in absent.into_users() {
            self.shown.remove(&id);
            self.tell_synced(UserRemove { session: user.number, ..UserRemove::default() });
        }
    }
}

/// The time for which a player that has left the session may be joining it again, and its channel stays although it is
/// empty: a player does so when the length of its frames changes, in a few round trips.
pub(super) const REJOINING_MAX: Duration = Duration::from_secs(2);
