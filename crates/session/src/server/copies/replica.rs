//! A copy of a session: it applies the session's changes, and can take over the session.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_wire::names::NameKey;
use consonance_wire::{ClientId, Position, RoomId};

use super::{CopiedClient, CopiedLink, SessionChange};
use crate::link::{LinkId, PeerOrigin};
use crate::server::Server;
use crate::server::group::{GroupService, Parts};
use crate::server::observations::Observations;
use crate::server::outgoing::Outgoing;
use crate::server::presence::Presence;
use crate::server::rules::Rules;
use crate::server::snapshot::{KeptPlace, NO_LINK, SessionSnapshot, access_from, restrictions_from};
use crate::time::Instant;

/// A session that follows another one, or continues it: [`Server::replica`]. It raises no events and admits nobody.
pub struct SessionReplica<'s> {
    rules: &'s mut Rules,
    presence: &'s mut Presence,
    group: &'s mut GroupService,
    observations: &'s mut Observations,
}

impl core::fmt::Debug for SessionReplica<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SessionReplica")
            .field("clients", &self.presence.members().len())
            .finish_non_exhaustive()
    }
}

impl Server {
    /// This session as a copy of another one, or as the one that continues it.
    pub fn replica(&mut self) -> SessionReplica<'_> {
        SessionReplica {
            rules: &mut self.rules,
            presence: &mut self.presence,
            group: &mut self.group,
            observations: &mut self.observations,
        }
    }
}

impl SessionReplica<'_> {
    /// Applies a change of the session to this copy. The client is reached over this link afterwards.
    pub fn apply(&mut self, now: Instant, change: &SessionChange, link: Option<CopiedLink>) {
        self.rules.advance(now);
        match change {
            SessionChange::Client(client) => self.apply_client(client, link),
            SessionChange::Gone(id) => self.remove_copied(*id),
            SessionChange::Restricted(identity, restrictions) => {
                let restrictions = restrictions_from(restrictions, self.rules.now());
                self.rules.policy_mut().register_mut().replace(identity, restrictions);
                for id in self.rules.policy().clients_of(self.presence.members(), identity) {
                    self.rules.policy_mut().begin_restrictions(self.presence.members(), id);
                }
            }
        }
    }

    /// Handles a new link here of a client that the copy knows. Its packets are relayed afterwards.
    pub fn attach(&mut self, now: Instant, link: LinkId, id: ClientId, origin: Option<PeerOrigin>) {
        self.rules.advance(now);
        let capabilities = self.presence.reservations().capabilities_of(id);
        let links = self.presence.links_mut();
        if !links.contains(link) {
            links.insert(now, link, now + self.rules.limits().handshake, origin);
        }
        links.set_capabilities(link, capabilities);
        if links.client_of(link).ok() != Some(id) {
            links.attach(link, id);
            self.observations.begin_reports(self.rules.settings(), links, link, id);
        }
    }

    /// Handles the end of a link of a copy. Its client stays until the session removes it.
    pub fn detach(&mut self, link: LinkId) {
        let links = self.presence.links_mut();
        let Some(id) = links.detach(link) else { return };
        links.remove(link);
        self.observations.end_reports(id);
        if self.presence.link_of(id) == Some(link) {
            self.presence.outbound_mut().remove(id);
        }
    }

    /// Handles the passing of time at a copy: reports to speakers how their voice arrives.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.rules.advance(now);
        self.observations.send_reports(
            self.rules.now(),
            self.rules.session(),
            self.presence.connections_mut(),
        );
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.observations.next_report()
    }

    /// Takes over a lost session from this copy, at this [version](crate::Versions::current). Clients whose links are
    /// not here have [`Limits::resume`](crate::Limits::resume) to come back. The term is that of
    /// [`ChangeFeed::note`](crate::ChangeFeed::note).
    pub fn promote(&mut self, now: Instant, version: u64, term: u32) {
        self.rules.advance(now);
        let until = self.rules.place_deadline();
        for id in self.presence.members().in_order().collect::<Vec<_>>() {
            let link = self.presence.link_of(id);
            let link = link.filter(|link| self.presence.links().contains(*link));
            if link.is_none() {
                self.presence.outbound_mut().remove(id);
                self.rules.policy_mut().proximity_mut().set_node(id, None);
                self.presence.reservations_mut().keep(id, until, None);
            }
        }
        self.presence.members_mut().give_out_own_ids();
        self.presence.members_mut().note_changes(Some(version), term);
        self.rules.policy_mut().register_mut().note_changes();
        // The encryption group is lost with the old session; clients linked elsewhere are told when they are adopted.
        for id in self.presence.members().in_order().collect::<Vec<_>>() {
            if self.presence.link_of(id).is_some() {
                self.tell_group(id);
            }
        }
    }

    /// Attaches a new link whose client is in the session, according to the copy at its node, at this version. The
    /// client is told what has changed since. False if it is not in the session, or too much may have changed.
    pub fn adopt(
        &mut self,
        now: Instant,
        link: LinkId,
        id: ClientId,
        origin: Option<PeerOrigin>,
        version: u64,
    ) -> bool {
        self.rules.advance(now);
        let Some(changed) = self.presence.members().changed_since(version) else { return false };
        if !self.presence.members().contains(id) || self.presence.link_of(id).is_some() {
            return false;
        }
        self.attach(now, link, id, origin);
        self.presence.reservations_mut().release(id);
        let node = self.presence.connections_mut().reach_over(id, link);
        self.rules.policy_mut().proximity_mut().set_node(id, node);
        self.tell_changed(link, id, &changed);
        self.presence.members_mut().set_link(id, link);
        self.tell_own_state(id);
        self.outgoing().tell_restrictions_again(id);
        self.tell_group(id);
        true
    }

    /// Sets the node where a link of the session ends; `node` is the link to it. A copy there decides by distance
    /// which of its clients hear a frame: such a frame lists the node, and none of its clients.
    pub fn set_node(&mut self, link: LinkId, node: LinkId) {
        self.presence.links_mut().set_node(link, node);
        if let Ok(id) = self.presence.links().client_of(link) {
            self.rules.policy_mut().proximity_mut().set_node(id, Some(node));
        }
    }

    /// Sets the position of a client at another node, as that node has reported it.
    pub fn set_position(&mut self, id: ClientId, position: Option<Position>) {
        self.rules.policy_mut().proximity_mut().set_position(id, position);
    }

    /// Restores a client's last position known to another owner or copy of the session. A position reported here is
    /// newer.
    pub fn recall_position(&mut self, id: ClientId, position: Option<Position>) {
        self.rules.policy_mut().proximity_mut().recall(id, position);
    }

    /// Sends a client the rooms that it is in here: its messages to a lost owner, and the answers, may be lost. The
    /// client repeats its exits.
    pub fn tell_own_state(&mut self, id: ClientId) {
        if let Some(link) = self.presence.link_of(id) {
            self.outgoing().tell_known(link, id, [id].into_iter());
        }
    }

    fn tell_changed(&mut self, link: LinkId, to: ClientId, changed: &[(ClientId, bool)]) {
        let others = || changed.iter().copied().filter(|(id, _)| *id != to);
        // A player that has returned under another id exists twice until the former id is removed.
        for (id, is_new) in others() {
            if is_new || !self.presence.members().contains(id) {
                self.outgoing().tell_removed(link, id);
            }
        }
        self.outgoing().tell_known(link, to, others().map(|(id, _)| id));
    }

    fn apply_client(&mut self, client: &CopiedClient, link: Option<CopiedLink>) {
        let KeptPlace { id, name, codec, rooms, secret, is_unannounced, access } = &client.place;
        let (link, node) = match link {
            Some(CopiedLink::Here(link)) => (Some(link), None),
            Some(CopiedLink::Elsewhere(node)) => (Some(node), Some(node)),
            None => (None, None),
        };
        let is_same = self
            .presence
            .members()
            .get(*id)
            .is_some_and(|member| member.name == *name && member.codec == *codec);
        if !is_same {
            self.remove_copied(*id);
            let key = NameKey::of(name);
            self.presence.members_mut().insert(*id, name.clone(), key, *codec, link.unwrap_or(NO_LINK));
        }
        let access = access_from(access, self.rules.now());
        self.rules.policy_mut().grant(*id, access);
        self.rules.policy_mut().begin_restrictions(self.presence.members(), *id);
        self.rules.policy_mut().proximity_mut().recall(*id, client.position);
        self.apply_rooms(*id, rooms);
        if let Some(secret) = secret {
            self.presence.reservations_mut().set_secret(*id, *secret);
        }
        if *is_unannounced {
            self.presence.members_mut().visibility_mut().note_unannounced(*id);
        } else {
            self.presence.members_mut().visibility_mut().announce(*id);
        }
        self.presence.reservations_mut().keep_capabilities(*id, client.capabilities);
        self.rules.policy_mut().proximity_mut().set_node(*id, node);
        match link {
            Some(link) if self.presence.link_of(*id) != Some(link) => {
                self.presence.outbound_mut().insert(*id, link);
                self.presence.members_mut().set_link(*id, link);
            }
            Some(_) => {}
            None => drop(self.presence.outbound_mut().remove(*id)),
        }
    }

    fn apply_rooms(&mut self, id: ClientId, rooms: &[Box<str>]) {
        let Some(member) = self.presence.members().get(id) else { return };
        let left: Vec<Box<str>> = member
            .rooms
            .names()
            .filter(|room| rooms.iter().all(|it| **it != **room))
            .map(Box::from)
            .collect();
        for room in left {
            if self.presence.members_mut().leave(id, &room) {
                let is_still_in_id = self.presence.members().is_in_id(id, RoomId::of(&room));
                self.rules.policy_mut().leave(id, &room, is_still_in_id);
            }
        }
        for room in rooms {
            if self.presence.members_mut().enter(id, room) {
                self.observations.statistics_mut().room_collisions +=
                    u64::from(self.rules.policy_mut().enter(id, room));
            }
        }
    }

    /// Removes a client without announcing it: the session has told all clients.
    fn remove_copied(&mut self, id: ClientId) {
        let Some(mut member) = self.presence.remove_copied(id) else { return };
        self.observations.end_reports(id);
        self.group.leave(self.rules.now(), self.rules.settings().encryption, id);
        while let Some(room) = member.rooms.pop() {
            self.rules.policy_mut().leave(id, &room.name, false);
        }
        self.rules.policy_mut().forget(id);
        self.presence.members_mut().visibility_mut().forget(id);
    }

    /// Takes over the players' restrictions, and the places of those clients that fit the settings.
    pub(in crate::server) fn restore(&mut self, snapshot: &SessionSnapshot) {
        let most = self.rules.limits().restrictions;
        for (identity, restrictions) in snapshot.restrictions.iter().take(most) {
            let restrictions = restrictions_from(restrictions, self.rules.now());
            self.rules.policy_mut().register_mut().replace(identity, restrictions);
        }
        snapshot.places.iter().for_each(|place| self.keep_restored(place));
    }

    fn keep_restored(&mut self, place: &KeptPlace) {
        let KeptPlace { id, name, codec, .. } = place;
        let limits = self.rules.limits();
        let fits = self.presence.members().len() < limits.links
            && name.len() <= self.rules.settings().longest_name()
            && self.rules.settings().is_possible(*codec);
        let key = NameKey::of(name);
        let Some(secret) = place.secret.filter(|_| fits) else { return };
        if self.presence.members().get(*id).is_some()
            || self.presence.members().find_spelled(name, &key).is_some()
        {
            return;
        }
        self.presence.members_mut().insert(*id, Box::clone(name), key, *codec, NO_LINK);
        let access = access_from(&place.access, self.rules.now());
        self.rules.policy_mut().grant(*id, access);
        self.rules.policy_mut().begin_restrictions(self.presence.members(), *id);
        for room in &place.rooms {
            // A room that these settings do not allow is left out: its client names it again when it comes back, and
            // is refused then like any other.
            let Some(member) = self.presence.members().get(*id) else { return };
            let is_allowed =
                self.rules.policy().may_be_restored(self.rules.settings().room_bounds(), member, room);
            if is_allowed && self.presence.members_mut().enter(*id, room) {
                self.observations.statistics_mut().room_collisions +=
                    u64::from(self.rules.policy_mut().enter(*id, room));
            }
        }
        let until = self.rules.place_deadline();
        self.presence.reservations_mut().set_secret(*id, secret);
        self.presence.reservations_mut().keep(*id, until, None);
        if place.is_unannounced {
            self.presence.members_mut().visibility_mut().note_unannounced(*id);
        }
    }

    fn outgoing(&mut self) -> Outgoing<'_> {
        Outgoing::new(self.rules, self.presence, self.observations)
    }

    fn tell_group(&mut self, id: ClientId) {
        self.group.tell(&mut Parts::new(self.rules, self.presence), id);
    }
}
