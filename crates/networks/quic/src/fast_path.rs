//! The path that voice takes beside the connection: which links use it, and where its keys come from.

use std::net::SocketAddr;

use consonance_fast_path::{Announcement, Cipher, EXPORTED_BYTES, EXPORTER_LABEL, Offer, PathSecrets};

/// Whether a client wants the fast path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FastPath {
    /// Wherever the server has it and it comes through.
    #[default]
    On,
    /// Never: everything goes over QUIC.
    Off,
    /// Without encryption, to measure what encryption costs. Servers refuse that to clients on other machines.
    #[cfg(feature = "plain-cipher")]
    Plain,
}

impl FastPath {
    /// What a client with this wish offers.
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

/// A fast path that a server has opened for a client: what [`ClientPath`](consonance_fast_path::ClientPath) needs.
#[derive(Clone, Debug)]
pub struct PathGrant {
    /// What datagrams are sealed with.
    pub secrets: PathSecrets,
    /// Which link of which worker it is.
    pub announcement: Announcement,
    /// Where datagrams go.
    pub remote: SocketAddr,
}

impl PathGrant {
    /// `connection` is where the server was reached.
    pub(crate) fn new(announcement: Announcement, connection: SocketAddr, secrets: PathSecrets) -> Self {
        let mut remote = connection;
        if let Some(port) = announcement.port {
            remote.set_port(port.get());
        }
        Self { secrets, announcement, remote }
    }
}

/// The secrets of a connection, by its exporter: called with the output, the label and the context. `None` if it has
/// none yet.
pub(crate) fn export<E>(
    exporter: impl FnOnce(&mut [u8], &[u8], &[u8]) -> Result<(), E>,
) -> Option<PathSecrets> {
    let mut output = [0; EXPORTED_BYTES];
    exporter(&mut output, EXPORTER_LABEL, b"").ok()?;
    Some(PathSecrets::from_exported(output))
}
