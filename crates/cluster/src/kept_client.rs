//! A client whose session has another owner now.

use serde::{Deserialize, Serialize};

/// The client of a peer under an earlier owner of its session, as known to its edge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptClient {
    /// Its id.
    pub client: u16,
    /// The number of changes of the session that its edge has heard of.
    pub version: u64,
    /// Its position in metres, if it has reported one.
    pub place: Option<[f32; 3]>,
}
