//! The operator's decisions about me, as the server reports them.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{Notice, WireStr};

use super::Client;
use super::event::{ClientEvent, Disconnection, RecordingNotice};
use crate::restrictions::{Restriction, RestrictionTerms, Restrictions, RoomRights};
use crate::server::RoomUse;
use crate::time::Instant;

/// The reported restrictions, and those of them that were confirmed since I last joined.
#[derive(Debug, Default)]
pub(super) struct OwnRestrictions {
    restrictions: Restrictions,
    recorded: RecordingNotice,
    /// I was kicked: no reconnect follows the end of the link.
    is_kicked: bool,
    confirmed: Confirmed,
}

/// The restrictions that a server has repeated since I joined. It repeats all before it marks the roster complete.
#[derive(Debug, Default)]
struct Confirmed {
    imposed: [bool; Restriction::ALL.len()],
    /// At most as many as have rights.
    rooms: BTreeSet<Box<str>>,
    recorded: bool,
}

/// The tolerance for two machines' clocks and the network delay: a repeated end time differs by no more.
const SAME_END: Duration = Duration::from_secs(5);

impl OwnRestrictions {
    /// A session was joined, or joined again.
    pub(super) fn begin(&mut self) {
        self.confirmed = Confirmed::default();
        self.is_kicked = false;
    }

    fn has(&self, restriction: Restriction) -> bool {
        self.restrictions.terms(restriction).is_some()
    }
}

impl Client {
    /// My restrictions by decision of the server's operator, and my rights in rooms. Ends are by my own clock.
    pub fn restrictions(&self) -> &Restrictions {
        &self.own_restrictions.restrictions
    }

    /// The operator's recording of voice, as far as the server announces it.
    pub fn recorded(&self) -> RecordingNotice {
        self.own_restrictions.recorded
    }

    pub(super) fn handle_notice(&mut self, now: Instant, notice: &Notice<'_>) {
        let text = |string: WireStr<'_>| Box::<str>::from(&*string.to_str());
        match *notice {
            Notice::Imposed { restriction, ends_in_s, reason } => {
                let ends = (ends_in_s > 0).then(|| now + Duration::from_secs(ends_in_s.into()));
                self.impose(restriction, RestrictionTerms::new(ends, &reason.to_str()));
            }
            Notice::Lifted { restriction } => self.lift(restriction),
            Notice::RoomRights { room, listen, speak } => {
                self.set_rights(&text(room), RoomRights { listen, speak });
            }
            Notice::Kicked { reason } => {
                self.own_restrictions.is_kicked = true;
                self.events.push(ClientEvent::Kicked { reason: text(reason) });
            }
            Notice::Moved { from, to } => self.follow_move(text(from), text(to)),
            Notice::TextRateLimited { wait_ms } => {
                self.events
                    .push(ClientEvent::TextRateLimited { wait: Duration::from_millis(wait_ms.into()) });
            }
            Notice::RoomFull { room, is_speaking } => {
                let to = if is_speaking { RoomUse::Speak } else { RoomUse::Listen };
                self.events.push(ClientEvent::RoomFull { room: text(room), to });
            }
            Notice::Recorded { is_whole, last_s } => {
                self.own_restrictions.confirmed.recorded = true;
                self.set_recorded(RecordingNotice { is_whole, last: Duration::from_secs(last_s.into()) });
            }
            Notice::Answered { number, answer } => self.hear_answer(number, answer),
        }
    }

    /// The roster is complete, and with it all restrictions: drops those that were not confirmed.
    pub(super) fn forget_unconfirmed_restrictions(&mut self) {
        let confirmed = core::mem::take(&mut self.own_restrictions.confirmed);
        for restriction in Restriction::ALL {
            if !confirmed.imposed[restriction as usize] {
                self.lift(restriction);
            }
        }
        let rooms = self.own_restrictions.restrictions.rooms().map(|(room, _)| Box::<str>::from(room));
        let forgotten: Vec<_> = rooms.filter(|room| !confirmed.rooms.contains(room)).collect();
        for room in forgotten {
            self.set_rights(&room, RoomRights::default());
        }
        if !confirmed.recorded {
            self.set_recorded(RecordingNotice::default());
        }
    }

    /// The cause of my removal by the server.
    pub(super) fn removal(&self) -> Disconnection {
        if self.own_restrictions.is_kicked {
            Disconnection::Kicked
        } else {
            Disconnection::ReplacedByNewerLogin
        }
    }

    /// Whether this is denied to me.
    pub(super) fn is_restricted(&self, restriction: Restriction) -> bool {
        self.own_restrictions.has(restriction)
    }

    fn impose(&mut self, restriction: Restriction, terms: RestrictionTerms) {
        self.own_restrictions.confirmed.imposed[restriction as usize] = true;
        let former = self.own_restrictions.restrictions.terms(restriction);
        let is_known = former.is_some_and(|former| says_the_same(former, &terms));
        self.own_restrictions.restrictions.impose(restriction, terms.clone());
        if is_known {
            return;
        }
        self.events.push(ClientEvent::Restricted { restriction, terms: Some(terms) });
        if restriction == Restriction::Deafened {
            for id in self.players.roster.iter().map(|member| member.id).collect::<Vec<_>>() {
                self.stop_speaker(id);
            }
        }
    }

    fn lift(&mut self, restriction: Restriction) {
        if self.own_restrictions.restrictions.lift(restriction) {
            self.events.push(ClientEvent::Restricted { restriction, terms: None });
        }
    }

    fn set_rights(&mut self, room: &str, rights: RoomRights) {
        let former = self.own_restrictions.restrictions.room_rights(room);
        // Rights in more rooms than the limit allows are ignored.
        if !self.own_restrictions.restrictions.set_room_rights(room, rights) {
            self.statistics.ignored += 1;
            return;
        }
        let confirmed = &mut self.own_restrictions.confirmed.rooms;
        if rights == RoomRights::default() {
            confirmed.remove(room);
        } else {
            confirmed.insert(room.into());
        }
        if former != rights {
            self.events.push(ClientEvent::RoomRights { room: room.into(), rights });
        }
    }

    fn set_recorded(&mut self, recorded: RecordingNotice) {
        if self.own_restrictions.recorded != recorded {
            self.own_restrictions.recorded = recorded;
            self.events.push(ClientEvent::Recorded(recorded));
        }
    }

    /// The server moves me from one room to another. A client that has already left the first room does not follow.
    fn follow_move(&mut self, from: Box<str>, to: Box<str>) {
        if !self.expect_removal(&from) {
            return;
        }
        if self.join_room(&to).is_err() {
            self.events.push(ClientEvent::RemovedFromRoom { room: from });
            return;
        }
        self.events.push(ClientEvent::Moved { from, to });
    }
}

/// Whether two terms are the same: after a reconnect, a repeated end time is a little earlier or later.
fn says_the_same(former: &RestrictionTerms, terms: &RestrictionTerms) -> bool {
    let is_same_end = match (former.ends, terms.ends) {
        (None, None) => true,
        (Some(one), Some(other)) => one.since(other).max(other.since(one)) <= SAME_END,
        _ => false,
    };
    is_same_end && former.reason == terms.reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientSettings;

    #[test]
    fn a_server_that_names_ever_other_rooms_takes_no_memory_for_those_that_count_no_more() {
        let mut client = Client::new(ClientSettings::new("Alice"));
        let silent = RoomRights { speak: Some(false), ..RoomRights::default() };
        for number in 0..1000 {
            let room = alloc::format!("room {number}");
            client.set_rights(&room, silent);
            client.set_rights(&room, RoomRights::default());
        }
        assert_eq!(client.own_restrictions.confirmed.rooms.len(), 0);
        for number in 0..1000 {
            client.set_rights(&alloc::format!("room {number}"), silent);
        }
        assert_eq!(client.own_restrictions.confirmed.rooms.len(), Restrictions::ROOMS_MAX);
    }
}
