//! The admission of a client.

use crate::ngo::packed;
use crate::ngo::types::{NgoMessageType, TypeList};

/// A client's first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRequest<'a> {
    /// Its types of messages.
    pub types: TypeList,
    /// A hash of everything that has to be the same in both builds: protocol, prefabs, tick rate, switches.
    pub config_hash: u64,
    /// The game's own data for its server, if the game approves clients.
    pub approval_data: Option<&'a [u8]>,
}

impl<'a> ConnectionRequest<'a> {
    /// Reads the body of a connection request.
    pub fn read(body: &'a [u8]) -> Option<Self> {
        let (types, at) = TypeList::read(body)?;
        let (config_hash, rest) = body[at..].split_first_chunk()?;
        let approval_data = match rest.split_first_chunk() {
            None => None,
            Some((length, data)) => Some(data.get(..usize::try_from(i32::from_le_bytes(*length)).ok()?)?),
        };
        Some(Self { types, config_hash: u64::from_le_bytes(*config_hash), approval_data })
    }

    /// Appends the body.
    pub fn write(&self, body: &mut Vec<u8>) {
        self.types.write(body);
        body.extend_from_slice(&self.config_hash.to_le_bytes());
        if let Some(data) = self.approval_data {
            body.extend_from_slice(&(data.len() as u32).to_le_bytes());
            body.extend_from_slice(data);
        }
    }
}

/// The approval of a client by a server without objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionApproved {
    /// The server's types: the client numbers its messages by them from now on.
    pub types: TypeList,
    /// The id of the client, from 1.
    pub client_id: u64,
    /// The server's time, in network ticks.
    pub tick: i32,
}

/// From this version on the ids of all connected clients follow.
const VERSION_WITH_IDS: i32 = 1;

impl ConnectionApproved {
    /// Reads types, id and tick; none of a game's objects, which may follow.
    pub fn read(body: &[u8]) -> Option<Self> {
        let (types, at) = TypeList::read(body)?;
        let (client_id, id_bytes) = packed::read_u64(&body[at..])?;
        let (tick, _) = packed::read_i32(&body[at + id_bytes..])?;
        Some(Self { types, client_id, tick })
    }

    /// Appends the body. Only the client itself is listed.
    pub fn write(&self, body: &mut Vec<u8>) {
        self.types.write(body);
        packed::write_u64(self.client_id, body);
        packed::write_i32(self.tick, body);
        let version = self.types.find(NgoMessageType::CONNECTION_APPROVED).map(|(_, version)| version);
        if version.is_some_and(|version| version >= VERSION_WITH_IDS) {
            body.extend_from_slice(&1_u32.to_le_bytes());
            body.extend_from_slice(&self.client_id.to_le_bytes());
        }
        let objects = 0_u32;
        body.extend_from_slice(&objects.to_le_bytes());
    }
}

/// The size of a scene handle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SceneHandle {
    /// Four, but for the newest.
    #[default]
    FourBytes,
    /// Eight: Netcode 2.6 and newer on Unity 6000.5 and newer.
    EightBytes,
}

/// The body of a scene event that synchronises a client with no scenes at all: it keeps its own, and is connected at
/// once. Netcode 1.4.0 and newer.
pub fn write_empty_synchronization(handle: SceneHandle, body: &mut Vec<u8>) {
    const SYNCHRONIZE: u8 = 2;
    const LOAD_SINGLE: u8 = 0;
    body.extend_from_slice(&[SYNCHRONIZE, LOAD_SINGLE]);
    let handle_bytes = match handle {
        SceneHandle::FourBytes => 4,
        SceneHandle::EightBytes => 8,
    };
    // Client sync mode, scene hash, handle, hash of the active scene, number of scenes, number of handles.
    body.resize(body.len() + 4 + 4 + handle_bytes + 4 + 4 + 4, 0);
    let (objects, despawned) = ([0; 4], [0; 4]);
    body.extend_from_slice(&((objects.len() + despawned.len()) as u32).to_le_bytes());
    body.extend_from_slice(&objects);
    body.extend_from_slice(&despawned);
}

/// Whether a scene event says that a client is to be synchronised.
pub(crate) fn is_synchronization(body: &[u8]) -> bool {
    body.first() == Some(&2)
}

/// Appends the body with the reason for which a client is about to be disconnected.
pub fn write_disconnect_reason(reason: &str, body: &mut Vec<u8>) {
    packed::write_i32(0, body);
    let units: Vec<u8> = reason.encode_utf16().flat_map(u16::to_le_bytes).collect();
    body.extend_from_slice(&((units.len() / 2) as u32).to_le_bytes());
    body.extend_from_slice(&units);
}
