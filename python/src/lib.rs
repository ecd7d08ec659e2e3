//! The façade `consonance` as a module of Python: `consonance._native`, below the package `consonance`.
//!
//! What is here is small: objects of the façade with methods that convert arguments and return at once, and what
//! Python cannot do in time: it takes sound out of taps, converts its rate, and feeds speech at its pace. Everything
//! that waits is in the package, in asyncio.
//!
//! ```text
//!  asyncio's loop             pump: a thread per chat                voice thread, capture thread
//!  wake() ◀─ call_soon_threadsafe ── waits for a Signal ◀── raise ── events · beats · speech that runs out
//!    │                                 │ taps ─▶ Cutter
//!    └─ poll: events, blocks ◀─────────┴─ bounded queues, with counts of what was dropped
//! ```
//!
//! The voice thread and the capture thread never wait for the interpreter; the pump does, and the loop polls nothing.

mod audio_stream;
mod caption;
mod chat;
mod clock;
mod encryption;
mod errors;
mod event_queue;
mod events;
mod lock;
mod player;
mod pump;
mod registry;
mod signal;
mod speech;
mod start;

use pyo3::prelude::*;

/// What the package `consonance` is made of; its own modules are what programs use.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::audio_stream::AudioStream;
    #[pymodule_export]
    use super::caption::caption_text;
    #[pymodule_export]
    use super::chat::Chat;
    #[pymodule_export]
    use super::player::Player;
    #[pymodule_export]
    use super::registry::leave_all;
    #[pymodule_export]
    use super::speech::Speech;
    #[pymodule_export]
    use super::start::start;
}
