//! The floor of a server over QUIC: quinn, and nothing else.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use quinn::{Connection, Endpoint, EndpointConfig, SendStream, ServerConfig, TokioRuntime};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::hello::server_hello;
use crate::packet_bytes::PacketBytes;
use crate::{Fingerprint, Identity, QuicServerSettings, ShownIdentity, tls, wrap_udp_socket};

/// An endpoint that gives every frame to every connection, on the calling thread, and does nothing besides.
///
/// Servers are measured against it. Cryptography, windows and buffers are those of [`QuicServer`](crate::QuicServer),
/// so that what differs is what a server does with packets.
#[derive(Debug)]
pub struct BareFanOut {
    // Before the runtime: its goodbyes need one.
    connections: Vec<(Connection, SendStream)>,
    endpoint: Endpoint,
    runtime: Runtime,
    fingerprint: Fingerprint,
}

/// How long all clients may take to connect.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often quinn may have its turn before a frame counts as sent: a connection that the
/// network holds up is not waited for.
const TURNS_MAX: usize = 8;

impl BareFanOut {
    /// Listens on a free port of this machine, for programs on it.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub fn bind(identity: &Identity, settings: &QuicServerSettings) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let mut config =
            ServerConfig::with_crypto(Arc::new(tls::server_config(ShownIdentity::new(identity.clone()))));
        config.transport_config(settings.transport_config());
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let entered = runtime.enter();
        let socket = wrap_udp_socket(socket, settings.udp_offload)?;
        let endpoint = Endpoint::new_with_abstract_socket(
            EndpointConfig::default(),
            Some(config),
            socket,
            Arc::new(TokioRuntime),
        )?;
        drop(entered);
        Ok(Self { connections: Vec::new(), endpoint, runtime, fingerprint: identity.fingerprint() })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.endpoint.local_addr()
    }

    /// The fingerprint of the certificate it shows.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Waits until so many clients more have come, and takes them in.
    ///
    /// # Errors
    /// If they do not come within 20 seconds.
    pub fn accept(&mut self, count: usize) -> io::Result<()> {
        let all = async {
            for _ in 0..count {
                self.connections.push(take_in(&self.endpoint).await?);
            }
            Ok(())
        };
        let outcome = self.runtime.block_on(async { timeout(PATIENCE, all).await });
        outcome.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Gives a frame to all connections, and lets quinn send it.
    pub fn send(&self, frame: &Bytes) {
        for (connection, _) in &self.connections {
            // A connection that is gone shows as lost.
            let _ = connection.send_datagram(frame.clone());
        }
        let Some((last, _)) = self.connections.last() else { return };
        self.runtime.block_on(async {
            // Connections are served in their order.
            let room = last.datagram_send_buffer_space() + frame.len();
            for _ in 0..TURNS_MAX {
                yield_now().await;
                if last.datagram_send_buffer_space() >= room {
                    break;
                }
            }
        });
    }

    /// Reads what comes in, and does what is due, for this long.
    pub fn rest(&self, time: Duration) {
        self.runtime.block_on(async { sleep(time).await });
    }
}

/// A client that said hello; what it said does not matter.
async fn take_in(endpoint: &Endpoint) -> io::Result<(Connection, SendStream)> {
    let incoming = endpoint.accept().await.ok_or(io::ErrorKind::NotConnected)?;
    let connection = incoming.await?;
    let (mut control, _) = connection.accept_bi().await?;
    control.write_chunk(PacketBytes::default().frame(&server_hello(None, None))).await?;
    Ok((connection, control))
}
