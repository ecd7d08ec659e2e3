//! The rules of every network, as far as they are about Mumble's.
//!
//! Mumble's network carries no packets of a session: a player for each user is in the server's process
//! (`consonance-mumble-player`). Here, what Mumble's messages and voice packets carry as it is stands for them, so that
//! the rules are held against the connections: which clients are let in and refused, what arrives, in which order, and
//! how links end. What it cannot show:
//!
//! * a code with its fields: a `Reject` has a kind of Mumble's own and words, so the words are what arrives;
//! * the name of a session, which no Mumble client knows;
//! * probes: Mumble's server asks for no sign of life, since clients send them;
//! * the rules behind the impairment shim, which are about packets of a session.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use consonance_mumble::{MumbleServer, MumbleSettings, server_tls};
use consonance_transport::conformance::{Network, two_hundred_clients_talk_to_one_server};

use crate::carrying::{CarryingClient, CarryingServer};
use crate::stage::certified;

/// Mumble's network, with voice in the tunnel or in datagrams.
struct Mumble {
    server: Option<SocketAddr>,
    has_datagrams: bool,
}

/// Longer than a busy machine keeps a thread waiting.
const SILENCE_MAX: Duration = Duration::from_secs(10);

fn mumble(has_datagrams: bool) -> Mumble {
    Mumble { server: None, has_datagrams }
}

impl Network for Mumble {
    type Server = CarryingServer;
    type Client = CarryingClient;

    const NAMES_SESSIONS: bool = false;
    /// The kernel's buffers of a stream keep more than most networks.
    const FLOOD: usize = 100_000;

    fn listen(&mut self) -> CarryingServer {
        let tls = server_tls(Arc::new(rustls::sign::SingleCertAndKey::from(certified())));
        let mut settings = MumbleSettings::default();
        settings.silence_max = SILENCE_MAX;
        let server = MumbleServer::bind((Ipv4Addr::LOCALHOST, 0).into(), &tls, settings).unwrap();
        self.server = Some(server.local_addr());
        CarryingServer::new(server)
    }

    fn client(&mut self, _session: &str) -> CarryingClient {
        let server = self.server.expect("a server listens before its clients connect");
        CarryingClient::new(server, SILENCE_MAX, self.has_datagrams)
    }

    fn cut(&mut self, client: &mut CarryingClient) {
        client.cut();
    }
}

#[test]
fn two_hundred_clients_talk_to_one_listener() {
    two_hundred_clients_talk_to_one_server(&mut mumble(true));
}

mod tunnel {
    use super::mumble;

    consonance_transport::conformance_tests!(mumble(false));
}

mod datagrams {
    use super::mumble;

    consonance_transport::conformance_tests!(mumble(true));
}
