//! `fishnet`: games on Fish-Networking, over `LiteNetLib`.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use consonance_link::listener::{
    ConnectionLimit, DocsRow, GameServer, IdleTimeout, IpProtocol, ListenerKeys, ListenerNetwork,
    ListenerPlace, ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
    secret_bytes,
};
use consonance_settings::settings;

use crate::fishnet::{BroadcastKey, FishNetProxy, FishNetVoiceOnly, VoiceOnlySettings};
use crate::litenetlib::{
    ClientSettings, ConnectionKey, ConnectionSettings, LiteNetLibClient, LiteNetLibServer, PacketLayer,
    ServerSettings, UtcClock,
};
use crate::voice_type_name::VoiceTypeName;

settings! {
    /// What must be known of a game on Fish-Networking.
    #[derive(Debug, PartialEq)]
    pub(crate) struct FishNetKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// The type of its voice messages.
        pub voice: VoiceTypeName as .. = VoiceTypeName::default();
        /// When a silent client counts as lost.
        pub idle: IdleTimeout as .. = IdleTimeout::default();
        /// For games with `LiteNetLib`'s CRC-32C layer.
        pub checksum: bool = false;
        /// The key of `LiteNetLib`'s XOR layer.
        #[example("the game's key")]
        pub xor_key: Option<String> = None;
        /// Answers to clients without a game's server.
        pub voice_only: VoiceOnlySettings as .. = VoiceOnlySettings::default();
    }
}

impl NetworkSettings for FishNetKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        let what = match &self.xor_key {
            Some(key) if key.is_empty() => "xor_key is empty: set the game's key, or remove it",
            Some(_) if self.checksum => "checksum and xor_key exclude each other: set one",
            _ => return None,
        };
        Some(what.into())
    }
}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &FishNet;

static TABLE: NetworkTable = NetworkTable {
    name: "fishnet",
    about: "Clients of Fish-Networking games, versions 3 and 4, over Tugboat.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<FishNetKeys>,
    without_upstream: &["announce_authenticated", "predicted_spawning", "announce_no_scenes"],
    with_upstream: Some(&[]),
};

/// Fish-Networking.
struct FishNet;

impl ListenerNetwork for FishNet {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Fish-Networking 3 and 4"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow::new(&["fishnet", "litenetlib"], "fishnet.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(FishNetListener(reading.settings()?)))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let client = LiteNetLibClient::new(ClientSettings::default(), clock());
        let envelope = crate::fishnet::FishNetClient::new(crate::fishnet::ClientSettings::default());
        let client = crate::players::over_udp(server, client);
        Ok(Box::new(consonance_link::gateway::EnvelopeClient::new(client, envelope)))
    }
}

struct FishNetListener(FishNetKeys);

impl FishNetListener {
    fn connection(&self, mut connection: ConnectionSettings) -> ConnectionSettings {
        connection.layer = match &self.0.xor_key {
            Some(key) => PacketLayer::Xor(key.as_bytes().to_vec()),
            None if self.0.checksum => PacketLayer::Crc32c,
            None => PacketLayer::None,
        };
        connection.idle_timeout = self.0.idle.or(connection.idle_timeout);
        connection
    }

    fn server(&self, place: &ListenerPlace<'_>, connection: ConnectionSettings) -> ServerSettings {
        let default = ServerSettings::default();
        ServerSettings {
            connection: self.connection(connection),
            peers: place.peers(self.0.limit.connections_max, default.peers),
            ..default
        }
    }

    /// The type of voice broadcasts.
    fn voice_key(&self) -> BroadcastKey {
        self.0.voice.voice_type.as_deref().map_or(BroadcastKey::VOICE, BroadcastKey::of_type)
    }

    /// Settings for answering clients without a game's server.
    fn voice_only(&self) -> VoiceOnlySettings {
        VoiceOnlySettings { voice_key: self.voice_key(), ..self.0.voice_only.clone() }
    }
}

impl NetworkListener for FishNetListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        // The datagram size of Tugboat before 4.7.0. Later versions do not understand fragments, and need none.
        let connection =
            ConnectionSettings { mtu_bytes: 1033, sends_fragments: false, ..ConnectionSettings::default() };
        let server = LiteNetLibServer::new(self.server(place, connection), clock(), secret_bytes()?);
        place.over_udp(server, FishNetVoiceOnly::new(self.voice_only()))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        let connection = ConnectionSettings {
            // Tugboat since 4.7.0 sends messages of this size.
            mtu_bytes: 1350,
            // Both ends belong to a game, which sends a large burst when it populates a scene.
            reliable_packets_waiting: 4096,
            idle_timeout: Duration::from_secs(15),
            ..ConnectionSettings::default()
        };
        // The game's server checks the clients' keys.
        let server = ServerSettings { key: ConnectionKey::Any, ..self.server(place, connection) };
        let connection = server.connection.clone();
        let clients = place.bind(LiteNetLibServer::new(server, clock(), secret_bytes()?))?;
        let game = game.behind(clients.local_addr());
        let client = ClientSettings { connection, server: Some(game.address), ..ClientSettings::default() };
        let clock = clock();
        let open_upstream =
            move |remote| Ok(game.over_udp(remote, LiteNetLibClient::new(client.clone(), clock)));
        let envelopes = crate::fishnet::ProxySettings { voice_key: self.voice_key(), ..Default::default() };
        game.proxy(place, clients, open_upstream, FishNetProxy::new(envelopes))
    }
}

fn clock() -> UtcClock {
    UtcClock::new(Instant::now(), SystemTime::now())
}

#[cfg(test)]
mod tests {
    use crate::fishnet::Authentication;

    use super::*;

    fn shown(settings: &dyn std::fmt::Debug) -> String {
        format!("{settings:?}")
    }

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let listener = FishNetListener(FishNetKeys::default());
        let connection = ConnectionSettings::default();
        assert_eq!(shown(&listener.connection(connection.clone())), shown(&connection));
        let envelopes = VoiceOnlySettings::default();
        assert_eq!(shown(&listener.voice_only()), shown(&envelopes));
    }

    #[test]
    fn the_keys_of_a_listener_reach_its_network() {
        let mut listener = FishNetListener(FishNetKeys {
            voice: VoiceTypeName { voice_type: Some("Game.Voice".into()) },
            idle: IdleTimeout { idle_timeout: Duration::from_secs(3) },
            checksum: true,
            voice_only: VoiceOnlySettings {
                authentication: Authentication::Never,
                predicted_spawning: true,
                tells_empty_scenes: true,
                ..VoiceOnlySettings::default()
            },
            ..FishNetKeys::default()
        });
        let connection = listener.connection(ConnectionSettings::default());
        assert_eq!(connection.idle_timeout, Duration::from_secs(3));
        assert_eq!(connection.layer, PacketLayer::Crc32c);
        listener.0.xor_key = Some("key".into());
        let layer = listener.connection(ConnectionSettings::default()).layer;
        assert_eq!(layer, PacketLayer::Xor(b"key".to_vec()));
        let envelopes = listener.voice_only();
        assert_eq!(envelopes.voice_key, BroadcastKey::of_type("Game.Voice"));
        assert_eq!(envelopes.authentication, Authentication::Never);
        assert!(envelopes.predicted_spawning && envelopes.tells_empty_scenes);
    }
}
