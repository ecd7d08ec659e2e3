//! In steady state nothing is allocated: the mixer can run in a sound card's callback.
use std::ops::Range;

use consonance_audio::{
    CodecSettings, DistanceSettings, EffectChain, Encoder, EncoderSettings, FrameProperties, FrameSize,
    IdentityEncoder, MegaphoneSettings, Mixer, MixerSettings, MuffleSettings, OpusEncoder, OpusLibrary,
    Orientation, PitchShiftSettings, Pose, RadioSettings, ReverbSettings, SpatialMode, SpatialSettings,
    SpeakerKey, SpeakerPlace, SpeakerSound, SpeakerStatistics, StereoBlock, VoiceEffect, WavInput,
};
use consonance_testing::cost::alone;
use consonance_testing::sound::recording;
use stats_alloc::Region;

const SPEAKERS: u32 = 32;

/// An utterance is 3.2 s of speech and 0.8 s of pause.
const UTTERANCE_BLOCKS: u64 = 400;
const SPEECH_FRAMES: u64 = 160;

fn packets(encoder: &mut dyn Encoder) -> Vec<Vec<u8>> {
    let sound = WavInput::open(recording(1)).unwrap().samples().to_vec();
    let mut packet = vec![0; 4_000];
    let frames = sound.chunks_exact(FrameSize::Ms20.samples()).take(SPEECH_FRAMES as usize);
    let frames = frames.map(|frame| {
        let length = encoder.encode(frame, &mut packet).unwrap();
        packet[..length].to_vec()
    });
    frames.collect()
}

fn opus(bitrate_bps: u32) -> Vec<Vec<u8>> {
    packets(&mut OpusEncoder::new(EncoderSettings { bitrate_bps, ..EncoderSettings::default() }).unwrap())
}

/// The packets of all speakers, which take turns on the lists, and the state of the network.
struct Talk {
    packets: Vec<Vec<Vec<u8>>>,
    codec: CodecSettings,
    /// Each ninth packet is lost, and each comes up to four frames after its time.
    rough: bool,
}

impl Talk {
    fn mixer(&self) -> Mixer {
        let mut mixer = Mixer::new(MixerSettings::default());
        for key in 0..SPEAKERS {
            mixer.add_speaker(SpeakerKey(key), self.codec).unwrap();
            mixer.set_effects(SpeakerKey(key), &effects(key, 0));
        }
        mixer.set_spatial(SpatialSettings { mode: SpatialMode::Hrtf, ..SpatialSettings::default() });
        mixer.set_auto_volume(true);
        mixer.set_noise_gate(SpeakerKey(0), true);
        mixer
    }

    fn mix(&self, mixer: &mut Mixer, blocks: Range<u64>) {
        let (mut block, mut loudest) = (StereoBlock::default(), 0.0_f32);
        for now in blocks {
            for key in 0..SPEAKERS {
                self.send(mixer, now, key);
            }
            change(mixer, now);
            mixer.mix_watched(&mut block, |_, _, sound| {
                let (SpeakerSound::Decoded(sound) | SpeakerSound::Apart(sound)) = sound;
                loudest = loudest.max(sound[0].abs());
            });
            while mixer.poll_played().is_some() {}
        }
        assert!(loudest > 0.01, "a speaker was heard");
    }

    fn send(&self, mixer: &mut Mixer, now: u64, speaker: u32) {
        let (utterance, block) = (now / UTTERANCE_BLOCKS, now % UTTERANCE_BLOCKS);
        let (key, frame) = (SpeakerKey(speaker), block / 2);
        if block == 0 {
            mixer.start_utterance(key);
        }
        let pause = if self.rough { 20 } else { 0 };
        if block == 2 * SPEECH_FRAMES + pause {
            mixer.end_utterance(key);
        }
        let late = if self.rough { (frame * 7 + u64::from(speaker)) % 5 } else { 0 };
        let sequence = frame.saturating_sub(late);
        let lost = self.rough && (sequence + u64::from(speaker) + utterance) % 9 == 8;
        if now.is_multiple_of(2) && sequence < SPEECH_FRAMES && !lost {
            let packet = &self.packets[speaker as usize % self.packets.len()][sequence as usize];
            // Now and then the last speaker outranks all others.
            let priority = if speaker == SPEAKERS - 1 && frame % 50 < 10 { 2 } else { 1 };
            let properties = FrameProperties { priority, positional: true, ..FrameProperties::default() };
            mixer.push_frame(key, sequence as u32, mixer.position(), packet, properties);
        }
    }
}

/// Each speaker has effects of its own, whose settings move.
fn effects(speaker: u32, now: u64) -> EffectChain {
    let share = (now % 50) as f32 / 50.0;
    let insert = match speaker % 6 {
        0 => return EffectChain::OFF,
        1 => VoiceEffect::Radio(RadioSettings { strength: share, ..RadioSettings::default() }),
        2 => VoiceEffect::Muffle(MuffleSettings { cutoff_hz: 500.0 + share, ..MuffleSettings::default() }),
        3 => VoiceEffect::Distance(DistanceSettings::default()),
        4 => VoiceEffect::PitchShift(PitchShiftSettings { semitones: 12.0 * share }),
        _ => VoiceEffect::Megaphone(MegaphoneSettings::default()),
    };
    EffectChain::new(&[
        insert,
        VoiceEffect::Reverb(ReverbSettings { level: share, ..ReverbSettings::default() }),
    ])
    .unwrap()
}

/// All players move, and the listener talks, mutes and turns around.
fn change(mixer: &mut Mixer, now: u64) {
    let angle = now as f32 * 0.02;
    let orientation = Orientation::looking([angle.sin(), 0.0, angle.cos()], [0.0, 1.0, 0.0]);
    mixer.set_listener(Some(Pose { position_m: [0.0; 3], orientation }));
    mixer.set_ducked(now % 200 < 90);
    mixer.set_deafened(now % 190 < 5);
    for speaker in 0..SPEAKERS {
        let (key, angle) = (SpeakerKey(speaker), angle + speaker as f32);
        let distance_m = 2.0 + (now as f32 * 0.013 + speaker as f32).sin();
        let position_m = [distance_m * angle.sin(), 0.3, distance_m * angle.cos()];
        mixer.set_place(key, Some(SpeakerPlace { position_m, occlusion: 0.3 }));
        mixer.set_effects(key, &effects(speaker, now));
        mixer.set_volume(key, 0.5 + angle.cos().abs());
        mixer.set_apart(key, (now / 70 + u64::from(speaker)).is_multiple_of(3));
        mixer.set_muted(key, (now / 50 + u64::from(speaker)).is_multiple_of(7));
    }
}

/// Number of allocations while 1000 blocks of all speakers were mixed, after 800 blocks of warm-up.
fn allocations(talk: &Talk) -> usize {
    let mut mixer = talk.mixer();
    talk.mix(&mut mixer, 0..800);
    let region = Region::new(crate::ALLOCATOR);
    talk.mix(&mut mixer, 800..1_800);
    let change = region.change();
    let sum = |count: fn(SpeakerStatistics) -> u64| -> u64 {
        (0..SPEAKERS).map(|key| count(mixer.statistics(SpeakerKey(key)).unwrap())).sum()
    };
    assert!(sum(|s| s.played) > 5_000 && sum(|s| s.skipped) > 5_000 && sum(|s| s.auditioned) > 500);
    assert_eq!(sum(|s| s.concealed) > 0, talk.rough);
    change.allocations + change.reallocations
}

/// `opus-pure` allocates when it conceals a lost frame in the SILK mode (four times, 5 kB, in its `silk/plc.rs`, on
/// every path to it), so it gets a good network; everything around it is tested with raw samples on a bad one, or with
/// libopus, which does not allocate. Mixing runs on the voice thread; device callbacks only move samples.
#[test]
fn thirty_two_moving_speakers_are_mixed_without_allocating() {
    alone(|| {
        let codec = CodecSettings::opus(FrameSize::Ms20);
        let talk = Talk { packets: vec![opus(24_000), opus(64_000)], codec, rough: false };
        assert_eq!(allocations(&talk), 0, "Opus on a good network");
        if OpusLibrary::BEST != OpusLibrary::Pure {
            assert_eq!(
                allocations(&Talk { packets: vec![opus(24_000)], rough: true, ..talk }),
                0,
                "libopus on a bad network"
            );
        }
        let codec = CodecSettings::identity(FrameSize::Ms20);
        let raw = packets(&mut IdentityEncoder::new(FrameSize::Ms20));
        let talk = Talk { packets: vec![raw], codec, rough: true };
        assert_eq!(allocations(&talk), 0, "raw samples on a bad network");
    });
}
