//! The end of a connection.

use std::time::Instant;

use consonance_link::DisconnectReason;
use str0m::{Output, RtcError};

use super::{Connection, ConnectionEvent, State};

impl Connection {
    /// Ends the connection with as much of a goodbye as one datagram can be.
    pub(crate) fn close(&mut self, now: Instant) {
        self.close_for(now, DisconnectReason::ClosedByUs);
    }

    pub(super) fn close_by_page(&mut self, now: Instant) {
        let is_ours = matches!(self.state, State::Leaving { .. });
        let ours = DisconnectReason::ClosedByUs;
        self.close_for(now, if is_ours { ours } else { DisconnectReason::closed_by_peer(b"") });
    }

    /// Ends a connection that took too long.
    pub(crate) fn give_up(&mut self, now: Instant) {
        self.handshake.give_up();
        self.close_for(now, DisconnectReason::TimedOut);
    }

    /// Closes the connection, and notifies the page once.
    pub(super) fn close_for(&mut self, now: Instant, reason: DisconnectReason) {
        if self.state == State::Over {
            return;
        }
        self.flush(now);
        if self.state != State::Over && self.rtc.close().is_ok() {
            while let Ok(output) = self.rtc.poll_output() {
                match output {
                    Output::Transmit(transmit) => self.transmits.push_back(transmit),
                    Output::Event(_) => {}
                    Output::Timeout(_) => break,
                }
            }
        }
        self.end(reason);
    }

    pub(super) fn end(&mut self, reason: DisconnectReason) {
        if self.state != State::Over {
            self.state = State::Over;
            self.events.push_back(ConnectionEvent::Disconnected(reason));
        }
    }

    /// Why its handshake failed, once, for our own log.
    pub(crate) fn take_failure(&mut self) -> Option<String> {
        self.handshake.take_failure()
    }

    pub(super) fn violated(&mut self, now: Instant, violation: &str) {
        self.close_for(now, DisconnectReason::ProtocolViolated { violation: violation.to_owned() });
    }

    pub(super) fn note_excess(&mut self, now: Instant) {
        self.drops.too_many += 1;
        self.excess += 1;
        if self.excess > self.limits.excess_max {
            self.violated(now, "it sends far more than a page does");
        }
    }

    /// Ends the connection if the library refuses its input: that is the other side's fault, since our own calls keep
    /// the library's rules.
    pub(super) fn judge<T>(&mut self, now: Instant, handled: Result<T, RtcError>) {
        if let Err(error) = handled {
            tracing::debug!(%error, "a connection fails");
            self.handshake.fail(error);
            self.violated(now, "its datagrams make no sense");
        }
    }
}
