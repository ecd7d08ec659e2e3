//! Channels, and what may be done in them.

use prost::Message;

/// A channel is gone.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct ChannelRemove {
    /// Its number.
    #[prost(uint32, required, tag = "1")]
    pub channel_id: u32,
}

/// A channel, or what has changed about it.
#[derive(Clone, PartialEq, Message)]
pub struct ChannelUpdate {
    /// Its number; a client that wants a new one has none.
    #[prost(uint32, optional, tag = "1")]
    pub channel_id: Option<u32>,
    /// The channel that it is in.
    #[prost(uint32, optional, tag = "2")]
    pub parent: Option<u32>,
    /// Its name there.
    #[prost(string, optional, tag = "3")]
    pub name: Option<String>,
    /// Text about it.
    #[prost(string, optional, tag = "5")]
    pub description: Option<String>,
    /// Channels that are to be heard here, too.
    #[prost(uint32, repeated, packed = "false", tag = "6")]
    pub links_add: Vec<u32>,
    /// Channels that are to be heard here no longer.
    #[prost(uint32, repeated, packed = "false", tag = "7")]
    pub links_remove: Vec<u32>,
    /// Whether it goes with its last user.
    #[prost(bool, optional, tag = "8")]
    pub temporary: Option<bool>,
    /// Its place among its siblings.
    #[prost(int32, optional, tag = "9")]
    pub position: Option<i32>,
    /// Whether not all users may enter.
    #[prost(bool, optional, tag = "12")]
    pub is_enter_restricted: Option<bool>,
    /// Whether this client may.
    #[prost(bool, optional, tag = "13")]
    pub can_enter: Option<bool>,
}

/// The reason for which a request is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum DenyType {
    /// The text gives the reason.
    Text = 0,
    /// A permission is missing.
    Permission = 1,
    /// A name that no channel can have.
    ChannelName = 3,
    /// The text is too long.
    TextTooLong = 4,
    /// The channel is full.
    ChannelFull = 9,
}

/// A client may not do what it wanted.
#[derive(Clone, PartialEq, Message)]
pub struct PermissionDenied {
    /// The permission that is missing.
    #[prost(uint32, optional, tag = "1")]
    pub permission: Option<u32>,
    /// Where.
    #[prost(uint32, optional, tag = "2")]
    pub channel_id: Option<u32>,
    /// To which user.
    #[prost(uint32, optional, tag = "3")]
    pub session: Option<u32>,
    /// Why, for the person.
    #[prost(string, optional, tag = "4")]
    pub reason: Option<String>,
    /// Why, for the program.
    #[prost(enumeration = "DenyType", optional, tag = "5")]
    pub kind: Option<i32>,
}

/// Rules of a channel, of which only the channel is read.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct Acl {
    /// The channel.
    #[prost(uint32, required, tag = "1")]
    pub channel_id: u32,
}

/// A client's permissions in a channel.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct PermissionQuery {
    /// The channel.
    #[prost(uint32, optional, tag = "1")]
    pub channel_id: Option<u32>,
    /// The answer; see [`permission`](mod@permission).
    #[prost(uint32, optional, tag = "2")]
    pub permissions: Option<u32>,
    /// Whether all that was answered before is void.
    #[prost(bool, optional, tag = "3")]
    pub flush: Option<bool>,
}

/// Bits of what a client may do, as [`PermissionQuery`] has them.
pub mod permission {
    /// Pass through to channels inside.
    pub const TRAVERSE: u32 = 0x2;
    /// Enter.
    pub const ENTER: u32 = 0x4;
    /// Speak.
    pub const SPEAK: u32 = 0x8;
    /// Take others' voice and hearing.
    pub const MUTE_DEAFEN: u32 = 0x10;
    /// Move others.
    pub const MOVE: u32 = 0x20;
    /// Make channels that stay.
    pub const MAKE_CHANNEL: u32 = 0x40;
    /// Link channels.
    pub const LINK_CHANNEL: u32 = 0x80;
    /// Whisper.
    pub const WHISPER: u32 = 0x100;
    /// Write.
    pub const TEXT_MESSAGE: u32 = 0x200;
    /// Make channels that go with their last user.
    pub const MAKE_TEMP_CHANNEL: u32 = 0x400;
    /// Hear it from another channel.
    pub const LISTEN: u32 = 0x800;
    /// Remove others; only in the root.
    pub const KICK: u32 = 0x1_0000;
    /// Ban others; only in the root.
    pub const BAN: u32 = 0x2_0000;
}
