//! The control channel: one message after the other in a stream of TLS.
//!
//! ```text
//! [type u16] [length u32] [that many bytes]     numbers with the higher byte first
//! ```
//!
//! All but tunnelled voice, which has type 1, are messages of protocol buffers.

pub mod messages;

use prost::Message as _;

use messages::{
    Acl, Authenticate, BanList, ChannelRemove, ChannelUpdate, CodecVersion, ContextAction, CryptSetup,
    PermissionDenied, PermissionQuery, Ping, PluginData, QueryUsers, Reject, RequestBlob, ServerConfig,
    ServerSync, UserList, UserRemove, UserState, UserStats, UserText, VersionExchange, VoiceTarget,
};

/// Bytes of the longest message that is taken from a client, and sent to one. Mumble's own limit, 8 MiB, is for
/// pictures, which are not taken here.
pub const CONTROL_BYTES_MAX: usize = 64 << 10;

/// The type of a message that is a voice packet as it stands.
pub(crate) const TUNNEL: u16 = 1;
pub(crate) const VERSION: u16 = 0;
pub(crate) const AUTHENTICATE: u16 = 2;
const VOICE_TARGET: u16 = 19;
const PLUGIN_DATA: u16 = 26;
/// Bytes before each message.
pub(crate) const HEAD_BYTES: usize = 6;

macro_rules! controls {
    ($($(#[$about:meta])* $name:ident($message:ident) = $number:literal,)*) => {
        /// A message of the control channel, in either direction.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Control {
            $($(#[$about])* $name($message),)*
        }

        impl Control {
            /// The number of its type.
            pub fn kind(&self) -> u16 {
                match self {
                    $(Self::$name(_) => $number,)*
                }
            }

            /// The types of all messages.
            pub const KINDS: &'static [u16] = &[$($number),*];

            /// Reads a message of this type; `None` if the type is not known here.
            ///
            /// # Errors
            /// [`MalformedControl`] if the bytes are no such message, or [too many](Self::bytes_max).
            pub fn read(kind: u16, bytes: &[u8]) -> Result<Option<Self>, MalformedControl> {
                if bytes.len() > Self::bytes_max(kind) {
                    return Err(MalformedControl { kind });
                }
                Ok(Some(match kind {
                    $($number => Self::$name($message::decode(bytes).map_err(|_| MalformedControl { kind })?),)*
                    _ => return Ok(None),
                }))
            }

            /// The message without its head.
            fn body(&self, out: &mut Vec<u8>) {
                match self {
                    // Writing to a vector cannot fail.
                    $(Self::$name(message) => message.encode(out).unwrap_or_default(),)*
                }
            }
        }

        $(impl From<$message> for Control {
            fn from(message: $message) -> Self {
                Self::$name(message)
            }
        })*
    };
}

controls! {
    /// The version of a program: the first message of both ends.
    Version(VersionExchange) = 0,
    /// The login of a client.
    Authenticate(Authenticate) = 2,
    /// A ping.
    Ping(Ping) = 3,
    /// The login was rejected.
    Reject(Reject) = 4,
    /// A client has been told everything.
    ServerSync(ServerSync) = 5,
    /// A channel is gone.
    ChannelRemove(ChannelRemove) = 6,
    /// A channel, or a change of it.
    ChannelState(ChannelUpdate) = 7,
    /// A user is gone, or is to go.
    UserRemove(UserRemove) = 8,
    /// A user, or a change of it.
    UserState(UserState) = 9,
    /// Bans.
    BanList(BanList) = 10,
    /// Text.
    TextMessage(UserText) = 11,
    /// A request of the client was denied.
    PermissionDenied(PermissionDenied) = 12,
    /// Rules of a channel.
    Acl(Acl) = 13,
    /// Names of registered users.
    QueryUsers(QueryUsers) = 14,
    /// The key of voice packets.
    CryptSetup(CryptSetup) = 15,
    /// An entry of a menu was chosen.
    ContextAction(ContextAction) = 17,
    /// Registered users.
    UserList(UserList) = 18,
    /// The listeners of a whisper.
    VoiceTarget(VoiceTarget) = 19,
    /// A client's permissions in a channel.
    PermissionQuery(PermissionQuery) = 20,
    /// The codec that all use.
    CodecVersion(CodecVersion) = 21,
    /// The connection statistics of a user.
    UserStats(UserStats) = 22,
    /// A request for pictures and long texts.
    RequestBlob(RequestBlob) = 23,
    /// Limits of the server.
    ServerConfig(ServerConfig) = 24,
    /// Data of a plugin, for plugins of other clients.
    PluginData(PluginData) = 26,
}

impl Control {
    /// Bytes of the longest message of this type that is read. Two bytes of a list of messages or texts take up to 64
    /// bytes of memory once they are read, so messages with such lists are shorter than others.
    pub fn bytes_max(kind: u16) -> usize {
        match kind {
            AUTHENTICATE => 16 << 10,
            VOICE_TARGET | PLUGIN_DATA => 8 << 10,
            _ => CONTROL_BYTES_MAX,
        }
    }

    /// Appends the message as it travels.
    pub fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend(self.kind().to_be_bytes());
        out.extend([0; 4]);
        self.body(out);
        let length = (out.len() - start - HEAD_BYTES) as u32;
        out[start + 2..start + HEAD_BYTES].copy_from_slice(&length.to_be_bytes());
    }
}

/// Bytes that are no message of their type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed control message of type {kind}")]
pub struct MalformedControl {
    /// The number of the type.
    pub kind: u16,
}

/// One message of a stream: its type and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: u16,
    pub(crate) body: &'a [u8],
}

/// A message that is longer than is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameTooLong;

impl<'a> Frame<'a> {
    /// Reads the first message of a stream; `None` if it has not come whole.
    pub(crate) fn read(stream: &'a [u8]) -> Result<Option<Self>, FrameTooLong> {
        let Some((head, rest)) = stream.split_first_chunk::<HEAD_BYTES>() else { return Ok(None) };
        let [a, b, length @ ..] = *head;
        let length = u32::from_be_bytes(length) as usize;
        if length > CONTROL_BYTES_MAX {
            return Err(FrameTooLong);
        }
        Ok(rest.get(..length).map(|body| Self { kind: u16::from_be_bytes([a, b]), body }))
    }

    /// Bytes of it in the stream.
    pub(crate) fn len(&self) -> usize {
        HEAD_BYTES + self.body.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_its_type_and_its_length_before_it() {
        let mut out = vec![9];
        Control::from(ChannelRemove { channel_id: 300 }).write(&mut out);
        assert_eq!(out, [9, 0, 6, 0, 0, 0, 3, 0x08, 0xAC, 0x02]);
        let frame = Frame::read(&out[1..]).unwrap().unwrap();
        assert_eq!((frame.kind, frame.len()), (6, 9));
        let read = Control::read(frame.kind, frame.body).unwrap();
        assert_eq!(read, Some(Control::ChannelRemove(ChannelRemove { channel_id: 300 })));
    }

    #[test]
    fn a_message_that_is_not_whole_waits_and_one_that_is_too_long_is_refused() {
        let mut out = Vec::new();
        Control::from(UserText { message: "hello".into(), ..Default::default() }).write(&mut out);
        for cut in 0..out.len() {
            assert_eq!(Frame::read(&out[..cut]), Ok(None), "{cut}");
        }
        let too_long = [&11_u16.to_be_bytes()[..], &(CONTROL_BYTES_MAX as u32 + 1).to_be_bytes()].concat();
        assert_eq!(Frame::read(&too_long), Err(FrameTooLong));
    }

    #[test]
    fn types_that_are_not_known_are_passed_over_and_broken_ones_refused() {
        assert_eq!(Control::read(27, &[1, 2, 3]), Ok(None));
        assert_eq!(Control::read(9, &[0xFF]), Err(MalformedControl { kind: 9 }));
        assert_eq!(Control::read(9, &[0x1A, 200]), Err(MalformedControl { kind: 9 }), "text that is cut off");
    }

    #[test]
    fn messages_whose_lists_take_much_memory_are_short() {
        // Each of these pairs of bytes is an empty target of a whisper.
        let targets = |count: usize| [0x12, 0].repeat(count);
        let most = Control::bytes_max(VOICE_TARGET) / 2;
        assert!(matches!(Control::read(19, &targets(most)), Ok(Some(Control::VoiceTarget(_)))));
        assert_eq!(Control::read(19, &targets(most + 1)), Err(MalformedControl { kind: 19 }));
    }
}
