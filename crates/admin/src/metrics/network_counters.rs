//! Counters of the networks.

use consonance_link::{ConnectionCounts, Count, Dropped, NetworkStatistics, Traffic};

use super::families::{
    LINKS, LINKS_ACCEPTED, LINKS_REFUSED, NETWORK_BYTES, NETWORK_DROPPED, NETWORK_PACKETS,
};
use super::observation::{Observation, by_network};
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let counted = observation.totals.networks.iter().map(|numbers| (numbers.network, numbers.counters));
    let networks = by_network(counted, NetworkStatistics::with);
    let mut links = out.family(&LINKS);
    for (name, counters) in &networks {
        links.sample(&[name], counters.connections.connected);
    }
    let mut accepted = out.family(&LINKS_ACCEPTED);
    for (name, counters) in &networks {
        accepted.sample(&[name], counters.connections.accepted);
    }
    let mut refused = out.family(&LINKS_REFUSED);
    for (name, counters) in &networks {
        for (reason, number) in refusals(&counters.connections) {
            refused.sample(&[name, reason], number);
        }
    }
    traffic(out, &networks);
    let mut dropped = out.family(&NETWORK_DROPPED);
    for (name, counters) in &networks {
        for (reason, number) in drops(&counters.links.dropped) {
            dropped.sample(&[name, reason], number);
        }
    }
}

/// The name of a network and what its listeners counted together.
type Merged = (&'static str, NetworkStatistics);

fn traffic(out: &mut Samples, networks: &[Merged]) {
    let mut packets = out.family(&NETWORK_PACKETS);
    for (name, counters) in networks {
        for (direction, delivery, count) in counts(counters) {
            packets.sample(&[name, direction, delivery], count.packets);
        }
    }
    let mut bytes = out.family(&NETWORK_BYTES);
    for (name, counters) in networks {
        for (direction, delivery, count) in counts(counters) {
            bytes.sample(&[name, direction, delivery], count.bytes);
        }
    }
}

fn counts(counters: &NetworkStatistics) -> [(&'static str, &'static str, Count); 4] {
    let Traffic { reliable: received_reliable, unreliable: received_unreliable } = counters.links.received;
    let Traffic { reliable: sent_reliable, unreliable: sent_unreliable } = counters.links.sent;
    [
        ("received", "reliable", received_reliable),
        ("received", "unreliable", received_unreliable),
        ("sent", "reliable", sent_reliable),
        ("sent", "unreliable", sent_unreliable),
    ]
}

fn drops(dropped: &Dropped) -> [(&'static str, u64); 5] {
    let Dropped { not_connected, too_large, outgoing_full, incoming_full, malformed } = *dropped;
    [
        ("not_connected", not_connected),
        ("too_large", too_large),
        ("outgoing_full", outgoing_full),
        ("incoming_full", incoming_full),
        ("malformed", malformed),
    ]
}

fn refusals(counts: &ConnectionCounts) -> [(&'static str, u64); 6] {
    [
        ("full", counts.rejected_full),
        ("made_room", counts.made_room),
        ("handshaking", counts.rejected_handshaking),
        ("handshake_failed", counts.failed_handshakes),
        ("too_slow", counts.too_slow),
        ("protocol_violation", counts.protocol_violations),
    ]
}
