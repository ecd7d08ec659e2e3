//! The server's own packets: to one client, to everybody, and the answer to who is in another session.

use consonance_wire::{ErrorWrongSession, Packet, SessionId};

use super::Server;
use crate::link::{CloseReason, Delivery, LinkId};
use crate::time::Instant;

impl Server {
    /// Whoever is at a link's end may believe that it is in this session, since the network lost it and found it again
    /// behind its back: it is told to shake hands anew. Nothing happens if it has joined over this link.
    pub fn ask_to_join_anew(&mut self, now: Instant, link: LinkId) {
        self.move_on(now);
        self.ask_stranger_to_join(link);
    }

    pub(super) fn answer_wrong_session(&mut self, link: LinkId) {
        let answer = ErrorWrongSession { session: self.session };
        self.send(link, Delivery::Unreliable, &answer.into());
    }

    /// Whoever is at a link's end speaks as if it were in the session, and is not: without a word it would go on so. Who has
    /// asked and waits is to wait.
    pub(super) fn ask_stranger_to_join(&mut self, link: LinkId) {
        let is_stranger = self.links.get(&link).is_some_and(|record| record.client.is_none());
        if is_stranger && !self.settings.permissive && !self.gate.is_waiting(link) {
            self.tell_of_another_session(link);
        }
    }

    /// Has whoever is at a link's end shake hands anew, although the session is the one that it holds.
    pub(super) fn tell_of_another_session(&mut self, link: LinkId) {
        let another = SessionId(self.session.0.wrapping_add(1));
        self.send(link, Delivery::Unreliable, &ErrorWrongSession { session: another }.into());
    }

    /// Too much waits to be sent. Who loses something that it sent reliably has to start anew.
    pub(super) fn refuse_undrained(&mut self, link: LinkId, delivery: Delivery) {
        if delivery == Delivery::Reliable {
            self.close(link, CloseReason::Overloaded);
        }
    }

    pub(super) fn send(&mut self, to: LinkId, delivery: Delivery, packet: &Packet<'_>) {
        let mut buffer = [0; crate::MAX_PACKET_BYTES];
        self.send_bytes(to, delivery, written(packet, &mut buffer));
    }

    pub(super) fn send_bytes(&mut self, to: LinkId, delivery: Delivery, packet: &[u8]) {
        if let Some(record) = self.links.get_mut(&to) {
            record.sent.add(1, packet.len() as u64);
        }
        self.sent.count(self.now, packet, 1);
        self.outbox.push([to], delivery, packet);
    }

    pub(super) fn broadcast(&mut self, packet: &Packet<'_>) {
        let mut buffer = [0; crate::MAX_PACKET_BYTES];
        self.rebroadcast(written(packet, &mut buffer));
    }

    /// The received bytes to every client, the sender included.
    pub(super) fn rebroadcast(&mut self, packet: &[u8]) {
        let mut copies = 0;
        let links = self.table.iter().filter_map(|id| self.fan_out.send(id, 1, packet.len() as u64));
        self.outbox.push(links.inspect(|_| copies += 1), Delivery::Reliable, packet);
        self.sent.count(self.now, packet, copies);
    }
}

/// A packet of the server's own.
fn written<'a>(packet: &Packet<'_>, buffer: &'a mut [u8; crate::MAX_PACKET_BYTES]) -> &'a [u8] {
    let written = packet.write(buffer);
    debug_assert!(
        written.is_ok(),
        "the limits keep our own packets within {} bytes",
        crate::MAX_PACKET_BYTES
    );
    &buffer[..written.unwrap_or(0)]
}
