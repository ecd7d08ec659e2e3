//! Players as peers of the session.

use std::time::Instant;

use crate::{
    ClientNetwork, Delivery, DisconnectReason, MessageChannel, Peer, ServerLinkEvent, ServerNetwork,
};

use super::EnvelopeServer;
use super::admission::Goodbye;
use crate::gateway::{EnvelopeKind, VoiceClosed};

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind, C: ClientNetwork<MessageChannel>>
    EnvelopeServer<G, E, C>
{
    /// A player's voice packet is in the buffer.
    pub(super) fn hear(&mut self, now: Instant, peer: Peer, delivery: Delivery) {
        if let Some(voice) = self.open_voice(now, peer) {
            self.statistics.received.count(delivery, 1, self.bytes.len());
            self.events.push_back(ServerLinkEvent::Packet { peer: voice, channel: delivery });
        } else if let Some(upstreams) = &mut self.upstreams {
            upstreams.count_unwanted_voice();
        }
    }

    /// The player's peer in the session; introduces the player if the session does not know it and may.
    pub(super) fn open_voice(&mut self, now: Instant, peer: Peer) -> Option<Peer> {
        let player = self.players.get_mut(&peer)?;
        if let Some(voice) = player.voice() {
            return Some(voice);
        }
        if !player.may_open_voice(now) {
            return None;
        }
        let voice = self.voices.open(peer);
        player.open_voice(voice);
        let session = player.session().unwrap_or(&self.settings.session).to_owned();
        self.events.push_back(ServerLinkEvent::Connected {
            peer: voice,
            session,
            remote: player.remote().clone(),
        });
        Some(voice)
    }

    /// The session closes a player's voice.
    pub(super) fn close_voice(&mut self, now: Instant, voice: Peer, goodbye: Goodbye<'_>) {
        self.newcomer.take_if(|newcomer| *newcomer == voice);
        let Some(peer) = self.voices.client_of(voice) else { return };
        let player = self.players.get_mut(&peer).filter(|player| player.voice() == Some(voice));
        let Some(player) = player else { return };
        self.events.retain(|event| !matches!(event, ServerLinkEvent::Packet { peer, .. } if *peer == voice));
        match self.settings.voice_closed {
            VoiceClosed::GameGoesOn { again_after } => {
                player.close_voice(now + again_after);
                self.forget_voice(voice, DisconnectReason::ClosedByUs);
                self.admit(now, peer);
            }
            VoiceClosed::GameEnds => {
                player.end_voice();
                self.end(now, peer, goodbye);
            }
        }
    }

    /// The session learns that a peer is gone.
    pub(super) fn forget_voice(&mut self, voice: Peer, reason: DisconnectReason) {
        self.voices.close(voice);
        self.events.push_back(ServerLinkEvent::Disconnected { peer: voice, reason });
    }
}
