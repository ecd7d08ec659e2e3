//! A listener's mixer, and speakers that send raw samples over a perfect network, so that every step in the sound comes
//! from the mixer.

use std::collections::BTreeMap;

use consonance_audio::{
    BLOCK_SAMPLES, CodecSettings, EncoderSettings, FrameProperties, FrameSize, IdentityEncoder, Mixer,
    MixerSettings, OpusEncoder, SamplePosition, SpeakerKey, SpeakerSound, SpeakerStatistics, StereoBlock,
    Unheard,
};

use crate::engine::call::{BlockAnalysis, Network, SPEAKER, encode, listen};
use crate::engine::signal::largest_step;

/// Everything a speaker says, sample by sample from when the desk was opened.
pub(crate) type Voice = Box<dyn Fn(u64) -> f32>;

/// All speakers, and the mixer that they are heard through.
pub(crate) struct MixingDesk {
    pub(crate) mixer: Mixer,
    talkers: BTreeMap<SpeakerKey, Talker>,
}

struct Talker {
    voice: Voice,
    properties: FrameProperties,
    sequence: u32,
}

impl MixingDesk {
    pub(crate) fn new(settings: MixerSettings) -> Self {
        Self { mixer: Mixer::new(settings), talkers: BTreeMap::new() }
    }

    /// A desk with one speaker in mid-speech, all samples 0.5.
    pub(crate) fn with_one() -> Self {
        let mut desk = Self::new(MixerSettings::default());
        desk.add(SPEAKER, always(0.5), FrameProperties::default());
        desk.mix(20);
        desk
    }

    /// A speaker starts.
    pub(crate) fn add(&mut self, key: SpeakerKey, voice: Voice, properties: FrameProperties) {
        self.mixer.add_speaker(key, CodecSettings::identity(FrameSize::Ms20)).unwrap();
        self.start(key, voice, properties);
    }

    /// A present speaker starts again.
    pub(crate) fn start(&mut self, key: SpeakerKey, voice: Voice, properties: FrameProperties) {
        self.mixer.start_utterance(key);
        self.talkers.insert(key, Talker { voice, properties, sequence: 0 });
    }

    /// A speaker stops.
    pub(crate) fn stop(&mut self, key: SpeakerKey) {
        self.talkers.remove(&key);
        self.mixer.end_utterance(key);
    }

    /// A speaker continues with another sound.
    pub(crate) fn says(&mut self, key: SpeakerKey, voice: Voice) {
        self.talkers.get_mut(&key).unwrap().voice = voice;
    }

    pub(crate) fn channel(&mut self, key: SpeakerKey, properties: FrameProperties) {
        self.talkers.get_mut(&key).unwrap().properties = properties;
    }

    pub(crate) fn mix(&mut self, blocks: usize) -> Ears {
        let mut ears = Ears::default();
        for _ in 0..blocks {
            let block = self.mix_one(|_, _, _| {});
            ears.left.extend(block.left);
            ears.right.extend(block.right);
        }
        ears
    }

    /// Mixes one block; half of the speakers send a frame before it.
    pub(crate) fn mix_one(
        &mut self,
        watch: impl FnMut(SpeakerKey, SamplePosition, SpeakerSound<'_>),
    ) -> StereoBlock {
        self.push_due();
        let mut block = StereoBlock::from_mono(&[f32::NAN; BLOCK_SAMPLES]);
        self.mixer.mix_watched(&mut block, watch);
        while self.mixer.poll_played().is_some() {}
        block
    }

    /// Sends the frames that speakers have due before the next block.
    pub(crate) fn push_due(&mut self) {
        let now = self.mixer.position();
        for (&key, talker) in &mut self.talkers {
            if (now.0 / BLOCK_SAMPLES as u64 + u64::from(key.0)).is_multiple_of(2) {
                let frame = (0..960).flat_map(|i| (talker.voice)(now.0 + i).to_le_bytes());
                let packet: Vec<u8> = frame.collect();
                self.mixer.push_frame(key, talker.sequence, now, &packet, talker.properties);
                talker.sequence += 1;
            }
        }
    }

    pub(crate) fn statistics(&self, key: SpeakerKey) -> SpeakerStatistics {
        self.mixer.statistics(key).unwrap()
    }

    pub(crate) fn unheard(&self, key: SpeakerKey) -> Option<Unheard> {
        self.statistics(key).unheard
    }
}

/// A voice whose samples all have one value.
pub(crate) fn always(value: f32) -> Voice {
    Box::new(move |_| value)
}

/// The sound at both ears.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ears {
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
}

impl Ears {
    /// The sound of a speaker without a place, which is the same in both ears.
    pub(crate) fn both(self) -> Vec<f32> {
        assert_eq!(self.left[..], self.right[..], "no speaker has a place");
        self.left
    }

    /// The last sample of each ear.
    pub(crate) fn last(&self) -> (f32, f32) {
        (*self.left.last().unwrap(), *self.right.last().unwrap())
    }

    pub(crate) fn largest_step(&self) -> f32 {
        largest_step(&self.left).max(largest_step(&self.right))
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.left.iter().chain(&self.right).all(|&sample| sample == 0.0)
    }
}

pub(crate) fn assert_near(value: f32, expected: f32) {
    assert!((value - expected).abs() < 1e-4, "{value} where {expected} was expected");
}

/// Speech through Opus and a network, with loss announced to the encoder.
pub(crate) fn call(sound: &[f32], frame: FrameSize, network: Network) -> BlockAnalysis {
    let settings = EncoderSettings {
        frame,
        expected_loss_percent: network.loss_percent.round() as u8,
        ..EncoderSettings::default()
    };
    let packets = encode(sound, frame, &mut OpusEncoder::new(settings).unwrap());
    listen(CodecSettings::opus(frame), &network.send(&packets, frame))
}

/// A tone as raw samples through a network.
pub(crate) fn raw_call(sound: &[f32], network: Network) -> BlockAnalysis {
    let frame = FrameSize::Ms20;
    let packets = encode(sound, frame, &mut IdentityEncoder::new(frame));
    listen(CodecSettings::identity(frame), &network.send(&packets, frame))
}

pub(crate) fn mixer_with(codec: CodecSettings) -> Mixer {
    let mut mixer = Mixer::new(MixerSettings::default());
    mixer.add_speaker(SPEAKER, codec).unwrap();
    mixer
}

/// Mixes blocks while nothing is sent.
pub(crate) fn mix(mixer: &mut Mixer, blocks: usize) -> Vec<f32> {
    let mut ears = Ears::default();
    for _ in 0..blocks {
        let mut block = StereoBlock::from_mono(&[f32::NAN; BLOCK_SAMPLES]);
        mixer.mix(&mut block);
        ears.left.extend(block.left);
        ears.right.extend(block.right);
    }
    ears.both()
}

/// A frame of raw samples, all of one value.
pub(crate) fn level(value: f32) -> Vec<u8> {
    value.to_le_bytes().repeat(960)
}

/// A speaker in mid-speech, all samples 0.5, with the rest of a second queued.
pub(crate) fn steady_speaker() -> Mixer {
    let mut mixer = mixer_with(CodecSettings::identity(FrameSize::Ms20));
    mixer.start_utterance(SPEAKER);
    for sequence in 0..50 {
        let arrived = SamplePosition(u64::from(sequence) * 960);
        mixer.push_frame(SPEAKER, sequence, arrived, &level(0.5), FrameProperties::default());
    }
    mix(&mut mixer, 20);
    mixer
}
