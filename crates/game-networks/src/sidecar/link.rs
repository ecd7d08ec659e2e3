//! An adapter's link to a voice server, which reconnects whenever it ends.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use consonance_link::gateway::tcp::{TcpConnections, TcpEnd, TcpEvent, TcpId};
use consonance_link::{Delivery, DisconnectReason, Statistics};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::sidecar::frame::{NONCE_BYTES, PACKET_BYTES_MAX, PlayerNumber};
use crate::sidecar::game_end::{GameEnd, GameEndEvent};
use crate::sidecar::outbox::Full;
use crate::sidecar::settings::SidecarLinkSettings;

/// The link of one game server. Nothing here blocks: call [`poll`](Self::poll) with every turn of the game.
///
/// It keeps the list of present players, and sends it again after a reconnect; the game calls
/// [`joined`](Self::joined) and [`left`](Self::left) whether the link is up or not.
pub struct SidecarLink {
    server: SocketAddr,
    settings: SidecarLinkSettings,
    random: SystemRandom,
    /// Created with the first attempt.
    tcp: Option<TcpConnections>,
    state: State,
    /// The present players, and their addresses.
    players: BTreeMap<PlayerNumber, String>,
    retry: Duration,
    /// The packet of the most recent event, and its receivers.
    packet: Vec<u8>,
    to: Vec<PlayerNumber>,
    statistics: Statistics,
}

impl fmt::Debug for SidecarLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SidecarLink")
            .field("server", &self.server)
            .field("players", &self.players.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum State {
    /// Not started.
    Off,
    /// The next attempt is at this time.
    Waiting(Instant),
    Linked {
        id: TcpId,
        end: Box<GameEnd>,
        is_connected: bool,
        has_unread: bool,
    },
    /// The goodbye is being sent.
    Ending(TcpId),
}

/// A message of the voice server, or a change of the link's state.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SidecarEvent<'a> {
    /// The link is up.
    Up,
    /// A voice packet for players, to be sent over the game's network.
    Packet {
        /// The receivers; those that are gone by now are skipped.
        to: &'a [PlayerNumber],
        /// The game channel to use.
        delivery: Delivery,
        /// Its bytes, valid until the next call.
        packet: &'a [u8],
    },
    /// The voice server has admitted a player. The game need not react.
    Admitted {
        /// The player.
        player: PlayerNumber,
    },
    /// The voice server rejects a player from here on. The game disconnects it, or lets it stay without voice; when
    /// it is gone, the game calls [`left`](SidecarLink::left) as for every other player.
    Kicked {
        /// The player.
        player: PlayerNumber,
        /// The reason, a text for the player.
        reason: String,
    },
    /// The link is gone, or could not be established. It retries by itself, unless this end closed the link.
    Down {
        /// The reason.
        reason: DisconnectReason,
    },
}

impl SidecarLink {
    /// A link that is not started yet.
    pub fn new(server: SocketAddr, settings: SidecarLinkSettings) -> Self {
        let retry = settings.retry_min;
        Self {
            server,
            settings,
            random: SystemRandom::new(),
            tcp: None,
            state: State::Off,
            players: BTreeMap::new(),
            retry,
            packet: Vec::new(),
            to: Vec::new(),
            statistics: Statistics::default(),
        }
    }

    /// Starts the link, which reconnects from here on.
    pub fn connect(&mut self, now: Instant) {
        if matches!(self.state, State::Off) {
            self.state = State::Waiting(now);
        }
    }

    /// Closes the link gracefully. It stays closed until the next call of `connect`.
    pub fn disconnect(&mut self, now: Instant) {
        self.state = match std::mem::replace(&mut self.state, State::Off) {
            State::Linked { id, end, .. } => {
                self.hang_up(now, id, end);
                State::Ending(id)
            }
            state @ State::Ending(_) => state,
            State::Off | State::Waiting(_) => State::Off,
        };
    }

    /// Whether packets reach the voice server.
    pub fn is_up(&self) -> bool {
        matches!(&self.state, State::Linked { end, .. } if end.is_up())
    }

    /// Whether the link is stopped, and all goodbyes are sent.
    pub fn is_off(&self) -> bool {
        matches!(self.state, State::Off)
    }

    /// Reports a present player. Its address, if the game knows it, serves for address bans and for the limit on
    /// wrong passwords.
    pub fn joined(&mut self, now: Instant, player: PlayerNumber, address: Option<SocketAddr>) {
        let address = address.map(|address| address.to_string()).unwrap_or_default();
        self.say(now, |end| end.joined(player, false, &address));
        self.players.insert(player, address);
    }

    /// Reports that a player has left, for whatever reason. Its number is never reused while the link is up.
    pub fn left(&mut self, now: Instant, player: PlayerNumber) {
        if self.players.remove(&player).is_some() {
            self.say(now, |end| end.left(player));
        }
    }

    /// Sends a player's voice packet, as received from the game's network. Without a link it is dropped and counted.
    pub fn send(&mut self, now: Instant, player: PlayerNumber, delivery: Delivery, packet: &[u8]) {
        if packet.len() > PACKET_BYTES_MAX {
            self.statistics.dropped.too_large += 1;
            return;
        }
        if !self.is_up() {
            self.statistics.dropped.not_connected += 1;
            return;
        }
        self.players.entry(player).or_default();
        self.statistics.sent.count(delivery, 1, packet.len());
        self.say(now, |end| end.packet(player, delivery, packet));
    }

    /// The next event, or `None`. Also sends the queue.
    pub fn poll(&mut self, now: Instant) -> Option<SidecarEvent<'_>> {
        self.begin_attempt(now);
        loop {
            match self.step(now) {
                Step::Again => {}
                Step::Down(reason) => return Some(self.go_down(now, reason)),
                Step::Nothing => {
                    self.flush(now);
                    return None;
                }
                Step::Up => {
                    self.retry = self.settings.retry_min;
                    let players = std::mem::take(&mut self.players);
                    for (player, address) in &players {
                        self.say(now, |end| end.joined(*player, true, address));
                    }
                    self.players = players;
                    return Some(SidecarEvent::Up);
                }
                Step::Packet(delivery) => {
                    let packets = self.to.len() as u64;
                    self.statistics.received.count(delivery, packets, self.packet.len());
                    return Some(SidecarEvent::Packet { to: &self.to, delivery, packet: &self.packet });
                }
                Step::Admitted(player) => return Some(SidecarEvent::Admitted { player }),
                Step::Kicked { player, reason } => return Some(SidecarEvent::Kicked { player, reason }),
            }
        }
    }

    /// Sends the queue, as far as the system takes it.
    pub fn flush(&mut self, now: Instant) {
        let Self { tcp: Some(tcp), state: State::Linked { id, end, is_connected: true, .. }, .. } = self
        else {
            return;
        };
        if end.channel.outbox.leave(now, tcp, *id) {
            end.note_said(now);
        }
    }

    /// The latest time of the next poll when nothing arrives; while packets are expected, every few milliseconds.
    pub fn wants_poll_at(&self) -> Option<Instant> {
        let own = match &self.state {
            State::Off | State::Ending(_) => None,
            State::Waiting(at) => Some(*at),
            State::Linked { end, .. } => Some(end.next_timeout()),
        };
        own.into_iter().chain(self.tcp.as_ref().and_then(TcpConnections::poll_timeout)).min()
    }

    /// Packets sent, received and dropped since this object was created.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = self.statistics;
        if let State::Linked { end, .. } = &self.state {
            statistics.dropped.outgoing_full += end.channel.outbox.voice_dropped;
        }
        statistics
    }

    fn begin_attempt(&mut self, now: Instant) {
        let State::Waiting(at) = self.state else { return };
        if at > now {
            return;
        }
        let mut nonce = [0; NONCE_BYTES];
        let has_nonce = self.random.fill(&mut nonce).is_ok();
        let made = || TcpConnections::new(self.settings.tcp()).ok();
        let tcp = self.tcp.take().or_else(made).filter(|_| has_nonce);
        self.tcp = tcp;
        // If the attempt cannot even begin, it is retried like one that failed.
        let Some(tcp) = &mut self.tcp else {
            self.state = State::Waiting(now + self.settings.retry_max);
            return;
        };
        let id = tcp.connect(now, self.server, None);
        let end = Box::new(GameEnd::new(now, &self.settings, nonce));
        self.state = State::Linked { id, end, is_connected: false, has_unread: false };
    }

    fn step(&mut self, now: Instant) -> Step {
        if let State::Linked { end, has_unread: has_unread @ true, .. } = &mut self.state {
            let told = end.poll(&self.settings);
            *has_unread = told.is_some();
            return told.map_or(Step::Again, |told| keep(told, &mut self.packet, &mut self.to));
        }
        let Some(tcp) = &mut self.tcp else { return Step::Nothing };
        let Some(event) = tcp.poll(now) else { return self.look_at_the_time(now) };
        match (event, &mut self.state) {
            (TcpEvent::Opened { id: of, .. }, State::Linked { id, is_connected, .. }) if of == *id => {
                *is_connected = true;
            }
            (TcpEvent::Received { id: of }, State::Linked { id, end, has_unread, .. }) if of == *id => {
                let said = tcp.received(of);
                end.handle_bytes(now, said);
                let bytes = said.len();
                tcp.consume(of, bytes);
                *has_unread = true;
            }
            (TcpEvent::Closed { id: of, end: why }, State::Linked { id, is_connected, .. }) if of == *id => {
                return Step::Down(reason_of(why, *is_connected, self.server));
            }
            (TcpEvent::Closed { id: of, .. }, State::Ending(id)) if of == *id => {
                return Step::Down(DisconnectReason::ClosedByUs);
            }
            // An event of an earlier link.
            _ => {}
        }
        Step::Again
    }

    fn look_at_the_time(&mut self, now: Instant) -> Step {
        let State::Linked { end, .. } = &mut self.state else { return Step::Nothing };
        if end.is_lost(now) {
            return Step::Down(DisconnectReason::TimedOut);
        }
        end.keep_alive(now);
        Step::Nothing
    }

    fn go_down(&mut self, now: Instant, reason: DisconnectReason) -> SidecarEvent<'static> {
        self.state = match std::mem::replace(&mut self.state, State::Off) {
            State::Linked { id, end, .. } => {
                self.hang_up(now, id, end);
                State::Waiting(now + self.next_wait())
            }
            _ => State::Off,
        };
        SidecarEvent::Down { reason }
    }

    /// Says goodbye, if the link is up, after all frames queued before.
    fn hang_up(&mut self, now: Instant, id: TcpId, mut end: Box<GameEnd>) {
        let Some(tcp) = &mut self.tcp else { return };
        end.end();
        end.channel.outbox.leave_for_good(now, tcp, id);
        tcp.finish(now, id);
        self.statistics.dropped.outgoing_full += end.channel.outbox.voice_dropped;
    }

    /// A random delay between half and all of the present one, so that many game servers do not reconnect at once.
    fn next_wait(&mut self) -> Duration {
        let mut byte = [0];
        // Without randomness, all wait equally long.
        let _ = self.random.fill(&mut byte);
        let wait = self.retry.mul_f64(0.5 + f64::from(byte[0]) / 512.0);
        self.retry = (self.retry * 2).min(self.settings.retry_max);
        wait
    }

    /// Sends a frame. If the outbox is full, the link ends, and the next link begins with the present players.
    fn say(&mut self, now: Instant, say: impl FnOnce(&mut GameEnd) -> Result<(), Full>) {
        let State::Linked { id, end, .. } = &mut self.state else { return };
        if !end.is_up() || say(end) != Err(Full) {
            return;
        }
        if let Some(tcp) = &mut self.tcp {
            tcp.abort(*id);
        }
        self.statistics.dropped.outgoing_full += end.channel.outbox.voice_dropped;
        self.state = State::Waiting(now + self.next_wait());
    }
}

/// A dropped link sends a goodbye, as far as the system takes it at once.
impl Drop for SidecarLink {
    fn drop(&mut self) {
        self.disconnect(Instant::now());
    }
}

/// The result of one step.
enum Step {
    Again,
    Nothing,
    Up,
    Packet(Delivery),
    Admitted(PlayerNumber),
    Kicked { player: PlayerNumber, reason: String },
    Down(DisconnectReason),
}

/// Copies a packet and its receivers out of the read buffer.
fn keep(event: GameEndEvent<'_>, packet: &mut Vec<u8>, players: &mut Vec<PlayerNumber>) -> Step {
    match event {
        GameEndEvent::Up => Step::Up,
        GameEndEvent::Deliver { to, delivery, packet: bytes } => {
            packet.clear();
            packet.extend_from_slice(bytes);
            players.clear();
            players.extend(to.players());
            Step::Packet(delivery)
        }
        GameEndEvent::Admitted { player } => Step::Admitted(player),
        GameEndEvent::Kick { player, reason } => {
            Step::Kicked { player, reason: String::from_utf8_lossy(reason).into_owned() }
        }
        GameEndEvent::End(reason) => Step::Down(reason),
        GameEndEvent::Nothing => Step::Again,
    }
}

/// Why there is no link when its connection is gone, or could not be made.
fn reason_of(end: TcpEnd, was_connected: bool, server: SocketAddr) -> DisconnectReason {
    match end {
        TcpEnd::TimedOut => DisconnectReason::TimedOut,
        TcpEnd::Failed(error) if !was_connected => {
            DisconnectReason::Unreachable { address: server.to_string(), cause: error.to_string() }
        }
        _ => DisconnectReason::closed_by_peer(b"the connection broke"),
    }
}
