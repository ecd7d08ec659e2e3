//! Helpers for test players on several networks.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};

use consonance_link::gateway::udp::{ClientEndpoint, UdpClient, UdpClientSettings};

/// The driver of a protocol in UDP datagrams.
pub fn over_udp<E: ClientEndpoint>(server: SocketAddr, endpoint: E) -> UdpClient<E> {
    UdpClient::new(server, endpoint, UdpClientSettings::default())
}

/// A different seed for each client, since some servers tell clients apart by their random numbers.
pub fn seed() -> u8 {
    static SEEDS: AtomicU8 = AtomicU8::new(0);
    SEEDS.fetch_add(1, Ordering::Relaxed)
}
