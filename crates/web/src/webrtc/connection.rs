//! One browser's connection as a state machine without sockets: an offer, an answer, datagrams, messages and voice.

#[cfg(test)]
mod address_change;
mod answer;
#[cfg(test)]
mod bottleneck;
mod capacity;
#[cfg(feature = "fuzzing")]
pub(crate) mod direct;
mod egress;
mod ending;
mod event;
#[cfg(test)]
mod failed_handshake;
mod hosts;
mod identity;
mod incoming;
mod microphone;
mod offer;
mod probe;
mod route;
mod slot;
mod streams;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_link::DisconnectReason;
use consonance_link::gateway::{Allowance, Handshake};
use str0m::channel::ChannelId;
use str0m::media::Mid;
use str0m::net::{Protocol, Receive, Transmit};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Input, Output, Rtc};

use crate::webrtc::settings::PeerLimits;

use egress::Egress;
pub(crate) use event::{ConnectionDrops, ConnectionEvent};
pub use event::{RtcQuality, RtcVoice, Sent, VOICE_BYTES_MAX};
use hosts::{Credentials, Hosts, Lost};
pub(crate) use identity::Identity;
use microphone::Microphone;
use offer::Offer;
pub use offer::OfferError;
use probe::Path;
use route::Route;
use slot::Slot;

/// Fed with datagrams and time, drained with `poll_…`.
pub(crate) struct Connection {
    rtc: Rtc,
    limits: PeerLimits,
    state: State,
    handshake: Handshake,
    microphone: Microphone,
    slots: Vec<Slot>,
    egress: Egress,
    control: Option<ChannelId>,
    channels_opened: usize,
    candidates: usize,
    voice: Allowance,
    messages: Allowance,
    /// The number of packets and messages beyond these two allowances.
    excess: u64,
    quality: RtcQuality,
    drops: ConnectionDrops,
    last_heard: Instant,
    /// Since there are keys.
    route: Route,
    /// The path of the last encrypted datagram.
    path: Option<Path>,
    /// The page's address when its control channel opened.
    remote: Option<SocketAddr>,
    hosts: Hosts,
    /// When the library wants to be called.
    timeout: Instant,
    /// Voice packets that leave with the next [`flush`](Self::flush).
    written: usize,
    transmits: VecDeque<Transmit>,
    events: VecDeque<ConnectionEvent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything must be up by then.
    Negotiating {
        until: Instant,
    },
    Open,
    /// The last messages are on their way, until then at most.
    Leaving {
        until: Instant,
    },
    Over,
}

impl Connection {
    /// Answers an offer.
    pub(crate) fn accept(
        now: Instant,
        offer: &str,
        identity: &Identity,
        limits: &PeerLimits,
    ) -> Result<(Self, String), OfferError> {
        let offer = Offer::parse(offer, limits.slots_max)?;
        let mut connection = Self::new(now, identity, limits, offer.microphone);
        let answer = connection.answer(now, offer)?;
        Ok((connection, answer))
    }

    fn new(now: Instant, identity: &Identity, limits: &PeerLimits, microphone: Mid) -> Self {
        Self {
            rtc: identity.new_rtc(now, limits),
            limits: limits.clone(),
            state: State::Negotiating { until: now + limits.negotiation_timeout },
            handshake: Handshake::default(),
            microphone: Microphone::new(microphone),
            slots: Vec::new(),
            egress: Egress::new(now),
            control: None,
            channels_opened: 0,
            candidates: 0,
            voice: Allowance::new(now, limits.voice_packets_per_second_max),
            messages: Allowance::new(now, limits.messages_per_second_max),
            excess: 0,
            quality: RtcQuality::default(),
            drops: ConnectionDrops::default(),
            last_heard: now,
            route: Route::default(),
            path: None,
            remote: None,
            hosts: Hosts::default(),
            timeout: now,
            written: 0,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Answers another offer of the same page: its address has changed, or its media.
    pub(crate) fn renegotiate(&mut self, now: Instant, offer: &str) -> Result<String, OfferError> {
        if !matches!(self.state, State::Negotiating { .. } | State::Open) {
            return Err(OfferError::Gone);
        }
        let offer = Offer::parse(offer, self.limits.slots_max)?;
        self.answer(now, offer)
    }

    /// The name by which the page's checks of the way here call this connection (RFC 8445, section 7.2.2).
    pub(crate) fn user_fragment(&mut self) -> String {
        self.rtc.direct_api().local_ice_credentials().ufrag
    }

    /// Another address of the page, as it says; what it says too often or unintelligibly is ignored, since its checks
    /// show where it is.
    pub(crate) fn add_candidate(&mut self, now: Instant, candidate: &str) -> Result<(), OfferError> {
        self.candidates += 1;
        if self.candidates > CANDIDATES_MAX {
            return Err(OfferError::TooMany { what: "candidates", max: CANDIDATES_MAX });
        }
        let candidate = candidate.strip_prefix("a=").unwrap_or(candidate);
        if let Ok(candidate) = Candidate::from_sdp_string(candidate) {
            self.rtc.add_remote_candidate(candidate);
            self.drain(now);
        }
        Ok(())
    }

    /// Handles a datagram that arrived at this local address.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        protocol: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
        datagram: &[u8],
    ) {
        if self.state == State::Over {
            return;
        }
        if self.hosts.handle_datagram(protocol, source, datagram) {
            self.last_heard = now;
            return;
        }
        let Ok(received) = Receive::new(protocol, source, destination, datagram) else {
            self.drops.malformed += 1;
            return;
        };
        self.last_heard = now;
        if route::is_dtls(datagram) {
            self.handshake.begin();
        }
        let handled = self.rtc.handle_input(Input::Receive(now, received));
        self.judge(now, handled);
        self.drain(now);
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let is_silent = now >= self.last_heard + self.limits.idle_timeout;
        match self.state {
            State::Negotiating { until } if until <= now => {
                self.handshake.give_up();
                return self.end(DisconnectReason::TimedOut);
            }
            State::Open if is_silent => return self.end(DisconnectReason::TimedOut),
            State::Leaving { until } if until <= now => return self.close(now),
            State::Over => return,
            _ => {}
        }
        if self.timeout <= now {
            let handled = self.rtc.handle_input(Input::Timeout(now));
            self.judge(now, handled);
            self.drain(now);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Negotiating { until } | State::Leaving { until } => Some(until.min(self.timeout)),
            State::Open => Some(self.timeout.min(self.last_heard + self.limits.idle_timeout)),
            State::Over => None,
        }
    }

    /// The next datagram to send. What exceeds an unproved host's credit waits for the proof; what is lost is counted.
    pub(crate) fn poll_transmit(&mut self, now: Instant) -> Option<Transmit> {
        loop {
            if let Some(released) = self.hosts.poll_released() {
                return Some(released);
            }
            let transmit = self.transmits.front()?;
            if let Some(check) = self.hosts.poll_check(now, transmit) {
                return Some(check);
            }
            let transmit = self.transmits.pop_front()?;
            match self.hosts.let_through(transmit) {
                Ok(Some(transmit)) => return Some(transmit),
                Ok(None) => {}
                Err(Lost) => self.drops.unproved += 1,
            }
        }
    }

    pub(crate) fn poll_event(&mut self) -> Option<ConnectionEvent> {
        self.events.pop_front()
    }

    /// Sends a message, reliably and in order.
    pub(crate) fn send_message(&mut self, now: Instant, text: &str) -> Sent {
        if self.state != State::Open {
            return Sent::NotConnected;
        }
        let channel = self.control.and_then(|control| self.rtc.channel(control));
        let written = channel.map(|mut channel| channel.write(false, text.as_bytes()));
        match written {
            Some(Ok(true)) => {
                self.drain(now);
                Sent::Yes
            }
            Some(Ok(false)) => {
                let queue = format!("{} bytes of messages", self.limits.send_bytes_max);
                self.end(DisconnectReason::Overloaded { queue });
                Sent::TooSlow
            }
            Some(Err(_)) | None => Sent::NotConnected,
        }
    }

    /// Sends a frame, which leaves with the next [`flush`](Self::flush). False if it cannot be sent.
    pub(crate) fn send_voice(&mut self, now: Instant, voice: &RtcVoice<'_>) -> bool {
        let is_sent = self.write_voice(now, voice).is_some();
        if self.written >= WRITTEN_MAX {
            self.flush(now);
        }
        is_sent
    }

    /// Sends the written packets.
    pub(crate) fn flush(&mut self, now: Instant) {
        if std::mem::take(&mut self.written) > 0 && self.state != State::Over {
            let handled = self.rtc.handle_input(Input::Timeout(now));
            self.judge(now, handled);
            self.drain(now);
        }
    }

    /// Ends the connection in order: messages are delivered first, if the page takes them soon.
    pub(crate) fn end_in_order(&mut self, now: Instant) {
        match self.state {
            State::Open => {
                self.state = State::Leaving { until: now + self.limits.goodbye_timeout };
                self.drain(now);
            }
            State::Negotiating { .. } => self.close(now),
            State::Leaving { .. } | State::Over => {}
        }
    }

    /// The page's address when its control channel opened, if no other peer can have been meant.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.remote
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn quality(&self) -> RtcQuality {
        let Self { egress, quality, .. } = self;
        RtcQuality {
            egress_loss: egress.loss(),
            egress_capacity: egress.capacity(),
            voices_max: egress.voices_max(),
            ..*quality
        }
    }

    /// Returns the counters of drops since the last call.
    pub(crate) fn take_drops(&mut self) -> ConnectionDrops {
        std::mem::take(&mut self.drops)
    }

    fn answer(&mut self, now: Instant, offer: Offer) -> Result<String, OfferError> {
        let answer = self.rtc.sdp_api().accept_offer(offer.sdp);
        let answer = answer.map_err(|error| OfferError::of_library(&error))?;
        if let Some((user_fragment, password)) = offer.credentials {
            let own_user_fragment = self.user_fragment();
            self.hosts.set_credentials(Credentials { own_user_fragment, user_fragment, password });
        }
        self.microphone.renegotiate(offer.microphone);
        self.set_slots(&offer.slots)?;
        self.drain(now);
        Ok(answer::text(&answer, &self.rtc, &self.slots))
    }

    fn write_voice(&mut self, now: Instant, voice: &RtcVoice<'_>) -> Option<()> {
        if self.state != State::Open || voice.payload.len() > VOICE_BYTES_MAX || voice.payload.is_empty() {
            return None;
        }
        let slot = self.slots.get_mut(voice.slot)?;
        let label = slot.label(now, voice.stream, voice.sequence, voice.samples)?;
        streams::declare(&mut self.rtc, slot);
        let (source, payload_type) = (slot.source, slot.payload_type);
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx(&source)?;
        let packet = RtpWrite::new(payload_type, label.sequence.into(), label.time, now, voice.payload);
        stream.write_rtp(packet.marker(label.marker));
        self.egress.note_sent(voice.payload.len(), voice.samples);
        self.written += 1;
        Some(())
    }

    /// Takes everything from the library.
    fn drain(&mut self, now: Instant) {
        self.take_outputs(now);
        if matches!(self.state, State::Leaving { .. }) && self.waiting_bytes() == 0 {
            self.close(now);
        }
    }

    fn waiting_bytes(&mut self) -> usize {
        let channel = self.control.and_then(|control| self.rtc.channel(control));
        channel.map_or(0, |mut channel| channel.buffered_amount())
    }

    fn take_outputs(&mut self, now: Instant) {
        while self.state != State::Over {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => {
                    self.route.note_sent(transmit.destination, &transmit.contents);
                    self.path = Path::of(&transmit).or(self.path);
                    self.transmits.push_back(transmit);
                }
                Ok(Output::Event(event)) => self.handle_event(now, event),
                Err(error) => self.judge::<()>(now, Err(error)),
            }
        }
        if self.egress.conclude(now) {
            self.slots.iter_mut().for_each(Slot::judge_again);
        }
        if !self.rtc.is_alive() && self.state != State::Over {
            self.end(DisconnectReason::closed_by_peer(b""));
        }
    }
}

/// How many addresses a page may name after its offer; a machine with many has a few dozen.
const CANDIDATES_MAX: usize = 64;

/// How many voice packets wait for a flush at most: all slots a few times.
const WRITTEN_MAX: usize = 64;
