//! `forge`: games on Forge Networking Remastered.

use std::io;
#[cfg(feature = "testing")]
use std::net::SocketAddr;

use consonance_game_networks::forge::voice::{ForgeVoice, VoiceGroups};
use consonance_game_networks::forge::{ForgeServer, ForgeServerSettings};
use consonance_server_config::{
    ConfigProblem, IpProtocol, NetworkSettings, NetworkTable, Seconds, SettingsType, table,
};

use crate::idle_timeout::idle_timeout;
use crate::secret_bytes::secret_bytes;
use crate::{ListenerNetwork, ListenerPlace, NetworkListener, Opened, Reading};

table! {
    /// What must be known of a game on Forge Networking Remastered.
    pub(crate) struct ForgeKeys {
        /// Clients at once, not counting those with a pending handshake or an unproved address.
        pub connections_max: usize = 1000, 1..=65_535;
        /// Silence after which the other end counts as lost, for games that raise this time, for example to load
        /// scenes. 0 keeps the network's own.
        pub idle_timeout_s: Seconds = Seconds::new(0), 0..=600;
        /// The group of voice to the server, if the game's voice component changes it.
        pub voice_to_server_group: u32 = 57_729_876, 0..=2_147_483_647;
        /// The group of all other messages to the server, if changed.
        pub system_to_server_group: u32 = 57_729_877, 0..=2_147_483_647;
        /// The group of voice to clients, if changed.
        pub voice_to_client_group: u32 = 57_729_878, 0..=2_147_483_647;
        /// The group of all other messages to clients, if changed.
        pub system_to_client_group: u32 = 57_729_879, 0..=2_147_483_647;
    }
}

impl NetworkSettings for ForgeKeys {}

static TABLE: NetworkTable = NetworkTable {
    name: "forge",
    about: "Clients of Forge Networking Remastered games.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    settings: SettingsType::of::<ForgeKeys>(),
    without_upstream: &[],
    with_upstream: None,
};

/// Forge Networking Remastered.
pub(crate) struct Forge;

impl ListenerNetwork for Forge {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Forge Networking Remastered"
    }

    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<crate::DocsRow> {
        Some(crate::DocsRow { no_proxy: "not yet", ..crate::DocsRow::new(&["forge"], "forge.md") })
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        Ok(Box::new(ForgeListener(reading.settings()?)))
    }

    #[cfg(feature = "testing")]
    fn player(&self, server: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let settings = consonance_game_networks::forge::ForgeClientSettings::default();
        let client =
            consonance_game_networks::forge::ForgeClient::new(settings, [crate::players::seed(); 32]);
        let envelope = consonance_game_networks::forge::voice::ForgeVoiceClient::default();
        let client = crate::players::over_udp(server, client);
        Ok(Box::new(consonance_link::gateway::EnvelopeClient::new(client, envelope)))
    }
}

struct ForgeListener(ForgeKeys);

impl ForgeListener {
    /// The groups of voice.
    fn groups(&self) -> VoiceGroups {
        let number = |group: u32| i32::try_from(group).unwrap_or(i32::MAX);
        VoiceGroups {
            voice_to_server: number(self.0.voice_to_server_group),
            system_to_server: number(self.0.system_to_server_group),
            voice_to_client: number(self.0.voice_to_client_group),
            system_to_client: number(self.0.system_to_client_group),
        }
    }
}

impl NetworkListener for ForgeListener {
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let default = ForgeServerSettings::default();
        let mut link = default.link;
        link.idle_timeout = idle_timeout(self.0.idle_timeout_s, link.idle_timeout);
        let (connections_max, address_shares) = (self.0.connections_max, place.shares);
        let settings = ForgeServerSettings { link, connections_max, address_shares, ..default };
        place.over_udp(ForgeServer::new(settings, &secret_bytes()?), ForgeVoice::new(self.groups()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_of_voice_are_the_stock_ones_or_those_of_the_keys() {
        assert_eq!(ForgeListener(ForgeKeys::default()).groups(), VoiceGroups::default());
        let keys = ForgeKeys { system_to_client_group: 9, ..ForgeKeys::default() };
        assert_eq!(ForgeListener(keys).groups().system_to_client, 9);
    }
}
