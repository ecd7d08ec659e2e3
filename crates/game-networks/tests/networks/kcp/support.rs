//! Servers and clients on simulated time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use consonance_game_networks::kcp::{
    Command, Generation, KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, Segment, Segments,
};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::ServerEndpoint as _;
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};
use consonance_link::{Peer, ServerLinkEvent, ServerNetwork as _};

pub(crate) type KcpRig = Rig<KcpServer, KcpClient>;

pub(crate) fn rig(conditions: LinkConditions, seed: u64) -> KcpRig {
    Rig::new(KcpServer::new(KcpServerSettings::default(), [seed as u8; 32]), conditions, seed)
}

pub(crate) fn client(generation: Generation) -> KcpClient {
    KcpClient::new(KcpClientSettings { generation, ..KcpClientSettings::default() })
}

/// The messages on this channel among these events.
pub(crate) fn messages<'a>(saw: impl IntoIterator<Item = &'a Saw>, wanted: MessageChannel) -> Vec<&'a [u8]> {
    let messages = saw.into_iter().filter_map(|saw| match saw {
        Saw::Message(channel, bytes) if *channel == wanted => Some(bytes.as_slice()),
        _ => None,
    });
    messages.collect()
}

/// A server that gets its datagrams from the test.
pub(crate) struct ByHand {
    pub(crate) server: KcpServer,
    pub(crate) now: Instant,
}

pub(crate) fn address(number: u8) -> SocketAddr {
    (Ipv4Addr::new(10, 0, 0, number), 7777).into()
}

impl ByHand {
    pub(crate) fn new(settings: KcpServerSettings) -> Self {
        Self { server: KcpServer::new(settings, [7; 32]), now: Instant::now() }
    }

    /// Handles a datagram and returns the events; newcomers are accepted.
    pub(crate) fn give(
        &mut self,
        from: SocketAddr,
        datagram: &[u8],
    ) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
        self.server.handle_datagram(self.now, from, datagram);
        let mut events = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            if let ServerLinkEvent::Connected { peer, .. } = event {
                self.server.accept(self.now, peer, &[]);
            }
            events.push((event, std::mem::take(&mut bytes)));
        }
        events
    }

    /// All datagrams that are sent now.
    pub(crate) fn take(&mut self) -> Vec<(SocketAddr, Vec<u8>)> {
        let mut datagrams = Vec::new();
        let mut datagram = Vec::new();
        while let Some(to) = self.server.poll_transmit(self.now, &mut datagram) {
            datagrams.push((to, std::mem::take(&mut datagram)));
        }
        datagrams
    }

    /// Acknowledges the server's hello, as a client of G1 does.
    pub(crate) fn echo(&mut self, from: SocketAddr) {
        let answer = self.take();
        let hello = Segments::new(&answer[0].1[1..]).find(|segment| segment.command == Command::Push);
        let mut echo = vec![1];
        let (command, payload) = (Command::Acknowledge, [].as_slice());
        Segment { command, payload, expected: 1, ..hello.unwrap() }.write(&mut echo);
        self.give(from, &echo);
    }

    /// Connects a client with this hello, and returns its number and its cookie.
    pub(crate) fn connect(&mut self, from: SocketAddr, hello: &[u8]) -> (Peer, [u8; 4]) {
        let events = self.give(from, hello);
        let [.., (ServerLinkEvent::Connected { peer, .. }, _)] = events.as_slice() else {
            panic!("a hello led to {events:?}");
        };
        let answer = self.take();
        (*peer, answer[0].1[1..5].try_into().unwrap())
    }
}

/// Bytes from hexadecimal digits; spaces are ignored.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}
