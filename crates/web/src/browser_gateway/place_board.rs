//! The places that pages share, between the workers that have pages of one session.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use consonance_session::{ClientId, Position};

/// The shared places of all sessions. Each worker writes those of its own pages, and reads those of the others'.
///
/// It holds one place for each page, and for each worker at most one piece of news for each player.
#[derive(Debug)]
pub(crate) struct PlaceBoard {
    sessions: Mutex<HashMap<Box<str>, SessionPlaces>>,
    /// Of each worker: whether it has news in some session.
    has_news: Box<[AtomicBool]>,
}

/// The page whose place it is, by the number of its seat, and its player's place; none if it shares it no longer.
pub(crate) type SeatPlace = (u64, Option<(ClientId, Position)>);

/// A player that has moved, or that no longer shares its place.
pub(crate) type PlaceNews = (ClientId, Option<Position>);

#[derive(Debug, Default)]
struct SessionPlaces {
    by_seat: BTreeMap<u64, Placed>,
    /// By the workers that have pages in the session: what they have yet to read.
    news: BTreeMap<usize, BTreeMap<ClientId, Option<Position>>>,
}

#[derive(Debug)]
struct Placed {
    worker: usize,
    id: ClientId,
    position: Position,
}

impl PlaceBoard {
    pub(crate) fn new(workers: usize) -> Self {
        let has_news = (0..workers).map(|_| AtomicBool::new(false)).collect();
        Self { sessions: Mutex::default(), has_news }
    }

    /// A worker has pages in this session.
    pub(crate) fn enter(&self, session: &str, worker: usize) {
        self.lock().entry(session.into()).or_default().news.entry(worker).or_default();
    }

    /// A worker has no page in this session any longer.
    pub(crate) fn leave(&self, session: &str, worker: usize) {
        let mut sessions = self.lock();
        let Some(places) = sessions.get_mut(session) else { return };
        places.news.remove(&worker);
        places.by_seat.retain(|_, placed| placed.worker != worker);
        if places.news.is_empty() {
            sessions.remove(session);
        }
    }

    /// Sets the places of a worker's pages; returns the other workers, which have news now.
    pub(crate) fn publish(&self, session: &str, worker: usize, places: &[SeatPlace]) -> BTreeSet<usize> {
        let mut sessions = self.lock();
        let Some(board) = sessions.get_mut(session) else { return BTreeSet::new() };
        for &(seat, place) in places {
            board.set(seat, worker, place);
        }
        let has_news = |(reader, news): (&usize, &BTreeMap<_, _>)| (!news.is_empty()).then_some(*reader);
        let readers: BTreeSet<usize> =
            board.news.iter().filter_map(has_news).filter(|reader| *reader != worker).collect();
        for flag in readers.iter().filter_map(|reader| self.has_news.get(*reader)) {
            flag.store(true, Ordering::Release);
        }
        readers
    }

    /// The sessions in which a worker has news since the last call, and how many places the others have there.
    pub(crate) fn take_sessions_with_news(&self, worker: usize) -> Vec<(Box<str>, usize)> {
        let is_told = self.has_news.get(worker).is_some_and(|flag| flag.swap(false, Ordering::Acquire));
        if !is_told {
            return Vec::new();
        }
        let sessions = self.lock();
        let with_news = sessions.iter().filter(|(_, places)| places.has_news(worker));
        with_news.map(|(name, places)| (name.clone(), places.of_others(worker).count())).collect()
    }

    /// What a worker has not read yet.
    pub(crate) fn take_news(&self, session: &str, worker: usize) -> Vec<PlaceNews> {
        let mut sessions = self.lock();
        let news = sessions.get_mut(session).and_then(|places| places.news.get_mut(&worker));
        news.map(std::mem::take).unwrap_or_default().into_iter().collect()
    }

    /// The places of the other workers' pages.
    pub(crate) fn of_others(&self, session: &str, worker: usize) -> Vec<PlaceNews> {
        let sessions = self.lock();
        let places = sessions.get(session).into_iter().flat_map(|places| places.of_others(worker));
        places.map(|placed| (placed.id, Some(placed.position))).collect()
    }

    /// Locks the board. Poison is ignored: no update is left half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, SessionPlaces>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionPlaces {
    fn set(&mut self, seat: u64, worker: usize, place: Option<(ClientId, Position)>) {
        let former = match place {
            Some((id, position)) => self.by_seat.insert(seat, Placed { worker, id, position }),
            None => self.by_seat.remove(&seat),
        };
        let former = former.map(|placed| placed.id).filter(|id| place.is_none_or(|(now, _)| now != *id));
        // The id may be another player's by now.
        let is_gone = |id: &ClientId| !self.by_seat.values().any(|placed| placed.id == *id);
        let gone = former.filter(is_gone).map(|id| (id, None));
        let moved = place.map(|(id, position)| (id, Some(position)));
        for (id, position) in gone.into_iter().chain(moved) {
            for (_, news) in self.news.iter_mut().filter(|(reader, _)| **reader != worker) {
                news.insert(id, position);
            }
        }
    }

    fn has_news(&self, worker: usize) -> bool {
        self.news.get(&worker).is_some_and(|news| !news.is_empty())
    }

    fn of_others(&self, worker: usize) -> impl Iterator<Item = &Placed> {
        self.by_seat.values().filter(move |placed| placed.worker != worker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(id: u16, x: f32) -> (ClientId, Position) {
        (ClientId(id), Position::new([x, 0.0, 0.0]).unwrap())
    }

    fn news(id: u16, x: f32) -> PlaceNews {
        (ClientId(id), Some(at(id, x).1))
    }

    fn board() -> PlaceBoard {
        let board = PlaceBoard::new(3);
        for worker in 0..3 {
            board.enter("main", worker);
        }
        board.enter("town", 1);
        board
    }

    #[test]
    fn the_other_workers_of_the_session_read_each_place_once() {
        let board = board();
        assert_eq!(board.publish("main", 0, &[(7, Some(at(1, 5.0)))]), [1, 2].into());
        assert_eq!(board.take_sessions_with_news(0), []);
        assert_eq!(board.take_sessions_with_news(1), [("main".into(), 1)]);
        assert_eq!(board.take_sessions_with_news(1), []);
        assert_eq!(board.take_news("town", 1), []);
        assert_eq!(board.take_news("main", 1), [news(1, 5.0)]);
        assert_eq!(board.take_news("main", 1), []);
        assert_eq!(board.take_news("main", 0), []);
        assert_eq!(board.of_others("main", 2), [news(1, 5.0)]);
        assert_eq!(board.of_others("main", 0), []);
    }

    #[test]
    fn of_many_moves_only_the_last_one_waits() {
        let board = board();
        for step in 0..1000_u16 {
            board.publish("main", 0, &[(7, Some(at(1, step.into())))]);
        }
        assert_eq!(board.take_news("main", 2), [news(1, 999.0)]);
    }

    #[test]
    fn a_page_that_leaves_takes_its_place_along_unless_the_id_is_anothers() {
        let board = board();
        board.publish("main", 0, &[(7, Some(at(1, 5.0)))]);
        board.publish("main", 0, &[(7, None)]);
        assert_eq!(board.take_news("main", 1), [(ClientId(1), None)]);
        assert_eq!(board.of_others("main", 1), []);
        board.publish("main", 0, &[(7, Some(at(1, 5.0)))]);
        board.publish("main", 2, &[(8, Some(at(1, 6.0)))]);
        board.publish("main", 0, &[(7, None)]);
        assert_eq!(board.take_news("main", 1), [news(1, 6.0)]);
    }

    #[test]
    fn a_page_with_a_new_id_has_no_place_under_the_old_one() {
        let board = board();
        board.publish("main", 0, &[(7, Some(at(1, 5.0)))]);
        board.publish("main", 0, &[(7, Some(at(2, 5.0)))]);
        assert_eq!(board.take_news("main", 1), [(ClientId(1), None), news(2, 5.0)]);
    }

    #[test]
    fn nothing_remains_of_a_session_without_pages() {
        let board = board();
        board.publish("main", 0, &[(7, Some(at(1, 5.0)))]);
        for worker in 0..3 {
            board.leave("main", worker);
        }
        assert_eq!(board.lock().len(), 1, "the other session");
        assert_eq!(board.publish("main", 0, &[(7, Some(at(1, 5.0)))]), BTreeSet::new());
    }
}
