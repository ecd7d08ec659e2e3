//! The way of a message: from a client or the game's server, through the envelope, to where its parts belong.

use std::time::Instant;

use crate::{
    ClientNetwork, Delivery, DisconnectReason, MessageChannel, Peer, ServerLinkEvent, ServerNetwork,
};

use super::EnvelopeServer;
use super::player::Player;
use crate::gateway::upstream::{UpstreamEvent, Upstreams};
use crate::gateway::{Envelope as _, EnvelopeEnd as _, EnvelopeKind, MessagePart, MessageParts};

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind, C: ClientNetwork<MessageChannel>>
    EnvelopeServer<G, E, C>
{
    /// Handles one event: of an envelope whose time has come, a client or the game's server. False if there is
    /// nothing more, or enough for now.
    pub(super) fn step(&mut self, now: Instant) -> bool {
        if let Some(peer) = self.timers.pop(now) {
            self.with_envelope(now, peer, |envelope, _, parts| envelope.handle_timeout(now, parts));
            return true;
        }
        if let Some(peer) = self.upstreams.as_mut().and_then(|upstreams| upstreams.give_up(now)) {
            self.upstream_ended(now, peer, DisconnectReason::TimedOut);
            return true;
        }
        let may_poll_clients = self.upstreams.as_mut().is_none_or(Upstreams::take_client_share);
        (may_poll_clients && self.poll_clients(now)) || self.poll_upstreams(now)
    }

    fn poll_clients(&mut self, now: Instant) -> bool {
        let Some(event) = self.network.poll_event(now, &mut self.bytes) else { return false };
        match event {
            ServerLinkEvent::Connected { peer, remote, .. } => self.client_connected(now, peer, remote),
            ServerLinkEvent::Packet { peer, channel } => {
                self.with_envelope(now, peer, |envelope, message, parts| {
                    envelope.handle_from_client(now, channel, message, parts);
                });
            }
            ServerLinkEvent::Disconnected { peer, reason } => self.client_gone(now, peer, reason),
        }
        true
    }

    fn poll_upstreams(&mut self, now: Instant) -> bool {
        let Some(upstreams) = &mut self.upstreams else { return false };
        let Some((peer, event)) = upstreams.poll_event(now, &mut self.bytes) else {
            self.network.flush(now);
            return false;
        };
        match event {
            UpstreamEvent::Admitted => {
                let greeting = self.bytes.clone();
                self.game_admits(now, peer, greeting);
            }
            UpstreamEvent::Message(channel) => {
                upstreams.count_from_server(self.network.delivery_of(channel), self.bytes.len());
                self.with_envelope(now, peer, |envelope, message, parts| {
                    envelope.handle_from_game(now, channel, message, parts);
                });
            }
            UpstreamEvent::Ended(reason) => self.upstream_ended(now, peer, reason),
        }
        true
    }

    /// Calls the envelope of a client with the message at hand, unless the client is not up. The
    /// [parts](Self::route_part) remain to be routed.
    pub(super) fn with_envelope(
        &mut self,
        now: Instant,
        peer: Peer,
        call: impl FnOnce(&mut E::Envelope, &[u8], &mut MessageParts),
    ) {
        let Some(envelope) = self.players.get_mut(&peer).and_then(Player::envelope) else { return };
        call(envelope, &self.bytes, &mut self.parts);
        self.parts_of = peer;
        self.timers.set(peer, envelope.poll_timeout());
        if let Some(violation) = self.parts.take_violation() {
            self.handle_violation(now, peer, violation);
        }
    }

    /// Sends the next part of the last message to its destination; false if there is none.
    pub(super) fn route_part(&mut self, now: Instant) -> bool {
        let peer = self.parts_of;
        let Some(part) = self.parts.take(&mut self.bytes) else { return false };
        match part {
            MessagePart::ToClient(channel) => self.network.send(now, &[peer], channel, &self.bytes),
            MessagePart::ToGame(channel) => {
                if let Some(upstreams) = &mut self.upstreams {
                    let delivery = self.network.delivery_of(channel);
                    upstreams.send(now, peer, (channel, delivery), &self.bytes);
                }
            }
            MessagePart::Voice(delivery) => self.hear(now, peer, delivery),
        }
        true
    }

    /// A voice packet of the session becomes one message to its player, or several. Returns false if the player cannot
    /// have it.
    pub(super) fn send_voice(
        &mut self,
        now: Instant,
        voice: Peer,
        delivery: Delivery,
        packet: &[u8],
    ) -> bool {
        let Self { voices, players, network, message, .. } = self;
        let Some(peer) = voices.client_of(voice) else { return false };
        let player = players.get_mut(&peer).filter(|player| player.voice() == Some(voice));
        let Some(envelope) = player.and_then(Player::envelope) else { return false };
        message.clear();
        if let Some(channel) = envelope.wrap(now, delivery, packet, message) {
            network.send(now, &[peer], channel, message);
            return true;
        }
        let mut messages = MessageParts::default();
        let is_wrapped = envelope.wrap_in_parts(now, delivery, packet, &mut messages);
        while let Some((part, bytes)) = messages.pop() {
            if let MessagePart::ToClient(channel) = part {
                network.send(now, &[peer], channel, bytes);
            }
        }
        is_wrapped
    }
}
