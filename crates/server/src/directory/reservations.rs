//! Reservations in sessions, for networks that accept a client long before it arrives at a worker, if it ever does.

use std::fmt;
use std::sync::Arc;

use super::{Directory, SessionRefusal};

/// Finds the worker of a session, and keeps the session up for a client on the way to it; see
/// [`Workers::reservations`](crate::Workers::reservations).
#[derive(Clone)]
pub struct Reservations(Arc<Directory>);

impl Reservations {
    pub(crate) fn new(directory: Arc<Directory>) -> Self {
        Self(directory)
    }

    /// The worker that takes a client which names this session. Until the client arrives there, or its reservation is
    /// [cancelled](Self::cancel), the session does not end.
    ///
    /// # Errors
    /// There is no such session, nor may it begin.
    pub fn reserve(&self, session: &str) -> Result<usize, SessionRefusal> {
        self.0.reserve(session)
    }

    /// The same for a client that is admitted anyway, so that it is refused with a reason if there is no such
    /// session: the worker that refuses it.
    pub fn place(&self, session: &str) -> usize {
        self.0.place(session)
    }

    /// A client that has a reservation, or was placed, will not arrive.
    pub fn cancel(&self, session: &str) {
        self.0.cancel(session);
    }
}

impl fmt::Debug for Reservations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservations").finish_non_exhaustive()
    }
}
