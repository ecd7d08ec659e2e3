//! The way from the threads that speak HTTP with pages to the worker that has their session.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use consonance_browser::PageLimits;
use consonance_web::{Attendance, Info, Join, JoinProblem, Joined, Reply, Signalling, reply};

use crate::key::Key;
use crate::request_queue::{JoinRequest, Request, RequestQueue};
use crate::reservations::{NoReservation, Reservation, SessionReservations};
use crate::settings::GatewaySettings;

/// What pages ask for comes in here, on any thread; the [gateways](crate::BrowserGateway)
/// answer. A clone is the same one.
#[derive(Clone)]
pub struct PageEntrance(Arc<Shared>);

struct Shared {
    settings: GatewaySettings,
    /// One for each worker.
    queues: Box<[Arc<RequestQueue>]>,
    reservations: Arc<dyn SessionReservations>,
    /// Players of all workers.
    present: AtomicUsize,
    info: Mutex<Info>,
}

impl PageEntrance {
    pub(crate) fn new(
        settings: GatewaySettings,
        workers: NonZeroUsize,
        reservations: Arc<dyn SessionReservations>,
        info: Info,
    ) -> Self {
        let queues = (0..workers.get()).map(|_| Arc::new(RequestQueue::new(settings.requests_max))).collect();
        let (present, info) = (AtomicUsize::new(0), Mutex::new(info));
        Self(Arc::new(Shared { settings, queues, reservations, present, info }))
    }

    /// What pages are told from now on before they ask for anything.
    pub fn set_info(&self, info: Info) {
        *self.0.info.lock().unwrap_or_else(PoisonError::into_inner) = info;
    }

    pub(crate) fn queue(&self, worker: usize) -> &Arc<RequestQueue> {
        &self.0.queues[worker]
    }

    /// What each page may do.
    pub(crate) fn page_limits(&self) -> &PageLimits {
        &self.0.settings.page
    }

    /// A place among the players, if there is one.
    pub(crate) fn seat(&self) -> Option<Seat> {
        let max = self.0.settings.players_max;
        let one_more = |present: usize| (present < max).then_some(present + 1);
        let was_free = self.0.present.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok();
        was_free.then(|| Seat(self.clone()))
    }

    /// Brings a page that is nobody's yet to the worker that has its session.
    pub(crate) fn admit(&self, mut request: Box<JoinRequest>) {
        match Reservation::make(&self.0.reservations, &request.join.session) {
            Ok((worker, reservation)) => {
                request.resume = None;
                request.reservation = Some(reservation);
                self.put(worker, Request::Join(request));
            }
            Err(NoReservation::NoSuchSession) => request.replier.send(Err(JoinProblem::NoSuchSession)),
            Err(NoReservation::Full) => request.replier.send(Err(JoinProblem::Full)),
        }
    }

    /// A key of one of the workers here, whether or not anybody has it.
    fn parse(&self, key: &str) -> Option<Key> {
        Key::parse(key).filter(|key| key.worker() < self.0.queues.len())
    }

    fn put(&self, worker: usize, request: Request) {
        if let Some(queue) = self.0.queues.get(worker) {
            queue.put(request);
        }
    }
}

impl Signalling for PageEntrance {
    fn info(&self) -> Info {
        self.0.info.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn join(&self, join: Join) -> Reply<Result<Joined, JoinProblem>> {
        let (replier, reply) = reply();
        let resume = join.resume.as_deref().and_then(|key| self.parse(key));
        let worker = resume.map(|key| key.worker());
        let request = Box::new(JoinRequest { join, resume, reservation: None, replier });
        match worker {
            Some(worker) => self.put(worker, Request::Join(request)),
            None => self.admit(request),
        }
        reply
    }

    fn attend(&self, key: &str) -> Reply<Result<Attendance, JoinProblem>> {
        let (replier, reply) = reply();
        match self.parse(key) {
            Some(key) => self.put(key.worker(), Request::Attend { key, replier }),
            None => replier.send(Err(JoinProblem::NoSuchPlayer)),
        }
        reply
    }

    fn restart(&self, key: &str, sdp: String) -> Reply<Result<String, JoinProblem>> {
        let (replier, reply) = reply();
        match self.parse(key) {
            Some(key) => self.put(key.worker(), Request::Restart { key, sdp, replier }),
            None => replier.send(Err(JoinProblem::NoSuchPlayer)),
        }
        reply
    }

    fn candidate(&self, key: &str, candidate: String) {
        if let Some(key) = self.parse(key) {
            self.put(key.worker(), Request::Candidate { key, candidate });
        }
    }
}

impl fmt::Debug for PageEntrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageEntrance").field("workers", &self.0.queues.len()).finish_non_exhaustive()
    }
}

/// Counts one player for as long as it is there.
#[derive(Debug)]
pub(crate) struct Seat(PageEntrance);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.0.present.fetch_sub(1, Ordering::Relaxed);
    }
}
