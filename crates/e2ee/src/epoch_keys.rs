//! The keys and rules of one epoch of the group, for sealing and opening.

use std::collections::BTreeMap;

use consonance_wire::PlainRooms;
use consonance_wire::names::NameKey;

use crate::sframe::EpochSecret;

/// The keys of an epoch, and what its members have signed: for a [`PacketCipher`](crate::PacketCipher).
#[derive(Clone, Debug)]
pub struct EpochKeys {
    /// The number of the group.
    pub group: u32,
    /// The secret that all members share, from which each one's key follows.
    pub secret: EpochSecret,
    /// This member's place in the group's tree.
    pub own_leaf: u32,
    /// The members' places by their names.
    pub leaves: BTreeMap<NameKey, u32>,
    /// The rooms that are not encrypted.
    pub plain: PlainRooms,
}
