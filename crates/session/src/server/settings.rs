//! The settings of a server at its start.

use alloc::boxed::Box;
use alloc::vec::Vec;

use consonance_settings::SettingChoice;
use consonance_wire::{Capabilities, CodecParameters, SessionId};

use super::{AccessRule, ProximitySettings, RoomLimits, RoomPattern};
use crate::encryption::Encryption;
use crate::limits::Limits;
use crate::packet_limits::PacketLimits;

/// The settings of one session.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ServerSettings {
    /// The number of this session; see [`ServerSettings::from_seed`].
    pub session: SessionId,
    /// The limits for a peer.
    pub limits: Limits,
    /// The packet sizes of the networks of all its clients (default: all that an original accepts); see
    /// [`Reconfigure::set_packet_limits`](crate::Reconfigure::set_packet_limits).
    pub packets: PacketLimits,
    /// The capabilities that are offered to clients of ours (default: all that are set up, except for
    /// [`MODERATORS`](Capabilities::MODERATORS), which the driver has to carry out). Originals get none of them.
    pub capabilities: Capabilities,
    /// The key from which the secrets of clients are drawn: random and new at each start, otherwise attackers can take
    /// over places.
    pub secret_key: [u8; 32],
    /// Rooms that are protected against id collisions (default none). A room of another name with the same id as one
    /// of these is refused, so that a room cannot be eavesdropped on by listening to a name that the wire cannot
    /// distinguish from it.
    pub reserved_rooms: Vec<Box<str>>,
    /// Rooms where distance decides which speakers are heard (default none); the first pattern that matches a room
    /// counts. Rooms that are named here are reserved, too, and two rooms with one id are never under different rules:
    /// the second one is refused. Only whole names are reserved; the id of a room that a pattern names by its beginning
    /// goes to the room that is in use first.
    pub proximity: Vec<(RoomPattern, ProximitySettings)>,
    /// Restricted rooms (default none); the first pattern that matches a room counts. Rooms that are named here are
    /// reserved, too. Where a pattern names only their beginnings, clients with a token to listen there take over a
    /// room's id from clients in rooms of the same id that require none, unless there are more of the latter.
    pub access: Vec<(RoomPattern, AccessRule)>,
    /// Limits on the number of clients that listen and speak in rooms, and on the rate of their texts (default no
    /// limits); the first pattern that matches a room counts. Rooms that are named here are reserved, too.
    pub room_limits: Vec<(RoomPattern, RoomLimits)>,
    /// The announcement to clients of ours about the recording of voice; see
    /// [`Announcements::announce_recording`](crate::Announcements::announce_recording).
    pub(super) recorded: (bool, u16),
    /// The end-to-end encryption of clients (default [`Encryption::Off`]); with it, the server is the delivery service
    /// of their group, which carries their keys and cannot read them.
    pub encryption: Encryption,
    /// Whether members of an encrypted session may submit reports (default no); see
    /// [`ServerEvent::MemberReported`](crate::ServerEvent::MemberReported).
    pub member_reports: bool,
    /// Ask the driver about each newcomer (default no: all are admitted, without access tokens); see
    /// [`ServerEvent::JoinRequested`](crate::ServerEvent::JoinRequested).
    pub admission: bool,
    /// The policy for a newcomer that asks for the name of a client that is here (default [`NameTaken::Keep`]). A
    /// permissive session gives it the name, as the original does.
    pub name_taken: NameTaken,
    /// Report speakers and their recipients, as [`ServerEvent`](crate::ServerEvent)s and with
    /// [`Tables::channels_of`](crate::Tables::channels_of) (default no: every frame costs a little more). Voice over
    /// direct links is not reported, as no server sees it.
    pub monitor_channels: bool,
    /// Believe every packet as the original does (default no). Only for comparison with the original: in such a
    /// session any client can speak, move and leave in another's name.
    ///
    /// Clients need not own what they send; anything but an introduction to a direct peer is relayed, twice to a
    /// destination that is listed twice; a state of an unknown id makes a client, bound to the link it came over; a
    /// client that a namesake evicts is not told and its link stays open. A client's record goes with the transport,
    /// but only one: further ones that its states made stay. The limits hold.
    pub permissive: bool,
}

impl ServerSettings {
    /// The defaults, with a session id made from `seed`: 1 … 2³¹ − 2, as the original's are.
    ///
    /// Each start of a server needs another seed, so that clients notice a restart. A seed has 64 bits: a server for
    /// untrusted players sets [`secret_key`](Self::secret_key) from the operating system as well.
    pub fn from_seed(seed: u64) -> Self {
        let session = 1 + (mix(seed) % 0x7fff_fffe) as u32;
        let mut secret_key = [0; 32];
        for (number, bytes) in (1..).zip(secret_key.chunks_exact_mut(8)) {
            bytes.copy_from_slice(&mix(seed ^ mix(number)).to_le_bytes());
        }
        Self {
            session: SessionId(session),
            limits: Limits::default(),
            packets: PacketLimits::default(),
            capabilities: Capabilities::ALL.without(Capabilities::MODERATORS),
            secret_key,
            reserved_rooms: Vec::new(),
            proximity: Vec::new(),
            access: Vec::new(),
            room_limits: Vec::new(),
            recorded: (false, 0),
            encryption: Encryption::Off,
            member_reports: false,
            admission: false,
            name_taken: NameTaken::default(),
            monitor_channels: false,
            permissive: false,
        }
    }

    /// The same without disabled features: a permissive server has no rules of its own, and one without proximity
    /// rooms needs no positions.
    pub(super) fn offering_what_is_set_up(mut self) -> Self {
        self.packets = self.packets.within_bounds();
        if self.permissive {
            self.proximity.clear();
            self.access.clear();
            self.room_limits.clear();
            self.monitor_channels = false;
            self.encryption = Encryption::Off;
        }
        if self.encryption != Encryption::Off {
            self.capabilities = self.capabilities.with(Capabilities::GROUPS);
        }
        if self.proximity.is_empty() {
            self.capabilities = self.capabilities.without(Capabilities::PROXIMITY);
        }
        self
    }

    /// Bytes of the longest name with which a client may join.
    pub(super) fn longest_name(&self) -> usize {
        self.limits.name_bytes.min(self.packets.name_bytes())
    }

    /// Whether a client may have this codec: a listener of the original sizes its buffers by what a codec claims.
    pub(super) fn is_possible(&self, codec: CodecParameters) -> bool {
        (1..=self.limits.codec_frame_samples).contains(&codec.frame_size_samples)
            && (1..=self.limits.codec_sample_rate_hz).contains(&codec.sample_rate_hz)
    }

    /// The maximum number of rooms, and of bytes in their names.
    pub(super) fn room_bounds(&self) -> RoomBounds {
        let Limits { room_name_bytes, rooms_per_client, rooms, .. } = self.limits;
        let name_bytes = room_name_bytes.min(self.packets.room_name_bytes());
        RoomBounds { name_bytes, per_client: rooms_per_client, in_use: rooms }
    }

    /// Rooms whose ids no other room may share.
    pub(super) fn reserved_names(&self) -> impl Iterator<Item = &str> {
        let patterns = self.proximity.iter().map(|(pattern, _)| pattern);
        let patterns = patterns.chain(self.access.iter().map(|(pattern, _)| pattern));
        let patterns = patterns.chain(self.room_limits.iter().map(|(pattern, _)| pattern));
        let named = patterns.filter_map(|pattern| match pattern {
            RoomPattern::Name(name) => Some(&**name),
            RoomPattern::Prefix(_) => None,
        });
        self.reserved_rooms.iter().map(|name| &**name).chain(named)
    }
}

/// The maximum number of rooms, and of bytes in their names.
#[derive(Clone, Copy, Debug)]
pub(super) struct RoomBounds {
    /// Bytes of a name.
    pub(super) name_bytes: usize,
    /// Rooms of one client.
    pub(super) per_client: usize,
    /// Rooms in use.
    pub(super) in_use: usize,
}

/// `SplitMix64`'s finaliser (Steele, Lea, Flood 2014): neighbouring seeds give unrelated ids.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The policy for a newcomer that asks for the name of a client that is here.
///
/// With any policy, the name goes at once to a client that presents the holder's resume ticket or has its account, and
/// a confirmed name is never given to a client without an equally good claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameTaken {
    /// The name: the holder is notified and disconnected.
    Newest,
    /// The name when the holder is gone or no longer answers. Until then a client of the original stays linked without
    /// having joined. A client of ours is refused as soon as the holder has answered.
    #[default]
    Keep,
    /// A refusal, as soon as the holder has answered; the name if the holder does not answer.
    Refuse,
}

impl SettingChoice for NameTaken {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("newest", Self::Newest), ("keep", Self::Keep), ("refuse", Self::Refuse)];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_are_from_1_to_2_to_the_31_minus_2_and_differ() {
        let ids: alloc::collections::BTreeSet<_> =
            (0..1000).map(|seed| ServerSettings::from_seed(seed).session.0).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| (1..=0x7fff_fffe).contains(id)));
    }
}
