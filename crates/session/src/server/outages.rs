//! Outages: the way to several clients at once is silent, such as that to a game's server which carries their packets.
//!
//! Each of those clients is still here: it keeps its id, its rooms and what it may do. The others are told that it
//! left, and when the way works again, of its state, as of a newcomer's. The clients of one outage are not told of
//! each other, since each is still what it was for the others.

use alloc::vec::Vec;

use consonance_wire::{ClientId, RemoveClient, RosterEntry, WireStr};

use super::Server;
use super::sending::Audience;
use super::visibility::Outage;
use crate::link::LinkId;
use crate::packet_limits::write_state;
use crate::time::Instant;

impl Server {
    /// The way to these links is silent. The other clients are told at once that the clients of these links left; the
    /// clients keep their places, and the links stay.
    ///
    /// Links that are not here, have no client, or are unreachable already, are passed over. A permissive server does
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
            self.end_channels(id);
            let remove = RemoveClient { session: self.settings.session, id };
            self.send_to(Audience::Outside(outage), &remove.into());
        }
    }

    /// The way to these links works again: the other clients are told of the clients of these links.
    ///
    /// Links without a client, or with one that is reachable, are passed over.
    pub fn mark_reachable(&mut self, now: Instant, links: &[LinkId]) {
        self.advance(now);
        let clients = links.iter().filter_map(|link| self.links.client_of(*link).ok());
        let clients: Vec<(ClientId, Outage)> =
            clients.filter_map(|id| Some((id, self.visibility.outage_of(id)?))).collect();
        for &(id, outage) in &clients {
            // Of a newcomer without a state all are told when that comes.
            if !self.visibility.is_unannounced(id) {
                self.tell_state(id, Audience::Outside(outage));
            }
        }
        for (id, _) in clients {
            self.visibility.end_outage(id);
        }
    }

    /// How many clients are here that the others were told have left, because the way to them is silent.
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
