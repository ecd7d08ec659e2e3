//! Invalid packets, names and settings are harmless.

use consonance_audio::jitter::JitterCounters;
use consonance_audio::{
    CodecError, CodecKind, CodecSettings, EncoderSettings, FrameProperties, FrameSize, Mixer, MixerError,
    MixerSettings, OpusEncoder, Pose, SamplePosition, SpeakerKey, SpeakerPlace,
};

use super::desk::{level, mix, mixer_with, steady_speaker};
use crate::engine::call::{SPEAKER, encode};
use crate::engine::signal::speech;

#[test]
fn hostile_packets_are_counted_and_harmless() {
    let mut mixer = steady_speaker();
    let hostile = SpeakerKey(666);
    mixer.add_speaker(hostile, CodecSettings::opus(FrameSize::Ms20)).unwrap();
    mixer.start_utterance(hostile);
    let position = mixer.position();
    let hopeless = FrameProperties { gain: f32::NAN, priority: 0, positional: true };
    mixer.set_listener(Some(Pose { position_m: [f32::NAN; 3], ..Pose::default() }));
    mixer.set_place(hostile, Some(SpeakerPlace { position_m: [f32::INFINITY; 3], occlusion: f32::NAN }));
    for sequence in 0..40 {
        mixer.push_frame(hostile, sequence, position, &vec![0xff; sequence as usize], hopeless);
    }
    mixer.push_frame(
        hostile,
        u32::MAX,
        SamplePosition(u64::MAX),
        &vec![0; 1 << 20],
        FrameProperties::default(),
    );
    mixer.push_frame(hostile, u32::MAX, SamplePosition(0), &[], FrameProperties::default());
    let sound = mix(&mut mixer, 40);
    assert!(sound.iter().all(|sample| (sample - 0.5).abs() < 1e-4), "the other one is heard as before");
    let statistics = mixer.statistics(hostile).unwrap();
    assert_eq!(statistics.arrivals.received, 42);
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
            mixer.push_frame(SPEAKER, sequence, mixer.position(), packet, FrameProperties::default());
            let sound = mix(&mut mixer, 2);
            assert!(sound.iter().all(|sample| sample.abs() <= 1.0), "{what}");
        }
        let statistics = mixer.statistics(SPEAKER).unwrap();
        let JitterCounters { late, lost, .. } = statistics.arrivals;
        assert_eq!((statistics.undecodable, late, lost), (1, 0, 0), "{what}");
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
            cause: CodecError::UnsupportedFrameSize { frame_samples: 123, sample_rate_hz: 48_000 },
        })
    );
    let good = CodecSettings::opus(FrameSize::Ms20);
    assert_eq!(mixer.add_speaker(SPEAKER, good), Ok(()));
    assert_eq!(mixer.add_speaker(SPEAKER, good), Err(MixerError::SpeakerExists { key: SPEAKER }));
    assert_eq!(mixer.add_speaker(SpeakerKey(1), good), Ok(()));
    assert_eq!(mixer.add_speaker(SpeakerKey(2), good), Err(MixerError::TooManySpeakers { max_speakers: 2 }));
}

#[test]
fn unknown_speakers_are_ignored() {
    let mut mixer = Mixer::new(MixerSettings::default());
    let unknown = SpeakerKey(5);
    assert_eq!(mixer.start_utterance(unknown), None);
    mixer.push_frame(unknown, 0, SamplePosition(0), &level(1.0), FrameProperties::default());
    mixer.end_utterance(unknown);
    mixer.set_volume(unknown, 1.0);
    mixer.set_muted(unknown, true);
    mixer.set_place(unknown, Some(SpeakerPlace::default()));
    mixer.remove_speaker(unknown);
    assert_eq!(mixer.statistics(unknown), None);
    assert_eq!(mixer.speaker_amplitude(unknown), None);
    assert!(mix(&mut mixer, 2).iter().all(|&sample| sample == 0.0));
    assert_eq!(mixer.position(), SamplePosition(960));
}

#[test]
fn a_mixer_can_be_moved_to_the_voice_thread() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&Mixer::new(MixerSettings::default()));
}
