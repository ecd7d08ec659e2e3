//! Limits on simultaneous connections: in all, and from one home.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use consonance_transport::address_prefix;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tracing::{debug, warn};

use crate::connection_limits::ConnectionLimits;
use crate::counters::HttpCounters;
use crate::ip_network::IpNetwork;

/// Free seats for connections.
#[derive(Debug)]
pub(crate) struct Seats {
    free: Arc<Semaphore>,
    connections_max: usize,
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
        let free = Arc::new(Semaphore::new(connections_max));
        Arc::new(Self { free, connections_max, per_home, trusted, taken: Mutex::default(), counters })
    }

    /// Accepts the next connection. While all seats are taken, connections wait in the operating system's queue; a
    /// peer with too many connections is rejected.
    pub(crate) async fn accept(self: &Arc<Self>, listener: &TcpListener) -> (TcpStream, SocketAddr, Seat) {
        let permit = Arc::clone(&self.free).acquire_owned().await.expect("the semaphore is never closed");
        loop {
            match listener.accept().await {
                Ok((stream, remote)) => {
                    if let Ok(home) = self.take(remote.ip()) {
                        self.counters.count_accepted();
                        let seat = Seat { _permit: permit, home, seats: Arc::clone(self) };
                        return (stream, remote, seat);
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

    /// Waits until no connection is left.
    pub(crate) async fn wait_for_all(&self) {
        let all = u32::try_from(self.connections_max).unwrap_or(u32::MAX);
        let _ = self.free.acquire_many(all).await;
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

/// The delay after a failed accept: without free descriptors, the operating system fails each attempt at once.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);
