//! A session that takes nobody in, for now or because it ends: newcomers are refused kindly.

use super::Server;
use super::draining::Drain;
use crate::link::{CloseReason, LinkId};

/// Who may come in. Whoever is here, or comes back to its place, stays whatever this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entrance {
    /// Everybody whom the other rules let in.
    #[default]
    Open,
    /// Nobody: the session is to end.
    Draining,
    /// Nobody for now: the server has as much to do as it can.
    Overloaded {
        /// When a newcomer may try again, in seconds; it is told.
        retry_in_s: u32,
    },
}

/// Who may come in, and whether the session is to end.
#[derive(Debug, Default)]
pub(super) struct Door {
    pub(super) entrance: Entrance,
    pub(super) drain: Option<Drain>,
}

impl Server {
    /// Who may come in from now on.
    pub fn set_entrance(&mut self, entrance: Entrance) {
        self.door.entrance = entrance;
    }

    /// Closes the link of a newcomer if nobody comes in. True if it did.
    pub(super) fn turns_away(&mut self, link: LinkId) -> bool {
        let Some(reason) = self.refusal_of_newcomer(link) else { return false };
        self.statistics.newcomers_turned_away += 1;
        self.close(link, reason);
        true
    }

    /// Why a newcomer does not come in, if it does not. Who has joined over this link is none.
    fn refusal_of_newcomer(&self, link: LinkId) -> Option<CloseReason> {
        if self.links.client_of(link).is_ok() {
            return None;
        }
        match self.door.entrance {
            Entrance::Open => None,
            Entrance::Draining => Some(CloseReason::Draining { redirect: self.drain_address() }),
            Entrance::Overloaded { retry_in_s } => Some(CloseReason::AtItsLimit { retry_in_s }),
        }
    }
}
