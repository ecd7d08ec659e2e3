//! A handshake that fails, and why we say that it did. On simulated time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Ice, PeerConnection, PeerEvent, Role};
use crate::webrtc_network::settings::PeerSettings;

#[test]
fn a_player_whose_certificate_is_not_the_offered_one_fails_with_that_reason() {
    let mut now = Instant::now();
    let (at_host, at_home): (SocketAddr, SocketAddr) =
        (([192, 0, 2, 1], 1).into(), ([192, 0, 2, 2], 2).into());
    let settings = PeerSettings::default();
    let mut host = PeerConnection::new(now, Role::Listener, Ice::Lite, &[at_host], &settings);
    let mut player = PeerConnection::new(now, Role::Connector, Ice::Full, &[at_home], &settings);
    for _ in 0..10_000 {
        while let Some(text) = player.poll_text() {
            host.handle_text(now, &with_another_fingerprint(&text));
        }
        while let Some(text) = host.poll_text() {
            player.handle_text(now, &text);
        }
        while let Some((_, datagram)) = player.poll_datagram(now) {
            host.handle_datagram(now, at_home, at_host, &datagram);
        }
        while let Some((_, datagram)) = host.poll_datagram(now) {
            player.handle_datagram(now, at_host, at_home, &datagram);
        }
        if let Some(event) = host.poll_event() {
            assert!(matches!(event, PeerEvent::Closed(_)), "{event:?}");
            assert!(host.take_failure().is_some_and(|failure| failure.contains("fingerprint")));
            return;
        }
        now += Duration::from_millis(20);
        player.handle_timeout(now);
        host.handle_timeout(now);
    }
    panic!("it does not end");
}

fn with_another_fingerprint(text: &str) -> String {
    let Some((before, fingerprint)) = text.split_once("a=fingerprint:sha-256 ") else {
        return text.to_owned();
    };
    let first = if fingerprint.starts_with("00") { "01" } else { "00" };
    format!("{before}a=fingerprint:sha-256 {first}{}", &fingerprint[2..])
}
