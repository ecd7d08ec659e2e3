//! Outages: several clients become unreachable at once, such as when the link to a game server that carries their
//! packets is down.
//!
//! Each of those clients is still here: it keeps its id, its rooms and its rights. The others are told that it left,
//! and after the outage they get its state, like a newcomer's. The clients of one outage are not told about each
//! other, since nothing has changed between them.

use alloc::vec::Vec;

use consonance_wire::{ClientId, RemoveClient, RosterEntry, WireStr};

use super::Server;
use super::sending::Audience;
use super::visibility::Outage;
use crate::link::LinkId;
use crate::packet_limits::write_state;
use crate::time::Instant;

impl Server {
    /// Marks these links as unreachable. The other clients are told at once that the clients of these links left; the
    /// clients keep their places, and the links stay.
    ///
    /// Links that are not here, have no client, or are unreachable already, are ignored. A permissive server does
    /// nothing, since it has clients without links.
    pub fn mark_unreachable(&mut self, now: Instant, links: &[LinkId]) {
        self.advance(now);
        if self.settings.permissive {
            return;
        }
        let clients = links.iter().filter_map(|link| self.links.client_of(*link).ok());
        let clients: Vec<ClientId> = clients.filter(|id| self.visibility.outage_of(*id).is_none()).collect();
        let outage = self.visibility.begin_outage(&clients);
        for &id in &clients {
            self.relay().end_channels(id);
            let remove = RemoveClient { session: self.settings.session, id };
            self.send_to(Audience::Outside(outage), &remove.into());
        }
    }

    /// Marks these links as reachable again: the other clients are told about their clients.
    ///
    /// Links without a client, or with one that is reachable, are ignored.
    pub fn mark_reachable(&mut self, now: Instant, links: &[LinkId]) {
        self.advance(now);
        let clients = links.iter().filter_map(|link| self.links.client_of(*link).ok());
        let clients: Vec<(ClientId, Outage)> =
            clients.filter_map(|id| Some((id, self.visibility.outage_of(id)?))).collect();
        for &(id, outage) in &clients {
            // A newcomer without a state is announced to all when its state arrives.
            if !self.visibility.is_unannounced(id) {
                self.tell_state(id, Audience::Outside(outage));
            }
        }
        for (id, _) in clients {
            self.visibility.end_outage(id);
        }
    }

    /// The number of clients that are here, but unreachable, so that the others were told they left.
    pub fn unreachable_clients(&self) -> usize {
        self.visibility.unreachable()
    }

    fn tell_state(&mut self, id: ClientId, to: Audience) {
        let (session, most) = (self.settings.session, self.settings.packets.reliable_bytes);
        let Some(member) = self.members.get(id) else { return };
        let (name, codec) = (member.name.clone(), member.codec);
        let rooms: Vec<alloc::boxed::Box<str>> = member.rooms.names().map(Into::into).collect();
        let rooms: Vec<&str> = rooms.iter().map(AsRef::as_ref).collect();
        let client = RosterEntry { name: Some(WireStr::from(&*name)), id, codec };
        write_state(session, &client, &rooms, most, |packet| self.pass_on(to, packet));
    }
}
