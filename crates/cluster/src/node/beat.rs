//! The heartbeat message of a node.

use serde::{Deserialize, Serialize};

use crate::message::{BusMessageError, append};
use crate::placement::NodeId;

/// The version of the protocol between nodes. It increases with each change that an older node would misunderstand.
pub const PROTOCOL: u16 = 1;
/// The oldest version that this one works with.
pub const OLDEST_PROTOCOL: u16 = 1;

/// The longest text in a node's information, in bytes.
const TEXT_BYTES_MAX: usize = 1024;

/// The information that other nodes are told about a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeInfo {
    /// Its name, as its operator gave it.
    pub name: Box<str>,
    /// Its region; empty if not set.
    pub region: Box<str>,
    /// Its version.
    pub version: Box<str>,
    /// The address at which clients reach it; empty if not set.
    pub address: Box<str>,
}

/// A heartbeat. Later versions append fields, which earlier ones ignore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beat {
    pub(super) protocol: u16,
    pub(super) oldest: u16,
    pub(super) node: NodeId,
    pub(super) number: u64,
    pub(super) info: NodeInfo,
    /// The node is shutting down in order: it makes no more decisions.
    #[serde(skip)]
    pub(super) is_last: bool,
}

/// The byte after the fields of the last beat. Further fields will follow it, after a 0 in all other beats.
const LAST: u8 = 1;

impl Beat {
    pub(super) fn new(node: NodeId, number: u64, info: &NodeInfo) -> Self {
        Self { protocol: PROTOCOL, oldest: OLDEST_PROTOCOL, node, number, info: info.clone(), is_last: false }
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, BusMessageError> {
        let error = |cause| BusMessageError { bytes: bytes.len(), cause };
        let (mut beat, rest) = postcard::take_from_bytes::<Self>(bytes).map_err(error)?;
        beat.is_last = rest.first() == Some(&LAST);
        let NodeInfo { name, region, version, address } = &beat.info;
        if [name, region, version, address].iter().any(|text| text.len() > TEXT_BYTES_MAX) {
            return Err(error(postcard::Error::SerdeDeCustom));
        }
        Ok(beat)
    }

    pub(super) fn write(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
        append(buffer, self);
        if self.is_last {
            buffer.push(LAST);
        }
    }

    /// Whether this node and that one understand each other.
    pub(super) fn is_compatible(&self) -> bool {
        self.protocol >= OLDEST_PROTOCOL && self.oldest <= PROTOCOL
    }
}
