//! Admission at one loop: who came from where, and what is said to whom.

use std::collections::HashMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use consonance_session::{Access, JoinToken, LinkId};

use super::{Admission, Origin, Refusal, Request};
use crate::token::{Claims, WallClock};

/// What one session loop knows of its newcomers.
#[derive(Debug)]
pub(crate) struct Desk {
    admission: Admission,
    origins: HashMap<LinkId, Origin>,
}

/// What becomes of somebody who asked.
#[derive(Debug)]
pub(crate) enum Verdict {
    Admit {
        access: Access,
        /// How long the visit may be, if its end was said.
        seconds_left: Option<u64>,
    },
    Refuse(Refusal),
}

impl Desk {
    pub(crate) fn new(admission: Admission) -> Self {
        Self { admission, origins: HashMap::new() }
    }

    /// Other rules from now on; guesses at passwords are not forgotten.
    pub(crate) fn follow(&mut self, admission: Admission) {
        self.admission = admission.succeeding(&self.admission);
    }

    /// A link is up.
    pub(crate) fn note_connected(&mut self, link: LinkId, remote: &str) {
        self.origins.insert(link, Origin::of(remote));
    }

    /// A link is gone.
    pub(crate) fn forget(&mut self, link: LinkId) {
        self.origins.remove(&link);
    }

    /// Somebody wants in.
    pub(crate) fn ask(
        &self,
        now: Instant,
        session: &str,
        link: LinkId,
        name: &str,
        shown: &JoinToken,
    ) -> Verdict {
        let unknown = Origin::Other(Box::default());
        let origin = self.origins.get(&link).unwrap_or(&unknown);
        let clock = self.clock();
        match self.admission.judge(Request { session, name, origin, shown }, clock, now) {
            Ok((access, claims)) => {
                Verdict::Admit { access, seconds_left: self.seconds_left(claims.as_ref(), clock) }
            }
            Err(refusal) => Verdict::Refuse(refusal),
        }
    }

    fn seconds_left(&self, claims: Option<&Claims>, clock: WallClock) -> Option<u64> {
        let ends = self.admission.settings().end_with_token;
        let end = claims.filter(|_| ends)?.expires_at.saturating_add(clock.leeway_s);
        Some(end.saturating_sub(clock.now))
    }

    /// By the clock of the wall, which the times of tokens are written in.
    fn clock(&self) -> WallClock {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        WallClock { now, leeway_s: self.admission.settings().clock_leeway.as_secs() }
    }
}
