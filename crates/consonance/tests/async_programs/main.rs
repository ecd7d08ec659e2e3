//! The façade in async programs: sessions over real QUIC on this machine, on the program's own runtimes.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod runtimes;
mod sessions;
#[path = "../voice_chat/stage.rs"]
#[expect(dead_code, reason = "what other tests do with a server")]
mod stage;

mod player {
    //! The parts that the server's stage needs.

    use std::time::Duration;

    /// How long anything may take. Generous: machines that run tests are busy.
    pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
}
