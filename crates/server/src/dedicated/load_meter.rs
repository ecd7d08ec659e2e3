//! How much a worker has to do, from the durations of its iterations and the processor time that was used.

use std::time::{Duration, Instant};

use super::processor_share::{ProcessorShare, Used};
use super::smoothed::Smoothed;
use crate::load::{Load, VoiceWork};

/// How often the shares are looked at.
const WINDOW: Duration = Duration::from_millis(100);
/// A worker's busy time counts up to this multiple of its processor time: if other processes occupy the machine for
/// most of its iterations, shedding load would gain nothing, and an idle server would reject players.
const OWN_TIME: f64 = 4.0;
/// The cost of a packet on the threads that carry it, an estimate from above: QUIC takes 7 to 14 µs
/// (docs/server-cost.md).
const ON_THREADS: Duration = Duration::from_micros(15);

#[derive(Debug)]
pub(super) struct LoadMeter {
    window_from: Instant,
    /// The busy time since then.
    busy: Duration,
    longest_iteration: Duration,
    voice_before: VoiceWork,
    busy_share: Smoothed,
    voice_share: Smoothed,
    on_threads_share: Smoothed,
    own: ProcessorShare,
    process: ProcessorShare,
    cores: f64,
}

impl LoadMeter {
    pub(super) fn new(now: Instant, cores: usize, used: Used) -> Self {
        Self {
            window_from: now,
            busy: Duration::ZERO,
            longest_iteration: Duration::ZERO,
            voice_before: VoiceWork::default(),
            busy_share: Smoothed::default(),
            voice_share: Smoothed::default(),
            on_threads_share: Smoothed::default(),
            own: ProcessorShare::new(1, now, used.by_thread),
            process: ProcessorShare::new(cores, now, used.by_process),
            cores: cores as f64,
        }
    }

    /// The worker did something all this time, and nothing between these times. True when the load is to be looked at.
    pub(super) fn note_iteration(&mut self, from: Instant, until: Instant) -> bool {
        let duration = until.saturating_duration_since(from);
        self.busy += duration;
        self.longest_iteration = self.longest_iteration.max(duration);
        until.saturating_duration_since(self.window_from) >= WINDOW
    }

    /// Of its time, the share in which the worker did something or was kept from it, at the last look.
    pub(super) fn wall_share(&self) -> f64 {
        self.busy_share.share()
    }

    /// The recent load, from the processor time used and the voice relayed so far.
    pub(super) fn look(&mut self, now: Instant, used: Used, voice: VoiceWork) -> Load {
        let window = now.saturating_duration_since(self.window_from);
        let busy_share = self.busy_share.note(window, self.busy.as_secs_f64());
        let own_share = self.own.note(now, used.by_thread);
        let process_share = self.process.note(now, used.by_process).unwrap_or(0.0);
        let before = std::mem::replace(&mut self.voice_before, voice);
        let voice_time = voice.time.saturating_sub(before.time);
        // Wall time includes time in which others use the core; assume that voice has the same share of the processor
        // time.
        let voice_wall = self.voice_share.note(window, voice_time.as_secs_f64());
        let voice_part = if busy_share > 0.0 { (voice_wall / busy_share).min(1.0) } else { 0.0 };
        let voice_share = own_share.unwrap_or(busy_share) * voice_part;
        let on_threads = voice.packets_on_threads.saturating_sub(before.packets_on_threads);
        let on_threads = self.on_threads_share.note(window, on_threads as f64 * ON_THREADS.as_secs_f64());
        let process_voice_share = ((voice_share + on_threads) / self.cores).min(process_share);
        (self.window_from, self.busy) = (now, Duration::ZERO);
        Load {
            busy_share: own_share.map_or(busy_share, |own| busy_share.min(OWN_TIME * own)),
            voice_share,
            process_share,
            process_voice_share,
            longest_iteration: std::mem::take(&mut self.longest_iteration),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker on a machine with two cores, in simulated time.
    struct Bench {
        meter: LoadMeter,
        now: Instant,
        used: Used,
        voice: VoiceWork,
    }

    /// The work in each 10 ms.
    #[derive(Clone, Copy, Default)]
    struct Each {
        /// The duration of an iteration of the loop.
        iteration: Duration,
        /// Processor time of the worker's thread, and of the other threads of the process.
        own: Duration,
        others: Duration,
        voice: Duration,
        packets_on_threads: u64,
    }

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    impl Bench {
        fn new() -> Self {
            let now = Instant::now();
            let used = Used { by_thread: Some(Duration::ZERO), by_process: Some(Duration::ZERO) };
            Self { meter: LoadMeter::new(now, 2, used), now, used, voice: VoiceWork::default() }
        }

        /// The load after this many seconds.
        fn after(&mut self, seconds: u64, each: Each) -> Load {
            let mut load = Load::default();
            for _ in 0..100 * seconds {
                self.now += ms(10);
                self.used.by_thread = self.used.by_thread.map(|used| used + each.own);
                self.used.by_process = self.used.by_process.map(|used| used + each.own + each.others);
                self.voice.time += each.voice;
                self.voice.packets_on_threads += each.packets_on_threads;
                if self.meter.note_iteration(self.now.checked_sub(each.iteration).unwrap(), self.now) {
                    load = self.meter.look(self.now, self.used, self.voice);
                }
            }
            load
        }
    }

    fn is_near(share: f64, expected: f64) -> bool {
        (share - expected).abs() < 0.02
    }

    #[test]
    fn the_load_follows_the_work_within_seconds_and_not_at_once() {
        let mut bench = Bench::new();
        let half = Each { iteration: ms(5), own: ms(5), voice: ms(4), ..Each::default() };
        let first = bench.after(1, half);
        assert!((0.25..0.4).contains(&first.busy_share), "{first:?}");
        let settled = bench.after(4, half);
        assert!(is_near(settled.busy_share, 0.5) && is_near(settled.voice_share, 0.4), "{settled:?}");
        assert_eq!(settled.longest_iteration, ms(5));
        let idle = bench.after(1, Each::default());
        assert!(idle.busy_share > 0.1, "{idle:?}");
        let idle = bench.after(4, Each::default());
        assert!(idle.busy_share < 0.01 && idle.longest_iteration.is_zero(), "{idle:?}");
    }

    #[test]
    fn the_load_is_looked_at_when_the_window_is_full() {
        let Bench { mut meter, now, .. } = Bench::new();
        assert!(!meter.note_iteration(now, now + ms(99)));
        assert!(meter.note_iteration(now, now + WINDOW));
    }

    #[test]
    fn processor_time_outside_of_iterations_is_not_voice() {
        let mut bench = Bench::new();
        let load = bench.after(5, Each { own: ms(2), ..Each::default() });
        assert_eq!((load.busy_share, load.voice_share), (0.0, 0.0), "{load:?}");
    }

    #[test]
    fn an_iteration_while_others_have_the_core_is_not_work() {
        let mut bench = Bench::new();
        let kept_waiting = Each { iteration: ms(10), ..Each::default() };
        let load = bench.after(5, kept_waiting);
        assert!(load.busy_share < 0.01 && bench.meter.wall_share() > 0.95, "{load:?}");
        // Voice that takes a tenth of the iteration's time takes a tenth of the processor time.
        let mostly_kept_waiting = Each { iteration: ms(10), own: ms(1), voice: ms(5), ..Each::default() };
        let load = bench.after(10, mostly_kept_waiting);
        assert!(is_near(load.busy_share, 0.4) && is_near(load.voice_share, 0.05), "{load:?}");
    }

    #[test]
    fn work_for_handshakes_is_no_voice_however_busy_the_process_is() {
        let mut bench = Bench::new();
        let flood =
            Each { iteration: ms(10), own: ms(10), others: ms(10), voice: ms(2), packets_on_threads: 0 };
        let load = bench.after(10, flood);
        assert!(is_near(load.busy_share, 1.0) && is_near(load.process_share, 1.0), "{load:?}");
        assert!(is_near(load.voice_share, 0.2) && is_near(load.process_voice_share, 0.1), "{load:?}");
    }

    #[test]
    fn packets_that_threads_of_networks_carry_are_voice_up_to_what_the_process_used() {
        let mut bench = Bench::new();
        let carried =
            Each { iteration: ms(2), own: ms(2), others: ms(8), voice: ms(2), packets_on_threads: 400 };
        let load = bench.after(10, carried);
        assert!(is_near(load.process_voice_share, 0.4), "{load:?}");
        let more = Each { packets_on_threads: 4000, ..carried };
        let load = bench.after(10, more);
        assert!(is_near(load.process_voice_share, 0.5), "{load:?}");
    }

    #[test]
    fn without_the_processor_time_the_duration_of_iterations_counts() {
        let mut bench = Bench::new();
        let unknown = Used { by_thread: None, by_process: None };
        (bench.used, bench.meter) = (unknown, LoadMeter::new(bench.now, 2, unknown));
        let load = bench.after(5, Each { iteration: ms(5), voice: ms(5), ..Each::default() });
        assert!(is_near(load.busy_share, 0.5) && is_near(load.voice_share, 0.5), "{load:?}");
        assert_eq!((load.process_share, load.process_voice_share), (0.0, 0.0));
    }
}
