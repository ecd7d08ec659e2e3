//! Measures loops in turns of a few milliseconds each, so that other load on the machine affects all of them alike.

use std::io;
use std::time::Duration;

use super::super::median::median;
use super::super::thread_clock;
use super::drainer::Drainer;
use super::frames::Frames;
use super::loops::Loop;

/// The result of one loop.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// Packets out per second that the sending thread was on a processor; the median over all turns.
    pub(crate) packets_per_cpu_s: f64,
    /// The share of packets that did not arrive, if the listeners are drained.
    pub(crate) lost: Option<f64>,
}

/// The CPU time of a turn.
pub(super) const TURN: Duration = Duration::from_millis(10);
/// The packets per listener after which sockets are drained: this many fit into a socket's buffer on every system.
const PACKETS_PER_LISTENER: usize = 32;
/// The packets to all listeners after which sockets are drained, if that is sooner.
const PACKETS_PER_BURST: usize = 16_000;

/// Gives each of the loops a turn in each round. A warm-up round does not count.
pub(super) fn alternate(
    loops: &mut [Loop],
    drainer: &Drainer,
    frames: &Frames,
    rounds: usize,
) -> io::Result<Vec<Measured>> {
    let mut turns: Vec<Vec<Turn>> = loops.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        // Rotate the order, so that no loop always follows the same one.
        for place in 0..loops.len() {
            let index = (place + round) % loops.len();
            let turn = turn(&mut loops[index], drainer, frames)?;
            if round > 0 {
                turns[index].push(turn);
            }
        }
    }
    Ok(loops.iter().zip(turns).map(|(it, turns)| measured(it.name, &turns)).collect())
}

struct Turn {
    spent: Duration,
    sent: usize,
    /// `None` without a counter.
    received: Option<usize>,
}

fn turn(it: &mut Loop, drainer: &Drainer, frames: &Frames) -> io::Result<Turn> {
    let each = Frames::COUNT * it.listeners;
    let times = (PACKETS_PER_BURST / each).clamp(1, PACKETS_PER_LISTENER / Frames::COUNT);
    let mut turn = Turn { spent: Duration::ZERO, sent: 0, received: Some(0) };
    while turn.spent < TURN {
        let start = thread_clock::now();
        for _ in 0..times {
            it.send(frames)?;
        }
        turn.spent += thread_clock::now().saturating_sub(start);
        turn.sent += times * each;
        turn.received = turn.received.zip(drainer.drain()?).map(|(before, now)| before + now);
    }
    Ok(turn)
}

fn measured(name: &'static str, turns: &[Turn]) -> Measured {
    let rates = turns.iter().map(|turn| turn.sent as f64 / turn.spent.as_secs_f64()).collect();
    let sent: usize = turns.iter().map(|turn| turn.sent).sum();
    let received: Option<usize> = turns.iter().map(|turn| turn.received).sum();
    let lost = received.map(|received| 1.0 - received as f64 / sent as f64);
    Measured { name, packets_per_cpu_s: median(rates), lost }
}
