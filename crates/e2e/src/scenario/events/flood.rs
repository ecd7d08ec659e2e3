//! A flood: garbage from unknown addresses on every port, and a player that sends far more than allowed.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_session::{ChannelProperties, Client, ClientSettings, Target};
use consonance_testing::networks;
use consonance_testing::player::TestPlayer;
use consonance_testing::stage::{Failure, SOON, until};

use crate::scenario::cast::Way;
use crate::scenario::fixture::Fixture;
use crate::scenario::report::{Check, Checks, Report};

/// Dropping it ends it.
pub(crate) struct Flood {
    is_over: Arc<AtomicBool>,
    /// Datagrams and connections with garbage so far.
    garbage: Arc<AtomicU64>,
    /// Frames that the flooding player has sent so far.
    frames: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
    /// The metrics before it.
    before: BTreeMap<String, f64>,
}

impl Fixture {
    pub(super) fn flood_begins(&mut self) -> Checks {
        let before = self.house.metrics()?;
        let mut flood = Flood {
            is_over: Arc::default(),
            garbage: Arc::default(),
            frames: Arc::default(),
            threads: Vec::new(),
            before,
        };
        let doors = self.house.doors();
        let flooder = self.house.at(Way::Listed("websocket").listener());
        let (is_over, garbage) = (Arc::clone(&flood.is_over), Arc::clone(&flood.garbage));
        let garbage_thread = thread::spawn(move || throw_garbage(&doors, &is_over, &garbage));
        let (is_over, frames) = (Arc::clone(&flood.is_over), Arc::clone(&flood.frames));
        let player = thread::spawn(move || send_too_much(flooder, &is_over, &frames));
        flood.threads = vec![garbage_thread, player];
        let flood = self.flood.insert(flood);
        let is_on = || {
            let many =
                flood.garbage.load(Ordering::Relaxed) > 1_000 && flood.frames.load(Ordering::Relaxed) > 1_000;
            Ok(many.then_some(()))
        };
        until("the flood is on", SOON, is_on)?;
        Ok(vec![Check::seen(
            "garbage comes to every port, and a player sends fifty times what a player needs",
        )])
    }

    pub(super) fn flood_ends(&mut self, report: &mut Report) -> Checks {
        let flood = self.flood.take().ok_or_else(|| Failure::NotSo("there is no flood".to_owned()))?;
        let after = self.house.metrics()?;
        let before = |name: &str| flood.before.get(name).copied().unwrap_or_default();
        let is_drop = |name: &str| ["dropped", "refused"].iter().any(|word| name.contains(word));
        let grown = after.iter().map(|(name, value)| (name.clone(), value - before(name)));
        report.flood = grown.filter(|(name, by)| is_drop(name) && *by > 0.0).collect();
        let sum = |beginning: &str| {
            let some = report.flood.iter().filter(|(name, _)| name.starts_with(beginning));
            some.map(|(_, by)| by).sum::<f64>()
        };
        let (players, dropped) =
            (sum("consonance_packets_dropped_total"), sum("consonance_network_packets_dropped_total"));
        let (garbage, frames) = (flood.garbage.load(Ordering::Relaxed), flood.frames.load(Ordering::Relaxed));
        let checks = vec![
            Check::new(
                format!("of {frames} frames of the flooding player, the server dropped {players}"),
                players > 100.0,
            ),
            Check::new(
                format!("of {garbage} pieces of garbage, the networks counted {dropped} as dropped"),
                dropped > 0.0,
            ),
        ];
        drop(flood);
        self.all_players_know_each_other()?;
        Ok(checks)
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A thread that panicked has already reported it.
            let _ = thread.join();
        }
    }
}

/// Sends garbage datagrams to every port, and now and then garbage over a TCP connection.
fn throw_garbage(doors: &[SocketAddr], is_over: &AtomicBool, thrown: &AtomicU64) {
    let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) else { return };
    let mut state = 1_u32;
    let mut garbage = vec![0; 600];
    while !is_over.load(Ordering::Relaxed) {
        for door in doors {
            for byte in &mut garbage {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8;
            }
            let length = 1 + (state >> 8) as usize % garbage.len();
            // It does not matter if garbage is refused.
            let _ = socket.send_to(&garbage[..length], door);
            if state.is_multiple_of(64) {
                let sender = TcpStream::connect_timeout(door, BREAK);
                let _ = sender.and_then(|mut sender| sender.write_all(&garbage));
            }
            thrown.fetch_add(1, Ordering::Relaxed);
        }
        thread::sleep(BREAK);
    }
}

/// A player that joins like all others, and then sends frames without a pause to a room where a friend listens.
fn send_too_much(server: SocketAddr, is_over: &AtomicBool, sent: &AtomicU64) {
    let began = Instant::now();
    let [mut flooder, mut friend] =
        ["Flooder", "Friend of Flooder"].map(|name| Client::new(ClientSettings::new(name)));
    let room = Target::Room(BACK_ROOM.into());
    if flooder.open_channel(room, ChannelProperties::default()).is_err()
        || friend.join_room(BACK_ROOM).is_err()
    {
        return;
    }
    let mut players =
        [flooder, friend].map(|client| TestPlayer::new(client, networks::player("websocket", server), began));
    let turn = |players: &mut [TestPlayer<_>]| {
        let now = Instant::now();
        for player in players {
            player.wake(now);
            player.run_once(now, |_event| {});
        }
        thread::sleep(BREAK);
    };
    while !is_over.load(Ordering::Relaxed) {
        for _ in 0..FRAMES_AT_ONCE {
            if players[0].client.send_voice(&[0x78; 60]).is_ok() {
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }
        turn(&mut players);
    }
    let now = began.elapsed().as_micros() as u64;
    for player in &mut players {
        player.client.stop(consonance_session::Instant::from_micros(now));
    }
    // The first turn sends their goodbyes.
    (0..5).for_each(|_| turn(&mut players));
}

const BACK_ROOM: &str = "back room";
const BREAK: Duration = Duration::from_millis(4);
/// Frames sent every 4 ms: fifty times the rate of a speaker.
const FRAMES_AT_ONCE: usize = 10;
