//! Signalling behind TLS.

use std::sync::Arc;

use consonance_game_networks::webrtc_network::signalling::{SignallingListener, SignallingListenerSettings};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::webrtc_network::support::{self, Table};

#[test]
fn players_find_their_host_over_wss_and_not_where_the_certificate_is_another() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let trusting = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let settings =
        SignallingListenerSettings { tls: Some(Arc::new(server)), ..SignallingListenerSettings::default() };
    let signalling = SignallingListener::bind(support::localhost(), settings).unwrap();
    let url = format!("wss://localhost:{}/chatapp", signalling.local_addr().port()).parse().unwrap();
    let trusting = Some(Arc::new(trusting));

    let mut host = support::host_settings(&signalling);
    (host.signalling, host.signalling_tls) = (url, trusting);
    let (url, trusting) = (host.signalling.clone(), host.signalling_tls.clone());
    let mut table = Table::new(support::host(host));
    let mut player = support::client_settings(&signalling);
    player.signalling = url;
    let doubtful = table.join(player.clone());
    player.signalling_tls = trusting;
    let player = table.join(player);
    table
        .until("one is in and one doubts", |table| table.connected[player] && table.ends[doubtful].is_some());
    let words = table.ends[doubtful].as_ref().unwrap().to_string();
    assert!(words.contains("certificate"), "{words}");
}
