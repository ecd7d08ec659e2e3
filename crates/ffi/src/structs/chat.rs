//! What a chat is started with, and how it is.

use crate::c::{Array, In, Text};
use crate::structs::{CEncryptionSettings, CVoiceSettings};

/// Where a chat's sound comes from and goes to.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CSound {
    /// Neither: texts and positions only.
    None = 0,
    /// This machine's microphone and loudspeaker.
    Devices = 1,
    /// The game's engine: see `consonance_engine_output` and `consonance_engine_input`.
    Engine = 2,
}

/// What carries a chat's packets.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CNetwork {
    /// QUIC, or a WebSocket where UDP does not get through, to the address of the settings.
    Address = 0,
    /// The game's own connection: see `consonance_packet_out`.
    Hosted = 1,
}

/// What a chat is started with. `consonance_settings_init` sets everything to its default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CSettings {
    /// `sizeof(consonance_settings)`.
    pub size: u32,
    /// Where sound comes from and goes to: `consonance_sound`.
    pub sound: i32,
    /// The session's address as the server prints it, such as `quic://127.0.0.1:7777/main#sha256=…`, or `offline:`.
    pub address: Text,
    /// The player's name, 1 to 128 bytes of UTF-8; a random one if it is null.
    pub name: Text,
    /// What to show to a server that restricts joining, or null.
    pub join_token: Text,
    /// The session's password, or null.
    pub password: Text,
    /// Rooms to listen to from the beginning.
    pub listen_rooms: Array<Text>,
    /// Rooms to speak in from the beginning.
    pub speak_rooms: Array<Text>,
    /// How many rooms `listen_rooms` has.
    pub listen_room_count: u32,
    /// How many rooms `speak_rooms` has.
    pub speak_room_count: u32,
    /// The microphone's name, as `consonance_get_devices` has it; null for what the system uses.
    pub microphone: Text,
    /// The loudspeaker's name; null for what the system uses.
    pub loudspeaker: Text,
    /// How the voice is processed and sent; null for the defaults.
    pub voice: In<CVoiceSettings>,
    /// How long to try to connect again after the connection was lost, in ms; 0 for without end.
    pub reconnect_timeout_ms: u32,
    /// 1 to try again when the first attempt fails, for a server that may come up later.
    pub retry_first_connect: u32,
    /// 1 to tell the server where the listener is, for its proximity rooms.
    pub share_position: u32,
    /// What carries the packets: `consonance_network`.
    pub network: i32,
    /// The longest reliable packet of a hosted network, in bytes.
    pub reliable_bytes: u32,
    /// The longest unreliable packet of a hosted network, in bytes.
    pub unreliable_bytes: u32,
    /// Whether the chat is encrypted from end to end, and with which key; null for the defaults.
    pub encryption: In<CEncryptionSettings>,
}

/// How far a chat is.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CConnection {
    /// It has ended; its last event says why.
    Ended = 0,
    /// It is on the way into its session.
    Connecting = 1,
    /// It is in its session.
    Connected = 2,
}

/// A chat at this moment.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CStatus {
    /// `sizeof(consonance_status)`.
    pub size: u32,
    /// How far it is: `consonance_connection`.
    pub connection: i32,
    /// 1 while the voice goes out over any channel.
    pub is_transmitting: u32,
    /// 1 while speech is detected.
    pub is_voice_detected: u32,
    /// 1 while the player is muted.
    pub is_muted: u32,
    /// 1 while all others are muted here.
    pub is_deafened: u32,
    /// Other players in the session.
    pub other_players: u32,
    /// The player of the highest priority that speaks, or 0.
    pub top_priority_speaker: u32,
    /// How loud the microphone is: the mean absolute value of the last 10 ms, 0 to 1.
    pub amplitude: f32,
    /// The share of others' frames that never arrived, 0 to 1; −1 while it is not known.
    pub packet_loss: f32,
    /// Events that were lost because they were not drained in time.
    pub events_dropped: u64,
}
