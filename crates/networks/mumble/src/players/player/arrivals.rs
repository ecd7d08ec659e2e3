//! When packets came from the client.

use consonance_session::Instant;

/// The times of the last packets from the client, by kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arrivals {
    pub(super) voice: Option<Instant>,
    pub(super) other_codec: Option<Instant>,
    /// Voice above the rate.
    pub(super) too_many: Option<Instant>,
}
