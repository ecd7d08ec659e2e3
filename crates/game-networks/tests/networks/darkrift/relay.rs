//! A relay between clients and a server: streams and datagrams that go through it can be lost.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_link::gateway::tcp::{TcpConnections, TcpEvent, TcpId, TcpSettings};
use consonance_link::random::Random;

/// Runs until it is dropped.
pub(crate) struct Relay {
    address: SocketAddr,
    orders: Arc<Orders>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Orders {
    is_cut: AtomicBool,
    is_over: AtomicBool,
    /// The share of datagrams lost in each direction.
    loss_percent: AtomicU8,
}

impl Relay {
    /// A relay to this server, whose TCP and UDP ports are the same.
    pub(crate) fn to(server: SocketAddr) -> Self {
        #[cfg(unix)]
        crate::darkrift::descriptors::ask_for_enough();
        let (tcp, udp) = bind_both();
        let address = udp.local_addr().expect("it is bound");
        let orders = Arc::new(Orders::default());
        let mut run = Run {
            server,
            tcp,
            udp,
            orders: Arc::clone(&orders),
            other_end: BTreeMap::new(),
            towards_server: BTreeMap::new(),
            random: Random::new(7, "a relay"),
        };
        let thread = Some(thread::spawn(move || run.run()));
        Self { address, orders, thread }
    }

    /// The address to which clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks all present connections; later ones work.
    pub(crate) fn cut(&self) {
        self.orders.is_cut.store(true, Ordering::SeqCst);
    }

    /// Drops this percentage of datagrams from here on.
    pub(crate) fn lose(&self, percent: u8) {
        self.orders.loss_percent.store(percent, Ordering::SeqCst);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.orders.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Run {
    server: SocketAddr,
    tcp: TcpConnections,
    udp: UdpSocket,
    orders: Arc<Orders>,
    other_end: BTreeMap<TcpId, TcpId>,
    /// A socket for each client, so that the server can tell them apart.
    towards_server: BTreeMap<SocketAddr, UdpSocket>,
    random: Random,
}

impl Run {
    fn run(&mut self) {
        while !self.orders.is_over.load(Ordering::SeqCst) {
            if self.orders.is_cut.swap(false, Ordering::SeqCst) {
                for id in std::mem::take(&mut self.other_end).into_keys() {
                    self.tcp.abort(id);
                }
                self.towards_server.clear();
            }
            self.carry_streams();
            self.carry_datagrams();
            thread::sleep(Duration::from_micros(200));
        }
    }

    fn carry_streams(&mut self) {
        let now = Instant::now();
        let ids: Vec<TcpId> = self.other_end.keys().copied().collect();
        for id in ids {
            self.carry_on(now, id);
        }
        while let Some(event) = self.tcp.poll(now) {
            match event {
                TcpEvent::Opened { id, .. } if !self.other_end.contains_key(&id) => {
                    let upstream = self.tcp.connect(now, self.server, None);
                    self.other_end.extend([(id, upstream), (upstream, id)]);
                }
                TcpEvent::Opened { .. } => {}
                TcpEvent::Received { id } => self.carry_on(now, id),
                TcpEvent::Closed { id, .. } => {
                    if let Some(other) = self.other_end.remove(&id) {
                        self.other_end.remove(&other);
                        self.tcp.finish(now, other);
                    }
                }
            }
        }
    }

    /// Passes received bytes on, unless too many already wait at the other end.
    fn carry_on(&mut self, now: Instant, id: TcpId) {
        let Some(&other) = self.other_end.get(&id) else { return };
        if self.tcp.waiting_bytes(other) < WAITING_BYTES_MAX {
            let bytes = self.tcp.received(id).to_vec();
            self.tcp.consume(id, bytes.len());
            self.tcp.send(now, other, &[&bytes]);
        }
    }

    fn carry_datagrams(&mut self) {
        let mut buffer = [0; 2000];
        while let Ok((bytes, from)) = self.udp.recv_from(&mut buffer) {
            let is_lost = self.is_lost();
            let towards_server = self.towards_server.entry(from).or_insert_with(|| {
                let socket = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
                socket.set_nonblocking(true).expect("sockets can");
                socket.connect(self.server).expect("loopback is reachable");
                socket
            });
            if !is_lost {
                let _ = towards_server.send(&buffer[..bytes]);
            }
        }
        let towards_server = std::mem::take(&mut self.towards_server);
        for (client, socket) in &towards_server {
            while let Ok(bytes) = socket.recv(&mut buffer) {
                if !self.is_lost() {
                    let _ = self.udp.send_to(&buffer[..bytes], client);
                }
            }
        }
        self.towards_server = towards_server;
    }

    fn is_lost(&mut self) -> bool {
        let percent = self.orders.loss_percent.load(Ordering::SeqCst);
        self.random.chance(f64::from(percent) / 100.0)
    }
}

const WAITING_BYTES_MAX: usize = 64 * 1024;

fn bind_both() -> (TcpConnections, UdpSocket) {
    let settings = TcpSettings {
        connections_max: 10_000,
        incoming_bytes_max: 1 << 20,
        outgoing_bytes_max: 4 << 20,
        ..TcpSettings::default()
    };
    loop {
        let tcp =
            TcpConnections::listen(([127, 0, 0, 1], 0).into(), settings.clone()).expect("a port is free");
        let address = tcp.local_addr().expect("it is bound");
        if let Ok(udp) = UdpSocket::bind(address) {
            udp.set_nonblocking(true).expect("sockets can");
            return (tcp, udp);
        }
    }
}
