//! The other visitors: guests that come and go, and attackers.

mod callers;
mod hoard;
mod junk;
mod visitor;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance_quic::sans_io::Dialer;
use consonance_testing::sim::Dice;

use crate::soak::clock::Now;
use crate::soak::installation::{Installation, ON_DEMAND, SESSIONS};
use callers::Callers;
use hoard::Hoard;
use junk::Junk;
use visitor::{Buffers, Visitor};

pub(crate) use visitor::{Conduct, ROOM as VISITORS_ROOM};

/// The present visitors, and the kinds that keep coming.
#[derive(Debug)]
pub(crate) struct Crowd {
    dialer: Dialer,
    dice: Dice,
    buffers: Buffers,
    visitors: Vec<Visitor>,
    wanted: Vec<Conduct>,
    /// Names that are banned.
    banned: Vec<String>,
    next_arrival_at: Instant,
    junk: Option<Junk>,
    callers: Option<Callers>,
    hoard: Option<Hoard>,
    counts: Counts,
    number: u64,
}

/// The kinds of visitors of a wave: not all in each, so that the effects of one kind show.
pub(crate) struct Mischief {
    pub(crate) conducts: Vec<Conduct>,
    pub(crate) junk: bool,
    pub(crate) calls: bool,
    /// Whether one address takes as many connections as it can get.
    pub(crate) hoard: bool,
}

impl Mischief {
    pub(crate) fn throw(dice: &mut Dice) -> Self {
        let others = [
            Conduct::Vanisher,
            Conduct::Impostor,
            Conduct::Flooder,
            Conduct::Babbler,
            Conduct::HalfOpener,
            Conduct::Staller,
        ];
        let mut conducts: Vec<_> = others.into_iter().filter(|_| dice.below(2) == 0).collect();
        conducts.push(Conduct::Guest);
        let mut coin = || dice.below(2) == 0;
        Self { conducts, junk: coin(), calls: coin(), hoard: coin() }
    }
}

/// Counts of the visitors.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) visitors: u64,
    /// Guests that had time to join, and those that did.
    pub(crate) guests: u64,
    pub(crate) guests_in: u64,
    pub(crate) impostors: u64,
    /// Impostors that the server has admitted, which must be none.
    pub(crate) impostors_in: u64,
    pub(crate) flooders: u64,
    /// Flooders that the server has disconnected.
    pub(crate) flooders_out: u64,
    pub(crate) junk: u64,
    pub(crate) calls: u64,
    /// Connections of hoarders that the server has ended or refused.
    pub(crate) hoarders_out: u64,
}

/// The prefix of all visitors' names.
pub(crate) const VISITORS: &str = "visitor-";
/// The mean time between two arrivals.
const ARRIVAL_INTERVAL: Duration = Duration::from_millis(60);
/// The maximum number of visitors at a time; further ones arrive later.
const VISITORS_MAX: usize = 120;
/// A guest stays for one to two times as long.
const STAY: Duration = Duration::from_secs(3);

impl Crowd {
    /// A crowd without visitors.
    ///
    /// # Errors
    /// If no visitor can be created at all.
    pub(crate) fn new(installation: &Installation, mut dice: Dice, now: Now) -> Result<Self, String> {
        let dialer = installation.dialer()?;
        let buffers = Buffers::new(dice.split());
        Ok(Self {
            dialer,
            dice,
            buffers,
            visitors: Vec::new(),
            wanted: Vec::new(),
            banned: Vec::new(),
            next_arrival_at: now.instant,
            junk: None,
            callers: None,
            hoard: None,
            counts: Counts::default(),
            number: 0,
        })
    }

    /// Lets only these kinds arrive from now on.
    pub(crate) fn invite(
        &mut self,
        now: Now,
        Mischief { conducts, junk, calls, hoard }: &Mischief,
        installation: &Installation,
    ) {
        self.wanted.clone_from(conducts);
        self.hoard = hoard.then(|| Hoard::new(self.dialer.clone(), now.instant));
        self.junk = junk.then(|| Junk::new(self.dialer.clone(), self.dice.split()));
        self.callers =
            calls.then(|| Callers::new([installation.page(), installation.admin()], self.dice.split()));
    }

    /// Ends all visits: no more visitors arrive, and all present ones vanish at once without saying goodbye.
    pub(crate) fn send_home(&mut self) {
        self.wanted.clear();
        self.junk = None;
        self.callers = None;
        self.hoard = None;
        self.visitors.clear();
    }

    /// Lets impostors also use these banned names, with valid tokens.
    pub(crate) fn learn_banned(&mut self, names: &[String]) {
        self.banned = names.to_vec();
    }

    pub(crate) fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    /// Lets all visitors act according to their kind.
    ///
    /// # Errors
    /// If no socket can be opened, or no token can be made.
    pub(crate) fn run_once(&mut self, now: Now, installation: &Installation) -> Result<(), String> {
        if !self.wanted.is_empty() && now.instant >= self.next_arrival_at {
            let pause = self.dice.below(2 * ARRIVAL_INTERVAL.as_millis() as u64);
            self.next_arrival_at = now.instant + Duration::from_millis(pause);
            if self.visitors.len() < VISITORS_MAX {
                self.admit(now, installation)?;
            }
        }
        for visitor in &mut self.visitors {
            visitor
                .run_once(now, &mut self.buffers)
                .map_err(|error| format!("a visitor's socket: {error}"))?;
        }
        let counts = &mut self.counts;
        self.visitors.retain(|visitor| {
            let stays = !visitor.is_done(now);
            if !stays {
                counts.count(visitor);
            }
            stays
        });
        if let Some(junk) = &mut self.junk {
            self.counts.junk += junk.run_once(now).map_err(|error| format!("junk: {error}"))?;
        }
        if let Some(hoard) = &mut self.hoard {
            self.counts.hoarders_out += hoard.run_once(now, &mut self.buffers, installation)?;
        }
        if let Some(callers) = &mut self.callers {
            self.counts.calls += callers.run_once();
        }
        Ok(())
    }

    fn admit(&mut self, now: Now, installation: &Installation) -> Result<(), String> {
        let conduct = self.wanted[self.dice.below(self.wanted.len() as u64) as usize];
        self.number += 1;
        let name = format!("{VISITORS}{}", self.number);
        let settings = match conduct {
            Conduct::Impostor if !self.banned.is_empty() && self.dice.below(2) == 0 => {
                let name = &self.banned[self.dice.below(self.banned.len() as u64) as usize];
                installation.guest(name)?
            }
            Conduct::Impostor => installation.impostor(&name, self.dice.throw())?,
            _ => installation.guest(&name)?,
        };
        let on_demand = format!("{ON_DEMAND}{}", self.dice.below(12));
        let session = [SESSIONS[0], SESSIONS[1], &on_demand][self.dice.below(3) as usize];
        let stay = STAY + Duration::from_millis(self.dice.below(STAY.as_millis() as u64));
        // Varying addresses, none of which the honest players use.
        let local = Ipv4Addr::new(127, 0, 1, 1 + (self.number % 250) as u8);
        let visitor = Visitor::new(&self.dialer, settings, session, conduct, local, now, now.instant + stay);
        self.visitors.push(visitor.map_err(|error| format!("a visitor cannot come: {error}"))?);
        self.counts.visitors += 1;
        Ok(())
    }
}

impl Counts {
    fn count(&mut self, visitor: &Visitor) {
        let (was_in, was_sent_away) = (u64::from(visitor.was_in()), u64::from(visitor.was_sent_away()));
        match visitor.conduct() {
            Conduct::Guest => {
                self.guests += 1;
                self.guests_in += was_in;
            }
            Conduct::Impostor => {
                self.impostors += 1;
                self.impostors_in += was_in;
            }
            Conduct::Flooder | Conduct::Babbler => {
                self.flooders += 1;
                self.flooders_out += was_sent_away;
            }
            Conduct::Vanisher | Conduct::HalfOpener | Conduct::Staller | Conduct::Hoarder { .. } => {}
        }
    }
}
