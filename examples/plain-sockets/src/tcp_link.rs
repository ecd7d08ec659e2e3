//! One TCP connection that carries packets and never blocks.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use consonance_link::DisconnectReason;
use socket2::{SockRef, TcpKeepalive};

use crate::frame_reader::{FrameReader, LENGTH_BYTES, TooLong};

/// How many bytes may wait for the network. More means that the other side does not read them.
const UNSENT_BYTES_MAX: usize = 1024 * 1024;
/// How many more bytes may wait in the system. By default it allows megabytes, and a slow peer would be noticed late.
const SYSTEM_BUFFER_BYTES: usize = 256 * 1024;
const READ_BYTES: usize = 16 * 1024;
/// How many packets of a client that has left are read in one go.
const PACKETS_PER_LOOK: usize = 64;
/// A cable that was pulled says nothing: after this silence the system asks whether the other side is still there, …
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(5);
/// … this often, before it ends the connection.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(2);

/// One TCP connection that carries packets.
#[derive(Debug)]
pub(crate) struct TcpLink {
    stream: TcpStream,
    frames: FrameReader,
    unsent: Vec<u8>,
    /// We say nothing more.
    is_finishing: bool,
}

/// Why a connection is of no more use.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The other side closed it, or its process is gone.
    Closed,
    Failed(io::Error),
    /// It announced a packet of this many bytes.
    TooLong(usize),
}

impl TcpLink {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE_AFTER).with_interval(KEEP_ALIVE_INTERVAL);
        let socket = SockRef::from(&stream);
        socket.set_tcp_keepalive(&keep_alive)?;
        socket.set_send_buffer_size(SYSTEM_BUFFER_BYTES)?;
        socket.set_recv_buffer_size(SYSTEM_BUFFER_BYTES)?;
        Ok(Self { stream, frames: FrameReader::default(), unsent: Vec::new(), is_finishing: false })
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Queues one packet; false if too much waits already.
    #[must_use]
    pub(crate) fn send(&mut self, packet: &[u8]) -> bool {
        if self.unsent.len() + LENGTH_BYTES + packet.len() > UNSENT_BYTES_MAX {
            return false;
        }
        self.unsent.extend_from_slice(&(packet.len() as u32).to_be_bytes());
        self.unsent.extend_from_slice(packet);
        // The rest goes out with the next flush, which also detects a broken connection.
        let _ = self.flush();
        true
    }

    /// Sends as much as the network accepts.
    pub(crate) fn flush(&mut self) -> Result<(), Broken> {
        let mut sent = 0;
        let result = loop {
            if sent == self.unsent.len() {
                break Ok(());
            }
            match self.stream.write(&self.unsent[sent..]) {
                Ok(bytes) => sent += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break Ok(()),
                Err(error) => break Err(Broken::from(error)),
            }
        };
        self.unsent.drain(..sent);
        if self.is_finishing && self.unsent.is_empty() {
            // The connection may be gone already.
            let _ = self.stream.shutdown(Shutdown::Write);
        }
        result
    }

    /// The next packet, if one has come.
    pub(crate) fn receive(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        loop {
            if let Some(packet) = self.frames.next()? {
                return Ok(Some(packet));
            }
            let mut bytes = [0; READ_BYTES];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(Broken::Closed),
                Ok(length) => self.frames.push(&bytes[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(Broken::from(error)),
            }
        }
    }

    /// Says goodbye once everything was sent. Afterwards [`is_over`](Self::is_over) tells when the other side knows.
    pub(crate) fn finish(&mut self) {
        self.is_finishing = true;
    }

    /// Whether the other side has closed its end too. Its last messages are ignored.
    ///
    /// To close at once would be rude: with bytes still unread the system would reset the connection, and what was
    /// sent last could be lost on its way.
    pub(crate) fn is_over(&mut self) -> bool {
        // A flood is read in portions: the caller has a deadline, and other work to do.
        self.flush().is_err() || (0..PACKETS_PER_LOOK).any(|_| self.receive().is_err())
    }
}

impl Broken {
    pub(crate) fn reason(&self) -> DisconnectReason {
        match self {
            Self::Closed => DisconnectReason::closed_by_peer(b""),
            Self::Failed(error) if error.kind() == ErrorKind::TimedOut => DisconnectReason::TimedOut,
            Self::Failed(error) => DisconnectReason::closed_by_peer(error.to_string().as_bytes()),
            Self::TooLong(length) => DisconnectReason::ProtocolViolated {
                violation: format!("it announced a packet of {length} bytes"),
            },
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(error),
        }
    }
}

impl From<TooLong> for Broken {
    fn from(TooLong(length): TooLong) -> Self {
        Self::TooLong(length)
    }
}

/// Why a link ends over which reliable packets came faster than they could leave.
pub(crate) fn overloaded() -> DisconnectReason {
    DisconnectReason::Overloaded { queue: format!("more than {UNSENT_BYTES_MAX} bytes of reliable packets") }
}
