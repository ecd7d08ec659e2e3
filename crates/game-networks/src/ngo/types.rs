//! Types of messages: each side numbers its types by a list that it sends when it connects.

use twox_hash::XxHash32;

use crate::ngo::packed;

/// A type of message, by the hash of its full name in .NET.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NgoMessageType(pub u32);

impl NgoMessageType {
    /// The server admits a client.
    pub const CONNECTION_APPROVED: Self = Self(0xa5e2_9a7d);
    /// A client asks to be admitted; the first message of all.
    pub const CONNECTION_REQUEST: Self = Self(0xb317_36b2);
    /// Why a client is about to be disconnected.
    pub const DISCONNECT_REASON: Self = Self(0xb81c_f6d3);
    /// A message between components under a name; voice is one of them.
    pub const NAMED: Self = Self(0x9789_22a6);
    /// Scenes to be loaded, and that the present ones are complete.
    pub const SCENE_EVENT: Self = Self(0x015c_9a9d);

    /// The type of this name within Netcode, such as `NamedMessage`.
    pub fn of_netcode(name: &str) -> Self {
        Self(XxHash32::oneshot(0, format!("Unity.Netcode.{name}").as_bytes()))
    }
}

/// Types of Netcode 2.13 outside distributed authority, in its order and with their versions.
const STOCK: [(NgoMessageType, i32); 25] = [
    (NgoMessageType::CONNECTION_APPROVED, 2),
    (NgoMessageType::CONNECTION_REQUEST, 1),
    (NgoMessageType(0x04ca_c446), 0),
    (NgoMessageType(0x50f1_b22a), 0),
    (NgoMessageType(0xd2b6_3ae9), 0),
    (NgoMessageType(0x2ce8_3b39), 0),
    (NgoMessageType(0x6050_c9ab), 0),
    (NgoMessageType(0x4438_a353), 0),
    (NgoMessageType::DISCONNECT_REASON, 0),
    (NgoMessageType(0xaf0d_107f), 0),
    (NgoMessageType(0x4a4a_a2f3), 0),
    (NgoMessageType::NAMED, 0),
    (NgoMessageType(0x0d31_4ee9), 0),
    (NgoMessageType(0x7401_feb5), 0),
    (NgoMessageType(0x73be_97be), 0),
    (NgoMessageType(0xd0d8_23bd), 0),
    (NgoMessageType(0x1cfb_aa58), 0),
    (NgoMessageType::SCENE_EVENT, 0),
    (NgoMessageType(0x1797_51e9), 0),
    (NgoMessageType(0x83e7_f78a), 0),
    (NgoMessageType(0xc61f_80ee), 0),
    (NgoMessageType(0xc688_7f42), 0),
    (NgoMessageType(0x46f5_a397), 0),
    (NgoMessageType(0xa32e_40c2), 0),
    (NgoMessageType(0xd203_674e), 0),
];

/// Longer lists do not occur: 25 types are known, and lists are filled up to 32.
pub const TYPES_MAX: usize = 256;

/// A list of types: the place of each is its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeList(Vec<(NgoMessageType, i32)>);

impl TypeList {
    /// The list of Netcode 2.13.
    pub fn stock() -> Self {
        Self(STOCK.to_vec())
    }

    /// A list of these types and their versions.
    pub fn new(types: Vec<(NgoMessageType, i32)>) -> Self {
        Self(types)
    }

    /// Types and versions, in order.
    pub fn types(&self) -> &[(NgoMessageType, i32)] {
        &self.0
    }

    /// The number of a type, and its version.
    pub fn find(&self, message_type: NgoMessageType) -> Option<(u32, i32)> {
        let index = self.0.iter().position(|(listed, _)| *listed == message_type)?;
        Some((index as u32, self.0[index].1))
    }

    /// Reads a list, and returns it with its length in bytes; `None` if it is cut off or has more than [`TYPES_MAX`]
    /// types.
    pub fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let (count, mut at) = packed::read_i32(bytes)?;
        let count = usize::try_from(count).ok().filter(|count| *count <= TYPES_MAX)?;
        let mut types = Vec::with_capacity(count);
        for _ in 0..count {
            let (hash, rest) = bytes[at..].split_first_chunk()?;
            let (version, version_bytes) = packed::read_i32(rest)?;
            types.push((NgoMessageType(u32::from_le_bytes(*hash)), version));
            at += hash.len() + version_bytes;
        }
        Some((Self(types), at))
    }

    /// Appends the list.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        packed::write_i32(self.0.len() as i32, bytes);
        for (message_type, version) in &self.0 {
            bytes.extend_from_slice(&message_type.0.to_le_bytes());
            packed::write_i32(*version, bytes);
        }
    }
}
