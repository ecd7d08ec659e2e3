//! Failing attempts to connect, and behaviour of connections that is specific to QUIC.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use consonance_link::{
    ClientNetwork as _, Delivery, DisconnectReason, ServerNetwork as _, ServerNetworkExt as _,
};
use consonance_quic::{QuicAddress, QuicClientSettings, QuicServerSettings};

use crate::raw_client::RawClient;
use crate::support::{
    TestServer, address_of, assert_heard, client, client_with, connect, end_of, wait_until,
};

fn impatient() -> QuicClientSettings {
    QuicClientSettings { connect_timeout: Duration::from_millis(200), ..QuicClientSettings::default() }
}

#[test]
fn an_address_without_an_answer_is_named() {
    // Bound and never read: nothing answers there.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let mut client = client_with(address_of(address, None), impatient());
    let reason = connect(&mut client, None).unwrap_err();
    assert_eq!(
        reason.to_string(),
        format!(
            "cannot reach the server at {address} (no answer within 200ms); \
             check that it runs and that the port is right"
        )
    );
    assert!(reason.is_worth_retrying());
}

#[test]
fn a_name_without_an_address_is_named() {
    // A label above 63 bytes (RFC 1035) is not a name: the resolver says so without a query.
    let host = "a".repeat(64);
    let mut client = client(QuicAddress::new(host.clone(), 7777, "main", None).unwrap());
    let reason = connect(&mut client, None).unwrap_err();
    let DisconnectReason::CouldNotResolve { host: named, .. } = reason else {
        panic!("failed for another reason: {reason}");
    };
    assert_eq!(named, host);
}

#[test]
fn a_quic_server_of_another_protocol_says_so() {
    let server = TestServer::new();
    let transport = quinn::TransportConfig::default();
    let error = RawClient::connect_with(&server, b"h3", transport).err().expect("h3 is not our protocol");
    assert!(error.to_string().contains("120"), "the TLS alert no_application_protocol: {error}");
}

#[test]
fn a_session_name_reaches_the_server_as_it_was_written() {
    let mut server = TestServer::new();
    let (ip, port) = (server.transport.local_addr().ip(), server.transport.local_addr().port());
    let fingerprint = server.transport.fingerprint();
    let address = format!("quic://{ip}:{port}/caf%C3%A9%20%231#sha256={fingerprint}").parse().unwrap();
    let mut client = client(address);
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert_eq!(server.sessions[0].1, "café #1");
}

#[test]
fn an_idle_link_is_kept_alive() {
    // Much longer than a busy machine keeps a thread waiting.
    let idle_timeout = Duration::from_secs(4);
    let identity = consonance_quic::Identity::self_signed(["localhost"]).unwrap();
    let settings = QuicServerSettings { idle_timeout, ..QuicServerSettings::default() };
    let mut server = TestServer::with(crate::support::localhost(), &identity, &settings);
    let settings =
        QuicClientSettings { keep_alive: Duration::from_millis(500), ..QuicClientSettings::default() };
    let mut client = client_with(server.address(), settings);
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    let idle_until = Instant::now() + idle_timeout * 3 / 2;
    wait_until("time passes", || Instant::now() >= idle_until);
    assert_heard(&mut client, &mut server);
    assert!(server.ends.is_empty());
}

#[test]
fn both_ends_know_how_well_the_link_does() {
    let mut server = TestServer::new();
    let mut client = client(server.address());
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert_heard(&mut client, &mut server);
    let (peer, _) = server.sessions[0];
    for quality in [client.statistics().quality, server.transport.peer_capability(Instant::now(), peer)] {
        let quality = quality.expect("it is known while connected");
        assert!(quality.datagrams_sent > 0 && quality.round_trip > Duration::ZERO);
    }
}

#[test]
fn a_server_that_says_goodbye_is_heard_before_any_time_out() {
    let mut server = TestServer::new();
    let mut client = client(server.address());
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    let (peer, _) = server.sessions[0];
    server.transport.send(Instant::now(), &[peer], Delivery::Reliable, b"closing time");
    let runtime = server.runtime.clone();
    drop(server);
    let reason = end_of(&mut client, None);
    assert_eq!(reason, DisconnectReason::closed_by_peer(b"(closing-shutdown)"));
    drop(runtime);
}
