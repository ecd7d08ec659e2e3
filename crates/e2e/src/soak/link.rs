//! An honest player's client: the same engine and the same network as in a game, driven by `run_once`.

use std::collections::BTreeMap;

use consonance_link::{ClientLinkEvent, ClientNetwork as _};
use consonance_quic::{FastPath, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientId, ClientSettings, LinkChange, LinkCommand, LinkId, Target,
};

use crate::soak::clock::Now;

/// One player in one room.
#[derive(Debug)]
pub(crate) struct Link {
    engine: Client,
    runtime: QuicRuntime,
    settings: QuicClientSettings,
    /// The addresses of servers that share the session.
    addresses: Vec<QuicAddress>,
    /// The index of the address that it is connected to, or tries next.
    at: usize,
    network: QuicClient,
    connection: LinkId,
    /// The players that it knows, itself included.
    roster: BTreeMap<Box<str>, ClientId>,
    /// Players that have left since the last call of [`take_left`](Self::take_left).
    left: Vec<Box<str>>,
    is_up: bool,
    /// Whether this side is closing the connection.
    is_closing: bool,
    is_in: bool,
    /// The number of times that it has joined.
    joins: u32,
    /// The number of times that it got its former place.
    resumes: u32,
}

impl Link {
    /// Joins, listens to the room and may speak to it, and comes back whenever the connection is lost: at the next of
    /// the addresses, if there are several.
    ///
    /// # Errors
    /// If this is not a valid room name.
    pub(crate) fn new(
        runtime: &QuicRuntime,
        addresses: Vec<QuicAddress>,
        at: usize,
        fast_path: FastPath,
        settings: ClientSettings,
        room: &str,
    ) -> Result<Self, String> {
        let mut engine = Client::new(settings);
        engine.join_room(room).map_err(|error| error.to_string())?;
        let channel = engine.open_channel(Target::Room(room.into()), ChannelProperties::default());
        channel.map_err(|error| error.to_string())?;
        engine.start();
        let settings = QuicClientSettings { fast_path, ..QuicClientSettings::default() };
        let network = QuicClient::new(runtime, addresses[at].clone(), settings.clone());
        Ok(Self {
            engine,
            runtime: runtime.clone(),
            settings,
            addresses,
            at,
            network,
            connection: LinkId(0),
            roster: BTreeMap::new(),
            left: Vec::new(),
            is_up: false,
            is_closing: false,
            is_in: false,
            joins: 0,
            resumes: 0,
        })
    }

    /// The index of the address that it is connected to, or tries next.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Moves to another address, and keeps its place in the session. False while it has none.
    pub(crate) fn move_to(&mut self, now: Now, at: usize) -> bool {
        let is_moving = self.engine.change_link(now.at, LinkChange::Route);
        if is_moving {
            self.is_in = false;
            self.at = at;
            self.send(now);
        }
        is_moving
    }

    /// The players that it knows, itself included.
    pub(crate) fn roster(&self) -> &BTreeMap<Box<str>, ClientId> {
        &self.roster
    }

    /// Players that have left since the last call.
    pub(crate) fn take_left(&mut self) -> Vec<Box<str>> {
        std::mem::take(&mut self.left)
    }

    /// Whether it knows the others, and they know it.
    pub(crate) fn is_in(&self) -> bool {
        self.is_in
    }

    pub(crate) fn joins(&self) -> u32 {
        self.joins
    }

    pub(crate) fn resumes(&self) -> u32 {
        self.resumes
    }

    /// Handles incoming packets, runs timers, and sends outgoing packets. `hear` is called with each frame.
    pub(crate) fn run_once(&mut self, now: Now, mut hear: impl FnMut(&[u8])) {
        let mut bytes = Vec::new();
        while let Some(event) = self.network.poll_event(now.instant, &mut bytes) {
            match event {
                ClientLinkEvent::Connected => {
                    self.connection = LinkId(self.connection.0 + 1);
                    self.is_up = true;
                    self.engine.handle_connected(now.at, self.connection);
                }
                ClientLinkEvent::Packet { channel: delivery } => {
                    self.engine.handle_packet(now.at, self.connection, delivery, &bytes);
                }
                ClientLinkEvent::Disconnected { .. } => {
                    if !std::mem::take(&mut self.is_closing) {
                        self.at = (self.at + 1) % self.addresses.len();
                    }
                    if std::mem::take(&mut self.is_up) {
                        self.engine.handle_disconnected(now.at, self.connection);
                    } else {
                        self.engine.handle_connect_failed(now.at);
                    }
                }
                ClientLinkEvent::Direct { .. } => {}
            }
            self.take_events(&mut hear);
        }
        if self.engine.poll_timeout().is_some_and(|(at, _)| at <= now.at) {
            self.engine.handle_timeout(now.at);
        }
        self.send(now);
    }

    fn take_events(&mut self, hear: &mut impl FnMut(&[u8])) {
        while let Some(event) = self.engine.poll_event() {
            match event {
                ClientEvent::Voice(voice) => hear(voice.frame),
                ClientEvent::PlayersSynced => {
                    self.is_in = true;
                    self.joins += 1;
                }
                ClientEvent::Resumed { .. } => self.resumes += 1,
                ClientEvent::PlayerJoined { id, name, .. } => {
                    self.roster.insert(name, id);
                }
                ClientEvent::PlayerLeft { name, .. } => {
                    self.roster.remove(&name);
                    if self.left.len() < LEFT_MAX {
                        self.left.push(name);
                    }
                }
                ClientEvent::Disconnected { .. } => self.is_in = false,
                _ => {}
            }
        }
    }

    /// Sends a frame to its room; false while it cannot.
    pub(crate) fn speak(&mut self, now: Now, frame: &[u8]) -> bool {
        let is_said = self.is_in && self.engine.send_voice(frame).is_ok();
        self.send(now);
        is_said
    }

    fn connect(&mut self, now: Now) {
        if self.network.address() != &self.addresses[self.at] {
            let address = self.addresses[self.at].clone();
            // Pending events of the former connection are dropped: they would be too late for the engine.
            self.network = QuicClient::new(&self.runtime, address, self.settings.clone());
            (self.is_up, self.is_closing) = (false, false);
        }
        self.network.connect(now.instant);
    }

    fn send(&mut self, now: Now) {
        while let Some(transmit) = self.engine.poll_transmit() {
            self.network.send(now.instant, transmit.delivery, transmit.payload);
        }
        while let Some(command) = self.engine.poll_command() {
            match command {
                LinkCommand::Open => self.connect(now),
                LinkCommand::Close { .. } => {
                    self.is_closing = self.is_up;
                    self.network.disconnect(now.instant);
                }
            }
        }
    }
}

/// The maximum number of departures that are kept.
const LEFT_MAX: usize = 64;
