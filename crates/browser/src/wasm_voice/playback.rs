//! Playback of other players' voices by slot: each has a jitter buffer, a decoder and one mono output.

use consonance_audio::{
    BLOCK_SAMPLES, CodecSettings, FrameProperties, FrameSize, Mixer, MixerSettings, SpeakerKey, SpeakerSound,
    StereoBlock,
};

use crate::SlotVoice;

/// The largest number of slots of one page, which is the number of speakers played at once.
pub const SLOTS_MAX: usize = 16;

/// The recent reception of voices.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReceptionStatistics {
    /// The share of lost frames among the last 128 of each slot that plays, in percent.
    pub lost_percent: f32,
    /// How long frames wait for late ones, in ms; the mean of the slots that play.
    pub delay_ms: f32,
}

/// Plays up to [`SLOTS_MAX`] slots. Time is what has been played: 10 ms with each [`Self::render`].
///
/// Volumes, places and meters are the page's: each slot comes out as it was decoded.
#[derive(Debug)]
pub struct Playback {
    mixer: Mixer,
    slots: Vec<Slot>,
    dropped: u64,
}

impl Playback {
    /// Silence in this number of slots, at most [`SLOTS_MAX`].
    pub fn new(slots: usize) -> Self {
        Self {
            mixer: Mixer::new(MixerSettings {
                max_speakers: 2 * SLOTS_MAX,
                max_decoded: 2 * SLOTS_MAX,
                ..MixerSettings::default()
            }),
            slots: vec![Slot::default(); slots.min(SLOTS_MAX)],
            dropped: 0,
        }
    }

    /// Handles a packet. One for an unknown slot, or with a frame length that the protocol does not have, is dropped
    /// and counted.
    pub fn handle_voice(&mut self, voice: SlotVoice<'_>) {
        if !self.prepare(voice) {
            self.dropped += 1;
            return;
        }
        let Some(slot) = self.slots.get(voice.slot) else { return };
        let now = self.mixer.position();
        self.mixer.push_frame(
            slot.key(voice.slot),
            voice.sequence,
            now,
            voice.payload,
            FrameProperties::default(),
        );
    }

    /// The speaker in the slot has stopped: the received frames are played without waiting for more. Later frames of
    /// the same stream are still played while earlier ones are.
    pub fn handle_end(&mut self, slot: usize) {
        if let Some(ended) = self.slots.get(slot) {
            self.mixer.end_utterance(ended.key(slot));
        }
    }

    /// Writes the next 10 ms of each slot, 480 samples of ±1 one slot after the other, as far as there is room; returns
    /// a bit for each slot that is not silent.
    pub fn render(&mut self, sound: &mut [f32]) -> u32 {
        let mut sounding = 0;
        sound.fill(0.0);
        let mut all = StereoBlock::SILENCE;
        self.mixer.mix_watched(&mut all, |SpeakerKey(key), _, part| {
            let SpeakerSound::Decoded(block) = part else { return };
            let slot = key as usize % SLOTS_MAX;
            let from = slot * BLOCK_SAMPLES;
            if let Some(place) = sound.get_mut(from..from + BLOCK_SAMPLES) {
                // If two speakers or two pieces of damaged sound overlap, their sum may exceed the limit that each
                // keeps to.
                place.iter_mut().zip(block).for_each(|(sum, sample)| *sum = (*sum + sample).clamp(-1.0, 1.0));
                sounding |= 1 << slot;
            }
        });
        sounding
    }

    /// The recent reception of voices; zeros in silence.
    pub fn reception(&self) -> ReceptionStatistics {
        let playing = (self.slots.iter().enumerate())
            .filter_map(|(number, slot)| self.mixer.statistics(slot.key(number)))
            .filter(|statistics| statistics.delay_samples > 0);
        let (mut count, mut lost_percent, mut delay_samples) = (0_u32, 0.0, 0);
        for statistics in playing {
            count += 1;
            lost_percent += statistics.loss_percent;
            delay_samples += statistics.delay_samples;
        }
        let count = count.max(1) as f32;
        ReceptionStatistics {
            lost_percent: lost_percent / count,
            delay_ms: delay_samples as f32 / count / SAMPLES_PER_MS,
        }
    }

    /// Packets without a valid slot or stream.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Prepares the slot for this stream; `false` if that is impossible.
    fn prepare(&mut self, voice: SlotVoice<'_>) -> bool {
        let Some(frame) = FrameSize::from_samples(voice.samples) else { return false };
        let Some(slot) = self.slots.get_mut(voice.slot) else { return false };
        if slot.frame != Some(frame) {
            // The sound still playing is played to its end by its own decoder.
            self.mixer.end_utterance(slot.key(voice.slot));
            let next = Slot { frame: Some(frame), stream: None, is_second: !slot.is_second };
            let key = next.key(voice.slot);
            self.mixer.remove_speaker(key);
            if self.mixer.add_speaker(key, CodecSettings::opus(frame)).is_err() {
                return false;
            }
            *slot = next;
        }
        if slot.stream != Some(voice.stream) {
            slot.stream = Some(voice.stream);
            self.mixer.start_utterance(slot.key(voice.slot));
        }
        true
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// The frame size of its decoder; `None` before the first packet.
    frame: Option<FrameSize>,
    /// The stream that is playing, or played last; `None` before the first.
    stream: Option<u64>,
    /// Whether the second of the two speakers that the mixer may have for the slot is playing; the first plays out.
    is_second: bool,
}

impl Slot {
    /// The mixer's name for the speaker in the slot of this number.
    fn key(self, number: usize) -> SpeakerKey {
        let number = if self.is_second { number + SLOTS_MAX } else { number };
        SpeakerKey(number as u32)
    }
}

const SAMPLES_PER_MS: f32 = 48.0;

#[cfg(test)]
mod tests {
    use consonance_testing::sound::{correlation, encode, speech};
    use proptest::prelude::*;

    use super::*;

    /// The output of slots 0 and 1 while these packets arrive, `blocks` of 10 ms apart.
    fn play(
        playback: &mut Playback,
        packets: &[Vec<u8>],
        frame_samples: u32,
        mut lost: impl FnMut(usize) -> bool,
    ) -> [Vec<f32>; 2] {
        let mut heard = [Vec::new(), Vec::new()];
        let mut sound = [0.0; 2 * BLOCK_SAMPLES];
        let blocks = frame_samples as usize / BLOCK_SAMPLES;
        for (sequence, payload) in packets.iter().enumerate() {
            if !lost(sequence) {
                let sequence = sequence as u32;
                playback.handle_voice(SlotVoice {
                    slot: 1,
                    stream: 7,
                    sequence,
                    samples: frame_samples,
                    payload,
                });
            }
            for _ in 0..blocks {
                playback.render(&mut sound);
                for (heard, block) in heard.iter_mut().zip(sound.chunks_exact(BLOCK_SAMPLES)) {
                    heard.extend_from_slice(block);
                }
            }
        }
        heard
    }

    /// The likeness at the best delay of up to 200 ms. Most of speech is below 4 kHz, so every fourth sample will do.
    fn likeness(said: &[f32], heard: &[f32]) -> f32 {
        let fourth = |sound: &[f32]| sound.iter().step_by(4).copied().collect::<Vec<_>>();
        let (said, heard) = (fourth(&said[..said.len().min(48_000)]), fourth(heard));
        (0..2_400).map(|delay| correlation(&said, &heard[delay..])).fold(0.0, f32::max)
    }

    #[test]
    fn what_is_said_in_a_slot_is_heard_there_and_nowhere_else() {
        let said = speech(0.0, 2.0);
        for frame_samples in [480, 960, 1_920, 2_880] {
            let packets = encode(&said, frame_samples as usize);
            let [other, heard] = play(&mut Playback::new(2), &packets, frame_samples, |_| false);
            assert!(likeness(&said, &heard) > 0.9, "{frame_samples}: {}", likeness(&said, &heard));
            assert!(other.iter().all(|&sample| sample == 0.0));
        }
    }

    #[test]
    fn a_tenth_of_the_packets_lost_leaves_speech_that_is_like_what_was_said() {
        let said = speech(0.0, 3.0);
        let packets = encode(&said, 960);
        let mut playback = Playback::new(2);
        let [_, heard] = play(&mut playback, &packets, 960, |sequence| sequence % 10 == 3);
        assert!(likeness(&said, &heard) > 0.6, "{}", likeness(&said, &heard));
        let reception = playback.reception();
        assert!((5.0..20.0).contains(&reception.lost_percent), "{reception:?}");
        assert!(reception.delay_ms > 0.0 && reception.delay_ms < 400.0, "{reception:?}");
    }

    #[test]
    fn a_slot_goes_to_another_speaker_and_another_frame_length() {
        let said = speech(0.0, 1.0);
        let mut playback = Playback::new(2);
        play(&mut playback, &encode(&said, 960), 960, |_| false);
        playback.handle_end(1);
        let [_, heard] = play(&mut playback, &encode(&said, 480), 480, |_| false);
        assert!(likeness(&said, &heard) > 0.8, "{}", likeness(&said, &heard));
    }

    #[test]
    fn after_the_end_there_is_silence() {
        let mut playback = Playback::new(2);
        play(&mut playback, &encode(&speech(0.0, 1.0), 960), 960, |_| false);
        playback.handle_end(1);
        let mut sound = [1.0; 2 * BLOCK_SAMPLES];
        let silent = (0..100).position(|_| playback.render(&mut sound) == 0);
        assert!(silent.is_some_and(|blocks| blocks < 60), "{silent:?}");
        assert!(sound.iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn a_frame_that_comes_after_the_end_of_its_stream_begins_nothing_new() {
        let packets = encode(&speech(0.0, 1.02), 960);
        let mut playback = Playback::new(2);
        play(&mut playback, &packets[..50], 960, |_| false);
        playback.handle_end(1);
        let last = SlotVoice { slot: 1, stream: 7, sequence: 50, samples: 960, payload: &packets[50] };
        playback.handle_voice(last);
        let mut sound = [0.0; 2 * BLOCK_SAMPLES];
        let silent = (0..100).position(|_| playback.render(&mut sound) == 0);
        assert!(silent.is_some_and(|blocks| blocks < 60), "{silent:?}");
        assert_eq!(playback.reception(), ReceptionStatistics::default(), "nothing is waited for");
    }

    #[test]
    fn what_still_plays_is_played_to_its_end_when_the_slot_goes_to_another_frame_length() {
        let tone: Vec<f32> =
            (0..48_000).map(|i| (i as f32 / 48_000.0 * 157.0 * std::f32::consts::TAU).sin() * 0.5).collect();
        let packets = encode(&tone, 960);
        let silence = encode(&vec![0.0; 5_760], 2_880);
        for count in 40..48 {
            let mut playback = Playback::new(2);
            let [_, mut heard] = play(&mut playback, &packets[..count], 960, |_| false);
            let usual_step = largest_step(&heard[9_600..]);
            for (stream, payload) in (8..).zip(&silence) {
                playback.handle_voice(SlotVoice { slot: 1, stream, sequence: 0, samples: 2_880, payload });
            }
            let mut sound = [0.0; 2 * BLOCK_SAMPLES];
            for _ in 0..50 {
                playback.render(&mut sound);
                heard.extend_from_slice(&sound[BLOCK_SAMPLES..]);
            }
            let step = largest_step(&heard);
            assert!(
                step < 2.0 * usual_step,
                "after {count} packets: a step of {step} where {usual_step} is usual"
            );
            assert!(heard[..count * 960].iter().any(|sample| sample.abs() > 0.3));
        }
    }

    fn largest_step(sound: &[f32]) -> f32 {
        sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn packets_without_a_slot_are_dropped_and_counted() {
        let mut playback = Playback::new(SLOTS_MAX + 5);
        let voice = SlotVoice { slot: 0, stream: 0, sequence: 0, samples: 960, payload: &[0xfc, 0xff, 0xfe] };
        for slot in [SLOTS_MAX, usize::MAX] {
            playback.handle_voice(SlotVoice { slot, ..voice });
        }
        for samples in [0, 959, 5_760, u32::MAX] {
            playback.handle_voice(SlotVoice { samples, ..voice });
        }
        playback.handle_end(usize::MAX);
        assert_eq!(playback.dropped(), 6);
        playback.handle_voice(voice);
        assert_eq!(playback.dropped(), 6);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_comes_in_nothing_louder_than_full_scale_comes_out(
            voices in prop::collection::vec(
                (0_usize..20, 0_u64..3, any::<u32>(), prop::sample::select(vec![480_u32, 960, 1_920, 2_880, 7]),
                 prop::collection::vec(any::<u8>(), 0..90)), 1..60)
        ) {
            let mut playback = Playback::new(SLOTS_MAX);
            let mut sound = vec![0.0; SLOTS_MAX * BLOCK_SAMPLES];
            for (slot, stream, sequence, samples, payload) in voices {
                playback.handle_voice(SlotVoice { slot, stream, sequence, samples, payload: &payload });
                playback.render(&mut sound);
                prop_assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
            }
        }
    }
}
