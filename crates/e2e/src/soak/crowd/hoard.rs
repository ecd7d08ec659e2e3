//! Endless connections from one address: half of them join and stay, the others never join.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance_quic::sans_io::Dialer;

use super::visitor::{Buffers, Conduct, Visitor};
use crate::soak::clock::Now;
use crate::soak::installation::{Installation, SESSIONS};

#[derive(Debug)]
pub(super) struct Hoard {
    dialer: Dialer,
    hoarders: Vec<Visitor>,
    next_at: Instant,
    number: u64,
}

/// The IP address of all hoarders.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);
/// Together with honest players and visitors, this exceeds the server's
/// [limit](crate::soak::installation::CONNECTIONS_MAX).
const HOARDERS_MAX: usize = 270;
/// The interval between two connections: a rejected hoarder is back soon.
const INTERVAL: Duration = Duration::from_millis(10);
/// Longer than a wave.
const STAY: Duration = Duration::from_mins(10);

impl Hoard {
    pub(super) fn new(dialer: Dialer, now: Instant) -> Self {
        Self { dialer, hoarders: Vec::new(), next_at: now, number: 0 }
    }

    /// Makes another connection if it is due, and keeps all others; returns how many the server has ended.
    pub(super) fn run_once(
        &mut self,
        now: Now,
        buffers: &mut Buffers,
        installation: &Installation,
    ) -> Result<u64, String> {
        if now.instant >= self.next_at && self.hoarders.len() < HOARDERS_MAX {
            self.next_at = now.instant + INTERVAL;
            self.number += 1;
            let settings = installation.guest(&format!("hoarder-{}", self.number))?;
            let conduct = Conduct::Hoarder { joins: self.number.is_multiple_of(2) };
            let (until, session) = (now.instant + STAY, SESSIONS[1]);
            let hoarder = Visitor::new(&self.dialer, settings, session, conduct, ADDRESS, now, until);
            self.hoarders.push(hoarder.map_err(|error| format!("a hoarder cannot come: {error}"))?);
        }
        let mut turned = |hoarder: &mut Visitor| -> io::Result<()> { hoarder.run_once(now, buffers) };
        self.hoarders
            .iter_mut()
            .try_for_each(&mut turned)
            .map_err(|error| format!("a hoarder's socket: {error}"))?;
        let before = self.hoarders.len();
        self.hoarders.retain(|hoarder| !hoarder.is_done(now));
        Ok((before - self.hoarders.len()) as u64)
    }
}
