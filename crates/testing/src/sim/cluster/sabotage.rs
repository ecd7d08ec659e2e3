//! Deliberate faults between nodes, each of which has to be detected.

use std::sync::Arc;

use consonance_cluster::simulated::{NodeMessage, SimulatedNats};
use consonance_cluster::{Bundle, Parcel, SessionMessage, ToEdge, Way};
use consonance_wire::{MessageType, Packet, RoomId, ServerRelay};

use super::player::Room;
use crate::sim::dice::Dice;

/// A deliberate fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClusterSabotage {
    /// The clock of a node stops while it sleeps, so that it goes on deciding with an expired lease.
    StoppedClock,
    /// The store accepts every change, so that two nodes may own a session.
    AgreeableStore,
    /// Other nodes are never told of clients, so that one that takes a session over assigns their ids again.
    ForgetfulCopies,
    /// Some voice arrives twice at a node.
    RepeatedVoice,
    /// Some voice for the den arrives at other nodes as voice for the hall.
    StrayVoice,
    /// Other nodes are not told of restrictions.
    UntoldRestrictions,
    /// Some texts are lost between nodes, and nothing counts them.
    LostTexts,
}

/// The probability of a fault, per million.
const SOME: u32 = 100_000;

impl ClusterSabotage {
    pub(super) fn begin(self, nats: &mut SimulatedNats<NodeMessage>, mut dice: Dice) {
        match self {
            Self::StoppedClock => {}
            Self::AgreeableStore => nats.break_store(),
            _ => nats.set_tamper(Box::new(move |_, _, message| {
                let NodeMessage::Bundle(bytes) = message else { return 1 };
                let mut changed = bytes.to_vec();
                let copies = self.tamper(bytes, &mut changed, &mut dice);
                *bytes = Arc::from(changed);
                copies
            })),
        }
    }

    /// Changes a bundle in place, so that its parcels keep their numbers; how often it arrives.
    fn tamper(self, bytes: &[u8], changed: &mut [u8], dice: &mut Dice) -> usize {
        let Ok(bundle) = Bundle::read(bytes) else { return 1 };
        let mut copies = 1;
        for parcel in bundle.parcels().filter_map(Result::ok) {
            let at = parcel.message.as_ptr() as usize - bytes.as_ptr() as usize;
            match self {
                Self::RepeatedVoice if is_voice(&parcel) && dice.chance(SOME) => copies = 2,
                Self::StrayVoice if is_voice(&parcel) => lead_astray(&parcel, &mut changed[at..]),
                Self::ForgetfulCopies if is_change(&parcel, CLIENT) => changed[at] = UNREADABLE,
                Self::UntoldRestrictions if is_change(&parcel, RESTRICTED) => changed[at] = UNREADABLE,
                Self::LostTexts if is_text(&parcel) && dice.chance(SOME) => changed[at] = UNREADABLE,
                _ => {}
            }
        }
        copies
    }
}

/// No kind of message has this number.
const UNREADABLE: u8 = 0x7F;
/// The kinds of changes, as an owner writes them.
const CLIENT: u8 = 0;
const RESTRICTED: u8 = 2;

fn is_voice(parcel: &Parcel<'_>) -> bool {
    parcel.way == Way::Session && !parcel.is_reliable
}

fn is_change(parcel: &Parcel<'_>, kind: u8) -> bool {
    let message = (parcel.way == Way::Session).then(|| SessionMessage::read(parcel.message));
    matches!(message, Some(Ok(SessionMessage::Changed { change, .. })) if change.first() == Some(&kind))
}

fn is_text(parcel: &Parcel<'_>) -> bool {
    let message = (parcel.way == Way::ToEdge).then(|| ToEdge::read(parcel.message));
    let Some(Ok(ToEdge::Send { is_reliable: true, packet, .. })) = message else { return false };
    let packet = match Packet::parse(packet) {
        Ok(Packet::ServerRelayReliable(ServerRelay { packet, .. })) => packet,
        _ => packet,
    };
    MessageType::peek(packet) == Ok(MessageType::TextData)
}

/// Gives voice for the den to the hall.
fn lead_astray(parcel: &Parcel<'_>, message: &mut [u8]) {
    let Ok(SessionMessage::Voice { packet, .. } | SessionMessage::PlacedVoice { packet, .. }) =
        SessionMessage::read(parcel.message)
    else {
        return;
    };
    let at = packet.as_ptr() as usize - parcel.message.as_ptr() as usize;
    let (den, hall) = (RoomId::of(Room::Den.name()), RoomId::of(Room::Hall.name()));
    let packet = &mut message[at..at + packet.len()];
    for place in 0..packet.len().saturating_sub(1) {
        if packet[place..place + 2] == den.0.to_be_bytes() {
            packet[place..place + 2].copy_from_slice(&hall.0.to_be_bytes());
        }
    }
}
