//! `mumble`: Mumble's clients, on every desktop and phone, and its bots.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use consonance_link::MetricFamily;
use consonance_link::listener::{
    DocsRow, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace, ListenerProblem, NetworkListener,
    NetworkSettings, NetworkTable, Opened, Reading,
};
use consonance_settings::settings;

use crate::players::{MumbleGateway, PlayerSettings};
use crate::{MumbleServer, MumbleSettings, server_tls};

settings! {
    /// What Mumble's users find.
    #[derive(Debug, PartialEq)]
    pub(crate) struct MumbleKeys {
        /// The rooms that are channels.
        pub players: PlayerSettings as .. = PlayerSettings::default();
        /// The limits of connections.
        pub network: MumbleSettings as .. = MumbleSettings::default();
    }
}

impl NetworkSettings for MumbleKeys {
    fn problem(&self, _: SocketAddr) -> Option<String> {
        wrong_room(&self.players.rooms)
    }
}

/// The error for the first room that cannot be a channel.
fn wrong_room(rooms: &[String]) -> Option<String> {
    let wrong = rooms.iter().find(|room| room.is_empty() || room.len() > ROOM_BYTES_MAX)?;
    Some(format!("rooms: expected names of 1 to {ROOM_BYTES_MAX} bytes, not {wrong:?}"))
}

/// Maximum bytes of a room's name in a session.
const ROOM_BYTES_MAX: usize = 128;

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &Mumble;

static TABLE: NetworkTable = NetworkTable {
    name: "mumble",
    about: "Mumble's clients, unchanged, and bots; see docs/networks/mumble.md. TCP and UDP on one port, usually \
            64738.",
    ip_protocol: IpProtocol::Tcp,
    names_sessions: false,
    keys: ListenerKeys::of::<MumbleKeys>,
    without_upstream: &[],
    with_upstream: None,
};

/// Mumble's own protocol.
struct Mumble;

impl ListenerNetwork for Mumble {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Mumble's clients and bots"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow { no_proxy: "not needed", sidecar: "–", ..DocsRow::new(&[], "mumble.md") })
    }

    fn metric_families(&self) -> &'static [&'static MetricFamily] {
        crate::METRIC_FAMILIES
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(MumbleListener(reading.settings()?)))
    }

    fn player(&self, _: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "players are Mumble's own clients"))
    }

    fn scenario_keys(&self) -> Option<&'static str> {
        None
    }
}

struct MumbleListener(MumbleKeys);

impl MumbleListener {
    fn network(&self, place: &ListenerPlace<'_>) -> MumbleSettings {
        let mut settings = self.0.network.clone();
        settings.address_shares = place.shares;
        settings
    }

    fn players(&self, place: &ListenerPlace<'_>) -> PlayerSettings {
        let network = &self.0.network;
        let mut settings = self.0.players.clone();
        if settings.root.is_empty() {
            place.session().clone_into(&mut settings.root);
        }
        settings.bandwidth_max = network.bandwidth_max;
        settings.users_max = u32::try_from(network.connections_max).unwrap_or(u32::MAX);
        settings
    }
}

impl NetworkListener for MumbleListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let tls = server_tls(Arc::clone(&place.tls_identity()?.certificate));
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
        assert_eq!(listener.players(&place), PlayerSettings::new("main"));
    }

    #[test]
    fn rooms_have_names() {
        assert_eq!(wrong_room(&["lobby".into(), "a/b".into()]), None);
        let wrong = wrong_room(&["lobby".into(), String::new()]).unwrap();
        assert_eq!(wrong, "rooms: expected names of 1 to 128 bytes, not \"\"");
    }
}
