//! What the server's operator has decided about us: told as events, and to be looked at.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_session::{
    Client, ClientEvent, Restriction, RestrictionTerms as SessionTerms, RoomRights, RoomUse,
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
    Kept(KeptVoices),
}

/// Why something was taken from us, and how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestrictionTerms {
    /// The operator's words; may be empty.
    pub reason: String,
    /// When it ends by itself, by our clock; never if there is none.
    pub ends_at: Option<Instant>,
}

/// What a server's operator keeps of what is spoken, as far as that is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptVoices {
    /// Everything is recorded.
    pub is_recorded: bool,
    /// So much of the latest is kept, to be looked at after a report; zero if nothing is.
    pub last: Duration,
}

/// Everything that the server's operator has decided about us and that holds now.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Restrictions {
    /// Our voice goes nowhere.
    pub muted: Option<RestrictionTerms>,
    /// Our texts go nowhere.
    pub text_muted: Option<RestrictionTerms>,
    /// We are sent no voice.
    pub deafened: Option<RestrictionTerms>,
    /// Our rights in rooms, by their names.
    pub rooms: BTreeMap<String, RoomRights>,
    /// What is kept of voices.
    pub kept: KeptVoices,
}

impl OperatorDecision {
    /// What the session tells, if it is such a thing.
    pub(crate) fn of(event: &ClientEvent<'_>, clock: &Clock) -> Option<Self> {
        let text = |words: &str| words.to_owned();
        Some(match event {
            ClientEvent::Restricted { restriction, terms: Some(terms) } => {
                Self::Restricted { restriction: *restriction, terms: RestrictionTerms::of(terms, clock) }
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
            ClientEvent::Recorded(recorded) => {
                Self::Kept(KeptVoices { is_recorded: recorded.is_whole, last: recorded.last })
            }
            _ => return None,
        })
    }
}

impl RestrictionTerms {
    fn of(terms: &SessionTerms, clock: &Clock) -> Self {
        Self { reason: terms.reason().to_owned(), ends_at: terms.ends.map(|end| clock.to_instant(end)) }
    }
}

impl Restrictions {
    pub(crate) fn of(client: &Client, clock: &Clock) -> Self {
        let told = client.restrictions();
        let terms = |restriction| told.terms(restriction).map(|terms| RestrictionTerms::of(terms, clock));
        let recorded = client.recorded();
        Self {
            muted: terms(Restriction::Muted),
            text_muted: terms(Restriction::TextMuted),
            deafened: terms(Restriction::Deafened),
            rooms: told.rooms().map(|(room, rights)| (room.to_owned(), rights)).collect(),
            kept: KeptVoices { is_recorded: recorded.is_whole, last: recorded.last },
        }
    }
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
                let end = match terms.ends_at {
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
            Self::Kept(KeptVoices { is_recorded: true, .. }) => {
                f.write_str("this session is recorded by the server's operator")
            }
            Self::Kept(KeptVoices { last, .. }) if last.is_zero() => {
                f.write_str("the server's operator keeps nothing of what is said any more")
            }
            Self::Kept(KeptVoices { last, .. }) => {
                write!(
                    f,
                    "the server's operator keeps the last {} s of what is said, for reports",
                    last.as_secs()
                )
            }
        }
    }
}
