//! Asking a page for a sign of life.

use std::net::SocketAddr;
use std::time::Instant;

use str0m::net::{Protocol, Transmit};

use super::{Connection, State};

/// The pair of addresses over which a page is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    protocol: Protocol,
    source: SocketAddr,
    destination: SocketAddr,
}

impl Path {
    /// The path of an encrypted datagram. Answers to ICE checks go wherever a check came from and say nothing about
    /// the path.
    pub(super) fn of(transmit: &Transmit) -> Option<Self> {
        let is_stun = transmit.contents.first().is_none_or(|first| *first < STUN_BELOW);
        let &Transmit { proto: protocol, source, destination, .. } = transmit;
        (!is_stun).then_some(Self { protocol, source, destination })
    }
}

impl Connection {
    /// Asks the page's browser for a sign of life with an ICE check, which browsers answer at once, and returns when
    /// anything last came from it. The own checks of browsers come every two to six seconds, so their absence alone
    /// says little.
    pub(crate) fn probe(&mut self, now: Instant) -> Instant {
        let path = self.path.filter(|_| self.state == State::Open);
        if let Some(Path { protocol, source, destination }) = path
            && let Some(check) = self.hosts.probe()
        {
            self.transmits.push_back(Transmit {
                proto: protocol,
                source,
                destination,
                contents: check.into(),
            });
        }
        self.last_heard.min(now)
    }
}

/// Datagrams with a first byte from 20 on are DTLS or SRTP (RFC 7983, section 7).
const STUN_BELOW: u8 = 20;
