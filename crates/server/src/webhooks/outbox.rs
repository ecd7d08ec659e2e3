//! The queue of one webhook, and its retry schedule: without I/O, time is an argument.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_link::split_mix::{STEP, mixed};

/// The limits of an outbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutboxLimits {
    /// Events that wait, besides the one that is being sent.
    pub(super) queue: usize,
    /// How long an event is tried again from when it came.
    pub(super) retry_for: Duration,
}

/// The events of one webhook, in their order; one at a time is sent.
#[derive(Debug)]
pub(super) struct Outbox {
    limits: OutboxLimits,
    waiting: VecDeque<Entry>,
    sending: Option<Entry>,
    outage: Option<Outage>,
    /// An event was dropped since the queue was empty, and that was said.
    is_overflowing: bool,
    is_closing: bool,
    random: u64,
    counters: OutboxCounters,
}

/// The counters of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OutboxCounters {
    pub(super) delivered: u64,
    pub(super) failed_attempts: u64,
    pub(super) overflowed: u64,
    pub(super) given_up: u64,
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send this, and report the result.
    Send(Arc<[u8]>),
    /// Wait for an event, but no longer than until then.
    Wait(Option<Instant>),
    /// Nothing more comes.
    End,
}

#[derive(Debug)]
struct Entry {
    body: Arc<[u8]>,
    came: Instant,
}

/// No attempt has succeeded since one failed.
#[derive(Clone, Copy, Debug)]
struct Outage {
    attempts: u32,
    retry_at: Instant,
}

/// The first wait after an attempt that failed; each further one is twice as long.
const RETRY_FIRST: Duration = Duration::from_secs(1);
/// The longest wait between two attempts.
const RETRY_MAX: Duration = Duration::from_mins(5);

impl Outbox {
    /// An empty one; the seed spreads the attempts of several servers.
    pub(super) fn new(limits: OutboxLimits, seed: u64) -> Self {
        Self {
            limits,
            waiting: VecDeque::new(),
            sending: None,
            outage: None,
            is_overflowing: false,
            is_closing: false,
            random: seed,
            counters: OutboxCounters::default(),
        }
    }

    /// Keeps to other limits from now on.
    pub(super) fn set_limits(&mut self, limits: OutboxLimits) {
        self.limits = limits;
        while self.waiting.len() > limits.queue {
            self.drop_oldest();
        }
    }

    /// One more event. True if the oldest had to go for it, for the first time since the queue was empty.
    pub(super) fn push(&mut self, now: Instant, body: &Arc<[u8]>) -> bool {
        if self.is_closing {
            return false;
        }
        self.waiting.push_back(Entry { body: Arc::clone(body), came: now });
        if self.waiting.len() <= self.limits.queue {
            return false;
        }
        self.drop_oldest();
        !std::mem::replace(&mut self.is_overflowing, true)
    }

    /// Takes no more events, and tries those that wait until an attempt fails.
    pub(super) fn close(&mut self) {
        self.is_closing = true;
    }

    /// The next step at this time.
    pub(super) fn next(&mut self, now: Instant) -> Next {
        while self.waiting.front().is_some_and(|entry| self.is_over(entry, now)) {
            self.waiting.pop_front();
            self.counters.given_up += 1;
        }
        match self.outage {
            _ if self.waiting.is_empty() => {
                self.is_overflowing = false;
                if self.is_closing { Next::End } else { Next::Wait(None) }
            }
            Some(outage) if now < outage.retry_at && !self.is_closing => Next::Wait(Some(outage.retry_at)),
            _ => {
                self.sending = self.waiting.pop_front();
                self.sending.as_ref().map_or(Next::Wait(None), |entry| Next::Send(Arc::clone(&entry.body)))
            }
        }
    }

    /// The event was accepted. Returns how many attempts had failed before, if an outage is over.
    pub(super) fn handle_delivered(&mut self) -> Option<u32> {
        self.sending = None;
        self.counters.delivered += 1;
        self.outage.take().map(|outage| outage.attempts)
    }

    /// The event was not accepted. True if attempts before had succeeded.
    pub(super) fn handle_failed(&mut self, now: Instant) -> bool {
        self.counters.failed_attempts += 1;
        let attempts = self.outage.map_or(0, |outage| outage.attempts);
        self.outage =
            Some(Outage { attempts: attempts.saturating_add(1), retry_at: now + self.wait(attempts) });
        // The event keeps its place, unless the queue is full.
        if let Some(entry) = self.sending.take() {
            self.waiting.push_front(entry);
            if self.waiting.len() > self.limits.queue {
                self.drop_oldest();
            }
        }
        if self.is_closing {
            self.counters.given_up += self.waiting.len() as u64;
            self.waiting.clear();
        }
        attempts == 0
    }

    /// Events that wait, with the one that is being sent.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.sending.is_some())
    }

    pub(super) fn counters(&self) -> OutboxCounters {
        self.counters
    }

    fn is_over(&self, entry: &Entry, now: Instant) -> bool {
        now.saturating_duration_since(entry.came) >= self.limits.retry_for
    }

    fn drop_oldest(&mut self) {
        self.waiting.pop_front();
        self.counters.overflowed += 1;
    }

    /// The wait after this many earlier failures: doubled each time, and randomly half to all of that.
    fn wait(&mut self, attempts: u32) -> Duration {
        let whole = RETRY_FIRST.saturating_mul(1 << attempts.min(16)).min(RETRY_MAX);
        self.random = self.random.wrapping_add(STEP);
        whole / 2 + (whole / 2).mul_f64((mixed(self.random) >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: OutboxLimits = OutboxLimits { queue: 3, retry_for: Duration::from_hours(1) };

    fn event(number: u8) -> Arc<[u8]> {
        Arc::from([number])
    }

    fn filled(now: Instant, numbers: std::ops::RangeInclusive<u8>) -> Outbox {
        let mut outbox = Outbox::new(LIMITS, 7);
        fill(&mut outbox, now, numbers);
        outbox
    }

    fn fill(outbox: &mut Outbox, now: Instant, numbers: std::ops::RangeInclusive<u8>) {
        for number in numbers {
            outbox.push(now, &event(number));
        }
    }

    fn sends(number: u8) -> Next {
        Next::Send(event(number))
    }

    /// The time of the next attempt, which must be in the future.
    fn next_attempt(outbox: &mut Outbox, now: Instant) -> Instant {
        match outbox.next(now) {
            Next::Wait(Some(at)) if at > now => at,
            next => panic!("{next:?}"),
        }
    }

    #[test]
    fn events_are_sent_one_after_another_in_their_order() {
        let now = Instant::now();
        let mut outbox = filled(now, 1..=2);
        assert_eq!((outbox.next(now), outbox.len()), (sends(1), 2), "one is sent, one waits");
        assert_eq!(outbox.handle_delivered(), None);
        assert_eq!(outbox.next(now), sends(2));
        outbox.handle_delivered();
        assert_eq!((outbox.next(now), outbox.len()), (Next::Wait(None), 0));
        assert_eq!(outbox.counters(), OutboxCounters { delivered: 2, ..OutboxCounters::default() });
    }

    #[test]
    fn an_event_that_is_not_taken_is_sent_again_before_those_behind_it() {
        let now = Instant::now();
        let mut outbox = filled(now, 1..=2);
        assert_eq!(outbox.next(now), sends(1));
        assert!(outbox.handle_failed(now), "an outage begins");
        let at = next_attempt(&mut outbox, now);
        assert_eq!(outbox.next(at), sends(1));
        assert!(!outbox.handle_failed(at), "it goes on");
        let at = next_attempt(&mut outbox, at);
        assert_eq!(outbox.next(at), sends(1));
        assert_eq!(outbox.handle_delivered(), Some(2), "and is over");
        assert_eq!(outbox.next(at), sends(2), "at once");
    }

    #[test]
    fn waits_double_from_a_second_to_five_minutes_and_begin_again_after_a_success() {
        let mut now = Instant::now();
        let mut outbox = Outbox::new(OutboxLimits { retry_for: Duration::MAX, ..LIMITS }, 7);
        outbox.push(now, &event(1));
        for whole in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert_eq!(outbox.next(now), sends(1));
            outbox.handle_failed(now);
            let at = next_attempt(&mut outbox, now);
            let (wait, whole) = (at - now, Duration::from_secs(whole));
            assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
            now = at;
        }
        assert_eq!(outbox.next(now), sends(1));
        outbox.handle_delivered();
        outbox.push(now, &event(2));
        assert_eq!(outbox.next(now), sends(2));
        outbox.handle_failed(now);
        assert!(next_attempt(&mut outbox, now) - now <= RETRY_FIRST);
    }

    #[test]
    fn two_servers_do_not_try_again_at_the_same_time() {
        let now = Instant::now();
        let attempt = |seed| {
            let mut outbox = Outbox::new(LIMITS, seed);
            outbox.push(now, &event(1));
            outbox.next(now);
            outbox.handle_failed(now);
            next_attempt(&mut outbox, now)
        };
        assert_ne!(attempt(0x0123_4567_89AB_CDEF), attempt(0xFEDC_BA98_7654_3210));
    }

    #[test]
    fn a_full_queue_drops_the_oldest_that_is_not_being_sent_and_says_so_once() {
        let now = Instant::now();
        let mut outbox = filled(now, 1..=1);
        assert_eq!(outbox.next(now), sends(1));
        let said: Vec<_> = (2..=6).map(|number| outbox.push(now, &event(number))).collect();
        assert_eq!(said, [false, false, false, true, false]);
        outbox.handle_delivered();
        for number in 4..=6 {
            assert_eq!(outbox.next(now), sends(number));
            outbox.handle_delivered();
        }
        assert_eq!(outbox.next(now), Next::Wait(None));
        assert_eq!((outbox.counters().overflowed, outbox.counters().delivered), (2, 4));
        let said: Vec<_> = (1..=4).map(|number| outbox.push(now, &event(number))).collect();
        assert_eq!(said, [false, false, false, true], "the queue was empty in between");
    }

    #[test]
    fn an_event_that_fails_while_the_queue_fills_is_the_oldest() {
        let now = Instant::now();
        let mut outbox = filled(now, 1..=1);
        assert_eq!(outbox.next(now), sends(1));
        fill(&mut outbox, now, 2..=4);
        outbox.handle_failed(now);
        assert_eq!((outbox.len(), outbox.counters().overflowed), (3, 1));
        let at = next_attempt(&mut outbox, now);
        assert_eq!(outbox.next(at), sends(2));
    }

    #[test]
    fn an_event_is_given_up_when_its_time_is_over_and_younger_ones_are_not() {
        let now = Instant::now();
        let mut outbox = filled(now, 1..=1);
        assert_eq!(outbox.next(now), sends(1));
        outbox.handle_failed(now);
        let later = now + LIMITS.retry_for / 2;
        outbox.push(later, &event(2));
        assert_eq!(outbox.next(now + LIMITS.retry_for), sends(2));
        assert_eq!(outbox.counters().given_up, 1);
    }

    #[test]
    fn a_closed_outbox_sends_what_waits_at_once_and_gives_up_when_that_fails() {
        let now = Instant::now();
        let mut outbox = filled(now, 1..=3);
        assert_eq!(outbox.next(now), sends(1));
        outbox.handle_failed(now);
        outbox.close();
        outbox.push(now, &event(9));
        assert_eq!(outbox.next(now), sends(1), "without a wait");
        outbox.handle_delivered();
        assert_eq!(outbox.next(now), sends(2));
        outbox.handle_failed(now);
        assert_eq!((outbox.next(now), outbox.counters().given_up), (Next::End, 2));
    }

    #[test]
    fn a_shorter_queue_keeps_the_newest() {
        let now = Instant::now();
        let mut outbox = filled(now, 1..=3);
        outbox.set_limits(OutboxLimits { queue: 1, ..LIMITS });
        assert_eq!((outbox.next(now), outbox.counters().overflowed), (sends(3), 2));
    }
}
