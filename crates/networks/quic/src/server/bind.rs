//! Taking a UDP port and making a QUIC endpoint of it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use quinn::{Endpoint, EndpointConfig, Runtime as _, ServerConfig, TokioRuntime};
use socket2::{Domain, Protocol, Socket, Type};

use super::connection_ids::RandomConnectionIds;
use super::port::Port;
use crate::{Identity, QuicRuntime, QuicServerSettings, ShownIdentity, tls};

/// What the system may hold for us in each direction, in bytes, if it lets us: a busy server's packets of a few
/// milliseconds.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// What a stranger may send before its handshake was taken up, in bytes: a handshake is smaller.
const INCOMING_BUFFER_BYTES: u64 = 64 * 1024;

/// Why a server cannot listen where it was told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Somebody else listens there.
    #[error("UDP port {port} is taken on {ip}; stop the program that uses it, or choose another port", port = .address.port(), ip = .address.ip())]
    PortTaken {
        /// Where.
        address: SocketAddr,
    },
    /// The system does not let us.
    #[error(
        "not permitted to listen on {address}; choose a port above 1023, or run with the right to use this one"
    )]
    NotPermitted {
        /// Where.
        address: SocketAddr,
    },
    /// No network interface has this address.
    #[error("this machine does not have the address {ip}; listen on one it has, or on [::] for all of them", ip = .address.ip())]
    NotOurAddress {
        /// Where.
        address: SocketAddr,
    },
    /// Anything else.
    #[error("cannot listen on {address}: {cause}")]
    Other {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
}

pub(super) fn bind(
    runtime: &QuicRuntime,
    address: SocketAddr,
    identity: &Identity,
    settings: &QuicServerSettings,
) -> Result<Port, BindError> {
    let failed = |cause: io::Error| explain(address, cause);
    let shown_identity = ShownIdentity::new(identity.clone());
    let mut config = ServerConfig::with_crypto(Arc::new(tls::server_config(shown_identity.clone())));
    config.transport_config(settings.transport_config());
    config.max_incoming(settings.handshakes_max).incoming_buffer_size(INCOMING_BUFFER_BYTES);
    let endpoint_config = endpoint_config(identity);

    let _entered = runtime.enter();
    let quinn_runtime = Arc::new(TokioRuntime);
    let socket = quinn_runtime.wrap_udp_socket(open(address).map_err(failed)?.into()).map_err(failed)?;
    let local_addr = socket.local_addr().map_err(failed)?;
    let weak_socket = Arc::downgrade(&socket);
    let endpoint = Endpoint::new_with_abstract_socket(endpoint_config, Some(config), socket, quinn_runtime)
        .map_err(failed)?;
    Ok(Port { runtime: runtime.clone(), endpoint, socket: weak_socket, local_addr, shown_identity })
}

/// Reset tokens follow from the identity, and every id is taken for one of ours, so that a server that crashed and
/// came back tells the clients of its former life at once that they are gone (RFC 9000, section 10.3).
fn endpoint_config(identity: &Identity) -> EndpointConfig {
    let mut config = EndpointConfig::new(Arc::new(identity.reset_key.clone()));
    config.cid_generator(|| Box::new(RandomConnectionIds::new()));
    config
}

fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.ip().is_unspecified() && address.is_ipv6() {
        // Systems differ in their default; a server for everybody means both families.
        socket.set_only_v6(false)?;
    }
    // A wish: systems cap it silently, and smaller buffers only lose packets earlier under load.
    let _ = socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(SOCKET_BUFFER_BYTES);
    socket.bind(&address.into())?;
    Ok(socket)
}

fn explain(address: SocketAddr, cause: io::Error) -> BindError {
    match cause.kind() {
        io::ErrorKind::AddrInUse => BindError::PortTaken { address },
        io::ErrorKind::PermissionDenied => BindError::NotPermitted { address },
        io::ErrorKind::AddrNotAvailable => BindError::NotOurAddress { address },
        _ => BindError::Other { address, cause },
    }
}
