//! All clients of a load, run by one thread.

use std::collections::BTreeSet;
use std::error::Error;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::sans_io::Dialer;

use super::super::thread_clock;
use super::client::{Buffers, Guest, JoinProgress, LoadClient, Now};
use super::probe::{Frames, Stamp};
use super::step::Step;
use crate::delays::Delays;
use crate::process_figures::{ProcessFigures, socket_drops};
use crate::schedule::Schedule;

/// Clients that have joined one server. Speakers come first.
pub(super) struct Crowd {
    /// One dialer for each node; clients use them in turn.
    dialers: Vec<Dialer>,
    started: Instant,
    clients: Vec<LoadClient>,
    /// The number of listeners of each speaker.
    audiences: Vec<u64>,
    /// The ports of all sockets, once all clients have joined.
    ports: BTreeSet<u16>,
    /// Whether voice has to take the fast path.
    wants_fast_path: bool,
    buffers: Buffers,
    frames: Frames,
    step: u32,
}

/// The pause between two passes over all sockets, as in `bench floor`: the listeners' activity affects the sender's
/// cost.
const PAUSE: Duration = Duration::from_millis(1);
/// Idle clients can wait longer, and many of them longer still, as a pass over them takes a while.
const IDLE_PAUSE: Duration = Duration::from_millis(20);
const IDLE_PAUSE_PER_CLIENT: Duration = Duration::from_micros(10);
/// The maximum number of clients that are joining at a time.
const JOINING_MAX: usize = 32;
/// If more clients join one session, listeners drop their engines once they have joined.
const ENGINES_MAX: usize = 2_000;
/// How long one client may take to join.
const JOIN_PATIENCE: Duration = Duration::from_secs(20);
/// A frame that has not come after this time is lost.
const STRAGGLERS: Duration = Duration::from_millis(100);

impl Crowd {
    /// A crowd without clients yet, for frames of this many bytes. With `wants_fast_path`, a client counts as joined
    /// only when its fast path is open.
    pub(super) fn new(dialers: Vec<Dialer>, frame_bytes: usize, wants_fast_path: bool) -> Self {
        // Good enough to tell this run's frames from those of another run on the same server.
        let seed = Stamp::now().0 as u32 ^ std::process::id();
        Self {
            dialers,
            started: Instant::now(),
            clients: Vec::new(),
            audiences: Vec::new(),
            ports: BTreeSet::new(),
            wants_fast_path,
            buffers: Buffers::new(seed),
            frames: Frames::new(seed, frame_bytes),
            step: 0,
        }
    }

    /// Makes all further frames sealed ones of this many bytes.
    pub(super) fn seal_frames(&mut self, frame_bytes: usize) {
        self.frames = Frames::sealed(self.buffers.heard.seed(), frame_bytes);
    }

    /// Lets all of these join, some at a time, and waits until all have joined. `audiences` gives each speaking
    /// guest's number of listeners. `told` is called with the number that have joined.
    ///
    /// # Errors
    /// If one of them is rejected, or takes too long.
    pub(super) fn join(
        &mut self,
        guests: impl ExactSizeIterator<Item = Guest>,
        audiences: Vec<u64>,
        mut told: impl FnMut(usize),
    ) -> Result<(), Box<dyn Error>> {
        self.audiences = audiences;
        let only_listen = guests.len() > ENGINES_MAX && !self.audiences.is_empty();
        let mut guests = guests.fuse().peekable();
        let mut first_joining = self.clients.len();
        let mut progress_at = Instant::now();
        while first_joining < self.clients.len() || guests.peek().is_some() {
            while self.clients.len() - first_joining < JOINING_MAX
                && let Some(guest) = guests.next()
            {
                let dialer = &self.dialers[self.clients.len() % self.dialers.len()];
                let client =
                    LoadClient::dial(dialer, &guest, self.now()).map_err(|error| too_many(&error))?;
                self.clients.push(client);
            }
            self.sweep(&mut None)?;
            let before = first_joining;
            while self.clients.get(first_joining).is_some_and(|client| self.is_in(client)) {
                if only_listen && first_joining >= self.audiences.len() {
                    self.clients[first_joining].only_listen();
                }
                first_joining += 1;
            }
            if before != first_joining {
                progress_at = Instant::now();
                told(first_joining);
            } else if progress_at.elapsed() > JOIN_PATIENCE {
                return Err(self.why_not(first_joining).into());
            }
            thread::sleep(PAUSE);
        }
        self.ports = self.clients.iter().flat_map(LoadClient::ports).collect();
        Ok(())
    }

    /// Whether voice takes the fast path for all clients; by default, that is the server's choice.
    pub(super) fn is_on_fast_path(&self) -> bool {
        self.clients.iter().all(LoadClient::is_on_fast_path)
    }

    /// Lets time pass without speech.
    pub(super) fn idle(&mut self, time: Duration) -> Result<(), Box<dyn Error>> {
        let end = Instant::now() + time;
        let pause = IDLE_PAUSE + IDLE_PAUSE_PER_CLIENT * self.clients.len() as u32;
        while Instant::now() < end {
            self.sweep(&mut None)?;
            thread::sleep(pause.min(end.saturating_duration_since(Instant::now())));
        }
        Ok(())
    }

    /// Makes the kernel record when frames arrive: exact, at a small cost for the sender.
    pub(super) fn stamp_arrivals(&mut self) -> io::Result<()> {
        self.clients.iter().try_for_each(LoadClient::stamp)?;
        self.buffers.inbox.expect_stamps();
        Ok(())
    }

    /// Lets all speakers speak at this rate of frames per second, for `warm_up` and then for the measured `time`.
    pub(super) fn talk(
        &mut self,
        rate: f64,
        warm_up: Duration,
        time: Duration,
        server: Option<&ProcessFigures>,
    ) -> Result<Step, Box<dyn Error>> {
        let dropped_before = socket_drops(&self.ports);
        let start = Instant::now();
        let mut talk = Some(Talk::new(start, self.audiences.len(), rate, self.step + 1));
        self.carry_until(start + warm_up, &mut talk)?;

        self.step += 2;
        self.buffers.heard.begin(self.step);
        let warm = talk.take();
        talk = warm.map(|warm| warm.begin(self.step));
        let (began, cpu_before) = (Instant::now(), server.map(ProcessFigures::cpu_time).transpose()?);
        let own_before = thread_clock::now();
        self.carry_until(began + time, &mut talk)?;
        let elapsed = began.elapsed();
        let own_time = thread_clock::now().saturating_sub(own_before);
        let cpu_time = server
            .map(ProcessFigures::cpu_time)
            .transpose()?
            .zip(cpu_before)
            .map(|(now, before)| now.saturating_sub(before));

        let talk = talk.unwrap_or_else(|| Talk::new(start, 1, rate, self.step));
        self.carry_until(Instant::now() + STRAGGLERS, &mut None)?;
        Ok(Step {
            rate,
            elapsed,
            cpu_time,
            own_time,
            asked: rate * self.audiences.len() as f64 * elapsed.as_secs_f64(),
            sent: talk.sent,
            expected: talk.expected,
            heard: self.buffers.heard.frames(),
            delays: self.buffers.heard.delays().clone(),
            lateness: talk.lateness,
            dropped_here: socket_drops(&self.ports) - dropped_before,
        })
    }

    /// Lets all clients say goodbye.
    pub(super) fn leave(mut self) -> io::Result<()> {
        let now = self.now();
        self.clients.iter_mut().try_for_each(|client| client.leave(now, &mut self.buffers))
    }

    fn is_in(&self, client: &LoadClient) -> bool {
        *client.progress() == JoinProgress::Joined && (client.is_on_fast_path() || !self.wants_fast_path)
    }

    fn why_not(&self, index: usize) -> String {
        let has_joined = self.clients.get(index).is_some_and(|it| *it.progress() == JoinProgress::Joined);
        let what = if has_joined { "has joined, but its fast path does not open" } else { "does not get in" };
        format!("{index} clients are in, and the next {what}")
    }

    fn carry_until(&mut self, end: Instant, talk: &mut Option<Talk>) -> Result<(), Box<dyn Error>> {
        let mut next_sweep = Instant::now();
        loop {
            let now = Instant::now();
            if now >= end {
                return Ok(());
            }
            self.say_what_is_due(talk)?;
            if now >= next_sweep {
                self.sweep(talk)?;
                next_sweep = Instant::now() + PAUSE;
            }
            let next_frame = talk.as_ref().map_or(end, |talk| talk.schedule.next_at());
            let wake_at = next_sweep.min(next_frame).min(end);
            if let Some(sleep) = wake_at.checked_duration_since(Instant::now()) {
                thread::sleep(sleep);
            }
        }
    }

    /// Serves each client; speakers send frames that are due meanwhile.
    fn sweep(&mut self, talk: &mut Option<Talk>) -> Result<(), Box<dyn Error>> {
        for index in 0..self.clients.len() {
            let now = self.now();
            let client = &mut self.clients[index];
            let datagrams = client.run_once(now, &mut self.buffers)?;
            if let JoinProgress::Gone(reason) = client.progress() {
                return Err(format!("the connection of client {index} has ended: {reason}").into());
            }
            if datagrams > 0 {
                self.say_what_is_due(talk)?;
            }
        }
        Ok(())
    }

    fn say_what_is_due(&mut self, talk: &mut Option<Talk>) -> Result<(), Box<dyn Error>> {
        let Some(talk) = talk else { return Ok(()) };
        let now = self.now();
        while let Some(due) = talk.schedule.next_due(now.instant) {
            let frame = self.frames.next(talk.step, Stamp::now());
            self.clients[due.speaker].speak(now, frame, &mut self.buffers)?;
            talk.sent += 1;
            talk.expected += self.audiences[due.speaker];
            talk.lateness.add(due.late);
        }
        Ok(())
    }

    fn now(&self) -> Now {
        Now::since(self.started)
    }
}

/// Ongoing speech.
struct Talk {
    schedule: Schedule,
    step: u32,
    sent: u64,
    expected: u64,
    lateness: Delays,
}

impl Talk {
    fn new(start: Instant, speakers: usize, rate: f64, step: u32) -> Self {
        let schedule = Schedule::new(start, speakers, rate);
        Self { schedule, step, sent: 0, expected: 0, lateness: Delays::new() }
    }

    /// The same speech, counted again.
    fn begin(self, step: u32) -> Self {
        Self { step, sent: 0, expected: 0, lateness: Delays::new(), ..self }
    }
}

/// The error message for too few file descriptors, with the remedy.
fn too_many(error: &io::Error) -> String {
    format!("one more client cannot be made ({error}); raise `ulimit -n` or ask for fewer")
}
