//! The UDP port that the shards of a server share; it ends with the last of them.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::Weak;

use consonance_link::EndCode;
use quinn::{AsyncUdpSocket, Endpoint};

use crate::close_code::{CloseCode, line};
use crate::fast_path::PathSocket;
use crate::{QuicRuntime, ShownIdentity};

/// Dropping it ends every connection at once.
#[derive(Debug)]
pub(super) struct Port {
    /// Keeps the threads running.
    pub(super) runtime: QuicRuntime,
    pub(super) endpoint: Endpoint,
    /// Can be upgraded as long as the port is taken.
    pub(super) socket: Weak<dyn AsyncUdpSocket>,
    pub(super) local_addr: SocketAddr,
    pub(super) shown_identity: ShownIdentity,
    /// The sockets of the fast path, one for each shard; none if it is off. The system distributes datagrams by their
    /// order, so they are closed together.
    pub(super) paths: Vec<PathSocket>,
    /// Whether they have the same port as the connections.
    pub(super) is_shared: bool,
}

impl Port {
    /// The port that clients of a worker are told; `None` if it is the one that they already know.
    pub(super) fn announced(&self, worker: u8) -> Option<NonZeroU16> {
        let path = self.paths.get(usize::from(worker)).filter(|_| !self.is_shared)?;
        NonZeroU16::new(path.socket().local_addr().ok()?.port())
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.endpoint.close(CloseCode::Goodbye.into(), line(EndCode::ShuttingDown).as_bytes());
    }
}
