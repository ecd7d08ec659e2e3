//! One WebRTC connection as a state machine without sockets: negotiated in texts, carried in datagrams.

#[cfg(test)]
mod address_proof;
mod channel_config;
mod channels;
mod early_packets;
mod ending;
mod event;
#[cfg(test)]
mod failed_handshake;
mod hosts;
mod negotiation;
mod voice_queue;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use consonance_link::Delivery;
use consonance_link::gateway::Handshake;
use str0m::channel::ChannelId;
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Input, Output, Rtc, RtcConfig};

use crate::webrtc_network::settings::PeerSettings;

use early_packets::EarlyPackets;
pub(crate) use event::{End, Ice, PeerEvent, Role, Sent};
use hosts::{Credentials, Hosts};
use negotiation::Negotiation;
use voice_queue::VoiceQueue;

/// Fed with texts, datagrams and time, drained with `poll_…`.
pub(crate) struct PeerConnection {
    rtc: Rtc,
    settings: PeerSettings,
    role: Role,
    state: State,
    handshake: Handshake,
    negotiation: Negotiation,
    reliable: Option<ChannelId>,
    unreliable: Option<ChannelId>,
    /// How many channels the other side has opened, ours included.
    channels_opened: usize,
    early: EarlyPackets,
    voice: VoiceQueue,
    last_heard: Instant,
    /// When the library wants to be called.
    timeout: Instant,
    hosts: Hosts,
    /// The destination of the last encrypted datagram.
    destination: Option<SocketAddr>,
    texts: VecDeque<String>,
    datagrams: VecDeque<(SocketAddr, Vec<u8>)>,
    events: VecDeque<PeerEvent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It must be open by then.
    Negotiating {
        until: Instant,
    },
    /// The channels are open, and the other side has not shown where it is: until then it has to, and nothing but
    /// the question leaves.
    Unproved {
        until: Instant,
    },
    /// Open, and the other side does not know it yet: nothing leaves until it is accepted.
    Held,
    Open,
    /// The last messages are being sent, until then at most.
    Leaving {
        until: Instant,
    },
    /// The channels are closed; the other side is to notice, until then at most.
    Parting {
        until: Instant,
    },
    Over,
}

impl PeerConnection {
    /// A connection that begins to be negotiated, from these addresses of ours.
    pub(crate) fn new(
        now: Instant,
        role: Role,
        ice: Ice,
        addresses: &[SocketAddr],
        settings: &PeerSettings,
    ) -> Self {
        let mut connection = Self {
            rtc: new_rtc(now, ice, addresses, settings),
            settings: settings.clone(),
            role,
            state: State::Negotiating { until: now + settings.negotiation_timeout },
            handshake: Handshake::default(),
            negotiation: Negotiation::new(role),
            reliable: None,
            unreliable: None,
            channels_opened: 0,
            early: EarlyPackets::default(),
            voice: VoiceQueue::new(settings.voice_packets_max),
            last_heard: now,
            timeout: now,
            hosts: Hosts::new(ice),
            destination: None,
            texts: VecDeque::new(),
            datagrams: VecDeque::new(),
            events: VecDeque::new(),
        };
        let first = connection.negotiation.begin(&mut connection.rtc);
        connection.texts.extend(first);
        connection.drain(now);
        connection
    }

    /// The name by which the other side's checks of the way here call this connection (RFC 8445, section 7.2.2).
    pub(crate) fn user_fragment(&mut self) -> String {
        self.rtc.direct_api().local_ice_credentials().ufrag
    }

    /// Handles a text of the other side over the signalling link.
    pub(crate) fn handle_text(&mut self, now: Instant, text: &str) {
        if matches!(self.state, State::Negotiating { .. } | State::Open) {
            let answer = self.negotiation.handle_text(&mut self.rtc, text);
            self.texts.extend(answer);
            if let Some((user_fragment, password)) = self.negotiation.take_credentials() {
                let own_user_fragment = self.user_fragment();
                self.hosts.set_credentials(Credentials { own_user_fragment, user_fragment, password });
            }
            self.drain(now);
        }
    }

    /// Handles a datagram that arrived at this local address.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        datagram: &[u8],
    ) {
        if matches!(self.state, State::Over | State::Held) {
            return;
        }
        if self.hosts.handle_datagram(source.ip(), datagram) {
            self.last_heard = now;
            return self.open_if_proved();
        }
        if matches!(self.state, State::Unproved { .. }) {
            return;
        }
        let Ok(received) = Receive::new(Protocol::Udp, source, destination, datagram) else { return };
        self.last_heard = now;
        if is_dtls(datagram) {
            self.handshake.begin();
        }
        let handled = self.rtc.handle_input(Input::Receive(now, received));
        self.judge(handled);
        self.drain(now);
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let is_silent = now >= self.last_heard + self.settings.idle_timeout;
        match self.state {
            State::Negotiating { until } | State::Unproved { until } if until <= now => {
                self.handshake.give_up();
                return self.end(End::TimedOut);
            }
            State::Open if is_silent => return self.end(End::TimedOut),
            State::Leaving { until } if until <= now => self.part(now),
            State::Parting { until } if until <= now => return self.close(now),
            State::Unproved { .. } | State::Held | State::Over => return,
            _ => {}
        }
        if self.timeout <= now {
            let handled = self.rtc.handle_input(Input::Timeout(now));
            self.judge(handled);
        }
        self.drain(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Negotiating { until } | State::Leaving { until } | State::Parting { until } => {
                Some(until.min(self.timeout))
            }
            State::Unproved { until } => Some(until),
            State::Open => Some(self.timeout.min(self.last_heard + self.settings.idle_timeout)),
            State::Held | State::Over => None,
        }
    }

    /// The next text for the signalling link.
    pub(crate) fn poll_text(&mut self) -> Option<String> {
        self.texts.pop_front()
    }

    /// The next datagram that leaves; what is more than a host gets that has proved nothing waits for the proof.
    pub(crate) fn poll_datagram(&mut self, now: Instant) -> Option<(SocketAddr, Vec<u8>)> {
        loop {
            if let Some(released) = self.hosts.poll_released() {
                return Some(released);
            }
            let next = self.datagrams.front().map(|(to, _)| *to);
            let asked = self.destination.filter(|_| matches!(self.state, State::Unproved { .. }));
            let to = next.or(asked)?;
            if let Some(check) = self.hosts.poll_check(now, to.ip()) {
                return Some((to, check));
            }
            let (to, datagram) = self.datagrams.pop_front()?;
            if let Some(datagram) = self.hosts.let_through(to, datagram) {
                return Some(datagram);
            }
        }
    }

    pub(crate) fn poll_event(&mut self) -> Option<PeerEvent> {
        self.events.pop_front()
    }

    /// A listener's end that is open may be used: the other side learns it now.
    pub(crate) fn accept(&mut self, now: Instant) {
        if self.state == State::Held {
            self.state = State::Open;
            self.drain(now);
        }
    }

    /// Sends a packet.
    pub(crate) fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) -> Sent {
        if self.state != State::Open {
            return Sent::NotOpen;
        }
        let sent = match delivery {
            Delivery::Reliable => match self.write(self.reliable, packet) {
                Some(true) => Sent::Yes,
                Some(false) => Sent::Full,
                None => Sent::NotOpen,
            },
            Delivery::Unreliable if self.voice.push(packet) => Sent::InPlaceOfOldest,
            Delivery::Unreliable => Sent::Yes,
        };
        // Voice that is held back by a full channel buffer cannot leave before the other side accepts more.
        if delivery == Delivery::Reliable || self.buffered(self.unreliable) < VOICE_BUFFERED_BYTES_MAX {
            self.drain(now);
        }
        sent
    }

    /// Asks the player of a host for a sign of life with an ICE check, which its library answers by itself; when
    /// anything last came from it. `None` if it is not in.
    pub(crate) fn probe(&mut self, now: Instant) -> Option<Instant> {
        let to = self.destination.filter(|_| self.state == State::Open)?;
        let check = self.hosts.probe()?;
        self.datagrams.push_back((to, check));
        Some(self.last_heard.min(now))
    }

    /// The other side's address: encrypted datagrams go there, and it has shown that it receives them.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.destination.filter(|destination| self.hosts.is_proved(destination.ip()))
    }

    /// Whether the other side has proved that it receives at this address.
    pub(crate) fn is_proved_at(&self, address: IpAddr) -> bool {
        self.hosts.is_proved(address)
    }

    /// Datagrams that did not leave, since the address is not proved.
    pub(crate) fn held_back(&self) -> u64 {
        self.hosts.held_back
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Open | State::Held)
    }

    /// Whether something of the other side came since then.
    pub(crate) fn was_heard_since(&self, then: Instant) -> bool {
        self.last_heard >= then
    }

    /// Whether the channel took it; `None` if it is not open.
    fn write(&mut self, channel: Option<ChannelId>, packet: &[u8]) -> Option<bool> {
        self.rtc.channel(channel?)?.write(true, packet).ok()
    }

    /// Takes everything from the library, and gives it what waited for that.
    fn drain(&mut self, now: Instant) {
        loop {
            self.take_outputs(now);
            let buffered = self.buffered(self.unreliable);
            let waiting =
                (self.state == State::Open && buffered < VOICE_BUFFERED_BYTES_MAX).then(|| self.voice.pop());
            match waiting.flatten() {
                Some(packet) => _ = self.write(self.unreliable, &packet),
                None => break,
            }
        }
        if matches!(self.state, State::Leaving { .. }) && self.buffered(self.reliable) == 0 {
            self.part(now);
        }
    }

    fn buffered(&mut self, channel: Option<ChannelId>) -> usize {
        channel.and_then(|id| self.rtc.channel(id)).map_or(0, |mut channel| channel.buffered_amount())
    }

    fn take_outputs(&mut self, now: Instant) {
        while !matches!(self.state, State::Unproved { .. } | State::Held | State::Over) {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => {
                    if is_dtls(&transmit.contents) {
                        self.destination = Some(transmit.destination);
                    }
                    self.datagrams.push_back((transmit.destination, transmit.contents.into()));
                }
                Ok(Output::Event(event)) => self.handle_event(now, event),
                Err(error) => self.judge::<()>(Err(error)),
            }
        }
        if !self.rtc.is_alive() && self.state != State::Over {
            self.end(if self.is_going() { End::ByUs } else { End::ByPeer });
        }
    }
}

fn new_rtc(now: Instant, ice: Ice, addresses: &[SocketAddr], settings: &PeerSettings) -> Rtc {
    let mut rtc = RtcConfig::new()
        .set_crypto_provider(consonance_link::rtc_crypto::provider())
        .set_ice_lite(ice == Ice::Lite)
        .set_sctp_max_buffered_amount(settings.send_bytes_max)
        .set_sctp_max_message_size(MESSAGE_BYTES_MAX)
        .clear_codecs()
        .build(now);
    for &address in addresses {
        if let Ok(candidate) = Candidate::host(address, "udp") {
            rtc.add_local_candidate(candidate);
        }
    }
    rtc
}

fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| DTLS.contains(first))
}

/// The largest message that the other side may send, in bytes: a packet of a network of ours has room.
const MESSAGE_BYTES_MAX: u32 = 64 * 1024;

/// How many bytes of voice may be buffered where they can no longer be dropped.
const VOICE_BUFFERED_BYTES_MAX: usize = 8 * 1024;

/// The first byte of a DTLS record (RFC 7983, section 7).
const DTLS: std::ops::RangeInclusive<u8> = 20..=63;
