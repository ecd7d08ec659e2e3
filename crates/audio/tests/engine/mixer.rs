//! From packets to the mix: what is heard, when, how loud, and that it never clicks.

use consonance_audio::{
    BLOCK_SAMPLES, CodecError, CodecKind, CodecSettings, DecodedAs, EncoderSettings, FrameSize,
    IdentityEncoder, Mixer, MixerError, MixerSettings, OpusEncoder, SamplePosition, SpeakerKey, StereoBlock,
};

use crate::call::{Heard, Network, SPEAKER, encode, listen};
use crate::signal::{correlation, hum, largest_step, speech};

/// By how much Opus lags behind, as its encoder says.
const LOOKAHEAD: usize = 312;

/// Speech through Opus and a network, with loss announced to the encoder.
fn call(sound: &[f32], frame: FrameSize, network: Network) -> Heard {
    let settings = EncoderSettings {
        frame,
        expected_loss_percent: network.loss_percent.round() as u8,
        ..EncoderSettings::default()
    };
    let packets = encode(sound, frame, &mut OpusEncoder::new(settings).unwrap());
    listen(CodecSettings::opus(frame), &network.send(&packets, frame))
}

/// A tone as raw samples through a network, so that every click is ours.
fn raw_call(sound: &[f32], network: Network) -> Heard {
    let frame = FrameSize::Ms20;
    let packets = encode(sound, frame, &mut IdentityEncoder::new(frame));
    listen(CodecSettings::identity(frame), &network.send(&packets, frame))
}

fn mixer_with(codec: CodecSettings) -> Mixer {
    let mut mixer = Mixer::new(MixerSettings::default());
    mixer.add_speaker(SPEAKER, codec).unwrap();
    mixer
}

fn mix(mixer: &mut Mixer, blocks: usize) -> Vec<f32> {
    let mut block = StereoBlock::from_mono(&[f32::NAN; BLOCK_SAMPLES]);
    let mut sound = Vec::new();
    for _ in 0..blocks {
        mixer.mix(&mut block);
        assert_eq!(block.left[..], block.right[..], "nobody has a place");
        sound.extend_from_slice(&block.left);
    }
    sound
}

/// A frame of raw samples, all of one value.
fn level(value: f32) -> Vec<u8> {
    value.to_le_bytes().repeat(960)
}

/// A speaker in mid-speech, all samples 0.5.
fn steady_speaker() -> Mixer {
    let mut mixer = mixer_with(CodecSettings::identity(FrameSize::Ms20));
    mixer.start_utterance(SPEAKER);
    for sequence in 0..50 {
        mixer.push_frame(SPEAKER, sequence, SamplePosition(u64::from(sequence) * 960), &level(0.5), 1.0);
    }
    mix(&mut mixer, 20);
    mixer
}

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
            let lost = heard.statistics.lost;
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
        assert_eq!(
            statistics.received,
            statistics.played + statistics.late + statistics.duplicates + statistics.overflowed
        );
    }
}

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

/// Twelve seconds through a network that is calm, then rough, then calm again, all in one utterance.
fn through_a_rough_passage(original: &[f32], frame: FrameSize) -> Heard {
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
        assert!(after.late + after.concealed <= 8, "{frame:?}: {after:?}");
    }
}

#[test]
fn a_stretched_tone_keeps_its_pitch_and_level() {
    let original: Vec<f32> = (0..12 * 48_000).map(|i| 0.5 * (i as f32 * 0.02).sin()).collect();
    let heard = through_a_rough_passage(&original, FrameSize::Ms20);
    let crossings = |sound: &[f32]| {
        sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count() as f64 / sound.len() as f64
    };
    // While the delay shrinks, every second is shorter, but its waves are not.
    let shrinking = &heard.sound[8 * 48_000..10 * 48_000];
    let ratio = crossings(shrinking) / crossings(&original);
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
    let power = |sound: &[f32]| sound.iter().map(|&x| f64::from(x * x)).sum::<f64>() / sound.len() as f64;
    let ratio = power(shrinking) / power(&original);
    assert!((ratio - 1.0).abs() < 0.05, "{ratio}");
}

#[test]
fn what_is_skipped_is_joined_without_a_click() {
    let mut mixer = steady_speaker();
    for sequence in 50..300 {
        mixer.push_frame(SPEAKER, sequence, mixer.position(), &level(-0.5), 1.0);
    }
    let sound = mix(&mut mixer, 3);
    assert!((sound[0] - 0.5).abs() < 0.01 && (sound[1_439] + 0.5).abs() < 1e-6);
    assert!(largest_step(&sound) < 0.01, "{}", largest_step(&sound));
    assert!(mixer.statistics(SPEAKER).unwrap().overflowed > 200);
}

#[test]
fn sound_that_returns_after_a_long_gap_fades_in() {
    let mut mixer = steady_speaker();
    mix(&mut mixer, 130);
    let mut sound = Vec::new();
    for sequence in 75..100 {
        mixer.push_frame(SPEAKER, sequence, mixer.position(), &level(0.5), 1.0);
        sound.extend(mix(&mut mixer, 2));
    }
    assert!(sound[0].abs() < 0.01 && (sound[20_000] - 0.5).abs() < 1e-6);
    assert!(largest_step(&sound) < 0.01, "{}", largest_step(&sound));
}

#[test]
fn a_long_delay_is_shortened_in_a_pause_without_a_click() {
    // Four seconds of tone, a pause, tone again. A stall of 200 ms in the beginning makes the delay grow.
    let mut original = hum(192_000);
    original.extend(hum(48_000).iter().map(|sample| sample * 0.01));
    original.extend(hum(24_000));
    let natural = largest_step(&original);
    let packets = encode(&original, FrameSize::Ms20, &mut IdentityEncoder::new(FrameSize::Ms20));
    let mut sent = Network::default().send(&packets, FrameSize::Ms20);
    let stall_ends = sent[40].arrives;
    for late in &mut sent[30..40] {
        late.arrives = stall_ends;
    }
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
fn made_up_sound_is_silent_after_100_ms_and_real_sound_returns_without_a_click() {
    let original = hum(96_000);
    for bitrate_bps in [12_000, 24_000, 96_000] {
        let mut mixer = mixer_with(CodecSettings::opus(FrameSize::Ms20));
        let settings = EncoderSettings { bitrate_bps, ..EncoderSettings::default() };
        let packets = encode(&original, FrameSize::Ms20, &mut OpusEncoder::new(settings).unwrap());
        mixer.start_utterance(SPEAKER);
        let mut sound = Vec::new();
        for (sequence, packet) in (0..).zip(&packets) {
            if !(50..80).contains(&sequence) {
                mixer.push_frame(SPEAKER, sequence, mixer.position(), packet, 1.0);
            }
            sound.extend(mix(&mut mixer, 2));
        }
        let loudest = |sound: &[f32]| sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
        let gap = &sound[51 * 960..80 * 960];
        assert!(loudest(&gap[..960]) > 0.01, "{bitrate_bps} bit/s: it goes on at first");
        assert!(loudest(&gap[4_800..]) < f32::EPSILON, "{bitrate_bps} bit/s");
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
            mixer.push_frame(SPEAKER, sequence, mixer.position(), &level(value), 1.0);
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
fn volume_and_channel_gain_multiply_and_move_smoothly() {
    let mut mixer = steady_speaker();
    mixer.set_volume(SPEAKER, 0.5);
    let sound = mix(&mut mixer, 2);
    assert!(largest_step(&sound) < 0.01);
    assert!((sound[959] - 0.25).abs() < 1e-6);

    let mut mixer = mixer_with(CodecSettings::identity(FrameSize::Ms20));
    mixer.set_volume(SPEAKER, 0.25);
    mixer.start_utterance(SPEAKER);
    mixer.push_frame(SPEAKER, 0, SamplePosition(0), &level(0.5), 2.0);
    let sound = mix(&mut mixer, 3);
    assert!(sound[480..].iter().all(|sample| (sample - 0.25).abs() < 1e-6), "from the first sample on");
}

#[test]
fn gains_that_are_not_sensible_are_made_so() {
    for (volume, gain, expected) in [
        (f32::NAN, f32::NAN, 0.3),
        (f32::INFINITY, 0.5, 0.6),
        (-1.0, 1.0, 0.0),
        (1.0, f32::INFINITY, 0.6),
        (1.0, f32::NEG_INFINITY, 0.0),
    ] {
        let mut mixer = mixer_with(CodecSettings::identity(FrameSize::Ms20));
        mixer.set_volume(SPEAKER, volume);
        mixer.start_utterance(SPEAKER);
        mixer.push_frame(SPEAKER, 0, SamplePosition(0), &level(0.3), gain);
        let sound = mix(&mut mixer, 4);
        assert!((sound[1_400] - expected).abs() < 1e-6, "{volume} × {gain}: {}", sound[1_400]);
    }
}

#[test]
fn speakers_are_summed_and_the_sum_is_limited() {
    let mut mixer = Mixer::new(MixerSettings::default());
    for key in 0..3 {
        let key = SpeakerKey(key);
        mixer.add_speaker(key, CodecSettings::identity(FrameSize::Ms20)).unwrap();
        mixer.start_utterance(key);
        let value = 0.2 * (key.0 + 1) as f32;
        mixer.push_frame(key, 0, SamplePosition(0), &level(value), 1.0);
    }
    let sound = mix(&mut mixer, 4);
    let peak = sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
    assert!((0.9..=1.0).contains(&peak), "1.2 in, {peak} out");

    let mut mixer = Mixer::new(MixerSettings::default());
    for key in 0..3 {
        let key = SpeakerKey(key);
        mixer.add_speaker(key, CodecSettings::identity(FrameSize::Ms20)).unwrap();
        mixer.start_utterance(key);
        mixer.push_frame(key, 0, SamplePosition(0), &level(0.2), 1.0);
    }
    assert!((mix(&mut mixer, 3)[1_400] - 0.6).abs() < 1e-6);
}

#[test]
fn hostile_packets_are_counted_and_harm_nobody() {
    let mut mixer = steady_speaker();
    let hostile = SpeakerKey(666);
    mixer.add_speaker(hostile, CodecSettings::opus(FrameSize::Ms20)).unwrap();
    mixer.start_utterance(hostile);
    let position = mixer.position();
    for sequence in 0..40 {
        mixer.push_frame(hostile, sequence, position, &vec![0xff; sequence as usize], f32::NAN);
    }
    mixer.push_frame(hostile, u32::MAX, SamplePosition(u64::MAX), &vec![0; 1 << 20], 1.0);
    mixer.push_frame(hostile, u32::MAX, SamplePosition(0), &[], 1.0);
    let sound = mix(&mut mixer, 40);
    assert!(sound.iter().all(|sample| (sample - 0.5).abs() < 1e-4), "the other one is heard as before");
    let statistics = mixer.statistics(hostile).unwrap();
    assert_eq!(statistics.received, 42);
    assert_eq!(statistics.played, 0);
    assert!(statistics.undecodable > 0);
}

#[test]
fn every_packet_that_is_not_one_frame_is_concealed_and_counted() {
    let frame = FrameSize::Ms20;
    let speaking = |frame, bitrate_bps| {
        let settings = EncoderSettings { frame, bitrate_bps, ..EncoderSettings::default() };
        encode(&speech(1)[24_000..48_000], frame, &mut OpusEncoder::new(settings).unwrap())
    };
    let good = speaking(frame, 24_000);
    let wrong: [(&str, Vec<u8>); 6] = [
        ("empty", Vec::new()),
        ("a frame of 40 ms", speaking(FrameSize::Ms40, 24_000)[3].clone()),
        ("a frame of 10 ms", speaking(FrameSize::Ms10, 24_000)[3].clone()),
        ("two frames of 20 ms", vec![9 << 3 | 1, 0, 0, 0, 0]),
        ("a count of no frames", vec![9 << 3 | 3, 0]),
        ("raw samples", level(0.5)),
    ];
    for (what, packet) in wrong {
        let mut mixer = mixer_with(CodecSettings::opus(frame));
        mixer.start_utterance(SPEAKER);
        for (sequence, good) in (0..20).zip(&good) {
            let packet = if sequence == 10 { &packet } else { good };
            mixer.push_frame(SPEAKER, sequence, mixer.position(), packet, 1.0);
            let sound = mix(&mut mixer, 2);
            assert!(sound.iter().all(|sample| sample.abs() <= 1.0), "{what}");
        }
        let statistics = mixer.statistics(SPEAKER).unwrap();
        assert_eq!((statistics.undecodable, statistics.late, statistics.lost), (1, 0, 0), "{what}");
        assert!(statistics.played >= 18, "{what}: {statistics:?}");
    }
}

#[test]
fn speakers_that_cannot_be_heard_are_refused() {
    let mut mixer = Mixer::new(MixerSettings { max_speakers: 2, ..MixerSettings::default() });
    let absurd = CodecSettings { kind: CodecKind::Opus, frame_samples: 123, sample_rate_hz: 48_000 };
    assert_eq!(
        mixer.add_speaker(SPEAKER, absurd),
        Err(MixerError::Codec {
            key: SPEAKER,
            source: CodecError::UnsupportedFrameSize { frame_samples: 123, sample_rate_hz: 48_000 },
        })
    );
    let good = CodecSettings::opus(FrameSize::Ms20);
    assert_eq!(mixer.add_speaker(SPEAKER, good), Ok(()));
    assert_eq!(mixer.add_speaker(SPEAKER, good), Err(MixerError::SpeakerExists { key: SPEAKER }));
    assert_eq!(mixer.add_speaker(SpeakerKey(1), good), Ok(()));
    assert_eq!(mixer.add_speaker(SpeakerKey(2), good), Err(MixerError::TooManySpeakers { max_speakers: 2 }));
}

#[test]
fn strangers_are_ignored() {
    let mut mixer = Mixer::new(MixerSettings::default());
    let stranger = SpeakerKey(5);
    assert_eq!(mixer.start_utterance(stranger), None);
    mixer.push_frame(stranger, 0, SamplePosition(0), &level(1.0), 1.0);
    mixer.end_utterance(stranger);
    mixer.set_volume(stranger, 1.0);
    mixer.remove_speaker(stranger);
    assert_eq!(mixer.statistics(stranger), None);
    assert!(mix(&mut mixer, 2).iter().all(|&sample| sample == 0.0));
    assert_eq!(mixer.position(), SamplePosition(960));
}

#[test]
fn a_mixer_can_be_moved_to_the_voice_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Mixer::new(MixerSettings::default()));
}

#[test]
fn reports_that_nobody_fetches_are_bounded() {
    let mut mixer = mixer_with(CodecSettings::identity(FrameSize::Ms10));
    mixer.start_utterance(SPEAKER);
    let packet = 0.1_f32.to_le_bytes().repeat(480);
    for sequence in 0..1_100 {
        mixer.push_frame(SPEAKER, sequence, mixer.position(), &packet, 1.0);
        mix(&mut mixer, 1);
    }
    mix(&mut mixer, 5);
    assert_eq!(mixer.played_overflow(), 1_100 - 1_024);
    assert_eq!(std::iter::from_fn(|| mixer.poll_played()).count(), 1_024);
}
