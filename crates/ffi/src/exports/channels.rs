//! Rooms to listen to, and rooms and players to speak to.

use consonance::{Channel, ChannelActivation, ChannelProperties, ChannelSettings, Fade, VoiceChat};

use crate::c::{In, Out, Text};
use crate::chats::Chat;
use crate::choices::{PRIORITIES, choice, up_to};
use crate::error::{CError, Failure, guard};
use crate::structs::{CChannelSettings, CChannelState};

/// The largest volume that a packet can carry.
const AMPLITUDE_MAX: f32 = 2.0;
const FADE_SECONDS_MAX: f32 = 30.0;
const ACTIVATIONS: [ChannelActivation; 4] = [
    ChannelActivation::Inherit,
    ChannelActivation::Open,
    ChannelActivation::Voice,
    ChannelActivation::Closed,
];

/// Listens to a room (1), or no longer (0). Calls are counted: after two calls with 1, two calls with 0 leave the room.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_listen(chat: u64, room: Text, listens: u32) -> CError {
    guard(|| {
        let (chat, room) = (Chat::of(chat)?, room.read("room")?);
        if listens == 0 {
            chat.voice.room(room).stop_listening();
        } else {
            chat.voice.room(room).listen();
        }
        Ok(())
    })
}

/// Opens a channel to a room and writes its number, which is never 0. `settings` may be null.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_speak_in_room(
    chat: u64,
    room: Text,
    settings: In<CChannelSettings>,
    channel: Out<u32>,
) -> CError {
    guard(|| {
        let room = room.read("room")?;
        speak(chat, settings, channel, |voice, settings| voice.room(room).speak_with(settings))
    })
}

/// Opens a channel to a player, for as long as the player is in the session, and writes its number, which is never 0.
/// `settings` may be null.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_speak_to_player(
    chat: u64,
    player: u32,
    settings: In<CChannelSettings>,
    channel: Out<u32>,
) -> CError {
    guard(|| {
        let name = Chat::of(chat)?.name_of(player)?;
        speak(chat, settings, channel, |voice, settings| voice.player(name).speak_with(settings))
    })
}

/// Changes a channel, from the next packet on. A closed channel does not change.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_channel(chat: u64, channel: u32, settings: In<CChannelSettings>) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let options = settings.read("settings", CChannelSettings::DEFAULT)?;
        let ChannelSettings { properties, activation, fade } = options.read()?;
        chat.with_channel(channel, |channel| {
            channel.set_properties(properties);
            channel.set_fade(fade);
            channel.set_activation(activation);
        });
        Ok(())
    })
}

/// Closes a channel, with the next packet.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_close_channel(chat: u64, channel: u32) -> CError {
    guard(|| {
        Chat::of(chat)?.close_channel(channel);
        Ok(())
    })
}

/// The state of a channel. One that is not known yet, or was closed, is not open. May be called every frame.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_channel_state(chat: u64, channel: u32, state: Out<CChannelState>) -> CError {
    guard(|| {
        let known = Chat::of(chat)?.with_channel(channel, Channel::state).flatten().unwrap_or_default();
        let info = CChannelState { size: 0, is_open: known.is_open.into(), volume: known.volume };
        state.write_sized("state", info)
    })
}

fn speak(
    chat: u64,
    settings: In<CChannelSettings>,
    channel: Out<u32>,
    open: impl FnOnce(&VoiceChat, ChannelSettings) -> Channel,
) -> Result<(), Failure> {
    channel.write("channel", 0)?;
    let chat = Chat::of(chat)?;
    let options = settings.read_if_any("settings", CChannelSettings::DEFAULT)?;
    let settings = options.unwrap_or(CChannelSettings::DEFAULT).read()?;
    channel.write("channel", chat.keep_channel(open(&chat.voice, settings))?)
}

impl CChannelSettings {
    const DEFAULT: Self = Self {
        size: size_of::<Self>() as u32,
        positional: 0,
        priority: -1,
        amplitude: 1.0,
        activation: 0,
        fade_in_seconds: 0.0,
        fade_out_seconds: 0.0,
    };

    fn read(self) -> Result<ChannelSettings, Failure> {
        let priority =
            if self.priority == -1 { None } else { Some(choice("priority", &PRIORITIES, self.priority)?) };
        let activation = choice("activation", &ACTIVATIONS, self.activation)?;
        let amplitude = up_to("amplitude", AMPLITUDE_MAX, self.amplitude)?;
        let properties = ChannelProperties { positional: self.positional != 0, priority, amplitude };
        let fade = Fade {
            volume: 1.0,
            fade_in_seconds: up_to("fade_in_seconds", FADE_SECONDS_MAX, self.fade_in_seconds)?,
            fade_out_seconds: up_to("fade_out_seconds", FADE_SECONDS_MAX, self.fade_out_seconds)?,
        };
        Ok(ChannelSettings { properties, activation, fade })
    }
}
