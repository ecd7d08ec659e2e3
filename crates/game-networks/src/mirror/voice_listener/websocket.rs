//! `mirror-websocket`: Mirror over `SimpleWebTransport`.

use std::io;
use std::net::SocketAddr;

use consonance_link::gateway::streams::StreamServer;
use consonance_link::gateway::websocket::ListedOrigins;
use consonance_link::listener::{
    ConnectionLimit, DocsRow, GameServer, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace,
    ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
};
use consonance_settings::settings;

use super::telepathy::{clients_that_ping, open_proxy};
use super::{MirrorGame, MirrorGameKeys, PONG_INTERVAL, WITHOUT_UPSTREAM};
use crate::simple_web::{SimpleWebClientEnd, SimpleWebServer, SimpleWebServerEnd};
use crate::voice_type_name::VoiceTypeName;

settings! {
    /// What must be known of a game on Mirror over its `WebSocket`s.
    #[derive(Debug, PartialEq)]
    pub(crate) struct WebSocketKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// The type of its voice messages.
        pub voice: VoiceTypeName as .. = VoiceTypeName::default();
        /// The pages that may connect.
        pub pages: ListedOrigins as .. = ListedOrigins::default();
        /// What a server without a game must know.
        pub game: MirrorGameKeys as .. = MirrorGameKeys::default();
    }
}

impl NetworkSettings for WebSocketKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        self.game.problem().or_else(|| self.pages.problem())
    }
}

/// The network, for a server's list of networks.
pub(crate) const LISTENER: &dyn ListenerNetwork = &WebSocket;

static TABLE: NetworkTable = NetworkTable {
    name: "mirror-websocket",
    about: "Clients of Mirror games over `SimpleWebTransport`: plain ws; for wss, put a TLS proxy in front.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    keys: ListenerKeys::of::<WebSocketKeys>,
    without_upstream: WITHOUT_UPSTREAM,
    with_upstream: Some(&[]),
};

/// Mirror over its transport for browsers.
struct WebSocket;

impl ListenerNetwork for WebSocket {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Mirror over WebSockets"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow::new(&["mirror", "simple-web"], "mirror.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        let keys: WebSocketKeys = reading.settings()?;
        let game = MirrorGame::read(&keys.voice, &keys.game, reading)?;
        Ok(Box::new(WebSocketListener { keys, game }))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let settings = consonance_link::gateway::streams::StreamClientSettings::new(server);
        let end = SimpleWebClientEnd::new(server.to_string());
        Ok(super::player(crate::simple_web::SimpleWebClient::new(end, settings)?))
    }
}

struct WebSocketListener {
    keys: WebSocketKeys,
    game: MirrorGame,
}

impl WebSocketListener {
    fn end(&self, place: &ListenerPlace<'_>) -> SimpleWebServerEnd {
        SimpleWebServerEnd {
            origins: place.origins(&self.keys.pages.origins),
            ..SimpleWebServerEnd::default()
        }
    }
}

impl NetworkListener for WebSocketListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let settings = clients_that_ping(place, self.keys.limit.connections_max);
        let server = SimpleWebServer::bind(place.address, self.end(place), settings)?;
        let address = server.local_addr()?;
        Ok(Opened::one(place.voice_only(server, self.game.voice_only(Some(PONG_INTERVAL))), address))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        let settings = clients_that_ping(place, self.keys.limit.connections_max);
        let clients = StreamServer::bind(place.address, self.end(place), settings)?;
        open_proxy(place, game, clients, SimpleWebClientEnd::new(game.address.to_string()), &self.game)
    }
}
