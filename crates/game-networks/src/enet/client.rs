//! The client.

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

use consonance_link::gateway::udp::ClientEndpoint;
use consonance_link::gateway::{BufferQueue, MessageChannel, VoiceChannels};
use consonance_link::{
    ClientLinkEvent, ClientNetwork, Delivery, DisconnectReason, LinkQuality, PacketLimits, Statistics,
};
use rusty_enet::MTU_MAX;

use crate::enet::EnetClientSettings;
use crate::enet::incoming::{Admission, Incoming};
use crate::enet::machine::{Clock, Happened, Machine, Queue, Sent};
use crate::enet::screening::{Command, NO_PEER, Screened};

/// A client of ENet, without a socket: for a [`UdpClient`](consonance_link::gateway::udp::UdpClient).
///
/// Its greeting is the number that is sent to the server, as 4 bytes, big-endian; any other greeting stands for
/// [`EnetClientSettings::connect_data`].
pub struct EnetClient {
    settings: EnetClientSettings,
    /// The source of the ids of its connection attempts.
    seed: u32,
    clock: Clock,
    greeting: Vec<u8>,
    connection: Option<Connection>,
    /// Goodbyes of a connection that is over.
    farewells: VecDeque<Vec<u8>>,
    events: BufferQueue<ClientLinkEvent<MessageChannel>>,
    /// The part of a datagram that ENet gets.
    admitted: Vec<u8>,
    /// The latest time that the driver has passed in.
    now: Option<Instant>,
    statistics: Statistics,
}

impl fmt::Debug for EnetClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnetClient").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Connection {
    machine: Machine<()>,
    phase: Phase,
    queue: Queue,
    /// Commands from the server since ENet is connected.
    incoming: Option<Incoming>,
    /// The last time that ENet's timers were run.
    ticked: Instant,
    /// The last time that the server was pinged.
    pinged: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A request was sent; the time is the deadline for an answer.
    Connecting(Instant),
    /// The server has admitted us.
    Open,
    /// We have ended it; messages sent before may still arrive until this time.
    Ending(Instant),
}

/// The number of the server, and of a client that is to be connected to it.
const SERVER: u16 = 0;

impl Connection {
    /// The deadline of its phase.
    fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Connecting(deadline) | Phase::Ending(deadline) => Some(deadline),
            Phase::Open => None,
        }
    }
}

impl EnetClient {
    /// A client that is not connected. The ids of its attempts, by which a server tells them apart, are derived from
    /// the seed.
    pub fn new(settings: EnetClientSettings, seed: u32) -> Self {
        Self {
            settings: EnetClientSettings { connection: settings.connection.within_limits(), ..settings },
            seed,
            clock: Clock::default(),
            greeting: Vec::new(),
            connection: None,
            farewells: VecDeque::new(),
            events: BufferQueue::default(),
            admitted: Vec::new(),
            now: None,
            statistics: Statistics::default(),
        }
    }

    fn set_time(&mut self, now: Instant) {
        self.now = Some(now);
        self.clock.set(now);
    }

    /// Returns false if our server cannot have sent the datagram.
    fn read(&mut self, datagram: &[u8]) -> bool {
        let dialect = self.settings.connection.dialect;
        let Some(screened) = Screened::parse(dialect, datagram) else { return false };
        if self.connection.is_none() || screened.peer == NO_PEER {
            return false;
        }
        let settings = &self.settings.connection;
        let mut says_goodbye = false;
        for command in screened.commands() {
            match command {
                Command::Connect(_) => return false,
                Command::VerifyConnect { channels } if channels as usize != settings.channels.len() => {
                    self.end_for_violation("another number of channels than the game was said to have");
                    return true;
                }
                Command::Disconnect => says_goodbye = true,
                _ if command.reliable_bytes() > settings.message_bytes_max => {
                    self.end_for_violation("a message larger than is allowed here");
                    return true;
                }
                _ => {}
            }
        }
        self.hand_on(screened, says_goodbye)
    }

    /// Passes ENet its part of a datagram. Returns false if the datagram contains something that no ENet peer sends.
    fn hand_on(&mut self, screened: Screened<'_>, is_farewell: bool) -> bool {
        let mut admitted = std::mem::take(&mut self.admitted);
        // Commands that establish the connection come first: its other commands are counted from then on.
        if self.channels().is_none() && screened.write_those_for_no_channel(&mut admitted) {
            self.receive(&mut admitted, is_farewell);
        }
        let mut admission = match (self.channels(), &mut self.connection) {
            (Some(channels), Some(Connection { incoming, .. })) => {
                Incoming::admit(incoming, screened, (channels, &self.settings.connection), &mut admitted)
            }
            _ => Admission::default(),
        };
        let mut is_sound = !admission.is_impossible;
        self.statistics.dropped.incoming_full += admission.lost;
        while admission.is_any {
            self.receive(&mut admitted, is_farewell);
            admission = self.release(&mut admitted);
            is_sound &= !admission.is_impossible;
        }
        self.admitted = admitted;
        is_sound
    }

    /// Writes commands that were waiting for those that ENet has just received.
    fn release(&mut self, released: &mut Vec<u8>) -> Admission {
        if self.channels().is_none() {
            return Admission::default();
        }
        let incoming = self.connection.as_mut().and_then(|connection| connection.incoming.as_mut());
        incoming.map_or_else(Admission::default, |incoming| incoming.release(&mut { usize::MAX }, released))
    }

    /// The number of channels, if ENet is connected and stays connected.
    fn channels(&self) -> Option<usize> {
        self.connection.as_ref()?.machine.channels_of(SERVER)
    }

    fn receive(&mut self, datagram: &mut Vec<u8>, is_farewell: bool) {
        if let Some(connection) = &mut self.connection {
            connection.machine.receive((), datagram);
        }
        self.run(is_farewell);
    }

    /// Handles all events from ENet, for which the server may just have said goodbye.
    fn run(&mut self, is_farewell: bool) {
        while let Some(connection) = &mut self.connection {
            let Some(happened) = connection.machine.next() else { return };
            match happened {
                Happened::Connected(_) => self.open(),
                Happened::Disconnected(_) => self.end_by_enet(is_farewell),
                Happened::Message(_, channel, packet) if connection.phase == Phase::Open => {
                    let delivery = self.settings.connection.delivery_of(channel);
                    self.statistics.received.count(delivery, 1, packet.data().len());
                    let event = ClientLinkEvent::Packet { channel };
                    self.events.push(event, |bytes| bytes.extend_from_slice(packet.data()));
                }
                Happened::Message(..) => {}
            }
        }
    }

    fn open(&mut self) {
        let Some(connection) = self.connection.as_mut().filter(|it| matches!(it.phase, Phase::Connecting(_)))
        else {
            return;
        };
        connection.phase = Phase::Open;
        connection.machine.unthrottle(SERVER, &self.settings.connection);
        self.events.push(ClientLinkEvent::Connected, |_| ());
    }

    /// The server is gone: we have left, it said goodbye, or it is silent.
    fn end_by_enet(&mut self, is_farewell: bool) {
        let phase = self.connection.as_ref().map(|connection| connection.phase);
        self.end(match phase {
            Some(Phase::Connecting(_)) if is_farewell => DisconnectReason::refused(b""),
            Some(Phase::Open) if is_farewell => DisconnectReason::closed_by_peer(b""),
            _ => DisconnectReason::TimedOut,
        });
    }

    fn end_for_violation(&mut self, violation: &str) {
        self.say_goodbye();
        self.end(DisconnectReason::ProtocolViolated { violation: violation.to_owned() });
    }

    /// Drops the connection and reports its end. A connection that we have ended is reported as ended by us,
    /// regardless of later events.
    fn end(&mut self, reason: DisconnectReason) {
        let Some(Connection { mut machine, phase, .. }) = self.connection.take() else { return };
        let mut datagram = Vec::new();
        while machine.pop(&mut datagram).is_some() {
            self.farewells.push_back(std::mem::take(&mut datagram));
        }
        let is_ours = matches!(phase, Phase::Ending(_));
        if is_ours {
            self.events.clear();
        }
        let reason = if is_ours { DisconnectReason::ClosedByUs } else { reason };
        self.events.push(ClientLinkEvent::Disconnected { reason }, |_| ());
    }

    /// Says goodbye without waiting for its arrival.
    fn say_goodbye(&mut self) {
        if let Some(server) = self.connection.as_mut().and_then(|it| it.machine.peer(SERVER)) {
            server.disconnect_now(0);
        }
    }
}

impl ClientNetwork<MessageChannel> for EnetClient {
    fn set_greeting(&mut self, greeting: &[u8]) {
        greeting.clone_into(&mut self.greeting);
    }

    fn connect(&mut self, now: Instant) {
        self.set_time(now);
        if self.connection.is_some() {
            return;
        }
        let data = self.greeting.as_slice().try_into().map_or(self.settings.connect_data, u32::from_be_bytes);
        let mut machine = Machine::new(&self.settings.connection, 1, self.seed, &self.clock);
        // ENet derives further numbers by addition, so each attempt gets a different seed: no two may begin alike.
        self.seed = self.seed.wrapping_mul(0x9e37_79b1).wrapping_add(1);
        machine.connect((), &self.settings.connection, data);
        self.farewells.clear();
        self.connection = Some(Connection {
            machine,
            phase: Phase::Connecting(now + self.settings.connect_timeout),
            queue: Queue::default(),
            incoming: None,
            ticked: now,
            pinged: now,
        });
    }

    fn poll_event(&mut self, _now: Instant, bytes: &mut Vec<u8>) -> Option<ClientLinkEvent<MessageChannel>> {
        self.events.pop(bytes)
    }

    fn send(&mut self, now: Instant, channel: MessageChannel, message: &[u8]) {
        self.set_time(now);
        let settings = &self.settings.connection;
        let Some(connection) = self.connection.as_mut().filter(|it| it.phase == Phase::Open) else {
            self.statistics.dropped.not_connected += 1;
            return;
        };
        let delivery = settings.delivery_of(channel);
        match connection.machine.send(SERVER, (channel, &message.into()), settings, &connection.queue) {
            Sent::Yes => self.statistics.sent.count(delivery, 1, message.len()),
            Sent::TooLarge => self.statistics.dropped.too_large += 1,
            Sent::NotConnected => self.statistics.dropped.not_connected += 1,
            Sent::Full if delivery == Delivery::Unreliable => self.statistics.dropped.outgoing_full += 1,
            Sent::Full => {
                let queue = format!("{} bytes of messages", settings.queued_bytes_max);
                self.say_goodbye();
                self.end(DisconnectReason::Overloaded { queue });
            }
        }
    }

    fn disconnect(&mut self, now: Instant) {
        self.set_time(now);
        let Some(connection) = &mut self.connection else { return };
        let ending = Phase::Ending(now + self.settings.connection.goodbye_timeout);
        match std::mem::replace(&mut connection.phase, ending) {
            Phase::Connecting(_) => {
                // The server may know us already, so it gets a goodbye; there is nothing to wait for.
                self.say_goodbye();
                self.end(DisconnectReason::ClosedByUs);
            }
            Phase::Open => {
                self.events.clear();
                if let Some(server) = connection.machine.peer(SERVER) {
                    server.disconnect_later(0);
                }
            }
            ending @ Phase::Ending(_) => connection.phase = ending,
        }
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        if !self.events.is_empty() {
            return self.now;
        }
        let connection = self.connection.as_ref()?;
        let tick = connection.ticked + self.settings.connection.tick;
        Some(connection.deadline().map_or(tick, |deadline| deadline.min(tick)))
    }

    fn limits(&self) -> PacketLimits {
        self.voice_channels().limits(|channel| self.message_bytes_max(channel))
    }

    fn voice_channels(&self) -> VoiceChannels {
        self.settings.connection.voice_channels()
    }

    fn delivery_of(&self, channel: MessageChannel) -> Delivery {
        self.settings.connection.delivery_of(channel)
    }

    fn message_bytes_max(&self, channel: MessageChannel) -> usize {
        self.settings.connection.message_bytes_max(channel)
    }

    fn statistics(&self) -> Statistics {
        let open = self.connection.as_ref().filter(|connection| connection.phase == Phase::Open);
        let server = open.and_then(|connection| connection.machine.peek(SERVER));
        let quality = server
            .map(|server| LinkQuality { round_trip: server.round_trip_time(), ..LinkQuality::default() });
        Statistics { quality, ..self.statistics }
    }
}

impl ClientEndpoint for EnetClient {
    const DATAGRAM_BYTES_MAX: usize = MTU_MAX;

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        self.set_time(now);
        if self.connection.is_none() {
            return;
        }
        if !self.read(datagram) {
            self.statistics.dropped.malformed += 1;
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.set_time(now);
        let Some(connection) = &mut self.connection else { return };
        if connection.deadline().is_some_and(|deadline| deadline <= now) {
            self.say_goodbye();
            self.end(DisconnectReason::TimedOut);
        } else if connection.ticked + self.settings.connection.tick <= now {
            connection.ticked = now;
            if connection.pinged + self.settings.connection.ping <= now {
                connection.pinged = now;
                connection.machine.ping(SERVER);
            }
            self.run(false);
        }
    }

    fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        self.set_time(now);
        if let Some(farewell) = self.farewells.pop_front() {
            datagram.extend_from_slice(&farewell);
            return true;
        }
        let Some(connection) = &mut self.connection else { return false };
        connection.machine.flush();
        connection.machine.pop(datagram).is_some()
    }

    fn hang_up(&mut self, now: Instant) {
        self.set_time(now);
        self.say_goodbye();
    }
}
