//! The events that a player has received, and the limits on the next one.

use consonance_session::{ClientId, Instant, SessionId};

use crate::sim::model::{GRACE, View};
use crate::sim::numbers::Version;
use crate::sim::tally::Tally;
use crate::sim::violation::{Checked, ensure};
use crate::sim::words::{Probe, Word};

/// A player's events since it joined, as far as they constrain the next event.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// It has just joined or was disconnected, and all earlier players have left.
    pub(crate) is_fresh: bool,
    /// Another link took its name, which can only be an earlier self whose handshake was late: it will try again.
    pub(crate) was_evicted: bool,
    /// Session and own id.
    pub(crate) joined: Option<(SessionId, ClientId)>,
    /// Its view of the session; `None` while it is in none, or is just receiving the state.
    pub(crate) view: Option<View>,
    /// The place that it lost with its link, until it is back and up to date.
    pub(crate) lost: Option<LostPlace>,
    /// It joined again while this stay could still have gone on.
    missed: Option<Version>,
    pub(crate) roster_received: bool,
    /// The players and their rooms, as its events report them; its own arrival is not counted, as its leaving is not
    /// reported.
    pub(crate) told: Tally,
    /// Receptions by id.
    ears: Vec<Ear>,
}

/// A place in the session that its player may have back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LostPlace {
    pub(crate) session: SessionId,
    pub(crate) id: ClientId,
    /// The player's view.
    pub(crate) view: Option<View>,
    /// By the player's clock; after it, no player is present any more.
    pub(crate) until: Instant,
}

/// One player's reception of one id.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ear {
    pub(crate) is_speaking: bool,
    /// The packet's number minus the reported one: constant throughout an utterance.
    pub(crate) offset: Option<u16>,
    /// The newest word received, and its speaker.
    pub(crate) newest: Option<(Version, Probe)>,
    /// The stay and the version at which the speaker was found to be known.
    pub(crate) known: Option<(Version, Version)>,
    /// A frame of an earlier owner of this id came while this stay owned it, so the machine may be misled.
    pub(crate) misled_about: Option<Version>,
}

impl Heard {
    /// Nothing yet, since it joined with this session and id, or since it is in none.
    pub(crate) fn again(joined: Option<(SessionId, ClientId)>) -> Self {
        Self { is_fresh: true, joined, ..Self::default() }
    }

    /// The link is lost, or another one could not be opened. If its place may be kept all players stay, and this is
    /// true.
    pub(crate) fn loses_link(&mut self, now: Instant) -> bool {
        let before = self.lost.take();
        let view = self.view.or(before.and_then(|lost| lost.view));
        let lost = match self.joined {
            Some((session, id)) => Some(LostPlace { session, id, view, until: now + GRACE }),
            None => before.filter(|lost| now <= lost.until),
        };
        if lost.is_some() {
            (self.joined, self.view, self.lost) = (None, None, lost);
            self.roster_received = false;
        }
        lost.is_some()
    }

    /// It joined, and no earlier player is known yet.
    pub(crate) fn joins(&mut self, now: Instant, session: SessionId, id: ClientId) {
        let missed = self.lost.filter(|lost| now < lost.until).and_then(|lost| lost.view);
        *self = Self { missed: missed.map(|view| view.stay), ..Self::again(Some((session, id))) };
    }

    /// It is back in its place, if it may be; what happened meanwhile is told from now on.
    pub(crate) fn resumes(&mut self, now: Instant, session: SessionId, id: ClientId) -> bool {
        let is_its_own = |lost: &LostPlace| (lost.session, lost.id) == (session, id) && now <= lost.until;
        let resumes = self.joined.is_none() && self.lost.as_ref().is_some_and(is_its_own);
        self.joined = Some((session, id));
        resumes
    }

    /// It was told everything up to here.
    pub(crate) fn sees(&mut self, view: View) -> Checked {
        if self.joined.is_none() || (self.lost.is_some() && !self.roster_received) {
            return Ok(());
        }
        let lost = self.lost.take().and_then(|lost| lost.view);
        ensure!(
            lost.is_none_or(|lost| lost.stay == view.stay),
            "a place is given back that belonged to another player"
        );
        ensure!(
            self.missed.take() != Some(view.stay),
            "a place is given back, but its player joins as if it were not"
        );
        self.view = Some(view);
        Ok(())
    }

    /// The stay as which it speaks; `None` while it is just being told of it.
    pub(crate) fn stay(&self) -> Option<Version> {
        self.last_view().map(|view| view.stay)
    }

    /// Its view, or the view before its link was lost.
    pub(crate) fn last_view(&self) -> Option<View> {
        self.view.or(self.lost.and_then(|lost| lost.view))
    }

    /// Whether only its client can tell which players are here just now.
    pub(crate) fn is_unsure(&self) -> bool {
        self.view.is_none() && (self.joined.is_some() || self.lost.is_some())
    }

    /// Whether it has lost its place by now, and all players must have left.
    pub(crate) fn has_given_up(&self, now: Instant) -> bool {
        self.joined.is_none() && self.lost.is_none_or(|lost| now >= lost.until)
    }

    /// The reception of an id.
    pub(crate) fn ear(&mut self, id: ClientId) -> &mut Ear {
        let index = usize::from(id.0);
        if index >= self.ears.len() {
            self.ears.resize(index + 1, Ear::default());
        }
        &mut self.ears[index]
    }

    /// Whether a frame of an earlier owner of a word's id may have misled the machine about its speaker.
    pub(crate) fn is_misled_about(&self, word: &Word) -> bool {
        self.ears.get(usize::from(word.id.0)).is_some_and(|ear| ear.is_misled_about(word))
    }

    /// Whether any player speaks, to this player's knowledge.
    pub(crate) fn has_speaker(&self) -> bool {
        self.ears.iter().any(|ear| ear.is_speaking)
    }
}

impl Ear {
    /// Whether a frame has to be heard once its channels are for this player: the newest one is, unless a frame of
    /// an earlier owner of the id may have misled the machine.
    pub(crate) fn believes(&self, word: &Word) -> bool {
        !self.is_misled_about(word) && self.is_newest(word)
    }

    /// Notes that a frame arrived.
    pub(crate) fn note(&mut self, word: &Word) {
        if let Some(stay) = word.stay.filter(|_| self.is_newest(word)) {
            self.newest = Some((stay, word.probe));
        }
    }

    fn is_misled_about(&self, word: &Word) -> bool {
        self.misled_about.is_some() && self.misled_about == word.stay
    }

    fn is_newest(&self, word: &Word) -> bool {
        !self.newest.is_some_and(|(stay, probe)| Some(stay) == word.stay && probe > word.probe)
    }
}
