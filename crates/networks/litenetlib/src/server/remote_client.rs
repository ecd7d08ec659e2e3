//! One client of a server, from its request to its last goodbye.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_gateway::udp::Credit;

use crate::connection::{ASKED_MAX, Connection, PING_BYTES};
use crate::goodbye::Goodbye;
use crate::handshake::{ConnectAccept, Disconnect};
use crate::packet_type::{Dialect, FirstByte, PacketType};
use crate::settings::ServerSettings;

#[derive(Debug)]
pub(super) struct RemoteClient {
    pub(super) address: SocketAddr,
    /// What may be sent there.
    pub(super) credit: Credit,
    /// What the layer adds to each packet that is sent there, in bytes.
    pub(super) layer_bytes: usize,
    pub(super) attempt: Attempt,
    pub(super) state: State,
}

/// What its request said.
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
    /// It is to go once it has taken what was sent before.
    Leaving { connected: Box<Connected>, words: String, until: Instant },
    /// It was told to go, and its end reported.
    Gone { goodbye: Goodbye, is_refused: bool },
}

#[derive(Debug)]
pub(super) struct Connected {
    pub(super) connection: Connection,
    /// When the accept left for the last time.
    pub(super) accepted_at: Instant,
    /// It has not shown yet that it gets what is sent to its address; by then it has to.
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

    /// Whether another connection may take its place: nothing has come for so long of the one that is there.
    pub(super) fn is_silent_for(&self, now: Instant, time: Duration) -> bool {
        match &self.state {
            State::Connected(connected) | State::Leaving { connected, .. } => {
                connected.connection.is_silent_for(now, time)
            }
            State::Asked { .. } | State::Gone { .. } => true,
        }
    }

    /// Whether a packet of so many bytes may leave; if so, it counts as sent.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        self.credit.spend(bytes + self.layer_bytes)
    }

    /// The next datagram that may leave, and where it goes. Those that go beyond the credit are lost; the other end
    /// repeats what they answer. They leave enough of it to ask for the proof.
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

    /// It has answered what it was asked, or asked again itself: it has as long again to prove its address, and then to
    /// take what was sent before it was to go.
    pub(super) fn handle_answer(&mut self, now: Instant, settings: &ServerSettings, is_proved: bool) {
        let (connected, leaves_at) = match &mut self.state {
            State::Connected(connected) => (connected, None),
            State::Leaving { connected, until, .. } => (connected, Some(until)),
            State::Asked { .. } | State::Gone { .. } => return,
        };
        if connected.new_until.is_none() {
            return;
        }
        let time = if is_proved { settings.connection.goodbye_timeout } else { settings.newcomer_timeout };
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
    /// The answer that admits it, as the peer with this number.
    pub(super) fn accept(self, peer_id: i32) -> [u8; ConnectAccept::BYTES] {
        self.announcement(peer_id, false).to_bytes(self.dialect)
    }

    /// What is sent to a peer that seems not to know this connection any more.
    pub(super) fn announcement(self, peer_id: i32, network_changed: bool) -> ConnectAccept {
        let Self { connect_time, connection_number, .. } = self;
        ConnectAccept { connect_time, connection_number, network_changed, peer_id }
    }

    /// The packet that refuses or ends it.
    pub(super) fn disconnect(self, words: &str) -> Vec<u8> {
        let Self { connect_time, connection_number, .. } = self;
        Disconnect { connection_number, connect_time, extra: words.as_bytes() }.to_bytes(self.dialect)
    }
}
