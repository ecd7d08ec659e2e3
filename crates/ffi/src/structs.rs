//! The structs of the header. Each begins with its size, and only grows at the end; truth values are 0 and 1.

#![expect(unsafe_code, reason = "says which structs any bytes make a valid value of")]

mod chat;
mod encryption;
mod event;
mod host;
mod moderation;
mod player;
mod statistics;
mod voice;

pub use chat::{CConnection, CNetwork, CSettings, CSound, CStatus};
pub use encryption::{
    CAccountProof, CEncryptedMember, CEncryptionEvent, CEncryptionPolicy, CEncryptionSettings,
    CEncryptionState, CEncryptionStatus, CRecognition, CSessionEncryption,
};
pub use event::{CEvent, CEventType};
pub use host::{CHostSettings, CPacket, CPacketAction, CTransport};
pub use moderation::{CModeratorAction, CModeratorAnswer, COperatorDecision, CProblem, CRestriction};
pub use player::{CPlayerInfo, CPose, CPosition, CRollOff, CSpatialMode, CSpatialSettings};
pub use statistics::{CSpeakerStatistics, CStatistics};
pub use voice::{
    CActivation, CChannelActivation, CChannelSettings, CChannelState, CEchoCancelling, CNoiseSuppression,
    CPriority, CQuality, CVoiceSettings,
};

use crate::c::Sized32;

macro_rules! sized {
    ($($type:ty),* $(,)?) => {
        $(
            // SAFETY: `repr(C)`, only numbers and pointers, for which any bytes are valid, and the first field is the
            // size.
            unsafe impl Sized32 for $type {
                fn with_size(self, size: u32) -> Self {
                    Self { size, ..self }
                }
            }
        )*
    };
}

sized!(
    CChannelState,
    CChannelSettings,
    CSettings,
    CStatistics,
    CStatus,
    CEncryptedMember,
    CEncryptionSettings,
    CEncryptionStatus,
    CEvent,
    CHostSettings,
    CPacket,
    CPlayerInfo,
    CSpatialSettings,
    CSpeakerStatistics,
    CVoiceSettings
);
