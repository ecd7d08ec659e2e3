//! Admission of accounts, and hostile accounts.

use std::collections::BTreeSet;
use std::time::Duration;

use consonance_game_networks::steam::hub::HubSettings;
use consonance_game_networks::steam::signal::Signal;
use consonance_game_networks::steam::{
    AccountAdmission, ClientSettings, LinkSettings, ServerSettings, SessionState, SteamId, SteamP2p as _,
};
use consonance_link::{ClientNetwork as _, Delivery, DisconnectReason, ServerNetwork as _};

use crate::steam::support::{CHANNELS, HANDSHAKE_P2P, HANDSHAKE_REQUEST, SECOND, Server, VOICE, World};

const SERVER: u64 = 1;
const LISTED: u64 = 2;
const OTHER: u64 = 3;

fn server(world: &World, admission: AccountAdmission) -> Server {
    world.server(SERVER, ServerSettings { admission, ..ServerSettings::default() })
}

#[test]
fn each_admission_accepts_its_accounts_and_those_that_the_game_names() {
    let listed = || BTreeSet::from([SteamId(LISTED)]);
    let rows: [(AccountAdmission, [bool; 2]); 4] = [
        (AccountAdmission::Everyone, [true, true]),
        (AccountAdmission::Listed(listed()), [true, false]),
        (AccountAdmission::Asked(Box::new(|id| id == SteamId(OTHER))), [false, true]),
        (AccountAdmission::Named, [false, false]),
    ];
    for (admission, expected) in rows {
        let name = format!("{admission:?}");
        let mut world = World::new(HubSettings::default());
        let mut server = server(&world, admission);
        for (id, is_let_in) in [LISTED, OTHER].into_iter().zip(expected) {
            let mut account = world.original(id);
            account.send(SERVER, CHANNELS.to_server, HANDSHAKE_REQUEST);
            let before = server.came.len();
            world.pass(SECOND, &mut [&mut server, &mut account]);
            let state = account.steam.session_state(SteamId(SERVER));
            assert_eq!(
                (server.came.len() > before, state == SessionState::Active),
                (is_let_in, is_let_in),
                "{name}"
            );
            if !is_let_in {
                assert!(server.transport.rejected() > 0);
                server.transport.members().connected(SteamId(id));
                world.pass(SECOND, &mut [&mut server, &mut account]);
                assert_eq!(server.came.len(), before + 1, "{name}: the game has named {id}");
            }
        }
    }
}

#[test]
fn a_player_of_ours_that_is_not_expected_learns_it_where_steam_lets_it_in_already() {
    let mut world = World::new(HubSettings::default());
    let mut server = server(&world, AccountAdmission::Named);
    // The server's account also plays, and has accepted the session as a player.
    let mut host = world.original(SERVER);
    host.steam.accept(SteamId(OTHER));
    let mut player = world.player(OTHER, ClientSettings::new(SteamId(SERVER)));
    player.transport.connect(world.now);
    world.pass(SECOND, &mut [&mut server, &mut player]);
    let expected = DisconnectReason::refused(b"the server does not expect this account");
    assert_eq!((player.end, player.connected), (Some(expected), 0));
}

#[test]
fn a_full_server_turns_newcomers_away_and_counts_them() {
    let mut world = World::new(HubSettings::default());
    let mut settings = ServerSettings::default();
    settings.bounds.peers_max = 1;
    let mut server = world.server(SERVER, settings);
    let mut players = [OTHER, LISTED].map(|id| world.player(id, ClientSettings::new(SteamId(SERVER))));
    for player in &mut players {
        player.transport.connect(world.now);
        world.pass(SECOND, &mut [&mut server, player]);
    }
    assert_eq!((players[0].connected, players[1].connected), (1, 0));
    assert_eq!(players[1].end, Some(DisconnectReason::refused(b"the server is full")));
    assert_eq!(server.transport.statistics().connections.rejected_full, 1);
}

#[test]
fn hostile_packets_are_counted_and_end_only_their_senders_link() {
    let mut world = World::new(HubSettings::default());
    let mut server = server(&world, AccountAdmission::Everyone);
    let mut player = world.player(OTHER, ClientSettings::new(SteamId(SERVER)));
    player.transport.connect(world.now);
    let mut hostile = world.original(LISTED);
    world.pass(SECOND, &mut [&mut server, &mut player, &mut hostile]);
    let packets: [Vec<u8>; 8] = [
        Vec::new(),
        vec![0xff; 5000],
        vec![0; 1024 * 1024],
        Signal::Hello(1).to_bytes(),
        Signal::Welcome(1).to_bytes(),
        Signal::Goodbye(1, "you".repeat(5000)).to_bytes(),
        Signal::StillHere.to_bytes(),
        HANDSHAKE_P2P.to_vec(),
    ];
    let channels = [CHANNELS.to_server, CHANNELS.to_client, CHANNELS.server_hello, CHANNELS.player_hello, 0];
    for packet in &packets {
        for channel in channels {
            for to in [SERVER, OTHER] {
                // If the sender's own queue is full, nothing is sent.
                hostile.steam.send(
                    SteamId(to),
                    consonance_game_networks::steam::SendKind::Reliable,
                    channel,
                    packet,
                );
            }
            world.pass(Duration::from_millis(10), &mut [&mut server, &mut player, &mut hostile]);
        }
    }
    player.transport.send(world.now, Delivery::Reliable, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut player, &mut hostile]);
    assert!(server.heard.iter().any(|(_, _, packet)| packet == HANDSHAKE_REQUEST));
    assert_eq!((player.connected, player.end.as_ref(), player.direct.len()), (1, None, 0));
    assert!(player.heard.is_empty(), "no account speaks for the server");
    assert!(server.heard.iter().all(|(_, _, packet)| packet.len() <= 16 * 1024));
}

#[test]
fn what_is_longer_than_a_network_carries_is_dropped_and_counted() {
    let mut world = World::new(HubSettings::default());
    let (mut server, mut account) = (server(&world, AccountAdmission::Everyone), world.original(OTHER));
    account.send(SERVER, CHANNELS.to_server, HANDSHAKE_REQUEST);
    account.send(SERVER, CHANNELS.to_server, &vec![0x8b; 17_000]);
    account.send(SERVER, CHANNELS.to_server, VOICE);
    world.pass(SECOND, &mut [&mut server, &mut account]);
    assert_eq!(server.heard.len(), 2);
    assert_eq!(server.transport.statistics().links.dropped.malformed, 1);
}

#[test]
fn unused_sessions_are_closed_after_half_a_minute() {
    let mut world = World::new(HubSettings::default());
    let link = LinkSettings { closes_sessions: true, ..LinkSettings::default() };
    let mut server = world.server(SERVER, ServerSettings { link, ..ServerSettings::default() });
    let (mut idler, mut leaver) = (world.original(OTHER), world.original(LISTED));
    // One opens a session and sends no voice packets; the other sends some, and leaves the game.
    idler.send(SERVER, 0, b"something else");
    leaver.send(SERVER, CHANNELS.to_server, HANDSHAKE_REQUEST);
    world.pass(SECOND, &mut [&mut server, &mut idler, &mut leaver]);
    server.transport.members().disconnected(SteamId(LISTED));
    world.pass(32 * SECOND, &mut [&mut server, &mut idler, &mut leaver]);
    for account in [&mut idler, &mut leaver] {
        account.send(SERVER, 0, b"once more");
    }
    let sessions = world.original(SERVER);
    for id in [OTHER, LISTED] {
        assert_eq!(sessions.steam.session_state(SteamId(id)), SessionState::None);
    }
}
