//! Who may join, if the driver wants to be asked, and for how long.

use super::{Access, Newcomer, Waiting};
use crate::link::{CloseReason, LinkId};
use crate::server::{Server, ServerEvent};

impl Server {
    /// Lets in whoever [asked](ServerEvent::JoinAsked) over this link, with these tokens. False if nobody did, it has
    /// gone since, or nobody comes in any more by the [entrance](Server::set_entrance), which it is told.
    pub fn admit(&mut self, link: LinkId, access: Access) -> bool {
        let Some(Waiting { newcomer, .. }) = self.gate.take_waiting(link) else { return false };
        if self.turns_away(link) {
            return false;
        }
        self.join(newcomer, access);
        true
    }

    /// Does not let in whoever [asked](ServerEvent::JoinAsked) over this link; the link is closed. False if nobody did.
    pub fn refuse(&mut self, link: LinkId) -> bool {
        if self.gate.take_waiting(link).is_none() {
            return false;
        }
        self.statistics.joins_refused += 1;
        self.close(link, CloseReason::NotAdmitted);
        true
    }

    /// Closes the links of those whose visits are over.
    pub(in crate::server) fn end_visits(&mut self) {
        while let Some((end, id)) = self.gate.next_end()
            && end <= self.now
        {
            self.statistics.visits_ended += 1;
            match self.outbound.link_of(id) {
                Some(link) => self.close(link, CloseReason::VisitEnded),
                None => self.remove_client(id),
            }
        }
    }

    /// Somebody wants in: the driver is asked. While it thinks, further handshakes over the link say nothing new.
    pub(in crate::server) fn ask_driver(&mut self, newcomer: Newcomer) {
        let link = newcomer.link;
        if self.gate.waiting.contains_key(&link) {
            self.statistics.ignored += 1;
            return;
        }
        if self.gate.waiting.len() >= self.settings.limits.waiting_joins {
            self.statistics.joins_postponed += 1;
            return;
        }
        let deadline = self.now + self.settings.limits.handshake;
        let (name, join_token) = (newcomer.name.as_str().into(), newcomer.join_token.clone());
        self.gate.waiting.insert(link, Waiting { newcomer, deadline });
        self.gate.deadlines.insert((deadline, link));
        self.events.push(ServerEvent::JoinAsked { link, name, join_token });
    }

    /// Refuses everybody about whom the driver has said nothing in time.
    pub(in crate::server) fn refuse_forgotten(&mut self) {
        while let Some(&(deadline, link)) = self.gate.deadlines.first()
            && deadline <= self.now
        {
            self.refuse(link);
        }
    }
}
