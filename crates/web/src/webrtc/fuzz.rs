//! Inputs of the fuzz targets: offers, datagrams of a page that is connected, and its media alone.

mod media;
mod page;
mod transparent;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_wire::fuzz_tape::Tape;
use str0m::net::Protocol;

use crate::webrtc::connection::{Connection, ConnectionEvent, Identity, RtcVoice};
use crate::webrtc::settings::PeerLimits;

pub use media::webrtc_media;
use page::Page;

/// Texts with a zero byte between them: a first offer, and then others of the same page, or candidates.
///
/// # Panics
///
/// A rule is broken: there are more slots than may be, or an answer is not a text of lines.
pub fn webrtc_offers(input: &[u8]) {
    let (now, limits) = (Instant::now(), PeerLimits::default());
    let mut texts = input.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let first = texts.next().unwrap_or_default();
    let Ok((mut connection, answer)) = Connection::accept(now, &first, &identity(), &limits) else { return };
    check_answer(&connection, &answer, &limits);
    for text in texts.take(8) {
        if text.contains("candidate:") && !text.contains("m=") {
            let _ = connection.add_candidate(now, &text);
        } else if let Ok(answer) = connection.renegotiate(now, &text) {
            check_answer(&connection, &answer, &limits);
        }
        while connection.poll_transmit(now).is_some() {}
    }
    connection.handle_timeout(now + limits.negotiation_timeout);
    assert!(connection.poll_timeout().is_none(), "a peer that never comes is given up");
}

/// Chunks of `what u8 | length u8 | bytes`: datagrams, packets of media, reports, records and messages of a page that
/// is connected, voice and messages for it, and time. Nothing is encrypted.
///
/// # Panics
///
/// A rule is broken: events do not follow from each other, something is longer than it may be, or it never ends.
pub fn webrtc_datagrams(input: &[u8]) {
    let mut tape = Tape::new(input);
    let mut fixture = Fixture::connected();
    while !tape.is_empty() {
        fixture.act(tape.byte(), tape.counted());
        fixture.exchange();
    }
    fixture.now += Duration::from_hours(1);
    fixture.connection.handle_timeout(fixture.now);
    fixture.connection.handle_timeout(fixture.now);
    fixture.take();
    assert!(fixture.is_over && fixture.connection.poll_timeout().is_none(), "silence ends it");
}

fn identity() -> Identity {
    Identity {
        cryptography: transparent::provider(),
        certificate: transparent::certificate(),
        udp: vec![server()],
        tcp: Vec::new(),
    }
}

fn check_answer(connection: &Connection, answer: &str, limits: &PeerLimits) {
    assert!(connection.slots() <= limits.slots_max, "a page has as many slots as it may");
    assert!(answer.starts_with("v=0\r\n") && answer.ends_with("\r\n"), "an answer is SDP");
}

/// Both ends of a connection, and the events of the server's end.
struct Fixture {
    now: Instant,
    page: Page,
    connection: Connection,
    limits: PeerLimits,
    is_connected: bool,
    is_over: bool,
}

impl Fixture {
    fn connected() -> Self {
        let (now, limits) = (Instant::now(), PeerLimits::default());
        let (mut page, offer) = Page::new(now);
        let accepted = Connection::accept(now, &offer, &identity(), &limits);
        let (connection, answer) = accepted.expect("a page's offer is taken");
        page.handle_answer(now, &answer);
        let mut fixture = Self { now, page, connection, limits, is_connected: false, is_over: false };
        for _ in 0..200 {
            fixture.exchange();
            if fixture.is_connected && fixture.page.is_open() {
                return fixture;
            }
            fixture.pass(Duration::from_millis(10));
        }
        panic!("a page connects");
    }

    fn act(&mut self, what: u8, bytes: &[u8]) {
        let tag = [0; transparent::TAG_BYTES];
        match (what % 10, bytes) {
            (0, _) => self.receive(bytes),
            (1, [first, second, rest @ ..]) => {
                self.receive(&[&[0x80 | first & 0x3f, *second], rest, &tag[..]].concat());
            }
            (2, [first, second, rest @ ..]) => {
                let head = [0x80 | first & 0x3f, 0xc0 | second & 0x1f];
                let index = [0x80, 0, 0, self.page.next_report()];
                self.receive(&[&head[..], rest, &tag[..], &index[..]].concat());
            }
            (3, _) => self.receive(&[&[transparent::DATA_RECORD], bytes].concat()),
            (4, _) => self.page.say(self.now, bytes),
            (5, _) => self.page.send_message(self.now, bytes),
            (6, [slot, stream, high, low, length, payload @ ..]) => {
                let samples = [480, 960, 1920, 2880][usize::from(length % 4)];
                let sequence = u32::from(u16::from_be_bytes([*high, *low]));
                let (slot, stream) = (usize::from(*slot % 4), u64::from(*stream));
                let voice = RtcVoice { slot, stream, sequence, samples, payload };
                self.connection.send_voice(self.now, &voice);
                self.connection.flush(self.now);
            }
            (7, [ten_ms, ..]) => self.pass(Duration::from_millis(10) * u32::from(*ten_ms)),
            (8, _) => _ = self.connection.send_message(self.now, &String::from_utf8_lossy(bytes)),
            (9, [0, ..]) => self.connection.end_in_order(self.now),
            (9, [at, change, ..]) => self.page.spoil_next(usize::from(*at), *change),
            _ => {}
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.page.handle_timeout(self.now);
        self.connection.handle_timeout(self.now);
    }

    fn receive(&mut self, datagram: &[u8]) {
        self.connection.handle_datagram(self.now, Protocol::Udp, page(), server(), datagram);
    }

    /// Carries datagrams until there are none, or enough.
    fn exchange(&mut self) {
        for _ in 0..64 {
            self.take();
            let Some(datagram) = self.page.poll_transmit() else { break };
            self.receive(&datagram);
        }
        self.take();
    }

    fn take(&mut self) {
        while let Some(transmit) = self.connection.poll_transmit(self.now) {
            assert!(transmit.contents.len() <= 2000, "datagrams fit the way");
            assert_eq!(transmit.destination, page(), "no other address is answered");
            match answer_to_check(&transmit.contents) {
                Some(answer) => self.receive(&answer),
                None => self.page.handle_datagram(self.now, &transmit.contents),
            }
        }
        while let Some(event) = self.connection.poll_event() {
            assert!(!self.is_over, "nothing follows the end");
            match event {
                ConnectionEvent::Connected => {
                    assert!(!self.is_connected, "a page connects once");
                    self.is_connected = true;
                }
                ConnectionEvent::Message(text) => {
                    assert!(self.is_connected && text.len() <= self.limits.message_bytes_max);
                }
                ConnectionEvent::NotText => assert!(self.is_connected),
                ConnectionEvent::Voice { payload, .. } => assert!(self.is_connected && !payload.is_empty()),
                ConnectionEvent::Disconnected(_) => self.is_over = true,
            }
        }
    }
}

/// A page's answer to a check of the server. The check's seal is real, and thus wrong to the page's cryptography.
fn answer_to_check(datagram: &[u8]) -> Option<Vec<u8>> {
    let after_kind = datagram.strip_prefix(&[0, 1])?;
    Some([&[1, 1, 0, 0], after_kind.get(2..18)?].concat())
}

fn server() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 2).into()
}

fn page() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise the target would test nothing.
    #[test]
    fn the_stage_of_the_fuzzer_carries_voice_and_messages() {
        let mut fixture = Fixture::connected();
        let mut heard = Vec::new();
        fixture.page.say(fixture.now, b"voice");
        fixture.page.send_message(fixture.now, b"a message");
        while let Some(datagram) = fixture.page.poll_transmit() {
            fixture.receive(&datagram);
        }
        while let Some(event) = fixture.connection.poll_event() {
            heard.push(event);
        }
        assert!(matches!(heard[0], ConnectionEvent::Voice { .. }), "{heard:?}");
        assert_eq!(heard[1], ConnectionEvent::Message("a message".to_owned()));
    }
}
