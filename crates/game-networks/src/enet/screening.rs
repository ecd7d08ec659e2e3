//! Parsing of a datagram, before ENet gets it in the form of stock ENet.
//!
//! ENet itself stops at the first command that it does not understand and keeps those before it; it allocates the
//! size that the first fragment of a message announces, and counts fragments without checking which bytes they cover.
//! So only datagrams that a stock peer may have sent pass; others could make it deliver bytes that were never sent,
//! or lose track of its allocations.

mod fragments;

use rusty_enet::MTU_MAX;

use crate::enet::Dialect;
use crate::enet::limits::COMMANDS_MAX;

pub(crate) use fragments::{Fragment, Fragments};

/// All commands of a datagram, each of which is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screened<'a> {
    /// The number of the receiver, [`NO_PEER`] before it has one.
    pub(crate) peer: u16,
    /// The session: which of the connections that have had this number it belongs to.
    pub(crate) session: u16,
    /// The first word, as stock ENet writes it.
    word: [u8; 2],
    /// The time at which it was sent, by its sender's clock; empty if it does not say.
    sent_time: &'a [u8],
    commands: &'a [u8],
}

/// The number of a peer that has none yet.
pub(crate) const NO_PEER: u16 = 0x0fff;

/// The part of a command that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Connect(Connect),
    VerifyConnect {
        channels: u32,
    },
    /// A reliable command has arrived that was sent at this time, by its sender's clock.
    Acknowledge {
        sent_time: u16,
    },
    Disconnect,
    Message(Message),
    Fragment(Fragment),
    Other,
}

/// The part of a command that ENet gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handing {
    Whole,
    /// Its number on its channel, in a ping, which ENet only acknowledges.
    Number,
    Nothing,
}

/// A message that fits into a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: MessageKind,
    pub(crate) channel: u8,
    /// Its own number if it is reliable, and that of the last reliable one before it otherwise.
    pub(crate) reliable: u16,
    /// Its own number if it is unreliable, among those after the same reliable one.
    pub(crate) unreliable: u16,
    /// In bytes.
    pub(crate) length: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Reliable,
    Unreliable,
    Unsequenced,
}

/// A connection request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connect {
    /// The number that it wants to be addressed by.
    pub(crate) peer: u16,
    /// The id that distinguishes its attempts.
    pub(crate) id: u32,
    /// The game's data in the request.
    pub(crate) data: u32,
}

impl<'a> Screened<'a> {
    /// Parses a datagram. `None` if no ENet peer sends it.
    pub(crate) fn parse(dialect: Dialect, datagram: &'a [u8]) -> Option<Self> {
        let (word, rest) = datagram.split_first_chunk().filter(|_| datagram.len() <= MTU_MAX)?;
        let word = dialect.read(u16::from_be_bytes(*word))?;
        let has_time = word & SENT_TIME != 0;
        let (sent_time, commands) = rest.split_at_checked(if has_time { 2 } else { 0 })?;
        let mut left = commands;
        let mut count = 0;
        while let Some(flags) = left.first() {
            // ENet stops after a command that it cannot acknowledge because its send time is missing.
            if count == COMMANDS_MAX || (flags & TO_BE_CONFIRMED != 0 && !has_time) {
                return None;
            }
            count += 1;
            (_, left) = split_command(left)?;
        }
        let (peer, session) = (word & NO_PEER, word & SESSION);
        (count > 0).then_some(Self { peer, session, word: word.to_be_bytes(), sent_time, commands })
    }

    pub(crate) fn commands(self) -> impl Iterator<Item = Command> + 'a {
        self.commands_with_bytes().map(|(command, _)| command)
    }

    /// Writes a datagram with the parts of its commands that ENet gets. Returns false if there are none.
    pub(crate) fn write(
        self,
        datagram: &mut Vec<u8>,
        mut judge: impl FnMut(Command, &'a [u8]) -> Handing,
    ) -> bool {
        datagram.clear();
        datagram.extend_from_slice(&self.word);
        datagram.extend_from_slice(self.sent_time);
        let header = datagram.len();
        for (command, bytes) in self.commands_with_bytes() {
            match (judge(command, bytes), bytes) {
                (Handing::Whole, _) => datagram.extend_from_slice(bytes),
                (Handing::Number, [kind, channel, number @ ..]) => {
                    datagram.extend_from_slice(&[kind & !COMMAND | PING, *channel]);
                    datagram.extend(number.iter().take(2));
                }
                (Handing::Number | Handing::Nothing, _) => {}
            }
        }
        datagram.len() > header
    }

    /// Writes a datagram with the commands that belong to no channel, which open and close connections. Returns false
    /// if there are none.
    pub(crate) fn write_those_for_no_channel(self, datagram: &mut Vec<u8>) -> bool {
        self.write(
            datagram,
            |command, _| {
                if command.is_for_a_channel() { Handing::Nothing } else { Handing::Whole }
            },
        )
    }

    /// Begins a datagram without a send time.
    pub(crate) fn begin(peer: u16, session: u16, datagram: &mut Vec<u8>) {
        datagram.clear();
        datagram.extend_from_slice(&(peer | session).to_be_bytes());
    }

    fn commands_with_bytes(self) -> impl Iterator<Item = (Command, &'a [u8])> {
        let mut left = self.commands;
        std::iter::from_fn(move || {
            let (command, rest) = split_command(left)?;
            let (bytes, _) = left.split_at_checked(left.len() - rest.len())?;
            left = rest;
            Some((command, bytes))
        })
    }

    /// The size of the datagram.
    pub(crate) fn bytes(self) -> usize {
        self.word.len() + self.sent_time.len() + self.commands.len()
    }

    /// The whole datagram, in the form of stock ENet.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut datagram = Vec::new();
        self.write(&mut datagram, |_, _| Handing::Whole);
        datagram
    }

    /// The connection request, if the datagram contains nothing else.
    pub(crate) fn as_connect(self) -> Option<Connect> {
        match (self.peer, split_command(self.commands)) {
            (NO_PEER, Some((Command::Connect(connect), []))) => Some(connect),
            _ => None,
        }
    }
}

impl Command {
    /// Parses a command that was parsed before.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        split_command(bytes).map(|(command, _)| command)
    }

    /// Appends the command to a datagram without the request for an acknowledgement, because it was already
    /// acknowledged.
    pub(crate) fn write_confirmed(bytes: &[u8], datagram: &mut Vec<u8>) {
        if let Some((kind, rest)) = bytes.split_first() {
            datagram.push(kind & !TO_BE_CONFIRMED);
            datagram.extend_from_slice(rest);
        }
    }

    /// Its number among the reliable commands of its channel, or that of the last one before it.
    pub(crate) fn reliable(self) -> u16 {
        match self {
            Self::Message(message) => message.reliable,
            Self::Fragment(fragment) => fragment.reliable,
            _ => 0,
        }
    }

    /// Whether it belongs to a channel, and so to an established connection.
    pub(crate) fn is_for_a_channel(self) -> bool {
        matches!(self, Self::Message(_) | Self::Fragment(_))
    }

    /// The size of the reliable message that it belongs to, in bytes; 0 if it belongs to none.
    pub(crate) fn reliable_bytes(self) -> usize {
        match self {
            Self::Message(Message { kind: MessageKind::Reliable, length, .. }) => length.into(),
            Self::Fragment(Fragment { is_reliable: true, total, .. }) => total as usize,
            _ => 0,
        }
    }

    fn is_unreliable_fragment(self) -> bool {
        matches!(self, Self::Fragment(Fragment { is_reliable: false, .. }))
    }
}

/// Whether a command is sent again until it is acknowledged.
pub(crate) fn is_to_be_confirmed(command: &[u8]) -> bool {
    command.first().is_some_and(|kind| kind & TO_BE_CONFIRMED != 0)
}

/// The number of bytes before the commands of a datagram.
pub(crate) fn header_bytes(datagram: &[u8]) -> usize {
    let has_time = datagram.first_chunk().is_some_and(|word| u16::from_be_bytes(*word) & SENT_TIME != 0);
    let header = if has_time { 4 } else { 2 };
    header.min(datagram.len())
}

/// The number of bytes of commands up to and including the first at which ENet might stop: a fragment of an
/// unreliable message may contradict those before it.
pub(crate) fn bytes_until_enet_may_stop(commands: &[u8]) -> usize {
    let mut left = commands;
    while let Some((command, rest)) = split_command(left) {
        left = rest;
        if command.is_unreliable_fragment() {
            return commands.len() - left.len();
        }
    }
    commands.len()
}

/// Sets the clock of a datagram's sender forward, in milliseconds. Returns the time that the datagram then shows, if
/// it has one.
pub(crate) fn set_clock_forward(datagram: &mut [u8], by: u16) -> Option<u16> {
    let (word, rest) = datagram.split_first_chunk_mut()?;
    let time = rest.first_chunk_mut().filter(|_| u16::from_be_bytes(*word) & SENT_TIME != 0)?;
    let shown = u16::from_be_bytes(*time).wrapping_add(by);
    *time = shown.to_be_bytes();
    Some(shown)
}

/// Sets back the times echoed by a datagram's acknowledgements, in milliseconds.
pub(crate) fn set_echoes_back(datagram: &mut [u8], by: u16) {
    let mut at = header_bytes(datagram);
    while let Some((command, rest)) = datagram.get(at..).and_then(split_command) {
        let next = datagram.len() - rest.len();
        if let Command::Acknowledge { sent_time } = command {
            let time = sent_time.wrapping_sub(by).to_be_bytes();
            datagram[at + ACKNOWLEDGED_TIME_AT..][..2].copy_from_slice(&time);
        }
        at = next;
    }
}

/// A datagram that rejects the connection request of this peer, without creating a connection.
pub(crate) fn write_refusal(peer: u16, datagram: &mut Vec<u8>) {
    datagram.extend_from_slice(&(peer & NO_PEER).to_be_bytes());
    datagram.extend_from_slice(&[DISCONNECT | UNSEQUENCED, WHOLE_CONNECTION, 0, 1]);
    datagram.extend_from_slice(&0_u32.to_be_bytes());
}

/// Bit 15 of a datagram's first word.
const SENT_TIME: u16 = 0x8000;

/// Bits 12 and 13.
const SESSION: u16 = 0x3000;

/// Numbers of commands, `enet/protocol.h` of ENet 1.3.
const ACKNOWLEDGE: u8 = 1;
const CONNECT: u8 = 2;
const VERIFY_CONNECT: u8 = 3;
const DISCONNECT: u8 = 4;
const PING: u8 = 5;
const SEND_RELIABLE: u8 = 6;
const SEND_UNRELIABLE: u8 = 7;
const SEND_FRAGMENT: u8 = 8;
const SEND_UNSEQUENCED: u8 = 9;
const SEND_UNRELIABLE_FRAGMENT: u8 = 12;
/// The bits of a command's number.
const COMMAND: u8 = 0x0f;
/// Flags in the other bits.
const TO_BE_CONFIRMED: u8 = 0x80;
const UNSEQUENCED: u8 = 0x40;
/// The channel number of commands that belong to no channel.
const WHOLE_CONNECTION: u8 = 0xff;

/// The offset, in an acknowledgement, of the time of the acknowledged command, in bytes.
const ACKNOWLEDGED_TIME_AT: usize = 6;

/// The size of each command by its number, with its header and without the bytes of a message.
const SIZES: [usize; 13] = [0, 8, 48, 44, 8, 4, 6, 8, 24, 8, 12, 16, 24];

/// Splits off the first command and the bytes that belong to it; returns the command and the rest.
fn split_command(bytes: &[u8]) -> Option<(Command, &[u8])> {
    let number = bytes.first()? & COMMAND;
    let size = SIZES.get(usize::from(number)).copied().filter(|size| *size > 0)?;
    let (fixed, rest) = bytes.split_at_checked(size)?;
    let command = match number {
        CONNECT => {
            Command::Connect(Connect { peer: short(fixed, 4)?, id: long(fixed, 40)?, data: long(fixed, 44)? })
        }
        ACKNOWLEDGE => Command::Acknowledge { sent_time: short(fixed, ACKNOWLEDGED_TIME_AT)? },
        VERIFY_CONNECT => Command::VerifyConnect { channels: long(fixed, 16)? },
        DISCONNECT => Command::Disconnect,
        SEND_RELIABLE => Command::Message(message(MessageKind::Reliable, fixed, 4)?),
        SEND_UNRELIABLE => Command::Message(message(MessageKind::Unreliable, fixed, 6)?),
        SEND_UNSEQUENCED => Command::Message(message(MessageKind::Unsequenced, fixed, 6)?),
        SEND_FRAGMENT | SEND_UNRELIABLE_FRAGMENT => Command::Fragment(Fragment {
            is_reliable: number == SEND_FRAGMENT,
            channel: *fixed.get(1)?,
            reliable: short(fixed, 2)?,
            start: short(fixed, 4)?,
            number: long(fixed, 12)?,
            count: long(fixed, 8)?,
            offset: long(fixed, 20)?,
            length: short(fixed, 6)?.into(),
            total: long(fixed, 16)?,
        }),
        _ => Command::Other,
    };
    let payload = match command {
        Command::Message(message) => message.length.into(),
        Command::Fragment(fragment) => fragment.length as usize,
        _ => 0,
    };
    Some((command, rest.get(payload..)?))
}

fn message(kind: MessageKind, fixed: &[u8], length_at: usize) -> Option<Message> {
    let (channel, reliable) = (*fixed.get(1)?, short(fixed, 2)?);
    Some(Message { kind, channel, reliable, unreliable: short(fixed, 4)?, length: short(fixed, length_at)? })
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}
