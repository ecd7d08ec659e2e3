//! The same façade over a network owned by the game: the game's thread pumps packets once per frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use consonance::transport::hosted::{ClientRequest, HostedClientHandle, HostedServerHandle, ServerRequest};
use consonance::transport::{DisconnectReason, EndCode};
use consonance::{End, VoiceChat};

use crate::hosted_fixture::{GUEST, HostedStage};
use crate::player::{Player, entered, left};
use crate::speech::{Speech, recording};

#[test]
fn a_playing_host_and_a_guest_talk_over_the_games_own_network() {
    let HostedStage { server, server_handle, client_handle, guest, loopback } = HostedStage::open();
    let game = Game::start(server_handle, client_handle);

    let chat = |chat: consonance::VoiceChatBuilder| chat.listen_to_room("lobby").speak_in_room("lobby");
    let mut host = Player::join("Host", chat(VoiceChat::over(Box::new(loopback.client("")))));
    let mut guest = Player::join("Guest", chat(VoiceChat::over(Box::new(guest))));
    host.until(&entered("Guest", "lobby"));
    guest.until(&entered("Host", "lobby"));

    let (from_host, from_guest) = (recording(2, 0.2, 1.7), recording(1, 0.2, 1.7));
    host.voice.microphone().set_input(Speech::once(&from_host));
    guest.assert_hears("Host", &from_host);
    guest.voice.microphone().set_input(Speech::once(&from_guest));
    host.assert_hears("Guest", &from_guest);

    guest.voice.leave().unwrap();
    host.until(&left("Guest"));
    host.voice.leave().unwrap();
    server.stop();
    game.stop();
}

#[test]
fn a_guest_learns_the_code_of_its_refusal_although_the_games_network_carries_none() {
    let HostedStage { server, server_handle, client_handle, guest, loopback } = HostedStage::open();
    let game = Game::start(server_handle, client_handle);
    let host = Player::join("Alice", VoiceChat::over(Box::new(loopback.client(""))));
    let mut guest = Player::start("alice", VoiceChat::over(Box::new(guest)));
    let reason = EndCode::NameInUse.into();
    assert_eq!(guest.until_ended(), End::NoConnection(DisconnectReason::ClosedByPeer { reason }));
    host.voice.leave().unwrap();
    server.stop();
    game.stop();
}

/// A game with one guest, whose network delivers everything within a frame.
struct Game {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Game {
    fn start(mut server: HostedServerHandle, mut client: HostedClientHandle) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            while !ends.load(Ordering::Acquire) {
                pump(&mut server, &mut client);
                thread::sleep(FRAME);
            }
        });
        Self { is_over, thread }
    }

    fn stop(self) {
        self.is_over.store(true, Ordering::Release);
        self.thread.join().unwrap();
    }
}

fn pump(server: &mut HostedServerHandle, client: &mut HostedClientHandle) {
    while let Some(request) = client.poll() {
        match request {
            ClientRequest::Connect => {
                server.peer_connected(GUEST, "");
                client.link_up();
            }
            ClientRequest::Send { delivery, packet } => drop(server.receive(GUEST, delivery, packet)),
            ClientRequest::Disconnect => server.peer_disconnected(GUEST, ""),
        }
    }
    while let Some(request) = server.poll() {
        match request {
            ServerRequest::Accept { .. } => {}
            ServerRequest::Send { peers, delivery, packet } => {
                assert_eq!(peers, [GUEST], "the host's own player needs no network");
                client.receive(delivery, packet);
            }
            ServerRequest::Refuse { reason, .. } | ServerRequest::Disconnect { reason, .. } => {
                client.link_down(reason);
            }
        }
    }
}

const FRAME: Duration = Duration::from_millis(16);
