//! The other end of a connection: a page that does what it should, but for what a fuzzer spoils.

use std::collections::VecDeque;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::transparent;

pub(super) struct Page {
    rtc: Rtc,
    pending: Option<SdpPendingOffer>,
    microphone: Mid,
    control: ChannelId,
    is_open: bool,
    sequence: u64,
    reports: u8,
    /// The byte of the next datagram that is changed, and how.
    spoil: Option<(usize, u8)>,
    transmits: VecDeque<Vec<u8>>,
}

impl Page {
    pub(super) fn new(now: Instant) -> (Self, String) {
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(transparent::provider())
            .set_dtls_cert(transparent::certificate())
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .build(now);
        rtc.add_local_candidate(Candidate::host(super::page(), "udp").expect("it is an address"));
        let mut change = rtc.sdp_api();
        let microphone = change.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        for _ in 0..2 {
            change.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
        }
        let label = "control".to_owned();
        let control = change.add_channel_with_config(ChannelConfig { label, ..ChannelConfig::default() });
        let (offer, pending) = change.apply().expect("there is something to offer");
        let page = Self {
            rtc,
            pending: Some(pending),
            microphone,
            control,
            is_open: false,
            sequence: 0,
            reports: 0,
            spoil: None,
            transmits: VecDeque::new(),
        };
        (page, offer.to_sdp_string())
    }

    pub(super) fn handle_answer(&mut self, now: Instant, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer is SDP");
        let pending = self.pending.take().expect("there was an offer");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("an answer fits its offer");
        self.handle_timeout(now);
    }

    pub(super) fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        if let Ok(received) = Receive::new(Protocol::Udp, super::server(), super::page(), datagram) {
            let _ = self.rtc.handle_input(Input::Receive(now, received));
            self.drain();
        }
    }

    /// Whether its channel is open.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(now));
        self.drain();
    }

    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let mut datagram = self.transmits.pop_front()?;
        if let Some((at, change)) = self.spoil.take() {
            let at = at % datagram.len().max(1);
            datagram[at] ^= change;
        }
        Some(datagram)
    }

    pub(super) fn say(&mut self, now: Instant, packet: &[u8]) {
        self.sequence += 1;
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx_by_mid(self.microphone, None) else { return };
        let time = self.sequence as u32 * 960;
        stream.write_rtp(RtpWrite::new(111.into(), self.sequence.into(), time, now, packet));
        self.handle_timeout(now);
    }

    pub(super) fn send_message(&mut self, now: Instant, text: &[u8]) {
        if let Some(mut channel) = self.rtc.channel(self.control) {
            let _ = channel.write(text.len() % 8 == 7, text);
        }
        self.handle_timeout(now);
    }

    pub(super) fn spoil_next(&mut self, at: usize, change: u8) {
        self.spoil = Some((at, change));
    }

    /// Reports are numbered.
    pub(super) fn next_report(&mut self) -> u8 {
        self.reports = self.reports.wrapping_add(1);
        self.reports
    }

    fn drain(&mut self) {
        while let Ok(output) = self.rtc.poll_output() {
            match output {
                Output::Transmit(transmit) => self.transmits.push_back(transmit.contents.into()),
                Output::Event(event) => self.is_open |= matches!(event, Event::ChannelOpen(..)),
                Output::Timeout(_) => break,
            }
        }
    }
}
