//! A server whose clients are links with hand-made packets.

use core::time::Duration;
use std::collections::BTreeMap;

use consonance_session::{
    CloseReason, CodecParameters, Delivery, Instant, Limits, LinkCommand, LinkId, NameTaken, PeerOrigin,
    Rate, Server, ServerSettings, ServerStatistics,
};

use consonance_wire::{HandshakeExtension, Packet, ResumeTicket};

use super::{packets, words};

/// A server, with its sent packets in words. Links are numbers.
pub(crate) struct LoneServer {
    pub(crate) server: Server,
    now: Instant,
    /// When the peers of these links were last heard, if their networks can say. All others answer at once.
    heard: BTreeMap<u64, Option<Instant>>,
}

impl LoneServer {
    pub(crate) fn new() -> Self {
        Self::with_limits(|_| {})
    }

    pub(crate) fn with_limits(change: impl FnOnce(&mut Limits)) -> Self {
        Self::with_settings(|settings| change(&mut settings.limits))
    }

    /// A server that gives a name in use to the newcomer.
    pub(crate) fn of_newest() -> Self {
        Self::with_settings(|settings| settings.name_taken = NameTaken::Newest)
    }

    /// A server without rate limits that never closes a link for offences.
    pub(crate) fn unhurried() -> Self {
        Self::with_limits(unhurried)
    }

    pub(crate) fn with_settings(change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = packets::SESSION;
        change(&mut settings);
        Self { server: Server::new(settings), now: Instant::START, heard: BTreeMap::new() }
    }

    pub(crate) fn connect(&mut self, link: u64) {
        self.server.handle_connected(self.now, LinkId(link));
    }

    pub(crate) fn connect_from(&mut self, link: u64, address: &str) {
        let address: std::net::Ipv4Addr = address.parse().expect("an address");
        self.connect_as(link, PeerOrigin::AddressPrefix(u32::from(address).into()));
    }

    pub(crate) fn connect_as(&mut self, link: u64, origin: PeerOrigin) {
        self.server.handle_connected_from(self.now, LinkId(link), Some(origin));
    }

    /// The peer of this link stops answering.
    pub(crate) fn falls_silent(&mut self, link: u64) {
        self.heard.insert(link, Some(self.now));
    }

    /// The peer of this link answers again.
    pub(crate) fn answers_again(&mut self, link: u64) {
        self.heard.remove(&link);
    }

    /// The network of this link cannot say when its peer was heard.
    pub(crate) fn cannot_say(&mut self, link: u64) {
        self.heard.insert(link, None);
    }

    /// Lets time pass, calls the server when it asks for it, and answers its probes; returns the links that it closed.
    pub(crate) fn run_for(&mut self, span: Duration) -> Vec<(u64, CloseReason)> {
        let end = self.now + span;
        let mut closed = self.closed();
        while let Some((at, _)) = self.server.poll_timeout().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.server.handle_timeout(self.now);
            closed.append(&mut self.closed());
        }
        self.now = end;
        closed
    }

    /// Joins a client over a new link, listening to these rooms; returns its id. Sent packets are dropped.
    pub(crate) fn join(&mut self, link: u64, name: &str, rooms: &[&str]) -> u16 {
        self.join_with_codec(link, name, packets::CODEC, rooms)
    }

    /// The same with another codec.
    pub(crate) fn join_with_codec(
        &mut self,
        link: u64,
        name: &str,
        codec: CodecParameters,
        rooms: &[&str],
    ) -> u16 {
        self.connect(link);
        self.give(link, &packets::handshake_with_codec(name, codec));
        let row = self.server.tables().links().find(|row| row.link == LinkId(link));
        let id = row.and_then(|row| row.client).expect("a client that joined").0;
        self.give(link, &packets::client_state_with_codec(id, name, codec, rooms));
        self.events();
        id
    }

    /// Passes a packet to the server and drops the packets that it sends.
    fn give(&mut self, link: u64, packet: &[u8]) {
        self.server.handle_packet(self.now, LinkId(link), Delivery::Reliable, packet);
        while self.server.poll_transmit().is_some() {}
    }

    /// Sends the handshake of a client of ours; returns its resume ticket and drops all other packets.
    pub(crate) fn ticket(&mut self, link: u64, handshake: &[u8]) -> ResumeTicket {
        self.connect(link);
        self.server.handle_packet(self.now, LinkId(link), Delivery::Reliable, handshake);
        self.ticket_of_answer()
    }

    /// The same, from a response that is already queued.
    pub(crate) fn ticket_of_answer(&mut self) -> ResumeTicket {
        let mut ticket = None;
        while let Some(transmit) = self.server.poll_transmit() {
            if let Ok((Packet::HandshakeResponse(answer), trailing)) =
                Packet::parse_with_trailing(transmit.payload)
            {
                let secret = HandshakeExtension::find(trailing).and_then(|extension| extension.secret);
                let (session, id) = (answer.session, answer.id);
                ticket = secret.map(|secret| ResumeTicket { session, id, secret });
            }
        }
        ticket.expect("an answer with a secret")
    }

    /// Receives a packet; returns the packets sent because of it.
    pub(crate) fn receive(&mut self, link: u64, packet: &[u8]) -> Vec<String> {
        let relayed = self.server.handle_packet(self.now, LinkId(link), Delivery::Reliable, packet);
        let mut sent: Vec<_> = relayed.iter().map(words::transmit).collect();
        sent.append(&mut self.sent());
        sent
    }

    /// The same, as raw bytes.
    pub(crate) fn receive_raw(&mut self, link: u64, packet: &[u8]) -> Vec<Vec<u8>> {
        self.server.handle_packet(self.now, LinkId(link), Delivery::Reliable, packet);
        let mut sent = Vec::new();
        while let Some(transmit) = self.server.poll_transmit() {
            sent.push(transmit.payload.to_vec());
        }
        sent
    }

    /// Whether a voice packet is relayed; faster than naming the recipients.
    pub(crate) fn relays(&mut self, link: u64, packet: &[u8]) -> bool {
        self.server.handle_packet(self.now, LinkId(link), Delivery::Unreliable, packet).is_some()
    }

    /// Disconnects a link; returns the packets sent because of it.
    pub(crate) fn disconnect(&mut self, link: u64) -> Vec<String> {
        self.server.handle_disconnected(self.now, LinkId(link));
        self.sent()
    }

    /// Marks links as reachable or unreachable; returns the packets sent because of it.
    pub(crate) fn mark_reachable(&mut self, links: &[u64], is_reachable: bool) -> Vec<String> {
        let links: Vec<LinkId> = links.iter().copied().map(LinkId).collect();
        if is_reachable {
            self.server.outages().mark_reachable(self.now, &links);
        } else {
            self.server.outages().mark_unreachable(self.now, &links);
        }
        self.sent()
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
        self.server.handle_timeout(self.now);
    }

    /// The packets that are waiting to be sent.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let mut sent = Vec::new();
        while let Some(transmit) = self.server.poll_transmit() {
            sent.push(words::transmit(&transmit));
        }
        sent
    }

    pub(crate) fn events(&mut self) -> Vec<String> {
        let mut events = Vec::new();
        while let Some(event) = self.server.poll_event() {
            events.push(words::server_event(&event));
        }
        events
    }

    /// The links that must be closed. Answers probes.
    pub(crate) fn closed(&mut self) -> Vec<(u64, CloseReason)> {
        while let Some(link) = self.server.poll_probe() {
            let heard = self.heard.get(&link.0).copied().unwrap_or(Some(self.now));
            self.server.handle_heard(self.now, link, heard);
        }
        let mut closed = Vec::new();
        while let Some(command) = self.server.poll_command() {
            match command {
                LinkCommand::Close { link, reason, .. } => closed.push((link.0, reason)),
                LinkCommand::Open => panic!("a server opens no links"),
            }
        }
        closed
    }

    pub(crate) fn statistics(&self) -> ServerStatistics {
        self.server.statistics()
    }
}

pub(crate) fn unhurried(limits: &mut Limits) {
    let rates = [
        &mut limits.voice_packets,
        &mut limits.voice_bytes,
        &mut limits.control_packets,
        &mut limits.control_bytes,
        &mut limits.fan_out,
        &mut limits.handshakes,
        &mut limits.reports,
        &mut limits.positions,
        &mut limits.strikes,
    ];
    for rate in rates {
        *rate = Rate::UNLIMITED;
    }
}
