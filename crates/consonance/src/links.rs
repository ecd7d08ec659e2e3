//! The link to the server and direct links to players: requests from the session to the transport, and events in
//! return.

mod conversion;

use std::time::{Duration, Instant};

use consonance_inspector::pcap::{CaptureLink, CapturedPacket, PacketDirection, PacketSink};
use consonance_link::{
    self as transport, ClientLinkEvent, ClientNetwork as _, DirectEvent, DisconnectReason, EndCode,
    EndReason, Peer,
};
use consonance_session::{Client, Disconnection, Instant as SessionInstant, LinkCommand, LinkId, Transmit};

use self::conversion::{direct_link, peer_of, to_session_limits};
use crate::encryption::Encryption;
use crate::route::LinkTransport;
use crate::transports::Transports;

/// The time limit for a goodbye.
pub(crate) const GOODBYE: Duration = Duration::from_secs(2);

/// Packets taken before the beat gets its turn.
const EVENTS_PER_ITERATION: usize = 512;

/// The transport and the current links over it.
pub(crate) struct Links {
    ways: Transports,
    /// The link to the server.
    link: LinkId,
    state: LinkState,
    wants_link: bool,
    last_end: Option<DisconnectReason>,
    /// The transport of the last link.
    transport: LinkTransport,
    /// The reason for a change of transport, in words; `None` once reported.
    transport_change: Option<String>,
    /// The server of the last link, if it is known.
    server: Option<String>,
    /// Whether the server has changed and the change is not reported yet.
    has_server_changed: bool,
    /// The direct links of one packet, collected again for each.
    peers: Vec<Peer>,
    /// Whether a direct link came or went since the last query.
    has_direct_change: bool,
    /// Packets for direct links of a transport that reported them but does not support them.
    undeliverable: u64,
    packet_log: Option<PacketSink>,
    encryption: Option<Encryption>,
    /// The packet of the last event.
    incoming: Vec<u8>,
    /// The packet that is sent, and the links that it goes to.
    outgoing: Vec<u8>,
    to: Vec<LinkId>,
}

/// The state of the link to the server, as last reported by the transport.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkState {
    Down,
    /// Between `connect` and `Connected`.
    Connecting,
    Up,
}

impl Links {
    /// Packets on the links pass through the encryption, if there is one.
    pub(crate) fn new(ways: Transports, encryption: Option<Encryption>) -> Self {
        Self {
            server: ways.present().server().map(str::to_owned),
            has_server_changed: false,
            ways,
            link: LinkId(0),
            state: LinkState::Down,
            wants_link: false,
            last_end: None,
            transport: LinkTransport::default(),
            transport_change: None,
            peers: Vec::new(),
            has_direct_change: false,
            undeliverable: 0,
            packet_log: None,
            encryption,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            to: Vec::new(),
        }
    }

    pub(crate) fn set_waker(&mut self, waker: std::task::Waker) {
        self.ways.set_waker(waker);
    }

    pub(crate) fn wants_poll_at(&self) -> Option<Instant> {
        self.ways.wants_poll_at()
    }

    /// Captures packets from now on, replacing any former capture.
    pub(crate) fn log_packets(&mut self, sink: PacketSink, client: &Client) {
        for player in client.players().iter() {
            sink.introduce(player.id, player.name, &player.rooms);
        }
        self.packet_log = Some(sink);
    }

    /// Receives pending events; true if there are more.
    pub(crate) fn receive(&mut self, now: Instant, at: SessionInstant, client: &mut Client) -> bool {
        for _ in 0..EVENTS_PER_ITERATION {
            match self.ways.present_mut().poll_event(now, &mut self.incoming) {
                None => return false,
                Some(ClientLinkEvent::Packet { channel: delivery }) => {
                    let packet = self.incoming.as_slice();
                    let (log, link) = (self.packet_log.as_ref(), CaptureLink::Server);
                    record(log, now, link, PacketDirection::Received, delivery, packet);
                    if let Some(packet) = open(&mut self.encryption, now, client, packet) {
                        client.handle_packet(at, self.link, delivery, packet);
                    }
                }
                Some(ClientLinkEvent::Direct { peer, event: DirectEvent::Packet { delivery } }) => {
                    let packet = self.incoming.as_slice();
                    let link = CaptureLink::Direct(peer.0);
                    record(self.packet_log.as_ref(), now, link, PacketDirection::Received, delivery, packet);
                    if let Some(packet) = open(&mut self.encryption, now, client, packet) {
                        client.handle_packet(at, direct_link(peer), delivery, packet);
                    }
                }
                Some(ClientLinkEvent::Direct { peer, event: DirectEvent::Up }) => {
                    self.has_direct_change = true;
                    client.handle_peer_connected(at, direct_link(peer));
                }
                Some(ClientLinkEvent::Direct { peer, event: DirectEvent::Down { .. } }) => {
                    self.has_direct_change = true;
                    client.handle_disconnected(at, direct_link(peer));
                }
                Some(ClientLinkEvent::Connected) => {
                    self.link = LinkId(self.link.0 + 1);
                    self.state = LinkState::Up;
                    self.ways.note_up();
                    self.note_transport();
                    self.note_server();
                    client.handle_connected(at, self.link);
                }
                Some(ClientLinkEvent::Disconnected { reason }) => {
                    let notice = client.server().end_notice().filter(|_| self.state == LinkState::Up);
                    self.last_end = Some(with_notice(reason, notice));
                    if std::mem::replace(&mut self.state, LinkState::Down) == LinkState::Up {
                        client.handle_disconnected(at, self.link);
                    } else {
                        self.ways.note_failed();
                        client.handle_connect_failed(at);
                    }
                }
            }
        }
        true
    }

    /// Sends pending packets, and opens and closes links as requested by the session.
    pub(crate) fn send(&mut self, now: Instant, client: &mut Client) {
        let is_sealed = self.encryption.as_ref().is_some_and(|encryption| encryption.is_in_force(client));
        while let Some(transmit) = client.poll_transmit() {
            if !is_sealed {
                self.transmit(now, &transmit);
                continue;
            }
            // The session's buffer is borrowed while it is read, but its players are needed to send, so it is copied.
            let (mut to, mut packet) = (std::mem::take(&mut self.to), std::mem::take(&mut self.outgoing));
            to.clear();
            to.extend(transmit.to);
            packet.clear();
            packet.extend(transmit.payload);
            let delivery = transmit.delivery;
            let mut encryption = self.encryption.take();
            let sealed = match &mut encryption {
                Some(encryption) => encryption.seal(client, &packet),
                None => Some(&*packet),
            };
            if let Some(payload) = sealed {
                self.transmit(now, &Transmit { to: &to, delivery, payload });
            }
            self.encryption = encryption;
            (self.to, self.outgoing) = (to, packet);
        }
        while let Some(command) = client.poll_command() {
            match command {
                LinkCommand::Open => self.wants_link = true,
                LinkCommand::Close { link, .. } if link == self.link => self.close(now),
                LinkCommand::Close { link, .. } => self.close_direct(now, link),
            }
        }
        if self.wants_link && self.state == LinkState::Down {
            self.wants_link = false;
            self.state = LinkState::Connecting;
            self.ways.connect(now);
            let overhead = self.encryption.as_ref().map_or(0, Encryption::overhead_bytes);
            let mut limits = to_session_limits(self.ways.present().limits());
            limits.unreliable_bytes = limits.unreliable_bytes.saturating_sub(overhead);
            client.set_packet_limits(limits);
        }
    }

    /// The encryption of packets on the links.
    pub(crate) fn encryption_mut(&mut self) -> Option<&mut Encryption> {
        self.encryption.as_mut()
    }

    /// The current transport and the reason for it, if it differs from the one reported before.
    pub(crate) fn take_transport_change(&mut self) -> Option<(LinkTransport, String)> {
        self.transport_change.take().map(|why| (self.transport, why))
    }

    /// The transport of the last link.
    pub(crate) fn transport(&self) -> LinkTransport {
        self.transport
    }

    /// Whether a link over the primary network is up and ready to replace the fallback's.
    pub(crate) fn can_return(&self) -> bool {
        self.ways.can_return()
    }

    /// Makes that link the next one.
    pub(crate) fn begin_return(&mut self) {
        self.ways.present_mut().begin_return();
    }

    fn note_transport(&mut self) {
        let (transport, why) = self.ways.present().in_use();
        if transport != self.transport {
            self.transport = transport;
            self.transport_change = Some(why.to_owned());
        }
    }

    fn note_server(&mut self) {
        let server = self.ways.present().server();
        if server != self.server.as_deref() {
            self.server = server.map(str::to_owned);
            self.has_server_changed = true;
        }
    }

    /// The current server, if it differs from the one reported before.
    pub(crate) fn take_server_change(&mut self) -> Option<String> {
        std::mem::take(&mut self.has_server_changed).then(|| self.server.clone())?
    }

    /// Sets the servers of the session as named by the current one, each by host and port.
    pub(crate) fn list_servers(&mut self, places: &[Box<str>]) {
        self.ways.present_mut().list_servers(places);
    }

    /// Makes the next link lead to another server of the session, if one is known and answers.
    pub(crate) fn leave_server(&mut self) {
        self.ways.present_mut().leave_server();
    }

    /// Whether a direct link came or went since the last call.
    pub(crate) fn take_direct_change(&mut self) -> bool {
        std::mem::take(&mut self.has_direct_change)
    }

    /// The network's counters, including packets for direct links that it does not have.
    pub(crate) fn statistics(&self) -> transport::Statistics {
        let mut statistics = self.ways.statistics();
        statistics.dropped.not_connected += self.undeliverable;
        statistics
    }

    /// Ends the link to the server, or the attempt at one.
    pub(crate) fn close(&mut self, now: Instant) {
        self.wants_link = false;
        self.ways.present_mut().disconnect(now);
    }

    /// Makes the next link lead to this address; returns an error if it is invalid, or if this network supports no
    /// redirects.
    pub(crate) fn lead_to(&mut self, address: &str) -> Result<(), String> {
        self.ways.lead_to(address)
    }

    /// Makes the next link lead to the current server.
    pub(crate) fn stay(&mut self) {
        self.ways.stay();
    }

    /// Whether another attempt may have a different outcome.
    pub(crate) fn has_another_way(&self) -> bool {
        self.ways.has_another()
    }

    /// Whether the goodbye is still being sent.
    pub(crate) fn is_busy(&self) -> bool {
        self.state != LinkState::Down
    }

    /// The reason for the loss of a session, as the network reports it.
    pub(crate) fn reason(&self, cause: Disconnection) -> DisconnectReason {
        match (&self.last_end, cause) {
            (Some(reason), Disconnection::LinkLost | Disconnection::ConnectFailed) => reason.clone(),
            (_, Disconnection::NoAnswer) => DisconnectReason::TimedOut,
            _ => DisconnectReason::ClosedByPeer { reason: EndCode::NewSession.into() },
        }
    }

    /// The reason that the server gave for ending the last link.
    pub(crate) fn end_reason(&self) -> Option<EndReason> {
        self.last_end.as_ref()?.end_reason()
    }

    fn transmit(&mut self, now: Instant, transmit: &Transmit<'_>) {
        let Transmit { to, delivery, payload } = *transmit;
        self.peers.clear();
        self.peers.extend(to.iter().filter_map(|link| peer_of(*link)));
        let direct = self.peers.iter().map(|peer| CaptureLink::Direct(peer.0));
        let server = (self.peers.len() < to.len()).then_some(CaptureLink::Server);
        for link in server.into_iter().chain(direct) {
            record(self.packet_log.as_ref(), now, link, PacketDirection::Sent, delivery, payload);
        }
        if self.peers.len() < to.len() {
            self.ways.present_mut().send(now, delivery, payload);
        }
        if self.peers.is_empty() {
            return;
        }
        match self.ways.present_mut().direct_links() {
            Some(links) => links.send_direct(now, &self.peers, delivery, payload),
            None => self.undeliverable += self.peers.len() as u64,
        }
    }

    fn close_direct(&mut self, now: Instant, link: LinkId) {
        self.has_direct_change = true;
        if let (Some(peer), Some(links)) = (peer_of(link), self.ways.present_mut().direct_links()) {
            links.disconnect_direct(now, peer);
        }
    }
}

/// Prefers the reason that the server announced in a packet over the one in the end of the link, which carries no
/// code on some networks.
fn with_notice(end: DisconnectReason, notice: Option<&EndReason>) -> DisconnectReason {
    match (end, notice.cloned()) {
        (DisconnectReason::ClosedByUs, _) => DisconnectReason::ClosedByUs,
        (_, Some(reason)) => DisconnectReason::ClosedByPeer { reason },
        (end, None) => end,
    }
}

/// Captures a packet, if capturing is on.
fn record(
    log: Option<&PacketSink>,
    at: Instant,
    link: CaptureLink,
    direction: PacketDirection,
    delivery: transport::Delivery,
    packet: &[u8],
) {
    if let Some(sink) = log {
        let is_reliable = delivery == transport::Delivery::Reliable;
        sink.record(&CapturedPacket { at, link, direction, is_reliable, packet });
    }
}

/// The packet to pass to the session, if any.
fn open<'a>(
    encryption: &'a mut Option<Encryption>,
    now: Instant,
    client: &Client,
    packet: &'a [u8],
) -> Option<&'a [u8]> {
    match encryption {
        Some(encryption) => encryption.open(now, client, packet),
        None => Some(packet),
    }
}
