//! A new join of the session because the client's packets have another length: for its user, nobody leaves and comes
//! back meanwhile.

use std::collections::BTreeMap;

use consonance_mumble::control::messages::UserRemove;
use consonance_session::{ClientId, CodecParameters, Instant};

use super::MumblePlayer;
use super::events::REJOINING_MAX;
use crate::users::User;

/// The users that the client has been told of and that have not come back yet, by their names.
#[derive(Debug, Default)]
pub(super) struct Absent(BTreeMap<Box<str>, (ClientId, User)>);

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
            absent.0.insert(user.name.clone(), (id, user));
        }
        true
    }

    /// A player has joined: true if it is one that has come back.
    pub(super) fn take_back(&mut self, id: ClientId, name: &str) -> bool {
        let Some((former, user)) = self.rejoining.as_mut().and_then(|absent| absent.0.remove(name)) else {
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
        for (id, user) in absent.0.into_values() {
            self.shown.remove(&id);
            self.tell_synced(UserRemove { session: user.number, ..UserRemove::default() });
        }
    }
}
