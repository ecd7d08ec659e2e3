//! The simulated network applies its conditions, identically for the same seed.

use std::time::Duration;

use consonance_link::ServerNetwork as _;
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};

use crate::udp::plain::{PlainClient, PlainServer};

const CHANNEL: MessageChannel = MessageChannel(0);

/// How many of 1000 numbered messages arrive, and in which order.
fn arrivals(conditions: LinkConditions, seed: u64) -> Vec<usize> {
    let mut rig = Rig::new(PlainServer::default(), LinkConditions::PERFECT, seed);
    let (client, peer) = rig.connect_client(PlainClient::default(), b"");
    rig.set_conditions(conditions);
    for number in 0..1000_usize {
        let now = rig.now();
        rig.server.send(now, &[peer], CHANNEL, &number.to_be_bytes());
        rig.run_for(Duration::from_millis(1));
    }
    rig.run_for(Duration::from_secs(1));
    let numbers = rig.client_saw(client).iter().filter_map(|saw| match saw {
        Saw::Message(_, bytes) => Some(usize::from_be_bytes(*bytes.first_chunk().unwrap())),
        _ => None,
    });
    numbers.collect()
}

#[test]
fn without_trouble_everything_arrives_in_order() {
    assert_eq!(arrivals(LinkConditions::PERFECT, 1), (0..1000).collect::<Vec<_>>());
}

#[test]
fn with_trouble_some_is_lost_some_doubled_and_some_overtaken() {
    let arrived = arrivals(LinkConditions::POOR, 1);
    let mut different = arrived.clone();
    different.sort_unstable();
    different.dedup();
    assert!((700..900).contains(&different.len()), "one in five is lost: {} arrived", different.len());
    assert!(arrived.len() > different.len(), "none was doubled");
    assert!(!arrived.is_sorted(), "none was overtaken");
}

#[test]
fn a_seed_is_a_run() {
    assert_eq!(arrivals(LinkConditions::POOR, 7), arrivals(LinkConditions::POOR, 7));
    assert_ne!(arrivals(LinkConditions::POOR, 7), arrivals(LinkConditions::POOR, 8));
}
