//! The proxy's side towards the session: players whose voice was received, and voice packets put into messages.

use std::time::Instant;

use crate::{ClientNetwork, Delivery, DisconnectReason, MessageChannel, Peer, ServerNetwork};

use super::player::{UpstreamLeg, Voice};
use super::{Happening, Proxy};
use crate::gateway::EnvelopeKind;
use crate::gateway::wrapping::wrap_for_client;

impl<G: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>, E: EnvelopeKind> Proxy<G, C, E> {
    /// A player's voice packet is in the buffer.
    pub(super) fn hear(&mut self, now: Instant, peer: Peer, delivery: Delivery) {
        match self.open_voice(now, peer) {
            Some(voice) => {
                self.voice.received.count(delivery, 1, self.bytes.len());
                self.happenings.push_back(Happening::Packet(voice, delivery));
            }
            None => self.game.voice_unwanted += 1,
        }
    }

    /// The player's peer in the session; introduces the player if the session does not know it and may.
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
            self.admit(now, peer);
        }
    }

    pub(super) fn send_voice(&mut self, now: Instant, voice: Peer, delivery: Delivery, packet: &[u8]) {
        let peer = self.voices.get(&voice).copied();
        let player = peer.and_then(|peer| self.players.get_mut(&peer));
        let player = player.filter(|player| player.is_up() && player.voice == Voice::Open(voice));
        let is_wrapped = peer.zip(player).is_some_and(|(peer, player)| {
            let (envelope, clients) = (&mut player.envelope, &mut self.clients);
            wrap_for_client(envelope, now, (delivery, packet), &mut self.message, |channel, message| {
                clients.send(now, &[peer], channel, message);
            })
        });
        if is_wrapped {
            self.voice.sent.count(delivery, 1, packet.len());
        } else {
            self.voice.dropped.not_connected += 1;
        }
    }
}
