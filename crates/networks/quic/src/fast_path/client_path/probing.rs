//! Whether a client's path to the server and back is open: asked with probes.
//!
//! ```text
//!             answer                       5 probes unanswered
//!   Trying ───────────▶ Open ──────────────────────────────────▶ Closed
//!     │  ▲                                                         │ ▲
//!     │  └──────────────────────── rested: 5 s, 10 s … 60 s ───────┘ │
//!     └──────────────────── 6 probes unanswered ─────────────────────┘
//! ```

use std::time::{Duration, Instant};

use crate::fast_path::ClientPathSettings;
use crate::fast_path::probe::Probe;

/// The state of a client's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathState {
    /// A probe was sent and is not answered yet.
    Trying,
    /// Datagrams pass in both directions.
    Open,
    /// No answer: the port may be blocked. The client tries again later.
    Closed,
}

#[derive(Debug)]
pub(super) struct Probing {
    settings: ClientPathSettings,
    state: State,
    is_probe_due: bool,
    next_number: u32,
    /// The last probe: its number and when it was sent.
    asked: Option<(u32, Instant)>,
    round_trip: Option<Duration>,
    /// How long to rest the next time that the path closes.
    rest: Duration,
}

#[derive(Debug)]
enum State {
    Trying { tries: u32, next_at: Instant },
    Open(Open),
    Closed(Closed),
}

#[derive(Debug)]
struct Open {
    since: Instant,
    probed_at: Instant,
    unanswered: u32,
    has_sent: bool,
    /// Since the last probe.
    heard_at: Option<Instant>,
}

/// A path that is left alone for a while.
#[derive(Debug)]
struct Closed {
    until: Instant,
    /// The number of further notices to the server to use the connection too, and the time of the next. They are
    /// repeated, since all that it still sends here is lost, and a single datagram may be, too.
    words_left: u32,
    next_word_at: Instant,
}

impl Probing {
    pub(super) fn new(now: Instant, settings: ClientPathSettings) -> Self {
        Self {
            rest: settings.rest,
            settings,
            state: State::Trying { tries: 0, next_at: now },
            is_probe_due: false,
            next_number: 0,
            asked: None,
            round_trip: None,
        }
    }

    pub(super) fn state(&self) -> PathState {
        match self.state {
            State::Trying { .. } => PathState::Trying,
            State::Open(_) => PathState::Open,
            State::Closed(_) => PathState::Closed,
        }
    }

    pub(super) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// A packet goes out.
    pub(super) fn note_sent(&mut self) {
        if let State::Open(open) = &mut self.state {
            open.has_sent = true;
        }
    }

    /// A packet came in.
    pub(super) fn note_heard(&mut self, now: Instant) {
        if let State::Open(open) = &mut self.state {
            open.heard_at = Some(now);
        }
    }

    pub(super) fn handle_answer(&mut self, now: Instant, answer: Probe) {
        if let Some((number, at)) = self.asked
            && number == answer.number
        {
            self.round_trip = Some(now.saturating_duration_since(at));
        }
        match &mut self.state {
            State::Open(open) => open.unanswered = 0,
            // Too late: if the path is this slow, the connection is better.
            State::Closed(_) => {}
            State::Trying { .. } => {
                let since = now;
                self.state = State::Open(Open {
                    since,
                    probed_at: now,
                    unanswered: 0,
                    has_sent: false,
                    heard_at: None,
                });
                // The probe tells the server that it may use the path.
                self.is_probe_due = true;
            }
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if now < self.poll_timeout() {
            return;
        }
        match &mut self.state {
            State::Trying { tries, .. } if *tries >= self.settings.tries_max => self.close(now, 0),
            State::Open(open) if open.unanswered >= self.settings.unanswered_max => {
                if now.saturating_duration_since(open.since) >= self.settings.rest_max {
                    self.rest = self.settings.rest;
                }
                self.close(now, WORDS_AGAIN);
                // If this probe reaches the server, it also switches back to the connection.
                self.is_probe_due = true;
            }
            State::Trying { tries, next_at } => {
                *next_at = now + self.settings.first_try * (1 << (*tries).min(DOUBLINGS_MAX));
                *tries += 1;
                self.is_probe_due = true;
            }
            State::Open(open) => {
                open.unanswered += 1;
                open.probed_at = now;
                (open.has_sent, open.heard_at) = (false, None);
                self.is_probe_due = true;
            }
            State::Closed(closed) if now < closed.until => {
                closed.words_left -= 1;
                closed.next_word_at = now + self.settings.silence_probe;
                self.is_probe_due = true;
            }
            State::Closed(_) => {
                self.state = State::Trying { tries: 0, next_at: now };
                self.handle_timeout(now);
            }
        }
    }

    pub(super) fn poll_probe(&mut self, now: Instant) -> Option<Probe> {
        if !std::mem::take(&mut self.is_probe_due) {
            return None;
        }
        let number = self.next_number;
        self.next_number = self.next_number.wrapping_add(1);
        self.asked = Some((number, now));
        Some(Probe { is_in_use: self.state() == PathState::Open, number })
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        match &self.state {
            State::Trying { next_at, .. } => *next_at,
            State::Open(open) => open.next_probe(&self.settings),
            State::Closed(closed) if closed.words_left > 0 => closed.until.min(closed.next_word_at),
            State::Closed(closed) => closed.until,
        }
    }

    fn close(&mut self, now: Instant, words_left: u32) {
        let next_word_at = now + self.settings.silence_probe;
        self.state = State::Closed(Closed { until: now + self.rest, words_left, next_word_at });
        self.rest = (self.rest * 2).min(self.settings.rest_max);
    }
}

impl Open {
    fn next_probe(&self, settings: &ClientPathSettings) -> Instant {
        if self.unanswered > 0 {
            return self.probed_at + settings.silence_probe;
        }
        let regular = if self.has_sent { settings.busy_probe } else { settings.idle_probe };
        let silence = self.heard_at.map(|at| at.max(self.probed_at) + settings.silence_probe);
        silence.map_or(self.probed_at + regular, |silence| silence.min(self.probed_at + regular))
    }
}

/// Of the time that a probe may take.
const DOUBLINGS_MAX: u32 = 4;

/// The number of additional notices to the server that its packets do not arrive.
const WORDS_AGAIN: u32 = 3;
