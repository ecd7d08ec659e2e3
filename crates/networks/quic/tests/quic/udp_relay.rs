//! A relay for UDP between the sockets of a client and one server, on this machine: a network that can be cut, and an
//! address translator that can change its mapping. Tests of other networks in datagrams use it, too.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::Duration;

/// The time within which the threads notice that the relay was changed or dropped.
const NOTICE_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) struct UdpRelay(Arc<Shared>);

struct Shared {
    to_clients: UdpSocket,
    server: OnceLock<SocketAddr>,
    /// The relay's socket towards the server for each socket of a client.
    ways: Mutex<HashMap<SocketAddr, Arc<UdpSocket>>>,
    /// Held while a datagram passes, so that no datagram from before a change passes after it.
    gate: Mutex<()>,
    is_cut: AtomicBool,
    is_cut_upstream: AtomicBool,
    is_quic_only: AtomicBool,
    /// The number of datagrams lost out of a hundred.
    loss_percent: AtomicU32,
    passed: AtomicU32,
    is_over: AtomicBool,
}

impl UdpRelay {
    pub(crate) fn new(server: SocketAddr) -> Self {
        let relay = Self::unaimed();
        relay.aim(server);
        relay
    }

    /// A relay without a server yet, for a server that has to know the relay first.
    pub(crate) fn unaimed() -> Self {
        let shared = Arc::new(Shared {
            to_clients: socket(),
            server: OnceLock::new(),
            ways: Mutex::default(),
            gate: Mutex::default(),
            is_cut: AtomicBool::new(false),
            is_cut_upstream: AtomicBool::new(false),
            is_quic_only: AtomicBool::new(false),
            loss_percent: AtomicU32::new(0),
            passed: AtomicU32::new(0),
            is_over: AtomicBool::new(false),
        });
        let up = Arc::clone(&shared);
        thread::spawn(move || while up.relay_up().is_some() {});
        Self(shared)
    }

    /// Sets the server to which all datagrams go from now on.
    pub(crate) fn aim(&self, server: SocketAddr) {
        self.0.server.set(server).unwrap();
    }

    /// Loses this many of a hundred datagrams from now on, both ways, in a sequence that is always the same.
    pub(crate) fn lose(&self, percent: u32) {
        self.0.loss_percent.store(percent, Ordering::SeqCst);
    }

    /// The address at which the client finds the server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.0.to_clients.local_addr().unwrap()
    }

    /// Loses everything from now on, or nothing any more; datagrams that have not passed yet are lost.
    pub(crate) fn cut(&self, is_cut: bool) {
        let _gate = self.0.gate.lock().unwrap();
        self.0.lose_what_waits();
        self.0.is_cut.store(is_cut, Ordering::SeqCst);
    }

    /// Blocks everything from clients from now on, or nothing any more.
    pub(crate) fn cut_upstream(&self, is_cut: bool) {
        self.0.is_cut_upstream.store(is_cut, Ordering::SeqCst);
    }

    /// Blocks everything but QUIC from now on, or nothing any more.
    pub(crate) fn only_quic(&self, is_quic_only: bool) {
        self.0.is_quic_only.store(is_quic_only, Ordering::SeqCst);
    }

    /// Makes the server see the client at other addresses from now on.
    pub(crate) fn change_address(&self) {
        self.0.ways.lock().unwrap().clear();
    }
}

impl Drop for UdpRelay {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

impl Shared {
    /// `None` once the relay was dropped.
    fn relay_up(self: &Arc<Self>) -> Option<()> {
        let mut packet = [0; 2048];
        // Errors are timeouts; the relay continues.
        if let Some(_gate) = self.gate_for(&self.to_clients)
            && let Ok((length, client)) = self.to_clients.recv_from(&mut packet)
            && let Some(&server) = self.server.get()
            && !self.is_cut_upstream.load(Ordering::SeqCst)
            && self.lets_through(&packet[..length])
        {
            let _ = self.way_of(client).send_to(&packet[..length], server);
        }
        (!self.is_over.load(Ordering::SeqCst)).then_some(())
    }

    fn way_of(self: &Arc<Self>, client: SocketAddr) -> Arc<UdpSocket> {
        let mut ways = self.ways.lock().unwrap();
        let way = ways.entry(client).or_insert_with(|| {
            let (way, down) = (Arc::new(socket()), Arc::clone(self));
            let its = Arc::clone(&way);
            thread::spawn(move || while down.relay_down(&its, client).is_some() {});
            way
        });
        Arc::clone(way)
    }

    /// `None` once the socket is no longer used.
    fn relay_down(&self, way: &Arc<UdpSocket>, client: SocketAddr) -> Option<()> {
        let mut packet = [0; 2048];
        let gate = self.gate_for(way);
        let is_present =
            self.ways.lock().unwrap().get(&client).is_some_and(|present| Arc::ptr_eq(present, way));
        // Errors are timeouts, or refusals by a server that is gone.
        if gate.is_some()
            && let Ok((length, _)) = way.recv_from(&mut packet)
            && is_present
            && self.lets_through(&packet[..length])
        {
            let _: io::Result<usize> = self.to_clients.send_to(&packet[..length], client);
        }
        (is_present && !self.is_over.load(Ordering::SeqCst)).then_some(())
    }

    /// Waits for a datagram, and returns the gate.
    fn gate_for(&self, socket: &UdpSocket) -> Option<MutexGuard<'_, ()>> {
        socket.peek_from(&mut [0; 2048]).is_ok().then(|| self.gate.lock().unwrap())
    }

    fn lose_what_waits(&self) {
        let ways = self.ways.lock().unwrap();
        for socket in ways.values().map(AsRef::as_ref).chain([&self.to_clients]) {
            socket.set_nonblocking(true).unwrap();
            while socket.recv_from(&mut [0; 2048]).is_ok() {}
            socket.set_nonblocking(false).unwrap();
        }
    }

    fn lets_through(&self, packet: &[u8]) -> bool {
        let is_quic = packet.first().is_some_and(|first| first & 0x40 != 0);
        // The step is coprime to 100, which scatters the losses.
        let passed = self.passed.fetch_add(1, Ordering::SeqCst).wrapping_mul(37) % 100;
        let is_lost = passed < self.loss_percent.load(Ordering::SeqCst);
        !is_lost
            && !self.is_cut.load(Ordering::SeqCst)
            && (is_quic || !self.is_quic_only.load(Ordering::SeqCst))
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(NOTICE_INTERVAL)).unwrap();
    socket
}
