//! The session's names for players.

use std::collections::BTreeMap;

use crate::Peer;

/// Which peer of the session is which client of the network.
#[derive(Debug)]
pub(super) enum VoicePeers {
    /// The network's names: voice ends with the connection.
    OfNetwork,
    /// Numbers of their own: voice may end and begin again on one connection, and a peer is never the same again.
    Numbered(NumberedPeers),
}

#[derive(Debug, Default)]
pub(super) struct NumberedPeers {
    clients: BTreeMap<Peer, Peer>,
    last: u64,
}

impl VoicePeers {
    /// A client becomes a peer of the session: which one.
    pub(super) fn open(&mut self, client: Peer) -> Peer {
        match self {
            Self::OfNetwork => client,
            Self::Numbered(numbered) => {
                numbered.last += 1;
                numbered.clients.insert(Peer(numbered.last), client);
                Peer(numbered.last)
            }
        }
    }

    /// The client that is this peer of the session.
    pub(super) fn client_of(&self, voice: Peer) -> Option<Peer> {
        match self {
            Self::OfNetwork => Some(voice),
            Self::Numbered(numbered) => numbered.clients.get(&voice).copied(),
        }
    }

    /// A peer of the session is gone.
    pub(super) fn close(&mut self, voice: Peer) {
        if let Self::Numbered(numbered) = self {
            numbered.clients.remove(&voice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_whose_voice_begins_again_is_another_peer() {
        let mut peers = VoicePeers::Numbered(NumberedPeers::default());
        assert_eq!((peers.open(Peer(7)), peers.open(Peer(5))), (Peer(1), Peer(2)));
        peers.close(Peer(1));
        assert_eq!(peers.open(Peer(7)), Peer(3));
        assert_eq!([1, 2, 3].map(|voice| peers.client_of(Peer(voice))), [None, Some(Peer(5)), Some(Peer(7))]);
    }

    #[test]
    fn without_an_upstream_a_peer_has_the_name_of_its_connection() {
        let mut peers = VoicePeers::OfNetwork;
        assert_eq!((peers.open(Peer(7)), peers.client_of(Peer(7))), (Peer(7), Some(Peer(7))));
    }
}
