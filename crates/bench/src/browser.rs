//! `consonance-bench browser`: what players in browsers cost a server, and how much later their voices are.
//!
//! The server is a process of its own, on a core of its own. One thread carries all players: native ones as in `bench
//! load`, and browsers as the tests have them, with ICE, DTLS and SRTP. Groups of them take turns within one run, each
//! in a session of its own, so that all meet the same machine:
//!
//! * native speakers and one native listener, to compare with;
//! * speaking browsers, and one native listener;
//! * native speakers, and one browser that listens;
//! * many listening browsers, some of which speak.

mod crowd;
mod group;
mod memory;
mod player;

use std::cell::Cell;
use std::error::Error;
use std::num::NonZero;
use std::time::Duration;

use clap::Args;
use consonance_quic::QuicAddress;
use rustix::thread::set_current_timer_slack;
use serde_json::{Map, Value};

use super::child_process::{ChildProcess, MeasuredProgram};
use super::delays::Delays;
use super::turns::Turns;
use crowd::{Crowd, Turn};
use group::{Cast, Kind};

/// The speakers, and the number of listeners.
#[derive(Debug, Args)]
pub(crate) struct BrowserBench {
    /// How many browsers are in the session of many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(2..=500))]
    browsers: u16,
    /// How many speak in each session, 50 frames of 120 bytes per second each.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=16))]
    speakers: u16,
    /// How long is measured, over all groups.
    #[arg(long, default_value_t = 24.0)]
    seconds: f64,
    #[command(flatten)]
    turns: Turns,
}

/// The time before the measurement.
const WARM_UP: Duration = Duration::from_millis(700);

pub(crate) fn run(bench: &BrowserBench) -> Result<(), Box<dyn Error>> {
    let _ = set_current_timer_slack(NonZero::new(1));
    let speakers = usize::from(bench.speakers);
    let casts = [
        Cast { session: "native", speakers: (Kind::Native, speakers), listeners: (Kind::Native, 1) },
        Cast { session: "from-browsers", speakers: (Kind::Browser, speakers), listeners: (Kind::Native, 1) },
        Cast { session: "to-a-browser", speakers: (Kind::Native, speakers), listeners: (Kind::Browser, 1) },
        Cast {
            session: "browsers",
            speakers: (Kind::Browser, speakers.min(usize::from(bench.browsers) - 1)),
            listeners: (Kind::Browser, usize::from(bench.browsers).saturating_sub(speakers).max(1)),
        },
    ];
    let server = serve(&bench.turns.measured)?;
    let (native, page) = server.address();
    let mut crowd = Crowd::gather(native, page, &casts)?;
    let figures = server.figures();
    // The players that are all silent have turns, too.
    let time = bench.turns.length(GROUPS + 1, bench.seconds);
    let mut idle = Turn::default();
    let mut turns: [Turn; GROUPS] = Default::default();
    for _ in 0..bench.turns.rounds {
        crowd.talk(None, WARM_UP)?;
        idle.add(&crowd.measured(None, time, &figures)?);
        for (group, turn) in turns.iter_mut().enumerate() {
            crowd.talk(Some(group), WARM_UP)?;
            turn.add(&crowd.measured(Some(group), time, &figures)?);
        }
    }
    let mut fields = report(bench, &casts, &idle, &turns);
    drop(server);
    memory::add_to(&mut fields, &bench.turns.measured)?;
    bench.turns.print(&fields)
}

const GROUPS: usize = 4;

/// Starts the server, which prints both addresses, that for native players first.
fn serve(measured: &MeasuredProgram) -> Result<ChildProcess<(QuicAddress, String)>, Box<dyn Error>> {
    let native = Cell::new(None);
    let address_in = |line: &str| {
        let last = line.split_whitespace().next_back()?;
        native.set(last.parse().ok().or_else(|| native.take()));
        let page = line.strip_prefix("page for players at ")?.split(' ').next()?.to_owned();
        Some((native.take()?, page))
    };
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--session", "main", "--web=127.0.0.1:0"];
    ChildProcess::start(measured, 1, &arguments, SETTINGS.iter().copied(), address_in)
}

/// Settings for many players that join at once from one address, none of which may be dropped.
const SETTINGS: &[(&str, &str)] = &[
    ("CONSONANCE_SESSIONS_ON_DEMAND", "[\"*\"]"),
    ("CONSONANCE_WEB_JOINS_BURST", "10000"),
    ("CONSONANCE_WEB_CONNECTIONS_PER_ADDRESS", "2048"),
    ("CONSONANCE_OVERLOAD_ENABLED", "false"),
];

fn report(bench: &BrowserBench, casts: &[Cast], idle: &Turn, turns: &[Turn; GROUPS]) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: f64| {
        fields.insert(name.to_owned(), Value::from((value * 10.0).round() / 10.0));
    };
    let [native, from, to, many] = turns;
    put("speakers", bench.speakers.into());
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        let micros = |turn: &Turn| quantile_us(&turn.delays, share);
        put(&format!("native_to_native_{name}_us"), micros(native));
        put(&format!("browser_to_native_{name}_us"), micros(from));
        put(&format!("browser_to_native_added_{name}_us"), micros(from) - micros(native));
        put(&format!("native_to_browser_{name}_us"), micros(to));
        put(&format!("native_to_browser_added_{name}_us"), micros(to) - micros(native));
    }
    // The cost of idle players is subtracted.
    let frame_us = |turn: &Turn| 1e6 * (turn.cpu_share() - idle.cpu_share()) / turn.said_per_s();
    put("cpu_per_frame_native_speaker_us", frame_us(native));
    put("cpu_per_frame_browser_speaker_us", frame_us(from));
    put("cpu_per_frame_browser_listener_us", frame_us(to));
    put("browser_speaker_costs_times_native", frame_us(from) / frame_us(native));
    put("browser_listener_costs_times_native", frame_us(to) / frame_us(native));
    put("cpu_percent_all_silent", 100.0 * idle.cpu_share());
    put("many_browsers", casts[GROUPS - 1].players() as f64);
    put("many_frames_heard_per_s", many.heard as f64 / many.wall.as_secs_f64());
    put("many_cpu_percent", 100.0 * many.cpu_share());
    put(
        "many_cpu_per_frame_heard_us",
        1e6 * (many.cpu_share() - idle.cpu_share()) * many.wall.as_secs_f64() / many.heard.max(1) as f64,
    );
    put("many_p99_us", quantile_us(&many.delays, 0.99));
    for (cast, turn) in casts.iter().zip(turns) {
        put(
            &format!("lost_in_{}", cast.session.replace('-', "_")),
            turn.expected.saturating_sub(turn.heard) as f64,
        );
    }
    fields
}

fn quantile_us(delays: &Delays, share: f64) -> f64 {
    delays.quantile(share).map_or(0.0, |it| it.as_secs_f64() * 1e6)
}
