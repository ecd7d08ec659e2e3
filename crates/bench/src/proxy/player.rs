//! One client of the game: its network, its envelope, and the session engine if it has voice.

use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link as transport;
use consonance_link::ClientLinkEvent;
use consonance_link::gateway::{ClientEnvelope, MessagePart, MessageParts};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, Instant as SessionInstant, LinkId, Target,
};

use super::meter::Meter;
use super::networks::{self, Network};
use super::side::Side;
use super::stamped::Stamped;

/// One moment, for networks and for engines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) instant: Instant,
    pub(super) at: SessionInstant,
    /// The time since the bench began.
    pub(super) since: Duration,
}

impl Now {
    pub(super) fn since(began: Instant) -> Self {
        let instant = Instant::now();
        let since = instant.duration_since(began);
        Self { instant, at: SessionInstant::START + since, since }
    }

    /// The current time since the bench began, as a turn takes a while.
    pub(super) fn again(self) -> Duration {
        self.since + self.instant.elapsed()
    }
}

pub(super) struct Player {
    number: u16,
    of: &'static Network,
    network: networks::Client,
    envelope: Box<dyn ClientEnvelope>,
    parts: MessageParts,
    /// The message of the last event.
    bytes: Vec<u8>,
    is_up: bool,
    voice: Option<Voice>,
    moves: u64,
    introduced_at: Option<Instant>,
    message: Vec<u8>,
}

struct Voice {
    engine: Client,
    has_link: bool,
    has_joined: bool,
    speaks: bool,
}

/// Each engine has one link.
const LINK: LinkId = LinkId(1);
const FRAME: [u8; 120] = [0x5a; 120];
const ROOM: &str = "hall";
const INTRODUCTIONS: Duration = Duration::from_millis(100);

/// One message in ten is reliable.
pub(super) fn delivery_of_turn(number: u64) -> transport::Delivery {
    if number.is_multiple_of(10) { transport::Delivery::Reliable } else { transport::Delivery::Unreliable }
}

impl Player {
    /// Begins to connect. Players with voice may speak or only listen.
    pub(super) fn connect(
        now: Now,
        of: &'static Network,
        (side, address): (Side, SocketAddr),
        number: u16,
        speaks: Option<bool>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut network = (of.client)(address, side.seed(number))?;
        network.connect(now.instant);
        Ok(Self {
            number,
            of,
            network,
            envelope: (of.envelope)(),
            parts: MessageParts::default(),
            bytes: Vec::new(),
            is_up: false,
            voice: speaks.map(|speaks| Voice::new(number, speaks)).transpose()?,
            moves: 0,
            introduced_at: None,
            message: Vec::new(),
        })
    }

    pub(super) fn is_in(&self) -> bool {
        self.is_up && self.moves > 0 && self.voice.as_ref().is_none_or(|voice| voice.has_joined)
    }

    pub(super) fn introduce(&mut self, now: Now, side: Side) {
        let is_due = self.introduced_at.is_none_or(|at| now.instant >= at + INTRODUCTIONS);
        if self.is_up && is_due {
            self.introduced_at = Some(now.instant);
            let introduction = Stamped::Introduction { side, number: self.number }.to_bytes();
            let message = (self.of.wrap)(now.since, &introduction);
            for delivery in [transport::Delivery::Reliable, transport::Delivery::Unreliable] {
                self.network.send(now.instant, self.network.voice_channels().channel_for(delivery), &message);
            }
            self.moves += 1;
        }
    }

    /// Sends a message to the game.
    pub(super) fn play(&mut self, now: Now, meter: &mut Meter) {
        self.moves += 1;
        let delivery = delivery_of_turn(self.moves);
        let message = (self.of.wrap)(now.since, &Stamped::Move { delivery, sent_at: now.since }.to_bytes());
        self.network.send(now.instant, self.network.voice_channels().channel_for(delivery), &message);
        meter.send();
    }

    pub(super) fn speak(&mut self, now: Now) {
        if let Some(voice) = self.voice.as_mut().filter(|voice| voice.speaks && voice.has_joined) {
            // Sends nothing until there is a listener.
            let _ = voice.engine.send_voice(&FRAME);
            self.send_voice(now);
        }
    }

    /// Handles all pending events; returns their number.
    pub(super) fn run_once(&mut self, now: Now, meter: &mut Meter) -> Result<usize, Box<dyn Error>> {
        let mut came = 0;
        while let Some(event) = self.network.poll_event(now.instant, &mut self.bytes) {
            came += 1;
            match event {
                ClientLinkEvent::Connected => {
                    self.is_up = true;
                    self.envelope.handle_connected(now.instant, &mut self.parts);
                }
                ClientLinkEvent::Packet { channel } => {
                    let stamped = (self.of.unwrap)(&self.bytes).and_then(Stamped::of_bytes);
                    if let Some(Stamped::Move { delivery, sent_at }) = stamped {
                        meter.receive(delivery, now.again().saturating_sub(sent_at));
                    } else {
                        self.envelope.handle_message(now.instant, channel, &self.bytes, &mut self.parts);
                    }
                }
                ClientLinkEvent::Direct { .. } => {}
                ClientLinkEvent::Disconnected { reason } => return Err(reason.to_string().into()),
            }
            self.take_parts(now);
        }
        if self.is_up && self.envelope.poll_timeout().is_some_and(|at| at <= now.instant) {
            self.envelope.handle_timeout(now.instant, &mut self.parts);
            self.take_parts(now);
        }
        if let Some(voice) = &mut self.voice {
            meter.voice += voice.run_once(now, self.is_up && self.envelope.is_ready());
        }
        self.send_voice(now);
        self.network.flush(now.instant);
        Ok(came)
    }

    fn take_parts(&mut self, now: Now) {
        while let Some((part, bytes)) = self.parts.pop() {
            match (part, &mut self.voice) {
                (MessagePart::Voice(delivery), Some(voice)) => {
                    voice.engine.handle_packet(now.at, LINK, delivery, bytes);
                }
                (MessagePart::ToGame(channel), _) => self.network.send(now.instant, channel, bytes),
                _ => {}
            }
        }
    }

    fn send_voice(&mut self, now: Now) {
        let Some(voice) = &mut self.voice else { return };
        while let Some(transmit) = voice.engine.poll_transmit() {
            self.message.clear();
            let delivery = transmit.delivery;
            let channel = self.envelope.wrap(now.instant, delivery, transmit.payload, &mut self.message);
            if let Some(channel) = channel {
                self.network.send(now.instant, channel, &self.message);
            }
        }
    }
}

impl Voice {
    fn new(number: u16, speaks: bool) -> Result<Self, Box<dyn Error>> {
        let mut engine = Client::new(ClientSettings::new(format!("player {number}")));
        engine.join_room(ROOM)?;
        if speaks {
            engine.open_channel(Target::Room(ROOM.into()), ChannelProperties::default())?;
        }
        engine.start();
        Ok(Self { engine, has_link: false, has_joined: false, speaks })
    }

    /// Runs the voice engine; returns the number of frames heard.
    fn run_once(&mut self, now: Now, is_ready: bool) -> u64 {
        if is_ready && !self.has_link {
            self.has_link = true;
            self.engine.handle_connected(now.at, LINK);
        }
        if self.engine.poll_timeout().is_some_and(|(at, _)| at <= now.at) {
            self.engine.handle_timeout(now.at);
        }
        let mut heard = 0;
        while let Some(event) = self.engine.poll_event() {
            self.has_joined |= matches!(event, ClientEvent::PlayersSynced);
            heard += u64::from(matches!(event, ClientEvent::Voice(_)));
        }
        while self.engine.poll_command().is_some() {}
        heard
    }
}
