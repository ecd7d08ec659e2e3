//! Sound of a game's engine, which has its own threads, clocks and sample rates.
//!
//! The engine takes and delivers samples in its audio callback, at its rate; the voice chat has its beat of 10 ms. A
//! ring and a resampler between them follow the engine's clock (`consonance_device::clock_bridge`), as they follow a
//! device's.

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

/// An engine without a callback for this long is not playing or recording at present: longer than any callback.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);
