//! What the session has to do with: voice taken out of messages, voice put into messages.

use std::time::Instant;

use consonance_transport::{Delivery, DisconnectReason, Peer};

use super::player::{UpstreamLeg, Voice};
use super::turn::Timer;
use super::{Happening, Splice};
use crate::wrapping::wrap_for_client;
use crate::{EnvelopeEnd as _, EnvelopeKind, GameNetworkClient, GameNetworkServer, MessagePart};

impl<G: GameNetworkServer, C: GameNetworkClient, E: EnvelopeKind> Splice<G, C, E> {
    /// An envelope was asked something: what follows for its player besides the [parts](Self::route_part).
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

    /// Sends the next part of what was taken apart last where it belongs; false if there is none.
    pub(super) fn route_part(&mut self, now: Instant) -> bool {
        let peer = self.parts_of;
        let Some((part, bytes)) = self.parts.pop() else { return false };
        match part {
            MessagePart::ToClient(channel) => self.clients.send(now, peer, channel, bytes),
            MessagePart::ToGame(channel) => {
                let Some(player) = self.players.get_mut(&peer) else { return true };
                if let UpstreamLeg::Up(upstream) = &mut player.upstream {
                    self.game.to_server.count(self.clients.delivery_of(channel), 1, bytes.len());
                    upstream.send(now, channel, bytes);
                    self.mark_ready(peer);
                }
            }
            MessagePart::Voice(delivery) => {
                self.packet.clear();
                self.packet.extend_from_slice(bytes);
                self.hear(now, peer, delivery);
            }
        }
        true
    }

    /// A voice packet of a player is in the buffer for packets.
    fn hear(&mut self, now: Instant, peer: Peer, delivery: Delivery) {
        match self.open_voice(now, peer) {
            Some(voice) => {
                self.voice.received.count(delivery, 1, self.packet.len());
                self.happenings.push_back(Happening::Packet(voice, delivery));
            }
            None => self.game.voice_unwanted += 1,
        }
    }

    /// The player as the session knows it; made known if it was not and may be.
    pub(super) fn open_voice(&mut self, now: Instant, peer: Peer) -> Option<Peer> {
        let player = self.players.get_mut(&peer)?;
        match player.voice {
            Voice::Open(voice) => return Some(voice),
            Voice::Silent => {}
            Voice::Closed { again_at } if again_at <= now => {}
            Voice::Closed { .. } | Voice::Ending(_) => return None,
        }
        if !matches!(player.upstream, UpstreamLeg::Up(_)) {
            return None;
        }
        self.last_voice = Peer(self.last_voice.0 + 1);
        player.voice = Voice::Open(self.last_voice);
        self.voices.insert(self.last_voice, peer);
        self.happenings.push_back(Happening::Connected(self.last_voice, player.remote.clone()));
        Some(self.last_voice)
    }

    /// The session learns that a peer is gone.
    pub(super) fn forget_voice(&mut self, voice: Peer, reason: DisconnectReason) {
        self.voices.remove(&voice);
        self.happenings.push_back(Happening::Disconnected(voice, reason));
    }

    pub(super) fn take_newcomer_in(&mut self, now: Instant) {
        if let Some(&peer) = self.newcomer.take().and_then(|voice| self.voices.get(&voice)) {
            self.take_in(now, peer);
        }
    }

    pub(super) fn send_voice(&mut self, now: Instant, voice: Peer, delivery: Delivery, packet: &[u8]) {
        let peer = self.voices.get(&voice).copied();
        let player = peer.and_then(|peer| self.players.get_mut(&peer));
        let player = player.filter(|player| player.is_up() && player.voice == Voice::Open(voice));
        let is_wrapped = peer.zip(player).is_some_and(|(peer, player)| {
            let (envelope, clients) = (&mut player.envelope, &mut self.clients);
            wrap_for_client(envelope, now, (delivery, packet), &mut self.message, |channel, message| {
                clients.send(now, peer, channel, message);
            })
        });
        if is_wrapped {
            self.voice.sent.count(delivery, 1, packet.len());
        } else {
            self.voice.dropped.not_connected += 1;
        }
    }
}
