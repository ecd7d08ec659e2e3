//! One client: a socket, its QUIC connection, and the same session engine as in a game.

use std::io;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use consonance_quic::sans_io::{ClientCore, CoreEvent, DialError, Dialer};
use consonance_session::{
    Capabilities, ChannelProperties, Client, ClientEvent, ClientSettings, Delivery,
    Instant as SessionInstant, LinkCommand, LinkId, Target,
};
use consonance_wire::Packet;

use super::fast_path::FastPath;
use super::inbox::{Inbox, stamp};
use super::probe::{Heard, Stamp};
use super::udp::{connect, lossy};

/// The settings of a client.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) session: String,
    /// The room; idle clients have none.
    pub(crate) room: Option<String>,
    pub(crate) listens: bool,
    pub(crate) speaks: bool,
    /// Whether it can be in the group of an encrypted session.
    pub(crate) encrypts: bool,
}

/// A client without a thread, driven by the caller.
#[derive(Debug)]
pub(crate) struct LoadClient {
    socket: UdpSocket,
    core: ClientCore,
    /// None once the client [only listens](Self::only_listen).
    engine: Option<Box<Client>>,
    progress: JoinProgress,
    fast_path: Option<FastPath>,
    /// The time at which the connection must be served again; it is served less often while voice takes the fast path.
    next_look_at: Instant,
}

/// The state of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JoinProgress {
    Joining,
    /// It knows the others, and they know it.
    Joined,
    /// Its connection has ended, for this reason.
    Gone(String),
}

/// Buffers that all clients of one thread share.
#[derive(Debug)]
pub(crate) struct Buffers {
    pub(super) inbox: Inbox,
    pub(crate) heard: Heard,
    datagram: Vec<u8>,
}

/// One moment, for the network and for the engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    pub(crate) at: SessionInstant,
}

impl Now {
    /// This moment, for engines whose clock began then.
    pub(crate) fn since(started: Instant) -> Self {
        let instant = Instant::now();
        Self { instant, at: SessionInstant::START + instant.duration_since(started) }
    }
}

/// Each client has one link.
const LINK: LinkId = LinkId(1);
/// The pause between two calls of the connection while voice takes the fast path.
const REST: Duration = Duration::from_millis(10);
/// The number of datagrams that are taken from one client before the others get their turn.
const DATAGRAMS_PER_TURN: usize = 64;

impl Buffers {
    pub(crate) fn new(seed: u32) -> Self {
        Self { inbox: Inbox::new(), heard: Heard::new(seed), datagram: Vec::with_capacity(2048) }
    }
}

impl LoadClient {
    /// Begins to join; [`run_once`](Self::run_once) continues.
    pub(crate) fn dial(dialer: &Dialer, guest: &Guest, now: Now) -> io::Result<Self> {
        let unable = |error: DialError| io::Error::other(error.to_string());
        let core = dialer.dial(now.instant, &guest.session).map_err(unable)?;
        let mut settings = ClientSettings::new(&*guest.name);
        if guest.encrypts {
            settings.capabilities = settings.capabilities.with(Capabilities::GROUPS);
        }
        let mut engine = Client::new(settings);
        if let Some(room) = &guest.room {
            if guest.listens {
                engine.join_room(room).map_err(|error| io::Error::other(error.to_string()))?;
            }
            if guest.speaks {
                let channel =
                    engine.open_channel(Target::Room(room.clone().into()), ChannelProperties::default());
                channel.map_err(|error| io::Error::other(error.to_string()))?;
            }
        }
        engine.start();
        Ok(Self {
            socket: connect(dialer.remote())?,
            core,
            engine: Some(Box::new(engine)),
            progress: JoinProgress::Joining,
            fast_path: None,
            next_look_at: now.instant,
        })
    }

    /// Drops the engine: from now on the client only counts the voices that it hears. Ten thousand engines that each
    /// know ten thousand players do not fit into a machine's memory.
    pub(crate) fn only_listen(&mut self) {
        self.engine = None;
    }

    pub(crate) fn progress(&self) -> &JoinProgress {
        &self.progress
    }

    /// Whether voice takes the fast path.
    pub(crate) fn is_on_fast_path(&self) -> bool {
        self.fast_path.as_ref().is_some_and(FastPath::is_open)
    }

    /// The local ports of its sockets.
    pub(crate) fn ports(&self) -> impl Iterator<Item = u16> {
        let connection = self.socket.local_addr().ok().map(|address| address.port());
        let fast_path = self.fast_path.as_ref().and_then(|fast_path| fast_path.port().ok());
        [connection, fast_path].into_iter().flatten()
    }

    /// Makes the kernel record when datagrams arrive here.
    pub(crate) fn stamp(&self) -> io::Result<()> {
        stamp(&self.socket)?;
        self.fast_path.as_ref().map_or(Ok(()), FastPath::stamp)
    }

    /// Receives datagrams, runs timers, and sends pending datagrams; returns the number of datagrams received.
    pub(crate) fn run_once(&mut self, now: Now, buffers: &mut Buffers) -> io::Result<usize> {
        let fast_path = self.look_at_fast_path(now, buffers)?;
        if now.instant < self.next_look_at {
            self.send(now, &mut buffers.datagram)?;
            return Ok(fast_path);
        }
        if self.is_on_fast_path() {
            self.next_look_at = now.instant + REST;
        }
        let mut datagrams = 0;
        while datagrams < DATAGRAMS_PER_TURN {
            let Some((datagram, arrived_at)) = buffers.inbox.next(&self.socket)? else { break };
            datagrams += 1;
            self.core.handle_datagram(now.instant, datagram);
            self.take_events(now, arrived_at, &mut buffers.heard)?;
        }
        if self.core.poll_timeout().is_some_and(|at| at <= now.instant) {
            self.core.handle_timeout(now.instant);
            self.take_events(now, Stamp::now(), &mut buffers.heard)?;
        }
        if let Some(engine) = &mut self.engine
            && engine.poll_timeout().is_some_and(|(at, _)| at <= now.at)
        {
            engine.handle_timeout(now.at);
        }
        self.send(now, &mut buffers.datagram)?;
        Ok(fast_path + datagrams)
    }

    /// Sends a frame to its room.
    pub(crate) fn speak(&mut self, now: Now, frame: &[u8], buffers: &mut Buffers) -> io::Result<()> {
        let engine = self.engine.as_mut().ok_or_else(|| io::Error::other("a listener does not speak"))?;
        engine.send_voice(frame).map_err(|error| io::Error::other(error.to_string()))?;
        self.send(now, &mut buffers.datagram)
    }

    /// Says goodbye.
    pub(crate) fn leave(&mut self, now: Now, buffers: &mut Buffers) -> io::Result<()> {
        self.core.leave(now.instant);
        self.send(now, &mut buffers.datagram)
    }

    fn look_at_fast_path(&mut self, now: Now, buffers: &mut Buffers) -> io::Result<usize> {
        let Some(fast_path) = &mut self.fast_path else { return Ok(0) };
        let Self { engine, progress, .. } = self;
        let mut datagrams = 0;
        while datagrams < DATAGRAMS_PER_TURN {
            let heard = &mut buffers.heard;
            let hear = |packet: &[u8], arrived_at: Stamp| {
                heard.on_fast_path += 1;
                handle_packet(engine, now, Delivery::Unreliable, packet, arrived_at, heard);
                take_engine_events(engine, arrived_at, heard, progress);
            };
            if !fast_path.receive(now.instant, &mut buffers.inbox, hear)? {
                break;
            }
            datagrams += 1;
        }
        fast_path.run_once(now.instant, &mut buffers.datagram)?;
        Ok(datagrams)
    }

    fn take_events(&mut self, now: Now, arrived_at: Stamp, heard: &mut Heard) -> io::Result<()> {
        while let Some(event) = self.core.poll_event() {
            match event {
                CoreEvent::Connected => {
                    if let Some(engine) = &mut self.engine {
                        engine.handle_connected(now.at, LINK);
                    }
                    let grant = self.core.fast_path();
                    self.fast_path = grant.map(|grant| FastPath::new(now.instant, &grant)).transpose()?;
                }
                CoreEvent::Packet { delivery, packet } => {
                    handle_packet(&mut self.engine, now, delivery, &packet, arrived_at, heard);
                }
                CoreEvent::Disconnected { reason } => {
                    self.progress = JoinProgress::Gone(reason.to_string());
                    if let Some(engine) = &mut self.engine {
                        engine.handle_disconnected(now.at, LINK);
                    }
                }
            }
            take_engine_events(&mut self.engine, arrived_at, heard, &mut self.progress);
        }
        Ok(())
    }

    fn send(&mut self, now: Now, datagram: &mut Vec<u8>) -> io::Result<()> {
        while let Some(transmit) = self.engine.as_mut().and_then(|engine| engine.poll_transmit()) {
            let takes_fast_path = transmit.delivery == Delivery::Unreliable
                && match &mut self.fast_path {
                    Some(fast_path) => fast_path.send(transmit.payload, datagram)?,
                    None => false,
                };
            if !takes_fast_path {
                self.core.send(transmit.delivery, transmit.payload);
            }
        }
        while let Some(command) = self.engine.as_mut().and_then(|engine| engine.poll_command()) {
            // The link is already open, and a client that was disconnected does not reconnect here.
            if let LinkCommand::Close { reason, .. } = command {
                self.progress = JoinProgress::Gone(reason.to_string());
                self.core.leave(now.instant);
            }
        }
        while self.core.poll_transmit(now.instant, datagram) {
            lossy(self.socket.send(datagram))?;
        }
        Ok(())
    }
}

fn handle_packet(
    engine: &mut Option<Box<Client>>,
    now: Now,
    delivery: Delivery,
    packet: &[u8],
    arrived_at: Stamp,
    heard: &mut Heard,
) {
    if let Some(engine) = engine {
        engine.handle_packet(now.at, LINK, delivery, packet);
    } else if delivery == Delivery::Unreliable
        && let Ok(Packet::VoiceData(voice)) = Packet::parse(packet)
    {
        heard.hear(voice.frame, arrived_at);
    }
}

fn take_engine_events(
    engine: &mut Option<Box<Client>>,
    arrived_at: Stamp,
    heard: &mut Heard,
    progress: &mut JoinProgress,
) {
    while let Some(event) = engine.as_mut().and_then(|engine| engine.poll_event()) {
        match event {
            ClientEvent::Voice(voice) => heard.hear(voice.frame, arrived_at),
            ClientEvent::PlayersSynced => *progress = JoinProgress::Joined,
            _ => {}
        }
    }
}
