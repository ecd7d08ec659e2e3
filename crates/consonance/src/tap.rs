//! Taps: live sound of a voice chat, for recording, transcription, lip sync and the like.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use consonance_audio::{BLOCK_SAMPLES, Channels, RecordedBlock, SamplePosition, StereoBlock};
use rtrb::{Consumer, Producer, RingBuffer};

/// The most blocks queued in a tap, 1 s: 400 kB.
pub(crate) const CAPACITY_BLOCKS: usize = 100;

/// The source of a tap.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TapSource {
    /// The sound of the microphone, or of the input in its place, before any processing.
    RawMicrophone,
    /// The same after the capture chain: the sound that is encoded if there are listeners.
    ProcessedMicrophone,
    /// The voice of the player of this name as received: before volume, place and everything else that only concerns
    /// this listener.
    Player(String),
    /// The mix as it is heard.
    Mix,
}

impl TapSource {
    /// The name for a file of its sound.
    pub fn name(&self) -> &str {
        match self {
            Self::RawMicrophone => "microphone-raw",
            Self::ProcessedMicrophone => "microphone",
            Self::Player(name) => name,
            Self::Mix => "mix",
        }
    }

    /// Whether its sound is mono or stereo.
    pub const fn channels(&self) -> Channels {
        match self {
            Self::RawMicrophone | Self::ProcessedMicrophone | Self::Player(_) => Channels::Mono,
            Self::Mix => Channels::Stereo,
        }
    }
}

/// 10 ms of sound and its position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TapBlock {
    /// The position of the first sample on the voice chat's time line: the same time line for all of its taps, so
    /// that simultaneous sound has the same position.
    pub position: SamplePosition,
    /// The sound.
    pub sound: TapSound,
}

/// Sound for one ear or two, at 48 kHz.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "it passes through a ring that must not allocate")]
pub enum TapSound {
    /// One channel.
    Mono([f32; BLOCK_SAMPLES]),
    /// Left and right.
    Stereo(StereoBlock),
}

impl<'a> From<&'a TapSound> for RecordedBlock<'a> {
    fn from(sound: &'a TapSound) -> Self {
        match sound {
            TapSound::Mono(block) => Self::Mono(block),
            TapSound::Stereo(block) => Self::Stereo(block),
        }
    }
}

/// The listening end of a tap. Silence may be omitted: a gap between positions is silence.
///
/// A reader that does not [`poll`](Self::poll) for a second loses later blocks; the writer does not wait. Dropping it
/// ends the tap.
pub struct Tap {
    source: TapSource,
    ring: Consumer<TapBlock>,
    dropped: Arc<AtomicU64>,
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Tap {
    /// Both ends of a new tap. The taps of a voice chat are created by the chat; this one is for the game's own sound
    /// that should be recorded with it.
    pub fn new(source: TapSource) -> (TapSender, Self) {
        let (producer, consumer) = RingBuffer::new(CAPACITY_BLOCKS);
        let dropped = Arc::new(AtomicU64::new(0));
        let sender = TapSender { ring: producer, dropped: Arc::clone(&dropped) };
        (sender, Self { source, ring: consumer, dropped })
    }

    /// The source of its sound.
    pub fn source(&self) -> &TapSource {
        &self.source
    }

    /// The next queued block.
    pub fn poll(&mut self) -> Option<TapBlock> {
        self.ring.pop().ok()
    }

    /// The position of the block that [`poll`](Self::poll) would return.
    pub fn next_position(&self) -> Option<SamplePosition> {
        self.ring.peek().ok().map(|block| block.position)
    }

    /// Blocks that were dropped because a second of them was already queued.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Whether the queue is empty and nothing more will come.
    pub fn is_finished(&self) -> bool {
        // In this order, and with a fence that `rtrb` omits: blocks pushed before the sender was dropped are seen.
        self.ring.is_abandoned() && {
            fence(Ordering::Acquire);
            self.ring.is_empty()
        }
    }
}

/// The end of a tap that sound is pushed into. Dropping it ends the tap, once the queued blocks are taken.
#[derive(Debug)]
pub struct TapSender {
    ring: Producer<TapBlock>,
    dropped: Arc<AtomicU64>,
}

impl TapSender {
    /// Pushes a block, or drops and counts it if a second of them is already queued. Never waits and never allocates:
    /// suitable for an audio callback.
    pub fn push(&mut self, position: SamplePosition, sound: TapSound) {
        if self.ring.push(TapBlock { position, sound }).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the reader was dropped, so that this end can be dropped too.
    pub fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

/// All the taps on one source.
#[derive(Debug, Default)]
pub(crate) struct TapSenders(Vec<TapSender>);

impl TapSenders {
    pub(crate) fn add(&mut self, sender: TapSender) {
        self.prune();
        self.0.push(sender);
    }

    /// Drops abandoned ones, whether there is sound or not.
    pub(crate) fn prune(&mut self) {
        self.0.retain(|sender| !sender.is_abandoned());
    }

    /// Pushes a block to each; abandoned ones are dropped.
    pub(crate) fn push(&mut self, position: SamplePosition, sound: &TapSound) {
        self.0.retain_mut(|sender| {
            sender.push(position, *sound);
            !sender.is_abandoned()
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mono(sample: f32) -> TapSound {
        TapSound::Mono([sample; BLOCK_SAMPLES])
    }

    #[test]
    fn blocks_come_out_as_they_were_put_in() {
        let (mut sender, mut tap) = Tap::new(TapSource::Mix);
        let stereo =
            TapSound::Stereo(StereoBlock { left: [0.5; BLOCK_SAMPLES], right: [0.25; BLOCK_SAMPLES] });
        sender.push(SamplePosition(480), mono(0.5));
        sender.push(SamplePosition(9_600), stereo);
        assert_eq!(tap.next_position(), Some(SamplePosition(480)));
        assert_eq!(tap.poll(), Some(TapBlock { position: SamplePosition(480), sound: mono(0.5) }));
        assert_eq!(tap.poll(), Some(TapBlock { position: SamplePosition(9_600), sound: stereo }));
        assert_eq!((tap.poll(), tap.next_position()), (None, None));
    }

    #[test]
    fn a_tap_that_is_not_read_for_a_second_misses_what_comes_then() {
        let (mut sender, mut tap) = Tap::new(TapSource::RawMicrophone);
        for block in 0..130 {
            sender.push(SamplePosition(480 * block), mono(0.0));
        }
        assert_eq!(tap.dropped(), 30);
        let heard: Vec<_> = std::iter::from_fn(|| tap.poll()).map(|block| block.position.0 / 480).collect();
        assert_eq!(heard, (0..100).collect::<Vec<_>>());
        sender.push(SamplePosition(480 * 130), mono(0.0));
        assert_eq!(tap.next_position(), Some(SamplePosition(480 * 130)));
    }

    #[test]
    fn each_end_learns_that_the_other_is_gone() {
        let (mut sender, mut tap) = Tap::new(TapSource::Player("Alice".into()));
        sender.push(SamplePosition(0), mono(0.0));
        assert!(!sender.is_abandoned() && !tap.is_finished());
        drop(sender);
        assert!(!tap.is_finished(), "a block waits");
        tap.poll();
        assert!(tap.is_finished());
        let (sender, tap) = Tap::new(TapSource::Mix);
        drop(tap);
        assert!(sender.is_abandoned());
    }

    #[test]
    fn taps_that_were_dropped_while_nothing_sounded_are_gone_when_another_comes() {
        let mut senders = TapSenders::default();
        let (sender, mut listening) = Tap::new(TapSource::Mix);
        senders.add(sender);
        for _ in 0..100 {
            let (sender, tap) = Tap::new(TapSource::Mix);
            senders.add(sender);
            drop(tap);
        }
        assert_eq!(senders.0.len(), 2, "the one with a listener, and the last");
        senders.push(SamplePosition(0), &mono(0.0));
        assert!(listening.poll().is_some());
    }
}
