//! One remote speaker on the way from packets to the mix: jitter buffer, decoder, fades, volume.

use super::SpeakerKey;
use super::pending_sound::PendingSound;
use super::quiet::QuietDetector;
use super::report::{PlayedFrame, PlayedFrames, SpeakerStatistics};
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::codec::{CodecError, CodecSettings, DecodedAs, Decoder, Source};
use crate::jitter::{Decision, FrameId, JitterBuffer, JitterSettings, Stretch};

/// Made-up sound is faded from 40 ms on …
const FADE_FROM_SAMPLES: usize = 1_920;

/// … and silent after 100 ms, where a steady tone would sound like a machine, and Opus in its CELT mode would go
/// over to loud noise.
const FADE_UNTIL_SAMPLES: usize = 4_800;

/// The loudest gain of a channel that the protocol can express.
const MAX_CHANNEL_GAIN: f32 = 2.0;

/// The loudest volume a listener can set, +12 dB.
const MAX_VOLUME: f32 = 4.0;

/// Shorter frames than this, 20 ms, cannot be squeezed by a period of a deep voice, unless the next one is there too.
const SQUEEZABLE_SAMPLES: usize = 960;

pub(super) struct Speaker {
    jitter: JitterBuffer,
    decoder: Box<dyn Decoder>,
    /// What was decoded last.
    frame: Vec<f32>,
    sound: PendingSound,
    /// What comes next does not continue what was heard.
    joint: bool,
    /// The last block was not silence.
    sounding: bool,
    /// The sound should be squeezed, and is too short for it.
    wants_more: bool,
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
    shortened_samples: u64,
    lengthened_samples: u64,
    undecodable: u64,
}

impl Speaker {
    pub(super) fn new(settings: CodecSettings, jitter: JitterSettings) -> Result<Self, CodecError> {
        let frame_size = settings.frame_size()?;
        Ok(Self {
            jitter: JitterBuffer::new(frame_size, jitter),
            decoder: settings.decoder()?,
            frame: vec![0.0; frame_size.samples()],
            sound: PendingSound::new(),
            joint: false,
            sounding: false,
            wants_more: false,
            made_up_samples: 0,
            quiet: QuietDetector::default(),
            volume: 1.0,
            channel_gain: 1.0,
            applied_gain: 1.0,
            played: 0,
            recovered: 0,
            concealed: 0,
            concealed_blocks: 0,
            shortened_samples: 0,
            lengthened_samples: 0,
            undecodable: 0,
        })
    }

    pub(super) fn start_utterance(&mut self) -> u32 {
        self.jitter.start_utterance()
    }

    pub(super) fn push_frame(&mut self, sequence: u32, arrived: SamplePosition, packet: &[u8], gain: f32) {
        let recoverable = self.decoder.recoverable_frames(packet);
        self.jitter.push(sequence, arrived, packet, gain, recoverable);
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
            shortened_samples: self.shortened_samples,
            lengthened_samples: self.lengthened_samples,
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
        let sounded = self.sounding;
        self.refill(key, now, reports);
        let mut block = [0.0; BLOCK_SAMPLES];
        if self.sound.take(&mut block) {
            if !sounded {
                self.applied_gain = self.gain();
            }
            self.add(&block, self.gain(), mix);
        }
    }

    /// Adds a last block to the mix that fades out whatever plays.
    pub(super) fn fade_out(&mut self, mix: &mut [f32; BLOCK_SAMPLES]) {
        if !self.sounding {
            return;
        }
        let mut block = [0.0; BLOCK_SAMPLES];
        if self.sound.unheard() < BLOCK_SAMPLES {
            self.sound.fall_silent();
        }
        self.sound.take(&mut block);
        self.add(&block, 0.0, mix);
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

    /// Decodes or conceals until there is a block to be heard, or nothing more. Rounds that add nothing give up
    /// frames or end an utterance, of which there are few.
    fn refill(&mut self, key: SpeakerKey, now: SamplePosition, reports: &mut PlayedFrames) {
        let mut report = |frame: FrameId, position, how| {
            let FrameId { utterance, sequence } = frame;
            reports.push(PlayedFrame { speaker: key, utterance, sequence, position, how });
        };
        while self.sound.unheard() < BLOCK_SAMPLES || self.takes_more() {
            let unheard = self.sound.unheard();
            let begins = now + unheard as u64;
            match self.jitter.next(now, unheard) {
                Decision::Silence if self.sounding => {
                    self.sound.fall_silent();
                    self.sounding = false;
                }
                Decision::Silence => return,
                Decision::EndOfUtterance { .. } => self.joint = true,
                Decision::GaveUp { first, count, from } => {
                    self.concealed += u64::from(count);
                    for i in 0..count {
                        let frame = FrameId { sequence: first.sequence.saturating_add(i), ..first };
                        let position = from + u64::from(i) * self.frame.len() as u64;
                        report(frame, position, DecodedAs::Concealed);
                    }
                }
                Decision::Conceal => self.conceal(),
                Decision::Recover { frame, packet, ahead, gain, late_samples, stretch } => {
                    let source = Source::Recover { packet, ahead };
                    let how = decode(&mut *self.decoder, source, &mut self.frame);
                    match how {
                        DecodedAs::Recovered | DecodedAs::Decoded => self.recovered += 1,
                        DecodedAs::Concealed => self.concealed += 1,
                    }
                    self.append_frame(how, gain, late_samples, stretch);
                    report(frame, begins.before(late_samples as u64), how);
                }
                Decision::Play { frame, packet, gain, late_samples, skipped, stretch } => {
                    let how = decode(&mut *self.decoder, Source::Packet(packet), &mut self.frame);
                    match how {
                        DecodedAs::Decoded | DecodedAs::Recovered => self.played += 1,
                        DecodedAs::Concealed => self.undecodable += 1,
                    }
                    self.joint |= skipped || (!self.sounding && frame.sequence > 0);
                    self.append_frame(how, gain, late_samples, stretch);
                    report(frame, begins.before(late_samples as u64), how);
                }
            }
        }
    }

    /// Readies a decoded frame for being heard, its first `late_samples` left out.
    fn append_frame(&mut self, how: DecodedAs, gain: f32, late_samples: usize, stretch: Stretch) {
        self.channel_gain = clean_gain(gain);
        self.joint |= late_samples > 0;
        if how == DecodedAs::Concealed {
            fade_made_up(&mut self.made_up_samples, &mut self.frame[late_samples..]);
        } else {
            self.joint |= self.made_up_samples > FADE_FROM_SAMPLES;
            self.made_up_samples = 0;
        }
        let in_pause = self.quiet.in_pause(&self.frame);
        self.jitter.note_pause(in_pause);
        let unheard = self.sound.unheard();
        self.sound.append(&self.frame[late_samples..], std::mem::take(&mut self.joint));
        self.sounding = true;
        self.stretch(unheard, stretch, in_pause);
    }

    fn takes_more(&mut self) -> bool {
        std::mem::take(&mut self.wants_more)
            && self.sound.unheard() < 2 * BLOCK_SAMPLES
            && self.jitter.has_next()
    }

    fn stretch(&mut self, unheard: usize, wish: Stretch, in_pause: bool) {
        let added = self.sound.stretch(unheard, wish, in_pause);
        if added != 0 {
            self.jitter.note_stretched();
        }
        let shorten = matches!(wish, Stretch::Shorten { .. });
        self.wants_more = shorten && added == 0 && self.frame.len() < SQUEEZABLE_SAMPLES;
        self.lengthened_samples += added.max(0) as u64;
        self.shortened_samples += (-added).max(0) as u64;
    }

    /// Makes up one block.
    fn conceal(&mut self) {
        let block = &mut self.frame[..BLOCK_SAMPLES];
        if self.made_up_samples < FADE_UNTIL_SAMPLES {
            decode(&mut *self.decoder, Source::Conceal, block);
        } else {
            block.fill(0.0);
        }
        self.concealed_blocks += 1;
        fade_made_up(&mut self.made_up_samples, block);
        self.sound.append(block, std::mem::take(&mut self.joint));
        self.sounding = true;
    }
}

fn decode(decoder: &mut dyn Decoder, source: Source<'_>, frame: &mut [f32]) -> DecodedAs {
    decoder.decode(source, frame).expect("the frame has the decoder's length, and is at least a block")
}

/// Fades sound that continues `made_up` samples that were made up before.
fn fade_made_up(made_up: &mut usize, sound: &mut [f32]) {
    for sample in sound {
        *sample *= made_up_gain(*made_up);
        *made_up = made_up.saturating_add(1);
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
