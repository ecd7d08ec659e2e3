//! The bodies of the fuzz targets `browser_control`, which covers a page's player between a real server and its page,
//! and `opus_repack`, which covers only its voice.

mod opus_repack;

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::{
    ChannelProperties, Client, ClientSettings, Delivery, EndReason, Instant, LinkCommand as ClientCommand,
    LinkId, Server, ServerSettings, Target,
};
use consonance_wire::fuzz_tape::Tape;

use crate::control::{FromPage, TO_PAGE_BYTES_MAX, ToPage};
use crate::{BrowserPlayer, BrowserSettings, PageLimits, PageLinkCommand, PageQuality, SLOTS_MAX};
pub use opus_repack::opus_repack;

/// The bytes are steps: messages and voice of the page, packets of a server, players that speak to the page, time,
/// losses and returns.
///
/// # Panics
/// If an output is not a valid message or too long, voice goes to a slot that is not there or changes its slot within a
/// stream, a packet to the server is not valid, an alarm is in the past, or the loop does not come to rest.
pub fn browser_control(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut fixture = Fixture::new(usize::from(tape.byte()) % (SLOTS_MAX + 2));
    while !tape.is_empty() {
        fixture.step(&mut tape);
        fixture.settle();
    }
    fixture.end();
}

struct Fixture {
    now: Instant,
    server: Server,
    page: BrowserPlayer,
    page_link: Option<LinkId>,
    slots: usize,
    /// The slot of each stream so far.
    streams: BTreeMap<u64, usize>,
    /// A native player that speaks to the page.
    bob: Client,
    links: u64,
    sequence: u64,
    time: u64,
}

const BOB: LinkId = LinkId(1_000_000);

impl Fixture {
    fn new(slots: usize) -> Self {
        let settings = BrowserSettings {
            name: "Alice".to_owned(),
            session: "main".to_owned(),
            token: None,
            password: None,
            place: None,
            slots,
            encrypts: false,
        };
        let limits = PageLimits { waiting_bytes: 1 << 14, ..PageLimits::default() };
        let mut fixture = Self {
            now: Instant::START,
            server: Server::new(ServerSettings::from_seed(1)),
            page: BrowserPlayer::with_limits(settings, limits),
            page_link: None,
            slots: slots.min(SLOTS_MAX),
            streams: BTreeMap::new(),
            bob: Client::new(ClientSettings::new("Bob")),
            links: 0,
            sequence: 0,
            time: 0,
        };
        fixture.bob.start();
        fixture.bob.join_room("lobby").expect("one room fits");
        let lobby = Target::Room("lobby".into());
        fixture.bob.open_channel(lobby, ChannelProperties::default()).expect("one channel fits");
        fixture.settle();
        fixture.page.handle_message(fixture.now, r#"{"type":"listen","room":"lobby"}"#);
        fixture.settle();
        fixture
    }

    fn step(&mut self, tape: &mut Tape<'_>) {
        match tape.byte() % 10 {
            0 => self.page.handle_message(self.now, &String::from_utf8_lossy(tape.counted())),
            1 => self.page.handle_message(self.now, &templated(tape)),
            2 | 3 => {
                self.sequence = self.sequence.saturating_add_signed(i64::from(tape.byte() as i8 / 8));
                self.time = self.time.saturating_add_signed(i64::from(tape.byte() as i8) * 120);
                self.page.handle_voice(self.now, self.sequence, self.time, tape.counted());
            }
            4 => {
                let _ = self.bob.send_voice(tape.counted());
            }
            5 => self.page.handle_packet(self.now, Delivery::Reliable, tape.counted()),
            6 => self.wait(Duration::from_millis(u64::from(tape.byte()) * 40)),
            7 => self.page.page_lost(self.now),
            8 => {
                let slots = usize::from(tape.byte()) % (SLOTS_MAX + 2);
                if !self.page.is_over() {
                    self.slots = slots.min(SLOTS_MAX);
                }
                self.page.page_is_back(self.now, slots);
            }
            _ => self.interfere(tape),
        }
    }

    /// Actions of the network and of the server's operator.
    fn interfere(&mut self, tape: &mut Tape<'_>) {
        match tape.byte() % 4 {
            0 => {
                if let Some(link) = self.page_link.take() {
                    self.server.handle_disconnected(self.now, link);
                    self.page.handle_link_lost(self.now, tape.counted());
                }
            }
            1 => {
                let lost_percent = Some(f32::from_bits(u32::from(tape.byte()) << 24));
                let byte = tape.byte();
                let rtt = Some(Duration::from_millis(byte.into()));
                let voices_max = Some(usize::from(byte % 8)).filter(|_| byte < 128);
                self.page.handle_quality(self.now, PageQuality { rtt, lost_percent, voices_max });
            }
            2 => {
                if let Some(id) = self.page.client().id() {
                    self.server.kick(id, &String::from_utf8_lossy(tape.counted()));
                }
            }
            _ => self.page.handle_connect_failed(self.now),
        }
    }

    fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..ROUNDS_MAX {
            let clients = [self.server.poll_timeout(), self.bob.poll_timeout()].into_iter().flatten();
            let due = clients.map(|(at, _)| at).chain(self.page.poll_timeout()).min();
            let Some(at) = due.filter(|at| *at <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(at);
            self.server.handle_timeout(self.now);
            self.bob.handle_timeout(self.now);
            self.page.handle_timeout(self.now);
            assert!(self.page.poll_timeout().is_none_or(|at| at > self.now), "an alarm is in the past");
            self.settle();
        }
        panic!("time does not pass");
    }

    /// Runs all parties until nothing is left to do.
    fn settle(&mut self) {
        for _ in 0..ROUNDS_MAX {
            if !(self.carry_bob() | self.carry_page() | self.carry_server()) {
                return self.check();
            }
        }
        panic!("the session does not come to rest");
    }

    fn carry_bob(&mut self) -> bool {
        let mut moved = false;
        while let Some(command) = self.bob.poll_command() {
            moved = true;
            if command == ClientCommand::Open {
                self.server.handle_connected(self.now, BOB);
                self.bob.handle_connected(self.now, BOB);
            }
        }
        let mut packets = Vec::new();
        while let Some(transmit) = self.bob.poll_transmit() {
            packets.push((transmit.delivery, transmit.payload.to_vec()));
        }
        for (delivery, packet) in &packets {
            self.give_server(BOB, *delivery, packet);
        }
        while self.bob.poll_event().is_some() {}
        moved | !packets.is_empty()
    }

    fn carry_page(&mut self) -> bool {
        let mut packets = Vec::new();
        while let Some((delivery, packet)) = self.page.poll_transmit() {
            packets.push((delivery, packet.to_vec()));
        }
        for (delivery, packet) in &packets {
            assert!(
                consonance_wire::Packet::parse(packet).is_ok(),
                "a packet that cannot be read: {packet:02x?}"
            );
            if let Some(link) = self.page_link {
                self.give_server(link, *delivery, packet);
            }
        }
        let mut moved = !packets.is_empty();
        while let Some(command) = self.page.poll_command() {
            moved = true;
            match command {
                PageLinkCommand::Open => {
                    self.links += 1;
                    self.page_link = Some(LinkId(self.links));
                    self.server.handle_connected(self.now, LinkId(self.links));
                    self.page.handle_connected(self.now);
                }
                PageLinkCommand::Close => {
                    if let Some(link) = self.page_link.take() {
                        self.server.handle_disconnected(self.now, link);
                    }
                }
            }
        }
        moved
    }

    fn carry_server(&mut self) -> bool {
        let mut packets = Vec::new();
        while let Some(transmit) = self.server.poll_transmit() {
            packets.push((transmit.to.to_vec(), transmit.delivery, transmit.payload.to_vec()));
        }
        for (to, delivery, packet) in &packets {
            self.give_clients(to, *delivery, packet);
        }
        let mut moved = !packets.is_empty();
        while let Some(command) = self.server.poll_command() {
            moved = true;
            if let ClientCommand::Close { link, reason, .. } = command
                && self.page_link == Some(link)
            {
                self.page_link = None;
                self.page.handle_link_ended(self.now, &EndReason::from(&reason));
            }
        }
        moved
    }

    fn give_server(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) {
        let relayed = self.server.handle_packet(self.now, link, delivery, packet);
        let relayed = relayed.map(|relayed| (relayed.to.to_vec(), relayed.payload.to_vec()));
        if let Some((to, payload)) = relayed {
            self.give_clients(&to, Delivery::Unreliable, &payload);
        }
    }

    fn give_clients(&mut self, to: &[LinkId], delivery: Delivery, packet: &[u8]) {
        for link in to {
            if *link == BOB {
                self.bob.handle_packet(self.now, BOB, delivery, packet);
            } else if self.page_link == Some(*link) {
                self.page.handle_packet(self.now, delivery, packet);
            }
        }
    }

    /// Checks the output for the page.
    fn check(&mut self) {
        while let Some(message) = self.page.poll_message() {
            assert!(message.len() <= TO_PAGE_BYTES_MAX, "a message of {} bytes", message.len());
            assert!(serde_json::from_str::<ToPage>(&message).is_ok(), "no message: {message}");
        }
        while let Some(voice) = self.page.poll_voice() {
            assert!(voice.slot < self.slots, "slot {} of {}", voice.slot, self.slots);
            assert!((120..=5760).contains(&voice.samples), "{} samples", voice.samples);
            let slot = *self.streams.entry(voice.stream).or_insert(voice.slot);
            assert_eq!(slot, voice.slot, "a stream stays in its slot");
        }
    }

    fn end(mut self) {
        self.page.handle_message(self.now, r#"{"type":"leave"}"#);
        self.settle();
        assert!(self.page.is_over(), "a page that leaves is gone");
        self.wait(Duration::from_secs(10));
        assert_eq!((self.page_link, self.page.poll_timeout()), (None, None), "nothing is left to be done");
    }
}

/// More rounds than any run needs that comes to rest.
const ROUNDS_MAX: usize = 10_000;

/// A message of a page with values from the tape, so that the fuzzer need not guess the words.
fn templated(tape: &mut Tape<'_>) -> String {
    let names = ["lobby", "team", "Alice", "Bob", "", "\u{fc}\u{0}\"<b>"];
    let name = tape.pick(&names);
    let number = tape.byte();
    let message = match tape.byte() % 11 {
        0 => serde_json::json!({"type": "listen", "room": name}),
        1 => serde_json::json!({"type": "unlisten", "room": name}),
        2 => serde_json::json!({"type": "open", "channel": number, "to": {"room": name}}),
        3 => {
            serde_json::json!({"type": "open", "channel": number, "to": {"player": name}, "positional": true})
        }
        4 => serde_json::json!({"type": "change", "channel": number, "amplitude": f32::from(number) / 100.0}),
        5 => serde_json::json!({"type": "close", "channel": number}),
        6 => serde_json::json!({"type": "text", "to": {"room": name}, "text": "x".repeat(number.into())}),
        7 => serde_json::json!({"type": "ignore", "player": name, "ignored": number.is_multiple_of(2)}),
        8 => serde_json::json!({"type": "place", "x": number, "y": 0.5, "z": -20, "world": name}),
        9 => serde_json::json!({"type": "stats", "lostPercent": number, "delayMs": number}),
        _ => serde_json::json!({"type": "moderate", "id": number, "player": name, "action": "kick"}),
    };
    let text = message.to_string();
    if let Ok(read) = FromPage::read(&text) {
        let written = serde_json::to_string(&read).expect("what was read can be written");
        assert_eq!(FromPage::read(&written), Ok(read), "what was read and written again is the same");
    }
    text
}
