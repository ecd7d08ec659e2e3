//! One player's end of a session: joins, speaks, listens, and comes back when the link was lost.

mod back_off;
mod channels;
mod commands;
mod destinations;
mod direct_links;
mod dispatch;
mod event;
mod event_queue;
mod extension;
mod fault;
mod listening;
mod moderator;
mod notices;
mod others;
mod output;
mod own_state;
mod own_voice;
mod peers;
mod players;
mod position;
mod receptions;
mod refusals;
mod restrictions;
mod rooms;
mod roster_update;
mod routing;
mod send_order;
mod server_link;
mod settings;
mod speaker;
mod statistics;
mod text;
mod timers;
mod uplink_meter;

use consonance_wire::Capabilities;

use crate::group_inbox::GroupInbox;
use crate::link::{CloseReason, Delivery, LinkCommand, LinkId};
use crate::outbox::Transmit;
use crate::time::Instant;

pub use channels::{ChannelId, ChannelProperties, Target};
pub use event::{
    ClientEvent, Disconnection, HeardChannel, HeardTarget, ListenerReport, RecordingNotice, Redirect,
    TextTarget, UplinkReport, VoiceFrame,
};
pub use moderator::ModerateError;
use moderator::ModeratorRequests;
use others::Others;
use output::Output;
use own_state::OwnState;
pub use own_voice::{ChannelError, OwnVoice, VoiceError};
use peers::DirectPeers;
pub use players::{Players, SessionPlayer};
use position::PositionState;
pub use restrictions::OwnRestrictions;
pub use rooms::RoomError;
use roster_update::{RosterSync, RosterUpdate};
use routing::{Router, Sending};
use send_order::SendOrder;
use server_link::Joined;
pub use server_link::{LinkChange, ServerLink, Status};
pub use settings::{ClientSettings, Routing};
pub use speaker::{FORGET_TIMEOUT, SPEAKING_TIMEOUT};
pub use statistics::{ClientStatistics, DirectLinkStatistics, TrafficByType};
pub use text::TextError;
use timers::Timer;

/// A client of one session. A plain struct: packets in, packets and events out, no I/O of its own.
///
/// The driver opens a link when [`poll_command`](Self::poll_command) asks for one, and reports what becomes of it:
/// [`handle_connected`](Self::handle_connected), then [`handle_packet`](Self::handle_packet) for each packet,
/// [`handle_disconnected`](Self::handle_disconnected) at its end; and [`handle_timeout`](Self::handle_timeout) when
/// the time of [`poll_timeout`](Self::poll_timeout) has come. After each of these, and after each command such as
/// [`start`](Self::start) or [`send_voice`](Self::send_voice), it drains [`poll_command`](Self::poll_command),
/// [`poll_transmit`](Self::poll_transmit) and [`poll_event`](Self::poll_event). Any order of calls is safe; a driver
/// that drains late only delays.
pub struct Client {
    settings: ClientSettings,
    /// The latest time that the driver has brought.
    now: Instant,
    server: ServerLink,
    others: Others,
    roster_sync: RosterSync,
    own: OwnState,
    router: Router,
    position: PositionState,
    moderator_requests: ModeratorRequests,
    group_inbox: GroupInbox,
    traffic: TrafficByType,
    out: Output,
}

impl core::fmt::Debug for Client {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Client")
            .field("name", &self.settings.name)
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client that is not started yet.
    pub fn new(settings: ClientSettings) -> Self {
        let packets = settings.packets;
        let mut client = Self {
            now: Instant::START,
            server: ServerLink::default(),
            others: Others::new(),
            roster_sync: RosterSync::default(),
            own: OwnState::new(&settings),
            router: Router::new(settings.routing),
            position: PositionState::default(),
            moderator_requests: ModeratorRequests::default(),
            group_inbox: GroupInbox::default(),
            traffic: TrafficByType::new(),
            out: Output::new(settings.limits.events),
            settings,
        };
        client.set_packet_limits(packets);
        client
    }

    /// Joins the session: asks the driver for a link. Does nothing if already started.
    pub fn start(&mut self) {
        if self.server.status() == Status::Disconnected {
            self.server.open(&mut self.out);
        }
    }

    /// Leaves the session and closes the link. A server that keeps places is told with a packet before; for others the
    /// end of the link is the goodbye.
    pub fn stop(&mut self, now: Instant) {
        if self.server.status() != Status::Disconnected {
            self.leave(now, Disconnection::Stopped);
        }
    }

    /// The requested link is up. A link that is no longer wanted is closed.
    pub fn handle_connected(&mut self, now: Instant, link: LinkId) {
        self.now = now;
        if !self.others.links().contains(link) {
            self.server.begin_handshake(now, link, &self.settings, &mut self.out);
        }
    }

    /// Handles a failed attempt to open the requested link.
    pub fn handle_connect_failed(&mut self, now: Instant) {
        if self.server.is_opening() {
            self.lose_link(now, Disconnection::ConnectFailed);
        }
    }

    /// Handles a new direct link to another player, opened by either side; an introduction over it will name the
    /// player.
    ///
    /// If I am in a session, I introduce myself at once, otherwise as soon as I have joined one; a repeated call
    /// repeats the introduction. The end of the link is reported with
    /// [`handle_disconnected`](Self::handle_disconnected). A link that cannot be used is closed: while the client is
    /// stopped, or beyond [`Limits::direct_links`](crate::Limits).
    pub fn handle_peer_connected(&mut self, now: Instant, link: LinkId) {
        self.now = now;
        if self.server.link() == Some(link) {
            return;
        }
        if self.server.status() == Status::Disconnected {
            self.out.close(link, CloseReason::Left);
            return;
        }
        let links_max = self.settings.limits.direct_links;
        self.peers().add(link, links_max);
    }

    /// Handles the loss of the link to the server, or of a direct one.
    pub fn handle_disconnected(&mut self, now: Instant, link: LinkId) {
        self.now = now;
        self.peers().forget(link);
        if self.server.link() == Some(link) {
            if self.server.is_removed() {
                self.tear_down(now, self.own.restrictions().removal());
            } else {
                self.lose_link(now, Disconnection::LinkLost);
            }
        }
    }

    /// Handles a packet from a link.
    ///
    /// No bytes can break the client: an unusable packet is dropped and counted. The delivery makes no difference
    /// here; it is passed so that both engines are driven alike.
    pub fn handle_packet(&mut self, now: Instant, link: LinkId, _delivery: Delivery, packet: &[u8]) {
        self.now = now;
        self.traffic.count_received(now, packet);
        let outcome = self.dispatch(now, link, packet);
        self.peers().note_packet(link, packet.len(), outcome);
        if let Err(fault) = outcome {
            fault.count(&mut self.out.statistics);
        }
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        while let Some(timer) = self.out.timers.pop_due(now) {
            match timer {
                Timer::Handshake => {
                    if let Some(link) = self.server.repeat_handshake(now, &self.settings, &mut self.out) {
                        self.lose_link(now, Disconnection::NoAnswer);
                        self.out.close(link, CloseReason::NoAnswer);
                    }
                }
                Timer::Reconnect => self.server.open(&mut self.out),
                Timer::Place => {
                    self.server.forget_server();
                    self.roster_sync.forget();
                    self.roster_update().remove_all();
                }
                Timer::UploadBudget => self.router.refill_budget(now, &mut self.out.timers),
                Timer::Reception => {
                    if let Some(me) = self.server.joined() {
                        self.others.receptions_mut().send(now, me, &self.settings, &mut self.out);
                    }
                }
                Timer::Position => {
                    if let Some(me) = self.server.joined() {
                        self.position.send(now, me, &mut self.out);
                    }
                }
                Timer::Speaker(id) => self.others.players_mut().check_speaker(now, id, &mut self.out),
            }
        }
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) must be called, and why.
    pub fn poll_timeout(&self) -> Option<(Instant, &'static str)> {
        self.out.timers.next()
    }

    /// The next packet to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        let transmit = self.out.outbox.pop()?;
        self.traffic.count_sent(self.now, transmit.payload, transmit.to.len());
        self.others.links_mut().count_out(transmit.to, transmit.payload.len());
        Some(transmit)
    }

    /// The next command for a link, besides sending.
    pub fn poll_command(&mut self) -> Option<LinkCommand> {
        self.out.commands.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<ClientEvent<'_>> {
        self.out.events.pop()
    }

    /// Leaves the session; the link is closed after a farewell.
    fn leave(&mut self, now: Instant, cause: Disconnection) {
        let link = self.server.link();
        let farewell = self.server.farewell();
        self.tear_down(now, cause);
        if let Some(link) = link {
            if let Some(farewell) = farewell {
                let written = self.out.send(SendOrder::ServerReliable, link, &farewell.into());
                debug_assert!(written.is_ok(), "a farewell is short");
            }
            self.out.close(link, CloseReason::Left);
        }
    }

    /// Stops all voices, exits all rooms, removes all players, and schedules the next attempt if the cause calls for
    /// one.
    fn tear_down(&mut self, now: Instant, cause: Disconnection) {
        self.roster_update().remove_all();
        self.server.forget_place();
        self.roster_sync.forget();
        self.others.links_mut().take_claims();
        self.out.timers.clear_all();
        self.end_connection(now, cause);
    }

    /// Handles a link that was lost or could not be opened: if the server may keep our place, all players stay as they
    /// are.
    fn lose_link(&mut self, now: Instant, cause: Disconnection) {
        if self.server.hope_for_place(now, &mut self.out) {
            self.out.timers.clear(Timer::Handshake);
            self.end_connection(now, cause);
        } else {
            self.tear_down(now, cause);
        }
    }

    fn end_connection(&mut self, now: Instant, cause: Disconnection) {
        self.out.outbox.clear();
        self.moderator_requests.give_up(&mut self.out);
        self.server.end(now, cause, self.others.links_mut(), &mut self.out);
    }

    fn peers(&mut self) -> DirectPeers<'_> {
        self.others.peers(self.server.joined(), &mut self.out)
    }

    fn roster_update(&mut self) -> RosterUpdate<'_> {
        RosterUpdate {
            sync: &mut self.roster_sync,
            others: &mut self.others,
            own: &mut self.own,
            me: self.server.joined(),
            settings: &self.settings,
            out: &mut self.out,
        }
    }

    /// My own voice, and what it takes to send a packet of mine.
    fn voice_and_sending(&mut self) -> (&mut OwnVoice, Sending<'_>) {
        let (voice, restrictions) = self.own.voice_and_restrictions();
        let sending = Sending {
            now: self.now,
            router: &mut self.router,
            players: self.others.players_mut(),
            me: self.server.joined(),
            is_routed_by_server: self.server.can(Capabilities::SERVER_ROUTING),
            restrictions,
            settings: &self.settings,
            out: &mut self.out,
        };
        (voice, sending)
    }
}
