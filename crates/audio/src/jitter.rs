//! The jitter buffer: reorders one speaker's frames, holds each until its playback time, and decides what to play
//! when one is missing.
//!
//! Frame *n* of an utterance is due one target delay after it would have arrived had it travelled as fast as
//! the fastest recent one. The target follows the measured jitter (see `jitter/target_delay.rs`). The delay follows
//! the target at any time: with each frame comes a wish to stretch or to squeeze it, which the caller fulfils where
//! the sound allows (time-scale modification, see `time_stretch.rs`). It also grows when a frame is waited for.

mod decision;
mod delay_histogram;
mod heaps;
mod missing;
mod pace;
mod packet_queue;
mod recovery;
mod schedule;
mod slowest;
mod stretch;
mod target_delay;
mod transits;

use std::collections::VecDeque;

pub use decision::{Decision, JitterCounters};
use missing::MissingFrames;
pub use packet_queue::FrameId;
use packet_queue::{Insertion, Packet, PacketQueue};
use recovery::{Copies, Recovery};
use schedule::Playing;
pub use stretch::Stretch;
use target_delay::TargetDelay;
use transits::Transits;

use crate::block::{FrameSize, SamplePosition};
use crate::frame_properties::FrameProperties;
use crate::limits::{PACKET_BYTES_MAX, WAITING_UTTERANCES_MAX};

/// So many of the last 128 frames lost make it worth waiting for copies, until none of them is. Before so many
/// have passed, the copies themselves say that the sender knows of losses.
const LOSSY_FRAMES: u32 = 2;

/// How a jitter buffer weighs delay against quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JitterSettings {
    /// Of a thousand frames so many may come too late, or have a copy that comes too late, 1 to 500. Fewer cost
    /// delay. 10 by default.
    pub late_per_mille: u16,
}

impl Default for JitterSettings {
    fn default() -> Self {
        Self { late_per_mille: 10 }
    }
}

/// One speaker's frames between the network and the decoder.
#[derive(Debug)]
pub struct JitterBuffer {
    frame_size: FrameSize,
    queue: PacketQueue,
    /// The packet that was handed out last; its buffer is used again.
    taken: Packet,
    /// The one that plays first, then those that wait for it. Frames arrive for the last.
    utterances: VecDeque<Utterance>,
    utterances_started: u32,
    /// How far the first of them has got; `None` while its first frame is not due yet.
    playing: Option<Playing>,
    target: TargetDelay,
    losses: MissingFrames,
    frames_passed: u64,
    /// Frames are being lost.
    lossy: bool,
    copies: Copies,
    /// The last frame handed out ends in a pause of speech.
    in_pause: bool,
    /// Samples handed out since the sound was last stretched or squeezed.
    samples_since_stretch: u64,
    delay_samples: u64,
    counters: JitterCounters,
}

#[derive(Debug)]
struct Utterance {
    number: u32,
    ended: bool,
    transits: Transits,
}

impl JitterBuffer {
    /// A buffer for frames of this size.
    pub fn new(frame_size: FrameSize, settings: JitterSettings) -> Self {
        let accepted_share = f32::from(settings.late_per_mille.clamp(1, 500)) / 1000.0;
        Self {
            frame_size,
            queue: PacketQueue::new(),
            taken: Packet::default(),
            utterances: VecDeque::with_capacity(WAITING_UTTERANCES_MAX + 2),
            utterances_started: 0,
            playing: None,
            target: TargetDelay::new(frame_size.samples(), accepted_share),
            losses: MissingFrames::NONE,
            frames_passed: 0,
            lossy: false,
            copies: Copies::new(),
            in_pause: false,
            samples_since_stretch: 0,
            delay_samples: 0,
            counters: JitterCounters::default(),
        }
    }

    /// The speaker starts to speak; returns the utterance's number. Frames belong to it from now on, while
    /// those of earlier ones are still played out.
    pub fn start_utterance(&mut self) -> u32 {
        self.end_utterance();
        let number = self.utterances_started;
        self.utterances_started = number.wrapping_add(1);
        self.utterances.push_back(Utterance {
            number,
            ended: false,
            transits: Transits::new(self.frame_size.samples()),
        });
        if self.utterances.len() > WAITING_UTTERANCES_MAX + 1
            && let Some(oldest_waiting) = self.utterances.remove(1)
        {
            self.counters.overflowed += self.queue.drop_utterance(oldest_waiting.number) as u64;
        }
        self.target.start_time_line();
        number
    }

    /// Ends the utterance: queued frames are played out. Frames that still arrive meanwhile are accepted.
    pub fn end_utterance(&mut self) {
        if let Some(last) = self.utterances.back_mut() {
            last.ended = true;
        }
    }

    /// A packet of the utterance started last. `sequence` counts its frames from 0; `arrived` is when it
    /// came in on the playback clock; `recoverable_frames` how many frames right before it can be recovered from it.
    pub fn push(
        &mut self,
        sequence: u32,
        arrived: SamplePosition,
        packet: &[u8],
        properties: FrameProperties,
        recoverable_frames: u8,
    ) {
        self.counters.received += 1;
        if packet.len() > PACKET_BYTES_MAX {
            self.counters.oversized += 1;
            return;
        }
        let transit = arrived.signed() - i64::from(sequence) * self.frame_size.samples() as i64;
        let only_one = self.utterances.len() == 1;
        let Some(utterance) = self.utterances.back() else {
            self.counters.late += 1;
            return;
        };
        match &mut self.playing {
            Some(playing) if only_one && sequence < playing.next => {
                let age = playing.next - 1 - sequence;
                if !playing.missing.arrived(age) {
                    self.counters.duplicates += 1;
                    return;
                }
                self.losses.arrived(age);
                self.counters.late += 1;
                if u64::from(age) >= MissingFrames::WINDOW || utterance.transits.is_jump(transit) {
                    // A packet this old says nothing about the transit of other packets, nor does it show that the time
                    // line jumped.
                    return;
                }
            }
            _ => {
                let frame = FrameId { utterance: utterance.number, sequence };
                match self.queue.insert(frame, properties, recoverable_frames, packet) {
                    Insertion::Stored => {}
                    Insertion::StoredOldestDropped => self.counters.overflowed += 1,
                    Insertion::Duplicate => {
                        self.counters.duplicates += 1;
                        return;
                    }
                }
            }
        }
        self.copies.note(recoverable_frames);
        let recovery = self.recovery();
        let Some(utterance) = self.utterances.back_mut() else { return };
        if !utterance.transits.note(arrived, transit) {
            self.target.start_time_line();
        }
        self.target.note(transit, &utterance.transits, recovery);
    }

    /// Properties of the first packet in the queue.
    pub(crate) fn next_properties(&self) -> Option<FrameProperties> {
        self.queue.first().map(|packet| packet.properties)
    }

    /// The packet that was handed out last with [`Decision::Play`]; empty before the first.
    pub(crate) fn last_packet(&self) -> &[u8] {
        &self.taken.data
    }

    /// Notes whether the last frame handed out ends in near silence, where it can be stretched and squeezed
    /// inaudibly.
    pub(crate) fn note_pause(&mut self, in_pause: bool) {
        self.in_pause = in_pause;
    }

    /// How long frames wait now beyond the fastest recent arrival, in samples; 0 while nothing plays.
    pub fn delay_samples(&self) -> u64 {
        self.delay_samples
    }

    /// How long frames should wait, in samples.
    pub fn target_samples(&self) -> u64 {
        self.target.samples()
    }

    /// Jitter of the arrivals as in RFC 3550 §6.4.1, in samples.
    pub fn jitter_samples(&self) -> f32 {
        self.target.jitter_samples()
    }

    /// How many of the last 128 frames never came, in percent.
    pub fn loss_percent(&self) -> f32 {
        let frames = self.frames_passed.clamp(1, MissingFrames::WINDOW);
        self.losses.count() as f32 * 100.0 / frames as f32
    }

    /// How many of those are missing in a row on average; 0 without any.
    pub fn lost_in_a_row(&self) -> f32 {
        self.losses.count() as f32 / self.losses.followed(1).max(1) as f32
    }

    /// Counters of the packets so far.
    pub fn counters(&self) -> JitterCounters {
        self.counters
    }

    /// Packets waiting in the queue.
    pub fn queued_packets(&self) -> usize {
        self.queue.len()
    }

    /// How many frames are lost whose copies can be waited for.
    fn recovery(&self) -> Recovery {
        let frame_samples = self.frame_size.samples() as u64;
        if self.lossy || self.frames_passed < MissingFrames::WINDOW {
            self.copies.recovery(self.losses, self.frames_passed, frame_samples)
        } else {
            Recovery { share: 0.0, look_ahead_samples: frame_samples }
        }
    }
}
