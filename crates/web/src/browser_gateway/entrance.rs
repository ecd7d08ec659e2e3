//! The way from the threads that speak HTTP with pages to the worker that has their session.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use consonance_browser::PageLimits;

use crate::browser_gateway::key::Key;
use crate::browser_gateway::request_queue::{JoinRequest, Request, RequestQueue};
use crate::browser_gateway::reservations::{NoReservation, Reservation, SessionReservations};
use crate::browser_gateway::seats::{Displaced, Seat, Seats};
use crate::browser_gateway::settings::GatewaySettings;
use crate::{Attendance, Info, Join, JoinProblem, Joined, Reply, Signalling, reply};

/// The entrance for requests of pages, from any thread; the [gateways](crate::browser_gateway::BrowserGateway) answer
/// them. A clone is the same one.
#[derive(Clone)]
pub struct PageEntrance(Arc<Shared>);

struct Shared {
    settings: GatewaySettings,
    /// One for each worker.
    queues: Box<[Arc<RequestQueue>]>,
    reservations: Arc<dyn SessionReservations>,
    /// The seats of the players of all workers.
    seats: Seats,
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
        let (seats, info) = (Seats::new(&settings), Mutex::new(info));
        Self(Arc::new(Shared { settings, queues, reservations, seats, info }))
    }

    /// Sets the information that pages get before they ask to join.
    pub fn set_info(&self, info: Info) {
        *self.0.info.lock().unwrap_or_else(PoisonError::into_inner) = info;
    }

    pub(crate) fn queue(&self, worker: usize) -> &Arc<RequestQueue> {
        &self.0.queues[worker]
    }

    /// The limits of each page.
    pub(crate) fn page_limits(&self) -> &PageLimits {
        &self.0.settings.page
    }

    /// Whether there is a place among the players for an address, or one would be made.
    pub(crate) fn has_seat_for(&self, now: Instant, address: IpAddr) -> bool {
        self.0.seats.has_room_for(now, address)
    }

    /// A place among the players for a browser of this worker, if there is one or is made; and whether it was made.
    pub(crate) fn seat(&self, now: Instant, address: IpAddr, worker: usize) -> Option<(Seat, bool)> {
        let (seat, displaced) = self.0.seats.take(now, address, worker)?;
        if let Some(Displaced { worker, number }) = displaced
            && let Some(queue) = self.0.queues.get(worker)
        {
            queue.displace(number);
        }
        Some((seat, displaced.is_some()))
    }

    /// Whether the player with a seat is in a session.
    pub(crate) fn set_joined(&self, now: Instant, seat: u64, is_joined: bool) {
        self.0.seats.set_joined(now, seat, is_joined);
    }

    /// Brings a page without a player to the worker that has its session.
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

    /// A key of one of the workers here, in use or not.
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
        let resume = join.body.resume.as_deref().and_then(|key| self.parse(key));
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
