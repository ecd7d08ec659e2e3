//! The message that announces that a node owns a session, as the store has agreed.

use serde::{Deserialize, Serialize};

use crate::message::{BusMessageError, append};
use crate::placement::{Revision, SessionRecord};

/// It reaches other nodes sooner than the store's news, and even if those are late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Announcement<'a> {
    #[serde(borrow)]
    pub(super) name: &'a str,
    pub(super) record: SessionRecord,
    pub(super) revision: Revision,
}

impl<'a> Announcement<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, BusMessageError> {
        let read = postcard::take_from_bytes(bytes);
        read.map(|(read, _)| read).map_err(|cause| BusMessageError { bytes: bytes.len(), cause })
    }

    pub(super) fn write(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
        append(buffer, self);
    }
}
