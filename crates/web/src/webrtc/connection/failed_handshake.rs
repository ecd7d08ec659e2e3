//! Handshakes that fail, and why the server says that they did. On simulated time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::DisconnectReason;
use consonance_testing::rtc::{TestBrowser, TestBrowserSettings};
use str0m::net::Protocol;

use super::{Connection, ConnectionEvent, Identity, route};
use crate::webrtc::settings::PeerLimits;

#[test]
fn a_page_whose_certificate_is_not_the_offered_one_fails_with_that_reason() {
    let mut fixture = Fixture::new(|offer| {
        let (_, fingerprint) = offer.split_once("a=fingerprint:sha-256 ").unwrap();
        let first = if fingerprint.starts_with("00") { "01" } else { "00" };
        let (former, changed) = (&fingerprint[..12], format!("{first}{}", &fingerprint[2..12]));
        offer.replace(former, &changed)
    });
    let (reason, failure) = fixture.until_over(|_| true);
    assert!(matches!(reason, DisconnectReason::ProtocolViolated { .. }), "{reason}");
    assert!(failure.is_some_and(|failure| failure.contains("fingerprint")));
}

#[test]
fn a_page_that_falls_silent_in_its_handshake_fails_with_that_reason() {
    let mut fixture = Fixture::new(str::to_owned);
    let mut records = 0;
    let (_, failure) = fixture.until_over(|datagram| {
        records += u32::from(route::is_dtls(datagram));
        records < 2
    });
    assert!(failure.is_some(), "the handshake times out before the connection does, or the other way round");
}

/// What blocks UDP is no failed handshake: the page takes another way.
#[test]
fn a_page_whose_datagrams_never_come_is_no_failed_handshake() {
    let mut fixture = Fixture::new(str::to_owned);
    assert_eq!(fixture.until_over(|_| false), (DisconnectReason::TimedOut, None));
}

struct Fixture {
    now: Instant,
    connection: Connection,
    browser: TestBrowser,
}

impl Fixture {
    /// A page whose offer arrives changed.
    fn new(change: impl Fn(&str) -> String) -> Self {
        let now = Instant::now();
        let cryptography = consonance_link::rtc_crypto::provider();
        let certificate = cryptography.dtls_provider.generate_certificate().unwrap();
        let identity = Identity { cryptography, certificate, udp: vec![server()], tcp: Vec::new() };
        let (mut browser, offer) = TestBrowser::new(now, TestBrowserSettings::default(), &[page()], &[]);
        let accepted = Connection::accept(now, &change(&offer), &identity, &PeerLimits::default());
        let (connection, answer) = accepted.unwrap();
        browser.handle_answer(now, &answer);
        Self { now, connection, browser }
    }

    /// Runs until the server ends it; of the page's datagrams those arrive for which `arrives` is true.
    fn until_over(&mut self, mut arrives: impl FnMut(&[u8]) -> bool) -> (DisconnectReason, Option<String>) {
        for _ in 0..10_000 {
            while let Some(sent) = self.browser.poll_transmit() {
                if arrives(&sent.contents) {
                    self.connection.handle_datagram(
                        self.now,
                        Protocol::Udp,
                        page(),
                        server(),
                        &sent.contents,
                    );
                }
            }
            while let Some(transmit) = self.connection.poll_transmit(self.now) {
                self.browser.handle_datagram(self.now, Protocol::Udp, server(), page(), &transmit.contents);
            }
            match self.connection.poll_event() {
                Some(ConnectionEvent::Disconnected(reason)) => {
                    return (reason, self.connection.take_failure());
                }
                Some(ConnectionEvent::Connected) => panic!("it is connected"),
                _ => {}
            }
            while self.browser.poll_event().is_some() {}
            self.now += Duration::from_millis(20);
            self.browser.handle_timeout(self.now);
            self.connection.handle_timeout(self.now);
        }
        panic!("it does not end");
    }
}

fn server() -> SocketAddr {
    ([192, 0, 2, 1], 1).into()
}

fn page() -> SocketAddr {
    ([192, 0, 2, 2], 2).into()
}
