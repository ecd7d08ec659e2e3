//! One connection, for either end: the meaning of its datagrams in the generation that is spoken.

use std::time::Instant;

use consonance_link::DisconnectReason;

use crate::kcp::arq::FirstByte;
use crate::kcp::generation::{DATAGRAM_BYTES_MAX, RELIABLE, UNRELIABLE, opcode, unreliable_opcode};
use crate::kcp::{Arq, Generation, LinkSettings};

/// The number of datagrams of a goodbye, if it is not reliable.
const GOODBYES: usize = 5;

#[derive(Debug)]
pub(crate) struct Link {
    settings: LinkSettings,
    generation: Generation,
    /// The time since which it is unknown whether the other side is G3 or G4, if it is.
    undecided_since: Option<Instant>,
    arq: Arq,
    /// The cookie in our datagrams.
    pub(crate) cookie_out: u32,
    /// The required cookie in datagrams for us; if there is none, the next datagram sets it.
    cookie_in: Option<u32>,
    /// The time of the last datagram, and the time of the last one that shows that the other side is alive.
    last_datagram: Instant,
    last_heard: Instant,
    next_ping: Option<Instant>,
    next_pong: Instant,
    scratch: Vec<u8>,
}

/// The content of a datagram.
pub(crate) enum Opened<'d> {
    Segments(&'d [u8]),
    Unreliable(&'d [u8]),
}

/// The kind of a reliable message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reliable {
    /// A hello, with a cookie in G2.
    Hello(Option<u32>),
    /// A message of the game; its bytes are in the buffer passed in.
    Data,
    Goodbye,
    /// The other side violated the protocol.
    Broken(&'static str),
}

/// The kind of an unreliable message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreliable<'d> {
    Data(&'d [u8]),
    Goodbye,
    Noise,
}

impl Link {
    pub(crate) fn new(now: Instant, generation: Generation, settings: LinkSettings) -> Self {
        Self {
            settings,
            generation,
            undecided_since: None,
            arq: Arq::new(now, DATAGRAM_BYTES_MAX, generation.prefix_bytes(), settings.receive_window),
            cookie_out: 0,
            cookie_in: None,
            last_datagram: now,
            last_heard: now,
            next_ping: None,
            next_pong: now,
            scratch: Vec::new(),
        }
    }

    /// Accepts only datagrams with this cookie.
    #[must_use]
    pub(crate) fn expecting(mut self, cookie: u32) -> Self {
        self.cookie_in = Some(cookie);
        self
    }

    /// Starts the segments' clock at this value, so that only a receiver of our segments knows the time that an
    /// acknowledgement must echo.
    pub(crate) fn start_clock_at(&mut self, clock_ms: u32) {
        self.arq.start_clock_at(clock_ms);
    }

    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// Marks the generation as assumed: it is G3 or G4, and further datagrams will tell.
    pub(crate) fn set_undecided(&mut self, now: Instant) {
        self.undecided_since = Some(now);
    }

    pub(crate) fn is_undecided(&self) -> bool {
        self.undecided_since.is_some()
    }

    pub(crate) fn decide(&mut self, generation: Generation) {
        self.generation = generation;
        self.undecided_since = None;
    }

    pub(crate) fn arq(&self) -> &Arq {
        &self.arq
    }

    pub(crate) fn last_heard(&self) -> Instant {
        self.last_heard
    }

    /// Starts sending pings to the other side.
    pub(crate) fn start_pings(&mut self, now: Instant) {
        self.next_ping = Some(now + self.settings.ping);
    }

    /// Removes the prefix; `None` if the datagram does not belong to this connection.
    pub(crate) fn open<'d>(&mut self, datagram: &'d [u8]) -> Option<Opened<'d>> {
        let (&channel, mut rest) = datagram.split_first()?;
        if datagram.len() > DATAGRAM_BYTES_MAX || !matches!(channel, RELIABLE | UNRELIABLE) {
            return None;
        }
        if self.generation.has_cookies() {
            let (cookie, behind) = rest.split_first_chunk::<4>().filter(|(_, behind)| !behind.is_empty())?;
            let cookie = u32::from_le_bytes(*cookie);
            if *self.cookie_in.get_or_insert_with(|| {
                self.cookie_out = cookie;
                cookie
            }) != cookie
            {
                return None;
            }
            rest = behind;
        }
        Some(if channel == RELIABLE { Opened::Segments(rest) } else { Opened::Unreliable(rest) })
    }

    /// Handles segments. Returns false if there were none.
    pub(crate) fn handle_segments(&mut self, now: Instant, segments: &[u8]) -> bool {
        self.last_datagram = now;
        self.arq.handle_segments(now, segments)
    }

    /// The next reliable message; the bytes of [`Reliable::Data`] replace what is in the buffer.
    pub(crate) fn next_message(&mut self, message: &mut Vec<u8>) -> Option<Reliable> {
        loop {
            let opcode = match self.arq.receive_split(message) {
                Ok(Some(FirstByte(opcode))) => opcode,
                Ok(None) => return None,
                Err(_) => return Some(Reliable::Broken("the fragments of a message are out of order")),
            };
            self.last_heard = self.last_datagram;
            if let Some(reliable) = self.classify(opcode, message) {
                return Some(reliable);
            }
        }
    }

    /// The content of an unreliable datagram, given without its prefix. It may decide the generation.
    pub(crate) fn read_unreliable<'d>(&mut self, now: Instant, payload: &'d [u8]) -> Unreliable<'d> {
        let heard = self.sort_unreliable(payload);
        if let Unreliable::Data(_) = heard {
            self.last_heard = now;
        }
        heard
    }

    /// Queues a reliable message; returns false if it is empty, or too long.
    pub(crate) fn send_reliable(&mut self, message: &[u8]) -> bool {
        !message.is_empty() && self.say(opcode::DATA, message)
    }

    pub(crate) fn say_hello(&mut self, cookie: Option<u32>) {
        let body = cookie.map(u32::to_le_bytes);
        self.say(opcode::HELLO, body.as_ref().map_or(&[], |body| body.as_slice()));
    }

    /// Whether the format of unreliable messages is known, or it is time to assume one.
    pub(crate) fn can_send_unreliable(&self, now: Instant) -> bool {
        self.undecided_since.is_none_or(|since| now >= since + self.settings.generation_wait)
    }

    /// Emits the datagram of an unreliable message, which must fit.
    pub(crate) fn emit_unreliable(&mut self, message: &[u8], mut emit: impl FnMut(&[u8])) {
        let mut datagram = std::mem::take(&mut self.scratch);
        datagram.clear();
        self.write_prefix(UNRELIABLE, &mut datagram);
        if self.generation == Generation::G4 {
            datagram.push(unreliable_opcode::DATA);
        }
        datagram.extend_from_slice(message);
        emit(&datagram);
        self.scratch = datagram;
    }

    /// Queues the goodbye if it is, or may be, a reliable message: it arrives after everything else. Ends of G4 that
    /// get a goodbye that they do not know give up, too.
    pub(crate) fn say_goodbye(&mut self) {
        self.next_ping = None;
        if self.generation.has_reliable_goodbye() || self.is_undecided() {
            self.say(opcode::GOODBYE_OR_PONG, &[]);
        }
    }

    /// Emits the goodbye if it consists of separate datagrams.
    pub(crate) fn emit_goodbye(&mut self, mut emit: impl FnMut(&[u8])) {
        if !self.generation.has_reliable_goodbye() {
            let mut datagram = std::mem::take(&mut self.scratch);
            datagram.clear();
            self.write_prefix(UNRELIABLE, &mut datagram);
            datagram.push(unreliable_opcode::GOODBYE);
            (0..GOODBYES).for_each(|_| emit(&datagram));
            self.scratch = datagram;
        }
    }

    /// Emits the reliable datagrams that are due.
    pub(crate) fn flush(&mut self, now: Instant, emit: impl FnMut(&[u8])) {
        let mut prefix = std::mem::take(&mut self.scratch);
        prefix.clear();
        self.write_prefix(RELIABLE, &mut prefix);
        self.arq.flush(now, &prefix, emit);
        self.scratch = prefix;
    }

    /// Emits a reliable datagram that is due, if it is short enough: see [`Arq::flush_unproved`].
    pub(crate) fn flush_unproved(&mut self, now: Instant, bytes_max: usize, emit: impl FnOnce(&[u8])) {
        let mut prefix = std::mem::take(&mut self.scratch);
        prefix.clear();
        self.write_prefix(RELIABLE, &mut prefix);
        self.arq.flush_unproved(now, &prefix, (bytes_max, self.generation.hello_bytes()), emit);
        self.scratch = prefix;
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.next_ping.is_some_and(|at| at <= now) {
            self.next_ping = Some(now + self.settings.ping);
            self.say(opcode::PING, &[]);
        }
    }

    /// The reason why the connection cannot continue, if it cannot.
    pub(crate) fn failure(&self, now: Instant) -> Option<DisconnectReason> {
        let queued = self.arq.queued_segments();
        if queued > self.settings.queued_segments_max {
            let queue = format!("{queued} segments");
            return Some(DisconnectReason::Overloaded { queue });
        }
        let is_lost = self.arq.is_dead() || now >= self.last_heard + self.settings.idle_timeout;
        is_lost.then_some(DisconnectReason::TimedOut)
    }

    /// The time at which there is something to send or to check even if nothing arrives.
    pub(crate) fn poll_timeout(&self) -> Instant {
        let silence = self.last_heard + self.settings.idle_timeout;
        [self.arq.poll_timeout(), self.next_ping].into_iter().flatten().fold(silence, Instant::min)
    }

    fn say(&mut self, opcode: u8, body: &[u8]) -> bool {
        self.arq.send_split(FirstByte(Some(opcode)), body).is_ok()
    }

    fn write_prefix(&self, channel: u8, out: &mut Vec<u8>) {
        out.push(channel);
        if self.generation.has_cookies() {
            out.extend_from_slice(&self.cookie_out.to_le_bytes());
        }
    }

    /// Classifies a message, given without its opcode; `None` if it was handled here.
    fn classify(&mut self, opcode: Option<u8>, message: &[u8]) -> Option<Reliable> {
        let Some(opcode) = opcode else {
            return Some(Reliable::Broken("a message without an opcode"));
        };
        Some(match opcode {
            opcode::HELLO => Reliable::Hello(message.first_chunk().copied().map(u32::from_le_bytes)),
            opcode::PING => {
                self.answer_ping(message);
                return None;
            }
            opcode::DATA if message.is_empty() => Reliable::Broken("an empty message"),
            opcode::DATA => Reliable::Data,
            // We request no pongs; one that arrives anyway contains a time, unlike a goodbye.
            opcode::GOODBYE_OR_PONG if self.generation == Generation::G4 && !message.is_empty() => {
                return None;
            }
            opcode::GOODBYE_OR_PONG => Reliable::Goodbye,
            _ => Reliable::Broken("a message with an unknown opcode"),
        })
    }

    /// Answers a ping: the newest stock ends put a time into their pings and expect it back, at most once per second.
    fn answer_ping(&mut self, body: &[u8]) {
        if self.generation == Generation::G4 && body.len() == 4 && self.next_pong <= self.last_datagram {
            self.next_pong = self.last_datagram + self.settings.ping;
            self.say(opcode::GOODBYE_OR_PONG, body);
        }
    }

    fn sort_unreliable<'d>(&mut self, payload: &'d [u8]) -> Unreliable<'d> {
        let as_g4 = match payload {
            [unreliable_opcode::GOODBYE] => Unreliable::Goodbye,
            [unreliable_opcode::DATA, message @ ..] if !message.is_empty() => Unreliable::Data(message),
            _ => Unreliable::Noise,
        };
        let as_g3 = if payload.is_empty() { Unreliable::Noise } else { Unreliable::Data(payload) };
        if !self.is_undecided() {
            return if self.generation == Generation::G4 { as_g4 } else { as_g3 };
        }
        match (as_g4, as_g3) {
            (Unreliable::Goodbye, _) => Unreliable::Goodbye,
            (Unreliable::Data(message), _) if (self.settings.is_message)(message) => {
                self.decide(Generation::G4);
                Unreliable::Data(message)
            }
            (_, Unreliable::Data(message)) if (self.settings.is_message)(message) => {
                self.decide(Generation::G3);
                Unreliable::Data(message)
            }
            _ => Unreliable::Noise,
        }
    }
}
