//! One connection, the same at both ends.

use std::time::Instant;

use consonance_link::LinkQuality;
use consonance_link::gateway::MessageChannel;

use crate::utp::ConnectionSettings;
use crate::utp::datagram::{DATA_BYTES, DatagramKind, HEARTBEAT_BYTES, Token};
use crate::utp::entries::{BadLength, EntryStream, LENGTH_BYTES, length_of, split_first};
use crate::utp::outgoing::Outgoing;
use crate::utp::pipeline::{RELIABLE, UNRELIABLE, UNRELIABLE_SEQUENCED};
use crate::utp::reliable::{
    Guessed, Header, HeaderKind, OPENING_PAYLOAD_BYTES, ReliableReceiver, ReliableSender,
};
use crate::utp::unreliable::{UnreliableReceiver, UnreliableSender};

/// Pipelines, what waits in them, and when something is due.
#[derive(Debug)]
pub(crate) struct Connection {
    settings: ConnectionSettings,
    lossy: [Lossy; 2],
    sender: ReliableSender,
    receiver: ReliableReceiver,
    stream: EntryStream,
    outgoing: Outgoing,
    heard_at: Instant,
}

/// A pipeline whose messages may be lost.
#[derive(Debug)]
struct Lossy {
    channel: MessageChannel,
    sender: UnreliableSender,
    receiver: UnreliableReceiver,
}

/// An error in a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataError {
    /// The datagram, or a part of it, is unreadable and was dropped.
    Malformed,
    /// Everything after it is unreadable, too.
    Broken(&'static str),
}

/// The reliable queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueueFull;

impl Connection {
    /// A connection that begins now.
    pub(crate) fn new(now: Instant, token: Token, settings: ConnectionSettings) -> Self {
        let payload_bytes_max = LENGTH_BYTES + settings.unreliable_message_bytes_max;
        let lossy = |channel| Lossy {
            channel,
            sender: UnreliableSender::new(channel == UNRELIABLE_SEQUENCED),
            receiver: UnreliableReceiver::new(channel == UNRELIABLE_SEQUENCED, payload_bytes_max),
        };
        Self {
            settings,
            lossy: [lossy(UNRELIABLE), lossy(UNRELIABLE_SEQUENCED)],
            sender: ReliableSender::new(settings.window.packets(), settings.resend_after_max),
            receiver: ReliableReceiver::new(settings.window.packets()),
            stream: EntryStream::default(),
            outgoing: Outgoing::new(now, token),
            heard_at: now,
        }
    }

    /// A connection whose other side has to prove that it gets what is sent there. The number
    /// is unguessable.
    pub(crate) fn with_unproved(
        now: Instant,
        token: Token,
        settings: ConnectionSettings,
        secret: u64,
    ) -> Self {
        let mut connection = Self::new(now, token, settings);
        connection.sender.ask_for_proof(secret);
        connection
    }

    /// Whether the other side has proved that it gets what is sent, or does not have to.
    pub(crate) fn is_proved(&self) -> bool {
        self.sender.is_proved()
    }

    pub(crate) fn token(&self) -> Token {
        self.outgoing.token()
    }

    /// Notes that a datagram arrived from the peer.
    pub(crate) fn note_heard(&mut self, now: Instant) {
        self.heard_at = now;
    }

    /// The time of the last datagram from the peer, or the start of the connection.
    pub(crate) fn heard_at(&self) -> Instant {
        self.heard_at
    }

    /// Whether the peer has been silent for longer than the timeout.
    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        self.heard_at + self.settings.idle_timeout <= now
    }

    /// The time at which the peer counts as lost, if nothing arrives.
    pub(crate) fn lost_at(&self) -> Instant {
        self.heard_at + self.settings.idle_timeout
    }

    /// The same as [`timeout`](Self::timeout) while the peer's address is not proved, and at most `bytes_max` may be
    /// sent to it.
    pub(crate) fn unproved_timeout(&self, bytes_max: usize) -> Instant {
        let lost_at = self.lost_at();
        if !self.sender.is_done() {
            let resend_at = self.sender.resend_at().filter(|_| bytes_max >= self.opening_datagram_bytes());
            return resend_at.map_or(lost_at, |resend| resend.min(lost_at));
        }
        if bytes_max >= HEARTBEAT_BYTES { lost_at.min(self.unproved_heartbeat_at()) } else { lost_at }
    }

    /// The time of the next action without input.
    pub(crate) fn timeout(&self) -> Instant {
        let quiet = self.lost_at().min(self.outgoing.sent_at + self.settings.heartbeat_interval);
        self.sender.resend_at().map_or(quiet, |resend| quiet.min(resend))
    }

    /// Whether everything reliable has arrived at the peer.
    pub(crate) fn is_done(&self) -> bool {
        self.sender.is_done()
    }

    pub(crate) fn quality(&self) -> LinkQuality {
        LinkQuality {
            round_trip: self.sender.round_trip(),
            datagrams_sent: self.outgoing.datagrams,
            datagrams_lost: self.sender.resent(),
            ..LinkQuality::default()
        }
    }

    /// Takes a message that is within the channel's limit.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        channel: MessageChannel,
        message: &[u8],
    ) -> Result<(), QueueFull> {
        let Self { lossy, outgoing, .. } = self;
        if let Some(lossy) = lossy.iter_mut().find(|lossy| lossy.channel == channel) {
            lossy.sender.push(message, |parts| outgoing.put_data(now, channel, parts));
            return Ok(());
        }
        let bytes = LENGTH_BYTES + message.len();
        if self.sender.waiting_bytes() + bytes > self.settings.reliable_queue_bytes {
            return Err(QueueFull);
        }
        self.sender.push(&length_of(message));
        self.sender.push(message);
        Ok(())
    }

    /// Sends something besides data.
    pub(crate) fn put(&mut self, now: Instant, kind: DatagramKind<'_>) {
        self.outgoing.put(now, kind);
    }

    /// Processes what came over a pipeline, and delivers the messages that are complete with it.
    pub(crate) fn handle_data(
        &mut self,
        now: Instant,
        pipeline: u8,
        body: &[u8],
        deliver: impl FnMut(MessageChannel, &[u8]),
    ) -> Result<(), DataError> {
        let channel = MessageChannel(pipeline.into());
        if channel == RELIABLE {
            return self.handle_reliable(now, body, deliver);
        }
        let lossy = self.lossy.iter_mut().find(|lossy| lossy.channel == channel);
        let receiver = &mut lossy.ok_or(DataError::Malformed)?.receiver;
        let payload = receiver.receive(body).map_err(|_| DataError::Malformed)?;
        deliver_all(payload.unwrap_or_default(), self.settings.unreliable_message_bytes_max, channel, deliver)
    }

    /// Takes the next datagram that is to leave; what is due is made ready first.
    pub(crate) fn poll_transmit(&mut self, now: Instant, datagram: &mut Vec<u8>) -> bool {
        if self.poll_handshake(datagram) {
            return true;
        }
        self.transmit(now);
        self.outgoing.pop(datagram)
    }

    /// Takes the next datagram that may leave while the other side has to prove that it gets what is sent, and so many
    /// bytes may be sent there: what was put in, and as much of the opening as is paid for. Nothing is acknowledged,
    /// so that the other side goes on sending, and pays for the rest.
    pub(crate) fn poll_transmit_unproved(
        &mut self,
        now: Instant,
        bytes_max: usize,
        datagram: &mut Vec<u8>,
    ) -> bool {
        if self.poll_handshake(datagram) {
            return true;
        }
        let packets_max = bytes_max / self.opening_datagram_bytes();
        let is_opening = !self.sender.is_done();
        let is_heartbeat_due = bytes_max >= HEARTBEAT_BYTES && self.unproved_heartbeat_at() <= now;
        let Self { sender, outgoing, settings, .. } = self;
        sender.transmit_opening(now, packets_max, |sequence, payload| {
            let header = Header::before_any(HeaderKind::Payload { sequence }).bytes(settings.window);
            outgoing.put_data(now, RELIABLE, &[header.as_ref(), payload]);
        });
        if !is_opening && is_heartbeat_due {
            outgoing.put(now, DatagramKind::Heartbeat);
        }
        self.outgoing.pop(datagram)
    }

    /// Takes the next datagram that was put in, while nothing else may leave yet.
    pub(crate) fn poll_handshake(&mut self, datagram: &mut Vec<u8>) -> bool {
        self.outgoing.pop(datagram)
    }

    fn opening_datagram_bytes(&self) -> usize {
        let header = Header::before_any(HeaderKind::AckOnly).bytes(self.settings.window);
        DATA_BYTES + header.as_ref().len() + OPENING_PAYLOAD_BYTES
    }

    /// The time of the next heartbeat, early enough that the other side does not count us as lost.
    fn unproved_heartbeat_at(&self) -> Instant {
        self.outgoing.sent_at + self.settings.heartbeat_interval.max(self.settings.idle_timeout / 4)
    }

    fn handle_reliable(
        &mut self,
        now: Instant,
        body: &[u8],
        mut deliver: impl FnMut(MessageChannel, &[u8]),
    ) -> Result<(), DataError> {
        let (header, payload) = Header::parse(body, self.settings.window).ok_or(DataError::Malformed)?;
        self.sender
            .handle_ack(now, &header)
            .map_err(|Guessed| DataError::Broken("it acknowledged what it was never sent"))?;
        let HeaderKind::Payload { sequence } = header.kind else { return Ok(()) };
        let Self { receiver, stream, .. } = self;
        receiver.receive(now, sequence, payload, |payload| stream.push(payload));
        for _ in 0..=MESSAGES_AT_ONCE_MAX {
            match stream.next(self.settings.incoming_reliable_bytes_max) {
                Ok(Some(message)) => deliver(RELIABLE, message),
                Ok(None) => return Ok(()),
                Err(BadLength) => {
                    return Err(DataError::Broken("a reliable message has an impossible length"));
                }
            }
        }
        Err(DataError::Broken("a window of packets has more messages than fit"))
    }

    fn transmit(&mut self, now: Instant) {
        let Self { lossy, sender, receiver, outgoing, settings, .. } = self;
        for lossy in lossy {
            lossy.sender.transmit(|parts| outgoing.put_data(now, lossy.channel, parts));
        }
        let mut put = |header: Header, payload: &[u8]| {
            outgoing.put_data(now, RELIABLE, &[header.bytes(settings.window).as_ref(), payload]);
        };
        sender.transmit(now, |sequence, payload| {
            put(receiver.header(now, HeaderKind::Payload { sequence }), payload);
        });
        if receiver.is_ack_due() {
            put(receiver.header(now, HeaderKind::AckOnly), &[0]);
        }
        if outgoing.sent_at + settings.heartbeat_interval <= now {
            outgoing.put(now, DatagramKind::Heartbeat);
        }
    }
}

/// The maximum number of reliable messages that one packet may release, with those that have waited for it. Netcode
/// gathers what is sent in a frame into batches, and begins another one when a packet is full: a window that waits for
/// half a second at 144 frames per second holds some hundreds of them. More are the work of an attacker.
const MESSAGES_AT_ONCE_MAX: usize = 1000;

/// Whole messages, each after its length.
fn deliver_all(
    mut payload: &[u8],
    bytes_max: usize,
    channel: MessageChannel,
    mut deliver: impl FnMut(MessageChannel, &[u8]),
) -> Result<(), DataError> {
    while !payload.is_empty() {
        let first = split_first(payload, bytes_max).map_err(|BadLength| DataError::Malformed)?;
        let (message, rest) = first.ok_or(DataError::Malformed)?;
        deliver(channel, message);
        payload = rest;
    }
    Ok(())
}
