//! How other players are heard: volume, place, and which of them.

use consonance::audio::{
    EffectChain, EffectError, Orientation, Pose, RollOff, SpatialMode, SpatialSettings, SpeakerPlace,
};

use crate::c::{Array, In, Text};
use crate::chats::Chat;
use crate::choices::{choice, up_to};
use crate::error::{CError, Failure, guard};
use crate::structs::{CPose, CPosition, CSpatialSettings};

/// As the façade clamps it.
const VOLUME_MAX: f32 = 4.0;
const MODES: [SpatialMode; 3] = [SpatialMode::Automatic, SpatialMode::Panning, SpatialMode::Hrtf];
const ROLL_OFFS: [RollOff; 4] =
    [RollOff::Constant, RollOff::Linear, RollOff::Inverse, RollOff::InverseSquare];

/// Mutes all players locally (1), or unmutes them (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_deafened(chat: u64, deafened: u32) -> CError {
    guard(|| {
        Chat::of(chat)?.voice.playback().set_deafened(deafened != 0);
        Ok(())
    })
}

/// Sets the local volume of a player: an amplitude factor, 0 to 4, kept when the player leaves and joins again.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_player_volume(chat: u64, player: u32, volume: f32) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let volume = up_to("volume", VOLUME_MAX, volume)?;
        chat.voice.player(chat.name_of(player)?).set_volume(volume);
        Ok(())
    })
}

/// Mutes a player locally (1), or unmutes it (0); kept when the player leaves and joins again.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_player_muted(chat: u64, player: u32, muted: u32) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        chat.voice.player(chat.name_of(player)?).set_muted(muted != 0);
        Ok(())
    })
}

/// Sets the effects on a player's voice, kept when the player leaves and joins again: names, separated by commas,
/// each with settings where they differ, such as `radio strength=0.4, cave`; null, an empty text or `off` for none.
/// Names and settings are in docs/effects.md. An unknown one is an error, whose message lists the known ones.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_player_effects(chat: u64, player: u32, effects: Text) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let effects = read_effects(effects)?;
        chat.voice.player(chat.name_of(player)?).set_effects(effects);
        Ok(())
    })
}

/// Adjusts a player to the loudness of the others (1), leaves it as it is (0), or follows the setting for all players
/// (−1); kept when the player leaves and joins again.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_player_auto_volume(chat: u64, player: u32, auto_volume: i32) -> CError {
    guard(|| {
        let auto_volume = switch_or_default("auto_volume", auto_volume)?;
        let chat = Chat::of(chat)?;
        chat.voice.player(chat.name_of(player)?).set_auto_volume(auto_volume);
        Ok(())
    })
}

/// Attenuates a player's background between words (1), or leaves it as it is (0); kept when the player leaves and joins
/// again.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_player_noise_gate(chat: u64, player: u32, noise_gate: u32) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        chat.voice.player(chat.name_of(player)?).set_noise_gate(noise_gate != 0);
        Ok(())
    })
}

/// Sets the effects on all voices of a room, applied after the effects of each player; as above.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_room_effects(chat: u64, room: Text, effects: Text) -> CError {
    guard(|| {
        let (chat, room) = (Chat::of(chat)?, room.read("room")?);
        let effects = read_effects(effects)?;
        chat.voice.room(room).set_effects(effects);
        Ok(())
    })
}

fn read_effects(text: Text) -> Result<EffectChain, Failure> {
    let text = text.read_if_any("effects")?.unwrap_or_default();
    text.parse().map_err(|error: EffectError| Failure::new(CError::Value, error.to_string()))
}

/// Sets the positions of players: one call for all of them, every frame. Unknown players are ignored.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_positions(chat: u64, positions: Array<CPosition>, count: usize) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let places = positions.read("positions", count)?.iter().filter_map(|row| {
            let place = SpeakerPlace { position_m: row.position, occlusion: row.occlusion };
            Some((chat.name_of(row.player).ok()?, (row.is_known != 0).then_some(place)))
        });
        chat.voice.playback().set_places(places);
        Ok(())
    })
}

/// Sets the position and orientation of the listener; null if they are no longer known.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_listener(chat: u64, pose: Array<CPose>) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let pose = pose.read("pose", usize::from(!pose.is_null()))?.first();
        chat.voice.playback().set_listener(pose.map(|pose| Pose {
            position_m: pose.position,
            orientation: Orientation::looking(pose.forward, pose.up),
        }));
        Ok(())
    })
}

/// Sets whether the listener's position is sent to the server, for its proximity rooms.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_share_position(chat: u64, shared: u32) -> CError {
    guard(|| {
        Chat::of(chat)?.voice.playback().set_share_position(shared != 0);
        Ok(())
    })
}

/// Sets the attenuation of voices with distance and the rendering of direction.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_spatial(chat: u64, settings: In<CSpatialSettings>) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let default = SpatialSettings::default();
        let options = CSpatialSettings {
            size: 0,
            mode: 0,
            roll_off: 2,
            min_distance: default.min_distance_m,
            max_distance: default.max_distance_m,
        };
        let options = settings.read("settings", options)?;
        let mode = choice("mode", &MODES, options.mode)?;
        let roll_off = choice("roll_off", &ROLL_OFFS, options.roll_off)?;
        chat.voice.playback().set_spatial(SpatialSettings {
            mode,
            roll_off,
            min_distance_m: options.min_distance,
            max_distance_m: options.max_distance,
        });
        Ok(())
    })
}

/// Sets whether the listener wears headphones: 1 yes, 0 no, −1 to detect it from the loudspeaker's name.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_headphones(chat: u64, headphones: i32) -> CError {
    guard(|| {
        let headphones = switch_or_default("headphones", headphones)?;
        Chat::of(chat)?.voice.playback().set_headphones(headphones);
        Ok(())
    })
}

/// On, off, or as it is without being set.
fn switch_or_default(name: &'static str, value: i32) -> Result<Option<bool>, Failure> {
    match value {
        -1 => Ok(None),
        0 => Ok(Some(false)),
        1 => Ok(Some(true)),
        other => Err(Failure::value(name, other, "-1, 0 or 1")),
    }
}
