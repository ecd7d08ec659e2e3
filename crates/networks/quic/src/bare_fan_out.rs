//! The baseline of a server over QUIC: quinn, and nothing else.

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

/// An endpoint that sends every frame to every connection, on the calling thread, and does nothing else.
///
/// Servers are measured against it. Cryptography, windows and buffers are those of [`QuicServer`](crate::QuicServer),
/// so that any difference is the cost of a server's packet handling.
#[derive(Debug)]
pub struct BareFanOut {
    // Dropped before the runtime, which is needed for its goodbyes.
    connections: Vec<(Connection, SendStream)>,
    endpoint: Endpoint,
    runtime: Runtime,
    fingerprint: Fingerprint,
}

/// The timeout for all clients to connect.
const PATIENCE: Duration = Duration::from_secs(20);
/// The number of turns that quinn gets before a frame counts as sent: it does not wait for a connection that is held
/// up by the network.
const TURNS_MAX: usize = 8;

impl BareFanOut {
    /// Listens on a free port of this machine, for local programs.
    ///
    /// # Errors
    /// If the system provides no socket.
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

    /// The address on which it listens.
    ///
    /// # Errors
    /// If the system does not report it.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.endpoint.local_addr()
    }

    /// The fingerprint of the certificate that it presents.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Waits for this many more clients, and accepts them.
    ///
    /// # Errors
    /// If they do not connect within 20 seconds.
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

    /// Passes a frame to all connections, and lets quinn send it.
    pub fn send(&self, frame: &Bytes) {
        for (connection, _) in &self.connections {
            // A frame for a connection that is gone shows up as lost.
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

    /// Reads incoming datagrams and runs timers, for this long.
    pub fn rest(&self, time: Duration) {
        self.runtime.block_on(async { sleep(time).await });
    }
}

/// Accepts a client that has said hello, regardless of the content.
async fn take_in(endpoint: &Endpoint) -> io::Result<(Connection, SendStream)> {
    let incoming = endpoint.accept().await.ok_or(io::ErrorKind::NotConnected)?;
    let connection = incoming.await?;
    let (mut control, _) = connection.accept_bi().await?;
    control.write_chunk(PacketBytes::default().frame(&server_hello(None, None))).await?;
    Ok((connection, control))
}
