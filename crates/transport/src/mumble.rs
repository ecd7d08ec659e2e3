//! The state of a Mumble user.

use std::time::Duration;

/// The state of one Mumble user, as far as it is known here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MumbleState {
    /// The version and the name of its client, such as `1.5.634, Mumble`.
    pub client: String,
    /// Whether its microphone is switched off.
    pub self_mute: bool,
    /// Whether its loudspeaker is switched off.
    pub self_deaf: bool,
    /// The room of its channel; `None` in the root channel, in which there is nothing to hear.
    pub room: Option<String>,
    /// Further rooms that it listens to, in the order of their channels.
    pub listening: Vec<String>,
    /// Whether its voice uses messages of the control channel instead of datagrams.
    pub is_tunnelled: bool,
    /// Time since the newest packet of its voice; `None` if none ever came.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub voice: Option<Duration>,
    /// Time since the newest packet in CELT or Speex, which is not relayed.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub other_codec: Option<Duration>,
    /// Time since the newest packet above the rate of a client.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub too_many: Option<Duration>,
}
