//! One client of the game, and its voice.

use std::time::Instant;

use crate::{Peer, Remote};

/// A client of the game: its connection, and what the session knows of it.
#[derive(Debug)]
pub(super) struct Player<E> {
    remote: Remote,
    /// The session that it named, if it named one.
    session: Option<String>,
    client: Client,
    envelope: E,
    voice: Voice,
}

/// The connection from the client.
#[derive(Debug)]
enum Client {
    /// The game's server has not admitted it yet.
    Waiting,
    /// The game's server has admitted it, with this greeting for it.
    Admissible {
        greeting: Vec<u8>,
    },
    Up,
    /// Its end was asked for.
    Ending,
    Gone,
}

/// The session's view of a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Voice {
    /// The session does not know it yet.
    Silent,
    /// It is this peer.
    Open(Peer),
    /// It was this peer; the session learns of its end once the client is gone.
    Ending(Peer),
    /// Its voice is closed: packets are dropped until this time.
    Closed { again_at: Instant },
}

impl<E> Player<E> {
    /// A client that waits to be admitted.
    pub(super) fn new(remote: Remote, session: Option<String>, envelope: E) -> Self {
        Self { remote, session, client: Client::Waiting, envelope, voice: Voice::Silent }
    }

    pub(super) fn remote(&self) -> &Remote {
        &self.remote
    }

    /// The session that it named.
    pub(super) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The game's server has admitted it. Returns whether it was still waiting for that.
    pub(super) fn set_admissible(&mut self, greeting: Vec<u8>) -> bool {
        let is_waiting = matches!(self.client, Client::Waiting);
        if is_waiting {
            self.client = Client::Admissible { greeting };
        }
        is_waiting
    }

    /// Admits it, if the game's server has; returns the greeting for it.
    pub(super) fn admit(&mut self) -> Option<Vec<u8>> {
        let Client::Admissible { greeting } = &mut self.client else { return None };
        let greeting = std::mem::take(greeting);
        self.client = Client::Up;
        Some(greeting)
    }

    /// Its envelope, while messages pass.
    pub(super) fn envelope(&mut self) -> Option<&mut E> {
        matches!(self.client, Client::Up).then_some(&mut self.envelope)
    }

    /// From now on no message passes. Returns whether its connection is to be ended.
    pub(super) fn begin_to_end(&mut self) -> bool {
        let is_there = matches!(self.client, Client::Waiting | Client::Admissible { .. } | Client::Up);
        if is_there {
            self.client = Client::Ending;
        }
        is_there
    }

    /// Its connection is gone. Returns the peer of the session that is gone with it.
    pub(super) fn set_gone(&mut self) -> Option<Peer> {
        self.client = Client::Gone;
        match std::mem::replace(&mut self.voice, Voice::Silent) {
            Voice::Open(voice) | Voice::Ending(voice) => Some(voice),
            Voice::Silent | Voice::Closed { .. } => None,
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(self.client, Client::Gone)
    }

    /// The peer of the session that it is.
    pub(super) fn voice(&self) -> Option<Peer> {
        if let Voice::Open(voice) = self.voice { Some(voice) } else { None }
    }

    /// Whether it may become a peer of the session.
    pub(super) fn may_open_voice(&self, now: Instant) -> bool {
        let is_admitted = matches!(self.client, Client::Admissible { .. } | Client::Up);
        is_admitted
            && match self.voice {
                Voice::Silent => true,
                Voice::Closed { again_at } => again_at <= now,
                Voice::Open(_) | Voice::Ending(_) => false,
            }
    }

    /// It becomes this peer of the session.
    pub(super) fn open_voice(&mut self, voice: Peer) {
        self.voice = Voice::Open(voice);
    }

    /// Its voice is closed until then, and its game goes on.
    pub(super) fn close_voice(&mut self, again_at: Instant) {
        self.voice = Voice::Closed { again_at };
    }

    /// Its voice ends with its connection, which is being ended.
    pub(super) fn end_voice(&mut self) {
        if let Voice::Open(voice) = self.voice {
            self.voice = Voice::Ending(voice);
        }
    }

    /// Its voice ends at once; returns the peer of the session that it was, if that does not know of its end yet.
    pub(super) fn take_voice(&mut self) -> Option<Peer> {
        let voice = self.voice()?;
        self.voice = Voice::Silent;
        Some(voice)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_client_is_admitted_once_and_only_after_the_game_has_admitted_it() {
        let mut player = player();
        assert_eq!(player.admit(), None);
        assert!(!player.may_open_voice(Instant::now()));
        assert!(player.set_admissible(b"welcome".to_vec()));
        assert!(player.may_open_voice(Instant::now()) && player.envelope().is_none());
        assert_eq!(player.admit(), Some(b"welcome".to_vec()));
        assert_eq!(player.admit(), None);
        assert!(player.envelope().is_some());
        assert!(!player.set_admissible(Vec::new()));
    }

    #[test]
    fn an_ending_client_says_nothing_more_and_is_not_admitted() {
        let mut player = player();
        assert!(player.begin_to_end());
        assert!(!player.begin_to_end());
        assert!(!player.set_admissible(Vec::new()));
        assert_eq!(player.admit(), None);
        assert!(player.envelope().is_none() && !player.may_open_voice(Instant::now()));
        assert!(!player.is_gone());
        assert_eq!(player.set_gone(), None);
        assert!(player.is_gone());
    }

    #[test]
    fn closed_voice_may_open_again_when_its_time_has_come() {
        let (mut player, now) = (up(), Instant::now());
        player.open_voice(Peer(1));
        assert_eq!(player.voice(), Some(Peer(1)));
        assert!(!player.may_open_voice(now), "it is open");
        player.close_voice(now + Duration::from_secs(1));
        assert_eq!(player.voice(), None);
        assert!(!player.may_open_voice(now));
        assert!(player.may_open_voice(now + Duration::from_secs(1)));
        assert_eq!(player.set_gone(), None, "the session knows of its end");
    }

    #[test]
    fn the_end_of_voice_is_reported_once() {
        let mut player = up();
        player.open_voice(Peer(1));
        player.end_voice();
        assert_eq!((player.voice(), player.take_voice()), (None, None));
        assert_eq!(player.set_gone(), Some(Peer(1)), "its connection is gone");

        let mut player = up();
        player.open_voice(Peer(2));
        assert_eq!(player.take_voice(), Some(Peer(2)));
        assert_eq!(player.set_gone(), None);
    }

    fn up() -> Player<()> {
        let mut player = player();
        player.set_admissible(Vec::new());
        player.admit();
        player
    }

    fn player() -> Player<()> {
        Player::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)).into(), None, ())
    }
}
