//! The invariants of a cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_server::Authority;

use super::player::{Room, SimPlayer};
use super::world::{SESSIONS, World};
use crate::sim::violation::{Checked, Violation, ensure};

/// The longest time for which anything is in flight.
const ON_THE_WAY: Duration = Duration::from_secs(1);
/// Texts that their owner has delivered may arrive again from the next owner.
const AGAIN: Duration = Duration::from_secs(15);

impl World {
    /// At most one node decides about a session, besides those that have no bus.
    pub(super) fn check_owners(&self) -> Checked {
        for session in SESSIONS {
            let owners = self.owners(session);
            ensure!(owners.len() <= 1, "{owners:?} decide about {session} at once");
        }
        Ok(())
    }

    /// The nodes that decide about a session as its owner.
    pub(super) fn owners(&self, session: &str) -> Vec<usize> {
        let owns = |node: &usize| {
            let authority = self.nodes[*node].authority(self.now, session);
            authority.is_some_and(|(_, authority)| authority == Authority::Owner)
        };
        (0..self.nodes.len()).filter(owns).collect()
    }

    /// No two players of a session have one id, as far as nodes hear each other.
    pub(super) fn check_ids(&self) -> Checked {
        if !self.disturbances.is_calm(self.now, super::world::SPREADING) {
            return Ok(());
        }
        let mut holders = BTreeMap::new();
        let is_leaving = |player: &SimPlayer| player.kicked.is_some_and(|at| at + ON_THE_WAY > self.now);
        // A player does not immediately notice that its node is dead.
        let is_there = |player: &&SimPlayer| player.is_in() && !self.nodes[player.node].is_dead();
        for player in self.players.iter().filter(is_there).filter(|player| !is_leaving(player)) {
            let Some((session, id)) = player.joined else { continue };
            if let Some(other) = holders.insert((session, id), player.name()) {
                return Err(Violation::new(format!(
                    "{other} and {} are both {} in {}",
                    player.name(),
                    id.0,
                    player.session
                )));
            }
        }
        Ok(())
    }

    /// A deafened player is sent no voice.
    pub(super) fn check_refused(&self, player: usize, refused: u64) -> Checked {
        let player = &self.players[player];
        let is_known = self.now.checked_sub(ON_THE_WAY).is_some_and(|said| player.deafened.holds_for(said));
        ensure!(refused == 0 || !is_known, "{} is deafened and is sent voice", player.name());
        Ok(())
    }

    /// A player hears a word.
    pub(super) fn check_heard(&mut self, listener: usize, number: u64, is_text: bool) -> Checked {
        let now = self.now;
        let player = &self.players[listener];
        let name = player.name();
        let Some(word) = self.words.get_mut(number) else {
            return Err(Violation::new(format!(
                "{name} hears word {number}, which is too old or was never said"
            )));
        };
        let speaker = &self.players[word.by];
        // A player with a new id may hear words that it said under the old one, from a node that missed the change.
        let is_own = word.by == listener && word.changes == player.changes;
        ensure!(!is_own, "{name} hears its own word {number}");
        ensure!(
            word.session == player.session,
            "{name} in {} hears word {number} of {}",
            player.session,
            word.session
        );
        let (room, said) = (word.room, word.said);
        let may_listen = |room: &Room| {
            let has_left = player.left.get(room).map(|left| left.holds_for(said));
            player.rooms.contains(room) || has_left == Some(false)
        };
        if word.by == listener {
            return Ok(());
        }
        let may_be_in = may_listen(&room) || word.also.iter().any(may_listen);
        ensure!(
            may_be_in,
            "{name} is not in {room:?} and hears word {number}, said there by {}",
            speaker.name()
        );
        // Players whose positions are not known yet hear each other.
        let are_placed = player.placed.holds_for(word.said) || speaker.placed.holds_for(word.said);
        let is_apart =
            room == Room::Field && player.is_far != speaker.is_far && are_placed && word.also.is_empty();
        ensure!(!is_apart, "{name} hears word {number} of {}, which is too far away", speaker.name());
        if !is_text {
            ensure!(
                !speaker.muted.holds_for(word.said),
                "{name} hears word {number} of {}, which is muted",
                speaker.name()
            );
            ensure!(!player.deafened.holds_for(word.said), "{name} is deafened and hears word {number}");
        }
        self.counts.heard += 1;
        // A player that returns at another node may receive a frame again that it already got from the first one. Its
        // jitter buffer recognizes the sequence number.
        let last_link = word.heard.insert(listener, player.links);
        if last_link.is_none() || !is_text && last_link != Some(player.links) {
            return Ok(());
        }
        let d = &self.disturbances;
        let last = d.owners.max(d.nodes).max(d.lost_nodes);
        let may_repeat = if is_text { now.duration_since(last) < AGAIN } else { d.is_switching(said) };
        ensure!(may_repeat, "{name} hears word {number} of {} twice", speaker.name());
        self.counts.repeated_texts += u64::from(is_text);
        Ok(())
    }
}
