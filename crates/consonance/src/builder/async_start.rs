//! Starting a chat from an async program.

use tokio::runtime::Handle;

use super::VoiceChatBuilder;
use crate::start_error::StartError;
use crate::voice_chat::VoiceChat;

impl VoiceChatBuilder {
    /// Starts the voice thread as [`start`](Self::start) does, without blocking the executor: devices and files are
    /// opened on a thread for blocking work. It does not wait for the server; [`VoiceChat::joined`] does.
    ///
    /// Dropping the future before it is ready leaves nothing behind: a chat that has started by then leaves its
    /// session.
    ///
    /// # Errors
    /// As those of [`start`](Self::start); [`StartError::NoRuntime`] outside of a tokio runtime, and
    /// [`StartError::Interrupted`] if the runtime shuts down meanwhile.
    pub async fn start_async(self) -> Result<VoiceChat, StartError> {
        let runtime = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let started = runtime.spawn_blocking(move || self.start()).await;
        started.map_err(|error| StartError::Interrupted(error.to_string()))?
    }

    /// QUIC uses this runtime, whose I/O and time drivers must be enabled, instead of starting its own. Has no effect
    /// on other networks, or on the fallback over a `WebSocket`.
    ///
    /// The chat needs the runtime for as long as it runs. A `current_thread` runtime carries packets only while it is
    /// driven: use [`leave_async`](VoiceChat::leave_async) there, since [`leave`](VoiceChat::leave) blocks it.
    #[cfg(feature = "quic")]
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }
}
