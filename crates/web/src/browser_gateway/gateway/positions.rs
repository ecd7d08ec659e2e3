//! Shared positions: carried from player to player, since the session does not send them.

use std::time::Instant;

use consonance_session::{ClientId, Position};

use super::BrowserGateway;
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::shard::PageShard;

/// One player's place, for the others of its session.
struct Move {
    whose: BrowserIndex,
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
        while let Some(browsers) = self.neighbours.take_due(now) {
            self.tell_neighbours(now, &browsers);
        }
    }

    /// Tells the pages of one session, in order.
    fn tell_neighbours(&mut self, now: Instant, browsers: &[BrowserIndex]) {
        let (mut moves, mut newcomers, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for &whose in browsers {
            let Some(browser) = self.browsers.get_mut(whose) else { continue };
            let next = browser.to_announce();
            let former = std::mem::replace(&mut browser.announced, next);
            let place = browser.announced.place;
            if former.id != browser.announced.id {
                newcomers.push(whose);
            }
            if let Some((id, _)) = place.or(former.place).filter(|_| place != former.place) {
                moves.push(Move { whose, id, to: place.map(|(_, position)| position) });
            }
            if let Some((id, position)) = place {
                places.push(Move { whose, id, to: Some(position) });
            }
        }
        for &index in browsers {
            let news = if newcomers.binary_search(&index).is_ok() { &places } else { &moves };
            self.tell_moves(now, index, news);
        }
    }

    /// Tells one page of the moves that are not its own.
    fn tell_moves(&mut self, now: Instant, index: BrowserIndex, moves: &[Move]) {
        let of_others = moves.iter().filter(|it| it.whose != index);
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
