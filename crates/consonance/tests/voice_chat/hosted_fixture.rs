//! A server with two networks: one owned by a game, for its guest, and one in memory, for the host's own player.

use consonance::transport::PacketLimits;
use consonance::transport::hosted::{
    self, HostedClient, HostedClientHandle, HostedServerHandle, HostedSettings,
};
use consonance::transport::memory::MemoryNetwork;
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

/// The game's own number for its guest.
pub(crate) const GUEST: u64 = 7;

pub(crate) struct HostedStage {
    pub(crate) server: DedicatedServer,
    /// The game's ends of its network.
    pub(crate) server_handle: HostedServerHandle,
    pub(crate) client_handle: HostedClientHandle,
    /// The guest's end.
    pub(crate) guest: HostedClient,
    /// The path of the host's own player.
    pub(crate) loopback: MemoryNetwork,
}

impl HostedStage {
    pub(crate) fn open() -> Self {
        let settings = HostedSettings::new(PacketLimits { reliable_bytes: 1024, unreliable_bytes: 1024 });
        let loopback = MemoryNetwork::new();
        let (listener, server_handle) = hosted::server(&settings);
        let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        session_loop.add_network(Box::new(listener));
        session_loop.add_network(Box::new(loopback.listen()));
        let server = DedicatedServer::start(session_loop);
        let (guest, client_handle) = hosted::client(&settings);
        Self { server, server_handle, client_handle, guest, loopback }
    }
}
