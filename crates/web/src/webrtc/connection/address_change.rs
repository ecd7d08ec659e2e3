//! A page whose datagrams come from somewhere else: because its network has changed, or because an attacker put another
//! address on them. On simulated time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::udp::rig::documented_bytes_out;
use consonance_testing::rtc::{TestBrowser, TestBrowserSettings};
use str0m::ice::{StunMessage, TransId};
use str0m::net::Protocol;

use super::{Connection, Identity, RtcVoice};
use crate::webrtc::settings::PeerLimits;

/// A server's end and a page with nothing between them.
struct Fixture {
    now: Instant,
    connection: Connection,
    browser: TestBrowser,
    /// The page's address.
    page: SocketAddr,
    /// The ICE names of the page and the server, and the server's password.
    names: String,
    password: String,
    frame: u32,
    /// In bytes.
    sent_to_victim: usize,
}

const SPEAKERS: usize = 8;
const FRAME: Duration = Duration::from_millis(20);

impl Fixture {
    fn connected() -> Self {
        let now = Instant::now();
        let cryptography = consonance_link::rtc_crypto::provider();
        let certificate = cryptography.dtls_provider.generate_certificate().unwrap();
        let identity = Identity { cryptography, certificate, udp: vec![server()], tcp: Vec::new() };
        let (mut browser, offer) = TestBrowser::new(now, TestBrowserSettings::default(), &[home()], &[]);
        let (connection, answer) =
            Connection::accept(now, &offer, &identity, &PeerLimits::default()).unwrap();
        browser.handle_answer(now, &answer);
        let names = format!("{}:{}", value(&answer, "a=ice-ufrag:"), value(&offer, "a=ice-ufrag:"));
        let password = value(&answer, "a=ice-pwd:");
        let (page, frame, sent_to_victim) = (home(), 0, 0);
        let mut fixture = Self { now, connection, browser, page, names, password, frame, sent_to_victim };
        while !fixture.browser.is_connected() {
            fixture.step();
        }
        fixture
    }

    /// All players speak for this long.
    fn speak(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.frame += 1;
            for slot in 0..SPEAKERS {
                let payload = [&[0x78][..], &self.frame.to_be_bytes(), &[0x55; 55]].concat();
                let voice =
                    RtcVoice { slot, stream: 0, sequence: self.frame, samples: 960, payload: &payload };
                self.connection.send_voice(self.now, &voice);
            }
            self.connection.flush(self.now);
            self.step();
        }
    }

    fn heard(&self) -> u64 {
        (0..SPEAKERS).map(|slot| self.browser.heard(slot).packets).sum()
    }

    fn step(&mut self) {
        self.now += FRAME;
        if self.browser.poll_timeout().is_some_and(|at| at <= self.now) {
            self.browser.handle_timeout(self.now);
        }
        self.connection.handle_timeout(self.now);
        let mut is_quiet = false;
        while !std::mem::replace(&mut is_quiet, true) {
            while let Some(transmit) = self.connection.poll_transmit(self.now) {
                is_quiet = false;
                self.carry(transmit.destination, &transmit.contents);
            }
            while let Some(transmit) = self.browser.poll_transmit() {
                is_quiet = false;
                self.connection.handle_datagram(
                    self.now,
                    Protocol::Udp,
                    self.page,
                    server(),
                    &transmit.contents,
                );
            }
        }
        while self.connection.poll_event().is_some() || self.browser.poll_event().is_some() {}
    }

    fn carry(&mut self, to: SocketAddr, datagram: &[u8]) {
        if to == victim() {
            self.sent_to_victim += datagram.len();
        } else if to == self.page {
            self.browser.handle_datagram(self.now, Protocol::Udp, server(), home(), datagram);
        }
    }

    /// The page's check, with the victim's address on it; how long it is.
    fn check_as_victim(&mut self) -> usize {
        let priority = u32::MAX >> 1;
        let check = StunMessage::binding_request(&self.names, TransId::new(), true, 1, priority, true);
        let mut datagram = [0; 200];
        let proof = |key: &[u8], parts: &[&[u8]]| {
            consonance_link::rtc_crypto::provider().sha1_hmac_provider.sha1_hmac(key, parts)
        };
        let length = check.to_bytes(Some(self.password.as_bytes()), &mut datagram, proof).unwrap();
        self.connection.handle_datagram(self.now, Protocol::Udp, victim(), server(), &datagram[..length]);
        length
    }
}

fn value(sdp: &str, name: &str) -> String {
    sdp.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned()
}

fn server() -> SocketAddr {
    ([10, 0, 0, 1], 2).into()
}

fn home() -> SocketAddr {
    ([10, 0, 0, 2], 1).into()
}

fn victim() -> SocketAddr {
    ([10, 0, 0, 66], 443).into()
}

#[test]
fn a_page_has_no_more_sent_to_another_address_than_came_from_there() {
    let mut fixture = Fixture::connected();
    fixture.speak(Duration::from_secs(1));
    let mut came = 0;
    for _ in 0..20 {
        came += fixture.check_as_victim();
        fixture.speak(Duration::from_secs(1));
        assert!(fixture.sent_to_victim <= came, "{} bytes for {came}", fixture.sent_to_victim);
    }
    assert!(fixture.sent_to_victim > 0, "it is asked");
    assert!(fixture.connection.take_drops().unproved > 1000, "what did not leave was counted");
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let most = [1, 30].map(|checks| {
        let mut fixture = Fixture::connected();
        let (mut came, mut most) = (0, 0.0_f64);
        for second in 0..30 {
            came += if second < checks { fixture.check_as_victim() } else { 0 };
            fixture.speak(Duration::from_secs(1));
            most = most.max(fixture.sent_to_victim as f64 / came as f64);
        }
        most
    });
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{:.2}", most[0].max(most[1])), documented_bytes_out(page, "Pages"));
}

#[test]
fn a_page_that_changes_its_network_hears_again_within_a_second() {
    let mut fixture = Fixture::connected();
    fixture.speak(Duration::from_secs(1));
    fixture.page = ([192, 0, 2, 7], 1).into();
    let offer = fixture.browser.restart();
    let answer = fixture.connection.renegotiate(fixture.now, &offer).unwrap();
    fixture.browser.handle_answer(fixture.now, &answer);
    fixture.speak(Duration::from_secs(1));
    let before = fixture.heard();
    fixture.speak(Duration::from_secs(1));
    let heard = fixture.heard() - before;
    assert!(heard >= 49 * SPEAKERS as u64, "{heard} packets in the second second");
    assert_eq!(fixture.connection.take_drops().unproved, 0, "and nothing was lost");
}
