//! One speaker as one listener heard it: frames sent, received, lost, recovered, made up, and how late.

use std::collections::BTreeMap;
use std::time::Instant;

use consonance::audio::DecodedAs;
use consonance::{EventKind, FrameTrace};

use super::demo_session::{Evidence, Performance};
use super::report::Heard;
use super::script::{LINES, ROLES};

/// More delays than this do not draw any better.
const DRAWN_DELAYS_MAX: usize = 400;

/// A frame that a speaker sent.
#[derive(Clone, Copy)]
struct SentFrame {
    spoken_at: Instant,
    /// The line that it belongs to.
    line: usize,
}

/// The results of one pair of speaker and listener.
pub(crate) struct Hearing {
    pub(crate) heard: Heard,
    /// Frames that came although they were for others.
    pub(crate) stray: u64,
    /// For each frame that was heard, when it was spoken and how many seconds later it was played, in order.
    delays: Vec<(Instant, f64)>,
}

impl Hearing {
    /// Counts without the frames behind them.
    #[cfg(test)]
    pub(crate) fn counted(heard: Heard, stray: u64) -> Self {
        Self { heard, stray, delays: Vec::new() }
    }

    /// The delay in seconds from mouth to ear of sound spoken at this time, taken from the nearest frame.
    pub(crate) fn delay_at(&self, spoken_at: Instant) -> Option<f64> {
        let after = self.delays.partition_point(|(at, _)| *at < spoken_at);
        let nearest = self.delays.get(after).or(self.delays.last());
        nearest.map(|(_, delay)| *delay)
    }
}

/// The results of `listener` for `speaker` (indices of roles).
pub(crate) fn hearing(performance: &Performance, listener: usize, speaker: usize) -> Hearing {
    let evidence = &performance.players[listener];
    let sent = sent_frames(performance, speaker);
    let name = ROLES[speaker].name;
    let received = received_frames(evidence, name);
    let for_listener = |frame: &SentFrame| is_for(frame.line, listener);
    let strays = received.keys().filter(|sequence| !sent.get(sequence).is_some_and(for_listener));
    let due: BTreeMap<u16, SentFrame> = sent
        .iter()
        .filter(|(_, frame)| for_listener(frame))
        .map(|(&sequence, &frame)| (sequence, frame))
        .collect();
    let due = while_present(due, &received, evidence);
    let arrived = due.keys().filter(|sequence| received.contains_key(sequence)).count() as u64;
    let played = played_frames(evidence, name);
    let count = |how| played.iter().filter(|(_, _, was)| *was == how).count() as u64;
    let mut delays: Vec<(Instant, f64)> = played
        .iter()
        .filter(|(_, _, how)| *how != DecodedAs::Concealed)
        .filter_map(|(sequence, at, _)| {
            let spoken_at = sent.get(sequence)?.spoken_at;
            Some((spoken_at, seconds(spoken_at, *at)))
        })
        .collect();
    delays.sort_by_key(|(at, _)| *at);
    let (median, p95) = median_and_p95(&delays);
    let heard = Heard {
        speaker: name.to_owned(),
        sent: due.len() as u64,
        received: arrived,
        lost: due.len() as u64 - arrived,
        recovered: count(DecodedAs::Recovered),
        concealed: count(DecodedAs::Concealed),
        delay_median_ms: median.map(|delay| delay * 1000.0),
        delay_p95_ms: p95.map(|delay| delay * 1000.0),
        spans: spans(performance, evidence, name),
        delays: thinned(&delays, performance.began),
    };
    Hearing { heard, stray: strays.count() as u64, delays }
}

/// Whether a line is for this listener, which can join late or leave early.
pub(crate) fn is_for(line: usize, listener: usize) -> bool {
    let (line, role) = (&LINES[line], &ROLES[listener]);
    role.name != line.speaker && line.to.reaches(role)
}

/// Seconds from one moment to another; negative if it is before.
pub(crate) fn seconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() - from.saturating_duration_since(to).as_secs_f64()
}

fn sent_frames(performance: &Performance, speaker: usize) -> BTreeMap<u16, SentFrame> {
    let spoken = |at: Instant| {
        performance.lines.iter().enumerate().position(|(index, line)| {
            let own = LINES[index].speaker == ROLES[speaker].name;
            // A frame may start up to 20 ms before the line that begins inside it. A closed channel still carries
            // frames until the voice thread's next turn.
            own && line.is_some_and(|line| seconds(line.start, at) > -0.05 && seconds(line.closed, at) < 0.05)
        })
    };
    let frames = performance.players[speaker].traces.iter().filter_map(|trace| match *trace {
        FrameTrace::Sent { sequence, spoken_at, .. } => {
            Some((sequence, SentFrame { spoken_at, line: spoken(spoken_at)? }))
        }
        _ => None,
    });
    frames.collect()
}

fn received_frames(evidence: &Evidence, name: &str) -> BTreeMap<u16, Instant> {
    let frames = evidence.traces.iter().filter_map(|trace| match trace {
        FrameTrace::Received { speaker, sequence, at } if speaker == name => Some((*sequence, *at)),
        _ => None,
    });
    frames.collect()
}

fn played_frames(evidence: &Evidence, name: &str) -> Vec<(u16, Instant, DecodedAs)> {
    let frames = evidence.traces.iter().filter_map(|trace| match trace {
        FrameTrace::Played { speaker, sequence, at, how } if speaker == name => Some((*sequence, *at, *how)),
        _ => None,
    });
    frames.collect()
}

/// Frames that were on their way while the listener was absent are not lost: in a line that began before it joined, the
/// first frame that arrived counts as the first that was sent to it.
fn while_present(
    mut due: BTreeMap<u16, SentFrame>,
    received: &BTreeMap<u16, Instant>,
    evidence: &Evidence,
) -> BTreeMap<u16, SentFrame> {
    let Some(joined) = evidence.joined else { return BTreeMap::new() };
    let first_received =
        due.iter().find(|(sequence, _)| received.contains_key(sequence)).map(|(_, frame)| *frame);
    let began_without = due.values().next().is_some_and(|frame| frame.spoken_at < joined);
    if began_without {
        let from = first_received.map(|frame| frame.spoken_at);
        due.retain(|_, frame| from.is_some_and(|from| frame.spoken_at >= from));
    }
    let last_received = due.iter().rev().find(|(sequence, _)| received.contains_key(sequence));
    let until = last_received.map(|(_, frame)| frame.spoken_at);
    due.retain(|_, frame| {
        seconds(frame.spoken_at, evidence.left) > 0.5 || until.is_some_and(|until| frame.spoken_at <= until)
    });
    due
}

fn median_and_p95(delays: &[(Instant, f64)]) -> (Option<f64>, Option<f64>) {
    let mut sorted: Vec<f64> = delays.iter().map(|(_, delay)| *delay).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted.get(((sorted.len() as f64 - 1.0) * share).round() as usize).copied();
    (at(0.5), at(0.95))
}

fn spans(performance: &Performance, evidence: &Evidence, speaker: &str) -> Vec<[f64; 2]> {
    let at = |moment: Instant| seconds(performance.began, moment);
    let mut spans = Vec::new();
    let mut start = None;
    for event in &evidence.events {
        if event.kind == (EventKind::StartedSpeaking { name: speaker.to_owned() }) {
            start = Some(at(event.at));
        } else if event.kind == (EventKind::StoppedSpeaking { name: speaker.to_owned() }) {
            spans.extend(start.take().map(|start| [start, at(event.at)]));
        }
    }
    spans.extend(start.map(|start| [start, at(evidence.left)]));
    spans
}

fn thinned(delays: &[(Instant, f64)], began: Instant) -> Vec<[f64; 2]> {
    let step = delays.len().div_ceil(DRAWN_DELAYS_MAX).max(1);
    let round = |value: f64| (value * 1000.0).round() / 1000.0;
    let drawn = delays.iter().step_by(step);
    drawn.map(|(at, delay)| [round(seconds(began, *at) + delay), round(delay * 1000.0)]).collect()
}
