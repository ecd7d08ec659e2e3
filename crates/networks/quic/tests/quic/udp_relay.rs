//! A relay for UDP between one client and one server, on this machine: a network that can be cut, and an address
//! translator that can change its mind.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::support::localhost;

/// How soon the threads notice that the relay was changed or dropped.
const NOTICE_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) struct UdpRelay(Arc<Shared>);

struct Shared {
    to_client: UdpSocket,
    to_server: Mutex<Arc<UdpSocket>>,
    server: SocketAddr,
    client: Mutex<Option<SocketAddr>>,
    is_cut: AtomicBool,
    is_over: AtomicBool,
}

impl UdpRelay {
    pub(crate) fn new(server: SocketAddr) -> Self {
        let shared = Arc::new(Shared {
            to_client: socket(),
            to_server: Mutex::new(Arc::new(socket())),
            server,
            client: Mutex::new(None),
            is_cut: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        let (up, down) = (Arc::clone(&shared), Arc::clone(&shared));
        thread::spawn(move || up.run(Shared::relay_up));
        thread::spawn(move || down.run(Shared::relay_down));
        Self(shared)
    }

    /// Where the client finds the server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.0.to_client.local_addr().unwrap()
    }

    /// Loses everything from now on, or nothing any more.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.0.is_cut.store(is_cut, Ordering::SeqCst);
    }

    /// From now on the server sees the client at another address.
    pub(crate) fn change_address(&self) {
        *self.0.to_server.lock().unwrap() = Arc::new(socket());
    }
}

impl Drop for UdpRelay {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

impl Shared {
    fn run(&self, relay: impl Fn(&Self, &mut [u8]) -> io::Result<()>) {
        let mut packet = [0; 2048];
        while !self.is_over.load(Ordering::SeqCst) {
            // Errors are time-outs, or refusals by a server that is gone: a network goes on.
            let _ = relay(self, &mut packet);
        }
    }

    fn relay_up(&self, packet: &mut [u8]) -> io::Result<()> {
        let (length, client) = self.to_client.recv_from(packet)?;
        *self.client.lock().unwrap() = Some(client);
        let to_server = Arc::clone(&self.to_server.lock().unwrap());
        if !self.is_cut.load(Ordering::SeqCst) {
            to_server.send_to(&packet[..length], self.server)?;
        }
        Ok(())
    }

    fn relay_down(&self, packet: &mut [u8]) -> io::Result<()> {
        let to_server = Arc::clone(&self.to_server.lock().unwrap());
        let (length, _) = to_server.recv_from(packet)?;
        let client = *self.client.lock().unwrap();
        if let Some(client) = client.filter(|_| !self.is_cut.load(Ordering::SeqCst)) {
            self.to_client.send_to(&packet[..length], client)?;
        }
        Ok(())
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind(localhost()).unwrap();
    socket.set_read_timeout(Some(NOTICE_INTERVAL)).unwrap();
    socket
}
