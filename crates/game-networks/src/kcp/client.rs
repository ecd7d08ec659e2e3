//! The client.

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

use consonance_link::gateway::udp::{BytesQueue, ClientEndpoint};
use consonance_link::gateway::{BufferQueue, MessageChannel, VoiceChannels};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, LinkQuality, PacketLimits, Peer, Statistics,
};

use crate::kcp::generation::DATAGRAM_BYTES_MAX;
use crate::kcp::link::{Link, Opened, Reliable, Unreliable};
use crate::kcp::{CHANNELS, Generation, Greeting, KcpClientSettings, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL};

/// The cookie that servers of G2 put into datagrams for us: that of every stock client.
const OWN_COOKIE: u32 = 0;

/// A client of kcp2k, without a socket: for a [`UdpClient`](consonance_link::gateway::udp::UdpClient).
///
/// Its greeting, a [`Greeting`], names the generation that it speaks.
pub struct KcpClient {
    settings: KcpClientSettings,
    greeting: Vec<u8>,
    connection: Option<Connection>,
    /// Unreliable messages that have arrived.
    incoming: BufferQueue<()>,
    outgoing: BytesQueue<()>,
    ended: VecDeque<DisconnectReason>,
    /// The latest time that the driver has passed in.
    now: Option<Instant>,
    statistics: Statistics,
}

impl fmt::Debug for KcpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KcpClient").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Connection {
    link: Link,
    phase: Phase,
    /// The peer that this client proxies for, while the generation is not known.
    stands_in_for: Option<Peer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// We have said hello.
    Connecting,
    /// So has the server.
    Open,
    /// We have ended it; messages sent before may still arrive until this time.
    Closing(Instant),
}

impl KcpClient {
    /// A client that is not connected.
    pub fn new(settings: KcpClientSettings) -> Self {
        Self {
            settings,
            greeting: Vec::new(),
            connection: None,
            incoming: BufferQueue::default(),
            outgoing: BytesQueue::default(),
            ended: VecDeque::new(),
            now: None,
            statistics: Statistics::default(),
        }
    }

    fn end(&mut self, reason: DisconnectReason) {
        let Some(connection) = self.connection.take() else { return };
        let is_ours = matches!(connection.phase, Phase::Closing(_));
        self.ended.push_back(if is_ours { DisconnectReason::ClosedByUs } else { reason });
        self.incoming.clear();
    }

    /// The server said goodbye, or rejected us.
    fn end_by_server(&mut self) {
        let is_connecting =
            self.connection.as_ref().is_some_and(|connection| connection.phase == Phase::Connecting);
        self.end(if is_connecting {
            DisconnectReason::refused(b"")
        } else {
            DisconnectReason::closed_by_peer(b"")
        });
    }

    fn end_for_violation(&mut self, now: Instant, violation: &str) {
        self.hang_up(now);
        self.end(DisconnectReason::ProtocolViolated { violation: violation.to_owned() });
    }

    fn finish_closing(&mut self, now: Instant) {
        let Some(Connection { link, phase: Phase::Closing(until), .. }) = &mut self.connection else {
            return;
        };
        if link.arq().is_idle() || now >= *until {
            link.emit_goodbye(|datagram| keep(&mut self.outgoing, datagram));
            self.end(DisconnectReason::ClosedByUs);
        }
    }

    fn check(&mut self, now: Instant) {
        self.finish_closing(now);
        if let Some(reason) = self.connection.as_ref().and_then(|connection| connection.link.failure(now)) {
            self.hang_up(now);
            self.end(reason);
        }
    }

    fn flush(&mut self, now: Instant) {
        let Some(Connection { link, .. }) = &mut self.connection else { return };
        link.flush(now, |datagram| keep(&mut self.outgoing, datagram));
    }

    /// Whether there is another reliable message to report; `Some(false)` for the event that we are connected.
    fn next_reliable(&mut self, bytes: &mut Vec<u8>) -> Option<bool> {
        let now = self.now?;
        loop {
            let Connection { link, phase, .. } = self.connection.as_mut()?;
            match (link.next_message(bytes)?, *phase) {
                (Reliable::Data, Phase::Open) => return Some(true),
                (Reliable::Hello(cookie), Phase::Connecting | Phase::Closing(_)) => {
                    if link.generation() == Generation::G2 {
                        link.cookie_out = cookie.unwrap_or(OWN_COOKIE);
                    }
                    if *phase == Phase::Connecting {
                        *phase = Phase::Open;
                        if link.is_undecided() {
                            link.set_undecided(now);
                        }
                        return Some(false);
                    }
                }
                (Reliable::Data, Phase::Closing(_)) => {}
                (Reliable::Goodbye, _) => {
                    // The server waits for the acknowledgement of its goodbye.
                    self.flush(now);
                    self.end_by_server();
                }
                (Reliable::Hello(_), Phase::Open) => self.end_for_violation(now, "a second hello"),
                (Reliable::Data, Phase::Connecting) => {
                    self.end_for_violation(now, "a message before its hello");
                }
                (Reliable::Broken(violation), _) => self.end_for_violation(now, violation),
            }
        }
    }

    fn send_unreliable(&mut self, now: Instant, message: &[u8]) {
        let Some(Connection { link, stands_in_for, .. }) = &mut self.connection else { return };
        if link.is_undecided()
            && let Some(generation) = stands_in_for.and_then(|peer| self.settings.learned.of(peer))
        {
            link.decide(generation);
        }
        if message.is_empty() || message.len() > link.generation().message_bytes_max(Delivery::Unreliable) {
            self.statistics.dropped.too_large += 1;
        } else if !link.can_send_unreliable(now) {
            self.statistics.dropped.outgoing_full += 1;
        } else {
            link.emit_unreliable(message, |datagram| keep(&mut self.outgoing, datagram));
            self.statistics.sent.count(Delivery::Unreliable, 1, message.len());
        }
    }

    fn send_reliable(&mut self, now: Instant, message: &[u8]) {
        let Some(Connection { link, .. }) = &mut self.connection else { return };
        if !link.send_reliable(message) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        self.statistics.sent.count(Delivery::Reliable, 1, message.len());
        self.check(now);
    }
}

fn keep(outgoing: &mut BytesQueue<()>, datagram: &[u8]) {
    outgoing.push((), |bytes| bytes.extend_from_slice(datagram));
}

impl ClientNetwork<MessageChannel> for KcpClient {
    fn set_greeting(&mut self, greeting: &[u8]) {
        greeting.clone_into(&mut self.greeting);
    }

    fn connect(&mut self, now: Instant) {
        self.now = Some(now);
        if self.connection.is_some() {
            return;
        }
        let (generation, stands_in_for) = match Greeting::parse(&self.greeting) {
            Some(Greeting::Of(generation)) => (generation, None),
            Some(Greeting::G3OrG4(peer)) => (Generation::G4, Some(peer)),
            None => (self.settings.generation, None),
        };
        let mut link = Link::new(now, generation, self.settings.link);
        if stands_in_for.is_some() {
            link.set_undecided(now);
        }
        let own_cookie = (generation == Generation::G2).then_some(OWN_COOKIE);
        if let Some(cookie) = own_cookie {
            link = link.expecting(cookie);
        }
        link.say_hello(own_cookie);
        link.start_pings(now);
        self.outgoing.clear();
        self.connection = Some(Connection { link, phase: Phase::Connecting, stands_in_for });
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        match self.next_reliable(bytes) {
            Some(true) => {
                self.statistics.received.count(Delivery::Reliable, 1, bytes.len());
                return Some(ClientLinkEvent::Packet { channel: RELIABLE_CHANNEL });
            }
            Some(false) => {
                bytes.clear();
                return Some(ClientLinkEvent::Connected);
            }
            None => {}
        }
        if self.incoming.pop(bytes).is_some() {
            self.statistics.received.count(Delivery::Unreliable, 1, bytes.len());
            return Some(ClientLinkEvent::Packet { channel: UNRELIABLE_CHANNEL });
        }
        if let Some(now) = self.now {
            self.finish_closing(now);
        }
        self.ended.pop_front().map(|reason| ClientLinkEvent::Disconnected { reason })
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        self.now = Some(now);
        if self.connection.as_ref().is_none_or(|connection| connection.phase != Phase::Open) {
            self.statistics.dropped.not_connected += 1;
            return;
        }
        match CHANNELS.delivery_of(channel) {
            Delivery::Reliable => self.send_reliable(now, message),
            Delivery::Unreliable => self.send_unreliable(now, message),
        }
    }

    fn disconnect(&mut self, now: Instant) {
        self.now = Some(now);
        let Some(Connection { link, phase, .. }) = &mut self.connection else { return };
        if !matches!(phase, Phase::Closing(_)) {
            *phase = Phase::Closing(now + self.settings.link.goodbye_timeout);
            link.say_goodbye();
            self.incoming.clear();
            self.finish_closing(now);
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        if !self.ended.is_empty() {
            return self.now;
        }
        let Connection { link, phase, .. } = self.connection.as_ref()?;
        let timeout = link.poll_timeout();
        Some(if let Phase::Closing(until) = phase { timeout.min(*until) } else { timeout })
    }

    fn limits(&self) -> PacketLimits {
        let spoken = self.connection.as_ref().map(|connection| connection.link.generation());
        spoken.unwrap_or(self.settings.generation).limits()
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn statistics(&self) -> Statistics {
        let round_trip = self.connection.as_ref().and_then(|connection| connection.link.arq().round_trip());
        let quality = round_trip.map(|round_trip| LinkQuality { round_trip, ..LinkQuality::default() });
        Statistics { quality, ..self.statistics }
    }
}

impl ClientEndpoint for KcpClient {
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        self.now = Some(now);
        let Some(Connection { link, phase, .. }) = &mut self.connection else { return };
        match link.open(datagram) {
            None => self.statistics.dropped.malformed += 1,
            Some(Opened::Segments(segments)) => {
                if !link.handle_segments(now, segments) {
                    self.statistics.dropped.malformed += 1;
                }
            }
            Some(Opened::Unreliable(payload)) => match link.read_unreliable(now, payload) {
                Unreliable::Data(message) if *phase == Phase::Open => {
                    self.incoming.push((), |bytes| bytes.extend_from_slice(message));
                }
                Unreliable::Data(_) => {}
                Unreliable::Goodbye => self.end_by_server(),
                Unreliable::Noise => self.statistics.dropped.malformed += 1,
            },
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = Some(now);
        let Some(Connection { link, .. }) = &mut self.connection else { return };
        link.handle_timeout(now);
        self.check(now);
        self.flush(now);
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        if self.outgoing.is_empty() {
            self.flush(now);
        }
        self.outgoing.pop(datagram).is_some()
    }

    fn hang_up(&mut self, now: Instant) {
        let Some(Connection { link, .. }) = &mut self.connection else { return };
        link.say_goodbye();
        link.flush(now, |datagram| keep(&mut self.outgoing, datagram));
        link.emit_goodbye(|datagram| keep(&mut self.outgoing, datagram));
    }
}
