//! Faults of our own making: a checker that never fails shows nothing, so each of these has to be found.

use std::rc::Rc;

use consonance_session::ClientId;
use consonance_wire::{Channel, ChannelBits, ChannelKind, List, MessageType, Packet, VoiceData};

use crate::dice::Dice;
use crate::network::{Parcel, Way};

/// What is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sabotage {
    /// Some frames go to another listener besides, addressed to that one.
    Misdelivery,
    /// Some frames are handed to a client twice.
    Repetition,
    /// Some frames are delivered, but the client does not get them.
    Deafness,
    /// Some changes of rooms do not get into a client's tables.
    ForgottenChange,
    /// Some players who leave stay in a client's tables.
    Ghost,
    /// The server forgets the last listener of some frames.
    ForgottenListener,
    /// The server lets somebody hear a frame who does not listen.
    Eavesdropper,
    /// A client that wants to connect again is not let.
    NoWayBack,
}

impl Sabotage {
    /// How often a client is given a packet that arrived.
    pub(crate) fn deliveries(self, parcel: &Parcel, dice: &mut Dice) -> usize {
        let is = |message| parcel.way == Way::Down && MessageType::peek(&parcel.payload) == Ok(message);
        match self {
            Self::Repetition if is(MessageType::VoiceData) && dice.chance(SOME) => 2,
            Self::Deafness if is(MessageType::VoiceData) && dice.chance(SOME) => 0,
            Self::ForgottenChange if is(MessageType::DeltaChannelState) && dice.chance(SOME) => 0,
            Self::Ghost if is(MessageType::RemoveClient) && dice.chance(SOME) => 0,
            _ => 1,
        }
    }

    /// Whether it strikes this time.
    pub(crate) fn strikes(self, what: Self, dice: &mut Dice) -> bool {
        self == what && dice.chance(SOME)
    }
}

/// So many of a million.
const SOME: u32 = 20_000;

/// The same frame, spoken to this player only.
pub(crate) fn readdressed(packet: &[u8], to: ClientId) -> Option<Rc<[u8]>> {
    let Ok(Packet::VoiceData(voice)) = Packet::parse(packet) else { return None };
    let channel = Channel { bits: ChannelBits::new(ChannelKind::Player), recipient: to.0 };
    let channels = [channel];
    let mut buffer = [0; consonance_wire::limits::MAX_PACKET_BYTES];
    let length =
        Packet::from(VoiceData { channels: List::from(&channels), ..voice }).write(&mut buffer).ok()?;
    Some(buffer[..length].into())
}
