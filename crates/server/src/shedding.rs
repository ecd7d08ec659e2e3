//! Load shedding: the steps by which an overloaded worker reduces its work, newcomers first, then voices.

use std::time::{Duration, Instant};

use consonance_settings::settings;

use crate::load::Load;

settings! {
    /// The thresholds of load shedding.
    #[derive(Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct SheddingSettings {
        /// Shed load while a worker is overloaded; see docs/operations.md.
        pub is_on: bool as enabled = true;
        /// How busy a worker, or the process by its CPU time, may be.
        pub busy_percent_max: u32 = 90, 1..=100;
        /// The longest loop iteration of a busy worker.
        pub iteration_max: Duration as iteration_max_s = Duration::from_millis(20), 0.001..=1;
        /// When new players are told to retry.
        ///
        /// In seconds.
        pub retry_in_s: u32 as retry_after_s = 20, 1..=3600;
        /// The process is there for the server alone, so that it counts, too, which share it uses of the processor time
        /// that it may use: the threads of networks keep workers from their iterations.
        pub counts_process: bool as _ = false;
    }
}

/// The steps of load shedding, in rising order; each includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shedding {
    /// Nothing.
    #[default]
    Nothing,
    /// Newcomers are told to try again later.
    Newcomers,
    /// In each room at most eight are heard at once.
    AboveEightVoices,
    /// Four.
    AboveFourVoices,
    /// Two.
    AboveTwoVoices,
}

/// Follows the load of one worker, and chooses what it sheds. Steps up soon and down late, one at a time, so that each
/// step's effect shows before the next, and nothing flickers.
#[derive(Debug)]
pub(crate) struct Shedder {
    settings: SheddingSettings,
    step: Shedding,
    /// Since when it has been overloaded without a pause, or calm.
    busy_since: Option<Instant>,
    calm_since: Option<Instant>,
}

/// The duration of overload after which the next step is taken.
const STEP_UP: Duration = Duration::from_secs(1);
/// The duration of calm after which a step is taken back.
const STEP_DOWN: Duration = Duration::from_secs(5);
/// Below this fraction of both limits, the load is calm: the shed load must fit in between.
const CALM: f64 = 0.75;

/// Voices are shed only if relaying them takes at least this fraction of a worker's limit. Otherwise the load is
/// something else, such as handshakes, slow requests or junk datagrams, and fewer voices would not help.
const VOICE_PART: f64 = 0.5;
/// The work of networks on their own threads, for each share of the worker's: an estimate from above.
const PROCESS_PER_WORKER: f64 = 3.0;

const STEPS: [Shedding; 5] = [
    Shedding::Nothing,
    Shedding::Newcomers,
    Shedding::AboveEightVoices,
    Shedding::AboveFourVoices,
    Shedding::AboveTwoVoices,
];

/// A load as a fraction of the limit: above 1 is overload.
#[derive(Clone, Copy, Debug)]
struct Pressure {
    /// Of everything that there is to do.
    overall: f64,
    /// Of that, where relaying voice is a large part of it.
    voices: f64,
}

impl Pressure {
    fn of(settings: &SheddingSettings, load: &Load) -> Self {
        let busy_share_max = f64::from(settings.busy_percent_max.max(1)) / 100.0;
        let (mut busy, mut voice) = (load.busy_share, load.voice_share);
        if settings.counts_process {
            // The process's load, as from unjoined connections, counts only as far as the worker's own work can cause
            // it.
            busy = busy.max(load.process_share.min(PROCESS_PER_WORKER * load.busy_share));
            voice = voice.max(load.process_voice_share);
        }
        // Long iterations alone, as on a shared machine, are not a reason to shed load.
        let iteration = load.longest_iteration.as_secs_f64() / settings.iteration_max.as_secs_f64();
        let overall = (busy / busy_share_max).max(iteration.min(busy / (busy_share_max * CALM)));
        Self { overall, voices: overall.min(voice / (busy_share_max * VOICE_PART)) }
    }

    /// The pressure that leads to a step of this number, and keeps it.
    fn of_step(self, number: usize) -> f64 {
        if STEPS[number].voices_per_room().is_some() { self.voices } else { self.overall }
    }
}

impl SheddingSettings {
    /// The defaults of a process that is there for the server alone.
    pub fn of_a_whole_process() -> Self {
        Self { counts_process: true, ..Self::default() }
    }
}

impl Shedding {
    /// How many are heard in a room at once; all if there is none.
    pub(crate) fn voices_per_room(self) -> Option<usize> {
        match self {
            Self::Nothing | Self::Newcomers => None,
            Self::AboveEightVoices => Some(8),
            Self::AboveFourVoices => Some(4),
            Self::AboveTwoVoices => Some(2),
        }
    }

    /// The step of this [number](Self::number); the last one for a higher one.
    pub(crate) fn from_number(number: u64) -> Self {
        let last = STEPS.len() - 1;
        STEPS[usize::try_from(number).map_or(last, |number| number.min(last))]
    }

    /// As a number for graphs: 0 for nothing, up to 4.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl Shedder {
    pub(crate) fn new(settings: SheddingSettings) -> Self {
        Self { settings, step: Shedding::Nothing, busy_since: None, calm_since: None }
    }

    pub(crate) fn settings(&self) -> &SheddingSettings {
        &self.settings
    }

    pub(crate) fn set_settings(&mut self, settings: SheddingSettings) {
        self.settings = settings;
    }

    pub(crate) fn step(&self) -> Shedding {
        self.step
    }

    /// Takes in the worker's recent load; returns the new step if it has changed.
    pub(crate) fn observe(&mut self, now: Instant, load: &Load) -> Option<Shedding> {
        if !self.settings.is_on {
            return self.go_to(0);
        }
        let pressure = Pressure::of(&self.settings, load);
        let index = usize::from(self.step.number());
        let next = (index + 1).min(STEPS.len() - 1);
        if pressure.of_step(next) > 1.0 {
            self.calm_since = None;
            let since = *self.busy_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= STEP_UP {
                self.busy_since = Some(now);
                return self.go_to(next);
            }
        } else if pressure.of_step(index) < CALM {
            self.busy_since = None;
            let since = *self.calm_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= STEP_DOWN {
                self.calm_since = Some(now);
                return self.go_to(index.saturating_sub(1));
            }
        } else {
            (self.busy_since, self.calm_since) = (None, None);
        }
        None
    }

    fn go_to(&mut self, index: usize) -> Option<Shedding> {
        let step = STEPS[index];
        (std::mem::replace(&mut self.step, step) != step).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);
    const SHORT: Duration = Duration::from_millis(1);

    struct Bench {
        shedder: Shedder,
        now: Instant,
    }

    impl Bench {
        fn new() -> Self {
            Self { shedder: Shedder::new(SheddingSettings::default()), now: Instant::now() }
        }

        /// Applies this load for this many seconds; returns the steps that were taken.
        fn run(&mut self, seconds: u32, busy_share: f64, longest_iteration: Duration) -> Vec<Shedding> {
            self.bear(
                seconds,
                &Load { busy_share, voice_share: busy_share, longest_iteration, ..Load::default() },
            )
        }

        fn bear(&mut self, seconds: u32, load: &Load) -> Vec<Shedding> {
            let mut steps = Vec::new();
            for _ in 0..seconds * 10 {
                self.now += TICK;
                steps.extend(self.shedder.observe(self.now, load));
            }
            steps
        }
    }

    #[test]
    fn too_much_gives_up_newcomers_first_and_then_ever_more_voices_and_stops_there() {
        let mut bench = Bench::new();
        assert_eq!(bench.run(30, 1.0, SHORT), STEPS[1..]);
        assert_eq!(bench.shedder.step(), Shedding::AboveTwoVoices);
    }

    #[test]
    fn what_was_given_up_comes_back_in_the_reverse_order_and_later() {
        let mut bench = Bench::new();
        bench.run(30, 1.0, SHORT);
        assert_eq!(bench.run(4, 0.3, SHORT), []);
        let mut reverse = STEPS[..4].to_vec();
        reverse.reverse();
        assert_eq!(bench.run(60, 0.3, SHORT), reverse);
    }

    #[test]
    fn between_the_limits_everything_stays_as_it_is() {
        let mut bench = Bench::new();
        bench.run(2, 1.0, SHORT);
        let step = bench.shedder.step();
        assert_eq!(bench.run(60, 0.8, SHORT), []);
        assert_eq!(bench.shedder.step(), step);
    }

    #[test]
    fn a_moment_of_work_gives_up_nothing() {
        let mut bench = Bench::new();
        for _ in 0..20 {
            assert_eq!(bench.run(1, 0.99, SHORT), []);
            assert_eq!(bench.run(1, 0.85, SHORT), []);
        }
    }

    #[test]
    fn long_turns_count_for_a_worker_that_is_busy_and_not_for_an_idle_one() {
        let mut bench = Bench::new();
        let long = Duration::from_millis(50);
        assert_eq!(bench.run(30, 0.1, long), []);
        assert_eq!(bench.run(2, 0.75, long), [Shedding::Newcomers]);
    }

    #[test]
    fn a_flood_of_handshakes_never_gives_up_voices_however_busy_it_makes_the_worker_and_the_process() {
        for counts_process in [false, true] {
            let mut bench = Bench::new();
            bench.shedder.set_settings(SheddingSettings { counts_process, ..SheddingSettings::default() });
            let flood = Load {
                busy_share: 1.0,
                voice_share: 0.4,
                process_share: 1.0,
                process_voice_share: 0.4,
                longest_iteration: Duration::from_millis(100),
            };
            assert_eq!(bench.bear(60, &flood), [Shedding::Newcomers]);
            assert_eq!(bench.run(6, 0.4, SHORT), [Shedding::Nothing]);
        }
    }

    #[test]
    fn voice_on_threads_of_networks_counts_where_the_process_is_there_for_the_server_alone() {
        let load = Load { busy_share: 0.4, process_share: 1.0, process_voice_share: 0.8, ..Load::default() };
        for (counts_process, last) in [(false, Shedding::Nothing), (true, Shedding::AboveTwoVoices)] {
            let mut bench = Bench::new();
            bench.shedder.set_settings(SheddingSettings { counts_process, ..SheddingSettings::default() });
            bench.bear(30, &load);
            assert_eq!(bench.shedder.step(), last, "{counts_process}");
        }
    }

    #[test]
    fn voices_come_back_though_a_flood_keeps_newcomers_out() {
        let mut bench = Bench::new();
        bench.run(30, 1.0, SHORT);
        let flood = Load { busy_share: 1.0, voice_share: 0.2, ..Load::default() };
        let back = [Shedding::AboveFourVoices, Shedding::AboveEightVoices, Shedding::Newcomers];
        assert_eq!(bench.bear(60, &flood), back);
    }

    #[test]
    fn switched_off_it_gives_up_nothing_and_takes_back_all_at_once() {
        let mut bench = Bench::new();
        bench.run(30, 1.0, SHORT);
        bench.shedder.set_settings(SheddingSettings { is_on: false, ..SheddingSettings::default() });
        assert_eq!(bench.run(30, 1.0, SHORT), [Shedding::Nothing]);
    }
}
