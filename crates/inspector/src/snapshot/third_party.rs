//! The client of another application, as the server sees it.

use serde::{Deserialize, Serialize};

use crate::ThirdPartyApplication;

/// The state that a third-party client reports and the voice that it sends, for diagnosing why a player is not heard.
///
/// Fields that end with `_ms_ago` are in milliseconds before now; `None` if it never happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ThirdPartyRow {
    /// Its version and the name that it reports.
    pub client: String,
    /// Whether the user's microphone is switched off.
    pub self_mute: bool,
    /// Whether the user's loudspeaker is switched off.
    pub self_deaf: bool,
    /// The room of its channel; `None` in the root channel, which is no room.
    pub room: Option<String>,
    /// The rooms of further channels that it listens to.
    pub listening: Vec<String>,
    /// Whether its voice uses the control channel over TCP instead of UDP.
    pub is_tunnelled: bool,
    /// Time since a packet of its voice arrived.
    pub voice_ms_ago: Option<u64>,
    /// Time since one arrived in another codec than Opus, which is not relayed.
    pub other_codec_ms_ago: Option<u64>,
    /// Time since one was dropped because the client exceeded its rate.
    pub too_many_ms_ago: Option<u64>,
}

impl ThirdPartyRow {
    /// Why the user is currently not heard, in words, if the reason is on its side.
    pub(super) fn trouble(&self, application: &ThirdPartyApplication<'_>) -> Option<String> {
        let is_new = |ms_ago: Option<u64>| ms_ago.is_some_and(|ms| ms <= NEW_MS);
        let &ThirdPartyApplication { name, other_codecs, .. } = application;
        if self.self_mute {
            Some(format!("it has muted itself in {name}"))
        } else if is_new(self.other_codec_ms_ago) {
            Some(format!("its {name} sends {other_codecs}, which is not passed on"))
        } else if is_new(self.too_many_ms_ago) {
            Some(format!("its {name} sends more packets of voice than a client may, and they are dropped"))
        } else if self.room.is_none() {
            Some("it is in the root channel, which is no room".to_owned())
        } else {
            None
        }
    }
}

/// Older events say nothing about the present, in milliseconds.
const NEW_MS: u64 = 5_000;
