//! Datagrams byte for byte, as Ignorance's ENet sends them: the layouts are those of `enet/protocol.h` of ENet 1.3, the
//! first word is the fork's, and the numbers are Ignorance's own settings.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_game_networks::enet::{
    ChannelMode, ConnectionSettings, EnetClient, EnetServer, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::{ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};

use crate::enet::support::{client, client_of, server, server_of};

/// `xx` matches any byte: the id of an attempt, and send times.
const REQUEST: &str = "4fff xxxx \
    82 ff 0001 0000 ff ff 00000500 00010000 00000002 00000000 00000000 00001388 00000002 00000002 xxxxxxxx 00000000";
const ANSWER: &str = "4000 xxxx \
    83 ff 0001 0000 00 00 00000500 00010000 00000002 00000000 00000000 00001388 00000002 00000002 xxxxxxxx";
const CONFIRMATION: &str = "0000 01 ff 0001 0001 xxxx";
const RELIABLE_MESSAGE: &str = "4000 xxxx 86 00 0001 0004 01020304";
const UNSEQUENCED_MESSAGE: &str = "0000 49 01 0000 0001 0004 01020304";
const GOODBYE_AT_ONCE: &str = "0000 44 ff 0002 00000000";
const REFUSAL: &str = "0000 44 ff 0001 00000000";

fn matches(datagram: &[u8], golden: &str) -> bool {
    let golden: String = golden.split_whitespace().collect();
    let fits = |(byte, golden): (&u8, &str)| golden == "xx" || u8::from_str_radix(golden, 16) == Ok(*byte);
    let pairs: Vec<&str> = (0..golden.len() / 2).map(|at| &golden[2 * at..2 * at + 2]).collect();
    pairs.len() == datagram.len() && datagram.iter().zip(pairs).all(fits)
}

#[track_caller]
fn assert_golden(what: &str, datagram: &[u8], golden: &str) {
    assert!(matches(datagram, golden), "{what}:\n{datagram:02x?}\n{golden}");
}

fn out_of_client(client: &mut EnetClient, now: Instant) -> Vec<u8> {
    let mut datagram = Vec::new();
    assert!(client.poll_transmit(now, &mut datagram), "the client has something to say");
    datagram
}

fn out_of_server(server: &mut EnetServer, now: Instant) -> Vec<u8> {
    let mut datagram = Vec::new();
    assert!(server.poll_transmit(now, &mut datagram).is_some(), "the server has something to say");
    datagram
}

fn newcomer(server: &mut EnetServer, now: Instant) -> Peer {
    match server.poll_event(now, &mut Vec::new()) {
        Some(ServerLinkEvent::Connected { peer, .. }) => peer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_connection_is_made_as_ignorance_makes_it_and_used_as_it_uses_it() {
    // Like plain ENet: neither end is told to stop dropping unreliable messages.
    let settings = ConnectionSettings { throttles: true, ..ConnectionSettings::default() };
    let (mut client, mut server) = (client_of(&settings, 1), server_of(&settings));
    let (mut now, from) = (Instant::now(), SocketAddr::from(([10, 0, 0, 1], 5000)));

    client.connect(now);
    let request = out_of_client(&mut client, now);
    assert_golden("request", &request, REQUEST);

    server.handle_datagram(now, from, &request);
    let peer = newcomer(&mut server, now);
    server.accept(now, peer, &[]);
    let answer = out_of_server(&mut server, now);
    assert_golden("answer", &answer, ANSWER);
    assert_eq!(request[44..48], answer[44..48], "the attempt is called the same");

    client.handle_datagram(now, &answer);
    let confirmation = out_of_client(&mut client, now);
    assert_golden("confirmation", &confirmation, CONFIRMATION);
    assert_eq!(confirmation[8..10], answer[2..4], "the time of sending is said back");
    server.handle_datagram(now, from, &confirmation);

    // Before either end sends a ping.
    now += Duration::from_millis(10);
    for _ in 0..4 {
        exchange(&mut client, &mut server, from, now);
    }
    client.send(now, UNRELIABLE_CHANNEL, &[1, 2, 3, 4]);
    assert_golden("unsequenced", &out_of_client(&mut client, now), UNSEQUENCED_MESSAGE);
    client.send(now, RELIABLE_CHANNEL, &[1, 2, 3, 4]);
    assert_golden("reliable", &out_of_client(&mut client, now), RELIABLE_MESSAGE);
    client.hang_up(now);
    assert_golden("goodbye", &out_of_client(&mut client, now), GOODBYE_AT_ONCE);
}

#[test]
fn what_came_before_its_turn_is_confirmed_at_once_and_only_once() {
    let (mut client, mut server) = (client(), server());
    let (now, from) = (Instant::now(), SocketAddr::from(([10, 0, 0, 1], 5000)));
    client.connect(now);
    server.handle_datagram(now, from, &out_of_client(&mut client, now));
    let peer = newcomer(&mut server, now);
    server.accept(now, peer, &[]);
    for _ in 0..4 {
        exchange(&mut client, &mut server, from, now);
    }

    server.handle_datagram(now, from, &[0x40, 0, 0x12, 0x34, 0x86, 0, 0, 2, 0, 1, 7]);
    assert_golden("its confirmation", &out_of_server(&mut server, now), "0000 01 00 0002 0002 1234");
    server.handle_datagram(now, from, &[0x40, 0, 0x12, 0x35, 0x86, 0, 0, 1, 0, 1, 6]);
    assert_golden("the other one's", &out_of_server(&mut server, now), "0000 01 00 0001 0001 1235");
    let (mut heard, mut bytes) = (Vec::new(), Vec::new());
    while server.poll_event(now, &mut bytes).is_some() {
        heard.extend_from_slice(&bytes);
    }
    assert_eq!(heard, [6, 7]);
    assert_eq!(server.poll_transmit(now, &mut Vec::new()), None, "nothing is confirmed twice");
}

fn exchange(client: &mut EnetClient, server: &mut EnetServer, from: SocketAddr, now: Instant) {
    let mut datagram = Vec::new();
    while client.poll_transmit(now, &mut datagram) {
        server.handle_datagram(now, from, &datagram);
        datagram.clear();
    }
    while server.poll_transmit(now, &mut datagram).is_some() {
        client.handle_datagram(now, &datagram);
        datagram.clear();
    }
}

#[test]
fn a_refusal_is_one_datagram() {
    let (mut client, mut server) = (client(), server());
    let (now, from) = (Instant::now(), SocketAddr::from(([10, 0, 0, 1], 5000)));
    client.connect(now);
    server.handle_datagram(now, from, &out_of_client(&mut client, now));
    let peer = newcomer(&mut server, now);
    server.disconnect(now, peer, "");
    assert_golden("refusal", &out_of_server(&mut server, now), REFUSAL);
}

#[test]
fn stock_enet_asks_with_its_own_first_word_and_datagrams_of_its_own_size() {
    let channels = vec![ChannelMode::Reliable; 3];
    let mut client = client_of(&ConnectionSettings::enet13(channels), 1);
    let now = Instant::now();
    client.set_greeting(&7_u32.to_be_bytes());
    client.connect(now);
    let request = out_of_client(&mut client, now);
    assert_eq!((&request[..2], &request[12..16]), ([0x8f, 0xff].as_slice(), [0, 0, 5, 0x70].as_slice()));
    assert_eq!((&request[20..24], &request[48..]), ([0, 0, 0, 3].as_slice(), [0, 0, 0, 7].as_slice()));
}
