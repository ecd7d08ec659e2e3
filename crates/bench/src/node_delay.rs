//! `consonance-bench node-delay`: the delay of voice that crosses from one node of a cluster to another.
//!
//! Two nodes like those of a server, with gateways, threads and NATS clients, in this process, and a real NATS server
//! between them. A worker of the first one sends frames to a worker of the second one, which wakes up for each; frames
//! contain the time of sending.

mod node;

use std::error::Error;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use consonance_cluster::{BusSender, BusWay, Member};
use consonance_link::Delivery;
use consonance_testing::nats::NatsServer;
use rustix::thread::set_current_timer_slack;

use super::load::probe::{Frames, Heard, Stamp};
use super::process_figures::ProcessFigures;
use super::schedule::Schedule;
use super::table::Table;
use super::{NATS_SERVER, seconds, within};
use node::BenchNode;

/// The rates, and how long.
#[derive(Debug, Args)]
pub(crate) struct NodeDelay {
    /// Frames per second.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000.0, 10_000.0, 50_000.0], value_parser = rate)]
    rates: Vec<f64>,
    /// How long each rate is measured.
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    seconds: f64,
    /// Print one JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

/// A frame of voice, with its header between nodes.
const FRAME_BYTES: usize = 128;
/// The time before the measurement.
const WARM_UP: Duration = Duration::from_millis(700);
/// A frame that has not come after this time is lost.
const STRAGGLERS: Duration = Duration::from_millis(300);
/// The listener checks at least this often whether it must end.
const LOOK: Duration = Duration::from_millis(20);
/// The longest pause of the sender, like that of a busy worker.
const REST: Duration = Duration::from_micros(100);

pub(crate) fn run(bench: &NodeDelay) -> Result<(), Box<dyn Error>> {
    if std::env::var_os(NATS_SERVER).is_none() {
        return Err(format!("skipped: nodes need a NATS server: set {NATS_SERVER} to its program").into());
    }
    let _ = set_current_timer_slack(NonZero::new(1));
    let fields =
        ["frames_per_s", "p50_us", "p95_us", "p99_us", "lost", "cpu_us", "nats_cpu_us", "bundles_per_s"];
    let table = Table::start(fields, bench.json)?;
    for rate in &bench.rates {
        // Each rate has nodes of its own, so that none has a backlog.
        let nats = NatsServer::start();
        let figures = [std::process::id(), nats.pid().ok_or("the NATS server has ended")?];
        let figures = figures.map(ProcessFigures::of);
        let (mut first, second) = (BenchNode::start(1, &nats)?, BenchNode::start(2, &nats)?);
        let to = first.worker_of(2)?;
        second.worker_of(1)?;
        let time = Duration::from_secs_f64(bench.seconds);
        let crossing = Crossing { to, rate: *rate, time };
        table.row(crossing.measure(&mut first, second, &figures)?)?;
    }
    Ok(())
}

/// One rate.
struct Crossing {
    to: Member,
    rate: f64,
    time: Duration,
}

impl Crossing {
    fn measure(
        &self,
        first: &mut BenchNode,
        second: BenchNode,
        figures: &[ProcessFigures; 2],
    ) -> Result<[f64; 8], Box<dyn Error>> {
        let run = std::process::id();
        let (is_over, mut frames) = (Arc::new(AtomicBool::new(false)), Frames::new(run, FRAME_BYTES));
        let over = Arc::clone(&is_over);
        let (second, way) = second.into_way();
        let listener =
            thread::Builder::new().name("listener".to_owned()).spawn(move || listen(way, run, &over))?;
        self.send(&mut first.sender, &mut frames, WARM_UP, 0);
        let cpu = || figures.iter().map(ProcessFigures::cpu_time).collect::<std::io::Result<Vec<_>>>();
        let (before, published, began) = (cpu()?, first.published(), Instant::now());
        let sent = self.send(&mut first.sender, &mut frames, self.time, 1);
        let (after, published_after, elapsed) = (cpu()?, first.published(), began.elapsed());
        thread::sleep(STRAGGLERS);
        is_over.store(true, Ordering::Relaxed);
        let heard = listener.join().map_err(|_| "the listener has ended")?;
        drop(second);
        let micros = |share| heard.delays().quantile(share).map_or(f64::NAN, |it| it.as_secs_f64() * 1e6);
        let per_frame = |process: usize| {
            1e6 * after[process].saturating_sub(before[process]).as_secs_f64() / sent.max(1) as f64
        };
        let bundles = (published_after - published) as f64 / elapsed.as_secs_f64();
        let lost = sent.saturating_sub(heard.frames()) as f64;
        Ok([
            (sent as f64 / elapsed.as_secs_f64()).round(),
            micros(0.5),
            micros(0.95),
            micros(0.99),
            lost,
            per_frame(0),
            per_frame(1),
            bundles.round(),
        ])
    }

    /// Sends frames of a step for this long; returns their number.
    fn send(&self, sender: &mut Box<dyn BusSender>, frames: &mut Frames, time: Duration, step: u32) -> u64 {
        let (began, mut sent) = (Instant::now(), 0);
        let mut schedule = Schedule::new(began, 1, self.rate);
        while began.elapsed() < time {
            let now = Instant::now();
            let before = sent;
            while schedule.next_due(now).is_some() {
                sender.send(self.to, Delivery::Unreliable, frames.next(step, Stamp::now()));
                sent += 1;
            }
            if sent > before {
                sender.flush();
            }
            if let Some(rest) = schedule.next_at().checked_duration_since(Instant::now()) {
                thread::sleep(rest.max(REST));
            }
        }
        sent
    }
}

/// Receives frames of the current step until `is_over`.
fn listen((_, mut receiver): BusWay, run: u32, is_over: &AtomicBool) -> Heard {
    let _ = set_current_timer_slack(NonZero::new(1));
    receiver.set_waker(node::unparking(thread::current()));
    let mut heard = Heard::new(run);
    heard.begin(1);
    while !is_over.load(Ordering::Relaxed) {
        while receiver.poll().is_some() {
            heard.hear(receiver.message(), Stamp::now());
        }
        thread::park_timeout(LOOK);
    }
    heard
}

fn rate(text: &str) -> Result<f64, String> {
    within(text, 1.0, 1_000_000.0)
}
