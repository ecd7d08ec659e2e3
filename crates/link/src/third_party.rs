//! The state of a client of another application, whose network makes its user a player of a session.

use std::time::Duration;

/// Of a peer: the state of its client as far as it is known here, if the player uses another application, with
/// microphone, loudspeaker and channels of its own. The kind of network says which application it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ThirdPartyClient {
    /// The version and the name of the client.
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
    /// Time since the newest packet in another codec than Opus, which is not relayed.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub other_codec: Option<Duration>,
    /// Time since the newest packet above the rate of a client.
    #[cfg_attr(feature = "serde", serde(with = "crate::micros::optional"))]
    pub too_many: Option<Duration>,
}
