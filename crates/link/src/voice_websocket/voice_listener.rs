//! `websocket`: pages, WebGL games, and players whose UDP is blocked.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use consonance_settings::settings;

use crate::gateway::streams::StreamSettings;
use crate::gateway::websocket::ListedOrigins;
use crate::listener::{
    DocsRow, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace, ListenerProblem, NetworkListener,
    NetworkSettings, NetworkTable, Opened, Reading,
};
use crate::voice_websocket::{ServerEnd, WebSocketLimits, server, tls_server};

settings! {
    /// Voice over `WebSocket`s.
    #[derive(Debug, PartialEq)]
    pub(crate) struct WebSocketKeys {
        /// The pages that may connect.
        pub pages: ListedOrigins as .. = ListedOrigins::default();
        /// Serve wss with the server's QUIC certificate, also for players with this library whose UDP is blocked. Leave
        /// it off behind a TLS proxy.
        pub tls: bool = false;
        /// The limits of clients.
        pub limits: WebSocketLimits as .. = WebSocketLimits::default();
    }
}

impl NetworkSettings for WebSocketKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        self.pages.problem()
    }
}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &WebSocket;

static TABLE: NetworkTable = NetworkTable {
    name: "websocket",
    about: "Browser pages, WebGL games, and players behind networks that pass only HTTP; see \
            docs/networks/websocket.md. The URL path is the session's name, or `/`. Pages over https need wss: \
            `tls`, or a TLS proxy in front.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    keys: ListenerKeys::of::<WebSocketKeys>,
    without_upstream: &[],
    with_upstream: None,
};

/// Our own protocol in the messages of `WebSocket`s.
struct WebSocket;

impl ListenerNetwork for WebSocket {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "WebSocket: pages, WebGL games, players without UDP"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow {
            no_proxy: "not needed",
            sidecar: "–",
            ..DocsRow::new(&["consonance-link"], "websocket.md")
        })
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(WebSocketListener(reading.settings()?)))
    }

    /// In the session `main`.
    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn crate::ClientNetwork>> {
        let address = format!("ws://{server}/main").parse().map_err(io::Error::other)?;
        let end = crate::voice_websocket::ClientEnd::new(&address);
        let settings = crate::gateway::streams::StreamClientSettings::new(server);
        Ok(Box::new(crate::voice_websocket::client(end, settings)?))
    }
}

struct WebSocketListener(WebSocketKeys);

impl WebSocketListener {
    fn settings(&self, place: &ListenerPlace<'_>) -> StreamSettings {
        self.0.limits.streams(place.shares)
    }
}

impl NetworkListener for WebSocketListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let (session, settings) = (place.session(), self.settings(place));
        let end =
            ServerEnd { session: Some(session.to_owned()), origins: place.origins(&self.0.pages.origins) };
        if !self.0.tls {
            let server = server(place.address, session, end, settings)?;
            let address = server.network().local_addr()?;
            return Ok(Opened::one(server, address));
        }
        let tls = Arc::clone(&place.tls_identity()?.http);
        let server = tls_server(place.address, session, end, tls, settings)?;
        let address = server.network().local_addr()?;
        Ok(Opened::one(server, address))
    }

    fn plaintext(&self) -> Option<&'static str> {
        (!self.0.tls).then_some("")
    }

    fn has_tls(&self) -> bool {
        self.0.tls
    }

    fn shows_secrets(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use crate::AddressShares;
    use crate::gateway::PlaceBoard;
    use crate::gateway::tcp::TcpSettings;

    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let connections_max = TcpSettings::default().connections_max;
        let limits = WebSocketLimits { connections_max, ..WebSocketLimits::default() };
        let listener = WebSocketListener(WebSocketKeys { limits, ..WebSocketKeys::default() });
        let place = ListenerPlace {
            network: "websocket",
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            session: Some("main"),
            shares: AddressShares::default(),
            own_host_names: &[],
            identity: None,
            places: &PlaceBoard::default(),
        };
        let settings = listener.settings(&place);
        assert_eq!(settings, crate::voice_websocket::default_settings());
        assert!(!settings.clients_ping, "only Mirror's clients ping by themselves");
    }
}
