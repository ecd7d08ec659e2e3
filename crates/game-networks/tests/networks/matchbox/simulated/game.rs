//! A game in a simulated room, with its loop on a thread. The first player is the host, and all are told so.

use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_game_networks::matchbox::{
    DirectLinkChoice, HostChoice, MatchboxSettings, MatchboxVoice, PlayerId,
};
use consonance_link::hosted::{HostedClient, HostedServer};

use crate::matchbox::simulated::hub::{Hub, HubSocket};

/// The maximum duration of a frame.
const FRAME: Duration = Duration::from_millis(5);

pub(crate) const HOST: PlayerId = PlayerId(0);

pub(crate) struct Game {
    room: Arc<Mutex<Room>>,
    frames: JoinHandle<()>,
}

struct Room {
    hub: Hub,
    players: Vec<MatchboxVoice>,
    is_over: bool,
}

impl Game {
    pub(crate) fn start() -> Self {
        let room = Arc::new(Mutex::new(Room { hub: Hub::new(1), players: Vec::new(), is_over: false }));
        let played = Arc::clone(&room);
        let frames = thread::spawn(move || {
            while played.lock().expect("no test panics while it changes the room").frame() {
                thread::park_timeout(FRAME);
            }
        });
        Self { room, frames }
    }

    pub(crate) fn add_server(&mut self) -> HostedServer {
        self.add_player("").1
    }

    pub(crate) fn add_client(&mut self, session: &str) -> (PlayerId, HostedClient) {
        let (id, _, transport) = self.add_player(session);
        (id, transport)
    }

    /// Every player loses every other one.
    pub(crate) fn disconnect_all(&mut self) {
        self.change(|room| room.for_each_pair(Hub::disconnect));
    }

    pub(crate) fn connect_all(&mut self) {
        self.change(|room| room.for_each_pair(Hub::connect));
    }

    /// A player loses all others but the host.
    pub(crate) fn lose_directly(&mut self, player: PlayerId) {
        self.change(|room| {
            for other in (1..room.players.len() as u128).map(PlayerId) {
                room.hub.disconnect(player, other);
            }
        });
    }

    /// Two players reach each other, and have a direct link.
    pub(crate) fn introduce(&mut self, one: PlayerId, other: PlayerId) {
        self.change(|room| {
            room.hub.connect(one, other);
            room.players[one.0 as usize].introduce(other);
        });
    }

    fn add_player(&mut self, session: &str) -> (PlayerId, HostedServer, HostedClient) {
        let settings = MatchboxSettings {
            session: session.to_owned(),
            host: HostChoice::AsTold,
            direct_links: DirectLinkChoice::AsIntroduced,
            ..MatchboxSettings::default()
        };
        let (mut voice, listener, transport) = MatchboxVoice::new(&settings);
        voice.set_waker(Waker::from(Arc::new(Frames(self.frames.thread().clone()))));
        voice.set_host(Some(HOST));
        let id = self.change(|room| {
            room.players.push(voice);
            let id = PlayerId(room.players.len() as u128 - 1);
            (0..id.0).for_each(|other| room.hub.connect(PlayerId(other), id));
            id
        });
        (id, listener, transport)
    }

    fn change<R>(&self, change: impl FnOnce(&mut Room) -> R) -> R {
        change(&mut self.room.lock().expect("the game does not panic"))
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        if let Ok(mut room) = self.room.lock() {
            room.is_over = true;
        }
    }
}

impl Room {
    /// False after the last frame.
    fn frame(&mut self) -> bool {
        for (id, voice) in (0..).map(PlayerId).zip(&mut self.players) {
            voice.pump(Instant::now(), &mut HubSocket { hub: &mut self.hub, id: Some(id) });
        }
        !self.is_over
    }

    fn for_each_pair(&mut self, change: impl Fn(&mut Hub, PlayerId, PlayerId)) {
        for other in 0..self.players.len() as u128 {
            (0..other).for_each(|one| change(&mut self.hub, PlayerId(one), PlayerId(other)));
        }
    }
}

struct Frames(thread::Thread);

impl Wake for Frames {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
