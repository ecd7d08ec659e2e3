//! Players, and where they are.

/// A player at this moment.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CPlayerInfo {
    /// `sizeof(consonance_player_info)`.
    pub size: u32,
    /// The player's number.
    pub player: u32,
    /// 1 while it is in the session.
    pub is_connected: u32,
    /// 1 for the player of this chat.
    pub is_local: u32,
    /// 1 while it speaks to this player; for the player of this chat, while any player hears it.
    pub is_speaking: u32,
    /// 1 while it is muted locally.
    pub is_muted: u32,
    /// 1 while its voice is played from its position.
    pub is_positional: u32,
    /// A `consonance_priority`, or −1 while it is silent.
    pub priority: i32,
    /// Its current amplitude, 0 to 1, before volume and distance.
    pub amplitude: f32,
    /// Its local volume: an amplitude factor, 0 to 4.
    pub volume: f32,
    /// The share of its last frames that were lost, 0 to 1; −1 while unknown.
    pub packet_loss: f32,
}

/// The position of a player.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CPosition {
    /// The player's number.
    pub player: u32,
    /// 0 if the position is no longer known.
    pub is_known: u32,
    /// Metres, in Unity's axes: x to the right, y up, z forward.
    pub position: [f32; 3],
    /// The occlusion between player and listener, from 0 (none) to 1 (a wall).
    pub occlusion: f32,
}

/// The position and orientation of the listener.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CPose {
    /// Metres, in the axes of the players' positions.
    pub position: [f32; 3],
    /// The direction of view; need not have the length 1.
    pub forward: [f32; 3],
    /// The direction of the top of the head.
    pub up: [f32; 3],
}

/// How direction is made audible.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CSpatialMode {
    /// HRTF on headphones, and panning elsewhere.
    Automatic = 0,
    /// Panning.
    Panning = 1,
    /// HRTF, a model of the head.
    Head = 2,
}

/// How the volume of voices falls with distance.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CRollOff {
    /// Not at all.
    Constant = 0,
    /// Linearly, to silence at the maximum distance.
    Linear = 1,
    /// With the inverse of the distance, as in the open.
    Inverse = 2,
    /// With the inverse of its square.
    InverseSquare = 3,
}

/// The attenuation of voices with distance, and the rendering of direction.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CSpatialSettings {
    /// `sizeof(consonance_spatial_settings)`.
    pub size: u32,
    /// How direction is made audible: `consonance_spatial_mode`.
    pub mode: i32,
    /// How the volume falls with distance: `consonance_roll_off`.
    pub roll_off: i32,
    /// The distance up to which a voice has its full volume, in metres.
    pub min_distance: f32,
    /// The distance from which a voice is silent, in metres.
    pub max_distance: f32,
}
