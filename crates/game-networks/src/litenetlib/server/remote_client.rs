//! One client of a server, from its request to its last goodbye.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::Credit;

use crate::litenetlib::connection::{ASKED_MAX, Connection, PING_BYTES};
use crate::litenetlib::goodbye::Goodbye;
use crate::litenetlib::handshake::{ConnectAccept, Disconnect};
use crate::litenetlib::packet_type::{Dialect, FirstByte, PacketType};
use crate::litenetlib::settings::ServerSettings;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) address: SocketAddr,
    /// The credit of bytes that may be sent to it.
    pub(super) credit: Credit,
    /// The bytes that the layer adds to each packet sent to it.
    pub(super) layer_bytes: usize,
    pub(super) attempt: Attempt,
    pub(super) state: State,
}

/// The content of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) dialect: Dialect,
    pub(super) connect_time: i64,
    pub(super) connection_number: u8,
    /// Its number for us.
    pub(super) peer_id: i32,
}

#[derive(Debug)]
pub(super) enum State {
    /// It was reported and is not accepted yet.
    Asked { until: Instant },
    /// It was admitted.
    Connected(Box<Connected>),
    /// It is to leave once it has taken all messages sent before.
    Leaving { connected: Box<Connected>, words: String, until: Instant },
    /// It was told to leave, and its end was reported.
    Gone { goodbye: Goodbye, is_refused: bool },
}

#[derive(Debug)]
pub(super) struct Connected {
    pub(super) connection: Connection,
    /// The time at which the accept was last sent.
    pub(super) accepted_at: Instant,
    /// The deadline for the proof of its address, if it has not proved it yet.
    pub(super) new_until: Option<Instant>,
}

impl RemoteClient {
    pub(super) fn connected(&mut self) -> Option<&mut Connected> {
        match &mut self.state {
            State::Connected(connected) | State::Leaving { connected, .. } => Some(connected),
            State::Asked { .. } | State::Gone { .. } => None,
        }
    }

    /// Whether its messages are reported.
    pub(super) fn is_heard(&self) -> bool {
        matches!(self.state, State::Connected(_))
    }

    /// Whether its end is still to be reported.
    pub(super) fn is_here(&self) -> bool {
        !matches!(self.state, State::Gone { .. })
    }

    /// Whether another connection may replace it: its connection has been silent for this long.
    pub(super) fn is_silent_for(&self, now: Instant, time: Duration) -> bool {
        match &self.state {
            State::Connected(connected) | State::Leaving { connected, .. } => {
                connected.connection.is_silent_for(now, time)
            }
            State::Asked { .. } | State::Gone { .. } => true,
        }
    }

    /// Whether a packet of this many bytes may be sent; if so, it counts as sent.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        self.credit.spend(bytes + self.layer_bytes)
    }

    /// The next datagram that may be sent, and its destination. Datagrams beyond the credit are lost; the other end
    /// repeats what they answer. They leave enough credit for the pings that ask for the proof.
    pub(super) fn poll_transmit(&mut self, datagram: &mut Vec<u8>) -> Option<SocketAddr> {
        while self.connected()?.connection.poll_transmit(datagram) {
            let header = FirstByte::parse(datagram, self.attempt.dialect);
            let is_ping = header.is_some_and(|header| header.packet_type == PacketType::Ping);
            let kept_back = if is_ping { 0 } else { ASKED_MAX * (PING_BYTES + self.layer_bytes) };
            let is_covered = self.credit.covers(datagram.len() + self.layer_bytes + kept_back);
            if is_covered && self.spend(datagram.len()) {
                return Some(self.address);
            }
            datagram.clear();
        }
        None
    }

    /// It has answered a ping, or repeated its request: it gets the full time again to prove its address, and then to
    /// take all messages sent before it was to leave.
    pub(super) fn handle_answer(&mut self, now: Instant, settings: &ServerSettings, is_proved: bool) {
        let (connected, leaves_at) = match &mut self.state {
            State::Connected(connected) => (connected, None),
            State::Leaving { connected, until, .. } => (connected, Some(until)),
            State::Asked { .. } | State::Gone { .. } => return,
        };
        if connected.new_until.is_none() {
            return;
        }
        let time = if is_proved { settings.connection.goodbye_timeout } else { settings.handshake_timeout };
        connected.new_until = (!is_proved).then_some(now + time);
        if let Some(leaves_at) = leaves_at {
            *leaves_at = now + time;
        }
        if is_proved {
            self.credit.prove();
        }
    }

    pub(super) fn timeout(&self) -> Instant {
        match &self.state {
            State::Asked { until } => *until,
            State::Connected(connected) => connected.timeout(),
            State::Leaving { connected, until, .. } => connected.timeout().min(*until),
            State::Gone { goodbye, .. } => goodbye.timeout(),
        }
    }
}

impl Connected {
    fn timeout(&self) -> Instant {
        let timeout = self.connection.timeout();
        self.new_until.map_or(timeout, |until| until.min(timeout))
    }
}

impl Attempt {
    /// The packet that accepts it, as the peer with this number.
    pub(super) fn accept(self, peer_id: i32) -> [u8; ConnectAccept::BYTES] {
        self.announcement(peer_id, false).to_bytes(self.dialect)
    }

    /// The packet for a peer that seems to have lost this connection.
    pub(super) fn announcement(self, peer_id: i32, network_changed: bool) -> ConnectAccept {
        let Self { connect_time, connection_number, .. } = self;
        ConnectAccept { connect_time, connection_number, network_changed, peer_id }
    }

    /// The packet that rejects or ends it.
    pub(super) fn disconnect(self, words: &str) -> Vec<u8> {
        let Self { connect_time, connection_number, .. } = self;
        Disconnect { connection_number, connect_time, extra: words.as_bytes() }.to_bytes(self.dialect)
    }
}
