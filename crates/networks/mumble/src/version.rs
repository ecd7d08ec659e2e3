//! Versions of clients and of this server.

use crate::control::messages::VersionExchange;

/// A version of the protocol, numbered like Mumble's releases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MumbleVersion {
    /// As 1 in 1.5.735.
    pub major: u16,
    /// As 5.
    pub minor: u16,
    /// As 735.
    pub patch: u16,
}

impl MumbleVersion {
    /// The version of this server.
    pub const OURS: Self = Self { major: 1, minor: 5, patch: 735 };
    /// The first version whose voice packets are protocol buffers.
    pub const PROTOBUF_VOICE: Self = Self { major: 1, minor: 5, patch: 0 };
    /// The first version that can listen to channels besides its own.
    pub const CHANNEL_LISTENERS: Self = Self { major: 1, minor: 4, patch: 0 };

    /// The version that a client reports.
    pub(crate) fn of(said: &VersionExchange) -> Self {
        match (said.version_v2, said.version_v1) {
            (Some(version), _) => {
                let part = |shift: u32| (version >> shift) as u16;
                Self { major: part(48), minor: part(32), patch: part(16) }
            }
            (None, version) => {
                let [a, b, minor, patch] = version.unwrap_or_default().to_be_bytes();
                Self { major: u16::from_be_bytes([a, b]), minor: minor.into(), patch: patch.into() }
            }
        }
    }

    /// The encoding in 32 bits, where minor and patch are capped at 255.
    pub(crate) fn v1(self) -> u32 {
        let byte = |part: u16| u32::from(part.min(255));
        u32::from(self.major) << 16 | byte(self.minor) << 8 | byte(self.patch)
    }

    /// The encoding in 64 bits.
    pub(crate) fn v2(self) -> u64 {
        u64::from(self.major) << 48 | u64::from(self.minor) << 32 | u64::from(self.patch) << 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read_and_the_longer_one_is_believed() {
        let (v1, v2) = (MumbleVersion::OURS.v1(), MumbleVersion::OURS.v2());
        assert_eq!((v1, v2), (0x0001_05FF, 0x0001_0005_02DF_0000));
        let said =
            |version_v1, version_v2| VersionExchange { version_v1, version_v2, ..VersionExchange::default() };
        assert_eq!(MumbleVersion::of(&said(Some(v1), Some(v2))), MumbleVersion::OURS);
        let old = MumbleVersion { major: 1, minor: 3, patch: 4 };
        assert_eq!(MumbleVersion::of(&said(Some(0x0001_0304), None)), old);
        assert!(old < MumbleVersion::PROTOBUF_VOICE);
        assert_eq!(MumbleVersion::of(&said(None, None)), MumbleVersion::default());
    }
}
