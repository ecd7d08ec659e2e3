//! Who lets the others know where it is: carried from player to player, since the session tells nobody.

use std::time::{Duration, Instant};

use consonance_session::{ClientId, Position};

use super::BrowserGateway;
use crate::browsers::BrowserIndex;
use crate::shard::PageShard;

/// Pages are told so often, and with each page more this much less often: a page is told of at most a hundred places a second.
const INTERVAL: Duration = Duration::from_millis(100);
const INTERVAL_PER_BROWSER: Duration = Duration::from_millis(10);

/// One player's place, for the others of its session.
struct Move {
    whose: BrowserIndex,
    id: ClientId,
    /// None if it lets nobody know any longer.
    to: Option<Position>,
}

impl<S: PageShard> BrowserGateway<S> {
    /// Something has happened to a player: if it has moved, or is new, the pages are told soon.
    pub(super) fn note_whereabouts(&mut self, now: Instant, index: BrowserIndex) {
        let is_news = self.browsers.get(index).is_some_and(|browser| browser.to_be_told() != browser.told);
        if is_news && self.next_whereabouts_at.is_none() {
            let interval = INTERVAL + INTERVAL_PER_BROWSER * self.browsers.iter().count() as u32;
            let earliest = self.whereabouts_told_at.map_or(now, |at| at + interval);
            self.next_whereabouts_at = Some(earliest.max(now));
        }
    }

    /// Tells everybody who has moved, and those who are new where all the others are.
    pub(super) fn tell_whereabouts(&mut self, now: Instant) {
        if self.next_whereabouts_at.is_none_or(|at| at > now) {
            return;
        }
        (self.next_whereabouts_at, self.whereabouts_told_at) = (None, Some(now));
        let (mut moves, mut newcomers, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for whose in self.browsers.indices() {
            let Some(browser) = self.browsers.get_mut(whose) else { continue };
            let next = browser.to_be_told();
            let told = std::mem::replace(&mut browser.told, next);
            let place = browser.told.place;
            if told.id != browser.told.id {
                newcomers.push(whose);
            }
            if let Some((id, _)) = place.or(told.place).filter(|_| place != told.place) {
                moves.push(Move { whose, id, to: place.map(|(_, position)| position) });
            }
            if let Some((id, position)) = place {
                places.push(Move { whose, id, to: Some(position) });
            }
        }
        for index in self.browsers.indices() {
            let news = if newcomers.contains(&index) { &places } else { &moves };
            self.tell_moves(now, index, news);
        }
    }

    /// Tells one page of those of the moves that are in its session, and not its own.
    fn tell_moves(&mut self, now: Instant, index: BrowserIndex, moves: &[Move]) {
        let session_of = |of: BrowserIndex| self.browsers.get(of).map(|browser| &browser.session);
        let is_ours = |it: &&Move| it.whose != index && session_of(it.whose) == session_of(index);
        let ours: Vec<&Move> = moves.iter().filter(is_ours).collect();
        if ours.is_empty() {
            return;
        }
        let Some(player) = self.browsers.get_mut(index).and_then(|browser| browser.player()) else { return };
        for it in ours {
            player.handle_place(it.id, it.to);
        }
        self.follow(now, index);
    }
}
