//! The frames of one connection: confirmed, retransmitted, reassembled, ordered. The same at both ends.

mod pieces;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use consonance_link::gateway::BufferQueue;
use consonance_link::gateway::udp::BytesQueue;

use crate::forge::frame::{
    AROUND_PAYLOAD_BYTES, Control, Frame, Meta, PAYLOAD_BYTES_MAX, Piece, write_trailer,
};
use crate::forge::message;
use crate::forge::settings::LinkSettings;

use self::pieces::Pieces;

/// Frames go in and come out; datagrams come in and go out.
#[derive(Debug)]
pub(crate) struct Link {
    settings: LinkSettings,
    start: Instant,
    last_heard: Instant,
    next_unique_id: u64,
    /// The number of bytes that may still be sent to an unproved address; `None` once it is proved.
    allowance: Option<usize>,
    /// Confirmations that wait for the proof: the other end repeats unconfirmed frames, and so pays for our answer.
    held_back: VecDeque<Vec<u8>>,
    next_reliable_id: u64,
    /// Reliable frames that are not confirmed yet, in order; the first ones are in flight.
    unconfirmed: VecDeque<Unconfirmed>,
    unconfirmed_bytes: usize,
    round_trip: Duration,
    pieces: Pieces,
    /// The position of the next reliable frame to deliver.
    expected_id: u64,
    /// Reliable frames that came before their turn.
    ahead: BTreeMap<u64, (Head, Vec<u8>)>,
    /// The bytes of these.
    ahead_bytes: usize,
    /// Frames to be taken, with their payloads.
    inbox: BufferQueue<Head>,
    outbox: BytesQueue<()>,
    frame: Vec<u8>,
    malformed: u64,
}

/// A frame without its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) control: Control,
    pub(crate) router: u8,
    pub(crate) group: i32,
    pub(crate) is_reliable: bool,
}

impl Head {
    /// A frame for Forge's own parts.
    pub(crate) fn reliable(control: Control, group: i32) -> Self {
        Self { control, router: 0, group, is_reliable: true }
    }

    pub(crate) fn unreliable(control: Control, group: i32) -> Self {
        Self { is_reliable: false, ..Self::reliable(control, group) }
    }
}

#[derive(Debug)]
struct Unconfirmed {
    unique_id: u64,
    datagram: Vec<u8>,
    /// The last transmission, and the number of transmissions; `None` while too many earlier ones are in flight.
    sent: Option<(Instant, u32)>,
}

/// The limit of unconfirmed reliable frames is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Link {
    /// For an address that this end chose.
    pub(crate) fn new(now: Instant, settings: LinkSettings) -> Self {
        Self {
            settings,
            start: now,
            last_heard: now,
            next_unique_id: 0,
            allowance: None,
            held_back: VecDeque::new(),
            next_reliable_id: 0,
            unconfirmed: VecDeque::new(),
            unconfirmed_bytes: 0,
            round_trip: FIRST_ROUND_TRIP,
            pieces: Pieces::default(),
            expected_id: 0,
            ahead: BTreeMap::new(),
            ahead_bytes: 0,
            inbox: BufferQueue::default(),
            outbox: BytesQueue::default(),
            frame: Vec::new(),
            malformed: 0,
        }
    }

    /// To an unproved address. Frames are numbered from `first_unique_id`, which is secret: a peer that confirms one
    /// has received it. Until then no more bytes are sent to it than came from there, one reliable frame at a time, and
    /// nothing else.
    pub(crate) fn to_unproved(now: Instant, settings: LinkSettings, first_unique_id: u64) -> Self {
        Self { next_unique_id: first_unique_id, allowance: Some(0), ..Self::new(now, settings) }
    }

    /// Whether the other end's address is proved.
    pub(crate) fn is_proved(&self) -> bool {
        self.allowance.is_none()
    }

    /// A datagram came from the other end.
    pub(crate) fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        if let Some(allowance) = &mut self.allowance {
            *allowance += datagram.len();
        }
        let Some(piece) = Piece::parse(datagram) else {
            self.malformed += 1;
            return;
        };
        self.last_heard = now;
        if piece.meta.is_confirmation() {
            self.confirm(now, piece.unique_id);
            return;
        }
        let mut frame = std::mem::take(&mut self.frame);
        let is_taken = if piece.meta.is_last() && piece.order == 0 {
            self.take_frame(&piece, piece.bytes)
        } else {
            match self.pieces.put(now, &piece, &mut frame) {
                pieces::Put::Whole => {
                    let malformed = self.malformed;
                    let is_taken = self.take_frame(&piece, &frame);
                    // A frame without room to wait comes again with its last piece.
                    if is_taken || self.malformed > malformed {
                        self.pieces.forget(piece.unique_id);
                    }
                    is_taken
                }
                pieces::Put::Kept => true,
                pieces::Put::Refused => false,
            }
        };
        self.frame = frame;
        if is_taken && piece.meta.is_reliable() {
            self.confirm_piece(&piece);
        }
    }

    /// Sends a frame in one datagram.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        head: Head,
        receivers: u8,
        payload: &[u8],
    ) -> Result<(), Full> {
        debug_assert!(payload.len() <= PAYLOAD_BYTES_MAX, "a payload fits one datagram");
        if head.is_reliable && self.unconfirmed_bytes > self.settings.unconfirmed_bytes_max {
            return Err(Full);
        }
        let unique_id = self.next_unique_id;
        self.next_unique_id += 1;
        let reliable_id = head.is_reliable.then_some(self.next_reliable_id);
        self.next_reliable_id += u64::from(head.is_reliable);
        let frame = Frame {
            control: head.control,
            router: head.router,
            payload,
            reliable_id,
            time_step: now.saturating_duration_since(self.start).as_millis() as u64,
            unique_id,
        };
        let write = |bytes: &mut Vec<u8>| {
            frame.write(bytes);
            write_trailer(head.group, 0, Meta::last(head.is_reliable, receivers), bytes);
        };
        if head.is_reliable {
            let mut datagram = Vec::with_capacity(payload.len() + AROUND_PAYLOAD_BYTES);
            write(&mut datagram);
            self.unconfirmed_bytes += datagram.len();
            self.unconfirmed.push_back(Unconfirmed { unique_id, datagram, sent: None });
            self.send_waiting(now);
        } else if self.is_proved() {
            self.outbox.push((), write);
        }
        Ok(())
    }

    /// Sends again what was not confirmed in time.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        for index in 0..self.unconfirmed.len().min(self.on_their_way_max()) {
            if self.unconfirmed[index].due(self.round_trip).is_some_and(|at| at <= now) {
                self.send_unconfirmed(now, index);
            }
        }
    }

    /// The time of the next retransmission, or of the timeout.
    pub(crate) fn poll_timeout(&self) -> Instant {
        let on_their_way = self.unconfirmed.iter().take(self.on_their_way_max());
        let again = on_their_way.filter_map(|waiting| waiting.due(self.round_trip)).min();
        again.map_or(self.lost_at(), |again| again.min(self.lost_at()))
    }

    /// The time of the timeout, if nothing arrives until then.
    pub(crate) fn lost_at(&self) -> Instant {
        self.last_heard + self.settings.idle_timeout
    }

    /// Whether the other end has been silent for at least this long.
    pub(crate) fn is_silent_for(&self, now: Instant, time: Duration) -> bool {
        self.last_heard + time <= now
    }

    /// The next frame received; its payload, or of a binary one its message, replaces what is in the buffer.
    pub(crate) fn poll_frame(&mut self, payload: &mut Vec<u8>) -> Option<Head> {
        self.inbox.pop(payload)
    }

    /// The next datagram to leave; it is appended.
    pub(crate) fn poll_transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        self.outbox.pop(datagram).is_some()
    }

    pub(crate) fn has_datagrams(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Whether everything that is reliable has arrived.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.unconfirmed.is_empty()
    }

    pub(crate) fn malformed(&self) -> u64 {
        self.malformed
    }

    fn confirm(&mut self, now: Instant, unique_id: u64) {
        let mut on_their_way = self.unconfirmed.iter().take(self.on_their_way_max());
        let Some(index) = on_their_way.position(|waiting| waiting.unique_id == unique_id) else { return };
        let Some(confirmed) = self.unconfirmed.remove(index) else { return };
        if self.allowance.take().is_some() {
            for confirmation in self.held_back.drain(..) {
                self.outbox.push((), |bytes| bytes.extend_from_slice(&confirmation));
            }
        }
        self.unconfirmed_bytes -= confirmed.datagram.len();
        // For a retransmitted frame it is unknown which sending was confirmed (Karn's algorithm).
        if let Some((at, 1)) = confirmed.sent {
            self.round_trip = (self.round_trip * 7 + now.saturating_duration_since(at)) / 8;
        }
        self.send_waiting(now);
    }

    /// Confirms a piece, once the other end has proved its address.
    fn confirm_piece(&mut self, piece: &Piece<'_>) {
        if self.is_proved() {
            self.outbox.push((), |bytes| piece.write_confirmation(bytes));
        } else if self.held_back.len() < HELD_BACK_MAX {
            let mut confirmation = Vec::new();
            piece.write_confirmation(&mut confirmation);
            if !self.held_back.contains(&confirmation) {
                self.held_back.push_back(confirmation);
            }
        }
    }

    /// The most reliable frames in flight at once.
    fn on_their_way_max(&self) -> usize {
        if self.is_proved() { ON_THEIR_WAY_MAX } else { 1 }
    }

    fn send_waiting(&mut self, now: Instant) {
        for index in 0..self.unconfirmed.len().min(self.on_their_way_max()) {
            if self.unconfirmed[index].sent.is_none() {
                self.send_unconfirmed(now, index);
            }
        }
    }

    /// A datagram that may not be sent yet is retried later, as if it had been lost.
    fn send_unconfirmed(&mut self, now: Instant, index: usize) {
        let bytes = self.unconfirmed[index].datagram.len();
        let is_allowed = self.allow(bytes);
        let waiting = &mut self.unconfirmed[index];
        waiting.sent = Some((now, waiting.sent.map_or(1, |(_, times)| times.saturating_add(1))));
        if is_allowed {
            self.outbox.push((), |bytes| bytes.extend_from_slice(&waiting.datagram));
        }
    }

    /// Whether this many bytes may be sent.
    fn allow(&mut self, bytes: usize) -> bool {
        let Some(allowance) = &mut self.allowance else { return true };
        let rest = allowance.checked_sub(bytes);
        *allowance = rest.unwrap_or(*allowance);
        rest.is_some()
    }

    /// False if there is no room for it yet: it must not be confirmed then.
    fn take_frame(&mut self, piece: &Piece<'_>, bytes: &[u8]) -> bool {
        let Some(frame) = Frame::parse(bytes, piece.meta.is_reliable()) else {
            self.malformed += 1;
            return false;
        };
        let head = Head {
            control: frame.control,
            router: frame.router,
            group: piece.group,
            is_reliable: frame.reliable_id.is_some(),
        };
        match frame.reliable_id {
            None => self.deliver(head, frame.payload),
            Some(id) if id < self.expected_id => {}
            Some(id) if id == self.expected_id => {
                self.deliver(head, frame.payload);
                self.expected_id += 1;
                while let Some((head, payload)) = self.ahead.remove(&self.expected_id) {
                    self.ahead_bytes -= payload.len();
                    self.deliver(head, &payload);
                    self.expected_id += 1;
                }
            }
            Some(id) if self.ahead.contains_key(&id) => {}
            Some(id) if self.may_wait(id, frame.payload) => {
                self.ahead_bytes += frame.payload.len();
                self.ahead.insert(id, (head, frame.payload.to_vec()));
            }
            Some(_) => return false,
        }
        true
    }

    fn may_wait(&self, id: u64, payload: &[u8]) -> bool {
        id - self.expected_id <= AHEAD_MAX && self.ahead_bytes + payload.len() <= AHEAD_BYTES_MAX
    }

    fn deliver(&mut self, head: Head, payload: &[u8]) {
        self.inbox.push(head, |bytes| {
            if matches!(head.control, Control::Binary) {
                message::write(head.group, payload, bytes);
            } else {
                bytes.extend_from_slice(payload);
            }
        });
    }
}

impl Unconfirmed {
    /// The time of the next transmission: after twice the round trip, doubled each time.
    fn due(&self, round_trip: Duration) -> Option<Instant> {
        let (at, times) = self.sent?;
        let patience = (round_trip * 2).max(PATIENCE_MIN) * (1 << (times - 1).min(5));
        Some(at + patience.min(PATIENCE_MAX))
    }
}

/// The most confirmations that wait for the proof of an address; further frames are confirmed when they are repeated.
const HELD_BACK_MAX: usize = 16;

const FIRST_ROUND_TRIP: Duration = Duration::from_millis(100);
const PATIENCE_MIN: Duration = Duration::from_millis(20);
const PATIENCE_MAX: Duration = Duration::from_secs(1);

/// The most datagrams in flight at once. Stock hosts buffer early frames without a limit.
const ON_THEIR_WAY_MAX: usize = 64;

/// The most early reliable frames that are buffered.
const AHEAD_MAX: u64 = 512;
/// The most bytes of these, which one frame may release. Further ones are not confirmed, and come again.
const AHEAD_BYTES_MAX: usize = 128 * 1024;
