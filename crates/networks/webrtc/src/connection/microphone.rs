//! What a page says: packets of one stream, as they came.

use str0m::Rtc;
use str0m::media::{Frequency, Mid};
use str0m::rtp::{RtpPacket, Ssrc};

use super::event::ConnectionEvent;

/// Which packets are the page's voice.
#[derive(Debug)]
pub(super) struct Microphone {
    mid: Mid,
    /// Whose packets are taken: those of the first stream that is heard.
    source: Option<Ssrc>,
}

impl Microphone {
    pub(super) fn new(mid: Mid) -> Self {
        Self { mid, source: None }
    }

    pub(super) fn mid(&self) -> Mid {
        self.mid
    }

    /// From now on it is this one, and its stream may be another.
    pub(super) fn renegotiate(&mut self, mid: Mid) {
        self.mid = mid;
        self.source = None;
    }

    /// The frame in a packet, if it is the page's voice.
    pub(super) fn handle(&mut self, rtc: &mut Rtc, packet: RtpPacket) -> Option<ConnectionEvent> {
        if !self.is_ours(rtc, packet.header.ssrc) || packet.payload.is_empty() {
            return None;
        }
        let time = packet.time.rebase(Frequency::FORTY_EIGHT_KHZ).numer();
        Some(ConnectionEvent::Voice { sequence: *packet.seq_no, time, payload: packet.payload })
    }

    fn is_ours(&mut self, rtc: &mut Rtc, source: Ssrc) -> bool {
        if let Some(known) = self.source {
            return known == source;
        }
        let mut direct = rtc.direct_api();
        let Some(stream) = direct.stream_rx(&source).filter(|stream| stream.mid() == self.mid) else {
            return false;
        };
        // What is asked for again comes too late to be heard.
        stream.suppress_nack(true);
        self.source = Some(source);
        true
    }
}
