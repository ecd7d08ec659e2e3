//! The conformance tests detect networks that break the rules of direct links.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use consonance_link::conformance::{self, DirectNetwork, Network};
use consonance_link::memory::{MemoryClient, MemoryDirectLink, MemoryNetwork, MemoryServer};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DirectEvent, DirectLinks, PacketLimits, Peer, Statistics,
};

/// The fault of a client with its direct links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    TakenForTheServers,
    ReliableOvertaken,
    ReliableDoubled,
    SentToAll,
    NothingCounted,
    HeardAfterItsEnd,
    EndSaidTwice,
    PoliteWhenCut,
    GoneWithTheServers,
}

#[test]
fn a_network_without_a_fault_keeps_every_rule_used_here() {
    for (_, rule) in FAULTS {
        rule(&mut Faulty::new(Fault::None));
    }
}

#[test]
fn every_fault_is_caught_by_the_rule_against_it() {
    for (fault, rule) in FAULTS {
        let mut network = Faulty::new(fault);
        let outcome = catch_unwind(AssertUnwindSafe(|| rule(&mut network)));
        assert!(outcome.is_err(), "{fault:?} goes unnoticed");
    }
}

type Rule = fn(&mut Faulty);

const FAULTS: [(Fault, Rule); 9] = [
    (Fault::TakenForTheServers, conformance::a_direct_link_comes_up_at_both_ends),
    (Fault::ReliableOvertaken, conformance::reliable_direct_packets_arrive_complete_and_in_order),
    (Fault::ReliableDoubled, conformance::reliable_direct_packets_arrive_complete_and_in_order),
    (Fault::SentToAll, conformance::one_direct_packet_reaches_the_given_players_only),
    (Fault::NothingCounted, conformance::direct_packets_without_a_link_are_dropped_and_counted),
    (Fault::HeardAfterItsEnd, conformance::a_player_that_ends_a_direct_link_delivers_its_last_words),
    (Fault::EndSaidTwice, conformance::when_both_players_end_a_direct_link_each_hears_of_it_once),
    (Fault::PoliteWhenCut, conformance::a_cut_direct_link_ends_at_both_ends_and_can_be_made_again),
    (Fault::GoneWithTheServers, conformance::a_direct_link_outlives_the_servers_as_the_network_says),
];

struct Faulty {
    network: MemoryNetwork,
    direct_links: Vec<MemoryDirectLink>,
    fault: Fault,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self { network: MemoryNetwork::new(), direct_links: Vec::new(), fault }
    }
}

impl Network for Faulty {
    type Server = MemoryServer;
    type Client = FaultyClient;

    fn listen(&mut self) -> MemoryServer {
        self.network.listen()
    }

    fn client(&mut self, session: &str) -> FaultyClient {
        let inner = self.network.client(session);
        FaultyClient { inner, fault: self.fault, links: Vec::new(), overtaken: None, again: None }
    }

    fn cut(&mut self, client: &mut FaultyClient) {
        client.inner.lose_link();
    }
}

impl DirectNetwork for Faulty {
    fn connect_directly(&mut self, one: &mut FaultyClient, other: &mut FaultyClient) {
        self.direct_links.extend(one.inner.address().connect(&other.inner.address()));
    }

    fn cut_directly(&mut self, client: &mut FaultyClient) {
        if self.fault == Fault::PoliteWhenCut {
            return client.end_all();
        }
        self.direct_links.drain(..).for_each(|link| link.lose());
    }
}

struct FaultyClient {
    inner: MemoryClient,
    fault: Fault,
    links: Vec<Peer>,
    overtaken: Option<Vec<u8>>,
    /// An event to report in addition.
    again: Option<ClientLinkEvent>,
}

impl fmt::Debug for FaultyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyClient").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl FaultyClient {
    fn end_all(&mut self) {
        for &peer in &self.links {
            self.inner.disconnect_direct(Instant::now(), peer);
        }
    }
}

impl ClientNetwork for FaultyClient {
    fn connect(&mut self, now: Instant) {
        self.inner.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if self.again.is_some() {
            bytes.splice(.., *b"heard");
            return self.again.take();
        }
        let event = self.inner.poll_event(now, bytes)?;
        if let ClientLinkEvent::Direct { peer, event } = &event {
            match (self.fault, event) {
                (Fault::TakenForTheServers, DirectEvent::Up) => self.again = Some(ClientLinkEvent::Connected),
                (Fault::EndSaidTwice, DirectEvent::Down { reason }) => {
                    let event = DirectEvent::Down { reason: reason.clone() };
                    self.again = Some(ClientLinkEvent::Direct { peer: *peer, event });
                }
                (_, DirectEvent::Up) => self.links.push(*peer),
                _ => {}
            }
        }
        Some(event)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        self.inner.send(now, delivery, packet);
    }

    fn disconnect(&mut self, now: Instant) {
        if self.fault == Fault::GoneWithTheServers {
            self.end_all();
        }
        self.inner.disconnect(now);
    }

    fn limits(&self) -> PacketLimits {
        self.inner.limits()
    }

    fn statistics(&self) -> Statistics {
        match self.fault {
            Fault::NothingCounted => Statistics::default(),
            _ => self.inner.statistics(),
        }
    }

    fn direct_links(&mut self) -> Option<&mut dyn DirectLinks> {
        Some(self)
    }
}

impl DirectLinks for FaultyClient {
    fn send_direct(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
        match (self.fault, delivery) {
            (Fault::ReliableOvertaken, Delivery::Reliable) => {
                if let Some(overtaken) = self.overtaken.take() {
                    self.inner.send_direct(now, peers, delivery, packet);
                    self.inner.send_direct(now, peers, delivery, &overtaken);
                } else {
                    self.overtaken = Some(packet.to_vec());
                }
            }
            (Fault::ReliableDoubled, Delivery::Reliable) => {
                self.inner.send_direct(now, peers, delivery, packet);
                self.inner.send_direct(now, peers, delivery, packet);
            }
            (Fault::SentToAll, _) => self.inner.send_direct(now, &self.links, delivery, packet),
            _ => self.inner.send_direct(now, peers, delivery, packet),
        }
    }

    fn disconnect_direct(&mut self, now: Instant, peer: Peer) {
        if self.fault == Fault::HeardAfterItsEnd {
            let event = DirectEvent::Packet { delivery: Delivery::Reliable };
            self.again = Some(ClientLinkEvent::Direct { peer, event });
        }
        self.inner.disconnect_direct(now, peer);
    }
}
