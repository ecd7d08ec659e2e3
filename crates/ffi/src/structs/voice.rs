//! The player's own voice, and where it goes.

/// When the player's voice is sent.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CActivation {
    /// Always.
    Open = 0,
    /// While `consonance_set_push_to_talk` says that the key is pressed.
    PushToTalk = 1,
    /// While speech is detected.
    Voice = 2,
}

/// The processing and sending of the player's voice, and the playback of others.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CVoiceSettings {
    /// `sizeof(consonance_voice_settings)`.
    pub size: u32,
    /// When the player's voice is sent: `consonance_activation`.
    pub activation: i32,
    /// 0 low (10 kbit/s), 1 medium (17), 2 high (24), 3 music (64).
    pub quality: i32,
    /// Audio per packet, in ms: 10, 20, 40 or 60.
    pub frame_ms: u32,
    /// 1 for forward error correction, as much as the measured loss requires.
    pub error_correction: u32,
    /// Echo cancelling: 0 off, 1 low, 2 moderate, 3 high.
    pub echo: i32,
    /// Noise suppression: 0 off, 1 to 4 for 6, 12, 18 or 24 dB, 5 for all but speech, by a neural network, 6 for the
    /// same by a smaller one, at a fifth of the cost.
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
    /// −1 for the player's own priority, else 0 low, 1 default, 2 medium, 3 high.
    pub priority: i32,
    /// The amplitude factor, 0 to 2.
    pub amplitude: f32,
    /// When it sends voice: 0 as the chat, 1 always, 2 while speech is detected, 3 closed.
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
