//! The player's own voice, and where it goes.

/// When the player's voice is sent.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CActivation {
    /// Always.
    Open = 0,
    /// While the key for push-to-talk is pressed.
    ///
    /// See `consonance_set_push_to_talk`.
    PushToTalk = 1,
    /// While speech is detected.
    Voice = 2,
}

/// The bit rate of the player's voice.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CQuality {
    /// 10 kbit/s.
    Low = 0,
    /// 17 kbit/s.
    Medium = 1,
    /// 24 kbit/s.
    High = 2,
    /// 64 kbit/s, for more than speech.
    Music = 3,
}

/// How much of the echo of the loudspeaker is removed from the microphone's sound.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEchoCancelling {
    /// None, for headphones.
    Off = 0,
    /// A little.
    Low = 1,
    /// As much as most rooms need.
    Moderate = 2,
    /// As much as possible.
    High = 3,
}

/// How much steady noise is removed.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CNoiseSuppression {
    /// None.
    Off = 0,
    /// 6 dB.
    Db6 = 1,
    /// 12 dB.
    Db12 = 2,
    /// 18 dB.
    Db18 = 3,
    /// 24 dB.
    Db24 = 4,
    /// All but speech, by a neural network: 20 ms later than the others.
    Strong = 5,
    /// The same by a smaller network, at a fifth of the cost.
    StrongLight = 6,
}

/// While a player of a higher priority speaks, players of a lower one are not heard.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CPriority {
    /// Below the default.
    Low = 0,
    /// What players have.
    Default = 1,
    /// Above the default.
    Medium = 2,
    /// The highest.
    High = 3,
}

/// When a channel sends voice.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CChannelActivation {
    /// As the chat's settings say.
    Inherit = 0,
    /// Always.
    Open = 1,
    /// While speech is detected.
    Voice = 2,
    /// Never.
    Closed = 3,
}

/// The processing and sending of the player's voice, and the playback of others.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CVoiceSettings {
    /// `sizeof(consonance_voice_settings)`.
    pub size: u32,
    /// When the player's voice is sent: `consonance_activation`.
    pub activation: i32,
    /// The bit rate of the player's voice: `consonance_quality`.
    pub quality: i32,
    /// Audio per packet, in ms: 10, 20, 40 or 60.
    pub frame_ms: u32,
    /// 1 for forward error correction, as much as the measured loss requires.
    pub error_correction: u32,
    /// How much echo is removed: `consonance_echo_cancelling`.
    pub echo: i32,
    /// How much steady noise is removed: `consonance_noise_suppression`.
    pub noise: i32,
    /// How much background a neural network removes, 0 (off) to 1 (80 dB).
    pub background_removal: f32,
    /// 1 to remove everything below 80 Hz.
    pub high_pass: u32,
    /// 1 to even out the level of speech.
    pub automatic_gain: u32,
    /// The probability from which audio counts as speech, 0 to 1.
    pub detection_threshold: f32,
    /// How far below the threshold the probability must fall for speech to end, 0 to 1.
    pub detection_hysteresis: f32,
    /// How long speech lasts after the probability has fallen, in ms, at most 60 000.
    pub detection_hold_ms: u32,
    /// How much audio from before the detection is sent too, in ms.
    pub pre_roll_ms: u32,
    /// The volume of others while the player speaks: an amplitude factor, 0 to 1; 1 is off.
    pub ducking_level: f32,
    /// The time to fade the others down, in ms.
    pub ducking_down_ms: u32,
    /// The time to fade them up again, in ms.
    pub ducking_up_ms: u32,
    /// 1 to bring all players to the same loudness.
    pub auto_volume: u32,
    /// The volume of all players: an amplitude factor, 0 to 4.
    pub master_volume: f32,
}

/// The properties of a channel to a room or a player.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CChannelSettings {
    /// `sizeof(consonance_channel_settings)`.
    pub size: u32,
    /// 1 to play the voice from the speaker's position.
    pub positional: u32,
    /// A `consonance_priority`, or −1 for the player's own.
    pub priority: i32,
    /// The amplitude factor, 0 to 2.
    pub amplitude: f32,
    /// When it sends voice: `consonance_channel_activation`.
    pub activation: i32,
    /// The fade-in time in seconds, at most 30.
    pub fade_in_seconds: f32,
    /// The fade-out time in seconds, at most 30.
    pub fade_out_seconds: f32,
}

/// The current state of a channel.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CChannelState {
    /// `sizeof(consonance_channel_state)`.
    pub size: u32,
    /// 1 while voice is sent on it.
    pub is_open: u32,
    /// Its current volume while fading, 0 to 2.
    pub volume: f32,
}
