//! Messages for questions and answers between threads of different nodes.

use serde::{Deserialize, Serialize};

use crate::message::{BusMessageError, append};
use crate::placement::NodeId;

/// A message from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum QueryMessage<'a> {
    /// A question, which the other side is to answer.
    Question {
        from: NodeId,
        /// Its number among the questions of the sender.
        number: u64,
        #[serde(borrow)]
        message: &'a [u8],
    },
    /// The answer to a question, or one of several parts of it, in order.
    Answer {
        from: NodeId,
        /// The number of the question.
        number: u64,
        /// The number of the part, from 0.
        part: u16,
        is_last: bool,
        message: &'a [u8],
    },
}

impl<'a> QueryMessage<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, BusMessageError> {
        let read = postcard::take_from_bytes(bytes);
        read.map(|(read, _)| read).map_err(|cause| BusMessageError { bytes: bytes.len(), cause })
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut written = Vec::new();
        append(&mut written, self);
        written
    }
}
