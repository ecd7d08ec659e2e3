//! The criteria for overload, how fast the bit rate falls, and how it recovers.

use proptest::prelude::*;

use super::*;

const REPORT: Duration = Duration::from_millis(500);
const WANTED: u32 = 24_000;

fn sample(lost_percent: f32, queueing_ms: u64) -> UplinkSample {
    UplinkSample { lost_percent, queueing: Duration::from_millis(queueing_ms), overflowed: false }
}

/// The bit rates after each of `count` equal samples.
fn take(control: &mut BitrateControl, now: &mut Instant, sample: UplinkSample, count: usize) -> Vec<u32> {
    let mut rates = Vec::new();
    for _ in 0..count {
        *now += REPORT;
        control.take(*now, sample);
        rates.push(control.bitrate_bps());
    }
    rates
}

/// Whether an uplink with this sample for ten seconds counts as overloaded.
fn is_overload(sample: UplinkSample) -> bool {
    let mut control = BitrateControl::new(WANTED);
    take(&mut control, &mut Instant::now(), sample, 20);
    control.bitrate_bps() < WANTED
}

#[test]
fn only_what_loses_and_queues_or_much_of_either_is_overload() {
    for (lost_percent, queueing_ms, expected) in [
        (0.0, 0, false),
        // Radio: random loss, which copies repair.
        (10.0, 20, false),
        (25.0, 60, false),
        // Another route, or a long queue that does not overflow.
        (0.0, 250, false),
        (4.0, 250, false),
        // A full queue.
        (8.0, 150, true),
        (20.0, 400, true),
        // Too late for a conversation, or too much loss to repair.
        (0.0, 350, true),
        (40.0, 0, true),
    ] {
        let overload = is_overload(sample(lost_percent, queueing_ms));
        assert_eq!(overload, expected, "{lost_percent} % lost, {queueing_ms} ms queued");
    }
    assert!(is_overload(UplinkSample { overflowed: true, ..UplinkSample::default() }));
}

#[test]
fn one_late_or_lossy_report_is_no_overload() {
    let mut control = BitrateControl::new(WANTED);
    let mut now = Instant::now();
    for bad in [sample(10.0, 400), sample(100.0, 0), sample(0.0, 5000)] {
        take(&mut control, &mut now, bad, 1);
        take(&mut control, &mut now, sample(0.0, 0), 2);
        assert_eq!(control.bitrate_bps(), WANTED, "{bad:?}");
    }
}

#[test]
fn bits_are_taken_away_within_seconds_down_to_the_floor() {
    let mut control = BitrateControl::new(WANTED);
    let rates = take(&mut control, &mut Instant::now(), sample(20.0, 300), 10);
    assert_eq!(rates, [24_000, 16_800, 16_800, 11_760, 11_760, 8190, 8190, 8000, 8000, 8000]);
}

#[test]
fn bits_come_back_late_and_slowly() {
    let mut control = BitrateControl::new(WANTED);
    let mut now = Instant::now();
    take(&mut control, &mut now, sample(20.0, 300), 2);
    let seconds_until = |rates: &[u32], rate| rates.iter().position(|&r| r >= rate).unwrap_or(999) / 2;
    let rates = take(&mut control, &mut now, sample(0.0, 0), 60);
    assert_eq!((seconds_until(&rates, 16_801), seconds_until(&rates, WANTED)), (7, 11), "{rates:?}");
}

#[test]
fn bits_come_back_although_some_frames_are_lost_by_chance() {
    let mut control = BitrateControl::new(WANTED);
    let mut now = Instant::now();
    take(&mut control, &mut now, sample(20.0, 300), 10);
    take(&mut control, &mut now, sample(15.0, 10), 100);
    assert_eq!(control.bitrate_bps(), WANTED);
}

#[test]
fn each_step_up_that_was_too_soon_is_waited_for_twice_as_long() {
    let mut control = BitrateControl::new(WANTED);
    let mut now = Instant::now();
    let mut waits = Vec::new();
    for _ in 0..6 {
        take(&mut control, &mut now, sample(20.0, 300), 2);
        let before = control.bitrate_bps();
        let mut reports = 0;
        while control.bitrate_bps() <= before {
            take(&mut control, &mut now, sample(0.0, 0), 1);
            reports += 1;
        }
        waits.push(reports / 2);
    }
    assert_eq!(waits, [8, 16, 32, 64, 64, 64]);
}

#[test]
fn less_than_the_floor_is_used_if_that_is_what_is_wanted() {
    let mut control = BitrateControl::new(6000);
    take(&mut control, &mut Instant::now(), sample(50.0, 500), 20);
    assert_eq!(control.bitrate_bps(), 6000);
}

#[test]
fn another_target_holds_at_once_unless_the_way_is_overloaded() {
    let mut control = BitrateControl::new(WANTED);
    control.want(64_000);
    assert_eq!(control.bitrate_bps(), 64_000);
    take(&mut control, &mut Instant::now(), sample(20.0, 300), 2);
    control.want(96_000);
    assert_eq!(control.bitrate_bps(), 44_800);
    control.want(17_000);
    assert_eq!(control.bitrate_bps(), 17_000);
}

fn any_sample() -> impl Strategy<Value = UplinkSample> {
    (0.0_f32..=100.0, 0..1000_u64, prop::bool::weighted(0.05))
        .prop_map(|(lost, queueing_ms, overflowed)| UplinkSample { overflowed, ..sample(lost, queueing_ms) })
}

proptest! {
    #[test]
    fn whatever_comes_steps_are_apart_and_between_the_floor_and_the_target(
        samples in prop::collection::vec((any_sample(), 1..20_usize), 0..40),
        wanted in 1000..128_000_u32,
    ) {
        let mut control = BitrateControl::new(wanted);
        let mut now = Instant::now();
        let mut last_change = None;
        for (sample, count) in samples {
            for _ in 0..count {
                let before = control.bitrate_bps();
                take(&mut control, &mut now, sample, 1);
                let after = control.bitrate_bps();
                prop_assert!((FLOOR_BPS.min(wanted)..=wanted).contains(&after));
                if after == before {
                    continue;
                }
                let up = after > before;
                if let Some((at, was_up)) = last_change {
                    let least = match (was_up, up) {
                        (false, true) => SHORTEST_HOLD,
                        (true, true) => UP_INTERVAL,
                        (false, false) => DOWN_INTERVAL,
                        (true, false) => Duration::ZERO,
                    };
                    prop_assert!(now - at >= least, "{:?} between {was_up} and {up}", now - at);
                }
                last_change = Some((now, up));
            }
        }
    }

    #[test]
    fn whatever_came_before_everything_comes_back(
        samples in prop::collection::vec(any_sample(), 0..400),
        wanted in 1000..128_000_u32,
    ) {
        let mut control = BitrateControl::new(wanted);
        let mut now = Instant::now();
        for sample in samples {
            take(&mut control, &mut now, sample, 1);
        }
        // The longest hold, and at least ten steps up.
        let in_calm = LONGEST_HOLD + 10 * UP_INTERVAL + 2 * REPORT;
        take(&mut control, &mut now, sample(0.0, 0), (in_calm.as_millis() / REPORT.as_millis()) as usize);
        prop_assert_eq!(control.bitrate_bps(), wanted);
    }
}
