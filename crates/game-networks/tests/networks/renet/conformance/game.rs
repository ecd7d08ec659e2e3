//! A game with a server and clients of renet, with its loop on a thread. Packets arrive immediately.

use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_game_networks::renet::{RenetSettings, RenetVoiceClient, RenetVoiceServer};
use consonance_link::hosted::{HostedClient, HostedServer};
use renet::{ClientId, ConnectionConfig, RenetClient, RenetServer};

/// The maximum duration of a frame.
const FRAME: Duration = Duration::from_millis(5);

pub(crate) struct Game {
    world: Arc<Mutex<World>>,
    frames: JoinHandle<()>,
}

struct World {
    server: RenetServer,
    voice: Option<RenetVoiceServer>,
    players: Vec<Player>,
    last_frame: Instant,
    is_over: bool,
}

struct Player {
    id: ClientId,
    client: RenetClient,
    voice: RenetVoiceClient,
}

impl Game {
    pub(crate) fn start() -> Self {
        let world = Arc::new(Mutex::new(World {
            server: RenetServer::new(config()),
            voice: None,
            players: Vec::new(),
            last_frame: Instant::now(),
            is_over: false,
        }));
        let played = Arc::clone(&world);
        let frames = thread::spawn(move || {
            while played.lock().expect("no test panics while it changes the game").frame() {
                thread::park_timeout(FRAME);
            }
        });
        Self { world, frames }
    }

    pub(crate) fn add_server(&mut self) -> HostedServer {
        let (mut voice, listener) = RenetVoiceServer::new(&RenetSettings::default());
        voice.set_waker(self.waker());
        self.change(|world| world.voice = Some(voice));
        listener
    }

    pub(crate) fn add_client(&mut self, session: &str) -> HostedClient {
        let (mut voice, transport) = RenetVoiceClient::new(&RenetSettings::default(), session);
        voice.set_waker(self.waker());
        self.change(|world| {
            let id = world.players.len() as ClientId;
            world.players.push(Player { id, client: RenetClient::new(config()), voice });
            world.connect(id as usize);
        });
        transport
    }

    /// Every connection of the game is lost.
    pub(crate) fn disconnect_all(&mut self) {
        self.change(|world| {
            for player in &mut world.players {
                world.server.remove_connection(player.id);
                player.client.disconnect_due_to_transport();
            }
        });
    }

    /// Every client of the game is connected again.
    pub(crate) fn connect_all(&mut self) {
        self.change(|world| (0..world.players.len()).for_each(|player| world.connect(player)));
    }

    fn change<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        change(&mut self.world.lock().expect("the game does not panic"))
    }

    fn waker(&self) -> Waker {
        Waker::from(Arc::new(Frames(self.frames.thread().clone())))
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        if let Ok(mut world) = self.world.lock() {
            world.is_over = true;
        }
    }
}

impl World {
    /// False after the last frame.
    fn frame(&mut self) -> bool {
        let now = Instant::now();
        let passed = now.duration_since(std::mem::replace(&mut self.last_frame, now));
        self.server.update(passed);
        for player in &mut self.players {
            player.client.update(passed);
            // Fails if the server does not know the client; then there is nothing to exchange.
            let _ = self.server.process_local_client(player.id, &mut player.client);
            player.voice.pump(&mut player.client);
        }
        if let Some(voice) = &mut self.voice {
            voice.pump(&mut self.server);
        }
        !self.is_over
    }

    /// Makes a new renet client, because one whose connection has ended cannot be reused.
    fn connect(&mut self, player: usize) {
        let player = &mut self.players[player];
        player.client = RenetClient::new(config());
        player.client.set_connected();
        self.server.add_connection(player.id);
    }
}

fn config() -> ConnectionConfig {
    let mut config = ConnectionConfig::default();
    RenetSettings::default().add_channels(&mut config).expect("the game leaves them to voice");
    config
}

struct Frames(thread::Thread);

impl Wake for Frames {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
