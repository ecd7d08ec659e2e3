//! The players of the session, texts to them, and what moderators do to them.

use std::ffi::c_char;
use std::time::Duration;

use consonance::{ModeratorAction, SendTextError, TextId};

use crate::c::{ArrayOut, Out, Text};
use crate::chats::Chat;
use crate::choices::{PRIORITIES, choice, number};
use crate::error::{CError, Failure, guard};
use crate::structs::{CModeratorAction, CPlayerInfo};

/// The numbers of all players in the session: first the player of this chat, which is always 1, then the others by
/// name.
///
/// `count` receives how many there are. If the array is too small, nothing else is written.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_players(
    chat: u64,
    players: ArrayOut<u32>,
    capacity: usize,
    count: Out<usize>,
) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let all = chat.voice.players();
        count.write("count", all.len())?;
        if capacity < all.len() {
            let words = format!("there is room for {capacity} players, and there are {}", all.len());
            return Err(Failure::new(CError::BufferTooSmall, words));
        }
        for (room, player) in players.read("players", all.len())?.iter_mut().zip(&all) {
            *room = chat.id_of(player.name());
        }
        Ok(())
    })
}

/// The current state of a player. May be called every frame.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_player_info(chat: u64, player: u32, info: Out<CPlayerInfo>) -> CError {
    guard(|| {
        let of = Chat::of(chat)?.player(player)?;
        let priority = of.priority().map_or(-1, |priority| number(&PRIORITIES, &priority));
        let value = CPlayerInfo {
            size: 0,
            player,
            is_connected: of.is_connected().into(),
            is_local: of.is_local().into(),
            is_speaking: of.is_speaking().into(),
            is_muted: of.is_muted().into(),
            is_positional: of.is_positional().into(),
            priority,
            amplitude: of.amplitude(),
            volume: of.volume(),
            packet_loss: of.packet_loss().unwrap_or(-1.0),
        };
        info.write_sized("info", value)
    })
}

/// The name of a player, even if it has left.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_player_name(
    chat: u64,
    player: u32,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| buffer.write_text(capacity, length, &Chat::of(chat)?.name_of(player)?))
}

/// The number of a player of the session, even if it has left.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_find_player(chat: u64, name: Text, player: Out<u32>) -> CError {
    guard(|| {
        player.write("player", 0)?;
        let (chat, name) = (Chat::of(chat)?, name.read("name")?);
        let found = chat.voice.player_state(name).map(|player| chat.id_of(player.name()));
        let found = found.or_else(|| chat.find_id(name));
        let missing = || Failure::new(CError::Player, format!("no player is called {name:?}"));
        player.write("player", found.ok_or_else(missing)?)
    })
}

/// Sends a text to all listeners of a room and writes its number, which `CONSONANCE_EVENT_TYPE_TEXT_SENT` repeats.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_send_text_to_room(
    chat: u64,
    room: Text,
    text: Text,
    number: Out<u64>,
) -> CError {
    guard(|| {
        let (chat, room) = (Chat::of(chat)?, room.read("room")?);
        write_text_number(chat.voice.room(room).send_text(text.read("text")?), number)
    })
}

/// Sends a text to a player and writes its number, which `CONSONANCE_EVENT_TYPE_TEXT_SENT` repeats.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_send_text_to_player(
    chat: u64,
    player: u32,
    text: Text,
    number: Out<u64>,
) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let player = chat.voice.player(chat.name_of(player)?);
        write_text_number(player.send_text(text.read("text")?), number)
    })
}

/// Asks the server to moderate a player, if the join token permits it: `action` is a `consonance_moderator_action`.
///
/// `seconds` is how long a mute or a ban lasts, 0 permanently; `from_room` and `to_room` are for a move; `reason` may
/// be null. `CONSONANCE_EVENT_TYPE_MODERATED` has the result.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_moderate(
    chat: u64,
    player: u32,
    action: u32,
    seconds: u32,
    from_room: Text,
    to_room: Text,
    reason: Text,
) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let lasts = (seconds > 0).then(|| Duration::from_secs(seconds.into()));
        let action = match choice("action", &MODERATOR_ACTIONS, i32::try_from(action).unwrap_or(i32::MAX))? {
            CModeratorAction::Kick => ModeratorAction::Kick,
            CModeratorAction::Mute => ModeratorAction::Mute { lasts },
            CModeratorAction::Unmute => ModeratorAction::Unmute,
            CModeratorAction::Move => ModeratorAction::Move {
                from: from_room.read("from_room")?.into(),
                to: to_room.read("to_room")?.into(),
            },
            CModeratorAction::Ban => ModeratorAction::Ban { lasts },
        };
        let reason = reason.read_if_any("reason")?.unwrap_or_default();
        chat.voice.player(chat.name_of(player)?).moderate(action, reason);
        Ok(())
    })
}

/// By their numbers.
const MODERATOR_ACTIONS: [CModeratorAction; 5] = [
    CModeratorAction::Kick,
    CModeratorAction::Mute,
    CModeratorAction::Unmute,
    CModeratorAction::Move,
    CModeratorAction::Ban,
];

fn write_text_number(sent: Result<TextId, SendTextError>, number: Out<u64>) -> Result<(), Failure> {
    number.write_if_wanted(sent.map_err(Failure::refused)?.number());
    Ok(())
}
