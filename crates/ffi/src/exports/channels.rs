//! Rooms to listen to, and rooms and players to speak to.

use consonance::{ChannelActivation, ChannelProperties, Fade, Target};

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
            chat.voice.stop_listening_to_room(room);
        } else {
            chat.voice.listen_to_room(room);
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
    guard(|| speak(chat, Target::Room(room.read("room")?.into()), settings, channel))
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
        speak(chat, Target::Player(name.into()), settings, channel)
    })
}

/// Changes a channel, from the next packet on. A closed channel does not change.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_channel(chat: u64, channel: u32, settings: In<CChannelSettings>) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let options = settings.read("settings", CChannelSettings::DEFAULT)?;
        let (properties, activation, fade) = options.read()?;
        let channel = consonance::Channel::from_number(channel);
        chat.voice.set_channel(channel, properties);
        chat.voice.set_channel_fade(channel, fade);
        chat.voice.set_channel_activation(channel, activation);
        Ok(())
    })
}

/// Closes a channel, with the next packet.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_close_channel(chat: u64, channel: u32) -> CError {
    guard(|| {
        Chat::of(chat)?.voice.close_channel(consonance::Channel::from_number(channel));
        Ok(())
    })
}

/// The state of a channel. One that is not known yet, or was closed, is not open. May be called every frame.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_channel_state(chat: u64, channel: u32, state: Out<CChannelState>) -> CError {
    guard(|| {
        let known = Chat::of(chat)?.voice.channel_state(consonance::Channel::from_number(channel));
        let known = known.unwrap_or_default();
        let info = CChannelState { size: 0, is_open: known.is_open.into(), volume: known.volume };
        state.write_sized("state", info)
    })
}

fn speak(
    chat: u64,
    target: Target,
    settings: In<CChannelSettings>,
    channel: Out<u32>,
) -> Result<(), Failure> {
    channel.write("channel", 0)?;
    let chat = Chat::of(chat)?;
    let options = settings.read_if_any("settings", CChannelSettings::DEFAULT)?;
    let (properties, activation, fade) = options.unwrap_or(CChannelSettings::DEFAULT).read()?;
    let opened = chat.voice.speak_to_with(target, properties, activation, fade);
    channel.write("channel", opened.number())
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

    fn read(self) -> Result<(ChannelProperties, ChannelActivation, Fade), Failure> {
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
        Ok((properties, activation, fade))
    }
}
