//! The state of a Mumble client in a report.

use std::time::Duration;

use consonance_transport::MumbleState;
use serde::{Deserialize, Serialize};

use super::micros;

/// A [`MumbleState`], with times in µs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mumble {
    client: String,
    self_mute: bool,
    self_deaf: bool,
    room: Option<String>,
    listening: Vec<String>,
    is_tunnelled: bool,
    voice: Option<u64>,
    other_codec: Option<u64>,
    too_many: Option<u64>,
}

/// Bytes of the names of the rooms that a user listens to, which are told as far as they fit: a report is limited.
const LISTENING_BYTES_MAX: usize = 8 << 10;

impl From<MumbleState> for Mumble {
    fn from(state: MumbleState) -> Self {
        let mut bytes_left = LISTENING_BYTES_MAX;
        let fits = |room: &String| match bytes_left.checked_sub(room.len()) {
            Some(left) => {
                bytes_left = left;
                true
            }
            None => false,
        };
        Self {
            client: state.client,
            self_mute: state.self_mute,
            self_deaf: state.self_deaf,
            room: state.room,
            listening: state.listening.into_iter().take_while(fits).collect(),
            is_tunnelled: state.is_tunnelled,
            voice: state.voice.map(micros),
            other_codec: state.other_codec.map(micros),
            too_many: state.too_many.map(micros),
        }
    }
}

impl From<Mumble> for MumbleState {
    fn from(mumble: Mumble) -> Self {
        Self {
            client: mumble.client,
            self_mute: mumble.self_mute,
            self_deaf: mumble.self_deaf,
            room: mumble.room,
            listening: mumble.listening,
            is_tunnelled: mumble.is_tunnelled,
            voice: mumble.voice.map(Duration::from_micros),
            other_codec: mumble.other_codec.map(Duration::from_micros),
            too_many: mumble.too_many.map(Duration::from_micros),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_told_as_far_as_a_report_has_space() {
        let listening = vec!["r".repeat(128); 128];
        let told = Mumble::from(MumbleState { listening, ..MumbleState::default() });
        assert_eq!(told.listening.len(), LISTENING_BYTES_MAX / 128);
    }
}
