//! A game's own network, as simple as one can be: players with numbers, and a thread that is the game's loop.
//!
//! Everything arrives at once and in order; a packet that the receiver cannot take is a failed send. Players reach each
//! other directly once the game has introduced them.

use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use consonance_link::Delivery;
use consonance_link::hosted::{
    ClientRequest, DirectRequest, HostedClientHandle, HostedServerHandle, Received, ServerRequest,
};

/// The longest time that the game sleeps between two frames.
const FRAME: Duration = Duration::from_millis(5);

pub(crate) struct GameNetwork {
    players: Arc<Mutex<Players>>,
    game: JoinHandle<()>,
}

#[derive(Default)]
struct Players {
    server: Option<HostedServerHandle>,
    clients: Vec<Player>,
    is_over: bool,
}

struct Player {
    handle: HostedClientHandle,
    session: String,
}

impl GameNetwork {
    pub(crate) fn start() -> Self {
        let players: Arc<Mutex<Players>> = Arc::default();
        let pumped = Arc::clone(&players);
        let game = thread::spawn(move || {
            while pumped.lock().expect("no test panics while it changes the players").pump() {
                thread::park_timeout(FRAME);
            }
        });
        Self { players, game }
    }

    pub(crate) fn add_server(&mut self, mut handle: HostedServerHandle) {
        handle.set_waker(self.waker());
        self.change(|players| players.server = Some(handle));
    }

    /// Adds a client; returns its player's number.
    pub(crate) fn add_client(&mut self, mut handle: HostedClientHandle, session: &str) -> u64 {
        handle.set_waker(self.waker());
        self.change(|Players { clients, .. }| {
            clients.push(Player { handle, session: session.to_owned() });
            clients.len() as u64 - 1
        })
    }

    /// Lets two players reach each other directly from now on.
    pub(crate) fn introduce(&mut self, one: u64, other: u64) {
        self.change(|players| {
            for (player, to) in [(one, other), (other, one)] {
                assert!(players.clients[player as usize].handle.direct_connected(to));
            }
        });
    }

    /// Loses every direct link of a player.
    pub(crate) fn lose_directly(&mut self, player: u64) {
        self.change(|Players { clients, .. }| {
            for number in 0..clients.len() as u64 {
                clients[player as usize].handle.direct_lost(number);
                clients[number as usize].handle.direct_lost(player);
            }
        });
    }

    /// Loses every link.
    pub(crate) fn cut_all(&mut self) {
        self.change(|Players { server, clients, .. }| {
            for (number, player) in (0..).zip(clients) {
                player.handle.link_lost();
                if let Some(server) = server {
                    server.peer_lost(number);
                }
            }
        });
    }

    fn change<R>(&self, change: impl FnOnce(&mut Players) -> R) -> R {
        change(&mut self.players.lock().expect("the game does not panic"))
    }

    fn waker(&self) -> Waker {
        Waker::from(Arc::new(Game(self.game.thread().clone())))
    }
}

impl Drop for GameNetwork {
    fn drop(&mut self) {
        if let Ok(mut players) = self.players.lock() {
            players.is_over = true;
        }
    }
}

impl Players {
    /// Runs one frame of the game; false after the last.
    fn pump(&mut self) -> bool {
        if let Some(server) = &mut self.server {
            for (number, player) in (0..).zip(&mut self.clients) {
                pump_client(number, player, server);
            }
            for number in 0..self.clients.len() as u64 {
                pump_direct(number, &mut self.clients);
            }
            pump_server(server, &mut self.clients);
        }
        !self.is_over
    }
}

fn pump_client(number: u64, player: &mut Player, server: &mut HostedServerHandle) {
    while let Some(request) = player.handle.poll() {
        match request {
            ClientRequest::Connect => {
                if !server.peer_connected(number, &player.session) {
                    player.handle.link_down("the server is full");
                }
            }
            ClientRequest::Send { delivery, packet } => {
                if server.receive(number, delivery, packet) == Received::Overflowed {
                    player.handle.send_failed();
                }
            }
            ClientRequest::Disconnect => server.peer_disconnected(number, ""),
        }
    }
}

/// A message from one player to others.
enum Direct {
    Packet(Vec<u64>, Delivery, Vec<u8>),
    Goodbye(u64),
}

fn pump_direct(number: u64, clients: &mut [Player]) {
    let mut direct = Vec::new();
    while let Some(request) = clients[number as usize].handle.poll_direct() {
        direct.push(match request {
            DirectRequest::Send { peers, delivery, packet } => {
                Direct::Packet(peers.to_vec(), delivery, packet.to_vec())
            }
            DirectRequest::Disconnect { peer } => Direct::Goodbye(peer),
        });
    }
    for direct in direct {
        pass_on(number, direct, clients);
    }
}

fn pass_on(from: u64, direct: Direct, clients: &mut [Player]) {
    match direct {
        Direct::Packet(peers, delivery, packet) => {
            for peer in peers {
                let receiver = &mut clients[peer as usize].handle;
                if receiver.receive_direct(from, delivery, &packet) == Received::Overflowed {
                    clients[from as usize].handle.direct_send_failed(peer);
                }
            }
        }
        Direct::Goodbye(peer) => clients[peer as usize].handle.direct_disconnected(from, ""),
    }
}

fn pump_server(server: &mut HostedServerHandle, clients: &mut [Player]) {
    let mut failed = Vec::new();
    while let Some(request) = server.poll() {
        match request {
            ServerRequest::Accept { peer } => clients[peer as usize].handle.link_up(),
            ServerRequest::Send { peers, delivery, packet } => {
                for &peer in peers {
                    if clients[peer as usize].handle.receive(delivery, packet) == Received::Overflowed {
                        failed.push(peer);
                    }
                }
            }
            ServerRequest::Refuse { peer, reason } | ServerRequest::Disconnect { peer, reason } => {
                clients[peer as usize].handle.link_down(reason);
            }
        }
        for peer in failed.drain(..) {
            server.send_failed(peer);
        }
    }
}

struct Game(thread::Thread);

impl Wake for Game {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
