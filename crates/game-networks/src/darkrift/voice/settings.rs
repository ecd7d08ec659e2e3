//! Options that describe a game's voice messages.

use consonance_link::PacketLimits;
use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_settings::settings;

use crate::darkrift::voice::{Layout, VoiceDialect};

settings! {
    /// Known properties of voice in a game; those that are `None` are learned from the clients.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct DarkRiftVoiceSettings {
        /// The tag of voice messages. Default: learned from each client's first handshake.
        ///
        /// Of those to the server.
        #[example(2000)]
        pub tag_to_server: Option<u16> as tag = None;
        /// The tag of voice messages to clients, if it differs.
        #[example(2001)]
        pub tag_to_client: Option<u16> = None;
        /// The layout of voice messages: raw (`WriteRaw`), or after a four-byte length (`Write`), prefixed if
        /// big-endian. Learned without tag.
        pub layout: Layout = Layout::Raw;
        /// The network's channels that carry voice.
        pub channels: VoiceChannels as _ = STOCK_CHANNELS;
    }
}

impl DarkRiftVoiceSettings {
    /// The dialect of voice to the server, if the settings define it.
    pub(crate) fn to_server(self) -> Option<VoiceDialect> {
        Some(VoiceDialect { tag: self.tag_to_server?, layout: self.layout })
    }

    /// The dialect of voice to clients, given the dialect to the server.
    pub(crate) fn to_client(self, to_server: VoiceDialect) -> VoiceDialect {
        VoiceDialect { tag: self.tag_to_client.unwrap_or(to_server.tag), layout: to_server.layout }
    }

    /// The largest voice packets in messages of these sizes.
    pub(crate) fn limits(&self, messages: PacketLimits) -> PacketLimits {
        let layout = self.to_server().map(|dialect| dialect.layout);
        let around = HEADER_BYTES + layout.unwrap_or(Layout::Prefixed).prefix_bytes();
        let largest = |bytes: usize| bytes.saturating_sub(around).min(VOICE_BYTES_MAX);
        PacketLimits {
            reliable_bytes: largest(messages.reliable_bytes),
            unreliable_bytes: largest(messages.unreliable_bytes),
        }
    }
}

/// The channels of stock games, as the network numbers them: TCP and UDP.
pub const STOCK_CHANNELS: VoiceChannels =
    VoiceChannels { reliable: MessageChannel(0), unreliable: MessageChannel(1) };

/// Flags and tag; voice of ours carries no ping.
const HEADER_BYTES: usize = 3;

/// The largest packet that stock clients read, in bytes.
const VOICE_BYTES_MAX: usize = 1024;
