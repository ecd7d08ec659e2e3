//! The rules of every network, as far as they apply to Mumble's.
//!
//! Mumble's network carries no packets of a session: a player for each user is in the server's process
//! (`consonance_mumble::players`). Here, payloads that Mumble's messages and voice packets carry unchanged stand for
//! them, so that the rules apply to the connections: which clients are admitted or rejected, what arrives and in
//! which order, and how links end. Not covered:
//!
//! * a code with its fields: a `Reject` has a kind of Mumble's own and a text, so only the text arrives;
//! * the name of a session, which no Mumble client knows;
//! * probes: Mumble's server sends no pings, since clients do;
//! * the rules behind the impairment shim, which are about packets of a session.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use consonance_link::conformance::{Network, two_hundred_clients_talk_to_one_server};
use consonance_mumble::{MumbleServer, MumbleSettings, server_tls};

use crate::mumble::carrying::{CarryingClient, CarryingServer};
use crate::mumble::fixture::certified;

/// Mumble's network, with voice in the tunnel or in datagrams.
struct Mumble {
    server: Option<SocketAddr>,
    has_datagrams: bool,
}

/// Longer than a busy machine delays a thread.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// Bytes that a client may send at once, which is eight times what it may send in a second.
///
/// `reliable_packets_arrive_complete_and_in_order` sends a thousand packets of up to 3000 bytes without a pause,
/// 1.5 MB, because other networks carry whole sessions in them. A client of Mumble sends no packets of a session: its
/// longest burst is its login and a few dozen whisper targets, some 20 KB, so that the default of 256 KiB is right for
/// servers and too small for this rule alone. `hostile` tests that the limit holds.
const BURST_BYTES: u32 = 1_600_000;

fn mumble(has_datagrams: bool) -> Mumble {
    Mumble { server: None, has_datagrams }
}

impl Network for Mumble {
    type Server = CarryingServer;
    type Client = CarryingClient;

    const NAMES_SESSIONS: bool = false;
    /// The kernel's stream buffers hold more than those of most networks.
    const FLOOD: usize = 100_000;

    fn listen(&mut self) -> CarryingServer {
        let tls = server_tls(Arc::new(rustls::sign::SingleCertAndKey::from(certified())));
        let mut settings = MumbleSettings::default();
        settings.idle_timeout = SILENCE_MAX;
        settings.control_bytes_per_second = BURST_BYTES / 8;
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

    consonance_link::conformance_tests!(mumble(false));
}

mod datagrams {
    use super::mumble;

    consonance_link::conformance_tests!(mumble(true));
}
