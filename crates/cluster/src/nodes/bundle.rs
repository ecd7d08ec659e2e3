//! Bundles: messages of workers, gathered for transport from node to node.

use serde::{Deserialize, Serialize};

use crate::message::BusMessageError;
use crate::placement::NodeId;

/// The bus that a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u32", into = "u32")]
pub enum Way {
    /// From an edge to an owner.
    ToOwner,
    /// From an owner to an edge.
    ToEdge,
    /// Between nodes with clients of one session, about it.
    Session,
    /// A bus of a later version, which does not exist here: its messages are ignored.
    Unknown,
}

/// The number of buses of a worker.
pub const WAYS: usize = 3;

impl Way {
    /// All buses.
    pub const ALL: [Self; WAYS] = [Self::ToOwner, Self::ToEdge, Self::Session];

    /// The bus in the opposite direction.
    pub(super) fn back(self) -> Self {
        match self {
            Self::ToOwner => Self::ToEdge,
            Self::ToEdge => Self::ToOwner,
            Self::Session => Self::Session,
            Self::Unknown => Self::Unknown,
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

impl From<u32> for Way {
    fn from(number: u32) -> Self {
        let known = usize::try_from(number).ok().and_then(|number| Self::ALL.get(number));
        known.copied().unwrap_or(Self::Unknown)
    }
}

impl From<Way> for u32 {
    fn from(way: Way) -> Self {
        way as Self
    }
}

/// A message from a worker to a worker of another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel<'a> {
    /// The bus.
    pub way: Way,
    /// Whether it is reliable.
    pub is_reliable: bool,
    /// The worker that sent it, by its number at its node.
    pub from: u16,
    /// The worker that it is for, by its number at its node.
    pub to: u16,
    /// The message.
    pub message: &'a [u8],
}

/// The header of a bundle, before its parcels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BundleHead {
    pub(super) from: NodeId,
    /// The epoch of the sender's stream to this node, which increases with each restart. The reliable parcels of an
    /// epoch are numbered from 0.
    pub(super) epoch: u32,
    /// This epoch of the receiver's stream is over, and so are all before it.
    pub(super) over: u32,
    /// The epoch of the receiver's stream to which `taken` refers.
    pub(super) taken_epoch: u32,
    /// All reliable parcels before this number were taken by the workers of the sender.
    pub(super) taken: u64,
    /// A reliable parcel is missing: the first that was not taken must be resent, with all after it.
    pub(super) is_missing: bool,
    /// The number of the first reliable parcel in the bundle.
    pub(super) first: u64,
}

/// A received bundle.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    pub(super) head: BundleHead,
    parcels: &'a [u8],
}

impl<'a> Bundle<'a> {
    /// Reads the header of a bundle.
    ///
    /// # Errors
    /// [`BusMessageError`] if the header cannot be read.
    pub fn read(bytes: &'a [u8]) -> Result<Self, BusMessageError> {
        let read = postcard::take_from_bytes(bytes);
        let (head, parcels) = read.map_err(|cause| BusMessageError { bytes: bytes.len(), cause })?;
        Ok(Self { head, parcels })
    }

    /// The parcels, in order, until one cannot be read.
    pub fn parcels(self) -> impl Iterator<Item = Result<Parcel<'a>, BusMessageError>> {
        let mut rest = self.parcels;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let bytes = rest.len();
            let (parcel, behind) = match postcard::take_from_bytes(std::mem::take(&mut rest)) {
                Ok(read) => read,
                Err(cause) => return Some(Err(BusMessageError { bytes, cause })),
            };
            rest = behind;
            Some(Ok(parcel))
        })
    }
}
