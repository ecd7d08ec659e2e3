//! Direct links of a hosted client, driven manually.

use super::*;
use crate::{DirectEvent, DirectLinks as _};

#[test]
fn a_direct_link_needs_no_server_and_outlives_it() {
    let (mut client, mut handle) = client(&settings());
    let peer = up(&mut client, &mut handle, NUMBER);
    client.connect(now());
    assert_eq!(handle.poll(), Some(ClientRequest::Connect));
    handle.link_up();
    handle.session_reset();
    while client.poll_event(now(), &mut Vec::new()).is_some() {}
    assert_eq!(handle.receive_direct(NUMBER, Delivery::Unreliable, b"voice"), Received::Queued);
    let (delivery, packet) = (Delivery::Unreliable, b"voice".as_slice());
    let mut bytes = Vec::new();
    assert_eq!(client.poll_event(now(), &mut bytes), direct(peer, DirectEvent::Packet { delivery }));
    assert_eq!(bytes, packet);
}

#[test]
fn a_packet_for_many_players_is_one_request_that_leaves_out_unknown_players() {
    let (mut client, mut handle) = client(&settings());
    let peers = [7, 8, 9].map(|number| up(&mut client, &mut handle, number));
    client.send_direct(now(), &[peers[2], peers[0], Peer(99)], Delivery::Unreliable, b"voice");
    let (delivery, packet) = (Delivery::Unreliable, b"voice".as_slice());
    assert_eq!(handle.poll_direct(), Some(DirectRequest::Send { peers: &[9, 7], delivery, packet }));
    assert_eq!(handle.poll_direct(), None);
    let statistics = client.statistics();
    assert_eq!((statistics.sent.unreliable.packets, statistics.dropped.not_connected), (2, 1));
}

#[test]
fn what_is_sent_to_the_server_and_directly_is_asked_for_apart_and_wakes_the_host_once() {
    let (mut client, mut handle) = connected_client();
    let peer = up(&mut client, &mut handle, NUMBER);
    while handle.poll().is_some() || handle.poll_direct().is_some() {}
    let (voice, host) = (Wakes::new(), Wakes::new());
    client.set_waker(voice.waker());
    handle.set_waker(host.waker());
    client.send_direct(now(), &[peer], Delivery::Reliable, b"directly");
    assert_eq!(host.count(), 1);
    client.send(now(), Delivery::Reliable, b"to the server");
    assert!(matches!(handle.poll(), Some(ClientRequest::Send { packet: b"to the server", .. })));
    assert!(matches!(handle.poll_direct(), Some(DirectRequest::Send { packet: b"directly", .. })));
    assert_eq!(handle.poll(), None);
    assert_eq!(handle.poll_direct(), None);
    while client.poll_event(now(), &mut Vec::new()).is_some() {}
    handle.receive_direct(NUMBER, Delivery::Unreliable, b"voice");
    assert_eq!(voice.count(), 1);
}

#[test]
fn a_server_that_floods_does_not_keep_direct_packets_waiting() {
    let (mut client, mut handle) = connected_client();
    let peer = up(&mut client, &mut handle, NUMBER);
    for _ in 0..100 {
        handle.receive(Delivery::Unreliable, b"flood");
    }
    handle.receive_direct(NUMBER, Delivery::Unreliable, b"voice");
    let delivery = Delivery::Unreliable;
    let mut bytes = Vec::new();
    let mut events = (0..2).map(|_| {
        client.poll_event(now(), &mut bytes) == direct(peer, DirectEvent::Packet { delivery })
            && bytes == b"voice"
    });
    assert!(events.any(|is_direct| is_direct));
}

#[test]
fn a_direct_link_that_is_ended_is_asked_to_end_after_its_last_words_and_is_not_heard_meanwhile() {
    let (mut client, mut handle) = client(&settings());
    let peer = up(&mut client, &mut handle, NUMBER);
    client.send_direct(now(), &[peer], Delivery::Reliable, b"last words");
    client.disconnect_direct(now(), peer);
    handle.receive_direct(NUMBER, Delivery::Reliable, b"unheard");
    assert_eq!(client.poll_event(now(), &mut Vec::new()), None, "the goodbye has not left");
    assert!(matches!(handle.poll_direct(), Some(DirectRequest::Send { packet: b"last words", .. })));
    assert_eq!(handle.poll_direct(), Some(DirectRequest::Disconnect { peer: NUMBER }));
    assert_eq!(client.poll_event(now(), &mut Vec::new()), down(peer, DisconnectReason::ClosedByUs));
    assert_eq!(handle.receive_direct(NUMBER, Delivery::Reliable, b"late"), Received::Dropped);
    assert_eq!(client.statistics().dropped.malformed, 2);
}

#[test]
fn each_end_of_a_direct_link_that_the_host_tells_has_its_reason() {
    let (mut client, mut handle) = client(&settings());
    let peers = [7, 8, 9].map(|number| up(&mut client, &mut handle, number));
    handle.direct_disconnected(7, "the match is over");
    handle.direct_lost(8);
    handle.direct_send_failed(9);
    let reasons = [
        DisconnectReason::closed_by_peer(b"the match is over"),
        DisconnectReason::TimedOut,
        DisconnectReason::Overloaded { queue: "a reliable packet".to_owned() },
    ];
    for (peer, reason) in peers.into_iter().zip(reasons) {
        assert_eq!(client.poll_event(now(), &mut Vec::new()), down(peer, reason));
    }
}

#[test]
fn too_many_direct_links_are_not_taken() {
    let (_client, mut handle) = client(&HostedSettings { direct_links_max: 2, ..settings() });
    assert_eq!([1, 2, 3].map(|number| handle.direct_connected(number)), [true, true, false]);
    handle.direct_lost(1);
    assert!(handle.direct_connected(3));
}

#[test]
fn a_client_that_is_dropped_asks_for_the_end_of_its_direct_links_before_it_is_finished() {
    let (mut client, mut handle) = client(&settings());
    up(&mut client, &mut handle, NUMBER);
    drop(client);
    assert_eq!(handle.poll_direct(), Some(DirectRequest::Disconnect { peer: NUMBER }));
    assert_eq!(handle.poll_direct(), None);
    assert!(handle.is_finished());
}

#[test]
fn a_host_that_is_gone_loses_direct_links_too() {
    let (mut client, mut handle) = client(&settings());
    let peer = up(&mut client, &mut handle, NUMBER);
    drop(handle);
    assert_eq!(client.poll_event(now(), &mut Vec::new()), down(peer, DisconnectReason::TimedOut));
}

/// Makes a direct link to the player of this number; returns the link's name.
fn up(client: &mut HostedClient, handle: &mut HostedClientHandle, number: u64) -> Peer {
    assert!(handle.direct_connected(number));
    match client.poll_event(now(), &mut Vec::new()) {
        Some(ClientLinkEvent::Direct { peer, event: DirectEvent::Up }) => peer,
        other => panic!("{other:?} is not a new direct link"),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands for what a poll says")]
fn direct(peer: Peer, event: DirectEvent) -> Option<ClientLinkEvent> {
    Some(ClientLinkEvent::Direct { peer, event })
}

fn down(peer: Peer, reason: DisconnectReason) -> Option<ClientLinkEvent> {
    direct(peer, DirectEvent::Down { reason })
}
