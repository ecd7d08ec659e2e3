//! Errors of starting a voice chat.

use std::io;

use consonance_audio::CodecError;
use consonance_session::{JoinTokenTooLong, RoomError};

use crate::diagnostics::DiagnosticsError;
use crate::encryption::PrepareError;
use crate::settings::SettingsError;

/// Why a voice chat cannot start.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum StartError {
    /// The address cannot be read.
    #[cfg(feature = "quic")]
    #[error(transparent)]
    Address(#[from] consonance_quic::AddressError),
    /// No server or network was given.
    #[error("no network configured: call server() or network() first")]
    NoNetwork,
    /// A setting is invalid.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The player's name is invalid.
    #[error("invalid name {name:?}: {problem}")]
    Name {
        /// The name.
        name: String,
        /// The problem.
        problem: String,
    },
    /// A room cannot be joined.
    #[error("the room {room:?} cannot be joined: {cause}")]
    Room {
        /// The room.
        room: String,
        /// The reason.
        cause: RoomError,
    },
    /// Join token and password are longer than any server accepts.
    #[error(transparent)]
    JoinToken(#[from] JoinTokenTooLong),
    /// The codec rejects the settings.
    #[error("could not set up the codec: {0}")]
    Codec(CodecError),
    /// No key could be made for the session's encryption.
    #[error(transparent)]
    Encryption(#[from] consonance_e2ee::E2eeError),
    /// The file for the session's keys cannot be opened.
    #[error("cannot log keys to {path}: {cause}")]
    KeyLog {
        /// The file.
        path: String,
        /// The reason.
        cause: io::Error,
    },
    /// The requested diagnostics cannot be written.
    #[error(transparent)]
    Diagnostics(#[from] DiagnosticsError),
    /// A thread could not be started.
    #[error("could not start a thread: {0}")]
    Thread(io::Error),
    /// The given runtime cannot carry the network.
    #[cfg(all(feature = "quic", feature = "tokio"))]
    #[error(transparent)]
    Runtime(#[from] consonance_quic::RuntimeError),
    /// The future was started outside of a tokio runtime.
    #[cfg(feature = "tokio")]
    #[error("start_async() needs a tokio runtime: call it inside one, or use start()")]
    NoRuntime,
    /// The builder panicked on a thread of the runtime, or the runtime shut down meanwhile.
    #[cfg(feature = "tokio")]
    #[error("the chat was not started: {0}")]
    Interrupted(String),
    /// The inspector's page could not be opened.
    #[cfg(feature = "inspector")]
    #[error(transparent)]
    Inspector(#[from] consonance_inspector::page::InspectorError),
}

impl StartError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            #[cfg(feature = "quic")]
            Self::Address(_) => "address",
            Self::NoNetwork => "no-network",
            Self::Settings(cause) => cause.code(),
            Self::Name { .. } => "name",
            Self::Room { .. } => "room",
            Self::JoinToken(_) => "join-token-too-long",
            Self::Codec(_) => "codec",
            Self::Encryption(cause) => cause.code(),
            Self::KeyLog { .. } => "key-log",
            Self::Diagnostics(cause) => cause.code(),
            Self::Thread(_) => "thread",
            #[cfg(all(feature = "quic", feature = "tokio"))]
            Self::Runtime(cause) => cause.code(),
            #[cfg(feature = "tokio")]
            Self::NoRuntime => "no-runtime",
            #[cfg(feature = "tokio")]
            Self::Interrupted(_) => "interrupted",
            #[cfg(feature = "inspector")]
            Self::Inspector(cause) => cause.code(),
        }
    }
}

impl From<PrepareError> for StartError {
    fn from(cause: PrepareError) -> Self {
        match cause {
            PrepareError::Member(cause) => Self::Encryption(cause),
            PrepareError::KeyLog { path, cause } => Self::KeyLog { path, cause },
        }
    }
}

impl From<CodecError> for StartError {
    fn from(cause: CodecError) -> Self {
        Self::Codec(cause)
    }
}

impl From<io::Error> for StartError {
    fn from(cause: io::Error) -> Self {
        Self::Thread(cause)
    }
}
