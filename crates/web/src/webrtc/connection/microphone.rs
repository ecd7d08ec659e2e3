//! A page's voice: packets of one stream, as they came.

use str0m::Rtc;
use str0m::media::Mid;
use str0m::rtp::{RtpPacket, Ssrc};

use super::event::ConnectionEvent;

/// Selects the packets that are the page's voice.
#[derive(Debug)]
pub(super) struct Microphone {
    mid: Mid,
    /// The stream whose packets are used: the first one received.
    source: Option<Ssrc>,
    /// When the last of them begins, in samples at 48 kHz.
    time: Option<u64>,
}

impl Microphone {
    pub(super) fn new(mid: Mid) -> Self {
        Self { mid, source: None, time: None }
    }

    pub(super) fn mid(&self) -> Mid {
        self.mid
    }

    /// Switches to this media section, whose stream may be another one.
    pub(super) fn renegotiate(&mut self, mid: Mid) {
        self.mid = mid;
        (self.source, self.time) = (None, None);
    }

    /// The frame in a packet, if it is the page's voice.
    pub(super) fn handle(&mut self, rtc: &mut Rtc, packet: RtpPacket) -> Option<ConnectionEvent> {
        if !self.is_ours(rtc, packet.header.ssrc) || packet.payload.is_empty() {
            return None;
        }
        let time = self.extend(packet.header.timestamp);
        Some(ConnectionEvent::Voice { sequence: *packet.seq_no, time, payload: packet.payload })
    }

    /// A time stamp without its wrap-arounds (RFC 3550, section 5.1). What the library makes of it is half a cycle off
    /// where a page goes on after a pause with an earlier time.
    fn extend(&mut self, stamp: u32) -> u64 {
        let last = self.time.unwrap_or(stamp.into());
        let ahead = stamp.wrapping_sub(last as u32) as i32;
        let time = last.wrapping_add_signed(ahead.into());
        self.time = Some(time);
        time
    }

    fn is_ours(&mut self, rtc: &mut Rtc, source: Ssrc) -> bool {
        if let Some(known) = self.source {
            return known == source;
        }
        let mut direct = rtc.direct_api();
        let Some(stream) = direct.stream_rx(&source).filter(|stream| stream.mid() == self.mid) else {
            return false;
        };
        // A retransmitted packet would arrive too late to be heard.
        stream.suppress_nack(true);
        self.source = Some(source);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_on_where_their_32_bits_end() {
        let mut microphone = Microphone::new(Mid::from("mic"));
        let cycle = 1 << 32;
        let rows = [
            (0xffff_ff00, 0xffff_ff00),
            (0x0000_02c0, cycle + 0x2c0),
            (0xffff_fb40, 0xffff_fb40),
            (0x7000_0000, cycle + 0x7000_0000),
            (0xe000_0000, cycle + 0xe000_0000),
            (0x1000_0000, 2 * cycle + 0x1000_0000),
        ];
        for (stamp, time) in rows {
            assert_eq!(microphone.extend(stamp), time, "{stamp:#x}");
        }
    }
}
