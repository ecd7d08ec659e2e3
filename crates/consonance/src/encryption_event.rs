//! What the encryption of a session tells the game.

use std::fmt;

/// Whether speech is end-to-end encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum EncryptionState {
    /// Off: the session does not offer it, or the chat does not want it.
    #[default]
    Off,
    /// There are no keys yet, they were lost, or no room of the session is encrypted although the chat requires that:
    /// nothing is sent and nothing is heard.
    Waiting,
    /// On, except in rooms that all members know as
    /// [not encrypted](crate::EncryptionStatus::is_room_encrypted), to which a chat that requires encryption sends
    /// nothing.
    On,
}

/// An event of the session's encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum EncryptionEvent {
    /// Encryption started or ended.
    State(EncryptionState),
    /// The set of unencrypted rooms has changed, since players that cannot encrypt came or left, or there were such
    /// rooms when we joined: see [`EncryptionStatus::is_room_encrypted`](crate::EncryptionStatus::is_room_encrypted).
    RoomsChanged {
        /// The member whose client signed that; `None` if it was so before we joined.
        by: Option<String>,
        /// The rooms that are not encrypted from now on.
        rooms: Vec<String>,
    },
    /// There is no room for the keys of further players in [`known_keys`](crate::VoiceEncryption::known_keys): those
    /// stay new at each meeting, and a change of their keys is not noticed. No player is forgotten. Reported once.
    KnownKeysFull,
    /// Something that the player says or writes is not sent, since the chat requires encryption. Each reason is
    /// reported once until the keys change.
    Withheld {
        /// Why.
        reason: WithheldReason,
    },
    /// A player's key differs from the last one known: another device, a new installation, or another player. Compare
    /// your safety numbers.
    KeyChanged {
        /// Its name.
        name: String,
        /// Whether the former key was verified.
        was_verified: bool,
    },
    /// A member has signed that it is in another group than we: the server shows us different groups, or the member
    /// says so falsely. It is that member's claim alone; if others
    /// [confirm](crate::EncryptedMember::is_confirmed) our group, do not trust this one, and if several claim it,
    /// trust nothing that you hear.
    Forked {
        /// The member that claims it.
        name: String,
    },
    /// The server wants the session to be less encrypted than before: we do not take part, and nothing is sent or
    /// heard.
    Weakened,
    /// The server keeps our [report](crate::VoiceEncryption::report) for the game's moderators.
    ReportTaken,
    /// Our report was not made, or was not kept.
    ReportRefused {
        /// The reason.
        reason: String,
    },
}

/// Why something is not sent by a chat that [requires](crate::EncryptionPolicy::Required) encryption.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum WithheldReason {
    /// The session does not offer encryption: nothing is sent at all.
    NotOffered,
    /// A player that cannot encrypt listens to this room, so the others do not encrypt there.
    PlainRoom {
        /// The room.
        room: String,
    },
    /// This player is not in the session's group: it cannot encrypt, or has just come.
    NotAMember {
        /// Its name.
        player: String,
    },
}

impl WithheldReason {
    /// A code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOffered => "not-offered",
            Self::PlainRoom { .. } => "plain-room",
            Self::NotAMember { .. } => "not-a-member",
        }
    }
}

/// A sentence, like a line of a chat.
impl fmt::Display for WithheldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered => f.write_str(
                "you require encryption, and this session does not offer it: nothing is sent or heard",
            ),
            Self::PlainRoom { room } => write!(
                f,
                "you require encryption, and a player that cannot encrypt listens to {room}: nothing that you say or write to it is sent"
            ),
            Self::NotAMember { player } => write!(
                f,
                "you require encryption, and {player} is not in the encrypted group: nothing that you say or write to it is sent"
            ),
        }
    }
}

/// A sentence, like a line of a chat.
impl fmt::Display for EncryptionEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(EncryptionState::On) => f.write_str(
                "encrypted from end to end: only the members of the session can hear, except in rooms named \
                 as not encrypted",
            ),
            Self::State(EncryptionState::Waiting) => f.write_str("no keys: nothing is sent or heard"),
            Self::State(EncryptionState::Off) => f.write_str("not encrypted from end to end"),
            Self::RoomsChanged { by, rooms } => {
                match &**rooms {
                    [] => f.write_str("all rooms are encrypted")?,
                    rooms => {
                        write!(f, "not encrypted, as a player there cannot encrypt: {}", rooms.join(", "))?;
                    }
                }
                by.as_ref().map_or(Ok(()), |name| write!(f, " (signed by {name}'s client)"))
            }
            Self::Withheld { reason } => reason.fmt(f),
            Self::KnownKeysFull => f.write_str(
                "the list of known keys is full: you will not be warned if new players' keys change",
            ),
            Self::KeyChanged { name, was_verified: true } => {
                write!(f, "{name}, a verified player, has another key: compare your safety numbers")
            }
            Self::KeyChanged { name, .. } => {
                write!(f, "{name} has another key than before: compare your safety numbers")
            }
            Self::Forked { name } => {
                write!(
                    f,
                    "{name}'s client claims to be in another group than you: the server may be listening, \
                     or the claim is false; see which members confirm your keys"
                )
            }
            Self::Weakened => {
                f.write_str("the server wants the session to be less encrypted than before: nothing is sent")
            }
            Self::ReportTaken => {
                f.write_str("the report is kept for the game's moderators; no other party can read it")
            }
            Self::ReportRefused { reason } => write!(f, "the report was not made: {reason}"),
        }
    }
}
