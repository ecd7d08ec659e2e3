//! What the fuzz targets of all networks in UDP datagrams see to.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use consonance_transport::Peer;

use super::ServerEndpointEvent;

/// Who is at a server, by what it has reported.
#[derive(Debug, Default)]
pub struct ReportedPeers {
    here: BTreeMap<Peer, SocketAddr>,
    last: u64,
}

impl ReportedPeers {
    /// Takes what the server reports next.
    ///
    /// # Panics
    /// If somebody comes by a name that is not newer than all before, or something is reported
    /// of somebody who is not here.
    pub fn note(&mut self, event: &ServerEndpointEvent) {
        match *event {
            ServerEndpointEvent::Connected { peer, remote } => {
                assert!(peer.0 > self.last, "{peer:?} is used again");
                self.last = peer.0;
                self.here.insert(peer, remote);
            }
            ServerEndpointEvent::Message { peer, .. } => {
                assert!(self.here.contains_key(&peer), "a message of {peer:?}, who is not here");
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

    /// Whoever is here from this address; if nobody is, somebody who has not come yet.
    pub fn at(&self, address: SocketAddr) -> Peer {
        let found = self.here.iter().find(|(_, remote)| **remote == address);
        found.map_or(Peer(self.last + 1), |(peer, _)| *peer)
    }

    /// Who came last, whether it is here or not; before anybody has come, a name that nobody has.
    pub fn last(&self) -> Peer {
        Peer(self.last)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use consonance_transport::DisconnectReason;

    use super::*;
    use crate::Channel;

    fn connected(peer: u64) -> ServerEndpointEvent {
        ServerEndpointEvent::Connected { peer: Peer(peer), remote: address(peer) }
    }

    fn message(peer: u64) -> ServerEndpointEvent {
        ServerEndpointEvent::Message { peer: Peer(peer), channel: Channel(0) }
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
    fn who_has_come_and_not_gone_is_here() {
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
    #[should_panic(expected = "who is not here")]
    fn who_has_gone_says_nothing() {
        noted(&[connected(1), disconnected(1), message(1)]);
    }

    #[test]
    #[should_panic(expected = "but is not here")]
    fn nobody_goes_twice() {
        noted(&[connected(1), disconnected(1), disconnected(1)]);
    }
}
