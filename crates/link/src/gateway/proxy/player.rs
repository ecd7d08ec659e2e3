//! One client of the game, with its two connections and its voice.

use std::time::Instant;

use crate::{Peer, Remote};

/// A client of the game: its connection to this proxy, the connection to the game's server, and the state in between.
#[derive(Debug)]
pub(super) struct Player<C, E> {
    pub(super) remote: Remote,
    pub(super) client: ClientLeg,
    pub(super) upstream: UpstreamLeg<C>,
    pub(super) envelope: E,
    pub(super) voice: Voice,
    /// In the list of those whose upstream is to be polled.
    pub(super) is_ready: bool,
}

/// The connection from the client.
#[derive(Debug)]
pub(super) enum ClientLeg {
    /// Not admitted yet; once it is, it gets this greeting of the game's server.
    Waiting {
        greeting: Vec<u8>,
    },
    Up,
    /// Its end was asked for.
    Ending,
    Gone,
}

/// The connection to the game's server.
#[derive(Debug)]
pub(super) enum UpstreamLeg<C> {
    Connecting(C),
    Up(C),
    /// Its end was asked for.
    Ending(C),
    Gone,
}

/// The session's view of a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// The session does not know it yet.
    Silent,
    /// It is this peer.
    Open(Peer),
    /// It was this peer; the session learns of its end once the client is gone.
    Ending(Peer),
    /// Its voice is closed: packets are dropped until this time.
    Closed { again_at: Instant },
}

impl<C> UpstreamLeg<C> {
    pub(super) fn connection_mut(&mut self) -> Option<&mut C> {
        match self {
            Self::Connecting(upstream) | Self::Up(upstream) | Self::Ending(upstream) => Some(upstream),
            Self::Gone => None,
        }
    }

    /// The connection, if its end is not asked for yet; then it is.
    pub(super) fn begin_to_end(&mut self) -> Option<&mut C> {
        match std::mem::replace(self, Self::Gone) {
            Self::Connecting(upstream) | Self::Up(upstream) => {
                *self = Self::Ending(upstream);
                self.connection_mut()
            }
            ended => {
                *self = ended;
                None
            }
        }
    }
}

impl<C, E> Player<C, E> {
    /// Both connections are up, so messages go through.
    pub(super) fn is_up(&self) -> bool {
        matches!((&self.client, &self.upstream), (ClientLeg::Up, UpstreamLeg::Up(_)))
    }

    /// Whether both connections are gone.
    pub(super) fn is_gone(&self) -> bool {
        matches!((&self.client, &self.upstream), (ClientLeg::Gone, UpstreamLeg::Gone))
    }
}
