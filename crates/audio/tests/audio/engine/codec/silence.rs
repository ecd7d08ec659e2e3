//! Discontinuous transmission: a silent speaker sends next to nothing, and the line does not go dead.

use consonance_audio::{EncoderSettings, FrameSize, OpusLibrary, RateMode, Source};

use super::{decode, encoder};
use crate::engine::call::encode;
use crate::engine::signal::{Dice, speech};

/// Speech, then seconds of pause, all of it in front of a background of noise.
fn speech_and_pause(noise: f32) -> (Vec<f32>, usize) {
    let mut dice = Dice(3);
    let mut sound = speech(1);
    let pause = sound.len();
    sound.resize(pause + 4 * 48_000, 0.0);
    for sample in &mut sound {
        *sample += (dice.below(2_001) as f32 / 1_000.0 - 1.0) * noise;
    }
    (sound, pause)
}

#[test]
fn a_silent_speaker_sends_next_to_nothing_and_is_heard_as_comfort_noise() {
    for &library in OpusLibrary::ALL {
        for bitrate_bps in [10_000, 24_000, 64_000] {
            let (original, pause) = speech_and_pause(0.005);
            let settings =
                EncoderSettings { bitrate_bps, rate: RateMode::Discontinuous, ..EncoderSettings::default() };
            let packets = encode(&original, FrameSize::Ms20, &mut encoder(library, settings));
            let in_pause = &packets[pause / 960 + 25..];
            let short = in_pause.iter().filter(|packet| packet.len() == 1).count();
            assert!(short * 10 >= in_pause.len() * 9, "{short} of {} packets say nothing", in_pause.len());
            let heard = decode(library, &packets, |i| Source::Packet(&packets[i]));
            let level =
                |sound: &[f32]| (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt();
            let usual = level(&heard[pause + 2_400..pause + 9_600]);
            for (i, part) in heard[pause + 24_000..].chunks_exact(4_800).enumerate() {
                let ratio = level(part) / usual;
                assert!((0.5..2.0).contains(&ratio), "{bitrate_bps} bit/s, part {i}: {ratio}");
            }
        }
    }
}

#[test]
fn without_background_a_silent_speaker_is_silent() {
    for &library in OpusLibrary::ALL {
        let (original, pause) = speech_and_pause(0.0);
        let settings = EncoderSettings { rate: RateMode::Discontinuous, ..EncoderSettings::default() };
        let packets = encode(&original, FrameSize::Ms20, &mut encoder(library, settings));
        let heard = decode(library, &packets, |i| Source::Packet(&packets[i]));
        // The recording's own background, at −50 dB, may continue.
        assert!(heard[pause + 48_000..].iter().all(|sample| sample.abs() < 0.005));
    }
}
