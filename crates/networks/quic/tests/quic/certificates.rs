//! A client's trust in server certificates.

use consonance_link::{ConnectionCounts, DisconnectReason, ServerNetwork as _};
use consonance_quic::{Fingerprint, Identity, QuicServerSettings};

use crate::support::{TestServer, address_of, client, connect, localhost};

#[test]
fn another_certificate_than_the_pinned_one_is_refused_with_both_fingerprints() {
    let mut server = TestServer::new();
    let pinned = Fingerprint::of_certificate(b"another certificate");
    let mut client = client(address_of(server.transport.local_addr(), Some(pinned)));
    let reason = connect(&mut client, Some(&mut server)).unwrap_err();
    let shown = server.transport.fingerprint();
    assert_eq!(
        reason,
        DisconnectReason::CertificateNotTrusted {
            expected: format!("sha256={pinned}"),
            got: format!("sha256={shown}"),
        }
    );
    let text = reason.to_string();
    assert!(text.contains(&pinned.to_string()) && text.contains(&shown.to_string()), "{text}");
    assert!(!reason.is_worth_retrying());
}

#[test]
fn without_a_pin_a_self_signed_certificate_is_refused() {
    let mut server = TestServer::new();
    let mut client = client(address_of(server.transport.local_addr(), None));
    let reason = connect(&mut client, Some(&mut server)).unwrap_err();
    let DisconnectReason::CertificateNotTrusted { expected, got } = reason else {
        panic!("refused for another reason: {reason}");
    };
    assert!(expected.contains("127.0.0.1"), "{expected}");
    assert!(got.contains(&server.transport.fingerprint().to_string()), "{got}");
}

#[test]
fn a_client_that_does_not_trust_the_server_is_never_reported_there() {
    let mut server = TestServer::new();
    let mut client = client(address_of(server.transport.local_addr(), None));
    connect(&mut client, Some(&mut server)).unwrap_err();
    crate::support::wait_until("the handshake is seen to fail", || {
        server.poll();
        server.transport.statistics().connections.failed_handshakes == 1
    });
    assert_eq!(
        server.transport.statistics().connections,
        ConnectionCounts { failed_handshakes: 1, ..ConnectionCounts::default() }
    );
}

#[test]
fn a_certificate_from_files_is_pinned_like_any_other() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    let mut server = TestServer::with(localhost(), &identity, &QuicServerSettings::default());
    assert_eq!(server.transport.fingerprint(), Fingerprint::of_certificate(made.cert.der()));
    let mut client = client(server.address());
    assert_eq!(connect(&mut client, Some(&mut server)), Ok(()));
}

#[test]
fn a_new_certificate_is_shown_to_newcomers_and_connected_clients_stay() {
    let mut server = TestServer::new();
    let former = server.address();
    let mut alice = client(former.clone());
    assert_eq!(connect(&mut alice, Some(&mut server)), Ok(()));
    let identity = Identity::self_signed(["localhost"]).unwrap();
    server.transport.shown_identity().replace(identity.clone());
    assert_eq!(server.transport.fingerprint(), identity.fingerprint());
    let mut bob = client(server.address());
    assert_eq!(connect(&mut bob, Some(&mut server)), Ok(()));
    let reason = connect(&mut client(former), Some(&mut server)).unwrap_err();
    assert!(matches!(reason, DisconnectReason::CertificateNotTrusted { .. }), "{reason}");
    assert_eq!(server.transport.statistics().connections.connected, 2, "Alice and Bob");
}
