//! `consonance-bench murmur`: our server and Mumble's, in turn, at the rate of speech.
//!
//! Both have the same core, clients that send frames of the same size, and encrypted UDP; Mumble's is Debian's package
//! `mumble-server`. The result is the number of frames that are heard per second of the server's processor time.

mod client;
mod server;

use std::error::Error;
use std::num::NonZero;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use consonance_mumble::control::messages::{ChannelUpdate, UserState};
use consonance_testing::murmur::{MURMUR_PASSWORD, Murmur};
use rustix::thread::set_current_timer_slack;
use serde_json::Value;

use super::load::probe::{Frames, Stamp};
use super::median::median;
use super::schedule::Schedule;
use super::table::Table;
use super::{cores, seconds};
use client::MurmurClient;
use server::MurmurServer;

/// How long, and how often.
#[derive(Debug, Args)]
pub(crate) struct MurmurBench {
    /// How often each server has its turn in each row.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=100))]
    rounds: u8,
    /// How long each turn is measured.
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    seconds: f64,
    /// Print one JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Players in one row.
#[derive(Clone, Copy, Debug)]
struct Scene {
    clients: usize,
    speakers: usize,
    rooms: usize,
}

const SCENES: [Scene; 4] = [
    Scene { clients: 101, speakers: 1, rooms: 1 },
    Scene { clients: 101, speakers: 8, rooms: 1 },
    Scene { clients: 101, speakers: 16, rooms: 1 },
    Scene { clients: 64, speakers: 8, rooms: 8 },
];
const FRAME_BYTES: usize = 120;
const RATE: f64 = 50.0;
/// How long clients may take to join.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time before the measurement.
const WARM_UP: Duration = Duration::from_secs(1);
/// The pause between two passes over all sockets.
const PAUSE: Duration = Duration::from_millis(1);
const STRAGGLERS: Duration = Duration::from_millis(100);

pub(crate) fn run(bench: &MurmurBench) -> Result<(), Box<dyn Error>> {
    if !Murmur::is_installed() {
        return Err("skipped: there is no Murmur here; install `mumble-server`".into());
    }
    let _ = set_current_timer_slack(NonZero::new(1));
    let fields = [
        "clients",
        "speakers",
        "rooms",
        "out_per_cpu_s",
        "least",
        "most",
        "murmur_out_per_cpu_s",
        "murmur_least",
        "murmur_most",
        "ratio",
        "murmur_loss",
    ];
    let table = Table::start(fields, bench.json)?;
    for scene in SCENES {
        let (mut ours, mut theirs, mut loss) = (Vec::new(), Vec::new(), 0.0_f64);
        for _ in 0..bench.rounds {
            ours.push(scene.measure_ours(bench.seconds)?);
            let (figure, share) = scene.measure_murmur(bench.seconds)?;
            theirs.push(figure);
            loss = loss.max(share);
        }
        let (ours, theirs) = (Spread::of(ours), Spread::of(theirs));
        table.row([
            scene.clients as f64,
            scene.speakers as f64,
            scene.rooms as f64,
            ours.median.round(),
            ours.least.round(),
            ours.most.round(),
            theirs.median.round(),
            theirs.least.round(),
            theirs.most.round(),
            ours.median / theirs.median,
            loss,
        ])?;
    }
    Ok(())
}

impl Scene {
    /// Runs `consonance-bench load` in a separate process, which also runs its clients in one thread.
    fn measure_ours(self, seconds: f64) -> Result<f64, Box<dyn Error>> {
        cores::stay_anywhere()?;
        let mut load = Command::new(std::env::current_exe()?);
        load.args(["load", "--fast", "--skip-memory", "--json", "--rate", &RATE.to_string()]);
        load.args(["--frame-bytes", &FRAME_BYTES.to_string(), "--seconds", &seconds.to_string()]);
        load.args(["--clients", &self.clients.to_string(), "--speakers", &self.speakers.to_string()]);
        let output = load.args(["--rooms", &self.rooms.to_string()]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let result: Value = serde_json::from_str(text.lines().last().ok_or("the load printed nothing")?)?;
        Ok(result["frames_out_per_server_cpu_s"].as_f64().ok_or("the load has no figure")?)
    }

    /// Measures frames out per CPU second, and the share that was lost.
    fn measure_murmur(self, seconds: f64) -> Result<(f64, f64), Box<dyn Error>> {
        cores::stay_anywhere()?;
        let server = MurmurServer::start()?;
        let _ = cores::keep_off(server.core());
        let mut crowd = Crowd { clients: Vec::new() };
        crowd.join(self, &server)?;
        let figures = server.figures();
        let mut frames = Frames::new(std::process::id(), FRAME_BYTES);
        crowd.talk(self, &mut frames, WARM_UP)?;
        let before = figures.cpu_time()?;
        let (sent, heard) = crowd.talk(self, &mut frames, Duration::from_secs_f64(seconds))?;
        let cpu = figures.cpu_time()?.saturating_sub(before);
        let expected = sent as f64 * (self.clients / self.rooms - 1) as f64;
        Ok((heard as f64 / cpu.as_secs_f64(), (1.0 - heard as f64 / expected).max(0.0)))
    }
}

/// All clients of one server, run by one thread.
struct Crowd {
    clients: Vec<MurmurClient>,
}

impl Crowd {
    fn join(&mut self, scene: Scene, server: &MurmurServer) -> Result<(), Box<dyn Error>> {
        for index in 0..scene.clients {
            let name = format!("load-{index}");
            self.clients.push(MurmurClient::dial(server.address(), &name, None)?);
            self.until("a client is in", |clients| clients.last().is_some_and(MurmurClient::is_in))?;
        }
        if scene.rooms > 1 {
            self.spread_over_rooms(scene, server)?;
        }
        self.clients.iter_mut().try_for_each(MurmurClient::ping)?;
        Ok(())
    }

    /// Makes rooms and moves the clients to them, as an administrator, since others may not.
    fn spread_over_rooms(&mut self, scene: Scene, server: &MurmurServer) -> Result<(), Box<dyn Error>> {
        let administrator = MurmurClient::dial(server.address(), "SuperUser", Some(MURMUR_PASSWORD))?;
        self.clients.push(administrator);
        self.until("the administrator is in", |clients| clients.last().is_some_and(MurmurClient::is_in))?;
        let room = |index: usize| format!("room {index}");
        for index in 0..scene.rooms {
            let parent = Some(0);
            let made = ChannelUpdate { parent, name: Some(room(index)), ..ChannelUpdate::default() };
            self.administrator().send(made)?;
        }
        let knows_all =
            |client: &MurmurClient| (0..scene.rooms).all(|it| client.channels.contains_key(&room(it)));
        self.until("there are rooms", |clients| clients.last().is_some_and(knows_all))?;
        for index in 0..scene.clients {
            let session = self.clients[index].number;
            let channel = self.administrator().channels[&room(index % scene.rooms)];
            let moved = UserState { session, channel_id: Some(channel), ..UserState::default() };
            self.administrator().send(moved)?;
            self.until("it has moved", |clients| clients[index].channel == Some(channel))?;
        }
        self.clients.pop();
        Ok(())
    }

    fn administrator(&mut self) -> &mut MurmurClient {
        self.clients.last_mut().expect("there are clients")
    }

    fn until(&mut self, what: &str, is_so: impl Fn(&[MurmurClient]) -> bool) -> Result<(), Box<dyn Error>> {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(&self.clients) {
            if Instant::now() > deadline {
                return Err(format!("timed out waiting until {what}").into());
            }
            self.clients.iter_mut().try_for_each(MurmurClient::run_once)?;
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Lets the first clients speak; returns how many frames were sent and heard.
    fn talk(
        &mut self,
        scene: Scene,
        frames: &mut Frames,
        time: Duration,
    ) -> Result<(u64, u64), Box<dyn Error>> {
        let (began, mut sent, mut heard) = (Instant::now(), 0, 0);
        let mut schedule = Schedule::new(began, scene.speakers, RATE);
        while began.elapsed() < time {
            while let Some(due) = schedule.next_due(Instant::now()) {
                self.clients[due.speaker].speak(frames.next(1, Stamp::now()))?;
                sent += 1;
            }
            heard += self.hear()?;
            thread::sleep(PAUSE);
        }
        thread::sleep(STRAGGLERS);
        Ok((sent, heard + self.hear()?))
    }

    fn hear(&mut self) -> Result<u64, Box<dyn Error>> {
        self.clients.iter_mut().map(MurmurClient::hear).sum()
    }
}

/// The median of several runs, and their range.
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(figures: Vec<f64>) -> Self {
        let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
        let most = figures.iter().copied().fold(0.0, f64::max);
        Self { median: median(figures), least, most }
    }
}
