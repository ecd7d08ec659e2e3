//! `darkrift2`: games on DarkRift 2.

use std::io;
use std::net::SocketAddr;

use consonance_game_networks::darkrift::voice::{DarkRiftVoice, DarkRiftVoiceSettings, Layout};
use consonance_game_networks::darkrift::{
    ClientSettings, DarkRiftClient, DarkRiftServer, ProtocolVersion, ServerSettings,
};
use consonance_link::AddressShares;
use consonance_link::gateway::proxy_protocol::TransportProtocol;
use consonance_server_config::{
    ConfigProblem, Declared, IpProtocol, NetworkSettings, NetworkTable, SettingsType, table,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{GameServer, ListenerNetwork, ListenerPlace, NetworkListener, Opened, Reading};

table! {
    /// What must be known of a game on `DarkRift` 2.
    pub(crate) struct DarkRiftKeys {
        /// The limits of clients.
        #[serde(with = "consonance_server_config::declared")]
        #[schemars(with = "Declared<ServerSettings>", extend("x-flat" = true))]
        pub server: ServerSettings = ServerSettings::default();
        /// What is known of voice.
        #[serde(with = "consonance_server_config::declared")]
        #[schemars(
            with = "Declared<DarkRiftVoiceSettings>",
            extend("x-flat" = true, "x-after" = { "tag": "connections_max" })
        )]
        pub voice: DarkRiftVoiceSettings = DarkRiftVoiceSettings::default();
        /// The layout of the game's voice messages: a raw packet (`WriteRaw`), or one after a four-byte length
        /// (`Write`), prefixed if big-endian. Without tag, it is learned too.
        #[schemars(extend("x-after" = "tag_to_client"))]
        pub layout: VoiceLayout = VoiceLayout::Raw;
        /// The version of DarkRift's handshake in the game's clients; 0 is that of its oldest releases.
        #[schemars(extend("x-after" = "layout"))]
        pub protocol_version: u32 = 1, 0..=1;
        /// The UDP port of the game's server, if it is not the port in upstream.
        #[schemars(example = 4297, extend("x-after" = "udp_port"))]
        pub upstream_udp_port: Option<u16> = None;
    }
}

impl NetworkSettings for DarkRiftKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        let is_untagged = self.voice.tag_to_server.is_none() && self.layout != VoiceLayout::Raw;
        is_untagged.then(|| "layout needs tag: set both, or neither to have them learned".into())
    }
}

/// The layout of a voice packet in a message of a game on `DarkRift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum VoiceLayout {
    /// It is all there is.
    Raw,
    /// Its length comes first, in four bytes, big-endian.
    Prefixed,
    /// The same, little-endian.
    PrefixedLittleEndian,
}

static TABLE: NetworkTable = NetworkTable {
    name: "darkrift2",
    about: "Clients of `DarkRift` 2 games. Besides the TCP port, the listener opens the UDP port of the same number, \
            or `udp_port`.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    settings: SettingsType::of::<DarkRiftKeys>(),
    without_upstream: &[],
    with_upstream: Some(&["upstream_udp_port", "message_bytes_max"]),
};

/// DarkRift 2.
pub(crate) struct DarkRift2;

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

    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<crate::DocsRow> {
        Some(crate::DocsRow::new(&["darkrift"], "darkrift2.md"))
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        Ok(Box::new(DarkRiftListener(reading.settings()?)))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        // Any tag will do: servers learn it.
        let envelope =
            consonance_game_networks::darkrift::voice::DarkRiftVoiceClient::new(7, None, Layout::Prefixed);
        let client = DarkRiftClient::new(ClientSettings::new(server))?;
        Ok(Box::new(consonance_link::gateway::EnvelopeClient::new(client, envelope)))
    }
}

struct DarkRiftListener(DarkRiftKeys);

impl DarkRiftListener {
    fn server(&self, address_shares: AddressShares) -> ServerSettings {
        let own = &self.0.server;
        let is_old = self.0.protocol_version == 0;
        ServerSettings {
            version: if is_old { ProtocolVersion::Zero } else { ProtocolVersion::One },
            // Clients of the old version do not know a second acknowledgement.
            acknowledgements: if is_old { 1 } else { own.acknowledgements },
            address_shares,
            outgoing_bytes_max: own.outgoing_message_bytes_max.saturating_mul(2),
            ..own.clone()
        }
    }

    fn voice(&self) -> DarkRiftVoiceSettings {
        let layout = match self.0.layout {
            VoiceLayout::Raw => Layout::Raw,
            VoiceLayout::Prefixed => Layout::Prefixed,
            VoiceLayout::PrefixedLittleEndian => Layout::PrefixedLittleEndian,
        };
        let own = self.0.voice;
        DarkRiftVoiceSettings { layout: own.tag_to_server.map(|_| layout), ..own }
    }
}

impl NetworkListener for DarkRiftListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let server = DarkRiftServer::bind(place.address, self.server(place.shares))?;
        let address = server.local_addr();
        Ok(Opened::one(place.voice_only(server, DarkRiftVoice::voice_only(self.voice())), address))
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
        game.proxy(place, clients, open_upstream, DarkRiftVoice::in_proxy(self.voice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network() {
        let listener = DarkRiftListener(DarkRiftKeys::default());
        let expected = ServerSettings::default();
        assert_eq!(listener.server(expected.address_shares), expected);
        assert_eq!(listener.voice(), DarkRiftVoiceSettings::default());
    }

    #[test]
    fn the_keys_of_a_listener_reach_its_network() {
        let listener = DarkRiftListener(DarkRiftKeys {
            server: ServerSettings {
                connections_max: 7,
                udp_port: Some(5),
                outgoing_message_bytes_max: 100_000,
                ..ServerSettings::default()
            },
            protocol_version: 0,
            voice: DarkRiftVoiceSettings {
                tag_to_server: Some(7),
                tag_to_client: Some(8),
                ..DarkRiftVoiceSettings::default()
            },
            layout: VoiceLayout::PrefixedLittleEndian,
            ..DarkRiftKeys::default()
        });
        let shares = AddressShares { share_percent: 30, ..AddressShares::default() };
        let server = listener.server(shares);
        assert_eq!(server.address_shares, shares);
        assert_eq!((server.version, server.acknowledgements), (ProtocolVersion::Zero, 1));
        assert_eq!((server.udp_port, server.connections_max), (Some(5), 7));
        assert_eq!((server.outgoing_message_bytes_max, server.outgoing_bytes_max), (100_000, 200_000));
        let voice = listener.voice();
        assert_eq!((voice.tag_to_server, voice.tag_to_client), (Some(7), Some(8)));
        assert_eq!(voice.layout, Some(Layout::PrefixedLittleEndian));
    }
}
