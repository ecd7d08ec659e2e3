//! One player: its client, and its end of the group.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_e2ee::{Credential, IdentityKey, MlsMember, PacketCipher, Passage};
use consonance_session::{
    Capabilities, ChannelProperties, Client, ClientSettings, Instant, LinkId, Status, Target,
};

use super::attack::HostileMember;
use super::book::Identity;

pub(crate) struct Player {
    pub(crate) name: String,
    pub(crate) client: Client,
    /// `None` for an original.
    pub(crate) keys: Option<Keys>,
    /// What it does if it is hostile; its keys are then those of a member that does what it likes.
    pub(super) hostile: Option<Box<HostileMember>>,
    pub(crate) link: Option<LinkId>,
    /// No link can be opened before this time.
    pub(super) offline_until: Duration,
    /// The time until which it neither reads nor sends group messages.
    pub(super) hangs_until: Duration,
    pub(super) unread: Vec<Box<[u8]>>,
    /// Its fate during a commit.
    pub(super) doom: Option<Doom>,
    /// It sends unsealed voice, as no honest member does.
    pub(super) speaks_plain_until: Duration,
    /// It crashed, and is due for removal.
    pub(super) is_dead: bool,
    /// The time of its last own fault, or of its last absence from the session.
    pub(super) clear_since: Duration,
    /// It was in the session without a fault at some time.
    pub(super) was_clear: bool,
    /// The time at which each other player was last heard, by name.
    pub(super) heard: BTreeMap<String, Duration>,
    /// The time since which each other player should be heard.
    pub(super) audible_since: BTreeMap<String, Duration>,
    /// The time since which it waits for membership without a fault.
    pub(super) waits_since: Option<Duration>,
}

/// The keys of a player that can encrypt.
pub(crate) struct Keys {
    pub(crate) identity: Identity,
    pub(crate) member: MlsMember,
    pub(crate) cipher: PacketCipher,
    /// The epoch that the cipher seals in.
    pub(crate) sealing_in: Option<(u32, u64)>,
    /// It passes sealed packets only, as the session required.
    pub(crate) is_strict: bool,
}

/// A commit that is not finished as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Doom {
    pub(super) at: Moment,
    pub(super) fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Requested,
    Sent,
    Accepted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The process crashes.
    Crash,
    /// The link is lost, and another one can be made after a while.
    LoseLink(Duration),
}

/// The room that all listen to and speak in.
pub(crate) const ROOM: &str = "lobby";

impl Player {
    pub(crate) fn new(name: &str, can_encrypt: bool) -> Self {
        let mut settings = ClientSettings::new(name);
        if can_encrypt {
            settings.capabilities = Capabilities::ALL.with(Capabilities::GROUPS);
        }
        let mut client = Client::new(settings);
        client.start();
        let ready = client.join_room(ROOM).is_ok()
            && client.open_channel(Target::Room(ROOM.into()), ChannelProperties::default()).is_ok();
        debug_assert!(ready, "a new client has room for one room and one channel");
        Self {
            name: name.to_owned(),
            client,
            keys: can_encrypt.then(|| Keys::new(name)),
            hostile: None,
            link: None,
            offline_until: Duration::ZERO,
            hangs_until: Duration::ZERO,
            unread: Vec::new(),
            doom: None,
            speaks_plain_until: Duration::ZERO,
            is_dead: false,
            clear_since: Duration::ZERO,
            was_clear: false,
            heard: BTreeMap::new(),
            audible_since: BTreeMap::new(),
            waits_since: None,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.link.is_some() && self.client.status() == Status::Connected
    }

    /// The packet to send instead of this one, and whether it was sealed.
    pub(super) fn seal(&mut self, packet: Vec<u8>) -> Option<(Vec<u8>, bool)> {
        let is_encrypting = self.client.server().can(Capabilities::GROUPS);
        let Some(keys) = self.keys.as_mut().filter(|keys| keys.is_strict || is_encrypting) else {
            return Some((packet, false));
        };
        match keys.cipher.seal_packet(&packet, |id| self.client.players().name_of(id), |_| None) {
            Passage::AsIs => Some((packet, false)),
            Passage::Instead(sealed) => Some((sealed.to_vec(), true)),
            Passage::Dropped => None,
        }
    }

    /// The packet to pass to the client instead of this one.
    pub(super) fn open(&mut self, now: Duration, packet: Vec<u8>) -> Option<Vec<u8>> {
        let is_encrypting = self.client.server().can(Capabilities::GROUPS);
        let Some(keys) = self.keys.as_mut().filter(|keys| keys.is_strict || is_encrypting) else {
            return Some(packet);
        };
        match keys.cipher.open_packet(now, &packet, |id| self.client.players().name_of(id)) {
            Passage::AsIs => Some(packet),
            Passage::Instead(opened) => Some(opened.to_vec()),
            Passage::Dropped => None,
        }
    }

    /// Whether by its own view both are in its group.
    pub(super) fn sees_member(&self, name: &str) -> bool {
        let members = self.keys.as_ref().map(|keys| keys.member.members()).unwrap_or_default();
        members.iter().any(|member| member.credential.name() == name)
    }
}

impl Keys {
    /// A new life of a process: with a key of its own.
    pub(crate) fn new(name: &str) -> Self {
        let key = IdentityKey::generate().expect("the system has random numbers");
        let credential = Credential::new(name).expect("names here are short");
        Self {
            identity: key.public().clone(),
            member: MlsMember::new(key, credential),
            cipher: PacketCipher::new(),
            sealing_in: None,
            is_strict: false,
        }
    }
}

/// The time since the beginning, as the session's engines count it.
pub(crate) fn instant(now: Duration) -> Instant {
    Instant::START + now
}
