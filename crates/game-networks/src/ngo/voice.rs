//! Voice packets in named messages.

use consonance_link::gateway::{MessageChannel, VoiceChannels};
use consonance_link::{PACKET_BYTES_MAX, PacketLimits};
use twox_hash::{XxHash32, XxHash64};

use crate::ngo::batch::{BATCH_HEADER_BYTES, NgoBatchWriter, NgoMessage};
use crate::ngo::types::{NgoMessageType, TypeList};

/// The channel of Netcode's reliable messages: the number of its pipeline in Unity Transport.
pub const RELIABLE: MessageChannel = MessageChannel(3);
/// The channel of Netcode's unreliable messages.
pub const UNRELIABLE: MessageChannel = MessageChannel(1);

pub(crate) const CHANNELS: VoiceChannels = VoiceChannels { reliable: RELIABLE, unreliable: UNRELIABLE };

/// The name under which voice travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceName {
    /// From a client to its server.
    ToServer,
    /// From the server to a client.
    ToClient,
}

/// How a game hashes names, by its setting `RpcHashSize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameHash {
    /// To 32 bits, Netcode's default.
    #[default]
    FourBytes,
    /// To 64 bits.
    EightBytes,
}

impl VoiceName {
    /// The name.
    pub fn text(self) -> &'static str {
        match self {
            Self::ToServer => "DissonanceToServer",
            Self::ToClient => "DissonanceToClient",
        }
    }

    /// The name as it is in messages.
    pub fn hash(self, hash: NameHash) -> u64 {
        match hash {
            NameHash::FourBytes => u64::from(XxHash32::oneshot(0, self.text().as_bytes())),
            NameHash::EightBytes => XxHash64::oneshot(0, self.text().as_bytes()),
        }
    }
}

/// The form of voice among the messages of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceDialect {
    named: u32,
    /// Names and their hashes of both kinds, so that nothing is hashed for each message.
    hashes: [(VoiceName, NameHash, u64); 4],
}

/// The bytes before a voice packet in a named message: the name's hash and the packet's length.
const NAMED_HEAD_BYTES: usize = 8 + 4;

/// The most bytes around a voice packet: the batch's header, id and size of the message, its head, and the batch's
/// padding.
pub const AROUND_VOICE_BYTES_MAX: usize = BATCH_HEADER_BYTES + 5 + 5 + NAMED_HEAD_BYTES + 7;

impl VoiceDialect {
    /// For a server with this list of types; none if there are no named messages in it.
    pub fn new(types: &TypeList) -> Option<Self> {
        use NameHash::{EightBytes, FourBytes};
        use VoiceName::{ToClient, ToServer};
        let (named, _) = types.find(NgoMessageType::NAMED)?;
        let hashes =
            [(ToServer, FourBytes), (ToServer, EightBytes), (ToClient, FourBytes), (ToClient, EightBytes)]
                .map(|(name, hash)| (name, hash, name.hash(hash)));
        Some(Self { named, hashes })
    }

    /// The name under which a message is voice, if it is.
    pub fn name_of(&self, message: &NgoMessage<'_>) -> Option<(VoiceName, NameHash)> {
        if message.id != self.named {
            return None;
        }
        let hash = u64::from_le_bytes(*message.body.first_chunk()?);
        let found = self.hashes.iter().find(|(_, _, known)| *known == hash)?;
        Some((found.0, found.1))
    }

    /// The packet in a voice message; none if it does not tell its own length.
    pub fn packet<'a>(message: &NgoMessage<'a>) -> Option<&'a [u8]> {
        let (_, packet) = message.body.split_first_chunk::<8>()?;
        let (length, packet) = packet.split_first_chunk()?;
        packet.get(..u32::from_le_bytes(*length) as usize)
    }

    /// Appends a batch with one voice message.
    pub fn write(&self, name: VoiceName, hash: NameHash, packet: &[u8], bytes: &mut Vec<u8>) {
        let known = self.hashes.iter().find(|(n, h, _)| (*n, *h) == (name, hash));
        let hash = known.map_or_else(|| name.hash(hash), |(_, _, known)| *known);
        let mut batch = NgoBatchWriter::new(bytes);
        batch.message(self.named, &[&hash.to_le_bytes(), &(packet.len() as u32).to_le_bytes(), packet]);
        batch.finish();
    }
}

pub(crate) fn voice_limits(messages: PacketLimits) -> PacketLimits {
    let packet_bytes =
        |message_bytes: usize| message_bytes.saturating_sub(AROUND_VOICE_BYTES_MAX).min(PACKET_BYTES_MAX);
    PacketLimits {
        reliable_bytes: packet_bytes(messages.reliable_bytes),
        unreliable_bytes: packet_bytes(messages.unreliable_bytes),
    }
}
