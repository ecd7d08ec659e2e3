//! A relay for UDP between the sockets of a client and one server, on this machine: a network that can be cut, and an
//! address translator that can change its mind. Tests of other networks in datagrams use it, too.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::Duration;

use crate::support::localhost;

/// How soon the threads notice that the relay was changed or dropped.
const NOTICE_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) struct UdpRelay(Arc<Shared>);

struct Shared {
    to_clients: UdpSocket,
    server: OnceLock<SocketAddr>,
    /// What each socket of a client is to the server.
    ways: Mutex<HashMap<SocketAddr, Arc<UdpSocket>>>,
    /// Held while a datagram passes, so that none from before a change passes after it.
    gate: Mutex<()>,
    is_cut: AtomicBool,
    is_cut_upstream: AtomicBool,
    is_quic_only: AtomicBool,
    /// Of a hundred datagrams, so many are lost.
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

    /// Before the server is there, which wants to know the relay first.
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

    /// Where everything goes from now on.
    pub(crate) fn aim(&self, server: SocketAddr) {
        self.0.server.set(server).unwrap();
    }

    /// Loses so many of a hundred datagrams from now on, each way, as a sequence that is always the same.
    pub(crate) fn lose(&self, percent: u32) {
        self.0.loss_percent.store(percent, Ordering::SeqCst);
    }

    /// Where the client finds the server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.0.to_clients.local_addr().unwrap()
    }

    /// Loses everything from now on, or nothing any more; what has not passed until then is lost.
    pub(crate) fn cut(&self, is_cut: bool) {
        let _gate = self.0.gate.lock().unwrap();
        self.0.lose_what_waits();
        self.0.is_cut.store(is_cut, Ordering::SeqCst);
    }

    /// Lets nothing through from clients from now on, or everything again.
    pub(crate) fn cut_upstream(&self, is_cut: bool) {
        self.0.is_cut_upstream.store(is_cut, Ordering::SeqCst);
    }

    /// Lets only QUIC through from now on, or everything again.
    pub(crate) fn only_quic(&self, is_quic_only: bool) {
        self.0.is_quic_only.store(is_quic_only, Ordering::SeqCst);
    }

    /// From now on the server sees the client at other addresses.
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
    /// `None` when the relay was dropped.
    fn relay_up(self: &Arc<Self>) -> Option<()> {
        let mut packet = [0; 2048];
        // Errors are time-outs: a network goes on.
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

    /// `None` when the way is not used any more.
    fn relay_down(&self, way: &Arc<UdpSocket>, client: SocketAddr) -> Option<()> {
        let mut packet = [0; 2048];
        let gate = self.gate_for(way);
        let is_present =
            self.ways.lock().unwrap().get(&client).is_some_and(|present| Arc::ptr_eq(present, way));
        // Errors are time-outs, or refusals by a server that is gone.
        if gate.is_some()
            && let Ok((length, _)) = way.recv_from(&mut packet)
            && is_present
            && self.lets_through(&packet[..length])
        {
            let _: io::Result<usize> = self.to_clients.send_to(&packet[..length], client);
        }
        (is_present && !self.is_over.load(Ordering::SeqCst)).then_some(())
    }

    /// The gate, as soon as a datagram waits in front of it.
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
        // Scattered by a step that has no divisor in common with 100.
        let passed = self.passed.fetch_add(1, Ordering::SeqCst).wrapping_mul(37) % 100;
        let is_lost = passed < self.loss_percent.load(Ordering::SeqCst);
        !is_lost
            && !self.is_cut.load(Ordering::SeqCst)
            && (is_quic || !self.is_quic_only.load(Ordering::SeqCst))
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind(localhost()).unwrap();
    socket.set_read_timeout(Some(NOTICE_INTERVAL)).unwrap();
    socket
}
