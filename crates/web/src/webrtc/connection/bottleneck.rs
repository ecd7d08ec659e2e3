//! A whole page behind a link that does not carry all voices, on simulated time.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use consonance_testing::rtc::{TestBrowser, TestBrowserSettings};
use str0m::net::Protocol;

use super::{Connection, Identity, RtcVoice};
use crate::webrtc::settings::PeerLimits;

/// A server's end, a page, and the links between them.
struct Fixture {
    now: Instant,
    connection: Connection,
    browser: TestBrowser,
    down: Link,
    up: Link,
    /// Whether the number of voices is limited to that of the connection.
    is_heeded: bool,
    /// Whether the frames of all come at the same time.
    are_in_step: bool,
    frame: u32,
    voices: usize,
    sent: [u64; SPEAKERS],
    /// The current utterance of each speaker.
    streams: [u64; SPEAKERS],
}

/// A queue that drops what does not fit, and then some distance.
struct Link {
    /// In bit/s.
    capacity: f64,
    queue_max: Duration,
    free_at: Instant,
    under_way: VecDeque<(Instant, Vec<u8>)>,
}

const SPEAKERS: usize = 8;
const STEP: Duration = Duration::from_millis(5);
const STEPS_PER_FRAME: u32 = 4;
const DISTANCE: Duration = Duration::from_millis(15);
const WIDE: f64 = 100e6;
/// Around a datagram: UDP and IPv4.
const HEADER_BYTES: usize = 28;

impl Fixture {
    fn connected() -> Self {
        let now = Instant::now();
        let cryptography = consonance_link::rtc_crypto::provider();
        let certificate = cryptography.dtls_provider.generate_certificate().unwrap();
        let identity = Identity { cryptography, certificate, udp: vec![server()], tcp: Vec::new() };
        let settings = TestBrowserSettings::default();
        let (mut browser, offer) = TestBrowser::new(now, settings, &[page()], &[]);
        let accepted = Connection::accept(now, &offer, &identity, &PeerLimits::default());
        let (connection, answer) = accepted.unwrap();
        browser.handle_answer(now, &answer);
        let link = || Link {
            capacity: WIDE,
            queue_max: Duration::from_millis(200),
            free_at: now,
            under_way: VecDeque::new(),
        };
        let mut fixture = Self {
            now,
            connection,
            browser,
            down: link(),
            up: link(),
            is_heeded: true,
            are_in_step: false,
            frame: 0,
            voices: SPEAKERS,
            sent: [0; SPEAKERS],
            streams: [0; SPEAKERS],
        };
        while !fixture.browser.is_connected() {
            fixture.step();
        }
        fixture
    }

    /// All players speak for this many seconds; returns the share of lost packets.
    fn speak(&mut self, seconds: u32) -> f64 {
        let before = (self.sent.iter().sum::<u64>(), self.heard());
        self.speak_without_a_pause(seconds);
        // Packets still in transit arrive.
        (0..100).for_each(|_| self.step());
        let sent = self.sent.iter().sum::<u64>() - before.0;
        let heard = self.heard() - before.1;
        1.0 - heard as f64 / sent as f64
    }

    fn speak_without_a_pause(&mut self, seconds: u32) {
        for _ in 0..50 * seconds {
            if self.frame.is_multiple_of(50) {
                self.heed();
            }
            self.frame += 1;
            for step in 0..STEPS_PER_FRAME {
                for slot in 0..self.voices {
                    if self.turn_of(slot) == step {
                        self.say(slot);
                    }
                }
                self.connection.flush(self.now);
                self.step();
            }
        }
    }

    /// In which step of a frame a speaker's packet comes here: in the first, or whenever its own network brings it.
    fn turn_of(&self, slot: usize) -> u32 {
        let dice = (self.frame + 977 * slot as u32).wrapping_mul(2_654_435_761) >> 16;
        if self.are_in_step { 0 } else { dice % STEPS_PER_FRAME }
    }

    /// Adapts the number of voices, as the gateway does once a second.
    fn heed(&mut self) {
        let carried = self.connection.quality().voices_max.filter(|_| self.is_heeded);
        let voices = carried.unwrap_or(SPEAKERS).min(SPEAKERS);
        // A speaker that starts again begins a new stream.
        self.streams.iter_mut().skip(self.voices).for_each(|stream| *stream += 1);
        self.voices = voices;
    }

    fn say(&mut self, slot: usize) {
        let payload = [&[0x78][..], &self.frame.to_be_bytes(), &[0x55; 55]].concat();
        let stream = self.streams[slot];
        let voice = RtcVoice { slot, stream, sequence: self.frame, samples: 960, payload: &payload };
        self.sent[slot] += u64::from(self.connection.send_voice(self.now, &voice));
    }

    fn heard(&self) -> u64 {
        (0..SPEAKERS).map(|slot| self.browser.heard(slot).packets).sum()
    }

    fn step(&mut self) {
        self.now += STEP;
        while let Some(datagram) = self.down.arrived(self.now) {
            self.browser.handle_datagram(self.now, Protocol::Udp, server(), page(), &datagram);
        }
        while let Some(datagram) = self.up.arrived(self.now) {
            self.connection.handle_datagram(self.now, Protocol::Udp, page(), server(), &datagram);
        }
        if self.browser.poll_timeout().is_some_and(|at| at <= self.now) {
            self.browser.handle_timeout(self.now);
        }
        self.connection.handle_timeout(self.now);
        while let Some(transmit) = self.connection.poll_transmit(self.now) {
            self.down.send(self.now, &transmit.contents);
        }
        while let Some(transmit) = self.browser.poll_transmit() {
            self.up.send(self.now, &transmit.contents);
        }
        while self.connection.poll_event().is_some() || self.browser.poll_event().is_some() {}
    }
}

impl Link {
    fn send(&mut self, now: Instant, datagram: &[u8]) {
        let begins_at = self.free_at.max(now);
        if begins_at > now + self.queue_max {
            return;
        }
        let bits = 8.0 * (datagram.len() + HEADER_BYTES) as f64;
        self.free_at = begins_at + Duration::from_secs_f64(bits / self.capacity);
        self.under_way.push_back((self.free_at + DISTANCE, datagram.to_vec()));
    }

    fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.under_way.pop_front_if(|(at, _)| *at <= now).map(|(_, datagram)| datagram)
    }
}

fn server() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 2).into()
}

fn page() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 1).into()
}

/// The fractions lost in the first 10 s behind 128 kbit/s, and in the next 40 s.
fn lost_behind_a_bottleneck(is_heeded: bool, are_in_step: bool) -> (f64, f64) {
    let mut fixture = Fixture::connected();
    (fixture.is_heeded, fixture.are_in_step) = (is_heeded, are_in_step);
    assert!(fixture.speak(5) <= 0.0, "all of them arrive where there is room");
    assert_eq!(fixture.connection.quality().voices_max, None);
    fixture.down.capacity = 128_000.0;
    let lost = (fixture.speak(10), fixture.speak(40));
    assert!(fixture.connection.quality().egress_capacity.is_some());
    assert!(!is_heeded || (1..=3).contains(&fixture.voices), "{}", fixture.voices);
    lost
}

#[test]
fn behind_128_kbit_s_the_voices_that_are_sent_arrive_whole() {
    let (_, unheeded) = lost_behind_a_bottleneck(false, false);
    assert!(unheeded > 0.6, "{unheeded}");
    for are_in_step in [false, true] {
        let (_, heeded) = lost_behind_a_bottleneck(true, are_in_step);
        assert!(heeded < 0.02, "in step: {are_in_step}: {heeded}");
    }
}

/// Whenever the page's reports come: the first ones speak of a wide link and a narrow one at once.
#[test]
fn behind_128_kbit_s_from_the_first_second_on_no_more_voices_are_sent_than_nearly_arrive() {
    for phase in (0..200).step_by(8) {
        let mut fixture = Fixture::connected();
        (0..phase).for_each(|_| fixture.step());
        fixture.down.capacity = 128_000.0;
        fixture.speak_without_a_pause(5);
        for second in 5..15 {
            fixture.speak_without_a_pause(1);
            assert!(fixture.voices <= 3, "phase {phase}: {} voices after {second} s", fixture.voices);
        }
    }
}

#[test]
fn when_there_is_room_again_all_are_sent_within_a_minute_and_a_half() {
    let mut fixture = Fixture::connected();
    fixture.down.capacity = 128_000.0;
    fixture.speak(10);
    assert!(fixture.voices < SPEAKERS);
    fixture.down.capacity = WIDE;
    fixture.speak(90);
    assert_eq!(fixture.voices, SPEAKERS);
    assert!(fixture.speak(10) <= 0.0, "all of them arrive");
}

#[test]
fn frames_that_were_lost_before_they_came_here_are_not_lost_on_the_way_to_the_page() {
    let mut fixture = Fixture::connected();
    for _ in 0..10 {
        assert!(fixture.speak(1) <= 0.0, "all of them arrive");
        // A third of all sequence numbers have no packet.
        fixture.frame += 25;
    }
    assert_eq!(fixture.connection.quality().egress_loss, Some(0.0));
    assert_eq!(fixture.connection.quality().voices_max, None);
}
