//! The state that one server process leaves for the next one: its sessions, and the certificate that players know it
//! by.

mod access_record;
mod place_record;
mod record;
mod restart_plan;
mod state_file;
mod time_left;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use consonance_session::SessionSnapshot;

pub(crate) use access_record::{AccessRecord, RestrictionsRecord};
pub(crate) use place_record::PlaceRecord;
pub use restart_plan::RestartPlan;

/// Everything that the next process needs so that players that lost their links get their reservations back.
///
/// It holds secrets: with it, an attacker can take every player's place, and impersonate the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandOver {
    /// The sessions by name.
    pub sessions: Vec<(String, SessionSnapshot)>,
    /// The certificate, if the process had made it itself: addresses name it by its fingerprint.
    pub identity: Option<SavedIdentity>,
    /// The sessions that are recorded because an operator wanted it; see
    /// [`Workers::ask_to_record`](crate::Workers::ask_to_record).
    pub recorded: Vec<String>,
}

/// A certificate and its private key as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedIdentity {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

/// Why nothing is left to the next process, or nothing was taken over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandOverError {
    /// The operating system refuses.
    #[error("{}: {cause}; check that the folder is there and that this user may write to it", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error from the operating system.
        cause: io::Error,
    },
    /// Another kind of file is there; it is not replaced.
    #[error(
        "{} is not a server's saved state, and stays unchanged: name another file",
        path.display()
    )]
    SomethingElse {
        /// The file.
        path: PathBuf,
    },
    /// Others may have read the secrets in it, or have put them there.
    #[error(
        "{} belongs to another user or can be read by others (mode {mode:03o}), so it is not trusted; \
         delete it, and keep it in the server's own folder",
        path.display()
    )]
    NotPrivate {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// More than any server leaves.
    #[error("{} has {bytes} bytes, expected at most {}: delete it", path.display(), BYTES_MAX)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// It was left by another version of this program.
    #[error("{} has format {found}, and this version reads {}: players have to rejoin", path.display(), VERSION)]
    OtherVersion {
        /// The file; it is left where it is.
        path: PathBuf,
        /// The version that it states.
        found: u32,
    },
    /// It was cut off or changed.
    #[error("{} is damaged ({cause}): players have to rejoin", path.display())]
    Damaged {
        /// The file; it is left where it is.
        path: PathBuf,
        /// A description of the damage.
        cause: String,
    },
}

impl HandOverError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "io",
            Self::SomethingElse { .. } => "something-else",
            Self::NotPrivate { .. } => "not-private",
            Self::TooLarge { .. } => "too-large",
            Self::OtherVersion { .. } => "other-version",
            Self::Damaged { .. } => "damaged",
        }
    }
}

/// Of the format of the file.
const VERSION: u32 = 1;
/// A session of 5000 players in a few rooms each leaves 2 MB.
const BYTES_MAX: u64 = 512 << 20;

impl HandOver {
    /// Writes the state atomically to a file that only this user may read; replaces an earlier one.
    ///
    /// # Errors
    /// If it cannot be written, or something else has this name.
    pub fn write(&self, path: &Path) -> Result<(), HandOverError> {
        state_file::write(path, &self.to_bytes())
    }

    /// The stored state, which stays until it is deleted; `None` if there is no file.
    ///
    /// # Errors
    /// If it is not to be trusted, damaged, of another version or not readable. The server can start without it.
    pub fn read(path: &Path) -> Result<Option<Self>, HandOverError> {
        let Some(bytes) = state_file::read(path)? else { return Ok(None) };
        let path = path.to_owned();
        Self::from_bytes(&bytes).map(Some).map_err(|unreadable| match unreadable {
            record::Unreadable::OtherVersion(found) => HandOverError::OtherVersion { path, found },
            record::Unreadable::Damaged(cause) => HandOverError::Damaged { path, cause },
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        record::to_bytes(self)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, record::Unreadable> {
        record::from_bytes(bytes)
    }
}

/// Does not show the key.
impl fmt::Debug for SavedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedIdentity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}
