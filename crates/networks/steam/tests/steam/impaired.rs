//! The same rules where everything takes its time and voice is late.

use std::time::Duration;

use consonance_steam::SteamServer;
use consonance_steam::hub::HubAccount;
use consonance_transport::conformance::{DirectNetwork, Network};
use consonance_transport::impair::{ImpairedClient, Impairment};

use crate::conformance::{Game, Player};

struct Slow(Game);

impl Network for Slow {
    type Server = SteamServer<HubAccount>;
    type Client = ImpairedClient<Player>;

    const NAMES_SESSIONS: bool = Game::NAMES_SESSIONS;

    fn listen(&mut self) -> Self::Server {
        self.0.add_server()
    }

    fn client(&mut self, _session: &str) -> Self::Client {
        let impairment = Impairment {
            delay: Duration::from_millis(2),
            jitter: Duration::from_millis(5),
            seed: 1,
            ..Impairment::default()
        };
        ImpairedClient::new(self.0.add_player(), &impairment, &impairment)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        self.0.pull_cable(client.inner());
    }

    fn mend(&mut self) {
        self.0.mend_cables();
    }
}

impl DirectNetwork for Slow {
    fn connect_directly(&mut self, one: &mut Self::Client, other: &mut Self::Client) {
        self.0.introduce(one.inner(), other.inner());
    }

    fn cut_directly(&mut self, client: &mut Self::Client) {
        self.0.sever(client.inner());
    }
}

consonance_transport::conformance_tests!(Slow(Game::start()));
consonance_transport::direct_conformance_tests!(Slow(Game::start()));
