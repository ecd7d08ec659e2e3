//! Outages: several clients become unreachable at once, such as when the link to a game server that carries their
//! packets is down.
//!
//! Each of those clients is still here: it keeps its id, its rooms and its rights. The others are told that it left,
//! and after the outage they get its state, like a newcomer's. The clients of one outage are not told about each
//! other, since nothing has changed between them.

use alloc::vec::Vec;

use consonance_wire::{ClientId, RemoveClient};

use super::Server;
use super::observations::Observations;
use super::outgoing::Outgoing;
use super::presence::Presence;
use super::rules::Rules;
use super::visibility::{Audience, Outage};
use crate::link::LinkId;
use crate::time::Instant;

/// The clients that cannot be reached for a while: [`Server::outages`].
pub struct Outages<'s> {
    rules: &'s mut Rules,
    presence: &'s mut Presence,
    observations: &'s mut Observations,
}

impl core::fmt::Debug for Outages<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let unreachable = self.presence.members().visibility().unreachable();
        f.debug_struct("Outages").field("clients", &unreachable).finish_non_exhaustive()
    }
}

impl Server {
    /// The outages of clients that are here.
    pub fn outages(&mut self) -> Outages<'_> {
        Outages { rules: &mut self.rules, presence: &mut self.presence, observations: &mut self.observations }
    }
}

impl Outages<'_> {
    /// Marks these links as unreachable. The other clients are told at once that the clients of these links left; the
    /// clients keep their places, and the links stay.
    ///
    /// Links that are not here, have no client, or are unreachable already, are ignored. A permissive server does
    /// nothing, since it has clients without links.
    pub fn mark_unreachable(&mut self, now: Instant, links: &[LinkId]) {
        self.rules.advance(now);
        if self.rules.is_permissive() {
            return;
        }
        let visibility = self.presence.members().visibility();
        let clients = self.clients_of(links).filter(|id| visibility.outage_of(*id).is_none());
        let clients: Vec<ClientId> = clients.collect();
        let outage = self.presence.members_mut().visibility_mut().begin_outage(&clients);
        for &id in &clients {
            self.observations.end_channels(id, self.presence.members(), self.rules.policy().directory());
            let remove = RemoveClient { session: self.rules.session(), id };
            self.outgoing().send_to(Audience::Outside(outage), &remove.into());
        }
    }

    /// Marks these links as reachable again: the other clients are told about their clients.
    ///
    /// Links without a client, or with one that is reachable, are ignored.
    pub fn mark_reachable(&mut self, now: Instant, links: &[LinkId]) {
        self.rules.advance(now);
        let visibility = self.presence.members().visibility();
        let clients = self.clients_of(links).filter_map(|id| Some((id, visibility.outage_of(id)?)));
        let clients: Vec<(ClientId, Outage)> = clients.collect();
        for &(id, outage) in &clients {
            // A newcomer without a state is announced to all when its state arrives.
            if !self.presence.members().visibility().is_unannounced(id) {
                self.outgoing().tell_state(id, Audience::Outside(outage));
            }
        }
        for (id, _) in clients {
            self.presence.members_mut().visibility_mut().end_outage(id);
        }
    }

    fn clients_of(&self, links: &[LinkId]) -> impl Iterator<Item = ClientId> {
        links.iter().filter_map(|link| self.presence.links().client_of(*link).ok())
    }

    fn outgoing(&mut self) -> Outgoing<'_> {
        Outgoing::new(self.rules, self.presence, self.observations)
    }
}
