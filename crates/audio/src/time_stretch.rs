//! Makes speech a little longer or shorter without changing its pitch: one or more pitch periods are repeated or
//! left out where the sound resembles itself best.
//!
//! This is waveform-similarity overlap-add (Verhelst and Roelands, "An overlap-add technique based on waveform
//! similarity for high quality time-scale modification of speech", ICASSP 1993), a proxy at a time, as `NetEQ`
//! does it. Lags are searched for at 12 kHz and refined at 48 kHz.

use std::ops::RangeInclusive;

/// How long the cross-fade at a proxy is, 5 ms.
pub(crate) const FADE_SAMPLES: usize = 240;

/// Sound before the proxy whose shape is compared too, 10 ms: together with the cross-fade more than the period of
/// a deep voice.
const CONTEXT_SAMPLES: usize = 480;

const TEMPLATE_SAMPLES: usize = CONTEXT_SAMPLES + FADE_SAMPLES;

/// The shortest lag, 2.5 ms: the period of a child's voice.
pub(crate) const SHORTEST_LAG: usize = 120;

/// The longest lag, 20 ms: two periods of a deep voice.
pub(crate) const LONGEST_LAG: usize = 960;

/// Samples that a proxy may need before it.
pub(crate) const HISTORY_SAMPLES: usize = LONGEST_LAG + CONTEXT_SAMPLES;

/// Samples at 48 kHz to one at 12 kHz.
const COARSE: usize = 4;

const COARSE_LENGTH: usize = (HISTORY_SAMPLES + LONGEST_LAG + FADE_SAMPLES).div_ceil(COARSE);

/// Sound quieter than this (mean square of −60 dB of full scale) resembles any other.
const SILENCE_POWER: f32 = 1e-6;

/// A lag, and how alike the sounds are that lie it apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Match {
    /// In samples.
    pub(crate) lag: usize,
    /// Normalised correlation: 1 if they are the same but for their level.
    pub(crate) likeness: f32,
}

/// The lag with which `sound` can be shortened at `at`, leaving out what lies from there to the lag; `None` if
/// there is not enough sound for the shortest.
pub(crate) fn match_after(sound: &[f32], at: usize, lags: RangeInclusive<usize>) -> Option<Match> {
    let room = sound.len().checked_sub(at + FADE_SAMPLES)?;
    best(sound, at, *lags.start()..=room.min(*lags.end()), false)
}

/// The lag with which `sound` can be lengthened at `at`, repeating as much as the lag of what lies before;
/// `None` if there is not enough sound for the shortest.
pub(crate) fn match_before(sound: &[f32], at: usize, lags: RangeInclusive<usize>) -> Option<Match> {
    sound.len().checked_sub(at + FADE_SAMPLES)?;
    let room = at.checked_sub(CONTEXT_SAMPLES)?;
    best(sound, at, *lags.start()..=room.min(*lags.end()), true)
}

/// Leaves out `lag` samples from `at` on, cross-fading over [`FADE_SAMPLES`].
pub(crate) fn shorten(sound: &mut Vec<f32>, at: usize, lag: usize) {
    for i in at..at + FADE_SAMPLES {
        sound[i] += weight(i - at, FADE_SAMPLES) * (sound[i + lag] - sound[i]);
    }
    sound.drain(at + FADE_SAMPLES..at + FADE_SAMPLES + lag);
}

/// Repeats the `lag` samples before `at`, cross-fading into them over [`FADE_SAMPLES`], or as many as there are.
pub(crate) fn lengthen(sound: &mut Vec<f32>, at: usize, lag: usize) {
    let end = sound.len();
    sound.resize(end + lag, 0.0);
    sound.copy_within(at..end, at + lag);
    sound.copy_within(at - lag..at, at);
    let fade = FADE_SAMPLES.min(lag);
    for i in at..at + fade {
        sound[i] += (1.0 - weight(i - at, fade)) * (sound[i + lag] - sound[i]);
    }
}

/// The best of the lags, looking back or forward from the template around `at`.
fn best(sound: &[f32], at: usize, lags: RangeInclusive<usize>, back: bool) -> Option<Match> {
    let (shortest, longest) = (*lags.start(), *lags.end());
    if at < CONTEXT_SAMPLES || shortest > longest {
        return None;
    }
    let from = at - CONTEXT_SAMPLES - if back { longest } else { 0 };
    let to = at + FADE_SAMPLES + if back { 0 } else { longest };
    let mut coarse = [0.0; COARSE_LENGTH];
    let coarse = decimate(&sound[from..to], &mut coarse);
    let template = if back { longest / COARSE } else { 0 };
    let coarse_lags = shortest.div_ceil(COARSE)..=longest / COARSE;
    let found = most_alike(coarse, template, TEMPLATE_SAMPLES / COARSE, coarse_lags, back)?;
    let middle = found.lag * COARSE;
    let fine_lags = shortest.max(middle.saturating_sub(COARSE - 1))..=longest.min(middle + COARSE - 1);
    most_alike(sound, at - CONTEXT_SAMPLES, TEMPLATE_SAMPLES, fine_lags, back)
}

/// Compares what lies at `template` with what lies each lag before or after it.
fn most_alike(
    sound: &[f32],
    template: usize,
    length: usize,
    lags: RangeInclusive<usize>,
    back: bool,
) -> Option<Match> {
    let here = &sound[template..template + length];
    let silence = SILENCE_POWER * length as f32;
    let power = here.iter().map(|x| x * x).sum::<f32>();
    let likeness = |lag: usize| {
        let start = if back { template - lag } else { template + lag };
        let there = sound.get(start..start + length)?;
        let (mut both, mut other) = (0.0, 0.0);
        for (x, y) in here.iter().zip(there) {
            both += x * y;
            other += y * y;
        }
        let quiet = power + other < silence;
        Some(Match { lag, likeness: if quiet { 1.0 } else { both / (power * other).sqrt().max(silence) } })
    };
    lags.filter_map(likeness).max_by(|a, b| a.likeness.total_cmp(&b.likeness))
}

/// Means of so many samples each.
fn decimate<'a>(sound: &[f32], coarse: &'a mut [f32; COARSE_LENGTH]) -> &'a [f32] {
    let (groups, _) = sound.as_chunks::<COARSE>();
    for (mean, group) in coarse.iter_mut().zip(groups) {
        *mean = group.iter().sum::<f32>() / COARSE as f32;
    }
    &coarse[..groups.len().min(COARSE_LENGTH)]
}

/// How much of the new sound is heard at the `i`th sample of a cross-fade.
fn weight(i: usize, fade: usize) -> f32 {
    (i as f32 + 0.5) / fade as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice of the given period in samples, with overtones.
    fn voice(period: f32, samples: usize) -> Vec<f32> {
        let partial = |i: usize, n: f32| (i as f32 * n / period * std::f32::consts::TAU + n).sin() / n;
        (0..samples).map(|i| 0.2 * (1..=8).map(|n| partial(i, n as f32)).sum::<f32>()).collect()
    }

    fn largest_step(sound: &[f32]) -> f32 {
        sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    const LAGS: RangeInclusive<usize> = SHORTEST_LAG..=LONGEST_LAG;

    #[test]
    fn lags_are_whole_periods() {
        for period in [130.0, 200.5, 305.0, 437.3, 600.0] {
            let sound = voice(period, 4_800);
            for found in [match_after(&sound, 2_000, LAGS), match_before(&sound, 2_000, LAGS)] {
                let found = found.unwrap();
                let periods = found.lag as f32 / period;
                assert!((periods - periods.round()).abs() * period <= 1.0, "{period}: {found:?}");
                assert!(found.likeness > 0.99, "{period}: {found:?}");
            }
        }
    }

    #[test]
    fn a_voice_goes_on_as_if_nothing_had_been_left_out_or_repeated() {
        for period in [130.0, 200.5, 305.0, 437.3, 600.0] {
            let sound = voice(period, 4_800);
            let mut shorter = sound.clone();
            let lag = match_after(&sound, 2_000, LAGS).unwrap().lag;
            shorten(&mut shorter, 2_000, lag);
            assert_eq!(shorter.len(), 4_800 - lag);
            assert_eq!(shorter[..2_000], sound[..2_000]);
            assert_eq!(shorter[2_240..], sound[2_240 + lag..]);
            let mut longer = sound.clone();
            let lag = match_before(&sound, 2_000, LAGS).unwrap().lag;
            lengthen(&mut longer, 2_000, lag);
            assert_eq!(longer.len(), 4_800 + lag);
            assert_eq!(longer[..2_000], sound[..2_000]);
            assert_eq!(longer[2_000 + lag..], sound[2_000..]);
            for stretched in [shorter, longer] {
                assert!(largest_step(&stretched) < 1.05 * largest_step(&sound), "{period}");
            }
        }
    }

    #[test]
    fn even_a_bad_proxy_does_not_click() {
        let sound = voice(200.0, 4_800);
        for lag in [120, 150, 290, 500, 950] {
            let (mut shorter, mut longer) = (sound.clone(), sound.clone());
            shorten(&mut shorter, 2_000, lag);
            lengthen(&mut longer, 2_000, lag);
            assert!(largest_step(&shorter) < 1.3 * largest_step(&sound), "{lag}");
            assert!(largest_step(&longer) < 1.3 * largest_step(&sound), "{lag}");
        }
    }

    #[test]
    fn noise_resembles_nothing_and_silence_everything() {
        let mut seed = 1_u32;
        let noise: Vec<f32> = (0..4_800)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed as f32 / u32::MAX as f32 - 0.5
            })
            .collect();
        assert!(match_after(&noise, 2_000, LAGS).unwrap().likeness < 0.4);
        assert!(match_before(&noise, 2_000, LAGS).unwrap().likeness < 0.4);
        assert!(match_after(&vec![0.0; 4_800], 2_000, LAGS).unwrap().likeness > 0.99);
    }

    #[test]
    fn lags_stay_within_what_is_asked_for_and_what_is_there() {
        let sound = voice(200.0, 4_800);
        let lag = match_before(&sound, 2_000, 480..=960).unwrap().lag;
        assert!([599, 600, 601, 799, 800, 801].contains(&lag), "{lag}");
        assert_eq!(match_after(&sound, 4_800 - 240 - 119, LAGS), None);
        assert_eq!(match_after(&sound, 4_700, LAGS), None);
        assert!(match_after(&sound, 4_800 - 240 - 120, LAGS).is_some());
        assert_eq!(match_before(&sound, 599, LAGS), None);
    }
}
