//! Simulated links: a queue that drops excess packets, and a sender of as many voices as the estimate allows.

use super::*;

/// A bottleneck with a queue, and voices of [`VOICE`] bit/s each.
struct Link {
    now: Instant,
    estimator: CapacityEstimator,
    /// In bit/s.
    capacity: f64,
    /// The length of the queue, and its limit, in bits.
    waiting: f64,
    waiting_max: f64,
    /// The round trip without the queue.
    distance: Duration,
    /// The loss at any rate, 0 … 1.
    random_loss: f64,
    dice: u32,
    speakers: usize,
    voices: usize,
    /// The packets sent and lost since the last reported loss, which are still too few to report.
    unreported: (u32, u32),
    seconds: Vec<Second>,
}

/// The result of one second.
#[derive(Clone, Copy, Debug)]
struct Second {
    voices: usize,
    sent: u32,
    lost: u32,
    /// In bit/s, at its end.
    estimate: Option<f64>,
}

/// 60 bytes of Opus every 20 ms, plus 56 bytes of overhead, in bits.
const PACKET: f64 = 928.0;
const VOICE: f64 = PACKET * 50.0;
const BASE: Duration = Duration::from_millis(40);

impl Link {
    /// `capacity` is in bit/s, and the queue holds as much as leaves in `queue_ms`.
    fn new(capacity: f64, queue_ms: u32, speakers: usize) -> Self {
        let now = Instant::now();
        Self {
            now,
            estimator: CapacityEstimator::new(now),
            capacity,
            waiting: 0.0,
            waiting_max: PACKET.max(capacity * f64::from(queue_ms) / 1000.0),
            distance: BASE,
            random_loss: 0.0,
            dice: 1,
            speakers,
            voices: speakers,
            unreported: (0, 0),
            seconds: Vec::new(),
        }
    }

    fn widen(&mut self) {
        (self.capacity, self.waiting_max) = (10_000_000.0, 1_000_000.0);
    }

    fn run(&mut self, seconds: usize) -> &[Second] {
        for _ in 0..seconds {
            let (voices, sent) = (self.voices, 50 * self.voices as u32);
            let lost = (0..50).map(|_| self.frames()).sum();
            let estimate = self.report(sent, lost);
            self.seconds.push(Second { voices, sent, lost, estimate });
        }
        &self.seconds[self.seconds.len() - seconds..]
    }

    /// Sends a frame of every voice; returns how many are lost.
    fn frames(&mut self) -> u32 {
        self.now += Duration::from_millis(20);
        self.waiting = (self.waiting - self.capacity / 50.0).max(0.0);
        let mut lost = 0;
        for _ in 0..self.voices {
            self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let is_unlucky = f64::from(self.dice >> 8) / f64::from(1 << 24) < self.random_loss;
            if self.waiting + PACKET > self.waiting_max || is_unlucky {
                lost += 1;
            } else {
                self.waiting += PACKET;
            }
        }
        lost
    }

    fn report(&mut self, sent: u32, lost: u32) -> Option<f64> {
        self.unreported.0 += sent;
        self.unreported.1 += lost;
        let share = (self.unreported.0 >= 100).then(|| {
            let (sent, lost) = std::mem::take(&mut self.unreported);
            f64::from(lost) / f64::from(sent)
        });
        let round_trip = Some(self.distance + Duration::from_secs_f64(self.waiting / self.capacity));
        let report = Report { sent: f64::from(sent) * PACKET, loss: share, round_trip };
        self.estimator.handle_report(self.now, &report);
        let estimate = self.estimator.estimate();
        let allowed = estimate.map_or(usize::MAX, |rate| (rate / VOICE) as usize);
        self.voices = allowed.clamp(1, self.speakers);
        estimate
    }
}

fn loss(seconds: &[Second]) -> f64 {
    let of = |count: fn(&Second) -> u32| f64::from(seconds.iter().map(count).sum::<u32>());
    of(|second| second.lost) / of(|second| second.sent)
}

#[test]
fn the_estimate_comes_to_what_the_link_carries_and_what_is_then_sent_arrives() {
    for (capacity, carried) in [(64_000.0, 1), (128_000.0, 2), (512_000.0, 11)] {
        for queue_ms in [30, 200, 1000] {
            let mut link = Link::new(capacity, queue_ms, 24);
            link.run(12);
            let settled = link.run(120).to_vec();
            let words = format!("{capacity} bit/s, a queue of {queue_ms} ms: {:?}", link.seconds);
            // Only trying one voice more shows that it is too much, so the estimate may reach that far.
            let most = 1.2 * VOICE * f64::from(carried + 1);
            let is_near = |second: &Second| {
                second.estimate.is_some_and(|estimate| (0.7 * capacity..most).contains(&estimate))
            };
            assert!(settled.iter().all(is_near), "{words}");
            let voices = settled.iter().map(|second| second.voices).sum::<usize>() as f64 / 120.0;
            assert!(voices > 0.75 * f64::from(carried), "{voices} voices; {words}");
            assert!(loss(&settled) < 0.02, "{} lost; {words}", loss(&settled));
        }
    }
}

#[test]
fn a_link_that_carries_everything_has_no_estimate_even_if_it_loses_a_little_by_chance() {
    for seed in 0..50 {
        let mut link = Link::new(10_000_000.0, 200, 8);
        (link.random_loss, link.dice) = (0.02, seed);
        assert!(link.run(600).iter().all(|second| second.estimate.is_none() && second.voices == 8), "{seed}");
    }
}

#[test]
fn a_link_that_loses_much_however_little_is_sent_carries_all_after_a_try() {
    let mut link = Link::new(10_000_000.0, 200, 8);
    link.random_loss = 0.2;
    link.run(10);
    let voices: Vec<usize> = link.run(100).iter().map(|second| second.voices).collect();
    assert!(voices.iter().all(|voices| *voices == 8), "{voices:?}");
}

#[test]
fn when_the_bottleneck_is_gone_all_are_sent_again_within_a_minute_and_a_half() {
    for (capacity, queue_ms) in [(64_000.0, 200), (128_000.0, 30), (128_000.0, 1000)] {
        for narrow_s in [5, 20, 100, 300] {
            let mut link = Link::new(capacity, queue_ms, 8);
            link.run(narrow_s);
            assert!(link.voices < 8);
            link.widen();
            link.run(90);
            assert_eq!(link.voices, 8, "{narrow_s} s of {capacity} bit/s: {:?}", link.seconds);
        }
    }
}

#[test]
fn a_link_that_was_narrow_and_loses_a_little_by_chance_carries_all_again_after_a_longer_while() {
    for seed in 0..20 {
        let mut link = Link::new(64_000.0, 200, 8);
        (link.random_loss, link.dice) = (0.02, seed);
        link.run(60);
        link.widen();
        link.run(180);
        assert_eq!(link.voices, 8, "{seed}: {:?}", link.seconds);
    }
}

#[test]
fn a_queue_that_others_fill_drops_no_voice_after_a_try() {
    let mut link = Link::new(10_000_000.0, 200, 8);
    link.run(5);
    link.distance = 4 * BASE;
    link.run(15);
    let voices: Vec<usize> = link.run(100).iter().map(|second| second.voices).collect();
    assert!(voices.iter().all(|voices| *voices == 8), "{voices:?}");
}

#[test]
fn one_late_answer_changes_nothing() {
    let start = Instant::now();
    let mut estimator = CapacityEstimator::new(start);
    for (second, round_trip_ms) in [(1, 40), (2, 900), (3, 40), (4, 40), (5, 2000), (6, 300), (7, 40)] {
        let round_trip = Some(Duration::from_millis(round_trip_ms));
        let report = Report { sent: 400_000.0, loss: Some(0.0), round_trip };
        let is_lowered = estimator.handle_report(start + Duration::from_secs(second), &report);
        assert!(!is_lowered && estimator.estimate().is_none(), "after {second} s");
    }
}

#[test]
fn without_news_an_estimate_stays_and_is_forgotten_in_the_end() {
    let start = Instant::now();
    let mut estimator = CapacityEstimator::new(start);
    let mut report = Report { sent: 400_000.0, loss: Some(0.5), round_trip: None };
    assert!(estimator.handle_report(start, &report));
    assert_eq!(estimator.estimate(), Some(0.85 * 200_000.0));
    report.loss = None;
    for second in 1..120 {
        assert!(!estimator.handle_report(start + Duration::from_secs(second), &report));
        assert_eq!(estimator.estimate(), Some(170_000.0));
    }
    estimator.handle_report(start + Duration::from_mins(2), &report);
    assert_eq!(estimator.estimate(), None);
}
