//! Reservations: a page's place in a session, at the worker that has it, before the page arrives there.

use std::fmt;
use std::sync::Arc;

/// The interface for reservations; used when a page joins, and never for a packet.
pub trait SessionReservations: Send + Sync {
    /// The worker that has this session, or begins it. Until a player arrives there, or the reservation is
    /// [cancelled](Self::cancel), the session does not end.
    ///
    /// # Errors
    /// There is no such session, or the limit of sessions is reached.
    fn reserve(&self, session: &str) -> Result<usize, NoReservation>;

    /// The player of a reservation will not arrive.
    fn cancel(&self, session: &str);
}

/// Why there is no reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoReservation {
    /// No session of that name is served.
    #[error("unknown session")]
    NoSuchSession,
    /// There are as many sessions as there may be.
    #[error("this server cannot open more sessions; try again later")]
    Full,
}

/// A reservation, which is cancelled when it is dropped, unless its player [arrives](Self::arrive).
pub(crate) struct Reservation {
    reservations: Arc<dyn SessionReservations>,
    session: Box<str>,
    is_kept: bool,
}

impl Reservation {
    /// With the worker that has it.
    pub(crate) fn make(
        reservations: &Arc<dyn SessionReservations>,
        session: &str,
    ) -> Result<(usize, Self), NoReservation> {
        let worker = reservations.reserve(session)?;
        let reservation =
            Self { reservations: Arc::clone(reservations), session: session.into(), is_kept: true };
        Ok((worker, reservation))
    }

    /// Ends the reservation: the session knows of the player, and counts it itself.
    pub(crate) fn arrive(mut self) {
        self.is_kept = false;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.is_kept {
            self.reservations.cancel(&self.session);
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("session", &self.session).finish_non_exhaustive()
    }
}
