//! One worker's thread: runs its loop, executes requested jobs between iterations, and sleeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{JoinHandle, available_parallelism};
use std::time::{Duration, Instant};

use consonance_native::fine_timers::FineTimers;

use super::cores::stay_on;
use super::load_meter::LoadMeter;
use super::processor_share::Used;
use super::sleeper::Sleeper;
use crate::gauges::Gauges;
use crate::handle::{JOBS_MAX, Job, MailSlot};
use crate::session_loop::SessionLoop;
use crate::threads::{self, ThreadSpawnError};

/// How long clients may take to hear that the server goes.
const GOODBYE: Duration = Duration::from_secs(2);
/// Jobs done between two iterations, so that voice waits for few of them.
const JOBS_PER_ITERATION: usize = 8;
/// A worker under load checks this often whether that is over, without being woken.
const SETTLING: Duration = Duration::from_millis(100);
/// Busy for less than this share, it is idle.
const SETTLED_SHARE: f64 = 0.01;

struct Worker {
    session_loop: SessionLoop,
    sleeper: Sleeper,
    jobs: Receiver<Job>,
    is_stopping: Arc<AtomicBool>,
    gauges: Arc<Gauges>,
    meter: LoadMeter,
}

/// Runs a loop in a thread named after its number, on this core if one is given.
pub(super) fn start(
    number: usize,
    session_loop: SessionLoop,
    gauges: Arc<Gauges>,
    is_stopping: Arc<AtomicBool>,
    core: Option<usize>,
) -> Result<(MailSlot, JoinHandle<()>), ThreadSpawnError> {
    let (post, jobs) = mpsc::sync_channel(JOBS_MAX);
    let (tell_waker, its_waker) = mpsc::sync_channel(1);
    let run = move || {
        let _worker = session_loop.span().clone().entered();
        if let Some(core) = core {
            stay_on(core);
        }
        let sleeper = Sleeper::new(&session_loop);
        let _ = tell_waker.send(sleeper.waker());
        let now = Instant::now();
        let worker = Worker {
            session_loop,
            sleeper,
            jobs,
            is_stopping,
            gauges,
            meter: LoadMeter::new(now, available_parallelism().map_or(1, usize::from), Used::here()),
        };
        worker.run();
    };
    let thread = threads::start(&format!("voice-{number}"), run)?;
    let waker = its_waker.recv().expect("the thread begins with its waker");
    Ok((MailSlot { jobs: post, waker }, thread))
}

impl Worker {
    fn run(mut self) {
        let _timers = FineTimers::request();
        self.session_loop.set_waker(&self.sleeper.waker());
        while !self.is_stopping.load(Ordering::Acquire) {
            self.run_once_and_sleep();
        }
        let deadline = Instant::now() + GOODBYE;
        self.session_loop.shut_down(Instant::now());
        while !self.session_loop.is_idle() && Instant::now() < deadline {
            self.run_once_and_sleep();
        }
    }

    fn run_once_and_sleep(&mut self) {
        let woke = Instant::now();
        let more_jobs_wait = self.do_jobs(woke);
        let started = Instant::now();
        let packets_before = self.session_loop.figures().packets_in();
        let wake_at = self.session_loop.run_once(started);
        let found_packets = self.session_loop.figures().packets_in() != packets_before;
        self.gauges.count_iteration();
        let now = Instant::now();
        if self.meter.note_iteration(woke, now) {
            self.note_load(now);
        }
        let wake_at = if more_jobs_wait { Some(now) } else { wake_at };
        let sleep = wake_at.map_or(Duration::MAX, |at| at.saturating_duration_since(now));
        let sleep = if self.is_settled() { sleep } else { sleep.min(SETTLING) };
        if !sleep.is_zero() {
            self.sleeper.sleep(&self.session_loop, sleep, found_packets);
        }
    }

    fn note_load(&mut self, now: Instant) {
        let load = self.meter.look(now, Used::here(), self.session_loop.figures().voice_work(now));
        self.gauges.set_busy(self.meter.wall_share());
        self.session_loop.note_load(now, &load);
        self.gauges.publish(self.session_loop.figures().statistics());
    }

    /// Whether nothing is to be taken back or to be shown that follows from less work.
    fn is_settled(&self) -> bool {
        self.meter.wall_share() < SETTLED_SHARE && self.session_loop.figures().sheds_nothing()
    }

    /// True if there may be more.
    fn do_jobs(&mut self, now: Instant) -> bool {
        for _ in 0..JOBS_PER_ITERATION {
            let Ok(job) = self.jobs.try_recv() else { return false };
            self.gauges.jobs_waiting.fetch_sub(1, Ordering::Relaxed);
            job(&mut self.session_loop, now);
        }
        true
    }
}
