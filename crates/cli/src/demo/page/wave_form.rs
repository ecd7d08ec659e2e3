//! A wave form as upright bars, coloured by speaker: where two speak at once the colours alternate.

use std::collections::BTreeMap;

use super::element::Element;
use super::svg;
use super::time_scale::TimeScale;
use crate::demo::report::{ENVELOPE_STEP, Report};

/// The position and the scale of a wave form.
pub(super) struct WaveForm<'a> {
    pub(super) scale: &'a TimeScale,
    /// The y of silence, and how far full loudness reaches from it in both directions.
    pub(super) middle: f64,
    pub(super) reach: f64,
    /// The loudest sample of the page.
    pub(super) loudest: f32,
}

impl WaveForm<'_> {
    /// Draws `envelope`, which begins at `start` seconds. `classes` are the speakers from one time to another, as the
    /// classes of their colours.
    pub(super) fn bars<'c>(
        &self,
        envelope: &[f32],
        start: f64,
        classes: impl Fn(f64, f64) -> Vec<&'c str>,
    ) -> Vec<Element> {
        let mut bars: BTreeMap<&str, Vec<(f64, f64, f64)>> = BTreeMap::new();
        let stop = start + envelope.len() as f64 * ENVELOPE_STEP;
        let first = (self.scale.x(start) / PITCH).floor() as usize;
        let last = (self.scale.x(stop) / PITCH).ceil() as usize;
        for index in first..last {
            let x = (index as f64 + 0.5) * PITCH;
            let (from, to) = (self.scale.time(x - PITCH / 2.0), self.scale.time(x + PITCH / 2.0));
            let loudness = peak(envelope, from - start, to - start) / self.loudest.max(f32::MIN_POSITIVE);
            if loudness < SILENCE {
                continue;
            }
            let speakers = classes(from, to);
            if let Some(class) = speakers.get(index % speakers.len().max(1)) {
                let height = f64::from(loudness).powf(LOUDNESS_EXPONENT).min(1.0) * self.reach;
                bars.entry(class).or_default().push((x, self.middle - height, self.middle + height));
            }
        }
        let group = |(class, lines)| Element::of_class("g", class).child(svg::uprights("bars", lines));
        bars.into_iter().map(group).collect()
    }
}

/// The loudest sample of a report, spoken or heard.
pub(super) fn loudest(report: &Report) -> f32 {
    let spoken = report.speeches.iter().flat_map(|speech| &speech.envelope);
    let heard = report.listeners.iter().flat_map(|listener| &listener.envelope);
    spoken.chain(heard).copied().fold(0.0, f32::max)
}

/// The loudest value between two times from the start of an envelope, at least one value if it reaches that far.
fn peak(envelope: &[f32], from: f64, to: f64) -> f32 {
    let first = (from / ENVELOPE_STEP).max(0.0) as usize;
    let last = ((to / ENVELOPE_STEP).max(0.0) as usize).max(first + 1).min(envelope.len());
    envelope.get(first..last).unwrap_or_default().iter().copied().fold(0.0, f32::max)
}

/// Pixels from bar to bar.
const PITCH: f64 = 3.0;

/// Below this share of the loudest sample (−46 dB) there is nothing to see.
const SILENCE: f32 = 0.005;

/// Loudness is felt as a power of the amplitude (Stevens): this exponent lets quiet syllables be seen.
const LOUDNESS_EXPONENT: f64 = 0.67;

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(envelope: &[f32], classes: &[&str]) -> Vec<String> {
        let scale = TimeScale::new(1.0, 0.0, 150.0);
        let wave = WaveForm { scale: &scale, middle: 10.0, reach: 8.0, loudest: 1.0 };
        let bars = wave.bars(envelope, 0.0, |_, _| classes.to_vec());
        bars.into_iter().map(Element::into_text).collect()
    }

    #[test]
    fn a_bar_is_as_high_as_it_is_loud() {
        assert_eq!(
            drawn(&[1.0, 0.0, 0.5], &["s0"]),
            ["<g class=\"s0\"><path class=\"bars\" d=\"M1.5 2V18M7.5 5V15\"/></g>"]
        );
    }

    #[test]
    fn two_simultaneous_speakers_alternate() {
        assert_eq!(
            drawn(&[1.0, 1.0], &["s0", "s1"]),
            [
                "<g class=\"s0\"><path class=\"bars\" d=\"M1.5 2V18\"/></g>",
                "<g class=\"s1\"><path class=\"bars\" d=\"M4.5 2V18\"/></g>"
            ]
        );
    }

    #[test]
    fn silence_and_absence_are_not_drawn() {
        assert_eq!(drawn(&[0.0, 0.001], &["s0"]), [""; 0]);
        assert_eq!(drawn(&[1.0], &[]), [""; 0]);
        assert_eq!(drawn(&[f32::NAN], &["s0"]), [""; 0]);
    }
}
