//! A change of a session in the form in which nodes tell it.
//!
//! Written by postcard; a kind is never removed nor its fields changed, new ones are added at the end.

#[cfg(test)]
mod protocol_1;

use std::time::Duration;

use consonance_cluster::placement::NodeId;
use consonance_session::{Capabilities, ClientId, CopiedClient, LinkId, Position, SessionChange};
use serde::{Deserialize, Serialize};

use crate::hand_over::{PlaceRecord, RestrictionsRecord};

/// The place of a client's link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct At {
    pub(crate) node: NodeId,
    pub(crate) worker: u16,
    /// The number that its edge has given the link; none of a link of the owner's own.
    pub(crate) link: Option<u32>,
}

#[derive(Serialize, Deserialize)]
pub(crate) enum ChangeRecord {
    Client(Box<ClientRecord>),
    Gone(u16),
    Restricted(RestrictionsRecord),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ClientRecord {
    place: PlaceRecord,
    capabilities: u32,
    position: Option<[f32; 3]>,
    at: Option<At>,
}

impl ChangeRecord {
    /// The record of a change; `at` returns the place of a link.
    pub(crate) fn of(change: &SessionChange, at: impl Fn(LinkId) -> Option<At>) -> Self {
        match change {
            SessionChange::Client(client) => Self::Client(Box::new(ClientRecord {
                place: PlaceRecord::of(&client.place),
                capabilities: client.capabilities.0,
                position: client.position.map(Position::metres),
                at: client.link.and_then(at),
            })),
            SessionChange::Gone(id) => Self::Gone(id.0),
            SessionChange::Restricted(identity, restrictions) => {
                Self::Restricted(RestrictionsRecord::of(&(identity.clone(), restrictions.clone())))
            }
        }
    }

    /// The change, and where its client's link is.
    pub(crate) fn read(self) -> Result<(SessionChange, Option<At>), String> {
        Ok(match self {
            Self::Client(record) => {
                let client = CopiedClient {
                    place: record.place.read(Duration::ZERO)?,
                    capabilities: Capabilities(record.capabilities),
                    position: record.position.and_then(|place| Position::new(place).ok()),
                    link: None,
                };
                (SessionChange::Client(client), record.at)
            }
            Self::Gone(id) => (SessionChange::Gone(ClientId(id)), None),
            Self::Restricted(record) => {
                let (identity, restrictions) = record.read(Duration::ZERO);
                (SessionChange::Restricted(identity, restrictions), None)
            }
        })
    }
}
