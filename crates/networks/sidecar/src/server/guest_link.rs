//! One link of a game server, and who comes over it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_transport::Peer;

use crate::frame::{NONCE_BYTES, Player};
use crate::settings::SidecarSettings;
use crate::socket::{ReadOutcome, WireSocket};
use crate::voice_end::VoiceEnd;

#[derive(Debug)]
pub(crate) struct GuestLink {
    pub(super) end: VoiceEnd,
    pub(super) session: String,
    pub(super) players: BTreeMap<Player, Seat>,
    socket: WireSocket,
    /// Where the game server is.
    remote: SocketAddr,
    name: String,
    is_gone: bool,
    /// The socket did not take everything.
    waits_since: Option<Instant>,
}

/// What is known of a player.
#[derive(Debug)]
pub(super) enum Seat {
    In {
        peer: Peer,
        /// Where it is, if its adapter says so.
        remote: Option<SocketAddr>,
    },
    /// Nothing of it counts until its adapter says that it left.
    Kicked,
}

impl GuestLink {
    pub(super) fn new(
        now: Instant,
        socket: WireSocket,
        remote: SocketAddr,
        settings: &SidecarSettings,
        nonce: [u8; NONCE_BYTES],
    ) -> Self {
        Self {
            end: VoiceEnd::new(now, settings, nonce),
            session: String::new(),
            players: BTreeMap::new(),
            socket,
            remote,
            name: String::new(),
            is_gone: false,
            waits_since: None,
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

    pub(super) fn forget_players(&mut self) {
        self.players.clear();
    }

    /// Where a player is, or else words that are no address: the game server's own would be everybody's.
    pub(super) fn remote_of(&self, player: Player) -> String {
        match self.players.get(&player) {
            Some(Seat::In { remote: Some(remote), .. }) => remote.to_string(),
            _ => format!("player {} of {}", player.0, self.who()),
        }
    }

    fn who(&self) -> String {
        if self.name.is_empty() { self.remote.to_string() } else { self.name.clone() }
    }

    /// True if something has come.
    pub(super) fn read(&mut self, now: Instant, piece: &mut [u8]) -> bool {
        match self.socket.read(piece) {
            ReadOutcome::Bytes(bytes) => {
                self.end.handle_bytes(now, &piece[..bytes]);
                true
            }
            ReadOutcome::Nothing => false,
            ReadOutcome::End => {
                self.is_gone = true;
                false
            }
        }
    }

    /// Whether the other end is gone.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Gives the socket what it takes.
    pub(super) fn flush(&mut self, now: Instant) {
        loop {
            let piece = self.end.outbox.piece();
            if piece.is_empty() {
                self.waits_since = None;
                return;
            }
            let taken = self.socket.write(piece);
            if taken == 0 {
                self.waits_since = Some(now);
                return;
            }
            self.end.outbox.take(taken);
            self.end.note_said(now);
        }
    }

    pub(super) fn is_waiting_since(&self) -> Option<Instant> {
        self.waits_since
    }
}
