//! `steam`: games over Steam's legacy peer-to-peer interface, in builds that have Steam.

#[cfg(feature = "testing")]
use std::io;
#[cfg(feature = "testing")]
use std::net::SocketAddr;

use consonance_server_config::{
    ConfigProblem, IpProtocol, NetworkSettings, NetworkTable, SettingsType, table,
};

use crate::{ListenerNetwork, NetworkListener, Reading};

table! {
    /// What must be known of a game on Steam.
    pub(crate) struct SteamKeys {
        /// Clients at once, not counting those with a pending handshake or an unproved address.
        pub connections_max: usize = 1000, 1..=65_535;
        /// The game's Steam App ID; 480 is for experiments. Steam's library reads it from the variable `SteamAppId` or
        /// the file `steam_appid.txt`, which must match.
        pub app_id: u32 = 480, 1..=4_294_967_295_u32;
        /// The channel of clients' messages to the server, if the game changes it.
        pub channel_to_server: u32 = 144_984_105, 0..=2_147_483_647;
        /// The channel of messages to clients, if the game changes it.
        pub channel_to_client: u32 = 144_984_106, 0..=2_147_483_647;
    }
}

impl NetworkSettings for SteamKeys {}

static TABLE: NetworkTable = NetworkTable {
    name: "steam",
    about: "Clients of games over Steam's legacy peer-to-peer interface, reached through an anonymous game server \
            account; see docs/networks/steam.md. `address` is the IPv4 address that is announced to Steam as the \
            game server's; packets use Steam's own ports. Needs a build with the feature `steam`; one per process.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    settings: SettingsType::of::<SteamKeys>(),
    without_upstream: &[],
    with_upstream: None,
};

/// Steam peer to peer.
pub(crate) struct Steam;

impl ListenerNetwork for Steam {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Steam peer to peer"
    }

    #[cfg(feature = "testing")]
    fn docs(&self) -> Option<crate::DocsRow> {
        Some(crate::DocsRow {
            needs: ", in builds with that feature",
            no_proxy: "not possible",
            hosted: "yes",
            sidecar: "–",
            ..crate::DocsRow::new(&["steam"], "steam.md")
        })
    }

    #[cfg(feature = "steam")]
    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        Ok(Box::new(with_steam::SteamListener(reading.settings()?)))
    }

    #[cfg(not(feature = "steam"))]
    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ConfigProblem> {
        Err(reading.problem(
            "steam: this build has no Steam; build it with `cargo build --release --package consonance-cli \
             --features steam`",
        ))
    }

    #[cfg(feature = "testing")]
    fn player(&self, _: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "players need accounts at Steam"))
    }

    #[cfg(feature = "testing")]
    fn scenario_keys(&self) -> Option<&'static str> {
        None
    }
}

#[cfg(feature = "steam")]
mod with_steam {
    use std::io;
    use std::net::IpAddr;

    use consonance_game_networks::steam::{
        GameServerSettings, LinkSettings, ServerSettings, SteamChannels, SteamServer, SteamworksP2p,
    };

    use super::SteamKeys;
    use crate::{ListenerPlace, NetworkListener, Opened};

    pub(super) struct SteamListener(pub(super) SteamKeys);

    impl NetworkListener for SteamListener {
        /// Logs on, which may take half a minute.
        fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
            let IpAddr::V4(ip) = place.address.ip() else {
                let what = "Steam knows IPv4 addresses only; 0.0.0.0 is any of this machine";
                return Err(io::Error::new(io::ErrorKind::Unsupported, what));
            };
            let game = GameServerSettings {
                ip,
                game_port: place.address.port(),
                ..GameServerSettings::new(self.0.app_id)
            };
            let steam = SteamworksP2p::log_on_anonymously(&game).map_err(io::Error::other)?;
            let number = |channel: u32| i32::try_from(channel).unwrap_or(i32::MAX);
            let channels = SteamChannels {
                to_server: number(self.0.channel_to_server),
                to_client: number(self.0.channel_to_client),
                ..SteamChannels::default()
            };
            let mut settings = ServerSettings {
                // Nothing else uses this account's sessions.
                link: LinkSettings { channels, closes_sessions: true, ..LinkSettings::default() },
                ..ServerSettings::default()
            };
            settings.bounds.peers_max = self.0.connections_max;
            Ok(Opened::one(SteamServer::new(steam, settings), place.address))
        }

        fn plaintext(&self) -> Option<&'static str> {
            None
        }
    }
}
