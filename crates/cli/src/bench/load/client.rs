//! One client: a socket, its QUIC connection, and the same session engine as in a game.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Instant;

use consonance_quic::sans_io::{ClientCore, CoreEvent, DialError, Dialer};
use consonance_session::{
    ChannelProperties, Client, ClientEvent, ClientSettings, Delivery, Instant as SessionInstant, LinkCommand,
    LinkId, Target,
};
use consonance_transport as transport;

use super::inbox::{Inbox, stamp};
use super::probe::{Heard, Stamp};

/// What a client is to do.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    pub(super) name: String,
    pub(super) session: String,
    /// Listens to it; nobody who is idle has any.
    pub(super) room: Option<String>,
    pub(super) speaks: bool,
}

/// Carried by whoever calls its methods; it has no thread.
#[derive(Debug)]
pub(super) struct LoadClient {
    socket: UdpSocket,
    core: ClientCore,
    engine: Client,
    standing: Standing,
}

/// How a client is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Joining,
    /// It knows who is there, and they know it.
    Joined,
    /// Its connection has ended, for this reason.
    Gone(String),
}

/// What all clients of one thread use in turns.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) inbox: Inbox,
    pub(super) heard: Heard,
    datagram: Vec<u8>,
}

/// One moment, for the network and for the engine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) instant: Instant,
    pub(super) at: SessionInstant,
}

/// Each client has one link.
const LINK: LinkId = LinkId(1);
/// So many datagrams are taken from one client before the others have their turn.
const DATAGRAMS_PER_TURN: usize = 64;

impl Desk {
    pub(super) fn new(seed: u32) -> Self {
        Self { inbox: Inbox::new(), heard: Heard::new(seed), datagram: Vec::with_capacity(2048) }
    }
}

impl LoadClient {
    /// Begins to join; [`turn`](Self::turn) goes on with it.
    pub(super) fn dial(dialer: &Dialer, guest: &Guest, now: Now) -> io::Result<Self> {
        let unable = |error: DialError| io::Error::other(error.to_string());
        let core = dialer.dial(now.instant, &guest.session).map_err(unable)?;
        let mut engine = Client::new(ClientSettings::new(&*guest.name));
        if let Some(room) = &guest.room {
            engine.join_room(room).map_err(|error| io::Error::other(error.to_string()))?;
            if guest.speaks {
                let channel =
                    engine.open_channel(Target::Room(room.clone().into()), ChannelProperties::default());
                channel.map_err(|error| io::Error::other(error.to_string()))?;
            }
        }
        engine.start();
        Ok(Self { socket: connect(dialer.remote())?, core, engine, standing: Standing::Joining })
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Where it can be reached.
    pub(super) fn port(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// From now on the kernel notes when datagrams arrive here.
    pub(super) fn stamp(&self) -> io::Result<()> {
        stamp(&self.socket)
    }

    /// Takes what has come in, does what is due, and sends what has to go out; how many datagrams came.
    pub(super) fn turn(&mut self, now: Now, desk: &mut Desk) -> io::Result<usize> {
        let mut datagrams = 0;
        while datagrams < DATAGRAMS_PER_TURN {
            let Some((datagram, arrived_at)) = desk.inbox.next(&self.socket)? else { break };
            datagrams += 1;
            self.core.handle_datagram(now.instant, datagram);
            self.take_events(now, arrived_at, &mut desk.heard);
        }
        if self.core.poll_timeout().is_some_and(|at| at <= now.instant) {
            self.core.handle_timeout(now.instant);
            self.take_events(now, Stamp::now(), &mut desk.heard);
        }
        if self.engine.poll_timeout().is_some_and(|(at, _)| at <= now.at) {
            self.engine.handle_timeout(now.at);
        }
        self.send(now, &mut desk.datagram)?;
        Ok(datagrams)
    }

    /// Says a frame into its room.
    pub(super) fn speak(&mut self, now: Now, frame: &[u8], desk: &mut Desk) -> io::Result<()> {
        self.engine.send_voice(frame).map_err(|error| io::Error::other(error.to_string()))?;
        self.send(now, &mut desk.datagram)
    }

    /// Says goodbye.
    pub(super) fn leave(&mut self, now: Now, desk: &mut Desk) -> io::Result<()> {
        self.core.leave(now.instant);
        self.send(now, &mut desk.datagram)
    }

    fn take_events(&mut self, now: Now, arrived_at: Stamp, heard: &mut Heard) {
        while let Some(event) = self.core.poll_event() {
            match event {
                CoreEvent::Connected => self.engine.handle_connected(now.at, LINK),
                CoreEvent::Packet { delivery, packet } => {
                    self.engine.handle_packet(now.at, LINK, to_session(delivery), &packet);
                }
                CoreEvent::Disconnected { reason } => {
                    self.standing = Standing::Gone(reason.to_string());
                    self.engine.handle_disconnected(now.at, LINK);
                }
            }
            while let Some(event) = self.engine.poll_event() {
                match event {
                    ClientEvent::Voice(voice) => heard.hear(voice.frame, arrived_at),
                    ClientEvent::RosterReceived => self.standing = Standing::Joined,
                    _ => {}
                }
            }
        }
    }

    fn send(&mut self, now: Now, datagram: &mut Vec<u8>) -> io::Result<()> {
        while let Some(transmit) = self.engine.poll_transmit() {
            self.core.send(to_transport(transmit.delivery), transmit.payload);
        }
        while let Some(command) = self.engine.poll_command() {
            // It was opened already, and nobody comes back here who was sent away.
            if let LinkCommand::Close { reason, .. } = command {
                self.standing = Standing::Gone(reason.to_string());
                self.core.leave(now.instant);
            }
        }
        while self.core.poll_transmit(now.instant, datagram) {
            match self.socket.send(datagram) {
                // QUIC sends again what matters.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                sent => drop(sent?),
            }
        }
        Ok(())
    }
}

fn connect(remote: SocketAddr) -> io::Result<UdpSocket> {
    let local: SocketAddr = match remote {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(local)?;
    socket.connect(remote)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn to_session(delivery: transport::Delivery) -> Delivery {
    match delivery {
        transport::Delivery::Reliable => Delivery::Reliable,
        transport::Delivery::Unreliable => Delivery::Unreliable,
    }
}

fn to_transport(delivery: Delivery) -> transport::Delivery {
    match delivery {
        Delivery::Reliable => transport::Delivery::Reliable,
        Delivery::Unreliable => transport::Delivery::Unreliable,
    }
}
