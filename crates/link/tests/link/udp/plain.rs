//! The smallest datagram protocol: a letter for the type, and the bytes. Nothing is retransmitted.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::{BytesQueue, ClientEndpoint, ServerEndpoint};
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, NetworkStatistics, PacketLimits, Peer,
    ServerLinkEvent, ServerNetwork, Statistics,
};

const HELLO: u8 = b'h';
const WELCOME: u8 = b'w';
const MESSAGE: u8 = b'm';
const GOODBYE: u8 = b'g';

const CHANNEL: MessageChannel = MessageChannel(0);

const DATAGRAM_BYTES_MAX: usize = 1200;
const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: DATAGRAM_BYTES_MAX - 1, unreliable_bytes: DATAGRAM_BYTES_MAX - 1 };

/// Clients are admitted as soon as they are accepted, and known by their address.
#[derive(Debug, Default)]
pub(crate) struct PlainServer {
    peers: Vec<SocketAddr>,
    outgoing: BytesQueue<SocketAddr>,
    events: VecDeque<ServerLinkEvent<MessageChannel>>,
    bytes: Vec<u8>,
}

impl PlainServer {
    fn peer_at(&self, address: SocketAddr) -> Option<Peer> {
        self.peers.iter().position(|peer| *peer == address).map(|index| Peer(index as u64))
    }

    fn put(&mut self, peer: Peer, letter: u8, bytes: &[u8]) {
        self.outgoing.push(self.peers[peer.0 as usize], |datagram| {
            datagram.push(letter);
            datagram.extend_from_slice(bytes);
        });
    }
}

impl PlainServer {
    fn send_to(&mut self, _now: Instant, peer: Peer, _channel: MessageChannel, message: &[u8]) {
        self.put(peer, MESSAGE, message);
    }
}

impl ServerNetwork<MessageChannel> for PlainServer {
    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        let event = self.events.pop_front()?;
        bytes.extend_from_slice(&self.bytes);
        Some(event)
    }

    fn accept(&mut self, _now: Instant, peer: Peer, greeting: &[u8]) {
        self.put(peer, WELCOME, greeting);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        for &peer in peers {
            self.send_to(now, peer, channel, message);
        }
    }

    fn disconnect(&mut self, _now: Instant, peer: Peer, _reason: &str) {
        self.put(peer, GOODBYE, b"");
        let reason = DisconnectReason::ClosedByUs;
        self.events.push_back(ServerLinkEvent::Disconnected { peer, reason });
    }

    fn shutdown(&mut self, _now: Instant) {}

    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    fn network(&self) -> &'static str {
        "plain"
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn voice_channels(&self) -> VoiceChannels {
        VoiceChannels { reliable: CHANNEL, unreliable: CHANNEL }
    }

    fn delivery_of(&self, _channel: MessageChannel) -> Delivery {
        Delivery::Unreliable
    }

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics::default()
    }
}

impl ServerEndpoint for PlainServer {
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, _now: Instant, from: SocketAddr, datagram: &[u8]) {
        let Some((letter, bytes)) = datagram.split_first() else { return };
        self.bytes = bytes.to_vec();
        let known = self.peer_at(from);
        match (*letter, known) {
            (HELLO, None) => {
                self.peers.push(from);
                let peer = Peer(self.peers.len() as u64 - 1);
                let (session, remote) = (String::new(), from.into());
                self.events.push_back(ServerLinkEvent::Connected { peer, session, remote });
            }
            (MESSAGE, Some(peer)) => {
                self.events.push_back(ServerLinkEvent::Packet { peer, channel: CHANNEL });
            }
            (GOODBYE, Some(peer)) => {
                let reason = DisconnectReason::closed_by_peer(b"");
                self.events.push_back(ServerLinkEvent::Disconnected { peer, reason });
            }
            _ => {}
        }
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        self.outgoing.pop(datagram)
    }
}

/// Says hello every 20 ms until it is welcome.
#[derive(Debug, Default)]
pub(crate) struct PlainClient {
    greeting: Vec<u8>,
    /// The greeting to send and when to send it next, until there is a welcome.
    hello: Option<(Vec<u8>, Instant)>,
    outgoing: BytesQueue<()>,
    events: VecDeque<(ClientLinkEvent<MessageChannel>, Vec<u8>)>,
}

impl PlainClient {
    fn put(&mut self, letter: u8, bytes: &[u8]) {
        self.outgoing.push((), |datagram| {
            datagram.push(letter);
            datagram.extend_from_slice(bytes);
        });
    }

    fn end(&mut self, reason: DisconnectReason) {
        self.hello = None;
        self.events.push_back((ClientLinkEvent::Disconnected { reason }, Vec::new()));
    }
}

impl ClientNetwork<MessageChannel> for PlainClient {
    fn set_greeting(&mut self, greeting: &[u8]) {
        greeting.clone_into(&mut self.greeting);
    }

    fn connect(&mut self, now: Instant) {
        self.hello = Some((self.greeting.clone(), now));
        self.handle_timeout(now);
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        let (event, its_bytes) = self.events.pop_front()?;
        bytes.extend_from_slice(&its_bytes);
        Some(event)
    }

    fn send(&mut self, _now: Instant, _channel: MessageChannel, message: &[u8]) {
        self.put(MESSAGE, message);
    }

    fn disconnect(&mut self, now: Instant) {
        self.hang_up(now);
        self.end(DisconnectReason::ClosedByUs);
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        Some(self.hello.as_ref()?.1)
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn voice_channels(&self) -> VoiceChannels {
        VoiceChannels { reliable: CHANNEL, unreliable: CHANNEL }
    }

    fn delivery_of(&self, _channel: MessageChannel) -> Delivery {
        Delivery::Unreliable
    }

    fn statistics(&self) -> Statistics {
        Statistics::default()
    }
}

impl ClientEndpoint for PlainClient {
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, _now: Instant, datagram: &[u8]) {
        let Some((letter, bytes)) = datagram.split_first() else { return };
        match *letter {
            WELCOME if self.hello.take().is_some() => {
                self.events.push_back((ClientLinkEvent::Connected, bytes.to_vec()));
            }
            MESSAGE => {
                self.events.push_back((ClientLinkEvent::Packet { channel: CHANNEL }, bytes.to_vec()));
            }
            GOODBYE => self.end(DisconnectReason::closed_by_peer(b"")),
            _ => {}
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some((hello, at)) = &mut self.hello
            && *at <= now
        {
            *at = now + Duration::from_millis(20);
            let hello = hello.clone();
            self.put(HELLO, &hello);
        }
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> bool {
        self.outgoing.pop(datagram).is_some()
    }

    fn hang_up(&mut self, _now: Instant) {
        self.put(GOODBYE, b"");
    }
}
