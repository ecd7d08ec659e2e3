//! One connection as either end has it: what its datagrams mean in the generation that is spoken.

use std::time::Instant;

use consonance_transport::DisconnectReason;

use crate::generation::{DATAGRAM_BYTES_MAX, RELIABLE, UNRELIABLE, opcode, unreliable_opcode};
use crate::{Arq, Generation, LinkSettings};

/// How many datagrams a goodbye is, where it is not reliable.
const GOODBYES: usize = 5;

#[derive(Debug)]
pub(crate) struct Link {
    settings: LinkSettings,
    generation: Generation,
    /// Since when it is not known whether the other side is G3 or G4, if it is not.
    undecided_since: Option<Instant>,
    arq: Arq,
    /// What our datagrams carry.
    pub(crate) cookie_out: u32,
    /// What datagrams for us have to carry; without one, the next one that comes decides.
    cookie_in: Option<u32>,
    /// When something came last, and when something came that shows that the other side lives.
    last_datagram: Instant,
    last_heard: Instant,
    next_ping: Option<Instant>,
    next_pong: Instant,
    scratch: Vec<u8>,
}

/// What a datagram holds.
pub(crate) enum Opened<'d> {
    Segments(&'d [u8]),
    Unreliable(&'d [u8]),
}

/// What a reliable message is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reliable {
    /// With a cookie in G2.
    Hello(Option<u32>),
    /// A message of the game; its bytes are where they were asked for.
    Data,
    Goodbye,
    /// The other side does not keep to the protocol.
    Broken(&'static str),
}

/// What an unreliable message is.
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

    /// Only datagrams with this cookie are for us.
    #[must_use]
    pub(crate) fn expecting(mut self, cookie: u32) -> Self {
        self.cookie_in = Some(cookie);
        self
    }

    /// The segments' clock begins here, so that it takes one of our segments to know what an acknowledgement echoes.
    pub(crate) fn start_clock_at(&mut self, clock_ms: u32) {
        self.arq.start_clock_at(clock_ms);
    }

    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// What is spoken was only assumed: it is G3 or G4, and what comes will tell.
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

    /// From now on the other side is told regularly that we are here.
    pub(crate) fn start_pings(&mut self, now: Instant) {
        self.next_ping = Some(now + self.settings.ping);
    }

    /// Looks behind the prefix; `None` if the datagram is not of this connection.
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

    /// False if there were no segments.
    pub(crate) fn handle_segments(&mut self, now: Instant, segments: &[u8]) -> bool {
        self.last_datagram = now;
        self.arq.handle_segments(now, segments)
    }

    /// The next reliable message; the bytes of [`Reliable::Data`] are written into an empty buffer.
    pub(crate) fn next_message(&mut self, message: &mut Vec<u8>) -> Option<Reliable> {
        loop {
            message.clear();
            match self.arq.receive(message) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(_) => return Some(Reliable::Broken("the parts of a message do not count down")),
            }
            self.last_heard = self.last_datagram;
            if let Some(reliable) = self.classify(message) {
                return Some(reliable);
            }
        }
    }

    /// What an unreliable datagram says, behind its prefix. It may decide which generation is spoken.
    pub(crate) fn read_unreliable<'d>(&mut self, now: Instant, payload: &'d [u8]) -> Unreliable<'d> {
        let heard = self.sort_unreliable(payload);
        if let Unreliable::Data(_) = heard {
            self.last_heard = now;
        }
        heard
    }

    /// Queues a reliable message; false if it has no bytes, or too many.
    pub(crate) fn send_reliable(&mut self, message: &[u8]) -> bool {
        !message.is_empty() && self.say(opcode::DATA, message)
    }

    pub(crate) fn say_hello(&mut self, cookie: Option<u32>) {
        let body = cookie.map(u32::to_le_bytes);
        self.say(opcode::HELLO, body.as_ref().map_or(&[], |body| body.as_slice()));
    }

    /// Whether it is known, or time to assume, how unreliable messages look.
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

    /// Queues the goodbye, where it is, or may be, a reliable message: it arrives after everything else. Ends of G4
    /// that get one that they do not know give up, too.
    pub(crate) fn say_goodbye(&mut self) {
        self.next_ping = None;
        if self.generation.has_reliable_goodbye() || self.is_undecided() {
            self.say(opcode::GOODBYE_OR_PONG, &[]);
        }
    }

    /// Emits the goodbye, where it is datagrams of its own.
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

    /// Emits a reliable datagram that is due, if its bytes are few enough: see [`Arq::flush_unproved`].
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

    /// Why the connection cannot go on, if it cannot.
    pub(crate) fn failure(&self, now: Instant) -> Option<DisconnectReason> {
        let queued = self.arq.queued_segments();
        if queued > self.settings.queued_segments_max {
            let queue = format!("{queued} segments");
            return Some(DisconnectReason::Overloaded { queue });
        }
        let is_lost = self.arq.is_dead() || now >= self.last_heard + self.settings.timeout;
        is_lost.then_some(DisconnectReason::TimedOut)
    }

    /// When there is something to send, or to find out about, although nothing came.
    pub(crate) fn poll_timeout(&self) -> Instant {
        let silence = self.last_heard + self.settings.timeout;
        [self.arq.poll_timeout(), self.next_ping].into_iter().flatten().fold(silence, Instant::min)
    }

    fn say(&mut self, opcode: u8, body: &[u8]) -> bool {
        let mut message = std::mem::take(&mut self.scratch);
        message.clear();
        message.push(opcode);
        message.extend_from_slice(body);
        let is_queued = self.arq.send(&message).is_ok();
        self.scratch = message;
        is_queued
    }

    fn write_prefix(&self, channel: u8, out: &mut Vec<u8>) {
        out.push(channel);
        if self.generation.has_cookies() {
            out.extend_from_slice(&self.cookie_out.to_le_bytes());
        }
    }

    /// `None` for what was dealt with here.
    fn classify(&mut self, message: &mut Vec<u8>) -> Option<Reliable> {
        if message.is_empty() {
            return Some(Reliable::Broken("a message without an opcode"));
        }
        Some(match message.remove(0) {
            opcode::HELLO => Reliable::Hello(message.first_chunk().copied().map(u32::from_le_bytes)),
            opcode::PING => {
                self.answer_ping(message);
                return None;
            }
            opcode::DATA if message.is_empty() => Reliable::Broken("an empty message"),
            opcode::DATA => Reliable::Data,
            // No pong was requested; one that came all the same has a time in it.
            opcode::GOODBYE_OR_PONG if self.generation == Generation::G4 && !message.is_empty() => {
                return None;
            }
            opcode::GOODBYE_OR_PONG => Reliable::Goodbye,
            _ => Reliable::Broken("a message with an unknown opcode"),
        })
    }

    /// The newest stock ends put a time into their pings and want it back, at most once in a second.
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
