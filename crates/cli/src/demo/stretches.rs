//! A comparison of a listener's file with its expected contents, stretch by stretch.

use std::time::{Duration, Instant};

use super::demo_session::Performance;
use super::hearing::{is_for, seconds};
use super::report::Stretch;
use super::script::{LINES, role};
use super::signal::{add, correlation, cut, level_db, locate, samples};

/// Pauses between two lines shorter than this do not part a stretch.
const PAUSE: f64 = 0.25;
/// A jitter buffer moves the sound by a few blocks when the network changes, so a line is searched in the file piece by
/// piece, …
const PIECE: f64 = 0.5;
/// … this far around the delay that was measured there.
const SEARCH: f64 = 0.03;
/// The maximum error of a line's start time: a busy machine wakes its threads late.
const CLOCK_ERROR: f64 = 0.15;
/// Delay to look around when none was measured.
const USUAL_DELAY: f64 = 0.08;
/// The time after a line in which its sound may still be heard: delay and fading.
const AFTER: f64 = 0.7;
/// A late listener hears nothing of a line before its first frame arrived.
const SETTLING: f64 = 0.25;
/// Silence is quieter than this, dB relative to full scale.
const SILENCE_DB: f64 = -60.0;

/// One listener's file, with the clock of the demonstration.
pub(crate) struct HeardFile<'a> {
    pub(crate) performance: &'a Performance,
    pub(crate) recordings: &'a [Vec<f32>],
    pub(crate) listener: usize,
    /// Mono, 48 kHz, from joining to leaving.
    pub(crate) sound: &'a [f32],
}

/// A line as this listener should hear it; seconds of its file.
struct Expected {
    line: usize,
    from: f64,
    to: f64,
}

impl HeardFile<'_> {
    /// Every stretch, compared with the sum of what was spoken in it. `delay_of` says how long the voice of a role
    /// took to this listener at a moment, in seconds.
    pub(crate) fn stretches(
        &self,
        delay_of: impl Fn(usize, Instant) -> Option<f64>,
        wanted: f64,
    ) -> Vec<Stretch> {
        let mut lines = self.expected();
        lines.sort_by(|a, b| a.from.total_cmp(&b.from));
        let mut stretches: Vec<Vec<Expected>> = Vec::new();
        for line in lines {
            match stretches.last_mut() {
                Some(stretch) if stretch.iter().any(|other| line.from < other.to + PAUSE) => {
                    stretch.push(line);
                }
                _ => stretches.push(vec![line]),
            }
        }
        stretches.iter().map(|stretch| self.compare(stretch, &delay_of, wanted)).collect()
    }

    /// The loudest second, in dB, of what should be silent; `None` if that is silent.
    pub(crate) fn noise_in_silence(&self) -> Option<f64> {
        let mut quiet = self.sound.to_vec();
        for Expected { from, to, .. } in self.expected() {
            let from = if from <= SETTLING { 0.0 } else { from };
            let (from, to) = (samples(from).max(0) as usize, samples(to + AFTER).max(0) as usize);
            let end = quiet.len();
            quiet[from.min(end)..to.min(end)].fill(0.0);
        }
        let loudest = quiet.chunks(48_000).map(level_db).max_by(f64::total_cmp)?;
        (loudest > SILENCE_DB).then_some(loudest)
    }

    fn expected(&self) -> Vec<Expected> {
        let player = &self.performance.players[self.listener];
        let Some(joined) = player.joined else { return Vec::new() };
        let stays = seconds(joined, player.left);
        let lines = self.performance.lines.iter().enumerate().filter_map(|(line, spoken)| {
            let spoken = spoken.as_ref().filter(|_| is_for(line, self.listener))?;
            let (start, stop) = (seconds(joined, spoken.start), seconds(joined, spoken.stop));
            let from = if start < 0.0 { SETTLING } else { start };
            let to = stop.min(stays);
            (from < to).then_some(Expected { line, from, to })
        });
        lines.collect()
    }

    /// Puts each line where it was heard, and compares the sum with the file.
    fn compare(
        &self,
        stretch: &[Expected],
        delay_of: &impl Fn(usize, Instant) -> Option<f64>,
        wanted: f64,
    ) -> Stretch {
        let from = stretch.iter().map(|line| line.from).fold(f64::MAX, f64::min);
        let to = stretch.iter().map(|line| line.to).fold(0.0, f64::max);
        let heard = cut(self.sound, from, to + AFTER);
        let mut sum = vec![0.0; heard.len()];
        let joined = self.performance.players[self.listener].joined.unwrap_or(self.performance.began);
        for line in stretch {
            let spoken = self.spoken(line);
            let speaker = role(LINES[line.line].speaker);
            let expected_at = |index: usize| {
                let start = line.from + PIECE * index as f64;
                let spoken_at = joined + Duration::from_secs_f64(start);
                samples(start - from + delay_of(speaker, spoken_at).unwrap_or(USUAL_DELAY))
            };
            let pieces: Vec<_> = spoken.chunks(samples(PIECE) as usize).enumerate().collect();
            let mut as_played = vec![0.0; heard.len()];
            for (index, piece) in &pieces {
                add(&mut as_played, piece, expected_at(*index));
            }
            let error = locate(&as_played, &heard, -samples(CLOCK_ERROR), samples(CLOCK_ERROR));
            for (index, piece) in pieces {
                let around = expected_at(index) + error;
                let at = locate(piece, &heard, around - samples(SEARCH), around + samples(SEARCH));
                add(&mut sum, piece, at);
            }
        }
        let offset = seconds(self.performance.began, joined);
        Stretch {
            start: offset + from,
            stop: offset + to,
            speakers: stretch.iter().map(|line| LINES[line.line].speaker.to_owned()).collect(),
            correlation: correlation(&sum, &heard),
            wanted,
        }
    }

    /// The part of the recording that this listener was there for, with its delay ending before it left.
    fn spoken(&self, line: &Expected) -> Vec<f32> {
        let player = &self.performance.players[self.listener];
        let spoken = self.performance.lines[line.line].as_ref().zip(player.joined);
        let Some((spoken, joined)) = spoken else { return Vec::new() };
        let start = seconds(joined, spoken.start);
        let recording = &self.recordings[LINES[line.line].recording];
        cut(recording, line.from - start, line.to - start)
    }
}
