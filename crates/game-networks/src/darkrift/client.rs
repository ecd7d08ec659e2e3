//! The client over real sockets.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::time::Instant;

use consonance_link::gateway::tcp::{TcpConnections, TcpEnd, TcpEvent, TcpId};
use consonance_link::gateway::udp::DatagramSocket;
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason, PacketLimits, Statistics};

use crate::darkrift::connector::{Connector, ConnectorEvent, ConnectorOrder};
use crate::darkrift::format::length;
use crate::darkrift::server::{CHANNELS, DATAGRAM_BYTES_MAX};
use crate::darkrift::{ClientSettings, RELIABLE, UNRELIABLE};

/// A DarkRift client. See the [crate's page](crate).
pub struct DarkRiftClient {
    settings: ClientSettings,
    tcp: TcpConnections,
    state: State,
    /// Disconnections that are not reported yet.
    ends: VecDeque<DisconnectReason>,
    turn: Turn,
    datagram: Box<[u8]>,
    statistics: Statistics,
}

impl fmt::Debug for DarkRiftClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DarkRiftClient").field("server", &self.settings.server).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State {
    Down,
    Live {
        id: TcpId,
        connector: Box<Connector>,
        /// Created once the stream is open, with the same local address.
        udp: Option<DatagramSocket>,
    },
    /// The goodbye is being sent; a new connection may follow.
    Leaving {
        id: TcpId,
        again: bool,
    },
}

/// The source that polls read next: at most `left` datagrams, then the stream.
#[derive(Debug)]
enum Turn {
    Datagrams { left: u32 },
    Stream,
}

enum Step {
    Connected,
    Message(MessageChannel),
    Disconnected(DisconnectReason),
}

impl DarkRiftClient {
    /// A client that is not connected yet.
    ///
    /// # Errors
    ///
    /// The system has no descriptor left.
    pub fn new(settings: ClientSettings) -> io::Result<Self> {
        Ok(Self {
            tcp: TcpConnections::new(settings.tcp())?,
            settings,
            state: State::Down,
            ends: VecDeque::new(),
            turn: FRESH_TURN,
            datagram: vec![0; DATAGRAM_BYTES_MAX].into_boxed_slice(),
            statistics: Statistics::default(),
        })
    }

    fn begin(&mut self, now: Instant) {
        let id = self.tcp.connect(now, self.settings.server, self.settings.local);
        if !self.settings.preface.is_empty() {
            self.tcp.send(now, id, &[&self.settings.preface]);
        }
        let connector = Box::new(Connector::new(now, self.settings.clone()));
        self.state = State::Live { id, connector, udp: None };
    }

    fn step(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Step> {
        if let State::Live { connector, .. } = &mut self.state {
            connector.handle_timeout(now);
        }
        loop {
            self.carry_out();
            if let Some(reason) = self.ends.pop_front() {
                return Some(Step::Disconnected(reason));
            }
            let step = match self.turn {
                Turn::Datagrams { left } => self.read_datagram(left, bytes),
                Turn::Stream => {
                    if let Some(step) = self.read_stream(now, bytes) {
                        return Some(step);
                    }
                    if !self.ends.is_empty() {
                        continue;
                    }
                    let Some(event) = self.tcp.poll(now) else {
                        self.turn = FRESH_TURN;
                        return None;
                    };
                    self.handle_tcp(now, event);
                    None
                }
            };
            if step.is_some() {
                return step;
            }
        }
    }

    fn read_datagram(&mut self, left: u32, bytes: &mut Vec<u8>) -> Option<Step> {
        let State::Live { connector, udp: Some(udp), .. } = &mut self.state else {
            self.turn = Turn::Stream;
            return None;
        };
        let received = if left == 0 { None } else { udp.receive(&mut self.datagram) };
        let Some((length, _)) = received else {
            self.turn = Turn::Stream;
            return None;
        };
        self.turn = Turn::Datagrams { left: left - 1 };
        let event = connector.handle_datagram(&self.datagram[..length])?;
        let step = take_in(event, UNRELIABLE, bytes);
        self.note(&step, bytes);
        Some(step)
    }

    /// The next message of the stream.
    fn read_stream(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Step> {
        loop {
            let State::Live { id, connector, .. } = &mut self.state else { return None };
            let (taken, event) = connector.handle_stream(now, self.tcp.received(*id));
            let step = event.map(|event| take_in(event, RELIABLE, bytes));
            self.tcp.consume(*id, taken);
            self.carry_out();
            if let Some(step) = step {
                self.note(&step, bytes);
                return Some(step);
            }
            if taken == 0 {
                return None;
            }
        }
    }

    fn handle_tcp(&mut self, now: Instant, event: TcpEvent) {
        match event {
            TcpEvent::Opened { id, .. } => self.handle_opened(id),
            // The caller reads its bytes next.
            TcpEvent::Received { .. } => {}
            TcpEvent::Closed { id, end } => self.handle_closed(now, id, &end),
        }
    }

    fn handle_opened(&mut self, id: TcpId) {
        let local = self.tcp.local_addr_of(id).ok_or_else(|| io::ErrorKind::NotConnected.into());
        let socket = local.and_then(|local| {
            let socket = DatagramSocket::bind(SocketAddr::new(local.ip(), 0), BUFFER_BYTES)?;
            socket.connect(self.settings.udp())?;
            #[cfg(target_os = "linux")]
            self.tcp.watch(socket.socket())?;
            Ok(socket)
        });
        match (&mut self.state, socket) {
            (State::Live { udp, .. }, Ok(socket)) => *udp = Some(socket),
            (_, Err(error)) => self.abort(self.unreachable(&error)),
            (State::Down | State::Leaving { .. }, Ok(_)) => {}
        }
    }

    fn handle_closed(&mut self, now: Instant, closed: TcpId, end: &TcpEnd) {
        let reason = match (&self.state, end) {
            (State::Leaving { id, again }, _) if *id == closed => {
                let again = *again;
                self.state = State::Down;
                self.ends.push_back(DisconnectReason::ClosedByUs);
                if again {
                    self.begin(now);
                }
                return;
            }
            (State::Live { id, .. }, _) if *id != closed => return,
            (State::Live { connector, .. }, end) if connector.is_up() => end.reason(),
            (State::Live { udp: None, .. }, TcpEnd::Failed(error)) => self.unreachable(error),
            (State::Live { .. }, TcpEnd::ByPeer) => DisconnectReason::refused(b""),
            (State::Live { .. }, end) => end.reason(),
            (State::Down | State::Leaving { .. }, _) => return,
        };
        self.state = State::Down;
        self.ends.push_back(reason);
    }

    fn carry_out(&mut self) {
        let State::Live { connector, udp, .. } = &mut self.state else { return };
        let mut aborted = None;
        while let Some(order) = connector.poll_order() {
            match (order, udp.as_mut()) {
                (ConnectorOrder::Datagram(datagram), Some(udp)) => udp.send(None, &datagram),
                (ConnectorOrder::Datagram(_), None) => {}
                (ConnectorOrder::Abort(reason), _) => aborted = Some(reason),
            }
        }
        if let Some(reason) = aborted {
            self.abort(reason);
        }
    }

    fn abort(&mut self, reason: DisconnectReason) {
        if let State::Live { id, .. } = self.state {
            self.tcp.abort(id);
            self.state = State::Down;
            self.ends.push_back(reason);
        }
    }

    fn unreachable(&self, error: &io::Error) -> DisconnectReason {
        DisconnectReason::Unreachable { address: self.settings.server.to_string(), cause: error.to_string() }
    }

    fn note(&mut self, step: &Step, bytes: &[u8]) {
        if let Step::Message(channel) = step {
            self.statistics.received.count(CHANNELS.delivery_of(*channel), 1, bytes.len());
        }
    }
}

impl ClientNetwork<MessageChannel> for DarkRiftClient {
    fn connect(&mut self, now: Instant) {
        match &mut self.state {
            State::Down => self.begin(now),
            State::Live { .. } => {}
            State::Leaving { again, .. } => *again = true,
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        Some(match self.step(now, bytes)? {
            Step::Connected => ClientLinkEvent::Connected,
            Step::Message(channel) => ClientLinkEvent::Packet { channel },
            Step::Disconnected(reason) => ClientLinkEvent::Disconnected { reason },
        })
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.message_bytes_max(channel) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        match &mut self.state {
            State::Live { id, connector, udp: Some(udp) } if connector.is_up() => {
                if channel == RELIABLE {
                    self.tcp.send(now, *id, &[&length(message), message]);
                } else {
                    udp.send(None, message);
                }
                self.statistics.sent.count(CHANNELS.delivery_of(channel), 1, message.len());
            }
            _ => self.statistics.dropped.not_connected += 1,
        }
    }

    fn flush(&mut self, now: Instant) {
        self.tcp.flush(now);
    }

    fn disconnect(&mut self, now: Instant) {
        match &mut self.state {
            State::Down => {}
            State::Live { id, .. } => {
                let id = *id;
                self.state = State::Leaving { id, again: false };
                self.tcp.finish(now, id);
            }
            // This also cancels a reconnect that has not begun yet.
            State::Leaving { again, .. } => {
                if std::mem::take(again) {
                    self.ends.push_back(DisconnectReason::ClosedByUs);
                }
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let connecting = match &self.state {
            State::Live { connector, .. } => connector.poll_timeout(),
            State::Down | State::Leaving { .. } => None,
        };
        [connecting, self.tcp.poll_timeout()].into_iter().flatten().min()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.tcp.descriptor())
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn limits(&self) -> PacketLimits {
        PacketLimits {
            reliable_bytes: self.settings.outgoing_message_bytes_max,
            unreliable_bytes: self.settings.datagram_bytes_max,
        }
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        if let State::Live { connector, .. } = &self.state {
            statistics.dropped.malformed += connector.malformed();
        }
        statistics
    }
}

fn take_in(event: ConnectorEvent<'_>, channel: MessageChannel, buffer: &mut Vec<u8>) -> Step {
    let (step, bytes) = match event {
        ConnectorEvent::Connected(body) => (Step::Connected, body),
        ConnectorEvent::Message(message) => (Step::Message(channel), message),
    };
    buffer.clear();
    buffer.extend_from_slice(bytes);
    step
}

/// Room for the datagrams of a pause of the game.
const BUFFER_BYTES: usize = 256 * 1024;

/// The number of datagrams read before the stream gets its turn.
const DATAGRAMS_MAX: u32 = 64;
const FRESH_TURN: Turn = Turn::Datagrams { left: DATAGRAMS_MAX };
