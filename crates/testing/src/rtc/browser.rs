//! A page's end of a connection, as a state machine without I/O.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId};
use str0m::media::{Direction, Frequency, MediaKind, Mid};
use str0m::net::{Protocol, Receive, TcpType, Transmit};
use str0m::rtp::{RtpPacket, RtpWrite};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use crate::rtc::heard::{Heard, opus_samples};

/// The features of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestBrowserSettings {
    /// How many slots it offers; a page of ours offers 16, on phones 8.
    pub slots: usize,
    /// Whether its offer asks for frames of 20 ms, as a page of ours does.
    pub asks_for_20_ms: bool,
}

impl Default for TestBrowserSettings {
    fn default() -> Self {
        Self { slots: 16, asks_for_20_ms: true }
    }
}

/// An event at a page.
#[derive(Debug, PartialEq, Eq)]
pub enum BrowserEvent {
    /// The control channel is open.
    Connected,
    /// A message arrived on it.
    Message(String),
    /// An Opus packet arrived in a slot.
    Voice {
        /// The slot, from 0.
        slot: usize,
        /// Its number, without wrapping.
        sequence: u64,
        /// Its time in samples at 48 kHz, without wrapping.
        time: u64,
        /// Whether it begins a talk spurt.
        marker: bool,
        /// The packet.
        payload: Vec<u8>,
    },
    /// The server has ended the connection.
    Closed,
}

/// A page that is fed with an answer, datagrams and time, and drained with `poll_…`.
pub struct TestBrowser {
    rtc: Rtc,
    settings: TestBrowserSettings,
    pending: Option<SdpPendingOffer>,
    microphone: Mid,
    slots: Vec<(Mid, Heard)>,
    control: ChannelId,
    is_open: bool,
    is_closed: bool,
    /// The number of the microphone's next packet.
    sequence: u64,
    time: u32,
    timeout: Instant,
    transmits: VecDeque<Transmit>,
    events: VecDeque<BrowserEvent>,
}

impl TestBrowser {
    /// A page with these addresses for UDP and TCP, and its offer.
    ///
    /// # Panics
    ///
    /// If one of the addresses cannot be the source of a datagram.
    pub fn new(
        now: Instant,
        settings: TestBrowserSettings,
        udp: &[SocketAddr],
        tcp: &[SocketAddr],
    ) -> (Self, String) {
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(consonance_link::rtc_crypto::provider())
            .set_rtp_mode(true)
            .set_rtcp_report_interval_audio(Duration::from_secs(1))
            .clear_codecs()
            .enable_opus(true, false)
            .build(now);
        for &address in udp {
            rtc.add_local_candidate(Candidate::host(address, "udp").expect("an address of this machine"));
        }
        for &address in tcp {
            let candidate = Candidate::builder().tcp().host(address).tcptype(TcpType::Active).build();
            rtc.add_local_candidate(candidate.expect("an address of this machine"));
        }
        let mut change = rtc.sdp_api();
        let microphone = change.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        let mut slot = |_| {
            let mid = change.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
            (mid, Heard::default())
        };
        let slots = (0..settings.slots).map(&mut slot).collect();
        let config = ChannelConfig { label: "control".to_owned(), ..ChannelConfig::default() };
        let control = change.add_channel_with_config(config);
        let (offer, pending) = change.apply().expect("there is something to offer");
        let browser = Self {
            rtc,
            pending: Some(pending),
            microphone,
            slots,
            control,
            is_open: false,
            is_closed: false,
            sequence: 1000,
            time: 0,
            timeout: now,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            settings,
        };
        let offer = browser.text(&offer);
        (browser, offer)
    }

    /// Takes the server's answer to the last offer.
    ///
    /// # Panics
    ///
    /// If it is not an answer to that offer, or there was no offer.
    pub fn handle_answer(&mut self, now: Instant, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer is SDP");
        let pending = self.pending.take().expect("an answer follows an offer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("an answer fits its offer");
        self.take_outputs();
        self.handle_timeout(now);
    }

    /// The offer of a page that restarts ICE because its address has changed.
    ///
    /// # Panics
    ///
    /// If another offer has not been answered yet.
    pub fn restart(&mut self) -> String {
        let mut change = self.rtc.sdp_api();
        change.ice_restart(true);
        let (offer, pending) = change.apply().expect("a restart is always offered");
        assert!(self.pending.replace(pending).is_none(), "one offer at a time");
        self.text(&offer)
    }

    /// A datagram arrived at this address of the page.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        protocol: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
        datagram: &[u8],
    ) {
        if let Ok(received) = Receive::new(protocol, source, destination, datagram) {
            // Browsers ignore malformed datagrams.
            let _ = self.rtc.handle_input(Input::Receive(now, received));
            self.take_outputs();
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(now));
        self.take_outputs();
    }

    /// The time of the next call to [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        (!self.is_closed).then_some(self.timeout)
    }

    /// The next datagram to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<BrowserEvent> {
        self.events.pop_front()
    }

    /// Whether the control channel is open.
    pub fn is_connected(&self) -> bool {
        self.is_open && !self.is_closed
    }

    /// Sends an Opus packet, as the next of its talk spurt.
    pub fn say(&mut self, now: Instant, packet: &[u8]) {
        self.sequence += 1;
        self.time = self.time.wrapping_add(opus_samples(packet) as u32);
        self.say_as(now, self.sequence, self.time, false, packet);
    }

    /// Sends nothing for this long, as with discontinuous transmission: time advances, numbers do not.
    pub fn pause(&mut self, samples: u32) {
        self.time = self.time.wrapping_add(samples);
    }

    /// Sends a packet that is lost on the way.
    pub fn say_nothing_of(&mut self, packet: &[u8]) {
        self.sequence += 1;
        self.time = self.time.wrapping_add(opus_samples(packet) as u32);
    }

    /// Sends a packet with any number and time.
    pub fn say_as(&mut self, now: Instant, sequence: u64, time: u32, marker: bool, packet: &[u8]) {
        let payload_type =
            self.rtc.media(self.microphone).and_then(|media| media.remote_pts().first().copied());
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(self.microphone, None);
        let (Some(payload_type), Some(stream)) = (payload_type, stream) else { return };
        stream.write_rtp(RtpWrite::new(payload_type, sequence.into(), time, now, packet).marker(marker));
        self.handle_timeout(now);
    }

    /// Sends a message on the control channel. False if it is not open, or its buffer is full.
    pub fn send_message(&mut self, now: Instant, text: &str) -> bool {
        self.send(now, false, text.as_bytes())
    }

    /// Sends bytes on the control channel, which no page of ours does.
    pub fn send_bytes(&mut self, now: Instant, bytes: &[u8]) -> bool {
        self.send(now, true, bytes)
    }

    /// The packets that arrived in a slot.
    ///
    /// # Panics
    ///
    /// If the page has offered fewer slots.
    pub fn heard(&self, slot: usize) -> &Heard {
        &self.slots[slot].1
    }

    /// Ends the connection as a closing page does.
    pub fn close(&mut self) {
        let _ = self.rtc.close();
        self.take_outputs();
        self.is_closed = true;
    }

    fn send(&mut self, now: Instant, is_binary: bool, bytes: &[u8]) -> bool {
        let channel = self.rtc.channel(self.control);
        let is_taken = channel.is_some_and(|mut channel| channel.write(is_binary, bytes).unwrap_or(false));
        self.handle_timeout(now);
        is_taken
    }

    fn take_outputs(&mut self) {
        while !self.is_closed {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => self.transmits.push_back(transmit),
                Ok(Output::Event(event)) => self.handle_event(event),
                Err(_) => self.end(),
            }
        }
        if !self.rtc.is_alive() {
            self.end();
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::ChannelOpen(id, _) if id == self.control => {
                self.is_open = true;
                self.events.push_back(BrowserEvent::Connected);
            }
            Event::ChannelData(data) if !data.binary => {
                let text = String::from_utf8_lossy(&data.data).into_owned();
                self.events.push_back(BrowserEvent::Message(text));
            }
            Event::RtpPacket(packet) => self.hear(&packet),
            Event::Closed => self.end(),
            _ => {}
        }
    }

    fn hear(&mut self, packet: &RtpPacket) {
        let mut direct = self.rtc.direct_api();
        let mid = direct.stream_rx(&packet.header.ssrc).map(|stream| stream.mid());
        let Some(slot) = self.slots.iter().position(|(slot, _)| Some(*slot) == mid) else { return };
        let (sequence, marker) = (*packet.seq_no, packet.header.marker);
        let time = packet.time.rebase(Frequency::FORTY_EIGHT_KHZ).numer();
        let payload = packet.payload.to_vec();
        self.slots[slot].1.take(sequence, time, marker, opus_samples(&payload));
        self.events.push_back(BrowserEvent::Voice { slot, sequence, time, marker, payload });
    }

    fn end(&mut self) {
        if !self.is_closed {
            self.is_closed = true;
            self.events.push_back(BrowserEvent::Closed);
        }
    }

    fn text(&self, offer: &SdpOffer) -> String {
        let text = offer.to_sdp_string();
        let lengths = if self.settings.asks_for_20_ms { "a=ptime:20\r\na=maxptime:20\r\n" } else { "" };
        text.replace("a=rtcp-mux\r\n", &format!("a=rtcp-mux\r\n{lengths}"))
    }
}
