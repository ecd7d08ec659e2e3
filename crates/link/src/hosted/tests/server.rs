//! The server, driven manually.

use super::*;
use crate::{PeerIdentity, ServerNetworkExt as _};

#[test]
fn a_peer_that_sends_more_than_a_server_polls_loses_its_link_and_is_counted() {
    let (server, mut handle, _) = server_with_peer();
    for _ in 0..settings().incoming.reliable_packets {
        assert_eq!(handle.receive(NUMBER, Delivery::Reliable, b"control"), Received::Queued);
    }
    assert_eq!(handle.receive(NUMBER, Delivery::Reliable, b"control"), Received::Overflowed);
    assert_eq!(server.statistics().links.dropped.incoming_full, 1);
}

#[test]
fn one_packet_for_many_peers_is_one_request() {
    let (mut server, mut handle) = server(&settings());
    let peers: Vec<Peer> = (0..3).map(|number| take_in(&mut server, &mut handle, number)).collect();
    server.send(now(), &[peers[2], peers[0], Peer(99)], Delivery::Unreliable, b"voice");
    let (delivery, packet) = (Delivery::Unreliable, b"voice".as_slice());
    assert_eq!(handle.poll(), Some(ServerRequest::Send { peers: &[2, 0], delivery, packet }));
    assert_eq!(handle.poll(), None);
    let statistics = server.statistics().links;
    assert_eq!((statistics.sent.unreliable.packets, statistics.dropped.not_connected), (2, 1));
}

#[test]
fn a_peer_whose_number_comes_back_is_another_peer() {
    let (mut server, mut handle, peer) = server_with_peer();
    server.send(now(), &[peer], Delivery::Reliable, b"for the first");
    assert!(handle.peer_connected(NUMBER, ""));
    let reason = DisconnectReason::TimedOut;
    assert_eq!(
        server.poll_event(now(), &mut Vec::new()),
        Some(ServerLinkEvent::Disconnected { peer, reason })
    );
    let Some(ServerLinkEvent::Connected { peer: again, .. }) = server.poll_event(now(), &mut Vec::new())
    else {
        panic!("the second is reported");
    };
    assert!(again > peer);
    assert_eq!(handle.poll(), None, "what waited for the first is not for the second");
}

#[test]
fn the_hosts_number_is_the_identity_of_a_peer_unless_its_ip_address_is_known() {
    let (mut server, mut handle) = server(&settings());
    for (number, remote, expected) in [
        (NUMBER, None, Some(NUMBER)),
        (7, Some("Steam account 7"), Some(7)),
        (8, Some("192.0.2.1:7"), None),
        (9, Some("2001:db8::1"), None),
    ] {
        match remote {
            None => handle.peer_connected(number, ""),
            Some(remote) => handle.peer_connected_from(number, "", remote),
        };
        let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(now(), &mut Vec::new()) else {
            panic!("the server sees its peer");
        };
        assert_eq!(
            server.peer_capability(now(), peer),
            expected.map(PeerIdentity),
            "{number} from {remote:?}"
        );
        handle.peer_disconnected(number, "");
        while server.poll_event(now(), &mut Vec::new()).is_some() {}
        assert_eq!(server.peer_capability::<PeerIdentity>(now(), peer), None, "it is gone");
    }
}

#[test]
fn a_peer_is_heard_as_long_as_the_host_does_not_say_that_it_is_gone() {
    let (mut server, mut handle, peer) = server_with_peer();
    let later = now() + Duration::from_hours(1);
    assert_eq!(server.probe(later, peer), Some(later));
    handle.peer_lost(NUMBER);
    while server.poll_event(now(), &mut Vec::new()).is_some() {}
    assert_eq!(server.probe(later, peer), None);
}

#[test]
fn a_peer_that_is_refused_is_told_why_and_forgotten() {
    let (mut server, mut handle) = server(&settings());
    handle.peer_connected(NUMBER, "nowhere");
    let Some(ServerLinkEvent::Connected { peer, session, .. }) = server.poll_event(now(), &mut Vec::new())
    else {
        panic!("the server sees its peer");
    };
    assert_eq!(session, "nowhere");
    server.disconnect(now(), peer, "no such session");
    assert_eq!(handle.receive(NUMBER, Delivery::Reliable, b"hello"), Received::Dropped);
    assert_eq!(server.poll_event(now(), &mut Vec::new()), None, "the goodbye has not left");
    assert_eq!(handle.poll(), Some(ServerRequest::Refuse { peer: NUMBER, reason: "no such session" }));
    let reason = DisconnectReason::ClosedByUs;
    assert_eq!(
        server.poll_event(now(), &mut Vec::new()),
        Some(ServerLinkEvent::Disconnected { peer, reason })
    );
}

#[test]
fn a_failed_send_ends_one_peer_and_a_session_that_moves_ends_all() {
    let (mut server, mut handle) = server(&settings());
    let peers: Vec<Peer> = (0..3).map(|number| take_in(&mut server, &mut handle, number)).collect();
    handle.send_failed(1);
    assert_eq!(
        server.poll_event(now(), &mut Vec::new()),
        Some(ServerLinkEvent::Disconnected { peer: peers[1], reason: send_failed() })
    );
    assert_eq!(server.statistics().connections.too_slow, 1);
    handle.session_reset();
    for peer in [peers[0], peers[2]] {
        let reason = DisconnectReason::closed_by_peer(SESSION_RESET.as_bytes());
        assert_eq!(
            server.poll_event(now(), &mut Vec::new()),
            Some(ServerLinkEvent::Disconnected { peer, reason })
        );
    }
    assert_eq!(server.statistics().connections.connected, 0);
}

#[test]
fn a_host_that_never_polls_costs_the_server_its_oldest_voice_and_then_each_peer_by_itself() {
    let (mut server, mut handle) = server(&settings());
    let (a, b) = (take_in(&mut server, &mut handle, 1), take_in(&mut server, &mut handle, 2));
    for number in 0..=VOICE_MAX as u8 {
        server.send(now(), &[a, b], Delivery::Unreliable, &[number]);
    }
    assert_eq!(server.statistics().links.dropped.outgoing_full, 2, "one packet for two peers");
    for _ in 0..CONTROL_MAX {
        server.send(now(), &[a], Delivery::Reliable, b"for a");
    }
    server.send(now(), &[a, b], Delivery::Reliable, b"for both");
    let reason = overloaded();
    assert_eq!(
        server.poll_event(now(), &mut Vec::new()),
        Some(ServerLinkEvent::Disconnected { peer: a, reason })
    );
    assert_eq!(server.poll_event(now(), &mut Vec::new()), None, "b has room");
    let (delivery, packet) = (Delivery::Reliable, b"for both".as_slice());
    assert_eq!(handle.poll(), Some(ServerRequest::Send { peers: &[2], delivery, packet }));
    assert_eq!(handle.poll(), Some(ServerRequest::Disconnect { peer: 1, reason: OVERFLOWED }));
    assert!(matches!(handle.poll(), Some(ServerRequest::Send { peers: [2], packet: [1], .. })));
}

#[test]
fn peers_that_come_and_go_between_polls_leave_nothing_behind() {
    let (mut server, mut handle) = server(&settings());
    for _ in 0..1000 {
        handle.peer_connected(NUMBER, "");
        let Some(ServerLinkEvent::Connected { peer, .. }) = server.poll_event(now(), &mut Vec::new()) else {
            panic!("the server sees its peer");
        };
        server.send(now(), &[peer], Delivery::Reliable, b"welcome");
        server.send(now(), &[peer], Delivery::Unreliable, b"voice");
        handle.peer_disconnected(NUMBER, "");
        while server.poll_event(now(), &mut Vec::new()).is_some() {}
    }
    assert_eq!(handle.poll(), None);
}

#[test]
fn a_full_server_takes_no_more_peers() {
    let (server, mut handle) = server(&HostedSettings { peers_max: 2, ..settings() });
    let taken = [1, 2, 3].map(|number| handle.peer_connected(number, ""));
    assert_eq!(taken, [true, true, false]);
    assert_eq!(server.statistics().connections.rejected_full, 1);
}

#[test]
fn a_server_that_is_dropped_says_goodbye_to_all_peers_and_is_finished() {
    let (server, mut handle, _) = server_with_peer();
    handle.peer_connected(NUMBER + 1, "");
    drop(server);
    let reason = "the server is shutting down";
    assert_eq!(handle.poll(), Some(ServerRequest::Disconnect { peer: NUMBER, reason }));
    assert_eq!(handle.poll(), Some(ServerRequest::Refuse { peer: NUMBER + 1, reason }));
    assert_eq!(handle.poll(), None);
    assert!(handle.is_finished());
}
