//! Events on the connections from clients.

use std::time::Instant;

use crate::{ClientNetwork, DisconnectReason, MessageChannel, Peer, Remote, ServerLinkEvent, ServerNetwork};

use super::player::{ClientLeg, Player, UpstreamLeg, Voice};
use super::poll_order::Timer;
use super::{Proxy, watching};
use crate::gateway::{Envelope as _, EnvelopeKind};

impl<G: ServerNetwork<MessageChannel>, C: ClientNetwork<MessageChannel>, E: EnvelopeKind> Proxy<G, C, E> {
    /// Takes one event; false if there is none.
    pub(super) fn poll_clients(&mut self, now: Instant) -> bool {
        let Some(event) = self.clients.poll_event(now, &mut self.bytes) else { return false };
        match event {
            ServerLinkEvent::Connected { peer, remote, .. } => self.open(now, peer, remote),
            ServerLinkEvent::Packet { peer, channel } => {
                if let Some(player) = self.players.get_mut(&peer).filter(|player| player.is_up()) {
                    player.envelope.handle_from_client(now, channel, &self.bytes, &mut self.parts);
                }
                self.settle(now, peer);
            }
            ServerLinkEvent::Disconnected { peer, reason } => self.client_is_gone(now, peer, reason),
        }
        true
    }

    /// Asks the game's server for a newcomer, whose greeting is in the buffer.
    fn open(&mut self, now: Instant, peer: Peer, remote: Remote) {
        let upstream = remote.socket().and_then(|address| (self.open_upstream)(address).ok());
        let Some(mut upstream) = upstream else {
            self.game.upstreams_failed += 1;
            return self.clients.disconnect(now, peer, NO_CONNECTION);
        };
        upstream.set_waker(self.wakers.waker(peer));
        upstream.set_greeting(&self.bytes);
        upstream.connect(now);
        let player = Player {
            remote,
            client: ClientLeg::Waiting { greeting: Vec::new() },
            upstream: UpstreamLeg::Connecting(upstream),
            envelope: self.envelope_kind.open(now),
            voice: Voice::Silent,
            is_ready: false,
        };
        self.players.insert(peer, player);
        if self.watch_upstream(peer) {
            self.timers.set((peer, Timer::Deadline), now + self.settings.upstream_timeout);
            self.mark_ready(peer);
        } else {
            self.game.upstreams_failed += 1;
            self.end(now, peer, NO_CONNECTION);
        }
    }

    /// Admits a client whose connection to the game's server is up.
    pub(super) fn admit(&mut self, now: Instant, peer: Peer) {
        let Some(player) = self.players.get_mut(&peer) else { return };
        if let (ClientLeg::Waiting { greeting }, UpstreamLeg::Up(_)) = (&player.client, &player.upstream) {
            self.clients.accept(now, peer, greeting);
            // A player of the game must not be displaced as a newcomer, whether it speaks or not.
            self.clients.set_joined(now, peer, true);
            player.client = ClientLeg::Up;
            player.envelope.handle_connected(now, &mut self.parts);
            self.settle(now, peer);
        }
    }

    fn client_is_gone(&mut self, now: Instant, peer: Peer, reason: DisconnectReason) {
        let Some(player) = self.players.get_mut(&peer) else { return };
        player.client = ClientLeg::Gone;
        if let Some(upstream) = player.upstream.begin_to_end() {
            upstream.disconnect(now);
        }
        let voice = std::mem::replace(&mut player.voice, Voice::Silent);
        self.mark_ready(peer);
        if let Voice::Open(voice) | Voice::Ending(voice) = voice {
            self.forget_voice(voice, reason);
        }
        self.forget_if_gone(peer);
    }

    /// Ends both connections of a player in order. Its voice ends when the client is gone.
    pub(super) fn end(&mut self, now: Instant, peer: Peer, words: &str) {
        let Some(player) = self.players.get_mut(&peer) else { return };
        if let Some(upstream) = player.upstream.begin_to_end() {
            upstream.disconnect(now);
        }
        if matches!(player.client, ClientLeg::Waiting { .. } | ClientLeg::Up) {
            player.client = ClientLeg::Ending;
            self.clients.disconnect(now, peer, words);
        }
        self.mark_ready(peer);
    }

    /// Forgets a player without connections.
    pub(super) fn forget_if_gone(&mut self, peer: Peer) {
        if !self.players.get(&peer).is_some_and(Player::is_gone) {
            return;
        }
        for timer in [Timer::Upstream, Timer::Envelope, Timer::Deadline] {
            self.timers.clear((peer, timer));
        }
        watching::forget(&mut self.readiness, peer);
        self.players.remove(&peer);
    }
}

/// The refusal of a client for which not even a socket to the game's server can be opened.
const NO_CONNECTION: &str = "no connection to the game's server can be made";
