//! The server of one session: its members, their rooms, and the routing of packets.
//!
//! [`Server`] has five parts with state of their own, each tested alone: [`Rules`], what is allowed at this time;
//! [`Presence`], who is here and over which connection; [`Entrance`], the newcomers; [`GroupService`], the encryption
//! group; and [`Observations`], what is reported. A part is told what happened and returns what follows; it never
//! changes another one. What takes several parts borrows those, and no others: [`Relay`](relay::Relay) for a frame,
//! [`Rooms`](rooms::Rooms) for a change of rooms, and so on. The methods of the server go from one to the next; they
//! stand in files named by what they do.

mod access;
mod active_speaker_limiter;
mod admission;
mod announcements;
mod connections;
mod copies;
mod draining;
mod entrance;
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
mod names;
mod observations;
mod outages;
mod outbound;
mod outgoing;
mod presence;
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
mod rules;
mod settings;
mod snapshot;
mod statistics;
mod tables;
mod visibility;
mod voice_arrivals;
mod voice_reports;
mod waiting_joins;

use consonance_wire::{HandshakeExtension, MessageType, Packet, PacketHeader, SessionId};

use crate::link::{CloseReason, Delivery, LinkCommand, LinkId, PeerOrigin};
use crate::outbox::Transmit;
use crate::time::Instant;

use entrance::Entrance;
use fault::Fault;
use group::GroupService;
use observations::Observations;
use outgoing::Outgoing;
use presence::Presence;
use rules::Rules;

pub use access::{Access, AccessRule, RoomUse, Vouched};
pub use announcements::Announcements;
pub use copies::{
    AtCopy, ChangeFeed, CopiedClient, CopiedLink, SessionChange, SessionReplica, Versions, is_voice,
};
pub use draining::{DrainTarget, Draining};
pub use event::ServerEvent;
pub use group::GroupDelivery;
pub use join_gate::JoinState;
pub use moderation::{
    ModerationDecision, Move, NotificationStatus, PlayerIdentity, RestrictionsError, SessionModeration,
};
pub use monitor::{MonitoredChannel, SpokenTo};
pub use outages::Outages;
pub use proximity::{Proximity, ProximitySettings};
pub use reconfigure::Reconfigure;
pub use room_limits::RoomLimits;
pub use room_pattern::RoomPattern;
pub use settings::{NameTaken, ServerSettings};
pub use snapshot::{KeptPlace, SessionSnapshot};
pub use statistics::ServerStatistics;
pub use tables::{ClientRow, LinkRow, RoomRow, Tables};
pub use voice_reports::VoiceRow;

/// Relays one session. A plain struct: packets in, packets and events out, no I/O of its own.
///
/// # How to drive it
///
/// 1. Say what happened: [`handle_connected`](Self::handle_connected), [`handle_packet`](Self::handle_packet),
///    [`handle_disconnected`](Self::handle_disconnected), and [`handle_timeout`](Self::handle_timeout) at the time that
///    [`poll_timeout`](Self::poll_timeout) returned last.
/// 2. Send what `handle_packet` returned: a relayed frame, which is not copied, for the links that it lists.
/// 3. Drain [`poll_transmit`](Self::poll_transmit), [`poll_command`](Self::poll_command),
///    [`poll_event`](Self::poll_event), and [`poll_probe`](Self::poll_probe), which is answered with
///    [`handle_heard`](Self::handle_heard).
/// 4. Ask `poll_timeout` again: any of these calls may have changed it.
///
/// Any order of calls is safe; a driver that drains late only delays. [`ServerEvent::JoinRequested`] is answered with
/// [`admit`](Self::admit) or [`refuse`](Self::refuse).
///
/// # What else it does
///
/// [`tables`](Self::tables) show what is in the session. [`moderation`](Self::moderation) and [`kick`](Self::kick) are
/// about players, [`announcements`](Self::announcements) tell clients what the operator plans, and
/// [`reconfigure`](Self::reconfigure) changes settings while the session runs. A session on several machines is told by
/// [`changes`](Self::changes), and followed or continued by a [`replica`](Self::replica).
pub struct Server {
    rules: Rules,
    presence: Presence,
    entrance: Entrance,
    group: GroupService,
    observations: Observations,
}

impl core::fmt::Debug for Server {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Server").field("clients", &self.presence.members().len()).finish_non_exhaustive()
    }
}

impl Server {
    /// An empty session.
    pub fn new(settings: ServerSettings) -> Self {
        Self {
            presence: Presence::new(&settings.limits, &settings.secret_key),
            entrance: Entrance::default(),
            group: GroupService::new(&settings.secret_key),
            observations: Observations::new(settings.limits.events),
            rules: Rules::new(settings),
        }
    }

    /// The session number that every packet carries.
    pub fn session(&self) -> SessionId {
        self.rules.session()
    }

    /// The number of joined clients.
    pub fn clients(&self) -> usize {
        self.presence.members().len()
    }

    /// The counts so far.
    pub fn statistics(&self) -> ServerStatistics {
        let received = self.presence.connections().received().total(self.rules.now());
        ServerStatistics {
            packets_in: received.packets,
            bytes_in: received.bytes,
            commands_dropped: self.presence.connections().commands_dropped(),
            streams_crowded: self.rules.policy().proximity().crowded(),
            ..self.observations.statistics()
        }
    }

    /// Handles a new network connection. The peer may send immediately; no client has joined over it yet.
    pub fn handle_connected(&mut self, now: Instant, link: LinkId) {
        self.handle_connected_from(now, link, None);
    }

    /// The same for a network that knows the origin of the peer: a client from the same origin that lost its link gets
    /// its name back ([`NameTaken`]).
    pub fn handle_connected_from(&mut self, now: Instant, link: LinkId, origin: Option<PeerOrigin>) {
        self.rules.advance(now);
        if self.presence.links().contains(link) {
            return;
        }
        if self.presence.links().len() >= self.rules.limits().links {
            self.observations.statistics_mut().links_refused += 1;
            return self.presence.connections_mut().close_unknown(link, CloseReason::SessionFull);
        }
        let deadline = now + self.rules.limits().handshake;
        self.presence.links_mut().insert(now, link, deadline, origin);
    }

    /// Handles the end of a network connection; the client that joined over it leaves, unless its place is kept for a
    /// while.
    pub fn handle_disconnected(&mut self, now: Instant, link: LinkId) {
        self.rules.advance(now);
        self.keep_place(link);
        let links = self.presence.links();
        if self.rules.is_permissive() && links.clients_of(link).count() > 1 {
            // As the original does: the first client of the table goes with the link, and the others stay.
            let first = self.presence.members().first_in_order(links.clients_of(link));
            if let Some(first) = first {
                self.remove_client(first);
            }
            return;
        }
        self.forget_link(link);
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
        self.rules.advance(now);
        match self.dispatch(link, packet) {
            Ok(None) => None,
            Ok(Some(payload)) => {
                let frame = self.presence.outbound_mut().frame(payload)?;
                self.observations.statistics_mut().frames_out += frame.to.len() as u64;
                Some(frame)
            }
            Err(fault) => {
                // A client whose join request is pending has to wait.
                if matches!(fault, Fault::NotJoined) && !self.entrance.is_waiting(link) {
                    self.outgoing().ask_to_join(link, Delivery::Unreliable);
                }
                // A reliable packet is lost, so the peer has to start over.
                if matches!(fault, Fault::Undrained) && delivery == Delivery::Reliable {
                    self.close(link, CloseReason::Overloaded);
                }
                self.note(link, fault);
                None
            }
        }
    }

    /// Handles the passing of time: closes links that never joined, ends visits and restrictions, gives up places,
    /// reports to speakers how their voice arrives.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.rules.advance(now);
        while let Some(link) = self.presence.links().overdue(now) {
            self.observations.statistics_mut().handshakes_missed += 1;
            self.close(link, CloseReason::NoHandshake);
        }
        let now = self.rules.now();
        while let Some(link) = self.entrance.joins().overdue(now) {
            self.refuse(link);
        }
        while let Some(id) = self.rules.policy().ended_visit(now) {
            self.observations.statistics_mut().visits_ended += 1;
            match self.presence.link_of(id) {
                Some(link) => self.close(link, CloseReason::VisitEnded),
                None => self.remove_client(id),
            }
        }
        self.moderation().end_restrictions();
        while let Some(id) = self.presence.reservations().ended(now) {
            self.observations.statistics_mut().places_given_up += 1;
            self.remove_client(id);
        }
        self.observations.send_reports(now, self.rules.session(), self.presence.connections_mut());
        self.observations.end_silent_channels(now, self.presence.members(), self.rules.policy().directory());
        self.check_names();
        self.group().ask_for_commits();
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) must be called, and why.
    pub fn poll_timeout(&self) -> Option<(Instant, &'static str)> {
        let unjoined = self.presence.links().next_deadline().map(|at| (at, "a link has not joined yet"));
        let place =
            self.presence.reservations().next_end().map(|end| (end, "a lost client has not come back yet"));
        let report = self.observations.next_report().map(|at| (at, "a speaker is to be told how it arrives"));
        let waiting = self
            .entrance
            .joins()
            .next_deadline()
            .map(|at| (at, "the driver has not answered a join request"));
        let visit = self.rules.policy().next_visit_end().map(|end| (end, "a visit is over"));
        let restriction = self.rules.policy().register().next_end().map(|end| (end, "a restriction ends"));
        let silent = self.observations.next_silence().map(|at| (at, "a speaker may have stopped"));
        let name = self.entrance.claims().next_check().map(|at| (at, "a newcomer waits for a name in use"));
        let commit = self.group.next_due().map(|at| (at, "a member is to be asked for a commit"));
        [unjoined, place, report, waiting, visit, restriction, silent, name, commit]
            .into_iter()
            .flatten()
            .min()
    }

    /// The next packet to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        self.presence.outbound_mut().pop()
    }

    /// The next command for a link, besides sending.
    pub fn poll_command(&mut self) -> Option<LinkCommand> {
        self.presence.connections_mut().pop_command()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.observations.pop_event()
    }

    /// `Ok(Some(payload))` if the payload goes to the links that `outbound` lists now.
    fn dispatch<'a>(&mut self, link: LinkId, packet: &'a [u8]) -> Result<Option<&'a [u8]>, Fault> {
        let (now, clients, limits) = (self.rules.now(), self.presence.members().len(), self.rules.limits());
        let message = MessageType::peek(packet);
        let is_undrained = self.presence.outbound().waiting_bytes() > limits.outbox_bytes;
        let (record, members) = self.presence.receive(now, link, packet)?;
        let is_group_part = matches!(message, Ok(MessageType::ErrorWrongSession));
        if is_group_part && self.group.awaits_long_message_of(now, record.client) {
            record.budgets.take_commit(now, limits, packet.len())?;
        } else {
            record.budgets.take_packet(now, limits, clients, message.ok(), packet.len())?;
        }
        if is_undrained {
            return Err(Fault::Undrained);
        }
        // Most packets are relayed, and longer ones crash an original.
        if packet.len() > crate::PACKET_BYTES_MAX {
            return Err(Fault::Oversized);
        }
        if !record.admit(now, self.rules.settings(), message?)? {
            self.observations.statistics_mut().ignored += 1;
            return Ok(None);
        }
        if let (PacketHeader { session: Some(session), .. }, _) = PacketHeader::parse(packet)?
            && session != self.rules.session()
        {
            // Voice may still be on its way when its sender has been told and asks to join over the same link, which
            // another answer would interrupt.
            if message != Ok(MessageType::VoiceData) || !self.entrance.is_waiting(link) {
                self.outgoing().answer_wrong_session(link);
            }
            return Err(Fault::WrongSession);
        }
        let own = record.client;
        let (parsed, trailing) = Packet::parse_with_trailing(packet)?;
        match parsed {
            Packet::HandshakeRequest(request) => {
                self.handle_handshake(link, &request, HandshakeExtension::find(trailing).as_ref())?;
            }
            Packet::RemoveClient(farewell) => self.handle_farewell(link, farewell.id)?,
            Packet::VoiceData(voice) => {
                record.budgets.take_fan_out(now, limits, clients, relay::cost(members, &voice))?;
                let mut relay = self.relay();
                relay.route(own, &voice, packet).map_err(|refused| relay.report(own, refused))?;
                return Ok(Some(packet));
            }
            Packet::ErrorWrongSession(_) => self.handle_extension(link, own, trailing)?,
            // Bound here: a reference to `parsed` itself would have every packet copied.
            rooms @ (Packet::ClientState(_) | Packet::DeltaChannelState(_)) => {
                self.handle_rooms(link, own, &rooms, packet)?;
            }
            Packet::ServerRelayUnreliable(inner) => {
                record.budgets.take_fan_out(now, limits, clients, inner.destinations.len())?;
                let mut relay = self.relay();
                let relayed = relay.relay_unreliable(link, own, &inner);
                return relayed.map(Some).map_err(|refused| relay.report(own, refused));
            }
            Packet::ServerRelayReliable(inner) => {
                record.budgets.take_fan_out(now, limits, clients, inner.destinations.len())?;
                record.budgets.take_broadcasts(now, limits, 1)?;
                let mut relay = self.relay();
                relay.relay_reliable(link, own, &inner).map_err(|refused| relay.report(own, refused))?;
            }
            _ => debug_assert!(false, "other types were ignored above"),
        }
        Ok(None)
    }

    /// What clients are told.
    fn outgoing(&mut self) -> Outgoing<'_> {
        Outgoing::new(&self.rules, &mut self.presence, &mut self.observations)
    }
}
