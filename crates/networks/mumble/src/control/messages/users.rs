//! Users, what they write, and how they hear each other.

use prost::Message;

/// A user is gone, or is to be removed.
#[derive(Clone, PartialEq, Message)]
pub struct UserRemove {
    /// The user.
    #[prost(uint32, required, tag = "1")]
    pub session: u32,
    /// The user that has removed it.
    #[prost(uint32, optional, tag = "2")]
    pub actor: Option<u32>,
    /// Why.
    #[prost(string, optional, tag = "3")]
    pub reason: Option<String>,
    /// Whether it is not to come back.
    #[prost(bool, optional, tag = "4")]
    pub ban: Option<bool>,
}

/// A user, or what has changed about it.
#[derive(Clone, PartialEq, Message)]
pub struct UserState {
    /// The user; the client itself if there is none.
    #[prost(uint32, optional, tag = "1")]
    pub session: Option<u32>,
    /// The user that has changed it.
    #[prost(uint32, optional, tag = "2")]
    pub actor: Option<u32>,
    /// Its name.
    #[prost(string, optional, tag = "3")]
    pub name: Option<String>,
    /// Its number among registered users.
    #[prost(uint32, optional, tag = "4")]
    pub user_id: Option<u32>,
    /// The channel that it is in.
    #[prost(uint32, optional, tag = "5")]
    pub channel_id: Option<u32>,
    /// An operator has taken its voice.
    #[prost(bool, optional, tag = "6")]
    pub mute: Option<bool>,
    /// An operator has taken its hearing.
    #[prost(bool, optional, tag = "7")]
    pub deaf: Option<bool>,
    /// The channel's rules take its voice.
    #[prost(bool, optional, tag = "8")]
    pub suppress: Option<bool>,
    /// Whether it has switched its microphone off.
    #[prost(bool, optional, tag = "9")]
    pub self_mute: Option<bool>,
    /// Whether it has switched its loudspeaker off.
    #[prost(bool, optional, tag = "10")]
    pub self_deaf: Option<bool>,
    /// A picture.
    #[prost(bytes = "vec", optional, tag = "11")]
    pub texture: Option<Vec<u8>>,
    /// The world that its positions are in.
    #[prost(bytes = "vec", optional, tag = "12")]
    pub plugin_context: Option<Vec<u8>>,
    /// The user's identity in that world.
    #[prost(string, optional, tag = "13")]
    pub plugin_identity: Option<String>,
    /// Text about it.
    #[prost(string, optional, tag = "14")]
    pub comment: Option<String>,
    /// The SHA-1 of its certificate, in hexadecimal digits.
    #[prost(string, optional, tag = "15")]
    pub hash: Option<String>,
    /// Whether it is a priority speaker, whose voice ducks others.
    #[prost(bool, optional, tag = "18")]
    pub priority_speaker: Option<bool>,
    /// Whether it records.
    #[prost(bool, optional, tag = "19")]
    pub recording: Option<bool>,
    /// Channels that it hears from now on besides its own: since 1.4.
    #[prost(uint32, repeated, packed = "false", tag = "21")]
    pub listening_channel_add: Vec<u32>,
    /// Channels that it hears no longer.
    #[prost(uint32, repeated, packed = "false", tag = "22")]
    pub listening_channel_remove: Vec<u32>,
}

/// The ban list; only the query flag is read.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct BanList {
    /// Whether this queries the list and does not replace it.
    #[prost(bool, optional, tag = "2")]
    pub query: Option<bool>,
}

/// Text to users, channels, and channels with those in them.
#[derive(Clone, PartialEq, Message)]
pub struct UserText {
    /// The user that has written it.
    #[prost(uint32, optional, tag = "1")]
    pub actor: Option<u32>,
    /// To these users.
    #[prost(uint32, repeated, packed = "false", tag = "2")]
    pub session: Vec<u32>,
    /// To these channels.
    #[prost(uint32, repeated, packed = "false", tag = "3")]
    pub channel_id: Vec<u32>,
    /// To these channels and all in them.
    #[prost(uint32, repeated, packed = "false", tag = "4")]
    pub tree_id: Vec<u32>,
    /// The text, in HTML.
    #[prost(string, required, tag = "5")]
    pub message: String,
}

/// Names of registered users, which are asked for; the contents are not read, only that there is a request.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct QueryUsers {}

/// An entry of a menu was chosen.
#[derive(Clone, PartialEq, Message)]
pub struct ContextAction {
    /// Which.
    #[prost(string, required, tag = "3")]
    pub action: String,
}

/// Registered users; the contents are not read, only that there is a request.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct UserList {}

/// The listeners of a whisper.
#[derive(Clone, PartialEq, Message)]
pub struct VoiceTarget {
    /// The number in voice packets, 1 to 30.
    #[prost(uint32, optional, tag = "1")]
    pub id: Option<u32>,
    /// All of these.
    #[prost(message, repeated, tag = "2")]
    pub targets: Vec<WhisperTarget>,
}

/// Users and a channel that hear a whisper.
#[derive(Clone, PartialEq, Message)]
pub struct WhisperTarget {
    /// Users.
    #[prost(uint32, repeated, packed = "false", tag = "1")]
    pub session: Vec<u32>,
    /// A channel.
    #[prost(uint32, optional, tag = "2")]
    pub channel_id: Option<u32>,
    /// Only users of this group.
    #[prost(string, optional, tag = "3")]
    pub group: Option<String>,
    /// Channels that the channel is linked to, too.
    #[prost(bool, optional, tag = "4")]
    pub links: Option<bool>,
    /// All channels in the channel, too.
    #[prost(bool, optional, tag = "5")]
    pub children: Option<bool>,
}

/// The connection statistics of a user, as request and as response.
#[derive(Clone, PartialEq, Message)]
pub struct UserStats {
    /// The user.
    #[prost(uint32, optional, tag = "1")]
    pub session: Option<u32>,
    /// Whether only numbers are wanted that change.
    #[prost(bool, optional, tag = "2")]
    pub stats_only: Option<bool>,
    /// Seconds since it came.
    #[prost(uint32, optional, tag = "16")]
    pub onlinesecs: Option<u32>,
    /// Seconds since it spoke.
    #[prost(uint32, optional, tag = "17")]
    pub idlesecs: Option<u32>,
    /// Whether it can do Opus.
    #[prost(bool, optional, tag = "19")]
    pub opus: Option<bool>,
}

/// A request for pictures and long texts; its contents are not read.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct RequestBlob {}

/// Data of a plugin, for the plugins of other users: since 1.4.
#[derive(Clone, PartialEq, Message)]
pub struct PluginData {
    /// The user that has sent it.
    #[prost(uint32, optional, tag = "1")]
    pub sender_session: Option<u32>,
    /// The users that are to get it.
    #[prost(uint32, repeated, packed = "true", tag = "2")]
    pub receiver_sessions: Vec<u32>,
    /// The data.
    #[prost(bytes = "vec", optional, tag = "3")]
    pub data: Option<Vec<u8>>,
    /// What the data is, for the plugins.
    #[prost(string, optional, tag = "4")]
    pub data_id: Option<String>,
}
