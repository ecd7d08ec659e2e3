//! Events as C gets them: numbers, and up to three texts in the caller's buffer.

use std::ffi::c_char;
use std::time::Duration;

use consonance::device::{DeviceState, Direction};
use consonance::{EncryptionEvent, EventKind, LinkTransport, TextTarget};

use crate::c::{ArrayOut, Out};
use crate::chats::Chat;
use crate::error::Failure;
use crate::exports::encryption::encryption_state;
use crate::structs::{CEncryptionEvent, CEvent, CEventType};

/// An event before its texts are in the caller's buffer.
#[derive(Default)]
struct Told<'e> {
    kind: Option<CEventType>,
    /// A player's name; its number goes with it.
    player: &'e str,
    /// Another player, whose number takes the place of `number`.
    by: &'e str,
    name: String,
    room: &'e str,
    text: String,
    detail: i32,
    number: u64,
}

/// Writes an event.
///
/// # Errors
/// If the buffer is too small; then nothing is written but the needed size.
pub(crate) fn write(
    chat: &Chat,
    kind: &EventKind,
    record: Out<CEvent>,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> Result<(), Failure> {
    let told = told(kind);
    let name = if told.player.is_empty() { told.name.as_str() } else { told.player };
    let [name, room, text] = buffer.write_texts(capacity, length, [name, told.room, &told.text])?;
    let player = if told.player.is_empty() { 0 } else { chat.id_of(told.player) };
    let number = if told.by.is_empty() { told.number } else { u64::from(chat.id_of(told.by)) };
    let Told { kind, detail, .. } = told;
    let kind = kind.unwrap_or(CEventType::Other) as i32;
    record.write_sized("event", CEvent { size: 0, kind, player, detail, number, name, room, text })
}

fn told(kind: &EventKind) -> Told<'_> {
    let of = |kind| Told { kind: Some(kind), ..Told::default() };
    let about = |kind, player| Told { player, ..of(kind) };
    match kind {
        EventKind::Joined => of(CEventType::Joined),
        EventKind::Resumed => of(CEventType::Resumed),
        EventKind::PlayersSynced => of(CEventType::PlayersSynced),
        EventKind::PlayerJoined { name } => about(CEventType::PlayerJoined, name),
        EventKind::PlayerLeft { name } => about(CEventType::PlayerLeft, name),
        EventKind::EnteredRoom { name, room } => Told { room, ..about(CEventType::EnteredRoom, name) },
        EventKind::ExitedRoom { name, room } => Told { room, ..about(CEventType::ExitedRoom, name) },
        EventKind::RemovedFromRoom { room } => Told { room, ..of(CEventType::RemovedFromRoom) },
        EventKind::StartedSpeaking { name } => about(CEventType::StartedSpeaking, name),
        EventKind::StoppedSpeaking { name } => about(CEventType::StoppedSpeaking, name),
        EventKind::Moderated { name, answer, .. } => {
            Told { detail: *answer as i32, ..about(CEventType::Moderated, name) }
        }
        EventKind::Operator(decision) => Told { text: decision.to_string(), ..of(CEventType::Operator) },
        EventKind::Rejoining => of(CEventType::Rejoining),
        EventKind::Draining { ends_in, redirect, .. } => Told {
            number: millis(*ends_in),
            text: redirect.clone().unwrap_or_default(),
            ..of(CEventType::Draining)
        },
        EventKind::DrainCancelled => of(CEventType::DrainCancelled),
        EventKind::Redirecting => of(CEventType::Redirecting),
        EventKind::ConnectionLost { reason, retry_in } => {
            Told { text: reason.clone(), number: millis(*retry_in), ..of(CEventType::ConnectionLost) }
        }
        EventKind::TransportChanged { transport, reason } => Told {
            detail: i32::from(*transport != LinkTransport::Primary),
            text: reason.clone(),
            ..of(CEventType::TransportChanged)
        },
        EventKind::Problem { text, .. } => Told { text: text.clone(), ..of(CEventType::Problem) },
        EventKind::Ended(end) => {
            Told { name: end.code().to_owned(), text: end.to_string(), ..of(CEventType::Ended) }
        }
        EventKind::Encryption(event) => told_of_encryption(event),
        _ => told_of_texts_and_devices(kind),
    }
}

fn told_of_encryption(event: &EncryptionEvent) -> Told<'_> {
    let (detail, player, number) = match event {
        EncryptionEvent::State(state) => (CEncryptionEvent::State, "", encryption_state(*state) as u64),
        EncryptionEvent::RoomsChanged { by } => {
            (CEncryptionEvent::RoomsChanged, by.as_deref().unwrap_or_default(), 0)
        }
        EncryptionEvent::KeyChanged { name, was_verified } => {
            (CEncryptionEvent::KeyChanged, name.as_str(), u64::from(*was_verified))
        }
        EncryptionEvent::Forked { name } => (CEncryptionEvent::Forked, name.as_str(), 0),
        EncryptionEvent::Weakened => (CEncryptionEvent::Weakened, "", 0),
        EncryptionEvent::ReportTaken => (CEncryptionEvent::ReportTaken, "", 0),
        EncryptionEvent::ReportRefused { .. } => (CEncryptionEvent::ReportRefused, "", 0),
        _ => (CEncryptionEvent::Other, "", 0),
    };
    Told {
        kind: Some(CEventType::Encryption),
        player,
        detail: detail as i32,
        number,
        text: event.to_string(),
        ..Told::default()
    }
}

fn told_of_texts_and_devices(kind: &EventKind) -> Told<'_> {
    let of = |kind| Told { kind: Some(kind), ..Told::default() };
    match kind {
        EventKind::Text { from, to, text } => {
            Told { player: from, room: room_of(to), text: text.clone(), ..of(CEventType::Text) }
        }
        EventKind::Caption { by, to, caption } => Told {
            player: &caption.player,
            by,
            room: room_of(to),
            text: caption.text.clone(),
            detail: i32::from(caption.is_final),
            ..of(CEventType::Caption)
        },
        EventKind::TextSent { id, players } => Told {
            number: id.number(),
            detail: i32::try_from(*players).unwrap_or(i32::MAX),
            ..of(CEventType::TextSent)
        },
        EventKind::TextNotSent { id, reason } => {
            Told { number: id.number(), text: reason.clone(), ..of(CEventType::TextNotSent) }
        }
        EventKind::Device(event) => {
            let (name, running) = match &event.state {
                DeviceState::Running { name, .. } => (name.clone(), 1),
                _ => (String::new(), 0),
            };
            Told {
                detail: i32::from(event.direction == Direction::Output),
                number: running,
                name,
                text: word(&event.state).to_owned(),
                ..of(CEventType::Device)
            }
        }
        other => Told { text: format!("{other:?}"), ..of(CEventType::Other) },
    }
}

/// Empty where it went to this player alone.
fn room_of(to: &TextTarget) -> &str {
    match to {
        TextTarget::Room(room) => room,
        TextTarget::Player(_) => "",
    }
}

/// The word for a device's state, as in the event's documentation.
fn word(state: &DeviceState) -> &'static str {
    match state {
        DeviceState::Running { .. } => "running",
        DeviceState::Lost => "lost",
        DeviceState::Missing => "missing",
        DeviceState::Denied => "denied",
        DeviceState::Busy => "busy",
        _ => "off",
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
