//! Each event of the façade as the name of a class in `consonance.events` and its fields.

use consonance::{
    Caption, EncryptionEvent, EncryptionState, EventKind, LinkTransport, ModeratorAction, ModeratorAnswer,
    OperatorDecision, ProblemKind, Restriction, TextTarget, WithheldReason,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Sets these fields, and names the class.
macro_rules! class {
    ($fields:ident, $class:literal $(, $name:ident = $value:expr)*) => {{
        $($fields.set_item(stringify!($name), $value)?;)*
        Ok($class)
    }};
}

/// Fills in the fields, and names the class.
///
/// # Errors
/// If Python has no memory.
pub(crate) fn told(kind: &EventKind, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    match kind {
        EventKind::Joined => Ok("Joined"),
        EventKind::Resumed => Ok("Resumed"),
        EventKind::PlayersSynced => Ok("PlayersSynced"),
        EventKind::PlayerJoined { name } => class!(fields, "PlayerJoined", player = name),
        EventKind::PlayerLeft { name } => class!(fields, "PlayerLeft", player = name),
        EventKind::EnteredRoom { name, room } => class!(fields, "EnteredRoom", player = name, room = room),
        EventKind::ExitedRoom { name, room } => class!(fields, "ExitedRoom", player = name, room = room),
        EventKind::RemovedFromRoom { room } => class!(fields, "RemovedFromRoom", room = room),
        EventKind::StartedSpeaking { name } => class!(fields, "StartedSpeaking", player = name),
        EventKind::StoppedSpeaking { name } => class!(fields, "StoppedSpeaking", player = name),
        EventKind::Moderated { name, action, answer } => {
            let (action, answer) = (moderator_action(action), moderated(*answer));
            class!(fields, "Moderated", player = name, action = action, answer = answer)
        }
        EventKind::Operator(decision) => operator(decision, fields),
        EventKind::Encryption(event) => encryption(event, fields),
        EventKind::Text { from, to, text } => {
            target(to, fields)?;
            class!(fields, "Text", player = from, text = text)
        }
        EventKind::Caption { by, to, caption } => {
            target(to, fields)?;
            let Caption { player, text, is_final, .. } = caption;
            class!(fields, "Caption", player = player, by = by, text = text, is_final = *is_final)
        }
        EventKind::TextSent { id, players } => {
            class!(fields, "TextSent", id = id.number(), players = players)
        }
        EventKind::TextNotSent { id, reason } => {
            class!(fields, "TextNotSent", id = id.number(), reason = reason)
        }
        EventKind::Problem { about, text } => class!(fields, "Problem", about = problem(*about), text = text),
        EventKind::Ended(end) => class!(fields, "Ended", code = end.code(), reason = end.to_string()),
        EventKind::DirectLinkMade { name } => class!(fields, "DirectLinkMade", player = name),
        EventKind::DirectLinkLost { name } => class!(fields, "DirectLinkLost", player = name),
        EventKind::TokenAdded { token } => class!(fields, "TokenAdded", token = token),
        EventKind::TokenRemoved { token } => class!(fields, "TokenRemoved", token = token),
        EventKind::Rejoining => Ok("Rejoining"),
        EventKind::Draining { ends_in, redirect, follows_in } => {
            let (ends_in, follows_in) = (ends_in.as_secs_f64(), follows_in.map(|time| time.as_secs_f64()));
            class!(fields, "Draining", ends_in = ends_in, redirect = redirect, follows_in = follows_in)
        }
        EventKind::DrainCancelled => Ok("DrainCancelled"),
        EventKind::Redirecting => Ok("Redirecting"),
        EventKind::ConnectionLost { reason, retry_in } => {
            class!(fields, "ConnectionLost", reason = reason, retry_in = retry_in.as_secs_f64())
        }
        EventKind::TransportChanged { transport, reason } => {
            let is_fallback = *transport != LinkTransport::Primary;
            class!(fields, "TransportChanged", is_fallback = is_fallback, reason = reason)
        }
        EventKind::ServerChanged { address } => class!(fields, "ServerChanged", address = address),
    }
}

/// Writes the target of a text.
fn target(to: &TextTarget, fields: &Bound<'_, PyDict>) -> PyResult<()> {
    let (room, player) = match to {
        TextTarget::Room(room) => (Some(&**room), None),
        TextTarget::Player(player) => (None, Some(&**player)),
    };
    fields.set_item("room", room)?;
    fields.set_item("to", player)
}

fn operator(decision: &OperatorDecision, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    fields.set_item("text", decision.to_string())?;
    let kind = match decision {
        OperatorDecision::Restricted { restriction, .. } => return restricted(*restriction, true, fields),
        OperatorDecision::Lifted { restriction } => return restricted(*restriction, false, fields),
        OperatorDecision::RoomRights { .. } => "room-rights",
        OperatorDecision::Moved { .. } => "moved",
        OperatorDecision::TextHeld { .. } => "text-held",
        OperatorDecision::RoomFull { .. } => "room-full",
        OperatorDecision::Recorded(_) => "recorded",
    };
    fields.set_item("kind", kind).map(|()| "OperatorDecision")
}

fn restricted(restriction: Restriction, holds: bool, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    let word = match restriction {
        Restriction::Muted => "muted",
        Restriction::TextMuted => "text-muted",
        Restriction::Deafened => "deafened",
    };
    fields.set_item("restriction", word)?;
    fields.set_item("holds", holds).map(|()| "Restricted")
}

fn encryption(event: &EncryptionEvent, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    fields.set_item("text", event.to_string())?;
    let (kind, about) = match event {
        EncryptionEvent::State(state) => {
            return fields.set_item("state", encryption_state(*state)).map(|()| "EncryptionChanged");
        }
        EncryptionEvent::RoomsChanged { by, .. } => ("rooms-changed", by.as_deref()),
        EncryptionEvent::KeyChanged { name, .. } => ("key-changed", Some(&**name)),
        EncryptionEvent::Forked { name } => ("forked", Some(&**name)),
        EncryptionEvent::Weakened => ("weakened", None),
        EncryptionEvent::Withheld { reason } => match reason {
            WithheldReason::NotAMember { player } => ("withheld", Some(&**player)),
            WithheldReason::PlainRoom { .. } | WithheldReason::NotOffered => ("withheld", None),
        },
        EncryptionEvent::KnownKeysFull => ("known-keys-full", None),
        EncryptionEvent::ReportTaken => ("report-taken", None),
        EncryptionEvent::ReportRefused { .. } => ("report-refused", None),
    };
    fields.set_item("kind", kind)?;
    fields.set_item("player", about).map(|()| "EncryptionWarning")
}

/// The word for a state of the encryption.
pub(crate) fn encryption_state(state: EncryptionState) -> &'static str {
    match state {
        EncryptionState::On => "on",
        EncryptionState::Waiting => "waiting",
        EncryptionState::Off => "off",
    }
}

fn moderated(answer: ModeratorAnswer) -> &'static str {
    match answer {
        ModeratorAnswer::Done => "done",
        ModeratorAnswer::NotModerator => "not-moderator",
        ModeratorAnswer::NoPlayer => "no-player",
        ModeratorAnswer::Protected => "protected",
        ModeratorAnswer::NotInRoom => "not-in-room",
        ModeratorAnswer::RoomForbidden => "room-forbidden",
        ModeratorAnswer::RoomFull => "room-full",
        ModeratorAnswer::Failed => "failed",
    }
}

fn moderator_action(action: &ModeratorAction) -> &'static str {
    match action {
        ModeratorAction::Kick => "kick",
        ModeratorAction::Mute { .. } => "mute",
        ModeratorAction::Unmute => "unmute",
        ModeratorAction::Move { .. } => "move",
        ModeratorAction::Ban { .. } => "ban",
    }
}

fn problem(about: ProblemKind) -> &'static str {
    match about {
        ProblemKind::Commands => "commands",
        ProblemKind::Room => "room",
        ProblemKind::Channel => "channel",
        ProblemKind::Voice => "voice",
        ProblemKind::Input => "input",
        ProblemKind::Hearing => "hearing",
        ProblemKind::Player => "player",
        ProblemKind::Tap => "tap",
        ProblemKind::Moderation => "moderation",
        ProblemKind::Device => "device",
        ProblemKind::Encryption => "encryption",
        ProblemKind::Other => "other",
    }
}
