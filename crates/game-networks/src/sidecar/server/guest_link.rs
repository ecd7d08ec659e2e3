//! One link of a game server, and its players.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::gateway::tcp::{TcpConnections, TcpId};
use consonance_link::{Peer, Remote};

use crate::sidecar::frame::{NONCE_BYTES, PlayerNumber};
use crate::sidecar::settings::SidecarSettings;
use crate::sidecar::voice_end::VoiceEnd;

#[derive(Debug)]
pub(crate) struct GuestLink {
    pub(super) end: VoiceEnd,
    pub(super) session: String,
    pub(super) players: BTreeMap<PlayerNumber, Seat>,
    pub(super) id: TcpId,
    /// The address of the game server.
    pub(super) remote: SocketAddr,
    name: String,
}

/// The state of a player.
#[derive(Debug)]
pub(super) enum Seat {
    In {
        peer: Peer,
        /// The player's address, if its adapter sent one.
        remote: Option<SocketAddr>,
    },
    /// Everything from it is ignored until its adapter reports that it left.
    Kicked,
}

impl GuestLink {
    pub(super) fn new(
        now: Instant,
        id: TcpId,
        remote: SocketAddr,
        settings: &SidecarSettings,
        nonce: [u8; NONCE_BYTES],
    ) -> Self {
        Self {
            end: VoiceEnd::new(now, settings, nonce),
            session: String::new(),
            players: BTreeMap::new(),
            id,
            remote,
            name: String::new(),
        }
    }

    pub(super) fn is_up(&mut self, session: String, name: String) {
        (self.session, self.name) = (session, name);
    }

    pub(super) fn peers(&self) -> Vec<Peer> {
        let of_seat = |seat: &Seat| match seat {
            Seat::In { peer, .. } => Some(*peer),
            Seat::Kicked => None,
        };
        self.players.values().filter_map(of_seat).collect()
    }

    /// Whether the link has no players.
    pub(super) fn is_empty(&self) -> bool {
        !self.players.values().any(|seat| matches!(seat, Seat::In { .. }))
    }

    /// The address of a player, or else a name instead of an address: all players would share the game server's own.
    pub(super) fn remote_of(&self, player: PlayerNumber) -> Remote {
        match self.players.get(&player) {
            Some(Seat::In { remote: Some(remote), .. }) => (*remote).into(),
            _ => Remote::Named(format!("player {} of {}", player.0, self.label()).into()),
        }
    }

    fn label(&self) -> String {
        if self.name.is_empty() { self.remote.to_string() } else { self.name.clone() }
    }

    /// Sends the queue, as far as the system takes it.
    pub(super) fn flush(&mut self, now: Instant, tcp: &mut TcpConnections) {
        if self.end.channel.outbox.leave(now, tcp, self.id) {
            self.end.note_said(now);
        }
    }

    /// Says goodbye, after all frames queued before.
    pub(super) fn hang_up(&mut self, now: Instant, tcp: &mut TcpConnections, words: &str) {
        self.end.end(words);
        self.end.channel.outbox.leave_for_good(now, tcp, self.id);
        tcp.finish(now, self.id);
    }
}
