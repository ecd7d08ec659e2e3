//! One connection, shared by the threads that send over it and the task that runs it.

pub(crate) mod frames;
mod outbox;
mod path_link;
mod pump;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use consonance_link::{DatagramPath, Delivery, DisconnectReason, LinkQuality, Statistics};
use quinn::{Connection, SendDatagramError};
use tokio::sync::Notify;

use crate::close_code::CloseCode;
use crate::settings::{OutgoingLimits, RECEIVE_WINDOW};

pub(crate) use frames::{FrameReader, take_packet};
use outbox::{Outbox, Put};
pub(crate) use path_link::PathLink;
pub(crate) use pump::pump;

/// The sending half of a connection, and its end.
#[derive(Debug)]
pub(crate) struct Link {
    connection: Connection,
    /// A client's path beside the connection, once the server has opened one.
    fast_path: OnceLock<Arc<PathLink>>,
    outbox: Outbox,
    outgoing: OutgoingLimits,
    close_timeout: Duration,
    /// Set when this side ends the link, and never changed: the first reason is kept.
    ending: OnceLock<Ending>,
    /// The link is ending in order: the timeout for its goodbye runs.
    leaving: Notify,
    /// There is room again for an incoming control packet.
    room: Notify,
}

/// The end of the link by this side.
#[derive(Debug)]
struct Ending {
    code: CloseCode,
    /// The text sent to the other side.
    words: String,
    /// The reason that this side reports.
    reason: DisconnectReason,
}

/// The result of sending a packet over a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Taken,
    /// Older waiting voice was dropped for it.
    TakenInPlaceOfOldest,
    NotConnected,
    TooLarge,
    /// Not sent: the peer does not keep up, so the link is closed.
    TooSlow,
}

impl Sent {
    pub(crate) fn count(self, statistics: &mut Statistics, delivery: Delivery, bytes: usize) {
        match self {
            Self::Taken => statistics.sent.count(delivery, 1, bytes),
            Self::TakenInPlaceOfOldest => {
                statistics.sent.count(delivery, 1, bytes);
                statistics.dropped.outgoing_full += 1;
            }
            Self::NotConnected | Self::TooSlow => statistics.dropped.not_connected += 1,
            Self::TooLarge => statistics.dropped.too_large += 1,
        }
    }
}

impl Link {
    pub(crate) fn new(connection: Connection, outgoing: OutgoingLimits, close_timeout: Duration) -> Self {
        Self {
            connection,
            fast_path: OnceLock::new(),
            outbox: Outbox::new(outgoing),
            outgoing,
            close_timeout,
            ending: OnceLock::new(),
            leaving: Notify::new(),
            room: Notify::new(),
        }
    }

    /// Sets the fast path; from now on unreliable packets take it while it is open.
    pub(crate) fn set_fast_path(&self, path: Arc<PathLink>) {
        let _ = self.fast_path.set(path);
    }

    /// Sends an unreliable packet, from the calling thread, on the path beside the connection. Returns false if it
    /// has to go over the connection.
    pub(crate) fn send_on_fast_path(&self, packet: &[u8]) -> bool {
        self.ending.get().is_none() && self.fast_path.get().is_some_and(|path| path.send(packet))
    }

    /// The underlying connection.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Sends a packet as a datagram, from the calling thread.
    pub(crate) fn send_datagram(&self, packet: Bytes) -> Sent {
        if self.ending.get().is_some() {
            return Sent::NotConnected;
        }
        let is_full = self.connection.datagram_send_buffer_space() < packet.len();
        match self.connection.send_datagram(packet) {
            Ok(()) if is_full => Sent::TakenInPlaceOfOldest,
            Ok(()) => Sent::Taken,
            Err(SendDatagramError::TooLarge) => Sent::TooLarge,
            Err(_) => Sent::NotConnected,
        }
    }

    /// Queues a packet, prefixed with its length, for the control stream. A full queue ends the link.
    pub(crate) fn send_control(&self, frame: Bytes) -> Sent {
        match self.outbox.put(frame) {
            Put::Queued => Sent::Taken,
            Put::Closed => Sent::NotConnected,
            Put::Full => {
                let OutgoingLimits { packets, bytes } = self.outgoing;
                let queue = format!("more than {packets} reliable packets or {bytes} bytes");
                self.end_now(Ending {
                    code: CloseCode::TooSlow,
                    words: "too slow: control packets piled up".to_owned(),
                    reason: DisconnectReason::Overloaded { queue },
                });
                Sent::TooSlow
            }
        }
    }

    /// Ends the link in order: queued packets are sent first, then a goodbye with this text.
    pub(crate) fn leave(&self, code: CloseCode, words: &str) {
        let words = DisconnectReason::cut(words).to_owned();
        let ending = Ending { code, words, reason: DisconnectReason::ClosedByUs };
        if self.ending.set(ending).is_ok() {
            self.outbox.close();
            self.leaving.notify_one();
        }
    }

    /// Ends the link at once: waiting packets are dropped.
    pub(crate) fn end(&self, words: &str) {
        let words = words.to_owned();
        self.end_now(Ending { code: CloseCode::Goodbye, words, reason: DisconnectReason::ClosedByUs });
    }

    /// A control packet was polled, so there is room for another one.
    pub(crate) fn make_room(&self) {
        self.room.notify_one();
    }

    /// Makes the peer acknowledge something, without data for it to read. The connection has no ping to request, but
    /// one more byte of its receive window is announced at once (RFC 9000, sections 4.1 and 13.2.1), and taken back
    /// next time.
    pub(crate) fn probe(&self) {
        self.connection.set_receive_window((RECEIVE_WINDOW + 1).into());
        self.connection.set_receive_window(RECEIVE_WINDOW.into());
    }

    /// UDP datagrams of this connection received so far.
    pub(crate) fn datagrams_received(&self) -> u64 {
        self.connection.stats().udp_rx.datagrams
    }

    pub(crate) fn quality(&self) -> LinkQuality {
        let path = self.connection.stats().path;
        LinkQuality {
            round_trip: path.rtt,
            datagrams_sent: path.sent_packets,
            datagrams_lost: path.lost_packets,
            datagrams_received: Some(self.datagrams_received()),
            datagram_path: self.fast_path.get().map_or(DatagramPath::Connection, |path| path.datagram_path()),
        }
    }

    fn end_now(&self, ending: Ending) {
        // If the link was already ending, its first reason stays, but its goodbye waits no longer.
        let _ = self.ending.set(ending);
        self.outbox.close();
        self.close_connection(CloseCode::Goodbye);
    }

    /// Closes the connection with this side's code and text, or else with `code` alone.
    fn close_connection(&self, code: CloseCode) {
        match self.ending.get() {
            Some(ending) => self.connection.close(ending.code.into(), ending.words.as_bytes()),
            None => self.connection.close(code.into(), b""),
        }
    }
}
