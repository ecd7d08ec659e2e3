//! Actions on players.

use std::fmt;

use consonance_session::{
    ClientId, Move, NotificationStatus, PlayerIdentity, Restriction, Restrictions, RoomRights, Server,
};

use super::{AuditAction, By, Done, Moderation, ModerationError, Outcome};
use crate::handle::WorkerError;
use crate::records::{Origin, StoredRestrictions, StoredTerms, Until, held_at, in_session_time};
use crate::utc::{rfc_3339, seconds_since_1970};

/// A player of a session, as an operator names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PlayerRef {
    /// By its name.
    Name(String),
    /// By the subject of its join token.
    Subject(String),
}

impl Moderation {
    /// Imposes a restriction on a player (on its voice, its texts or its hearing) until a time in seconds since 1970,
    /// or permanently. It also holds while the player is absent, and when the session begins again.
    ///
    /// # Errors
    /// If there is no such session, the end lies in the past, or too much is decided already.
    pub fn impose(
        &self,
        by: &By,
        session: &str,
        player: &PlayerRef,
        restriction: Restriction,
        until: Option<u64>,
    ) -> Result<Done, ModerationError> {
        let now = seconds_since_1970();
        let action = AuditAction::new(verb(restriction), session, player).with(end_in_words(until));
        if until.is_some_and(|until| until <= now) {
            return self.log(by, action, Err(ModerationError::EndsInThePast));
        }
        let origin = Origin { by: by.actor.clone(), since: now, by_moderator: false };
        let terms = StoredTerms { ends: Until { until }, reason: by.reason.as_str().into(), origin };
        let result =
            self.change(session, player, |restrictions| restrictions.impose(restriction, terms.clone()));
        self.log(by, action, result)
    }

    /// Lifts a restriction.
    ///
    /// # Errors
    /// If there is no such session.
    pub fn lift(
        &self,
        by: &By,
        session: &str,
        player: &PlayerRef,
        restriction: Restriction,
    ) -> Result<Done, ModerationError> {
        let result = self.change(session, player, |restrictions| {
            restrictions.lift(restriction);
        });
        self.log(by, AuditAction::new(opposite(restriction), session, player), result)
    }

    /// Sets a player's rights in a room, which take precedence over the room's own rules; with neither right set, the
    /// room's rules apply again.
    ///
    /// # Errors
    /// If there is no such session, or the player has rights in too many rooms.
    pub fn set_room_rights(
        &self,
        by: &By,
        session: &str,
        player: &PlayerRef,
        room: &str,
        rights: RoomRights,
    ) -> Result<Done, ModerationError> {
        let word = |right: Option<bool>| match right {
            None => "by the rules",
            Some(true) => "yes",
            Some(false) => "no",
        };
        let details = format!("{room}: listen {}, speak {}", word(rights.listen), word(rights.speak));
        let action = AuditAction::new("set_room_rights", session, player).with(details);
        let limit = Restrictions::ROOMS_MAX;
        let is_too_many =
            self.restrictions(session, player).is_ok_and(|mut held| !held.set_room_rights(room, rights));
        if is_too_many {
            let error = ModerationError::TooManyRights { player: player.to_string(), limit };
            return self.log(by, action, Err(error));
        }
        let result = self.change(session, player, |restrictions| {
            restrictions.set_room_rights(room, rights);
        });
        self.log(by, action, result)
    }

    /// The restrictions of a player, whether it is here or not.
    ///
    /// # Errors
    /// If there is no such session.
    pub fn restrictions(
        &self,
        session: &str,
        player: &PlayerRef,
    ) -> Result<StoredRestrictions, ModerationError> {
        let identities = self.identities(session, player)?;
        let held = identities.iter().map(|identity| self.records.restrictions(session, identity));
        // Of several players, prefer one with a decision.
        let restrictions = held.max_by_key(|held| !held.is_clear()).unwrap_or_default();
        Ok(held_at(&restrictions, seconds_since_1970()))
    }

    /// Removes a player from a session, by the subject of its token under every name that it has there. It can rejoin;
    /// a player that must not is banned.
    ///
    /// # Errors
    /// If there is no such session or player.
    pub fn kick(&self, by: &By, session: &str, player: &PlayerRef) -> Result<Done, ModerationError> {
        let reason = by.reason.clone();
        let kicked = self.with_visits(by, session, player, move |server, id| server.kick(id, &reason));
        let outcome = |reached: Vec<NotificationStatus>| {
            notified(reached.iter().all(|reach| *reach == NotificationStatus::Notified))
        };
        self.log(by, AuditAction::new("kick", session, player), kicked.map(outcome))
    }

    /// Takes a player out of a room, by the subject of its token under every name; nothing prevents it from coming
    /// back.
    ///
    /// # Errors
    /// If there is no such session or player, or it does not listen to the room.
    pub fn remove_from_room(
        &self,
        by: &By,
        session: &str,
        player: &PlayerRef,
        room: &str,
    ) -> Result<Done, ModerationError> {
        let action = AuditAction::new("remove_from_room", session, player).with(room);
        let (name, not_there) = (room.to_owned(), not_in_room(player, room));
        let removed = self.with_visits(by, session, player, move |server, id| {
            server.moderation().remove_from_room(id, &name)
        });
        let result = removed
            .and_then(|removed| if removed.contains(&true) { Ok(Outcome::Notified) } else { Err(not_there) });
        self.log(by, action, result)
    }

    /// Takes a player out of a room and asks it to listen to another one instead, by the subject of its token under
    /// every name.
    ///
    /// # Errors
    /// If there is no such session or player, it does not listen to the one room, or has no access to the other one; of
    /// several that are in the room, if one of them stays there.
    pub fn move_player(
        &self,
        by: &By,
        session: &str,
        player: &PlayerRef,
        from: &str,
        to: &str,
    ) -> Result<Done, ModerationError> {
        let action = AuditAction::new("move", session, player).with(format!("{from} to {to}"));
        let (source, target) = (from.to_owned(), to.to_owned());
        let moved = self.with_visits(by, session, player, move |server, id| {
            server.moderation().move_to_room(id, &source, &target)
        });
        let result = moved.and_then(|moved| match least_moved(&moved) {
            Move::Asked => Ok(Outcome::Moved),
            Move::OnlyRemoved => Ok(Outcome::OnlyRemoved),
            Move::NotThere => Err(not_in_room(player, from)),
            Move::Forbidden => {
                Err(ModerationError::RoomForbidden { player: player.to_string(), room: to.to_owned() })
            }
            Move::Full => Err(ModerationError::RoomFull { room: to.to_owned() }),
        });
        self.log(by, action, result)
    }

    /// Makes a player's client start again, by the subject of its token under every name: it leaves and comes back at
    /// once.
    ///
    /// # Errors
    /// If there is no such session or player.
    pub fn reset(&self, by: &By, session: &str, player: &PlayerRef) -> Result<Done, ModerationError> {
        let reset = self.with_visits(by, session, player, |server, id| server.moderation().reset(id));
        let outcome = |are_notified: Vec<bool>| notified(!are_notified.contains(&false));
        self.log(by, AuditAction::new("reset", session, player), reset.map(outcome))
    }

    /// Lets others have a name that is kept for the account of the player that had it last.
    ///
    /// # Errors
    /// If there is no such session, or the name is not kept.
    pub fn release_name(&self, by: &By, session: &str, name: &str) -> Result<Done, ModerationError> {
        let (asked, kept) = (session.to_owned(), name.to_owned());
        let released = self
            .server
            .ask_session(session, move |session_loop, _| session_loop.state().release_name(&asked, &kept));
        let not_kept = || ModerationError::NameNotKept { session: session.into(), name: name.into() };
        let released =
            released.map_err(ModerationError::of_worker).and_then(|account| account.ok_or_else(not_kept));
        let action = AuditAction::new("release_name", session, name);
        match released {
            Ok(account) => self.log(by, action.with(format!("kept for {account}")), Ok(Outcome::Holds)),
            Err(error) => self.log(by, action, Err(error)),
        }
    }

    /// Decides about a player, here or not; where several are here under one name, about each of them.
    fn change(
        &self,
        session: &str,
        player: &PlayerRef,
        change: impl Fn(&mut StoredRestrictions),
    ) -> Result<Outcome, ModerationError> {
        let mut outcomes = Vec::new();
        for identity in self.identities(session, player)? {
            outcomes.push(self.change_one(session, identity, &change)?);
        }
        let least = [Outcome::NotNotified, Outcome::AbsentName, Outcome::Absent];
        Ok(least.into_iter().find(|outcome| outcomes.contains(outcome)).unwrap_or(Outcome::Notified))
    }

    fn change_one(
        &self,
        session: &str,
        identity: PlayerIdentity,
        change: &impl Fn(&mut StoredRestrictions),
    ) -> Result<Outcome, ModerationError> {
        let now = seconds_since_1970();
        let (restrictions, _) = self.records.change_restrictions(now, session, &identity, change)?;
        let absent = absent(&identity);
        let name = session.to_owned();
        let asked = self.server.ask_session(session, move |session_loop, now| {
            session_loop.with_session(now, &name, |server, at| {
                server
                    .moderation()
                    .set_restrictions(&identity, &in_session_time(&restrictions, seconds_since_1970(), at))
            })
        });
        match asked {
            // The session has ended; when it begins again, it applies the recorded restrictions.
            Ok(Some(Ok(NotificationStatus::Absent)) | None) | Err(WorkerError::NoSession { .. }) => {
                Ok(absent)
            }
            Ok(Some(set)) => set
                .map(|reach| notified(reach == NotificationStatus::Notified))
                .map_err(ModerationError::Restrictions),
            Err(error) => Err(ModerationError::OnlyRecorded(error)),
        }
    }

    /// The identities of a player of a served session, for the records: of a player that is here, or was, the claims of
    /// its token, if they have any. At least one; several if players are here under spellings of one name.
    fn identities(&self, session: &str, player: &PlayerRef) -> Result<Vec<PlayerIdentity>, ModerationError> {
        let name = match player {
            PlayerRef::Subject(subject) if subject.is_empty() => {
                return Err(ModerationError::Nameless { what: "the subject" });
            }
            PlayerRef::Subject(subject) => {
                self.check_served(session)?;
                return Ok(vec![PlayerIdentity::Subject(subject.as_str().into())]);
            }
            PlayerRef::Name(name) => name.clone(),
        };
        self.look(session, move |session_loop, session| session_loop.state().identities_named(session, &name))
    }

    /// Does something to a present player, under each name that it has; one result at least.
    fn with_visits<R: Send + 'static>(
        &self,
        by: &By,
        session: &str,
        player: &PlayerRef,
        mut act: impl FnMut(&mut Server, ClientId) -> R + Send + 'static,
    ) -> Result<Vec<R>, ModerationError> {
        let wanted = player.clone();
        let done: Vec<R> = self.in_session(by, session, move |server| {
            visits(server, &wanted).into_iter().map(|id| act(server, id)).collect()
        })?;
        if done.is_empty() {
            return Err(ModerationError::NoPlayer {
                session: session.to_owned(),
                player: player.to_string(),
            });
        }
        Ok(done)
    }

    /// Does something on the worker that has a session.
    fn in_session<R: Send + 'static>(
        &self,
        by: &By,
        session: &str,
        act: impl FnOnce(&mut Server) -> R + Send + 'static,
    ) -> Result<R, ModerationError> {
        let (name, actor) = (session.to_owned(), by.actor.clone());
        let asked = self.server.ask_session(session, move |session_loop, now| {
            session_loop.with_session_by(now, &name, Some(&actor), |server, _| act(server))
        });
        let done = asked.map_err(ModerationError::of_worker)?;
        done.ok_or_else(|| ModerationError::NoSession { session: session.to_owned() })
    }
}

/// The clients that are here as this player: under any spelling of the name, or with the account.
fn visits(server: &Server, player: &PlayerRef) -> Vec<ClientId> {
    match player {
        PlayerRef::Name(name) => server.tables().clients_named(name).to_vec(),
        PlayerRef::Subject(subject) => server.tables().clients_with_subject(subject),
    }
}

/// The outcomes for players in the room: of several, the one that the operator has to know.
fn least_moved(moved: &[Move]) -> Move {
    let worst_first = [Move::Full, Move::Forbidden, Move::OnlyRemoved, Move::Asked];
    worst_first.into_iter().find(|result| moved.contains(result)).unwrap_or(Move::NotThere)
}

/// A decision by name does not apply to players that present a subject of their own.
fn absent(identity: &PlayerIdentity) -> Outcome {
    match identity {
        PlayerIdentity::Name(_) => Outcome::AbsentName,
        PlayerIdentity::Subject(_) => Outcome::Absent,
    }
}

fn notified(is_notified: bool) -> Outcome {
    if is_notified { Outcome::Notified } else { Outcome::NotNotified }
}

fn not_in_room(player: &PlayerRef, room: &str) -> ModerationError {
    ModerationError::NotInRoom { player: player.to_string(), room: room.to_owned() }
}

fn verb(restriction: Restriction) -> &'static str {
    match restriction {
        Restriction::Muted => "mute",
        Restriction::TextMuted => "mute_text",
        Restriction::Deafened => "deafen",
    }
}

fn opposite(restriction: Restriction) -> &'static str {
    match restriction {
        Restriction::Muted => "unmute",
        Restriction::TextMuted => "unmute_text",
        Restriction::Deafened => "undeafen",
    }
}

pub(super) fn end_in_words(until: Option<u64>) -> String {
    until.map_or_else(|| "permanently".to_owned(), |until| format!("until {}", rfc_3339(until)))
}

impl From<&str> for PlayerRef {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl fmt::Display for PlayerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Subject(subject) => write!(f, "subject {subject}"),
        }
    }
}
