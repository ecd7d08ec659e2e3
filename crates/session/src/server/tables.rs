//! The session's tables as plain data, for inspecting a running server.

use alloc::vec::Vec;

use consonance_name_key::NameKey;
use consonance_wire::{ClientId, CodecParameters, RoomId};

use super::links::Links;
use super::members::Members;
use super::outbound::Outbound;
use super::room_policy::RoomPolicy;
use super::voice_reports::VoiceReports;
use super::{Access, RoomUse, Server};
use crate::link::LinkId;
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

/// A client's incoming voice.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct VoiceRow {
    /// The time of the newest frame; none if there never was one.
    pub newest_at: Option<Instant>,
    /// Its recent recipients.
    pub players: Vec<ClientId>,
    /// The rooms among its recent recipients.
    pub rooms: Vec<RoomId>,
    /// The percentage of its frames that did not arrive during the latest two seconds in which it spoke; none if it
    /// has not spoken for long enough. Frames that only went over direct links count as missing, too.
    pub lost_percent: Option<f32>,
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
    members: &'s Members,
    policy: &'s RoomPolicy,
    links: &'s Links,
    outbound: &'s Outbound,
    voice_reports: &'s VoiceReports,
}

impl core::fmt::Debug for Tables<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tables").field("clients", &self.members.len()).finish_non_exhaustive()
    }
}

impl Server {
    /// The clients, rooms and connections of the session as plain data.
    pub fn tables(&self) -> Tables<'_> {
        let Self { members, policy, links, outbound, voice_reports, .. } = self;
        Tables { members, policy, links, outbound, voice_reports }
    }

    /// The received traffic by type of packet, accepted or not.
    pub fn received(&self) -> &PacketTraffic {
        &self.received
    }

    /// The traffic that was sent, or waits to be polled for, by type of packet.
    pub fn sent(&self) -> &PacketTraffic {
        self.outbound.sent()
    }
}

impl<'s> Tables<'s> {
    /// All clients, by ascending id.
    pub fn clients(self) -> impl Iterator<Item = ClientRow<'s>> {
        self.members.iter().map(move |member| self.row_of(member))
    }

    /// The client of this id, if there is one.
    pub fn client(self, id: ClientId) -> Option<ClientRow<'s>> {
        self.members.get(id).map(|member| self.row_of(member))
    }

    /// The client of this name, if there is one, whatever account it has: the one that spells it so, else the first of
    /// [`clients_named`](Self::clients_named).
    pub fn client_named(self, name: &str) -> Option<ClientId> {
        self.members.find(name, &NameKey::of(name))
    }

    /// Every client of this name, however it is spelled and whatever account it has, by ascending id. Names are
    /// compared by their [keys](consonance_name_key::NameKey).
    pub fn clients_named(self, name: &str) -> &'s [ClientId] {
        self.members.named(&NameKey::of(name))
    }

    /// Every client of this account: it may be here several times, under different names.
    pub fn clients_with_subject(self, subject: &str) -> Vec<ClientId> {
        let is_of = |id: &ClientId| self.policy.gate().subject_of(*id) == Some(subject);
        self.members.in_order().filter(is_of).collect()
    }

    /// Every room with listeners, by ascending room id and then by name.
    pub fn rooms(self) -> impl Iterator<Item = RoomRow<'s>> {
        self.policy.directory().iter().map(move |(id, name)| RoomRow {
            id,
            name,
            listeners: self.members.listeners_by_name(id, name),
        })
    }

    /// The names of the rooms with listeners that the wire knows by this id: one, as a rule.
    pub fn room_names(self, id: RoomId) -> impl Iterator<Item = &'s str> {
        self.policy.directory().names_of_id(id)
    }

    /// Every link that is up, by ascending number.
    pub fn links(self) -> impl Iterator<Item = LinkRow> {
        self.links.iter().map(move |(link, record)| {
            let mut sent = record.sent;
            for id in record.clients() {
                let Total { packets, bytes } = self.outbound.sent_to(id);
                sent.add(packets, bytes);
            }
            let (client, received, faults) = (record.client, record.received, record.faults);
            LinkRow { link, client, received, sent, faults }
        })
    }

    /// The percentage of lost frames for each client whose voice is tracked and that spoke recently.
    pub fn voice_losses(self) -> impl Iterator<Item = f32> {
        self.members.iter().filter_map(move |member| self.voice_reports.lost_percent(member.id))
    }

    fn row_of(self, member: &'s Member<LinkId>) -> ClientRow<'s> {
        ClientRow {
            id: member.id,
            name: &member.name,
            codec: member.codec,
            link: member.data,
            rooms: member.rooms.names().collect(),
            voice: self.voice_reports.voice(member.id),
            refused: self.policy.gate().refused(member.id).iter().map(|(room, to)| (&**room, *to)).collect(),
            has_position: self.policy.proximity().has_position(member.id),
            access: self.policy.gate().access(member.id),
        }
    }
}
