//! What the fuzz targets of all networks in UDP datagrams see to.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use consonance_transport::Peer;

use super::ServerEndpointEvent;

/// The peers of a server, by what it has reported.
#[derive(Debug, Default)]
pub struct ReportedPeers {
    here: BTreeMap<Peer, SocketAddr>,
    last: u64,
}

impl ReportedPeers {
    /// Takes what the server reports next.
    ///
    /// # Panics
    /// If a peer connects under a name that is not newer than all before, or something is reported of an absent peer.
    pub fn note(&mut self, event: &ServerEndpointEvent) {
        match *event {
            ServerEndpointEvent::Connected { peer, remote } => {
                assert!(peer.0 > self.last, "{peer:?} is used again");
                self.last = peer.0;
                self.here.insert(peer, remote);
            }
            ServerEndpointEvent::Message { peer, .. } => {
                assert!(self.here.contains_key(&peer), "a message of {peer:?}, which is not here");
            }
            ServerEndpointEvent::Disconnected { peer, .. } => {
                assert!(self.here.remove(&peer).is_some(), "{peer:?} goes, but is not here");
            }
        }
    }

    /// How many are here.
    pub fn count(&self) -> u64 {
        self.here.len() as u64
    }

    /// The peer at this address, or a name that is not used yet.
    pub fn at(&self, address: SocketAddr) -> Peer {
        let found = self.here.iter().find(|(_, remote)| **remote == address);
        found.map_or(Peer(self.last + 1), |(peer, _)| *peer)
    }

    /// The peer that connected last, whether it is here or not; before the first, a name that is not used.
    pub fn last(&self) -> Peer {
        Peer(self.last)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use consonance_transport::DisconnectReason;

    use super::*;
    use crate::MessageChannel;

    fn connected(peer: u64) -> ServerEndpointEvent {
        ServerEndpointEvent::Connected { peer: Peer(peer), remote: address(peer) }
    }

    fn message(peer: u64) -> ServerEndpointEvent {
        ServerEndpointEvent::Message { peer: Peer(peer), channel: MessageChannel(0) }
    }

    fn disconnected(peer: u64) -> ServerEndpointEvent {
        ServerEndpointEvent::Disconnected { peer: Peer(peer), reason: DisconnectReason::ClosedByUs }
    }

    fn address(number: u64) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, number as u16).into()
    }

    fn noted(events: &[ServerEndpointEvent]) -> ReportedPeers {
        let mut reported = ReportedPeers::default();
        for event in events {
            reported.note(event);
        }
        reported
    }

    #[test]
    fn a_peer_is_here_from_its_connect_to_its_disconnect() {
        let reported = noted(&[connected(1), connected(2), message(1), disconnected(1)]);
        assert_eq!((reported.count(), reported.last()), (1, Peer(2)));
        assert_eq!((reported.at(address(2)), reported.at(address(1))), (Peer(2), Peer(3)));
    }

    #[test]
    #[should_panic(expected = "is used again")]
    fn a_name_is_used_once() {
        noted(&[connected(1), disconnected(1), connected(1)]);
    }

    #[test]
    #[should_panic(expected = "which is not here")]
    fn a_message_of_a_peer_that_left_is_an_error() {
        noted(&[connected(1), disconnected(1), message(1)]);
    }

    #[test]
    #[should_panic(expected = "but is not here")]
    fn a_second_disconnect_of_a_peer_is_an_error() {
        noted(&[connected(1), disconnected(1), disconnected(1)]);
    }
}
