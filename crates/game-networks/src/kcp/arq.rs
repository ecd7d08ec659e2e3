//! The ARQ of KCP, which delivers messages once and in order: one end of it, without sockets and clocks.
//!
//! Its driver passes in received segments, sends messages, and calls [`flush`](Arq::flush) after both and at the time
//! of [`poll_timeout`](Arq::poll_timeout).

mod numbers;
mod receiving;
mod round_trip;
mod sending;
mod unproved;
mod window_probe;

use std::time::{Duration, Instant};

use crate::kcp::segment::{Command, HEADER_BYTES, Segment, Segments};

use numbers::is_before;
pub(crate) use receiving::FirstByte;
use receiving::Receiving;
use round_trip::{RoundTrip, TIMEOUT_MS_MAX};
use sending::{Patience, Sending};
use window_probe::WindowProbe;

/// The maximum number of parts of a message: the number of parts that follow is a byte, and stock ends allow one less.
pub(crate) const PARTS_MAX: usize = 254;
/// The maximum number of segments in flight, as Mirror's transport sets it.
const SEND_WINDOW: u32 = 4096;
/// The assumed receive window of the other side, in segments, until it reports one.
const REMOTE_WINDOW_FIRST: u16 = 128;
/// The smallest receive window, in segments: one more than the parts of the largest message.
const RECEIVE_WINDOW_MIN: u16 = 256;
/// The maximum number of pushed segments of one flush, as many as the largest message has. One acknowledgement can
/// open a window, or have one sent again, that holds megabytes: the rest goes a millisecond later.
const PUSHES_MAX: usize = 256;

/// One end of a reliable conversation.
#[derive(Debug)]
pub struct Arq {
    /// The largest datagram, with its prefix, in bytes.
    datagram_bytes_max: usize,
    prefix_bytes: usize,
    /// The start of the conversation.
    start: Instant,
    /// The value of the segments' clock at that time.
    clock_at_start_ms: u32,
    sending: Sending,
    receiving: Receiving,
    round_trip: RoundTrip,
    /// Numbers and times of segments that arrived and were not acknowledged yet.
    arrived: Vec<(u32, u32)>,
    remote_window: u16,
    probe: WindowProbe,
    owes_window: bool,
    next_resend_ms: Option<u64>,
    is_dead: bool,
    echo: Echo,
    datagram: Vec<u8>,
}

/// Whether an acknowledgement has echoed the time of the segment that it acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Echo {
    /// No echo has arrived, and acknowledgements are accepted without one.
    Unwanted,
    /// No echo has arrived, and nothing counts as acknowledged before one does.
    Wanted,
    Seen,
}

/// The error for a message that cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message is longer than {bytes_max} bytes; split it")]
pub struct TooLarge {
    /// The largest message, in bytes.
    pub bytes_max: usize,
}

/// The error when the other end numbered the parts of a message wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fragments of a message are out of order")]
pub struct BrokenMessage;

impl Arq {
    /// Creates a conversation that begins now, in datagrams of at most this many bytes, including the prefix, and
    /// with a receive window of this many segments.
    pub fn new(now: Instant, datagram_bytes_max: usize, prefix_bytes: usize, receive_window: u16) -> Self {
        Self {
            datagram_bytes_max,
            prefix_bytes,
            start: now,
            clock_at_start_ms: 0,
            sending: Sending::default(),
            receiving: Receiving::new(receive_window.max(RECEIVE_WINDOW_MIN)),
            round_trip: RoundTrip::default(),
            arrived: Vec::new(),
            remote_window: REMOTE_WINDOW_FIRST,
            probe: WindowProbe::default(),
            owes_window: false,
            next_resend_ms: None,
            is_dead: false,
            echo: Echo::Unwanted,
            datagram: Vec::with_capacity(datagram_bytes_max),
        }
    }

    /// Starts the clock of the segments at this value, in milliseconds, instead of 0. Call it before anything is
    /// sent. Nothing counts as acknowledged until an acknowledgement echoes the time of its segment.
    pub fn start_clock_at(&mut self, clock_ms: u32) {
        self.clock_at_start_ms = clock_ms;
        self.echo = Echo::Wanted;
    }

    /// The largest message, in bytes.
    pub fn message_bytes_max(&self) -> usize {
        self.part_bytes_max() * PARTS_MAX
    }

    /// Handles the segments of a datagram, given without its prefix. Returns false if there were none.
    pub fn handle_segments(&mut self, now: Instant, bytes: &[u8]) -> bool {
        let mut newest_arrived: Option<u32> = None;
        let mut has_any = false;
        for segment in Segments::new(bytes) {
            has_any = true;
            self.remote_window = segment.window;
            if segment.command == Command::Acknowledge
                && self.sending.is_echo(segment.number, segment.time_ms)
            {
                self.echo = Echo::Seen;
            }
            let is_believed = self.echo != Echo::Wanted;
            if is_believed {
                self.sending.acknowledge_below(segment.expected);
            }
            match segment.command {
                Command::Push => {
                    if self.receiving.push(segment.number, segment.fragments_after, segment.payload) {
                        self.arrived.push((segment.number, segment.time_ms));
                    }
                }
                Command::Acknowledge if !is_believed => {}
                Command::Acknowledge => {
                    self.sample_round_trip(now, segment.time_ms);
                    self.sending.acknowledge(segment.number);
                    if newest_arrived.is_none_or(|newest| is_before(newest, segment.number)) {
                        newest_arrived = Some(segment.number);
                    }
                }
                Command::AskWindow => self.owes_window = true,
                Command::TellWindow => {}
            }
        }
        if let Some(newest) = newest_arrived {
            self.sending.note_skipped(newest);
        }
        has_any
    }

    /// Queues a message.
    ///
    /// # Errors
    /// If it is larger than [`message_bytes_max`](Self::message_bytes_max); nothing is queued then.
    pub fn send(&mut self, message: &[u8]) -> Result<(), TooLarge> {
        let (first, rest) =
            message.split_first().map_or((None, message), |(first, rest)| (Some(*first), rest));
        self.send_split(FirstByte(first), rest)
    }

    /// Queues a message of a first byte and the others, as [`receive_split`](Self::receive_split) takes it apart.
    pub(crate) fn send_split(&mut self, first: FirstByte, rest: &[u8]) -> Result<(), TooLarge> {
        let bytes_max = self.message_bytes_max();
        if usize::from(first.0.is_some()) + rest.len() > bytes_max {
            return Err(TooLarge { bytes_max });
        }
        self.sending.push(first, rest, self.part_bytes_max());
        Ok(())
    }

    /// Appends the next complete message; returns false if there is none.
    ///
    /// # Errors
    /// If the other end violated the protocol: the order of further messages cannot be trusted.
    pub fn receive(&mut self, message: &mut Vec<u8>) -> Result<bool, BrokenMessage> {
        let mut rest = Vec::new();
        let Some(FirstByte(first)) = self.receive_split(&mut rest)? else { return Ok(false) };
        message.extend(first);
        message.append(&mut rest);
        Ok(true)
    }

    /// Takes the next complete message, if there is one: returns its first byte, and replaces what is in the buffer by
    /// the others. A message of one part is not copied.
    pub(crate) fn receive_split(&mut self, rest: &mut Vec<u8>) -> Result<Option<FirstByte>, BrokenMessage> {
        let was_full = self.receiving.free() == 0;
        let first = self.receiving.take(rest).map_err(|()| BrokenMessage)?;
        self.owes_window |= was_full && first.is_some();
        Ok(first)
    }

    /// Emits the datagrams that are due, each with the prefix: acknowledgements first, then window messages, then
    /// pushed segments.
    pub fn flush(&mut self, now: Instant, prefix: &[u8], mut emit: impl FnMut(&[u8])) {
        debug_assert_eq!(prefix.len(), self.prefix_bytes, "the prefix decides how much fits");
        let (now_ms, time_ms) = (self.passed_ms(now), self.clock_ms(now));
        let mut datagram = std::mem::take(&mut self.datagram);
        datagram.clear();
        datagram.extend_from_slice(prefix);
        let mut packer = Packer { datagram, prefix, bytes_max: self.datagram_bytes_max, emit: &mut emit };

        let blank = Segment {
            command: Command::Acknowledge,
            fragments_after: 0,
            window: self.receiving.free(),
            time_ms,
            number: 0,
            expected: self.receiving.expected(),
            payload: &[],
        };
        for (number, time_ms) in self.arrived.drain(..) {
            packer.put(&Segment { time_ms, number, ..blank });
        }
        if self.probe.is_due(now_ms, self.remote_window) {
            packer.put(&Segment { command: Command::AskWindow, ..blank });
        }
        if std::mem::take(&mut self.owes_window) {
            packer.put(&Segment { command: Command::TellWindow, ..blank });
        }
        self.sending.advance(SEND_WINDOW.min(self.remote_window.into()), PUSHES_MAX, now_ms);
        let patience = Patience { timeout_ms: self.round_trip.timeout_ms(), grows: true };
        let mut pushes_left = PUSHES_MAX;
        let sent = self.sending.send_due((now_ms, time_ms), patience, |segment| {
            if pushes_left == 0 {
                return false;
            }
            pushes_left -= 1;
            packer.put(&Segment {
                command: Command::Push,
                fragments_after: segment.fragments_after,
                number: segment.number,
                payload: &segment.payload,
                ..blank
            });
            true
        });
        self.is_dead |= sent.is_err();
        self.next_resend_ms = sent.unwrap_or_default();
        if pushes_left == 0 {
            self.next_resend_ms = Some(now_ms + 1);
        }
        self.datagram = packer.finish();
    }

    /// The time at which [`flush`](Self::flush) has something to do even if nothing arrives and nothing is sent.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let probe = self.probe.due_ms().filter(|_| self.remote_window == 0);
        let due_ms = [self.next_resend_ms, probe].into_iter().flatten().min()?;
        Some(self.start + Duration::from_millis(due_ms))
    }

    /// The number of segments that are waiting or in flight.
    pub fn queued_segments(&self) -> usize {
        self.sending.len()
    }

    /// Whether all sent messages have arrived.
    pub fn is_idle(&self) -> bool {
        self.sending.len() == 0
    }

    /// Whether an acknowledgement ever echoed the time of the segment that it acknowledges: a peer that does not
    /// receive our segments knows their numbers, but not the time of a [clock](Self::start_clock_at) with an
    /// arbitrary start.
    pub fn has_echo(&self) -> bool {
        self.echo == Echo::Seen
    }

    /// Whether a segment was sent the maximum number of times without arriving.
    pub fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// The smoothed round-trip time, once it is known.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip.smoothed_ms().map(|ms| Duration::from_millis(ms.into()))
    }

    fn part_bytes_max(&self) -> usize {
        self.datagram_bytes_max - self.prefix_bytes - HEADER_BYTES
    }

    fn passed_ms(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.start).as_millis() as u64
    }

    /// The value of the segments' clock.
    fn clock_ms(&self, now: Instant) -> u32 {
        self.clock_at_start_ms.wrapping_add(self.passed_ms(now) as u32)
    }

    fn sample_round_trip(&mut self, now: Instant, sent_ms: u32) {
        let round_trip_ms = self.clock_ms(now).wrapping_sub(sent_ms);
        // An echoed time that is in our future wraps around to a huge round trip.
        if round_trip_ms <= TIMEOUT_MS_MAX {
            self.round_trip.sample(round_trip_ms);
        }
    }
}

/// Packs segments into datagrams.
struct Packer<'p, E> {
    datagram: Vec<u8>,
    prefix: &'p [u8],
    bytes_max: usize,
    emit: &'p mut E,
}

impl<E: FnMut(&[u8])> Packer<'_, E> {
    fn put(&mut self, segment: &Segment<'_>) {
        if self.datagram.len() + HEADER_BYTES + segment.payload.len() > self.bytes_max {
            self.emit();
        }
        segment.write(&mut self.datagram);
    }

    fn emit(&mut self) {
        if self.datagram.len() > self.prefix.len() {
            (self.emit)(&self.datagram);
            self.datagram.truncate(self.prefix.len());
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.emit();
        self.datagram
    }
}
