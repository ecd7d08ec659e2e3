//! The settings and the state of a chat.

use crate::c::{Array, In, Text};
use crate::structs::{CEncryptionSettings, CVoiceSettings};

/// The audio input and output of a chat.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CSound {
    /// Neither: texts and positions only.
    None = 0,
    /// This machine's microphone and loudspeaker.
    Devices = 1,
    /// The game's engine.
    ///
    /// See `consonance_engine_output` and `consonance_engine_input`.
    Engine = 2,
}

/// The network that carries a chat's packets.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CNetwork {
    /// QUIC, or a WebSocket where UDP is blocked, to the address in the settings.
    Address = 0,
    /// The game's own connection.
    ///
    /// See `consonance_packet_out`.
    Hosted = 1,
}

/// The settings of a chat. `consonance_settings_init` sets everything to its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CSettings {
    /// `sizeof(consonance_settings)`.
    pub size: u32,
    /// Audio input and output: `consonance_sound`.
    pub sound: i32,
    /// The session's address as the server prints it, such as `quic://127.0.0.1:7777/main#sha256=…`, or `offline:`.
    pub address: Text,
    /// The player's name, 1 to 128 bytes of UTF-8; a random one if it is null.
    pub name: Text,
    /// The join token for a server that restricts joining, or null.
    pub join_token: Text,
    /// The session's password, or null.
    pub password: Text,
    /// Rooms to listen to from the beginning.
    pub listen_rooms: Array<Text>,
    /// Rooms to speak in from the beginning.
    pub speak_rooms: Array<Text>,
    /// The number of rooms in `listen_rooms`.
    pub listen_room_count: u32,
    /// The number of rooms in `speak_rooms`.
    pub speak_room_count: u32,
    /// The microphone's name, as in `consonance_get_devices`; null for the system's default.
    pub microphone: Text,
    /// The loudspeaker's name; null for the system's default.
    pub loudspeaker: Text,
    /// The processing and sending of the voice; null for the defaults.
    pub voice: In<CVoiceSettings>,
    /// How long to retry after the connection is lost, in ms; 0 for no limit.
    pub reconnect_timeout_ms: u32,
    /// 1 to retry when the first attempt fails, for a server that may start later.
    pub retry_first_connect: u32,
    /// 1 to send the listener's position to the server, for its proximity rooms.
    pub share_position: u32,
    /// The network that carries the packets: `consonance_network`.
    pub network: i32,
    /// The longest reliable packet of a hosted network, in bytes.
    pub reliable_bytes: u32,
    /// The longest unreliable packet of a hosted network, in bytes.
    pub unreliable_bytes: u32,
    /// Whether the chat is encrypted from end to end, and with which key; null for the defaults.
    pub encryption: In<CEncryptionSettings>,
}

/// The state of a chat.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CConnection {
    /// Ended; the last event says why.
    Ended = 0,
    /// Connecting to its session.
    Connecting = 1,
    /// Connected to its session.
    Connected = 2,
}

/// The current state of a chat.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CStatus {
    /// `sizeof(consonance_status)`.
    pub size: u32,
    /// The state of the connection: `consonance_connection`.
    pub connection: i32,
    /// 1 while voice is sent on any channel.
    pub is_transmitting: u32,
    /// 1 while speech is detected.
    pub is_voice_detected: u32,
    /// 1 while the player is muted.
    pub is_muted: u32,
    /// 1 while all others are muted here.
    pub is_deafened: u32,
    /// Other players in the session.
    pub other_players: u32,
    /// The speaking player with the highest priority, or 0.
    pub top_priority_speaker: u32,
    /// The microphone's level: the mean absolute value of the last 10 ms, 0 to 1.
    pub amplitude: f32,
    /// The share of lost frames from other players, 0 to 1; −1 while unknown.
    pub packet_loss: f32,
    /// Events that were dropped because they were not polled in time.
    pub events_dropped: u64,
}
