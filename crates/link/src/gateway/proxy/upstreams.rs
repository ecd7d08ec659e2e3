//! Events on the connections to the game's server.

use std::time::Instant;

use crate::{ClientLinkEvent, ClientNetwork, DisconnectReason, MessageChannel, Peer, ServerNetwork};

use super::player::{ClientLeg, UpstreamLeg, Voice};
use super::poll_order::Timer;
use super::{Proxy, watching};
use crate::gateway::{Envelope as _, EnvelopeKind, VoiceStart};

impl<G: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>, E: EnvelopeKind> Proxy<G, C, E> {
    /// Takes one event of a player's upstream; false if there is none, after what was sent to it has left.
    pub(super) fn poll_upstream(&mut self, now: Instant, peer: Peer) -> bool {
        let Some(player) = self.players.get_mut(&peer) else { return false };
        let Some(upstream) = player.upstream.connection_mut() else { return false };
        let Some(event) = upstream.poll_event(now, &mut self.bytes) else {
            self.timers.set((peer, Timer::Upstream), upstream.wants_poll_at());
            return false;
        };
        match event {
            ClientLinkEvent::Connected => self.upstream_is_up(now, peer),
            ClientLinkEvent::Packet { channel } => {
                let delivery = self.clients.delivery_of(channel);
                if matches!(player.client, ClientLeg::Up) {
                    self.game.from_server.count(delivery, 1, self.bytes.len());
                    player.envelope.handle_from_game(now, channel, &self.bytes, &mut self.parts);
                }
                self.settle(now, peer);
            }
            ClientLinkEvent::Direct { .. } => {}
            ClientLinkEvent::Disconnected { reason } => self.upstream_is_gone(now, peer, reason),
        }
        true
    }

    /// Lets the driver wake for a player's upstream; false if the system does not let it.
    pub(super) fn watch_upstream(&mut self, peer: Peer) -> bool {
        let upstream = self.players.get_mut(&peer).and_then(|player| player.upstream.connection_mut());
        upstream.is_none_or(|upstream| watching::watch_upstream(&mut self.readiness, upstream, peer).is_ok())
    }

    /// The connection to the game's server has taken too long.
    pub(super) fn give_up(&mut self, now: Instant, peer: Peer) {
        self.game.upstreams_failed += 1;
        self.end(now, peer, &words_for_client(&DisconnectReason::TimedOut));
    }

    /// The game's server has admitted a player, with the greeting in the buffer.
    fn upstream_is_up(&mut self, now: Instant, peer: Peer) {
        let Some(player) = self.players.get_mut(&peer) else { return };
        let UpstreamLeg::Connecting(upstream) = std::mem::replace(&mut player.upstream, UpstreamLeg::Gone)
        else {
            return;
        };
        player.upstream = UpstreamLeg::Up(upstream);
        self.timers.clear((peer, Timer::Deadline));
        if let ClientLeg::Waiting { greeting } = &mut player.client {
            greeting.clone_from(&self.bytes);
        }
        if !self.watch_upstream(peer) {
            return self.end(now, peer, "no connection to the game's server can be kept");
        }
        match self.settings.voice_start {
            VoiceStart::WithFirstPacket => self.admit(now, peer),
            VoiceStart::AtOnce => {
                self.open_voice(now, peer);
            }
        }
    }

    fn upstream_is_gone(&mut self, now: Instant, peer: Peer, reason: DisconnectReason) {
        let Some(player) = self.players.get_mut(&peer) else { return };
        let upstream = std::mem::replace(&mut player.upstream, UpstreamLeg::Gone);
        match (&upstream, &reason) {
            (UpstreamLeg::Connecting(_), _) => self.game.upstreams_failed += 1,
            (UpstreamLeg::Up(_), DisconnectReason::Overloaded { .. }) => self.game.upstreams_too_slow += 1,
            (UpstreamLeg::Up(_), _) => self.game.upstreams_lost += 1,
            (UpstreamLeg::Ending(_) | UpstreamLeg::Gone, _) => {}
        }
        if matches!(player.client, ClientLeg::Waiting { .. } | ClientLeg::Up) {
            let voice = std::mem::replace(&mut player.voice, Voice::Silent);
            self.end(now, peer, &words_for_client(&reason));
            if let Voice::Open(voice) = voice {
                self.forget_voice(voice, reason);
            }
        }
        self.forget_if_gone(peer);
    }
}

/// The reason that a client is given when its connection to the game's server is gone.
fn words_for_client(reason: &DisconnectReason) -> String {
    match reason {
        DisconnectReason::ClosedByPeer { reason } | DisconnectReason::Refused { reason } => {
            reason.to_string()
        }
        DisconnectReason::TimedOut => "the game's server does not answer".to_owned(),
        DisconnectReason::Overloaded { .. } => "the game's server is too slow".to_owned(),
        DisconnectReason::Unreachable { .. } | DisconnectReason::CouldNotResolve { .. } => {
            "the game's server cannot be reached".to_owned()
        }
        DisconnectReason::ClosedByUs
        | DisconnectReason::ServerFull { .. }
        | DisconnectReason::CertificateNotTrusted { .. }
        | DisconnectReason::ProtocolViolated { .. } => {
            "the connection to the game's server is lost".to_owned()
        }
    }
}
