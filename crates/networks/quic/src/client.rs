//! A client: one link to a session on a server.

mod announced_port;
mod attempt;
mod resolve;

use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use bytes::Bytes;
use consonance_link::inbox::{Mailbox, Popped};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, PACKET_BYTES_MAX, PacketLimits, Peer,
    Statistics,
};
use tokio::task::AbortHandle;

use crate::close_code::CloseCode;
use crate::link::{Link, Sent};
use crate::packet_bytes::PacketBytes;
use crate::{DATAGRAM_BYTES_MAX, QuicAddress, QuicClientSettings, QuicRuntime};

pub use announced_port::AnnouncedPort;
use attempt::Attempt;

/// The queue of events from the tasks of this client.
type ClientMailbox = Mailbox<Arc<Link>, Bytes>;

/// A link to a session on a QUIC server. Dropping it says goodbye, if the runtime lives long enough.
///
/// Players do not reach each other over QUIC: it has no [direct links](consonance_link::DirectLinks).
pub struct QuicClient {
    runtime: QuicRuntime,
    /// The latest attempt to connect, whose task has a clone; at first one that was not made, with number 0.
    attempt: Attempt,
    state: State,
    packets: PacketBytes,
    statistics: Statistics,
}

impl fmt::Debug for QuicClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuicClient")
            .field("address", &format_args!("{}", self.attempt.address))
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State {
    Idle,
    /// The end is certain, but not reported yet.
    Ending,
    Connecting(AbortHandle),
    Up(Arc<Link>),
}

impl QuicClient {
    /// A client for one address; it does nothing before [`connect`](ClientNetwork::connect).
    pub fn new(runtime: &QuicRuntime, address: QuicAddress, settings: QuicClientSettings) -> Self {
        let mailbox = Arc::new(Mailbox::new(settings.incoming));
        let (tokens, web_socket_port) = (Arc::default(), AnnouncedPort::default());
        Self {
            runtime: runtime.clone(),
            attempt: Attempt { address, settings, tokens, mailbox, web_socket_port, peer: Peer(0) },
            state: State::Idle,
            packets: PacketBytes::default(),
            statistics: Statistics::default(),
        }
    }

    /// The address that this client connects to.
    pub fn address(&self) -> &QuicAddress {
        &self.attempt.address
    }

    /// A handle to the TCP port on which the server serves the same session over a `WebSocket`, once it has announced
    /// one.
    pub fn announced_web_socket_port(&self) -> AnnouncedPort {
        self.attempt.web_socket_port.clone()
    }

    fn peer(&self) -> Peer {
        self.attempt.peer
    }

    fn leave(&mut self) {
        match std::mem::replace(&mut self.state, State::Ending) {
            State::Idle => self.state = State::Idle,
            State::Ending => {}
            State::Connecting(task) => {
                // Before the task is dropped, which would report another reason.
                self.attempt.mailbox.disconnected(self.peer(), DisconnectReason::ClosedByUs);
                task.abort();
            }
            State::Up(link) => link.leave(CloseCode::Goodbye, ""),
        }
    }
}

impl ClientNetwork for QuicClient {
    fn connect(&mut self, _now: Instant) {
        match self.state {
            State::Connecting(_) | State::Up(_) => return,
            // The old link's end is reported before any event of the new one, even if its goodbye is still in flight.
            State::Ending => self.attempt.mailbox.disconnected(self.peer(), DisconnectReason::ClosedByUs),
            State::Idle => {}
        }
        self.attempt.peer.0 += 1;
        self.attempt.mailbox.expect(self.peer());
        self.state = State::Connecting(self.runtime.spawn(self.attempt.clone().run()));
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        match self.attempt.mailbox.pop()? {
            Popped::Connected { peer, about } => {
                if peer == self.peer() && matches!(self.state, State::Connecting(_)) {
                    self.state = State::Up(about);
                }
                Some(ClientLinkEvent::Connected)
            }
            Popped::Packet { delivery, packet, made_room, .. } => {
                if made_room && let State::Up(link) = &self.state {
                    link.make_room();
                }
                self.statistics.received.count(delivery, 1, packet.len());
                bytes.clear();
                bytes.extend_from_slice(&packet);
                Some(ClientLinkEvent::Packet { channel: delivery })
            }
            Popped::Disconnected { peer, reason } => {
                if peer == self.peer() {
                    self.state = State::Idle;
                }
                Some(ClientLinkEvent::Disconnected { reason })
            }
        }
    }

    fn send(&mut self, _now: Instant, delivery: Delivery, packet: &[u8]) {
        let State::Up(link) = &self.state else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        if !LIMITS.allow(delivery, packet.len()) {
            self.statistics.dropped.too_large += 1;
            return;
        }
        let sent = match delivery {
            Delivery::Reliable => link.send_control(self.packets.frame(packet)),
            Delivery::Unreliable if link.send_on_fast_path(packet) => Sent::Taken,
            Delivery::Unreliable => link.send_datagram(self.packets.datagram(packet)),
        };
        sent.count(&mut self.statistics, delivery, packet.len());
    }

    fn disconnect(&mut self, _now: Instant) {
        if self.attempt.mailbox.mute(self.peer())
            && let State::Up(link) = &self.state
        {
            link.make_room();
        }
        self.leave();
    }

    fn set_waker(&mut self, waker: Waker) {
        self.attempt.mailbox.set_waker(waker);
    }

    fn limits(&self) -> PacketLimits {
        LIMITS
    }

    fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        statistics.dropped.incoming_full = self.attempt.mailbox.dropped();
        if let State::Up(link) = &self.state {
            statistics.quality = Some(link.quality());
        }
        statistics
    }
}

impl Drop for QuicClient {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The limits of clients and servers.
pub(crate) const LIMITS: PacketLimits =
    PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: DATAGRAM_BYTES_MAX };
