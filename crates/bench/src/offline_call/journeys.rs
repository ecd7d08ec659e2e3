//! Arrival times of packets that are sent frame by frame: through the impairment shim, or as measured in a real
//! network.

use std::error::Error;
use std::fmt::Display;
use std::path::Path;
use std::time::{Duration, Instant};

use consonance::audio::FrameSize;
use consonance_link::Delivery;
use consonance_link::impair::{Fate, Impairer, Impairment};

/// The arrival time of each packet, in samples of the listener's clock; `None` if it is lost.
pub(crate) type Journeys = Vec<Option<u64>>;

/// Sends this many packets, each when its frame has been spoken, through the impairment shim, whose random numbers
/// continue from call to call.
pub(crate) fn impaired(
    impairer: &mut Impairer<[u8; 4]>,
    begins: u64,
    frame: FrameSize,
    packets: usize,
) -> Journeys {
    // Only differences are used, so that runs are reproducible.
    let start = Instant::now();
    let mut journeys = vec![None; packets];
    let mut pop_until = |impairer: &mut Impairer<[u8; 4]>, until: Option<Instant>| {
        while let Some(due) = impairer.next_at().filter(|due| until.is_none_or(|until| *due <= until)) {
            let Some((_, number)) = impairer.pop(due) else { break };
            journeys[u32::from_le_bytes(number) as usize] = Some(samples(due - start));
        }
    };
    for number in 0..packets {
        let sent = begins + (number as u64 + 1) * frame.samples() as u64;
        let sent = start + Duration::from_nanos(sent * 1_000_000 / 48);
        pop_until(impairer, Some(sent));
        let fate = impairer.push(sent, Delivery::Unreliable, (number as u32).to_le_bytes());
        debug_assert_ne!(fate, Fate::Overflowed, "a few packets are on their way at once");
    }
    pop_until(impairer, None);
    journeys
}

/// A seeded network as the bench and the lab use it.
pub(crate) fn network(
    loss_percent: f64,
    burst_packets: Option<f64>,
    jitter: Duration,
    seed: u64,
) -> Impairer<[u8; 4]> {
    Impairer::new(&Impairment { loss_percent, burst_packets, jitter, seed, ..Impairment::default() })
}

/// Sends this many packets through a network described by a trace: lines of `send_ms receive_ms` or `send_ms lost`,
/// and comments after `#`. Each packet is treated like the one in the trace that was sent at the nearest time after
/// its start; a trace that is too short is repeated.
///
/// If the clocks do not agree, they are assumed to be set so that the fastest packet takes no time.
pub(crate) fn traced(path: &Path, frame: FrameSize, packets: usize) -> Result<Journeys, Box<dyn Error>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!("cannot read {}: {error}; check the path and its permissions", path.display())
    })?;
    let trace = parse(&text).map_err(|what| format!("{}: {what}", path.display()))?;
    let fastest = trace.iter().filter_map(|line| line.transit_ms).fold(f64::INFINITY, f64::min);
    let first = trace[0].sent_ms;
    let span = trace[trace.len() - 1].sent_ms - first;
    let mean_gap = if trace.len() > 1 { span / (trace.len() - 1) as f64 } else { 1.0 };
    let period = (span + mean_gap).max(1.0);
    let journey = |number: usize| {
        let sent_ms = (number * frame.samples()) as f64 / 48.0;
        let at = first + sent_ms % period;
        let after = trace.partition_point(|line| line.sent_ms < at).min(trace.len() - 1);
        let before = after.saturating_sub(1);
        let nearer = |i: usize| (trace[i].sent_ms - at).abs();
        let line = &trace[if nearer(before) < nearer(after) { before } else { after }];
        let transit = (line.transit_ms? - fastest.min(0.0)) * 48.0;
        Some(((number + 1) * frame.samples()) as u64 + transit.round() as u64)
    };
    Ok((0..packets).map(journey).collect())
}

struct TraceLine {
    sent_ms: f64,
    /// `None` if the packet was lost.
    transit_ms: Option<f64>,
}

fn parse(text: &str) -> Result<Vec<TraceLine>, String> {
    let mut trace = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
        let line = match words[..] {
            [] => continue,
            [sent, "lost"] => time(sent).map(|sent_ms| TraceLine { sent_ms, transit_ms: None }),
            [sent, received] => time(sent).and_then(|sent_ms| {
                let transit_ms = Some(time(received)? - sent_ms);
                Ok(TraceLine { sent_ms, transit_ms })
            }),
            _ => Err("there are more or fewer than two words".to_owned()),
        };
        let wrong = |what: &dyn Display| {
            format!("line {number}: {what}; write `send_ms receive_ms` or `send_ms lost`")
        };
        let line = line.map_err(|what| wrong(&what))?;
        if trace.last().is_some_and(|last: &TraceLine| last.sent_ms > line.sent_ms) {
            return Err(wrong(&"it was sent before the line above it"));
        }
        trace.push(line);
    }
    if trace.is_empty() {
        return Err("the trace has no lines; write `send_ms receive_ms` or `send_ms lost`".to_owned());
    }
    Ok(trace)
}

/// Parses milliseconds, up to a year, so that sums stay exact.
fn time(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(time) if time.abs() < 3.2e10 => Ok(time),
        Ok(_) => Err(format!("invalid time {word}")),
        Err(_) => Err(format!("`{word}` is not a number")),
    }
}

fn samples(time: Duration) -> u64 {
    ((time.as_nanos() * 48 + 500_000) / 1_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journeys(trace: &str, packets: usize) -> Result<Journeys, String> {
        let path = std::env::temp_dir().join(format!("consonance-trace-{}-{packets}", std::process::id()));
        std::fs::write(&path, trace).unwrap();
        let journeys = traced(&path, FrameSize::Ms20, packets).map_err(|error| error.to_string());
        std::fs::remove_file(path).unwrap();
        journeys
    }

    #[test]
    fn a_trace_says_how_long_each_packet_takes() {
        let trace = "# measured\n1000 1030\n1020 lost\n\n1040 1045.5 # fast\n";
        let expected = [Some(960 + 1_440), None, Some(2_880 + 264), Some(3_840 + 1_440), None];
        assert_eq!(journeys(trace, 5).unwrap(), expected, "and is repeated");
    }

    #[test]
    fn clocks_that_do_not_agree_are_set() {
        assert_eq!(journeys("0 -500\n20 -470\n", 2).unwrap(), [Some(960), Some(1_920 + 480)]);
    }

    #[test]
    fn a_trace_of_other_frames_is_read_by_its_times() {
        let lines: Vec<String> = (0..40).map(|i| format!("{} {}", i * 10, i * 10 + i)).collect();
        assert_eq!(journeys(&lines.join("\n"), 4).unwrap()[3], Some(3_840 + 6 * 48));
    }

    #[test]
    fn what_is_wrong_with_a_trace_is_said_with_its_line() {
        for (trace, words) in [
            ("", "no lines"),
            ("0 20\nx 40\n", "line 2: `x` is not a number"),
            ("0 20 40\n", "line 1: there are more"),
            ("0\n", "line 1"),
            ("0 inf\n", "invalid time inf"),
            ("20 40\n0 20\n", "line 2: it was sent before"),
        ] {
            let complaint = journeys(trace, 7).unwrap_err();
            assert!(complaint.contains(words), "{trace:?}: {complaint}");
        }
    }

    #[test]
    fn the_shim_loses_and_delays_as_asked_from_the_seed() {
        let run = |seed| {
            let mut network = network(10.0, None, Duration::from_millis(60), seed);
            impaired(&mut network, 240, FrameSize::Ms20, 2_000)
        };
        let journeys = run(1);
        let lost = journeys.iter().filter(|at| at.is_none()).count();
        assert!((150..250).contains(&lost), "{lost}");
        for (number, at) in (1..).zip(&journeys) {
            let sent = 240 + number * 960;
            assert!(at.is_none_or(|at| (sent..=sent + 2_881).contains(&at)), "{number}: {at:?}");
        }
        assert_eq!(journeys, run(1));
        assert_ne!(journeys, run(2));
    }
}
