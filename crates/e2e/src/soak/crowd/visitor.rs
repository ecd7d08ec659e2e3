//! One visitor, well-behaved or not, with its own connection that can be cut off at any moment.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Instant;

use consonance_link::Delivery;
use consonance_quic::sans_io::{ClientCore, CoreEvent, Dialer};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, LinkCommand, LinkId, Target,
};
use consonance_testing::sim::Dice;

use crate::soak::clock::Now;
use crate::soak::honest_players::OPUS_20_MS;

/// The behaviour of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conduct {
    /// Joins, listens, says something, says goodbye.
    Guest,
    /// The same, but vanishes without saying goodbye.
    Vanisher,
    /// Has no right to join.
    Impostor,
    /// Sends many times more voice than allowed.
    Flooder,
    /// Sends meaningless bytes over a valid connection.
    Babbler,
    /// Begins a handshake and never continues.
    HalfOpener,
    /// Joins, and from then on neither sends nor reads anything.
    Staller,
    /// Occupies a connection without sending anything; may join.
    Hoarder { joins: bool },
}

/// A visitor and its connection.
#[derive(Debug)]
pub(super) struct Visitor {
    socket: UdpSocket,
    core: ClientCore,
    engine: Client,
    conduct: Conduct,
    ends_at: Instant,
    state: VisitorState,
    was_in: bool,
}

/// The state of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum VisitorState {
    Coming,
    /// It can send packets, but has not joined a session.
    Connected,
    In,
    /// It left by its own choice.
    Left,
    SentAway,
}

/// Buffers that all visitors share.
#[derive(Debug)]
pub(super) struct Buffers {
    incoming: Box<[u8]>,
    outgoing: Vec<u8>,
    dice: Dice,
}

const LINK: LinkId = LinkId(1);
/// The room that all visitors listen to and speak in.
pub(crate) const ROOM: &str = "visitors";
const SPEECH: [u8; 60] = [OPUS_20_MS; 60];
/// A guest sends a frame in one of this many turns.
const GUEST_SPEAKS_EVERY: u64 = 8;
/// Frames per turn of 5 ms: 4000 per second, sixteen times the limit.
const FLOOD_PER_TURN: usize = 20;
const BABBLE_PER_TURN: usize = 4;

impl Buffers {
    pub(super) fn new(dice: Dice) -> Self {
        Self { incoming: vec![0; 2048].into(), outgoing: Vec::with_capacity(2048), dice }
    }
}

impl Visitor {
    pub(super) fn new(
        dialer: &Dialer,
        settings: ClientSettings,
        session: &str,
        conduct: Conduct,
        local: Ipv4Addr,
        now: Now,
        ends_at: Instant,
    ) -> io::Result<Self> {
        let core = dialer.dial(now.instant, session).map_err(|error| io::Error::other(error.to_string()))?;
        let mut engine = Client::new(settings);
        let unable = |error: &dyn ToString| io::Error::other(error.to_string());
        engine.join_room(ROOM).map_err(|error| unable(&error))?;
        let channel = engine.open_channel(Target::Room(ROOM.into()), ChannelProperties::default());
        channel.map_err(|error| unable(&error))?;
        engine.start();
        let socket = UdpSocket::bind((local, 0))?;
        socket.connect(dialer.remote())?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, core, engine, conduct, ends_at, state: VisitorState::Coming, was_in: false })
    }

    pub(super) fn conduct(&self) -> Conduct {
        self.conduct
    }

    pub(super) fn was_in(&self) -> bool {
        self.was_in
    }

    pub(super) fn was_sent_away(&self) -> bool {
        self.state == VisitorState::SentAway
    }

    /// Whether it can be removed.
    pub(super) fn is_done(&self, now: Now) -> bool {
        matches!(self.state, VisitorState::Left | VisitorState::SentAway) || now.instant >= self.ends_at
    }

    pub(super) fn run_once(&mut self, now: Now, buffers: &mut Buffers) -> io::Result<()> {
        self.take(now, buffers)?;
        if self.core.poll_timeout().is_some_and(|at| at <= now.instant) {
            self.core.handle_timeout(now.instant);
            self.take_events(now);
        }
        if self.engine.poll_timeout().is_some_and(|(at, _)| at <= now.at) {
            self.engine.handle_timeout(now.at);
        }
        self.behave(now, &mut buffers.dice);
        self.send(now, &mut buffers.outgoing)
    }

    fn take(&mut self, now: Now, buffers: &mut Buffers) -> io::Result<()> {
        loop {
            match self.socket.recv(&mut buffers.incoming) {
                Ok(_) if self.reads_nothing() => {}
                Ok(bytes) => {
                    self.core.handle_datagram(now.instant, &buffers.incoming[..bytes]);
                    self.take_events(now);
                }
                Err(error) if is_passing(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn reads_nothing(&self) -> bool {
        match self.conduct {
            Conduct::HalfOpener => true,
            Conduct::Staller => self.was_in,
            _ => false,
        }
    }

    fn take_events(&mut self, now: Now) {
        while let Some(event) = self.core.poll_event() {
            match event {
                CoreEvent::Connected => {
                    self.state = VisitorState::Connected;
                    if self.conduct != (Conduct::Hoarder { joins: false }) {
                        self.engine.handle_connected(now.at, LINK);
                    }
                }
                CoreEvent::Packet { delivery, packet } => {
                    self.engine.handle_packet(now.at, LINK, delivery, &packet);
                }
                CoreEvent::Disconnected { .. } => {
                    if self.state != VisitorState::Left {
                        self.state = VisitorState::SentAway;
                    }
                    self.engine.handle_disconnected(now.at, LINK);
                }
            }
        }
        while let Some(event) = self.engine.poll_event() {
            match event {
                ClientEvent::PlayersSynced => (self.state, self.was_in) = (VisitorState::In, true),
                ClientEvent::Disconnected { .. } if self.state == VisitorState::In => {
                    self.state = VisitorState::Connected;
                }
                _ => {}
            }
        }
    }

    fn behave(&mut self, now: Now, dice: &mut Dice) {
        let is_last_turn = now.instant >= self.ends_at;
        let is_in = self.state == VisitorState::In;
        match self.conduct {
            Conduct::Guest if is_last_turn => {
                self.core.leave(now.instant);
                self.state = VisitorState::Left;
            }
            Conduct::Guest | Conduct::Vanisher | Conduct::Staller
                if is_in && dice.below(GUEST_SPEAKS_EVERY) == 0 =>
            {
                // Sends nothing if there are no listeners.
                let _ = self.engine.send_voice(&SPEECH);
            }
            Conduct::Flooder if is_in => {
                for _ in 0..FLOOD_PER_TURN {
                    let _ = self.engine.send_voice(&[0x55; 120]);
                }
            }
            Conduct::Babbler if is_in || self.state == VisitorState::Connected => {
                for _ in 0..BABBLE_PER_TURN {
                    let delivery = if dice.below(2) == 0 { Delivery::Reliable } else { Delivery::Unreliable };
                    let length = dice.below(300) as usize;
                    self.core.send(delivery, &babble(length, dice));
                }
            }
            _ => {}
        }
    }

    fn send(&mut self, now: Now, datagram: &mut Vec<u8>) -> io::Result<()> {
        while let Some(transmit) = self.engine.poll_transmit() {
            self.core.send(transmit.delivery, transmit.payload);
        }
        while let Some(command) = self.engine.poll_command() {
            if let LinkCommand::Close { .. } = command {
                self.core.leave(now.instant);
                self.state = VisitorState::Left;
            }
        }
        while self.core.poll_transmit(now.instant, datagram) {
            match self.socket.send(datagram) {
                Err(error) if !is_passing(&error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Random bytes that now and then begin like a packet of ours.
fn babble(length: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.bytes(length);
    if dice.below(2) == 0 && bytes.len() >= 3 {
        bytes[..2].copy_from_slice(&[0x8b, 0xc7]);
        bytes[2] = dice.below(14) as u8;
    }
    bytes
}

/// Whether an error is temporary: nothing to read, no room to write, or a server that is down for a moment.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionRefused)
}
