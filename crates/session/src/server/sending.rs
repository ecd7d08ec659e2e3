//! The server's own packets: to one client, to everybody, and the answer to who is in another session.

use consonance_wire::{ErrorWrongSession, Packet};

use super::Server;
use crate::link::{Delivery, LinkId};

impl Server {
    pub(super) fn answer_wrong_session(&mut self, link: LinkId) {
        let answer = ErrorWrongSession { session: self.session };
        self.send(link, Delivery::Unreliable, &answer.into());
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
