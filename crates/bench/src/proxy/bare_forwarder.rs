//! A proxy that inspects nothing: the minimum cost of any process between clients and a game's server.

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

use crate::{cores, thread_clock};

/// A thread that forwards datagrams in both directions, with a separate socket for each client. Dropping it ends it.
pub(super) struct BareForwarder {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    is_over: AtomicBool,
    /// Nanoseconds that the thread has been on a processor.
    cpu: AtomicU64,
}

impl BareForwarder {
    /// Starts the thread on this core.
    ///
    /// # Errors
    /// If the system has no socket for it.
    pub(super) fn start(core: usize, game: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let mut passing = Passing::open(game)?;
        let address = passing.clients_side.local_addr()?;
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        let work = move || {
            // If pinning is not allowed, it costs as much on another core.
            let _ = cores::stay_on(core);
            let mut events = Vec::with_capacity(256);
            while !of_thread.is_over.load(Ordering::Relaxed) {
                if let Err(error) = passing.run_once(&mut events) {
                    consonance_cli::complain(&format!("the bare forwarder ends: {error}"));
                    return;
                }
                of_thread.cpu.store(thread_clock::now().as_nanos() as u64, Ordering::Relaxed);
            }
        };
        let thread = thread::Builder::new().name("bare-forwarder".to_owned()).spawn(work)?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// The address for clients.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The processor time of its thread.
    pub(super) fn cpu_time(&self) -> Duration {
        Duration::from_nanos(self.shared.cpu.load(Ordering::Relaxed))
    }
}

impl Drop for BareForwarder {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Passing {
    ready: rustix::fd::OwnedFd,
    clients_side: UdpSocket,
    game: SocketAddr,
    /// The sockets towards the game's server, each with its client's address; identified by index.
    clients: Vec<(UdpSocket, SocketAddr)>,
    places: HashMap<SocketAddr, usize>,
    buffer: [u8; 2048],
}

/// The id of the socket that clients send to.
const CLIENTS_SIDE: u64 = u64::MAX;
const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

impl Passing {
    fn open(game: SocketAddr) -> io::Result<Self> {
        let ready = epoll::create(CreateFlags::CLOEXEC)?;
        let clients_side = bind()?;
        epoll::add(&ready, &clients_side, EventData::new_u64(CLIENTS_SIDE), EventFlags::IN)?;
        Ok(Self { ready, clients_side, game, clients: Vec::new(), places: HashMap::new(), buffer: [0; 2048] })
    }

    /// Waits a little, and forwards all pending datagrams.
    fn run_once(&mut self, events: &mut Vec<Event>) -> io::Result<()> {
        events.clear();
        epoll::wait(&self.ready, spare_capacity(events), Some(&WAIT))?;
        for event in &*events {
            match event.data.u64() {
                CLIENTS_SIDE => self.take_from_clients()?,
                client => self.give_to_client(client as usize)?,
            }
        }
        Ok(())
    }

    fn take_from_clients(&mut self) -> io::Result<()> {
        while let Some((bytes, from)) = some(self.clients_side.recv_from(&mut self.buffer))? {
            let place = match self.places.get(&from) {
                Some(place) => *place,
                None => self.take_in(from)?,
            };
            some(self.clients[place].0.send(&self.buffer[..bytes]))?;
        }
        Ok(())
    }

    fn take_in(&mut self, client: SocketAddr) -> io::Result<usize> {
        let (place, socket) = (self.clients.len(), bind()?);
        socket.connect(self.game)?;
        epoll::add(&self.ready, &socket, EventData::new_u64(place as u64), EventFlags::IN)?;
        self.clients.push((socket, client));
        self.places.insert(client, place);
        Ok(place)
    }

    fn give_to_client(&mut self, place: usize) -> io::Result<()> {
        let (socket, client) = &self.clients[place];
        while let Some(bytes) = some(socket.recv(&mut self.buffer))? {
            some(self.clients_side.send_to(&self.buffer[..bytes], client))?;
        }
        Ok(())
    }
}

fn bind() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// `None` if nothing is pending, or the receiver is gone.
fn some<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(it) => Ok(Some(it)),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionRefused) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_go_both_ways_and_each_client_has_a_way_of_its_own() {
        let open = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (game, one, other) = (open(), open(), open());
        for socket in [&game, &one, &other] {
            socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        }
        let proxy = BareForwarder::start(0, game.local_addr().unwrap()).unwrap();
        let mut buffer = [0; 16];
        for (client, words) in [(&one, b"one"), (&other, b"two"), (&one, b"six")] {
            client.send_to(words, proxy.address()).unwrap();
            let (bytes, from) = game.recv_from(&mut buffer).unwrap();
            assert_eq!(&buffer[..bytes], words);
            game.send_to(words, from).unwrap();
            let (bytes, from) = client.recv_from(&mut buffer).unwrap();
            assert_eq!((&buffer[..bytes], from), (&words[..], proxy.address()));
        }
        assert!(proxy.cpu_time() > Duration::ZERO);
    }
}
