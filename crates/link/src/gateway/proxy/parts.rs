//! Routing of the parts that envelopes have found in messages.

use std::time::Instant;

use crate::{ClientNetwork, DisconnectReason, MessageChannel, Peer, ServerNetwork};

use super::Proxy;
use super::player::{UpstreamLeg, Voice};
use super::poll_order::Timer;
use crate::gateway::{EnvelopeEnd as _, EnvelopeKind, MessagePart};

impl<G: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>, E: EnvelopeKind> Proxy<G, C, E> {
    /// Completes a call of a player's envelope: updates its timer and ends the connection after a violation. The
    /// [parts](Self::route_part) remain to be routed.
    pub(super) fn settle(&mut self, now: Instant, peer: Peer) {
        self.parts_of = peer;
        let Some(player) = self.players.get_mut(&peer) else { return };
        self.timers.set((peer, Timer::Envelope), player.envelope.poll_timeout());
        if let Some(violation) = self.parts.take_violation() {
            self.protocol_violations += 1;
            let voice = std::mem::replace(&mut player.voice, Voice::Silent);
            self.end(now, peer, violation);
            if let Voice::Open(voice) = voice {
                let violation = violation.to_owned();
                self.forget_voice(voice, DisconnectReason::ProtocolViolated { violation });
            }
        }
    }

    /// Sends the next part of the last message to its destination; false if there is none.
    pub(super) fn route_part(&mut self, now: Instant) -> bool {
        let peer = self.parts_of;
        let Some(part) = self.parts.take(&mut self.bytes) else { return false };
        match part {
            MessagePart::ToClient(channel) => self.clients.send(now, &[peer], channel, &self.bytes),
            MessagePart::ToGame(channel) => {
                let Some(player) = self.players.get_mut(&peer) else { return true };
                if let UpstreamLeg::Up(upstream) = &mut player.upstream {
                    self.game.to_server.count(self.clients.delivery_of(channel), 1, self.bytes.len());
                    upstream.send(now, channel, &self.bytes);
                    self.mark_ready(peer);
                }
            }
            MessagePart::Voice(delivery) => self.hear(now, peer, delivery),
        }
        true
    }
}
