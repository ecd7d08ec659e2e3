//! The rules of a room, one at a time and without an engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use consonance_game_networks::hosted::{
    HostedRoom, Loopback, MessageDirection, MessageTarget, PhotonPun, RoomRequest, RoomSettings,
    RoomStatistics, SteamInGame, UnetHlapi,
};
use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, DirectLinks as _, DisconnectReason, Peer,
    ServerLinkEvent, ServerNetwork as _,
};

const ME: u64 = 1;
const REQUEST: &[u8] = b"\x8b\xc7\x04 let me in";
const STATE: &[u8] = b"\x8b\xc7\x01 I am here";
const VOICE: &[u8] = b"\x8b\xc7\x02 hello";
const INTRODUCTION: &[u8] = b"\x8b\xc7\x0b I am";

/// A room with actors 2, 3 and 4 besides this player, whose first requests are already handled.
fn room(settings: RoomSettings, server: u64) -> (HostedRoom, HostedClient, Option<HostedServer>) {
    let (mut room, mut player) = HostedRoom::with_player(settings, ME);
    for other in [2, 3, 4] {
        assert!(room.peer_joined(other));
    }
    let transport = room.set_server(Some(server));
    player.connect(Instant::now());
    assert_eq!(requests(&mut room, Instant::now()), [""; 0]);
    while player.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
    (room, player, transport)
}

fn pun(server: u64) -> (HostedRoom, HostedClient, Option<HostedServer>) {
    room(PhotonPun::default().room(), server)
}

/// A room whose server is here.
fn hosting(settings: RoomSettings) -> (HostedRoom, HostedClient, HostedServer) {
    let (room, player, server) = room(settings, ME);
    (room, player, server.expect("it is here"))
}

fn receive(room: &mut HostedRoom, from: u64, direction: MessageDirection, packet: &[u8]) {
    room.receive(Instant::now(), from, direction, Delivery::Reliable, packet);
}

/// The room's requests as text.
fn requests(room: &mut HostedRoom, now: Instant) -> Vec<String> {
    let mut words = Vec::new();
    while let Some(request) = room.poll(now) {
        words.push(match request {
            RoomRequest::Send(message) => {
                let said = String::from_utf8_lossy(&message.packet[3..]).trim().to_owned();
                format!("{:?} {:?}: {said}", message.direction, message.target)
            }
            RoomRequest::Refused { peer, reason } => format!("refused {peer}: {reason}"),
        });
    }
    words
}

/// A server's events as text.
fn seen(server: &mut HostedServer) -> Vec<String> {
    let mut words = Vec::new();
    let mut bytes = Vec::new();
    while let Some(event) = server.poll_event(Instant::now(), &mut bytes) {
        words.push(match event {
            ServerLinkEvent::Connected { peer, remote, .. } => format!("{} is {remote}", peer.0),
            ServerLinkEvent::Packet { peer, .. } => {
                format!("{} says {}", peer.0, String::from_utf8_lossy(&bytes[4..]))
            }
            ServerLinkEvent::Disconnected { peer, .. } => format!("{} is gone", peer.0),
        });
    }
    words
}

fn direct_links(player: &mut HostedClient) -> Vec<Peer> {
    let mut links = Vec::new();
    while let Some(event) = player.poll_event(Instant::now(), &mut Vec::new()) {
        if let ClientLinkEvent::Direct { peer, event: DirectEvent::Up } = event {
            links.push(peer);
        }
    }
    links
}

#[test]
fn what_belongs_to_nothing_here_is_dropped_and_counted() {
    let (mut room, mut player, _) = pun(2);
    receive(&mut room, 3, MessageDirection::ToServer, REQUEST);
    receive(&mut room, 9, MessageDirection::ToClient, VOICE);
    receive(&mut room, ME, MessageDirection::ToClient, VOICE);
    // Only the server may send the roster.
    receive(&mut room, 3, MessageDirection::ToClient, STATE);
    receive(&mut room, 3, MessageDirection::ToClient, b"");
    let statistics = room.statistics();
    let RoomStatistics { no_server, unknown_peer, own, not_for_players, .. } = statistics;
    assert_eq!((no_server, unknown_peer, own, not_for_players), (1, 1, 1, 2));
    assert_eq!(player.poll_event(Instant::now(), &mut Vec::new()), None);
}

#[test]
fn a_peer_is_the_servers_from_its_first_message_on() {
    let (mut room, _player, mut server) = hosting(UnetHlapi::default().room());
    assert_eq!(seen(&mut server), [""; 0]);
    receive(&mut room, 3, MessageDirection::ToServer, REQUEST);
    receive(&mut room, 3, MessageDirection::ToServer, STATE);
    assert_eq!(seen(&mut server), ["1 is a peer of the game", "1 says let me in", "1 says I am here"]);
    room.peer_left(3);
    assert_eq!(seen(&mut server), ["1 is gone"]);
}

#[test]
fn a_peer_that_asks_to_join_again_gets_a_new_link() {
    let (mut room, _player, mut server) = hosting(UnetHlapi::default().room());
    receive(&mut room, 3, MessageDirection::ToServer, REQUEST);
    receive(&mut room, 3, MessageDirection::ToServer, STATE);
    assert_eq!(seen(&mut server).len(), 3);
    // Not immediately, because the server limits such requests per link.
    receive(&mut room, 3, MessageDirection::ToServer, REQUEST);
    assert_eq!(seen(&mut server), ["1 says let me in"]);
    let later = Instant::now() + Duration::from_secs(1);
    room.receive(later, 3, MessageDirection::ToServer, Delivery::Reliable, REQUEST);
    assert_eq!(seen(&mut server), ["1 is gone", "2 is a peer of the game", "2 says let me in"]);
}

#[test]
fn a_peer_that_the_server_disconnects_is_ignored_for_a_while() {
    let (mut room, _player, mut server) = hosting(UnetHlapi::default().room());
    let now = Instant::now();
    room.receive(now, 3, MessageDirection::ToServer, Delivery::Reliable, REQUEST);
    seen(&mut server);
    server.disconnect(now, Peer(1), "too loud");
    assert_eq!(requests(&mut room, now), ["refused 3: too loud"]);
    let soon = now + Duration::from_millis(1999);
    room.receive(soon, 3, MessageDirection::ToServer, Delivery::Reliable, STATE);
    assert_eq!((seen(&mut server), room.statistics().refused), (vec!["1 is gone".to_owned()], 1));
    room.receive(now + Duration::from_secs(2), 3, MessageDirection::ToServer, Delivery::Reliable, STATE);
    assert_eq!(seen(&mut server), ["2 is a peer of the game", "2 says I am here"]);
}

#[test]
fn one_packet_for_many_is_one_message_where_the_network_takes_lists() {
    for (settings, expected) in [
        (PhotonPun::default().room(), vec!["ToClient Peers([2, 4]): hello"]),
        (UnetHlapi::default().room(), vec!["ToClient Peer(2): hello", "ToClient Peer(4): hello"]),
    ] {
        let (mut room, _player, mut server) = hosting(settings);
        receive(&mut room, 2, MessageDirection::ToServer, REQUEST);
        receive(&mut room, 4, MessageDirection::ToServer, REQUEST);
        seen(&mut server);
        server.send(Instant::now(), &[Peer(1), Peer(2)], Delivery::Unreliable, VOICE);
        assert_eq!(requests(&mut room, Instant::now()), expected);
    }
}

#[test]
fn what_a_host_says_to_itself_stays_inside_unless_the_network_brings_it_back() {
    let (mut room, mut player, mut server) = hosting(PhotonPun::default().room());
    player.send(Instant::now(), Delivery::Reliable, REQUEST);
    assert_eq!(requests(&mut room, Instant::now()), [""; 0]);
    assert_eq!(seen(&mut server), ["1 is a peer of the game", "1 says let me in"]);
    server.send(Instant::now(), &[Peer(1)], Delivery::Reliable, STATE);
    assert_eq!(requests(&mut room, Instant::now()), [""; 0]);
    let packet = ClientLinkEvent::Packet { channel: Delivery::Reliable };
    let mut bytes = Vec::new();
    let mut events = std::iter::from_fn(|| {
        let event = player.poll_event(Instant::now(), &mut bytes)?;
        Some(event == packet && bytes == STATE)
    });
    assert!(events.any(|is_it| is_it));

    let settings = RoomSettings { loopback: Loopback::ThroughNetwork, ..PhotonPun::default().room() };
    let (mut room, mut player, mut server) = hosting(settings);
    player.send(Instant::now(), Delivery::Reliable, REQUEST);
    assert_eq!(requests(&mut room, Instant::now()), ["ToServer Server: let me in"]);
    receive(&mut room, ME, MessageDirection::ToServer, REQUEST);
    seen(&mut server);
    server.send(Instant::now(), &[Peer(1)], Delivery::Reliable, STATE);
    assert_eq!(requests(&mut room, Instant::now()), ["ToClient Peer(1): I am here"]);
}

#[test]
fn only_an_introduction_to_all_goes_to_all_others_at_once() {
    let (mut room, mut player) = HostedRoom::with_player(PhotonPun::default().room(), ME);
    for other in [2, 3, 4] {
        room.peer_joined(other);
    }
    let links = direct_links(&mut player);
    player.send_direct(Instant::now(), &links, Delivery::Reliable, INTRODUCTION);
    player.send_direct(Instant::now(), &links, Delivery::Unreliable, VOICE);
    player.send_direct(Instant::now(), &links[..2], Delivery::Reliable, INTRODUCTION);
    let sent = requests(&mut room, Instant::now());
    // Reliable packets go first.
    assert_eq!(
        sent,
        ["ToClient AllOthers: I am", "ToClient Peers([2, 3]): I am", "ToClient Peers([2, 3, 4]): hello"]
    );
}

#[test]
fn on_steam_a_player_introduces_itself_every_23_seconds() {
    let (mut room, mut player) = HostedRoom::with_player(SteamInGame::default().room(), ME);
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    assert!(room.set_server(Some(2)).is_none());
    room.peer_joined(2);
    player.connect(start);
    assert_eq!(requests(&mut room, start), [""; 0]);
    let links = direct_links(&mut player);
    player.send_direct(start, &links, Delivery::Reliable, INTRODUCTION);
    assert_eq!(requests(&mut room, start), ["ToClient Peer(2): I am"]);
    room.peer_joined(3);
    assert_eq!(requests(&mut room, at(22)), [""; 0]);
    assert_eq!(requests(&mut room, at(23)), ["ToClient Peer(2): I am", "ToClient Peer(3): I am"]);
    assert_eq!(requests(&mut room, at(45)), [""; 0]);
    assert_eq!(requests(&mut room, at(46)).len(), 2);
    player.disconnect(at(46));
    assert_eq!(requests(&mut room, at(100)), [""; 0], "in no session it has no identity");
}

#[test]
fn the_servers_player_introduces_itself_although_all_else_from_there_is_the_servers() {
    let (mut room, mut player, _) = pun(2);
    receive(&mut room, 2, MessageDirection::ToClient, INTRODUCTION);
    receive(&mut room, 2, MessageDirection::ToClient, VOICE);
    let (mut direct, mut relayed) = (0, 0);
    while let Some(event) = player.poll_event(Instant::now(), &mut Vec::new()) {
        direct +=
            u32::from(matches!(event, ClientLinkEvent::Direct { event: DirectEvent::Packet { .. }, .. }));
        relayed += u32::from(matches!(event, ClientLinkEvent::Packet { .. }));
    }
    assert_eq!((direct, relayed), (1, 1));
}

#[test]
fn another_server_ends_the_session_and_the_player_joins_the_new_one() {
    let (mut room, mut player, _) = pun(2);
    assert!(room.set_server(Some(2)).is_none());
    assert_eq!(player.poll_event(Instant::now(), &mut Vec::new()), None, "the same server is not reported");
    assert!(room.set_server(Some(3)).is_none());
    let reason = DisconnectReason::closed_by_peer(b"the session starts again");
    assert_eq!(
        player.poll_event(Instant::now(), &mut Vec::new()),
        Some(ClientLinkEvent::Disconnected { reason })
    );
    player.connect(Instant::now());
    assert_eq!(requests(&mut room, Instant::now()), [""; 0]);
    assert_eq!(player.poll_event(Instant::now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
}

#[test]
fn a_player_whose_server_has_left_waits_for_the_next_one() {
    let (mut room, mut player, _) = pun(2);
    room.peer_left(2);
    let ended = Some(ClientLinkEvent::Disconnected { reason: DisconnectReason::TimedOut });
    assert_eq!(player.poll_event(Instant::now(), &mut Vec::new()), ended);
    player.connect(Instant::now());
    assert_eq!(requests(&mut room, Instant::now()), [""; 0]);
    while let Some(event) = player.poll_event(Instant::now(), &mut Vec::new()) {
        assert_ne!(event, ClientLinkEvent::Connected);
    }
    assert!(room.set_server(Some(3)).is_none());
    assert_eq!(player.poll_event(Instant::now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
}

#[test]
fn a_server_that_is_replaced_or_stopped_loses_all_peers_and_accepts_none() {
    let (mut room, _player, mut server) = hosting(UnetHlapi::default().room());
    receive(&mut room, 3, MessageDirection::ToServer, REQUEST);
    seen(&mut server);
    assert!(room.set_server(Some(2)).is_none());
    assert_eq!(seen(&mut server), ["1 is gone"]);

    let (mut room, _player, server) = hosting(UnetHlapi::default().room());
    drop(server);
    receive(&mut room, 3, MessageDirection::ToServer, REQUEST);
    assert_eq!(requests(&mut room, Instant::now()), [""; 0]);
}

#[test]
fn a_game_server_without_a_player_serves_all_the_same() {
    let mut room = HostedRoom::without_player(UnetHlapi::default().room(), 0);
    let mut server = room.set_server(Some(0)).expect("it is here");
    room.peer_joined(1);
    receive(&mut room, 1, MessageDirection::ToServer, REQUEST);
    receive(&mut room, 1, MessageDirection::ToClient, VOICE);
    assert_eq!(seen(&mut server), ["1 is a peer of the game", "1 says let me in"]);
    server.send(Instant::now(), &[Peer(1)], Delivery::Reliable, STATE);
    assert_eq!(requests(&mut room, Instant::now()), ["ToClient Peer(1): I am here"]);
    assert_eq!(room.statistics().no_player, 1);
}

#[test]
fn a_room_takes_no_more_peers_than_its_settings_say() {
    let mut settings = UnetHlapi::default().room();
    settings.hosted.peers_max = 2;
    let mut room = HostedRoom::without_player(settings, 0);
    assert_eq!([1, 2, 3, 2].map(|peer| room.peer_joined(peer)), [true, true, false, true]);
    assert_eq!(room.statistics().peers_refused, 1);
    receive(&mut room, 3, MessageDirection::ToServer, REQUEST);
    assert_eq!(room.statistics().unknown_peer, 1);
}

#[test]
fn the_game_is_woken_for_its_player_and_for_a_server_that_begins_later() {
    let wakes = Arc::new(Wakes::default());
    let (mut room, mut player) = HostedRoom::with_player(UnetHlapi::default().room(), ME);
    room.set_waker(&Waker::from(Arc::clone(&wakes)));
    player.connect(Instant::now());
    assert_eq!(wakes.0.load(Ordering::SeqCst), 1);
    let mut server = room.set_server(Some(ME)).expect("it is here");
    room.peer_joined(2);
    receive(&mut room, 2, MessageDirection::ToServer, REQUEST);
    seen(&mut server);
    assert_eq!(wakes.0.load(Ordering::SeqCst), 2);
}

#[test]
fn a_peer_that_left_is_sent_nothing_more_not_even_what_was_begun() {
    let (mut room, _player, mut server) = hosting(UnetHlapi::default().room());
    receive(&mut room, 2, MessageDirection::ToServer, REQUEST);
    receive(&mut room, 4, MessageDirection::ToServer, REQUEST);
    seen(&mut server);
    server.send(Instant::now(), &[Peer(1), Peer(2)], Delivery::Reliable, STATE);
    assert!(
        matches!(room.poll(Instant::now()), Some(RoomRequest::Send(message)) if message.target == MessageTarget::Peer(2))
    );
    room.peer_left(4);
    assert_eq!(requests(&mut room, Instant::now()), [""; 0]);
}

#[test]
fn messages_say_what_they_are_for() {
    let (mut room, mut player, _) = pun(2);
    player.send(Instant::now(), Delivery::Unreliable, VOICE);
    let Some(RoomRequest::Send(message)) = room.poll(Instant::now()) else { panic!("one message") };
    assert_eq!((message.direction, message.target), (MessageDirection::ToServer, MessageTarget::Server));
    assert_eq!((message.delivery, message.packet), (Delivery::Unreliable, VOICE));
    assert!(!message.is_introduction());
}

#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
