//! The result of an action.

use consonance_server::moderation::Done;
use serde::Serialize;
use utoipa::ToSchema;

/// The result.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Outcome {
    /// The result: `notified`, `not_notified` (the client cannot be notified), `absent` (it applies when the player
    /// joins), `absent_name` (it applies to players that join with this name and no subject), `moved`, `only_removed`
    /// (the client cannot be asked to join another room), `holds`.
    #[schema(value_type = String)]
    outcome: consonance_server::moderation::Outcome,
    /// How it is stored: `on_disk`, `in_memory`, or `waiting` for the disk.
    #[schema(value_type = String)]
    stored: consonance_server::store::Stored,
}

impl From<Done> for Outcome {
    fn from(Done { outcome, stored }: Done) -> Self {
        Self { outcome, stored }
    }
}
