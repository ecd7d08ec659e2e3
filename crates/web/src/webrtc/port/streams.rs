//! The TCP connections of a port, and since when each has no peer.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::tcp::TcpId;

/// TCP connections by where they come from, and back.
#[derive(Debug)]
pub(super) struct Streams {
    by_address: HashMap<SocketAddr, TcpId>,
    remotes: HashMap<TcpId, Remote>,
    negotiation_timeout: Duration,
    looked: Option<Instant>,
}

#[derive(Debug)]
struct Remote {
    address: SocketAddr,
    /// When it came, or last had a peer.
    unclaimed_since: Instant,
}

impl Streams {
    /// None yet. Each may be without a peer for so long.
    pub(super) fn new(negotiation_timeout: Duration) -> Self {
        Self { by_address: HashMap::new(), remotes: HashMap::new(), negotiation_timeout, looked: None }
    }

    pub(super) fn insert(&mut self, now: Instant, id: TcpId, remote: SocketAddr) {
        let address = SocketAddr::new(remote.ip().to_canonical(), remote.port());
        self.by_address.insert(address, id);
        self.remotes.insert(id, Remote { address, unclaimed_since: now });
    }

    pub(super) fn remove(&mut self, id: TcpId) {
        if let Some(Remote { address, .. }) = self.remotes.remove(&id)
            && self.by_address.get(&address) == Some(&id)
        {
            self.by_address.remove(&address);
        }
    }

    pub(super) fn remote_of(&self, id: TcpId) -> Option<SocketAddr> {
        self.remotes.get(&id).map(|remote| remote.address)
    }

    pub(super) fn from(&self, address: SocketAddr) -> Option<TcpId> {
        self.by_address.get(&address).copied()
    }

    /// Connections that have been without a peer for too long: an idle connection takes no place from a page. Checked
    /// only once in a while.
    pub(super) fn unclaimed(&mut self, now: Instant, is_claimed: impl Fn(SocketAddr) -> bool) -> Vec<TcpId> {
        if self.looked.is_some_and(|looked| now < looked + self.negotiation_timeout / LOOKS) {
            return Vec::new();
        }
        self.looked = Some(now);
        let mut unclaimed = Vec::new();
        for (id, remote) in &mut self.remotes {
            if is_claimed(remote.address) {
                remote.unclaimed_since = now;
            } else if now.saturating_duration_since(remote.unclaimed_since) >= self.negotiation_timeout {
                unclaimed.push(*id);
            }
        }
        unclaimed
    }
}

/// How often a connection is looked at in the time that it may be without a peer.
const LOOKS: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_secs(30);

    fn address(port: u16) -> SocketAddr {
        ([192, 0, 2, 1], port).into()
    }

    #[test]
    fn an_idle_connection_is_found_and_a_page_is_not_until_it_is_gone() {
        let (start, mut streams) = (Instant::now(), Streams::new(MAX));
        let at = |seconds| start + Duration::from_secs(seconds);
        let (page, other) = (TcpId(1), TcpId(2));
        streams.insert(start, page, address(1));
        streams.insert(start, other, address(2));
        let is_page = |from| from == address(1);
        assert_eq!(streams.unclaimed(at(29), is_page), []);
        assert_eq!(streams.unclaimed(at(31), is_page), [other]);
        streams.remove(other);
        assert_eq!(streams.unclaimed(at(100), is_page), []);
        // The page leaves, but its connection stays up.
        assert_eq!(streams.unclaimed(at(129), |_| false), []);
        assert_eq!(streams.unclaimed(at(131), |_| false), [page]);
    }

    #[test]
    fn a_connection_is_found_by_where_it_comes_from_until_it_is_gone() {
        let mut streams = Streams::new(MAX);
        streams.insert(Instant::now(), TcpId(1), address(1));
        assert_eq!(
            (streams.from(address(1)), streams.remote_of(TcpId(1))),
            (Some(TcpId(1)), Some(address(1)))
        );
        // A new connection from the same address, before the end of the first is reported.
        streams.insert(Instant::now(), TcpId(2), address(1));
        streams.remove(TcpId(1));
        assert_eq!((streams.from(address(1)), streams.remote_of(TcpId(1))), (Some(TcpId(2)), None));
    }
}
