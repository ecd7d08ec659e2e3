//! Taps: sound of a voice chat as it passes by, for recording, transcription, lip sync and the like.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use consonance_audio::{BLOCK_SAMPLES, Channels, RecordedBlock, SamplePosition, StereoBlock};
use rtrb::{Consumer, Producer, RingBuffer};

/// Blocks that may wait in a tap, 1 s: 400 kB.
pub(crate) const CAPACITY_BLOCKS: usize = 100;

/// What a tap is on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TapSource {
    /// What the microphone, or whatever is in its place, gives.
    RawMicrophone,
    /// The same after the capture chain: what is encoded if there are listeners.
    ProcessedMicrophone,
    /// The voice of the player of this name as it was received: before volume, place and everything else that only
    /// concerns this listener.
    Player(String),
    /// Everything together, as it is heard.
    Mix,
}

impl TapSource {
    /// What a file of its sound is called.
    pub fn name(&self) -> &str {
        match self {
            Self::RawMicrophone => "microphone-raw",
            Self::ProcessedMicrophone => "microphone",
            Self::Player(name) => name,
            Self::Mix => "mix",
        }
    }

    /// For how many ears its sound is.
    pub const fn channels(&self) -> Channels {
        match self {
            Self::RawMicrophone | Self::ProcessedMicrophone | Self::Player(_) => Channels::Mono,
            Self::Mix => Channels::Stereo,
        }
    }
}

/// 10 ms of sound, and when they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TapBlock {
    /// Where the first sample lies on the time line of the voice chat: the same for all of its taps, so that what
    /// happens at the same time has the same position.
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

/// The listening end of a tap. Silence need not come: a gap between positions is one.
///
/// A reader that does not [`poll`](Self::poll) for a second misses what comes then; the writer does not wait. Dropping
/// it ends the tap.
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
    /// A tap and the end that sound is put into. The taps of a voice chat come from the chat; this one is for sound of
    /// the game's own, which shall be recorded with it.
    pub fn new(source: TapSource) -> (TapSender, Self) {
        let (producer, consumer) = RingBuffer::new(CAPACITY_BLOCKS);
        let dropped = Arc::new(AtomicU64::new(0));
        let sender = TapSender { ring: producer, dropped: Arc::clone(&dropped) };
        (sender, Self { source, ring: consumer, dropped })
    }

    /// What it is on.
    pub fn source(&self) -> &TapSource {
        &self.source
    }

    /// The next block, if one waits.
    pub fn poll(&mut self) -> Option<TapBlock> {
        self.ring.pop().ok()
    }

    /// Where the block lies that [`poll`](Self::poll) would give.
    pub fn next_position(&self) -> Option<SamplePosition> {
        self.ring.peek().ok().map(|block| block.position)
    }

    /// Blocks that were dropped because a second of them waited already.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Whether nothing waits and nothing will come any more.
    pub fn is_finished(&self) -> bool {
        // In this order, and with a fence that `rtrb` leaves out: what was put in before the sender went is seen.
        self.ring.is_abandoned() && {
            fence(Ordering::Acquire);
            self.ring.is_empty()
        }
    }
}

/// The end of a tap that sound is put into. Dropping it ends the tap, once what waits is taken.
#[derive(Debug)]
pub struct TapSender {
    ring: Producer<TapBlock>,
    dropped: Arc<AtomicU64>,
}

impl TapSender {
    /// Puts a block in, or drops and counts it if a second of them waits already. Never waits and never
    /// allocates: fit for an audio callback.
    pub fn push(&mut self, position: SamplePosition, sound: TapSound) {
        if self.ring.push(TapBlock { position, sound }).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether the reader is gone, so that this end can be dropped, too.
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

    /// Abandoned ones are dropped, whether anything sounds or not.
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
