//! Errors in the settings, or in the files that they name.

use std::io;
use std::path::PathBuf;

use consonance_settings::secrets::ServiceAddress;

/// Why a node cannot join its cluster.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NatsError {
    /// No server is named.
    #[error("no NATS server is named, expected at least one, such as nats://127.0.0.1:4222")]
    NoServer,
    /// The address of a server cannot be read.
    #[error("invalid NATS server {server}, expected an address such as tls://nats.example.org:4222")]
    InvalidServer {
        /// The address, as far as it is shown.
        server: ServiceAddress,
    },
    /// A server on another machine would be reached without TLS or without credentials.
    #[error(
        "NATS server {server} is on another machine, expected tls:// and credentials: nodes trust what comes from it"
    )]
    UnsafeServer {
        /// The address, as far as it is shown.
        server: ServiceAddress,
    },
    /// The cluster's name cannot be part of a subject.
    #[error(
        "invalid cluster name {name:?}, expected 1 to {max} letters, digits, '-' and '_'",
        max = NatsError::CLUSTER_NAME_MAX
    )]
    InvalidClusterName {
        /// The name as given.
        name: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    File {
        /// The path of the file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The client did not start.
    #[error("cannot start the NATS client: {cause}")]
    Client {
        /// Why not.
        cause: String,
    },
}

impl NatsError {
    /// The longest name of a cluster, in bytes.
    pub const CLUSTER_NAME_MAX: usize = 32;

    /// For logs and programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoServer => "no-server",
            Self::InvalidServer { .. } => "invalid-server",
            Self::UnsafeServer { .. } => "unsafe-server",
            Self::InvalidClusterName { .. } => "invalid-cluster-name",
            Self::File { .. } => "unreadable-file",
            Self::Client { .. } => "client",
        }
    }
}
