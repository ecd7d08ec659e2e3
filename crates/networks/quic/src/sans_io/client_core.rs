//! One connection to a session, as a plain struct.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use consonance_link::{Delivery, DisconnectReason, PACKET_BYTES_MAX};
use quinn_proto::{
    Connection, ConnectionHandle, DatagramEvent, Dir, Endpoint, Event, FinishError, ReadError, StreamEvent,
    StreamId, VarInt,
};

use crate::client::LIMITS;
use crate::close_code::{CloseCode, reason_of, violated};
use crate::fast_path::{Announcement, Offer};
use crate::hello::{ClientHello, HELLO_BYTES_MAX, read_answer};
use crate::link::take_packet;
use crate::settings::OutgoingLimits;
use crate::voice_path::{PathGrant, export};

/// A client's side of one connection. Any order of calls is safe.
///
/// After each `handle_…` and each `send` the driver drains [`poll_event`](Self::poll_event) and
/// [`poll_transmit`](Self::poll_transmit).
#[derive(Debug)]
pub struct ClientCore {
    endpoint: Endpoint,
    handle: ConnectionHandle,
    connection: Connection,
    /// The latest time that the driver has passed in.
    clock: Instant,
    phase: Phase,
    offer: Option<Offer>,
    announcement: Option<Announcement>,
    outgoing_limits: OutgoingLimits,
    /// Control packets with length prefixes that the stream has not taken yet.
    outgoing: BytesMut,
    /// The beginning of an incomplete control packet.
    incoming: BytesMut,
    events: VecDeque<CoreEvent>,
    /// The endpoint's responses to unknown connections, of which a client has none.
    answers: Vec<u8>,
}

/// An event on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoreEvent {
    /// The server has admitted us: packets may be sent.
    Connected,
    /// A packet from the server.
    Packet {
        /// Its delivery mode.
        delivery: Delivery,
        /// Its bytes.
        packet: Bytes,
    },
    /// The connection is gone, or could not be made. Nothing follows.
    Disconnected {
        /// The reason.
        reason: DisconnectReason,
    },
}

/// The phase of a connection.
#[derive(Debug)]
enum Phase {
    /// The handshake of QUIC is not complete; this hello is sent after it.
    Handshaking {
        hello: Vec<u8>,
    },
    /// The server has not answered the hello yet.
    Greeting(StreamId),
    Up(StreamId),
    Ended,
}

impl ClientCore {
    pub(super) fn new(
        endpoint: Endpoint,
        handle: ConnectionHandle,
        connection: Connection,
        now: Instant,
        hello: &ClientHello<'_>,
        outgoing_limits: OutgoingLimits,
    ) -> Self {
        Self {
            endpoint,
            handle,
            connection,
            clock: now,
            phase: Phase::Handshaking { hello: hello.encode() },
            offer: hello.offer.clone(),
            announcement: None,
            outgoing_limits,
            outgoing: BytesMut::new(),
            incoming: BytesMut::new(),
            events: VecDeque::new(),
            answers: Vec::new(),
        }
    }

    /// Handles a datagram from the server. Arbitrary bytes do no harm.
    pub fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        self.clock = now;
        let remote = self.connection.remote_address();
        let datagram = BytesMut::from(datagram);
        let event = self.endpoint.handle(now, remote, None, None, datagram, &mut self.answers);
        self.answers.clear();
        if let Some(DatagramEvent::ConnectionEvent(_, event)) = event {
            self.connection.handle_event(event);
            self.tell_endpoint();
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.clock = now;
        self.connection.handle_timeout(now);
        self.tell_endpoint();
    }

    /// The time at which to call [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        self.connection.poll_timeout()
    }

    /// Writes the next datagram for the server into `datagram`, replacing its content; returns false if there is none.
    pub fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        self.clock = now;
        datagram.clear();
        let is_one = self.connection.poll_transmit(now, 1, datagram).is_some();
        self.tell_endpoint();
        is_one
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<CoreEvent> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if matches!(self.phase, Phase::Up(_))
                && let Some(packet) = self.connection.datagrams().recv()
            {
                return Some(CoreEvent::Packet { delivery: Delivery::Unreliable, packet });
            }
            match self.connection.poll()? {
                Event::Connected => self.greet(),
                Event::Stream(StreamEvent::Readable { .. }) => self.read_control(),
                Event::Stream(StreamEvent::Writable { .. }) => self.write_control(),
                Event::ConnectionLost { reason } => self.end(reason_of(&reason)),
                _ => {}
            }
        }
    }

    /// Sends a packet. Returns false if it is dropped: before [`CoreEvent::Connected`], after the end, or if it is
    /// larger than a network of this kind allows. A reliable packet that no longer fits the queue ends the connection.
    pub fn send(&mut self, delivery: Delivery, packet: &[u8]) -> bool {
        if !matches!(self.phase, Phase::Up(_)) || !LIMITS.allow(delivery, packet.len()) {
            return false;
        }
        match delivery {
            Delivery::Unreliable => {
                self.connection.datagrams().send(Bytes::copy_from_slice(packet), true).is_ok()
            }
            Delivery::Reliable => self.send_control(packet),
        }
    }

    /// The fast path that the server has opened, from [`CoreEvent::Connected`] on, if it was requested and granted.
    ///
    /// The driver may send unreliable packets over it, with a [`ClientPath`](crate::fast_path::ClientPath) and
    /// its own socket, or ignore it.
    pub fn fast_path(&self) -> Option<PathGrant> {
        let announcement = self.announcement?;
        let session = self.connection.crypto_session();
        let secrets =
            export(|output, label, context| session.export_keying_material(output, label, context))?;
        Some(PathGrant::new(announcement, self.connection.remote_address(), secrets))
    }

    /// Ends the connection; the goodbye waits to be sent. Waiting control packets are lost.
    pub fn leave(&mut self, now: Instant) {
        self.connection.close(now, CloseCode::Goodbye.into(), Bytes::new());
        self.end(DisconnectReason::ClosedByUs);
    }

    fn tell_endpoint(&mut self) {
        while let Some(event) = self.connection.poll_endpoint_events() {
            if let Some(answer) = self.endpoint.handle_event(self.handle, event) {
                self.connection.handle_event(answer);
            }
        }
    }

    /// Sends the hello, which names the session.
    fn greet(&mut self) {
        let Phase::Handshaking { hello } = &self.phase else { return };
        self.outgoing.put_u32(hello.len() as u32);
        self.outgoing.put_slice(hello);
        if self.connection.datagrams().max_size().is_none() {
            return self.break_off("it takes no datagrams");
        }
        match self.connection.streams().open(Dir::Bi) {
            Some(control) => self.phase = Phase::Greeting(control),
            None => return self.break_off("it takes no streams"),
        }
        self.write_control();
    }

    fn send_control(&mut self, packet: &[u8]) -> bool {
        if self.outgoing.len() + packet.len() > self.outgoing_limits.bytes {
            let queue = format!("more than {} bytes", self.outgoing_limits.bytes);
            self.close(CloseCode::TooSlow, DisconnectReason::Overloaded { queue });
            return false;
        }
        self.outgoing.put_u32(packet.len() as u32);
        self.outgoing.put_slice(packet);
        self.write_control();
        true
    }

    /// Writes as much to the stream as it takes; the stream reports when it takes more.
    fn write_control(&mut self) {
        let (Phase::Greeting(control) | Phase::Up(control)) = self.phase else { return };
        while !self.outgoing.is_empty() {
            match self.connection.send_stream(control).write(&self.outgoing) {
                Ok(bytes) => self.outgoing.advance(bytes),
                Err(_) => return,
            }
        }
    }

    fn read_control(&mut self) {
        let (Phase::Greeting(control) | Phase::Up(control)) = self.phase else { return };
        let is_over = self.take_chunks(control);
        loop {
            let is_greeting = matches!(self.phase, Phase::Greeting(_));
            let allowed = if is_greeting { HELLO_BYTES_MAX } else { PACKET_BYTES_MAX };
            match take_packet(&mut self.incoming, allowed) {
                Ok(Some(hello)) if is_greeting => match read_answer(&hello, self.offer.as_ref()) {
                    Ok(announcement) => {
                        self.announcement = announcement;
                        self.phase = Phase::Up(control);
                        self.events.push_back(CoreEvent::Connected);
                    }
                    Err(problem) => return self.break_off(problem),
                },
                Ok(Some(packet)) => {
                    self.events.push_back(CoreEvent::Packet { delivery: Delivery::Reliable, packet });
                }
                Ok(None) => break,
                Err(error) => return self.close(CloseCode::Violation, error.into()),
            }
        }
        if is_over {
            // The server's goodbye; its reason follows with the close of the connection.
            let finished: Result<(), FinishError> = self.connection.send_stream(control).finish();
            drop(finished);
        }
    }

    /// Moves the received bytes of the stream to `incoming`; returns true if these were the last.
    fn take_chunks(&mut self, control: StreamId) -> bool {
        let mut stream = self.connection.recv_stream(control);
        let Ok(mut chunks) = stream.read(true) else { return true };
        let is_over = loop {
            match chunks.next(usize::MAX) {
                Ok(Some(chunk)) => self.incoming.extend_from_slice(&chunk.bytes),
                Ok(None) | Err(ReadError::Reset(_)) => break true,
                Err(ReadError::Blocked) => break false,
            }
        };
        // The driver polls for datagrams to transmit anyway.
        let _ = chunks.finalize();
        is_over
    }

    fn break_off(&mut self, violation: &str) {
        self.close(CloseCode::Violation, violated(violation));
    }

    fn close(&mut self, code: CloseCode, reason: DisconnectReason) {
        self.connection.close(self.clock, VarInt::from(code), Bytes::new());
        self.end(reason);
    }

    fn end(&mut self, reason: DisconnectReason) {
        if !matches!(self.phase, Phase::Ended) {
            self.phase = Phase::Ended;
            self.outgoing = BytesMut::new();
            self.events.push_back(CoreEvent::Disconnected { reason });
        }
    }
}
