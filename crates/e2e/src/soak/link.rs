//! An honest player's client: the same engine and the same network as in a game, driven by `turn`.

use consonance_quic::{FastPath, QuicAddress, QuicClient, QuicClientSettings, QuicRuntime};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, Delivery, LinkCommand, LinkId, Target,
};
use consonance_transport::{self as transport, ClientLinkEvent, ClientTransport as _};

use crate::soak::clock::Now;

/// One player in one room.
#[derive(Debug)]
pub(crate) struct Link {
    engine: Client,
    network: QuicClient,
    connection: LinkId,
    is_up: bool,
    is_in: bool,
    /// How often it was in.
    joins: u32,
    /// How often with the place that it had before.
    resumes: u32,
}

impl Link {
    /// Joins, listens to the room and may speak to it, and comes back whenever the connection is lost.
    ///
    /// # Errors
    /// If there can be no such room.
    pub(crate) fn new(
        runtime: &QuicRuntime,
        address: QuicAddress,
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
        let network = QuicClient::new(runtime, address, settings);
        Ok(Self { engine, network, connection: LinkId(0), is_up: false, is_in: false, joins: 0, resumes: 0 })
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

    /// Takes what has come, does what is due, sends what has to go out. `hear` is given each frame.
    pub(crate) fn run_once(&mut self, now: Now, mut hear: impl FnMut(&[u8])) {
        while let Some(event) = self.network.poll(now.instant) {
            match event {
                ClientLinkEvent::Connected => {
                    self.connection = LinkId(self.connection.0 + 1);
                    self.is_up = true;
                    self.engine.handle_connected(now.at, self.connection);
                }
                ClientLinkEvent::Packet { delivery, packet } => {
                    self.engine.handle_packet(now.at, self.connection, to_session(delivery), packet);
                }
                ClientLinkEvent::Disconnected { .. } if std::mem::take(&mut self.is_up) => {
                    self.engine.handle_disconnected(now.at, self.connection);
                }
                ClientLinkEvent::Disconnected { .. } => self.engine.handle_connect_failed(now.at),
                ClientLinkEvent::Direct { .. } => {}
            }
            while let Some(event) = self.engine.poll_event() {
                match event {
                    ClientEvent::Voice(voice) => hear(voice.frame),
                    ClientEvent::PlayersSynced => {
                        self.is_in = true;
                        self.joins += 1;
                    }
                    ClientEvent::Resumed { .. } => self.resumes += 1,
                    ClientEvent::Disconnected { .. } => self.is_in = false,
                    _ => {}
                }
            }
        }
        if self.engine.poll_timeout().is_some_and(|(at, _)| at <= now.at) {
            self.engine.handle_timeout(now.at);
        }
        self.send(now);
    }

    /// Says a frame into its room; false while it cannot.
    pub(crate) fn speak(&mut self, now: Now, frame: &[u8]) -> bool {
        let is_said = self.is_in && self.engine.send_voice(frame).is_ok();
        self.send(now);
        is_said
    }

    fn send(&mut self, now: Now) {
        while let Some(transmit) = self.engine.poll_transmit() {
            self.network.send(now.instant, to_transport(transmit.delivery), transmit.payload);
        }
        while let Some(command) = self.engine.poll_command() {
            match command {
                LinkCommand::Open => self.network.connect(now.instant),
                LinkCommand::Close { .. } => self.network.disconnect(now.instant),
            }
        }
    }
}

pub(crate) fn to_session(delivery: transport::Delivery) -> Delivery {
    match delivery {
        transport::Delivery::Reliable => Delivery::Reliable,
        transport::Delivery::Unreliable => Delivery::Unreliable,
    }
}

pub(crate) fn to_transport(delivery: Delivery) -> transport::Delivery {
    match delivery {
        Delivery::Reliable => transport::Delivery::Reliable,
        Delivery::Unreliable => transport::Delivery::Unreliable,
    }
}
