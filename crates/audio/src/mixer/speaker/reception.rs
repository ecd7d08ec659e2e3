//! Reception of one remote speaker, from packets to sound: jitter buffer, decoder, fades.

use super::decoded_frame::DecodedFrame;
use super::made_up::MadeUp;
use super::pending_sound::PendingSound;
use super::quiet::QuietDetector;
use crate::block::{BLOCK_SAMPLES, SamplePosition};
use crate::codec::{CodecError, CodecSettings, DecodedAs, Decoder, Source};
use crate::frame_properties::FrameProperties;
use crate::jitter::{Decision, FrameId, JitterBuffer, JitterSettings, Stretch};
use crate::mixer::SpeakerKey;
use crate::mixer::report::{PlayedFrame, PlayedFrames, SpeakerStatistics};
use crate::time_stretch::{FADE_SAMPLES, LONGEST_LAG};

/// Shorter frames than this, 20 ms, cannot be squeezed by a period of a deep voice, unless the next one is there too.
const SQUEEZABLE_SAMPLES: usize = 960;

/// The kind of the next block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// No speech.
    Nothing,
    /// Speech that is not decoded.
    Undecoded,
    /// Decoded or made-up sound.
    Sound,
}

/// The sound ends in silence in place of frames that were not decoded.
#[derive(Debug, Clone, Copy)]
struct Undecoded {
    /// Since how many samples.
    samples: usize,
    /// The last packet was not auditioned.
    has_packet: bool,
}

/// Jitter buffer and decoder of one speaker, and the sound between them and the mix.
pub(in crate::mixer) struct Reception {
    jitter: JitterBuffer,
    decoder: Box<dyn Decoder>,
    /// The last decoded frame.
    frame: DecodedFrame,
    sound: PendingSound,
    /// The next sound does not continue the last one.
    joint: bool,
    /// The last block was not silence.
    sounding: bool,
    /// The sound should be squeezed, and is too short for it.
    wants_more: bool,
    made_up: MadeUp,
    quiet: QuietDetector,
    properties: FrameProperties,
    undecoded: Option<Undecoded>,
    played: u64,
    recovered: u64,
    concealed: u64,
    concealed_blocks: u64,
    shortened_samples: u64,
    lengthened_samples: u64,
    undecodable: u64,
    skipped: u64,
    auditioned: u64,
}

impl Reception {
    pub(super) fn new(settings: CodecSettings, jitter: JitterSettings) -> Result<Self, CodecError> {
        let frame_size = settings.frame_size()?;
        Ok(Self {
            jitter: JitterBuffer::new(frame_size, jitter),
            decoder: settings.decoder()?,
            frame: DecodedFrame::new(frame_size.samples()),
            sound: PendingSound::new(),
            joint: false,
            sounding: false,
            wants_more: false,
            made_up: MadeUp::default(),
            quiet: QuietDetector::default(),
            properties: FrameProperties::default(),
            undecoded: None,
            played: 0,
            recovered: 0,
            concealed: 0,
            concealed_blocks: 0,
            shortened_samples: 0,
            lengthened_samples: 0,
            undecodable: 0,
            skipped: 0,
            auditioned: 0,
        })
    }

    pub(in crate::mixer) fn start_utterance(&mut self) -> u32 {
        self.jitter.start_utterance()
    }

    pub(in crate::mixer) fn push_frame(
        &mut self,
        sequence: u32,
        arrived: SamplePosition,
        packet: &[u8],
        properties: FrameProperties,
    ) {
        let recoverable = self.decoder.recoverable_frames(packet);
        self.jitter.push(sequence, arrived, packet, properties, recoverable);
    }

    pub(in crate::mixer) fn end_utterance(&mut self) {
        self.jitter.end_utterance();
    }

    pub(super) fn statistics(&self) -> SpeakerStatistics {
        let arrivals = self.jitter.counters();
        SpeakerStatistics {
            arrivals,
            played: self.played,
            recovered: self.recovered,
            concealed: self.concealed,
            concealed_blocks: self.concealed_blocks,
            shortened_samples: self.shortened_samples,
            lengthened_samples: self.lengthened_samples,
            loss_percent: self.jitter.loss_percent(),
            lost_in_a_row: self.jitter.lost_in_a_row(),
            overflowed_samples: arrivals.overflowed * self.frame.samples() as u64,
            undecodable: arrivals.oversized + self.undecodable,
            queued: self.jitter.queued_packets() as u64,
            delay_samples: self.jitter.delay_samples(),
            target_delay_samples: self.jitter.target_samples(),
            jitter_samples: self.jitter.jitter_samples(),
            skipped: self.skipped,
            auditioned: self.auditioned,
            ..SpeakerStatistics::default()
        }
    }

    /// Takes the next block of the speaker's sound. Frames that are due stay undecoded unless `decodes`: they are
    /// replaced with silence, to which the sound decoded before fades.
    pub(super) fn next_block(
        &mut self,
        key: SpeakerKey,
        now: SamplePosition,
        decodes: bool,
        block: &mut [f32; BLOCK_SAMPLES],
        reports: &mut PlayedFrames,
    ) -> Received {
        self.refill(key, now, decodes, reports);
        let is_undecoded = self.undecoded.is_some_and(|undecoded| undecoded.samples >= self.sound.unheard());
        match self.sound.take(block) {
            false => Received::Nothing,
            true if is_undecoded => Received::Undecoded,
            true => Received::Sound,
        }
    }

    /// Takes a last block that fades out; `false` if nothing plays.
    pub(super) fn last_block(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> bool {
        if self.sounding && self.sound.unheard() < BLOCK_SAMPLES {
            self.sound.fall_silent();
        }
        self.sounding && self.sound.take(block)
    }

    /// The side of the block taken last; `None` if the speaker has one channel.
    pub(super) fn side(&self) -> Option<&[f32; BLOCK_SAMPLES]> {
        self.sound.side_of_last_block()
    }

    /// Decodes the packet that was left undecoded last, without playing it; `None` if there is none, or it cannot be
    /// decoded.
    pub(super) fn audition(&mut self) -> Option<&[f32]> {
        self.undecoded.as_mut().filter(|undecoded| undecoded.has_packet)?.has_packet = false;
        self.auditioned += 1;
        let how = self.frame.decode(&mut *self.decoder, Source::Packet(self.jitter.last_packet()));
        (how == DecodedAs::Decoded).then_some(self.frame.middle())
    }

    /// There is a packet for [`Self::audition`].
    pub(super) fn has_undecoded_packet(&self) -> bool {
        self.undecoded.is_some_and(|undecoded| undecoded.has_packet)
    }

    /// An utterance plays.
    pub(super) fn is_sounding(&self) -> bool {
        self.sounding
    }

    /// An utterance plays, or waits to be played.
    pub(super) fn has_something_to_say(&self) -> bool {
        self.sounding || self.jitter.queued_packets() > 0
    }

    /// Properties of the last frame that was due.
    pub(super) fn properties(&self) -> FrameProperties {
        self.properties
    }

    /// Properties of the next frame in the queue, or of the last one if the queue is empty.
    pub(super) fn next_properties(&self) -> FrameProperties {
        self.jitter.next_properties().unwrap_or(self.properties)
    }

    /// Blocks in a frame.
    pub(super) fn frame_blocks(&self) -> usize {
        self.frame.samples() / BLOCK_SAMPLES
    }

    /// Decodes or conceals until there is a block to be heard, or nothing more. Rounds that add nothing give up
    /// frames or end an utterance, of which there are few.
    fn refill(&mut self, key: SpeakerKey, now: SamplePosition, decodes: bool, reports: &mut PlayedFrames) {
        let mut report = |frame: FrameId, position, how| {
            let FrameId { utterance, sequence } = frame;
            reports.push(PlayedFrame { speaker: key, utterance, sequence, position, how });
        };
        while self.sound.unheard() < BLOCK_SAMPLES || self.takes_more() {
            let unheard = self.sound.unheard();
            let begins = now + unheard as u64;
            match self.jitter.next(now, unheard) {
                Decision::Silence if self.sounding => self.fall_silent(),
                Decision::Silence => return,
                Decision::EndOfUtterance { .. } => self.joint = true,
                Decision::GaveUp { first, count, from } => {
                    self.concealed += u64::from(count);
                    for i in 0..count {
                        let frame = FrameId { sequence: first.sequence.saturating_add(i), ..first };
                        let position = from + u64::from(i) * self.frame.samples() as u64;
                        report(frame, position, DecodedAs::Concealed);
                    }
                }
                Decision::Late { frame, packet, from } => {
                    if decodes && self.undecoded.is_none() {
                        self.frame.decode(&mut *self.decoder, Source::Packet(packet));
                        self.joint = true;
                    }
                    self.concealed += 1;
                    report(frame, from, DecodedAs::Concealed);
                }
                Decision::Conceal if !decodes || self.undecoded.is_some() => {
                    self.leave_undecoded(BLOCK_SAMPLES, Stretch::Keep, false);
                }
                Decision::Conceal => self.conceal(),
                Decision::Recover { properties, late_samples, stretch, .. } if !decodes => {
                    self.properties = properties;
                    self.leave_undecoded(self.frame.samples() - late_samples, stretch, false);
                }
                Decision::Recover { frame, packet, ahead, properties, late_samples, stretch } => {
                    self.properties = properties;
                    let source = Source::Recover { packet, ahead };
                    let how = self.frame.decode(&mut *self.decoder, source);
                    match how {
                        DecodedAs::Recovered | DecodedAs::Decoded => self.recovered += 1,
                        DecodedAs::Concealed => self.concealed += 1,
                    }
                    self.append_frame(how, late_samples, stretch);
                    report(frame, begins.before(late_samples as u64), how);
                }
                Decision::Play { properties, late_samples, stretch, .. } if !decodes => {
                    self.properties = properties;
                    self.skipped += 1;
                    self.leave_undecoded(self.frame.samples() - late_samples, stretch, true);
                }
                Decision::Play { frame, packet, properties, late_samples, skipped, stretch } => {
                    self.properties = properties;
                    let how = self.frame.decode(&mut *self.decoder, Source::Packet(packet));
                    match how {
                        DecodedAs::Decoded | DecodedAs::Recovered => self.played += 1,
                        DecodedAs::Concealed => self.undecodable += 1,
                    }
                    self.joint |= skipped || (!self.sounding && frame.sequence > 0);
                    self.append_frame(how, late_samples, stretch);
                    report(frame, begins.before(late_samples as u64), how);
                }
            }
        }
    }

    fn fall_silent(&mut self) {
        let before = self.sound.unheard();
        self.sound.fall_silent();
        self.sounding = false;
        if let Some(undecoded) = &mut self.undecoded {
            undecoded.samples = undecoded.samples.saturating_add(self.sound.unheard() - before);
            undecoded.has_packet = false;
        }
    }

    /// Readies a decoded frame for being heard, its first `late_samples` left out.
    fn append_frame(&mut self, how: DecodedAs, late_samples: usize, stretch: Stretch) {
        self.joint |= late_samples > 0;
        if how == DecodedAs::Concealed {
            self.frame.fade(late_samples..self.frame.samples(), &mut self.made_up);
        } else {
            self.joint |= std::mem::take(&mut self.made_up).has_faded();
        }
        if self.undecoded.take().is_some() {
            self.frame.fade_in(late_samples);
        }
        let in_pause = self.quiet.in_pause(self.frame.middle());
        self.jitter.note_pause(in_pause);
        let unheard = self.sound.unheard();
        let sound = self.frame.part(late_samples..self.frame.samples());
        self.sound.append(sound, std::mem::take(&mut self.joint));
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
        self.note_stretched(added);
        let shorten = matches!(wish, Stretch::Shorten { .. });
        self.wants_more = shorten && added == 0 && self.frame.samples() < SQUEEZABLE_SAMPLES;
    }

    fn note_stretched(&mut self, added: i64) {
        if added != 0 {
            self.jitter.note_stretched();
        }
        self.lengthened_samples += added.max(0) as u64;
        self.shortened_samples += (-added).max(0) as u64;
    }

    /// Puts silence in place of sound that is not decoded, of which there can be as much as is wished. `has_packet`
    /// says that it is in place of a packet that could be decoded.
    fn leave_undecoded(&mut self, samples: usize, wish: Stretch, has_packet: bool) {
        let before = self.undecoded;
        // Previously decoded sound fades into the silence; the fade has a fixed length and is not yet silence.
        let fades = before.is_none() && self.sounding;
        let stretched = match wish {
            Stretch::Shorten { at_most, .. } if !fades => samples.saturating_sub(at_most),
            Stretch::Lengthen { at_least, .. } if !fades => samples + at_least.min(LONGEST_LAG),
            _ => samples,
        };
        self.note_stretched(stretched as i64 - samples as i64);
        self.sound.append_silence(stretched, fades);
        let silent = if fades { samples.saturating_sub(FADE_SAMPLES) } else { stretched };
        self.undecoded = Some(Undecoded {
            samples: before.map_or(0, |before| before.samples).saturating_add(silent),
            has_packet: has_packet || before.is_some_and(|before| before.has_packet),
        });
        self.jitter.note_pause(true);
        self.joint = false;
        self.sounding = true;
        self.wants_more = false;
        self.made_up = MadeUp::default();
    }

    /// Makes up one block.
    fn conceal(&mut self) {
        if self.made_up.is_silent() {
            self.frame.silence_first(BLOCK_SAMPLES);
        } else {
            self.frame.decode_first(BLOCK_SAMPLES, &mut *self.decoder, Source::Conceal);
        }
        self.concealed_blocks += 1;
        self.frame.fade(0..BLOCK_SAMPLES, &mut self.made_up);
        self.sound.append(self.frame.part(0..BLOCK_SAMPLES), std::mem::take(&mut self.joint));
        self.sounding = true;
    }
}
