//! Shared positions: carried from player to player, since the session does not send them.

use std::time::Instant;

use consonance_session::{ClientId, Position};

use super::BrowserGateway;
use crate::browser_gateway::browser::Browser;
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::place_board::PlaceNews;
use crate::browser_gateway::shard::PageShard;

/// One player's place, for the others of its session.
struct Move {
    /// None if its page is another worker's.
    whose: Option<BrowserIndex>,
    id: ClientId,
    /// None if it does not share its position any longer.
    to: Option<Position>,
}

impl<S: PageShard> BrowserGateway<S> {
    /// Something has happened to a player: if it has moved, or is new, the pages of its session are told soon.
    pub(super) fn note_position(&mut self, now: Instant, index: BrowserIndex) {
        let with_news = self.browsers.get(index).filter(|browser| browser.to_announce() != browser.announced);
        if let Some(browser) = with_news {
            self.neighbours.note_news(now, browser.neighbours);
        }
    }

    /// Tells the players of each session whose time has come of moves, and new ones of all positions.
    pub(super) fn send_positions(&mut self, now: Instant) {
        while let Some((session, browsers)) = self.neighbours.take_due(now) {
            self.tell_neighbours(now, &session, &browsers);
        }
    }

    /// A browser is one of its session's: those of other workers are its neighbours, too.
    pub(super) fn note_entered(&self, index: BrowserIndex) {
        if let Some(browser) = self.browsers.get(index) {
            self.entrance.places().enter(&browser.session, self.worker);
        }
    }

    /// A browser is gone, and with it the place that it shared.
    pub(super) fn note_left(&mut self, index: BrowserIndex, browser: &Browser) {
        if browser.announced.place.is_some() {
            self.entrance.share_places(&browser.session, self.worker, &[(browser.seat.number, None)]);
        }
        if self.neighbours.leave(browser.neighbours, index) {
            self.entrance.places().leave(&browser.session, self.worker);
        }
    }

    /// Notes moves of players whose pages other workers have: the pages here are told soon.
    pub(super) fn note_positions_elsewhere(&mut self, now: Instant) {
        for (session, places) in self.entrance.places().take_sessions_with_news(self.worker) {
            self.neighbours.note_news_elsewhere(now, &session, places);
        }
    }

    /// Tells the pages of one session, in order.
    fn tell_neighbours(&mut self, now: Instant, session: &str, browsers: &[BrowserIndex]) {
        let elsewhere = |(id, to): PlaceNews| Move { whose: None, id, to };
        let board = self.entrance.places();
        let mut moves: Vec<Move> = board.take_news(session, self.worker).into_iter().map(elsewhere).collect();
        let (mut newcomers, mut places, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for &whose in browsers {
            let Some(browser) = self.browsers.get_mut(whose) else { continue };
            let next = browser.to_announce();
            let former = std::mem::replace(&mut browser.announced, next);
            let place = browser.announced.place;
            if place != former.place {
                shared.push((browser.seat.number, place));
            }
            if former.id != browser.announced.id {
                newcomers.push(whose);
            }
            if let Some((id, _)) = place.or(former.place).filter(|_| place != former.place) {
                moves.push(Move { whose: Some(whose), id, to: place.map(|(_, position)| position) });
            }
            if let Some((id, position)) = place {
                places.push(Move { whose: Some(whose), id, to: Some(position) });
            }
        }
        if !shared.is_empty() {
            self.entrance.share_places(session, self.worker, &shared);
        }
        if !newcomers.is_empty() {
            places.extend(self.entrance.places().of_others(session, self.worker).into_iter().map(elsewhere));
        }
        for &index in browsers {
            let news = if newcomers.binary_search(&index).is_ok() { &places } else { &moves };
            self.tell_moves(now, index, news);
        }
    }

    /// Tells one page of the moves that are not its own.
    fn tell_moves(&mut self, now: Instant, index: BrowserIndex, moves: &[Move]) {
        let of_others = moves.iter().filter(|it| it.whose != Some(index));
        let Some(player) = self.browsers.get_mut(index).and_then(|browser| browser.player()) else { return };
        let mut is_told = false;
        for it in of_others {
            player.handle_place(it.id, it.to);
            is_told = true;
        }
        if is_told {
            self.follow(now, index);
        }
    }
}
