//! Why an action was not carried out.

use consonance_session::RestrictionsError;
use consonance_wire::limits::ONWARD_ADDRESS_BYTES_MAX;

use crate::handle::WorkerError;
use crate::recording::{RecordingRefusal, RecordingsError};
use crate::records::RecordsError;
use crate::reports::ReportsError;

/// Why something was not done, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModerationError {
    /// No session of this name is served now.
    #[error("unknown session {session:?}")]
    NoSession {
        /// Its name.
        session: String,
    },
    /// No player of this name is in the session.
    #[error("no player {player:?} in the session {session:?}: see its list of players")]
    NoPlayer {
        /// The session's name.
        session: String,
        /// The player's name.
        player: String,
    },
    /// The player does not listen to the room.
    #[error("{player:?} does not listen to the room {room:?}")]
    NotInRoom {
        /// The player's name.
        player: String,
        /// The room's name.
        room: String,
    },
    /// The player has no access to the room that it was to enter.
    #[error("{player:?} may not listen to the room {room:?}: grant access first")]
    RoomForbidden {
        /// The player's name.
        player: String,
        /// The room's name.
        room: String,
    },
    /// The room that the player was to go to is full.
    #[error("the room {room:?} is full")]
    RoomFull {
        /// The room's name.
        room: String,
    },
    /// A player has rights in as many rooms as it may.
    #[error("{player:?} already has rights in {limit} rooms: revoke some first")]
    TooManyRights {
        /// The player.
        player: String,
        /// How many that are.
        limit: usize,
    },
    /// There is no ban of this number.
    #[error("unknown ban {id}: see the list of bans")]
    NoBan {
        /// The number.
        id: u64,
    },
    /// A name is not kept for an account.
    #[error("{name:?} is not kept for an account in the session {session:?}")]
    NameNotKept {
        /// The session's name.
        session: String,
        /// The player's name.
        name: String,
    },
    /// The server is to stay anyway.
    #[error("the server is not draining")]
    NotDraining,
    /// An address that players cannot be sent to.
    #[error(
        "invalid redirect address, expected 1 to {ONWARD_ADDRESS_BYTES_MAX} bytes, such as \
         quic://host:7777/{{session}}"
    )]
    InvalidRedirect,
    /// The requested end lies in the past.
    #[error("the end time is in the past: choose a later one")]
    EndsInThePast,
    /// A name is missing.
    #[error("{what} has no name: say which one")]
    Nameless {
        /// The kind of thing that has no name.
        what: &'static str,
    },
    /// Voices are not kept on this server, so there is nothing to report.
    #[error("voices are not kept on this server: set moderation.report_buffer_s and storage.folder")]
    NothingKept,
    /// The player was not heard lately.
    #[error("{player:?} was not heard by another player in the session {session:?} recently")]
    NotHeard {
        /// The session's name.
        session: String,
        /// The player.
        player: String,
    },
    /// A report was not made, or cannot be had.
    #[error(transparent)]
    Report(ReportsError),
    /// A session cannot be recorded, or is not.
    #[error(transparent)]
    Recording(RecordingRefusal),
    /// A recording cannot be had or removed.
    #[error(transparent)]
    Recordings(RecordingsError),
    /// The limit of stored data is reached.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// The session does not take the restrictions. It is recorded, and holds in the session's next life.
    #[error("{0}")]
    Restrictions(RestrictionsError),
    /// The worker has not answered, and nothing was recorded.
    #[error("{0}")]
    Server(WorkerError),
    /// The worker has not answered. The decision is recorded, and applies when the player returns, or when the session
    /// begins again.
    #[error("{0}; the decision is recorded")]
    OnlyRecorded(WorkerError),
}

impl ModerationError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSession { .. } => "no-session",
            Self::NoPlayer { .. } => "no-player",
            Self::NotInRoom { .. } => "not-in-room",
            Self::RoomForbidden { .. } => "room-forbidden",
            Self::RoomFull { .. } => "room-full",
            Self::TooManyRights { .. } => "too-many-rights",
            Self::NoBan { .. } => "no-ban",
            Self::NameNotKept { .. } => "name-not-kept",
            Self::NotDraining => "not-draining",
            Self::InvalidRedirect => "invalid-redirect",
            Self::EndsInThePast => "ends-in-the-past",
            Self::Nameless { .. } => "nameless",
            Self::NothingKept => "nothing-kept",
            Self::NotHeard { .. } => "not-heard",
            Self::Report(cause) => cause.code(),
            Self::Recording(cause) => cause.code(),
            Self::Recordings(cause) => cause.code(),
            Self::Records(cause) => cause.code(),
            Self::Restrictions(_) => "restrictions",
            Self::Server(_) => "server",
            Self::OnlyRecorded(_) => "only-recorded",
        }
    }
}

impl ModerationError {
    /// The meaning of a worker's error for a query about a session.
    pub(super) fn of_worker(error: WorkerError) -> Self {
        match error {
            WorkerError::NoSession { session } => Self::NoSession { session },
            other => Self::Server(other),
        }
    }
}
