//! `consonance-bench memory`: the session engine's memory for clients that have joined and do nothing.

use std::error::Error;
use std::time::Duration;

use consonance_session::{Capabilities, ClientId, CodecParameters, LinkId, RoomId};
use stats_alloc::{Region, Stats};

use super::session::BenchSession;
use super::table::Table;

/// The number of sessions, of clients in each, and of those that listen to the same room.
const STAGES: [(u64, u64, u64); 3] = [(1, 1000, 100), (10, 100, 100), (1000, 10, 10)];

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let fields = [
        "sessions",
        "clients_per_session",
        "of_ours",
        "bytes_per_client",
        "allocations_per_client",
        "plain_bytes_per_client",
    ];
    let table = Table::start(fields, json)?;
    for (sessions, clients, room) in STAGES {
        for capabilities in [Capabilities::NONE, Capabilities::ALL] {
            let held = measure(sessions, clients, room, capabilities);
            let bytes = held.bytes_allocated as f64 - held.bytes_deallocated as f64;
            let allocations = held.allocations as f64 - held.deallocations as f64;
            let all = (sessions * clients) as f64;
            let of_ours = f64::from(u8::from(capabilities != Capabilities::NONE));
            table.row([
                sessions as f64,
                clients as f64,
                of_ours,
                bytes / all,
                allocations / all,
                plain_bytes(clients),
            ])?;
        }
    }
    Ok(())
}

/// Measures the memory in use when nothing is left to send and all clients have been idle for a minute.
fn measure(sessions: u64, clients: u64, room: u64, capabilities: Capabilities) -> Stats {
    let region = Region::new(crate::ALLOCATOR);
    let mut all: Vec<_> = (0..sessions).map(|_| stage(clients, room, capabilities)).collect();
    for session in &mut all {
        session.pass(Duration::from_mins(1));
        session.run_timers();
        session.drain();
    }
    region.change()
}

/// The mean size of the data that any server must keep for a client: its name, link, number, codec, room and
/// capabilities.
fn plain_bytes(clients: u64) -> f64 {
    let names: usize = (1..=clients).map(|number| format!("player {number}").len()).sum();
    let rest = size_of::<LinkId>()
        + size_of::<ClientId>()
        + size_of::<CodecParameters>()
        + size_of::<RoomId>()
        + size_of::<Capabilities>();
    names as f64 / clients as f64 + rest as f64
}

fn stage(clients: u64, room: u64, capabilities: Capabilities) -> Box<BenchSession> {
    let mut session = Box::new(BenchSession::new());
    session.announce(capabilities);
    for number in 0..clients {
        let (id, _) = session.join();
        session.listen_to(id, &format!("room {}", number / room));
    }
    session
}
