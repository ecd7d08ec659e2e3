//! The network inside one process fulfils the contract of every network, direct links included; and so do its clients
//! behind the impairment shim.

use consonance_link::conformance::{DirectNetwork, Impaired, Network};
use consonance_link::memory::{MemoryClient, MemoryDirectLink, MemoryNetwork, MemoryServer};

#[derive(Default)]
struct InMemory {
    network: MemoryNetwork,
    direct_links: Vec<MemoryDirectLink>,
}

impl Network for InMemory {
    type Server = MemoryServer;
    type Client = MemoryClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> MemoryServer {
        self.network.listen()
    }

    fn client(&mut self, session: &str) -> MemoryClient {
        self.network.client(session)
    }

    fn cut(&mut self, client: &mut MemoryClient) {
        client.lose_link();
    }
}

impl DirectNetwork for InMemory {
    fn connect_directly(&mut self, one: &mut MemoryClient, other: &mut MemoryClient) {
        self.direct_links.extend(one.address().connect(&other.address()));
    }

    fn cut_directly(&mut self, _client: &mut MemoryClient) {
        self.direct_links.drain(..).for_each(|link| link.lose());
    }
}

mod plain {
    use super::InMemory;

    consonance_link::conformance_tests!(InMemory::default());
    consonance_link::direct_conformance_tests!(InMemory::default());
}

mod impaired {
    use super::{Impaired, InMemory};

    consonance_link::conformance_tests!(Impaired(InMemory::default()));
    consonance_link::direct_conformance_tests!(Impaired(InMemory::default()));
}
