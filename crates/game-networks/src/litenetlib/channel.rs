//! One channel of a connection, both directions of it.

mod acknowledgement;
mod packet;
mod receiver;
mod sender;
mod sequenced;

use std::time::{Duration, Instant};

use crate::litenetlib::packet_type::FRAGMENT_HEADER_BYTES;

pub(crate) use packet::Attempt;
use receiver::Receiver;
use sender::Sender;
use sequenced::Sequenced;

/// The size of a channeled packet's header, in bytes: the first byte, its number, the channel's number.
pub(crate) const CHANNELED_HEADER_BYTES: usize = 4;

/// The delivery method of a channel; the two lowest bits of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// All messages, each as soon as it arrives.
    ReliableUnordered,
    /// Only those that are newer than all before; any may be lost.
    Sequenced,
    /// All messages, in order.
    ReliableOrdered,
    /// Only those that are newer than all before; the last one is not lost.
    ReliableSequenced,
}

impl Method {
    /// The method of the channel with this number.
    pub fn of(channel: u8) -> Self {
        match channel % 4 {
            0 => Self::ReliableUnordered,
            1 => Self::Sequenced,
            2 => Self::ReliableOrdered,
            _ => Self::ReliableSequenced,
        }
    }

    /// Whether every message arrives.
    pub fn is_complete(self) -> bool {
        matches!(self, Self::ReliableUnordered | Self::ReliableOrdered)
    }
}

/// The state of a channel: which packets are sent, and which are resent.
#[derive(Debug)]
pub(crate) enum ChannelState {
    Complete { sender: Sender, receiver: Box<Receiver> },
    Sequenced(Sequenced),
}

impl ChannelState {
    pub(crate) fn new(channel: u8) -> Self {
        match Method::of(channel) {
            Method::ReliableUnordered => Self::Complete {
                sender: Sender::new(channel),
                receiver: Box::new(Receiver::new(channel, false)),
            },
            Method::ReliableOrdered => Self::Complete {
                sender: Sender::new(channel),
                receiver: Box::new(Receiver::new(channel, true)),
            },
            Method::Sequenced => Self::Sequenced(Sequenced::new(channel, false)),
            Method::ReliableSequenced => Self::Sequenced(Sequenced::new(channel, true)),
        }
    }

    /// Takes a packet to send, without its number.
    pub(crate) fn push(&mut self, packet: Vec<u8>) {
        match self {
            Self::Complete { sender, .. } => sender.push(packet),
            Self::Sequenced(sequenced) => sequenced.push(packet),
        }
    }

    /// Emits the packets to send now: new ones, and those that were not acknowledged for this long.
    pub(crate) fn transmit(
        &mut self,
        now: Instant,
        resend_after: Duration,
        out: &mut dyn FnMut(&[u8], Attempt),
    ) {
        match self {
            Self::Complete { sender, .. } => sender.transmit(now, resend_after, out),
            Self::Sequenced(sequenced) => sequenced.transmit(now, resend_after, out),
        }
    }

    /// Handles an incoming packet, and emits the packets that are next in turn.
    pub(crate) fn receive(&mut self, packet: &[u8], out: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Complete { receiver, .. } => receiver.receive(packet, out),
            Self::Sequenced(sequenced) => sequenced.receive(packet, out),
        }
    }

    pub(crate) fn handle_acknowledgement(&mut self, packet: &[u8]) {
        match self {
            Self::Complete { sender, .. } => sender.handle_acknowledgement(packet),
            Self::Sequenced(sequenced) => sequenced.handle_acknowledgement(packet),
        }
    }

    /// Appends an acknowledgement without its first byte, if something arrived since the last one.
    pub(crate) fn write_acknowledgement(&mut self, packet: &mut Vec<u8>) -> bool {
        match self {
            Self::Complete { receiver, .. } => receiver.write_acknowledgement(packet),
            Self::Sequenced(sequenced) => sequenced.write_acknowledgement(packet),
        }
    }

    /// The number of packets that wait for others to be acknowledged.
    pub(crate) fn waiting(&self) -> usize {
        match self {
            Self::Complete { sender, .. } => sender.waiting(),
            Self::Sequenced(_) => 0,
        }
    }

    /// Whether everything sent was acknowledged.
    pub(crate) fn is_settled(&self) -> bool {
        match self {
            Self::Complete { sender, .. } => sender.is_settled(),
            Self::Sequenced(sequenced) => sequenced.is_settled(),
        }
    }
}

/// The data after the headers of a channeled packet, and its fragment header, if it is a fragment.
pub(crate) fn data_of(packet: &[u8], is_fragment: bool) -> Option<(&[u8], Option<Fragment>)> {
    let data = packet.get(CHANNELED_HEADER_BYTES..)?;
    if !is_fragment {
        return Some((data, None));
    }
    let (header, data) = data.split_first_chunk::<FRAGMENT_HEADER_BYTES>()?;
    let [id0, id1, part0, part1, total0, total1] = *header;
    let fragment = Fragment {
        id: u16::from_le_bytes([id0, id1]),
        part: u16::from_le_bytes([part0, part1]),
        total: u16::from_le_bytes([total0, total1]),
    };
    Some((data, Some(fragment)))
}

/// The message that a fragment belongs to, and its position in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) id: u16,
    pub(crate) part: u16,
    pub(crate) total: u16,
}

impl Fragment {
    pub(crate) fn to_bytes(self) -> [u8; FRAGMENT_HEADER_BYTES] {
        let ([id0, id1], [part0, part1]) = (self.id.to_le_bytes(), self.part.to_le_bytes());
        let [total0, total1] = self.total.to_le_bytes();
        [id0, id1, part0, part1, total0, total1]
    }
}
