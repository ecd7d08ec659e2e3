//! Events as C gets them: numbers, and up to three texts in the caller's buffer.

mod moderation;

use std::ffi::c_char;
use std::time::Duration;

use consonance::device::{DeviceEvent, DeviceState, Direction};
use consonance::{
    Caption, EncryptionEvent, EventKind, LinkTransport, ProblemKind, TextTarget, WithheldReason,
};

use crate::c::{ArrayOut, Out};
use crate::chats::Chat;
use crate::error::Failure;
use crate::exports::encryption::encryption_state;
use crate::structs::{CEncryptionEvent, CEvent, CEventType, CProblem};

/// An event before its texts are in the caller's buffer. A [`CEvent`] has pointers to them and numbers of players; this
/// has Rust's texts and players' names, so that what an event says of a player needs no access to the chat.
#[derive(Default)]
struct EventView<'e> {
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
    let view = event_view(kind);
    let name = if view.player.is_empty() { view.name.as_str() } else { view.player };
    let [name, room, text] = buffer.write_texts(capacity, length, [name, view.room, &view.text])?;
    let player = if view.player.is_empty() { 0 } else { chat.id_of(view.player) };
    let number = if view.by.is_empty() { view.number } else { u64::from(chat.id_of(view.by)) };
    let EventView { kind, detail, .. } = view;
    let kind = kind.unwrap_or(CEventType::Other) as i32;
    record.write_sized("event", CEvent { size: 0, kind, player, detail, number, name, room, text })
}

fn event_view(kind: &EventKind) -> EventView<'_> {
    let about = |kind, player| EventView { player, ..of(kind) };
    match kind {
        EventKind::Joined => of(CEventType::Joined),
        EventKind::Resumed => of(CEventType::Resumed),
        EventKind::PlayersSynced => of(CEventType::PlayersSynced),
        EventKind::PlayerJoined { name } => about(CEventType::PlayerJoined, name),
        EventKind::PlayerLeft { name } => about(CEventType::PlayerLeft, name),
        EventKind::EnteredRoom { name, room } => EventView { room, ..about(CEventType::EnteredRoom, name) },
        EventKind::ExitedRoom { name, room } => EventView { room, ..about(CEventType::ExitedRoom, name) },
        EventKind::RemovedFromRoom { room } => EventView { room, ..of(CEventType::RemovedFromRoom) },
        EventKind::StartedSpeaking { name } => about(CEventType::StartedSpeaking, name),
        EventKind::StoppedSpeaking { name } => about(CEventType::StoppedSpeaking, name),
        EventKind::Moderated { name, action, answer } => EventView {
            detail: moderation::answer(*answer) as i32,
            number: moderation::action(action) as u64,
            ..about(CEventType::Moderated, name)
        },
        EventKind::Operator(decision) => moderation::operator_decision(decision),
        EventKind::Rejoining => of(CEventType::Rejoining),
        EventKind::Draining { ends_in, redirect, .. } => EventView {
            number: millis(*ends_in),
            text: redirect.clone().unwrap_or_default(),
            ..of(CEventType::Draining)
        },
        EventKind::DrainCancelled => of(CEventType::DrainCancelled),
        EventKind::Redirecting => of(CEventType::Redirecting),
        EventKind::ConnectionLost { reason, retry_in } => {
            EventView { text: reason.clone(), number: millis(*retry_in), ..of(CEventType::ConnectionLost) }
        }
        EventKind::TransportChanged { transport, reason } => EventView {
            detail: i32::from(*transport != LinkTransport::Primary),
            text: reason.clone(),
            ..of(CEventType::TransportChanged)
        },
        EventKind::ServerChanged { address } => with_text(CEventType::ServerChanged, address),
        EventKind::Problem { about, text } => {
            EventView { detail: problem(*about) as i32, ..with_text(CEventType::Problem, text) }
        }
        EventKind::Ended(end) => {
            EventView { name: end.code().to_owned(), text: end.to_string(), ..of(CEventType::Ended) }
        }
        EventKind::Encryption(event) => encryption_event(event),
        EventKind::Text { from, to, text } => {
            EventView { player: from, room: room_of(to), ..with_text(CEventType::Text, text) }
        }
        EventKind::Caption { by, to, caption } => caption_event(by, to, caption),
        EventKind::TextSent { id, players } => EventView {
            number: id.number(),
            detail: i32::try_from(*players).unwrap_or(i32::MAX),
            ..of(CEventType::TextSent)
        },
        EventKind::TextNotSent { id, reason } => {
            EventView { number: id.number(), ..with_text(CEventType::TextNotSent, reason) }
        }
        EventKind::DirectLinkMade { name } => about(CEventType::DirectLinkMade, name),
        EventKind::DirectLinkLost { name } => about(CEventType::DirectLinkLost, name),
        EventKind::TokenAdded { token } => with_text(CEventType::TokenAdded, token),
        EventKind::TokenRemoved { token } => with_text(CEventType::TokenRemoved, token),
        EventKind::Device(event) => device_event(event),
    }
}

fn of<'e>(kind: CEventType) -> EventView<'e> {
    EventView { kind: Some(kind), ..EventView::default() }
}

fn with_text<'e>(kind: CEventType, text: &str) -> EventView<'e> {
    EventView { text: text.to_owned(), ..of(kind) }
}

fn caption_event<'e>(by: &'e str, to: &'e TextTarget, caption: &'e Caption) -> EventView<'e> {
    EventView {
        player: &caption.player,
        by,
        room: room_of(to),
        detail: i32::from(caption.is_final),
        ..with_text(CEventType::Caption, &caption.text)
    }
}

fn device_event<'e>(event: &DeviceEvent) -> EventView<'e> {
    let (word, name) = match &event.state {
        DeviceState::Running { name, .. } => ("running", name.as_str()),
        DeviceState::Lost => ("lost", ""),
        DeviceState::Missing => ("missing", ""),
        DeviceState::Denied => ("denied", ""),
        DeviceState::Busy => ("busy", ""),
        DeviceState::Off => ("off", ""),
    };
    EventView {
        detail: i32::from(event.direction == Direction::Output),
        number: u64::from(event.state.is_running()),
        name: name.to_owned(),
        ..with_text(CEventType::Device, word)
    }
}

fn encryption_event(event: &EncryptionEvent) -> EventView<'_> {
    let mut room = "";
    let (detail, player, number) = match event {
        EncryptionEvent::State(state) => (CEncryptionEvent::State, "", encryption_state(*state) as u64),
        EncryptionEvent::RoomsChanged { by, .. } => {
            (CEncryptionEvent::RoomsChanged, by.as_deref().unwrap_or_default(), 0)
        }
        EncryptionEvent::KeyChanged { name, was_verified } => {
            (CEncryptionEvent::KeyChanged, name.as_str(), u64::from(*was_verified))
        }
        EncryptionEvent::Forked { name } => (CEncryptionEvent::Forked, name.as_str(), 0),
        EncryptionEvent::Weakened => (CEncryptionEvent::Weakened, "", 0),
        EncryptionEvent::ReportTaken => (CEncryptionEvent::ReportTaken, "", 0),
        EncryptionEvent::ReportRefused { .. } => (CEncryptionEvent::ReportRefused, "", 0),
        EncryptionEvent::Withheld { reason } => {
            let player = match reason {
                WithheldReason::PlainRoom { room: plain } => {
                    room = plain;
                    ""
                }
                WithheldReason::NotAMember { player } => player,
                WithheldReason::NotOffered => "",
            };
            (CEncryptionEvent::Withheld, player, 0)
        }
        EncryptionEvent::KnownKeysFull => (CEncryptionEvent::KnownKeysFull, "", 0),
    };
    let detail = detail as i32;
    EventView { player, room, detail, number, ..with_text(CEventType::Encryption, &event.to_string()) }
}

fn problem(about: ProblemKind) -> CProblem {
    match about {
        ProblemKind::Commands => CProblem::Commands,
        ProblemKind::Room => CProblem::Room,
        ProblemKind::Channel => CProblem::Channel,
        ProblemKind::Voice => CProblem::Voice,
        ProblemKind::Input => CProblem::Input,
        ProblemKind::Hearing => CProblem::Hearing,
        ProblemKind::Player => CProblem::Player,
        ProblemKind::Tap => CProblem::Tap,
        ProblemKind::Device => CProblem::Device,
        ProblemKind::Moderation => CProblem::Moderation,
        ProblemKind::Encryption => CProblem::Encryption,
        ProblemKind::Other => CProblem::Other,
    }
}

/// Empty where it went to this player alone.
fn room_of(to: &TextTarget) -> &str {
    match to {
        TextTarget::Room(room) => room,
        TextTarget::Player(_) => "",
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
