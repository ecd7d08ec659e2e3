//! What a game's developers have changed in its network, as the networks' own settings have it.

use std::time::Duration;

use consonance_darkrift::ProtocolVersion;
use consonance_forge::voice::VoiceGroups;
use consonance_kcp::{Generation, LinkSettings};
use consonance_litenetlib::{ConnectionSettings, PacketLayer};
use consonance_server_config::{GameListenerConfig, KcpGeneration};
use consonance_transport::AddressShares;

/// How long the other end may say nothing, where the game's network has this by default.
pub(super) fn silence_timeout(build: &GameListenerConfig, default: Duration) -> Duration {
    let own = build.silence_timeout_s.into();
    if own == Duration::ZERO { default } else { own }
}

/// Mirror over kcp2k, both ends.
pub(super) fn kcp_link(build: &GameListenerConfig, link: LinkSettings) -> LinkSettings {
    LinkSettings { timeout: silence_timeout(build, link.timeout), ..link }
}

/// The generation of all clients; `None` finds it out for each.
pub(super) fn kcp_generation(build: &GameListenerConfig) -> Option<Generation> {
    match build.kcp_generation {
        KcpGeneration::Learned => None,
        KcpGeneration::V1_6 => Some(Generation::G1),
        KcpGeneration::V1_35 => Some(Generation::G2),
        KcpGeneration::V1_38 => Some(Generation::G3),
        KcpGeneration::V1_40 => Some(Generation::G4),
    }
}

/// Ignorance: ENet gives up between two times, by how many packets were not taken; a game's time-out means that no
/// client is dropped before.
pub(super) fn enet_connection(
    build: &GameListenerConfig,
    connection: consonance_enet::ConnectionSettings,
) -> consonance_enet::ConnectionSettings {
    let timeout_min = silence_timeout(build, connection.timeout_min);
    let timeout_max = silence_timeout(build, connection.timeout_max);
    consonance_enet::ConnectionSettings { timeout_min, timeout_max, ..connection }
}

/// Fish-Networking over Tugboat.
pub(super) fn litenetlib_connection(
    build: &GameListenerConfig,
    mut connection: ConnectionSettings,
) -> ConnectionSettings {
    let layer = match &build.xor_key {
        Some(key) => PacketLayer::Xor(key.as_bytes().to_vec()),
        None if build.checksum => PacketLayer::Crc32c,
        None => PacketLayer::None,
    };
    connection.silence_timeout = silence_timeout(build, connection.silence_timeout);
    connection.layer = layer;
    connection
}

/// A listener for clients on `DarkRift`, in front of a game's server or alone.
pub(super) fn darkrift_server(
    game: &GameListenerConfig,
    address_shares: AddressShares,
) -> consonance_darkrift::ServerSettings {
    let default = consonance_darkrift::ServerSettings::default();
    let is_old = game.protocol_version == 0;
    consonance_darkrift::ServerSettings {
        version: if is_old { ProtocolVersion::Zero } else { ProtocolVersion::One },
        // Clients of the old version know no second one.
        acknowledgements: if is_old { 1 } else { default.acknowledgements },
        udp_port: game.udp_port,
        connections_max: game.connections_max,
        address_shares,
        outgoing_message_bytes_max: game.message_bytes_max,
        outgoing_bytes_max: game.message_bytes_max.saturating_mul(2),
        ..default
    }
}

/// The groups of voice of a game on Forge.
pub(super) fn forge_groups(game: &GameListenerConfig) -> VoiceGroups {
    let number = |group: u32| i32::try_from(group).unwrap_or(i32::MAX);
    VoiceGroups {
        voice_to_server: number(game.voice_to_server_group),
        system_to_server: number(game.system_to_server_group),
        voice_to_client: number(game.voice_to_client_group),
        system_to_client: number(game.system_to_client_group),
    }
}

#[cfg(test)]
mod tests {
    use consonance_enet::{EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
    use consonance_gateway::udp::rig::{LinkConditions, Rig};

    use consonance_server_config::Seconds;

    use super::*;

    fn shown(settings: &dyn std::fmt::Debug) -> String {
        format!("{settings:?}")
    }

    #[test]
    fn what_a_game_has_not_changed_is_as_its_network_has_it() {
        let game = GameListenerConfig::default();
        let build = &game;
        let link = kcp_link(build, LinkSettings::default());
        assert_eq!(link.timeout, LinkSettings::default().timeout);
        assert_eq!(kcp_generation(build), None);
        let enet = consonance_enet::ConnectionSettings::default();
        assert_eq!(shown(&enet_connection(build, enet.clone())), shown(&enet));
        let litenetlib = ConnectionSettings::default();
        assert_eq!(shown(&litenetlib_connection(build, litenetlib.clone())), shown(&litenetlib));
        let darkrift = consonance_darkrift::ServerSettings::default();
        assert_eq!(darkrift_server(&game, darkrift.address_shares), darkrift);
        assert_eq!(forge_groups(build), VoiceGroups::default());
    }

    #[test]
    fn what_a_game_has_changed_reaches_its_network() {
        let mut game = GameListenerConfig::default();
        game.connections_max = 7;
        let build = &mut game;
        let timeout = Duration::from_secs(3);
        build.silence_timeout_s = Seconds(timeout);
        build.kcp_generation = KcpGeneration::V1_38;
        build.checksum = true;
        (build.protocol_version, build.udp_port) = (0, Some(5));
        build.message_bytes_max = 100_000;
        build.system_to_client_group = 9;
        assert_eq!(kcp_link(build, LinkSettings::default()).timeout, timeout);
        assert_eq!(kcp_generation(build), Some(Generation::G3));
        let enet = enet_connection(build, consonance_enet::ConnectionSettings::default());
        assert_eq!((enet.timeout_min, enet.timeout_max), (timeout, timeout));
        let litenetlib = litenetlib_connection(build, ConnectionSettings::default());
        assert_eq!((litenetlib.silence_timeout, litenetlib.layer), (timeout, PacketLayer::Crc32c));
        build.xor_key = Some("key".into());
        let layer = litenetlib_connection(build, ConnectionSettings::default()).layer;
        assert_eq!(layer, PacketLayer::Xor(b"key".to_vec()));
        let shares = AddressShares { share_percent: 30, ..AddressShares::default() };
        assert_eq!(forge_groups(build).system_to_client, 9);
        let darkrift = darkrift_server(&game, shares);
        assert_eq!(darkrift.address_shares, shares);
        assert_eq!((darkrift.version, darkrift.acknowledgements), (ProtocolVersion::Zero, 1));
        assert_eq!((darkrift.udp_port, darkrift.connections_max), (Some(5), 7));
        assert_eq!((darkrift.outgoing_message_bytes_max, darkrift.outgoing_bytes_max), (100_000, 200_000));
    }

    #[test]
    fn a_player_on_ignorance_may_be_silent_for_as_long_as_its_game_says_and_so_may_the_games_server() {
        let mut build = GameListenerConfig::default();
        build.silence_timeout_s = Seconds::new(60);
        let connection = enet_connection(&build, consonance_enet::ConnectionSettings::default());
        let server = EnetServerSettings { connection: connection.clone(), ..EnetServerSettings::default() };
        let client = EnetClientSettings { connection, ..EnetClientSettings::default() };
        let mut rig = Rig::new(EnetServer::new(server, [1; 32]), LinkConditions::PERFECT, 1);
        let (client, peer) = rig.connect_client(EnetClient::new(client, 1), &[]);
        rig.run_for(Duration::from_secs(1));
        rig.client(client).is_cut = true;
        rig.run_for(Duration::from_secs(55));
        assert_eq!((rig.saw_of(peer).len(), rig.client_saw(client).len()), (1, 1), "both are there");
        rig.run_for(Duration::from_secs(70));
        assert_eq!((rig.saw_of(peer).len(), rig.client_saw(client).len()), (2, 2), "both are gone");
    }
}
