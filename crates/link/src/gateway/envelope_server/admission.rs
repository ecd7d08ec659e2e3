//! Arrival and departure of clients.

use std::time::Instant;

use crate::{ClientNetwork, DisconnectReason, EndReason, MessageChannel, Peer, Remote, ServerNetwork};

use super::EnvelopeServer;
use super::player::Player;
use crate::gateway::{Envelope as _, EnvelopeKind, MessagePart, VoiceStart};

/// What a client learns when its connection ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Goodbye<'r> {
    /// Words for people.
    Words(&'r str),
    /// A reason with its code, where the network carries codes.
    Reason(&'r EndReason),
}

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind, C: ClientNetwork<MessageChannel>>
    EnvelopeServer<G, E, C>
{
    /// A client waits to be admitted, with its greeting in the buffer: the game's server decides, if there is one.
    pub(super) fn client_connected(&mut self, now: Instant, peer: Peer, remote: Remote) {
        let has_session = self.settings.sessions_by_greeting && !self.bytes.is_empty();
        let session = has_session.then(|| String::from_utf8_lossy(&self.bytes).into_owned());
        if let Some(upstreams) = &mut self.upstreams
            && upstreams.open(now, peer, remote.socket(), &self.bytes).is_err()
        {
            return self.network.disconnect(now, peer, NO_CONNECTION);
        }
        self.players.insert(peer, Player::new(remote, session, self.envelope_kind.open(now)));
        if self.upstreams.is_none() {
            self.game_admits(now, peer, Vec::new());
        }
    }

    /// The game's server has admitted a client, with this greeting.
    pub(super) fn game_admits(&mut self, now: Instant, peer: Peer, greeting: Vec<u8>) {
        if !self.players.get_mut(&peer).is_some_and(|player| player.set_admissible(greeting)) {
            return;
        }
        match self.settings.voice_start {
            VoiceStart::WithFirstPacket => self.admit(now, peer),
            // The session may refuse it first.
            VoiceStart::AtOnce => {
                self.open_voice(now, peer);
            }
        }
    }

    /// Admits the client that the last poll has reported, unless the session has refused it since.
    pub(super) fn admit_newcomer(&mut self, now: Instant) {
        if let Some(peer) = self.newcomer.take().and_then(|voice| self.voices.client_of(voice)) {
            self.admit(now, peer);
        }
    }

    /// Admits a client that the game's server has admitted, and sends the first messages to it.
    pub(super) fn admit(&mut self, now: Instant, peer: Peer) {
        let Some(greeting) = self.players.get_mut(&peer).and_then(Player::admit) else { return };
        self.network.accept(now, peer, &greeting);
        if self.upstreams.is_some() {
            // A player of the game must not be displaced as a newcomer, whether it speaks or not.
            self.network.set_joined(now, peer, true);
        }
        self.with_envelope(now, peer, |envelope, _, parts| envelope.handle_connected(now, parts));
        while self.events.is_empty() && self.route_part(now) {}
    }

    /// A client has broken a rule of its protocol.
    pub(super) fn handle_violation(&mut self, now: Instant, peer: Peer, violation: &str) {
        self.protocol_violations += 1;
        // Replies that are already queued may give the reason in the game's own protocol.
        while let Some(part) = self.parts.take(&mut self.bytes) {
            if let MessagePart::ToClient(channel) = part {
                self.network.send(now, &[peer], channel, &self.bytes);
            }
        }
        let reason = DisconnectReason::ProtocolViolated { violation: violation.to_owned() };
        self.end_with_voice(now, peer, violation, reason);
    }

    /// The connection to the game's server ends, or cannot be made.
    pub(super) fn upstream_ended(&mut self, now: Instant, peer: Peer, reason: DisconnectReason) {
        self.end_with_voice(now, peer, &words_for_client(&reason), reason);
        self.forget_if_gone(peer);
    }

    pub(super) fn client_gone(&mut self, now: Instant, peer: Peer, reason: DisconnectReason) {
        let Some(player) = self.players.get_mut(&peer) else { return };
        let voice = player.set_gone();
        self.timers.clear(peer);
        if let Some(upstreams) = &mut self.upstreams {
            upstreams.end(now, peer);
        }
        if let Some(voice) = voice {
            self.forget_voice(voice, reason);
        }
        self.forget_if_gone(peer);
    }

    /// Ends a client's connections in order, if that has not begun, and its voice at once.
    fn end_with_voice(&mut self, now: Instant, peer: Peer, words: &str, reason: DisconnectReason) {
        if self.end(now, peer, Goodbye::Words(words))
            && let Some(voice) = self.players.get_mut(&peer).and_then(Player::take_voice)
        {
            self.forget_voice(voice, reason);
        }
    }

    /// Ends a client's connections in order, and drops what it has said. Its voice ends when the client is gone.
    /// Returns whether it was still there.
    pub(super) fn end(&mut self, now: Instant, peer: Peer, goodbye: Goodbye<'_>) -> bool {
        if self.parts_of == peer {
            self.parts.clear();
        }
        if let Some(upstreams) = &mut self.upstreams {
            upstreams.end(now, peer);
        }
        let is_there = self.players.get_mut(&peer).is_some_and(Player::begin_to_end);
        if is_there {
            match goodbye {
                Goodbye::Words(words) => self.network.disconnect(now, peer, words),
                Goodbye::Reason(reason) if self.upstreams.is_none() => self.network.reject(now, peer, reason),
                // What clients read there is the game's.
                Goodbye::Reason(reason) => self.network.disconnect(now, peer, &reason.to_string()),
            }
        }
        is_there
    }

    /// Forgets a client without connections.
    fn forget_if_gone(&mut self, peer: Peer) {
        let has_upstream = self.upstreams.as_ref().is_some_and(|upstreams| upstreams.contains(peer));
        if !has_upstream && self.players.get(&peer).is_some_and(Player::is_gone) {
            self.players.remove(&peer);
        }
    }
}

/// The refusal of a client for which not even a socket to the game's server can be opened.
const NO_CONNECTION: &str = "no connection to the game's server can be made";

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
