//! The pitch shift.

use consonance_audio::{BLOCK_SAMPLES, PITCH_SHIFT_LATENCY_SAMPLES};

use super::measure::{assert_within, band_db, centre_hz, dbfs, direct_current, pitch_hz};
use super::sounds::{FORMANTS_HZ, said, speech_through, through, vowel};

const SEMITONES: [f32; 6] = [-12.0, -7.0, -3.0, 4.0, 7.0, 12.0];

fn shifted(semitones: f32, sound: &[f32]) -> Vec<f32> {
    through(&format!("pitch semitones={semitones}"), sound)
}

fn ratio_of(semitones: f32) -> f32 {
    (semitones / 12.0).exp2()
}

#[test]
fn a_vowel_is_higher_or_lower_by_so_many_semitones() {
    for said_hz in [110.0, 161.3, 220.0] {
        for semitones in SEMITONES {
            let heard = shifted(semitones, &vowel(said_hz, 48_000));
            let expected = said_hz * ratio_of(semitones);
            let Some(heard_hz) = pitch_hz(&heard[24_000..]).filter(|_| expected > 65.0) else { continue };
            assert_within(heard_hz, expected, 0.01 * expected, &format!("{said_hz} Hz by {semitones}"));
        }
    }
}

#[test]
fn the_formants_stay_where_they_are() {
    let said = vowel(120.0, 96_000);
    for semitones in SEMITONES {
        let heard = shifted(semitones, &said);
        for hz in FORMANTS_HZ {
            let centre = |sound: &[f32]| centre_hz(&sound[24_000..], 0.8 * hz, 1.25 * hz);
            let (before, after) = (centre(&said), centre(&heard));
            assert_within(after, before, 0.06 * before, &format!("the formant at {hz} Hz by {semitones}"));
        }
        let tilt = |sound: &[f32]| {
            band_db(&sound[24_000..], 2_200.0, 3_000.0) - band_db(&sound[24_000..], 500.0, 900.0)
        };
        assert_within(tilt(&heard), tilt(&said), 4.0, "the third formant against the first");
    }
}

#[test]
fn a_shift_by_nothing_is_a_delay_of_30_ms() {
    let said = said();
    let heard = shifted(0.0, &said);
    let delay = PITCH_SHIFT_LATENCY_SAMPLES;
    assert_eq!(delay, 1_440);
    let error: Vec<f32> = heard[delay..].iter().zip(&said).map(|(heard, said)| heard - said).collect();
    let below = dbfs(&error) - dbfs(&said);
    assert!(below < -8.0, "what differs is {below} dB below the voice");
}

#[test]
fn speech_is_higher_or_lower_by_so_many_semitones_and_as_loud() {
    let said = said();
    for semitones in [-5.0, -2.0, 3.0, 5.0, 8.0] {
        let name = format!("pitch{semitones:+}");
        let heard = speech_through(&name, &format!("pitch semitones={semitones}"));
        let mut ratios: Vec<f32> = (0..said.len() - 4_000)
            .step_by(2 * BLOCK_SAMPLES)
            .filter_map(|at| {
                let after = at + PITCH_SHIFT_LATENCY_SAMPLES;
                Some(pitch_hz(heard.get(after..after + 2_400)?)? / pitch_hz(said.get(at..at + 2_400)?)?)
            })
            .collect();
        ratios.sort_by(f32::total_cmp);
        assert!(ratios.len() > 30, "{} pieces have a pitch", ratios.len());
        let (ratio, expected) = (ratios[ratios.len() / 2], ratio_of(semitones));
        assert_within(ratio, expected, 0.01 * expected, &name);
        assert_within(dbfs(&heard), dbfs(&said), 3.0, &name);
        assert_within(direct_current(&heard), 0.0, 5e-4, "direct current");
    }
}

#[test]
fn the_colour_of_speech_stays() {
    let said = said();
    for semitones in [-5.0, 5.0] {
        let heard = shifted(semitones, &said);
        for (from, to) in [(300.0, 600.0), (600.0, 1_440.0), (1_440.0, 2_400.0), (2_400.0, 4_800.0)] {
            let change = band_db(&heard, from, to) - band_db(&said, from, to);
            assert!(change.abs() < 3.5, "{semitones}: {change} dB from {from} Hz on");
        }
    }
}
