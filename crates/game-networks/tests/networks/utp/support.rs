//! Servers and clients on simulated time.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use consonance_game_networks::utp::{
    ClientSettings, Datagram, DatagramKind, RELIABLE, ServerSettings, Token, UtpClient, UtpServer,
};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::ServerEndpoint as _;
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};
use consonance_link::{ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};

pub(crate) type UtpRig = Rig<UtpServer, UtpClient>;

pub(crate) fn rig(conditions: LinkConditions, seed: u64) -> UtpRig {
    Rig::new(UtpServer::new(ServerSettings::default(), SEED), conditions, seed)
}

pub(crate) fn client(seed: u64) -> UtpClient {
    UtpClient::new(ClientSettings::default(), seed)
}

/// The reported messages on this channel.
pub(crate) fn messages<'a>(saw: impl IntoIterator<Item = &'a Saw>, wanted: MessageChannel) -> Vec<&'a [u8]> {
    let messages = saw.into_iter().filter_map(|saw| match saw {
        Saw::Message(channel, bytes) if *channel == wanted => Some(bytes.as_slice()),
        _ => None,
    });
    messages.collect()
}

/// The token of the running example.
pub(crate) const T: Token = Token([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7]);

/// The seed of the servers' connection numbers.
const SEED: [u8; 32] = [1; 32];

/// An address of a client.
pub(crate) const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5000);

/// The first message that a server sends to a client by hand.
pub(crate) const OPENING: [u8; OPENING_PACKETS - 4] = [0; OPENING_PACKETS - 4];
/// Its number of packets, length prefix included.
const OPENING_PACKETS: usize = 24;

/// The sequence number of a reliable packet.
fn sequence_of(datagram: &[u8]) -> Option<u16> {
    let DatagramKind::Data { pipeline: 3, body: [0, 0, _, _, low, high, ..] } =
        Datagram::parse(datagram).ok()?.kind
    else {
        return None;
    };
    Some(u16::from_le_bytes([*low, *high]))
}

/// The first message of a client, as long as the request of Netcode for GameObjects. Its bytes are the credit for
/// packets that a server sends before the client has proved its address.
pub(crate) const REQUEST: [u8; 200] = [7; 200];

/// Has a client send its request, and a server enough that the acknowledgements prove the client's address.
pub(crate) fn prove(rig: &mut UtpRig, client: usize, peer: Peer) {
    let now = rig.now();
    rig.client(client).endpoint.send(now, RELIABLE, &REQUEST);
    rig.server.send(now, &[peer], RELIABLE, &OPENING);
    rig.run_until("it arrives", |rig| !messages(rig.client_saw(client), RELIABLE).is_empty());
}

/// A server that is given datagrams by hand.
pub(crate) struct ByHand {
    pub(crate) server: UtpServer,
    pub(crate) now: Instant,
    /// The client that was accepted last.
    pub(crate) newest: Option<Peer>,
}

impl ByHand {
    pub(crate) fn new(settings: ServerSettings) -> Self {
        Self { server: UtpServer::new(settings, SEED), now: Instant::now(), newest: None }
    }

    /// A server with an admitted client that has the token [`T`] and has proved its address.
    pub(crate) fn with_client(settings: ServerSettings) -> (Self, Peer) {
        let mut hand = Self::new(settings);
        let events = hand.give(HERE, DatagramKind::Request { greeting: b"" });
        let [(ServerLinkEvent::Connected { peer, .. }, _)] = events.as_slice() else {
            panic!("a request led to {events:?}");
        };
        let peer = *peer;
        hand.prove(peer);
        (hand, peer)
    }

    /// Proves the client's address through its acknowledgements. The server has sent as many packets by then as
    /// [`OPENING`] has bytes.
    fn prove(&mut self, peer: Peer) {
        // Three heartbeats earn the credit for one packet.
        for _ in 0..3 * OPENING_PACKETS {
            self.give(HERE, DatagramKind::Heartbeat);
        }
        self.server.send(self.now, &[peer], RELIABLE, &OPENING);
        let (mut newest, mut arrived) = (0, 0_u64);
        for _ in 0..2 {
            for (_, datagram) in self.take() {
                if let Some(sequence) = sequence_of(&datagram) {
                    newest = newest.max(sequence);
                    arrived |= 1 << sequence;
                }
            }
            self.acknowledge(newest, arrived.reverse_bits() >> (63 - newest));
        }
        assert_eq!(arrived, (1 << OPENING_PACKETS) - 1, "everything has come");
    }

    /// The events after an acknowledgement from [`T`].
    pub(crate) fn acknowledge(
        &mut self,
        acked: u16,
        mask: u64,
    ) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
        let body = [&[1, 0, 0, 0, 0, 0], &acked.to_le_bytes()[..], &mask.to_le_bytes(), &[0]].concat();
        self.give(HERE, DatagramKind::Data { pipeline: 3, body: &body })
    }

    /// The events after a datagram from [`T`]; newcomers are admitted.
    pub(crate) fn give(
        &mut self,
        from: SocketAddr,
        kind: DatagramKind<'_>,
    ) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
        let mut datagram = Vec::new();
        Datagram { token: T, kind }.write(&mut datagram);
        self.give_bytes(from, &datagram)
    }

    /// The events after these bytes; newcomers are admitted.
    pub(crate) fn give_bytes(
        &mut self,
        from: SocketAddr,
        datagram: &[u8],
    ) -> Vec<(ServerLinkEvent<MessageChannel>, Vec<u8>)> {
        self.server.handle_datagram(self.now, from, datagram);
        let mut events = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = self.server.poll_event(self.now, &mut bytes) {
            if let ServerLinkEvent::Connected { peer, .. } = event {
                self.newest = Some(peer);
                self.server.accept(self.now, peer, &[]);
            }
            events.push((event, std::mem::take(&mut bytes)));
        }
        events
    }

    /// All datagrams that are due now.
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
