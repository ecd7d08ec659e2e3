//! The log: `tracing` events in the four categories of the original, so that each has its own level:
//! `RUST_LOG=consonance::network=debug`.

use consonance_audio::NoiseLevel;
use tracing::{debug, error, info, trace, warn};

use crate::event::{End, EventKind};
use crate::voice_thread::TooSlow;

/// Sessions, rooms, players, texts.
const CORE: &str = "consonance::core";
/// Microphone, capture chain, encoder.
const RECORDING: &str = "consonance::recording";
/// Links and sessions that come and go.
const NETWORK: &str = "consonance::network";
/// Decoding, mixing, loudspeaker.
const PLAYBACK: &str = "consonance::playback";

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

/// Logs an event of the chat of this player.
pub(crate) fn note(player: &str, event: &EventKind) {
    match event {
        EventKind::Joined => info!(target: NETWORK, player, "joined the session"),
        EventKind::Resumed => info!(target: NETWORK, player, "session resumed"),
        EventKind::Rejoining => {
            info!(target: NETWORK, player, "rejoining with another frame size");
        }
        EventKind::Draining { ends_in, redirect, .. } => {
            warn!(target: NETWORK, player, ?ends_in, redirect, "server draining");
        }
        EventKind::DrainCancelled => info!(target: NETWORK, player, "server cancelled draining"),
        EventKind::Redirecting => info!(target: NETWORK, player, "moving to another server"),
        EventKind::ConnectionLost { reason, retry_in } => {
            warn!(target: NETWORK, player, %reason, ?retry_in, "lost the session");
        }
        EventKind::DirectLinkMade { name } => {
            debug!(target: NETWORK, player, name, "direct link established");
        }
        EventKind::DirectLinkLost { name } => debug!(target: NETWORK, player, name, "direct link lost"),
        EventKind::StartedSpeaking { name } => trace!(target: PLAYBACK, player, name, "started speaking"),
        EventKind::StoppedSpeaking { name } => trace!(target: PLAYBACK, player, name, "stopped speaking"),
        #[cfg(feature = "devices")]
        EventKind::Device(event) => {
            let is_microphone = event.direction == consonance_device::Direction::Input;
            match (device_trouble(&event.state), is_microphone) {
                (Some(trouble), true) => {
                    warn!(target: RECORDING, player, "the others cannot hear this player: the microphone {trouble}");
                }
                (Some(trouble), false) => {
                    warn!(target: PLAYBACK, player, "this player hears nothing: the loudspeaker {trouble}");
                }
                (None, true) => info!(target: RECORDING, player, ?event, "the microphone has changed"),
                (None, false) => info!(target: PLAYBACK, player, ?event, "the loudspeaker has changed"),
            }
        }
        EventKind::Problem { text, .. } => warn!(target: CORE, player, "{text}"),
        EventKind::TextNotSent { reason, .. } => warn!(target: CORE, player, "{reason}"),
        EventKind::Ended(End::Left) => info!(target: CORE, player, "left the session"),
        EventKind::Ended(end) => error!(target: CORE, player, %end, "the chat has ended"),
        // Names and texts of other players are logged at trace level only.
        other @ (EventKind::PlayersSynced
        | EventKind::PlayerJoined { .. }
        | EventKind::PlayerLeft { .. }
        | EventKind::EnteredRoom { .. }
        | EventKind::ExitedRoom { .. }
        | EventKind::RemovedFromRoom { .. }
        | EventKind::Operator(..)
        | EventKind::Moderated { .. }
        | EventKind::Text { .. }
        | EventKind::Caption { .. }
        | EventKind::TextSent { .. }
        | EventKind::TokenAdded { .. }
        | EventKind::TokenRemoved { .. }
        | EventKind::TransportChanged { .. }
        | EventKind::ServerChanged { .. }
        | EventKind::Encryption(..)) => trace!(target: CORE, player, ?other),
    }
}

/// Why there is no sound although a device was asked for.
#[cfg(feature = "devices")]
fn device_trouble(state: &consonance_device::DeviceState) -> Option<&'static str> {
    use consonance_device::DeviceState;

    match state {
        DeviceState::Lost => Some("is gone; looking for another one"),
        DeviceState::Missing => Some("was not found; one plugged in later will be used"),
        DeviceState::Denied => {
            Some("is not available to this program: allow it in the system's privacy settings")
        }
        DeviceState::Busy => Some("cannot be opened: close the program that has it"),
        DeviceState::Running { .. } | DeviceState::Off => None,
    }
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

/// The voice thread needs more than 10 ms for 10 ms of sound.
pub(crate) fn note_too_slow(player: &str, slow: &TooSlow) {
    let (beat_us, late_ms) = (slow.beat.as_micros() as u64, slow.late.as_millis() as u64);
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

#[cfg(all(test, feature = "devices"))]
mod tests {
    use consonance_device::DeviceState;

    use super::device_trouble;

    #[test]
    fn a_device_that_makes_no_sound_is_trouble_and_one_that_was_not_asked_for_is_none() {
        let silent = [DeviceState::Lost, DeviceState::Missing, DeviceState::Denied, DeviceState::Busy];
        assert!(silent.iter().all(|state| device_trouble(state).is_some()));
        assert_eq!(device_trouble(&DeviceState::Off), None);
    }
}
