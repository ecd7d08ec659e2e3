//! Who may negotiate, and who makes room.

use std::time::Instant;

use consonance_transport::Peer;

use super::{Guest, GuestState, WebRtcHost};
use crate::peer::Role;
use crate::signalling::LinkId;

impl WebRtcHost {
    /// How many negotiate.
    pub fn negotiating(&self) -> usize {
        self.guests.values().filter(|guest| is_negotiating(guest)).count()
    }

    /// Somebody wants in.
    pub(super) fn open(&mut self, now: Instant, index: usize, link: LinkId) {
        let negotiating = self.negotiating();
        let is_full = self.guests.len() - negotiating >= self.settings.peers_max;
        let may_come = !is_full
            && !self.is_closing
            && (negotiating < self.settings.negotiating_max || self.make_room(now));
        let session = &mut self.sessions[index];
        if !may_come {
            self.counts.turned_away_full += u64::from(is_full);
            self.counts.turned_away_handshaking += u64::from(!is_full);
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

    /// Whoever has negotiated for longest goes, once it has had its time: a player who is there for real is soon done.
    /// False if nobody has.
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
