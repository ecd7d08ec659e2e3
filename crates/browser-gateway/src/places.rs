//! Which worker has which session, as far as a page that is not there yet has to know.

use std::fmt;
use std::sync::Arc;

/// Asked when somebody comes, and never for a packet.
pub trait SessionPlaces: Send + Sync {
    /// The worker that has this session, or begins it. Until somebody arrives there, or the place is
    /// [given back](Self::give_back), the session does not end.
    ///
    /// # Errors
    /// There is no such session, or there are as many as there may be.
    fn take(&self, session: &str) -> Result<usize, NoPlace>;

    /// Who had a place will not arrive.
    fn give_back(&self, session: &str);
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// No session of that name is served.
    #[error("there is no session of that name here")]
    NoSuchSession,
    /// There are as many sessions as there may be.
    #[error("this server has all the sessions that it takes; try again later")]
    Full,
}

/// A place that is taken; given back when it is dropped, unless its player [arrives](Self::arrive).
pub(crate) struct Place {
    places: Arc<dyn SessionPlaces>,
    session: Box<str>,
    is_kept: bool,
}

impl Place {
    /// With the worker that has it.
    pub(crate) fn take(places: &Arc<dyn SessionPlaces>, session: &str) -> Result<(usize, Self), NoPlace> {
        let worker = places.take(session)?;
        let place = Self { places: Arc::clone(places), session: session.into(), is_kept: true };
        Ok((worker, place))
    }

    /// The session is told of the player, and counts it itself.
    pub(crate) fn arrive(mut self) {
        self.is_kept = false;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_kept {
            self.places.give_back(&self.session);
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("session", &self.session).finish_non_exhaustive()
    }
}
