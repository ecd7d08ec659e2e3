//! The façade `consonance` as a module of Python: `consonance._native`, below the package `consonance`.
//!
//! A thin layer: façade objects with methods that convert arguments and return at once, and the work that is too
//! time-critical for Python: reading audio from taps, converting its rate, and feeding speech in real time. Everything
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

/// The native part of the package `consonance`; programs use the package's own modules.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

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

    /// Adds the package's version.
    #[pymodule_init]
    fn add_version(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
