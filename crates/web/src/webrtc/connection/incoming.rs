//! Handling of str0m's events on a connection: its channel, its messages, its voice, its statistics.

use std::time::Instant;

use str0m::Event;
use str0m::channel::{ChannelData, ChannelId};

use super::{Connection, ConnectionEvent, Route, State};

impl Connection {
    pub(super) fn handle_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Connected => {
                self.handshake.finish();
                self.route = Route::default();
            }
            Event::ChannelOpen(id, label) => self.handle_channel(now, id, &label),
            Event::ChannelData(data) => self.handle_message(now, data),
            Event::ChannelClose(id) if self.control == Some(id) => self.close_by_page(now),
            Event::Closed => self.close_by_page(now),
            Event::RtpPacket(packet) => {
                if !self.voice.take(now) {
                    return self.note_excess(now);
                }
                match self.microphone.handle(&mut self.rtc, packet) {
                    Some(voice) if self.state == State::Open => self.events.push_back(voice),
                    Some(_) => {}
                    None => self.drops.malformed += 1,
                }
            }
            Event::MediaEgressStats(media) => {
                self.quality.round_trip = media.rtt.or(self.quality.round_trip);
                if let Some(slot) = self.slots.iter_mut().find(|slot| slot.mid == media.mid) {
                    self.egress.note_statistics(slot, &media);
                }
            }
            Event::MediaIngressStats(media) if media.mid == self.microphone.mid() => {
                self.quality.ingress_loss = media.loss.or(self.quality.ingress_loss);
            }
            _ => {}
        }
    }

    fn handle_channel(&mut self, now: Instant, id: ChannelId, label: &str) {
        self.channels_opened += 1;
        if label == CONTROL_LABEL && self.control.is_none() {
            self.control = Some(id);
            if matches!(self.state, State::Negotiating { .. }) {
                self.state = State::Open;
                self.remote = self.route.proven();
                self.events.push_back(ConnectionEvent::Connected);
            }
        } else {
            tracing::debug!(label, "a page opens an unknown channel");
            if self.channels_opened > CHANNELS_MAX {
                self.violated(now, "it opens channel after channel");
            }
        }
    }

    fn handle_message(&mut self, now: Instant, message: ChannelData) {
        if self.state != State::Open || self.control != Some(message.id) {
            return;
        }
        if !self.messages.take(now) {
            return self.note_excess(now);
        }
        let text = (!message.binary).then(|| String::from_utf8(message.data).ok()).flatten();
        self.drops.malformed += u64::from(text.is_none());
        self.events.push_back(text.map_or(ConnectionEvent::NotText, ConnectionEvent::Message));
    }
}

/// The label of the one channel that a page opens.
const CONTROL_LABEL: &str = "control";

/// How many channels a peer may open.
const CHANNELS_MAX: usize = 8;
