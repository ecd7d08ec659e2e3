//! `ngo`: games on Netcode for `GameObjects`, over Unity Transport 2.

use std::io;

use consonance_link::listener::{
    ConnectionLimit, DocsRow, GameServer, IdleTimeout, IpProtocol, ListenerKeys, ListenerNetwork,
    ListenerPlace, ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
    secret_bytes,
};
use consonance_settings::settings;

use crate::ngo::{NgoProxy, NgoVoiceOnly, VoiceOnlySettings};
use crate::utp::{ClientSettings, ConnectionSettings, ServerSettings, UtpClient, UtpServer};

settings! {
    /// What must be known of a game on Netcode for `GameObjects`.
    #[derive(Debug, PartialEq)]
    pub(crate) struct NgoKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// When a silent client counts as lost.
        pub idle: IdleTimeout as .. = IdleTimeout::default();
        /// Answers to clients without a game's server.
        pub voice_only: VoiceOnlySettings as .. = VoiceOnlySettings::default();
    }
}

impl NetworkSettings for NgoKeys {}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &Ngo;

static TABLE: NetworkTable = NetworkTable {
    name: "ngo",
    about: "Clients of Netcode for `GameObjects` games over Unity Transport 2.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<NgoKeys>,
    without_upstream: &["manages_scenes", "long_scene_handles"],
    with_upstream: Some(&[]),
};

/// Netcode for `GameObjects`.
struct Ngo;

impl ListenerNetwork for Ngo {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Netcode for GameObjects on Unity Transport 2"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow::new(&["ngo", "utp"], "netcode-for-gameobjects.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(NgoListener(reading.settings()?)))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: std::net::SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let client = UtpClient::new(ClientSettings::default(), crate::players::seed().into());
        let envelope = crate::ngo::NgoClient::new(crate::ngo::ClientSettings::default());
        let client = crate::players::over_udp(server, client);
        Ok(Box::new(consonance_link::gateway::EnvelopeClient::new(client, envelope)))
    }
}

struct NgoListener(NgoKeys);

impl NgoListener {
    fn connection(&self) -> ConnectionSettings {
        let default = ConnectionSettings::default();
        ConnectionSettings { idle_timeout: self.0.idle.or(default.idle_timeout), ..default }
    }

    fn server(&self, place: &ListenerPlace<'_>, connection: ConnectionSettings) -> ServerSettings {
        let default = ServerSettings::default();
        let peers = place.peers(self.0.limit.connections_max, default.peers);
        ServerSettings { connection, peers, ..default }
    }
}

impl NetworkListener for NgoListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let server = UtpServer::new(self.server(place, self.connection()), secret_bytes()?);
        place.over_udp(server, NgoVoiceOnly::new(self.0.voice_only))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        // Only the game's server may send messages this large.
        let reliable_message_bytes_max = 4 * 1024 * 1024;
        let to_clients = ConnectionSettings {
            reliable_message_bytes_max,
            reliable_queue_bytes: 2 * reliable_message_bytes_max,
            ..self.connection()
        };
        let connection = ConnectionSettings {
            incoming_reliable_bytes_max: reliable_message_bytes_max,
            ..self.connection()
        };
        let client = ClientSettings { connection, ..ClientSettings::default() };
        let clients = place.bind(UtpServer::new(self.server(place, to_clients), secret_bytes()?))?;
        let game = game.behind(clients.local_addr());
        let open_upstream = move |remote| {
            let seed = u64::from_le_bytes(secret_bytes()?);
            Ok(game.over_udp(remote, UtpClient::new(client, seed)))
        };
        game.proxy(place, clients, open_upstream, NgoProxy)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::ngo::SceneHandle;

    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let listener = NgoListener(NgoKeys::default());
        let shown = |settings: &dyn std::fmt::Debug| format!("{settings:?}");
        assert_eq!(shown(&listener.connection()), shown(&ConnectionSettings::default()));
        assert_eq!(listener.0.voice_only, VoiceOnlySettings::default());
    }

    #[test]
    fn the_keys_of_a_listener_reach_its_network() {
        let voice_only = VoiceOnlySettings {
            manages_scenes: false,
            scene_handle: SceneHandle::EightBytes,
            ..VoiceOnlySettings::default()
        };
        let idle = IdleTimeout { idle_timeout: Duration::from_secs(3) };
        let keys = NgoKeys { idle, voice_only, ..NgoKeys::default() };
        let listener = NgoListener(keys);
        assert_eq!(listener.connection().idle_timeout.as_secs(), 3);
        let envelopes = listener.0.voice_only;
        assert_eq!((envelopes.manages_scenes, envelopes.scene_handle), (false, SceneHandle::EightBytes));
    }
}
