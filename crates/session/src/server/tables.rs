//! The session's tables as plain data, for inspecting a running server.

use alloc::vec::Vec;

use consonance_wire::names::NameKey;
use consonance_wire::{Capabilities, ClientId, CodecParameters, RoomId};

use super::Server;
use super::access::{Access, RoomUse};
use super::copies::Versions;
use super::group::GroupService;
use super::moderation::PlayerIdentity;
use super::monitor::MonitoredChannel;
use super::observations::Observations;
use super::presence::Presence;
use super::proximity::Proximity;
use super::rules::Rules;
use super::voice_reports::VoiceRow;
use crate::link::LinkId;
use crate::restrictions::Restrictions;
use crate::roster::Member;
use crate::time::Instant;
use crate::traffic::{PacketTraffic, Total};

/// A client of the session.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClientRow<'a> {
    /// Its id until it leaves.
    pub id: ClientId,
    /// Its name.
    pub name: &'a str,
    /// The codec that it sends and wants to receive.
    pub codec: CodecParameters,
    /// The connection it joined over.
    pub link: LinkId,
    /// The rooms that it listens to, sorted.
    pub rooms: Vec<&'a str>,
    /// The state of its voice, if it is tracked: only for clients that want voice reports.
    pub voice: Option<VoiceRow>,
    /// Denied uses of rooms that it has tried since it has its present access: the latest 32, the newest last.
    pub refused: Vec<(&'a str, RoomUse)>,
    /// Whether it has reported a position.
    pub has_position: bool,
    /// The access that it was granted at admission; `None` if none was.
    pub access: Option<&'a Access>,
}

/// A room with listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoomRow<'a> {
    /// Its id on the wire. Rooms of one id are one on the wire: their listeners hear both.
    pub id: RoomId,
    /// Its name.
    pub name: &'a str,
    /// Its listeners, by ascending id.
    pub listeners: Vec<ClientId>,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkRow {
    /// The driver's id for it.
    pub link: LinkId,
    /// The client that joined over it.
    pub client: Option<ClientId>,
    /// The traffic that came over it, accepted or not.
    pub received: Total,
    /// The traffic that was sent over it, or waits to be polled for.
    pub sent: Total,
    /// The number of its packets that were dropped for a fault.
    pub faults: u64,
}

/// The tables of a session, from [`Server::tables`].
#[derive(Clone, Copy)]
pub struct Tables<'s> {
    rules: &'s Rules,
    presence: &'s Presence,
    group: &'s GroupService,
    observations: &'s Observations,
}

impl core::fmt::Debug for Tables<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tables").field("clients", &self.presence.members().len()).finish_non_exhaustive()
    }
}

impl Server {
    /// The clients, rooms and connections of the session as plain data.
    pub fn tables(&self) -> Tables<'_> {
        let Self { rules, presence, group, observations, .. } = self;
        Tables { rules, presence, group, observations }
    }
}

impl<'s> Tables<'s> {
    /// All clients, by ascending id.
    pub fn clients(self) -> impl Iterator<Item = ClientRow<'s>> {
        self.presence.members().iter().map(move |member| self.row_of(member))
    }

    /// The ids of all clients, in the order in which newcomers are told of them.
    pub fn ids(self) -> impl Iterator<Item = ClientId> + use<'s> {
        self.presence.members().in_order()
    }

    /// The client of this id, if there is one.
    pub fn client(self, id: ClientId) -> Option<ClientRow<'s>> {
        self.presence.members().get(id).map(|member| self.row_of(member))
    }

    /// The client of this name, if there is one, whatever account it has: the one that spells it so, else the first of
    /// [`clients_named`](Self::clients_named).
    pub fn client_named(self, name: &str) -> Option<ClientId> {
        self.presence.members().find(name, &NameKey::of(name))
    }

    /// Every client of this name, however it is spelled and whatever account it has, by ascending id. Names are
    /// compared by their [keys](consonance_wire::names::NameKey).
    pub fn clients_named(self, name: &str) -> &'s [ClientId] {
        self.presence.members().named(&NameKey::of(name))
    }

    /// Every client of this account: it may be here several times, under different names.
    pub fn clients_with_subject(self, subject: &str) -> Vec<ClientId> {
        self.rules.policy().gate().clients_of(self.presence.members().in_order(), subject)
    }

    /// Every room with listeners, by ascending room id and then by name.
    pub fn rooms(self) -> impl Iterator<Item = RoomRow<'s>> {
        self.rules.policy().directory().iter().map(move |(id, name)| RoomRow {
            id,
            name,
            listeners: self.presence.members().listeners_by_name(id, name),
        })
    }

    /// The names of the rooms with listeners that the wire knows by this id: one, as a rule.
    pub fn room_names(self, id: RoomId) -> impl Iterator<Item = &'s str> {
        self.rules.policy().directory().names_of_id(id)
    }

    /// Every link that is up, by ascending number.
    pub fn links(self) -> impl Iterator<Item = LinkRow> {
        self.presence.links().iter().map(move |(link, record)| {
            let mut sent = record.sent;
            for id in record.clients() {
                let Total { packets, bytes } = self.presence.outbound().sent_to(id);
                sent.add(packets, bytes);
            }
            let (client, received, faults) = (record.client, record.received, record.faults);
            LinkRow { link, client, received, sent, faults }
        })
    }

    /// The percentage of lost frames for each client whose voice is tracked and that spoke recently.
    pub fn voice_losses(self) -> impl Iterator<Item = f32> {
        self.presence.members().iter().filter_map(move |member| self.observations.lost_percent(member.id))
    }

    /// The client that joined over a link.
    pub fn client_of(self, link: LinkId) -> Option<ClientId> {
        self.presence.links().client_of(link).ok()
    }

    /// The link to which a client's packets go.
    pub fn link_of(self, id: ClientId) -> Option<LinkId> {
        self.presence.link_of(id)
    }

    /// Whether a link's peer reads an [`EndNotice`](consonance_wire::EndNotice): its handshake has announced that.
    pub fn reads_notice(self, link: LinkId) -> bool {
        self.presence.links().can(link, Capabilities::END_REASONS)
    }

    /// The number of clients that are here, but unreachable, so that the others were told they left.
    pub fn unreachable_clients(self) -> usize {
        self.presence.members().visibility().unreachable()
    }

    /// The received traffic by type of packet, accepted or not.
    pub fn received(self) -> &'s PacketTraffic {
        self.presence.connections().received()
    }

    /// The traffic that was sent, or waits to be polled for, by type of packet.
    pub fn sent(self) -> &'s PacketTraffic {
        self.presence.outbound().sent()
    }

    /// The access that a client was granted at admission, or since; none for a client that is not here.
    pub fn access(self, id: ClientId) -> Option<&'s Access> {
        self.rules.policy().gate().access(id)
    }

    /// A client's identity for decisions: they apply again when the player returns.
    pub fn identity_of(self, id: ClientId) -> Option<PlayerIdentity> {
        self.rules.policy().identity_of(self.presence.members(), id)
    }

    /// The restrictions and rights of a player, here or not.
    pub fn restrictions(self, identity: &PlayerIdentity) -> Restrictions {
        self.rules.policy().register().restrictions(identity)
    }

    /// All players with restrictions or room rights, here or not.
    pub fn restricted_players(self) -> impl ExactSizeIterator<Item = (&'s PlayerIdentity, &'s Restrictions)> {
        self.rules.policy().register().iter()
    }

    /// The last [announced](crate::Announcements::announce_recording) recording.
    pub fn announced_recording(self) -> (bool, u16) {
        self.rules.settings().recorded
    }

    /// Whether speakers and their recipients are reported.
    pub fn monitors_channels(self) -> bool {
        self.rules.settings().monitor_channels
    }

    /// The channels on which a client is speaking, sixteen at most, and the time of its last frame; none while it is
    /// silent, and never unless [`monitor_channels`](crate::ServerSettings::monitor_channels) is on.
    pub fn channels_of(self, id: ClientId) -> Option<(Instant, Vec<MonitoredChannel>)> {
        self.observations.channels_of(id, self.presence.members(), self.rules.policy().directory())
    }

    /// The positions of clients, where distance decides which players hear each other.
    pub fn proximity(self) -> &'s Proximity {
        self.rules.policy().proximity()
    }

    /// The versions of the session and of its copies.
    pub fn versions(self) -> Versions<'s> {
        Versions::of(self.presence.members())
    }

    /// The number of clients in the group of an encrypted session.
    pub fn group_members(self) -> usize {
        self.group.members()
    }

    /// Whether a client that has joined can be in the group.
    pub fn is_encrypting(self, id: ClientId) -> bool {
        self.group.knows(id)
    }

    fn row_of(self, member: &'s Member<LinkId>) -> ClientRow<'s> {
        ClientRow {
            id: member.id,
            name: &member.name,
            codec: member.codec,
            link: member.data,
            rooms: member.rooms.names().collect(),
            voice: self.observations.voice(member.id),
            refused: self
                .rules
                .policy()
                .gate()
                .refused(member.id)
                .iter()
                .map(|(room, to)| (&**room, *to))
                .collect(),
            has_position: self.rules.policy().proximity().has_position(member.id),
            access: self.rules.policy().gate().access(member.id),
        }
    }
}
