//! Copies of a session on other machines, which relay voice among the clients there; one of them can take over the
//! session.
//!
//! The session reports its changes; a copy applies them. A copy relays voice and knows the locations of the clients;
//! the session decides everything else. Times count from the moment at which a change is taken.

mod relaying;

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_name_key::NameKey;
use consonance_wire::{Capabilities, ClientId, Position, RemoveClient, RoomId, RosterEntry, WireStr};

use super::snapshot::{KeptPlace, NO_LINK, since};
use super::{PlayerIdentity, Server};
use crate::link::{Delivery, LinkId, PeerOrigin};
use crate::restrictions::Restrictions;
use crate::time::Instant;
use crate::traffic::Total;

pub use relaying::AtCopy;

/// A change of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionChange {
    /// A client has joined or changed; its present state.
    Client(CopiedClient),
    /// A client has left.
    Gone(ClientId),
    /// The restrictions of a player, here or not.
    Restricted(PlayerIdentity, Restrictions),
}

/// The data of a client in a copy.
#[derive(Clone, Debug, PartialEq)]
pub struct CopiedClient {
    /// Its place in the session.
    pub place: KeptPlace,
    /// The capabilities of both sides of its link.
    pub capabilities: Capabilities,
    /// Its position at that time, if it had reported one.
    pub position: Option<Position>,
    /// Its link at the session; none while its place is kept.
    pub link: Option<LinkId>,
}

/// The link over which a copy reaches a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopiedLink {
    /// Its own link, which is here.
    Here(LinkId),
    /// The link to another node, where the client is.
    Elsewhere(LinkId),
}

impl Server {
    /// Starts noting changes for [`poll_change`](Self::poll_change), unless it does already. The term is a number
    /// that, with high probability, no other owner of the session has or had: it distinguishes versions.
    pub fn note_changes(&mut self, term: u32) {
        self.members.note_changes(None, term);
        self.policy.register_mut().note_changes();
    }

    /// The next change. A client or a player that has changed several times is reported once, in its present state.
    pub fn poll_change(&mut self) -> Option<SessionChange> {
        if let Some(identity) = self.policy.register_mut().pop_changed() {
            let restrictions = self.restrictions(&identity);
            return Some(SessionChange::Restricted(identity, since(&restrictions, self.now)));
        }
        let id = self.members.pop_changed()?;
        Some(self.copied_client(id).map_or(SessionChange::Gone(id), SessionChange::Client))
    }

    /// The version before the first change of this owner.
    pub fn first_version(&self) -> u64 {
        self.members.first_version()
    }

    /// The version of a copy that has applied all changes taken so far.
    pub fn version(&self) -> u64 {
        self.members.version()
    }

    /// The version that the clients whose links are here have seen. None if they have seen changes that no copy was
    /// told: another owner would then continue from a different state.
    pub fn version_of_clients(&self) -> Option<u64> {
        self.members.version_of_clients()
    }

    /// The whole session, as changes for an empty copy.
    pub fn all_changes(&self) -> impl Iterator<Item = SessionChange> {
        let restricted = self.restricted_players().map(|(identity, restrictions)| {
            SessionChange::Restricted(identity.clone(), since(restrictions, self.now))
        });
        let clients = self.members.in_order().filter_map(|id| self.copied_client(id));
        restricted.chain(clients.map(SessionChange::Client))
    }

    /// Applies a change of the session to this copy. The client is reached over this link afterwards.
    pub fn apply(&mut self, now: Instant, change: &SessionChange, link: Option<CopiedLink>) {
        self.advance(now);
        match change {
            SessionChange::Client(client) => self.apply_client(client, link),
            SessionChange::Gone(id) => self.remove_copied(*id),
            SessionChange::Restricted(identity, restrictions) => {
                let restrictions = self.restrictions_from_now(restrictions);
                self.policy.register_mut().replace(identity, restrictions);
                for id in self.clients_of(identity) {
                    self.begin_restrictions(id);
                }
            }
        }
    }

    /// Handles a new link here of a client that the copy knows. Its packets are relayed afterwards.
    pub fn attach(&mut self, now: Instant, link: LinkId, id: ClientId, origin: Option<PeerOrigin>) {
        self.advance(now);
        let capabilities = self.capabilities_kept_of(id);
        if !self.links.contains(link) {
            self.links.insert(now, link, now + self.settings.limits.handshake, origin);
        }
        self.links.set_capabilities(link, capabilities);
        if self.client_of(link) != Some(id) {
            self.links.attach(link, id);
            self.begin_voice_reports(link, id);
        }
    }

    /// Handles the end of a link of a copy. Its client stays until the session removes it.
    pub fn detach(&mut self, link: LinkId) {
        let Some(id) = self.links.detach(link) else { return };
        self.links.remove(link);
        self.voice_reports.remove(id);
        if self.outbound.link_of(id) == Some(link) {
            self.outbound.remove(id);
        }
    }

    /// Handles the passing of time at a copy: reports to speakers how their voice arrives.
    pub fn handle_copy_timeout(&mut self, now: Instant) {
        self.advance(now);
        self.send_voice_reports();
    }

    /// The time at which [`handle_copy_timeout`](Self::handle_copy_timeout) must be called.
    pub fn poll_copy_timeout(&self) -> Option<Instant> {
        self.voice_reports.next_due()
    }

    /// Takes over a lost session from this copy, at this [version](Self::version). Clients whose links are not here
    /// have [`Limits::resume`](crate::Limits::resume) to come back. The term is that of
    /// [`note_changes`](Self::note_changes).
    pub fn promote(&mut self, now: Instant, version: u64, term: u32) {
        self.advance(now);
        let until = self.now + self.settings.limits.resume;
        for id in self.members.in_order().collect::<Vec<_>>() {
            let link = self.outbound.link_of(id).filter(|link| self.links.contains(*link));
            if link.is_none() {
                self.outbound.remove(id);
                self.policy.proximity_mut().set_node(id, None);
                self.reservations.keep(id, until, None);
            }
        }
        self.members.give_out_own_ids();
        self.members.note_changes(Some(version), term);
        self.policy.register_mut().note_changes();
        // The encryption group is lost with the old session; clients linked elsewhere are told when they are adopted.
        for id in
            self.members.in_order().filter(|id| self.outbound.link_of(*id).is_some()).collect::<Vec<_>>()
        {
            self.group_delivery().tell(id);
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
        self.advance(now);
        let Some(changed) = self.members.changed_since(version) else { return false };
        if !self.members.contains(id) || self.outbound.link_of(id).is_some() {
            return false;
        }
        self.attach(now, link, id, origin);
        self.reservations.release(id);
        self.reach_over(id, link);
        self.tell_changed(link, id, &changed);
        self.members.set_link(id, link);
        self.tell_own_state(id);
        self.tell_restrictions_again(id);
        self.group_delivery().tell(id);
        true
    }

    /// Whether the client that had this id in a copy of this version is still in the session; false if that is no
    /// longer known.
    pub fn is_still_in(&self, id: ClientId, version: u64) -> bool {
        let changed = self.members.changed_since(version);
        self.members.contains(id) && changed.is_some_and(|changed| !changed.contains(&(id, true)))
    }

    /// The client that joined over a link.
    pub fn client_of(&self, link: LinkId) -> Option<ClientId> {
        self.links.client_of(link).ok()
    }

    /// The link to which a client's packets go.
    pub fn link_of(&self, id: ClientId) -> Option<LinkId> {
        self.outbound.link_of(id)
    }

    /// The clients that are here.
    pub fn ids(&self) -> impl Iterator<Item = ClientId> {
        self.members.in_order()
    }

    /// Sets the node where a link of the session ends; `node` is the link to it. A copy there decides by distance
    /// which of its clients hear a frame: such a frame lists the node, and none of its clients.
    pub fn set_node(&mut self, link: LinkId, node: LinkId) {
        self.links.set_node(link, node);
        if let Some(id) = self.client_of(link) {
            self.policy.proximity_mut().set_node(id, Some(node));
        }
    }

    /// Sets the link over which a client is reached.
    pub(super) fn reach_over(&mut self, id: ClientId, link: LinkId) {
        self.outbound.insert(id, link);
        self.policy.proximity_mut().set_node(id, self.links.node_of(link));
    }

    /// Sends a client the rooms that it is in here: its messages to a lost owner, and the answers, may be lost. The
    /// client repeats its exits.
    pub fn tell_own_state(&mut self, id: ClientId) {
        let Some(link) = self.outbound.link_of(id) else { return };
        let total = self.send_state_of(id, link);
        self.outbound.count_states(self.now, id, total);
    }

    /// Sends a client's rooms over a link; nothing if the other clients do not know of it.
    fn send_state_of(&mut self, id: ClientId, link: LinkId) -> Total {
        let (session, most) = (self.settings.session, self.settings.packets.reliable_bytes);
        let Some(member) = self.members.get(id).filter(|_| self.visibility.is_known(id)) else {
            return Total::default();
        };
        let client = RosterEntry { name: Some(WireStr::from(&*member.name)), id, codec: member.codec };
        self.outbound.send_state(link, session, &client, &member.rooms, most)
    }

    fn tell_changed(&mut self, link: LinkId, to: ClientId, changed: &[(ClientId, bool)]) {
        let session = self.settings.session;
        let mut total = Total::default();
        let others = || changed.iter().copied().filter(|(id, _)| *id != to);
        // A player that has returned under another id exists twice until the former id is removed.
        for (id, is_new) in others() {
            if is_new || !self.members.contains(id) {
                self.send(link, Delivery::Reliable, &RemoveClient { session, id }.into());
            }
        }
        for (id, _) in others() {
            let sent = self.send_state_of(id, link);
            total.add(sent.packets, sent.bytes);
        }
        self.outbound.count_states(self.now, to, total);
    }

    fn copied_client(&self, id: ClientId) -> Option<CopiedClient> {
        let member = self.members.get(id)?;
        let link = self.outbound.link_of(id);
        Some(CopiedClient {
            place: KeptPlace {
                id,
                name: member.name.clone(),
                codec: member.codec,
                rooms: member.rooms.names().map(Box::from).collect(),
                secret: self.reservations.secret_of(id),
                is_unannounced: self.visibility.is_unannounced(id),
                access: self.access_since(id, self.now),
            },
            capabilities: link
                .and_then(|link| self.links.get(link))
                .map_or_else(|| self.capabilities_kept_of(id), |record| record.capabilities),
            position: self.position_of(id),
            link,
        })
    }

    /// The last reported capabilities of both sides of a client's link.
    fn capabilities_kept_of(&self, id: ClientId) -> Capabilities {
        self.kept_capabilities.get(&id).copied().unwrap_or(Capabilities::NONE)
    }

    fn apply_client(&mut self, client: &CopiedClient, link: Option<CopiedLink>) {
        let KeptPlace { id, name, codec, rooms, secret, is_unannounced, access } = &client.place;
        let (link, node) = match link {
            Some(CopiedLink::Here(link)) => (Some(link), None),
            Some(CopiedLink::Elsewhere(node)) => (Some(node), Some(node)),
            None => (None, None),
        };
        let is_same =
            self.members.get(*id).is_some_and(|member| member.name == *name && member.codec == *codec);
        if !is_same {
            self.remove_copied(*id);
            let key = NameKey::of(name);
            self.members.insert(*id, name.clone(), key, *codec, link.unwrap_or(NO_LINK));
        }
        let access = self.access_from_now(access);
        self.policy.grant(*id, access);
        self.begin_restrictions(*id);
        self.recall_position(*id, client.position);
        self.apply_rooms(*id, rooms);
        if let Some(secret) = secret {
            self.reservations.set_secret(*id, *secret);
        }
        if *is_unannounced {
            self.visibility.note_unannounced(*id);
        } else {
            self.visibility.announce(*id);
        }
        self.kept_capabilities.insert(*id, client.capabilities);
        self.policy.proximity_mut().set_node(*id, node);
        match link {
            Some(link) if self.outbound.link_of(*id) != Some(link) => {
                self.outbound.insert(*id, link);
                self.members.set_link(*id, link);
            }
            Some(_) => {}
            None => drop(self.outbound.remove(*id)),
        }
    }

    fn apply_rooms(&mut self, id: ClientId, rooms: &[Box<str>]) {
        let Some(member) = self.members.get(id) else { return };
        let left: Vec<Box<str>> = member
            .rooms
            .names()
            .filter(|room| rooms.iter().all(|it| **it != **room))
            .map(Box::from)
            .collect();
        for room in left {
            if self.members.leave(id, &room) {
                let is_still_in_id = self.members.is_in_id(id, RoomId::of(&room));
                self.policy.leave(id, &room, is_still_in_id);
            }
        }
        for room in rooms {
            if self.members.enter(id, room) {
                self.statistics.room_collisions += u64::from(self.policy.enter(id, room));
            }
        }
    }

    /// Removes a client without announcing it: the session has told all clients.
    fn remove_copied(&mut self, id: ClientId) {
        let Some(mut member) = self.members.remove(id) else { return };
        if let Some(link) = self.outbound.link_of(id) {
            self.links.detach(link);
        }
        self.outbound.remove(id);
        self.voice_reports.remove(id);
        self.group_delivery().leave(id);
        self.reservations.forget(id);
        while let Some(room) = member.rooms.pop() {
            self.policy.leave(id, &room.name, false);
        }
        self.policy.forget(id);
        self.visibility.forget(id);
        self.kept_capabilities.remove(&id);
    }
}
