//! A running server whose workers each have an in-memory network, and players that wait for events.

use std::num::NonZeroUsize;
use std::ops::{Deref, DerefMut};
use std::thread;
use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryClient, MemoryNetwork};
use consonance_link::{DisconnectReason, ThirdPartyClient};
use consonance_server::{DedicatedServer, SessionsSettings, Workers};
use consonance_session::{ChannelProperties, Client, ClientEvent, ClientSettings, JoinToken, Target};
use consonance_testing::player::TestPlayer;

/// The time limit for everything, which is generous, since machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct Fixture {
    pub(crate) server: DedicatedServer,
    networks: Vec<MemoryNetwork>,
    place: Box<dyn Fn(&str) -> usize>,
}

impl Fixture {
    pub(crate) fn new(sessions: &[&str], workers: usize) -> Self {
        Self::with_settings(&SessionsSettings::new(sessions.iter().copied()).unwrap(), workers)
    }

    pub(crate) fn with_settings(settings: &SessionsSettings, workers: usize) -> Self {
        Self::with_workers(Workers::new(settings, NonZeroUsize::new(workers).unwrap()))
    }

    pub(crate) fn with_workers(workers: Workers) -> Self {
        let networks = (0..workers.count().get()).map(|_| MemoryNetwork::new()).collect();
        Self::on_networks(workers, networks)
    }

    /// Starts a server on the networks of a former one, whose players come here.
    pub(crate) fn after(former: Self, workers: Workers) -> Self {
        let Self { server, networks, .. } = former;
        server.stop();
        Self::on_networks(workers, networks)
    }

    fn on_networks(mut workers: Workers, networks: Vec<MemoryNetwork>) -> Self {
        workers.add_shards(networks.iter().map(|network| Box::new(network.listen()) as _));
        let place = Box::new(workers.placement());
        Self { server: DedicatedServer::start(workers), networks, place }
    }

    /// Joins a session over the network of the worker that serves it, and listens and talks to the room "lobby".
    pub(crate) fn player(&self, name: &str, session: &str) -> Player {
        self.player_of_worker((self.place)(session), name, session)
    }

    /// The worker that admits a client of this session.
    pub(crate) fn place(&self, session: &str) -> usize {
        (self.place)(session)
    }

    /// A worker's network.
    pub(crate) fn network(&self, worker: usize) -> &MemoryNetwork {
        &self.networks[worker]
    }

    /// The same over the network of another worker.
    pub(crate) fn player_of_worker(&self, worker: usize, name: &str, session: &str) -> Player {
        Player::new(&ClientSettings::new(name), self.networks[worker].client(session))
    }

    /// The same with an account that the network vouches for.
    pub(crate) fn player_of_account(
        &self,
        worker: usize,
        name: &str,
        account: &str,
        session: &str,
    ) -> Player {
        let client = self.networks[worker].client(session).with_account(account);
        Player::new(&ClientSettings::new(name), client)
    }

    /// The same with what its network reports of a third-party client.
    pub(crate) fn third_party_user_of_worker(
        &self,
        worker: usize,
        name: &str,
        state: ThirdPartyClient,
        session: &str,
    ) -> Player {
        let client = self.networks[worker].client(session).with_third_party(state);
        Player::new(&ClientSettings::new(name), client)
    }

    /// The same with a join token.
    pub(crate) fn player_with_token(&self, name: &str, token: &str, session: &str) -> Player {
        let mut settings = ClientSettings::new(name);
        settings.join_token = JoinToken::new(token.as_bytes()).ok();
        Player::new(&settings, self.networks[(self.place)(session)].client(session))
    }
}

/// A player of a session over any in-memory network.
pub(crate) fn player_over(network: &MemoryNetwork, name: &str, session: &str) -> Player {
    Player::new(&ClientSettings::new(name), network.client(session))
}

pub(crate) struct Player {
    inner: TestPlayer<MemoryClient>,
    pub(crate) has_joined: bool,
    pub(crate) heard: Vec<Vec<u8>>,
    /// How its link ended; it does not change.
    pub(crate) end: Option<DisconnectReason>,
    /// The decisions about the player that it was told of.
    pub(crate) told: Vec<String>,
    /// How often it has joined, and which players it saw leave.
    pub(crate) joins: usize,
    pub(crate) gone: Vec<String>,
    /// The servers that it was told of last.
    pub(crate) servers: Vec<String>,
}

impl Player {
    fn new(settings: &ClientSettings, transport: MemoryClient) -> Self {
        let mut client = Client::new(settings.clone());
        client.join_room("lobby").unwrap();
        client.open_channel(Target::Room("lobby".into()), ChannelProperties::default()).unwrap();
        let inner = TestPlayer::new(client, transport, Instant::now());
        let (heard, told, gone) = (Vec::new(), Vec::new(), Vec::new());
        let servers = Vec::new();
        Self { inner, has_joined: false, heard, end: None, told, joins: 0, gone, servers }
    }

    /// Whether the player knows that it and another player listen in the lobby. Until then, voice has no recipient.
    pub(crate) fn knows_two_listeners(&self) -> bool {
        self.client.players().iter().filter(|player| player.rooms == ["lobby"]).count() == 2
    }

    pub(crate) fn say(&mut self, frame: &[u8]) {
        self.client.send_voice(frame).unwrap();
        self.run_once();
    }

    /// Leaves permanently.
    pub(crate) fn leave(&mut self) {
        self.inner.leave(Instant::now());
        self.run_once();
    }

    /// Loses its link silently, and will come back over this one.
    pub(crate) fn lose_link(&mut self, next: MemoryClient) {
        self.inner.transport.lose_link();
        while self.end.is_none() {
            self.run_once();
        }
        self.inner.transport = next;
    }

    /// Runs due timers.
    pub(crate) fn wake(&mut self) {
        self.inner.wake(Instant::now());
    }

    /// Connects another link when it is time.
    pub(crate) fn come_back(&mut self) {
        self.wake();
        self.end = None;
        self.run_once();
    }

    pub(crate) fn run_once(&mut self) {
        let Self { inner, has_joined, heard, end, told, joins, gone, servers } = self;
        if end.is_some() {
            return;
        }
        inner.run_once(Instant::now(), |event| match event {
            ClientEvent::Joined { .. } => {
                *has_joined = true;
                *joins += 1;
            }
            ClientEvent::ServersListed { addresses } => {
                *servers = addresses.iter().map(ToString::to_string).collect();
            }
            ClientEvent::PlayerLeft { name, .. } => gone.push(name.to_string()),
            ClientEvent::Resumed { .. } => told.push("resumed".to_owned()),
            ClientEvent::Voice(voice) => heard.push(voice.frame.to_vec()),
            ClientEvent::Restricted { restriction, terms } => {
                let reason = terms.map(|terms| terms.reason.to_string());
                told.push(format!("{restriction:?}: {}", reason.as_deref().unwrap_or("no longer")));
            }
            ClientEvent::Kicked { reason } => told.push(format!("kicked: {reason}")),
            ClientEvent::Draining { .. } => told.push("draining".to_owned()),
            ClientEvent::DrainCancelled => told.push("stays".to_owned()),
            ClientEvent::Moved { from, to } => told.push(format!("moved from {from} to {to}")),
            _ => {}
        });
        *end = inner.ends.pop();
    }
}

impl Deref for Player {
    type Target = TestPlayer<MemoryClient>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl DerefMut for Player {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}

/// Runs these players until the condition is met.
pub(crate) fn wait_until(
    what: &str,
    players: &mut [&mut Player],
    mut is_so: impl FnMut(&[&mut Player]) -> bool,
) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        for player in players.iter_mut() {
            player.run_once();
        }
        if is_so(players) {
            return;
        }
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
