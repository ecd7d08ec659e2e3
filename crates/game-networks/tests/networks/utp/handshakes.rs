//! Connections: how they begin, are identified, and end.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::utp::{Datagram, DatagramKind, RELIABLE, ServerSettings, UNRELIABLE};
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DisconnectReason, ServerLinkEvent, ServerNetwork as _,
};

use crate::utp::support::{ByHand, HERE, OPENING, T, UtpRig, client, messages, prove, rig};

/// Runs the rule on a perfect network, and on bad ones from several seeds.
fn everywhere(mut rule: impl FnMut(UtpRig, LinkConditions)) {
    rule(rig(LinkConditions::PERFECT, 0), LinkConditions::PERFECT);
    for seed in 1..=5 {
        rule(rig(LinkConditions::POOR, seed), LinkConditions::POOR);
    }
}

fn is_end(saw: &Saw) -> bool {
    matches!(saw, Saw::Disconnected(_))
}

#[test]
fn a_client_connects_and_what_it_says_is_heard() {
    everywhere(|mut rig, _| {
        let (number, peer) = rig.connect_client(client(1), b"key");
        assert_eq!(rig.client_saw(number), [Saw::Connected(Vec::new())]);
        assert_eq!(rig.saw_of(peer), [&Saw::Connected(b"key".to_vec())]);
    });
}

#[test]
fn whatever_comes_with_its_token_is_an_answer_to_a_client_that_waits() {
    let data = DatagramKind::Data { pipeline: 1, body: &[0, 0xc0, 1, 0, 0, 0, b'x'] };
    for kind in [DatagramKind::Heartbeat, DatagramKind::MtuCheck { datagram_bytes: 20 }, data] {
        let now = std::time::Instant::now();
        let mut client = client(1);
        client.connect(now);
        let token = client.token().unwrap();
        let mut datagram = Vec::new();
        Datagram { token: T, kind }.write(&mut datagram);
        client.handle_datagram(now, &datagram);
        assert_eq!(client.poll_event(now, &mut Vec::new()), None, "it is another client's");
        datagram.clear();
        Datagram { token, kind }.write(&mut datagram);
        client.handle_datagram(now, &datagram);
        assert_eq!(client.poll_event(now, &mut Vec::new()), Some(ClientLinkEvent::Connected));
        let message = (kind == data).then_some(ClientLinkEvent::Packet { channel: UNRELIABLE });
        assert_eq!(client.poll_event(now, &mut Vec::new()), message);
    }
}

#[test]
fn a_refused_client_never_connects() {
    everywhere(|mut rig, _| {
        rig.refuses = true;
        let number = rig.add_client(client(1), b"");
        rig.run_until("it is told", |rig| !rig.client_saw(number).is_empty());
        assert_eq!(rig.client_saw(number), [Saw::Disconnected(DisconnectReason::refused(b""))]);
        rig.run_for(Duration::from_secs(1));
        assert_eq!(rig.server.statistics().connections.connected, 0);
    });
}

#[test]
fn a_client_that_waits_says_nothing_but_its_request() {
    let mut now = std::time::Instant::now();
    let mut client = client(1);
    client.connect(now);
    let mut requests = 0;
    for _ in 0..100 {
        let mut datagram = Vec::new();
        while client.poll_transmit(now, &mut datagram) {
            let kind = Datagram::parse(&datagram).unwrap().kind;
            assert_eq!(kind, DatagramKind::Request { greeting: b"" });
            requests += 1;
            datagram.clear();
        }
        now += Duration::from_millis(100);
        client.handle_timeout(now);
    }
    assert_eq!(requests, 10);
}

#[test]
fn a_client_that_is_not_answered_gives_up_after_a_minute() {
    let mut rig = rig(LinkConditions::PERFECT, 0);
    let number = rig.add_client(client(1), b"");
    rig.client(number).is_cut = true;
    rig.run_for(Duration::from_secs(59));
    assert_eq!(rig.client_saw(number), []);
    rig.run_for(Duration::from_secs(2));
    assert_eq!(rig.client_saw(number), [Saw::Disconnected(DisconnectReason::TimedOut)]);
}

#[test]
fn either_side_ends_a_connection_after_its_last_words() {
    everywhere(|mut rig, conditions| {
        let (leaving, left) = rig.connect_client(client(1), b"");
        let (kicked, kicked_peer) = rig.connect_client(client(2), b"");
        prove(&mut rig, kicked, kicked_peer);
        let words = vec![7; 5000];
        let now = rig.now();
        rig.client(leaving).endpoint.send(now, RELIABLE, &words);
        rig.client(leaving).endpoint.disconnect(now);
        rig.server.send(now, &[kicked_peer], RELIABLE, &words);
        rig.server.disconnect(now, kicked_peer, "");
        rig.run_until("all four ends are told", |rig| {
            [leaving, kicked].iter().all(|&number| rig.client_saw(number).iter().any(is_end))
                && [left, kicked_peer].iter().all(|&peer| rig.saw_of(peer).into_iter().any(is_end))
        });
        assert_eq!(messages(rig.saw_of(left), RELIABLE), [words.as_slice()]);
        assert_eq!(messages(rig.client_saw(kicked), RELIABLE), [OPENING.as_slice(), &words]);
        let ours = Saw::Disconnected(DisconnectReason::ClosedByUs);
        assert_eq!(rig.client_saw(leaving).last(), Some(&ours));
        assert_eq!(rig.saw_of(kicked_peer).last(), Some(&&ours));
        if conditions == LinkConditions::PERFECT {
            let theirs = Saw::Disconnected(DisconnectReason::closed_by_peer(b""));
            assert_eq!(rig.client_saw(kicked).last(), Some(&theirs));
            assert_eq!(rig.saw_of(left).last(), Some(&&theirs));
        }
    });
}

#[test]
fn a_lost_goodbye_is_repeated_to_a_client_that_goes_on() {
    let (mut hand, peer) = ByHand::with_client(ServerSettings::default());
    hand.server.disconnect(hand.now, peer, "");
    let mut goodbye = Vec::new();
    Datagram { token: T, kind: DatagramKind::Disconnect }.write(&mut goodbye);
    assert_eq!(hand.take(), [(HERE, goodbye.clone())]);
    hand.server.poll_event(hand.now, &mut Vec::new());
    for (kind, answer) in
        [(DatagramKind::Heartbeat, vec![(HERE, goodbye)]), (DatagramKind::Disconnect, vec![])]
    {
        assert_eq!(hand.give(HERE, kind), []);
        assert_eq!(hand.take(), answer, "to {kind:?}");
    }
}

#[test]
fn silence_ends_a_connection_at_both_ends_after_its_time_and_heartbeats_prevent_it() {
    everywhere(|mut rig, conditions| {
        let (number, peer) = rig.connect_client(client(1), b"");
        prove(&mut rig, number, peer);
        rig.run_for(Duration::from_secs(90));
        assert_eq!((rig.client_saw(number).len(), rig.saw_of(peer).len()), (2, 2), "both are there");
        rig.client(number).is_cut = true;
        rig.run_for(Duration::from_secs(25));
        assert_eq!((rig.client_saw(number).len(), rig.saw_of(peer).len()), (2, 2), "both still wait");
        rig.run_for(Duration::from_secs(5) + conditions.delay + conditions.jitter);
        let timed_out = Saw::Disconnected(DisconnectReason::TimedOut);
        assert_eq!(rig.client_saw(number).last(), Some(&timed_out));
        assert_eq!(rig.saw_of(peer).last(), Some(&&timed_out));
    });
}

#[test]
fn a_client_stays_for_as_long_as_a_game_takes_to_decide_and_proves_its_address_with_the_first_that_it_is_told()
 {
    everywhere(|mut rig, conditions| {
        let (number, peer) = rig.connect_client(client(1), b"");
        rig.run_for(Duration::from_secs(15));
        let now = rig.now();
        rig.server.send(now, &[peer], RELIABLE, &[7; 40]);
        rig.run_for(Duration::from_secs(15));
        assert_eq!(messages(rig.client_saw(number), RELIABLE), [[7; 40]]);
        assert_eq!(rig.saw_of(peer).len(), 1, "it is there: {conditions:?}");
        let now = rig.now();
        rig.server.send(now, &[peer], UNRELIABLE, &[8; 6000]);
        assert_eq!(rig.server.statistics().links.dropped.outgoing_full, 0, "its address is proved");
    });
}

#[test]
fn a_client_that_does_not_acknowledge_reliable_packets_in_time_is_disconnected() {
    let mut hand = ByHand::new(ServerSettings::default());
    hand.give(HERE, DatagramKind::Request { greeting: b"" });
    let peer = hand.newest.unwrap();
    let beat = |hand: &mut ByHand, seconds: u64| {
        for _ in 0..seconds {
            hand.give(HERE, DatagramKind::Heartbeat);
            hand.now += Duration::from_secs(1);
            hand.server.handle_timeout(hand.now);
            hand.take();
        }
    };
    beat(&mut hand, 60);
    assert_eq!(hand.server.statistics().connections.connected, 1, "it could show nothing yet");
    hand.server.send(hand.now, &[peer], RELIABLE, &OPENING);
    beat(&mut hand, 9);
    hand.server.send(hand.now, &[peer], RELIABLE, &OPENING);
    assert_eq!(hand.server.statistics().connections.connected, 1, "it has its time");
    beat(&mut hand, 1);
    let counts = hand.server.statistics().connections;
    assert_eq!((counts.connected, counts.failed_handshakes), (0, 1));
}

#[test]
fn a_client_that_restarts_at_its_address_is_taken_in_at_once() {
    everywhere(|mut rig, _| {
        let (number, first) = rig.connect_client(client(1), b"");
        prove(&mut rig, number, first);
        let now = rig.now();
        let seat = rig.client(number);
        seat.endpoint = client(2);
        seat.endpoint.connect(now);
        rig.run_until("it is connected again", |rig| {
            matches!(rig.client_saw(number), [Saw::Connected(_), Saw::Message(..), Saw::Connected(_)])
        });
        let again = rig.server_saw.last().unwrap().0;
        assert_ne!(first, again);
        let now = rig.now();
        rig.client(number).endpoint.send(now, RELIABLE, b"back");
        rig.run_until("it is heard", |rig| messages(rig.saw_of(again), RELIABLE) == [b"back"]);
        rig.run_for(Duration::from_secs(31));
        assert_eq!(rig.saw_of(first).last(), Some(&&Saw::Disconnected(DisconnectReason::TimedOut)));
    });
}

#[test]
fn a_token_is_free_again_after_a_goodbye() {
    let (mut hand, first) = ByHand::with_client(ServerSettings::default());
    let reason = DisconnectReason::closed_by_peer(b"");
    let gone = ServerLinkEvent::Disconnected { peer: first, reason };
    assert_eq!(hand.give(HERE, DatagramKind::Disconnect), [(gone, Vec::new())]);
    let events = hand.give(HERE, DatagramKind::Request { greeting: b"" });
    let [(ServerLinkEvent::Connected { peer, .. }, _)] = events.as_slice() else { panic!("{events:?}") };
    assert!(*peer > first);
}

#[test]
fn a_connection_follows_its_client_to_another_port_but_never_to_another_host() {
    let (mut hand, peer) = ByHand::with_client(ServerSettings::default());
    let port = SocketAddr::new(HERE.ip(), 6000);
    let host = SocketAddr::from(([10, 0, 0, 9], 6000));
    for (from, follows) in [(port, true), (host, false), (HERE, true)] {
        let before = hand.server.statistics().links.dropped.not_connected;
        for kind in [
            DatagramKind::Heartbeat,
            DatagramKind::Request { greeting: b"" },
            DatagramKind::MtuCheck { datagram_bytes: 11 },
        ] {
            assert_eq!(hand.give(from, kind), []);
        }
        hand.server.send(hand.now, &[peer], UNRELIABLE, b"x");
        let sent = hand.take();
        assert!(!sent.is_empty() && sent.iter().all(|(to, _)| (*to == from) == follows), "{sent:?}");
        let dropped = hand.server.statistics().links.dropped.not_connected - before;
        assert_eq!(dropped, if follows { 0 } else { 3 });
    }
    assert_eq!(hand.give(host, DatagramKind::Disconnect), [], "nor ended");
}

#[test]
fn the_size_of_an_mtu_check_is_confirmed() {
    let (mut hand, _) = ByHand::with_client(ServerSettings::default());
    for datagram_bytes in [11, 1400, 1472] {
        assert_eq!(hand.give(HERE, DatagramKind::MtuCheck { datagram_bytes }), []);
        let mut ack = Vec::new();
        Datagram { token: T, kind: DatagramKind::MtuAck { datagram_bytes } }.write(&mut ack);
        assert_eq!(hand.take(), [(HERE, ack)]);
    }
}

#[test]
fn a_server_that_closes_tells_all_clients_and_refuses_newcomers() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (number, _) = rig.connect_client(client(1), b"");
    let now = rig.now();
    rig.server.shutdown(now);
    let late = rig.add_client(client(2), b"");
    rig.run_for(Duration::from_secs(1));
    let closed = Saw::Disconnected(DisconnectReason::closed_by_peer(b""));
    assert_eq!(rig.client_saw(number).last(), Some(&closed));
    assert_eq!(rig.client_saw(late), [Saw::Disconnected(DisconnectReason::refused(b""))]);
    assert_eq!(rig.server.statistics().connections.connected, 0);
}
