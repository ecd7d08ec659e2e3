//! One player's end of a session: joins, speaks, listens, and comes back when the link was lost.

mod back_off;
mod channels;
mod closing;
mod connect;
mod destinations;
mod direct_links;
mod event;
mod event_queue;
mod extension;
mod group;
mod listening;
mod moderator;
mod peers;
mod players;
mod position;
mod refusals;
mod restrictions;
mod resume;
mod rooms;
mod routing;
mod settings;
mod speaker;
mod stages;
mod statistics;
mod text;
mod timers;
mod uplink_meter;
mod voice_reports;
mod voice_sender;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use consonance_end_reason::EndReason;
use consonance_wire::{
    Capabilities, ClientId, EndNotice, HandshakeExtension, LossRun, MessageType, Packet, PacketHeader,
    ParseError, Reception, SessionId, VoiceChannel,
};

use crate::group_inbox::GroupInbox;
use crate::link::{Delivery, LinkCommand, LinkId, Offence};
use crate::outbox::Transmit;
use crate::room_list::RoomList;
use crate::time::Instant;
use crate::traffic::PacketTraffic;

use back_off::BackOff;
use channels::Channels;
pub use channels::{ChannelId, ChannelProperties, Target};
pub use connect::Status;
use connect::{Connection, RosterProgress};
use destinations::Destinations;
use direct_links::DirectLinks;
pub use event::{
    ClientEvent, Disconnection, HeardChannel, HeardTarget, ListenerReport, RecordingNotice, Redirect,
    TextTarget, UplinkReport, VoiceFrame,
};
use event_queue::Events;
pub use moderator::ModerateError;
use moderator::ModeratorRequests;
use players::Players;
pub use players::SessionPlayer;
use position::PositionState;
use restrictions::OwnRestrictions;
use resume::Place;
pub use rooms::RoomError;
use rooms::{LeftRooms, RoomChanges};
use routing::Router;
pub use routing::Routing;
pub use settings::ClientSettings;
pub use speaker::{FORGET_TIMEOUT, SPEAKING_TIMEOUT};
use stages::StagedOutbox;
pub use statistics::{ClientStatistics, DirectLinkStatistics};
pub use text::TextError;
use timers::{Timer, Timers};
use uplink_meter::UplinkMeter;
pub use voice_sender::{ChannelError, VoiceError};

/// A client of one session. A plain struct: packets in, packets and events out, no I/O of its own.
///
/// After each `handle_*` and after each command the driver drains [`poll_command`](Self::poll_command),
/// [`poll_transmit`](Self::poll_transmit) and [`poll_event`](Self::poll_event).
/// Any order of calls is safe; a driver that drains late only delays.
pub struct Client {
    settings: ClientSettings,
    /// The latest time that the driver has brought.
    now: Instant,
    connection: Connection,
    back_off: BackOff,
    timers: Timers,
    links: DirectLinks,
    router: Router,
    players: Players,
    /// The rooms that I listen to, in a session or not.
    rooms: RoomList,
    left_rooms: LeftRooms,
    room_changes: RoomChanges,
    channels: Channels,
    sequence: u16,
    uplink_meter: UplinkMeter,
    /// How I received others since the last report to the server, in the order in which the driver reported it.
    receptions: Vec<Reception>,
    /// The average number of consecutive lost frames of each of those.
    loss_runs: Vec<LossRun>,
    /// The capabilities that the server of the present session and I share.
    server_capabilities: Capabilities,
    /// The last reason that the server has given for the end of the link.
    end_notice: Option<EndReason>,
    place: Place,
    group_inbox: GroupInbox,
    position_state: PositionState,
    own_restrictions: OwnRestrictions,
    moderator_requests: ModeratorRequests,
    /// The channels of the present frame.
    on_wire: Vec<VoiceChannel>,
    destinations: Destinations,
    outbox: StagedOutbox,
    events: Events,
    commands: VecDeque<LinkCommand>,
    statistics: ClientStatistics,
    traffic: Traffic,
}

/// The traffic over all links, in and out, by type of packet.
#[derive(Debug)]
struct Traffic {
    received: PacketTraffic,
    sent: PacketTraffic,
}

impl core::fmt::Debug for Client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Client")
            .field("name", &self.settings.name)
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// The reason for dropping a packet. Each kind is counted in [`ClientStatistics`], where its counter is described.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Malformed,
    Contradiction,
    UnknownLink,
    NotJoined,
    OtherSession,
    UnknownPlayer,
    Oversized,
    NotForPeers,
    Spoofed,
    PlayerRefused,
    Undrained,
}

impl Fault {
    /// The offence of a direct peer; none if it may be explained by the two of us being in different sessions for a
    /// moment.
    fn offence(self) -> Option<Offence> {
        Some(match self {
            Self::Malformed | Self::Contradiction => Offence::Malformed,
            Self::Oversized => Offence::Oversized,
            Self::Spoofed => Offence::Spoofed,
            Self::NotForPeers | Self::PlayerRefused => Offence::Refused,
            Self::UnknownLink
            | Self::NotJoined
            | Self::OtherSession
            | Self::UnknownPlayer
            | Self::Undrained => return None,
        })
    }
}

impl From<ParseError> for Fault {
    fn from(_: ParseError) -> Self {
        Self::Malformed
    }
}

impl Client {
    /// A client that is not started yet.
    pub fn new(settings: ClientSettings) -> Self {
        let packets = settings.packets;
        let mut client = Self {
            now: Instant::START,
            connection: Connection::Stopped,
            back_off: BackOff::default(),
            timers: Timers::default(),
            links: DirectLinks::default(),
            router: Router::new(settings.routing),
            players: Players::new(),
            rooms: RoomList::default(),
            left_rooms: LeftRooms::default(),
            room_changes: RoomChanges::default(),
            channels: Channels::new(settings.as_original),
            sequence: 0,
            uplink_meter: UplinkMeter::default(),
            receptions: Vec::new(),
            loss_runs: Vec::new(),
            server_capabilities: Capabilities::NONE,
            end_notice: None,
            place: Place::default(),
            group_inbox: GroupInbox::default(),
            position_state: PositionState::default(),
            own_restrictions: OwnRestrictions::default(),
            moderator_requests: ModeratorRequests::default(),
            on_wire: Vec::new(),
            destinations: Destinations::default(),
            outbox: StagedOutbox::default(),
            events: Events::new(settings.limits.events),
            commands: VecDeque::new(),
            statistics: ClientStatistics::default(),
            traffic: Traffic { received: PacketTraffic::new(), sent: PacketTraffic::new() },
            settings,
        };
        client.set_packet_limits(packets);
        client
    }

    /// My name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// My id, while I am in a session.
    pub fn id(&self) -> Option<ClientId> {
        self.joined().ok().map(|(_, id)| id)
    }

    /// The reason for the end of the last link, if the server has sent one in a packet, an
    /// [`EndNotice`](consonance_wire::EndNotice). Kept until the next link is up.
    pub fn end_notice(&self) -> Option<&EndReason> {
        self.end_notice.as_ref()
    }

    /// Handles a packet from a link.
    ///
    /// No bytes can break the client: an unusable packet is dropped and counted. The delivery makes no difference
    /// here; it is passed so that both engines are driven alike.
    pub fn handle_packet(&mut self, now: Instant, link: LinkId, _delivery: Delivery, packet: &[u8]) {
        self.now = now;
        self.traffic.received.count(now, packet, 1);
        let outcome = self.dispatch(now, link, packet);
        self.note_peer_packet(link, packet.len(), outcome);
        if let Err(fault) = outcome {
            self.count(fault);
        }
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        while let Some(timer) = self.timers.pop_due(now) {
            match timer {
                Timer::Handshake => self.ask_again(now),
                Timer::Reconnect => self.open_link(),
                Timer::Place => self.give_up_place(),
                Timer::UploadBudget => self.refill_budget(),
                Timer::Reception => self.send_receptions(),
                Timer::Position => self.send_position(),
                Timer::Speaker(id) => self.check_speaker(now, id),
            }
        }
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) must be called, and why.
    pub fn poll_timeout(&self) -> Option<(Instant, &'static str)> {
        self.timers.next()
    }

    /// The next packet to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        let transmit = self.outbox.pop()?;
        self.traffic.sent.count(self.now, transmit.payload, transmit.to.len());
        self.links.count_out(transmit.to, transmit.payload.len());
        Some(transmit)
    }

    /// The next command for a link, besides sending.
    pub fn poll_command(&mut self) -> Option<LinkCommand> {
        self.commands.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<ClientEvent<'_>> {
        self.events.pop()
    }

    fn dispatch(&mut self, now: Instant, link: LinkId, packet: &[u8]) -> Result<(), Fault> {
        let from_peer = self.links.contains(link);
        if !from_peer && self.connection.link() != Some(link) {
            return Err(Fault::UnknownLink);
        }
        if self.outbox.waiting_bytes() > self.settings.limits.outbox_bytes {
            return Err(Fault::Undrained);
        }
        // No original sends more than another original can receive.
        if packet.len() > crate::PACKET_BYTES_MAX {
            return Err(Fault::Oversized);
        }
        let (header, _) = PacketHeader::parse(packet)?;
        if from_peer {
            return self.dispatch_from_peer(now, link, header, packet);
        }
        match header.message {
            // Only clients send these.
            MessageType::HandshakeRequest
            | MessageType::ServerRelayReliable
            | MessageType::ServerRelayUnreliable
            // Only direct peers send this one.
            | MessageType::HandshakeP2P => {
                self.statistics.ignored += 1;
                return Ok(());
            }
            MessageType::HandshakeResponse | MessageType::ErrorWrongSession => {}
            _ => self.check_session(header)?,
        }
        let (parsed, trailing) = Packet::parse_with_trailing(packet)?;
        match parsed {
            Packet::HandshakeResponse(response) => {
                let extension = HandshakeExtension::find(trailing);
                self.handle_response(now, link, &response, extension.as_ref())?;
            }
            Packet::ErrorWrongSession(error) => match (EndNotice::find(trailing), self.carried(trailing)) {
                (Some(notice), _) => self.end_notice = Some(EndReason::decode(notice.reason.as_bytes())),
                (None, Some(carried)) => self.handle_carried(now, header, &carried)?,
                (None, None) => self.handle_wrong_session(now, error.session),
            },
            Packet::ClientState(state) => self.handle_client_state(&state)?,
            Packet::DeltaChannelState(delta) => self.handle_delta(&delta)?,
            Packet::RemoveClient(remove) => self.handle_remove(remove.id)?,
            Packet::VoiceData(voice) => self.handle_voice(now, &voice)?,
            Packet::TextData(text) => self.handle_text(&text)?,
            _ => debug_assert!(false, "other types were ignored above"),
        }
        Ok(())
    }

    fn count(&mut self, fault: Fault) {
        let statistics = &mut self.statistics;
        *match fault {
            Fault::Malformed => &mut statistics.malformed,
            Fault::Contradiction => &mut statistics.contradictions,
            Fault::UnknownLink => &mut statistics.unknown_link,
            Fault::NotJoined => &mut statistics.not_joined,
            Fault::OtherSession => &mut statistics.other_session,
            Fault::UnknownPlayer => &mut statistics.unknown_player,
            Fault::Oversized => &mut statistics.oversized,
            Fault::NotForPeers => &mut statistics.not_for_peers,
            Fault::Spoofed => &mut statistics.spoofed,
            Fault::PlayerRefused => &mut statistics.players_refused,
            Fault::Undrained => &mut statistics.undrained,
        } += 1;
    }

    fn check_session(&self, header: PacketHeader) -> Result<(), Fault> {
        let (session, _) = self.joined()?;
        if header.session == Some(session) { Ok(()) } else { Err(Fault::OtherSession) }
    }

    fn joined(&self) -> Result<(SessionId, ClientId), Fault> {
        match self.connection {
            Connection::Joined { session, id, .. } => Ok((session, id)),
            _ => Err(Fault::NotJoined),
        }
    }
}
