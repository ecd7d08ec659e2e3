//! Servers and networks that go away and come back.

use std::time::{Duration, Instant};

use consonance_link::{DisconnectReason, EndCode, ServerNetwork as _};
use consonance_quic::{Identity, QuicClient, QuicClientSettings, QuicServerSettings};

use crate::support::{
    TestServer, address_of, assert_heard, client_with, connect, end_of, localhost, wait_until,
};
use crate::udp_relay::UdpRelay;

fn identity() -> Identity {
    Identity::self_signed(["localhost"]).unwrap()
}

fn server_at(address: std::net::SocketAddr, identity: &Identity) -> TestServer {
    TestServer::with(address, identity, &QuicServerSettings::default())
}

/// A client behind a relay, connected.
fn relayed(server: &mut TestServer, idle_timeout: Duration) -> (UdpRelay, QuicClient) {
    let relay = UdpRelay::new(server.transport.local_addr());
    let address = address_of(relay.address(), Some(server.transport.fingerprint()));
    let keep_alive = Duration::from_millis(100);
    let settings = QuicClientSettings { idle_timeout, keep_alive, ..QuicClientSettings::default() };
    let mut client = client_with(address, settings);
    assert_eq!(connect(&mut client, Some(server)), Ok(()));
    (relay, client)
}

#[test]
fn the_same_client_comes_back_after_the_server_restarted_on_its_port() {
    let identity = identity();
    let mut server = server_at(localhost(), &identity);
    let address = server.transport.local_addr();
    let mut client = client_with(server.address(), QuicClientSettings::default());
    for _ in 0..3 {
        assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
        assert_heard(&mut client, &mut server);
        assert!(server.transport.close(Duration::from_secs(20)));
        assert!(matches!(end_of(&mut client, None), DisconnectReason::ClosedByPeer { .. }));
        server = server_at(address, &identity);
    }
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert_heard(&mut client, &mut server);
}

#[test]
fn a_client_whose_answers_are_lost_is_told_of_the_end_before_the_server_is_gone() {
    let settings =
        QuicServerSettings { close_timeout: Duration::from_millis(100), ..QuicServerSettings::default() };
    let mut server = TestServer::with(localhost(), &identity(), &settings);
    let (relay, mut client) = relayed(&mut server, Duration::from_mins(1));
    relay.cut_upstream(true);
    server.transport.shutdown(Instant::now());
    wait_until("the goodbye has taken its time", || {
        server.poll();
        !server.ends.is_empty()
    });
    drop(server);
    // Only the close of the connection carries the reason.
    let told = DisconnectReason::ClosedByPeer { reason: EndCode::ShuttingDown.into() };
    assert_eq!(end_of(&mut client, None), told);
}

#[test]
fn a_link_lost_without_goodbye_times_out_at_both_ends_and_can_be_made_again() {
    let mut server = server_at(localhost(), &identity());
    let (relay, mut client) = relayed(&mut server, Duration::from_secs(4));
    relay.cut(true);
    assert_eq!(end_of(&mut client, Some(&mut server)), DisconnectReason::TimedOut);
    wait_until("the server notices", || {
        server.poll();
        !server.ends.is_empty()
    });
    assert_eq!(server.ends[0].1, DisconnectReason::TimedOut);
    relay.cut(false);
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert_heard(&mut client, &mut server);
}

#[test]
fn a_client_whose_address_changes_stays_connected() {
    let mut server = server_at(localhost(), &identity());
    let (relay, mut client) = relayed(&mut server, Duration::from_secs(10));
    for _ in 0..3 {
        relay.change_address();
        assert_heard(&mut client, &mut server);
    }
    assert_eq!(server.sessions.len(), 1);
    assert!(server.ends.is_empty());
}

#[test]
fn a_server_that_crashed_and_came_back_tells_its_old_clients() {
    let identity = identity();
    let mut server = server_at(localhost(), &identity);
    let address = server.transport.local_addr();
    let (relay, mut client) = relayed(&mut server, Duration::from_secs(10));
    relay.cut(true);
    drop(server);
    let mut server = server_at(address, &identity);
    relay.cut(false);
    // Its next sign of life is answered with a stateless reset (RFC 9000, section 10.3), long before a time-out.
    let reason = end_of(&mut client, Some(&mut server));
    assert_eq!(reason, DisconnectReason::closed_by_peer(b"it was restarted and does not know us"));
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert_heard(&mut client, &mut server);
}
