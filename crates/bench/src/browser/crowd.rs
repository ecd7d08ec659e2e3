//! All groups at one server, and the turn of one of them.

use std::error::Error;
use std::net::ToSocketAddrs as _;
use std::thread;
use std::time::{Duration, Instant};

use consonance_quic::sans_io::Dialer;
use consonance_quic::{FastPath, QuicAddress, QuicClientSettings};

use super::group::{Cast, Group};
use super::player::Sounds;
use crate::delays::Delays;
use crate::load::client::Now;
use crate::process_figures::ProcessFigures;
use crate::schedule::Schedule;

pub(super) struct Crowd {
    groups: Vec<Group>,
    dialer: Dialer,
    sounds: Sounds,
    started: Instant,
    others_at: Instant,
}

/// The result of one group's turns.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) delays: Delays,
    pub(super) said: u64,
    pub(super) expected: u64,
    pub(super) heard: u64,
    pub(super) wall: Duration,
    /// The processor time of the server's process.
    pub(super) cpu: Duration,
}

/// Equivalent to 48 kbit/s.
const FRAME_BYTES: usize = 120;
const FRAMES_PER_S: f64 = 50.0;
/// The time limit for all players to join.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest time in which frames may arrive to be counted.
const AFTERWARDS: Duration = Duration::from_millis(200);
/// The interval at which waiting players are served.
const OTHERS: Duration = Duration::from_millis(20);
/// Long enough to spare the core, short enough not to affect the figures.
const REST: Duration = Duration::from_micros(20);

impl Crowd {
    /// Lets all players join, one group after the other.
    pub(super) fn gather(native: &QuicAddress, page: &str, casts: &[Cast]) -> Result<Self, Box<dyn Error>> {
        let remote =
            (native.host(), native.port()).to_socket_addrs()?.next().ok_or("the server has no address")?;
        let settings = QuicClientSettings { fast_path: FastPath::On, ..QuicClientSettings::default() };
        let (started, sounds) = (Instant::now(), Sounds::new(FRAME_BYTES));
        let dialer = Dialer::new(native, remote, settings);
        let mut crowd = Self { groups: Vec::new(), dialer, sounds, started, others_at: started };
        for cast in casts {
            crowd.join(page, cast)?;
        }
        Ok(crowd)
    }

    /// Lets another group join.
    pub(super) fn join(&mut self, page: &str, cast: &Cast) -> Result<(), Box<dyn Error>> {
        self.groups.push(Group::new(cast));
        for _ in 0..cast.players() {
            // Serve the others meanwhile, as a client that is silent for too long counts as lost.
            if let Some(group) = self.groups.last_mut() {
                group.dial(cast, &self.dialer, page, Now::since(self.started))?;
            }
            self.run_once(None)?;
        }
        let deadline = Instant::now() + PATIENCE;
        while !self.groups.iter().all(Group::is_in) {
            if Instant::now() > deadline {
                return Err(format!("not all players of session {:?} come in", cast.session).into());
            }
            self.run_once(None)?;
        }
        Ok(())
    }

    /// The same as [`talk`](Self::talk), with the result.
    pub(super) fn measured(
        &mut self,
        group: Option<usize>,
        time: Duration,
        figures: &ProcessFigures,
    ) -> Result<Turn, Box<dyn Error>> {
        self.sounds.step += 1;
        self.sounds.buffers.heard.begin(self.sounds.step);
        let (began, cpu_before) = (Instant::now(), figures.cpu_time()?);
        let said = self.talk(group, time)?;
        self.talk(None, AFTERWARDS)?;
        let heard = &self.sounds.buffers.heard;
        let listeners = group.map_or(0, |group| self.groups[group].listeners as u64);
        Ok(Turn {
            delays: heard.delays().clone(),
            said,
            expected: said * listeners,
            heard: heard.frames(),
            wall: began.elapsed(),
            cpu: figures.cpu_time()?.saturating_sub(cpu_before),
        })
    }

    /// Lets the speakers of one group speak, or none; returns the number of frames they sent.
    pub(super) fn talk(&mut self, group: Option<usize>, time: Duration) -> Result<u64, Box<dyn Error>> {
        let began = Instant::now();
        let speakers = group.map_or(1, |group| self.groups[group].speakers);
        let mut schedule = Schedule::new(began, speakers, FRAMES_PER_S);
        let mut said = 0;
        while began.elapsed() < time {
            let now = Now::since(self.started);
            while let Some((group, due)) = group.and_then(|it| Some((it, schedule.next_due(now.instant)?))) {
                self.groups[group].speak(due.speaker, now, &mut self.sounds)?;
                said += 1;
            }
            self.run_once(group)?;
        }
        Ok(said)
    }

    /// Lets one group handle its datagrams; every [`OTHERS`], all groups do.
    fn run_once(&mut self, group: Option<usize>) -> Result<(), Box<dyn Error>> {
        let now = Now::since(self.started);
        let mut came = 0;
        if group.is_none() || self.others_at <= now.instant {
            self.others_at = now.instant + OTHERS;
            for group in &mut self.groups {
                came += group.run_once(now, &mut self.sounds)?;
            }
        } else if let Some(group) = group {
            came += self.groups[group].run_once(now, &mut self.sounds)?;
        }
        if came == 0 {
            thread::sleep(REST);
        }
        Ok(())
    }
}

impl Turn {
    pub(super) fn add(&mut self, other: &Self) {
        self.delays.merge(&other.delays);
        self.said += other.said;
        self.expected += other.expected;
        self.heard += other.heard;
        self.wall += other.wall;
        self.cpu += other.cpu;
    }

    /// The server's share of a core.
    pub(super) fn cpu_share(&self) -> f64 {
        self.cpu.as_secs_f64() / self.wall.as_secs_f64()
    }

    pub(super) fn said_per_s(&self) -> f64 {
        self.said as f64 / self.wall.as_secs_f64()
    }
}

impl Default for Turn {
    fn default() -> Self {
        let (wall, cpu) = (Duration::ZERO, Duration::ZERO);
        Self { delays: Delays::new(), said: 0, expected: 0, heard: 0, wall, cpu }
    }
}
