//! One network is passed through as it is.

use std::time::{Duration, Instant};

use consonance_link::memory::{MemoryNetwork, MemoryServer};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, ServerNetwork as _};

use crate::route::Route;
use crate::route::gate::Gate;

#[test]
fn one_network_is_asked_for_nothing_but_its_own_events() {
    let network = MemoryNetwork::new();
    let (mut route, mut server) = (Route::over(Box::new(network.client("main"))), network.listen());
    let mut now = Instant::now();
    route.connect(now);
    let mut seen = Vec::new();
    for _ in 0..1000 {
        now += Duration::from_millis(100);
        while server.poll_event(now, &mut Vec::new()).is_some() {}
        seen.extend(route.poll_event(now, &mut Vec::new()));
        assert_eq!(route.wants_poll_at(), None, "nothing is due besides the network's own events");
    }
    assert_eq!(seen, [ClientLinkEvent::Connected]);
}

/// The contract of every network.
struct One {
    network: MemoryNetwork,
    gate: Gate,
}

impl consonance_link::conformance::Network for One {
    type Server = MemoryServer;
    type Client = Route;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> MemoryServer {
        self.network.listen()
    }

    fn client(&mut self, session: &str) -> Route {
        Route::over(Box::new(self.gate.client(&self.network, session)))
    }

    fn cut(&mut self, _client: &mut Route) {
        self.gate.lose_link();
    }
}

mod over_one_network {
    use super::{Gate, MemoryNetwork, One};

    consonance_link::conformance_tests!(One { network: MemoryNetwork::new(), gate: Gate::default() });
}
