//! The client over real sockets.

use std::collections::VecDeque;
use std::fmt;
use std::io;
#[cfg(target_os = "linux")]
use std::os::fd::BorrowedFd;
use std::time::Instant;

use crate::{ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PacketLimits, Statistics};

use super::link::Link;
use super::{CHANNELS, Found, MessageStream as _, RELIABLE, StreamClientSettings, StreamProtocol, limits_of};
use crate::gateway::tcp::{TcpConnections, TcpEnd, TcpEvent, TcpId};
use crate::gateway::{MessageChannel, VoiceChannels};

/// A client whose messages travel in a TCP stream.
pub struct StreamClient<P: StreamProtocol> {
    protocol: P,
    settings: StreamClientSettings,
    tcp: TcpConnections,
    state: State<P::Stream>,
    /// Ends that were not reported yet.
    ends: VecDeque<DisconnectReason>,
    out: Vec<u8>,
    statistics: Statistics,
}

impl<P: StreamProtocol> fmt::Debug for StreamClient<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamClient").field("server", &self.settings.server).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State<S> {
    Down,
    /// There is no connection yet, or the server has not admitted us.
    Entering {
        link: Link<S>,
        until: Instant,
    },
    Up(Link<S>),
    /// The goodbye is being sent; after it, perhaps, we connect again.
    Leaving {
        id: TcpId,
        again: bool,
    },
}

enum Step {
    Connected,
    Message,
}

impl<P: StreamProtocol> StreamClient<P> {
    /// A client that is not connected yet.
    ///
    /// # Errors
    ///
    /// The system has no descriptor left.
    pub fn new(protocol: P, settings: StreamClientSettings) -> io::Result<Self> {
        Ok(Self {
            protocol,
            tcp: TcpConnections::new(settings.streams.tcp.clone())?,
            settings,
            state: State::Down,
            ends: VecDeque::new(),
            out: Vec::new(),
            statistics: Statistics::default(),
        })
    }

    /// Loses the present connection without a word, for tests of what happens then.
    pub fn lose_link(&mut self) {
        self.abort(DisconnectReason::TimedOut);
    }

    fn begin(&mut self, now: Instant) {
        let id = self.tcp.connect(now, self.settings.server, self.settings.local);
        let link = Link::new(id, self.protocol.open());
        self.state = State::Entering { link, until: now + self.settings.streams.handshake_timeout };
    }

    fn step(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Step> {
        let is_lost = match &mut self.state {
            State::Entering { until, .. } => *until <= now,
            State::Up(link) => !link.handle_pulse(now, &mut self.tcp, &mut self.out),
            State::Down | State::Leaving { .. } => false,
        };
        if is_lost {
            self.abort(DisconnectReason::TimedOut);
        }
        loop {
            if !self.ends.is_empty() {
                return None;
            }
            if let Some(step) = self.read_stream(now, bytes) {
                return Some(step);
            }
            if !self.ends.is_empty() {
                return None;
            }
            let Some(event) = self.tcp.poll(now) else {
                self.catch_up(now);
                return None;
            };
            if let Some(step) = self.handle_tcp(now, event, bytes) {
                return Some(step);
            }
        }
    }

    /// The next thing in the stream.
    fn read_stream(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<Step> {
        loop {
            let (State::Entering { link, .. } | State::Up(link)) = &mut self.state else { return None };
            let id = link.id;
            bytes.clear();
            self.out.clear();
            match link.stream.read(self.tcp.received(id), bytes, &mut self.out) {
                Ok((taken, found)) => {
                    self.tcp.consume(id, taken);
                    if !self.out.is_empty() {
                        self.tcp.send(now, id, &[&self.out]);
                    }
                    if let Some(step) = self.process(now, found, bytes) {
                        return Some(step);
                    }
                    if taken == 0 {
                        return None;
                    }
                }
                Err(violation) => {
                    self.abort(DisconnectReason::ProtocolViolated { violation: violation.0.to_owned() });
                }
            }
        }
    }

    fn process(&mut self, now: Instant, found: Found, bytes: &[u8]) -> Option<Step> {
        match found {
            Found::Nothing => None,
            Found::Greeting => self.handle_greeting(now),
            Found::Message => {
                self.statistics.received.count(Delivery::Reliable, 1, bytes.len());
                Some(Step::Message)
            }
            Found::Refusal => {
                self.close(now, DisconnectReason::refused(bytes));
                None
            }
            Found::End => {
                self.close(now, DisconnectReason::closed_by_peer(bytes));
                None
            }
        }
    }

    fn handle_greeting(&mut self, now: Instant) -> Option<Step> {
        match std::mem::replace(&mut self.state, State::Down) {
            State::Entering { mut link, .. } => {
                link.start_pulse(now, self.settings.streams.pings);
                self.state = State::Up(link);
                Some(Step::Connected)
            }
            other => {
                self.state = other;
                None
            }
        }
    }

    fn handle_tcp(&mut self, now: Instant, event: TcpEvent, bytes: &mut Vec<u8>) -> Option<Step> {
        match event {
            TcpEvent::Opened { id, .. } => self.handle_opened(now, id, bytes),
            TcpEvent::Received { .. } => {
                if let State::Up(link) = &mut self.state {
                    link.pulse.heard(now);
                }
                // The bytes are read next.
                None
            }
            TcpEvent::Closed { id, end } => {
                self.handle_closed(now, id, end);
                None
            }
        }
    }

    fn handle_opened(&mut self, now: Instant, opened: TcpId, bytes: &mut Vec<u8>) -> Option<Step> {
        let State::Entering { link, .. } = &mut self.state else { return None };
        if link.id != opened {
            return None;
        }
        bytes.clear();
        self.out.clear();
        let is_greeted = link.stream.begin(&mut self.out);
        self.tcp.send(now, opened, &[&self.settings.preface, &self.out]);
        if is_greeted { self.handle_greeting(now) } else { None }
    }

    fn handle_closed(&mut self, now: Instant, closed: TcpId, end: TcpEnd) {
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
            (State::Entering { link, .. } | State::Up(link), _) if link.id != closed => return,
            (State::Entering { .. }, TcpEnd::Failed(error)) => DisconnectReason::Unreachable {
                address: self.settings.server.to_string(),
                cause: error.to_string(),
            },
            (State::Entering { .. }, TcpEnd::ByPeer) => DisconnectReason::refused(b""),
            (State::Entering { .. } | State::Up(_), end) => end.reason(),
            (State::Down | State::Leaving { .. }, _) => return,
        };
        self.state = State::Down;
        self.ends.push_back(reason);
    }

    /// The other end has sent its goodbye; ours was appended to the output.
    fn close(&mut self, now: Instant, reason: DisconnectReason) {
        if let State::Entering { link, .. } | State::Up(link) = &self.state {
            self.tcp.finish(now, link.id);
            self.state = State::Down;
            self.ends.push_back(reason);
        }
    }

    /// Sends what waited, if the connection keeps up again.
    fn catch_up(&mut self, now: Instant) {
        if let State::Up(link) = &mut self.state {
            link.send_waiting(now, &mut self.tcp, &mut self.out);
        }
        self.tcp.flush(now);
    }

    fn abort(&mut self, reason: DisconnectReason) {
        if let State::Entering { link, .. } | State::Up(link) = &self.state {
            self.tcp.abort(link.id);
            self.state = State::Down;
            self.ends.push_back(reason);
        }
    }
}

impl<P: StreamProtocol> ClientNetwork<MessageChannel> for StreamClient<P> {
    fn connect(&mut self, now: Instant) {
        match &mut self.state {
            State::Down => self.begin(now),
            State::Entering { .. } | State::Up(_) => {}
            State::Leaving { again, .. } => *again = true,
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        if let Some(reason) = self.ends.pop_front() {
            return Some(ClientLinkEvent::Disconnected { reason });
        }
        match self.step(now, bytes) {
            Some(Step::Connected) => Some(ClientLinkEvent::Connected),
            Some(Step::Message) => Some(ClientLinkEvent::Packet { channel: RELIABLE }),
            None => {
                let reason = self.ends.pop_front()?;
                Some(ClientLinkEvent::Disconnected { reason })
            }
        }
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        if message.len() > self.protocol.message_bytes_max()
            || (message.is_empty() && !self.protocol.carries_empty_messages())
        {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let State::Up(link) = &mut self.state else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        let (delivery, voice_bytes_max) =
            (CHANNELS.delivery_of(channel), self.settings.streams.voice_bytes_max);
        let dropped = link.send(now, &mut self.tcp, delivery, message, voice_bytes_max, &mut self.out);
        self.statistics.sent.count(delivery, 1, message.len());
        self.statistics.dropped.outgoing_full += dropped;
    }

    fn flush(&mut self, now: Instant) {
        self.catch_up(now);
    }

    fn disconnect(&mut self, now: Instant) {
        match std::mem::replace(&mut self.state, State::Down) {
            State::Down => {}
            State::Entering { link, .. } => {
                self.state = State::Leaving { id: link.id, again: false };
                self.tcp.finish(now, link.id);
            }
            State::Up(mut link) => {
                self.state = State::Leaving { id: link.id, again: false };
                self.out.clear();
                link.stream.end("", &mut self.out);
                link.finish(now, &mut self.tcp, &self.out);
            }
            State::Leaving { id, again } => {
                self.state = State::Leaving { id, again: false };
                // The next attempt, which has not started yet, is cancelled too.
                if again {
                    self.ends.push_back(DisconnectReason::ClosedByUs);
                }
            }
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        let own = match &self.state {
            State::Entering { until, .. } => Some(*until),
            State::Up(link) => link.pulse.poll_timeout(),
            State::Down | State::Leaving { .. } => None,
        };
        [own, self.tcp.poll_timeout()].into_iter().flatten().min()
    }

    #[cfg(target_os = "linux")]
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.tcp.descriptor())
    }

    fn voice_channels(&self) -> VoiceChannels {
        CHANNELS
    }

    fn limits(&self) -> PacketLimits {
        limits_of(&self.protocol)
    }

    fn statistics(&self) -> Statistics {
        self.statistics
    }
}
