//! Snapshots: everything that an inspector shows, as plain data that can be written to JSON and read back.

mod browser;
mod capture;
mod client;
mod encryption;
mod network;
mod node;
mod player;
mod server;
mod third_party;
mod together;

use serde::{Deserialize, Serialize};

pub use browser::PageRow;
pub use capture::{CaptureSnapshot, DeviceSnapshot, DeviceStatus, EchoRow, EffectiveActivation};
pub use client::{ChannelRow, ChannelTarget, ClientSnapshot, ConnectionState, Note, Severity, TokenRule};
pub use encryption::EncryptionRow;
pub use network::{FlowRow, ListenersRow, NetworkRow, PacketRow, UplinkSnapshot};
pub use node::{ServedNode, ServedNodeLink};
pub use player::{History, PlayerRow, UnheardReason};
pub use server::{DistanceRow, RefusedRoom, ServedPlayer, ServedRoom, ServedSession, ServerSnapshot};
pub use third_party::ThirdPartyRow;

/// The version of the JSON. Added fields do not change it; readers ignore unknown ones.
pub const VERSION: u32 = 2;

/// The state of a program at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Snapshot {
    /// One player's voice chat.
    Client(Box<ClientSnapshot>),
    /// A server with its sessions.
    Server(Box<ServerSnapshot>),
}

/// Why a text is not a snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not JSON of this form.
    #[error("malformed snapshot ({0}): is the address that of an inspector?")]
    Malformed(serde_json::Error),
    /// It comes from another version.
    #[error(
        "this snapshot has version {found}, and only {VERSION} can be read: use programs of the same version"
    )]
    Version {
        /// Its version.
        found: u32,
    },
}

impl SnapshotError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Version { .. } => "version",
        }
    }
}

impl From<serde_json::Error> for SnapshotError {
    fn from(cause: serde_json::Error) -> Self {
        Self::Malformed(cause)
    }
}

impl Snapshot {
    /// One line of JSON.
    pub fn to_json(&self) -> String {
        // Plain data with text for keys cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the output of [`to_json`](Self::to_json).
    ///
    /// # Errors
    /// If it is something else, or has another version.
    pub fn from_json(text: &str) -> Result<Self, SnapshotError> {
        let snapshot: Self = serde_json::from_str(text)?;
        match snapshot.version() {
            VERSION => Ok(snapshot),
            found => Err(SnapshotError::Version { found }),
        }
    }

    /// The voice chat, if it is one.
    pub fn client(&self) -> Option<&ClientSnapshot> {
        if let Self::Client(client) = self { Some(client) } else { None }
    }

    /// The server, if it is one.
    pub fn server(&self) -> Option<&ServerSnapshot> {
        if let Self::Server(server) = self { Some(server) } else { None }
    }

    fn version(&self) -> u32 {
        match self {
            Self::Client(client) => client.version,
            Self::Server(server) => server.version,
        }
    }
}

impl From<ClientSnapshot> for Snapshot {
    fn from(client: ClientSnapshot) -> Self {
        Self::Client(Box::new(client))
    }
}

impl From<ServerSnapshot> for Snapshot {
    fn from(server: ServerSnapshot) -> Self {
        Self::Server(Box::new(server))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut client = ClientSnapshot { name: "Älice \"A\"".into(), ..ClientSnapshot::default() };
        client.players.push(PlayerRow { unheard: Some(UnheardReason::Crowded), ..PlayerRow::default() });
        client.microphone = Some(DeviceSnapshot { state: DeviceStatus::Busy, ..DeviceSnapshot::default() });
        for snapshot in [Snapshot::from(client), Snapshot::from(ServerSnapshot::default())] {
            assert_eq!(Snapshot::from_json(&snapshot.to_json()).unwrap(), snapshot);
        }
    }

    #[test]
    fn fields_that_are_missing_or_new_do_not_matter() {
        let text = r#"{"kind":"client","version":2,"name":"Alice","colour_of_hair":"red"}"#;
        let expected = ClientSnapshot { name: "Alice".into(), ..ClientSnapshot::default() };
        assert_eq!(Snapshot::from_json(text).unwrap(), Snapshot::from(expected));
    }

    #[test]
    fn another_version_and_other_texts_are_refused_in_words() {
        let other = Snapshot::from_json(r#"{"kind":"server","version":7}"#).unwrap_err();
        assert!(other.to_string().contains("version 7"), "{other}");
        for text in ["", "{", "[]", "<html>", r#"{"kind":"cat"}"#, r#"{"kind":"client","name":3}"#] {
            assert!(matches!(Snapshot::from_json(text), Err(SnapshotError::Malformed(_))), "{text}");
        }
    }
}
