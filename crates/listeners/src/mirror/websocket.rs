//! `mirror-websocket`: Mirror over `SimpleWebTransport`.

use std::io;
use std::net::SocketAddr;

use consonance_game_networks::simple_web::{SimpleWebClientEnd, SimpleWebServer, SimpleWebServerEnd};
use consonance_link::gateway::streams::StreamServer;
use consonance_server_config::{ConfigProblem, IpProtocol, NetworkSettings, NetworkTable, SettingsType};

use super::telepathy::{clients_that_ping, open_proxy};
use super::{MirrorGame, PONG_INTERVAL, WITHOUT_UPSTREAM};
use crate::websocket::wrong_origin;
use crate::{GameServer, ListenerNetwork, ListenerPlace, NetworkListener, Opened, Reading};

mirror_table! {
    /// What must be known of a game on Mirror over its `WebSocket`s.
    WebSocketKeys {
        /// Origins of other sites whose pages may connect, without a path; `*` admits every site. Pages of the server's
        /// own host are always admitted: of host, of `web.host_names`, and of the name or address that the page
        /// connects to, which over plain HTTP must be an address or localhost. This restricts pages only: other
        /// programs can send any origin.
        #[schemars(extend("examples" = [["https://game.example.org"]]))]
        origins: Vec<String> = Vec::new();
    }
}

impl NetworkSettings for WebSocketKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        self.game().problem().or_else(|| wrong_origin(&self.origins))
    }
}

static TABLE: NetworkTable = NetworkTable {
    name: "mirror-websocket",
    about: "Clients of Mirror games over `SimpleWebTransport` (`WebSocket`). The listener speaks plain ws; for wss, \
            put a TLS proxy in front.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    settings: SettingsType::of::<WebSocketKeys>(),
    without_upstream: WITHOUT_UPSTREAM,
    with_upstream: Some(&[]),
};

/// Mirror over its transport for browsers.
pub(crate) struct WebSocket;

impl ListenerNetwork for WebSocket {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Mirror over WebSockets"
    }

    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<crate::DocsRow> {
        Some(crate::DocsRow::new(&["mirror", "simple-web"], "mirror.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        let keys: WebSocketKeys = reading.settings()?;
        let game = keys.game().read(reading)?;
        Ok(Box::new(WebSocketListener { keys, game }))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let settings = consonance_link::gateway::streams::StreamClientSettings::new(server);
        let end = SimpleWebClientEnd::new(server.to_string());
        Ok(super::player(consonance_game_networks::simple_web::SimpleWebClient::new(end, settings)?))
    }
}

struct WebSocketListener {
    keys: WebSocketKeys,
    game: MirrorGame,
}

impl WebSocketListener {
    fn end(&self, place: &ListenerPlace<'_>) -> SimpleWebServerEnd {
        SimpleWebServerEnd { origins: place.origins(&self.keys.origins), ..SimpleWebServerEnd::default() }
    }
}

impl NetworkListener for WebSocketListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let settings = clients_that_ping(place, self.keys.connections_max);
        let server = SimpleWebServer::bind(place.address, self.end(place), settings)?;
        let address = server.local_addr()?;
        Ok(Opened::one(place.voice_only(server, self.game.voice_only(Some(PONG_INTERVAL))), address))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        let settings = clients_that_ping(place, self.keys.connections_max);
        let clients = StreamServer::bind(place.address, self.end(place), settings)?;
        open_proxy(place, game, clients, SimpleWebClientEnd::new(game.address.to_string()), &self.game)
    }
}
