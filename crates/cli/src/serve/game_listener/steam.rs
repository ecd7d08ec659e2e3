//! A game server's account at Steam, in builds that have Steam.

use std::io;

use consonance_server_config::ListenerConfig;

use super::opening::Opened;

/// What to do where a build has no Steam.
pub(super) const NOT_BUILT: &str = "this build has no Steam; build it with `cargo build --release --package consonance-cli --features steam`";

/// Logs on, which may take half a minute.
#[cfg(feature = "steam")]
pub(super) fn open(config: &ListenerConfig) -> io::Result<Opened> {
    use std::net::IpAddr;

    use consonance_steam::{
        Channels, GameServerSettings, LinkSettings, ServerSettings, SteamServer, SteamworksP2p,
    };

    let IpAddr::V4(ip) = config.address.ip() else {
        let what = "Steam knows IPv4 addresses only; 0.0.0.0 is any of this machine";
        return Err(io::Error::new(io::ErrorKind::Unsupported, what));
    };
    let game = GameServerSettings {
        ip,
        game_port: config.address.port(),
        ..GameServerSettings::new(config.game.app_id)
    };
    let steam = SteamworksP2p::log_on_anonymously(&game).map_err(io::Error::other)?;
    let number = |channel: u32| i32::try_from(channel).unwrap_or(i32::MAX);
    let channels = Channels {
        to_server: number(config.game.channel_to_server),
        to_client: number(config.game.channel_to_client),
        ..Channels::default()
    };
    let mut settings = ServerSettings {
        // Nothing else uses this account's sessions.
        link: LinkSettings { channels, closes_sessions: true, ..LinkSettings::default() },
        ..ServerSettings::default()
    };
    settings.bounds.peers_max = config.game.connections_max;
    Ok((Box::new(SteamServer::new(steam, settings)), config.address))
}

#[cfg(not(feature = "steam"))]
pub(super) fn open(_config: &ListenerConfig) -> io::Result<Opened> {
    Err(io::Error::new(io::ErrorKind::Unsupported, NOT_BUILT))
}
