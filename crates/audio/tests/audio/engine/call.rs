//! One speaker, a network, one listener: frames are sent as they are spoken, arrive late or never, and the mixer's
//! output is recorded.

use consonance_audio::{
    CodecSettings, Encoder, FrameProperties, FrameSize, Framer, Mixer, MixerSettings, PlayedFrame,
    SamplePosition, SpeakerKey, SpeakerStatistics, StereoBlock,
};

use crate::engine::signal::Dice;

/// The effects of the network on packets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Network {
    pub(crate) loss_percent: f64,
    pub(crate) duplicate_percent: f64,
    /// Extra delay, uniform from 0 up to this.
    pub(crate) jitter_samples: u64,
    /// A second jitter of the same kind, for the path from the server.
    pub(crate) second_jitter_samples: u64,
    /// The delay of every packet.
    pub(crate) delay_samples: u64,
    pub(crate) seed: u64,
}

/// A packet on its way.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) sequence: u32,
    pub(crate) arrives: SamplePosition,
    pub(crate) packet: Vec<u8>,
}

/// The listener's recording of the mix.
pub(crate) struct BlockAnalysis {
    pub(crate) sound: Vec<f32>,
    pub(crate) played: Vec<PlayedFrame>,
    pub(crate) statistics: SpeakerStatistics,
}

pub(crate) const SPEAKER: SpeakerKey = SpeakerKey(7);

pub(crate) fn encode(sound: &[f32], frame: FrameSize, encoder: &mut dyn Encoder) -> Vec<Vec<u8>> {
    let mut framer = Framer::new(frame);
    let mut buffer = vec![0; 12_000];
    let mut packets = Vec::new();
    let mut rest = sound;
    while let Some(frame) = framer.fill(&mut rest) {
        let length = encoder.encode(frame, &mut buffer).unwrap();
        packets.push(buffer[..length].to_vec());
    }
    if let Some(frame) = framer.flush() {
        let length = encoder.encode(frame, &mut buffer).unwrap();
        packets.push(buffer[..length].to_vec());
    }
    packets
}

/// Packets of two channels, which are equally long.
pub(crate) fn encode_two(left: &[f32], right: &[f32], encoder: &mut dyn Encoder) -> Vec<Vec<u8>> {
    let half = |left: &[f32], right: &[f32], sign: f32| -> Vec<f32> {
        left.iter().zip(right).map(|(left, right)| 0.5 * (left + sign * right)).collect()
    };
    let samples = encoder.frame_samples();
    let mut buffer = vec![0; 4_000];
    let frames = left.chunks_exact(samples).zip(right.chunks_exact(samples));
    let encode = |(left, right): (&[f32], &[f32])| {
        let (middle, side) = (half(left, right, 1.0), half(left, right, -1.0));
        let bytes = encoder.encode_stereo(&middle, &side, &mut buffer).unwrap();
        buffer[..bytes].to_vec()
    };
    frames.map(encode).collect()
}

impl Network {
    /// Sends each packet when its frame has been spoken; the first sample is spoken at 0.
    pub(crate) fn send(&self, packets: &[Vec<u8>], frame: FrameSize) -> Vec<Sent> {
        let mut dice = Dice(self.seed);
        let mut sent = Vec::new();
        for (sequence, packet) in (0..).zip(packets) {
            let spoken = (u64::from(sequence) + 1) * frame.samples() as u64;
            let copies = if dice.percent(self.duplicate_percent) { 2 } else { 1 };
            let lost = dice.percent(self.loss_percent);
            for _ in 0..copies {
                let jitter = dice.below(self.jitter_samples) + dice.below(self.second_jitter_samples);
                let arrives = SamplePosition(spoken + self.delay_samples + jitter);
                if !lost {
                    sent.push(Sent { sequence, arrives, packet: packet.clone() });
                }
            }
        }
        sent.sort_by_key(|sent| sent.arrives);
        sent
    }
}

/// Plays what was sent as one utterance, and half a second more.
pub(crate) fn listen(codec: CodecSettings, sent: &[Sent]) -> BlockAnalysis {
    let mut mixer = Mixer::new(MixerSettings::default());
    mixer.add_speaker(SPEAKER, codec).unwrap();
    mixer.start_utterance(SPEAKER);
    let mut sent = sent.iter().peekable();
    let mut block = StereoBlock::default();
    let mut heard = Vec::new();
    let mut played = Vec::new();
    let mut blocks_left = 50;
    while blocks_left > 0 {
        while let Some(sent) = sent.next_if(|sent| sent.arrives <= mixer.position()) {
            mixer.push_frame(SPEAKER, sent.sequence, sent.arrives, &sent.packet, FrameProperties::default());
        }
        if sent.peek().is_none() {
            mixer.end_utterance(SPEAKER);
            blocks_left -= 1;
        }
        mixer.mix(&mut block);
        heard.extend_from_slice(&block.to_mono());
        played.extend(std::iter::from_fn(|| mixer.poll_played()));
    }
    BlockAnalysis { sound: heard, played, statistics: mixer.statistics(SPEAKER).unwrap() }
}

impl BlockAnalysis {
    /// For each frame, the time from when a sample is spoken until it is heard, without the codec.
    pub(crate) fn delays(&self, frame: FrameSize) -> Vec<u64> {
        let samples = frame.samples() as u64;
        self.played
            .iter()
            .map(|played| played.position.samples_since(SamplePosition(u64::from(played.sequence) * samples)))
            .collect()
    }

    /// The delay that most frames have.
    pub(crate) fn median_delay(&self, frame: FrameSize) -> u64 {
        let mut delays = self.delays(frame);
        delays.sort_unstable();
        delays[delays.len() / 2]
    }

    /// The mix, moved back to the speaker's time line: for each frame the sound from where it was heard, `lookahead`
    /// samples later because of the codec.
    pub(crate) fn on_the_speakers_time_line(&self, frame: FrameSize, lookahead: usize) -> Vec<f32> {
        let frames = self.played.last().map_or(0, |last| last.sequence as usize + 1);
        let mut sound = vec![0.0; frames * frame.samples()];
        for played in &self.played {
            let from = played.position.0 as usize + lookahead;
            let heard = self.sound[from..].iter();
            let spoken = sound[played.sequence as usize * frame.samples()..].iter_mut();
            for (sample, &heard) in spoken.zip(heard).take(frame.samples()) {
                *sample = heard;
            }
        }
        sound
    }
}
