//! Bad networks, on simulated time: loss, silence, restarts, many clients at once.

use std::net::SocketAddr;
use std::time::Duration;

use consonance_game_networks::forge::{
    ForgeClient, ForgeClientSettings, ForgeServer, ForgeServerSettings, RELIABLE, UNRELIABLE,
};
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};
use consonance_link::{ClientNetwork as _, DisconnectReason, Peer, ServerNetwork as _};

use crate::forge::golden::id_request;

type Bench = Rig<ForgeServer, ForgeClient>;

#[test]
fn with_every_fifth_datagram_lost_what_is_reliable_arrives_once_and_in_order() {
    for seed in 0..10 {
        let mut rig = rig(LinkConditions::POOR, seed);
        let (client, peer) = rig.connect_client(client(1), b"");
        let messages: Vec<Vec<u8>> = (0..300_u16).map(|number| message(&number.to_le_bytes())).collect();
        let now = rig.now();
        for message in &messages {
            rig.client(client).endpoint.send(now, RELIABLE, message);
            rig.server.send(now, &[peer], RELIABLE, message);
        }
        rig.run_until("everything arrives", |rig| {
            heard_by_server(rig, peer).len() == messages.len()
                && heard_by_client(rig, client).len() == messages.len()
        });
        assert_eq!(heard_by_server(&rig, peer), messages);
        assert_eq!(heard_by_client(&rig, client), messages);
        let now = rig.now();
        rig.client(client).endpoint.disconnect(now);
        rig.run_until("both ends hear of the end", |rig| {
            is_over(rig.client_saw(client)) && rig.saw_of(peer).last().is_some_and(|saw| is_end(saw))
        });
    }
}

#[test]
fn a_client_that_is_silent_for_half_a_minute_is_gone() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = rig.connect_client(client(1), b"");
    rig.run_for(Duration::from_mins(1));
    assert!(!is_over(rig.client_saw(client)), "pings keep it");
    rig.client(client).is_cut = true;
    // The last ping was sent up to five seconds ago.
    rig.run_for(Duration::from_secs(24));
    assert!(rig.saw_of(peer).iter().all(|saw| !is_end(saw)));
    rig.run_for(Duration::from_secs(7));
    let gone = Saw::Disconnected(DisconnectReason::TimedOut);
    assert_eq!(rig.saw_of(peer).last(), Some(&&gone));
    rig.run_for(Duration::from_secs(5));
    assert_eq!(rig.client_saw(client).last(), Some(&gone));
}

#[test]
fn a_host_that_does_not_answer_is_asked_ten_times() {
    let mut rig = rig(LinkConditions { loss: 1.0, ..LinkConditions::PERFECT }, 1);
    let client = rig.add_client(client(1), b"");
    rig.run_for(Duration::from_secs(29));
    assert!(rig.client_saw(client).is_empty());
    rig.run_for(Duration::from_secs(2));
    assert_eq!(rig.client_saw(client), [Saw::Disconnected(DisconnectReason::TimedOut)]);
}

#[test]
fn a_client_that_restarts_on_its_port_is_a_new_peer_within_ten_seconds() {
    for restarts_after_ms in [0, 1, 2999, 3000, 6000, 6300, 20_000] {
        let mut rig = rig(LinkConditions::PERFECT, 1);
        let (number, first) = rig.connect_client(client(1), b"");
        rig.run_for(Duration::from_millis(10_200));
        rig.client(number).is_cut = true;
        rig.run_for(Duration::from_millis(restarts_after_ms));
        let seat = rig.client(number);
        (seat.is_cut, seat.endpoint) = (false, client(2));
        seat.saw.clear();
        let now = rig.now();
        rig.client(number).endpoint.connect(now);
        rig.run_until("it is connected", |rig| matches!(rig.client_saw(number), [Saw::Connected(_)]));
        let took = rig.now() - now;
        assert!(took <= Duration::from_secs(10), "{took:?}, restarted after {restarts_after_ms} ms");
        let closed = Saw::Disconnected(DisconnectReason::closed_by_peer(b""));
        assert_eq!(rig.saw_of(first).last(), Some(&&closed));
        assert!(rig.server_saw.last().is_some_and(|(peer, _)| *peer > first));
    }
}

#[test]
fn a_refused_client_never_connects() {
    for conditions in [LinkConditions::PERFECT, LinkConditions::POOR] {
        let mut rig = rig(conditions, 3);
        rig.refuses = true;
        let client = rig.add_client(client(1), b"");
        rig.run_until("it hears of it", |rig| !rig.client_saw(client).is_empty());
        assert_eq!(rig.client_saw(client), [Saw::Disconnected(DisconnectReason::refused(b""))]);
        rig.run_until("the server is rid of it", |rig| rig.server.statistics().connections.connected == 0);
    }
}

#[test]
fn two_hundred_clients_talk_to_one_server() {
    let mut rig = rig(LinkConditions::POOR, 1);
    let clients: Vec<usize> = (0..200).map(|number| rig.add_client(client(number), b"")).collect();
    rig.run_until("all clients are in", |rig| {
        clients.iter().all(|client| matches!(rig.client_saw(*client).last(), Some(Saw::Connected(_))))
    });
    let now = rig.now();
    for &client in &clients {
        rig.client(client).endpoint.send(now, RELIABLE, &message(&[client as u8]));
    }
    rig.run_until("all clients are heard", |rig| {
        rig.server_saw.iter().filter(|(_, saw)| matches!(saw, Saw::Message(..))).count() == 200
    });
    let mut numbers: Vec<Vec<u8>> = clients.iter().map(|client| greeting_of(&rig, *client)).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 200, "each has a number of its own");
    assert!(rig.astray.is_empty());
}

#[test]
fn real_clients_connect_while_a_hundred_spoofed_requests_arrive_every_second() {
    for conditions in [LinkConditions::PERFECT, LinkConditions::POOR] {
        let mut rig = rig(conditions, 3);
        let mut sent = 0_u16;
        let mut come = |rig: &mut Bench, requests: usize| {
            for _ in 0..requests {
                sent += 1;
                rig.inject(SocketAddr::from(([192, 0, 2, 1], sent)), &id_request(0));
                rig.run_for(Duration::from_millis(10));
            }
        };
        come(&mut rig, 1000);
        let client = rig.add_client(client(1), b"");
        come(&mut rig, 500);
        assert!(matches!(rig.client_saw(client), [Saw::Connected(_)]), "it is in, and stays");
        let now = rig.now();
        rig.client(client).endpoint.send(now, RELIABLE, &message(b"here"));
        rig.run_until("it is heard", |rig| {
            rig.server_saw.last().is_some_and(|(_, saw)| *saw == Saw::Message(RELIABLE, message(b"here")))
        });
    }
}

#[test]
fn unreliable_frames_are_not_sent_again() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = rig.connect_client(client(1), b"");
    rig.set_conditions(LinkConditions { loss: 1.0, ..LinkConditions::PERFECT });
    let now = rig.now();
    rig.client(client).endpoint.send(now, UNRELIABLE, &message(b"late"));
    rig.run_for(Duration::from_millis(10));
    rig.set_conditions(LinkConditions::PERFECT);
    rig.run_for(Duration::from_secs(3));
    assert!(heard_by_server(&rig, peer).is_empty());
}

fn rig(conditions: LinkConditions, seed: u64) -> Bench {
    Rig::new(ForgeServer::new(ForgeServerSettings::default(), &[4; 32]), conditions, seed)
}

fn client(number: u8) -> ForgeClient {
    ForgeClient::new(ForgeClientSettings::default(), [number; 32])
}

fn message(payload: &[u8]) -> Vec<u8> {
    [&7_i32.to_le_bytes(), payload].concat()
}

fn heard_by_server(rig: &Bench, peer: Peer) -> Vec<&[u8]> {
    rig.saw_of(peer).into_iter().filter_map(words).collect()
}

fn heard_by_client(rig: &Bench, client: usize) -> Vec<&[u8]> {
    rig.client_saw(client).iter().filter_map(words).collect()
}

fn words(saw: &Saw) -> Option<&[u8]> {
    match saw {
        Saw::Message(_, message) => Some(message),
        Saw::Connected(_) | Saw::Disconnected(_) => None,
    }
}

fn greeting_of(rig: &Bench, client: usize) -> Vec<u8> {
    match &rig.client_saw(client)[0] {
        Saw::Connected(greeting) => greeting.clone(),
        other => panic!("it is connected first, not {other:?}"),
    }
}

fn is_over(saw: &[Saw]) -> bool {
    saw.last().is_some_and(is_end)
}

fn is_end(saw: &Saw) -> bool {
    matches!(saw, Saw::Disconnected(_))
}
