//! The link to the server: what the session wants done with the transport, and what comes back.

use std::time::{Duration, Instant};

use consonance_session::{Client, Delivery, Disconnection, Instant as SessionInstant, LinkCommand, LinkId};
use consonance_transport::{self as transport, ClientEvent, ClientTransport, DisconnectReason};

/// Packets taken in one go before the beat gets its turn.
const EVENTS_PER_TURN: usize = 512;

/// The transport and the present link over it.
pub(crate) struct Uplink {
    transport: Box<dyn ClientTransport>,
    link: LinkId,
    /// Between `connect` and `Disconnected`.
    busy: bool,
    connected: bool,
    wants_link: bool,
    last_end: Option<DisconnectReason>,
}

impl Uplink {
    pub(crate) fn new(transport: Box<dyn ClientTransport>) -> Self {
        Self { transport, link: LinkId(0), busy: false, connected: false, wants_link: false, last_end: None }
    }

    pub(crate) fn set_waker(&mut self, waker: std::task::Waker) {
        self.transport.set_waker(waker);
    }

    pub(crate) fn wants_poll_at(&self) -> Option<Instant> {
        self.transport.wants_poll_at()
    }

    /// Takes what came in; true if there is more.
    pub(crate) fn receive(&mut self, now: Instant, at: SessionInstant, client: &mut Client) -> bool {
        for _ in 0..EVENTS_PER_TURN {
            match self.transport.poll(now) {
                None => return false,
                Some(ClientEvent::Packet { delivery, packet }) => {
                    let delivery = match delivery {
                        transport::Delivery::Reliable => Delivery::Reliable,
                        transport::Delivery::Unreliable => Delivery::Unreliable,
                    };
                    client.handle_packet(at, self.link, delivery, packet);
                }
                Some(ClientEvent::Connected) => {
                    self.link = LinkId(self.link.0 + 1);
                    self.connected = true;
                    client.handle_connected(at, self.link);
                }
                Some(ClientEvent::Disconnected { reason }) => {
                    self.busy = false;
                    self.last_end = Some(reason);
                    if std::mem::take(&mut self.connected) {
                        client.handle_disconnected(at, self.link);
                    } else {
                        client.handle_connect_failed(at);
                    }
                }
            }
        }
        true
    }

    /// Sends what waits, opens and closes the link as the session wants it.
    pub(crate) fn send(&mut self, now: Instant, client: &mut Client) {
        while let Some(transmit) = client.poll_transmit() {
            let delivery = match transmit.delivery {
                Delivery::Reliable => transport::Delivery::Reliable,
                Delivery::Unreliable => transport::Delivery::Unreliable,
            };
            self.transport.send(now, delivery, transmit.payload);
        }
        while let Some(command) = client.poll_command() {
            match command {
                LinkCommand::Open => self.wants_link = true,
                LinkCommand::Close { link, .. } if link == self.link => self.close(now),
                // A direct link, which this transport does not have.
                LinkCommand::Close { .. } => {}
            }
        }
        if self.wants_link && !self.busy {
            self.wants_link = false;
            self.busy = true;
            self.transport.connect(now);
        }
    }

    /// Ends the link, or the attempt at one.
    pub(crate) fn close(&mut self, now: Instant) {
        self.wants_link = false;
        self.transport.disconnect(now);
    }

    /// Whether the goodbye is still on its way.
    pub(crate) fn is_busy(&self) -> bool {
        self.busy
    }

    /// What the network says about how a session was lost.
    pub(crate) fn reason(&self, cause: Disconnection) -> DisconnectReason {
        match (&self.last_end, cause) {
            (Some(reason), Disconnection::LinkLost | Disconnection::ConnectFailed) => reason.clone(),
            (_, Disconnection::NoAnswer) => DisconnectReason::TimedOut,
            _ => DisconnectReason::closed_by_peer(b"it has started a new session"),
        }
    }
}

/// How long a goodbye may take.
pub(crate) const GOODBYE: Duration = Duration::from_secs(2);
