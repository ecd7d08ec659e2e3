//! The message by which a node says that it is alive.

use serde::{Deserialize, Serialize};

use crate::message::{BusMessageError, append};
use crate::placement::NodeId;

/// The version of what nodes say to each other. It grows when something is said that an older node misunderstands.
pub const PROTOCOL: u16 = 1;
/// The oldest version that this one works with.
pub const OLDEST_PROTOCOL: u16 = 1;

/// A node says nothing longer of itself.
const TEXT_BYTES_MAX: usize = 1024;

/// What the others are told of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeInfo {
    /// Its name, as its operator gave it.
    pub name: Box<str>,
    /// Where it is; empty if that was not said.
    pub region: Box<str>,
    /// Its version.
    pub version: Box<str>,
    /// Where its clients reach it, if that was said.
    pub address: Box<str>,
}

/// A beat. Later versions append fields, which earlier ones pass over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beat {
    pub(super) protocol: u16,
    pub(super) oldest: u16,
    pub(super) node: NodeId,
    pub(super) number: u64,
    pub(super) info: NodeInfo,
    /// The node ends now, in order: it decides nothing any more.
    #[serde(skip)]
    pub(super) is_last: bool,
}

/// Behind the fields of the last beat. Further fields come behind it, and there is a 0 before them in all other beats.
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

    /// Whether this node understands that one, and is understood.
    pub(super) fn is_compatible(&self) -> bool {
        self.protocol >= OLDEST_PROTOCOL && self.oldest <= PROTOCOL
    }
}
