//! Direct links over a network owned by the game: the game introduces its guests and delivers the packets between them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use consonance::VoiceChat;
use consonance::transport::hosted::{
    self, ClientRequest, DirectRequest, HostedClientHandle, HostedServerHandle, HostedSettings, ServerRequest,
};
use consonance::transport::{Delivery, PacketLimits};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

use crate::player::{Player, entered, left, linked};
use crate::speech::{Speech, recording};

#[test]
fn guests_introduced_by_the_game_talk_directly_until_one_of_them_leaves() {
    let settings = HostedSettings::new(PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 });
    let (listener, server_handle) = hosted::server(&settings);
    let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    session_loop.add_network(Box::new(listener));
    let server = DedicatedServer::start(session_loop);
    let [(to_alice, alice_handle), (to_bob, bob_handle)] = [(); 2].map(|()| hosted::client(&settings));
    let game = Game {
        server: server_handle,
        guests: BTreeMap::from([(ALICE, alice_handle), (BOB, bob_handle)]),
        mail: Vec::new(),
    };
    let is_over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&is_over);
    let game = thread::spawn(move || game.run(&ends));

    let mut alice = Player::join("Alice", VoiceChat::over(Box::new(to_alice)).speak_in_room("lobby"));
    let mut bob = Player::join("Bob", VoiceChat::over(Box::new(to_bob)).listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.until(&linked("Bob"));
    let spoken = recording(2, 0.2, 1.7);
    alice.voice.microphone().set_input(Speech::once(&spoken));
    bob.assert_hears("Alice", &spoken);
    bob.until(&linked("Alice"));
    bob.until_counted("the 75 frames of 20 ms came directly", |now| {
        now.direct_links
            .iter()
            .any(|link| link.player.as_deref() == Some("Alice") && link.received.packets > 75)
    });

    bob.voice.leave().unwrap();
    alice.until(&left("Bob"));
    alice.until_counted("the direct link is gone", |now| now.direct_links.is_empty());
    is_over.store(true, Ordering::Release);
    game.join().unwrap();
    server.stop();
}

/// A game with two guests, whose network delivers everything at the next frame.
struct Game {
    server: HostedServerHandle,
    /// The guests, by the game's own numbers.
    guests: BTreeMap<u64, HostedClientHandle>,
    mail: Vec<Mail>,
}

/// Packets in transit from one guest to another.
struct Mail {
    from: u64,
    to: u64,
    content: Content,
}

enum Content {
    Packet(Delivery, Vec<u8>),
    Goodbye,
}

impl Game {
    fn run(mut self, is_over: &AtomicBool) {
        self.introduce(ALICE, BOB);
        while !is_over.load(Ordering::Acquire) {
            self.carry_to_server();
            self.carry_from_server();
            self.carry_directly();
            thread::sleep(FRAME);
        }
    }

    fn introduce(&mut self, one: u64, other: u64) {
        for (guest, peer) in [(one, other), (other, one)] {
            self.guests.get_mut(&guest).unwrap().direct_connected(peer);
        }
    }

    /// Once per frame, passes received packets to the handles and takes the packets to send.
    fn carry_directly(&mut self) {
        for Mail { from, to, content } in self.mail.drain(..) {
            let Some(guest) = self.guests.get_mut(&to) else { continue };
            match content {
                Content::Packet(delivery, packet) => drop(guest.receive_direct(from, delivery, &packet)),
                Content::Goodbye => guest.direct_disconnected(from, ""),
            }
        }
        for (&from, guest) in &mut self.guests {
            while let Some(request) = guest.poll_direct() {
                match request {
                    DirectRequest::Send { peers, delivery, packet } => {
                        let packet = || Content::Packet(delivery, packet.to_vec());
                        self.mail.extend(peers.iter().map(|&to| Mail { from, to, content: packet() }));
                    }
                    DirectRequest::Disconnect { peer } => {
                        self.mail.push(Mail { from, to: peer, content: Content::Goodbye });
                    }
                }
            }
        }
    }

    fn carry_to_server(&mut self) {
        for (&number, guest) in &mut self.guests {
            while let Some(request) = guest.poll() {
                match request {
                    ClientRequest::Connect => {
                        self.server.peer_connected(number, "");
                        guest.link_up();
                    }
                    ClientRequest::Send { delivery, packet } => {
                        self.server.receive(number, delivery, packet);
                    }
                    ClientRequest::Disconnect => self.server.peer_disconnected(number, ""),
                }
            }
        }
    }

    fn carry_from_server(&mut self) {
        while let Some(request) = self.server.poll() {
            match request {
                ServerRequest::Accept { .. } => {}
                ServerRequest::Send { peers, delivery, packet } => {
                    for peer in peers {
                        self.guests.get_mut(peer).unwrap().receive(delivery, packet);
                    }
                }
                ServerRequest::Refuse { peer, reason } | ServerRequest::Disconnect { peer, reason } => {
                    self.guests.get_mut(&peer).unwrap().link_down(reason);
                }
            }
        }
    }
}

/// The game's own numbers for its guests.
const ALICE: u64 = 7;
const BOB: u64 = 8;
const FRAME: Duration = Duration::from_millis(5);
