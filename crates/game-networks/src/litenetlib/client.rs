//! The client.

mod packets;

use std::fmt;
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::{BytesQueue, ClientEndpoint};
use consonance_link::gateway::{BufferQueue, MessageChannel, VoiceChannels};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, LinkQuality, PacketLimits, Statistics,
};

use crate::litenetlib::UtcClock;
use crate::litenetlib::connection::{
    Connection, Counts, DATAGRAM_BYTES_MAX, TIMER_MIN, Unsendable, message_bytes_max,
};
use crate::litenetlib::goodbye::Goodbye;
use crate::litenetlib::handshake::{ConnectRequest, Disconnect, write_key};
use crate::litenetlib::packet_type::Dialect;
use crate::litenetlib::server::{CHANNELS, delivery_of};
use crate::litenetlib::settings::ClientSettings;

/// A `LiteNetLib` client without sockets.
///
/// A greeting is the user data of its request; without one, the user data is its [key](ClientSettings::key). Servers
/// send no greeting back.
pub struct LiteNetLibClient {
    settings: ClientSettings,
    clock: UtcClock,
    dialect: Dialect,
    greeting: Vec<u8>,
    state: State,
    /// The connect time of the last attempt, which identifies it: each is later than the one before.
    connect_time: i64,
    /// Datagrams that belong to no established connection.
    answers: BytesQueue<()>,
    events: BufferQueue<ClientLinkEvent<MessageChannel>>,
    statistics: Statistics,
    round_trip: Duration,
    /// The counters of former connections.
    counts: Counts,
    /// A buffer for layers that change bytes.
    opened: Vec<u8>,
}

impl fmt::Debug for LiteNetLibClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiteNetLibClient").finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State {
    Idle,
    Connecting {
        request: Vec<u8>,
        repeats: u32,
        request_at: Instant,
    },
    Connected(Box<Connected>),
    /// We are leaving, once the server has taken all messages sent before.
    Leaving {
        connected: Box<Connected>,
        until: Instant,
    },
    /// We have said goodbye; the reason is reported when the goodbye is done.
    Gone(Goodbye, DisconnectReason),
}

#[derive(Debug)]
struct Connected {
    connection: Connection,
    /// The server's number for us.
    peer_id: i32,
}

impl LiteNetLibClient {
    /// A client that is not connected. The clock identifies its attempts to connect.
    pub fn new(settings: ClientSettings, clock: UtcClock) -> Self {
        Self {
            settings,
            clock,
            dialect: Dialect::V1,
            greeting: Vec::new(),
            state: State::Idle,
            connect_time: 0,
            answers: BytesQueue::default(),
            events: BufferQueue::default(),
            statistics: Statistics::default(),
            round_trip: Duration::ZERO,
            counts: Counts::default(),
            opened: Vec::new(),
        }
    }

    /// The same client with another dialect.
    #[must_use]
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    fn connected(&mut self) -> Option<&mut Connected> {
        match &mut self.state {
            State::Connected(connected) | State::Leaving { connected, .. } => Some(connected),
            State::Idle | State::Connecting { .. } | State::Gone(..) => None,
        }
    }

    fn answer(&mut self, packet: &[u8]) {
        self.answers.push((), |datagram| datagram.extend_from_slice(packet));
    }

    /// The packet that ends the current connection or attempt.
    fn goodbye(&mut self) -> Vec<u8> {
        let connect_time = self.connect_time;
        let connection_number = self.connected().map_or(0, |connected| connected.connection.number());
        Disconnect { connection_number, connect_time, extra: &[] }.to_bytes(self.dialect)
    }

    /// Sends queued datagrams and then the goodbye, which is repeated until it is answered; then the end is reported.
    fn say_goodbye(&mut self, now: Instant, reason: DisconnectReason) {
        let packet = self.goodbye();
        self.close_connection();
        self.answer(&packet);
        self.state = State::Gone(Goodbye::new(now, &self.settings.connection, packet), reason);
    }

    fn close_connection(&mut self) {
        let mut datagram = Vec::new();
        while self.connected().is_some_and(|connected| connected.connection.poll_transmit(&mut datagram)) {
            self.answers.push((), |bytes| bytes.append(&mut datagram));
        }
        if let Some(connected) = self.connected() {
            let (counts, round_trip) = (connected.connection.counts, connected.connection.round_trip());
            self.counts.add(counts);
            self.round_trip = round_trip;
        }
    }

    /// Drops the connection, and reports its end.
    fn end(&mut self, reason: DisconnectReason) {
        self.close_connection();
        self.state = State::Idle;
        self.events.push(ClientLinkEvent::Disconnected { reason }, |_| ());
    }

    fn leave_if_settled(&mut self, now: Instant) {
        if let State::Leaving { connected, until } = &self.state
            && (connected.connection.is_settled() || *until <= now)
        {
            self.say_goodbye(now, DisconnectReason::ClosedByUs);
        }
    }

    fn send_request(&mut self, now: Instant) {
        let State::Connecting { request, repeats, request_at } = &mut self.state else { return };
        if *repeats > self.settings.connect_repeats {
            self.end(DisconnectReason::TimedOut);
            return;
        }
        *repeats += 1;
        *request_at = now + self.settings.connect_interval.max(TIMER_MIN);
        self.answers.push((), |datagram| datagram.extend_from_slice(request));
    }
}

impl ClientNetwork<MessageChannel> for LiteNetLibClient {
    fn set_greeting(&mut self, greeting: &[u8]) {
        greeting.clone_into(&mut self.greeting);
    }

    fn connect(&mut self, now: Instant) {
        self.answers.clear();
        self.events.clear();
        self.connect_time = self.clock.ticks(now).max(self.connect_time + 1);
        let mut user_data = self.greeting.clone();
        if self.greeting.is_empty() {
            write_key(&self.settings.key, &mut user_data);
        }
        let (connect_time, user_data) = (self.connect_time, &user_data[..]);
        let mut request = Vec::new();
        ConnectRequest { connection_number: 0, connect_time, peer_id: 0, user_data }.write(
            self.settings.server,
            self.dialect,
            &mut request,
        );
        self.state = State::Connecting { request, repeats: 0, request_at: now };
        self.send_request(now);
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        loop {
            let event = self.events.pop(bytes)?;
            let ClientLinkEvent::Packet { channel } = event else { return Some(event) };
            if matches!(self.state, State::Connected(_)) {
                self.statistics.received.count(delivery_of(channel), 1, bytes.len());
                return Some(event);
            }
        }
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let State::Connected(connected) = &mut self.state else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        match connected.connection.send(now, channel, message) {
            Ok(()) => self.statistics.sent.count(delivery_of(channel), 1, message.len()),
            Err(Unsendable::BeforeProof) => self.statistics.dropped.outgoing_full += 1,
            Err(Unsendable::TooLarge) => self.statistics.dropped.too_large += 1,
            Err(Unsendable::TooSlow) => {
                let queue = format!("{} reliable packets", self.settings.connection.reliable_packets_waiting);
                self.say_goodbye(now, DisconnectReason::Overloaded { queue });
            }
        }
    }

    fn disconnect(&mut self, now: Instant) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Connected(connected) => {
                let until = now + self.settings.connection.goodbye_timeout;
                self.state = State::Leaving { connected, until };
                self.leave_if_settled(now);
            }
            State::Connecting { .. } => self.say_goodbye(now, DisconnectReason::ClosedByUs),
            other => self.state = other,
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        match &self.state {
            State::Idle => None,
            State::Connecting { request_at, .. } => Some(*request_at),
            State::Connected(connected) => Some(connected.connection.timeout()),
            State::Leaving { connected, until } => Some(connected.connection.timeout().min(*until)),
            State::Gone(goodbye, _) => Some(goodbye.timeout()),
        }
    }

    fn limits(&self) -> PacketLimits {
        CHANNELS.limits(|channel| self.message_bytes_max(channel))
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        message_bytes_max(&self.settings.connection, channel)
    }

    fn statistics(&self) -> Statistics {
        let mut counts = self.counts;
        let mut round_trip = self.round_trip;
        if let State::Connected(connected) | State::Leaving { connected, .. } = &self.state {
            counts.add(connected.connection.counts);
            round_trip = connected.connection.round_trip();
        }
        let mut statistics = self.statistics;
        statistics.dropped.malformed += counts.malformed;
        statistics.quality = Some(LinkQuality {
            round_trip,
            datagrams_sent: counts.datagrams_sent,
            datagrams_lost: counts.resent,
            ..LinkQuality::default()
        });
        statistics
    }
}

impl ClientEndpoint for LiteNetLibClient {
    /// Including the checksum of a layer.
    const DATAGRAM_BYTES_MAX: usize = DATAGRAM_BYTES_MAX + 4;

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        let mut buffer = std::mem::take(&mut self.opened);
        match self.settings.connection.layer.open(datagram, &mut buffer) {
            Some(packet) => self.handle_packet(now, packet),
            None => self.statistics.dropped.malformed += 1,
        }
        self.opened = buffer;
    }

    fn handle_timeout(&mut self, now: Instant) {
        match &mut self.state {
            State::Idle => {}
            State::Connecting { request_at, .. } => {
                if *request_at <= now {
                    self.send_request(now);
                }
            }
            State::Connected(connected) | State::Leaving { connected, .. } => {
                if connected.connection.handle_timeout(now) {
                    self.leave_if_settled(now);
                } else {
                    let is_leaving = matches!(self.state, State::Leaving { .. });
                    self.end(if is_leaving {
                        DisconnectReason::ClosedByUs
                    } else {
                        DisconnectReason::TimedOut
                    });
                }
            }
            State::Gone(goodbye, reason) => {
                if goodbye.is_over(now) {
                    let reason = reason.clone();
                    self.end(reason);
                } else if goodbye.repeats(now, &self.settings.connection) {
                    self.answers.push((), |datagram| datagram.extend_from_slice(goodbye.packet()));
                }
            }
        }
    }

    fn poll_transmit(&mut self, _now: Instant, datagram: &mut Vec<u8>) -> bool {
        let has_one = self.answers.pop(datagram).is_some()
            || self.connected().is_some_and(|connected| connected.connection.poll_transmit(datagram));
        if has_one {
            self.settings.connection.layer.seal(datagram);
        }
        has_one
    }

    fn hang_up(&mut self, now: Instant) {
        if matches!(self.state, State::Connecting { .. } | State::Connected(_) | State::Leaving { .. }) {
            self.say_goodbye(now, DisconnectReason::ClosedByUs);
        }
    }
}
