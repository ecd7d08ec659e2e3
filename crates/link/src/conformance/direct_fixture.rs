//! Direct links on a fixture: making them, using them, and their reports.

use std::time::Instant;

use super::DirectNetwork;
use super::fixture::{Fixture, Saw, end, has_packet, packets};
use crate::{ClientNetwork as _, Delivery, DirectLinks, DisconnectReason, Peer};

/// One end of a direct link: its client, and the link's name there.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) client: usize,
    pub(super) peer: Peer,
}

impl<N: DirectNetwork> Fixture<N> {
    /// A fixture with two clients, connected to the server and to each other.
    pub(super) fn with_direct_link(network: &mut N) -> (Self, [End; 2]) {
        let mut fixture = Self::new(network);
        let [one, other] = [(); 2].map(|()| fixture.connect_client(network).0);
        let ends = fixture.connect_directly(network, one, other);
        (fixture, ends)
    }

    /// Connects two clients directly; both ends must report the link, and no other end may.
    pub(super) fn connect_directly(&mut self, network: &mut N, one: usize, other: usize) -> [End; 2] {
        let known = [one, other].map(|client| self.saw_directly(client).len());
        let (here, there) = self.two_clients(one, other);
        network.connect_directly(here, there);
        let mut ends = [(one, known[0]), (other, known[1])].into_iter();
        self.drive_until("both players report a direct link", |fixture| {
            ends.clone().all(|(client, known)| fixture.saw_directly(client).len() > known)
        });
        [(); 2].map(|()| {
            let (client, known) = ends.next().expect("there are two ends");
            let links = self.saw_directly(client);
            assert_eq!(links.len(), known + 1, "one link is reported once");
            let (&peer, _) = links.last_key_value().expect("names count up, so the new link is the last");
            End { client, peer }
        })
    }

    /// Sends over one direct link.
    pub(super) fn send_directly(&mut self, from: End, delivery: Delivery, packet: &[u8]) {
        self.send_to_many(from.client, &[from.peer], delivery, packet);
    }

    pub(super) fn send_to_many(&mut self, from: usize, to: &[Peer], delivery: Delivery, packet: &[u8]) {
        self.links_of(from).send_direct(Instant::now(), to, delivery, packet);
    }

    pub(super) fn disconnect_directly(&mut self, end: End) {
        self.links_of(end.client).disconnect_direct(Instant::now(), end.peer);
    }

    /// Everything that was reported about a direct link at one end.
    pub(super) fn end_saw(&self, end: End) -> &[Saw] {
        &self.saw_directly(end.client)[&end.peer]
    }

    /// All packets that one end received, in order.
    pub(super) fn packets_over(&self, end: End) -> Vec<&[u8]> {
        packets(self.end_saw(end))
    }

    pub(super) fn received(&self, end: End, delivery: Delivery, packet: &[u8]) -> bool {
        has_packet(self.end_saw(end), delivery, packet)
    }

    /// Why a direct link ended, as reported by one end.
    pub(super) fn end_of_direct(&self, direct: End) -> Option<DisconnectReason> {
        end(self.end_saw(direct))
    }

    pub(super) fn both_ended(&self, ends: [End; 2]) -> bool {
        ends.iter().all(|&end| self.end_of_direct(end).is_some())
    }

    fn links_of(&mut self, client: usize) -> &mut dyn DirectLinks {
        self.client(client).direct_links().expect("a network with direct links has them at every client")
    }
}
