//! The server of one session: its members, their rooms, and the routing of packets.
//!
//! [`Server`] holds parts, each with state of its own: which clients are here, over which links, what rooms allow, and
//! so on. A part is told what happened and returns what follows; it never changes another one, and sends nothing. The
//! methods of the server go from one to the next, send, and raise events; they stand in files named by what they do.

mod access;
mod active_speaker_limiter;
mod admin;
mod admission;
mod copies;
mod draining;
mod enforcing;
mod event;
mod extension;
mod fault;
mod group;
mod join;
mod join_gate;
mod leaving;
mod links;
mod listener_votes;
mod members;
mod moderation;
mod monitor;
mod name_claims;
mod near;
mod outages;
mod outbound;
mod permissive;
mod proximity;
mod reconfigure;
mod relay;
mod reservations;
mod resume;
mod room_directory;
mod room_ids;
mod room_limits;
mod room_pattern;
mod room_policy;
mod rooms;
mod sending;
mod server_list;
mod settings;
mod snapshot;
mod statistics;
mod tables;
mod taking_names;
mod visibility;
mod voice_arrivals;
mod voice_reports;
mod waiting_joins;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use consonance_wire::{
    Capabilities, ClientId, HandshakeExtension, MessageType, Packet, PacketHeader, SessionId,
};

use crate::link::{CloseReason, Delivery, LinkCommand, LinkId, PeerOrigin};
use crate::outbox::Transmit;
use crate::queue::EventQueue;
use crate::time::Instant;
use crate::traffic::PacketTraffic;

pub use access::{Access, AccessRule, RoomUse, Vouched};
pub use admin::{ModerationDecision, Move};
pub use copies::{AtCopy, CopiedClient, CopiedLink, SessionChange};
pub use draining::{DrainTarget, Draining};
pub use event::ServerEvent;
use fault::Fault;
use group::GroupService;
use join_gate::JoinGate;
pub use join_gate::JoinState;
use links::Links;
use members::Members;
pub use moderation::{NotificationStatus, PlayerIdentity, RestrictionsError};
use monitor::Monitor;
pub use monitor::{MonitoredChannel, SpokenTo};
use name_claims::NameClaims;
pub use name_claims::NameTaken;
use outbound::Outbound;
pub use proximity::ProximitySettings;
use reservations::Reservations;
pub use room_limits::RoomLimits;
pub use room_pattern::RoomPattern;
use room_policy::RoomPolicy;
pub use settings::ServerSettings;
pub use snapshot::{KeptPlace, SessionSnapshot};
pub use statistics::ServerStatistics;
pub use tables::{ClientRow, LinkRow, RoomRow, Tables, VoiceRow};
use visibility::Visibility;
use voice_reports::VoiceReports;
use waiting_joins::WaitingJoins;

/// Relays one session. A plain struct: packets in, packets and events out, no I/O of its own.
///
/// After each `handle_*` the driver sends what it returned, then drains [`poll_transmit`](Self::poll_transmit),
/// [`poll_command`](Self::poll_command), [`poll_probe`](Self::poll_probe) and [`poll_event`](Self::poll_event).
/// Any order of calls is safe; a driver that drains late only delays.
pub struct Server {
    settings: ServerSettings,
    /// The latest time from the driver.
    now: Instant,
    members: Members,
    policy: RoomPolicy,
    join_gate: JoinGate,
    joins: WaitingJoins,
    links: Links,
    name_claims: NameClaims,
    outbound: Outbound,
    reservations: Reservations,
    visibility: Visibility,
    /// The capabilities that both sides of a client's link share, or shared when it was lost; in a copy, of all
    /// clients.
    kept_capabilities: BTreeMap<ClientId, Capabilities>,
    voice_reports: VoiceReports,
    group: GroupService,
    monitor: Monitor,
    events: EventQueue<ServerEvent>,
    commands: EventQueue<LinkCommand>,
    statistics: ServerStatistics,
    received: PacketTraffic,
}

impl core::fmt::Debug for Server {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Server").field("clients", &self.members.len()).finish_non_exhaustive()
    }
}

impl Server {
    /// An empty session.
    pub fn new(settings: ServerSettings) -> Self {
        let settings = settings.offering_what_is_set_up();
        let group = GroupService::new(&settings.secret_key);
        let reservations = Reservations::new(&settings.secret_key);
        Self {
            policy: RoomPolicy::new(&settings),
            join_gate: JoinGate::default(),
            joins: WaitingJoins::default(),
            events: EventQueue::new(settings.limits.events),
            commands: EventQueue::new(settings.limits.events.max(settings.limits.links)),
            settings,
            now: Instant::START,
            members: Members::new(),
            links: Links::default(),
            name_claims: NameClaims::default(),
            outbound: Outbound::new(),
            reservations,
            visibility: Visibility::default(),
            kept_capabilities: BTreeMap::new(),
            voice_reports: VoiceReports::default(),
            group,
            monitor: Monitor::default(),
            statistics: ServerStatistics::default(),
            received: PacketTraffic::new(),
        }
    }

    /// The session number that every packet carries.
    pub fn session(&self) -> SessionId {
        self.settings.session
    }

    /// The number of joined clients.
    pub fn clients(&self) -> usize {
        self.members.len()
    }

    /// The counts so far.
    pub fn statistics(&self) -> ServerStatistics {
        let received = self.received.total(self.now);
        ServerStatistics {
            packets_in: received.packets,
            bytes_in: received.bytes,
            events_dropped: self.events.dropped(),
            commands_dropped: self.commands.dropped(),
            streams_crowded: self.policy.proximity().crowded(),
            ..self.statistics.clone()
        }
    }

    /// Handles a new network connection. The peer may send immediately; no client has joined over it yet.
    pub fn handle_connected(&mut self, now: Instant, link: LinkId) {
        self.handle_connected_from(now, link, None);
    }

    /// The same for a network that knows the origin of the peer: a client from the same origin that lost its link gets
    /// its name back ([`NameTaken`]).
    pub fn handle_connected_from(&mut self, now: Instant, link: LinkId, origin: Option<PeerOrigin>) {
        self.advance(now);
        if self.links.contains(link) {
            return;
        }
        if self.links.len() >= self.settings.limits.links {
            self.statistics.links_refused += 1;
            self.commands.push(LinkCommand::close(link, CloseReason::SessionFull));
            return;
        }
        let deadline = now + self.settings.limits.handshake;
        self.links.insert(now, link, deadline, origin);
    }

    /// Handles the end of a network connection; the client that joined over it leaves, unless its place is kept for a
    /// while.
    pub fn handle_disconnected(&mut self, now: Instant, link: LinkId) {
        self.advance(now);
        self.keep_place(link);
        if !(self.settings.permissive && self.remove_one_of_several(link)) {
            self.forget_link(link);
        }
    }

    /// Handles a packet from a link. A relayed frame is returned at once as a fan-out of the packet's own bytes, never
    /// copied; send it before draining the rest.
    ///
    /// No bytes can break the server: an unusable packet is dropped and counted.
    pub fn handle_packet<'a>(
        &'a mut self,
        now: Instant,
        link: LinkId,
        delivery: Delivery,
        packet: &'a [u8],
    ) -> Option<Transmit<'a>> {
        self.advance(now);
        match self.dispatch(link, delivery, packet) {
            Ok(None) => None,
            Ok(Some(payload)) => {
                let frame = self.outbound.frame(payload)?;
                self.statistics.frames_out += frame.to.len() as u64;
                Some(frame)
            }
            Err(fault) => {
                if matches!(fault, Fault::NotJoined) {
                    self.ask_link_to_join(link, Delivery::Unreliable);
                }
                self.note(link, fault);
                None
            }
        }
    }

    /// Handles the passing of time: closes links that never joined, gives up places, reports to speakers how their
    /// voice arrives.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some(link) = self.links.overdue(now) {
            self.statistics.handshakes_missed += 1;
            self.close(link, CloseReason::NoHandshake);
        }
        self.refuse_forgotten();
        self.end_visits();
        self.end_restrictions();
        self.give_up_places();
        self.send_voice_reports();
        self.relay().end_silent_channels();
        self.check_names();
        self.group_delivery().ask_for_commits();
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) must be called, and why.
    pub fn poll_timeout(&self) -> Option<(Instant, &'static str)> {
        let unjoined = self.links.next_deadline().map(|at| (at, "a link has not joined yet"));
        let place = self.reservations.next_end().map(|end| (end, "a lost client has not come back yet"));
        let report = self.voice_reports.next_due().map(|at| (at, "a speaker is to be told how it arrives"));
        let waiting = self.joins.next_deadline().map(|at| (at, "the driver has not answered a join request"));
        let visit = self.policy.next_visit_end().map(|end| (end, "a visit is over"));
        let restriction = self.policy.register().next_end().map(|end| (end, "a restriction ends"));
        let silent = self.monitor.next_due().map(|at| (at, "a speaker may have stopped"));
        let name = self.name_claims.next_check().map(|at| (at, "a newcomer waits for a name in use"));
        let commit = self.group.next_due().map(|at| (at, "a member is to be asked for a commit"));
        [unjoined, place, report, waiting, visit, restriction, silent, name, commit]
            .into_iter()
            .flatten()
            .min()
    }

    /// The next packet to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        self.outbound.pop()
    }

    /// The next command for a link, besides sending.
    pub fn poll_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop()
    }

    /// Ends the session: its clients are removed one by one in table order, and every link is closed.
    pub fn stop(&mut self) {
        let everyone: Vec<ClientId> = self.members.in_order().collect();
        // Before any client leaves: room exits are reported only while there is space for the leaves after them.
        for &id in &everyone {
            self.relay().end_channels(id);
        }
        for id in everyone {
            self.remove_client(id);
        }
        for (link, record) in core::mem::take(&mut self.links).into_records() {
            let reads_notice = record.can(Capabilities::END_REASONS);
            self.commands.push(LinkCommand::Close { link, reason: CloseReason::Stopped, reads_notice });
        }
        self.name_claims = NameClaims::default();
        self.joins = WaitingJoins::default();
    }

    /// `Ok(Some(payload))` if the payload goes to the links that `outbound` lists now.
    fn dispatch<'a>(
        &mut self,
        link: LinkId,
        delivery: Delivery,
        packet: &'a [u8],
    ) -> Result<Option<&'a [u8]>, Fault> {
        let (now, clients, limits) = (self.now, self.members.len(), &self.settings.limits);
        let message = MessageType::peek(packet);
        self.received.count(now, packet, 1);
        let record = self.links.get_mut(link)?;
        record.received.add(1, packet.len() as u64);
        let is_group_part = matches!(message, Ok(MessageType::ErrorWrongSession));
        if is_group_part && self.group.awaits_long_message_of(now, record.client) {
            record.budgets.take_commit(now, limits, packet.len())?;
        } else {
            record.budgets.take_packet(now, limits, clients, message.ok(), packet.len())?;
        }
        if self.outbound.waiting_bytes() > limits.outbox_bytes {
            // A reliable packet is lost, so the peer has to start over.
            if delivery == Delivery::Reliable {
                self.close(link, CloseReason::Overloaded);
            }
            return Err(Fault::Undrained);
        }
        // Most packets are relayed, and longer ones crash an original.
        if packet.len() > crate::PACKET_BYTES_MAX {
            return Err(Fault::Oversized);
        }
        if !record.admit(now, &self.settings, message?)? {
            self.statistics.ignored += 1;
            return Ok(None);
        }
        if let (PacketHeader { session: Some(session), .. }, _) = PacketHeader::parse(packet)?
            && session != self.settings.session
        {
            self.answer_another_session(link, message);
            return Err(Fault::WrongSession);
        }
        let own = record.client;
        let (parsed, trailing) = Packet::parse_with_trailing(packet)?;
        match parsed {
            Packet::HandshakeRequest(request) => {
                let extension = HandshakeExtension::find(trailing);
                self.handle_handshake(link, &request, extension.as_ref())?;
            }
            Packet::RemoveClient(farewell) => self.handle_farewell(link, farewell.id)?,
            Packet::VoiceData(voice) => {
                record.budgets.take_fan_out(now, limits, clients, relay::cost(&self.members, &voice))?;
                let routed = self.relay().route(own, &voice, packet);
                routed.map_err(|refused| self.report_refusal(own, refused))?;
                return Ok(Some(packet));
            }
            Packet::ErrorWrongSession(_) => self.handle_extension(link, own, trailing)?,
            Packet::ClientState(state) => self.handle_client_state(link, &state, packet)?,
            Packet::DeltaChannelState(delta) => self.handle_delta(link, &delta, packet)?,
            Packet::ServerRelayUnreliable(relay) => {
                record.budgets.take_fan_out(now, limits, clients, relay.destinations.len())?;
                let relayed = self.relay().relay_unreliable(link, own, &relay);
                return relayed.map(Some).map_err(|refused| self.report_refusal(own, refused));
            }
            Packet::ServerRelayReliable(relay) => {
                record.budgets.take_fan_out(now, limits, clients, relay.destinations.len())?;
                record.budgets.take_broadcasts(now, limits, 1)?;
                let relayed = self.relay().relay_reliable(link, own, &relay);
                relayed.map_err(|refused| self.report_refusal(own, refused))?;
            }
            _ => debug_assert!(false, "other types were ignored above"),
        }
        Ok(None)
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }
}
