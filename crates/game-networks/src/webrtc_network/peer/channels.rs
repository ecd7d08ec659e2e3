//! The data channels of a connection: their opening and their messages.

use std::time::Instant;

use consonance_link::Delivery;
use str0m::Event;
use str0m::channel::{ChannelData, ChannelId};

use super::channel_config::{RELIABLE_LABEL, UNRELIABLE_LABEL};
use super::{End, PeerConnection, PeerEvent, Role, State};

impl PeerConnection {
    pub(super) fn handle_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Connected => self.handshake.finish(),
            Event::ChannelOpen(id, label) => self.handle_channel(id, &label),
            Event::ChannelData(data) if data.binary => self.handle_data(data),
            Event::ChannelClose(id)
                if !self.is_going() && [self.reliable, self.unreliable].contains(&Some(id)) =>
            {
                self.close(now);
            }
            Event::Closed => self.close(now),
            _ => {}
        }
    }

    fn handle_data(&mut self, data: ChannelData) {
        let delivery = match Some(data.id) {
            id if id == self.reliable => Delivery::Reliable,
            id if id == self.unreliable => Delivery::Unreliable,
            _ => return,
        };
        match (self.state, delivery) {
            (State::Open, _) => self.events.push_back(PeerEvent::Packet(delivery, data.data)),
            // One channel opens before the other, and reliable messages that arrive in between are not sent again.
            (State::Negotiating { .. }, Delivery::Reliable) => {
                let fits = self.early.keep(data.data);
                if !fits {
                    self.end(End::Violation("it says much before it is in"));
                }
            }
            _ => {}
        }
    }

    fn handle_channel(&mut self, id: ChannelId, label: &str) {
        self.channels_opened += 1;
        match label {
            RELIABLE_LABEL if self.reliable.is_none() => self.reliable = Some(id),
            UNRELIABLE_LABEL if self.unreliable.is_none() => self.unreliable = Some(id),
            _ => {
                tracing::debug!(label, "a peer opens an unknown channel");
                if self.channels_opened > CHANNELS_MAX {
                    self.end(End::Violation("it opens channel after channel"));
                }
                return;
            }
        }
        if self.reliable.is_some() && self.unreliable.is_some() {
            match (self.role, self.state) {
                (Role::Listener, State::Negotiating { until }) => {
                    self.state = State::Unproved { until };
                    self.open_if_proved();
                }
                _ => self.open(State::Open),
            }
        }
    }

    pub(super) fn open_if_proved(&mut self) {
        if matches!(self.state, State::Unproved { .. }) && self.remote().is_some() {
            self.open(State::Held);
        }
    }

    fn open(&mut self, state: State) {
        self.state = state;
        self.events.push_back(PeerEvent::Open);
        let early = self.early.take().into_iter();
        self.events.extend(early.map(|packet| PeerEvent::Packet(Delivery::Reliable, packet)));
    }
}

/// How many channels a peer may open.
const CHANNELS_MAX: usize = 8;
