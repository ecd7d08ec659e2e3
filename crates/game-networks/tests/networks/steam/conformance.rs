//! The rules of every network, direct links included, over the hub.
//!
//! The rules need real time, so no timeout may be shorter than a busy machine keeps a thread waiting.

use std::fmt;
use std::time::{Duration, Instant};

use consonance_game_networks::steam::hub::{Hub, HubAccount, HubSettings};
use consonance_game_networks::steam::{
    ClientSettings, LinkSettings, Members, ServerSettings, SteamClient, SteamId, SteamServer,
};
use consonance_link::conformance::{DirectNetwork, Network};
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, DirectLinks, PacketLimits, Statistics};

/// A game on Steam that gives players their accounts and reports their friends.
pub(crate) struct Game {
    hub: Hub,
    server: SteamId,
    players: Vec<SteamId>,
    last_account: u64,
    cut: Vec<SteamId>,
}

/// A player, and its handle for the game.
pub(crate) struct Player {
    client: SteamClient<HubAccount>,
    members: Members,
    id: SteamId,
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player").field("client", &self.client).finish_non_exhaustive()
    }
}

impl Game {
    pub(crate) fn start() -> Self {
        let settings = HubSettings {
            session_timeout: Duration::from_secs(8),
            // The packets of the rules are not voice packets, so their type does not tell how they were sent.
            tells_send_kinds: true,
            ..HubSettings::default()
        };
        let hub = Hub::new(settings, Instant::now());
        Self { hub, server: SteamId(0), players: Vec::new(), last_account: 0, cut: Vec::new() }
    }

    fn next_account(&mut self) -> SteamId {
        self.last_account += 1;
        SteamId(self.last_account)
    }

    pub(crate) fn add_player(&mut self) -> Player {
        let id = self.next_account();
        self.players.push(id);
        let settings = ClientSettings {
            link: link_settings(),
            // All accounts here run our code and answer.
            welcome_timeout: Duration::from_hours(1),
            announcement_interval: Duration::from_hours(1),
            ..ClientSettings::new(self.server)
        };
        let client = SteamClient::new(self.hub.log_in(id), settings);
        Player { members: client.members(), client, id }
    }

    pub(crate) fn add_server(&mut self) -> SteamServer<HubAccount> {
        self.server = self.next_account();
        let settings = ServerSettings { link: link_settings(), ..ServerSettings::default() };
        SteamServer::new(self.hub.log_in(self.server), settings)
    }

    pub(crate) fn pull_cable(&mut self, player: &Player) {
        self.hub.set_reachable(player.id, false);
        self.cut.push(player.id);
    }

    pub(crate) fn mend_cables(&mut self) {
        for id in self.cut.drain(..) {
            self.hub.set_reachable(id, true);
        }
    }

    pub(crate) fn introduce(&mut self, one: &Player, other: &Player) {
        self.hub.set_reach_each_other(one.id, other.id, true);
        for (player, id) in [(one, other.id), (other, one.id)] {
            assert!(player.members.connected(id));
        }
    }

    pub(crate) fn sever(&mut self, player: &Player) {
        for &other in self.players.iter().filter(|other| **other != player.id) {
            self.hub.set_reach_each_other(player.id, other, false);
        }
    }
}

/// Settings with which a lost account is noticed soon.
fn link_settings() -> LinkSettings {
    LinkSettings { still_here_interval: Duration::from_secs(1), ..LinkSettings::default() }
}

impl Network for Game {
    type Server = SteamServer<HubAccount>;
    type Client = Player;

    /// The hosting account identifies the session, so sessions have no names.
    const NAMES_SESSIONS: bool = false;
    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> Self::Server {
        self.add_server()
    }

    fn client(&mut self, _session: &str) -> Player {
        self.add_player()
    }

    fn cut(&mut self, client: &mut Player) {
        self.pull_cable(client);
    }

    fn mend(&mut self) {
        self.mend_cables();
    }
}

impl DirectNetwork for Game {
    fn connect_directly(&mut self, one: &mut Player, other: &mut Player) {
        self.introduce(one, other);
    }

    fn cut_directly(&mut self, client: &mut Player) {
        self.sever(client);
    }
}

impl ClientNetwork for Player {
    fn connect(&mut self, now: Instant) {
        self.client.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        self.client.poll_event(now, bytes)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.client.send(now, delivery, packet);
    }

    fn disconnect(&mut self, now: Instant) {
        self.client.disconnect(now);
    }

    fn limits(&self) -> PacketLimits {
        self.client.limits()
    }

    fn statistics(&self) -> Statistics {
        self.client.statistics()
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        self.client.direct_links()
    }
}

consonance_link::conformance_tests!(Game::start());
consonance_link::direct_conformance_tests!(Game::start());
