//! Players with a link each keep the rules of every network.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use consonance_game_networks::sidecar::{LinkSecret, SidecarLinkSettings, SidecarServer, SidecarSettings};
use consonance_link::conformance::{Impaired, Network};
use socket2::SockRef;

use crate::sidecar::sidecar_player::SidecarPlayer;

/// Clients reach the server through a relay, which can break all connections.
struct ThroughRelay {
    relay: Option<Relay>,
}

impl Network for ThroughRelay {
    type Server = SidecarServer;
    type Client = SidecarPlayer;

    fn listen(&mut self) -> SidecarServer {
        let mut settings = SidecarSettings::default();
        settings.secret = LinkSecret::new("a secret of this test");
        let server = SidecarServer::bind((Ipv4Addr::LOCALHOST, 0).into(), settings).unwrap();
        self.relay = Some(Relay::start(server.local_addr()));
        server
    }

    fn client(&mut self, session: &str) -> SidecarPlayer {
        let mut settings = SidecarLinkSettings::default();
        settings.secret = LinkSecret::new("a secret of this test");
        session.clone_into(&mut settings.session);
        let relay = self.relay.as_ref().expect("a server listens first");
        SidecarPlayer::new(relay.address, settings)
    }

    fn cut(&mut self, _client: &mut SidecarPlayer) {
        self.relay.as_ref().expect("a server listens first").break_all();
    }
}

mod plain {
    use super::ThroughRelay;

    consonance_link::conformance_tests!(ThroughRelay { relay: None });
}

mod impaired {
    use super::{Impaired, ThroughRelay};

    consonance_link::conformance_tests!(Impaired(ThroughRelay { relay: None }));
}

const BUFFER_BYTES: usize = 16 * 1024;

/// Carries bytes both ways until it breaks its connections on request.
struct Relay {
    address: SocketAddr,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let streams: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let kept = Arc::clone(&streams);
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                let Ok(server) = TcpStream::connect(server) else { continue };
                // Small buffers, so that old voice does not queue up in the relay.
                for stream in [&client, &server] {
                    let socket = SockRef::from(stream);
                    socket.set_send_buffer_size(BUFFER_BYTES).unwrap();
                    socket.set_recv_buffer_size(BUFFER_BYTES).unwrap();
                }
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    kept.lock().unwrap().push(from.try_clone().unwrap());
                    thread::spawn(move || carry(&mut from, &mut to));
                }
            }
        });
        Self { address, streams }
    }

    fn break_all(&self) {
        for stream in self.streams.lock().unwrap().drain(..) {
            // Fails if the other end is already gone, which is just as good.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn carry(from: &mut TcpStream, to: &mut TcpStream) -> io::Result<()> {
    let mut piece = [0; 4096];
    loop {
        match from.read(&mut piece)? {
            0 => return to.shutdown(Shutdown::Write),
            bytes => to.write_all(&piece[..bytes])?,
        }
    }
}
