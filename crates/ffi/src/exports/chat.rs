//! A chat from its start to its end.

use std::ffi::c_char;
use std::sync::Arc;
use std::time::Duration;

use consonance::device::DeviceSelection;
use consonance::transport::hosted::{self, HostedClientHandle};
use consonance::{Status, VoiceChat, VoiceChatBuilder, VoiceSettings};

use crate::c::{Array, ArrayOut, In, Out, Text};
use crate::chats::{CHATS, Chat};
use crate::error::{CError, Failure, guard};
use crate::exports::encryption::encryption_settings;
use crate::exports::hosted::hosted_settings;
use crate::exports::recording::RECORDINGS;
use crate::exports::voice::{self, voice_options};
use crate::handles::Kind;
use crate::hosts::HOSTS;
use crate::links::LINKS;
use crate::structs::{CConnection, CEvent, CNetwork, CSettings, CSound, CStatus};
use crate::{events, reaper, streams};

/// Sets everything to its default. The size must be set before, to `sizeof(consonance_settings)`.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_settings_init(settings: Out<CSettings>) -> CError {
    guard(|| settings.write_sized("settings", CSettings::DEFAULT))
}

/// Starts a chat, which joins its session in the background, and writes its handle. Returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_start(settings: In<CSettings>, chat: Out<u64>) -> CError {
    guard(|| {
        chat.write("chat", 0)?;
        let settings = settings.read("settings", CSettings::DEFAULT)?;
        reaper::prepare()?;
        let (builder, hosted) = builder(&settings)?;
        let voice = builder.start().map_err(Failure::start)?;
        let has_devices = settings.sound == CSound::Devices as i32;
        chat.write("chat", CHATS.insert(Arc::new(Chat::new(voice, hosted, has_devices)))?)
    })
}

/// Leaves the session. Events continue until `CONSONANCE_EVENT_TYPE_ENDED`.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_stop(chat: u64) -> CError {
    guard(|| {
        Chat::of(chat)?.voice.stop();
        Ok(())
    })
}

/// Destroys a chat with its streams, a stream, a recording, a host or a link, within 50 ms: work that takes longer,
/// such as disconnecting, continues in the background. The handle is invalid afterwards. Zero is ignored, and not an
/// error.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_destroy(handle: u64) -> CError {
    guard(|| match Kind::of(handle) {
        _ if handle == 0 => Ok(()),
        Some(Kind::Chat) => {
            let chat = CHATS.remove(handle)?;
            chat.voice.stop();
            streams::remove_all_of(handle);
            reaper::end(chat);
            Ok(())
        }
        Some(Kind::Stream) => streams::remove(handle),
        Some(Kind::Recording) => {
            reaper::end(RECORDINGS.remove(handle)?);
            Ok(())
        }
        Some(Kind::Host) => {
            reaper::end(HOSTS.remove(handle)?);
            Ok(())
        }
        Some(Kind::Link) => {
            reaper::end(LINKS.remove(handle)?);
            Ok(())
        }
        None => Err(CError::Handle.into()),
    })
}

/// The current state of the chat. May be called every frame.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_get_status(chat: u64, status: Out<CStatus>) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        let voice = &chat.voice;
        let connection = match voice.status() {
            Status::Connected => CConnection::Connected,
            _ if voice.is_running() => CConnection::Connecting,
            _ => CConnection::Ended,
        };
        let top = voice.top_priority_speaker();
        let value = CStatus {
            size: 0,
            connection: connection as i32,
            is_transmitting: voice.microphone().is_transmitting().into(),
            is_voice_detected: voice.microphone().is_voice_detected().into(),
            is_muted: voice.microphone().is_muted().into(),
            is_deafened: voice.playback().is_deafened().into(),
            other_players: voice.other_player_count() as u32,
            top_priority_speaker: top.map_or(0, |player| chat.id_of(player.name())),
            amplitude: voice.local_player().amplitude(),
            packet_loss: voice.playback().packet_loss().unwrap_or(-1.0),
            events_dropped: voice.events_dropped(),
        };
        status.write_sized("status", value)
    })
}

/// Takes the next event. Its texts are written into the buffer, one after the other; 2048 bytes are usually enough.
///
/// The size of the event must be set before. Returns `CONSONANCE_ERROR_NOTHING` if no event is queued, and
/// `CONSONANCE_ERROR_BUFFER_TOO_SMALL` if the texts do not fit: then the event stays queued, and `length`, which may be
/// null, receives the required size. If more than 65 536 events are queued, the oldest are dropped.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_poll_event(
    chat: u64,
    event: Out<CEvent>,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        let chat = Chat::of(chat)?;
        chat.with_next_event(|next| events::write(&chat, &next.kind, event, buffer, capacity, length))
    })
}

impl CSettings {
    const DEFAULT: Self = Self {
        size: size_of::<Self>() as u32,
        sound: CSound::Devices as i32,
        address: Text::NULL,
        name: Text::NULL,
        join_token: Text::NULL,
        password: Text::NULL,
        listen_rooms: Array::NULL,
        speak_rooms: Array::NULL,
        listen_room_count: 0,
        speak_room_count: 0,
        microphone: Text::NULL,
        loudspeaker: Text::NULL,
        voice: In::NULL,
        reconnect_timeout_ms: 0,
        retry_first_connect: 0,
        share_position: 0,
        network: CNetwork::Address as i32,
        reliable_bytes: 1024,
        unreliable_bytes: 1024,
        encryption: In::NULL,
    };
}

/// The chat that the settings ask for, and the game's end of its network where that is the game's.
fn builder(settings: &CSettings) -> Result<(VoiceChatBuilder, Option<HostedClientHandle>), Failure> {
    let (mut builder, hosted) = network(settings)?;
    if let Some(options) = settings.voice.read_if_any("voice", voice_options(&VoiceSettings::default()))? {
        builder = builder.settings(voice::voice_settings(&options, VoiceSettings::default())?);
    }
    builder = builder.encryption(encryption_settings(settings.encryption)?);
    builder = sound(builder, settings)?.share_position(settings.share_position != 0);
    if let Some(name) = settings.name.read_if_any("name")? {
        builder = builder.name(name);
    }
    if let Some(token) = settings.join_token.read_if_any("join_token")? {
        builder = builder.join_token(token);
    }
    if let Some(password) = settings.password.read_if_any("password")? {
        builder = builder.password(password);
    }
    for room in settings.listen_rooms.read("listen_rooms", settings.listen_room_count as usize)? {
        builder = builder.listen_to_room(room.read("a room of listen_rooms")?);
    }
    for room in settings.speak_rooms.read("speak_rooms", settings.speak_room_count as usize)? {
        builder = builder.speak_in_room(room.read("a room of speak_rooms")?);
    }
    if settings.reconnect_timeout_ms > 0 {
        builder = builder.reconnect_timeout(Duration::from_millis(settings.reconnect_timeout_ms.into()));
    }
    if settings.retry_first_connect != 0 {
        builder = builder.retry_first_connect();
    }
    Ok((builder, hosted))
}

fn network(settings: &CSettings) -> Result<(VoiceChatBuilder, Option<HostedClientHandle>), Failure> {
    match settings.network {
        network if network == CNetwork::Address as i32 => {
            let address = settings.address.read("address")?;
            let failed = |cause| Failure::start(format!("address {address:?}: {cause}"));
            Ok((VoiceChat::to(address).map_err(failed)?, None))
        }
        network if network == CNetwork::Hosted as i32 => {
            let hosted = hosted_settings(settings.reliable_bytes, settings.unreliable_bytes)?;
            let (transport, handle) = hosted::client(&hosted);
            Ok((VoiceChat::over(Box::new(transport)), Some(handle)))
        }
        other => Err(Failure::value("network", other, "a consonance_network")),
    }
}

fn sound(builder: VoiceChatBuilder, settings: &CSettings) -> Result<VoiceChatBuilder, Failure> {
    let selection = |name: Option<&str>| {
        name.map_or(DeviceSelection::Default, |name| DeviceSelection::Named(name.to_owned()))
    };
    match settings.sound {
        sound if sound == CSound::None as i32 => Ok(builder),
        sound if sound == CSound::Devices as i32 => Ok(builder
            .microphone(selection(settings.microphone.read_if_any("microphone")?))
            .loudspeaker(selection(settings.loudspeaker.read_if_any("loudspeaker")?))),
        sound if sound == CSound::Engine as i32 => Ok(builder.engine_sound()),
        other => Err(Failure::value("sound", other, "a consonance_sound")),
    }
}
