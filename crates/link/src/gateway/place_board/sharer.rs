//! A gateway's access to the places that players share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::task::Waker;

use super::PlaceBoard;
use super::notice::{Notice, raise};
use super::place::{PlaceNews, SeatPlace};

/// One gateway's access to the board: it writes the places of its own players, and reads those of all others.
///
/// Dropping it removes the places that it has written.
#[derive(Debug)]
pub struct PlaceSharer {
    board: PlaceBoard,
    number: u64,
    notice: Arc<Notice>,
    /// The sessions of its players.
    entered: BTreeSet<Arc<str>>,
}

impl PlaceSharer {
    pub(super) fn new(board: PlaceBoard, number: u64) -> Self {
        Self { board, number, notice: Arc::default(), entered: BTreeSet::new() }
    }

    /// Sets what is woken when there is something to read.
    pub fn set_waker(&self, waker: Waker) {
        self.notice.set_waker(waker);
    }

    /// The gateway has players in this session: what others share there is news to it.
    pub fn enter(&mut self, session: &str) {
        if self.entered.contains(session) {
            return;
        }
        let name: Arc<str> = session.into();
        self.entered.insert(Arc::clone(&name));
        let mut sessions = self.board.lock();
        let notified = sessions.entry(Arc::clone(&name)).or_default().enter(self.number, &self.notice);
        drop(sessions);
        raise(notified, &name);
    }

    /// The gateway has no player in this session any longer.
    pub fn leave(&mut self, session: &str) {
        let Some(name) = self.entered.take(session) else { return };
        let mut sessions = self.board.lock();
        let Some(places) = sessions.get_mut(session) else { return };
        let notified = places.leave(self.number);
        if places.has_no_readers() {
            sessions.remove(session);
        }
        drop(sessions);
        raise(notified, &name);
    }

    /// Sets the places of some of the gateway's players, in a session that it has entered.
    pub fn publish(&self, session: &str, places: impl IntoIterator<Item = SeatPlace>) {
        let Some(name) = self.entered.get(session) else { return };
        let mut notified = Vec::new();
        let mut sessions = self.board.lock();
        if let Some(board) = sessions.get_mut(session) {
            for (seat, place) in places {
                board.set(self.number, seat, place, &mut notified);
            }
        }
        drop(sessions);
        raise(notified, name);
    }

    /// The sessions in which there is something to read since the last call, and how many places of others they have.
    pub fn take_sessions_with_news(&self) -> Vec<(Arc<str>, usize)> {
        let names = self.notice.take();
        if names.is_empty() {
            return Vec::new();
        }
        let sessions = self.board.lock();
        let count = |name: &Arc<str>| sessions.get(name).map_or(0, |it| it.count_of_others(self.number));
        let names = names.into_iter().filter(|name| self.entered.contains(name));
        names.map(|name| (Arc::clone(&name), count(&name))).collect()
    }

    /// What has not been read yet, by id: the last news of each player.
    pub fn take_news(&self, session: &str) -> impl Iterator<Item = PlaceNews> + use<> {
        let mut sessions = self.board.lock();
        let news = sessions.get_mut(session).map(|places| places.take_news(self.number));
        news.unwrap_or_default().into_iter()
    }

    /// The places of the other gateways' players.
    pub fn of_others(&self, session: &str) -> Vec<PlaceNews> {
        let sessions = self.board.lock();
        sessions.get(session).into_iter().flat_map(|places| places.of_others(self.number)).collect()
    }
}

impl Drop for PlaceSharer {
    fn drop(&mut self) {
        while let Some(session) = self.entered.first().cloned() {
            self.leave(&session);
        }
    }
}
