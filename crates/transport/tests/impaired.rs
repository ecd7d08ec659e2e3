//! A client keeps the rules of every network over a slow and jittery one, too.

use std::time::Duration;

use consonance_transport::conformance::Network;
use consonance_transport::impair::{ImpairedClient, Impairment};
use consonance_transport::memory::{MemoryClient, MemoryNetwork, MemoryServer};

struct Slow(MemoryNetwork);

impl Network for Slow {
    type Server = MemoryServer;
    type Client = ImpairedClient<MemoryClient>;

    fn listen(&mut self) -> MemoryServer {
        self.0.listen()
    }

    fn client(&mut self, session: &str) -> Self::Client {
        let impairment = Impairment {
            delay: Duration::from_millis(2),
            jitter: Duration::from_millis(5),
            seed: 1,
            ..Impairment::default()
        };
        ImpairedClient::new(self.0.client(session), &impairment, &impairment)
    }

    fn cut(&mut self, client: &mut Self::Client) {
        client.inner_mut().lose_link();
    }
}

consonance_transport::conformance_tests!(Slow(MemoryNetwork::new()));
