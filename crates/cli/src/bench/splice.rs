//! `consonance bench splice`: how much later a game's messages are through a splice, and what each costs.
//!
//! The splice is a process of its own, on a core of its own. Two crowds of clients play the same game with the same stand-in
//! for its server: one connects to that server directly, one to the splice. They take turns within one run, so that both
//! meet the same machine; some of the second crowd speak to all others all the time.

mod crowd;
mod game;
mod meter;
mod networks;
mod player;
mod stamped;

use std::error::Error;
use std::net::SocketAddr;
use std::num::NonZero;
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use rustix::thread::set_current_timer_slack;
use serde_json::{Map, Value};

use super::child_process::ChildProcess;
use super::schedule::Schedule;
use super::table::print_object;
use crowd::Crowd;
use game::Game;
use meter::Meter;
use networks::{NETWORKS, Network};
use player::Now;

/// Who plays, and who speaks.
#[derive(Debug, Args)]
pub(crate) struct SpliceBench {
    /// The game's network, as `consonance splice` calls it.
    #[arg(long, value_name = "NETWORK", default_value = "mirror", value_parser = network_parser())]
    network: &'static Network,
    /// How many clients each crowd has.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    clients: u16,
    /// How many of those behind the splice speak, each to all others, 50 frames of 120 bytes per second.
    #[arg(long, default_value_t = 10)]
    speakers: u16,
    /// Messages of the game per second from each client, and as many to it; one in ten is reliable.
    #[arg(long, default_value_t = 60.0)]
    rate: f64,
    /// How long is measured, half of it through the splice.
    #[arg(long, default_value_t = 12.0)]
    seconds: f64,
    /// Print a JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// Either crowd has as many turns, one after the other.
const ROUNDS: u32 = 3;
/// Before anything counts.
const WARM_UP: Duration = Duration::from_millis(700);
/// How long messages may take at most to be counted.
const AFTERWARDS: Duration = Duration::from_millis(200);
/// How long everybody has to come in.
const PATIENCE: Duration = Duration::from_mins(1);
const FRAMES_PER_S: f64 = 50.0;
/// Long enough not to burn the core, short enough not to be seen in the figures.
const REST: Duration = Duration::from_micros(20);

fn network_parser() -> impl TypedValueParser<Value = &'static Network> {
    PossibleValuesParser::new(NETWORKS.iter().map(|network| network.name)).try_map(|name| {
        NETWORKS.iter().find(|network| network.name == name).ok_or("there is no such network")
    })
}

pub(crate) fn run(bench: &SpliceBench) -> Result<(), Box<dyn Error>> {
    let _ = set_current_timer_slack(NonZero::new(1));
    let network = bench.network;
    let game = Game::open(network)?;
    let upstream = game.address().to_string();
    let arguments = ["splice", network.name, "--listen", "127.0.0.1:0", "--upstream", &upstream];
    let splice = ChildProcess::start(&arguments, [], address_in)?;
    let mut stage = Stage::fill(bench, network, game, *splice.address())?;
    let figures = splice.figures();
    let (mut direct, mut spliced) = (Total::default(), Total::default());
    let time = Duration::from_secs_f64(bench.seconds.max(1.0) / f64::from(2 * ROUNDS));
    for _ in 0..ROUNDS {
        for (side, total) in [(Side::Direct, &mut direct), (Side::Spliced, &mut spliced)] {
            stage.play(bench, side, WARM_UP)?;
            stage.meter = Meter::default();
            let (began, cpu_before) = (Instant::now(), figures.cpu_time()?);
            stage.play(bench, side, time)?;
            // What is still on its way counts, too.
            stage.idle(AFTERWARDS)?;
            total.wall += began.elapsed();
            total.cpu += figures.cpu_time()?.saturating_sub(cpu_before);
            total.meter.add(&stage.meter);
        }
    }
    print_object(&report(bench, &direct, &spliced), bench.json)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Direct,
    Spliced,
}

/// What one side's turns came to.
#[derive(Default)]
struct Total {
    meter: Meter,
    wall: Duration,
    /// Of the splice's process.
    cpu: Duration,
}

struct Stage {
    game: Game,
    direct: Crowd,
    spliced: Crowd,
    voice: Schedule,
    meter: Meter,
    started: Instant,
}

impl Stage {
    fn fill(
        bench: &SpliceBench,
        network: &'static Network,
        game: Game,
        splice: SocketAddr,
    ) -> Result<Self, Box<dyn Error>> {
        let started = Instant::now();
        let now = Now::since(started);
        let clients = usize::from(bench.clients);
        let speakers = usize::from(bench.speakers.min(bench.clients));
        let direct = Crowd::connect(now, network, game.address(), clients, None)?;
        let spliced = Crowd::connect(now, network, splice, clients, Some(speakers))?;
        let voice = Schedule::new(started, speakers.max(1), FRAMES_PER_S);
        let mut stage = Self { game, direct, spliced, voice, meter: Meter::default(), started };
        let deadline = started + PATIENCE;
        while !(stage.direct.is_in() && stage.spliced.is_in()) {
            if Instant::now() > deadline {
                return Err("not all clients came in within a minute".into());
            }
            stage.turn(true)?;
        }
        Ok(stage)
    }

    /// Lets one crowd play, and everybody speak who speaks.
    fn play(&mut self, bench: &SpliceBench, side: Side, time: Duration) -> Result<(), Box<dyn Error>> {
        let began = Instant::now();
        let clients = usize::from(bench.clients);
        let mut to_server = Schedule::new(began, clients, bench.rate);
        let mut from_server = Schedule::new(began, clients, bench.rate);
        while began.elapsed() < time {
            let now = Now::since(self.started);
            let crowd = match side {
                Side::Direct => &mut self.direct,
                Side::Spliced => &mut self.spliced,
            };
            while let Some(due) = to_server.next_due(now.instant) {
                crowd.play(now, due.speaker, &mut self.meter);
            }
            let is_spliced = side == Side::Spliced;
            while let Some(due) = from_server.next_due(now.instant) {
                self.game.play(now, is_spliced, due.speaker, &mut self.meter);
            }
            self.turn(false)?;
        }
        Ok(())
    }

    fn idle(&mut self, time: Duration) -> Result<(), Box<dyn Error>> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.turn(false)?;
        }
        Ok(())
    }

    /// Everybody takes what came; those who speak do. While all come in, the game's messages say who is who.
    fn turn(&mut self, is_introducing: bool) -> Result<(), Box<dyn Error>> {
        let now = Now::since(self.started);
        while let Some(due) = self.voice.next_due(now.instant) {
            self.spliced.speak(now, due.speaker);
        }
        if is_introducing {
            self.direct.introduce(now, false);
            self.spliced.introduce(now, true);
        }
        let came = self.game.turn(now, &mut self.meter)
            + self.spliced.turn(now, &mut self.meter)?
            + self.direct.turn(now, &mut self.meter)?;
        if came == 0 {
            std::thread::sleep(REST);
        }
        Ok(())
    }
}

fn report(bench: &SpliceBench, direct: &Total, spliced: &Total) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: f64| {
        let value = (value * 10.0).round() / 10.0;
        let value = if value.fract() == 0.0 { Value::from(value as i64) } else { Value::from(value) };
        fields.insert(name.to_owned(), value);
    };
    put("clients", bench.clients.into());
    put("speakers", bench.speakers.into());
    put("messages_per_s_each_way", bench.rate);
    for (kind, of) in [("unreliable", false), ("reliable", true)] {
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            let micros = |total: &Total| {
                total.meter.delays(of).quantile(share).map_or(0.0, |it| it.as_secs_f64() * 1e6)
            };
            put(&format!("{kind}_direct_{name}_us"), micros(direct));
            put(&format!("{kind}_spliced_{name}_us"), micros(spliced));
            put(&format!("{kind}_added_{name}_us"), micros(spliced) - micros(direct));
        }
    }
    put("direct_lost", direct.meter.lost() as f64);
    put("spliced_lost", spliced.meter.lost() as f64);
    put("voice_heard_per_s", spliced.meter.voice as f64 / spliced.wall.as_secs_f64());
    let share = |total: &Total| total.cpu.as_secs_f64() / total.wall.as_secs_f64();
    put("splice_cpu_percent_voice_alone", 100.0 * share(direct));
    put("splice_cpu_percent", 100.0 * share(spliced));
    let messages_per_s = spliced.meter.received() as f64 / spliced.wall.as_secs_f64();
    put("game_messages_per_s", messages_per_s);
    put("cpu_per_message_us", 1e6 * (share(spliced) - share(direct)) / messages_per_s);
    fields
}

/// The splice says where clients are taken.
fn address_in(line: &str) -> Option<SocketAddr> {
    line.split_once(" is open over ")?.1.split_once(" at ")?.1.split(';').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_out_of_the_line_that_the_splice_prints() {
        let line = "session \"main\" is open over mirror-kcp at 127.0.0.1:5; all but voice goes on to the game's server";
        assert_eq!(address_in(line), "127.0.0.1:5".parse().ok());
        assert_eq!(address_in("session \"main\" is open"), None);
    }
}
