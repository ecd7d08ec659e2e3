//! One of several networks that can provide a link.

use std::task::Waker;
use std::time::Instant;

use consonance_transport::{ClientLinkEvent, ClientNetwork, DisconnectReason};

/// A network, and the state of its link.
pub(super) struct Candidate<T = Box<dyn ClientNetwork>> {
    pub(super) transport: T,
    pub(super) state: CandidateState,
    /// Ends of former links that are still to be reported by it.
    stale_ends: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CandidateState {
    Down,
    Trying,
    Up,
    /// Up until its goodbye is sent.
    Leaving,
}

impl<T: ClientNetwork> Candidate<T> {
    pub(super) fn new(transport: T) -> Self {
        Self { transport, state: CandidateState::Down, stale_ends: 0 }
    }

    pub(super) fn set_waker(&mut self, waker: &Waker) {
        self.transport.set_waker(waker.clone());
    }

    pub(super) fn is(&self, state: CandidateState) -> bool {
        self.state == state
    }

    /// Starts a link, unless there is one.
    pub(super) fn begin(&mut self, now: Instant) {
        if self.state == CandidateState::Down {
            self.state = CandidateState::Trying;
            self.transport.connect(now);
        }
    }

    /// Ends the link in order; its end is still to be reported.
    pub(super) fn leave(&mut self, now: Instant) {
        if self.state != CandidateState::Down {
            self.state = CandidateState::Leaving;
            self.transport.disconnect(now);
        }
    }

    /// Ends the link; its end is not reported.
    pub(super) fn abandon(&mut self, now: Instant) {
        if self.state != CandidateState::Down {
            self.transport.disconnect(now);
            self.state = CandidateState::Down;
            self.stale_ends += 1;
        }
    }

    /// Takes the ends of abandoned links.
    pub(super) fn drain(&mut self, now: Instant) {
        if self.state == CandidateState::Down && self.stale_ends > 0 {
            let stray = self.poll(now);
            debug_assert!(stray.is_none(), "each link ends once");
        }
    }

    /// Whether the started link is up now, or the error. Any other event is dropped, as the link is not in use yet.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Result<(), DisconnectReason>> {
        let mut dropped = Vec::new();
        loop {
            match self.transport.poll_event(now, &mut dropped)? {
                ClientLinkEvent::Disconnected { .. } if self.stale_ends > 0 => self.stale_ends -= 1,
                ClientLinkEvent::Disconnected { reason } => {
                    self.state = CandidateState::Down;
                    return Some(Err(reason));
                }
                ClientLinkEvent::Connected if self.stale_ends == 0 => {
                    self.state = CandidateState::Up;
                    return Some(Ok(()));
                }
                ClientLinkEvent::Connected
                | ClientLinkEvent::Packet { .. }
                | ClientLinkEvent::Direct { .. } => {}
            }
        }
    }
}
