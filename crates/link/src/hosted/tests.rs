//! Both halves of both pairs, driven manually.

mod direct;
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Wake, Waker};
use std::time::Instant;

use super::*;
use crate::{ClientLinkEvent, ClientNetwork as _, Delivery, Peer, ServerLinkEvent, ServerNetwork as _};

#[test]
fn a_link_that_was_up_before_the_first_connect_is_used_at_once() {
    let (mut client, mut handle) = client(&settings());
    handle.link_up();
    client.connect(now());
    assert_eq!(client.poll_event(now(), &mut Vec::new()), None);
    assert_eq!(handle.poll(), Some(ClientRequest::Connect));
    assert_eq!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
}

#[test]
fn a_link_that_went_down_again_before_the_first_connect_is_not_used() {
    let (mut client, mut handle) = client(&settings());
    handle.link_up();
    handle.link_down("");
    client.connect(now());
    assert_eq!(handle.poll(), Some(ClientRequest::Connect));
    assert_eq!(client.poll_event(now(), &mut Vec::new()), None);
}

#[test]
fn words_of_the_host_are_a_refusal_before_the_link_is_up_and_a_goodbye_after() {
    let (mut client, mut handle) = client(&settings());
    client.connect(now());
    handle.poll();
    handle.link_down("the lobby is full");
    assert_eq!(
        client.poll_event(now(), &mut Vec::new()),
        ended(DisconnectReason::refused(b"the lobby is full"))
    );

    let (mut client, mut handle) = connected_client();
    handle.link_down("the match is over");
    assert_eq!(
        client.poll_event(now(), &mut Vec::new()),
        ended(DisconnectReason::closed_by_peer(b"the match is over"))
    );
}

#[test]
fn a_failed_send_ends_the_link_and_so_does_a_session_that_moves() {
    let (mut client, mut handle) = connected_client();
    handle.send_failed();
    assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(send_failed()));

    let (mut client, mut handle) = connected_client();
    handle.session_reset();
    let reason = DisconnectReason::closed_by_peer(SESSION_RESET.as_bytes());
    assert!(reason.is_worth_retrying());
    assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(reason));
}

#[test]
fn control_goes_before_voice_and_a_goodbye_after_both() {
    let (mut client, mut handle) = connected_client();
    client.send(now(), Delivery::Unreliable, b"voice");
    client.send(now(), Delivery::Reliable, b"control");
    let (delivery, packet) = (Delivery::Reliable, b"control".as_slice());
    assert_eq!(handle.poll(), Some(ClientRequest::Send { delivery, packet }));
    let (delivery, packet) = (Delivery::Unreliable, b"voice".as_slice());
    assert_eq!(handle.poll(), Some(ClientRequest::Send { delivery, packet }));
    client.send(now(), Delivery::Reliable, b"last words");
    client.disconnect(now());
    assert!(matches!(handle.poll(), Some(ClientRequest::Send { packet: b"last words", .. })));
    assert_eq!(client.poll_event(now(), &mut Vec::new()), None, "the goodbye has not left");
    assert_eq!(handle.poll(), Some(ClientRequest::Disconnect));
    assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(DisconnectReason::ClosedByUs));
}

#[test]
fn what_waits_for_a_link_that_went_down_is_never_asked_for() {
    let (mut client, mut handle) = connected_client();
    client.send(now(), Delivery::Reliable, b"too late");
    client.disconnect(now());
    handle.link_lost();
    client.connect(now());
    assert_eq!(handle.poll(), Some(ClientRequest::Connect));
    assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(DisconnectReason::TimedOut));
    handle.link_up();
    assert_eq!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
}

#[test]
fn changing_ones_mind_while_the_host_is_away_queues_nothing() {
    let (mut client, mut handle) = client(&settings());
    for _ in 0..10_000 {
        client.connect(now());
        client.disconnect(now());
        assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(DisconnectReason::ClosedByUs));
    }
    assert_eq!(handle.poll(), None);
}

#[test]
fn packets_that_belong_to_no_link_are_dropped_and_counted() {
    let (mut client, mut handle) = client(&settings());
    assert_eq!(handle.receive(Delivery::Reliable, b"early"), Received::Dropped);
    client.connect(now());
    handle.poll();
    handle.link_up();
    assert_eq!(handle.receive(Delivery::Reliable, &vec![0; PACKET_BYTES_MAX + 1]), Received::Dropped);
    assert_eq!(client.statistics().dropped.malformed, 2);

    let (server, mut handle, _) = server_with_peer();
    assert_eq!(handle.receive(NUMBER + 1, Delivery::Reliable, b"new?"), Received::Dropped);
    assert_eq!(handle.receive(NUMBER, Delivery::Reliable, &vec![0; PACKET_BYTES_MAX + 1]), Received::Dropped);
    assert_eq!(server.statistics().links.dropped.malformed, 2);
}

#[test]
fn a_host_that_never_polls_costs_the_client_its_oldest_voice_and_then_its_link() {
    let (mut client, mut handle) = connected_client();
    for number in 0..=VOICE_MAX as u8 {
        client.send(now(), Delivery::Unreliable, &[number]);
    }
    assert_eq!(client.statistics().dropped.outgoing_full, 1);
    assert!(matches!(handle.poll(), Some(ClientRequest::Send { packet: [1], .. })));
    for _ in 0..=CONTROL_MAX {
        client.send(now(), Delivery::Reliable, b"control");
    }
    assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(overloaded()));
    assert_eq!(handle.poll(), Some(ClientRequest::Disconnect), "nothing is sent over a broken link");
}

#[test]
fn a_voice_thread_that_never_polls_costs_its_link() {
    let (mut client, mut handle) = connected_client();
    let limit = settings().incoming.reliable_packets;
    for _ in 0..limit {
        assert_eq!(handle.receive(Delivery::Reliable, b"control"), Received::Queued);
    }
    assert_eq!(handle.receive(Delivery::Reliable, b"control"), Received::Overflowed);
    assert_eq!(handle.poll(), Some(ClientRequest::Disconnect));
    for _ in 0..limit {
        assert!(matches!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Packet { .. })));
    }
    assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(overloaded()));
}

#[test]
fn a_host_that_is_gone_is_an_unreachable_server() {
    let (mut client, handle) = connected_client();
    drop(handle);
    assert_eq!(client.poll_event(now(), &mut Vec::new()), ended(DisconnectReason::TimedOut));
    client.connect(now());
    let event = client.poll_event(now(), &mut Vec::new());
    assert!(matches!(
        event,
        Some(ClientLinkEvent::Disconnected { reason: DisconnectReason::Unreachable { .. } })
    ));
}

#[test]
fn a_client_that_is_dropped_says_goodbye_and_is_finished() {
    let (client, mut handle) = connected_client();
    assert!(!handle.is_finished());
    drop(client);
    assert_eq!(handle.poll(), Some(ClientRequest::Disconnect));
    assert_eq!(handle.poll(), None);
    assert!(handle.is_finished());
}

#[test]
fn each_side_wakes_the_other_once_until_it_has_drained_its_queue() {
    let (mut client, mut handle) = client(&settings());
    let (voice, host) = (Wakes::new(), Wakes::new());
    client.set_waker(voice.waker());
    handle.set_waker(host.waker());
    client.connect(now());
    assert_eq!(host.count(), 1);
    while handle.poll().is_some() {}
    handle.link_up();
    handle.receive(Delivery::Unreliable, b"voice");
    assert_eq!(voice.count(), 1);
    while client.poll_event(now(), &mut Vec::new()).is_some() {}
    client.send(now(), Delivery::Unreliable, b"voice");
    client.send(now(), Delivery::Reliable, b"control");
    assert_eq!(host.count(), 2);
    handle.receive(Delivery::Unreliable, b"voice");
    assert_eq!(voice.count(), 2);
}

#[test]
fn no_packet_is_larger_than_any_network_of_ours_carries() {
    let limits = PacketLimits { reliable_bytes: usize::MAX, unreliable_bytes: 500 };
    let (client, _handle) = client(&HostedSettings::new(limits));
    assert_eq!(client.limits(), PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: 500 });
}

/// Small, so that queues fill up soon.
fn settings() -> HostedSettings {
    HostedSettings {
        outgoing_reliable_packets: CONTROL_MAX,
        outgoing_unreliable_packets: VOICE_MAX,
        ..HostedSettings::new(PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 })
    }
}

fn connected_client() -> (HostedClient, HostedClientHandle) {
    let (mut client, mut handle) = client(&settings());
    client.connect(now());
    assert_eq!(handle.poll(), Some(ClientRequest::Connect));
    handle.link_up();
    assert_eq!(client.poll_event(now(), &mut Vec::new()), Some(ClientLinkEvent::Connected));
    (client, handle)
}

fn server_with_peer() -> (HostedServer, HostedServerHandle, Peer) {
    let (mut server, mut handle) = server(&settings());
    let peer = take_in(&mut server, &mut handle, NUMBER);
    (server, handle, peer)
}

fn take_in(server: &mut HostedServer, handle: &mut HostedServerHandle, number: u64) -> Peer {
    assert!(handle.peer_connected(number, ""));
    let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(now(), &mut Vec::new()) else {
        panic!("the server sees its peer");
    };
    assert_eq!(server.poll_event(now(), &mut Vec::new()), None);
    assert_eq!(handle.poll(), Some(ServerRequest::Accept { peer: number }));
    peer
}

#[expect(clippy::unnecessary_wraps, reason = "it stands for what a poll says")]
fn ended(reason: DisconnectReason) -> Option<ClientLinkEvent> {
    Some(ClientLinkEvent::Disconnected { reason })
}

fn now() -> Instant {
    Instant::now()
}

struct Wakes(Arc<Counter>);

#[derive(Default)]
struct Counter(AtomicU32);

impl Wakes {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.0))
    }

    fn count(&self) -> u32 {
        self.0.0.load(Ordering::SeqCst)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

const NUMBER: u64 = 76_561_198_000_000_001;
const CONTROL_MAX: usize = 8;
const VOICE_MAX: usize = 4;
