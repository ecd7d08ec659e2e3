//! Binding a UDP port, and creating a QUIC endpoint on it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use quinn::{Endpoint, EndpointConfig, ServerConfig, TokioRuntime};

use super::connection_ids::RandomConnectionIds;
use super::port::Port;
use super::used_tokens::validation_tokens;
use crate::fast_path::PortGroup;
use crate::{Identity, QuicRuntime, QuicServerSettings, ShownIdentity, tls, wrap_udp_socket};

/// The bytes that a connection may send before its handshake is accepted: a handshake is smaller.
const INCOMING_BUFFER_BYTES: u64 = 64 * 1024;

/// The reason why a server cannot listen on an address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another program listens on it.
    #[error("UDP port {port} is taken on {ip}; stop the program that uses it, or choose another port", port = .address.port(), ip = .address.ip())]
    PortTaken {
        /// The address.
        address: SocketAddr,
    },
    /// The system does not permit it.
    #[error(
        "not permitted to listen on {address}; choose a port above 1023, or run with the right to use this one"
    )]
    NotPermitted {
        /// The address.
        address: SocketAddr,
    },
    /// No network interface has this address.
    #[error("this machine does not have the address {ip}; listen on one it has, or on [::] for all of them", ip = .address.ip())]
    NotOurAddress {
        /// The address.
        address: SocketAddr,
    },
    /// Anything else.
    #[error("cannot listen on {address}: {cause}")]
    Other {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        cause: io::Error,
    },
}

impl BindError {
    /// An error code for logs and bindings; unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PortTaken { .. } => "port-taken",
            Self::NotPermitted { .. } => "not-permitted",
            Self::NotOurAddress { .. } => "not-our-address",
            Self::Other { .. } => "other",
        }
    }
}

pub(super) fn bind(
    runtime: &QuicRuntime,
    address: SocketAddr,
    identity: &Identity,
    settings: &QuicServerSettings,
    shards: usize,
) -> Result<Port, BindError> {
    let failed = |cause: io::Error| explain(address, cause);
    let shown_identity = ShownIdentity::new(identity.clone());
    let mut config = ServerConfig::with_crypto(Arc::new(tls::server_config(shown_identity.clone())));
    config.transport_config(settings.transport_config());
    config.validation_token_config(validation_tokens());
    config.max_incoming(settings.handshakes_max).incoming_buffer_size(INCOMING_BUFFER_BYTES);
    let endpoint_config = endpoint_config(identity);

    let workers = if settings.fast_path.is_on { u8::try_from(shards).unwrap_or(u8::MAX) } else { 0 };
    let PortGroup { main, paths, is_one_port } =
        PortGroup::bind(address, workers, settings.udp_offload).map_err(failed)?;
    let _entered = runtime.enter();
    let socket = wrap_udp_socket(main, settings.udp_offload).map_err(failed)?;
    let local_addr = socket.local_addr().map_err(failed)?;
    let weak_socket = Arc::downgrade(&socket);
    let endpoint =
        Endpoint::new_with_abstract_socket(endpoint_config, Some(config), socket, Arc::new(TokioRuntime))
            .map_err(failed)?;
    Ok(Port {
        runtime: runtime.clone(),
        endpoint,
        socket: weak_socket,
        local_addr,
        shown_identity,
        paths,
        is_shared: is_one_port,
    })
}

/// Reset tokens are derived from the identity, and every id is accepted as one of ours, so that a restarted server
/// tells clients of an earlier run at once that their connections are gone (RFC 9000, section 10.3). The fixed bit is
/// not greased (RFC 9287): it distinguishes QUIC's datagrams from those of the fast path.
fn endpoint_config(identity: &Identity) -> EndpointConfig {
    let mut config = EndpointConfig::new(Arc::new(identity.reset_key.clone()));
    config.cid_generator(|| Box::new(RandomConnectionIds::new())).grease_quic_bit(false);
    config
}

fn explain(address: SocketAddr, cause: io::Error) -> BindError {
    match cause.kind() {
        io::ErrorKind::AddrInUse => BindError::PortTaken { address },
        io::ErrorKind::PermissionDenied => BindError::NotPermitted { address },
        io::ErrorKind::AddrNotAvailable => BindError::NotOurAddress { address },
        _ => BindError::Other { address, cause },
    }
}
