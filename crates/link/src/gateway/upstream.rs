//! The game's own server behind an [`EnvelopeServer`](crate::gateway::EnvelopeServer), and the connections to it.

mod connections;
mod no_upstream;
mod poll_order;
mod wakers;
mod watching;

use std::time::Duration;

pub(crate) use connections::{UpstreamEvent, Upstreams};
pub use no_upstream::NoUpstream;
pub(crate) use watching::SEES;

/// Settings of the connections to a game's server, and of voice beside the game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpstreamSettings {
    /// The effect on the game when the session closes a player's voice.
    pub voice_closed: VoiceClosed,
    /// How long the game's server may take to admit a client (default 5 s, half of what clients of most networks
    /// wait); after it the client is refused.
    pub timeout: Duration,
}

impl Default for UpstreamSettings {
    fn default() -> Self {
        let again_after = Duration::from_secs(10);
        Self { voice_closed: VoiceClosed::GameGoesOn { again_after }, timeout: Duration::from_secs(5) }
    }
}

/// The effect on a player's game when the session closes its voice: it was refused, kicked, or broke a rule there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceClosed {
    /// The game goes on without voice. What the client says there is dropped for this long; with its next voice
    /// packet after that it joins the session again, as other clients rejoin after a kick. To keep a player out, ban
    /// it.
    GameGoesOn {
        /// How long voice stays closed (default 10 s).
        again_after: Duration,
    },
    /// The client is disconnected from the game, too.
    GameEnds,
}
