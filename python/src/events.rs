//! Each event of the façade as the name of a class in `consonance.events` and its fields.

use consonance::transport::{DisconnectReason, EndReason};
use consonance::{
    EncryptionEvent, EncryptionState, End, EventKind, LinkTransport, ModeratorAnswer, OperatorDecision,
    ProblemKind, Restriction, TextTarget,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Fills in the fields, and names the class.
///
/// # Errors
/// If Python has no memory.
pub(crate) fn told(kind: &EventKind, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    let player = |class, name: &str| fields.set_item("player", name).map(|()| class);
    let in_room = |class, name: &str, room: &str| {
        fields.set_item("room", room)?;
        player(class, name)
    };
    match kind {
        EventKind::Joined => Ok("Joined"),
        EventKind::Resumed => Ok("Resumed"),
        EventKind::PlayersSynced => Ok("PlayersSynced"),
        EventKind::PlayerJoined { name } => player("PlayerJoined", name),
        EventKind::PlayerLeft { name } => player("PlayerLeft", name),
        EventKind::EnteredRoom { name, room } => in_room("EnteredRoom", name, room),
        EventKind::ExitedRoom { name, room } => in_room("ExitedRoom", name, room),
        EventKind::RemovedFromRoom { room } => fields.set_item("room", room).map(|()| "RemovedFromRoom"),
        EventKind::StartedSpeaking { name } => player("StartedSpeaking", name),
        EventKind::StoppedSpeaking { name } => player("StoppedSpeaking", name),
        EventKind::Moderated { name, answer, .. } => {
            fields.set_item("answer", moderated(*answer))?;
            player("Moderated", name)
        }
        EventKind::Operator(decision) => operator(decision, fields),
        EventKind::Encryption(event) => encryption(event, fields),
        EventKind::Text { from, to, text } => {
            target(to, fields)?;
            fields.set_item("text", text)?;
            player("Text", from)
        }
        EventKind::Caption { by, to, caption } => {
            target(to, fields)?;
            fields.set_item("by", by)?;
            fields.set_item("text", &caption.text)?;
            fields.set_item("is_final", caption.is_final)?;
            player("Caption", &caption.player)
        }
        EventKind::TextSent { id, players } => {
            fields.set_item("id", id.number())?;
            fields.set_item("players", players).map(|()| "TextSent")
        }
        EventKind::TextNotSent { id, reason } => {
            fields.set_item("id", id.number())?;
            fields.set_item("reason", reason).map(|()| "TextNotSent")
        }
        EventKind::Problem { about, text } => {
            fields.set_item("about", problem(*about))?;
            fields.set_item("text", text).map(|()| "Problem")
        }
        EventKind::Ended(end) => {
            fields.set_item("code", end_code(end))?;
            fields.set_item("reason", end.to_string()).map(|()| "Ended")
        }
        _ => of_the_connection(kind, fields),
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

/// The server's own reason, if it gave one, instead of only "closed by the server".
fn end_code(end: &End) -> &'static str {
    let End::NoConnection(DisconnectReason::ClosedByPeer { reason } | DisconnectReason::Refused { reason }) =
        end
    else {
        return end.code();
    };
    // The default code means that the server gave no reason.
    if reason.code == EndReason::default().code { end.code() } else { reason.code.name() }
}

fn of_the_connection(kind: &EventKind, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    match kind {
        EventKind::Rejoining => Ok("Rejoining"),
        EventKind::Draining { ends_in, redirect, follows_in } => {
            fields.set_item("ends_in", ends_in.as_secs_f64())?;
            fields.set_item("redirect", redirect)?;
            fields.set_item("follows_in", follows_in.map(|time| time.as_secs_f64())).map(|()| "Draining")
        }
        EventKind::DrainCancelled => Ok("DrainCancelled"),
        EventKind::Redirecting => Ok("Redirecting"),
        EventKind::ConnectionLost { reason, retry_in } => {
            fields.set_item("reason", reason)?;
            fields.set_item("retry_in", retry_in.as_secs_f64()).map(|()| "ConnectionLost")
        }
        EventKind::TransportChanged { transport, reason } => {
            fields.set_item("is_fallback", *transport != LinkTransport::Primary)?;
            fields.set_item("reason", reason).map(|()| "TransportChanged")
        }
        EventKind::ServerChanged { address } => fields.set_item("address", address).map(|()| "ServerChanged"),
        other => fields.set_item("description", format!("{other:?}")).map(|()| "Other"),
    }
}

fn operator(decision: &OperatorDecision, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    let restricted = match decision {
        OperatorDecision::Restricted { restriction, .. } => Some((*restriction, true)),
        OperatorDecision::Lifted { restriction } => Some((*restriction, false)),
        _ => None,
    };
    if let Some((restriction, holds)) = restricted {
        fields.set_item(
            "restriction",
            match restriction {
                Restriction::Muted => "muted",
                Restriction::TextMuted => "text-muted",
                Restriction::Deafened => "deafened",
            },
        )?;
        fields.set_item("holds", holds)?;
        return fields.set_item("text", decision.to_string()).map(|()| "Restricted");
    }
    let kind = match decision {
        OperatorDecision::RoomRights { .. } => "room-rights",
        OperatorDecision::Moved { .. } => "moved",
        OperatorDecision::TextHeld { .. } => "text-held",
        OperatorDecision::RoomFull { .. } => "room-full",
        OperatorDecision::Recorded(_) => "recorded",
        _ => "other",
    };
    fields.set_item("kind", kind)?;
    fields.set_item("text", decision.to_string()).map(|()| "OperatorDecision")
}

fn encryption(event: &EncryptionEvent, fields: &Bound<'_, PyDict>) -> PyResult<&'static str> {
    fields.set_item("text", event.to_string())?;
    if let EncryptionEvent::State(state) = event {
        return fields.set_item("state", encryption_state(*state)).map(|()| "EncryptionChanged");
    }
    let (kind, about) = match event {
        EncryptionEvent::RoomsChanged { by } => ("rooms-changed", by.as_deref()),
        EncryptionEvent::KeyChanged { name, .. } => ("key-changed", Some(&**name)),
        EncryptionEvent::Forked { name } => ("forked", Some(&**name)),
        EncryptionEvent::Weakened => ("weakened", None),
        _ => ("other", None),
    };
    fields.set_item("kind", kind)?;
    fields.set_item("player", about).map(|()| "EncryptionWarning")
}

/// The word for a state of the encryption.
pub(crate) fn encryption_state(state: EncryptionState) -> &'static str {
    match state {
        EncryptionState::On => "on",
        EncryptionState::Waiting => "waiting",
        _ => "off",
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
        _ => "failed",
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
        ProblemKind::Encryption => "encryption",
        _ => "other",
    }
}
