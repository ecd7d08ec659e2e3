//! What a listener for sidecars may be told.

use std::path::PathBuf;
use std::time::Duration;

use super::ListenerConfig;
use crate::field::Field;
use crate::keys::Key;

/// The links of game servers; the units and the reasons stand with the settings of the crate `consonance-sidecar`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SidecarListenerConfig {
    /// The file with the secret that both ends know.
    pub secret_file: Option<PathBuf>,
    /// Links at once.
    pub links_max: usize,
    /// Links at once that have not proved anything.
    pub strangers_max: usize,
    /// Players of one link.
    pub players_max: u32,
    /// How long a stranger may take to its proof.
    pub handshake_timeout: Duration,
    /// Silence after which a link is lost.
    pub idle_timeout: Duration,
    /// Silence after which others are told that a link's players left.
    pub quiet_timeout: Duration,
    /// Bytes of control that may wait for one link.
    pub control_bytes_max: usize,
    /// Bytes of voice that may wait for one link.
    pub voice_bytes_max: usize,
}

impl Default for SidecarListenerConfig {
    fn default() -> Self {
        Self {
            secret_file: None,
            links_max: 64,
            strangers_max: 16,
            players_max: 1024,
            handshake_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(10),
            quiet_timeout: Duration::from_millis(750),
            control_bytes_max: 8 * 1024 * 1024,
            voice_bytes_max: 64 * 1024,
        }
    }
}

pub(super) const SIDECAR_KEYS: &[Key<ListenerConfig>] = &[
    Key::of_listener(
        "secret_file",
        Field::File(|listener| &mut listener.sidecar.secret_file),
        "A file whose first line both ends know, and which other users of the machine should not be able to read: at least 16 random bytes. It may only be left out where nobody but this machine reaches the address.",
    )
    .with_example("\"sidecar-secret.txt\""),
    Key::of_listener(
        "links_max",
        Field::Size(|listener| &mut listener.sidecar.links_max, 1, 4096),
        "Links of game servers at once.",
    ),
    Key::of_listener(
        "strangers_max",
        Field::Size(|listener| &mut listener.sidecar.strangers_max, 1, 4096),
        "Links at once that have not proved yet that they know the secret.",
    ),
    Key::of_listener(
        "players_max",
        Field::Number(|listener| &mut listener.sidecar.players_max, 1, 65_535),
        "Players of one link. Those that were kicked count until the game server says that they have left.",
    ),
    Key::of_listener(
        "handshake_timeout_s",
        Field::Seconds(|listener| &mut listener.sidecar.handshake_timeout, 0.1, 60.0),
        "How long a link may take to its proof, in seconds.",
    ),
    Key::of_listener(
        "idle_timeout_s",
        Field::Seconds(|listener| &mut listener.sidecar.idle_timeout, 2.0, 600.0),
        "Silence in seconds, in whole ones, after which a link counts as lost, and all its players as gone. Either end makes itself heard four times as often.",
    ),
    Key::of_listener(
        "quiet_timeout_s",
        Field::Seconds(|listener| &mut listener.sidecar.quiet_timeout, 0.3, 60.0),
        "Silence in seconds after which the others in the session are told that a link's players left. They are told of them again with the next sign of life, and nobody has to join again. Game servers are asked to make themselves heard three times as often; those that do not say that they will are missed after idle_timeout_s.",
    ),
    Key::of_listener(
        "control_bytes_max",
        Field::Size(|listener| &mut listener.sidecar.control_bytes_max, 65_536, 1 << 30),
        "Bytes that wait for one link without being voice. Above an eighth of it what the link says has to wait; with more, or when that lasts for idle_timeout_s, it ends as too slow.",
    ),
    Key::of_listener(
        "voice_bytes_max",
        Field::Size(|listener| &mut listener.sidecar.voice_bytes_max, 8192, 1 << 24),
        "Bytes of voice that wait for one link; the oldest go.",
    ),
];
