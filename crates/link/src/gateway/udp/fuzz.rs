//! Checks shared by the fuzz targets of all UDP networks.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::gateway::MessageChannel;
use crate::{Peer, Remote, ServerLinkEvent};

/// The connected peers of a server, according to its events.
#[derive(Debug, Default)]
pub struct ReportedPeers {
    connected: BTreeMap<Peer, Remote>,
    last: u64,
}

impl ReportedPeers {
    /// Notes the server's next event.
    ///
    /// # Panics
    /// If a peer connects under an id that is not greater than all before, or an event names a peer that is not
    /// connected.
    pub fn note(&mut self, event: &ServerLinkEvent<MessageChannel>) {
        match event {
            ServerLinkEvent::Connected { peer, remote, .. } => {
                assert!(peer.0 > self.last, "{peer:?} is used again");
                self.last = peer.0;
                self.connected.insert(*peer, remote.clone());
            }
            ServerLinkEvent::Packet { peer, .. } => {
                assert!(self.connected.contains_key(peer), "a message of {peer:?}, which is not connected");
            }
            ServerLinkEvent::Disconnected { peer, .. } => {
                assert!(self.connected.remove(peer).is_some(), "{peer:?} disconnects, but is not connected");
            }
        }
    }

    /// The number of connected peers.
    pub fn count(&self) -> u64 {
        self.connected.len() as u64
    }

    /// The peer at this address, or an id that is not used yet.
    pub fn at(&self, address: SocketAddr) -> Peer {
        let found = self.connected.iter().find(|(_, remote)| remote.socket() == Some(address));
        found.map_or(Peer(self.last + 1), |(peer, _)| *peer)
    }

    /// The peer that connected last, connected or not; before the first, an id that is not used.
    pub fn last(&self) -> Peer {
        Peer(self.last)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use crate::DisconnectReason;

    use super::*;
    use crate::gateway::MessageChannel;

    fn connected(peer: u64) -> ServerLinkEvent<MessageChannel> {
        ServerLinkEvent::Connected { peer: Peer(peer), session: String::new(), remote: address(peer).into() }
    }

    fn message(peer: u64) -> ServerLinkEvent<MessageChannel> {
        ServerLinkEvent::Packet { peer: Peer(peer), channel: MessageChannel(0) }
    }

    fn disconnected(peer: u64) -> ServerLinkEvent<MessageChannel> {
        ServerLinkEvent::Disconnected { peer: Peer(peer), reason: DisconnectReason::ClosedByUs }
    }

    fn address(number: u64) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, number as u16).into()
    }

    fn noted(events: &[ServerLinkEvent<MessageChannel>]) -> ReportedPeers {
        let mut reported = ReportedPeers::default();
        for event in events {
            reported.note(event);
        }
        reported
    }

    #[test]
    fn a_peer_is_counted_from_connect_to_disconnect() {
        let reported = noted(&[connected(1), connected(2), message(1), disconnected(1)]);
        assert_eq!((reported.count(), reported.last()), (1, Peer(2)));
        assert_eq!((reported.at(address(2)), reported.at(address(1))), (Peer(2), Peer(3)));
    }

    #[test]
    #[should_panic(expected = "is used again")]
    fn an_id_is_used_once() {
        noted(&[connected(1), disconnected(1), connected(1)]);
    }

    #[test]
    #[should_panic(expected = "which is not connected")]
    fn a_message_of_a_peer_that_left_is_an_error() {
        noted(&[connected(1), disconnected(1), message(1)]);
    }

    #[test]
    #[should_panic(expected = "but is not connected")]
    fn a_second_disconnect_of_a_peer_is_an_error() {
        noted(&[connected(1), disconnected(1), disconnected(1)]);
    }
}
