//! The memory that a client can make the server use is bounded, whatever the client sends.

#[path = "networks/enet/commands.rs"]
mod commands;

use std::alloc::System;
use std::net::SocketAddr;
use std::time::Instant;

use consonance_game_networks::enet::{EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
use consonance_link::gateway::udp::{ClientEndpoint as _, ServerEndpoint as _};
use consonance_link::random::Random;
use consonance_link::{ClientNetwork as _, ServerLinkEvent, ServerNetwork as _};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use commands::{datagram, datagrams, fragment, reliable, unreliable};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bound in `docs/limits.md` for a server for voice only: 256 KiB of reliable messages and a quarter as much of
/// others wait, and each of the two channels assembles 64 KiB, and three unreliable messages of 16 KiB; with the
/// bookkeeping for them.
const KEPT_BYTES_MAX: usize = 640 * 1024;

#[test]
fn what_a_client_makes_the_server_keep_has_a_bound() {
    let attacks = [
        ("reliable messages that wait", datagrams((2..=28_000).map(|number| reliable(number, &[])))),
        (
            "unreliable messages that wait",
            datagrams((1..=60_000).map(|number| unreliable(1 + number % 1000, number))),
        ),
        ("the first fragments of messages that wait", first_fragments(0x88)),
        ("the first fragments of unreliable messages", first_fragments(0x0c)),
        (
            "the first fragments of unreliable messages, backwards",
            first_fragments(0x0c).into_iter().rev().collect(),
        ),
        ("fragments of one byte each", one_by_one()),
    ];
    let random = (0..20).map(|seed| ("anything", anything(seed)));
    for (what, attack) in attacks.into_iter().chain(random) {
        let kept = kept_after(&attack);
        assert!(kept <= KEPT_BYTES_MAX, "{what}: {kept} bytes");
    }
}

/// The bytes of memory that the server uses in addition after these datagrams from a client.
fn kept_after(attack: &[Vec<u8>]) -> usize {
    let (now, from) = (Instant::now(), SocketAddr::from(([10, 0, 0, 1], 5000)));
    let mut server = EnetServer::new(EnetServerSettings::default(), [1; 32]);
    let mut client = EnetClient::new(EnetClientSettings::default(), 1);
    client.connect(now);
    let mut bytes = Vec::new();
    for _ in 0..4 {
        while client.poll_transmit(now, &mut bytes) {
            server.handle_datagram(now, from, &bytes);
            bytes.clear();
        }
        while let Some(event) = server.poll_event(now, &mut bytes) {
            if let ServerLinkEvent::Connected { peer, .. } = event {
                server.accept(now, peer, &[]);
            }
        }
        while server.poll_transmit(now, &mut bytes).is_some() {
            client.handle_datagram(now, &bytes);
            bytes.clear();
        }
    }
    bytes.reserve(128 * 1024);
    let region = Region::new(ALLOCATOR);
    for datagram in attack {
        server.handle_datagram(now, from, datagram);
        while server.poll_event(now, &mut bytes).is_some() {
            bytes.clear();
        }
        while server.poll_transmit(now, &mut bytes).is_some() {
            bytes.clear();
        }
    }
    let change = region.change();
    change.bytes_allocated.saturating_sub(change.bytes_deallocated)
}

/// The first fragments of consecutive messages of 50 fragments, on both channels.
fn first_fragments(command: u8) -> Vec<Vec<u8>> {
    let one = |number: u16| {
        let (start, channel) = (1 + number / 2 * 50, (number % 2) as u8);
        let mut fragment = fragment(start, (0, 50), 1200, if command == 0x88 { 60_000 } else { 59_000 });
        fragment[..2].copy_from_slice(&[command, channel]);
        if command == 0x0c {
            fragment[2..4].copy_from_slice(&[0, 0]);
            // The largest size that is allowed.
            fragment[8..12].copy_from_slice(&14_u32.to_be_bytes());
            fragment[16..20].copy_from_slice(&(16 * 1024_u32).to_be_bytes());
        }
        datagram(&[fragment])
    };
    (0..1000).map(one).collect()
}

/// First fragments of messages with one byte in each fragment: every fragment takes a bit.
fn one_by_one() -> Vec<Vec<u8>> {
    (0..1000).map(|number| datagram(&[fragment(1 + number * 20, (0, 28_000), 1, 28_000)])).collect()
}

/// Commands of all kinds, with numbers around those that may be next.
fn anything(seed: u64) -> Vec<Vec<u8>> {
    let mut random = Random::new(seed, "anything");
    let mut below = |bound: u64| (random.next_u64() % bound) as u16;
    let commands = (0..60_000_u32).map(|step| {
        let around = (step / 20) as u16;
        let number = around.wrapping_add(below(300)).wrapping_sub(below(30));
        let mut command = match below(4) {
            0 => reliable(number, &[1; 20][..usize::from(below(20))]),
            1 => unreliable(number, below(40)),
            2 => fragment(number, (below(5), 5), 10, 50),
            _ => {
                let mut fragment = fragment(around, (below(3), 3), 10, 30);
                fragment[0] = 0x0c;
                fragment
            }
        };
        command[1] = below(3) as u8;
        command
    });
    datagrams(commands)
}
