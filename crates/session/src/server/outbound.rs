//! What leaves the server: packets of its own, which wait to be polled for, and frames, which go at once to a list of
//! links. Here is known over which link each client is reached, and counted what it was sent.

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

/// The way out, for packets of every kind.
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

    /// Counts on from what another one has sent.
    pub(super) fn count_on_from(&mut self, before: Self) {
        self.sent = before.sent;
    }

    /// A client is reached over this link from now on; what it was sent is counted again.
    pub(super) fn insert(&mut self, id: ClientId, link: LinkId) {
        self.fan_out.insert(id, link);
    }

    /// A client is not reached any more. What it was sent until now.
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

    /// What a client was sent since it is reached over its present link.
    pub(super) fn sent_to(&self, id: ClientId) -> Total {
        self.fan_out.sent(id)
    }

    /// What went out, or waits to be polled for, by type of packet.
    pub(super) fn sent(&self) -> &PacketTraffic {
        &self.sent
    }

    /// Queues a packet for one link.
    pub(super) fn send(&mut self, now: Instant, link: LinkId, delivery: Delivery, packet: &[u8]) {
        self.sent.count(now, packet, 1);
        self.outbox.push([link], delivery, packet);
    }

    /// Queues a packet for those of these clients that are reached, as one that has to arrive.
    pub(super) fn send_to_all(&mut self, now: Instant, ids: impl Iterator<Item = ClientId>, packet: &[u8]) {
        let mut copies = 0;
        let links = ids.filter_map(|id| self.fan_out.send(id, 1, packet.len() as u64));
        self.outbox.push(links.inspect(|_| copies += 1), Delivery::Reliable, packet);
        self.sent.count(now, packet, copies);
    }

    /// Queues the state of a client for one link, in packets of at most `most` bytes. What that is has to be
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

    /// How much memory what waits takes, in bytes.
    #[inline]
    pub(super) fn waiting_bytes(&self) -> usize {
        self.outbox.waiting_bytes()
    }

    /// The next packet that waits.
    pub(super) fn pop(&mut self) -> Option<Transmit<'_>> {
        self.outbox.pop()
    }

    /// Starts the list of links of a frame, which has none of these clients.
    #[inline]
    pub(super) fn begin_frame(&mut self, without: &[ClientId]) {
        self.fan_out.begin();
        for id in without {
            self.fan_out.leave_out(*id);
        }
    }

    /// The list has this client neither.
    #[inline]
    pub(super) fn leave_out(&mut self, id: ClientId) {
        self.fan_out.leave_out(id);
    }

    /// Adds those of these clients that are reached, each of which is sent so many bytes; each once, unless it shall be
    /// `repeated`.
    #[inline]
    pub(super) fn add(&mut self, ids: impl ExactSizeIterator<Item = ClientId>, bytes: usize, repeated: bool) {
        self.fan_out.add(ids, bytes, repeated);
    }

    /// Adds what leads to another node, for clients there.
    pub(super) fn add_node(&mut self, node: LinkId) {
        self.fan_out.add_link(node);
    }

    /// The list is complete: the frame counts as sent.
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

    /// Queues the frame whose list is complete, behind what the same links were told before.
    pub(super) fn queue_frame(&mut self, payload: &[u8]) {
        self.outbox.push(self.fan_out.links().iter().copied(), Delivery::Reliable, payload);
        self.did_relay |= !self.fan_out.links().is_empty() || is_always_sent(payload);
    }

    /// Whether a packet was passed on since the last call that [`frame`](Self::frame) did not return.
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
