//! `forge`: games on Forge Networking Remastered.

use std::io;

use consonance_link::listener::{
    ConnectionLimit, DocsRow, IdleTimeout, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace,
    ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading, secret_bytes,
};
use consonance_settings::settings;

use crate::forge::voice::{ForgeVoice, VoiceGroups};
use crate::forge::{ForgeServer, ForgeServerSettings};

settings! {
    /// What must be known of a game on Forge Networking Remastered.
    #[derive(Debug, PartialEq)]
    pub(crate) struct ForgeKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// When a silent client counts as lost.
        pub idle: IdleTimeout as .. = IdleTimeout::default();
        /// The groups of voice.
        pub groups: VoiceGroups as .. = VoiceGroups::default();
    }
}

impl NetworkSettings for ForgeKeys {}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &Forge;

static TABLE: NetworkTable = NetworkTable {
    name: "forge",
    about: "Clients of Forge Networking Remastered games.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<ForgeKeys>,
    without_upstream: &[],
    with_upstream: None,
};

/// Forge Networking Remastered.
struct Forge;

impl ListenerNetwork for Forge {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Forge Networking Remastered"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow { no_proxy: "not yet", ..DocsRow::new(&["forge"], "forge.md") })
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(ForgeListener(reading.settings()?)))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: std::net::SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let settings = crate::forge::ForgeClientSettings::default();
        let client = crate::forge::ForgeClient::new(settings, [crate::players::seed(); 32]);
        let envelope = crate::forge::voice::ForgeVoiceClient::default();
        let client = crate::players::over_udp(server, client);
        Ok(Box::new(consonance_link::gateway::EnvelopeClient::new(client, envelope)))
    }
}

struct ForgeListener(ForgeKeys);

impl NetworkListener for ForgeListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let default = ForgeServerSettings::default();
        let mut link = default.link;
        link.idle_timeout = self.0.idle.or(link.idle_timeout);
        let peers = place.peers(self.0.limit.connections_max, default.peers);
        let settings = ForgeServerSettings { link, peers, ..default };
        place.over_udp(ForgeServer::new(settings, &secret_bytes()?), ForgeVoice::new(self.0.groups))
    }
}
