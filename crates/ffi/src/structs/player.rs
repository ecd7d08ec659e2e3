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
    /// 1 while it speaks to us; for ourselves, while any player hears us.
    pub is_speaking: u32,
    /// 1 while it is muted here.
    pub is_muted: u32,
    /// 1 while its voice comes from its place in the world.
    pub is_positional: u32,
    /// −1 while it is silent, else 0 low, 1 default, 2 medium, 3 high.
    pub priority: i32,
    /// How loud it is at this moment, 0 to 1, before volume and distance.
    pub amplitude: f32,
    /// How loud it is heard here: an amplitude factor, 0 to 4.
    pub volume: f32,
    /// The share of its last frames that never arrived, 0 to 1; −1 while it is not known.
    pub packet_loss: f32,
}

/// Where a player is.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CPosition {
    /// The player's number.
    pub player: u32,
    /// 0 to forget where it is.
    pub is_known: u32,
    /// Metres, in Unity's axes: x to the right, y up, z forward.
    pub position: [f32; 3],
    /// How much is in between, from 0 (nothing) to 1 (a wall).
    pub occlusion: f32,
}

/// Where the listener is and looks.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CPose {
    /// Metres, in the axes of the players' positions.
    pub position: [f32; 3],
    /// Where the nose points to; need not have the length 1.
    pub forward: [f32; 3],
    /// Where the top of the head points to.
    pub up: [f32; 3],
}

/// How voices get quieter with distance.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CSpatialSettings {
    /// `sizeof(consonance_spatial_settings)`.
    pub size: u32,
    /// 0 a model of the head on headphones and panning elsewhere, 1 panning, 2 a model of the head.
    pub mode: i32,
    /// 0 constant, 1 linear, 2 inverse, 3 the square of that.
    pub roll_off: i32,
    /// Up to this distance a voice has its full volume, in metres.
    pub min_distance: f32,
    /// From this distance on there is silence, in metres.
    pub max_distance: f32,
}
