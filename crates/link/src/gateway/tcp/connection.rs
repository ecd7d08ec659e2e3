//! One TCP connection: its socket, its two queues, and how far its end has come.

use std::io::{self, IoSliceMut, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use super::byte_queue::ByteQueue;
use super::{TcpEnd, TcpSettings};
use crate::gateway::readiness::Interest;

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) remote: SocketAddr,
    pub(super) state: State,
    pub(super) incoming: ByteQueue,
    pub(super) outgoing: ByteQueue,
    /// The interest that is registered with the readiness.
    pub(super) interest: Interest,
    /// The other side sends nothing more.
    is_read_to_the_end: bool,
    /// There is something new in `outgoing` since the last flush, which knows of it.
    pub(super) is_dirty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// We are connecting.
    Opening,
    Open,
    /// The last bytes are being sent until its deadline, and nothing more is read for our user.
    Finishing,
    /// We have shut down our side, and wait until its deadline for the other side to do the same, so that our last
    /// bytes are not lost with the socket.
    Lingering,
    /// Its end is about to be reported.
    Ended,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, remote: SocketAddr, state: State) -> Self {
        Self {
            stream,
            remote,
            state,
            incoming: ByteQueue::default(),
            outgoing: ByteQueue::default(),
            interest: Interest { read: state == State::Open, write: state == State::Opening },
            is_read_to_the_end: false,
            is_dirty: false,
        }
    }

    /// The interest that the socket should be registered with.
    pub(super) fn wants(&self, settings: &TcpSettings) -> Interest {
        let has_room = self.incoming.len() < settings.incoming_bytes_max;
        match self.state {
            State::Opening => Interest { read: false, write: true },
            State::Open => Interest { read: has_room, write: !self.outgoing.is_empty() },
            State::Finishing => Interest { read: !self.is_read_to_the_end, write: !self.outgoing.is_empty() },
            State::Lingering => Interest::READ,
            State::Ended => Interest::NOTHING,
        }
    }

    /// Whether the connection that we are making is established.
    pub(super) fn is_made(&self) -> io::Result<bool> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads once, as many bytes as may wait: how many came. They are read into the queue's own memory as far as it
    /// goes, which is far enough for most messages, and the rest into the buffer.
    pub(super) fn read(&mut self, buffer: &mut [u8], settings: &TcpSettings) -> Result<usize, TcpEnd> {
        let room = settings.incoming_bytes_max.saturating_sub(self.incoming.len()).min(buffer.len());
        if room == 0 {
            return Ok(0);
        }
        let free = self.incoming.free();
        let direct = room.min(free.len());
        let mut buffers =
            [IoSliceMut::new(&mut free[..direct]), IoSliceMut::new(&mut buffer[..room - direct])];
        let count = count_of(self.stream.read_vectored(&mut buffers))?;
        self.incoming.take_in(count.min(direct));
        self.incoming.push(&buffer[..count.saturating_sub(direct)]);
        Ok(count)
    }

    /// Reads once and discards what is no longer wanted.
    pub(super) fn read_away(&mut self, buffer: &mut [u8]) -> Result<usize, TcpEnd> {
        let read = self.read_into(buffer);
        self.is_read_to_the_end |= read.is_err();
        read
    }

    fn read_into(&mut self, buffer: &mut [u8]) -> Result<usize, TcpEnd> {
        if buffer.is_empty() {
            return Ok(0);
        }
        count_of(self.stream.read(buffer))
    }

    /// Writes as much as the system takes: how many bytes it took.
    pub(super) fn write(&mut self) -> Result<usize, TcpEnd> {
        let before = self.outgoing.len();
        while !self.outgoing.is_empty() {
            match self.stream.write(self.outgoing.bytes()) {
                Ok(0) => break,
                Ok(count) => self.outgoing.consume(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_momentary(&error) => break,
                Err(error) => return Err(TcpEnd::from(error)),
            }
        }
        Ok(before - self.outgoing.len())
    }

    pub(super) fn is_read_to_the_end(&self) -> bool {
        self.is_read_to_the_end
    }
}

fn count_of(read: io::Result<usize>) -> Result<usize, TcpEnd> {
    match read {
        Ok(0) => Err(TcpEnd::ByPeer),
        Ok(count) => Ok(count),
        Err(error) if is_momentary(&error) => Ok(0),
        Err(error) => Err(TcpEnd::from(error)),
    }
}

fn is_momentary(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
