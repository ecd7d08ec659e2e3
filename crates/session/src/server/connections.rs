//! The connections of a session, and everything that goes out over them.
//!
//! This part knows the links, the clients behind them, and the packets and commands that wait for the driver. What it
//! sends, and to whom, is decided elsewhere.

use consonance_wire::{Capabilities, ClientId, Packet};

use super::fault::Fault;
use super::links::{LinkRecord, Links};
use super::outbound::Outbound;
use crate::limits::Limits;
use crate::link::{CloseReason, Delivery, LinkCommand, LinkId, PeerOrigin};
use crate::queue::EventQueue;
use crate::time::Instant;
use crate::traffic::PacketTraffic;

/// Every link, what waits to be sent, and the traffic so far.
#[derive(Debug)]
pub(super) struct Connections {
    links: Links,
    outbound: Outbound,
    commands: EventQueue<LinkCommand>,
    received: PacketTraffic,
}

impl Connections {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            links: Links::default(),
            outbound: Outbound::new(),
            commands: EventQueue::new(commands_max(limits)),
            received: PacketTraffic::new(),
        }
    }

    /// Every link that is up.
    #[inline]
    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    #[inline]
    pub(super) fn links_mut(&mut self) -> &mut Links {
        &mut self.links
    }

    /// What is sent, and the links over which clients are reached.
    #[inline]
    pub(super) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    #[inline]
    pub(super) fn outbound_mut(&mut self) -> &mut Outbound {
        &mut self.outbound
    }

    /// The received traffic by type of packet, accepted or not.
    pub(super) fn received(&self) -> &PacketTraffic {
        &self.received
    }

    /// Counts a packet that came over a link, accepted or not; returns the link's record.
    #[inline]
    pub(super) fn receive(
        &mut self,
        now: Instant,
        link: LinkId,
        packet: &[u8],
    ) -> Result<&mut LinkRecord, Fault> {
        self.received.count(now, packet, 1);
        let record = self.links.get_mut(link)?;
        record.received.add(1, packet.len() as u64);
        Ok(record)
    }

    /// Sets the link over which a client is reached; returns the link to the node where it ends, if that is another.
    pub(super) fn reach_over(&mut self, id: ClientId, link: LinkId) -> Option<LinkId> {
        self.outbound.insert(id, link);
        self.links.node_of(link)
    }

    /// The link over which a client is reached.
    pub(super) fn link_of(&self, id: ClientId) -> Option<LinkId> {
        self.outbound.link_of(id)
    }

    /// Whether a client has a link, and both sides of it have this capability.
    pub(super) fn client_can(&self, id: ClientId, capability: Capabilities) -> bool {
        self.link_of(id).is_some_and(|link| self.links.can(link, capability))
    }

    /// Queues a packet of the server's own.
    pub(super) fn send(&mut self, now: Instant, to: LinkId, delivery: Delivery, packet: &Packet<'_>) {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        self.send_bytes(now, to, delivery, written(packet, &mut buffer));
    }

    /// Queues these bytes.
    pub(super) fn send_bytes(&mut self, now: Instant, to: LinkId, delivery: Delivery, packet: &[u8]) {
        self.links.count_sent(to, packet.len());
        self.outbound.send(now, to, delivery, packet);
    }

    /// Sends a client a packet that has to arrive, if both sides of its link have this capability. False if they do
    /// not, or the client has no link.
    pub(super) fn send_if_able(
        &mut self,
        now: Instant,
        id: ClientId,
        capability: Capabilities,
        packet: &[u8],
    ) -> bool {
        let link = self.link_of(id).filter(|link| self.links.can(*link, capability));
        link.map(|link| self.send_bytes(now, link, Delivery::Reliable, packet)).is_some()
    }

    /// Has the driver close a link, whose peer is told the reason if it reads that.
    pub(super) fn close(&mut self, link: LinkId, reason: CloseReason) {
        let reads_notice = self.links.can(link, Capabilities::END_REASONS);
        self.commands.push(LinkCommand::Close { link, reason, reads_notice });
    }

    /// The same for a link that is not one of these, or not any more.
    pub(super) fn close_unknown(&mut self, link: LinkId, reason: CloseReason) {
        self.commands.push(LinkCommand::close(link, reason));
    }

    /// Closes and forgets every link.
    pub(super) fn close_all(&mut self, reason: &CloseReason) {
        for (link, _) in self.links.iter() {
            let reads_notice = self.links.can(link, Capabilities::END_REASONS);
            self.commands.push(LinkCommand::Close { link, reason: reason.clone(), reads_notice });
        }
        self.links = Links::default();
    }

    /// The next command for the driver.
    pub(super) fn pop_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop()
    }

    /// The number of commands that were dropped because they were not polled in time.
    pub(super) fn commands_dropped(&self) -> u64 {
        self.commands.dropped()
    }

    /// Applies other limits.
    pub(super) fn set_limits(&mut self, limits: &Limits) {
        self.commands.set_limit(commands_max(limits));
    }

    /// Continues counting from the traffic of a session that is over; returns its links.
    pub(super) fn count_on_from(
        &mut self,
        before: Self,
    ) -> impl Iterator<Item = (LinkId, Option<PeerOrigin>)> + use<> {
        self.received = before.received;
        self.outbound.count_on_from(before.outbound);
        before.links.into_records().map(|(link, record)| (link, record.origin))
    }
}

/// Every link may be closed at once.
fn commands_max(limits: &Limits) -> usize {
    limits.events.max(limits.links)
}

/// A packet of the server's own.
pub(super) fn written<'a>(packet: &Packet<'_>, buffer: &'a mut [u8; crate::PACKET_BYTES_MAX]) -> &'a [u8] {
    let written = packet.write(buffer);
    debug_assert!(
        written.is_ok(),
        "the limits keep our own packets within {} bytes",
        crate::PACKET_BYTES_MAX
    );
    &buffer[..written.unwrap_or(0)]
}

#[cfg(test)]
mod tests;
