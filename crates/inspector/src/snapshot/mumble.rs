//! The client of a user of Mumble, as the server sees it.

use serde::{Deserialize, Serialize};

/// What a Mumble client says of itself, and what comes from it, for diagnosing why a player is not heard.
///
/// How long ago something was is in milliseconds; none if it never was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MumbleRow {
    /// Its version and what it calls itself.
    pub client: String,
    /// The user has switched its microphone off.
    pub self_mute: bool,
    /// The user has switched its loudspeaker off.
    pub self_deaf: bool,
    /// The room that its channel is; none in the root channel, which is no room.
    pub room: Option<String>,
    /// The rooms of the channels that it listens to besides.
    pub listening: Vec<String>,
    /// Its voice goes through the control channel over TCP, and not by UDP.
    pub is_tunnelled: bool,
    /// A packet of its voice came.
    pub voice_ms_ago: Option<u64>,
    /// One came in CELT or Speex, which is not passed on.
    pub other_codec_ms_ago: Option<u64>,
    /// One came beyond the rate of a client, and was dropped.
    pub too_many_ms_ago: Option<u64>,
}

impl MumbleRow {
    /// Why the user is not heard just now, in words, if there is a reason on its side.
    pub fn trouble(&self) -> Option<&'static str> {
        let is_new = |ms_ago: Option<u64>| ms_ago.is_some_and(|ms| ms <= NEW_MS);
        if self.self_mute {
            Some("it has muted itself in Mumble")
        } else if is_new(self.other_codec_ms_ago) {
            Some("its Mumble sends CELT or Speex, which is not passed on")
        } else if is_new(self.too_many_ms_ago) {
            Some("its Mumble sends more packets of voice than a client may, and they are dropped")
        } else if self.room.is_none() {
            Some("it is in the root channel, which is no room")
        } else {
            None
        }
    }
}

/// Older things say nothing of now, in milliseconds.
const NEW_MS: u64 = 5_000;
