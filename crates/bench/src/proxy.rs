//! `consonance-bench proxy`: the delay of a game's messages through a proxy, and the cost of each.
//!
//! The proxy is a process of its own, on a core of its own. Crowds of clients play the same game with the same
//! stand-in for its server: one connects to that server directly, one to the proxy, and, where the network is UDP, one
//! to a bare forwarder on the proxy's core. They take turns within one run, so that all meet the same
//! machine; some of those behind the proxy speak to all others all the time.

mod bare_forwarder;
mod crowd;
mod game;
mod meter;
mod networks;
mod player;
mod report;
mod side;
mod stamped;

use std::error::Error;
use std::net::SocketAddr;
use std::num::NonZero;
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use rustix::thread::set_current_timer_slack;

use super::child_process::ChildProcess;
use super::schedule::Schedule;
use super::turns::Turns;
use bare_forwarder::BareForwarder;
use crowd::Crowd;
use game::Game;
use meter::Meter;
use networks::{NETWORKS, Network};
use player::Now;
use side::Side;

/// The players, and the speakers.
#[derive(Debug, Args)]
pub(crate) struct ProxyBench {
    /// The game's network, as `consonance proxy` calls it.
    #[arg(long, value_name = "NETWORK", default_value = "mirror", value_parser = network_parser())]
    network: &'static Network,
    /// How many clients each crowd has.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    clients: u16,
    /// How many of those behind the proxy speak, each to all others, 50 frames of 120 bytes per second.
    #[arg(long, default_value_t = 10)]
    speakers: u16,
    /// Messages of the game per second from each client, and as many to it; one in ten is reliable.
    #[arg(long, default_value_t = 60.0)]
    rate: f64,
    /// How long is measured, over all ways.
    #[arg(long, default_value_t = 12.0)]
    seconds: f64,
    #[command(flatten)]
    turns: Turns,
}

/// The time before a measurement; shorter if the measurement is.
const WARM_UP: Duration = Duration::from_millis(700);
/// The longest time in which messages may arrive to be counted.
const AFTERWARDS: Duration = Duration::from_millis(200);
/// The time limit for all players to join.
const PATIENCE: Duration = Duration::from_mins(1);
const FRAMES_PER_S: f64 = 50.0;
/// Long enough to spare the core, short enough not to affect the figures.
const REST: Duration = Duration::from_micros(20);

fn network_parser() -> impl TypedValueParser<Value = &'static Network> {
    PossibleValuesParser::new(NETWORKS.iter().map(|network| network.name))
        .try_map(|name| NETWORKS.iter().find(|network| network.name == name).ok_or("unknown network"))
}

pub(crate) fn run(bench: &ProxyBench) -> Result<(), Box<dyn Error>> {
    let _ = set_current_timer_slack(NonZero::new(1));
    let network = bench.network;
    let game = Game::open(network)?;
    let upstream = game.address().to_string();
    let arguments = ["proxy", network.name, "--listen", "127.0.0.1:0", "--upstream", &upstream];
    let proxy = ChildProcess::start(&bench.turns.measured, 1, &arguments, NO_SETTINGS, address_in)?;
    let bare =
        network.is_datagrams.then(|| BareForwarder::start(proxy.core(), game.address())).transpose()?;
    let mut fixture = Fixture::fill(bench, game, bare, *proxy.address())?;
    let figures = proxy.figures();
    let mut totals: Vec<(Side, Total)> =
        fixture.crowds.iter().map(|(side, _)| (*side, Total::default())).collect();
    let time = bench.turns.length(totals.len(), bench.seconds);
    for _ in 0..bench.turns.rounds {
        for (side, total) in &mut totals {
            fixture.play(bench, *side, WARM_UP.min(time))?;
            fixture.meter = Meter::default();
            let (began, cpu_before, proxy_before) =
                (Instant::now(), figures.cpu_time()?, fixture.bare_cpu_time());
            fixture.play(bench, *side, time)?;
            // Packets in flight count, too.
            fixture.idle(AFTERWARDS)?;
            total.wall += began.elapsed();
            total.cpu += figures.cpu_time()?.saturating_sub(cpu_before);
            total.bare_cpu += fixture.bare_cpu_time().saturating_sub(proxy_before);
            total.meter.add(&fixture.meter);
        }
    }
    bench.turns.print(&report::report(bench, &totals))
}

/// The totals of one side over all its turns.
#[derive(Default)]
struct Total {
    meter: Meter,
    wall: Duration,
    /// The processor time of the proxy's process.
    cpu: Duration,
    /// The processor time of the bare forwarder's thread.
    bare_cpu: Duration,
}

struct Fixture {
    game: Game,
    /// The crowds; the proxy's is the last.
    crowds: Vec<(Side, Crowd)>,
    bare: Option<BareForwarder>,
    voice: Schedule,
    meter: Meter,
    started: Instant,
}

impl Fixture {
    fn fill(
        bench: &ProxyBench,
        game: Game,
        bare: Option<BareForwarder>,
        proxy: SocketAddr,
    ) -> Result<Self, Box<dyn Error>> {
        let started = Instant::now();
        let now = Now::since(started);
        let clients = usize::from(bench.clients);
        let speakers = usize::from(bench.speakers.min(bench.clients));
        let ways = [
            Some((Side::Direct, game.address(), None)),
            bare.as_ref().map(|bare| (Side::Bare, bare.address(), None)),
            Some((Side::Proxied, proxy, Some(speakers))),
        ];
        let mut crowds = Vec::new();
        for (side, address, speakers) in ways.into_iter().flatten() {
            crowds.push((side, Crowd::connect(now, bench.network, (side, address), clients, speakers)?));
        }
        let voice = Schedule::new(started, speakers.max(1), FRAMES_PER_S);
        let mut fixture = Self { game, crowds, bare, voice, meter: Meter::default(), started };
        let deadline = started + PATIENCE;
        while !fixture.crowds.iter().all(|(_, crowd)| crowd.is_in()) {
            if Instant::now() > deadline {
                return Err(fixture.missing_players().into());
            }
            fixture.run_once(true)?;
        }
        Ok(fixture)
    }

    fn missing_players(&self) -> String {
        let ways = self.crowds.iter().filter(|(_, crowd)| !crowd.is_in());
        let ways: Vec<_> = ways.map(|(side, crowd)| format!("{} {}", crowd.missing(), side.name())).collect();
        format!("not all clients came in within a minute; missing are: {}", ways.join(", "))
    }

    /// Lets one crowd play, and its speakers speak.
    fn play(&mut self, bench: &ProxyBench, side: Side, time: Duration) -> Result<(), Box<dyn Error>> {
        let began = Instant::now();
        let clients = usize::from(bench.clients);
        let mut to_server = Schedule::new(began, clients, bench.rate);
        let mut from_server = Schedule::new(began, clients, bench.rate);
        while began.elapsed() < time {
            let now = Now::since(self.started);
            while let Some(due) = to_server.next_due(now.instant) {
                for (_, crowd) in self.crowds.iter_mut().filter(|(of, _)| *of == side) {
                    crowd.play(now, due.speaker, &mut self.meter);
                }
            }
            while let Some(due) = from_server.next_due(now.instant) {
                self.game.play(now, side, due.speaker, &mut self.meter);
            }
            self.run_once(false)?;
        }
        Ok(())
    }

    fn idle(&mut self, time: Duration) -> Result<(), Box<dyn Error>> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.run_once(false)?;
        }
        Ok(())
    }

    /// The bare forwarder's processor time; 0 without one.
    fn bare_cpu_time(&self) -> Duration {
        self.bare.as_ref().map_or(Duration::ZERO, BareForwarder::cpu_time)
    }

    /// Lets all players handle their packets, and speakers speak. While players join, they identify themselves to the
    /// game.
    fn run_once(&mut self, is_introducing: bool) -> Result<(), Box<dyn Error>> {
        let now = Now::since(self.started);
        while let Some(due) = self.voice.next_due(now.instant) {
            for (_, crowd) in self.crowds.iter_mut().filter(|(side, _)| *side == Side::Proxied) {
                crowd.speak(now, due.speaker);
            }
        }
        let mut came = self.game.run_once(now, &mut self.meter);
        for (side, crowd) in self.crowds.iter_mut().rev() {
            if is_introducing {
                crowd.introduce(now, *side);
            }
            came += crowd.run_once(now, &mut self.meter)?;
        }
        if came == 0 {
            std::thread::sleep(REST);
        }
        Ok(())
    }
}

const NO_SETTINGS: [(&str, &str); 0] = [];

/// The address for clients, from a line of the proxy's output.
fn address_in(line: &str) -> Option<SocketAddr> {
    line.split_once(" is open over ")?.1.split_once(" at ")?.1.split(';').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_out_of_the_line_that_the_proxy_prints() {
        let line = "session \"main\" is open over mirror-kcp at 127.0.0.1:5; everything but voice is forwarded to the game's server";
        assert_eq!(address_in(line), "127.0.0.1:5".parse().ok());
        assert_eq!(address_in("session \"main\" is open"), None);
    }
}
