//! The addresses that a server listens on, and the errors if it cannot.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use consonance_quic::{BindError, Identity, QuicAddress, QuicRuntime, QuicServer, QuicServerSettings};

use crate::support::{TestServer, address_of, assert_heard, client, connect, localhost};

fn identity() -> Identity {
    Identity::self_signed(["localhost"]).unwrap()
}

fn bind(address: SocketAddr) -> Result<QuicServer, BindError> {
    QuicServer::bind(&QuicRuntime::new(1).unwrap(), address, &identity(), QuicServerSettings::default())
}

fn has_ipv6() -> bool {
    std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let server = TestServer::new();
    let address = server.transport.local_addr();
    let error = bind(address).unwrap_err();
    assert!(matches!(error, BindError::PortTaken { .. }), "{error:?}");
    let port = address.port();
    assert_eq!(
        error.to_string(),
        format!(
            "UDP port {port} is taken on 127.0.0.1; stop the program that uses it, or choose another port"
        )
    );
}

#[test]
fn an_address_of_another_machine_is_refused() {
    // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
    let error = bind((Ipv4Addr::new(192, 0, 2, 1), 0).into()).unwrap_err();
    assert!(matches!(error, BindError::NotOurAddress { .. }), "{error:?}");
}

#[test]
fn port_0_takes_a_free_one_and_tells_which() {
    assert_ne!(bind(localhost()).unwrap().local_addr().port(), 0);
}

#[test]
fn voice_goes_over_ipv6() {
    if !has_ipv6() {
        return;
    }
    let address = (Ipv6Addr::LOCALHOST, 0).into();
    let mut server = TestServer::with(address, &identity(), &QuicServerSettings::default());
    let mut client = client(server.address());
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert_heard(&mut client, &mut server);
}

#[test]
fn the_unspecified_ipv6_address_takes_both_families() {
    if !has_ipv6() {
        return;
    }
    let everywhere = (Ipv6Addr::UNSPECIFIED, 0).into();
    let mut server = TestServer::with(everywhere, &identity(), &QuicServerSettings::default());
    let port = server.transport.local_addr().port();
    let fingerprint = Some(server.transport.fingerprint());
    for address in [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()] {
        let mut client = client(address_of(address, fingerprint));
        assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
        assert_heard(&mut client, &mut server);
    }
}

#[test]
fn a_name_whose_first_address_does_not_answer_is_reached_at_another() {
    // "localhost" may stand for ::1 first, where no server listens.
    let mut server = TestServer::new();
    let port = server.transport.local_addr().port();
    let address = QuicAddress::new("localhost", port, "main", Some(server.transport.fingerprint())).unwrap();
    let mut client = client(address);
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert_heard(&mut client, &mut server);
}

#[test]
fn closing_in_order_frees_the_port_and_tells_all_clients() {
    let mut server = TestServer::new();
    let address = server.transport.local_addr();
    let mut client = client(server.address());
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
    assert!(server.transport.close(std::time::Duration::from_secs(20)), "the port is still taken");
    let end = crate::support::end_of(&mut client, None);
    assert_eq!(end.to_string(), "the other side closed the connection: the server is shutting down");
    bind(address).unwrap();
}
