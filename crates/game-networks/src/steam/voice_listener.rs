//! `steam`: games over Steam's legacy peer-to-peer interface, in builds that have Steam.

use std::io;
use std::net::SocketAddr;

use consonance_link::listener::{
    ConnectionLimit, DocsRow, IpProtocol, ListenerKeys, ListenerNetwork, ListenerProblem, NetworkListener,
    NetworkSettings, NetworkTable, Reading,
};
use consonance_settings::settings;

use crate::steam::SteamChannels;

settings! {
    /// What must be known of a game on Steam.
    #[derive(Debug, PartialEq)]
    pub(crate) struct SteamKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// The game's Steam App ID, which the variable `SteamAppId` or the file `steam_appid.txt` must match.
        pub app_id: u32 = 480, 1..=4_294_967_295_u32;
        /// The channels of voice.
        pub channels: SteamChannels as .. = SteamChannels::default();
    }
}

impl NetworkSettings for SteamKeys {}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &Steam;

static TABLE: NetworkTable = NetworkTable {
    name: "steam",
    about: "Clients of games over Steam's legacy peer-to-peer interface; see docs/networks/steam.md. `address` is the \
            IPv4 address that is announced to Steam. Needs a build with the feature `steam`; one per process.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<SteamKeys>,
    without_upstream: &[],
    with_upstream: None,
};

/// Steam peer to peer.
struct Steam;

impl ListenerNetwork for Steam {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "Steam peer to peer"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow {
            needs: ", in builds with that feature",
            no_proxy: "not possible",
            hosted: "yes",
            sidecar: "–",
            ..DocsRow::new(&["steam"], "steam.md")
        })
    }

    #[cfg(feature = "steamworks")]
    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Ok(Box::new(with_steam::SteamListener(reading.settings()?)))
    }

    #[cfg(not(feature = "steamworks"))]
    fn read(&self, _: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        Err(ListenerProblem::new(
            "steam: this build has no Steam; build it with `cargo build --release --package consonance-cli \
             --features steam`",
        ))
    }

    fn player(&self, _: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "players need accounts at Steam"))
    }

    fn scenario_keys(&self) -> Option<&'static str> {
        None
    }
}

#[cfg(feature = "steamworks")]
mod with_steam {
    use std::io;
    use std::net::IpAddr;

    use crate::steam::{GameServerSettings, LinkSettings, ServerSettings, SteamServer, SteamworksP2p};

    use consonance_link::listener::{ListenerPlace, NetworkListener, Opened};

    use super::SteamKeys;
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
            let mut settings = ServerSettings {
                // Nothing else uses this account's sessions.
                link: LinkSettings {
                    channels: self.0.channels,
                    closes_sessions: true,
                    ..LinkSettings::default()
                },
                ..ServerSettings::default()
            };
            settings.bounds.peers_max = self.0.limit.connections_max;
            Ok(Opened::one(SteamServer::new(steam, settings), place.address))
        }

        fn plaintext(&self) -> Option<&'static str> {
            None
        }
    }
}
