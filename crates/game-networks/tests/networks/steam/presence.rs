//! The account of a peer, and Steam's knowledge of whether it is still there.

use std::time::Duration;

use consonance_game_networks::steam::hub::HubSettings;
use consonance_game_networks::steam::{ClientSettings, LinkSettings, ServerSettings, SteamId};
use consonance_link::{ClientNetwork as _, Peer, PeerIdentity, ServerNetwork as _, ServerNetworkExt as _};

use crate::steam::support::{CHANNELS, HANDSHAKE_REQUEST, SECOND, World};

const SERVER: u64 = 1;
const PLAYER: u64 = 76_561_198_000_000_002;

/// Longer than Steam keeps undeliverable packets.
const LOST_AFTER: Duration = Duration::from_secs(25);

#[test]
fn an_account_is_the_identity_of_its_peer_over_each_of_its_links() {
    let mut world = World::new(HubSettings::default());
    let mut server = world.server(SERVER, ServerSettings::default());
    for links in 1..=2 {
        let mut player = world.player(PLAYER, ClientSettings::new(SteamId(SERVER)));
        player.transport.connect(world.now);
        world.pass(SECOND, &mut [&mut server, &mut player]);
        assert_eq!(server.came.len(), links);
        let (peer, _) = server.came[links - 1];
        assert_eq!(server.transport.peer_capability(world.now, peer), Some(PeerIdentity(PLAYER)));
        player.transport.disconnect(world.now);
        world.pass(SECOND, &mut [&mut server, &mut player]);
        assert_eq!(server.transport.peer_capability::<PeerIdentity>(world.now, peer), None);
    }
    assert_eq!(server.transport.probe(world.now, Peer(1_000)), None);
}

#[test]
fn a_silent_player_is_there_while_steam_has_a_session_with_it() {
    let mut world = World::new(HubSettings::default());
    let mut server = world.server(SERVER, ServerSettings::default());
    let named = world.now + Duration::from_millis(1);
    assert!(server.transport.members().connected(SteamId(PLAYER)));
    world.pass(5 * SECOND, &mut [&mut server]);
    let (peer, _) = server.came[0];
    assert_eq!(
        server.transport.probe(world.now, peer),
        Some(named),
        "named by the game, and not heard since"
    );

    let mut account = world.original(PLAYER);
    account.send(SERVER, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(60 * SECOND, &mut [&mut server, &mut account]);
    assert_eq!(server.transport.probe(world.now, peer), Some(world.now), "silent for a minute");
}

#[test]
fn a_player_of_ours_that_is_probed_and_cannot_be_reached_is_noticed() {
    let mut world = World::new(HubSettings::default());
    let link = LinkSettings { still_here_interval: Duration::from_hours(1), ..LinkSettings::default() };
    let mut server = world.server(SERVER, ServerSettings { link, ..ServerSettings::default() });
    let mut player = world.player(PLAYER, ClientSettings::new(SteamId(SERVER)));
    player.transport.connect(world.now);
    world.pass(SECOND, &mut [&mut server, &mut player]);
    let (peer, _) = server.came[0];
    world.hub.set_reachable(SteamId(PLAYER), false);
    world.pass(LOST_AFTER, &mut [&mut server]);
    assert_eq!(server.went, [], "nothing was to be sent");
    server.transport.probe(world.now, peer);
    world.pass(LOST_AFTER, &mut [&mut server]);
    assert_eq!(server.went.len(), 1);
}
