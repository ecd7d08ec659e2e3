//! The echo reference: the game's own sound, which the echo canceller removes from the microphone's.

use consonance_audio::{BLOCK_SAMPLES, Input as _, SAMPLE_RATE_HZ};
use consonance_device::clock_bridge::Clock;

use crate::engine_sound::{EngineInput, EngineMicrophone, engine_input};
use crate::statistics::EngineSoundRow;

/// Takes the game's own sound, for the echo canceller: with loudspeakers, the microphone picks it up too. Returned by
/// [`VoiceMicrophone::echo_reference`](crate::VoiceMicrophone::echo_reference) or
/// [`VoiceMicrophone::full_echo_reference`](crate::VoiceMicrophone::full_echo_reference).
///
/// Made for an audio engine's callback: it never blocks, allocates, locks or logs.
///
/// Sound must be pushed when the loudspeaker receives it, or earlier; never later. It is delayed here by the jitter of
/// the engine's callbacks, usually a callback and 20 ms, and must not arrive after its own echo: the canceller finds an
/// echo from 0 to 250 ms after it. The engine's clock is followed, so that the distance stays constant.
#[derive(Debug)]
pub struct EchoReference(EngineInput);

impl EchoReference {
    /// Pushes the game's sound: mono at 48 kHz, any number of samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.push_interleaved(samples, 1, SAMPLE_RATE_HZ);
    }

    /// Pushes the game's sound: left and right interleaved, at 48 kHz. An odd sample at the end is ignored.
    pub fn push_stereo(&mut self, interleaved: &[f32]) {
        self.push_interleaved(interleaved, 2, SAMPLE_RATE_HZ);
    }

    /// Pushes the game's sound: `channels` interleaved channels, which are averaged, at `sample_rate_hz`, as
    /// [`EngineInput::push`].
    pub fn push_interleaved(&mut self, interleaved: &[f32], channels: usize, sample_rate_hz: u32) {
        self.0.push(interleaved, channels, sample_rate_hz);
    }
}

/// The content of the echo reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EchoSource {
    /// The game's sound without the voices.
    Game,
    /// The voices too, as they are played.
    Everything,
}

/// The capture thread's end.
pub(crate) struct EchoReferenceReader {
    sound: EngineMicrophone,
    source: EchoSource,
}

/// Both ends, using this clock.
pub(crate) fn echo_reference(source: EchoSource, clock: Clock) -> (EchoReference, EchoReferenceReader) {
    let (input, sound) = engine_input(clock);
    (EchoReference(input), EchoReferenceReader { sound, source })
}

impl EchoReferenceReader {
    /// Completes the loudspeaker's 10 ms: the voices, and the game's sound beside or including them.
    pub(super) fn complete(&mut self, render: &mut [f32; BLOCK_SAMPLES]) {
        let mut played = [0.0; BLOCK_SAMPLES];
        self.sound.read(&mut played);
        if self.source == EchoSource::Everything && self.sound.is_called() {
            *render = played;
            return;
        }
        for (sum, sample) in render.iter_mut().zip(played) {
            *sum += sample;
        }
    }

    pub(super) fn row(&self) -> EngineSoundRow {
        self.sound.link.row()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use consonance_audio::{CaptureChain, CaptureSettings};

    use super::*;

    /// The canceller's reference after a second of voices at 0.5 and a game that hands over 0.25 every 10 ms.
    fn completed(source: EchoSource, is_handed_over: bool) -> f32 {
        let (now_us, clock) = simulated();
        let (mut sound, mut reader) = echo_reference(source, clock);
        let mut block = [0.0; BLOCK_SAMPLES];
        for _ in 0..100 {
            if is_handed_over {
                sound.push(&[0.25; BLOCK_SAMPLES]);
            }
            block = [0.5; BLOCK_SAMPLES];
            reader.complete(&mut block);
            now_us.fetch_add(10_000, Ordering::Relaxed);
        }
        block[BLOCK_SAMPLES / 2]
    }

    /// Time that passes only when the test advances it.
    fn simulated() -> (Arc<AtomicU64>, Clock) {
        let now_us = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&now_us);
        (now_us, Clock::new(move || Duration::from_micros(time.load(Ordering::Relaxed))))
    }

    /// The residual echo of noise that an engine plays at 44.1 kHz, by a clock 300 ppm fast, and that its microphone
    /// picks up 46 ms later at a quarter of the level; measured in the tenth second, in dB below the microphone's
    /// signal.
    fn left_of_an_engines_echo(is_told: bool) -> f32 {
        const FRAMES: usize = 512;
        let (now_us, clock) = simulated();
        let (mut microphone, mut heard) = engine_input(clock.clone());
        let (mut reference, mut reader) = echo_reference(EchoSource::Everything, clock);
        let settings = CaptureSettings { noise: None, automatic_gain: false, ..CaptureSettings::default() };
        let mut chain = CaptureChain::new(settings);
        let (mut room, mut noise) = (VecDeque::from(vec![0.0; 4 * FRAMES]), 1_u32);
        let (mut callbacks, mut before, mut after) = (0_u32, 0.0, 0.0);
        for beat in 1..=1_000_u64 {
            let due_us = beat * 10_000;
            loop {
                let at_us = f64::from(callbacks) * FRAMES as f64 / (44_100.0 * 1.000_3) * 1e6;
                if at_us > due_us as f64 {
                    break;
                }
                now_us.store(at_us as u64, Ordering::Relaxed);
                let played: [f32; FRAMES] = std::array::from_fn(|_| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (noise as f32 / u32::MAX as f32 - 0.5) / 2.0
                });
                if is_told {
                    reference.push_interleaved(&played, 1, 44_100);
                }
                room.extend(played.map(|sample| 0.25 * sample));
                let echo: Vec<f32> = room.drain(..FRAMES).collect();
                microphone.push(&echo, 1, 44_100);
                callbacks += 1;
            }
            now_us.store(due_us, Ordering::Relaxed);
            let (mut block, mut played) = ([0.0; BLOCK_SAMPLES], [0.0; BLOCK_SAMPLES]);
            heard.read(&mut block);
            reader.complete(&mut played);
            let power = |block: &[f32]| block.iter().map(|sample| sample * sample).sum::<f32>();
            let came = power(&block);
            chain.process(&mut block, Some(&played));
            if beat > 900 {
                before += came;
                after += power(&block);
            }
        }
        10.0 * (after / before).log10()
    }

    #[test]
    fn what_an_engine_plays_is_cancelled_if_it_hands_over_all_of_it() {
        let (untold, told) = (left_of_an_engines_echo(false), left_of_an_engines_echo(true));
        assert!(untold > -3.0, "{untold} dB are left without the engine's help");
        assert!(told < -20.0, "{told} dB are left with it");
    }

    #[test]
    fn the_games_sound_is_added_to_the_voices_or_stands_for_both() {
        let table = [
            (EchoSource::Game, true, 0.75),
            (EchoSource::Game, false, 0.5),
            (EchoSource::Everything, true, 0.25),
            (EchoSource::Everything, false, 0.5),
        ];
        for (source, is_handed_over, expected) in table {
            let heard = completed(source, is_handed_over);
            assert!((heard - expected).abs() < 0.01, "{source:?}, {is_handed_over}: {heard}");
        }
    }
}
