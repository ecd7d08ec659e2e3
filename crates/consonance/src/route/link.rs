//! One network that can provide the link to a server, and the state of its link.

use std::task::Waker;
use std::time::Instant;

use consonance_link::{ClientLinkEvent, ClientNetwork, DisconnectReason};

/// A network, and the state of its link.
pub(super) struct Link {
    transport: Box<dyn ClientNetwork>,
    state: LinkState,
    /// Ends of abandoned links that are still to be reported by the network.
    stale_ends: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    Down,
    Trying,
    Up,
    /// Up or being made until its goodbye is sent.
    Leaving,
}

impl Link {
    pub(super) fn new(transport: Box<dyn ClientNetwork>) -> Self {
        Self { transport, state: LinkState::Down, stale_ends: 0 }
    }

    pub(super) fn transport(&self) -> &dyn ClientNetwork {
        &*self.transport
    }

    /// For calls that do not change the state of the link.
    pub(super) fn transport_mut(&mut self) -> &mut dyn ClientNetwork {
        &mut *self.transport
    }

    pub(super) fn set_waker(&mut self, waker: &Waker) {
        self.transport.set_waker(waker.clone());
    }

    pub(super) fn is(&self, state: LinkState) -> bool {
        self.state == state
    }

    /// Whether there is no link, and no end of a former one is still to be reported.
    pub(super) fn is_over(&self) -> bool {
        self.state == LinkState::Down && self.stale_ends == 0
    }

    /// Starts a link, unless there is one.
    pub(super) fn begin(&mut self, now: Instant) {
        if self.state == LinkState::Down {
            self.state = LinkState::Trying;
            self.transport.connect(now);
        }
    }

    /// Ends the link in order; its end is still to be reported.
    pub(super) fn leave(&mut self, now: Instant) {
        if self.state != LinkState::Down {
            self.state = LinkState::Leaving;
            self.transport.disconnect(now);
        }
    }

    /// Ends the link; its end is not reported.
    pub(super) fn abandon(&mut self, now: Instant) {
        if self.state != LinkState::Down {
            self.transport.disconnect(now);
            self.state = LinkState::Down;
            self.stale_ends += 1;
        }
    }

    /// The next event, without those of abandoned links. Direct links are independent of the link to the server, so
    /// their events are always returned.
    pub(super) fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        loop {
            let event = self.transport.poll_event(now, bytes)?;
            let is_stale = self.stale_ends > 0;
            match event {
                ClientLinkEvent::Disconnected { .. } if is_stale => self.stale_ends -= 1,
                ClientLinkEvent::Connected | ClientLinkEvent::Packet { .. } if is_stale => {}
                ClientLinkEvent::Disconnected { .. } => {
                    self.state = LinkState::Down;
                    return Some(event);
                }
                ClientLinkEvent::Connected => {
                    self.state = LinkState::Up;
                    return Some(event);
                }
                ClientLinkEvent::Packet { .. } | ClientLinkEvent::Direct { .. } => return Some(event),
            }
        }
    }
}

/// Whether there was no answer at all, so that another network may work: a server that answers does so over any.
pub(super) fn is_silence(reason: &DisconnectReason) -> bool {
    matches!(reason, DisconnectReason::Unreachable { .. } | DisconnectReason::TimedOut)
}
