//! `consonance-bench relay`: the session engine in memory, one speaker to many listeners.

use std::error::Error;
use std::time::{Duration, Instant};

use consonance_session::{Capabilities, Delivery, Encryption};
use consonance_wire::{ClientId, List, Packet, ServerRelay};
use stats_alloc::Region;

use super::bare::BareRelay;
use super::session::{BenchSession, FRAME_TIME, SPEAKER, bytes};
use super::table::Table;

const CLIENTS: u16 = 300;
const LISTENERS: [u16; 4] = [1, 10, 100, 250];
const TIME_PER_ROW: Duration = Duration::from_secs(1);
const PACKETS_PER_LOOK_AT_THE_CLOCK: u64 = 1000;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let table = Table::start(
        [
            "listeners",
            "packets_out_per_s",
            "allocations_per_packet",
            "encrypted_packets_out_per_s",
            "bare_packets_per_s",
        ],
        json,
    )?;
    for listeners in LISTENERS {
        let mut session = BenchSession::new();
        let packet = gather(&mut session, listeners);
        let (rate, allocations) = measure(&mut session, &packet);
        let mut encrypted = BenchSession::set_up(|settings| settings.encryption = Encryption::Required);
        encrypted.announce(Capabilities::NONE.with(Capabilities::GROUPS));
        let sealed = gather(&mut encrypted, listeners);
        let (encrypted_rate, _) = measure(&mut encrypted, &sealed);
        let destinations: Vec<u16> = (1..=listeners).collect();
        let bare = BareRelay::new(CLIENTS).packets_per_s(&destinations, &packet, TIME_PER_ROW);
        table.row([listeners.into(), rate, allocations, encrypted_rate, bare])?;
    }
    Ok(())
}

/// Lets all clients join; returns a frame of the first one, sealed if the session requires that.
fn gather(session: &mut BenchSession, listeners: u16) -> Vec<u8> {
    for _ in 0..CLIENTS {
        session.join();
    }
    voice_to(session, listeners)
}

/// Packets out per second, and allocations per packet out, in steady state.
fn measure(session: &mut BenchSession, packet: &[u8]) -> (f64, f64) {
    let mut burst = || (0..PACKETS_PER_LOOK_AT_THE_CLOCK).map(|_| speak(session, packet)).sum::<u64>();
    burst();
    let region = Region::new(crate::ALLOCATOR);
    let start = Instant::now();
    let mut packets_out = 0;
    while start.elapsed() < TIME_PER_ROW {
        packets_out += burst();
    }
    let seconds = start.elapsed().as_secs_f64();
    let change = region.change();
    let allocations = (change.allocations + change.reallocations) as f64;
    (packets_out as f64 / seconds, allocations / packets_out as f64)
}

fn speak(session: &mut BenchSession, packet: &[u8]) -> u64 {
    session.pass(FRAME_TIME);
    session.deliver(SPEAKER, Delivery::Unreliable, packet) + session.drain()
}

/// A frame from the first client to the following ones, as sent by a client of the original.
fn voice_to(session: &BenchSession, listeners: u16) -> Vec<u8> {
    let number = session.server.session();
    let destinations: Vec<_> = (1..=listeners).map(ClientId).collect();
    let inner = session.voice();
    let relay = ServerRelay { session: number, destinations: List::from(&*destinations), packet: &inner };
    bytes(&Packet::ServerRelayUnreliable(relay))
}
