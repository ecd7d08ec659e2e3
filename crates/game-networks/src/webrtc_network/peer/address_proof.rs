//! A player without a proved address, and an attacker that spoofs the address of its checks. On simulated time.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::Delivery;
use consonance_link::gateway::udp::rig::documented_bytes_out;
use str0m::channel::ChannelConfig;
use str0m::ice::{StunMessage, TransId};

use super::channel_config::channels;
use super::negotiation::Negotiation;
use super::{End, Ice, PeerConnection, PeerEvent, Role, new_rtc};
use crate::webrtc_network::settings::PeerSettings;

/// A host's end and a player with nothing between them.
struct Fixture {
    now: Instant,
    host: PeerConnection,
    player: PeerConnection,
    /// The ICE names of the host and the player, and the host's password.
    names: [String; 2],
    password: String,
    /// How long datagrams take, and those on their way to the host and from it.
    delay: Duration,
    to_host: VecDeque<(Instant, Vec<u8>)>,
    from_host: VecDeque<(Instant, SocketAddr, Vec<u8>)>,
    /// Whether the player answers checks of the host.
    answers: bool,
    /// Before which of the player's encrypted datagrams one comes as if from the victim, and which.
    forged: Option<(usize, Forged)>,
    records: usize,
    /// Which of the player's encrypted datagrams is lost, and whether all of them are for the time being.
    lost: Option<usize>,
    is_cut: bool,
    /// Where the host says that the player is, once it is in.
    remote: Option<SocketAddr>,
    is_in: bool,
    end: Option<End>,
    heard: usize,
    /// The packets that the host has received.
    host_heard: Vec<Vec<u8>>,
    /// In bytes.
    sent_to_victim: usize,
}

/// The forged packet with the victim's address.
#[derive(Clone, Copy)]
enum Forged {
    /// A check whose proof is wrong.
    Unproved,
    /// A check that has everything sent there.
    Preferred,
    /// The player's own datagram.
    Record,
}

impl Fixture {
    fn new() -> Self {
        let now = Instant::now();
        let settings = PeerSettings::default();
        let host = PeerConnection::new(now, Role::Listener, Ice::Lite, &[host_at()], &settings);
        let player = PeerConnection::new(now, Role::Connector, Ice::Full, &[home()], &settings);
        Self {
            now,
            host,
            player,
            names: [String::new(), String::new()],
            password: String::new(),
            delay: Duration::ZERO,
            to_host: VecDeque::new(),
            from_host: VecDeque::new(),
            answers: true,
            forged: None,
            records: 0,
            lost: None,
            is_cut: false,
            remote: None,
            is_in: false,
            end: None,
            heard: 0,
            host_heard: Vec::new(),
            sent_to_victim: 0,
        }
    }

    /// A player that opens these channels, in this order.
    fn opening(channels: impl IntoIterator<Item = ChannelConfig>) -> Self {
        let mut fixture = Self::new();
        let player = &mut fixture.player;
        player.rtc = new_rtc(fixture.now, Ice::Full, &[home()], &player.settings);
        player.negotiation = Negotiation::new(Role::Connector);
        player.texts = player.negotiation.offer(&mut player.rtc, channels).into_iter().collect();
        fixture
    }

    fn connected() -> Self {
        let mut fixture = Self::new();
        fixture.join(10);
        assert_eq!(fixture.remote, Some(home()));
        fixture
    }

    /// Gives the player so many seconds to get in.
    fn join(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while !self.is_in && self.now < until {
            self.step();
        }
    }

    /// The player sends this over the one channel that it knows to be open.
    fn say_early(&mut self, packet: &[u8]) {
        let reliable = self.player.reliable;
        assert_eq!(self.player.write(reliable, packet), Some(true));
        self.player.drain(self.now);
    }

    /// The host speaks for this long, like eight players.
    fn speak(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            for _ in 0..8 {
                self.host.send(self.now, Delivery::Unreliable, &[0x55; 64]);
            }
            self.step();
        }
    }

    fn step(&mut self) {
        self.now += Duration::from_millis(20);
        self.host.handle_timeout(self.now);
        self.player.handle_timeout(self.now);
        let mut is_quiet = false;
        while !std::mem::replace(&mut is_quiet, true) {
            while let Some(text) = self.host.poll_text() {
                self.note(&text, 0);
                self.player.handle_text(self.now, &text);
            }
            while let Some(text) = self.player.poll_text() {
                self.note(&text, 1);
                self.host.handle_text(self.now, &text);
            }
            while let Some((to, datagram)) = self.host.poll_datagram(self.now) {
                self.from_host.push_back((self.now + self.delay, to, datagram));
            }
            while let Some((_, datagram)) = self.player.poll_datagram(self.now) {
                self.to_host.push_back((self.now + self.delay, datagram));
            }
            while let Some((_, to, datagram)) = self.from_host.pop_front_if(|(at, ..)| *at <= self.now) {
                is_quiet = false;
                self.carry(to, &datagram);
            }
            while let Some((_, datagram)) = self.to_host.pop_front_if(|(at, _)| *at <= self.now) {
                is_quiet = false;
                self.bring(&datagram);
            }
        }
        while let Some(event) = self.host.poll_event() {
            match event {
                PeerEvent::Open => {
                    (self.is_in, self.remote) = (true, self.host.remote());
                    self.host.accept(self.now);
                }
                PeerEvent::Closed(end) => self.end = Some(end),
                PeerEvent::Packet(_, packet) => self.host_heard.push(packet),
            }
        }
        while let Some(event) = self.player.poll_event() {
            self.heard += usize::from(matches!(event, PeerEvent::Packet(..)));
        }
    }

    /// From the host to an address.
    fn carry(&mut self, to: SocketAddr, datagram: &[u8]) {
        if to.ip() == victim().ip() {
            self.sent_to_victim += datagram.len();
        } else if to == home() {
            self.player.handle_datagram(self.now, host_at(), home(), datagram);
        }
    }

    /// From the player to the host.
    fn bring(&mut self, datagram: &[u8]) {
        if datagram.starts_with(&[1, 1]) && !self.answers {
            return;
        }
        let is_record = (20..=63).contains(&datagram[0]);
        self.records += usize::from(is_record);
        if is_record && (self.is_cut || self.lost == Some(self.records)) {
            return;
        }
        if let Some((_, forged)) = self.forged.filter(|(number, _)| is_record && *number == self.records) {
            match forged {
                Forged::Unproved => self.check_as_victim("guessed"),
                Forged::Preferred => self.check_as_victim(&self.password.clone()),
                Forged::Record => return self.host.handle_datagram(self.now, victim(), host_at(), datagram),
            };
            // The destination of outgoing packets changes when the connection next checks its candidate pairs.
            self.now += Duration::from_secs(1);
            self.host.handle_timeout(self.now);
        }
        self.host.handle_datagram(self.now, home(), host_at(), datagram);
    }

    /// A check in the player's name with the victim's address on it; how long it is.
    fn check_as_victim(&mut self, password: &str) -> usize {
        let names = self.names.join(":");
        let check = StunMessage::binding_request(&names, TransId::new(), true, 1, u32::MAX >> 1, true);
        let mut datagram = [0; 200];
        let proof = |key: &[u8], parts: &[&[u8]]| {
            consonance_link::rtc_crypto::provider().sha1_hmac_provider.sha1_hmac(key, parts)
        };
        let length = check.to_bytes(Some(password.as_bytes()), &mut datagram, proof).unwrap();
        self.host.handle_datagram(self.now, victim(), host_at(), &datagram[..length]);
        length
    }

    fn note(&mut self, text: &str, of: usize) {
        let Ok(serde_json::Value::Object(description)) = serde_json::from_str(text) else { return };
        let Some(sdp) = description.get("sdp").and_then(|sdp| sdp.as_str()) else { return };
        let value = |name: &str| sdp.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        self.names[of] = value("a=ice-ufrag:");
        if of == 0 {
            self.password = value("a=ice-pwd:");
        }
    }
}

fn host_at() -> SocketAddr {
    ([10, 0, 0, 1], 2).into()
}

fn home() -> SocketAddr {
    ([10, 0, 0, 2], 1).into()
}

fn victim() -> SocketAddr {
    ([10, 0, 0, 66], 443).into()
}

#[test]
fn no_player_joins_under_a_spoofed_address() {
    let mut connected = 0;
    for forged in [Forged::Unproved, Forged::Preferred, Forged::Record] {
        for number in 1..12 {
            let mut fixture = Fixture::new();
            fixture.forged = Some((number, forged));
            fixture.join(30);
            if fixture.is_in {
                assert_eq!(fixture.remote, Some(home()), "forged before encrypted datagram {number}");
                connected += 1;
            }
        }
    }
    assert!(connected > 10, "real players get in all the same: {connected}");
}

#[test]
fn a_player_has_no_more_sent_to_another_address_than_came_from_there() {
    let mut fixture = Fixture::connected();
    fixture.speak(Duration::from_secs(1));
    let mut came = 0;
    for _ in 0..20 {
        came += fixture.check_as_victim(&fixture.password.clone());
        fixture.speak(Duration::from_secs(1));
        assert!(fixture.sent_to_victim <= came, "{} bytes for {came}", fixture.sent_to_victim);
    }
    assert!(fixture.sent_to_victim > 0, "it is asked");
}

#[test]
fn the_page_of_security_says_how_many_bytes_leave_for_each_that_came() {
    let most = [1, 30].map(|checks| {
        let mut fixture = Fixture::connected();
        let (mut came, mut most) = (0, 0.0_f64);
        for second in 0..30 {
            let password = fixture.password.clone();
            came += if second < checks { fixture.check_as_victim(&password) } else { 0 };
            fixture.speak(Duration::from_secs(1));
            most = most.max(fixture.sent_to_victim as f64 / came as f64);
        }
        most
    });
    let page = include_str!("../../../../../docs/security.md");
    assert_eq!(format!("{:.2}", most[0].max(most[1])), documented_bytes_out(page, "WebRTC Network"));
}

#[test]
fn a_player_that_never_answers_at_its_address_does_not_get_in() {
    let mut fixture = Fixture::new();
    fixture.answers = false;
    fixture.join(120);
    assert_eq!((fixture.is_in, fixture.end), (false, Some(End::TimedOut)));
}

#[test]
fn a_player_without_a_proved_address_is_not_told_that_it_is_in() {
    let mut fixture = Fixture::new();
    fixture.answers = false;
    for _ in 0..500 {
        fixture.step();
        assert!(!fixture.player.is_open());
    }
    assert!(!fixture.host.is_open() && fixture.remote.is_none());
    fixture.answers = true;
    fixture.join(10);
    fixture.speak(Duration::from_secs(1));
    assert!(fixture.player.is_open() && fixture.heard > 0);
}

#[test]
fn what_a_player_says_before_both_channels_are_open_is_heard_once_it_is_in() {
    let [reliable, unreliable] = channels();
    let orders = [[reliable.clone(), unreliable.clone()], [unreliable, reliable]];
    // With `is_cut`, the datagrams of the early message are lost too, and sent again with those lost earlier.
    for (order, is_cut) in orders.iter().flat_map(|order| [(order, false), (order, true)]) {
        let mut said = 0;
        for lost in 1..14 {
            let mut fixture = Fixture::opening(order.clone());
            fixture.lost = Some(lost);
            let mut has_said = false;
            let until = fixture.now + Duration::from_secs(20);
            while fixture.host_heard.is_empty() && (has_said || !fixture.is_in) {
                assert!(fixture.now < until, "encrypted datagram {lost} was lost: {:?}", fixture.host.state);
                fixture.step();
                if !has_said && fixture.player.reliable.is_some() && fixture.player.unreliable.is_none() {
                    fixture.is_cut = is_cut;
                    fixture.say_early(b"early");
                    fixture.step();
                    (fixture.is_cut, has_said) = (false, true);
                    assert!(fixture.is_in || fixture.host_heard.is_empty(), "it is not in yet");
                }
            }
            said += usize::from(has_said);
        }
        assert!(said > 0, "nothing was said before the other channel was open");
    }
}

#[test]
fn a_player_that_sends_much_before_it_is_in_is_disconnected() {
    let [reliable, _] = channels();
    let mut fixture = Fixture::opening([reliable]);
    for _ in 0..500 {
        fixture.step();
        if fixture.player.reliable.is_some() && fixture.end.is_none() {
            fixture.say_early(&[7; 1000]);
        }
    }
    assert!(matches!(fixture.end, Some(End::Violation(_))), "{:?}", fixture.end);
    assert_eq!(fixture.host_heard, [b""; 0]);
}

#[test]
fn nothing_is_held_back_from_a_player_with_a_proved_address() {
    for delay_ms in [0, 20, 100, 300] {
        let mut fixture = Fixture::new();
        fixture.delay = Duration::from_millis(delay_ms);
        fixture.join(30);
        assert_eq!(fixture.remote, Some(home()), "{delay_ms} ms there and as many back");
        fixture.speak(Duration::from_secs(2));
        assert!(fixture.heard > 8 * 40, "{} packets", fixture.heard);
        assert_eq!(fixture.host.held_back(), 0);
    }
}

#[test]
fn a_player_answers_a_probe_by_itself_and_one_that_is_gone_does_not() {
    let mut fixture = Fixture::new();
    assert_eq!(fixture.host.probe(fixture.now), None, "it is not in yet");
    fixture.join(10);
    fixture.speak(Duration::from_secs(1));
    // The library's own checks are seconds apart.
    for _ in 0..10 {
        let asked = fixture.now;
        fixture.host.probe(asked).expect("it is in");
        fixture.step();
        let heard = fixture.host.probe(fixture.now).expect("it is in");
        assert!(heard > asked, "{:?} after the question", fixture.now - asked);
    }
    let gone = fixture.now;
    for _ in 0..100 {
        fixture.host.probe(fixture.now).expect("its link stands");
        fixture.now += Duration::from_millis(20);
        while fixture.host.poll_datagram(fixture.now).is_some() {}
    }
    assert!(fixture.host.probe(fixture.now).expect("its link stands") <= gone);
}
