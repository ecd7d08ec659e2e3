//! Places in sessions, for listeners that let somebody in long before it arrives at a worker, if it ever does.

use std::fmt;
use std::sync::Arc;

use super::{Directory, SessionRefusal};

/// Says which worker has a session, and keeps a session up for who is on the way to it; see
/// [`Workers::places`](crate::Workers::places).
#[derive(Clone)]
pub struct Places(Arc<Directory>);

impl Places {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self(directory)
    }

    /// Which worker takes a client that names this session. Until the client arrives there, or its place is
    /// [given back](Self::give_back), the session does not end.
    ///
    /// # Errors
    /// There is no such session, nor may it begin.
    pub fn take(&self, session: &str) -> Result<usize, SessionRefusal> {
        self.0.reserve(session)
    }

    /// A client that has a place here will not arrive.
    pub fn give_back(&self, session: &str) {
        self.0.cancel(session);
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").finish_non_exhaustive()
    }
}
