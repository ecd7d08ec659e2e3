//! `rusty_enet`'s host without a socket and without a clock: datagrams go in and come out, and the time is an argument.

mod clock;
mod queue;
mod secret_clocks;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use consonance_link::gateway::MessageChannel;
use rusty_enet::consts::PEER_PACKET_THROTTLE_SCALE;
use rusty_enet::{Address, EventNoRef, Host, HostSettings, MTU_MAX, Packet, Peer, PeerID, PeerState};

use crate::enet::ConnectionSettings;
use crate::enet::limits::UNRELIABLE_BYTES_MAX;

pub(crate) use clock::Clock;
pub(crate) use queue::Queue;
use queue::Queued;
use secret_clocks::SecretClocks;
use wire::{Credits, Wire};

/// One of the peers of a machine.
pub(crate) type EnetPeer<A> = Peer<Wire<A>>;

/// ENet's machine for some peers, which have numbers from 0.
#[derive(Debug)]
pub(crate) struct Machine<A: Address + Ord> {
    host: Host<Wire<A>>,
    /// Whether something was sent that has not left yet.
    is_dirty: bool,
}

/// An event from ENet.
#[derive(Debug)]
pub(crate) enum Happened {
    Connected(u16),
    Disconnected(u16),
    Message(u16, MessageChannel, Packet),
}

/// The result of sending a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Yes,
    TooLarge,
    NotConnected,
    /// Too much is already waiting.
    Full,
}

impl<A: Address + Ord> Machine<A> {
    /// Creates a machine for at most 4095 peers. The settings are within their limits; peer 0 may connect, with an id
    /// that is derived from the seed.
    pub(crate) fn new(settings: &ConnectionSettings, peers: usize, seed: u32, clock: &Clock) -> Self {
        let clock = clock.clone();
        let host_settings = HostSettings {
            peer_limit: peers.clamp(1, PeerID::MAX),
            channel_limit: settings.channels.len(),
            time: Box::new(move || clock.time()),
            seed: Some(seed),
            ..HostSettings::default()
        };
        let mut host = Host::new(Wire::new(settings.dialect), host_settings)
            .expect("the settings are within their limits");
        // ENet stops in the middle of a datagram that exceeds its own limits, so nothing may ever exceed them.
        // Its waiting data is bounded by what we pass in; its own count of that data grows with each message that
        // stays incomplete, because it does not subtract messages that it drops.
        let packet_bytes_max = settings.message_bytes_max.max(UNRELIABLE_BYTES_MAX as usize).max(MTU_MAX);
        let is_within = host.set_mtu(settings.mtu).is_ok()
            && host.set_maximum_packet_size(packet_bytes_max).is_ok()
            && host.set_maximum_waiting_data(usize::MAX).is_ok();
        debug_assert!(is_within, "the settings are within their limits");
        Self { host, is_dirty: false }
    }

    /// Begins to connect as peer 0, which must be free.
    pub(crate) fn connect(&mut self, to: A, settings: &ConnectionSettings, data: u32) {
        let is_begun = self.host.connect(to, settings.channels.len(), data).is_ok();
        debug_assert!(is_begun, "peer 0 is free");
        self.configure(0, settings);
        self.is_dirty = true;
    }

    /// Passes ENet a datagram in the form of stock ENet, whose buffer it exchanges for another. Its events must be
    /// taken before the next datagram.
    pub(crate) fn receive(&mut self, from: A, datagram: &mut Vec<u8>) {
        self.host.socket_mut().receive(from, datagram);
    }

    /// The next event; sends acknowledgements, and resends commands that were not acknowledged.
    pub(crate) fn next(&mut self) -> Option<Happened> {
        self.is_dirty = false;
        let Ok(event) = self.host.service();
        Some(match event?.no_ref() {
            EventNoRef::Connect { peer, .. } => Happened::Connected(number(peer)),
            EventNoRef::Disconnect { peer, .. } => Happened::Disconnected(number(peer)),
            EventNoRef::Receive { peer, channel_id, packet } => {
                Happened::Message(number(peer), MessageChannel(channel_id.into()), packet)
            }
        })
    }

    pub(crate) fn send(
        &mut self,
        peer: u16,
        (channel, message): (MessageChannel, &Arc<[u8]>),
        settings: &ConnectionSettings,
        queue: &Queue,
    ) -> Sent {
        let (Some(kind), Ok(number)) = (settings.mode_of(channel), u8::try_from(channel.0)) else {
            return Sent::NotConnected;
        };
        if message.len() > settings.message_bytes_max {
            return Sent::TooLarge;
        }
        if queue.bytes() > settings.queued_bytes_max {
            return Sent::Full;
        }
        let packet = Packet::new(Box::new(Queued::new(message, queue)), kind.packet());
        let Some(peer) = self.host.get_peer_mut(PeerID(peer.into())) else { return Sent::NotConnected };
        self.is_dirty = true;
        if peer.send(number, &packet).is_ok() { Sent::Yes } else { Sent::NotConnected }
    }

    /// Sends queued messages, as far as the other side takes them.
    pub(crate) fn flush(&mut self) {
        if std::mem::take(&mut self.is_dirty) {
            self.host.flush();
        }
    }

    /// The next datagram to send.
    pub(crate) fn pop(&mut self, datagram: &mut Vec<u8>) -> Option<A> {
        self.host.socket_mut().pop(datagram)
    }

    /// Queues a datagram that does not come from ENet, in the form of stock ENet.
    pub(crate) fn push(&mut self, to: A, write: impl FnOnce(&mut Vec<u8>)) {
        self.host.socket_mut().push(to, write);
    }

    pub(crate) fn peer(&mut self, peer: u16) -> Option<&mut EnetPeer<A>> {
        // A call on the peer may queue something for the other side.
        self.is_dirty = true;
        self.host.get_peer_mut(PeerID(peer.into()))
    }

    pub(crate) fn peek(&self, peer: u16) -> Option<&EnetPeer<A>> {
        self.host.get_peer(PeerID(peer.into()))
    }

    /// The number of channels of a peer, if it is connected and stays connected: ENet keeps messages of such peers
    /// only.
    pub(crate) fn channels_of(&self, peer: u16) -> Option<usize> {
        let peer = self.peek(peer).filter(|peer| peer.state() == PeerState::Connected)?;
        Some(peer.channel_count())
    }

    /// Settings that ENet forgets with each connection.
    pub(crate) fn configure(&mut self, peer: u16, settings: &ConnectionSettings) {
        let Some(peer) = self.peer(peer) else { return };
        peer.set_timeout(0, milliseconds(settings.timeout_min), milliseconds(settings.timeout_max));
        peer.set_ping_interval(milliseconds(settings.ping));
    }

    pub(crate) fn ping(&mut self, peer: u16) {
        if let Some(peer) = self.peer(peer) {
            peer.ping();
        }
    }

    /// Makes both ends stop dropping unreliable messages, unless the settings want that; the peer is connected.
    pub(crate) fn unthrottle(&mut self, peer: u16, settings: &ConnectionSettings) {
        if !settings.throttles
            && let Some(peer) = self.peer(peer)
        {
            peer.set_throttle(THROTTLE_INTERVAL_MS, PEER_PACKET_THROTTLE_SCALE, 0);
        }
    }

    /// The clocks with which addresses are proved.
    pub(crate) fn clocks(&mut self) -> &mut SecretClocks<A> {
        &mut self.host.socket_mut().clocks
    }

    /// The bytes that may still be sent to unproved addresses.
    pub(crate) fn credits(&mut self) -> &mut Credits<A> {
        &mut self.host.socket_mut().credits
    }
}

/// The time over which ENet measures the usual delay of acknowledgements: its own default.
const THROTTLE_INTERVAL_MS: u32 = 5000;

fn number(peer: PeerID) -> u16 {
    // A machine has at most 4095 peers.
    peer.0 as u16
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
