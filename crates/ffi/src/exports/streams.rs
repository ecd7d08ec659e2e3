//! Sound of a game's engine: what its audio threads pull and push.
//!
//! `consonance_pull` and `consonance_push` may be called from an audio callback: they never wait, and take no memory.

use std::ops::RangeInclusive;

use crate::c::{Array, ArrayOut, Out};
use crate::chats::Chat;
use crate::error::{CError, Failure, guard};
use crate::streams::{self, Stream};

/// Most channels of an engine's sound.
const CHANNELS_MAX: u32 = 64;

/// Passes the mix of all players to the engine, which pulls it, and writes the stream's handle. A second stream
/// silences the first.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_engine_output(chat: u64, stream: Out<u64>) -> CError {
    open(chat, stream, |chat| Ok(Stream::Output(chat.voice.playback().engine_output())))
}

/// Takes a player out of the mix, for an engine that places voices itself, and writes the stream's handle. The stream
/// stays with the player, also when the player leaves and joins again, until `consonance_destroy`.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_player_stream(chat: u64, player: u32, stream: Out<u64>) -> CError {
    open(chat, stream, |chat| Ok(Stream::Player(chat.voice.player(chat.name_of(player)?).stream())))
}

/// Uses the audio that the engine records and pushes as the player's voice, and writes the stream's handle.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_engine_input(chat: u64, stream: Out<u64>) -> CError {
    open(chat, stream, |chat| Ok(Stream::Input(chat.voice.microphone().engine_input())))
}

/// Takes the engine's output as the reference for echo cancelling, and writes the stream's handle. `with_voices` is 1
/// if the pushed audio contains the voices, as from an engine's last mixer stage, and 0 if it has only the game's own
/// audio.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_echo_reference(chat: u64, with_voices: u32, stream: Out<u64>) -> CError {
    open(chat, stream, |chat| {
        Ok(Stream::Echo(match with_voices {
            0 => chat.voice.microphone().echo_reference(),
            _ => chat.voice.microphone().full_echo_reference(),
        }))
    })
}

/// Writes the next `frames` frames of interleaved audio, with this number of channels and at this rate; all three may
/// change with each call. May be called from an audio callback.
///
/// Missing samples are silence, also when the stream or the rate is refused. Rates from 8 to 192 kHz, and at most 1.3 s
/// of sound in a call; others are `VALUE`.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_pull(
    stream: u64,
    interleaved: ArrayOut<f32>,
    frames: usize,
    channels: u32,
    sample_rate_hz: u32,
) -> CError {
    guard(|| {
        let samples = interleaved.read("interleaved", samples(frames, channels, sample_rate_hz)?)?;
        samples.fill(0.0);
        check_rate(sample_rate_hz)?;
        streams::with(stream, |stream| {
            match stream {
                Stream::Output(output) => output.fill(samples, channels as usize, sample_rate_hz),
                Stream::Player(player) => player.fill(samples, channels as usize, sample_rate_hz),
                Stream::Input(_) | Stream::Echo(_) => return Err(CError::Unsupported.into()),
            }
            Ok(())
        })
    })
}

/// Takes `frames` frames of interleaved audio, with this number of channels and at this rate; all three may change with
/// each call. May be called from an audio callback.
///
/// Samples that do not fit into the queue are dropped. Rates from 8 to 192 kHz, and at most 1.3 s of sound in a call;
/// others are `VALUE`.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_push(
    stream: u64,
    interleaved: Array<f32>,
    frames: usize,
    channels: u32,
    sample_rate_hz: u32,
) -> CError {
    guard(|| {
        let samples = interleaved.read("interleaved", samples(frames, channels, sample_rate_hz)?)?;
        check_rate(sample_rate_hz)?;
        streams::with(stream, |stream| {
            match stream {
                Stream::Input(input) => input.push(samples, channels as usize, sample_rate_hz),
                Stream::Echo(echo) => echo.push_interleaved(samples, channels as usize, sample_rate_hz),
                Stream::Output(_) | Stream::Player(_) => return Err(CError::Unsupported.into()),
            }
            Ok(())
        })
    })
}

fn open(number: u64, handle: Out<u64>, stream: impl FnOnce(&Chat) -> Result<Stream, Failure>) -> CError {
    guard(|| {
        handle.write("stream", 0)?;
        let chat = Chat::of(number)?;
        handle.write("stream", streams::insert(number, stream(&chat)?)?)
    })
}

/// How many samples these frames have, of as much sound as a queue can hold. Without words, which would take memory.
fn samples(frames: usize, channels: u32, sample_rate_hz: u32) -> Result<usize, CError> {
    let frames_max = QUEUE_FRAMES * u64::from(sample_rate_hz.max(*RATES_HZ.start())) / QUEUE_RATE_HZ;
    if channels == 0 || channels > CHANNELS_MAX || frames as u64 > frames_max {
        return Err(CError::Value);
    }
    frames.checked_mul(channels as usize).ok_or(CError::Value)
}

/// Sound at other rates would be silence, and its cause hard to find.
fn check_rate(sample_rate_hz: u32) -> Result<(), CError> {
    if RATES_HZ.contains(&sample_rate_hz) { Ok(()) } else { Err(CError::Value) }
}

/// The rates of engines that the chat converts.
const RATES_HZ: RangeInclusive<u32> = 8_000..=192_000;
/// What the chat keeps for an engine, in frames of its own rate.
const QUEUE_FRAMES: u64 = 65_536;
const QUEUE_RATE_HZ: u64 = 48_000;
