//! Deliberate faults: a checker that never fails proves nothing, so each of these has to be detected.

use std::rc::Rc;
use std::time::Duration;

use consonance_session::ClientId;
use consonance_wire::{
    ChannelBits, ChannelKind, HandshakeExtension, List, MessageType, Packet, VoiceChannel, VoiceData, Writer,
};

use crate::sim::dice::Dice;
use crate::sim::model::GRACE;
use crate::sim::network::{Parcel, Way};

/// A deliberate fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sabotage {
    /// Some frames are sent to another listener as well, addressed to it.
    Misdelivery,
    /// Some frames are handed to a client twice.
    Repetition,
    /// Some frames are delivered, but the client does not get them.
    Deafness,
    /// Some changes of rooms do not get into a client's tables.
    ForgottenChange,
    /// Some players that leave stay in a client's tables.
    Ghost,
    /// The server forgets the last listener of some frames.
    ForgottenListener,
    /// The server sends a frame to a client that does not listen.
    Eavesdropper,
    /// A client that wants to reconnect is blocked.
    NoWayBack,
    /// The server does not see the tickets of clients that come back.
    LostTicket,
    /// A client does not see that it has its place back.
    ForgottenPlace,
    /// A resumed client is reported as gone.
    FalseAlarm,
    /// The server ignores that a client leaves.
    LostFarewell,
    /// The server gives up places too soon.
    Impatience,
    /// The server keeps places for too long.
    Hoarding,
    /// The server gets some frames under the numbers of those behind them.
    Misnumbering,
}

impl Sabotage {
    /// How long the server keeps a place.
    pub(crate) fn grace(self) -> Duration {
        match self {
            Self::Impatience => GRACE / 2,
            Self::Hoarding => GRACE * 2,
            _ => GRACE,
        }
    }

    /// How often an engine receives a packet that arrived.
    pub(crate) fn deliveries(self, parcel: &Parcel, dice: &mut Dice) -> usize {
        let is_on = |way, message| parcel.way == way && MessageType::peek(&parcel.payload) == Ok(message);
        let is = |message| is_on(Way::Down, message);
        match self {
            Self::LostFarewell if is_on(Way::Up, MessageType::RemoveClient) => 0,
            Self::Repetition if is(MessageType::VoiceData) && dice.chance(SOME) => 2,
            Self::Deafness if is(MessageType::VoiceData) && dice.chance(SOME) => 0,
            Self::ForgottenChange if is(MessageType::DeltaChannelState) && dice.chance(SOME) => 0,
            Self::Ghost if is(MessageType::RemoveClient) && dice.chance(SOME) => 0,
            _ => 1,
        }
    }

    /// The packet that an engine receives instead of one that arrived, if it is replaced.
    pub(crate) fn changed(self, parcel: &Parcel) -> Option<Rc<[u8]>> {
        let (packet, trailing) = Packet::parse_with_trailing(&parcel.payload).ok()?;
        let extension = HandshakeExtension::find(trailing);
        match (self, packet) {
            (Self::LostTicket, Packet::HandshakeRequest(_)) => {
                Some(with_extension(&packet, &HandshakeExtension { ticket: None, ..extension? }))
            }
            (Self::ForgottenPlace, Packet::HandshakeResponse(_)) => {
                Some(with_extension(&packet, &HandshakeExtension { resumed: false, ..extension? }))
            }
            (Self::Misnumbering, Packet::VoiceData(voice)) => {
                let misnumbered = parcel.way == Way::Up && voice.sequence.is_multiple_of(MISNUMBERED);
                misnumbered.then(|| written(&VoiceData { sequence: voice.sequence + 1, ..voice }.into()))?
            }
            _ => None,
        }
    }

    /// Whether the fault strikes this time.
    pub(crate) fn strikes(self, what: Self, dice: &mut Dice) -> bool {
        self == what && dice.chance(SOME)
    }
}

/// A probability, per million.
const SOME: u32 = 20_000;

/// One in this many frames.
const MISNUMBERED: u16 = 16;

/// The same frame, spoken to this player only.
pub(crate) fn readdressed(packet: &[u8], to: ClientId) -> Option<Rc<[u8]>> {
    let Ok(Packet::VoiceData(voice)) = Packet::parse(packet) else { return None };
    let channel = VoiceChannel { bits: ChannelBits::new(ChannelKind::Player), recipient: to.0 };
    let channels = [channel];
    written(&VoiceData { channels: List::from(&channels), ..voice }.into())
}

fn written(packet: &Packet<'_>) -> Option<Rc<[u8]>> {
    let mut buffer = [0; consonance_wire::limits::PACKET_BYTES_MAX];
    let length = packet.write(&mut buffer).ok()?;
    Some(buffer[..length].into())
}

/// A packet with this behind it.
pub(crate) fn with_extension(packet: &Packet<'_>, extension: &HandshakeExtension<'_>) -> Rc<[u8]> {
    let mut buffer = [0; consonance_wire::limits::PACKET_BYTES_MAX];
    let mut writer = Writer::new(&mut buffer);
    packet.write_to(&mut writer).expect("a handshake is short");
    extension.write(&mut writer).expect("there is room behind a handshake");
    writer.written().into()
}
