//! Links that are no longer in use, until their goodbyes are sent.

use std::time::{Duration, Instant};

use consonance_link::Statistics;

use super::link::Link;

/// At most this many links say goodbye at once; one more cuts off the oldest.
const RETIRING_MAX: usize = 8;

/// How long a goodbye may take.
const GOODBYE_MAX: Duration = Duration::from_secs(3);

#[derive(Default)]
pub(super) struct Retiring {
    /// With the time at which each is cut off.
    links: Vec<(Link, Instant)>,
    /// Statistics of links that are gone.
    past: Statistics,
}

impl Retiring {
    /// Ends a link in order, if it is not over.
    pub(super) fn add(&mut self, now: Instant, mut link: Link) {
        if link.is_over() {
            return self.note_gone(&link);
        }
        link.leave(now);
        if self.links.len() >= RETIRING_MAX {
            let (oldest, _) = self.links.remove(0);
            self.note_gone(&oldest);
        }
        self.links.push((link, now + GOODBYE_MAX));
    }

    fn note_gone(&mut self, link: &Link) {
        self.past = self.past.with(&link.transport().statistics());
    }

    pub(super) fn poll(&mut self, now: Instant) {
        let Self { links, past } = self;
        let mut dropped = Vec::new();
        links.retain_mut(|(link, until)| {
            while link.poll_event(now, &mut dropped).is_some() {}
            let is_over = link.is_over() || *until <= now;
            if is_over {
                *past = past.with(&link.transport().statistics());
            }
            !is_over
        });
    }

    pub(super) fn wants_poll_at(&self) -> Option<Instant> {
        let at = |(link, until): &(Link, Instant)| {
            link.transport().wants_poll_at().map_or(*until, |at| at.min(*until))
        };
        self.links.iter().map(at).min()
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.links.iter().fold(self.past, |all, (link, _)| all.with(&link.transport().statistics()))
    }
}
