//! Speech is heard intact and on time, whatever the network does.

use consonance_audio::jitter::JitterCounters;
use consonance_audio::{CodecSettings, DecodedAs, FrameProperties, FrameSize, IdentityEncoder};

use super::desk::{call, mix, mixer_with, raw_call};
use crate::engine::call::{BlockAnalysis, Network, SPEAKER, encode, listen};
use crate::engine::signal::{correlation, hum, largest_step, speech};

/// The delay of Opus, as reported by its encoder.
const LOOKAHEAD: usize = 312;

#[test]
fn speech_is_heard_as_it_was_spoken_at_a_constant_offset() {
    for frame in FrameSize::ALL {
        for number in 1..=3 {
            let original = speech(number);
            let heard = call(&original, frame, Network { delay_samples: 2_760, ..Network::default() });
            let delays = heard.delays(frame);
            assert!(delays.iter().all(|&delay| delay == delays[0]), "{frame:?}: one delay for all");
            let waited = delays[0] - frame.samples() as u64 - 2_760;
            assert!(waited <= 960, "{frame:?}: waited {waited} samples beyond the frame");
            let similar = correlation(&original, &heard.sound, delays[0] as usize + LOOKAHEAD);
            assert!(similar > 0.93, "{frame:?}, recording {number}: {similar}");
            let frames = original.len().div_ceil(frame.samples());
            assert_eq!(heard.played.len(), frames);
            assert_eq!(heard.statistics.played, frames as u64);
        }
    }
}

#[test]
fn raw_samples_are_heard_exactly() {
    let original = hum(48_000);
    let heard = raw_call(&original, Network::default());
    let offset = heard.median_delay(FrameSize::Ms20) as usize;
    assert_eq!(heard.sound[offset..offset + 48_000], original[..]);
}

#[test]
fn speech_stays_intelligible_at_10_percent_loss() {
    for number in 1..=3 {
        let original = speech(number);
        for (seed, jitter_samples) in [(0, 0), (1, 0), (2, 960), (3, 960), (4, 2_880)] {
            let network = Network { loss_percent: 10.0, jitter_samples, seed, ..Network::default() };
            let heard = call(&original, FrameSize::Ms20, network);
            let aligned = heard.on_the_speakers_time_line(FrameSize::Ms20, LOOKAHEAD);
            let similar = correlation(&original, &aligned, 0);
            assert!(similar > 0.85, "recording {number}, {network:?}: {similar}");
            let lost = heard.statistics.arrivals.lost;
            assert!(heard.statistics.recovered * 2 > lost, "{:?}", heard.statistics);
            assert_eq!(heard.statistics.recovered + heard.statistics.concealed, lost);
        }
    }
}

#[test]
fn without_loss_jitter_costs_a_few_stretches_and_no_frame() {
    for number in 1..=3 {
        let original = speech(number);
        for seed in 0..10 {
            let network =
                Network { jitter_samples: 960, second_jitter_samples: 960, seed, ..Network::default() };
            let heard = call(&original, FrameSize::Ms20, network);
            let aligned = heard.on_the_speakers_time_line(FrameSize::Ms20, LOOKAHEAD);
            let similar = correlation(&original, &aligned, 0);
            assert!(similar > 0.9, "recording {number}, seed {seed}: {similar}");
            assert!(heard.played.iter().all(|frame| frame.how == DecodedAs::Decoded));
            let delays = heard.delays(FrameSize::Ms20);
            let moves = delays.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert!(moves <= 8, "recording {number}, seed {seed}: the delay moved {moves} times");
        }
    }
}

#[test]
fn jitter_of_20_ms_costs_nearly_nothing_after_the_first_second() {
    for frame in [FrameSize::Ms10, FrameSize::Ms20] {
        for seed in 0..8 {
            let network = Network { jitter_samples: 960, seed, ..Network::default() };
            let heard = call(&speech(1), frame, network);
            let first_second = 48_000 / frame.samples();
            let missed =
                heard.played.iter().skip(first_second).filter(|frame| frame.how != DecodedAs::Decoded);
            let missed = missed.count();
            assert!(missed * 100 <= heard.played.len(), "{frame:?}, seed {seed}: {missed} missed");
            let waited = heard.median_delay(frame) - frame.samples() as u64;
            assert!(waited <= 40 * 48, "{frame:?}, seed {seed}: {waited} samples");
        }
    }
}

#[test]
fn every_frame_is_reported_once_and_in_order() {
    for seed in 0..4 {
        let network = Network {
            loss_percent: 15.0,
            duplicate_percent: 10.0,
            jitter_samples: 2_880,
            seed,
            ..Network::default()
        };
        let original = speech(2);
        let heard = call(&original, FrameSize::Ms20, network);
        assert!(heard.played.windows(2).all(|pair| pair[0].sequence + 1 == pair[1].sequence));
        let statistics = heard.statistics;
        let count = |how| heard.played.iter().filter(|frame| frame.how == how).count() as u64;
        assert_eq!(count(DecodedAs::Decoded), statistics.played);
        assert_eq!(count(DecodedAs::Recovered), statistics.recovered);
        assert_eq!(count(DecodedAs::Concealed), statistics.concealed);
        let JitterCounters { received, late, duplicates, overflowed, .. } = statistics.arrivals;
        assert_eq!(received, statistics.played + late + duplicates + overflowed);
    }
}

#[test]
fn unread_reports_are_bounded() {
    let mut mixer = mixer_with(CodecSettings::identity(FrameSize::Ms10));
    mixer.start_utterance(SPEAKER);
    let packet = 0.1_f32.to_le_bytes().repeat(480);
    for sequence in 0..1_100 {
        mixer.push_frame(SPEAKER, sequence, mixer.position(), &packet, FrameProperties::default());
        mix(&mut mixer, 1);
    }
    mix(&mut mixer, 5);
    assert_eq!(mixer.played_overflow(), 1_100 - 1_024);
    assert_eq!(std::iter::from_fn(|| mixer.poll_played()).count(), 1_024);
}

/// Twelve seconds through a network that is calm, then rough, then calm again, all in one utterance.
fn through_a_rough_passage(original: &[f32], frame: FrameSize) -> BlockAnalysis {
    let packets = encode(original, frame, &mut IdentityEncoder::new(frame));
    let samples = frame.samples() as u64;
    let rough = Network { jitter_samples: 3_840, seed: 5, ..Network::default() }.send(&packets, frame);
    let mut sent = Network::default().send(&packets, frame);
    let passage = 96_000 / samples..240_000 / samples;
    for late in rough.iter().filter(|sent| passage.contains(&u64::from(sent.sequence))) {
        sent[late.sequence as usize].arrives = late.arrives;
    }
    sent.sort_by_key(|sent| sent.arrives);
    listen(CodecSettings::identity(frame), &sent)
}

#[test]
fn the_delay_follows_the_network_both_ways_within_an_utterance_without_a_click() {
    for frame in FrameSize::ALL {
        let original = hum(12 * 48_000);
        let heard = through_a_rough_passage(&original, frame);
        let delays = heard.delays(frame);
        let at_second = |second: usize| delays[second * 48_000 / frame.samples()] - frame.samples() as u64;
        let (calm, rough, calm_again) = (at_second(1), at_second(4), at_second(11));
        assert!(calm <= 960 && rough >= 3_360, "{frame:?}: from {calm} to {rough} samples");
        assert!(calm_again <= calm + 1_200, "{frame:?}: back to {calm_again} samples");
        assert!(heard.statistics.shortened_samples >= 2_400, "{frame:?}: {:?}", heard.statistics);
        assert!(largest_step(&heard.sound) < 1.5 * largest_step(&original), "{frame:?}");
        let after = heard.statistics;
        assert!(after.arrivals.late + after.concealed <= 8, "{frame:?}: {after:?}");
    }
}

#[test]
fn a_stretched_tone_keeps_its_pitch_and_level() {
    let original: Vec<f32> = (0..12 * 48_000).map(|i| 0.5 * (i as f32 * 0.02).sin()).collect();
    let heard = through_a_rough_passage(&original, FrameSize::Ms20);
    let crossings = |sound: &[f32]| {
        sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count() as f64 / sound.len() as f64
    };
    // While the delay shrinks, each second gets shorter, but its waves do not.
    let shrinking = &heard.sound[8 * 48_000..10 * 48_000];
    let ratio = crossings(shrinking) / crossings(&original);
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
    let power = |sound: &[f32]| sound.iter().map(|&x| f64::from(x * x)).sum::<f64>() / sound.len() as f64;
    let ratio = power(shrinking) / power(&original);
    assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
}
