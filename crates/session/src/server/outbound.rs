//! Outgoing traffic of the server: packets of its own, which wait to be polled for, and frames, which go at once to a
//! list of links. It stores the link over which each client is reached, and counts the traffic sent to it.

mod fan_out;

use alloc::vec::Vec;

use consonance_wire::{
    ClientId, ClientState, MessageType, Packet, RosterEntry, SessionId, WriteError, Writer,
};

use crate::link::{Delivery, LinkId};
use crate::outbox::{Outbox, Transmit};
use crate::packet_limits::write_state;
use crate::room_list::RoomList;
use crate::time::Instant;
use crate::traffic::{PacketTraffic, Total};

use fan_out::FanOut;

/// The outgoing side of the server, for packets of every kind.
#[derive(Debug)]
pub(super) struct Outbound {
    fan_out: FanOut,
    outbox: Outbox,
    sent: PacketTraffic,
    /// A packet was passed on that [`frame`](Self::frame) did not return.
    did_relay: bool,
}

impl Outbound {
    pub(super) fn new() -> Self {
        Self {
            fan_out: FanOut::default(),
            outbox: Outbox::default(),
            sent: PacketTraffic::new(),
            did_relay: false,
        }
    }

    /// Continues counting from the traffic of another one.
    pub(super) fn count_on_from(&mut self, before: Self) {
        self.sent = before.sent;
    }

    /// Sets the link over which a client is reached; its traffic is counted from zero.
    pub(super) fn insert(&mut self, id: ClientId, link: LinkId) {
        self.fan_out.insert(id, link);
    }

    /// Removes a client that is no longer reached; returns the traffic sent to it.
    pub(super) fn remove(&mut self, id: ClientId) -> Total {
        let sent = self.fan_out.sent(id);
        self.fan_out.remove(id);
        sent
    }

    /// The link over which a client is reached.
    #[inline]
    pub(super) fn link_of(&self, id: ClientId) -> Option<LinkId> {
        self.fan_out.link(id)
    }

    /// The traffic sent to a client over its present link.
    pub(super) fn sent_to(&self, id: ClientId) -> Total {
        self.fan_out.sent(id)
    }

    /// The traffic that was sent, or waits to be polled for, by type of packet.
    pub(super) fn sent(&self) -> &PacketTraffic {
        &self.sent
    }

    /// Queues a packet for one link.
    pub(super) fn send(&mut self, now: Instant, link: LinkId, delivery: Delivery, packet: &[u8]) {
        self.sent.count(now, packet, 1);
        self.outbox.push([link], delivery, packet);
    }

    /// Queues a reliable packet for those of these clients that are reached.
    pub(super) fn send_to_all(&mut self, now: Instant, ids: impl Iterator<Item = ClientId>, packet: &[u8]) {
        let mut copies = 0;
        let links = ids.filter_map(|id| self.fan_out.send(id, 1, packet.len() as u64));
        self.outbox.push(links.inspect(|_| copies += 1), Delivery::Reliable, packet);
        self.sent.count(now, packet, copies);
    }

    /// Queues the state of a client for one link, in packets of at most `most` bytes. The returned total has to be
    /// [counted](Self::count_states).
    pub(super) fn send_state(
        &mut self,
        link: LinkId,
        session: SessionId,
        client: &RosterEntry<'_>,
        rooms: &RoomList,
        most: usize,
    ) -> Total {
        let mut total = Total::default();
        let written = self.outbox.push_written([link], Delivery::Reliable, most, |out| {
            let mut writer = Writer::new(out);
            ClientState::write_with_rooms(&mut writer, session, client, rooms.names())?;
            total.add(1, writer.len() as u64);
            Ok::<_, WriteError>(writer.len())
        });
        if written.is_err() {
            let rooms: Vec<&str> = rooms.names().collect();
            write_state(session, client, &rooms, most, |packet| {
                self.outbox.push([link], Delivery::Reliable, packet);
                total.add(1, packet.len() as u64);
            });
        }
        total
    }

    /// Counts [states](Self::send_state) for the client that they were sent to.
    pub(super) fn count_states(&mut self, now: Instant, to: ClientId, total: Total) {
        self.sent.count_all(now, MessageType::ClientState, total);
        self.fan_out.send(to, total.packets, total.bytes);
    }

    /// The memory of the waiting packets, in bytes.
    #[inline]
    pub(super) fn waiting_bytes(&self) -> usize {
        self.outbox.waiting_bytes()
    }

    /// The next waiting packet.
    pub(super) fn pop(&mut self) -> Option<Transmit<'_>> {
        self.outbox.pop()
    }

    /// Starts the list of links of a frame, without these clients.
    #[inline]
    pub(super) fn begin_frame(&mut self, without: &[ClientId]) {
        self.fan_out.begin();
        for id in without {
            self.fan_out.leave_out(*id);
        }
    }

    /// Excludes this client from the list, too.
    #[inline]
    pub(super) fn leave_out(&mut self, id: ClientId) {
        self.fan_out.leave_out(id);
    }

    /// Adds those of these clients that are reached, and counts this many bytes for each; each once, unless
    /// `repeated`.
    #[inline]
    pub(super) fn add(&mut self, ids: impl ExactSizeIterator<Item = ClientId>, bytes: usize, repeated: bool) {
        self.fan_out.add(ids, bytes, repeated);
    }

    /// Adds the link to another node, for clients there.
    pub(super) fn add_node(&mut self, node: LinkId) {
        self.fan_out.add_link(node);
    }

    /// Completes the list: the frame counts as sent.
    #[inline]
    pub(super) fn end_frame(&mut self, now: Instant, packet: &[u8]) {
        self.sent.count(now, packet, self.fan_out.links().len());
    }

    /// The frame whose list is complete; `None` if no client gets it.
    #[inline]
    pub(super) fn frame<'a>(&'a mut self, payload: &'a [u8]) -> Option<Transmit<'a>> {
        if self.fan_out.links().is_empty() {
            self.did_relay |= is_always_sent(payload);
            return None;
        }
        Some(Transmit { to: self.fan_out.links(), delivery: Delivery::Unreliable, payload })
    }

    /// Queues the frame whose list is complete, behind earlier packets to the same links.
    pub(super) fn queue_frame(&mut self, payload: &[u8]) {
        self.outbox.push(self.fan_out.links().iter().copied(), Delivery::Reliable, payload);
        self.did_relay |= !self.fan_out.links().is_empty() || is_always_sent(payload);
    }

    /// Whether a packet was passed on since the last call without being returned by [`frame`](Self::frame).
    pub(super) fn take_did_relay(&mut self) -> bool {
        core::mem::take(&mut self.did_relay)
    }
}

/// Whether this is voice for the server's own recorders and taps, with or without listeners.
#[cold]
fn is_always_sent(packet: &[u8]) -> bool {
    let Ok(Packet::VoiceData(voice)) = Packet::parse(packet) else { return false };
    voice.channels.iter().any(|channel| channel.is_always_sent())
}

#[cfg(test)]
mod tests;
