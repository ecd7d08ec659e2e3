//! The messages of Mirror's own that are distinguished here.

use crate::mirror::{IdHash, MessageId};

/// The kind of a message, as far as it matters to voice or is common enough to identify the format of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A voice packet: `[bytes u16][that many bytes]`.
    Voice,
    /// The client is ready: empty.
    Ready,
    /// The client is to stop: empty.
    NotReady,
    /// The client wants its player: empty.
    AddPlayer,
    /// The client is to load a scene: string, operation u8, custom handling u8.
    Scene,
    /// A time; see [`MirrorPing`](crate::mirror::MirrorPing).
    Ping,
    /// The answer.
    Pong,
    /// The sender's time: empty, or f64 since v96.11.
    TimeSnapshot,
    /// A call of the client's: netId u32, component u8, function, arguments.
    Command,
    /// A call of the server's.
    Rpc,
    /// An object appears.
    Spawn,
    /// All objects of a scene follow.
    ObjectSpawnStarted,
    /// They are complete.
    ObjectSpawnFinished,
    /// An object is gone.
    ObjectDestroy,
    /// An object is no longer seen.
    ObjectHide,
    /// The current state of an object.
    EntityState,
    /// The end that has authority over an object.
    ChangeOwner,
    /// User and password: two strings.
    AuthRequest,
    /// Code u8 (100 admitted, 200 rejected), string.
    AuthResponse,
}

impl MessageKind {
    /// The full name of its C# type; `None` for voice, whose type is the integration's and not Mirror's.
    pub const fn type_name(self) -> Option<&'static str> {
        Some(match self {
            Self::Voice => return None,
            Self::Ready => "Mirror.ReadyMessage",
            Self::NotReady => "Mirror.NotReadyMessage",
            Self::AddPlayer => "Mirror.AddPlayerMessage",
            Self::Scene => "Mirror.SceneMessage",
            Self::Ping => "Mirror.NetworkPingMessage",
            Self::Pong => "Mirror.NetworkPongMessage",
            Self::TimeSnapshot => "Mirror.TimeSnapshotMessage",
            Self::Command => "Mirror.CommandMessage",
            Self::Rpc => "Mirror.RpcMessage",
            Self::Spawn => "Mirror.SpawnMessage",
            Self::ObjectSpawnStarted => "Mirror.ObjectSpawnStartedMessage",
            Self::ObjectSpawnFinished => "Mirror.ObjectSpawnFinishedMessage",
            Self::ObjectDestroy => "Mirror.ObjectDestroyMessage",
            Self::ObjectHide => "Mirror.ObjectHideMessage",
            Self::EntityState => "Mirror.EntityStateMessage",
            Self::ChangeOwner => "Mirror.ChangeOwnerMessage",
            Self::AuthRequest => "Mirror.Authenticators.BasicAuthenticator+AuthRequestMessage",
            Self::AuthResponse => "Mirror.Authenticators.BasicAuthenticator+AuthResponseMessage",
        })
    }

    /// The one of Mirror's own kinds that an id stands for.
    pub(crate) fn of(id: MessageId, hash: IdHash) -> Option<Self> {
        let ids = ids(hash);
        ids.iter().position(|known| *known == id).map(|index| MIRRORS_OWN[index])
    }

    /// The id of one of Mirror's own kinds; `None` for voice.
    pub(crate) fn id(self, hash: IdHash) -> Option<MessageId> {
        let index = MIRRORS_OWN.iter().position(|kind| *kind == self)?;
        Some(ids(hash)[index])
    }
}

/// The frequent ones come first.
const MIRRORS_OWN: [MessageKind; 18] = [
    MessageKind::TimeSnapshot,
    MessageKind::Ping,
    MessageKind::Pong,
    MessageKind::Command,
    MessageKind::Rpc,
    MessageKind::EntityState,
    MessageKind::Ready,
    MessageKind::NotReady,
    MessageKind::AddPlayer,
    MessageKind::Scene,
    MessageKind::Spawn,
    MessageKind::ObjectSpawnStarted,
    MessageKind::ObjectSpawnFinished,
    MessageKind::ObjectDestroy,
    MessageKind::ObjectHide,
    MessageKind::ChangeOwner,
    MessageKind::AuthRequest,
    MessageKind::AuthResponse,
];

fn ids(hash: IdHash) -> &'static [MessageId; MIRRORS_OWN.len()] {
    const TIMES_31: [MessageId; MIRRORS_OWN.len()] = all_ids(IdHash::Times31);
    const FNV_1A: [MessageId; MIRRORS_OWN.len()] = all_ids(IdHash::Fnv1a);
    match hash {
        IdHash::Times31 => &TIMES_31,
        IdHash::Fnv1a => &FNV_1A,
    }
}

const fn all_ids(hash: IdHash) -> [MessageId; MIRRORS_OWN.len()] {
    let mut ids = [MessageId(0); MIRRORS_OWN.len()];
    let mut index = 0;
    while index < ids.len() {
        ids[index] = match MIRRORS_OWN[index].type_name() {
            Some(name) => MessageId::of_ascii(name, hash),
            None => panic!("every kind in the table has a name"),
        };
        index += 1;
    }
    ids
}
