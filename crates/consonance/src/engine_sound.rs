//! Sound that belongs to a game's engine, which has threads, clocks and sample rates of its own.
//!
//! The engine takes and brings samples in its audio callback, at its rate; the voice chat has its beat of 10 ms. A ring
//! and a resampler between them follow the engine's clock (`consonance-clock-bridge`), as they follow a device's.

mod input;
mod link;
mod output;
mod player_stream;
mod playing_end;

use std::time::Duration;

pub use input::EngineInput;
pub(crate) use input::{EngineMicrophone, engine_input};
pub(crate) use link::EngineLink;
pub use output::EngineOutput;
pub(crate) use output::{EngineSpeaker, engine_output};
pub use player_stream::PlayerStream;
pub(crate) use player_stream::{StreamWriter, player_stream};

/// An engine that has not called for so long plays or records nothing at present: longer than any callback.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);
