//! QUIC follows the rules of every network, over real sockets of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use consonance_link::conformance::Network;
use consonance_quic::{
    FastPath, Fingerprint, Identity, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime, QuicServer,
    QuicServerSettings, UdpOffload,
};

use crate::udp_relay::UdpRelay;

/// The silence after which a cut link counts as lost. Longer than a busy machine keeps a thread waiting.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

struct Quic {
    runtime: QuicRuntime,
    /// The number of servers that share the port; the last one is tested.
    shards: NonZeroUsize,
    fast_path: FastPath,
    udp_offload: UdpOffload,
    identity: Identity,
    server: Option<(SocketAddr, Fingerprint)>,
    /// A relay for each client, so that its link can be cut.
    relays: Vec<UdpRelay>,
}

impl Quic {
    fn new(shards: usize, fast_path: FastPath) -> Self {
        let runtime = QuicRuntime::new(2).unwrap();
        Self {
            runtime,
            shards: NonZeroUsize::new(shards).unwrap(),
            fast_path,
            udp_offload: UdpOffload::WhereAvailable,
            identity: Identity::self_signed(["localhost"]).unwrap(),
            server: None,
            relays: Vec::new(),
        }
    }
}

impl Network for Quic {
    type Server = QuicServer;
    type Client = QuicClient;

    const ANSWERS_PROBES: bool = true;

    fn listen(&mut self) -> QuicServer {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        let settings = QuicServerSettings {
            close_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
            udp_offload: self.udp_offload,
            ..QuicServerSettings::default()
        };
        let last = self.shards.get() - 1;
        let shards = QuicServer::bind_shards(
            &self.runtime,
            address,
            &self.identity,
            settings,
            self.shards,
            move |_| last,
        );
        let server = shards.unwrap().pop().unwrap();
        self.server = Some((server.local_addr(), server.fingerprint()));
        server
    }

    fn client(&mut self, session: &str) -> QuicClient {
        let (address, fingerprint) = self.server.expect("a server listens first");
        let relay = UdpRelay::new(address);
        let address = relay.address();
        self.relays.push(relay);
        let address =
            QuicAddress::new(address.ip().to_string(), address.port(), session, Some(fingerprint)).unwrap();
        let (idle_timeout, keep_alive, fast_path) = (IDLE_TIMEOUT, IDLE_TIMEOUT / 3, self.fast_path);
        let settings = QuicClientSettings {
            connect_timeout: Duration::from_secs(10),
            close_timeout: Duration::from_secs(10),
            idle_timeout,
            keep_alive,
            fast_path,
            udp_offload: self.udp_offload,
            ..QuicClientSettings::default()
        };
        QuicClient::new(&self.runtime, address, settings)
    }

    fn cut(&mut self, _client: &mut QuicClient) {
        self.relays.iter().for_each(|relay| relay.cut(true));
    }

    fn mend(&mut self) {
        self.relays.iter().for_each(|relay| relay.cut(false));
    }
}

mod alone {
    use super::{FastPath, Quic};

    consonance_link::conformance_tests!(Quic::new(1, FastPath::On));
}

mod one_of_two_shards {
    use super::{FastPath, Quic};

    consonance_link::conformance_tests!(Quic::new(2, FastPath::On));
}

/// The behaviour on systems other than Linux.
mod with_a_datagram_per_call {
    use super::{FastPath, Quic, UdpOffload};

    consonance_link::conformance_tests!(Quic { udp_offload: UdpOffload::Off, ..Quic::new(2, FastPath::On) });
}

mod without_the_fast_path {
    use super::{FastPath, Quic};

    consonance_link::conformance_tests!(Quic::new(1, FastPath::Off));
}
