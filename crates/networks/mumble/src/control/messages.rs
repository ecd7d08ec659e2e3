//! The messages of the control channel, as far as this server reads and writes them.
//!
//! Numbers of fields and their types are those of Mumble's published protocol; fields that nothing here uses are left
//! out, and passed over where they come. Users have a *session*, a number for as long as they are here; channel 0 is
//! the root.

mod channels;
mod logging_in;
mod users;

pub use channels::{
    Acl, ChannelRemove, ChannelUpdate, DenyType, PermissionDenied, PermissionQuery, permission,
};
pub use logging_in::{
    Authenticate, CodecVersion, CryptSetup, Ping, Reject, RejectType, ServerConfig, ServerSync,
    VersionExchange,
};
pub use users::{
    BanList, ContextAction, PluginData, QueryUsers, RequestBlob, UserList, UserRemove, UserState, UserStats,
    UserText, VoiceTarget, WhisperTarget,
};
