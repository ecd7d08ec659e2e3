//! The contents of frames besides noise: the measurement that they belong to, and the time of sending.
//!
//! A frame is the run (four bytes), the step (`u32`) and the time of sending (`u64`, nanoseconds since 1970), both
//! little-endian, and then noise.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consonance_wire::SealedVoice;

use crate::delays::Delays;

/// Bytes of a frame that are not noise.
pub(super) const HEAD_BYTES: usize = 16;

/// Makes frames, one after the other in the same memory.
#[derive(Debug)]
pub(crate) struct Frames {
    run: [u8; 4],
    bytes: Vec<u8>,
    /// The offset of the run, step and time: after the header of a sealed frame.
    begins: usize,
}

/// The first byte of a run, which makes it an Opus packet with one frame: SILK, wideband, 20 ms, mono (RFC 6716,
/// section 3.1). With arbitrary first bytes, some runs would look like sealed frames.
const TOC: u8 = 9 << 3;
/// The overhead of a sealed frame.
const SEALED_BYTES: usize = 18;

impl Frames {
    /// `bytes` is [`HEAD_BYTES`] or more; the low 24 bits of `seed` tell this run from others.
    pub(crate) fn new(seed: u32, bytes: usize) -> Self {
        // Xorshift (Marsaglia 2003): noise, which cannot be compressed on the way.
        let mut state = seed | 1;
        let noise = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        });
        Self { run: run_of(seed), bytes: noise.take(bytes.max(HEAD_BYTES)).collect(), begins: 0 }
    }

    /// The same as sealed frames of an encrypted session, which nothing here needs to open.
    pub(crate) fn sealed(seed: u32, bytes: usize) -> Self {
        let mut frames = Self::new(seed, bytes + SEALED_BYTES);
        frames.begins = SealedVoice::HEAD_BYTES;
        frames.bytes[..SealedVoice::HEAD_BYTES].copy_from_slice(&SealedVoice::head_of(Some(30)));
        frames
    }

    /// The next frame of a step.
    pub(crate) fn next(&mut self, step: u32, sent_at: Stamp) -> &[u8] {
        let told = &mut self.bytes[self.begins..];
        told[..4].copy_from_slice(&self.run);
        told[4..8].copy_from_slice(&step.to_le_bytes());
        told[8..16].copy_from_slice(&sent_at.0.to_le_bytes());
        &self.bytes
    }
}

fn run_of(seed: u32) -> [u8; 4] {
    let [low, middle, high, _] = seed.to_le_bytes();
    [TOC, low, middle, high]
}

/// A time that the kernel's stamps can be compared with: nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp(pub(crate) u64);

impl Stamp {
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(since.as_nanos() as u64)
    }

    fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// The frames of one step that all listeners together have heard.
#[derive(Debug)]
pub(crate) struct Heard {
    seed: u32,
    step: u32,
    frames: u64,
    delays: Delays,
    /// Packets that arrived over the fast path, of any step.
    pub(crate) on_fast_path: u64,
}

impl Heard {
    pub(crate) fn new(seed: u32) -> Self {
        Self { seed, step: 0, frames: 0, delays: Delays::new(), on_fast_path: 0 }
    }

    /// Starts to count this step only.
    pub(crate) fn begin(&mut self, step: u32) {
        *self = Self { step, ..Self::new(self.seed) };
    }

    /// Counts a frame that reached a listener at this time. Frames of other steps or other senders do not count.
    pub(crate) fn hear(&mut self, frame: &[u8], arrived_at: Stamp) {
        let frame = SealedVoice::of(frame).map_or(frame, |sealed| sealed.sframe);
        let Some((run, rest)) = frame.split_first_chunk::<4>() else { return };
        let Some((step, rest)) = rest.split_first_chunk::<4>() else { return };
        let Some((sent_at, _)) = rest.split_first_chunk::<8>() else { return };
        if *run == run_of(self.seed) && u32::from_le_bytes(*step) == self.step {
            self.frames += 1;
            self.delays.add(arrived_at.since(Stamp(u64::from_le_bytes(*sent_at))));
        }
    }

    pub(crate) fn seed(&self) -> u32 {
        self.seed
    }

    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    pub(crate) fn delays(&self) -> &Delays {
        &self.delays
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_tells_how_long_it_took() {
        let (mut frames, mut heard) = (Frames::new(7, 120), Heard::new(7));
        heard.begin(3);
        let frame = frames.next(3, Stamp(1_000_000));
        assert_eq!(frame.len(), 120);
        heard.hear(frame, Stamp(3_000_000));
        assert_eq!(heard.frames(), 1);
        let delay = heard.delays().quantile(1.0).unwrap();
        assert!(delay.abs_diff(Duration::from_millis(2)) < Duration::from_micros(40), "{delay:?}");
    }

    #[test]
    fn a_sealed_frame_tells_the_same() {
        let (mut frames, mut heard) = (Frames::sealed(7, 120), Heard::new(7));
        heard.begin(3);
        let frame = frames.next(3, Stamp(0));
        assert!(frame.len() == 138 && SealedVoice::of(frame).is_some());
        heard.hear(frame, Stamp(1));
        assert_eq!(heard.frames(), 1);
    }

    #[test]
    fn frames_count_whatever_their_run_is() {
        // As the first bytes of a frame, these numbers would be those of a sealed one.
        for seed in [0x031b, 0x1e1b, 0x3f1b] {
            let (mut frames, mut heard) = (Frames::new(seed, 120), Heard::new(seed));
            heard.hear(frames.next(0, Stamp(0)), Stamp(1));
            assert_eq!(heard.frames(), 1, "{seed:#x}");
        }
    }

    #[test]
    fn frames_of_other_steps_and_unknown_senders_do_not_count() {
        let mut heard = Heard::new(7);
        heard.begin(3);
        for (run, step) in [(7, 2), (7, 4), (8, 3)] {
            heard.hear(Frames::new(run, 20).next(step, Stamp(0)), Stamp(1));
        }
        let whole = Frames::new(7, 20).next(3, Stamp(0)).to_vec();
        for length in 0..HEAD_BYTES {
            heard.hear(&whole[..length], Stamp(1));
        }
        assert_eq!(heard.frames(), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_delay() {
        assert_eq!(Stamp(5).since(Stamp(9)), Duration::ZERO);
    }
}
