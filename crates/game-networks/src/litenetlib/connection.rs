//! An established connection, at either end: packets in and out, and its timers.

mod address_proof;
mod incomplete;
mod merging;
mod proving;
mod receiving;
mod round_trip;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use consonance_link::gateway::MessageChannel;

use crate::litenetlib::UtcClock;
use crate::litenetlib::channel::{Attempt, CHANNELED_HEADER_BYTES, ChannelState, Fragment, Method};
use crate::litenetlib::packet_type::{Dialect, FRAGMENT_HEADER_BYTES, FirstByte, PacketType};
use crate::litenetlib::settings::ConnectionSettings;

pub(crate) use address_proof::ASKED_MAX;
use address_proof::AddressProof;
use incomplete::Incomplete;
pub(crate) use incomplete::TooMuchIncomplete;
use merging::Merging;
use round_trip::RoundTrip;

/// The channel of messages that are sent once; every other number is that of a channel on the wire, which is four
/// times the number that games use, plus its [`Method`].
pub const UNRELIABLE: MessageChannel = MessageChannel(256);

/// The channel of messages that all arrive, in order: the one that games use as reliable.
pub const RELIABLE_ORDERED: MessageChannel = MessageChannel(2);

/// The largest datagram that an end may send (`LiteNetLib`'s last guess at an MTU), without the bytes that a layer
/// adds.
pub(crate) const DATAGRAM_BYTES_MAX: usize = 1432;

/// The smallest MTU in settings: room for all headers.
const MTU_BYTES_MIN: usize = 64;

/// The size of a ping: its first byte and its number.
pub(crate) const PING_BYTES: usize = 3;

/// The maximum number of unreliable messages held for an end that has not proved its address.
const HELD_BACK_MAX: usize = 16;

/// The shortest timer, whatever the settings say: time has to pass between two rounds.
pub(crate) const TIMER_MIN: Duration = Duration::from_millis(1);

/// Counters of packets at this end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) datagrams_sent: u64,
    pub(crate) resent: u64,
    pub(crate) malformed: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.datagrams_sent += other.datagrams_sent;
        self.resent += other.resent;
        self.malformed += other.malformed;
    }
}

#[derive(Debug)]
pub(crate) struct Connection {
    settings: ConnectionSettings,
    clock: UtcClock,
    dialect: Dialect,
    number: u8,
    /// By their numbers, created when first used.
    channels: Vec<Option<ChannelState>>,
    incomplete: Incomplete,
    next_fragment_id: u16,
    merging: Merging,
    round_trip: RoundTrip,
    /// The pending proof of the other end's address.
    proof: Option<AddressProof>,
    is_guessing: bool,
    /// Unreliable messages that wait for the proof; reliable ones wait in their channels.
    held_back: VecDeque<(MessageChannel, Vec<u8>)>,
    /// The number of the newest ping received.
    newest_ping: u16,
    owes_pong: bool,
    ping_at: Instant,
    /// The time for the other end to prove its address before it is asked again.
    proof_again_after: Duration,
    /// The time of the last packet of this connection.
    heard_at: Instant,
    /// The time of the next acknowledgements and resends, if there are any.
    tick_at: Option<Instant>,
    pub(crate) counts: Counts,
}

/// The reason why a message cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsendable {
    TooLarge,
    /// Too many packets are waiting.
    TooSlow,
    /// It is unreliable, and too many such messages are waiting for the proof of the address.
    BeforeProof,
}

impl Connection {
    pub(crate) fn new(
        now: Instant,
        settings: &ConnectionSettings,
        clock: UtcClock,
        dialect: Dialect,
        number: u8,
    ) -> Self {
        let channels = usize::from(settings.channels.clamp(1, 64)) * 4;
        Self {
            settings: settings.clone(),
            clock,
            dialect,
            number,
            channels: std::iter::repeat_with(|| None).take(channels).collect(),
            incomplete: Incomplete::default(),
            next_fragment_id: 0,
            merging: Merging::new(
                settings.shared_bytes.min(mtu_of(settings)),
                FirstByte::new(PacketType::Merged, number).byte(dialect),
            ),
            round_trip: RoundTrip::default(),
            proof: None,
            is_guessing: false,
            held_back: VecDeque::new(),
            newest_ping: 0,
            owes_pong: false,
            ping_at: now + settings.ping_interval,
            proof_again_after: proving::AGAIN_AFTER,
            heard_at: now,
            tick_at: None,
            counts: Counts::default(),
        }
    }

    /// Sends a message.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
    ) -> Result<(), Unsendable> {
        if message.len() > message_bytes_max(&self.settings, channel) {
            return Err(Unsendable::TooLarge);
        }
        let may_be_lost = channel == UNRELIABLE || Method::of(channel.0 as u8) == Method::Sequenced;
        if !self.is_proved() && may_be_lost {
            if self.held_back.len() >= HELD_BACK_MAX {
                return Err(Unsendable::BeforeProof);
            }
            self.held_back.push_back((channel, message.to_vec()));
            return Ok(());
        }
        if channel == UNRELIABLE {
            let first = FirstByte::new(PacketType::Unreliable, self.number).byte(self.dialect);
            self.merging.put(&[&[first], message]);
            return Ok(());
        }
        let id = channel.0 as u8;
        let room = self.settings.reliable_packets_waiting.saturating_sub(self.waiting());
        let packets = self.packets_of(id, message);
        let Some(Some(state)) = self.channels.get_mut(usize::from(id)) else {
            return Err(Unsendable::TooLarge);
        };
        if Method::of(id).is_complete() && packets.len() > room {
            return Err(Unsendable::TooSlow);
        }
        for packet in packets {
            state.push(packet);
        }
        self.transmit_channel(now, id);
        Ok(())
    }

    /// Runs timers that are due at [`timeout`](Self::timeout). Returns false if the other end was silent for too long.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> bool {
        if self.silent_at() <= now {
            return false;
        }
        if self.ping_at <= now {
            if self.is_proved() { self.ping(now) } else { self.ask_again(now) }
        }
        if self.tick_at.is_some_and(|at| at <= now) {
            self.tick(now);
        }
        true
    }

    pub(crate) fn timeout(&self) -> Instant {
        let soonest = self.ping_at.min(self.silent_at());
        self.tick_at.map_or(soonest, |tick| tick.min(soonest))
    }

    /// Takes the next datagram to send.
    pub(crate) fn poll_transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        let has_one = self.merging.pop(datagram);
        self.counts.datagrams_sent += u64::from(has_one);
        has_one
    }

    /// Sends a packet in a datagram of its own.
    pub(crate) fn put_alone(&mut self, packet: &[u8]) {
        self.merging.put_alone(&[packet]);
    }

    /// Whether all reliable messages were taken, and the other end has proved its address.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_proved() && self.channels.iter().flatten().all(ChannelState::is_settled)
    }

    /// The time of the last packet of this connection.
    pub(crate) fn heard_at(&self) -> Instant {
        self.heard_at
    }

    /// Whether nothing of this connection has arrived for this long.
    pub(crate) fn is_silent_for(&self, now: Instant, time: Duration) -> bool {
        self.heard_at + time <= now
    }

    pub(crate) fn number(&self) -> u8 {
        self.number
    }

    pub(crate) fn round_trip(&self) -> Duration {
        self.round_trip.mean()
    }

    fn silent_at(&self) -> Instant {
        self.heard_at + self.settings.idle_timeout
    }

    fn ping(&mut self, now: Instant) {
        self.ping_at = now + self.settings.ping_interval.max(TIMER_MIN);
        let number = self.round_trip.ping(now, self.settings.ping_interval, 1);
        self.put_ping(number);
    }

    fn put_ping(&mut self, number: u16) {
        let [low, high] = number.to_le_bytes();
        let first = FirstByte::new(PacketType::Ping, self.number).byte(self.dialect);
        self.merging.put_alone(&[&[first, low, high]]);
    }

    /// Splits a message into packets without numbers; creates the channel on its first use.
    fn packets_of(&mut self, id: u8, message: &[u8]) -> Vec<Vec<u8>> {
        let Some(slot) = self.channels.get_mut(usize::from(id)) else { return Vec::new() };
        slot.get_or_insert_with(|| ChannelState::new(id));
        let mut header = FirstByte::new(PacketType::Channeled, self.number);
        let mtu = mtu_of(&self.settings);
        if message.len() <= mtu - CHANNELED_HEADER_BYTES {
            return vec![[&[header.byte(self.dialect), 0, 0, id], message].concat()];
        }
        header.is_fragment = true;
        let parts = message.chunks(fragment_bytes(mtu));
        let total = parts.len() as u16;
        self.next_fragment_id = self.next_fragment_id.wrapping_add(1);
        let packet = |(part, data): (usize, &[u8])| {
            let fragment = Fragment { id: self.next_fragment_id, part: part as u16, total };
            [&[header.byte(self.dialect), 0, 0, id], &fragment.to_bytes()[..], data].concat()
        };
        parts.enumerate().map(packet).collect()
    }

    fn waiting(&self) -> usize {
        self.channels.iter().flatten().map(ChannelState::waiting).sum()
    }

    fn tick(&mut self, now: Instant) {
        self.tick_at = None;
        let first = FirstByte::new(PacketType::Ack, self.number).byte(self.dialect);
        for state in self.channels.iter_mut().flatten() {
            let mut packet = vec![first];
            if state.write_acknowledgement(&mut packet) {
                self.merging.put(&[&packet]);
            }
        }
        for id in 0..self.channels.len() {
            self.transmit_channel(now, id as u8);
        }
    }

    fn transmit_channel(&mut self, now: Instant, id: u8) {
        if !self.is_proved() {
            return;
        }
        let Some(Some(state)) = self.channels.get_mut(usize::from(id)) else { return };
        let (merging, counts) = (&mut self.merging, &mut self.counts);
        state.transmit(now, self.round_trip.resend_after(), &mut |packet, attempt| {
            counts.resent += u64::from(attempt == Attempt::Again);
            merging.put(&[packet]);
        });
        if !state.is_settled() {
            self.wake_for_tick(now);
        }
    }

    fn wake_for_tick(&mut self, now: Instant) {
        self.tick_at.get_or_insert(now + self.settings.tick.max(TIMER_MIN));
    }
}

/// The largest message of a channel.
pub(crate) fn message_bytes_max(settings: &ConnectionSettings, channel: MessageChannel) -> usize {
    let mtu = mtu_of(settings);
    if channel == UNRELIABLE {
        return mtu - 1;
    }
    let Some(id) = u8::try_from(channel.0).ok().filter(|id| *id / 4 < settings.channels.clamp(1, 64)) else {
        return 0;
    };
    if settings.sends_fragments && Method::of(id).is_complete() {
        (fragment_bytes(mtu) * usize::from(settings.fragments_per_message)).max(mtu - CHANNELED_HEADER_BYTES)
    } else {
        mtu - CHANNELED_HEADER_BYTES
    }
}

fn mtu_of(settings: &ConnectionSettings) -> usize {
    settings.mtu_bytes.clamp(MTU_BYTES_MIN, DATAGRAM_BYTES_MAX) - settings.layer.overhead_bytes()
}

fn fragment_bytes(mtu: usize) -> usize {
    mtu - CHANNELED_HEADER_BYTES - FRAGMENT_HEADER_BYTES
}
