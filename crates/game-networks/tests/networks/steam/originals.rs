//! Originals at the other end: they send nothing but packets, and never see the additional messages of ours.

use std::time::Duration;

use consonance_game_networks::steam::hub::HubSettings;
use consonance_game_networks::steam::{ClientSettings, ServerSettings, SteamId, SteamP2p as _};
use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerNetwork as _};

use crate::steam::support::{
    CHANNELS, Direct, HANDSHAKE_P2P, HANDSHAKE_REQUEST, Original, Player, SECOND, VOICE, World,
};

const OURS: u64 = 10;
const THEIRS: u64 = 20;
const THIRD: u64 = 30;

fn world() -> World {
    World::new(HubSettings::default())
}

#[test]
fn an_original_is_a_peer_by_its_first_packet_and_gone_when_the_game_says_so() {
    let mut world = world();
    let (mut server, mut original) = (world.server(OURS, ServerSettings::default()), world.original(THEIRS));
    original.send(OURS, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    let (peer, remote) = server.came[0].clone();
    assert_eq!(remote, "Steam account 20");
    assert_eq!(server.heard, [(peer, Delivery::Reliable, HANDSHAKE_REQUEST.to_vec())]);

    server.transport.send(world.now, &[peer], Delivery::Reliable, b"\x8b\xc7\x05");
    server.transport.send(world.now, &[peer], Delivery::Unreliable, VOICE);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    assert_eq!(original.read(CHANNELS.to_client), [VOICE, b"\x8b\xc7\x05"]);

    server.transport.members().disconnected(SteamId(THEIRS));
    world.pass(SECOND, &mut [&mut server, &mut original]);
    assert_eq!(server.went, [(peer, DisconnectReason::closed_by_peer(b""))]);
    assert!(original.read(CHANNELS.to_client).is_empty(), "an original would not understand a goodbye");
    assert!(original.read(CHANNELS.player_hello).is_empty());
}

#[test]
fn what_an_ended_link_left_behind_opens_no_other_but_the_game_may() {
    let mut world = world();
    let (mut server, mut original) = (world.server(OURS, ServerSettings::default()), world.original(THEIRS));
    original.send(OURS, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    server.transport.disconnect(world.now, server.came[0].0, "go");
    original.send(OURS, CHANNELS.to_server, VOICE);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    assert_eq!((server.came.len(), server.heard.len()), (1, 1));
    assert!(server.transport.members().connected(SteamId(THEIRS)));
    original.send(OURS, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    assert_eq!((server.came.len(), server.heard.len()), (2, 2));
}

#[test]
fn ten_seconds_after_its_link_was_ended_an_original_may_come_back_by_itself() {
    let mut world = world();
    let (mut server, mut original) = (world.server(OURS, ServerSettings::default()), world.original(THEIRS));
    original.send(OURS, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    server.transport.disconnect(world.now, server.came[0].0, "go");
    world.pass(Duration::from_secs(11), &mut [&mut server, &mut original]);
    original.send(OURS, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    assert_eq!(server.came.len(), 2);
}

#[test]
fn an_original_that_steam_has_lost_is_gone() {
    let mut world = world();
    let (mut server, mut original) = (world.server(OURS, ServerSettings::default()), world.original(THEIRS));
    original.send(OURS, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut original]);
    world.hub.set_reachable(SteamId(THEIRS), false);
    server.transport.send(world.now, &[server.came[0].0], Delivery::Reliable, b"\x8b\xc7\x05");
    world.pass(21 * SECOND, &mut [&mut server]);
    assert_eq!(server.went, [(server.came[0].0, DisconnectReason::TimedOut)]);
}

#[test]
fn a_player_is_connected_to_an_original_when_steams_session_is_up() {
    let mut world = world();
    let (mut player, mut original) =
        (world.player(OURS, ClientSettings::new(SteamId(THEIRS))), world.original(THEIRS));
    player.transport.connect(world.now);
    world.pass(SECOND, &mut [&mut player, &mut original]);
    assert_eq!((player.connected, original.requests.as_slice()), (0, &[SteamId(OURS)][..]));
    original.accept_all();
    world.pass(Duration::from_millis(490), &mut [&mut player, &mut original]);
    assert_eq!(player.connected, 0, "one of ours would answer until then");
    world.pass(Duration::from_millis(20), &mut [&mut player, &mut original]);
    assert_eq!(player.connected, 1);

    player.transport.send(world.now, Delivery::Reliable, HANDSHAKE_REQUEST);
    original.send(OURS, CHANNELS.to_client, b"\x8b\xc7\x05");
    original.send(OURS, CHANNELS.to_client, VOICE);
    world.pass(SECOND, &mut [&mut player, &mut original]);
    assert_eq!(original.read(CHANNELS.to_server), [HANDSHAKE_REQUEST]);
    let heard = [(Delivery::Reliable, b"\x8b\xc7\x05".to_vec()), (Delivery::Unreliable, VOICE.to_vec())];
    assert!(heard.iter().all(|packet| player.heard.contains(packet)), "{:?}", player.heard);
    player.transport.disconnect(world.now);
    world.pass(SECOND, &mut [&mut player, &mut original]);
    assert_eq!(player.end, Some(DisconnectReason::ClosedByUs));
    assert!(original.read(CHANNELS.to_server).is_empty() && original.read(CHANNELS.to_client).is_empty());
}

#[test]
fn a_server_that_never_accepts_cannot_be_reached() {
    let mut world = world();
    let (mut player, mut original) =
        (world.player(OURS, ClientSettings::new(SteamId(THEIRS))), world.original(THEIRS));
    player.transport.connect(world.now);
    world.pass(21 * SECOND, &mut [&mut player, &mut original]);
    assert!(matches!(player.end, Some(DisconnectReason::Unreachable { .. })), "{:?}", player.end);
    assert_eq!(player.connected, 0);
}

#[test]
fn the_server_may_be_lost_without_a_word() {
    let mut world = world();
    let (mut player, mut original) = connected_player(&mut world);
    world.hub.set_reachable(SteamId(THIRD), false);
    player.transport.send(world.now, Delivery::Reliable, HANDSHAKE_REQUEST);
    world.pass(21 * SECOND, &mut [&mut player, &mut original]);
    assert_eq!(player.end, Some(DisconnectReason::TimedOut));
}

#[test]
fn a_player_introduces_itself_when_the_game_names_a_player_and_every_23_seconds() {
    let mut world = world();
    let (mut player, mut server) = connected_player(&mut world);
    let (mut first, mut second) = (world.original(THEIRS), world.original(THEIRS + 1));
    player.transport.members().connected(SteamId(THEIRS));
    world.pass(SECOND, &mut [&mut player, &mut first, &mut second, &mut server]);
    first.accept_all();
    world.pass(SECOND, &mut [&mut player, &mut first, &mut second, &mut server]);
    let (link, up) = &player.direct[0];
    assert_eq!(up, &Direct::Up);
    // The session introduces the player as soon as there is a link.
    let now = world.now;
    let links = player.transport.direct_links().expect("a player has direct links");
    links.send_direct(now, &[*link], Delivery::Reliable, HANDSHAKE_P2P);
    world.pass(Duration::from_millis(10), &mut [&mut player, &mut first, &mut second, &mut server]);
    assert_eq!(first.read(CHANNELS.to_client), [HANDSHAKE_P2P]);

    player.transport.members().connected(SteamId(THEIRS + 1));
    world.pass(Duration::from_millis(10), &mut [&mut player, &mut first, &mut second, &mut server]);
    assert_eq!(first.read(CHANNELS.to_client), [HANDSHAKE_P2P], "all players hear it again");
    second.accept_all();
    world.pass(Duration::from_secs(69), &mut [&mut player, &mut first, &mut second, &mut server]);
    assert_eq!(first.read(CHANNELS.to_client), [HANDSHAKE_P2P; 3], "every 23 s");

    player.transport.disconnect(world.now);
    world.pass(Duration::from_secs(69), &mut [&mut player, &mut first, &mut second, &mut server]);
    assert!(first.read(CHANNELS.to_client).is_empty(), "an account that left is not in the session");
}

#[test]
fn an_original_that_introduces_itself_is_linked_at_once_if_the_game_has_named_it() {
    let mut world = world();
    let (mut player, mut server) = connected_player(&mut world);
    let (mut named, mut unnamed) = (world.original(THEIRS), world.original(THEIRS + 1));
    player.transport.members().connected(SteamId(THEIRS));
    named.send(OURS, CHANNELS.to_client, HANDSHAKE_P2P);
    unnamed.send(OURS, CHANNELS.to_client, HANDSHAKE_P2P);
    world.pass(Duration::from_millis(10), &mut [&mut player, &mut named, &mut unnamed, &mut server]);
    let [(link, Direct::Up), (same, Direct::Packet(Delivery::Reliable, packet))] = player.direct.as_slice()
    else {
        panic!("one link and one packet: {:?}", player.direct);
    };
    assert_eq!((link, packet.as_slice()), (same, HANDSHAKE_P2P));
    assert_eq!(
        unnamed.steam.session_state(SteamId(OURS)),
        consonance_game_networks::steam::SessionState::Connecting
    );
}

#[test]
fn a_player_that_steam_cannot_reach_is_tried_again_and_the_server_stays() {
    let mut world = world();
    let (mut player, mut server) = connected_player(&mut world);
    let mut other = world.original(THEIRS);
    world.hub.set_reach_each_other(SteamId(OURS), SteamId(THEIRS), false);
    player.transport.members().connected(SteamId(THEIRS));
    world.pass(22 * SECOND, &mut [&mut player, &mut other, &mut server]);
    assert!(player.direct.is_empty() && player.end.is_none());
    world.hub.set_reach_each_other(SteamId(OURS), SteamId(THEIRS), true);
    world.pass(23 * SECOND, &mut [&mut player, &mut other, &mut server]);
    assert_eq!(other.requests, [SteamId(OURS)]);
    other.accept_all();
    world.pass(SECOND, &mut [&mut player, &mut other, &mut server]);
    assert_eq!(player.direct, [(Peer(1), Direct::Up)]);
}

#[test]
fn a_host_is_server_and_player_with_one_account_and_has_no_direct_link_with_itself() {
    let mut world = world();
    let mut server = world.server(OURS, ServerSettings::default());
    let mut host = world.player(OURS, ClientSettings::new(SteamId(OURS)));
    let mut guest = world.player(THEIRS, ClientSettings::new(SteamId(OURS)));
    for player in [&mut host, &mut guest] {
        player.transport.connect(world.now);
        for id in [OURS, THEIRS] {
            player.transport.members().connected(SteamId(id));
        }
    }
    world.pass(SECOND, &mut [&mut server, &mut host, &mut guest]);
    assert_eq!((host.connected, guest.connected, server.came.len()), (1, 1, 2));
    assert!(guest.direct.is_empty(), "a player at the server is reached over the server");
    host.transport.send(world.now, Delivery::Reliable, b"to the server");
    let all: Vec<Peer> = server.came.iter().map(|(peer, _)| *peer).collect();
    server.transport.send(world.now, &all, Delivery::Reliable, b"to all");
    world.pass(SECOND, &mut [&mut server, &mut host, &mut guest]);
    assert_eq!(server.heard.len(), 1);
    assert_eq!((host.heard.len(), guest.heard.len()), (1, 1));
}

/// A player that is connected to an original, which holds the session.
fn connected_player(world: &mut World) -> (Player, Original) {
    let settings = ClientSettings { welcome_timeout: Duration::ZERO, ..ClientSettings::new(SteamId(THIRD)) };
    let (mut player, mut server) = (world.player(OURS, settings), world.original(THIRD));
    server.steam.accept(SteamId(OURS));
    player.transport.connect(world.now);
    world.pass(Duration::from_millis(10), &mut [&mut player, &mut server]);
    assert_eq!(player.connected, 1);
    (player, server)
}
