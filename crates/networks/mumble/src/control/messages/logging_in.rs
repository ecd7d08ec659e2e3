//! Messages of the login, and others that only the programs handle.

use prost::Message;

/// The version of a program.
#[derive(Clone, PartialEq, Message)]
pub struct VersionExchange {
    /// Major version in 16 bits, minor and patch in 8 each.
    #[prost(uint32, optional, tag = "1")]
    pub version_v1: Option<u32>,
    /// The program's name for itself.
    #[prost(string, optional, tag = "2")]
    pub release: Option<String>,
    /// The system's name.
    #[prost(string, optional, tag = "3")]
    pub os: Option<String>,
    /// The system's version.
    #[prost(string, optional, tag = "4")]
    pub os_version: Option<String>,
    /// Major, minor and patch version in 16 bits each, above 16 bits of zero: since 1.5.
    #[prost(uint64, optional, tag = "5")]
    pub version_v2: Option<u64>,
}

/// The login of a client.
#[derive(Clone, PartialEq, Message)]
pub struct Authenticate {
    /// Its name.
    #[prost(string, optional, tag = "1")]
    pub username: Option<String>,
    /// The server's password.
    #[prost(string, optional, tag = "2")]
    pub password: Option<String>,
    /// Access tokens.
    #[prost(string, repeated, tag = "3")]
    pub tokens: Vec<String>,
    /// Versions of CELT that it supports.
    #[prost(int32, repeated, packed = "false", tag = "4")]
    pub celt_versions: Vec<i32>,
    /// Whether it supports Opus.
    #[prost(bool, optional, tag = "5")]
    pub opus: Option<bool>,
    /// 0 for a person's client, 1 for a bot.
    #[prost(int32, optional, tag = "6")]
    pub client_type: Option<i32>,
}

/// A ping, with statistics of datagrams.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct Ping {
    /// The sender's time, which is returned unchanged.
    #[prost(uint64, optional, tag = "1")]
    pub timestamp: Option<u64>,
    /// Datagrams that arrived.
    #[prost(uint32, optional, tag = "2")]
    pub good: Option<u32>,
    /// Datagrams that arrived after later ones.
    #[prost(uint32, optional, tag = "3")]
    pub late: Option<u32>,
    /// Datagrams that were lost.
    #[prost(uint32, optional, tag = "4")]
    pub lost: Option<u32>,
    /// How often the nonce was resynchronised.
    #[prost(uint32, optional, tag = "5")]
    pub resync: Option<u32>,
}

/// The reason for rejecting a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum RejectType {
    /// The text gives the reason.
    None = 0,
    /// The client is too old.
    WrongVersion = 1,
    /// The name is not allowed on this server.
    InvalidUsername = 2,
    /// The password of the user is wrong.
    WrongUserPassword = 3,
    /// The password of the server is wrong.
    WrongServerPassword = 4,
    /// The name is taken.
    UsernameInUse = 5,
    /// The server is full.
    ServerFull = 6,
    /// A certificate is needed.
    NoCertificate = 7,
    /// Logging in failed for another reason.
    AuthenticatorFail = 8,
    /// The server accepts no new users.
    NoNewConnections = 9,
}

/// The rejection of a client.
#[derive(Clone, PartialEq, Message)]
pub struct Reject {
    /// The reason, for the program.
    #[prost(enumeration = "RejectType", optional, tag = "1")]
    pub kind: Option<i32>,
    /// The reason, as text for the user.
    #[prost(string, optional, tag = "2")]
    pub reason: Option<String>,
}

/// A client has been told of all channels and users.
#[derive(Clone, PartialEq, Message)]
pub struct ServerSync {
    /// The client's own session.
    #[prost(uint32, optional, tag = "1")]
    pub session: Option<u32>,
    /// Bits per second that it may send.
    #[prost(uint32, optional, tag = "2")]
    pub max_bandwidth: Option<u32>,
    /// A greeting, in HTML.
    #[prost(string, optional, tag = "3")]
    pub welcome_text: Option<String>,
    /// Its permissions in the root channel.
    #[prost(uint64, optional, tag = "4")]
    pub permissions: Option<u64>,
}

/// The key of datagrams and their initial nonces; an empty message asks for the current nonce.
#[derive(Clone, PartialEq, Message)]
pub struct CryptSetup {
    /// The key.
    #[prost(bytes = "vec", optional, tag = "1")]
    pub key: Option<Vec<u8>>,
    /// The nonce before the next one of the client.
    #[prost(bytes = "vec", optional, tag = "2")]
    pub client_nonce: Option<Vec<u8>>,
    /// The nonce before the next one of the server.
    #[prost(bytes = "vec", optional, tag = "3")]
    pub server_nonce: Option<Vec<u8>>,
}

/// The codec that all use.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct CodecVersion {
    /// A version of CELT.
    #[prost(int32, required, tag = "1")]
    pub alpha: i32,
    /// Another version of CELT.
    #[prost(int32, required, tag = "2")]
    pub beta: i32,
    /// Whether the first of them is preferred.
    #[prost(bool, required, tag = "3")]
    pub prefer_alpha: bool,
    /// Whether all clients use Opus instead.
    #[prost(bool, optional, tag = "4")]
    pub opus: Option<bool>,
}

/// Limits of the server.
#[derive(Clone, PartialEq, Message)]
pub struct ServerConfig {
    /// Bits per second that a client may send.
    #[prost(uint32, optional, tag = "1")]
    pub max_bandwidth: Option<u32>,
    /// A greeting, in HTML.
    #[prost(string, optional, tag = "2")]
    pub welcome_text: Option<String>,
    /// Whether texts may have HTML.
    #[prost(bool, optional, tag = "3")]
    pub allow_html: Option<bool>,
    /// Maximum characters of a text.
    #[prost(uint32, optional, tag = "4")]
    pub message_length: Option<u32>,
    /// Maximum bytes of a text with pictures.
    #[prost(uint32, optional, tag = "5")]
    pub image_message_length: Option<u32>,
    /// Users at once.
    #[prost(uint32, optional, tag = "6")]
    pub max_users: Option<u32>,
    /// Whether clients may record.
    #[prost(bool, optional, tag = "7")]
    pub recording_allowed: Option<bool>,
}
