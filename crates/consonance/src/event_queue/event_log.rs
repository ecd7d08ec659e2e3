//! Events in the log.

use tracing::{debug, error, info, trace, warn};

use crate::event::{End, EventKind};
#[cfg(feature = "devices")]
use crate::log::RECORDING;
use crate::log::{CORE, NETWORK, PLAYBACK};

/// Logs an event of the chat of this player.
pub(super) fn note(player: &str, event: &EventKind) {
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
            let is_microphone = event.direction == consonance_device::devices::Direction::Input;
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
fn device_trouble(state: &consonance_device::devices::DeviceState) -> Option<&'static str> {
    use consonance_device::devices::DeviceState;

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

#[cfg(all(test, feature = "devices"))]
mod tests {
    use consonance_device::devices::DeviceState;

    use super::device_trouble;

    #[test]
    fn a_device_that_makes_no_sound_is_trouble_and_one_that_was_not_asked_for_is_none() {
        let silent = [DeviceState::Lost, DeviceState::Missing, DeviceState::Denied, DeviceState::Busy];
        assert!(silent.iter().all(|state| device_trouble(state).is_some()));
        assert_eq!(device_trouble(&DeviceState::Off), None);
    }
}
