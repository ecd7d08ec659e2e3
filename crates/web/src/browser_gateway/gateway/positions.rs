//! Shared positions: carried from player to player, since the session does not send them.

use std::time::Instant;

use consonance_link::gateway::{PlaceInWorld, PlaceNews, SeatPlace};
use consonance_session::ClientId;

use super::BrowserGateway;
use crate::browser_gateway::browser::{Announced, Browser};
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::shard::PageShard;

/// One player's place, for the others of its session.
struct Move {
    /// None if it is not a page of this worker.
    whose: Option<BrowserIndex>,
    id: ClientId,
    /// None if it does not share its position any longer.
    to: Option<PlaceInWorld>,
}

/// What the pages of a session are to be told.
#[derive(Default)]
struct News {
    moves: Vec<Move>,
    /// The places of this worker's pages.
    places: Vec<Move>,
    /// The players that are new, or have entered another world, in order: they are told of all places.
    newcomers: Vec<BrowserIndex>,
}

impl<S: PageShard> BrowserGateway<S> {
    /// Something has happened to a player: if it has moved, or is new, the pages of its session are told soon.
    pub(super) fn note_position(&mut self, now: Instant, index: BrowserIndex) {
        let with_news = self.browsers.get(index).filter(|browser| browser.has_news());
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

    /// A browser is one of its session's: players of other gateways are its neighbours, too.
    pub(super) fn note_entered(&mut self, index: BrowserIndex) {
        if let Some(browser) = self.browsers.get(index) {
            self.places.enter(&browser.session);
        }
    }

    /// A browser is gone, and with it the place that it shared.
    pub(super) fn note_left(&mut self, index: BrowserIndex, browser: &Browser) {
        if browser.announced.place.is_some() {
            self.places.publish(&browser.session, [(browser.seat.number, None)]);
        }
        if self.neighbours.leave(browser.neighbours, index) {
            self.places.leave(&browser.session);
        }
    }

    /// Notes moves of players of other gateways: the pages here are told soon.
    pub(super) fn note_positions_elsewhere(&mut self, now: Instant) {
        for (session, places) in self.places.take_sessions_with_news() {
            self.neighbours.note_news_elsewhere(now, &session, places);
        }
    }

    /// Tells the pages of one session, in order.
    fn tell_neighbours(&mut self, now: Instant, session: &str, browsers: &[BrowserIndex]) {
        let elsewhere = |(id, to): PlaceNews| Move { whose: None, id, to };
        let mut news = News::default();
        news.moves.extend(self.places.take_news(session).map(elsewhere));
        let mut shared = Vec::new();
        for &whose in browsers {
            let Some(browser) = self.browsers.get_mut(whose) else { continue };
            let next = browser.to_announce();
            let former = std::mem::replace(&mut browser.announced, next);
            shared.extend(news.note(whose, browser, &former));
        }
        if !shared.is_empty() {
            self.places.publish(session, shared);
        }
        if !news.newcomers.is_empty() {
            news.places.extend(self.places.of_others(session).into_iter().map(elsewhere));
        }
        for &index in browsers {
            self.tell_moves(now, index, &news);
        }
    }

    /// Tells one page of what is not its own.
    fn tell_moves(&mut self, now: Instant, index: BrowserIndex, news: &News) {
        let Some(browser) = self.browsers.get_mut(index) else { return };
        let world = browser.announced.world.clone();
        let Some(player) = browser.player() else { return };
        let is_newcomer = news.newcomers.binary_search(&index).is_ok();
        // The places come last, as they are what is so now.
        let all = news.moves.iter().chain(news.places.iter().filter(|_| is_newcomer));
        let mut is_told = false;
        for it in all.filter(|it| it.whose != Some(index)) {
            let here = it.to.as_ref().filter(|place| place.world == world);
            player.handle_place(it.id, here.map(|place| place.position));
            is_told = true;
        }
        if is_told {
            self.follow(now, index);
        }
    }
}

impl News {
    /// Notes what is new about a page here; returns its place if that is news for others elsewhere, too.
    fn note(&mut self, whose: BrowserIndex, browser: &Browser, former: &Announced) -> Option<SeatPlace> {
        let announced = &browser.announced;
        let place = announced.place_in_world();
        let has_moved = place != former.place_in_world();
        if former.id != announced.id || former.world != announced.world {
            self.newcomers.push(whose);
        }
        if let Some((id, _)) = announced.place.or(former.place).filter(|_| has_moved) {
            self.moves.push(Move { whose: Some(whose), id, to: place.clone().map(|(_, place)| place) });
        }
        if let Some((id, place)) = place.clone() {
            self.places.push(Move { whose: Some(whose), id, to: Some(place) });
        }
        has_moved.then_some((browser.seat.number, place))
    }
}
