//! Connection requests: accepted, repeated, from clients that come back, and refused.

use std::time::Duration;

use consonance_game_networks::litenetlib::handshake::{ConnectAccept, Disconnect};
use consonance_game_networks::litenetlib::{
    ClientSettings, ConnectionKey, Dialect, LiteNetLibClient, RELIABLE_ORDERED, ServerSettings, UNRELIABLE,
};
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{
    ClientNetwork as _, DisconnectReason, MessageChannel, ServerLinkEvent, ServerNetwork as _,
};

use crate::litenetlib::support::{
    ByHand, CONNECT_TIME, address, client, clock, messages, request_at, rig, rig_with,
};

fn disconnected(event: &ServerLinkEvent<MessageChannel>) -> bool {
    matches!(event, ServerLinkEvent::Disconnected { .. })
}

fn connection_number(accept: &[u8]) -> u8 {
    ConnectAccept::parse(accept).unwrap().connection_number
}

#[test]
fn the_same_request_gets_the_same_accept_and_is_reported_once() {
    let (mut by_hand, _) = ByHand::with_client();
    by_hand.server.handle_datagram(by_hand.now, address(2), &request_at(CONNECT_TIME));
    let first = by_hand.answers(address(1), &request_at(CONNECT_TIME));
    assert_eq!(by_hand.give(address(1), &request_at(CONNECT_TIME)), []);
    assert_eq!(by_hand.take(), first[..1]);
}

#[test]
fn a_lost_accept_comes_with_the_next_request() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let client = rig.add_client(client(), &[]);
    rig.run_until("the server sees it", |rig| !rig.server_saw.is_empty());
    rig.set_conditions(LinkConditions { loss: 1.0, ..LinkConditions::PERFECT });
    rig.run_for(Duration::from_millis(600));
    rig.set_conditions(LinkConditions::PERFECT);
    rig.run_until("it connects", |rig| rig.client_saw(client) == [Saw::Connected(Vec::new())]);
    assert_eq!(rig.server_saw.len(), 1);
}

#[test]
fn early_data_that_is_answered_with_not_found_ends_nothing() {
    let (mut by_hand, peer) = ByHand::with_client();
    by_hand.server.send(by_hand.now, &[peer], RELIABLE_ORDERED, b"early");
    assert_eq!(by_hand.take().len(), 1);
    assert_eq!(by_hand.give(address(1), &[0x0e]), []);
    assert_eq!(by_hand.take(), Vec::<Vec<u8>>::new());
    assert_eq!(by_hand.pass(Duration::from_millis(50)), []);
    assert_eq!(by_hand.take(), [b"\x01\0\0\x02early"], "it is repeated all the same");
    assert_eq!(by_hand.pass(Duration::from_millis(450)), []);
    by_hand.take();
    assert_eq!(by_hand.answers(address(1), &request_at(CONNECT_TIME)).len(), 1);
}

#[test]
fn an_end_that_lost_its_connection_is_told_its_number_and_may_end_it() {
    let (mut by_hand, peer) = ByHand::with_client();
    for ping in 2..14 {
        by_hand.pass(Duration::from_secs(1));
        by_hand.give(address(1), &[3, ping, 0]);
    }
    assert_eq!(by_hand.pass(Duration::from_secs(3)), []);
    by_hand.take();
    let answers = by_hand.answers(address(1), &[0x0e]);
    let announcement = ConnectAccept::parse(&answers[0]).unwrap();
    assert!(announcement.network_changed && answers[0][0] == 0x0e);
    assert_eq!(announcement.connect_time, CONNECT_TIME);
    let events = by_hand.give(address(1), &[0x0e, 1]);
    let reason = DisconnectReason::closed_by_peer(b"it knows no such connection");
    assert_eq!(events, [(ServerLinkEvent::Disconnected { peer, reason }, Vec::new())]);
}

#[test]
fn a_known_announcement_is_ignored_and_an_unknown_one_denied() {
    let (mut by_hand, _) = ByHand::with_client();
    let announcement =
        ConnectAccept { connect_time: CONNECT_TIME, connection_number: 0, network_changed: true, peer_id: 0 };
    assert_eq!(by_hand.answers(address(1), &announcement.to_bytes(Dialect::V1)), Vec::<Vec<u8>>::new());
    for wrong in
        [ConnectAccept { connect_time: 1, ..announcement }, ConnectAccept { peer_id: 7, ..announcement }]
    {
        assert_eq!(by_hand.answers(address(1), &wrong.to_bytes(Dialect::V1)), [[0x0e, 1]]);
    }
}

#[test]
fn a_client_that_is_not_known_any_more_announces_itself_and_ends() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, _) = rig.connect_client(client(), &[]);
    let now = rig.now();
    let seat = rig.client(client);
    seat.endpoint.handle_datagram(now, &[0x0e]);
    let mut said = Vec::new();
    assert!(seat.endpoint.poll_transmit(now, &mut said));
    assert!(ConnectAccept::parse(&said).is_some_and(|announcement| announcement.network_changed));
    seat.endpoint.handle_datagram(now, &[0x0e, 1]);
    rig.run_until("it ends", |rig| matches!(rig.client_saw(client).last(), Some(Saw::Disconnected(_))));
}

#[test]
fn a_newer_request_takes_the_place_of_the_connection_and_an_older_one_does_not() {
    let (mut by_hand, peer) = ByHand::with_client();
    assert_eq!(by_hand.give(address(1), &request_at(CONNECT_TIME - 1)), []);
    assert_eq!(by_hand.take(), Vec::<Vec<u8>>::new());
    for round in 1..6 {
        assert_eq!(by_hand.give(address(1), &request_at(CONNECT_TIME + round)), [], "it is there");
        by_hand.pass(Duration::from_millis(2500));
        by_hand.take();
        let events = by_hand.give(address(1), &request_at(CONNECT_TIME + round));
        assert!(disconnected(&events[0].0), "{events:?}");
        assert!(matches!(events[1].0, ServerLinkEvent::Connected { peer: new, .. } if new > peer));
        let accept = by_hand.take();
        assert_eq!(i64::from(connection_number(&accept[0])), round % 4);
    }
    let old_number = by_hand.give(address(1), b"\0of the first");
    assert_eq!(old_number, [], "packets of another connection are not heard");
}

#[test]
fn an_equal_request_during_the_goodbye_starts_again() {
    let (mut by_hand, peer) = ByHand::with_client();
    by_hand.server.disconnect(by_hand.now, peer, "bye");
    by_hand.pass(Duration::ZERO);
    assert_eq!(by_hand.take().len(), 1);
    let events = by_hand.give(address(1), &request_at(CONNECT_TIME));
    assert!(matches!(events[..], [(ServerLinkEvent::Connected { .. }, _)]), "{events:?}");
    assert_eq!(connection_number(&by_hand.take()[0]), 1);
}

#[test]
fn a_refused_client_gets_the_same_answer_again_until_it_has_understood() {
    let mut by_hand = ByHand::new(ServerSettings::default());
    by_hand.server.handle_datagram(by_hand.now, address(1), &request_at(CONNECT_TIME));
    let Some(ServerLinkEvent::Connected { peer, .. }) =
        by_hand.server.poll_event(by_hand.now, &mut Vec::new())
    else {
        panic!("a request is reported");
    };
    by_hand.server.disconnect(by_hand.now, peer, "not you");
    let refusal = by_hand.take();
    let said = Disconnect::parse(&refusal[0], Dialect::V1).unwrap();
    assert_eq!((said.connect_time, said.extra), (CONNECT_TIME, b"not you".as_slice()));
    by_hand.pass(Duration::ZERO);
    assert_eq!(by_hand.give(address(1), &request_at(CONNECT_TIME)), []);
    assert_eq!(by_hand.take(), refusal);
    by_hand.pass(Duration::from_millis(300));
    assert_eq!(by_hand.take(), refusal);
    by_hand.give(address(1), &[0x0d]);
    by_hand.pass(Duration::from_millis(300));
    assert_eq!(by_hand.take(), Vec::<Vec<u8>>::new());
}

#[test]
fn a_goodbye_without_an_answer_ends_after_three_seconds() {
    let (mut by_hand, peer) = ByHand::with_client();
    by_hand.server.disconnect(by_hand.now, peer, "bye");
    by_hand.pass(Duration::from_secs(10));
    assert_eq!(by_hand.take().len(), 10, "at once, and nine times 300 ms later");
    assert_eq!(by_hand.server.wants_poll_at(), None);
}

#[test]
fn keys_are_asked_for_as_configured() {
    for (key, said, is_admitted) in [
        (ConnectionKey::Exactly(String::new()), "", true),
        (ConnectionKey::Exactly(String::new()), "PurrNet", false),
        (ConnectionKey::Exactly("PurrNet".to_owned()), "PurrNet", true),
        (ConnectionKey::Exactly("PurrNet".to_owned()), "PurrNe", false),
        (ConnectionKey::Exactly("PurrNet".to_owned()), "", false),
        (ConnectionKey::Any, "whatever", true),
    ] {
        let mut rig =
            rig_with(ServerSettings { key: key.clone(), ..Default::default() }, LinkConditions::PERFECT, 1);
        let settings = ClientSettings { key: said.to_owned(), ..ClientSettings::default() };
        let client = rig.add_client(LiteNetLibClient::new(settings, clock()), &[]);
        rig.run_until("it is answered", |rig| !rig.client_saw(client).is_empty());
        let expected = if is_admitted {
            Saw::Connected(Vec::new())
        } else {
            Saw::Disconnected(DisconnectReason::refused(b""))
        };
        assert_eq!(rig.client_saw(client), [expected], "{key:?} and {said}");
    }
}

#[test]
fn a_client_beyond_the_limit_is_told_so() {
    let mut settings = ServerSettings::default();
    settings.peers.connections_max = 2;
    let mut rig = rig_with(settings, LinkConditions::PERFECT, 1);
    rig.connect_client(client(), &[]);
    rig.connect_client(client(), &[]);
    rig.run_for(Duration::from_millis(100));
    let third = rig.add_client(client(), &[]);
    let refused = DisconnectReason::refused(b"the server is full");
    rig.run_until("it is refused", |rig| rig.client_saw(third) == [Saw::Disconnected(refused.clone())]);
    assert_eq!(rig.server.statistics().connections.rejected_full, 1);
}

#[test]
fn spoofed_requests_fill_only_the_slots_for_newcomers_and_are_forgotten() {
    let mut settings = ServerSettings::default();
    settings.peers.handshakes_max = 10;
    let mut by_hand = ByHand::new(settings);
    for number in 0..=255 {
        by_hand.give(address(number), &request_at(CONNECT_TIME));
        by_hand.pass(Duration::ZERO);
    }
    let counts = by_hand.server.statistics().connections;
    assert_eq!((counts.connected, counts.failed_handshakes), (10, 246));
    by_hand.pass(Duration::from_secs(7));
    assert_eq!(by_hand.server.statistics().connections.connected, 0);
    let events = by_hand.give(address(1), &request_at(CONNECT_TIME));
    assert!(matches!(events[..], [(ServerLinkEvent::Connected { .. }, _)]));
}

#[test]
fn a_request_without_an_answer_ends_after_ten_repeats() {
    let mut rig = rig(LinkConditions { loss: 1.0, ..LinkConditions::PERFECT }, 1);
    let began = rig.now();
    let client = rig.add_client(client(), &[]);
    rig.run_until("it gives up", |rig| !rig.client_saw(client).is_empty());
    assert_eq!(rig.client_saw(client), [Saw::Disconnected(DisconnectReason::TimedOut)]);
    assert_eq!(rig.now() - began, Duration::from_millis(5500));
}

#[test]
fn a_client_that_reconnects_from_the_same_address_is_a_new_peer() {
    let mut rig = rig(LinkConditions::POOR, 3);
    let (client, first) = rig.connect_client(client(), &[]);
    for round in 0..5 {
        let now = rig.now();
        let known = rig.server_saw.len();
        rig.client(client).endpoint.connect(now);
        rig.run_until("it is back", |rig| {
            let saw = &rig.server_saw[known..];
            saw.iter().any(|(peer, saw)| *peer > first && matches!(saw, Saw::Connected(_)))
        });
        let peer = rig.server_saw.last().unwrap().0;
        rig.run_until("it is admitted", |rig| {
            let connected = rig.client_saw(client).iter().filter(|saw| matches!(saw, Saw::Connected(_)));
            connected.count() == round + 2
        });
        let now = rig.now();
        rig.client(client).endpoint.send(now, RELIABLE_ORDERED, b"back");
        rig.run_until("it is heard", |rig| messages(rig.saw_of(peer), RELIABLE_ORDERED) == [b"back"]);
    }
}

#[test]
fn a_client_that_restarts_on_its_port_is_in_again_within_three_seconds() {
    for restarts_after_ms in [0, 1, 300, 1000, 2400, 2600, 5000] {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (number, first) = rig.connect_client(client(), &[]);
        rig.run_for(Duration::from_secs(2));
        rig.client(number).is_cut = true;
        rig.run_for(Duration::from_millis(restarts_after_ms));
        let seat = rig.client(number);
        (seat.is_cut, seat.endpoint) = (false, client());
        seat.saw.clear();
        let now = rig.now();
        rig.client(number).endpoint.connect(now);
        rig.run_until("it is in again", |rig| rig.client_saw(number) == [Saw::Connected(Vec::new())]);
        let took = rig.now() - now;
        assert!(took <= Duration::from_millis(3100), "{took:?}, restarted after {restarts_after_ms} ms");
        let reason = DisconnectReason::closed_by_peer(b"");
        assert_eq!(rig.saw_of(first).last(), Some(&&Saw::Disconnected(reason)));
        let now = rig.now();
        rig.client(number).endpoint.send(now, RELIABLE_ORDERED, b"back");
        rig.run_until("it is heard", |rig| {
            rig.server_saw.last().is_some_and(|(peer, saw)| {
                *peer > first && *saw == Saw::Message(RELIABLE_ORDERED, b"back".to_vec())
            })
        });
    }
}

#[test]
fn silence_ends_a_connection_at_both_ends() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = rig.connect_client(client(), &[]);
    rig.run_for(Duration::from_mins(1));
    assert_eq!(rig.saw_of(peer).len(), 1, "pings keep it up");
    rig.client(client).is_cut = true;
    rig.run_for(Duration::from_secs(12));
    let timed_out = Saw::Disconnected(DisconnectReason::TimedOut);
    assert_eq!(
        (rig.client_saw(client).last(), rig.saw_of(peer).last()),
        (Some(&timed_out), Some(&&timed_out))
    );
}

#[test]
fn goodbyes_of_either_side_arrive_over_a_bad_network() {
    for seed in 0..20 {
        let mut rig = rig(LinkConditions::POOR, seed);
        let (leaving, leaving_peer) = rig.connect_client(client(), &[]);
        let (kicked, kicked_peer) = rig.connect_client(client(), &[]);
        let now = rig.now();
        rig.client(leaving).endpoint.send(now, RELIABLE_ORDERED, b"last");
        rig.client(leaving).endpoint.disconnect(now);
        rig.server.send(now, &[kicked_peer], RELIABLE_ORDERED, b"last");
        rig.server.send(now, &[kicked_peer], UNRELIABLE, b"perhaps");
        rig.server.disconnect(now, kicked_peer, "you shout");
        rig.run_until("both are gone", |rig| {
            let is_over = |saw: Option<&Saw>| matches!(saw, Some(Saw::Disconnected(_)));
            is_over(rig.client_saw(leaving).last()) && is_over(rig.client_saw(kicked).last())
        });
        assert_eq!(messages(rig.saw_of(leaving_peer), RELIABLE_ORDERED), [b"last"], "seed {seed}");
        assert_eq!(messages(rig.client_saw(kicked), RELIABLE_ORDERED), [b"last"], "seed {seed}");
        let reason = DisconnectReason::closed_by_peer(b"you shout");
        assert_eq!(rig.client_saw(kicked).last(), Some(&Saw::Disconnected(reason)), "seed {seed}");
        rig.run_for(Duration::from_secs(10));
        assert_eq!(rig.server.statistics().connections.connected, 0);
        assert_eq!(rig.server.wants_poll_at(), None, "nothing remains");
    }
}
