//! The client's end.

use std::fmt;
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::{BytesQueue, ClientEndpoint};
use consonance_link::gateway::{BufferQueue, MessageChannel, VoiceChannels};
use consonance_link::random::Random;
use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason, PacketLimits, Statistics};

use crate::utp::connection::{Connection, DataError};
use crate::utp::datagram::{Datagram, DatagramKind, Token};
use crate::utp::pipeline::CHANNELS;
use crate::utp::{ClientSettings, READ_BYTES_MAX};

/// A client of Unity Transport 2.x, without its socket.
pub struct UtpClient {
    settings: ClientSettings,
    /// The source of tokens.
    random: Random,
    greeting: Vec<u8>,
    link: Option<Link>,
    /// Datagrams still to send after their connection has ended.
    parting: BytesQueue<()>,
    events: BufferQueue<ClientLinkEvent<MessageChannel>>,
    statistics: Statistics,
}

impl fmt::Debug for UtpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UtpClient").finish_non_exhaustive()
    }
}

/// A connection that is up, or is being made or ended.
#[derive(Debug)]
struct Link {
    connection: Connection,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Nothing came from the server yet.
    Requested { greeting: Vec<u8>, requests: u32, next_at: Instant },
    /// Admitted.
    Up,
    /// The goodbye leaves when everything before it has arrived, or then.
    Leaving { until: Instant },
}

impl Link {
    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        match self.state {
            State::Requested { .. } => self.connection.poll_handshake(datagram),
            State::Up | State::Leaving { .. } => self.connection.poll_transmit(now, datagram),
        }
    }
}

impl UtpClient {
    /// A client that is not connected. The seed makes its tokens, which must be secret: take it from the
    /// system's source of random numbers.
    pub fn new(settings: ClientSettings, seed: u64) -> Self {
        Self {
            settings,
            random: Random::new(seed, "utp tokens"),
            greeting: Vec::new(),
            link: None,
            parting: BytesQueue::default(),
            events: BufferQueue::default(),
            statistics: Statistics::default(),
        }
    }

    /// The token of the present connection.
    pub fn token(&self) -> Option<Token> {
        self.link.as_ref().map(|link| link.connection.token())
    }

    fn send_request(&mut self, now: Instant) {
        let Some(Link { connection, state: State::Requested { greeting, requests, next_at } }) =
            &mut self.link
        else {
            return;
        };
        if *next_at > now {
            return;
        }
        if *requests >= self.settings.requests_max.max(1) {
            self.end(now, DisconnectReason::TimedOut);
            return;
        }
        *requests += 1;
        *next_at = now + self.settings.request_interval.max(Duration::from_millis(1));
        connection.put(now, DatagramKind::Request { greeting });
    }

    /// Whatever the server sends to a client that it has not answered yet is an answer.
    fn note_accepted(&mut self, greeting: &[u8]) {
        if let Some(link) = &mut self.link
            && let State::Requested { .. } = link.state
        {
            link.state = State::Up;
            self.events.push(ClientLinkEvent::Connected, |bytes| bytes.extend_from_slice(greeting));
        }
    }

    fn handle_kind(&mut self, now: Instant, kind: DatagramKind<'_>) {
        match kind {
            DatagramKind::Accept { greeting } => self.note_accepted(greeting),
            DatagramKind::Disconnect => self.handle_goodbye(),
            DatagramKind::Request { .. } => self.statistics.dropped.malformed += 1,
            DatagramKind::Data { pipeline, body } => {
                self.note_accepted(&[]);
                self.handle_data(now, pipeline, body);
            }
            DatagramKind::MtuCheck { datagram_bytes } => {
                self.note_accepted(&[]);
                if let Some(link) = &mut self.link {
                    link.connection.put(now, DatagramKind::MtuAck { datagram_bytes });
                }
            }
            DatagramKind::Heartbeat | DatagramKind::MtuAck { .. } => self.note_accepted(&[]),
        }
    }

    fn handle_goodbye(&mut self) {
        let Some(link) = self.link.take() else { return };
        let reason = match link.state {
            State::Requested { .. } => DisconnectReason::refused(b""),
            State::Up => DisconnectReason::closed_by_peer(b""),
            State::Leaving { .. } => DisconnectReason::ClosedByUs,
        };
        self.events.push(ClientLinkEvent::Disconnected { reason }, |_| ());
    }

    fn handle_data(&mut self, now: Instant, pipeline: u8, body: &[u8]) {
        let Self { link: Some(link), events, statistics, .. } = self else { return };
        let is_heard = link.state == State::Up;
        let result = link.connection.handle_data(now, pipeline, body, |channel, message| {
            if is_heard {
                statistics.received.count(CHANNELS.delivery_of(channel), 1, message.len());
                let event = ClientLinkEvent::Packet { channel };
                events.push(event, |bytes| bytes.extend_from_slice(message));
            }
        });
        match result {
            Ok(()) => self.end_if_done(now),
            Err(DataError::Malformed) => self.statistics.dropped.malformed += 1,
            Err(DataError::Broken(violation)) => {
                self.end(now, DisconnectReason::ProtocolViolated { violation: violation.to_owned() });
            }
        }
    }

    fn end_if_done(&mut self, now: Instant) {
        let is_done = self
            .link
            .as_ref()
            .is_some_and(|link| matches!(link.state, State::Leaving { .. }) && link.connection.is_done());
        if is_done {
            self.end(now, DisconnectReason::ClosedByUs);
        }
    }

    /// Queues what is still unsent, then a goodbye, and reports the end.
    fn end(&mut self, now: Instant, reason: DisconnectReason) {
        self.hang_up(now);
        self.events.push(ClientLinkEvent::Disconnected { reason }, |_| ());
    }
}

impl ClientNetwork<MessageChannel> for UtpClient {
    fn set_greeting(&mut self, greeting: &[u8]) {
        greeting.clone_into(&mut self.greeting);
    }

    fn connect(&mut self, now: Instant) {
        let token = Token(self.random.next_u64().to_le_bytes());
        let state = State::Requested { greeting: self.greeting.clone(), requests: 0, next_at: now };
        let connection = Connection::new(now, token, self.settings.connection);
        self.parting.clear();
        self.link = Some(Link { connection, state });
        self.send_request(now);
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        self.events.pop(bytes)
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let Some(link) = self.link.as_mut().filter(|link| link.state == State::Up) else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if link.connection.send(now, channel, message).is_ok() {
            self.statistics.sent.count(CHANNELS.delivery_of(channel), 1, message.len());
        } else {
            let queue = format!("{} bytes", self.settings.connection.reliable_queue_bytes);
            self.end(now, DisconnectReason::Overloaded { queue });
        }
    }

    fn disconnect(&mut self, now: Instant) {
        let Some(link) = &mut self.link else { return };
        match link.state {
            State::Requested { .. } => self.end(now, DisconnectReason::ClosedByUs),
            State::Leaving { .. } => {}
            State::Up => {
                link.state = State::Leaving { until: now + self.settings.connection.goodbye_timeout };
                self.end_if_done(now);
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let link = self.link.as_ref()?;
        Some(match link.state {
            State::Requested { next_at, .. } => next_at,
            State::Up => link.connection.timeout(),
            State::Leaving { until } => link.connection.timeout().min(until),
        })
    }

    fn limits(&self) -> PacketLimits {
        CHANNELS.limits(|channel| self.message_bytes_max(channel))
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        self.settings.connection.message_bytes_max(channel)
    }

    fn statistics(&self) -> Statistics {
        let quality = self.link.as_ref().map(|link| link.connection.quality());
        Statistics { quality, ..self.statistics }
    }
}

impl ClientEndpoint for UtpClient {
    const DATAGRAM_BYTES_MAX: usize = READ_BYTES_MAX;

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        let Some(link) = &mut self.link else { return };
        match Datagram::parse(datagram) {
            Ok(datagram) if datagram.token == link.connection.token() => {
                link.connection.note_heard(now);
                self.handle_kind(now, datagram.kind);
            }
            // A datagram of an earlier connection or of another client.
            Ok(_) => {}
            Err(_) => self.statistics.dropped.malformed += 1,
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.send_request(now);
        let Some(link) = &self.link else { return };
        match link.state {
            State::Leaving { until } if until <= now => self.end(now, DisconnectReason::ClosedByUs),
            State::Up | State::Leaving { .. } if link.connection.is_lost(now) => {
                self.end(now, DisconnectReason::TimedOut);
            }
            _ => {}
        }
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        let Some(link) = &mut self.link else { return self.parting.pop(datagram).is_some() };
        link.poll_transmit(now, datagram)
    }

    fn hang_up(&mut self, now: Instant) {
        let Some(mut link) = self.link.take() else { return };
        let mut datagram = Vec::new();
        while link.poll_transmit(now, &mut datagram) {
            self.parting.push((), |bytes| bytes.append(&mut datagram));
        }
        let goodbye = Datagram { token: link.connection.token(), kind: DatagramKind::Disconnect };
        self.parting.push((), |bytes| goodbye.write(bytes));
    }
}
