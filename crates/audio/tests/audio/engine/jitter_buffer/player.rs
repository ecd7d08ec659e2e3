//! A player of a jitter buffer's output, which records it.

use consonance_audio::jitter::{Decision, FrameId, JitterBuffer, JitterSettings, Stretch};
use consonance_audio::{FrameProperties, FrameSize, SamplePosition};

/// A listener that discards the sound: it requests frames, stretches them as asked, and takes real time to play them.
pub(super) struct Player {
    pub(super) buffer: JitterBuffer,
    frame_samples: usize,
    pub(super) now: SamplePosition,
    /// Samples that were handed out but not played yet.
    pub(super) unheard: usize,
    /// Samples put in or left out so far.
    pub(super) stretched: [usize; 2],
    /// How many earlier frames can be recovered from each arriving packet.
    pub(super) recoverable: u8,
    /// Every frame whose turn is over, and its outcome.
    pub(super) turns: Vec<(FrameId, Turn)>,
    pub(super) ended: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Played(SamplePosition),
    Recovered,
    GivenUp,
}

impl Player {
    pub(super) fn new() -> Self {
        Self::of(FrameSize::Ms20)
    }

    fn of(frame_size: FrameSize) -> Self {
        let buffer = JitterBuffer::new(frame_size, JitterSettings::default());
        let frame_samples = frame_size.samples();
        let now = SamplePosition::default();
        let (turns, ended) = (Vec::new(), Vec::new());
        Self { buffer, frame_samples, now, unheard: 0, stretched: [0; 2], recoverable: 0, turns, ended }
    }

    pub(super) fn speaking() -> Self {
        Self::speaking_in(FrameSize::Ms20)
    }

    pub(super) fn speaking_in(frame_size: FrameSize) -> Self {
        let mut player = Self::of(frame_size);
        player.buffer.start_utterance();
        player
    }

    /// A frame arrives; its packet is its own number.
    pub(super) fn arrive(&mut self, sequence: u32) {
        self.buffer.push(
            sequence,
            self.now,
            &sequence.to_le_bytes(),
            FrameProperties::default(),
            self.recoverable,
        );
    }

    /// Plays one block.
    fn step(&mut self) {
        let mut rounds = 0;
        while self.unheard < 480 {
            rounds += 1;
            assert!(rounds < 200, "the buffer makes no progress");
            let begins = self.now + self.unheard as u64;
            let (samples, wish) = match self.buffer.next(self.now, self.unheard) {
                Decision::Silence => (480 - self.unheard, Stretch::Keep),
                Decision::Conceal => (480, Stretch::Keep),
                Decision::Play { frame, packet, late_samples, stretch, .. } => {
                    assert_eq!(packet, frame.sequence.to_le_bytes());
                    let begins = SamplePosition(begins.0 - late_samples as u64);
                    self.turns.push((frame, Turn::Played(begins)));
                    (self.frame_samples - late_samples, stretch)
                }
                Decision::Recover { frame, packet, ahead, late_samples, stretch, .. } => {
                    assert!((1..=self.recoverable).contains(&ahead));
                    assert_eq!(packet, (frame.sequence + u32::from(ahead)).to_le_bytes());
                    self.turns.push((frame, Turn::Recovered));
                    (self.frame_samples - late_samples, stretch)
                }
                Decision::GaveUp { first, count, from } => {
                    assert!(from <= begins);
                    self.turns.extend((0..count).map(|i| {
                        (FrameId { sequence: first.sequence.saturating_add(i), ..first }, Turn::GivenUp)
                    }));
                    (0, Stretch::Keep)
                }
                Decision::Late { frame, packet, from } => {
                    assert!(from <= begins);
                    assert_eq!(packet, frame.sequence.to_le_bytes());
                    self.turns.push((frame, Turn::GivenUp));
                    (0, Stretch::Keep)
                }
                Decision::EndOfUtterance { utterance } => {
                    self.ended.push(utterance);
                    (0, Stretch::Keep)
                }
            };
            assert!(samples <= self.frame_samples);
            self.unheard += samples;
            self.stretch(wish);
        }
        self.unheard -= 480;
        self.now += 480;
    }

    /// Stretches as if by a voice whose period allows every requested change.
    fn stretch(&mut self, wish: Stretch) {
        match wish {
            Stretch::Keep => return,
            Stretch::Shorten { at_most, .. } => {
                let samples = at_most.min(480);
                self.unheard -= samples;
                self.stretched[1] += samples;
            }
            Stretch::Lengthen { at_least, .. } => {
                let samples = at_least.max(120);
                self.unheard += samples;
                self.stretched[0] += samples;
            }
        }
        self.buffer.note_stretched();
    }

    pub(super) fn steps(&mut self, blocks: usize) {
        for _ in 0..blocks {
            self.step();
        }
    }

    pub(super) fn played(&self) -> Vec<u32> {
        let played = self.turns.iter().filter(|(_, turn)| matches!(turn, Turn::Played(_)));
        played.map(|(frame, _)| frame.sequence).collect()
    }

    /// For each played frame, the time from when it was spoken to when it was played.
    pub(super) fn delays(&self) -> Vec<u64> {
        let spoken = |frame: &FrameId| SamplePosition(u64::from(frame.sequence) * self.frame_samples as u64);
        let delay = |(frame, turn): &(FrameId, Turn)| match turn {
            Turn::Played(at) => Some(at.samples_since(spoken(frame))),
            Turn::Recovered | Turn::GivenUp => None,
        };
        self.turns.iter().filter_map(delay).collect()
    }

    /// Frames arrive as they are spoken, `delay(n)` blocks late, while sound is played.
    pub(super) fn stream(&mut self, frames: std::ops::Range<u32>, delay: impl Fn(u32) -> Option<u64>) {
        let start = self.now;
        let first = frames.start;
        let spoken = |n| start + u64::from(n - first) * self.frame_samples as u64;
        let mut arrivals: Vec<(SamplePosition, u32)> =
            frames.filter_map(|n| Some((spoken(n) + delay(n)? * 480, n))).collect();
        arrivals.sort_unstable();
        for (at, sequence) in arrivals {
            while self.now < at {
                self.step();
            }
            self.arrive(sequence);
        }
    }
}
