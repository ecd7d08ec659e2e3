//! Sending before the other side has proved its address.

use std::time::Instant;

use super::Arq;
use super::sending::Patience;
use crate::kcp::segment::{Command, HEADER_BYTES, Segment};

impl Arq {
    /// Emits at most one datagram, of at most `bytes_max` bytes including its prefix.
    ///
    /// One segment at a time is in flight; it stays due, and does not count as sent, while it does not fit. It also
    /// acknowledges received segments, because every segment carries the next expected number. A datagram with only
    /// an acknowledgement is sent if at least `reserved` bytes stay free.
    pub fn flush_unproved(
        &mut self,
        now: Instant,
        prefix: &[u8],
        (bytes_max, reserved): (usize, usize),
        emit: impl FnOnce(&[u8]),
    ) {
        let times = (self.passed_ms(now), self.clock_ms(now));
        let blank = Segment {
            command: Command::Acknowledge,
            fragments_after: 0,
            window: self.receiving.free(),
            time_ms: times.1,
            number: 0,
            expected: self.receiving.expected(),
            payload: &[],
        };
        let mut datagram = std::mem::take(&mut self.datagram);
        datagram.clear();
        datagram.extend_from_slice(prefix);
        self.sending.advance(1, 1, times.0);
        // Resends do not back off: they are limited by the bytes that the other side has sent.
        let patience = Patience { timeout_ms: self.round_trip.timeout_ms(), grows: false };
        let sent = self.sending.send_due(times, patience, |segment| {
            let (fragments_after, number) = (segment.fragments_after, segment.number);
            let fits = datagram.len() + HEADER_BYTES + segment.payload.len() <= bytes_max;
            if fits {
                let command = Command::Push;
                Segment { command, fragments_after, number, payload: &segment.payload, ..blank }
                    .write(&mut datagram);
            }
            fits
        });
        self.is_dead |= sent.is_err();
        self.next_resend_ms = sent.unwrap_or_default();
        let has_pushed = datagram.len() > prefix.len();
        let can_acknowledge = prefix.len() + HEADER_BYTES + reserved <= bytes_max;
        if let Some((number, time_ms)) = self.arrived.drain(..).next_back()
            && !has_pushed
            && can_acknowledge
        {
            Segment { time_ms, number, ..blank }.write(&mut datagram);
        }
        if datagram.len() > prefix.len() {
            emit(&datagram);
        }
        self.datagram = datagram;
    }
}
