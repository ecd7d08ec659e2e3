//! A request for an action on a session, and performing it at this node.

use axum::http::StatusCode;
use consonance_link::http::ProblemDetails;
use consonance_server::moderation::{By, Done, Moderation, PlayerRef};
use consonance_server::records::RoomDecision;
use consonance_server::utc::seconds_since_1970;
use consonance_session::{Restriction, RoomRights};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{self, Refusal, default_operator};
use super::outcome::Outcome;

/// An action of an operator.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionRequest {
    /// The action.
    action: Action,
    /// The reason. Players see at most 256 bytes of it when they are muted, deafened, blocked from sending texts or
    /// removed, and not otherwise.
    #[serde(default)]
    reason: String,
    /// The operator, for the audit log.
    #[serde(default = "default_operator")]
    by: String,
}

/// The action. Durations are in seconds; without one, the action is permanent.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Action {
    /// Removes a player; it may rejoin.
    Kick { player: Player },
    /// Mutes a player.
    Mute { player: Player, duration_s: Option<u64> },
    /// Unmutes a player.
    Unmute { player: Player },
    /// Blocks a player's texts.
    MuteText { player: Player, duration_s: Option<u64> },
    /// Unblocks a player's texts.
    UnmuteText { player: Player },
    /// Sends a player no voice.
    Deafen { player: Player, duration_s: Option<u64> },
    /// Sends a player voice again.
    Undeafen { player: Player },
    /// Sets a player's rights in a room; the room's own rules decide on those left out.
    SetRoomRights { player: Player, room: String, listen: Option<bool>, speak: Option<bool> },
    /// Removes a player from one room and asks it to join another one.
    Move { player: Player, from: String, to: String },
    /// Removes a player from a room; it may return.
    RemoveFromRoom { player: Player, room: String },
    /// Makes a player's client restart its session.
    Reset { player: Player },
    /// Lets others have a name that is kept for the account (the certificate) of the player that had it last.
    ReleaseName { name: String },
    /// Limits a room, or with a `*` at the end all rooms with that prefix.
    LimitRoom {
        room: String,
        listeners_max: Option<u32>,
        speakers_max: Option<u32>,
        text_every_s: Option<u32>,
    },
    /// Applies the configured limits to a room again.
    UnlimitRoom { room: String },
    /// Sets the seconds between two texts of a player; without a number, the configuration applies.
    SlowTexts { every_s: Option<u32> },
    /// Starts recording all speech to rooms; players are notified.
    StartRecording {},
    /// Stops recording, until all players have left.
    StopRecording {},
}

/// A player, by its name or by the subject of its join token, which includes every name that it has in the session.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Player {
    /// The name.
    Name(String),
    /// The subject.
    Subject(Subject),
}

/// The subject of a join token.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    subject: String,
}

impl ActionRequest {
    /// Whether it starts or ends a recording, which no other node may.
    pub(super) fn is_about_recording(&self) -> bool {
        matches!(self.action, Action::StartRecording {} | Action::StopRecording {})
    }
}

/// Performs an action in a session of this node, for an operator at another node if `from` names one.
pub(super) fn act_here(
    moderation: &Moderation,
    from: Option<&str>,
    session: &str,
    ActionRequest { action, reason, by }: ActionRequest,
) -> Result<Outcome, Refusal> {
    let by = answer::by(By::new(by, reason), from);
    Ok(carry_out(moderation, &by, session, action)?.into())
}

fn carry_out(moderation: &Moderation, by: &By, session: &str, action: Action) -> Result<Done, Refusal> {
    let impose = |player: Player, restriction, duration_s| -> Result<Done, Refusal> {
        Ok(moderation.impose(by, session, &player.into(), restriction, until(duration_s)?)?)
    };
    let lift = |player: Player, restriction| moderation.lift(by, session, &player.into(), restriction);
    Ok(match action {
        Action::Kick { player } => moderation.kick(by, session, &player.into())?,
        Action::Mute { player, duration_s } => impose(player, Restriction::Muted, duration_s)?,
        Action::Unmute { player } => lift(player, Restriction::Muted)?,
        Action::MuteText { player, duration_s } => impose(player, Restriction::TextMuted, duration_s)?,
        Action::UnmuteText { player } => lift(player, Restriction::TextMuted)?,
        Action::Deafen { player, duration_s } => impose(player, Restriction::Deafened, duration_s)?,
        Action::Undeafen { player } => lift(player, Restriction::Deafened)?,
        Action::SetRoomRights { player, room, listen, speak } => {
            moderation.set_room_rights(by, session, &player.into(), &room, RoomRights { listen, speak })?
        }
        Action::Move { player, from, to } => {
            moderation.move_player(by, session, &player.into(), &from, &to)?
        }
        Action::RemoveFromRoom { player, room } => {
            moderation.remove_from_room(by, session, &player.into(), &room)?
        }
        Action::Reset { player } => moderation.reset(by, session, &player.into())?,
        Action::ReleaseName { name } => moderation.release_name(by, session, &name)?,
        Action::LimitRoom { room, listeners_max, speakers_max, text_every_s } => {
            let decision = RoomDecision { listeners_max, speakers_max, text_every_s };
            moderation.limit_room(by, session, &room, Some(decision))?
        }
        Action::UnlimitRoom { room } => moderation.limit_room(by, session, &room, None)?,
        Action::SlowTexts { every_s } => moderation.slow_texts(by, session, every_s)?,
        Action::StartRecording {} => moderation.start_recording(by, session)?,
        Action::StopRecording {} => moderation.stop_recording(by, session)?,
    })
}

/// The time this many seconds from now, in seconds since 1970.
pub(super) fn until(duration_s: Option<u64>) -> Result<Option<u64>, Refusal> {
    match duration_s {
        None => Ok(None),
        Some(1..=LONGEST_S) => Ok(duration_s.map(|seconds| seconds_since_1970() + seconds)),
        Some(_) => {
            let detail =
                format!("invalid duration_s, expected 1 to {LONGEST_S}, or none for a permanent restriction");
            Err(ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, detail).into())
        }
    }
}

/// A hundred years.
const LONGEST_S: u64 = 100 * 366 * 24 * 3600;

impl From<Player> for PlayerRef {
    fn from(player: Player) -> Self {
        match player {
            Player::Name(name) => Self::Name(name),
            Player::Subject(Subject { subject }) => Self::Subject(subject),
        }
    }
}
