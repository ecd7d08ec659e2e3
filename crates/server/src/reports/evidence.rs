//! The evidence of a report.

use crate::recording::Excerpt;

/// The evidence of a report, beside its description.
#[derive(Debug)]
pub(super) enum Evidence {
    /// Voices that the server relayed.
    Excerpt(Excerpt),
    /// Evidence that a player submitted, sealed.
    Sealed(Box<[u8]>),
}
