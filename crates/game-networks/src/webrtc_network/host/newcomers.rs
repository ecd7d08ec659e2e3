//! Admission of players: those that may negotiate and be connected, and those that make room.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use consonance_link::{DisconnectReason, Peer};

use super::{Guest, GuestState, WebRtcHost};
use crate::webrtc_network::peer::Role;
use crate::webrtc_network::signalling::SignalLinkId;

impl WebRtcHost {
    /// How many negotiate.
    pub fn negotiating(&self) -> usize {
        self.guests.values().filter(|guest| is_negotiating(guest)).count()
    }

    /// A player asks for a connection.
    pub(super) fn open(&mut self, now: Instant, index: usize, link: SignalLinkId) {
        // The player's address is known only once it is connected, and only then is it clear whether there is room
        // for it.
        let has_place = self.negotiating() < self.settings.handshakes_max || self.make_room(now);
        let session = &mut self.sessions[index];
        if self.is_closing || !has_place {
            self.counts.rejected_handshaking += 1;
            if let Some(client) = session.signalling.client() {
                client.drop_link(link);
            }
            return;
        }
        let towards_signalling = session.signalling.local_ip(&self.connections);
        let own = self.peers.own_addresses(&self.settings.announced, towards_signalling);
        let peer = self.peers.open(now, Role::Listener, own);
        session.links.insert(link, peer);
        let state = GuestState::Negotiating;
        self.guests.insert(peer, Guest { session: index, since: now, link: Some(link), state });
    }

    /// Whether there is room for a peer that is connected now; if not, it is forgotten.
    pub(super) fn takes_slot(&mut self, now: Instant, peer: Peer) -> bool {
        if !self.guests.contains_key(&peer) {
            return false;
        }
        let address = self.peers.remote(peer).map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |at| at.ip());
        let Ok(displaced) = self.slots.take(now, address, peer) else {
            self.counts.rejected_full += 1;
            // The player has not been told that it is connected, and the end of its signalling link tells it that it
            // will not be.
            self.drop_signalling_link(peer);
            self.guests.remove(&peer);
            self.peers.forget(peer);
            return false;
        };
        if let Some(displaced) = displaced {
            self.counts.made_room += 1;
            self.end(now, displaced, DisconnectReason::ClosedByUs);
        }
        true
    }

    /// The longest negotiation is given up, once it has had its time: a real player is soon done. False if none has.
    fn make_room(&mut self, now: Instant) -> bool {
        let undisturbed = self.settings.negotiation_undisturbed;
        let longest: Option<Peer> = self
            .guests
            .iter()
            .find(|(_, guest)| is_negotiating(guest))
            .filter(|(_, guest)| now.saturating_duration_since(guest.since) >= undisturbed)
            .map(|(&peer, _)| peer);
        if let Some(peer) = longest {
            self.drop_signalling_link(peer);
            self.guests.remove(&peer);
            self.peers.forget(peer);
            self.counts.failed_handshakes += 1;
        }
        longest.is_some()
    }
}

fn is_negotiating(guest: &Guest) -> bool {
    matches!(guest.state, GuestState::Negotiating)
}
