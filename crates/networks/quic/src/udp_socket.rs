//! The UDP socket below an endpoint: quinn's, which uses the features of the system, or a plain one that works on
//! every system.

use std::fmt;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, Runtime as _, TokioRuntime, UdpPoller};
use tracing::debug;

use crate::fast_path::UdpOffload;

/// A socket for an endpoint of quinn, without the system features that it may not use.
///
/// Windows programs also run under Wine and Proton, which lack congestion marks (ECN): quinn rejects such a system,
/// so a plain socket is used.
///
/// # Errors
/// If the socket cannot be registered with the runtime.
pub fn wrap_udp_socket(socket: UdpSocket, offload: UdpOffload) -> io::Result<Arc<dyn AsyncUdpSocket>> {
    if offload == UdpOffload::WhereAvailable {
        match TokioRuntime.wrap_udp_socket(socket.try_clone()?) {
            Ok(socket) => return Ok(socket),
            Err(error) => debug!(%error, "this system lacks a part of UDP: one datagram per call instead"),
        }
    }
    socket.set_nonblocking(true)?;
    Ok(Arc::new(PlainSocket(tokio::net::UdpSocket::from_std(socket)?)))
}

/// One datagram per call, without congestion marks and segmentation offload.
#[derive(Debug)]
struct PlainSocket(tokio::net::UdpSocket);

impl AsyncUdpSocket for PlainSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(WritablePoller { socket: self, waiting: None })
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        match self.0.try_send_to(transmit.contents, transmit.destination) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(error),
            // QUIC resends lost packets, and notices when nothing arrives.
            _ => Ok(()),
        }
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        received: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(received)) = (buffers.first_mut(), received.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        loop {
            ready!(self.0.poll_recv_ready(cx))?;
            match self.0.try_recv_from(buffer) {
                Ok((length, sender)) => {
                    *received =
                        RecvMeta { addr: sender, len: length, stride: length, ecn: None, dst_ip: None };
                    return Poll::Ready(Ok(1));
                }
                Err(error) if is_about_one_datagram(&error) => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Whether an error concerns one datagram only: nothing was waiting after all, a peer rejects a datagram sent to it
/// (Windows reports this to the next receiver), or a datagram was too long for the buffer (an error on Windows).
fn is_about_one_datagram(error: &io::Error) -> bool {
    const WSAEMSGSIZE: i32 = 10_040;
    let kinds = [
        io::ErrorKind::WouldBlock,
        io::ErrorKind::Interrupted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::ConnectionRefused,
    ];
    kinds.contains(&error.kind()) || (cfg!(windows) && error.raw_os_error() == Some(WSAEMSGSIZE))
}

/// Waits until the socket takes a datagram; each of an endpoint's connections has its own poller, with its own waker.
struct WritablePoller {
    socket: Arc<PlainSocket>,
    waiting: Option<Pin<Box<dyn Future<Output = io::Result<()>> + Send + Sync>>>,
}

impl UdpPoller for WritablePoller {
    fn poll_writable(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = Arc::clone(&self.socket);
        let wait = async move { socket.0.writable().await };
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(wait));
        let outcome = ready!(waiting.as_mut().poll(cx));
        self.waiting = None;
        Poll::Ready(outcome)
    }
}

impl fmt::Debug for WritablePoller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WritablePoller").finish_non_exhaustive()
    }
}
