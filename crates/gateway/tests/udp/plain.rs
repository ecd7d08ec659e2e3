//! The smallest datagram protocol: a letter for the type, and the bytes. Nothing is retransmitted.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_gateway::udp::{BytesQueue, ClientEndpoint, ServerEndpoint};
use consonance_gateway::{GameNetworkClientEvent, GameNetworkServerEvent, MessageChannel, VoiceChannels};
use consonance_transport::{Delivery, DisconnectReason, NetworkStatistics, Peer, Statistics};

const HELLO: u8 = b'h';
const WELCOME: u8 = b'w';
const MESSAGE: u8 = b'm';
const GOODBYE: u8 = b'g';

const CHANNEL: MessageChannel = MessageChannel(0);

/// Clients are admitted as soon as they are accepted, and known by their address.
#[derive(Debug, Default)]
pub(crate) struct PlainServer {
    peers: Vec<SocketAddr>,
    outgoing: BytesQueue<SocketAddr>,
    events: VecDeque<GameNetworkServerEvent>,
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

impl ServerEndpoint for PlainServer {
    const DATAGRAM_BYTES_MAX: usize = 1200;

    fn handle_datagram(&mut self, _now: Instant, from: SocketAddr, datagram: &[u8]) {
        let Some((letter, bytes)) = datagram.split_first() else { return };
        self.bytes = bytes.to_vec();
        let known = self.peer_at(from);
        match (*letter, known) {
            (HELLO, None) => {
                self.peers.push(from);
                let peer = Peer(self.peers.len() as u64 - 1);
                self.events.push_back(GameNetworkServerEvent::Connected { peer, remote: from });
            }
            (MESSAGE, Some(peer)) => {
                self.events.push_back(GameNetworkServerEvent::Message { peer, channel: CHANNEL });
            }
            (GOODBYE, Some(peer)) => {
                let reason = DisconnectReason::closed_by_peer(b"");
                self.events.push_back(GameNetworkServerEvent::Disconnected { peer, reason });
            }
            _ => {}
        }
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        self.outgoing.pop(datagram)
    }

    fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<GameNetworkServerEvent> {
        let event = self.events.pop_front()?;
        bytes.extend_from_slice(&self.bytes);
        Some(event)
    }

    fn accept(&mut self, _now: Instant, peer: Peer, greeting: &[u8]) {
        self.put(peer, WELCOME, greeting);
    }

    fn send(&mut self, _now: Instant, peer: Peer, _channel: MessageChannel, message: &[u8]) {
        self.put(peer, MESSAGE, message);
    }

    fn disconnect(&mut self, _now: Instant, peer: Peer, _reason: &str) {
        self.put(peer, GOODBYE, b"");
        let reason = DisconnectReason::ClosedByUs;
        self.events.push_back(GameNetworkServerEvent::Disconnected { peer, reason });
    }

    fn shutdown(&mut self, _now: Instant) {}

    fn voice_channels(&self) -> VoiceChannels {
        VoiceChannels { reliable: CHANNEL, unreliable: CHANNEL }
    }

    fn delivery_of(&self, _channel: MessageChannel) -> Delivery {
        Delivery::Unreliable
    }

    fn message_bytes_max(&self, _channel: MessageChannel) -> usize {
        Self::DATAGRAM_BYTES_MAX - 1
    }

    fn network(&self) -> &'static str {
        "plain"
    }

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics::default()
    }
}

/// Says hello every 20 ms until it is welcome.
#[derive(Debug, Default)]
pub(crate) struct PlainClient {
    /// The greeting to send and when to send it next, until there is a welcome.
    hello: Option<(Vec<u8>, Instant)>,
    outgoing: BytesQueue<()>,
    events: VecDeque<(GameNetworkClientEvent, Vec<u8>)>,
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
        self.events.push_back((GameNetworkClientEvent::Disconnected { reason }, Vec::new()));
    }
}

impl ClientEndpoint for PlainClient {
    const DATAGRAM_BYTES_MAX: usize = 1200;

    fn connect(&mut self, now: Instant, greeting: &[u8]) {
        self.hello = Some((greeting.to_vec(), now));
        self.handle_timeout(now);
    }

    fn handle_datagram(&mut self, _now: Instant, datagram: &[u8]) {
        let Some((letter, bytes)) = datagram.split_first() else { return };
        match *letter {
            WELCOME if self.hello.take().is_some() => {
                self.events.push_back((GameNetworkClientEvent::Connected, bytes.to_vec()));
            }
            MESSAGE => {
                self.events.push_back((GameNetworkClientEvent::Message { channel: CHANNEL }, bytes.to_vec()));
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

    fn poll_timeout(&self) -> Option<Instant> {
        Some(self.hello.as_ref()?.1)
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> bool {
        self.outgoing.pop(datagram).is_some()
    }

    fn poll_event(&mut self, bytes: &mut Vec<u8>) -> Option<GameNetworkClientEvent> {
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

    fn hang_up(&mut self, _now: Instant) {
        self.put(GOODBYE, b"");
    }

    fn voice_channels(&self) -> VoiceChannels {
        VoiceChannels { reliable: CHANNEL, unreliable: CHANNEL }
    }

    fn delivery_of(&self, _channel: MessageChannel) -> Delivery {
        Delivery::Unreliable
    }

    fn message_bytes_max(&self, _channel: MessageChannel) -> usize {
        Self::DATAGRAM_BYTES_MAX - 1
    }

    fn statistics(&self) -> Statistics {
        Statistics::default()
    }
}
