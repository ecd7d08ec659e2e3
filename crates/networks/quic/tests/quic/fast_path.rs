//! Voice on the fast path, and over the connection where that path is blocked.

#[cfg(target_os = "linux")]
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DatagramPath, Delivery, LinkQuality, ServerNetwork as _,
    ServerNetworkExt as _,
};
use consonance_quic::fast_path::ClientPathSettings;
use consonance_quic::{
    FastPath, FastPathSettings, Identity, QuicClient, QuicClientSettings, QuicServerSettings,
};

use crate::support::{
    TestServer, address_of, assert_heard, client_with, connect, localhost, wait_for, wait_until,
};
#[cfg(target_os = "linux")]
use crate::udp_relay::UdpRelay;

/// Settings with short times, for impatient tests.
fn settings(fast_path: FastPath) -> QuicClientSettings {
    let path = ClientPathSettings {
        first_try: Duration::from_millis(50),
        rest: Duration::from_millis(50),
        rest_max: Duration::from_millis(100),
        idle_probe: Duration::from_millis(200),
        busy_probe: Duration::from_millis(100),
        ..ClientPathSettings::default()
    };
    QuicClientSettings { fast_path, path, ..QuicClientSettings::default() }
}

fn server_with(fast_path: FastPathSettings) -> TestServer {
    let settings = QuicServerSettings { fast_path, ..QuicServerSettings::default() };
    TestServer::with(localhost(), &Identity::self_signed(["localhost"]).unwrap(), &settings)
}

fn connected(server: &mut TestServer, fast_path: FastPath) -> QuicClient {
    let mut client = client_with(server.address(), settings(fast_path));
    assert_eq!(connect(&mut client, Some(server)), Ok(()));
    client
}

/// A client behind a relay, which can change its network.
#[cfg(target_os = "linux")]
fn relayed(server: &mut TestServer) -> (UdpRelay, QuicClient) {
    let relay = UdpRelay::new(server.transport.local_addr());
    let address = address_of(relay.address(), Some(server.transport.fingerprint()));
    let mut client = client_with(address, settings(FastPath::On));
    assert_eq!(connect(&mut client, Some(server)), Ok(()));
    (relay, client)
}

fn path_of(client: &QuicClient) -> DatagramPath {
    client.statistics().quality.unwrap().datagram_path
}

fn wait_for_path(client: &mut QuicClient, server: &mut TestServer, is_it: impl Fn(DatagramPath) -> bool) {
    let mut last = DatagramPath::Connection;
    wait_for("the path that voice takes", || {
        server.poll();
        while client.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
        last = path_of(client);
        is_it(last).then_some(())
    });
}

/// Waits until both ends use the fast path.
fn wait_for_fast_path(client: &mut QuicClient, server: &mut TestServer) {
    wait_for_path(client, server, |path| path == DatagramPath::FastPath);
    let peer = server.sessions[0].0;
    wait_until("the server takes it too", || {
        server.poll();
        server.transport.peer_capability::<LinkQuality>(Instant::now(), peer).unwrap().datagram_path
            == DatagramPath::FastPath
    });
}

/// Sends voice both ways, again and again, until some has arrived at each end.
fn assert_voice(client: &mut QuicClient, server: &mut TestServer) {
    let (peer, known) = (server.sessions[0].0, server.packets.len());
    let mut is_heard = false;
    wait_until("voice arrives at both ends", || {
        client.send(Instant::now(), Delivery::Unreliable, b"voice up");
        server.transport.send(Instant::now(), &[peer], Delivery::Unreliable, b"voice down");
        server.poll();
        let mut bytes = Vec::new();
        while let Some(event) = client.poll_event(Instant::now(), &mut bytes) {
            let is_voice = event == ClientLinkEvent::Packet { channel: Delivery::Unreliable };
            is_heard |= is_voice && bytes == b"voice down";
        }
        is_heard && server.packets[known..].contains(&(peer, Delivery::Unreliable, b"voice up".to_vec()))
    });
}

/// The numbers of packets received and sent on the fast path.
fn packets_on_fast_path(server: &TestServer) -> (u64, u64) {
    let counts = server.transport.fast_path_counts().unwrap().path;
    (counts.packets_received, counts.packets_sent)
}

#[test]
fn voice_leaves_the_connection_once_its_datagrams_come_through() {
    assert_voice_beside_the_connection(FastPath::On);
}

#[cfg(feature = "plain-cipher")]
#[test]
fn plain_voice_leaves_the_connection_where_the_client_is_on_the_same_machine() {
    assert_voice_beside_the_connection(FastPath::Plain);
}

fn assert_voice_beside_the_connection(fast_path: FastPath) {
    let mut server = TestServer::new();
    let mut client = connected(&mut server, fast_path);
    wait_for_fast_path(&mut client, &mut server);
    assert_voice(&mut client, &mut server);
    let (up, down) = packets_on_fast_path(&server);
    assert!(up > 0 && down > 0, "{up} up, {down} down");
    assert_heard(&mut client, &mut server);
}

#[test]
fn either_side_may_do_without_the_fast_path() {
    let off = FastPathSettings { is_on: false, ..FastPathSettings::default() };
    for (server_has, client_wants) in
        [(FastPathSettings::default(), FastPath::Off), (off.clone(), FastPath::On), (off, FastPath::Off)]
    {
        let mut server = server_with(server_has);
        let mut client = connected(&mut server, client_wants);
        assert_voice(&mut client, &mut server);
        assert_eq!(path_of(&client), DatagramPath::Connection);
    }
}

/// Elsewhere the fast path has its own port, which the relay does not carry.
#[cfg(target_os = "linux")]
#[test]
fn voice_goes_over_quic_where_only_quic_comes_through_and_comes_back() {
    let mut server = TestServer::new();
    let (relay, mut client) = relayed(&mut server);
    wait_for_fast_path(&mut client, &mut server);
    relay.only_quic(true);
    let port = relay.address().port();
    wait_for_path(&mut client, &mut server, |path| path == DatagramPath::Blocked { port });
    let before = packets_on_fast_path(&server);
    assert_voice(&mut client, &mut server);
    assert_eq!(packets_on_fast_path(&server).0, before.0, "nothing came beside the connection");
    relay.only_quic(false);
    wait_for_fast_path(&mut client, &mut server);
    assert_voice(&mut client, &mut server);
    assert!(server.ends.is_empty());
}

/// Elsewhere the fast path has its own port, which the relay does not carry.
#[cfg(target_os = "linux")]
#[test]
fn voice_follows_a_client_to_another_address() {
    let mut server = TestServer::new();
    let (relay, mut client) = relayed(&mut server);
    wait_for_fast_path(&mut client, &mut server);
    for moves in 2..5 {
        relay.change_address();
        wait_until("the new address is proved", || {
            server.poll();
            while client.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
            server.transport.fast_path_counts().unwrap().path.addresses_proved >= moves
        });
        assert_voice(&mut client, &mut server);
    }
    assert_eq!(server.sessions.len(), 1);
}

#[test]
fn a_client_that_was_thrown_out_is_not_heard_beside_its_connection_either() {
    let mut server = TestServer::new();
    let mut client = connected(&mut server, FastPath::On);
    wait_for_fast_path(&mut client, &mut server);
    let peer = server.sessions[0].0;
    server.transport.disconnect(Instant::now(), peer, "go");
    let known = server.packets.len();
    wait_until("the client is gone", || {
        client.send(Instant::now(), Delivery::Unreliable, b"still talking");
        server.poll();
        !server.ends.is_empty()
    });
    assert_eq!(server.packets.len(), known);
}

/// Elsewhere the fast path has its own port, and this one takes QUIC only.
#[cfg(target_os = "linux")]
#[test]
fn garbage_beside_the_connections_is_dropped_and_counted() {
    let mut server = TestServer::new();
    let mut client = connected(&mut server, FastPath::On);
    let socket = UdpSocket::bind(localhost()).unwrap();
    for length in 0..200_usize {
        // The second byte is 0, the only worker: other datagrams go to any socket of the port, including QUIC's.
        let garbage: Vec<u8> = (0..length).map(|index| (index / 2 * 7) as u8 & 0x3f).collect();
        socket.send_to(&garbage, server.transport.local_addr()).unwrap();
    }
    wait_until("it is counted", || {
        server.poll();
        server.transport.fast_path_counts().unwrap().path.refused.total() > 0
    });
    assert_voice(&mut client, &mut server);
    assert!(server.ends.is_empty());
}
