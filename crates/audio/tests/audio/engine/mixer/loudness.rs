//! The loudness of each speaker and of all, and that changes are smooth.

use consonance_audio::{
    CodecSettings, FrameProperties, FrameSize, Mixer, MixerSettings, SamplePosition, SpeakerKey, Unheard,
};

use super::desk::{MixingDesk, assert_near, level, mix, mixer_with, steady_speaker};
use crate::engine::call::SPEAKER;
use crate::engine::signal::largest_step;

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
    mixer.push_frame(
        SPEAKER,
        0,
        SamplePosition(0),
        &level(0.5),
        FrameProperties { gain: 2.0, ..FrameProperties::default() },
    );
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
        mixer.push_frame(
            SPEAKER,
            0,
            SamplePosition(0),
            &level(0.3),
            FrameProperties { gain, ..FrameProperties::default() },
        );
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
        mixer.push_frame(key, 0, SamplePosition(0), &level(value), FrameProperties::default());
    }
    let sound = mix(&mut mixer, 4);
    let peak = sound.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
    assert!((0.9..=1.0).contains(&peak), "1.2 in, {peak} out");

    let mut mixer = Mixer::new(MixerSettings::default());
    for key in 0..3 {
        let key = SpeakerKey(key);
        mixer.add_speaker(key, CodecSettings::identity(FrameSize::Ms20)).unwrap();
        mixer.start_utterance(key);
        mixer.push_frame(key, 0, SamplePosition(0), &level(0.2), FrameProperties::default());
    }
    assert!((mix(&mut mixer, 3)[1_400] - 0.6).abs() < 1e-6);
}

#[test]
fn a_muted_speaker_falls_silent_without_a_click_and_is_not_decoded() {
    let mut desk = MixingDesk::with_one();
    desk.mixer.set_muted(SPEAKER, true);
    let sound = desk.mix(4).both();
    assert!(largest_step(&sound) < 0.01 && sound[960..].iter().all(|&sample| sample == 0.0));
    let before = desk.statistics(SPEAKER);
    assert_eq!(before.unheard, Some(Unheard::Muted));
    assert!(desk.mix(100).is_silent());
    let after = desk.statistics(SPEAKER);
    assert_eq!((after.played, after.skipped), (before.played, before.skipped + 50));
    assert_eq!(after.arrivals.received, after.played + after.skipped + after.queued);
    assert_eq!((after.arrivals.late, after.arrivals.lost, after.concealed_blocks), (0, 0, 0));
}

#[test]
fn an_unmuted_speaker_is_heard_within_40_ms_without_a_click_and_no_later_than_before() {
    let mut desk = MixingDesk::with_one();
    let delay = desk.statistics(SPEAKER).delay_samples;
    for _ in 0..5 {
        desk.mixer.set_muted(SPEAKER, true);
        let silence = desk.mix(40).both();
        desk.mixer.set_muted(SPEAKER, false);
        let sound = desk.mix(40).both();
        assert!(largest_step(&[silence, sound.clone()].concat()) < 0.01);
        assert!(sound[1_920..].iter().all(|sample| (sample - 0.5).abs() < 1e-6));
        assert_eq!(desk.unheard(SPEAKER), None);
        assert_eq!(desk.statistics(SPEAKER).delay_samples, delay);
    }
}

#[test]
fn a_speaker_turned_down_to_nothing_is_not_decoded_either() {
    let mut desk = MixingDesk::with_one();
    desk.mixer.set_volume(SPEAKER, 0.0);
    desk.mix(4);
    assert_eq!(desk.unheard(SPEAKER), Some(Unheard::TurnedDown));
    let played = desk.statistics(SPEAKER).played;
    assert!(desk.mix(50).is_silent());
    assert_eq!(desk.statistics(SPEAKER).played, played);
}

#[test]
fn the_deaf_hear_nothing_and_hear_again_without_a_click() {
    let mut desk = MixingDesk::with_one();
    desk.mixer.set_deafened(true);
    let sound = desk.mix(4).both();
    assert!(largest_step(&sound) < 0.01 && sound[480..].iter().all(|&sample| sample == 0.0));
    assert_eq!(desk.unheard(SPEAKER), Some(Unheard::Deafened));
    let played = desk.statistics(SPEAKER).played;
    assert!(desk.mix(50).is_silent());
    assert_eq!(desk.statistics(SPEAKER).played, played, "nothing is decoded for the deaf");
    desk.mixer.set_deafened(false);
    let sound = desk.mix(5).both();
    assert!(largest_step(&sound) < 0.01);
    assert_near(sound[2_399], 0.5);
}

#[test]
fn the_master_volume_is_brought_into_its_range_and_moves_smoothly() {
    for (volume, expected) in
        [(0.5, 0.05), (4.0, 0.4), (9.0, 0.4), (f32::INFINITY, 0.4), (-1.0, 0.0), (f32::NAN, 0.1)]
    {
        let mut desk = MixingDesk::with_one();
        desk.mixer.set_volume(SPEAKER, 0.2);
        desk.mix(2);
        desk.mixer.set_master_volume(volume);
        let sound = desk.mix(2).both();
        assert!(largest_step(&sound) < 0.01, "{volume}");
        assert_near(sound[959], expected);
    }
}

#[test]
fn one_voice_s_properties_change_with_the_frame_that_brings_them() {
    let mut desk = MixingDesk::with_one();
    desk.channel(SPEAKER, FrameProperties { gain: 0.5, ..FrameProperties::default() });
    let quieter = desk.mix(6).both();
    assert!(largest_step(&quieter) < 0.01);
    assert_near(quieter[0], 0.5);
    assert_near(quieter[2_879], 0.25);
}
