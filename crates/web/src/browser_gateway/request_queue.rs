//! The requests of pages, from the threads that speak HTTP to the worker that they concern.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::browser_gateway::key::Key;
use crate::browser_gateway::reservations::Reservation;
use crate::{Attendance, Join, JoinProblem, Joined, Replier};

/// The queue of one worker.
#[derive(Debug)]
pub(crate) struct RequestQueue {
    state: Mutex<State>,
    requests_max: usize,
}

/// A request of a page. Dropping one tells the page that the server is closing.
#[derive(Debug)]
pub(crate) enum Request {
    /// A page asks to join.
    Join(Box<JoinRequest>),
    /// A page holds a conversation about this player.
    Attend { key: Key, replier: Replier<Result<Attendance, JoinProblem>> },
    /// The page of this player negotiates again.
    Restart { key: Key, sdp: String, replier: Replier<Result<String, JoinProblem>> },
    /// The page of this player may be reached in one more way.
    Candidate { key: Key, candidate: String },
}

impl Request {
    /// Tells the page that nothing comes of it.
    fn refuse(self, problem: JoinProblem) {
        match self {
            Self::Join(request) => request.replier.send(Err(problem)),
            Self::Attend { replier, .. } => replier.send(Err(problem)),
            Self::Restart { replier, .. } => replier.send(Err(problem)),
            Self::Candidate { .. } => {}
        }
    }
}

#[derive(Debug)]
pub(crate) struct JoinRequest {
    pub(crate) join: Join,
    /// The key of the player that the page wants to resume.
    pub(crate) resume: Option<Key>,
    /// Its reservation in the session, if it is on its way there.
    pub(crate) reservation: Option<Reservation>,
    pub(crate) replier: Replier<Result<Joined, JoinProblem>>,
}

#[derive(Debug, Default)]
struct State {
    requests: VecDeque<Request>,
    /// Seats that browsers of this worker have to give up: no more than it has browsers.
    displaced: Vec<u64>,
    waker: Option<Waker>,
    is_closed: bool,
}

impl RequestQueue {
    pub(crate) fn new(requests_max: usize) -> Self {
        Self { state: Mutex::default(), requests_max }
    }

    /// Leaves a request. The page is refused at once if too many wait, or if the queue is closed.
    pub(crate) fn put(&self, request: Request) {
        let mut state = self.lock();
        if state.is_closed {
            return request.refuse(JoinProblem::Closing);
        }
        if state.requests.len() >= self.requests_max {
            return request.refuse(JoinProblem::Busy);
        }
        state.requests.push_back(request);
        let waker = state.waker.clone();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// A browser of this worker has to give up this seat.
    pub(crate) fn displace(&self, seat: u64) {
        let mut state = self.lock();
        state.displaced.push(seat);
        let waker = state.waker.clone();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// A seat that has to be given up.
    pub(crate) fn take_displaced(&self) -> Option<u64> {
        self.lock().displaced.pop()
    }

    pub(crate) fn take(&self) -> Option<Request> {
        self.lock().requests.pop_front()
    }

    pub(crate) fn set_waker(&self, waker: Waker) {
        self.lock().waker = Some(waker);
    }

    /// Closes the queue; waiting requests are refused.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        let waiting = std::mem::take(&mut state.requests);
        drop(state);
        for request in waiting {
            request.refuse(JoinProblem::Closing);
        }
    }

    /// Locks the state. Poison is ignored: no update is left half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
