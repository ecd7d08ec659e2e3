//! One remote speaker on the way from packets to the mix: jitter buffer, decoder, fades, volume.

use super::SpeakerKey;
use super::quiet::QuietDetector;
use super::report::{PlayedFrame, PlayedFrames, SpeakerStatistics};
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::codec::{CodecError, CodecSettings, DecodedAs, Decoder, Source};
use crate::declick::Declick;
use crate::jitter::{Decision, FrameId, JitterBuffer};

/// Made-up sound is faded from 40 ms on …
const FADE_FROM_SAMPLES: usize = 1_920;

/// … and silent after 100 ms, where a steady tone would sound like a machine, and Opus in its CELT mode would go
/// over to loud noise.
const FADE_UNTIL_SAMPLES: usize = 4_800;

/// The loudest gain of a channel that the protocol can express.
const MAX_CHANNEL_GAIN: f32 = 2.0;

/// The loudest volume a listener can set, +12 dB.
const MAX_VOLUME: f32 = 4.0;

pub(super) struct Speaker {
    jitter: JitterBuffer,
    decoder: Box<dyn Decoder>,
    sound: DecodedSound,
    declick: Declick,
    /// The next block does not continue the last one.
    joint: bool,
    /// The end of the frame that plays was left out.
    cut: bool,
    /// The last block was not silence.
    sounding: bool,
    /// Samples made up in a row.
    made_up_samples: usize,
    quiet: QuietDetector,
    volume: f32,
    channel_gain: f32,
    /// The gain at the end of the last block: changes are spread over a block.
    applied_gain: f32,
    played: u64,
    recovered: u64,
    concealed: u64,
    concealed_blocks: u64,
    left_out_blocks: u64,
    undecodable: u64,
}

/// Sound that is decoded but not mixed yet: a part of one frame.
struct DecodedSound {
    frame: Vec<f32>,
    next: usize,
    end: usize,
}

impl Speaker {
    pub(super) fn new(settings: CodecSettings) -> Result<Self, CodecError> {
        let frame_size = settings.frame_size()?;
        Ok(Self {
            jitter: JitterBuffer::new(frame_size),
            decoder: settings.decoder()?,
            sound: DecodedSound { frame: vec![0.0; frame_size.samples()], next: 0, end: 0 },
            declick: Declick::new(),
            joint: false,
            cut: false,
            sounding: false,
            made_up_samples: 0,
            quiet: QuietDetector::default(),
            volume: 1.0,
            channel_gain: 1.0,
            applied_gain: 1.0,
            played: 0,
            recovered: 0,
            concealed: 0,
            concealed_blocks: 0,
            left_out_blocks: 0,
            undecodable: 0,
        })
    }

    pub(super) fn start_utterance(&mut self) -> u32 {
        self.jitter.start_utterance()
    }

    pub(super) fn push_frame(&mut self, sequence: u32, arrived: SamplePosition, packet: &[u8], gain: f32) {
        let carries_copy = self.decoder.carries_copy(packet);
        self.jitter.push(sequence, arrived, packet, gain, carries_copy);
    }

    pub(super) fn end_utterance(&mut self) {
        self.jitter.end_utterance();
    }

    /// Values that are not numbers are ignored.
    pub(super) fn set_volume(&mut self, volume: f32) {
        if !volume.is_nan() {
            self.volume = volume.clamp(0.0, MAX_VOLUME);
        }
    }

    pub(super) fn statistics(&self) -> SpeakerStatistics {
        let counters = self.jitter.counters();
        SpeakerStatistics {
            received: counters.received,
            played: self.played,
            recovered: self.recovered,
            concealed: self.concealed,
            concealed_blocks: self.concealed_blocks,
            left_out_blocks: self.left_out_blocks,
            lost: counters.lost,
            loss_percent: self.jitter.loss_percent(),
            late: counters.late,
            duplicates: counters.duplicates,
            overflowed: counters.overflowed,
            undecodable: counters.oversized + self.undecodable,
            queued: self.jitter.queued_packets() as u64,
            delay_samples: self.jitter.delay_samples(),
            target_delay_samples: self.jitter.target_samples(),
            jitter_samples: self.jitter.jitter_samples(),
        }
    }

    /// Adds the speaker's next block to the mix.
    pub(super) fn render(
        &mut self,
        key: SpeakerKey,
        now: SamplePosition,
        mix: &mut [f32; BLOCK_SAMPLES],
        reports: &mut PlayedFrames,
    ) {
        if self.sound.is_empty() {
            self.refill(key, now, reports);
        }
        let mut block = [0.0; BLOCK_SAMPLES];
        let speaks = self.sound.take(&mut block);
        if !speaks && !self.sounding {
            return;
        }
        if self.joint || !speaks {
            self.declick.join(&mut block);
            self.joint = false;
        }
        self.declick.heard(&block);
        if !self.sounding {
            self.applied_gain = self.gain();
        }
        self.sounding = speaks;
        self.add(&block, self.gain(), mix);
    }

    /// Adds a last block to the mix that fades out whatever plays.
    pub(super) fn fade_out(&mut self, mix: &mut [f32; BLOCK_SAMPLES]) {
        let mut block = [0.0; BLOCK_SAMPLES];
        if self.sounding {
            let speaks = self.sound.take(&mut block);
            if self.joint || !speaks {
                self.declick.join(&mut block);
            }
            self.add(&block, 0.0, mix);
        }
    }

    fn gain(&self) -> f32 {
        self.volume * self.channel_gain
    }

    /// Adds a block to the mix, its gain moving evenly to `gain`.
    fn add(&mut self, block: &[f32; BLOCK_SAMPLES], gain: f32, mix: &mut [f32; BLOCK_SAMPLES]) {
        let step = (gain - self.applied_gain) / BLOCK_SAMPLES as f32;
        for (i, (mixed, sample)) in mix.iter_mut().zip(block).enumerate() {
            *mixed += sample * (self.applied_gain + step * (i + 1) as f32);
        }
        self.applied_gain = gain;
    }

    /// Decodes or conceals what comes next. Every round but the last gives up frames or ends an utterance,
    /// of which there are few.
    fn refill(&mut self, key: SpeakerKey, now: SamplePosition, reports: &mut PlayedFrames) {
        let mut report = |frame: FrameId, position, how| {
            let FrameId { utterance, sequence } = frame;
            reports.push(PlayedFrame { speaker: key, utterance, sequence, position, how });
        };
        while self.sound.is_empty() {
            self.joint |= std::mem::take(&mut self.cut);
            match self.jitter.next(now) {
                Decision::Silence => return,
                Decision::EndOfUtterance { .. } => self.joint = true,
                Decision::GaveUp { first, count, from } => {
                    self.concealed += u64::from(count);
                    for i in 0..count {
                        let frame = FrameId { sequence: first.sequence.saturating_add(i), ..first };
                        let position = from + u64::from(i) * self.sound.frame.len() as u64;
                        report(frame, position, DecodedAs::Concealed);
                    }
                }
                Decision::Conceal => self.conceal(),
                Decision::Recover { frame, next_packet, gain, late_samples } => {
                    let how = self.sound.decode(&mut *self.decoder, Source::Recover(next_packet));
                    match how {
                        DecodedAs::Recovered | DecodedAs::Decoded => self.recovered += 1,
                        DecodedAs::Concealed => self.concealed += 1,
                    }
                    self.begin_frame(how, gain, late_samples);
                    report(frame, now.before(late_samples as u64), how);
                }
                Decision::Play { frame, packet, gain, late_samples, skipped } => {
                    let how = self.sound.decode(&mut *self.decoder, Source::Packet(packet));
                    match how {
                        DecodedAs::Decoded | DecodedAs::Recovered => self.played += 1,
                        DecodedAs::Concealed => self.undecodable += 1,
                    }
                    self.joint |= skipped || (!self.sounding && frame.sequence > 0);
                    self.begin_frame(how, gain, late_samples);
                    report(frame, now.before(late_samples as u64), how);
                    self.shorten(now);
                }
            }
        }
    }

    /// Readies a decoded frame for being heard, its first `late_samples` left out.
    fn begin_frame(&mut self, how: DecodedAs, gain: f32, late_samples: usize) {
        self.channel_gain = clean_gain(gain);
        self.sound.leave_out(late_samples);
        self.joint |= late_samples > 0;
        if how == DecodedAs::Concealed {
            self.fade_made_up();
        } else {
            self.joint |= self.made_up_samples > FADE_FROM_SAMPLES;
            self.made_up_samples = 0;
        }
    }

    /// Makes up one block.
    fn conceal(&mut self) {
        if self.made_up_samples < FADE_UNTIL_SAMPLES {
            self.sound.conceal(&mut *self.decoder);
        } else {
            self.sound.silence();
        }
        self.concealed_blocks += 1;
        self.fade_made_up();
    }

    fn fade_made_up(&mut self) {
        for sample in self.sound.unheard_mut() {
            *sample *= made_up_gain(self.made_up_samples);
            self.made_up_samples = self.made_up_samples.saturating_add(1);
        }
    }

    /// Leaves out the last block of a frame if the delay is too long and the speaker pauses.
    fn shorten(&mut self, now: SamplePosition) {
        self.jitter.note_pause(self.quiet.in_pause(self.sound.unheard_mut()));
        let next_at = now + self.sound.unheard_mut().len() as u64;
        if self.jitter.should_shorten(next_at) {
            self.sound.cut_last_block();
            self.left_out_blocks += 1;
            self.cut = true;
        }
    }
}

impl DecodedSound {
    fn is_empty(&self) -> bool {
        self.next == self.end
    }

    /// Moves the next block out; `false` if there is none.
    fn take(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> bool {
        if self.is_empty() {
            return false;
        }
        block.copy_from_slice(&self.frame[self.next..self.next + BLOCK_SAMPLES]);
        self.next += BLOCK_SAMPLES;
        true
    }

    fn leave_out(&mut self, samples: usize) {
        self.next = (self.next + samples).min(self.end);
    }

    fn unheard_mut(&mut self) -> &mut [f32] {
        &mut self.frame[self.next..self.end]
    }

    fn decode(&mut self, decoder: &mut dyn Decoder, source: Source<'_>) -> DecodedAs {
        (self.next, self.end) = (0, self.frame.len());
        decoder.decode(source, &mut self.frame).expect("the frame has the decoder's length")
    }

    fn conceal(&mut self, decoder: &mut dyn Decoder) {
        (self.next, self.end) = (0, BLOCK_SAMPLES);
        decoder
            .decode(Source::Conceal, &mut self.frame[..BLOCK_SAMPLES])
            .expect("every frame is at least a block");
    }

    fn silence(&mut self) {
        (self.next, self.end) = (0, BLOCK_SAMPLES);
        self.frame[..BLOCK_SAMPLES].fill(0.0);
    }

    fn cut_last_block(&mut self) {
        self.end -= BLOCK_SAMPLES;
    }
}

/// How loud the sample is that was made up as the `position`th in a row.
fn made_up_gain(position: usize) -> f32 {
    let left = FADE_UNTIL_SAMPLES.saturating_sub(position.max(FADE_FROM_SAMPLES));
    left as f32 / (FADE_UNTIL_SAMPLES - FADE_FROM_SAMPLES) as f32
}

fn clean_gain(gain: f32) -> f32 {
    if gain.is_nan() { 1.0 } else { gain.clamp(0.0, MAX_CHANNEL_GAIN) }
}
