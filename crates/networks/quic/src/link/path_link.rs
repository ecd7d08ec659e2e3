//! A client's path beside its connection: a socket, a lock around the path, and a task.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use consonance_link::inbox::Mailbox;
use consonance_link::{DatagramPath, Delivery, Peer};
use tokio::time::{sleep, timeout_at};

use crate::PathGrant;
use crate::fast_path::{ClientPath, ClientPathSettings, DATAGRAM_BYTES_MAX, PathState, keep_whole};
use crate::packet_bytes::PacketBytes;

/// The fast path of one client.
#[derive(Debug)]
pub(crate) struct PathLink {
    remote: SocketAddr,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    path: ClientPath,
    /// Replaced when the path is tried again: the machine may have another address by then.
    socket: Option<UdpSocket>,
    datagram: Vec<u8>,
}

impl PathLink {
    pub(crate) fn new(grant: &PathGrant, settings: ClientPathSettings) -> Self {
        let path = ClientPath::new(Instant::now(), &grant.secrets, &grant.announcement, settings);
        let state = State { path, socket: None, datagram: Vec::with_capacity(DATAGRAM_BYTES_MAX) };
        Self { remote: grant.remote, state: Mutex::new(state) }
    }

    /// Sends a packet. Returns false if it has to take another path.
    pub(crate) fn send(&self, packet: &[u8]) -> bool {
        let state = &mut *self.lock();
        state.datagram.clear();
        let is_sealed = state.path.seal(packet, &mut state.datagram);
        if is_sealed && let Some(socket) = &state.socket {
            // The datagram is lost if the system does not accept it: voice does not wait.
            let _ = socket.send(&state.datagram);
        }
        is_sealed
    }

    pub(crate) fn datagram_path(&self) -> DatagramPath {
        match self.lock().path.state() {
            PathState::Trying => DatagramPath::Trying,
            PathState::Open => DatagramPath::FastPath,
            PathState::Closed => DatagramPath::Blocked { port: self.remote.port() },
        }
    }

    /// Keeps the path running as long as it is polled. Packets go to `mailbox` under the number `peer`.
    pub(crate) async fn run<C>(&self, mailbox: &Mailbox<C, Bytes>, peer: Peer) -> Infallible {
        let mut packets = PacketBytes::default();
        loop {
            match connect(self.remote) {
                Ok((socket, reader)) => {
                    self.lock().socket = Some(socket);
                    self.use_socket(&reader, mailbox, peer, &mut packets).await;
                }
                Err(_) => sleep(NEXT_SOCKET_AFTER).await,
            }
        }
    }

    /// Uses a socket until the path is to be tried again, with another socket.
    async fn use_socket<C>(
        &self,
        reader: &tokio::net::UdpSocket,
        mailbox: &Mailbox<C, Bytes>,
        peer: Peer,
        packets: &mut PacketBytes,
    ) {
        let mut buffer = [0; RECEIVE_BYTES];
        let mut was_closed = false;
        loop {
            let (is_closed, due) = self.keep_going();
            if was_closed && !is_closed {
                return;
            }
            was_closed = is_closed;
            // An error concerns a datagram sent earlier; the next one may get through.
            if timeout_at(due.into(), reader.readable()).await.is_err() {
                continue;
            }
            for _ in 0..DATAGRAMS_PER_TURN {
                match reader.try_recv(&mut buffer) {
                    Ok(bytes) => self.take(&mut buffer[..bytes], packets, |packet| {
                        mailbox.push(peer, Delivery::Unreliable, packet);
                    }),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(_) => {}
                }
            }
        }
    }

    /// Runs due timers; returns whether the path is closed, and when to check again.
    fn keep_going(&self) -> (bool, Instant) {
        let now = Instant::now();
        let state = &mut *self.lock();
        state.path.handle_timeout(now);
        state.datagram.clear();
        while state.path.poll_transmit(now, &mut state.datagram) {
            if let Some(socket) = &state.socket {
                let _ = socket.send(&state.datagram);
            }
            state.datagram.clear();
        }
        // Packets sent in the meantime may make the next probe due earlier.
        let soon = now + LOOK_AGAIN_AFTER;
        let due = state.path.poll_timeout().map_or(soon, |due| due.min(soon));
        (state.path.state() == PathState::Closed, due)
    }

    fn take(&self, datagram: &mut [u8], packets: &mut PacketBytes, deliver: impl FnMut(Bytes)) {
        let mut state = self.lock();
        // The path counts datagrams that the server did not seal.
        if let Ok(opened) = state.path.handle_datagram(Instant::now(), datagram) {
            drop(state);
            opened.map(|packet| packets.datagram(packet)).for_each(deliver);
        }
    }

    /// Ignores lock poisoning: a panic elsewhere cannot leave the path half changed in a way that matters.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wait if the system provides no socket.
const NEXT_SOCKET_AFTER: Duration = Duration::from_secs(5);

/// The longest sleep.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// The number of datagrams read before timers get their turn.
const DATAGRAMS_PER_TURN: usize = 64;

/// More than the longest datagram, so that a longer one is noticed.
const RECEIVE_BYTES: usize = 2048;

/// A socket that receives from this address only, and a copy for waiting.
fn connect(remote: SocketAddr) -> io::Result<(UdpSocket, tokio::net::UdpSocket)> {
    let local: SocketAddr = match remote {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(local)?;
    keep_whole(&socket);
    socket.set_nonblocking(true)?;
    socket.connect(remote)?;
    let reader = tokio::net::UdpSocket::from_std(socket.try_clone()?)?;
    Ok((socket, reader))
}
