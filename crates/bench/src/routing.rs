//! `consonance-bench routing`: what a listener costs if the sender lists it, and if the server finds it by itself.

use std::error::Error;
use std::time::{Duration, Instant};

use consonance_session::{Capabilities, Delivery};
use consonance_wire::{ClientId, Packet, ServerRelay};

use super::median::median;
use super::session::{BenchSession, FRAME_TIME, SPEAKER, bytes};
use super::table::Table;

const LISTENERS: [u16; 3] = [100, 1000, 4000];
const TIME_PER_ROUND: Duration = Duration::from_millis(200);
/// Both variants take turns, so that other load on the machine affects both alike.
const ROUNDS: usize = 5;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let fields = ["listeners", "packets_up_relayed", "ns_relayed", "packets_up_routed", "ns_routed", "ratio"];
    let table = Table::start(fields, json)?;
    for listeners in LISTENERS {
        let mut session = BenchSession::new();
        session.announce(Capabilities::ALL);
        for _ in 0..=listeners {
            let (id, _) = session.join();
            session.listen(id);
        }
        let voice = session.voice();
        let relays = relays(&session, &voice, listeners);
        let (mut relayed, mut routed) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            relayed.push(ns_per_listener(&mut session, &relays));
            routed.push(ns_per_listener(&mut session, std::slice::from_ref(&voice)));
        }
        let (relayed, routed) = (median(relayed), median(routed));
        table.row([listeners.into(), relays.len() as f64, relayed, 1.0, routed, routed / relayed])?;
    }
    Ok(())
}

fn ns_per_listener(session: &mut BenchSession, packets: &[Vec<u8>]) -> f64 {
    let (start, mut heard) = (Instant::now(), 0);
    while start.elapsed() < TIME_PER_ROUND {
        for _ in 0..10 {
            session.pass(FRAME_TIME);
            heard += packets
                .iter()
                .map(|packet| session.deliver(SPEAKER, Delivery::Unreliable, packet))
                .sum::<u64>();
        }
    }
    start.elapsed().as_nanos() as f64 / heard as f64
}

/// The same frame as sent by an original: in as many relay packets as the listeners require.
fn relays(session: &BenchSession, voice: &[u8], listeners: u16) -> Vec<Vec<u8>> {
    let destinations: Vec<_> = (1..=listeners).map(ClientId).collect();
    let split = ServerRelay::split(session.server.session(), &destinations, voice, 1024);
    let split = split.expect("a frame fits into a relay");
    split.map(|relay| bytes(&Packet::ServerRelayUnreliable(relay))).collect()
}
