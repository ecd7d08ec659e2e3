//! What the server's operator has decided about us: told as events, and to be looked at.

use std::time::{Duration, Instant};

use consonance_session::{
    Client, ClientEvent, RecordingNotice, Restriction, RestrictionTerms as SessionTerms, RoomRights, RoomUse,
};

use crate::clock::Clock;

/// Something that the server's operator has decided, and that concerns us. Servers and clients of the original know
/// nothing of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OperatorDecision {
    /// Our voice or our texts go nowhere from now on, or we are sent no voice.
    Restricted {
        /// What was taken from us.
        restriction: Restriction,
        /// Why, and how long.
        terms: RestrictionTerms,
    },
    /// We have it back.
    Lifted {
        /// What.
        restriction: Restriction,
    },
    /// What we may do in a room, whatever the room asks for; nothing where its own rules decide.
    RoomRights {
        /// The room's name.
        room: String,
        /// What we may do there.
        rights: RoomRights,
    },
    /// We listen to the one room no longer and to the other one instead. The targets of speech are still the game's
    /// choice.
    Moved {
        /// The room that we listened to.
        from: String,
        /// The room that we listen to now; it is to be left as often as the other one was joined.
        to: String,
    },
    /// A text of ours went nowhere, because the one before was too recent.
    TextHeld {
        /// How long until the next one is taken.
        wait: Duration,
    },
    /// A room has enough listeners or speakers without us: we are out of it again, or are not heard there for now.
    RoomFull {
        /// The room's name.
        room: String,
        /// What there is no place for.
        to: RoomUse,
    },
    /// The operator records voices: all, or the last seconds for reports. Players want to know.
    Recorded(RecordingNotice),
}

/// Everything that the server's operator has decided about us and that holds now; ends are by our clock.
pub type Restrictions = consonance_session::Restrictions<Option<Instant>>;

/// Why something was taken from us, and until when, by our clock.
pub type RestrictionTerms = consonance_session::RestrictionTerms<Option<Instant>>;

impl OperatorDecision {
    /// What the session tells, if it is such a thing.
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
            _ => return None,
        })
    }
}

/// What holds now, by our clock.
pub(crate) fn restrictions_of(client: &Client, clock: &Clock) -> Restrictions {
    client.restrictions().map(|terms| Some(in_our_time(terms, clock)))
}

fn in_our_time(terms: &SessionTerms, clock: &Clock) -> RestrictionTerms {
    terms.with_ends(terms.ends.map(|end| clock.to_instant(end)))
}

/// In a sentence, for people.
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
                write!(f, "your text was not sent on: wait {:.1} s between two", wait.as_secs_f32())
            }
            Self::RoomFull { room, to: RoomUse::Listen } => write!(f, "room {room:?} is full"),
            Self::RoomFull { room, .. } => {
                write!(f, "enough others speak in room {room:?}: you are not heard there for now")
            }
            Self::Recorded(RecordingNotice { is_whole: true, .. }) => {
                f.write_str("this session is recorded by the server's operator")
            }
            Self::Recorded(RecordingNotice { last, .. }) if last.is_zero() => {
                f.write_str("the server's operator keeps nothing of what is said any more")
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
