//! A network in memory that can be blocked, as a firewall blocks UDP: packets are dropped without an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, EndCode, LinkQuality, PacketLimits,
    Statistics,
};

/// How long an attempt stays without an answer, as over QUIC.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a link is silent before it is lost, as over QUIC.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// Blocks and unblocks the clients of one gate. Clones share the state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    is_shut: Arc<AtomicBool>,
    attempts: Arc<AtomicU32>,
    loses_link: Arc<AtomicBool>,
    shuts_down: Arc<AtomicBool>,
}

impl Gate {
    pub(crate) fn set_shut(&self, is_shut: bool) {
        self.is_shut.store(is_shut, Ordering::Relaxed);
    }

    fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::Relaxed)
    }

    /// Makes the next polled client lose its link as if a cable had been pulled.
    pub(crate) fn lose_link(&self) {
        self.loses_link.store(true, Ordering::Relaxed);
    }

    /// Ends the link of the next polled client as if the server shut down.
    pub(crate) fn shut_down(&self) {
        self.shuts_down.store(true, Ordering::Relaxed);
    }

    /// How often clients have begun to connect.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    pub(crate) fn client(&self, network: &MemoryNetwork, session: &str) -> GatedClient {
        GatedClient {
            inner: network.client(session),
            gate: self.clone(),
            state: State::Open,
            given_up: None,
            received: 0,
        }
    }
}

/// A client behind a gate.
pub(crate) struct GatedClient {
    pub(crate) inner: MemoryClient,
    gate: Gate,
    state: State,
    /// An attempt without an answer has ended, which has not been reported yet.
    given_up: Option<DisconnectReason>,
    /// Grows with each poll, since even a silent connection receives keep-alives.
    received: u64,
}

enum State {
    /// The network is not blocked.
    Open,
    /// An attempt gets no answer.
    Unanswered { until: Instant },
    /// Nothing arrives over a link that was up.
    Silent { until: Instant },
}

impl GatedClient {
    fn follow_gate(&mut self, now: Instant) {
        let is_shut = self.gate.is_shut();
        if self.gate.loses_link.swap(false, Ordering::Relaxed) {
            self.inner.lose_link();
        }
        if self.gate.shuts_down.swap(false, Ordering::Relaxed) {
            self.inner.lose_link();
            while self.inner.poll_event(now, &mut Vec::new()).is_some() {}
            self.give_up(DisconnectReason::ClosedByPeer { reason: EndCode::ShuttingDown.into() });
        }
        match self.state {
            State::Open if is_shut => self.state = State::Silent { until: now + IDLE_TIMEOUT },
            State::Silent { until } if until <= now => {
                self.inner.lose_link();
                self.state = State::Open;
            }
            State::Silent { .. } if !is_shut => self.state = State::Open,
            State::Unanswered { until } if until <= now => {
                let (address, cause) = ("192.0.2.1:7777".to_owned(), "no answer within 5s".to_owned());
                self.give_up(DisconnectReason::Unreachable { address, cause });
            }
            _ => {}
        }
    }

    fn give_up(&mut self, reason: DisconnectReason) {
        self.state = State::Open;
        self.given_up = Some(reason);
    }
}

impl ClientNetwork for GatedClient {
    fn connect(&mut self, now: Instant) {
        if matches!(self.state, State::Unanswered { .. }) {
            return;
        }
        self.gate.attempts.fetch_add(1, Ordering::Relaxed);
        if self.gate.is_shut() {
            self.state = State::Unanswered { until: now + CONNECT_TIMEOUT };
        } else {
            self.state = State::Open;
            self.inner.connect(now);
        }
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.follow_gate(now);
        self.received += u64::from(!self.gate.is_shut());
        if let Some(reason) = self.given_up.take() {
            return Some(ClientLinkEvent::Disconnected { reason });
        }
        match self.state {
            State::Open => self.inner.poll_event(now, bytes),
            State::Unanswered { .. } => None,
            State::Silent { .. } => {
                while let Some(event) = self.inner.poll_event(now, bytes) {
                    if let ClientLinkEvent::Disconnected { reason } = event {
                        self.state = State::Open;
                        return Some(ClientLinkEvent::Disconnected { reason });
                    }
                }
                None
            }
        }
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        if !self.gate.is_shut() {
            self.inner.send(now, delivery, packet);
        }
    }

    fn disconnect(&mut self, now: Instant) {
        match self.state {
            State::Unanswered { .. } => self.give_up(DisconnectReason::ClosedByUs),
            State::Open | State::Silent { .. } => self.inner.disconnect(now),
        }
    }

    fn limits(&self) -> PacketLimits {
        self.inner.limits()
    }

    fn statistics(&self) -> Statistics {
        let datagrams_received = Some(self.received);
        let quality = Some(LinkQuality { datagrams_received, ..LinkQuality::default() });
        Statistics { quality, ..self.inner.statistics() }
    }
}
