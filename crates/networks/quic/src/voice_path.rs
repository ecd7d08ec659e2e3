//! The path that voice takes beside the connection: which links use it, and where its keys come from.

use std::net::SocketAddr;

use crate::fast_path::{Announcement, Cipher, EXPORTED_BYTES, EXPORTER_LABEL, Offer, PathSecrets};

/// Whether a client wants the fast path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FastPath {
    /// If the server has it and datagrams get through.
    #[default]
    On,
    /// Never: everything goes over QUIC.
    Off,
    /// Without encryption, to measure the cost of encryption. Servers refuse that to clients on other machines.
    #[cfg(feature = "plain-cipher")]
    Plain,
}

impl FastPath {
    /// The offer of a client with this setting.
    pub(crate) fn offer(self) -> Option<Offer> {
        let ciphers = match self {
            Self::On => Cipher::preferred().to_vec(),
            Self::Off => return None,
            #[cfg(feature = "plain-cipher")]
            Self::Plain => vec![Cipher::Plain],
        };
        Some(Offer { ciphers, takes_several: true })
    }
}

/// A fast path that a server has opened for a client, with everything that
/// [`ClientPath`](crate::fast_path::ClientPath) needs.
#[derive(Clone, Debug)]
pub struct PathGrant {
    /// The secrets with which datagrams are sealed.
    pub secrets: PathSecrets,
    /// The server's announcement of the path, with the worker and the link.
    pub announcement: Announcement,
    /// The destination of datagrams.
    pub remote: SocketAddr,
}

impl PathGrant {
    /// Creates a grant; `connection` is the address at which the server was reached.
    pub(crate) fn new(announcement: Announcement, connection: SocketAddr, secrets: PathSecrets) -> Self {
        let mut remote = connection;
        if let Some(port) = announcement.port {
            remote.set_port(port.get());
        }
        Self { secrets, announcement, remote }
    }
}

/// Exports the secrets of a connection; the exporter is called with the output, the label and the context. `None` if
/// the connection has no secrets yet.
pub(crate) fn export<E>(
    exporter: impl FnOnce(&mut [u8], &[u8], &[u8]) -> Result<(), E>,
) -> Option<PathSecrets> {
    let mut output = [0; EXPORTED_BYTES];
    exporter(&mut output, EXPORTER_LABEL, b"").ok()?;
    Some(PathSecrets::from_exported(output))
}
