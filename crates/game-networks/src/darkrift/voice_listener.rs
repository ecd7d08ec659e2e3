//! `darkrift2`: games on DarkRift 2.

use std::io;
use std::net::SocketAddr;

use consonance_link::AddressShares;
use consonance_link::gateway::proxy_protocol::TransportProtocol;
use consonance_link::listener::{
    DocsRow, GameServer, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace, ListenerProblem,
    NetworkListener, NetworkSettings, NetworkTable, Opened, Reading,
};
use consonance_settings::settings;

use crate::darkrift::voice::{DarkRiftVoice, DarkRiftVoiceSettings, Layout};
use crate::darkrift::{ClientSettings, DarkRiftClient, DarkRiftServer, ServerSettings};

settings! {
    /// What must be known of a game on `DarkRift` 2.
    #[derive(Debug, PartialEq)]
    pub(crate) struct DarkRiftKeys {
        /// What is known of voice.
        pub voice: DarkRiftVoiceSettings as .. = DarkRiftVoiceSettings::default();
        /// The handshake, the UDP port and the limits of clients.
        pub server: ServerSettings as .. = ServerSettings::default();
        /// The UDP port of the game's server, if it differs.
        #[example(4297)]
        pub upstream_udp_port: Option<u16> = None;
    }
}

impl NetworkSettings for DarkRiftKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        let is_untagged = self.voice.tag_to_server.is_none() && self.voice.layout != Layout::Raw;
        is_untagged.then(|| "layout needs tag: set both, or neither to have them learned".into())
    }
}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &DarkRift2;

static TABLE: NetworkTable = NetworkTable {
    name: "darkrift2",
    about: "Clients of `DarkRift` 2 games. Besides the TCP port, the listener opens the UDP port of the same number, \
            or `udp_port`.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    keys: ListenerKeys::of::<DarkRiftKeys>,
    without_upstream: &[],
    with_upstream: Some(&["upstream_udp_port", "message_bytes_max"]),
};

/// DarkRift 2.
struct DarkRift2;

impl ListenerNetwork for DarkRift2 {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn short_name(&self) -> &'static str {
        "darkrift"
    }

    fn title(&self) -> &'static str {
        "DarkRift 2"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow::new(&["darkrift"], "darkrift2.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(DarkRiftListener(reading.settings()?)))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        // Any tag will do: servers learn it.
        let envelope = crate::darkrift::voice::DarkRiftVoiceClient::new(7, None, Layout::Prefixed);
        let client = DarkRiftClient::new(ClientSettings::new(server))?;
        Ok(Box::new(consonance_link::gateway::EnvelopeClient::new(client, envelope)))
    }
}

struct DarkRiftListener(DarkRiftKeys);

impl DarkRiftListener {
    fn server(&self, address_shares: AddressShares) -> ServerSettings {
        let own = &self.0.server;
        ServerSettings {
            address_shares,
            outgoing_bytes_max: own.outgoing_message_bytes_max.saturating_mul(2),
            ..own.clone()
        }
    }
}

impl NetworkListener for DarkRiftListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let server = DarkRiftServer::bind(place.address, self.server(place.shares))?;
        let address = server.local_addr();
        Ok(Opened::one(place.voice_only(server, DarkRiftVoice::voice_only(self.0.voice)), address))
    }

    fn open_proxy(&self, place: &ListenerPlace<'_>, game: &GameServer) -> io::Result<Opened> {
        let udp_port = self.0.upstream_udp_port;
        let message_bytes_max = self.0.server.outgoing_message_bytes_max;
        let clients = DarkRiftServer::bind(place.address, self.server(place.shares))?;
        let game = game.behind(clients.local_addr());
        let open_upstream = move |remote| {
            let mut settings = ClientSettings::new(game.address);
            settings.local = game.local_ip(remote);
            settings.preface = game.preface(remote, TransportProtocol::Tcp);
            settings.udp_port = udp_port;
            settings.incoming_message_bytes_max = message_bytes_max;
            DarkRiftClient::new(settings)
        };
        game.proxy(place, clients, open_upstream, DarkRiftVoice::in_proxy(self.0.voice))
    }
}

#[cfg(test)]
mod tests {
    use crate::darkrift::ProtocolVersion;

    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let listener = DarkRiftListener(DarkRiftKeys::default());
        let expected = ServerSettings::default();
        assert_eq!(listener.server(expected.address_shares), expected);
        assert_eq!(listener.0.voice, DarkRiftVoiceSettings::default());
    }

    #[test]
    fn the_keys_of_a_listener_reach_its_network() {
        let listener = DarkRiftListener(DarkRiftKeys {
            server: ServerSettings {
                connections_max: 7,
                udp_port: Some(5),
                outgoing_message_bytes_max: 100_000,
                version: ProtocolVersion::Zero,
                ..ServerSettings::default()
            },
            ..DarkRiftKeys::default()
        });
        let shares = AddressShares { share_percent: 30, ..AddressShares::default() };
        let server = listener.server(shares);
        assert_eq!(server.address_shares, shares);
        assert_eq!(server.version, ProtocolVersion::Zero);
        assert_eq!((server.udp_port, server.connections_max), (Some(5), 7));
        assert_eq!((server.outgoing_message_bytes_max, server.outgoing_bytes_max), (100_000, 200_000));
    }

    #[test]
    fn a_layout_needs_a_tag() {
        let problem = |tag_to_server, layout| {
            let voice = DarkRiftVoiceSettings { tag_to_server, layout, ..DarkRiftVoiceSettings::default() };
            DarkRiftKeys { voice, ..DarkRiftKeys::default() }.problem(([127, 0, 0, 1], 5).into())
        };
        assert_eq!(problem(None, Layout::Raw), None);
        assert_eq!(problem(Some(7), Layout::Prefixed), None);
        let what = problem(None, Layout::Prefixed).expect("it needs a tag");
        assert!(what.starts_with("layout needs tag"), "{what}");
    }
}
