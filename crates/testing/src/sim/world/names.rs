//! Names in use: which holders are alive, and that no living one loses its name to another link.

use consonance_session::{Instant, LinkId};

use super::World;
use super::entry::Entry;
use crate::sim::model::Place;
use crate::sim::network::End;
use crate::sim::numbers::owner;
use crate::sim::violation::{Checked, ensure};

impl World {
    /// Tells the server whether the peer that it asks about next is alive. False if it asks about none.
    ///
    /// One at a time: a link may break between what is sent because of one and because of the next.
    pub(super) fn answer_probe(&mut self) -> bool {
        let now = self.host.clock.read(self.agenda.now());
        let Some(link) = self.host.server.poll_probe() else { return false };
        let heard = if self.is_alive(link) { now } else { Instant::START };
        self.host.server.handle_heard(now, link, Some(heard));
        true
    }

    /// Newcomers that waited are members now, without another packet of theirs.
    pub(super) fn admit_waiting(&mut self, entries: &[Entry]) -> Checked {
        for &entry in entries {
            let Entry { id, link, resumes } = entry;
            ensure!(!resumes, "{} resumes without having asked", owner(link));
            self.is_name_free(Some(entry))?;
            let waited = self.model.join_waiting(link, id);
            ensure!(waited, "{} joins without having asked", owner(link));
            self.note_answer(Some(entry))?;
            self.begin_arrivals(link);
            self.counts.waited += 1;
        }
        Ok(())
    }

    /// A name is not taken from a link that is alive.
    pub(super) fn is_name_free(&mut self, entry: Option<Entry>) -> Checked {
        let Some(Entry { link, .. }) = entry.filter(|entry| !entry.resumes) else { return Ok(()) };
        if self.outside.is_some() {
            return Ok(());
        }
        let player_id = owner(link);
        let holder = self.model.present().filter(|stay| stay.player_id == player_id).find_map(|stay| {
            match stay.place {
                Place::Over(old) if old != link => Some(old),
                _ => None,
            }
        });
        ensure!(
            !holder.is_some_and(|old| self.is_alive(old)),
            "{player_id} takes its name over {link} from {holder:?}, which is alive"
        );
        Ok(())
    }

    /// Whether a player is at the other end.
    pub(super) fn is_alive(&mut self, link: LinkId) -> bool {
        self.network.link(link).is_some_and(|link| !link.broken && link.player != End::Gone)
    }
}
