//! Decisions of the server's operator about us: reported as events, and readable at any time.

use std::time::{Duration, Instant};

use consonance_session::{
    Client, ClientEvent, RecordingNotice, Restriction, RestrictionTerms as SessionTerms, RoomRights, RoomUse,
};

use crate::clock::Clock;

/// A decision of the server's operator that concerns us. Servers and clients of the original do not support it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum OperatorDecision {
    /// Our voice or our texts are no longer forwarded, or we are sent no voice.
    Restricted {
        /// The restriction.
        restriction: Restriction,
        /// The reason and the duration.
        terms: RestrictionTerms,
    },
    /// A restriction is lifted.
    Lifted {
        /// The restriction.
        restriction: Restriction,
    },
    /// Our rights in a room, regardless of its rules; `None` where its own rules decide.
    RoomRights {
        /// The room's name.
        room: String,
        /// Our rights there.
        rights: RoomRights,
    },
    /// We listen to the second room instead of the first one. The targets of speech remain the game's choice.
    Moved {
        /// The room that we listened to.
        from: String,
        /// The room that we listen to now; leave it as often as the other one was joined.
        to: String,
    },
    /// Our text was dropped because it came too soon after the previous one.
    TextHeld {
        /// How long until the next one is accepted.
        wait: Duration,
    },
    /// A room has no place for another listener or speaker: we are out of it again, or are not heard there for now.
    RoomFull {
        /// The room's name.
        room: String,
        /// The use of the room for which there is no place.
        to: RoomUse,
    },
    /// The operator records voices: all, or the last seconds for reports. Players should be told.
    Recorded(RecordingNotice),
}

/// All current restrictions by the server's operator; their ends are by our clock.
pub type Restrictions = consonance_session::Restrictions<Option<Instant>>;

/// The reason for a restriction, and its end by our clock.
pub type RestrictionTerms = consonance_session::RestrictionTerms<Option<Instant>>;

impl OperatorDecision {
    /// The decision in a session event, if there is one.
    pub(crate) fn of(event: &ClientEvent<'_>, clock: &Clock) -> Option<Self> {
        let text = |words: &str| words.to_owned();
        Some(match event {
            ClientEvent::Restricted { restriction, terms: Some(terms) } => {
                Self::Restricted { restriction: *restriction, terms: in_our_time(terms, clock) }
            }
            ClientEvent::Restricted { restriction, terms: None } => {
                Self::Lifted { restriction: *restriction }
            }
            ClientEvent::RoomRights { room, rights } => {
                Self::RoomRights { room: text(room), rights: *rights }
            }
            ClientEvent::Moved { from, to } => Self::Moved { from: text(from), to: text(to) },
            ClientEvent::TextRateLimited { wait } => Self::TextHeld { wait: *wait },
            ClientEvent::RoomFull { room, to } => Self::RoomFull { room: text(room), to: *to },
            ClientEvent::Recorded(recorded) => Self::Recorded(*recorded),
            ClientEvent::Joined { .. }
            | ClientEvent::Resumed { .. }
            | ClientEvent::PlayersSynced
            | ClientEvent::PlayerJoined { .. }
            | ClientEvent::PlayerLeft { .. }
            | ClientEvent::EnteredRoom { .. }
            | ClientEvent::ExitedRoom { .. }
            | ClientEvent::RemovedFromRoom { .. }
            | ClientEvent::ModeratorAnswered { .. }
            | ClientEvent::Kicked { .. }
            | ClientEvent::StartedSpeaking { .. }
            | ClientEvent::Voice(_)
            | ClientEvent::StoppedSpeaking { .. }
            | ClientEvent::Text { .. }
            | ClientEvent::PeerIntroduced { .. }
            | ClientEvent::UplinkReport(_)
            | ClientEvent::ListenerReport(_)
            | ClientEvent::Draining { .. }
            | ClientEvent::DrainCancelled
            | ClientEvent::GroupMessage { .. }
            | ClientEvent::ServersListed { .. }
            | ClientEvent::Disconnected { .. } => return None,
        })
    }
}

/// The current restrictions, by our clock.
pub(crate) fn restrictions_of(client: &Client, clock: &Clock) -> Restrictions {
    client.own_restrictions().all().map(|terms| Some(in_our_time(terms, clock)))
}

fn in_our_time(terms: &SessionTerms, clock: &Clock) -> RestrictionTerms {
    terms.with_ends(terms.ends.map(|end| clock.to_instant(end)))
}

/// A sentence for players.
impl std::fmt::Display for OperatorDecision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Restricted { restriction, terms } => {
                let what = match restriction {
                    Restriction::Muted => "muted you: you are not heard",
                    Restriction::TextMuted => "muted your text messages",
                    Restriction::Deafened => "deafened you: you hear no player",
                };
                let end = match terms.ends {
                    Some(at) => {
                        let left = at.saturating_duration_since(Instant::now()).as_secs();
                        format!(", for {} min {:02} s", left / 60, left % 60)
                    }
                    None => String::new(),
                };
                let reason = if terms.reason.is_empty() { "" } else { ": " };
                write!(f, "the server's operator has {what}{end}{reason}{}", terms.reason)
            }
            Self::Lifted { restriction } => f.write_str(match restriction {
                Restriction::Muted => "you can be heard again",
                Restriction::TextMuted => "your texts can be read again",
                Restriction::Deafened => "you hear the others again",
            }),
            Self::RoomRights { room, rights } => {
                let word = |right| match right {
                    None => "as the room's rules say",
                    Some(true) => "allowed",
                    Some(false) => "not allowed",
                };
                let (listen, speak) = (word(rights.listen), word(rights.speak));
                write!(f, "room {room:?}: listening is {listen}, speaking is {speak}")
            }
            Self::Moved { from, to } => {
                write!(f, "the server's operator has moved you from room {from:?} to {to:?}")
            }
            Self::TextHeld { wait } => {
                write!(f, "your text was not delivered: wait {:.1} s between two", wait.as_secs_f32())
            }
            Self::RoomFull { room, to: RoomUse::Listen } => write!(f, "room {room:?} is full"),
            Self::RoomFull { room, .. } => {
                write!(f, "too many players are speaking in room {room:?}: you are not heard there for now")
            }
            Self::Recorded(RecordingNotice { is_whole: true, .. }) => {
                f.write_str("this session is recorded by the server's operator")
            }
            Self::Recorded(RecordingNotice { last, .. }) if last.is_zero() => {
                f.write_str("the server's operator no longer keeps anything that is said")
            }
            Self::Recorded(RecordingNotice { last, .. }) => {
                write!(
                    f,
                    "the server's operator keeps the last {} s of what is said, for reports",
                    last.as_secs()
                )
            }
        }
    }
}
