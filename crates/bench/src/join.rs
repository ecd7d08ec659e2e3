//! `consonance-bench join`: what one more client costs where many are present.

use std::error::Error;
use std::time::{Duration, Instant};

use consonance_session::{Delivery, LinkId};
use consonance_wire::{ClientState, CodecId, CodecParameters, List, RosterEntry, WireStr};

use super::session::{BenchSession, Kept, bytes, send_to};
use super::table::Table;

const PRESENT: [u64; 4] = [1, 100, 1000, 5000];
const TIME_PER_ROW: Duration = Duration::from_secs(1);

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let fields = ["present", "ns_per_join", "packets_per_join", "ns_per_packet", "bare_ns_per_packet"];
    let table = Table::start(fields, json)?;
    for present in PRESENT {
        let mut session = BenchSession::new();
        for _ in 0..present {
            let (id, _) = session.join();
            listen(&mut session, id);
        }
        let (ns_per_join, packets_per_join) = measure(&mut session);
        let ns_per_packet = ns_per_join / packets_per_join;
        let bare = bare_ns_per_packet(&mut session);
        table.row([present as f64, ns_per_join, packets_per_join, ns_per_packet, bare])?;
    }
    Ok(())
}

/// Measures a whole join, as all players see it: handshake, roster, the newcomer's rooms to all. The newcomer leaves
/// again outside of the measurement.
fn measure(session: &mut BenchSession) -> (f64, f64) {
    let (mut joins, mut packets, mut spent) = (0_u64, 0_u64, Duration::ZERO);
    while spent < TIME_PER_ROW || joins < 3 {
        let start = Instant::now();
        let (id, handshake) = session.join();
        packets += handshake + listen(session, id);
        spent += start.elapsed();
        joins += 1;
        session.leave_last();
    }
    (spent.as_nanos() as f64 / joins as f64, packets as f64 / joins as f64)
}

/// The baseline: the same packets, built in advance; each is copied once, and its arguments are
/// written for each link.
fn bare_ns_per_packet(session: &mut BenchSession) -> f64 {
    session.begin_keeping();
    let (id, _) = session.join();
    listen(session, id);
    let kept = session.end_keeping();
    session.leave_last();
    let (start, mut sent, mut copy) = (Instant::now(), 0, Vec::new());
    while start.elapsed() < TIME_PER_ROW / 5 {
        for Kept { to, delivery, payload } in &kept {
            copy.clear();
            copy.extend_from_slice(payload);
            send_to(to, *delivery, &copy);
            sent += to.len();
        }
    }
    start.elapsed().as_nanos() as f64 / sent as f64
}

/// Sends the client's list of rooms that it listens to.
fn listen(session: &mut BenchSession, id: consonance_wire::ClientId) -> u64 {
    let (link, name) = session.last();
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    let client = RosterEntry { name: Some(WireStr::from(&*name)), id, codec };
    let rooms = [Some(WireStr::from("Global")), Some(WireStr::from("Red Team"))];
    let state = ClientState { session: session.server.session(), client, rooms: List::from(&rooms) };
    deliver(session, link, &bytes(&state.into()))
}

fn deliver(session: &mut BenchSession, link: LinkId, packet: &[u8]) -> u64 {
    session.deliver(link, Delivery::Reliable, packet) + session.drain()
}
