//! What one message from another peer of a game's room costs, at worst, whoever has the server, with a thousand peers:
//! Mirror's, Netcode's, Photon's, Steam lobbies' and all others' come through a room.
//!
//! Directions are taken from a match without a wildcard; the first three bytes of a packet decide about all others.

use std::time::Instant;

use consonance_game_networks::hosted::{HostedRoom, MessageDirection, RoomSettings};
use consonance_link::hosted::{HostedClient, HostedServer};
use consonance_link::{ClientNetwork as _, Delivery, PacketLimits, ServerNetwork as _};
use consonance_testing::cost::{Cost, alone, measured};

const PEERS: u64 = 1000;
const ME: u64 = PEERS;
const LIMITS: PacketLimits = PacketLimits { reliable_bytes: 16 * 1024, unreliable_bytes: 1200 };

struct Scene {
    room: HostedRoom,
    player: HostedClient,
    server: Option<HostedServer>,
    now: Instant,
}

impl Scene {
    /// A room whose server is at this peer, with all of which this process talks already.
    fn new(server: u64) -> Self {
        let mut settings = RoomSettings::new(LIMITS);
        settings.has_direct_messages = true;
        settings.hosted.peers_max = 2000;
        let (room, player) = HostedRoom::with_player(settings, ME);
        let mut scene = Self { room, player, server: None, now: Instant::now() };
        for peer in 0..PEERS {
            assert!(scene.room.peer_joined(peer));
        }
        scene.server = scene.room.set_server(Some(server));
        for peer in 0..PEERS {
            scene.give(peer, MessageDirection::ToServer, Delivery::Reliable, &[0x8b, 0xc7, 4]);
            scene.give(peer, MessageDirection::ToClient, Delivery::Reliable, &[0x8b, 0xc7, 11]);
        }
        scene
    }

    fn give(&mut self, from: u64, direction: MessageDirection, delivery: Delivery, packet: &[u8]) -> usize {
        self.room.receive(self.now, from, direction, delivery, packet);
        self.settle()
    }

    /// Takes all that follows.
    fn settle(&mut self) -> usize {
        let mut steps = 1;
        while self.room.poll(self.now).is_some() {
            steps += 1;
        }
        if let Some(server) = &mut self.server {
            while server.poll_event(self.now, &mut Vec::new()).is_some() {
                steps += 1;
            }
            server.flush(self.now);
        }
        while self.player.poll_event(self.now, &mut Vec::new()).is_some() {
            steps += 1;
        }
        steps
    }

    fn cost(&mut self, act: impl FnOnce(&mut HostedRoom)) -> Cost {
        measured(|| {
            act(&mut self.room);
            self.settle()
        })
    }
}

fn next(direction: Option<MessageDirection>) -> Option<MessageDirection> {
    match direction {
        None => Some(MessageDirection::ToServer),
        Some(MessageDirection::ToServer) => Some(MessageDirection::ToClient),
        Some(MessageDirection::ToClient) => None,
    }
}

#[test]
fn no_message_in_a_room_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        for server in [ME, 7] {
            let mut scene = Scene::new(server);
            let mut direction = None;
            while let Some(way) = next(direction) {
                for kind in 0..=u8::MAX {
                    for (delivery, bytes) in [(Delivery::Reliable, 16 * 1024), (Delivery::Unreliable, 1200)] {
                        let mut packet = vec![7; bytes];
                        packet[..3].copy_from_slice(&[0x8b, 0xc7, kind]);
                        for (from, packet) in
                            [(7, &*packet), (PEERS + 9, &packet), (8, &packet[..3]), (8, &[])]
                        {
                            let now = scene.now;
                            let cost = scene.cost(|room| room.receive(now, from, way, delivery, packet));
                            cost.assert_is_bounded(&format!("{way:?}, kind {kind}, from {from}"));
                        }
                    }
                }
                direction = Some(way);
            }
        }
    });
}

#[test]
fn no_other_event_of_a_room_costs_more() {
    alone(|| {
        for server in [ME, 7] {
            let mut scene = Scene::new(server);
            scene.cost(|room| assert!(room.peer_joined(PEERS + 1))).assert_is_bounded("a newcomer");
            scene.cost(|room| room.send_failed(7)).assert_is_bounded("a message that could not be sent");
            scene.cost(|room| room.peer_left(7)).assert_is_bounded("a peer leaves");
            scene.cost(|room| drop(room.set_server(Some(9)))).assert_is_bounded("another server");
        }
    });
}
