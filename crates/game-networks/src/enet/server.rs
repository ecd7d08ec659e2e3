//! The server: all clients of one port.

mod accepting;
mod ending;
mod machines;
mod reading;
mod releasing;
mod remote_client;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use consonance_link::gateway::udp::{PeerTable, SecretNumbers, ServerEndpoint};
use consonance_link::gateway::{Allowance, MessageChannel, VoiceChannels};
use consonance_link::{
    Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork, Statistics,
};
use rusty_enet::{MTU_MAX, Packet};

use crate::enet::EnetServerSettings;
use crate::enet::machine::{Happened, Sent};

use machines::{Machines, Number};
use remote_client::{Phase, RemoteClient};

/// A server for clients of ENet, without a socket: for a [`UdpServer`](consonance_link::gateway::udp::UdpServer).
///
/// A client is reported when it asks for admission, and learns that it is connected when it is accepted; a rejected
/// client never connects. The greeting is the number in its request, as 4 bytes, big-endian; it is empty if that is 0.
pub struct EnetServer {
    settings: EnetServerSettings,
    /// The secrets with which new clients prove their addresses.
    secrets: SecretNumbers,
    machines: Machines,
    /// All clients, by address and attempt. Those of whose waiting commands ENet gets another share have turns.
    clients: PeerTable<RemoteClient, (SocketAddr, u32)>,
    /// All clients that ENet knows, by address and number.
    by_number: BTreeMap<(SocketAddr, u16), Peer>,
    /// The number of clients at each address that have proved it.
    proved: BTreeMap<SocketAddr, usize>,
    /// The bytes of messages waiting for clients that have not proved their address.
    unproved_bytes: usize,
    connect_rate: Option<Allowance>,
    /// The last time that ENet's timers were run.
    ticked: Option<Instant>,
    /// The last time that all peers were pinged.
    pinged: Option<Instant>,
    /// The part of a datagram that ENet gets.
    admitted: Vec<u8>,
    /// The latest time that the driver has passed in.
    now: Option<Instant>,
    links: Statistics,
}

impl fmt::Debug for EnetServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnetServer").field("clients", &self.clients.len()).finish_non_exhaustive()
    }
}

impl EnetServer {
    /// A server without clients. The seed must be secret, because numbers that only receivers of our datagrams can
    /// know are derived from it: take it from the system's source of random numbers.
    pub fn new(settings: EnetServerSettings, seed: [u8; 32]) -> Self {
        let connection = settings.connection.within_limits();
        Self {
            secrets: SecretNumbers::new(&seed),
            machines: Machines::new(connection.clone()),
            clients: PeerTable::new(settings.peers),
            settings: EnetServerSettings { connection, ..settings },
            by_number: BTreeMap::new(),
            proved: BTreeMap::new(),
            unproved_bytes: 0,
            connect_rate: None,
            ticked: None,
            pinged: None,
            admitted: Vec::new(),
            now: None,
            links: Statistics::default(),
        }
    }

    fn set_time(&mut self, now: Instant) {
        self.now = Some(now);
        self.machines.set_time(now);
    }

    /// Handles all events from one of ENet's machines, of which `leaver` may just have said goodbye.
    fn run(&mut self, now: Instant, machine: usize, leaver: Option<Peer>) {
        while let Some(happened) = self.machines.at(machine).next() {
            let (Happened::Connected(peer) | Happened::Disconnected(peer) | Happened::Message(peer, ..)) =
                happened;
            let Some(peer) = self.machines.peer_of(Number { machine, peer }) else { continue };
            match happened {
                Happened::Connected(_) => self.open(now, peer),
                Happened::Disconnected(_) => self.end_by_enet(peer, leaver == Some(peer)),
                Happened::Message(_, channel, packet) => self.keep(peer, channel, &packet),
            }
        }
    }

    fn keep(&mut self, peer: Peer, channel: MessageChannel, packet: &Packet) {
        if self.clients.get(peer).is_some_and(|client| matches!(client.phase, Phase::Open)) {
            let delivery = self.settings.connection.delivery_of(channel);
            self.links.received.count(delivery, 1, packet.data().len());
            self.clients.push_message(peer, channel, |bytes| bytes.extend_from_slice(packet.data()));
        }
    }

    fn send_now(&mut self, peer: Peer, channel: MessageChannel, message: &Arc<[u8]>) {
        let Some(client) = self.clients.get(peer) else { return };
        let Some(number) = client.number else { return };
        let delivery = self.settings.connection.delivery_of(channel);
        let dropped = &mut self.links.dropped;
        let machine = self.machines.at(number.machine);
        match machine.send(number.peer, (channel, message), &self.settings.connection, &client.queue) {
            Sent::Yes => self.links.sent.count(delivery, 1, message.len()),
            Sent::TooLarge => dropped.too_large += 1,
            Sent::NotConnected => dropped.not_connected += 1,
            Sent::Full if delivery == Delivery::Unreliable => dropped.outgoing_full += 1,
            Sent::Full => self.end_for_slowness(peer),
        }
    }

    fn ping_all(&mut self, now: Instant) {
        if now < *self.pinged.get_or_insert(now) + self.settings.connection.ping {
            return;
        }
        self.pinged = Some(now);
        let proved = self.clients.iter().filter(|(_, client)| client.is_proved());
        for number in proved.filter_map(|(_, client)| client.number) {
            self.machines.at(number.machine).ping(number.peer);
        }
    }

    /// The time at which ENet's timers are due, if it has peers.
    fn next_tick(&self) -> Option<Instant> {
        (!self.by_number.is_empty()).then_some(self.ticked? + self.settings.connection.tick)
    }

    fn send_to(&mut self, now: Instant, peer: Peer, channel: MessageChannel, message: &Arc<[u8]>) {
        self.set_time(now);
        match self.clients.get(peer).map(|client| &client.phase) {
            Some(Phase::Open) => self.send_now(peer, channel, message),
            Some(Phase::Proving { .. }) => self.send_later(peer, channel, message),
            Some(Phase::Asking(_) | Phase::Ending) | None => {
                self.links.dropped.not_connected += 1;
            }
        }
    }
}

impl ServerNetwork<MessageChannel> for EnetServer {
    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent<MessageChannel>> {
        self.clients.poll_event(bytes)
    }

    fn accept(&mut self, now: Instant, peer: Peer, _greeting: &[u8]) {
        self.set_time(now);
        self.take_in(now, peer);
    }

    fn send(&mut self, now: Instant, peers: &[Peer], channel: MessageChannel, message: &[u8]) {
        let message = message.into();
        for &peer in peers {
            self.send_to(now, peer, channel, &message);
        }
    }

    fn disconnect(&mut self, now: Instant, peer: Peer, _reason: &str) {
        self.set_time(now);
        self.close(now, peer);
    }

    fn set_joined(&mut self, now: Instant, peer: Peer, is_joined: bool) {
        self.clients.set_joined(now, peer, is_joined);
    }

    /// Sends nothing: both ends of ENet ping, and acknowledge pings, several times a second.
    fn probe(&mut self, _now: Instant, peer: Peer) -> Option<Instant> {
        self.clients.get(peer)?.heard_at
    }

    fn shutdown(&mut self, now: Instant) {
        for peer in self.clients.shut_down() {
            self.disconnect(now, peer, "");
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let has_news = self.clients.has_events() || self.clients.turn().is_some();
        let news = self.now.filter(|_| has_news);
        [news, self.clients.next_due(), self.next_tick()].into_iter().flatten().min()
    }

    fn network(&self) -> &'static str {
        "enet"
    }

    fn limits(&self) -> PacketLimits {
        self.voice_channels().limits(|channel| self.message_bytes_max(channel))
    }

    fn voice_channels(&self) -> VoiceChannels {
        self.settings.connection.voice_channels()
    }

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.settings.connection.delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        self.settings.connection.message_bytes_max(channel)
    }

    fn statistics(&self) -> NetworkStatistics {
        NetworkStatistics { links: self.links, connections: self.clients.counts() }
    }
}

impl ServerEndpoint for EnetServer {
    const DATAGRAM_BYTES_MAX: usize = MTU_MAX;

    fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        self.set_time(now);
        if !self.read(now, from, datagram) {
            self.links.dropped.malformed += 1;
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.set_time(now);
        while let Some(peer) = self.clients.due(now) {
            self.lose_patience(peer);
        }
        self.release_next(now);
        if self.next_tick().is_some_and(|tick| tick <= now) {
            self.ticked = Some(now);
            self.ping_all(now);
            for machine in 0..self.machines.len() {
                self.run(now, machine, None);
            }
        }
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        self.set_time(now);
        self.machines.pop(datagram)
    }
}
