//! `mumble`: Mumble's clients, on every desktop and phone, and its bots.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use consonance_link::MetricFamily;
use consonance_mumble::{MumbleServer, MumbleSettings, server_tls};
use consonance_mumble_player::{MumbleGateway, PlayerSettings};
use consonance_server_config::{
    ConfigProblem, IpProtocol, NetworkSettings, NetworkTable, Seconds, SettingsType, table,
};

use crate::{ListenerNetwork, ListenerPlace, NetworkListener, Opened, Reading};

table! {
    /// What Mumble's users find; the reasons stand with the settings of `consonance-mumble` and its players.
    pub(crate) struct MumbleKeys {
        /// Users at once, not counting those that have not logged in.
        pub connections_max: usize = 1000, 1..=65_535;
        /// Rooms that are channels whether players are in them or not; a slash in a name nests, so that `team/red` is
        /// the channel red in the channel team. Newcomers enter the first one; without any, they stay in the root.
        #[schemars(extend("examples" = [["lobby", "team/red", "team/blue"]]))]
        pub rooms: Vec<String> = vec!["lobby".to_owned()];
        /// Show other rooms that players are in as channels, too, and let users make new ones.
        pub other_rooms: bool = true;
        /// The name of the root channel, which is no room; the session's name if it is empty.
        pub root: String = String::new();
        /// A greeting for users that come, in plain text.
        pub welcome: String = String::new();
        /// Bits per second that a client may use for its voice; clients choose their quality by it.
        pub bandwidth_max: u32 = 144_000, 8000..=1_000_000;
        /// Connections that have not yet logged in.
        pub handshakes_max: usize = 256, 1..=65_535;
        /// How long a connection may take to log in.
        pub handshake_timeout_s: Seconds = Seconds::new(10), 1..=120;
        /// Silence after which a user counts as lost; clients speak every 5 s.
        pub idle_timeout_s: Seconds = Seconds::new(30), 15..=600;
        /// Bytes other than voice that wait for one user.
        pub control_bytes_max: usize = 1 << 20, 131_072..=1_073_741_824;
        /// Bytes of voice that wait for one user whose UDP is blocked.
        pub voice_bytes_max: usize = 32 << 10, 8192..=16_777_216;
    }
}

impl NetworkSettings for MumbleKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        wrong_room(&self.rooms)
    }
}

/// The error for the first room that cannot be a channel.
fn wrong_room(rooms: &[String]) -> Option<String> {
    let wrong = rooms.iter().find(|room| room.is_empty() || room.len() > ROOM_BYTES_MAX)?;
    Some(format!("rooms: expected names of 1 to {ROOM_BYTES_MAX} bytes, not {wrong:?}"))
}

/// Maximum bytes of a room's name in a session.
const ROOM_BYTES_MAX: usize = 128;

static TABLE: NetworkTable = NetworkTable {
    name: "mumble",
    about: "Mumble's clients, unchanged: 1.2.4 and newer on desktops, those on phones, and bots; see \
            docs/networks/mumble.md. TCP and UDP on one port, 64738 unless users are told another one. It shows the \
            server's QUIC certificate.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    settings: SettingsType::of::<MumbleKeys>(),
    without_upstream: &[],
    with_upstream: None,
};

/// Mumble's own protocol.
pub(crate) struct Mumble;

impl ListenerNetwork for Mumble {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Mumble's clients and bots"
    }

    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<crate::DocsRow> {
        Some(crate::DocsRow {
            no_proxy: "not needed", sidecar: "–", ..crate::DocsRow::new(&[], "mumble.md")
        })
    }

    fn metric_families(&self) -> &'static [&'static MetricFamily] {
        consonance_mumble::METRIC_FAMILIES
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        Ok(Box::new(MumbleListener(reading.settings()?)))
    }

    #[cfg(feature = "testing")]
    fn player(&self, _: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "players are Mumble's own clients"))
    }

    #[cfg(feature = "testing")]
    fn scenario_keys(&self) -> Option<&'static str> {
        None
    }
}

struct MumbleListener(MumbleKeys);

impl MumbleListener {
    fn network(&self, place: &ListenerPlace<'_>) -> MumbleSettings {
        let keys = &self.0;
        let mut settings = MumbleSettings::default();
        settings.connections_max = keys.connections_max;
        settings.address_shares = place.shares;
        settings.handshakes_max = keys.handshakes_max;
        settings.handshake_timeout = keys.handshake_timeout_s.into();
        settings.idle_timeout = keys.idle_timeout_s.into();
        settings.control_bytes_max = keys.control_bytes_max;
        settings.voice_bytes_max = keys.voice_bytes_max;
        settings.bandwidth_max = keys.bandwidth_max;
        settings
    }

    fn players(&self, place: &ListenerPlace<'_>) -> PlayerSettings {
        let keys = &self.0;
        let root = if keys.root.is_empty() { place.session() } else { &keys.root };
        let mut settings = PlayerSettings::new(root);
        settings.rooms.clone_from(&keys.rooms);
        settings.other_rooms = keys.other_rooms;
        settings.welcome.clone_from(&keys.welcome);
        settings.bandwidth_max = keys.bandwidth_max;
        settings.users_max = u32::try_from(keys.connections_max).unwrap_or(u32::MAX);
        settings
    }
}

impl NetworkListener for MumbleListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let identity = place.identity.cloned().ok_or_else(|| io::Error::other("missing certificate"))?;
        let tls = server_tls(Arc::new(identity));
        let server = MumbleServer::bind(place.address, &tls, self.network(place))?;
        let address = server.local_addr();
        let gateway = MumbleGateway::new(server, place.session(), self.players(place), place.places);
        Ok(Opened::one(gateway, address))
    }

    /// Voice over UDP is encrypted, too, with a key that TLS has told.
    fn plaintext(&self) -> Option<&'static str> {
        None
    }

    fn shows_secrets(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use consonance_link::AddressShares;
    use consonance_link::gateway::PlaceBoard;

    use super::*;

    #[test]
    fn the_defaults_of_the_keys_are_those_of_the_network_and_its_players() {
        let listener = MumbleListener(MumbleKeys::default());
        let place = ListenerPlace {
            network: "mumble",
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            session: Some("main"),
            shares: AddressShares::default(),
            own_host_names: &[],
            identity: None,
            places: &PlaceBoard::default(),
        };
        assert_eq!(listener.network(&place), MumbleSettings::default());
        let mut expected = PlayerSettings::new("main");
        expected.rooms = vec!["lobby".to_owned()];
        assert_eq!(listener.players(&place), expected);
    }

    #[test]
    fn rooms_have_names() {
        assert_eq!(wrong_room(&["lobby".into(), "a/b".into()]), None);
        let wrong = wrong_room(&["lobby".into(), String::new()]).unwrap();
        assert_eq!(wrong, "rooms: expected names of 1 to 128 bytes, not \"\"");
    }
}
