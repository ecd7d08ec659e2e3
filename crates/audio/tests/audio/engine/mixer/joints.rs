//! Nothing clicks where one piece of sound does not continue the previous one.

use consonance_audio::{
    CodecSettings, EncoderSettings, FrameProperties, FrameSize, IdentityEncoder, OpusEncoder,
};

use super::desk::{level, mix, mixer_with, raw_call, steady_speaker};
use crate::engine::call::{Network, SPEAKER, encode, listen};
use crate::engine::signal::{hum, largest_step};

#[test]
fn loss_and_jitter_do_not_click() {
    let original = hum(96_000);
    let natural = largest_step(&original);
    for seed in 0..20 {
        let network = Network { loss_percent: 10.0, jitter_samples: 3_840, seed, ..Network::default() };
        let heard = raw_call(&original, network);
        assert!(heard.statistics.concealed > 0);
        let step = largest_step(&heard.sound);
        assert!(step < 1.5 * natural, "seed {seed}: a step of {step}, {natural} in the tone");
    }
}

#[test]
fn a_late_frame_is_joined_without_a_click_and_moves_nothing() {
    let original = hum(192_000);
    let packets = encode(&original, FrameSize::Ms20, &mut IdentityEncoder::new(FrameSize::Ms20));
    let mut sent = Network::default().send(&packets, FrameSize::Ms20);
    sent[150].arrives += 2 * 480;
    sent.sort_by_key(|sent| sent.arrives);
    let heard = listen(CodecSettings::identity(FrameSize::Ms20), &sent);
    assert_eq!(heard.statistics.concealed_blocks, 1);
    assert!(largest_step(&heard.sound) < 1.5 * largest_step(&original));
    let offset = heard.median_delay(FrameSize::Ms20) as usize;
    assert_eq!(heard.sound[offset + 151 * 960..][..40_000], original[151 * 960..][..40_000]);
}

#[test]
fn what_is_skipped_is_joined_without_a_click() {
    let mut mixer = steady_speaker();
    for sequence in 50..300 {
        mixer.push_frame(SPEAKER, sequence, mixer.position(), &level(-0.5), FrameProperties::default());
    }
    let sound = mix(&mut mixer, 3);
    assert!((sound[0] - 0.5).abs() < 0.01 && (sound[1_439] + 0.5).abs() < 1e-6);
    assert!(largest_step(&sound) < 0.01, "{}", largest_step(&sound));
    assert!(mixer.statistics(SPEAKER).unwrap().arrivals.overflowed > 200);
}

#[test]
fn sound_that_returns_after_a_long_gap_fades_in() {
    let mut mixer = steady_speaker();
    mix(&mut mixer, 130);
    let mut sound = Vec::new();
    for sequence in 75..100 {
        mixer.push_frame(SPEAKER, sequence, mixer.position(), &level(0.5), FrameProperties::default());
        sound.extend(mix(&mut mixer, 2));
    }
    assert!(sound[0].abs() < 0.01 && (sound[20_000] - 0.5).abs() < 1e-6);
    assert!(largest_step(&sound) < 0.01, "{}", largest_step(&sound));
}

#[test]
fn a_long_delay_is_shortened_in_a_pause_without_a_click() {
    // Four seconds of tone, a pause, tone again. Jitter of 200 ms in the first two makes the delay grow.
    let mut original = hum(192_000);
    original.extend(hum(48_000).iter().map(|sample| sample * 0.01));
    original.extend(hum(24_000));
    let natural = largest_step(&original);
    let packets = encode(&original, FrameSize::Ms20, &mut IdentityEncoder::new(FrameSize::Ms20));
    let rough =
        Network { jitter_samples: 9_600, seed: 5, ..Network::default() }.send(&packets, FrameSize::Ms20);
    let mut sent = Network::default().send(&packets, FrameSize::Ms20);
    for late in rough.iter().filter(|sent| sent.sequence < 100) {
        sent[late.sequence as usize].arrives = late.arrives;
    }
    sent.sort_by_key(|sent| sent.arrives);
    let heard = listen(CodecSettings::identity(FrameSize::Ms20), &sent);
    let delays = heard.delays(FrameSize::Ms20);
    let (longest, last) = (delays.iter().max().unwrap(), delays.last().unwrap());
    assert!(longest - last >= 7_200, "from {longest} to {last} samples");
    assert!(heard.statistics.shortened_samples >= 4_800);
    let step = largest_step(&heard.sound[195_000 + *longest as usize..238_000]);
    assert!(step < 0.015 * natural, "a step of {step} in the pause, {} in its tone", 0.01 * natural);
    assert!(largest_step(&heard.sound) < 1.5 * natural);
}

#[test]
fn made_up_sound_is_silent_after_200_ms_and_real_sound_returns_without_a_click() {
    let original = hum(96_000);
    for bitrate_bps in [12_000, 24_000, 96_000] {
        let mut mixer = mixer_with(CodecSettings::opus(FrameSize::Ms20));
        let settings = EncoderSettings { bitrate_bps, ..EncoderSettings::default() };
        let packets = encode(&original, FrameSize::Ms20, &mut OpusEncoder::new(settings).unwrap());
        mixer.start_utterance(SPEAKER);
        let mut sound = Vec::new();
        for (sequence, packet) in (0..).zip(&packets) {
            if !(50..80).contains(&sequence) {
                mixer.push_frame(SPEAKER, sequence, mixer.position(), packet, FrameProperties::default());
            }
            sound.extend(mix(&mut mixer, 2));
        }
        let loudest = |sound: &[f32]| sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
        let gap = &sound[51 * 960..80 * 960];
        assert!(loudest(&gap[..960]) > 0.01, "{bitrate_bps} bit/s: it goes on at first");
        assert!(loudest(&gap[9_600..]) < f32::EPSILON, "{bitrate_bps} bit/s");
        assert!(largest_step(&sound) < 1.5 * largest_step(&original), "{bitrate_bps} bit/s");
    }
}

#[test]
fn utterances_follow_each_other_without_loss() {
    let mut mixer = mixer_with(CodecSettings::identity(FrameSize::Ms20));
    let mut sound = Vec::new();
    for round in 0_u32..10 {
        assert_eq!(mixer.start_utterance(SPEAKER), Some(round));
        let value = if round % 2 == 0 { 0.5 } else { -0.5 };
        for sequence in 0..5 {
            mixer.push_frame(SPEAKER, sequence, mixer.position(), &level(value), FrameProperties::default());
            sound.extend(mix(&mut mixer, 2));
        }
        mixer.end_utterance(SPEAKER);
    }
    sound.extend(mix(&mut mixer, 20));
    let starts = sound.iter().position(|&sample| sample > 0.1).unwrap();
    assert!(largest_step(&sound[starts..]) < 0.01, "from one to the next without a click");
    let played: Vec<_> =
        std::iter::from_fn(|| mixer.poll_played()).map(|f| (f.utterance, f.sequence)).collect();
    let expected: Vec<_> = (0..10).flat_map(|utterance| (0..5).map(move |n| (utterance, n))).collect();
    assert_eq!(played, expected);
}

#[test]
fn silence_follows_the_end_of_an_utterance_without_a_click() {
    let mut mixer = steady_speaker();
    mixer.end_utterance(SPEAKER);
    let sound = mix(&mut mixer, 120);
    assert!((sound[0] - 0.5).abs() < 1e-6);
    assert!(largest_step(&sound) < 0.01);
    assert!(sound[sound.len() - 4_800..].iter().all(|&sample| sample == 0.0));
}

#[test]
fn a_removed_speaker_fades_out_within_a_block() {
    let mut mixer = steady_speaker();
    mixer.remove_speaker(SPEAKER);
    let sound = mix(&mut mixer, 2);
    assert!((sound[0] - 0.5).abs() < 0.01);
    assert!(largest_step(&sound) < 0.01);
    assert!(sound[480..].iter().all(|&sample| sample == 0.0));
    assert_eq!(mixer.statistics(SPEAKER), None);
    mixer.add_speaker(SPEAKER, CodecSettings::opus(FrameSize::Ms40)).unwrap();
}

#[test]
fn speech_that_was_not_decoded_for_a_while_comes_back_without_a_click() {
    for bitrate_bps in [12_000, 24_000, 96_000] {
        let original = hum(480_000);
        let settings = EncoderSettings { bitrate_bps, ..EncoderSettings::default() };
        let packets = encode(&original, FrameSize::Ms20, &mut OpusEncoder::new(settings).unwrap());
        let mut mixer = mixer_with(CodecSettings::opus(FrameSize::Ms20));
        mixer.start_utterance(SPEAKER);
        let mut sound = Vec::new();
        for (sequence, packet) in (0..).zip(&packets) {
            mixer.set_muted(SPEAKER, sequence % 37 > 23);
            mixer.push_frame(SPEAKER, sequence, mixer.position(), packet, FrameProperties::default());
            sound.extend(mix(&mut mixer, 2));
        }
        let statistics = mixer.statistics(SPEAKER).unwrap();
        assert!(statistics.skipped > 120 && statistics.played > 300, "{statistics:?}");
        let step = largest_step(&sound);
        assert!(step < 1.5 * largest_step(&original), "{bitrate_bps} bit/s: a step of {step}");
    }
}
