//! Limits on simultaneous connections: in all, and from one home.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tracing::{debug, warn};

use crate::address_prefix;
use crate::http::connection_limits::ConnectionLimits;
use crate::http::counters::HttpCounters;
use crate::http::ip_network::IpNetwork;

/// Free seats for connections.
#[derive(Debug)]
pub(crate) struct Seats {
    free: Arc<Semaphore>,
    /// Those that only this machine may take.
    reserved: Arc<Semaphore>,
    connections_max: usize,
    reserved_max: usize,
    per_home: usize,
    /// Peers without a limit, such as proxies.
    trusted: Vec<IpNetwork>,
    taken: Mutex<HashMap<IpAddr, usize>>,
    counters: HttpCounters,
}

/// The seat of one connection, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    _permit: OwnedSemaphorePermit,
    home: Option<IpAddr>,
    seats: Arc<Seats>,
}

impl Seats {
    pub(crate) fn new(
        limits: &ConnectionLimits,
        trusted: Vec<IpNetwork>,
        counters: HttpCounters,
    ) -> Arc<Self> {
        let ConnectionLimits { connections_max, connections_per_address: per_home, .. } = *limits;
        let reserved_max = limits.reserved_for_this_machine;
        let [free, reserved] = [connections_max, reserved_max].map(|seats| Arc::new(Semaphore::new(seats)));
        Arc::new(Self {
            free,
            reserved,
            connections_max,
            reserved_max,
            per_home,
            trusted,
            taken: Mutex::default(),
            counters,
        })
    }

    /// Accepts the next connection. While all seats are taken, connections wait in the operating system's queue; a
    /// peer with too many connections is rejected, and so is one for which only reserved seats are left.
    pub(crate) async fn accept(self: &Arc<Self>, listener: &TcpListener) -> (TcpStream, SocketAddr, Seat) {
        let (mut permit, mut is_reserved) = self.permit().await;
        loop {
            match listener.accept().await {
                Ok((stream, remote)) => {
                    // A seat may have become free while nobody came.
                    if is_reserved && let Ok(free) = Arc::clone(&self.free).try_acquire_owned() {
                        (permit, is_reserved) = (free, false);
                    }
                    if let Some(Admission { home, instead }) = self.admit(remote.ip(), is_reserved) {
                        self.counters.count_accepted();
                        let permit = instead.unwrap_or(permit);
                        return (stream, remote, Seat { _permit: permit, home, seats: Arc::clone(self) });
                    }
                    self.counters.count_rejected();
                    debug!(%remote, "has too many connections already");
                }
                Err(error) => {
                    warn!(%error, "could not accept a connection");
                    sleep(AFTER_REFUSAL).await;
                }
            }
        }
    }

    /// Whether a peer may have the seat at hand, or a reserved one instead. This machine may have those however many
    /// connections it has: behind a proxy here, strangers have its address, too.
    fn admit(&self, address: IpAddr, is_reserved: bool) -> Option<Admission> {
        let is_own = address.to_canonical().is_loopback();
        if is_reserved {
            return is_own.then_some(Admission { home: None, instead: None });
        }
        match self.take(address) {
            Ok(home) => Some(Admission { home, instead: None }),
            Err(TooMany) if is_own => {
                let reserved = Arc::clone(&self.reserved).try_acquire_owned().ok()?;
                Some(Admission { home: None, instead: Some(reserved) })
            }
            Err(TooMany) => None,
        }
    }

    /// The permit for a seat, and whether it is a reserved one.
    async fn permit(&self) -> (OwnedSemaphorePermit, bool) {
        let seat = |seats: &Arc<Semaphore>| Arc::clone(seats).acquire_owned();
        let (permit, is_reserved) = tokio::select! {
            biased;
            free = seat(&self.free) => (free, false),
            reserved = seat(&self.reserved) => (reserved, true),
        };
        (permit.expect("the semaphore is never closed"), is_reserved)
    }

    /// Waits until no connection is left.
    pub(crate) async fn wait_for_all(&self) {
        for (seats, all) in [(&self.free, self.connections_max), (&self.reserved, self.reserved_max)] {
            let _ = seats.acquire_many(u32::try_from(all).unwrap_or(u32::MAX)).await;
        }
    }

    fn take(&self, address: IpAddr) -> Result<Option<IpAddr>, TooMany> {
        if self.trusted.iter().any(|network| network.contains(address)) {
            return Ok(None);
        }
        let home = address_prefix(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(home).or_default();
        if *count >= self.per_home {
            return Err(TooMany);
        }
        *count += 1;
        Ok(Some(home))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.counters.count_ended();
        let Some(home) = self.home else { return };
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&home) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&home);
            }
        }
    }
}

struct TooMany;

/// How a peer is let in.
struct Admission {
    /// The home that it counts for.
    home: Option<IpAddr>,
    /// Its seat, if that is not the one at hand.
    instead: Option<OwnedSemaphorePermit>,
}

/// The delay after a failed accept: without free descriptors, the operating system fails each attempt at once.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);
