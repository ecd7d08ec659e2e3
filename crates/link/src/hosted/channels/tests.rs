//! Both ends of the two channels, with a game between them that delivers messages on demand.

use std::time::Instant;

use super::super::{self as hosted, HostedClient, HostedServer, HostedSettings};
use super::server::{FULL, LINKS_ASKED_MAX, TOO_SLOW};
use super::*;
use crate::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

#[test]
fn what_travels_on_the_reliable_channel_is_what_the_table_says() {
    let mut game = Game::new(&settings());
    game.ask();
    assert_eq!(game.said_by_client(), [(Delivery::Reliable, b"\x01\0\0\0\x01main".to_vec())]);
    game.pass_to_server(b"\x01\0\0\0\x01main");
    let peer = game.newcomer("main");
    assert_eq!(game.server.poll_event(now(), &mut Vec::new()), None);
    assert_eq!(game.said_by_server(), [(vec![CLIENT], Delivery::Reliable, b"\x03\0\0\0\x01".to_vec())]);
    game.server.send(now(), &[peer], Delivery::Reliable, b"who is here");
    game.server.send(now(), &[peer], Delivery::Unreliable, b"voice");
    game.server.disconnect(now(), peer, "enough");
    assert_eq!(
        game.said_by_server(),
        [
            (vec![CLIENT], Delivery::Reliable, b"\0who is here".to_vec()),
            (vec![CLIENT], Delivery::Reliable, b"\x04\0\0\0\x01enough".to_vec()),
        ]
    );
    game.pass_to_client(b"\x03\0\0\0\x01");
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
    game.client.send(now(), Delivery::Unreliable, b"voice");
    game.client.send(now(), Delivery::Reliable, b"state");
    game.client.disconnect(now());
    let expected = [b"\0state".to_vec(), b"\x02".to_vec()].map(|message| (Delivery::Reliable, message));
    assert_eq!(game.said_by_client(), expected, "the goodbye makes voice stale");
}

#[test]
fn packets_go_both_ways_and_voice_is_as_long_in_the_game_as_it_is() {
    let (mut game, peer) = Game::with_link();
    game.client.send(now(), Delivery::Unreliable, b"up");
    game.server.send(now(), &[peer], Delivery::Unreliable, b"down");
    assert_eq!(game.said_by_client(), [(Delivery::Unreliable, b"up".to_vec())]);
    assert_eq!(game.said_by_server(), [(vec![CLIENT], Delivery::Unreliable, b"down".to_vec())]);
    for delivery in [Delivery::Reliable, Delivery::Unreliable] {
        game.client.send(now(), delivery, b"up");
        game.server.send(now(), &[peer], delivery, b"down");
        game.run_once();
        let mut bytes = Vec::new();
        assert_eq!(
            game.client.poll_event(now(), &mut bytes),
            Some(ClientLinkEvent::Packet { channel: delivery })
        );
        assert_eq!(bytes, b"down");
        let mut bytes = Vec::new();
        assert_eq!(
            game.server.poll_event(now(), &mut bytes),
            Some(ServerLinkEvent::Packet { peer, channel: delivery })
        );
        assert_eq!(bytes, b"up");
    }
}

#[test]
fn a_link_that_is_asked_for_before_the_game_is_connected_waits_for_that() {
    let mut game = Game::new(&settings());
    game.clients_end.handle_game_disconnected();
    game.client.connect(now());
    assert_eq!(game.said_by_client(), []);
    game.clients_end.handle_game_connected();
    game.run_once();
    game.newcomer("main");
    game.run_once();
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
}

#[test]
fn a_client_that_gives_up_waiting_for_the_game_is_not_heard_of() {
    let mut game = Game::new(&settings());
    game.clients_end.handle_game_disconnected();
    game.client.connect(now());
    assert_eq!(game.said_by_client(), []);
    game.client.disconnect(now());
    assert_eq!(game.said_by_client(), []);
    game.clients_end.handle_game_connected();
    assert_eq!(game.said_by_client(), []);
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), ended(DisconnectReason::ClosedByUs));
}

#[test]
fn a_game_that_loses_its_connection_loses_the_link_at_both_ends_and_another_can_be_made() {
    let (mut game, peer) = Game::with_link();
    game.clients_end.handle_game_disconnected();
    game.servers_end.handle_game_disconnected(CLIENT);
    let reason = DisconnectReason::TimedOut;
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), ended(reason.clone()));
    assert_eq!(
        game.server.poll_event(now(), &mut Vec::new()),
        Some(ServerLinkEvent::Disconnected { peer, reason })
    );
    assert_eq!(game.servers_end.clients().count(), 0);
    game.clients_end.handle_game_connected();
    game.ask();
    game.run_once();
    assert!(game.newcomer("main") > peer);
}

#[test]
fn a_client_that_was_refused_reads_why() {
    let mut game = Game::new(&settings());
    game.ask();
    game.run_once();
    let peer = game.newcomer("main");
    game.server.disconnect(now(), peer, "no such session");
    game.run_once();
    assert_eq!(
        game.client.poll_event(now(), &mut Vec::new()),
        ended(DisconnectReason::refused(b"no such session"))
    );
}

#[test]
fn a_server_that_takes_no_more_clients_says_so() {
    let mut game = Game::new(&HostedSettings { peers_max: 0, ..settings() });
    game.ask();
    game.run_once();
    assert_eq!(
        game.client.poll_event(now(), &mut Vec::new()),
        ended(DisconnectReason::refused(FULL.as_bytes()))
    );
}

#[test]
fn an_answer_about_an_earlier_link_says_nothing_about_the_present_one() {
    let (mut game, _) = Game::with_link();
    game.client.disconnect(now());
    game.ask();
    assert_eq!(game.said_by_client().len(), 2);
    for old in [&b"\x03\0\0\0\x01"[..], b"\x04\0\0\0\x01enough", b"\x05", b"\0packet of the old link"] {
        game.pass_to_client(old);
    }
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), ended(DisconnectReason::ClosedByUs));
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), None, "the second link is still asked for");
    game.pass_to_client(b"\x03\0\0\0\x02");
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
}

#[test]
fn a_client_of_a_server_that_was_started_again_learns_it_once_and_may_come_back() {
    let (mut game, _) = Game::with_link();
    let (server, handle) = hosted::server(&settings());
    (game.server, game.servers_end) = (server, ServerChannels::new(handle));
    for _ in 0..3 {
        game.client.send(now(), Delivery::Reliable, b"still here?");
    }
    for (_, message) in game.said_by_client() {
        game.pass_to_server(&message);
    }
    assert_eq!(game.said_by_server(), [(vec![CLIENT], Delivery::Reliable, b"\x05".to_vec())]);
    game.pass_to_client(b"\x05");
    assert_eq!(game.client.poll_event(now(), &mut Vec::new()), ended(DisconnectReason::TimedOut));
    game.ask();
    game.run_once();
    game.newcomer("main");
}

#[test]
fn a_message_that_cannot_be_delivered_ends_the_link_and_the_other_side_learns_it() {
    let (mut game, peer) = Game::with_link();
    game.servers_end.handle_send_failed(CLIENT);
    assert!(matches!(
        game.server.poll_event(now(), &mut Vec::new()),
        Some(ServerLinkEvent::Disconnected { reason: DisconnectReason::Overloaded { .. }, .. })
    ));
    game.run_once();
    assert_eq!(
        game.client.poll_event(now(), &mut Vec::new()),
        ended(DisconnectReason::closed_by_peer(TOO_SLOW.as_bytes()))
    );

    game.ask();
    game.run_once();
    let again = game.newcomer("main");
    assert!(again > peer);
    game.run_once();
    game.clients_end.handle_send_failed();
    game.run_once();
    let reason = DisconnectReason::closed_by_peer(b"");
    assert_eq!(
        game.server.poll_event(now(), &mut Vec::new()),
        Some(ServerLinkEvent::Disconnected { peer: again, reason })
    );
}

#[test]
fn a_client_that_cannot_keep_what_it_is_sent_is_too_slow_for_the_server() {
    let (mut game, peer) = Game::with_link();
    for _ in 0..=settings().incoming.reliable_packets {
        game.pass_to_client(b"\0a packet");
    }
    assert_eq!(game.said_by_client(), [(Delivery::Reliable, b"\x06".to_vec())]);
    game.pass_to_server(b"\x06");
    let Some(ServerLinkEvent::Disconnected { peer: gone, reason }) =
        game.server.poll_event(now(), &mut Vec::new())
    else {
        panic!("the server hears of the end");
    };
    assert!(gone == peer && matches!(reason, DisconnectReason::Overloaded { .. }));
    assert_eq!(game.server.statistics().connections.too_slow, 1);
}

#[test]
fn a_message_that_ends_a_link_says_so_and_no_other_does() {
    let (mut game, peer) = Game::with_link();
    game.client.send(now(), Delivery::Reliable, b"last words");
    game.client.disconnect(now());
    let (packet, goodbye) =
        (game.clients_end.poll_transmit().map(|t| t.is_last), game.clients_end.poll_transmit());
    assert_eq!((packet, goodbye.map(|t| t.is_last)), (Some(false), Some(true)));
    game.server.send(now(), &[peer], Delivery::Reliable, b"last words");
    game.server.disconnect(now(), peer, &"x".repeat(1000));
    assert_eq!(game.servers_end.poll_transmit().map(|t| t.is_last), Some(false));
    let last = game.servers_end.poll_transmit().map(|t| (t.is_last, t.message.len()));
    assert_eq!(last, Some((true, LAST_MESSAGE_BYTES_MAX)));
}

#[test]
fn a_session_that_moves_ends_the_link_at_both_ends() {
    let (mut game, peer) = Game::with_link();
    game.servers_end.session_reset();
    assert!(
        matches!(game.server.poll_event(now(), &mut Vec::new()), Some(ServerLinkEvent::Disconnected { peer: gone, .. }) if gone == peer)
    );
    game.clients_end.session_reset();
    let Some(ClientLinkEvent::Disconnected { reason }) = game.client.poll_event(now(), &mut Vec::new())
    else {
        panic!("the client hears of the end");
    };
    assert!(reason.is_worth_retrying());
}

#[test]
fn malformed_messages_are_counted_and_change_nothing() {
    let (mut game, _) = Game::with_link();
    let too_long = [&b"\x01\0\0\0\x02"[..], &[b'x'; SESSION_BYTES_MAX + 1]].concat();
    let to_server: [&[u8]; 7] =
        [b"", b"\x03\0\0\0\x01", b"\x01\0\0\0", b"\x01\0\0\0\x02\xff", b"\x02?", b"\xff", &too_long];
    for message in to_server {
        game.pass_to_server(message);
    }
    let to_client: [&[u8]; 6] =
        [b"", b"\x01\0\0\0\x01", b"\x03\0\0\0", b"\x03\0\0\0\x01?", b"\x04\0", b"\x05?"];
    for message in to_client {
        game.pass_to_client(message);
    }
    assert_eq!(game.server.statistics().links.dropped.malformed, 7);
    assert_eq!(game.client.statistics().dropped.malformed, 6);
    assert_eq!(
        (game.server.poll_event(now(), &mut Vec::new()), game.client.poll_event(now(), &mut Vec::new())),
        (None, None)
    );
}

#[test]
fn a_client_that_asks_again_and_again_is_heard_a_few_times_each_turn() {
    let mut game = Game::new(&settings());
    for _ in 0..1000 {
        game.pass_to_server(b"\x01\0\0\0\x01main");
    }
    let mut reported = 0;
    while game.server.poll_event(now(), &mut Vec::new()).is_some() {
        reported += 1;
    }
    assert!(reported <= 2 * usize::from(LINKS_ASKED_MAX), "{reported} events");
    game.run_once();
    game.pass_to_server(b"\x01\0\0\0\x02main");
    assert!(game.server.poll_event(now(), &mut Vec::new()).is_some());
}

#[test]
fn any_bytes_are_harmless_to_both_ends() {
    proptest::proptest!(|(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000))| {
        fuzz::hosted_channels(&bytes);
    });
}

/// Both ends, and a game between them that delivers a message on demand.
struct Game {
    client: HostedClient,
    clients_end: ClientChannels,
    server: HostedServer,
    servers_end: ServerChannels,
}

impl Game {
    fn new(settings: &HostedSettings) -> Self {
        let (client, handle) = hosted::client(settings);
        let mut clients_end = ClientChannels::new(handle, "main");
        clients_end.handle_game_connected();
        let (server, handle) = hosted::server(settings);
        Self { client, clients_end, server, servers_end: ServerChannels::new(handle) }
    }

    fn with_link() -> (Self, Peer) {
        let mut game = Self::new(&settings());
        game.ask();
        game.run_once();
        let peer = game.newcomer("main");
        game.run_once();
        assert_eq!(game.client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
        (game, peer)
    }

    /// The client's transport requests a link.
    fn ask(&mut self) {
        while self.client.poll_event(now(), &mut Vec::new()).is_some() {}
        self.client.connect(now());
    }

    /// The server's transport reports a newcomer and admits it.
    fn newcomer(&mut self, name: &str) -> Peer {
        loop {
            match self.server.poll_event(now(), &mut Vec::new()) {
                Some(ServerLinkEvent::Connected { peer, session, .. }) => {
                    assert_eq!(session, name);
                    return peer;
                }
                Some(_) => {}
                None => panic!("the server reports a newcomer"),
            }
        }
    }

    /// Delivers everything that either end has to send.
    fn run_once(&mut self) {
        for (delivery, message) in self.said_by_client() {
            self.servers_end.handle_message(CLIENT, delivery, &message);
        }
        // Any next call accepts a reported peer.
        self.server.send(now(), &[], Delivery::Unreliable, b"");
        for (clients, delivery, message) in self.said_by_server() {
            assert_eq!(clients, [CLIENT]);
            self.clients_end.handle_message(delivery, &message);
        }
    }

    fn pass_to_server(&mut self, message: &[u8]) {
        self.servers_end.handle_message(CLIENT, Delivery::Reliable, message);
    }

    fn pass_to_client(&mut self, message: &[u8]) {
        self.clients_end.handle_message(Delivery::Reliable, message);
    }

    fn said_by_client(&mut self) -> Vec<(Delivery, Vec<u8>)> {
        let mut said = Vec::new();
        while let Some(transmit) = self.clients_end.poll_transmit() {
            said.push((transmit.delivery, transmit.message.to_vec()));
        }
        said
    }

    fn said_by_server(&mut self) -> Vec<(Vec<u64>, Delivery, Vec<u8>)> {
        let mut said = Vec::new();
        while let Some(transmit) = self.servers_end.poll_transmit() {
            said.push((transmit.clients.to_vec(), transmit.delivery, transmit.message.to_vec()));
        }
        said
    }
}

fn settings() -> HostedSettings {
    HostedSettings::new(packet_limits(PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 }))
}

#[expect(clippy::unnecessary_wraps, reason = "it stands for what a poll says")]
fn ended(reason: DisconnectReason) -> Option<ClientLinkEvent> {
    Some(ClientLinkEvent::Disconnected { reason })
}

fn now() -> Instant {
    Instant::now()
}

const CLIENT: u64 = 7;
