//! A network that no game has: kcp2k with a voice packet in each message. It is in a test crate to show that a network
//! is one entry in a list.

use std::io;
use std::net::SocketAddr;

use consonance_game_networks::kcp::{KcpClient, KcpClientSettings, KcpServer, KcpServerSettings};
use consonance_game_networks::players;
use consonance_link::gateway::{BareEnvelope, EnvelopeClient};
use consonance_link::listener::{
    DocsRow, GameServer, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace, ListenerProblem,
    NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
};
use consonance_link::{ClientNetwork, ServerNetwork as _};
use consonance_settings::settings;

settings! {
    /// What must be known of a game on the made-up network.
    #[derive(Debug)]
    struct MadeUpKeys {
        /// Clients at once on the made-up network.
        pub clients_max: usize = 100, 1..=1000;
    }
}

impl NetworkSettings for MadeUpKeys {}

static TABLE: NetworkTable = NetworkTable {
    name: "made-up",
    about: "Clients of games on a made-up network.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<MadeUpKeys>,
    without_upstream: &[],
    with_upstream: Some(&[]),
};

/// The network.
#[derive(Debug)]
pub struct MadeUp;

impl ListenerNetwork for MadeUp {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Made-up network"
    }

    fn docs(&self) -> Option<DocsRow> {
        let client = &["kcp"];
        Some(DocsRow { sidecar: "–", ..DocsRow::new(client, "made-up.md") })
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(MadeUpListener(reading.settings()?)))
    }

    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn ClientNetwork>> {
        let client = players::over_udp(server, KcpClient::new(KcpClientSettings::default()));
        let envelope = BareEnvelope(client.voice_channels());
        Ok(Box::new(EnvelopeClient::new(client, envelope)))
    }
}

struct MadeUpListener(MadeUpKeys);

impl MadeUpListener {
    fn server(&self, place: &ListenerPlace<'_>) -> KcpServer {
        let default = KcpServerSettings::default();
        let peers = place.peers(self.0.clients_max, default.peers);
        // The seed need not be secret in a test.
        KcpServer::new(KcpServerSettings { peers, ..default }, [7; 32])
    }
}

impl NetworkListener for MadeUpListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let server = place.bind(self.server(place))?;
        let (address, envelope) = (server.local_addr(), BareEnvelope(server.voice_channels()));
        Ok(Opened::one(place.voice_only(server, envelope), address))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        let clients = place.bind(self.server(place))?;
        let (game, envelope) = (game.behind(clients.local_addr()), BareEnvelope(clients.voice_channels()));
        let open_upstream =
            move |remote| Ok(game.over_udp(remote, KcpClient::new(KcpClientSettings::default())));
        game.proxy(place, clients, open_upstream, envelope)
    }
}
