//! A player without sound: the session engine over a link inside this process.

use std::time::Instant;

use consonance_session::{
    Capabilities, ChannelProperties, Client, ClientEvent, ClientSettings, Delivery,
    Instant as SessionInstant, JoinToken, LinkCommand, LinkId, Target,
};
use consonance_transport::memory::MemoryClient;
use consonance_transport::{self as transport, ClientEvent as TransportEvent, ClientTransport as _};
use consonance_transport::{DisconnectReason, Statistics};

pub(crate) struct Player {
    pub(crate) client: Client,
    transport: MemoryClient,
    started: Instant,
    attempts: u64,
    /// A link is up, being made, or saying goodbye; the next one waits for its end.
    busy: bool,
    wants_link: bool,
    /// What happened, one line each.
    pub(crate) seen: Vec<String>,
    /// How the links ended.
    pub(crate) ends: Vec<DisconnectReason>,
}

impl Player {
    pub(crate) fn new(name: &str, transport: MemoryClient, now: Instant) -> Self {
        Self::with_token(name, None, transport, now)
    }

    /// One that has something to show.
    pub(crate) fn with_token(name: &str, token: Option<&str>, transport: MemoryClient, now: Instant) -> Self {
        let mut settings = ClientSettings::new(name);
        settings.join_token = token.map(|token| JoinToken::new(token.as_bytes()).unwrap());
        // As an original: when its link ends, it has left.
        settings.capabilities = Capabilities::NONE;
        let mut client = Client::new(settings);
        client.start();
        Self {
            client,
            transport,
            started: now,
            attempts: 0,
            busy: false,
            wants_link: false,
            seen: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub(crate) fn listen(mut self, room: &str) -> Self {
        self.client.join_room(room).unwrap();
        self
    }

    pub(crate) fn talk(mut self, room: &str) -> Self {
        self.client.open_channel(Target::Room(room.into()), ChannelProperties::default()).unwrap();
        self
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.transport.statistics()
    }

    /// Takes what came in, sends what has to go out.
    pub(crate) fn turn(&mut self, now: Instant) {
        let at = SessionInstant::from_micros(now.duration_since(self.started).as_micros() as u64);
        while let Some(event) = self.transport.poll(now) {
            let link = LinkId(self.attempts);
            match event {
                TransportEvent::Connected => self.client.handle_connected(at, link),
                TransportEvent::Packet { delivery, packet } => {
                    let delivery = match delivery {
                        transport::Delivery::Reliable => Delivery::Reliable,
                        transport::Delivery::Unreliable => Delivery::Unreliable,
                    };
                    self.client.handle_packet(at, link, delivery, packet);
                }
                TransportEvent::Disconnected { reason } => {
                    self.busy = false;
                    self.ends.push(reason);
                    self.client.handle_disconnected(at, link);
                    self.client.handle_connect_failed(at);
                }
                TransportEvent::Direct { .. } => panic!("these players reach each other through the server"),
            }
        }
        while let Some(command) = self.client.poll_command() {
            match command {
                LinkCommand::Open => self.wants_link = true,
                LinkCommand::Close { .. } => self.transport.disconnect(now),
            }
        }
        if self.wants_link && !self.busy {
            (self.wants_link, self.busy) = (false, true);
            self.attempts += 1;
            self.transport.connect(now);
        }
        while let Some(transmit) = self.client.poll_transmit() {
            let delivery = match transmit.delivery {
                Delivery::Reliable => transport::Delivery::Reliable,
                Delivery::Unreliable => transport::Delivery::Unreliable,
            };
            self.transport.send(now, delivery, transmit.payload);
        }
        while let Some(event) = self.client.poll_event() {
            self.seen.extend(line(&event));
        }
    }

    /// Time has passed for the client: it tries again what it waits for.
    pub(crate) fn wake(&mut self, now: Instant) {
        let at = SessionInstant::from_micros(now.duration_since(self.started).as_micros() as u64);
        self.client.handle_timeout(at);
    }

    pub(crate) fn has_seen(&self, line: &str) -> bool {
        self.seen.iter().any(|seen| seen == line)
    }
}

fn line(event: &ClientEvent<'_>) -> Option<String> {
    Some(match event {
        ClientEvent::Joined { .. } => "joined".into(),
        ClientEvent::PlayerJoined { name, .. } => format!("{name} joined"),
        ClientEvent::PlayerLeft { name, .. } => format!("{name} left"),
        ClientEvent::EnteredRoom { name, room, .. } => format!("{name} entered {room}"),
        ClientEvent::ExitedRoom { name, room, .. } => format!("{name} exited {room}"),
        ClientEvent::Voice(voice) => format!("{} says {:?}", voice.id, voice.frame),
        ClientEvent::Text { name, text, .. } => format!("{name} writes {text}"),
        _ => return None,
    })
}
