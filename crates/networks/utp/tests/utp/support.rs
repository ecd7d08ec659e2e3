//! Servers and clients on simulated time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use consonance_gateway::Channel;
use consonance_gateway::udp::rig::{Rig, Saw, Trouble};
use consonance_gateway::udp::{ServerEndpoint as _, ServerEndpointEvent};
use consonance_transport::Peer;
use consonance_utp::{ClientSettings, Datagram, Kind, ServerSettings, Token, UtpClient, UtpServer};

pub(crate) type UtpRig = Rig<UtpServer, UtpClient>;

pub(crate) fn rig(trouble: Trouble, seed: u64) -> UtpRig {
    Rig::new(UtpServer::new(ServerSettings::default()), trouble, seed)
}

pub(crate) fn client(seed: u64) -> UtpClient {
    UtpClient::new(ClientSettings::default(), seed)
}

/// The messages among what was reported, on this channel.
pub(crate) fn messages<'a>(saw: impl IntoIterator<Item = &'a Saw>, wanted: Channel) -> Vec<&'a [u8]> {
    let messages = saw.into_iter().filter_map(|saw| match saw {
        Saw::Message(channel, bytes) if *channel == wanted => Some(bytes.as_slice()),
        _ => None,
    });
    messages.collect()
}

/// The token of the running example.
pub(crate) const T: Token = Token([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7]);

/// Somebody's address.
pub(crate) const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5000);

/// A server that is given datagrams by hand.
pub(crate) struct ByHand {
    pub(crate) server: UtpServer,
    pub(crate) now: Instant,
}

impl ByHand {
    pub(crate) fn new(settings: ServerSettings) -> Self {
        Self { server: UtpServer::new(settings), now: Instant::now() }
    }

    /// With a client that has [`T`], was taken in, and has said that it is there.
    pub(crate) fn with_client(settings: ServerSettings) -> (Self, Peer) {
        let mut hand = Self::new(settings);
        let events = hand.give(HERE, Kind::Request { greeting: b"" });
        let [(ServerEndpointEvent::Connected { peer, .. }, _)] = events.as_slice() else {
            panic!("a request led to {events:?}");
        };
        let peer = *peer;
        hand.give(HERE, Kind::Heartbeat);
        hand.take();
        (hand, peer)
    }

    /// What a datagram with [`T`] leads to; newcomers are taken in.
    pub(crate) fn give(&mut self, from: SocketAddr, kind: Kind<'_>) -> Vec<(ServerEndpointEvent, Vec<u8>)> {
        let mut datagram = Vec::new();
        Datagram { token: T, kind }.write(&mut datagram);
        self.give_bytes(from, &datagram)
    }

    /// What these bytes lead to; newcomers are taken in.
    pub(crate) fn give_bytes(
        &mut self,
        from: SocketAddr,
        datagram: &[u8],
    ) -> Vec<(ServerEndpointEvent, Vec<u8>)> {
        self.server.handle_datagram(self.now, from, datagram);
        let mut events = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(&mut bytes) {
            if let ServerEndpointEvent::Connected { peer, .. } = event {
                self.server.accept(self.now, peer, &[]);
            }
            events.push((event, std::mem::take(&mut bytes)));
        }
        events
    }

    /// Everything that leaves now.
    pub(crate) fn take(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        let mut datagrams = Vec::new();
        let mut datagram = Vec::new();
        while let Some(to) = self.server.poll_transmit(self.now, &mut datagram) {
            datagrams.push((to, std::mem::take(&mut datagram)));
        }
        datagrams
    }
}

/// Bytes from hexadecimal digits; spaces are only for reading.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}
