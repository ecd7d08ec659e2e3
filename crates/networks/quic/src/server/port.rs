//! The UDP port that the shards of a server share; it ends with the last of them.

use std::net::SocketAddr;
use std::sync::Weak;

use quinn::{AsyncUdpSocket, Endpoint};

use super::SHUTTING_DOWN;
use crate::close_code::CloseCode;
use crate::{QuicRuntime, ShownIdentity};

/// Dropping it ends every connection at once.
#[derive(Debug)]
pub(super) struct Port {
    /// Keeps the threads alive.
    pub(super) runtime: QuicRuntime,
    pub(super) endpoint: Endpoint,
    /// Upgradable as long as the port is taken.
    pub(super) socket: Weak<dyn AsyncUdpSocket>,
    pub(super) local_addr: SocketAddr,
    pub(super) shown_identity: ShownIdentity,
}

impl Drop for Port {
    fn drop(&mut self) {
        self.endpoint.close(CloseCode::Goodbye.into(), SHUTTING_DOWN.as_bytes());
    }
}
