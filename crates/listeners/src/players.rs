//! What players of ours need on several networks, for tests.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};

use consonance_gateway::udp::{ClientEndpoint, UdpClient, UdpClientSettings};

/// The driver of a protocol in UDP datagrams.
pub fn over_udp<E: ClientEndpoint>(server: SocketAddr, endpoint: E) -> UdpClient<E> {
    UdpClient::new(server, endpoint, UdpClientSettings::default())
}

/// Another one for each client, as servers tell some of them apart by what they draw.
pub fn seed() -> u8 {
    static SEEDS: AtomicU8 = AtomicU8::new(0);
    SEEDS.fetch_add(1, Ordering::Relaxed)
}
