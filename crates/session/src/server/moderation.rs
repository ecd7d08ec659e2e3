//! An operator's decisions about players: mutes, deafening, rights in rooms. They apply to the player, not to one
//! visit.
//!
//! Clients of ours are told their restrictions and the reasons, and honest ones obey them on direct links, which no
//! server sees. An original only notices that it gets no answers.

mod moderator;
mod register;

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_name_key::PlayerName;
use consonance_wire::{Capabilities, ClientId, Notice, WireStr, Writer};

pub(super) use register::Register;

use super::{ModerationDecision, Server, ServerEvent};
use crate::restrictions::{Restriction, RestrictionTerms, Restrictions, RoomRights, bounded_reason};
use crate::time::Instant;

/// The player that a decision is about: it applies to this player whenever it is here, under any id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlayerIdentity {
    /// Every player with this name, in any spelling, without a subject of its own.
    Name(PlayerName),
    /// The bearer of a join token of this subject, under any name.
    Subject(Box<str>),
}

/// Whether the player's client was told of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotificationStatus {
    /// The player is not here; the decision applies when it comes.
    Absent,
    /// The player is here, and its client was told.
    Notified,
    /// The player is here; its client does not support notices, or its link is lost at the moment.
    NotNotified,
}

/// The reason for refusing restrictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestrictionsError {
    /// As many players as [`Limits::restrictions`](crate::Limits) allows have some already.
    #[error(
        "{limit} players of this session are muted or otherwise limited, which is all that it remembers: \
         lift some of that, or raise limits.restrictions"
    )]
    TooMany {
        /// The number of players.
        limit: usize,
    },
    /// A session that trusts every client has no moderation.
    #[error("this session believes every packet, and so cannot be moderated")]
    Permissive,
}

impl RestrictionsError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too-many",
            Self::Permissive => "permissive",
        }
    }
}

impl Server {
    /// A client's identity for decisions: they apply again when the player returns.
    pub fn identity_of(&self, id: ClientId) -> Option<PlayerIdentity> {
        let member = self.members.get(id)?;
        Some(match self.policy.gate().subject_of(id) {
            Some(subject) => PlayerIdentity::Subject(subject.into()),
            None => PlayerIdentity::Name(member.name.clone().into()),
        })
    }

    /// The restrictions and rights of a player, here or not.
    pub fn restrictions(&self, identity: &PlayerIdentity) -> Restrictions {
        self.policy.register().get(identity).cloned().unwrap_or_default()
    }

    /// All players with restrictions or room rights, here or not.
    pub fn restricted_players(&self) -> impl ExactSizeIterator<Item = (&PlayerIdentity, &Restrictions)> {
        self.policy.register().iter()
    }

    /// Replaces all restrictions and rights of a player. Changes are sent to its client and raised as
    /// [`ServerEvent::Moderated`]; restrictions end by themselves at their end time.
    ///
    /// # Errors
    /// If too many players have restrictions, or the session is permissive.
    pub fn set_restrictions(
        &mut self,
        identity: &PlayerIdentity,
        restrictions: &Restrictions,
    ) -> Result<NotificationStatus, RestrictionsError> {
        if self.settings.permissive {
            return Err(RestrictionsError::Permissive);
        }
        let limit = self.settings.limits.restrictions;
        if self.policy.register().get(identity).is_none()
            && self.policy.register().len() >= limit
            && !restrictions.is_clear()
        {
            return Err(RestrictionsError::TooMany { limit });
        }
        let former = self.policy.register_mut().replace(identity, restrictions.clone());
        Ok(self.follow(identity, &former, restrictions))
    }

    /// Announces to the clients of ours the operator's recording of voice: whether everything is recorded, and the
    /// number of most recent seconds that are kept (0 for none). Later newcomers are told, too.
    pub fn announce_recording(&mut self, is_whole: bool, last_s: u16) {
        if self.settings.recorded == (is_whole, last_s) {
            return;
        }
        self.settings.recorded = (is_whole, last_s);
        for id in self.members.in_order().collect::<Vec<_>>() {
            self.notify(id, &Notice::Recorded { is_whole, last_s });
        }
    }

    /// The last [announced](Self::announce_recording) recording.
    pub fn announced_recording(&self) -> (bool, u16) {
        self.settings.recorded
    }

    /// Applies a client's restrictions from its first packet on.
    pub(super) fn begin_restrictions(&mut self, id: ClientId) {
        self.policy.register_mut().forget(id);
        // Without any restrictions, do not compute the name's key.
        if self.policy.register().len() == 0 {
            return;
        }
        if let Some(identity) = self.identity_of(id) {
            self.policy.register_mut().attach(id, &identity);
        }
    }

    /// Tells a client that has joined or come back its restrictions and the recording.
    pub(super) fn tell_restrictions(&mut self, id: ClientId) {
        let (is_whole, last_s) = self.settings.recorded;
        if is_whole || last_s > 0 {
            self.notify(id, &Notice::Recorded { is_whole, last_s });
        }
        if self.policy.register().len() == 0 {
            return;
        }
        let restrictions =
            self.identity_of(id).and_then(|identity| self.policy.register().get(&identity).cloned());
        if let Some(restrictions) = restrictions {
            self.tell_changes(id, &Restrictions::default(), &restrictions);
        }
    }

    /// Tells a client which restrictions apply and which do not: it may have missed either.
    pub(super) fn tell_restrictions_again(&mut self, id: ClientId) {
        if !self.policy.register().was_used() {
            return;
        }
        let Some(identity) = self.identity_of(id) else { return };
        let restrictions = self.restrictions(&identity);
        for restriction in Restriction::ALL {
            if restrictions.terms(restriction).is_none() {
                self.notify(id, &Notice::Lifted { restriction });
            }
        }
        self.tell_changes(id, &Restrictions::default(), &restrictions);
    }

    /// Lifts restrictions that have ended.
    pub(super) fn end_restrictions(&mut self) {
        while let Some((identity, restriction)) = self.policy.register().ended(self.now) {
            let mut restrictions = self.restrictions(&identity);
            restrictions.lift(restriction);
            let former = self.policy.register_mut().replace(&identity, restrictions.clone());
            self.follow(&identity, &former, &restrictions);
        }
    }

    /// Sends a notice to a client that supports notices. False if it does not.
    pub(super) fn notify(&mut self, id: ClientId, notice: &Notice<'_>) -> bool {
        let mut buffer = [0; crate::PACKET_BYTES_MAX];
        let mut writer = Writer::new(&mut buffer[..self.settings.packets.reliable_bytes]);
        // Only a room name far over the limits does not fit; the operator's decision still holds.
        if notice.write(self.settings.session, &mut writer).is_err() {
            return false;
        }
        let length = writer.len();
        let was_sent = self.send_if_able(id, Capabilities::MODERATION, &buffer[..length]);
        self.statistics.notices_sent += u64::from(was_sent);
        was_sent
    }

    /// Applies a change of a player's restrictions, and tells every client that it concerns.
    fn follow(
        &mut self,
        identity: &PlayerIdentity,
        former: &Restrictions,
        restrictions: &Restrictions,
    ) -> NotificationStatus {
        let clients = self.clients_of(identity);
        let present = clients.first().copied();
        for (restriction, terms) in changed_restrictions(former, restrictions) {
            let (player, terms) = (identity.clone(), terms.cloned());
            let decision = ModerationDecision::Restriction { restriction, terms };
            self.events.push(ServerEvent::Moderated { id: present, player, decision });
        }
        for (room, rights) in changed_rooms(former, restrictions) {
            let decision = ModerationDecision::RoomRights { room: room.into(), rights };
            self.events.push(ServerEvent::Moderated { id: present, player: identity.clone(), decision });
        }
        if clients.is_empty() {
            return NotificationStatus::Absent;
        }
        let mut are_told = true;
        for id in clients {
            self.policy.register_mut().attach(id, identity);
            if restrictions.terms(Restriction::Muted).is_some() {
                self.relay().end_channels(id);
            }
            are_told &= self.tell_changes(id, former, restrictions);
            self.expel_from_forbidden_rooms(id);
        }
        if are_told { NotificationStatus::Notified } else { NotificationStatus::NotNotified }
    }

    /// All clients of this player: several may share a subject or a spelling of a name.
    pub(super) fn clients_of(&self, identity: &PlayerIdentity) -> Vec<ClientId> {
        match identity {
            PlayerIdentity::Name(name) => {
                let named = self.members.named(name.key()).iter().copied();
                named.filter(|id| self.policy.gate().subject_of(*id).is_none()).collect()
            }
            PlayerIdentity::Subject(subject) => self.tables().clients_with_subject(subject),
        }
    }

    /// False if the client does not support notices.
    fn tell_changes(&mut self, id: ClientId, former: &Restrictions, restrictions: &Restrictions) -> bool {
        let now = self.now;
        let mut told = self.client_can(id, Capabilities::MODERATION);
        for (restriction, terms) in changed_restrictions(former, restrictions) {
            let notice = match terms {
                Some(terms) => {
                    // Rounded up to at least 1, as 0 means no end.
                    let left = |end: Instant| end.since(now).as_millis().div_ceil(1000).max(1);
                    let ends_in_s = terms.ends.map_or(0, |end| u32::try_from(left(end)).unwrap_or(u32::MAX));
                    Notice::Imposed {
                        restriction,
                        ends_in_s,
                        reason: WireStr::from(bounded_reason(&terms.reason)),
                    }
                }
                None => Notice::Lifted { restriction },
            };
            told &= self.notify(id, &notice);
        }
        for (room, RoomRights { listen, speak }) in changed_rooms(former, restrictions) {
            told &= self.notify(id, &Notice::RoomRights { room: WireStr::from(room), listen, speak });
        }
        told
    }
}

fn changed_restrictions<'a>(
    former: &'a Restrictions,
    restrictions: &'a Restrictions,
) -> impl Iterator<Item = (Restriction, Option<&'a RestrictionTerms>)> {
    let changed = Restriction::ALL.into_iter().filter(|of| former.terms(*of) != restrictions.terms(*of));
    changed.map(|restriction| (restriction, restrictions.terms(restriction)))
}

/// Rooms with changed rights, those with rights first.
fn changed_rooms<'a>(
    former: &'a Restrictions,
    restrictions: &'a Restrictions,
) -> impl Iterator<Item = (&'a str, RoomRights)> {
    let set = restrictions.rooms().filter(|(room, rights)| former.room_rights(room) != *rights);
    let forgotten =
        former.rooms().filter(|(room, _)| restrictions.room_rights(room) == RoomRights::default());
    set.chain(forgotten.map(|(room, _)| (room, RoomRights::default())))
}
