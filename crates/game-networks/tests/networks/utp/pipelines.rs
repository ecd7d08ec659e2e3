//! The guarantees of the three pipelines, over a perfect network and over one
//! that loses one datagram in five.

use std::time::Duration;

use consonance_game_networks::utp::{RELIABLE, ServerSettings, UNRELIABLE, UNRELIABLE_SEQUENCED};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::rig::{LinkConditions, Saw};
use consonance_link::{ClientNetwork as _, DisconnectReason, ServerNetwork as _};

use crate::utp::support::{ByHand, client, messages, rig};

/// Messages of many sizes, each with its number.
fn numbered(count: usize, largest: usize) -> Vec<Vec<u8>> {
    let size = |number: usize| 8 + number * 7919 % (largest - 7);
    (0..count)
        .map(|number| {
            let mut message = vec![number as u8; size(number)];
            message[..8].copy_from_slice(&(number as u64).to_le_bytes());
            message
        })
        .collect()
}

#[test]
fn reliable_messages_of_all_sizes_arrive_complete_and_in_order_both_ways() {
    for (conditions, seeds) in [(LinkConditions::PERFECT, 1), (LinkConditions::POOR, 5)] {
        for seed in 0..seeds {
            let mut rig = rig(conditions, seed);
            let (number, peer) = rig.connect_client(client(1), b"");
            let mut sent = numbered(300, 3000);
            sent.extend([vec![], vec![7; 256 * 1024], vec![8]]);
            let now = rig.now();
            for message in &sent {
                rig.client(number).endpoint.send(now, RELIABLE, message);
                rig.server.send(now, &[peer], RELIABLE, message);
            }
            rig.run_until("all arrive", |rig| {
                messages(rig.client_saw(number), RELIABLE).len() == sent.len()
                    && messages(rig.saw_of(peer), RELIABLE).len() == sent.len()
            });
            assert!(messages(rig.client_saw(number), RELIABLE) == sent);
            assert!(messages(rig.saw_of(peer), RELIABLE) == sent);
        }
    }
}

/// The messages that arrive out of 500 that a client sends, one every 20 ms.
fn arrivals(channel: MessageChannel, largest: usize, conditions: LinkConditions, seed: u64) -> Vec<usize> {
    let mut rig = rig(conditions, seed);
    let (number, peer) = rig.connect_client(client(1), b"");
    let sent = numbered(500, largest);
    for message in &sent {
        let now = rig.now();
        rig.client(number).endpoint.send(now, channel, message);
        rig.run_for(Duration::from_millis(20));
    }
    rig.run_for(conditions.delay + conditions.jitter);
    let arrived = messages(rig.saw_of(peer), channel);
    let number_of = |message: &&[u8]| u64::from_le_bytes(*message.first_chunk().unwrap()) as usize;
    let numbers: Vec<usize> = arrived.iter().map(number_of).collect();
    assert!(arrived.iter().zip(&numbers).all(|(message, number)| *message == sent[*number]), "each is whole");
    numbers
}

#[test]
fn unreliable_messages_arrive_whole_or_not_at_all() {
    assert_eq!(arrivals(UNRELIABLE, 6140, LinkConditions::PERFECT, 0), (0..500).collect::<Vec<_>>());
    for seed in 1..=5 {
        let small = arrivals(UNRELIABLE, 1000, LinkConditions::POOR, seed);
        assert!((300..520).contains(&small.len()), "{} of 500 arrived", small.len());
        assert!(!small.is_sorted(), "none was overtaken");
        let large = arrivals(UNRELIABLE, 6140, LinkConditions::POOR, seed);
        assert!(large.len() > 50, "{} of 500 large ones arrived", large.len());
    }
}

#[test]
fn sequenced_messages_never_go_back() {
    for seed in 1..=5 {
        let arrived = arrivals(UNRELIABLE_SEQUENCED, 1000, LinkConditions::POOR, seed);
        assert!(arrived.is_sorted_by(|one, next| one < next), "{arrived:?}");
        assert!(arrived.len() > 150, "{} of 500 arrived", arrived.len());
    }
}

#[test]
fn messages_of_one_moment_share_a_datagram() {
    let (mut hand, peer) = ByHand::with_client(ServerSettings::default());
    for _ in 0..10 {
        hand.server.send(hand.now, &[peer], UNRELIABLE, &[7; 100]);
        hand.server.send(hand.now, &[peer], RELIABLE, &[8; 100]);
    }
    let lengths: Vec<usize> = hand.take().iter().map(|(_, datagram)| datagram.len()).collect();
    assert_eq!(lengths, [10 + 2 + 10 * 104, 10 + 16 + 10 * 104]);
}

#[test]
fn what_is_too_large_or_on_no_pipeline_is_dropped_and_counted() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (number, peer) = rig.connect_client(client(1), b"");
    let now = rig.now();
    for channel in [RELIABLE, UNRELIABLE, UNRELIABLE_SEQUENCED, MessageChannel(0)] {
        let too_large = vec![1; rig.server.message_bytes_max(channel) + 1];
        rig.client(number).endpoint.send(now, channel, &too_large);
        rig.server.send(now, &[peer], channel, &too_large);
    }
    assert_eq!(rig.client(number).endpoint.statistics().dropped.too_large, 4);
    assert_eq!(rig.server.statistics().links.dropped.too_large, 4);
    rig.run_for(Duration::from_secs(1));
    assert_eq!((rig.client_saw(number).len(), rig.saw_of(peer).len()), (1, 1));
}

#[test]
fn a_client_that_does_not_take_reliable_messages_is_disconnected_as_too_slow() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let (number, peer) = rig.connect_client(client(1), b"");
    rig.client(number).is_cut = true;
    let now = rig.now();
    for _ in 0..1100 {
        rig.server.send(now, &[peer], RELIABLE, &[7; 1000]);
    }
    rig.run_for(Duration::from_millis(1));
    let last = rig.saw_of(peer).last().copied();
    assert!(matches!(last, Some(Saw::Disconnected(DisconnectReason::Overloaded { .. }))), "{last:?}");
    assert_eq!(rig.server.statistics().connections.too_slow, 1);
}
