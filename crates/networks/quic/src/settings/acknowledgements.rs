//! The server's acknowledgements of a client's packets.

use quinn::{AckFrequencyConfig, VarInt};

/// Asks a server that supports it (draft-ietf-quic-ack-frequency) to acknowledge every packet at once.
///
/// By default the server waits 25 ms for a second packet. A quiet client sends none: for each of its keep-alives the
/// server would wake up twice, and load all state of the connection into its caches twice, which is a quarter of the
/// cost of thousands of quiet clients. The price is more acknowledgements for voice on this path, which is little
/// compared with sending it to its listeners.
pub(super) fn immediate_acknowledgements() -> AckFrequencyConfig {
    let mut config = AckFrequencyConfig::default();
    // Packets that arrive out of order are acknowledged at once, as by default (RFC 9000, section 13.2.1).
    config.ack_eliciting_threshold(VarInt::from_u32(0)).reordering_threshold(VarInt::from_u32(1));
    config
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::net::{Ipv4Addr, SocketAddr};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use bytes::BytesMut;
    use quinn_proto::{
        ClientConfig, Connection, ConnectionHandle, DatagramEvent, Endpoint, EndpointConfig, ServerConfig,
    };

    use crate::verifier::ServerVerifier;
    use crate::{Identity, QuicClientSettings, QuicServerSettings, ShownIdentity, tls};

    /// A client and a server in memory, with the settings of real ones, in simulated time.
    struct Pair {
        client: Side,
        server: Side,
    }

    struct Side {
        endpoint: Endpoint,
        connections: HashMap<ConnectionHandle, Connection>,
        address: SocketAddr,
    }

    impl Side {
        fn new(server: Option<ServerConfig>, port: u16) -> Self {
            let endpoint =
                Endpoint::new(Arc::new(EndpointConfig::default()), server.map(Arc::new), false, None);
            Self { endpoint, connections: HashMap::new(), address: (Ipv4Addr::LOCALHOST, port).into() }
        }

        fn connection(&mut self) -> &mut Connection {
            self.connections.values_mut().next().expect("there is one")
        }

        /// The datagrams that it has to send at this moment.
        fn transmits(&mut self, now: Instant) -> Vec<Vec<u8>> {
            let mut all = Vec::new();
            for (handle, connection) in &mut self.connections {
                while let Some(event) = connection.poll_endpoint_events() {
                    if let Some(answer) = self.endpoint.handle_event(*handle, event) {
                        connection.handle_event(answer);
                    }
                }
                let mut datagram = Vec::new();
                while connection.poll_transmit(now, 1, &mut datagram).is_some() {
                    all.push(std::mem::take(&mut datagram));
                }
            }
            all
        }

        fn receive(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
            let (bytes, mut answer) = (BytesMut::from(datagram), Vec::new());
            match self.endpoint.handle(now, from, None, None, bytes, &mut answer) {
                Some(DatagramEvent::ConnectionEvent(handle, event)) => {
                    self.connections.get_mut(&handle).expect("it is known").handle_event(event);
                }
                Some(DatagramEvent::NewConnection(incoming)) => {
                    let (handle, connection) =
                        self.endpoint.accept(incoming, now, &mut answer, None).expect("it is accepted");
                    self.connections.insert(handle, connection);
                }
                _ => {}
            }
        }
    }

    impl Pair {
        fn new(now: Instant) -> Self {
            let identity = Identity::self_signed(["localhost"]).expect("an identity");
            let fingerprint = identity.fingerprint();
            let shown = ShownIdentity::new(identity);
            let mut server = ServerConfig::with_crypto(Arc::new(tls::server_config(shown)));
            server.transport_config(QuicServerSettings::default().transport_config());
            let server = Side::new(Some(server), 1);
            let mut client = Side::new(None, 2);
            let verifier = Arc::new(ServerVerifier::new("localhost", Some(fingerprint)));
            let mut config = ClientConfig::new(Arc::new(tls::client_config(verifier)));
            config.transport_config(QuicClientSettings::default().transport_config());
            let dialled = client.endpoint.connect(now, config, server.address, "localhost");
            let (handle, connection) = dialled.expect("it can be dialled");
            client.connections.insert(handle, connection);
            Self { client, server }
        }

        /// Lets both sides send until neither has anything more to send at this moment.
        fn settle(&mut self, now: Instant) {
            loop {
                let up = self.client.transmits(now);
                for datagram in &up {
                    self.server.receive(now, self.client.address, datagram);
                }
                let down = self.server.transmits(now);
                for datagram in &down {
                    self.client.receive(now, self.server.address, datagram);
                }
                if up.is_empty() && down.is_empty() {
                    return;
                }
            }
        }
    }

    #[test]
    fn a_quiet_clients_sign_of_life_is_acknowledged_at_once_and_by_nothing_else() {
        let mut now = Instant::now();
        let mut pair = Pair::new(now);
        pair.settle(now);
        // Until everything that the handshake has left to send is sent.
        for _ in 0..10 {
            now += Duration::from_millis(100);
            for side in [&mut pair.client, &mut pair.server] {
                side.connection().handle_timeout(now);
            }
            pair.settle(now);
        }
        now += Duration::from_secs(3);
        pair.client.connection().ping();
        let ping = pair.client.transmits(now);
        assert_eq!(ping.len(), 1);
        pair.server.receive(now, pair.client.address, &ping[0]);
        assert_eq!(pair.server.transmits(now).len(), 1, "the acknowledgement");
        now += Duration::from_secs(1);
        pair.server.connection().handle_timeout(now);
        assert_eq!(pair.server.transmits(now), Vec::<Vec<u8>>::new());
    }
}
