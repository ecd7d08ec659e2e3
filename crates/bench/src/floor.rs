//! `consonance-bench floor`: the cost of the bare loops that a voice server is measured against.
//!
//! A server that sends one frame to many listeners cannot be cheaper than a loop that does nothing but send, so a
//! figure of a server says little without the figure of such a loop, from the same machine and the same minute.
//! `docs/server-cost.md` describes each loop, and the reasons for the listeners' setup.

#[cfg(target_os = "linux")]
mod batches;
mod drainer;
mod frames;
mod listeners;
mod loops;
mod measurement;
#[cfg(target_os = "linux")]
mod quinn_loop;
mod sealer;
#[cfg(target_os = "linux")]
mod segments;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io::{self, Write, stderr, stdout};
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::thread_clock;
use drainer::{Drain, Drainer};
use frames::Frames;
use listeners::Listeners;
use loops::{Kind, Loop};
pub(super) use measurement::Measured;
use measurement::alternate;

/// To how many, how large.
#[derive(Debug, Args)]
pub(crate) struct Floor {
    /// How many listeners get each frame.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=4000))]
    listeners: u16,
    /// Bytes of a frame; a sealed datagram is 24 longer.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u16).range(1..=1200))]
    bytes: u16,
    /// When and where the listeners' sockets are emptied.
    #[arg(long, value_enum, default_value_t = Drain::WhileSending)]
    drain: Drain,
    /// How many turns of 10 ms each loop gets; the median counts.
    #[arg(long, default_value_t = 41, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Print one JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(floor: &Floor) -> Result<(), Box<dyn Error>> {
    let listeners = Arc::new(Listeners::open(floor.listeners.into()).map_err(|error| too_many(&error))?);
    let frames = Frames::new(floor.bytes.into());
    let mut loops = Vec::new();
    for sealed in [false, true] {
        for kind in Kind::ALL {
            let one = Loop::new(*kind, sealed, &listeners, &frames);
            loops.push(one.map_err(|error| too_many(&error))?);
        }
    }
    let drainer = Drainer::start(listeners, floor.drain)?;
    for caveat in caveats(&drainer) {
        writeln!(stderr(), "consonance: {caveat}")?;
    }
    #[cfg_attr(not(target_os = "linux"), expect(unused_mut, reason = "nothing follows elsewhere"))]
    let mut rows = alternate(&mut loops, &drainer, &frames, floor.rounds.into())?;
    #[cfg(target_os = "linux")]
    rows.push(quinn_loop::measure(floor.listeners.into(), &frames, floor.rounds.into())?);
    print(&rows, floor.json)
}

/// Measures the bare loops with these listeners, as a baseline for a server: the plain loops, and quinn's if
/// `with_quinn`. They run in a separate thread, on `core`.
#[cfg(target_os = "linux")]
pub(super) fn beside(
    core: usize,
    listeners: usize,
    frame_bytes: usize,
    with_quinn: bool,
) -> Result<Vec<Measured>, Box<dyn Error>> {
    let work = move || {
        super::cores::stay_on(core)?;
        let sockets = Arc::new(Listeners::open(listeners)?);
        let frames = Frames::new(frame_bytes);
        let plain = Kind::ALL.iter().map(|kind| Loop::new(*kind, false, &sockets, &frames));
        let mut loops = plain.collect::<Result<Vec<_>, _>>()?;
        let drainer = Drainer::start(sockets, Drain::WhileSending)?;
        let mut rows = alternate(&mut loops, &drainer, &frames, BESIDE_ROUNDS)?;
        if with_quinn {
            let quinn = quinn_loop::measure(listeners, &frames, BESIDE_ROUNDS);
            rows.push(quinn.map_err(|error| io::Error::other(error.to_string()))?);
        }
        Ok::<_, io::Error>(rows)
    };
    Ok(std::thread::spawn(work).join().map_err(|_| "the bare loops broke")??)
}

/// Enough for a precision of 1 %.
#[cfg(target_os = "linux")]
const BESIDE_ROUNDS: usize = 21;

/// Caveats for features that this system lacks.
fn caveats(drainer: &Drainer) -> impl Iterator<Item = &'static str> {
    [
        (!cfg!(target_os = "linux"), "sendmmsg and gso4 are there on Linux only"),
        (
            !thread_clock::COUNTS_CPU_TIME,
            "this system tells no thread's CPU time; the time that passes counts",
        ),
        (
            !drainer.is_as_asked(),
            "the listeners are drained on whatever core there is, perhaps the sender's own",
        ),
    ]
    .into_iter()
    .filter_map(|(holds, words)| holds.then_some(words))
}

/// The error message for too few file descriptors, with the remedy.
fn too_many(error: &io::Error) -> String {
    format!("no sockets for so many listeners ({error}); raise `ulimit -n` or ask for fewer")
}

fn print(rows: &[Measured], json: bool) -> Result<(), Box<dyn Error>> {
    let sendto = rows.iter().find(|row| row.name == "sendto").map_or(0.0, |row| row.packets_per_cpu_s);
    let mut out = stdout();
    if !json {
        writeln!(out, "{:18}{:>20}{:>18}{:>12}", "loop", "packets per CPU s", "of sendto", "lost")?;
    }
    for Measured { name, packets_per_cpu_s, lost } in rows {
        let ratio = packets_per_cpu_s / sendto;
        if json {
            let row = json!({
                "loop": name,
                "packets_per_cpu_s": packets_per_cpu_s.round() as u64,
                "ratio_to_sendto": ratio,
                "lost": lost,
            });
            writeln!(out, "{row}")?;
        } else {
            let lost = lost.map_or_else(|| "-".to_owned(), |lost| format!("{:.2} %", 100.0 * lost));
            writeln!(out, "{name:18}{packets_per_cpu_s:>20.0}{ratio:>18.2}{lost:>12}")?;
        }
    }
    Ok(out.flush()?)
}
