//! A game that owns the network stalls for two seconds: afterwards listeners hear current speech, not that of the
//! stall.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance::transport::Delivery;
use consonance::transport::hosted::{ClientRequest, HostedClientHandle, HostedServerHandle, ServerRequest};
use consonance::{FrameTrace, VoiceChat, VoiceChatBuilder};

use crate::hosted_fixture::{GUEST, HostedStage};
use crate::player::{PATIENCE, Player, entered, started_speaking};
use crate::speech::{Speech, recording};

const STALL: Duration = Duration::from_secs(2);
/// How much speech from before the end of the stall may still be heard: no more fits into the network's queue and the
/// jitter buffer.
const FRESH: Duration = Duration::from_millis(950);

#[test]
fn after_a_stall_of_the_game_old_voice_is_not_played() {
    let HostedStage { server, server_handle, client_handle, guest, loopback } = HostedStage::open();
    let game = Game::start(server_handle, client_handle);

    let talking = |chat: VoiceChatBuilder, number| {
        let voice = Speech::endless(&recording(number, 0.5, 2.5));
        chat.listen_to_room("lobby").speak_in_room("lobby").input(voice).trace_frames()
    };
    let mut host = Player::join("Host", talking(VoiceChat::over(Box::new(loopback.client(""))), 2));
    let mut guest = Player::join("Guest", talking(VoiceChat::over(Box::new(guest)), 1));
    host.until(&entered("Guest", "lobby"));
    host.until(&started_speaking("Guest"));
    guest.until(&started_speaking("Host"));

    game.stand_still(true);
    let began = Instant::now();
    thread::sleep(STALL);
    game.stand_still(false);
    let ended = Instant::now();
    thread::sleep(STALL);
    host.forget();
    guest.forget();
    let stale = (began + Duration::from_millis(100))..(ended.checked_sub(FRESH).unwrap());
    assert_only_news(&guest, &host, &stale, ended);
    assert_only_news(&host, &guest, &stale, ended);
    drop((host, guest));
    server.stop();
    game.stop();
}

/// Asserts that the listener played nothing spoken in that time, but did play what was spoken after its end.
fn assert_only_news(speaker: &Player, listener: &Player, stale: &std::ops::Range<Instant>, ended: Instant) {
    let spoken_at = |played: u16| {
        speaker.traces.iter().rev().find_map(|trace| match trace {
            FrameTrace::Sent { sequence, spoken_at, .. } if *sequence == played => Some(*spoken_at),
            _ => None,
        })
    };
    let mut news = 0;
    for trace in &listener.traces {
        let FrameTrace::Played { sequence, how: consonance::audio::DecodedAs::Decoded, .. } = trace else {
            continue;
        };
        let Some(spoken) = spoken_at(*sequence) else { continue };
        assert!(!stale.contains(&spoken), "frame {sequence} is {:?} from before the end", ended - spoken);
        news += usize::from(spoken > ended);
    }
    assert!(news > 20, "{news} frames of what was said afterwards");
}

/// A game whose network keeps running, like any network, while the game's own thread may stall.
struct Game {
    stands_still: Arc<AtomicBool>,
    /// Whether the guest's thread has noticed the stall.
    stood_still: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
    threads: [JoinHandle<()>; 2],
}

/// Packets on their way between the two ends of the game's network.
#[derive(Default)]
struct Wire {
    to_server: VecDeque<Message>,
    to_client: VecDeque<Message>,
}

enum Message {
    Hello,
    Packet(Delivery, Vec<u8>),
    Goodbye,
}

const FRAME: Duration = Duration::from_millis(16);

impl Game {
    fn start(mut server: HostedServerHandle, mut client: HostedClientHandle) -> Self {
        let wire = Arc::new(Mutex::new(Wire::default()));
        let (stands_still, is_over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let server_end = (Arc::clone(&wire), Arc::clone(&is_over));
        let stood_still = Arc::new(AtomicBool::new(false));
        let client_end = (wire, Arc::clone(&is_over), Arc::clone(&stands_still), Arc::clone(&stood_still));
        let server_thread = thread::spawn(move || {
            let (wire, is_over) = server_end;
            while !is_over.load(Ordering::Acquire) {
                pump_server(&mut server, &mut wire.lock().unwrap());
                thread::sleep(FRAME);
            }
        });
        let client_thread = thread::spawn(move || {
            let (wire, is_over, stands_still, stood_still) = client_end;
            while !is_over.load(Ordering::Acquire) {
                let stands = stands_still.load(Ordering::Acquire);
                if !stands {
                    pump_client(&mut client, &mut wire.lock().unwrap());
                }
                stood_still.store(stands, Ordering::Release);
                thread::sleep(FRAME);
            }
        });
        Self { stands_still, stood_still, is_over, threads: [server_thread, client_thread] }
    }

    /// Stalls the guest's game, or lets it continue; the network and the server keep running.
    fn stand_still(&self, stands_still: bool) {
        self.stands_still.store(stands_still, Ordering::Release);
        let deadline = Instant::now() + PATIENCE;
        while self.stood_still.load(Ordering::Acquire) != stands_still {
            assert!(Instant::now() < deadline, "the guest's thread does not notice");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn stop(self) {
        self.is_over.store(true, Ordering::Release);
        for thread in self.threads {
            thread.join().unwrap();
        }
    }
}

fn pump_server(server: &mut HostedServerHandle, wire: &mut Wire) {
    while let Some(message) = wire.to_server.pop_front() {
        match message {
            Message::Hello => drop(server.peer_connected(GUEST, "")),
            Message::Packet(delivery, packet) => drop(server.receive(GUEST, delivery, &packet)),
            Message::Goodbye => server.peer_disconnected(GUEST, ""),
        }
    }
    while let Some(request) = server.poll() {
        wire.to_client.push_back(match request {
            ServerRequest::Accept { .. } => Message::Hello,
            ServerRequest::Send { delivery, packet, .. } => Message::Packet(delivery, packet.to_vec()),
            ServerRequest::Refuse { .. } | ServerRequest::Disconnect { .. } => Message::Goodbye,
        });
    }
}

fn pump_client(client: &mut HostedClientHandle, wire: &mut Wire) {
    while let Some(message) = wire.to_client.pop_front() {
        match message {
            Message::Hello => client.link_up(),
            Message::Packet(delivery, packet) => drop(client.receive(delivery, &packet)),
            Message::Goodbye => client.link_down(""),
        }
    }
    while let Some(request) = client.poll() {
        wire.to_server.push_back(match request {
            ClientRequest::Connect => Message::Hello,
            ClientRequest::Send { delivery, packet } => Message::Packet(delivery, packet.to_vec()),
            ClientRequest::Disconnect => Message::Goodbye,
        });
    }
}
