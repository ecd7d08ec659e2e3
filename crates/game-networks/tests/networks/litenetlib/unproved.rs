//! Limits on clients that have not proved their address, and messages that wait for the proof.

use std::time::Duration;

use consonance_game_networks::litenetlib::{RELIABLE_ORDERED, ServerSettings, UNRELIABLE};
use consonance_link::gateway::udp::ServerEndpoint as _;
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::{DisconnectReason, Peer, ServerLinkEvent, ServerNetwork as _};

use crate::litenetlib::support::{ByHand, CONNECT_TIME, address, client, request_at, rig};

/// First bytes of packets of a connection with the number 0.
const PING: u8 = 3;
const ACCEPT: u8 = 6;
const DISCONNECT: u8 = 7;

/// A server with one client that was accepted and has sent nothing since.
fn admitted() -> (ByHand, Peer) {
    let mut by_hand = ByHand::new(ServerSettings::default());
    let events = by_hand.give(address(1), &request_at(CONNECT_TIME));
    let [(ServerLinkEvent::Connected { peer, .. }, _)] = events.as_slice() else {
        panic!("a request led to {events:?}");
    };
    (by_hand, *peer)
}

fn first_bytes(datagrams: &[Vec<u8>]) -> Vec<u8> {
    datagrams.iter().map(|datagram| datagram[0]).collect()
}

#[test]
fn messages_wait_for_the_proof_and_leave_with_it() {
    let (mut by_hand, peer) = admitted();
    let now = by_hand.now;
    for message in [b"one", b"two"] {
        by_hand.server.send(now, &[peer], RELIABLE_ORDERED, message);
        by_hand.server.send(now, &[peer], UNRELIABLE, message);
    }
    by_hand.pass(Duration::from_millis(100));
    let mut left = by_hand.answer_pings(address(1));
    assert_eq!(left.remove(0)[0], ACCEPT);
    assert_eq!(left, [b"\x0c\x04\0\0one\x04\0\0two\x07\0\x01\0\0\x02one\x07\0\x01\x01\0\x02two"]);
}

#[test]
fn few_messages_that_may_be_lost_wait_for_the_proof_and_the_others_are_counted() {
    let (mut by_hand, peer) = admitted();
    let now = by_hand.now;
    for number in 0..20_u8 {
        by_hand.server.send(now, &[peer], UNRELIABLE, &[number; 600]);
    }
    assert_eq!(by_hand.server.statistics().links.dropped.outgoing_full, 4);
    let left = by_hand.answer_pings(address(1));
    let numbers: Vec<u8> = left[1..].iter().map(|datagram| datagram[1]).collect();
    assert_eq!(numbers, (0..16).collect::<Vec<u8>>());
}

#[test]
fn a_kick_before_the_proof_waits_for_it_and_comes_after_what_was_said_before() {
    for (seed, conditions) in
        (0..40).map(|seed| (seed, if seed < 20 { LinkConditions::PERFECT } else { LinkConditions::POOR }))
    {
        let mut rig = rig(conditions, seed);
        let kicked = rig.add_client(client(), &[]);
        rig.run_until("it is admitted", |rig| !rig.server_saw.is_empty());
        let (peer, now) = (rig.server_saw[0].0, rig.now());
        rig.server.send(now, &[peer], RELIABLE_ORDERED, b"last");
        rig.server.disconnect(now, peer, "you shout, and this is more than the request would pay for");
        rig.run_until("it is gone", |rig| {
            matches!(rig.client_saw(kicked).last(), Some(Saw::Disconnected(_)))
        });
        let reason = b"you shout, and this is more than the request would pay for";
        let expected = [
            Saw::Connected(Vec::new()),
            Saw::Message(RELIABLE_ORDERED, b"last".to_vec()),
            Saw::Disconnected(DisconnectReason::closed_by_peer(reason)),
        ];
        assert_eq!(rig.client_saw(kicked), expected, "seed {seed}");
    }
}

#[test]
fn a_kick_does_not_wait_for_a_proof_without_end() {
    let (mut by_hand, peer) = admitted();
    by_hand.take();
    by_hand.server.disconnect(by_hand.now, peer, "bye");
    assert_eq!(by_hand.pass(Duration::from_millis(5900)), []);
    assert!(first_bytes(&by_hand.take()).iter().all(|first| *first == PING));
    let reason = DisconnectReason::ClosedByUs;
    let ended = by_hand.pass(Duration::from_millis(100));
    assert_eq!(ended, [(ServerLinkEvent::Disconnected { peer, reason }, Vec::new())]);
    by_hand.pass(Duration::from_secs(3));
    assert_eq!(by_hand.server.wants_poll_at(), None, "nothing remains");
}

#[test]
fn a_refusal_that_is_longer_than_the_request_leaves_with_those_that_follow() {
    let mut by_hand = ByHand::new(ServerSettings::default());
    let request = request_at(CONNECT_TIME);
    by_hand.server.handle_datagram(by_hand.now, address(1), &request);
    let Some(ServerLinkEvent::Connected { peer, .. }) =
        by_hand.server.poll_event(by_hand.now, &mut Vec::new())
    else {
        panic!("a request is reported");
    };
    by_hand.server.disconnect(by_hand.now, peer, "the server is not open to all");
    assert_eq!(by_hand.take(), Vec::<Vec<u8>>::new());
    by_hand.pass(Duration::from_millis(100));
    let left = by_hand.answers(address(1), &request);
    assert_eq!(first_bytes(&left), [DISCONNECT]);
    assert!(left[0].ends_with(b"the server is not open to all"));
}

#[test]
fn a_client_that_asks_again_gets_the_same_pings_again() {
    let (mut by_hand, _) = admitted();
    let first = by_hand.take();
    assert_eq!(first_bytes(&first), [ACCEPT, PING, PING]);
    assert!(first.iter().map(Vec::len).sum::<usize>() <= request_at(CONNECT_TIME).len());
    assert_eq!(by_hand.answers(address(1), &request_at(CONNECT_TIME)), first);
}

#[test]
fn a_client_whose_answers_were_lost_is_asked_for_others_soon() {
    let (mut by_hand, _) = admitted();
    let mut asked = by_hand.take().split_off(1);
    by_hand.pass(Duration::from_secs(3));
    asked.extend(by_hand.take());
    let number = |ping: &Vec<u8>| u16::from_le_bytes([ping[1], ping[2]]);
    assert!(first_bytes(&asked) == [PING; 7] && asked.iter().is_sorted_by(|a, b| number(a) < number(b)));
}
