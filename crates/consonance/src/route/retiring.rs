//! Links that are no longer in use, until their goodbyes are sent.

use std::time::{Duration, Instant};

use consonance_transport::{ClientLinkEvent, ClientNetwork, Statistics};

/// At most this many links say goodbye at once; one more cuts off the oldest.
const RETIRING_MAX: usize = 4;

/// How long a goodbye may take.
const GOODBYE_MAX: Duration = Duration::from_secs(3);

#[derive(Default)]
pub(super) struct Retiring {
    /// With the time at which each is cut off.
    links: Vec<(Box<dyn ClientNetwork>, Instant)>,
    /// Statistics of links that are gone.
    past: Statistics,
}

impl Retiring {
    pub(super) fn add(&mut self, now: Instant, mut link: Box<dyn ClientNetwork>) {
        link.disconnect(now);
        if self.links.len() >= RETIRING_MAX {
            let (oldest, _) = self.links.remove(0);
            self.past = self.past.with(&oldest.statistics());
        }
        self.links.push((link, now + GOODBYE_MAX));
    }

    /// Adds the statistics of a link that has ended.
    pub(super) fn note_gone(&mut self, link: &dyn ClientNetwork) {
        self.past = self.past.with(&link.statistics());
    }

    pub(super) fn poll(&mut self, now: Instant) {
        let Self { links, past } = self;
        let mut dropped = Vec::new();
        links.retain_mut(|(link, until)| {
            let mut is_over = *until <= now;
            while let Some(event) = link.poll_event(now, &mut dropped) {
                is_over |= matches!(event, ClientLinkEvent::Disconnected { .. });
            }
            if is_over {
                *past = past.with(&link.statistics());
            }
            !is_over
        });
    }

    pub(super) fn wants_poll_at(&self) -> Option<Instant> {
        self.links.iter().map(|(link, until)| link.wants_poll_at().map_or(*until, |at| at.min(*until))).min()
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.links.iter().fold(self.past, |all, (link, _)| all.with(&link.statistics()))
    }
}
