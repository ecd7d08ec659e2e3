//! Arrival and departure of clients: what is reported to their session, and when.

use std::time::Instant;

use crate::{MessageChannel, Peer, Remote, ServerNetwork};

use super::EnvelopeServer;
use crate::gateway::{Envelope as _, EnvelopeKind, VoiceStart};

#[derive(Debug)]
pub(super) struct Connection<E> {
    pub(super) envelope: E,
    pub(super) state: ArrivalState,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum ArrivalState {
    /// The session does not know it yet. Where it is, for when it does.
    Silent(Introduction),
    /// Reported to the session.
    Known,
    /// Being disconnected: only its end is still reported.
    Ending,
    /// The same, before the session knew of it: nothing is reported at all.
    EndingUnknown,
}

/// A new client, as it is introduced to its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Introduction {
    pub(super) session: String,
    pub(super) remote: Remote,
}

impl<E> Connection<E> {
    pub(super) fn is_ending(&self) -> bool {
        matches!(self.state, ArrivalState::Ending | ArrivalState::EndingUnknown)
    }
}

impl<G: ServerNetwork<MessageChannel>, E: EnvelopeKind> EnvelopeServer<G, E> {
    pub(super) fn accept_newcomer(&mut self, now: Instant) {
        if let Some(peer) = self.newcomer.take() {
            self.accept(now, peer);
        }
    }

    fn accept(&mut self, now: Instant, peer: Peer) {
        self.network.accept(now, peer, &[]);
        if let Some(connection) = self.peers.get_mut(&peer) {
            connection.envelope.handle_connected(now, &mut self.parts);
        }
        self.settle(now, peer);
        self.answer(now);
    }

    /// A client has connected: the introduction for its session, if it is due now.
    pub(super) fn open(&mut self, now: Instant, peer: Peer, newcomer: Introduction) -> Option<Introduction> {
        let envelope = self.envelope_kind.open(now);
        let (state, told) = match self.voice_start {
            VoiceStart::AtOnce => (ArrivalState::Known, Some(newcomer)),
            VoiceStart::WithFirstPacket => (ArrivalState::Silent(newcomer), None),
        };
        self.peers.insert(peer, Connection { envelope, state });
        match told {
            Some(_) => self.newcomer = Some(peer),
            None => self.accept(now, peer),
        }
        told
    }

    /// A voice packet has arrived: the introduction for its player's session, if that did not know the player yet.
    pub(super) fn introduce(&mut self, peer: Peer) -> Option<Introduction> {
        let state = &mut self.peers.get_mut(&peer)?.state;
        if !matches!(state, ArrivalState::Silent(_)) {
            return None;
        }
        match std::mem::replace(state, ArrivalState::Known) {
            ArrivalState::Silent(introduction) => Some(introduction),
            _ => None,
        }
    }

    /// A connection is gone. Returns whether the session knew of it.
    pub(super) fn close(&mut self, peer: Peer) -> bool {
        if self.newcomer == Some(peer) {
            self.newcomer = None;
        }
        self.timers.clear(peer);
        let Some(connection) = self.peers.remove(&peer) else { return false };
        matches!(connection.state, ArrivalState::Known | ArrivalState::Ending)
    }
}
