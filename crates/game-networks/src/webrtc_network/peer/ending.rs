//! The end of a connection.

use std::time::Instant;

use str0m::{Event, Output};

use super::{End, PeerConnection, PeerEvent, State};

impl PeerConnection {
    /// Ends the connection in order: what is reliable is delivered first, if the other side takes it soon.
    pub(crate) fn leave(&mut self, now: Instant) {
        match self.state {
            State::Open => {
                self.state = State::Leaving { until: now + self.settings.goodbye_timeout };
                self.drain(now);
            }
            State::Negotiating { .. } | State::Unproved { .. } | State::Held => self.end(End::ByUs),
            State::Leaving { .. } | State::Parting { .. } | State::Over => {}
        }
    }

    /// Ends the connection with as much of a goodbye as one datagram can be.
    pub(crate) fn leave_at_once(&mut self, now: Instant) {
        if matches!(self.state, State::Open | State::Leaving { .. } | State::Parting { .. }) {
            self.part(now);
            self.close(now);
        }
    }

    /// Whether we have started to end it.
    pub(super) fn is_going(&self) -> bool {
        matches!(self.state, State::Leaving { .. } | State::Parting { .. })
    }

    /// Closes the channels, which the other side notices even if datagrams are lost.
    pub(super) fn part(&mut self, now: Instant) {
        self.state = State::Parting { until: now + self.settings.goodbye_timeout };
        for channel in [self.reliable, self.unreliable].into_iter().flatten() {
            self.rtc.direct_api().close_data_channel(channel);
            self.take_outputs(now);
        }
    }

    /// Closes the connection, and notifies the other side once.
    pub(super) fn close(&mut self, now: Instant) {
        if self.state == State::Over {
            return;
        }
        let end = if self.is_going() { End::ByUs } else { End::ByPeer };
        if self.rtc.close().is_ok() {
            while let Ok(output) = self.rtc.poll_output() {
                match output {
                    Output::Transmit(transmit) => {
                        self.datagrams.push_back((transmit.destination, transmit.contents.into()));
                    }
                    Output::Event(Event::ChannelData(data))
                        if data.binary && Some(data.id) == self.reliable =>
                    {
                        self.handle_event(now, Event::ChannelData(data));
                    }
                    Output::Event(_) => {}
                    Output::Timeout(_) => break,
                }
            }
        }
        self.end(end);
    }

    pub(super) fn end(&mut self, end: End) {
        if self.state != State::Over {
            self.state = State::Over;
            self.events.push_back(PeerEvent::Closed(end));
        }
    }

    /// Why its handshake failed, once, for our own log.
    pub(crate) fn take_failure(&mut self) -> Option<String> {
        self.handshake.take_failure()
    }

    /// Ends the connection if the library refuses its input: that is the other side's fault, since our own calls keep
    /// the library's rules.
    pub(super) fn judge<T>(&mut self, handled: Result<T, str0m::RtcError>) {
        if let Err(error) = handled {
            tracing::debug!(%error, "a connection fails");
            self.handshake.fail(error);
            self.end(End::Violation("its datagrams make no sense"));
        }
    }
}
