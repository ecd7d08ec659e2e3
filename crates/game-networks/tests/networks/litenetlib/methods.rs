//! The guarantees of each delivery method, over a poor network.

use std::time::Duration;

use consonance_link::{ClientNetwork as _, ServerNetwork as _};

use consonance_game_networks::litenetlib::{
    ClientSettings, ConnectionSettings, LiteNetLibClient, Method, PacketLayer, RELIABLE_ORDERED,
    ServerSettings, UNRELIABLE,
};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::rig::LinkConditions;

use crate::litenetlib::support::{client, clock, messages, rig, rig_with};

const UNORDERED: MessageChannel = MessageChannel(0);
const SEQUENCED: MessageChannel = MessageChannel(1);
const RELIABLE_SEQUENCED: MessageChannel = MessageChannel(3);

/// Sends 300 numbers in each direction, and returns those that arrive at the server and at the client.
fn arrivals(channel: MessageChannel, seed: u64) -> [Vec<u32>; 2] {
    let mut rig = rig(LinkConditions::POOR, seed);
    let (client, peer) = rig.connect_client(client(), &[]);
    for number in 0..300_u32 {
        let now = rig.now();
        rig.server.send(now, &[peer], channel, &number.to_le_bytes());
        rig.client(client).endpoint.send(now, channel, &number.to_le_bytes());
        rig.run_for(Duration::from_millis(3));
    }
    rig.run_for(Duration::from_secs(10));
    let numbers = |messages: Vec<&[u8]>| -> Vec<u32> {
        messages.iter().map(|bytes| u32::from_le_bytes((*bytes).try_into().unwrap())).collect()
    };
    [numbers(messages(rig.saw_of(peer), channel)), numbers(messages(rig.client_saw(client), channel))]
}

#[test]
fn ordered_ones_all_arrive_in_order() {
    for seed in 0..5 {
        for numbers in arrivals(RELIABLE_ORDERED, seed) {
            assert!(numbers.into_iter().eq(0..300), "seed {seed}");
        }
    }
}

#[test]
fn unordered_ones_all_arrive_once() {
    for mut numbers in arrivals(UNORDERED, 1) {
        assert!(!numbers.is_sorted(), "no packet waits for a missing one");
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..300));
    }
}

#[test]
fn sequenced_ones_arrive_in_order_with_gaps() {
    for numbers in arrivals(SEQUENCED, 1) {
        assert!(numbers.is_sorted_by(|one, next| one < next));
        assert!((50..300).contains(&numbers.len()), "{} arrived", numbers.len());
    }
}

#[test]
fn reliably_sequenced_ones_arrive_in_order_and_the_last_one_does() {
    for seed in 0..5 {
        for numbers in arrivals(RELIABLE_SEQUENCED, seed) {
            assert!(numbers.is_sorted_by(|one, next| one < next));
            assert_eq!(numbers.last(), Some(&299), "seed {seed}");
        }
    }
}

#[test]
fn unreliable_ones_arrive_or_not() {
    for numbers in arrivals(UNRELIABLE, 1) {
        assert!((180..330).contains(&numbers.len()), "{} arrived", numbers.len());
    }
}

#[test]
fn large_messages_arrive_whole_among_small_ones() {
    let mut rig = rig(LinkConditions::POOR, 2);
    let (client, peer) = rig.connect_client(client(), &[]);
    let sizes = [0, 1, 1020, 1021, 5000, 3, 64 * 1014, 2, 2028, 2029];
    for bytes in sizes {
        let now = rig.now();
        rig.client(client).endpoint.send(now, RELIABLE_ORDERED, &vec![bytes as u8; bytes]);
    }
    rig.run_until("all arrive", |rig| messages(rig.saw_of(peer), RELIABLE_ORDERED).len() == sizes.len());
    let arrived: Vec<usize> = messages(rig.saw_of(peer), RELIABLE_ORDERED).iter().map(|m| m.len()).collect();
    assert_eq!(arrived, sizes);
}

#[test]
fn without_fragments_a_message_fits_a_datagram_or_is_dropped() {
    let connection = ConnectionSettings { sends_fragments: false, ..ConnectionSettings::default() };
    let settings = ServerSettings { connection, ..ServerSettings::default() };
    let mut rig = rig_with(settings, LinkConditions::PERFECT, 1);
    let (client, peer) = rig.connect_client(client(), &[]);
    let now = rig.now();
    assert_eq!(rig.server.message_bytes_max(RELIABLE_ORDERED), 1020);
    rig.server.send(now, &[peer], RELIABLE_ORDERED, &[1; 1021]);
    rig.server.send(now, &[peer], RELIABLE_ORDERED, &[2; 1020]);
    rig.run_until("it arrives", |rig| messages(rig.client_saw(client), RELIABLE_ORDERED) == [[2; 1020]]);
    assert_eq!(rig.server.statistics().links.dropped.too_large, 1);
}

#[test]
fn channels_exist_as_configured() {
    let connection = ConnectionSettings { channels: 2, ..ConnectionSettings::default() };
    let settings = ServerSettings { connection: connection.clone(), ..ServerSettings::default() };
    let mut rig = rig_with(settings, LinkConditions::PERFECT, 1);
    let settings = ClientSettings { connection, ..ClientSettings::default() };
    let (client, peer) = rig.connect_client(LiteNetLibClient::new(settings, clock()), &[]);
    let second_ordered = MessageChannel(6);
    assert_eq!(Method::of(6), Method::ReliableOrdered);
    let now = rig.now();
    for channel in [second_ordered, MessageChannel(8), RELIABLE_ORDERED] {
        rig.client(client).endpoint.send(now, channel, b"words");
    }
    rig.run_for(Duration::from_secs(1));
    assert_eq!(messages(rig.saw_of(peer), second_ordered), [b"words"]);
    assert_eq!(messages(rig.saw_of(peer), RELIABLE_ORDERED), [b"words"]);
    assert_eq!(rig.saw_of(peer).len(), 3);
}

#[test]
fn layers_are_around_everything_and_both_ends_need_the_same() {
    let layers = [PacketLayer::None, PacketLayer::Crc32c, PacketLayer::Xor(b"secret".to_vec())];
    for (server, ours) in layers.iter().enumerate() {
        for (other, theirs) in layers.iter().enumerate() {
            let of = |layer: &PacketLayer| ConnectionSettings { layer: layer.clone(), ..Default::default() };
            let settings = ServerSettings { connection: of(ours), ..ServerSettings::default() };
            let mut rig = rig_with(settings, LinkConditions::PERFECT, 1);
            let settings = ClientSettings { connection: of(theirs), ..ClientSettings::default() };
            let client = rig.add_client(LiteNetLibClient::new(settings, clock()), &[]);
            rig.run_for(Duration::from_secs(1));
            let is_up = !rig.client_saw(client).is_empty();
            assert_eq!(is_up, server == other, "{ours:?} and {theirs:?}");
        }
    }
}

#[test]
fn a_client_that_does_not_take_reliable_packets_is_too_slow() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (client, peer) = rig.connect_client(client(), &[]);
    rig.client(client).is_cut = true;
    for _ in 0..1100 {
        let now = rig.now();
        rig.server.send(now, &[peer], RELIABLE_ORDERED, &[0; 100]);
    }
    rig.run_for(Duration::from_millis(1));
    assert_eq!(rig.server.statistics().connections.too_slow, 1);
    assert_eq!(rig.saw_of(peer).len(), 2);
}
