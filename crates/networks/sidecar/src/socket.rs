//! One TCP connection that never blocks.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Protocol, Socket, Type};

/// Bytes in and out, as far as they go at once.
#[derive(Debug)]
pub(crate) struct WireSocket(TcpStream);

/// What there was to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReadOutcome {
    Bytes(usize),
    Nothing,
    /// The other end is gone.
    End,
}

impl WireSocket {
    /// One that was accepted.
    pub(crate) fn accepted(stream: TcpStream, buffer_bytes: usize) -> io::Result<Self> {
        let socket = Socket::from(stream);
        prepare(&socket, buffer_bytes)?;
        Ok(Self(socket.into()))
    }

    /// One that begins to connect.
    pub(crate) fn connect(to: SocketAddr, buffer_bytes: usize) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
        prepare(&socket, buffer_bytes)?;
        match socket.connect(&to.into()) {
            Ok(()) => {}
            Err(error) if is_under_way(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(Self(socket.into()))
    }

    /// Whether the connection is there by now.
    pub(crate) fn is_connected(&self) -> io::Result<bool> {
        if let Some(error) = self.0.take_error()? {
            return Err(error);
        }
        Ok(self.0.peer_addr().is_ok())
    }

    pub(crate) fn read(&mut self, into: &mut [u8]) -> ReadOutcome {
        match self.0.read(into) {
            Ok(0) => ReadOutcome::End,
            Ok(bytes) => ReadOutcome::Bytes(bytes),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                ReadOutcome::Nothing
            }
            Err(_) => ReadOutcome::End,
        }
    }

    /// How many bytes the system took; an end shows when reading.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        self.0.write(bytes).unwrap_or(0)
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.0
    }
}

/// Small buffers, so that voice which waits is dropped here and does not come late.
fn prepare(socket: &Socket, buffer_bytes: usize) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    socket.set_send_buffer_size(buffer_bytes)?;
    socket.set_recv_buffer_size(buffer_bytes)
}

fn is_under_way(error: &io::Error) -> bool {
    #[cfg(unix)]
    // Not yet an `ErrorKind`: POSIX, connect().
    let is_in_progress = error.raw_os_error() == Some(EINPROGRESS);
    #[cfg(not(unix))]
    let is_in_progress = false;
    is_in_progress || error.kind() == ErrorKind::WouldBlock
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const EINPROGRESS: i32 = 115;
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const EINPROGRESS: i32 = 36;
