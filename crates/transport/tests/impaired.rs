//! A client keeps the rules of every network over a slow and jittery one, too, and so do its direct links.

use std::time::Duration;

use consonance_transport::conformance::{DirectNetwork, Network};
use consonance_transport::impair::{ImpairedClient, Impairment};
use consonance_transport::memory::{MemoryClient, MemoryDirectLink, MemoryNetwork, MemoryServer};

#[derive(Default)]
struct Slow {
    network: MemoryNetwork,
    direct_links: Vec<MemoryDirectLink>,
}

impl Network for Slow {
    type Server = MemoryServer;
    type Client = ImpairedClient<MemoryClient>;

    fn listen(&mut self) -> MemoryServer {
        self.network.listen()
    }

    fn client(&mut self, session: &str) -> Self::Client {
        let impairment = Impairment {
            delay: Duration::from_millis(2),
            jitter: Duration::from_millis(5),
            seed: 1,
            ..Impairment::default()
        };
        ImpairedClient::new(self.network.client(session), &impairment, &impairment)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.inner_mut().lose_link();
    }
}

impl DirectNetwork for Slow {
    fn connect_directly(&mut self, one: &mut Self::Client, other: &mut Self::Client) {
        self.direct_links.extend(one.inner().address().connect(&other.inner().address()));
    }

    fn cut_directly(&mut self, _client: &mut Self::Client) {
        self.direct_links.drain(..).for_each(|link| link.lose());
    }
}

consonance_transport::conformance_tests!(Slow::default());
consonance_transport::direct_conformance_tests!(Slow::default());
