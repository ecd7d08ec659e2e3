//! What moderators are answered, and what operators decide, as numbers.

use consonance::{ModeratorAction, ModeratorAnswer, OperatorDecision, RecordingNotice, Restriction, RoomUse};

use super::{EventView, millis, with_text};
use crate::structs::{CEventType, CModeratorAction, CModeratorAnswer, COperatorDecision, CRestriction};

/// A decision of the operator about the player of the chat.
pub(super) fn operator_decision(decision: &OperatorDecision) -> EventView<'_> {
    let number_of = |restriction: &Restriction| self::restriction(*restriction) as u64;
    let (detail, room, name, number) = match decision {
        OperatorDecision::Restricted { restriction, .. } => {
            (COperatorDecision::Restricted, "", "", number_of(restriction))
        }
        OperatorDecision::Lifted { restriction } => {
            (COperatorDecision::Lifted, "", "", number_of(restriction))
        }
        OperatorDecision::RoomRights { room, .. } => (COperatorDecision::RoomRights, room.as_str(), "", 0),
        OperatorDecision::Moved { from, to } => (COperatorDecision::Moved, to.as_str(), from.as_str(), 0),
        OperatorDecision::TextHeld { wait } => (COperatorDecision::TextHeld, "", "", millis(*wait)),
        OperatorDecision::RoomFull { room, to } => {
            (COperatorDecision::RoomFull, room.as_str(), "", u64::from(*to == RoomUse::Speak))
        }
        OperatorDecision::Recorded(RecordingNotice { is_whole: true, .. }) => {
            (COperatorDecision::Recorded, "", "", u64::MAX)
        }
        OperatorDecision::Recorded(RecordingNotice { last, .. }) => {
            (COperatorDecision::Recorded, "", "", millis(*last))
        }
    };
    let (detail, name) = (detail as i32, name.to_owned());
    EventView { name, room, detail, number, ..with_text(CEventType::Operator, &decision.to_string()) }
}

/// What a moderator asked for.
pub(super) fn action(action: &ModeratorAction) -> CModeratorAction {
    match action {
        ModeratorAction::Kick => CModeratorAction::Kick,
        ModeratorAction::Mute { .. } => CModeratorAction::Mute,
        ModeratorAction::Unmute => CModeratorAction::Unmute,
        ModeratorAction::Move { .. } => CModeratorAction::Move,
        ModeratorAction::Ban { .. } => CModeratorAction::Ban,
    }
}

/// What became of it.
pub(super) fn answer(answer: ModeratorAnswer) -> CModeratorAnswer {
    match answer {
        ModeratorAnswer::Done => CModeratorAnswer::Done,
        ModeratorAnswer::NotModerator => CModeratorAnswer::NotModerator,
        ModeratorAnswer::NoPlayer => CModeratorAnswer::NoPlayer,
        ModeratorAnswer::Protected => CModeratorAnswer::Protected,
        ModeratorAnswer::NotInRoom => CModeratorAnswer::NotInRoom,
        ModeratorAnswer::RoomForbidden => CModeratorAnswer::RoomForbidden,
        ModeratorAnswer::RoomFull => CModeratorAnswer::RoomFull,
        ModeratorAnswer::Failed => CModeratorAnswer::Failed,
    }
}

fn restriction(restriction: Restriction) -> CRestriction {
    match restriction {
        Restriction::Muted => CRestriction::Muted,
        Restriction::TextMuted => CRestriction::TextMuted,
        Restriction::Deafened => CRestriction::Deafened,
    }
}
