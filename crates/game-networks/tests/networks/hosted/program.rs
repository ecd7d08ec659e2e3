//! One process of a game: its room, its player, and the voice server while it is the master.

use std::collections::BTreeMap;
use std::time::Instant;

use consonance_game_networks::hosted::{HostedRoom, RoomRequest};
use consonance_link::Delivery;
use consonance_link::hosted::HostedClient;
use consonance_server::{SessionLoop, SessionsSettings};
use consonance_session::{
    Capabilities, ChannelProperties, Client, ClientEvent, ClientId, ClientSettings, SessionId, Target,
};
use consonance_testing::player::TestPlayer;

use crate::hosted::cloud::{Cloud, Notice};
use crate::hosted::network::Network;

/// The room in which all players listen and speak.
pub(crate) const LOBBY: &str = "lobby";

pub(crate) struct Program {
    pub(crate) actor: u64,
    pub(crate) room: HostedRoom,
    pub(crate) player: TestPlayer<HostedClient>,
    pub(crate) server: Option<SessionLoop>,
    network: Network,
    pub(crate) heard: Heard,
}

/// A record of what a player knows and has heard.
#[derive(Default)]
pub(crate) struct Heard {
    names: BTreeMap<ClientId, String>,
    /// Frames by speaker.
    pub(crate) frames: BTreeMap<String, usize>,
    pub(crate) left: Vec<String>,
    /// Every session that the player was in.
    pub(crate) sessions: Vec<SessionId>,
}

impl Program {
    pub(crate) fn enter(
        cloud: &mut Cloud,
        network: &Network,
        now: Instant,
        capabilities: Capabilities,
    ) -> Self {
        let actor = cloud.enter(now);
        let (room, transport) = HostedRoom::with_player(network.room(), actor);
        let mut settings = ClientSettings::new(format!("Player {actor}"));
        settings.capabilities = capabilities;
        let mut client = Client::new(settings);
        client.join_room(LOBBY).expect("one room");
        client.open_channel(Target::Room(LOBBY.into()), ChannelProperties::default()).expect("one channel");
        Self {
            actor,
            room,
            player: TestPlayer::new(client, transport, now),
            server: None,
            network: network.clone(),
            heard: Heard::default(),
        }
    }

    /// One frame of the game.
    pub(crate) fn run_once(&mut self, now: Instant, cloud: &mut Cloud) {
        for notice in cloud.receive(now, self.actor) {
            self.take(now, notice);
        }
        self.player.wake(now);
        self.player.run_once(now, |event| self.heard.note(event));
        if let Some(server) = &mut self.server {
            server.run_once(now);
        }
        while let Some(request) = self.room.poll(now) {
            if let RoomRequest::Send(message) = request {
                let (event, receivers) = self.network.event(self.actor, &message);
                cloud.raise(now, &event, receivers);
            }
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("Player {}", self.actor)
    }

    pub(crate) fn speak(&mut self, frame: &[u8]) {
        let _between_two_sessions = self.player.client.send_voice(frame);
    }

    fn take(&mut self, now: Instant, notice: Notice) {
        match notice {
            Notice::Joined(actor) => assert!(self.room.peer_joined(actor)),
            Notice::Left(actor) => self.room.peer_left(actor),
            Notice::MasterIs(actor) if self.room.server() == Some(actor) => {}
            Notice::MasterIs(actor) => {
                self.server = self.room.set_server(Some(actor)).map(|transport| {
                    let settings = SessionsSettings::new(["main"]).expect("one session");
                    let mut server = SessionLoop::new(&settings);
                    server.add_network(Box::new(transport));
                    server
                });
            }
            Notice::Event(event) => {
                if let Some((direction, packet)) = self.network.read(&event, self.server.is_some()) {
                    let delivery = if event.is_reliable { Delivery::Reliable } else { Delivery::Unreliable };
                    self.room.receive(now, event.sender, direction, delivery, packet);
                }
            }
        }
    }
}

impl Heard {
    fn note(&mut self, event: ClientEvent<'_>) {
        match event {
            ClientEvent::Joined { session, .. } => self.sessions.push(session),
            ClientEvent::PlayerJoined { id, name, .. } => drop(self.names.insert(id, name.into())),
            ClientEvent::PlayerLeft { id, name } => {
                self.names.remove(&id);
                self.left.push(name.into());
            }
            ClientEvent::Voice(voice) => {
                let name = self.names.get(&voice.id).expect("only present players speak");
                *self.frames.entry(name.clone()).or_default() += 1;
            }
            _ => {}
        }
    }
}
