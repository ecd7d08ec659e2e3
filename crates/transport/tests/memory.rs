//! The network inside one process keeps the rules of every network.

use consonance_transport::conformance::Network;
use consonance_transport::memory::{MemoryClient, MemoryNetwork, MemoryServer};

struct InMemory(MemoryNetwork);

impl Network for InMemory {
    type Server = MemoryServer;
    type Client = MemoryClient;

    fn listen(&mut self) -> MemoryServer {
        self.0.listen()
    }

    fn client(&mut self, session: &str) -> MemoryClient {
        self.0.client(session)
    }

    fn cut(&mut self, client: &mut MemoryClient) {
        client.lose_link();
    }
}

consonance_transport::conformance_tests!(InMemory(MemoryNetwork::new()));
