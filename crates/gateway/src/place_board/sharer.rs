//! A gateway's access to the places that players share.

use std::collections::BTreeSet;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::session_places::Notified;
use super::{PlaceBoard, PlaceNews, SeatPlace};

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

/// Tells a gateway that there is something to read.
#[derive(Debug, Default)]
pub(super) struct Notice {
    is_raised: AtomicBool,
    state: Mutex<NoticeState>,
}

#[derive(Debug, Default)]
struct NoticeState {
    /// The sessions with news since the last look.
    sessions: BTreeSet<Arc<str>>,
    waker: Option<Waker>,
}

impl PlaceSharer {
    pub(super) fn new(board: PlaceBoard, number: u64) -> Self {
        Self { board, number, notice: Arc::default(), entered: BTreeSet::new() }
    }

    /// Sets what is woken when there is something to read.
    pub fn set_waker(&self, waker: Waker) {
        self.notice.lock().waker = Some(waker);
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
        // Asked in every turn, and mostly in vain: a load leaves the cache line with those who write.
        let is_raised = &self.notice.is_raised;
        if !is_raised.load(Ordering::Relaxed) || !is_raised.swap(false, Ordering::Acquire) {
            return Vec::new();
        }
        let names = mem::take(&mut self.notice.lock().sessions);
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

impl Notice {
    fn raise(&self, session: &Arc<str>) {
        let mut state = self.lock();
        state.sessions.insert(Arc::clone(session));
        let waker = state.waker.clone();
        drop(state);
        if !self.is_raised.swap(true, Ordering::AcqRel)
            && let Some(waker) = waker
        {
            waker.wake();
        }
    }

    /// Locks the state. Poison is ignored: no update is left half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, NoticeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn raise(notified: Notified, session: &Arc<str>) {
    for notice in notified {
        notice.raise(session);
    }
}
