//! The log: `tracing` events in the four categories of the original, so that each has its own level:
//! `RUST_LOG=consonance::network=debug`.

use std::time::Duration;

use consonance_audio::NoiseLevel;
use tracing::{debug, info, warn};

/// Sessions, rooms, players, texts.
pub(crate) const CORE: &str = "consonance::core";
/// Microphone, capture chain, encoder.
pub(crate) const RECORDING: &str = "consonance::recording";
/// Links and sessions that come and go.
pub(crate) const NETWORK: &str = "consonance::network";
/// Decoding, mixing, loudspeaker.
pub(crate) const PLAYBACK: &str = "consonance::playback";

/// The current log level of each category.
#[cfg(feature = "inspector")]
pub(crate) fn levels() -> String {
    macro_rules! level_of {
        ($category:expr) => {
            match () {
                () if tracing::enabled!(target: $category, tracing::Level::TRACE) => "trace",
                () if tracing::enabled!(target: $category, tracing::Level::DEBUG) => "debug",
                () if tracing::enabled!(target: $category, tracing::Level::INFO) => "info",
                () if tracing::enabled!(target: $category, tracing::Level::WARN) => "warn",
                () if tracing::enabled!(target: $category, tracing::Level::ERROR) => "error",
                () => "nothing",
            }
        };
    }
    let (core, recording) = (level_of!(CORE), level_of!(RECORDING));
    let (network, playback) = (level_of!(NETWORK), level_of!(PLAYBACK));
    format!("core: {core}, recording: {recording}, network: {network}, playback: {playback}")
}

/// A chat starts that is to speak, and has nothing to speak with.
pub(crate) fn note_no_input(player: &str) {
    warn!(
        target: RECORDING,
        player,
        "the chat speaks to rooms or players, but has no microphone or other input, so nobody hears it: \
         call devices(), \
         microphone() or input() before start()"
    );
}

/// The voice thread needs `beat`, which is more than 10 ms, for 10 ms of sound, and is this late.
pub(crate) fn note_too_slow(player: &str, beat: Duration, late: Duration) {
    let (beat_us, late_ms) = (beat.as_micros() as u64, late.as_millis() as u64);
    if cfg!(debug_assertions) {
        warn!(target: CORE, player, beat_us, late_ms, "the voice thread is too slow in this debug build: {OPTIMISE}");
    } else {
        warn!(target: CORE, player, beat_us, late_ms, "the voice thread is too slow on this machine");
    }
}

/// The capture thread needs more than 10 ms for 10 ms of sound.
pub(crate) fn note_slow_capture(player: &str) {
    if cfg!(debug_assertions) {
        warn!(target: RECORDING, player, "the capture thread is too slow in this debug build: {OPTIMISE}");
    } else {
        warn!(target: RECORDING, player, "the capture thread is too slow, or its input blocks");
    }
}

/// Noise suppression changes to a cheaper level, or back with `None`.
pub(crate) fn note_noise_reduced(player: &str, reduced_to: Option<NoiseLevel>) {
    if let Some(level) = reduced_to.map(NoiseLevel::name) {
        warn!(target: RECORDING, player, level, "noise suppression reduced: the machine is too slow for the \
                                                 configured level");
    } else {
        info!(target: RECORDING, player, "noise suppression restored to the configured level");
    }
}

/// Advice that makes a debug build of a game fast enough; also in docs/guide/first-steps.md.
const OPTIMISE: &str = "add [profile.dev.package.\"*\"] with opt-level = 3 and debug = false to the \
                        Cargo.toml of the game (docs/guide/first-steps.md)";

/// The local voice starts or stops being sent.
pub(crate) fn note_speaking(player: &str, speaks: bool) {
    debug!(target: RECORDING, player, speaks, "one's own voice");
}
