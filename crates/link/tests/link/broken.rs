//! The conformance tests detect networks that break the rules.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use consonance_link::conformance::{self, Network};
use consonance_link::memory::{MemoryClient, MemoryNetwork, MemoryServer};
use consonance_link::{ClientLinkEvent, ClientNetwork, Delivery, PacketLimits, Statistics};

/// The fault of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    ReliableOvertaken,
    ReliableDoubled,
    VoiceChanged,
    BufferKept,
    DeliveriesMixedUp,
    WrongLimits,
    NothingCounted,
    LeavesWithoutAWord,
    EndSaidTwice,
    PoliteWhenCut,
}

#[test]
fn a_network_without_a_fault_keeps_every_rule_used_here() {
    for (_, rule) in FAULTS {
        rule(&mut Faulty(MemoryNetwork::new(), Fault::None));
    }
}

#[test]
fn every_fault_is_caught_by_the_rule_against_it() {
    for (fault, rule) in FAULTS {
        let mut network = Faulty(MemoryNetwork::new(), fault);
        let outcome = catch_unwind(AssertUnwindSafe(|| rule(&mut network)));
        assert!(outcome.is_err(), "{fault:?} goes unnoticed");
    }
}

type Rule = fn(&mut Faulty);

const FAULTS: [(Fault, Rule); 10] = [
    (Fault::ReliableOvertaken, conformance::reliable_packets_arrive_complete_and_in_order),
    (Fault::ReliableDoubled, conformance::reliable_packets_arrive_complete_and_in_order),
    (Fault::BufferKept, conformance::reliable_packets_arrive_complete_and_in_order),
    (Fault::VoiceChanged, conformance::unreliable_packets_are_independent_of_each_other),
    (Fault::DeliveriesMixedUp, conformance::unreliable_packets_are_independent_of_each_other),
    (Fault::WrongLimits, conformance::the_largest_packets_pass_and_larger_ones_are_dropped),
    (Fault::NothingCounted, conformance::packets_without_a_link_are_dropped_and_counted),
    (Fault::LeavesWithoutAWord, conformance::a_client_that_leaves_delivers_its_last_words),
    (Fault::EndSaidTwice, conformance::when_both_ends_leave_at_once_each_hears_of_it_once),
    (Fault::PoliteWhenCut, conformance::a_cut_link_ends_at_both_ends_and_can_be_made_again),
];

struct Faulty(MemoryNetwork, Fault);

impl Network for Faulty {
    type Server = MemoryServer;
    type Client = FaultyClient;

    fn listen(&mut self) -> MemoryServer {
        self.0.listen()
    }

    fn client(&mut self, session: &str) -> FaultyClient {
        FaultyClient { inner: self.0.client(session), fault: self.1, overtaken: None, end: None }
    }

    fn cut(&mut self, client: &mut FaultyClient) {
        match self.1 {
            Fault::PoliteWhenCut => client.disconnect(Instant::now()),
            _ => client.inner.lose_link(),
        }
    }
}

struct FaultyClient {
    inner: MemoryClient,
    fault: Fault,
    overtaken: Option<Vec<u8>>,
    /// The last end, to be reported again.
    end: Option<ClientLinkEvent>,
}

impl fmt::Debug for FaultyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyClient").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl ClientNetwork for FaultyClient {
    fn connect(&mut self, now: Instant) {
        self.inner.connect(now);
    }

    fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
        if self.end.is_some() {
            return self.end.take();
        }
        let before = bytes.clone();
        let event = self.inner.poll_event(now, bytes)?;
        if self.fault == Fault::BufferKept {
            bytes.splice(..0, before);
        }
        if let (Fault::EndSaidTwice, ClientLinkEvent::Disconnected { reason }) = (self.fault, &event) {
            self.end = Some(ClientLinkEvent::Disconnected { reason: reason.clone() });
        }
        Some(event)
    }

    fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        match (self.fault, delivery) {
            (Fault::ReliableOvertaken, Delivery::Reliable) => {
                if let Some(overtaken) = self.overtaken.take() {
                    self.inner.send(now, delivery, packet);
                    self.inner.send(now, delivery, &overtaken);
                } else {
                    self.overtaken = Some(packet.to_vec());
                }
            }
            (Fault::ReliableDoubled, Delivery::Reliable) => {
                self.inner.send(now, delivery, packet);
                self.inner.send(now, delivery, packet);
            }
            (Fault::VoiceChanged, Delivery::Unreliable) => {
                let mut changed = packet.to_vec();
                changed.reverse();
                self.inner.send(now, delivery, &changed);
            }
            (Fault::DeliveriesMixedUp, _) => self.inner.send(now, Delivery::Unreliable, packet),
            _ => self.inner.send(now, delivery, packet),
        }
    }

    fn disconnect(&mut self, now: Instant) {
        match self.fault {
            Fault::LeavesWithoutAWord => self.inner.lose_link(),
            _ => self.inner.disconnect(now),
        }
    }

    fn limits(&self) -> PacketLimits {
        match self.fault {
            Fault::WrongLimits => PacketLimits { reliable_bytes: 100_000, unreliable_bytes: 100_000 },
            _ => self.inner.limits(),
        }
    }

    fn statistics(&self) -> Statistics {
        match self.fault {
            Fault::NothingCounted => Statistics::default(),
            _ => self.inner.statistics(),
        }
    }
}
