//! The decisions of operators, at the owner of a session.

use consonance_server::Authority;
use consonance_session::{Restriction, RestrictionTerms};

use super::player::{Decision, Presence};
use super::world::World;

impl World {
    /// An operator decides about some player, if its session has an owner that can.
    pub(super) fn decide(&mut self) {
        let players: Vec<usize> =
            (0..self.players.len()).filter(|player| self.players[*player].is_in()).collect();
        let Some(player) = self.dice.pick(&players).copied() else { return };
        let session = self.players[player].session;
        let owner = (0..self.nodes.len()).find_map(|node| {
            let (worker, authority) = self.nodes[node].authority(self.now, session)?;
            (authority == Authority::Owner).then_some((node, worker))
        });
        let Some((node, worker)) = owner else { return };
        let restriction = match self.dice.below(8) {
            0 => None,
            1..=3 => Some(Restriction::Muted),
            _ => Some(Restriction::Deafened),
        };
        if self.decide_at(node, worker, player, restriction) {
            let name = self.players[player].name().to_owned();
            self.counts.decisions += 1;
            self.note(format!("node {node} decides about {name}: {restriction:?}"));
        }
    }

    /// False if the owner does not know the player.
    fn decide_at(
        &mut self,
        node: usize,
        worker: usize,
        player: usize,
        restriction: Option<Restriction>,
    ) -> bool {
        let (now, clock) = (self.now, self.nodes[node].clock(self.now));
        let (name, session) = (self.players[player].name().to_owned(), self.players[player].session);
        let present = self.players.iter().filter(|player| player.presence == Presence::Playing).count();
        let Some(worker) = self.nodes[node].server_mut().and_then(|server| server.worker_mut(worker)) else {
            return false;
        };
        let decided = worker.with_session(clock, session, |server, _| {
            let id = server.tables().client_named(&name)?;
            let Some(restriction) = restriction else {
                if present > 2 {
                    server.kick_banned(id, "enough", None);
                }
                return None;
            };
            let identity = server.tables().identity_of(id)?;
            let mut restrictions = server.tables().restrictions(&identity);
            let is_imposed = !restrictions.lift(restriction);
            if is_imposed {
                restrictions.impose(restriction, RestrictionTerms::default());
            }
            server.moderation().set_restrictions(&identity, &restrictions).ok()?;
            Some(is_imposed)
        });
        let Some(Some(is_imposed)) = decided else {
            self.players[player].kicked = (restriction.is_none() && present > 2).then_some(now);
            return restriction.is_none();
        };
        let decision = if is_imposed { Decision::Made(now) } else { Decision::None };
        match restriction {
            Some(Restriction::Deafened) => self.players[player].deafened = decision,
            _ => self.players[player].muted = decision,
        }
        self.players[player].note_change(now);
        true
    }
}
