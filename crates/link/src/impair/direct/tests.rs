//! Direct links of an impaired client, on a simulated time line.

use std::time::Duration;

use crate::impair::{ImpairedClient, Impairment};
use crate::memory::{MemoryClient, MemoryNetwork};
use crate::{ClientLinkEvent, ClientNetwork as _, Delivery, DirectEvent, DisconnectReason, Peer};

use super::*;

const UP: Duration = Duration::from_millis(30);
const DOWN: Duration = Duration::from_millis(70);

/// An impaired client with direct links to others that are not impaired.
struct Star {
    start: Instant,
    hub: ImpairedClient<MemoryClient>,
    others: Vec<MemoryClient>,
}

impl Star {
    fn of(others: usize, up: &Impairment, down: &Impairment) -> Self {
        let (start, network) = (Instant::now(), MemoryNetwork::new());
        let mut hub = ImpairedClient::new(network.client("main"), up, down);
        let mut others: Vec<_> = (0..others).map(|_| network.client("main")).collect();
        for (other, number) in others.iter_mut().zip((1..).step_by(2)) {
            hub.inner().address().connect(&other.address()).expect("both are there");
            assert_eq!(hub.poll_event(start, &mut Vec::new()), direct(number, DirectEvent::Up));
            assert_eq!(other.poll_event(start, &mut Vec::new()), direct(1, DirectEvent::Up));
        }
        Self { start, hub, others }
    }

    fn delayed() -> Self {
        let with_delay = |delay| Impairment { delay, ..Impairment::default() };
        Self::of(1, &with_delay(UP), &with_delay(DOWN))
    }
}

#[test]
fn direct_packets_have_the_delay_of_their_direction_and_say_when_to_poll() {
    let Star { start, mut hub, mut others } = Star::delayed();
    hub.send_direct(start, &[Peer(1)], Delivery::Unreliable, b"up");
    assert_eq!(hub.wants_poll_at(), Some(start + UP));
    let mut bytes = Vec::new();
    assert_eq!((hub.poll_event(start, &mut bytes), others[0].poll_event(start, &mut bytes)), (None, None));
    assert_eq!(hub.poll_event(start + UP, &mut Vec::new()), None);
    let (delivery, packet) = (Delivery::Unreliable, b"up".as_slice());
    let mut bytes = Vec::new();
    assert_eq!(others[0].poll_event(start, &mut bytes), direct(1, DirectEvent::Packet { delivery }));
    assert_eq!(bytes, packet);

    others[0].send_direct(start, &[Peer(1)], Delivery::Reliable, b"down");
    assert_eq!(hub.poll_event(start, &mut Vec::new()), None);
    assert_eq!(hub.wants_poll_at(), Some(start + DOWN));
    let (delivery, packet) = (Delivery::Reliable, b"down".as_slice());
    let mut bytes = Vec::new();
    assert_eq!(hub.poll_event(start + DOWN, &mut bytes), direct(1, DirectEvent::Packet { delivery }));
    assert_eq!(bytes, packet);
}

#[test]
fn the_end_of_a_direct_link_comes_after_the_packets_before_it() {
    let Star { start, mut hub, mut others } = Star::delayed();
    others[0].send_direct(start, &[Peer(1)], Delivery::Reliable, b"last");
    drop(others);
    assert_eq!(hub.poll_event(start, &mut Vec::new()), None);
    let (delivery, packet) = (Delivery::Reliable, b"last".as_slice());
    let mut bytes = Vec::new();
    assert_eq!(hub.poll_event(start + DOWN, &mut bytes), direct(1, DirectEvent::Packet { delivery }));
    assert_eq!(bytes, packet);
    let reason = DisconnectReason::closed_by_peer(b"");
    assert_eq!(hub.poll_event(start + DOWN, &mut Vec::new()), direct(1, DirectEvent::Down { reason }));
    hub.send_direct(start, &[Peer(1)], Delivery::Unreliable, b"late");
    assert_eq!(hub.statistics().dropped.not_connected, 1);
}

#[test]
fn ending_a_direct_link_cuts_delays_short() {
    let Star { start, mut hub, mut others } = Star::delayed();
    hub.send_direct(start, &[Peer(1)], Delivery::Unreliable, b"voice");
    hub.send_direct(start, &[Peer(1)], Delivery::Reliable, b"last words");
    hub.disconnect_direct(start, Peer(1));
    let (delivery, packet) = (Delivery::Reliable, b"last words".as_slice());
    let mut bytes = Vec::new();
    assert_eq!(others[0].poll_event(start, &mut bytes), direct(1, DirectEvent::Packet { delivery }));
    assert_eq!(bytes, packet);
    let reason = DisconnectReason::ClosedByUs;
    assert_eq!(hub.poll_event(start, &mut Vec::new()), direct(1, DirectEvent::Down { reason }));
}

#[test]
fn direct_links_of_one_client_lose_different_packets() {
    let lossy = Impairment { loss_percent: 50.0, seed: 11, ..Impairment::default() };
    let Star { start, mut hub, mut others } = Star::of(2, &lossy, &Impairment::default());
    for number in 0..100_u8 {
        hub.send_direct(start, &[Peer(1), Peer(3)], Delivery::Unreliable, &[number]);
    }
    let mut arrived = others.iter_mut().map(|other| {
        let mut bytes = Vec::new();
        std::iter::from_fn(move || match other.poll_event(start, &mut bytes)? {
            ClientLinkEvent::Direct { event: DirectEvent::Packet { .. }, .. } => Some(bytes[0]),
            other => panic!("{other:?}, expected a packet"),
        })
        .collect::<Vec<_>>()
    });
    let (first, second) = (arrived.next().unwrap(), arrived.next().unwrap());
    assert!((30..70).contains(&first.len()) && (30..70).contains(&second.len()));
    assert_ne!(first, second);
}

#[test]
fn too_many_reliable_packets_on_their_way_end_that_direct_link() {
    let Star { start, mut hub, .. } = Star::delayed();
    while hub.statistics().dropped.not_connected == 0 {
        hub.send_direct(start, &[Peer(1)], Delivery::Reliable, b"text");
    }
    let reason = super::super::overloaded();
    assert_eq!(hub.poll_event(start, &mut Vec::new()), direct(1, DirectEvent::Down { reason }));
}

#[test]
fn a_client_without_direct_links_has_none_when_impaired() {
    struct Plain(MemoryClient);

    impl crate::ClientNetwork for Plain {
        fn connect(&mut self, now: Instant) {
            self.0.connect(now);
        }
        fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent> {
            self.0.poll_event(now, bytes)
        }
        fn send(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
            self.0.send(now, delivery, packet);
        }
        fn disconnect(&mut self, now: Instant) {
            self.0.disconnect(now);
        }
        fn limits(&self) -> crate::PacketLimits {
            self.0.limits()
        }
        fn statistics(&self) -> crate::Statistics {
            self.0.statistics()
        }
    }

    let nothing = Impairment::default();
    let plain = Plain(MemoryNetwork::new().client("main"));
    assert!(ImpairedClient::new(plain, &nothing, &nothing).direct_links().is_none());
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what a poll returns")]
fn direct(peer: u64, event: DirectEvent) -> Option<ClientLinkEvent> {
    Some(ClientLinkEvent::Direct { peer: Peer(peer), event })
}
