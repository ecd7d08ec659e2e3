//! A page's player: a client of a session that is controlled by a game's messages.

mod channels;
mod end;
mod events;
mod group;
mod group_parts;
mod mailbox;
mod messages;
mod moderations;
mod outlook;
mod places;
mod position_state;
mod reporting;
mod reports;
mod state;
mod voice;

use std::time::Duration;

use consonance_session::{
    Capabilities, Client, ClientSettings, Delivery, EndCode, EndKind, EndReason, Instant, JoinToken,
    JoinTokenTooLong, LinkId, ResumeTicket, TokenBucket,
};

use crate::control::{DisconnectCause, ToPage};
use crate::downlink::{Downlink, SlotVoice};
use crate::place;
use crate::settings::{BrowserSettings, PageLimits};
use crate::statistics::BrowserStatistics;
use crate::uplink::Uplink;
use channels::PageChannels;
pub use end::PageEnd;
use group_parts::GroupParts;
use mailbox::Mailbox;
use moderations::Moderations;
pub use outlook::PageVoice;
use position_state::PositionState;
pub use reports::PageQuality;
use reports::Reports;

/// The engine behind one page. A plain struct between two sides, the session's server and the
/// page, without its own I/O.
///
/// After each `handle_*` the driver drains [`poll_command`](Self::poll_command),
/// [`poll_transmit`](Self::poll_transmit), [`poll_message`](Self::poll_message) and
/// [`poll_voice`](Self::poll_voice), messages before voice: they say whose voice a slot has. Any order of calls is
/// safe; a driver that drains late only delays.
///
/// It joins its session as soon as it has a link, and reconnects by itself for as long as it lives; once
/// [`is_over`](Self::is_over) returns true, drain it for the last time and drop it.
#[derive(Debug)]
pub struct BrowserPlayer {
    /// The session's name.
    session: Box<str>,
    limits: PageLimits,
    client: Client,
    /// The current link to the server, and the number of links so far.
    link: Option<LinkId>,
    links: u64,
    /// The ticket to present when it joins for the first time.
    ticket: Option<ResumeTicket>,
    /// Whether the player has been in its session.
    has_joined: bool,
    retry_at: Option<Instant>,
    kicked_because: Option<Box<str>>,
    /// Why the last link ended.
    end_reason: EndReason,
    channels: PageChannels,
    uplink: Uplink,
    downlink: Downlink,
    voice: voice::Voice,
    page_voice: PageVoice,
    reports: Reports,
    position_state: PositionState,
    moderations: Moderations,
    group: GroupParts,
    mailbox: Mailbox,
    messages_budget: TokenBucket,
    voice_budget: TokenBucket,
    /// The page is away and may come back until this time.
    kept_until: Option<Instant>,
    end: Option<PageEnd>,
    statistics: BrowserStatistics,
}

/// A command to the driver about the link to the session's server, besides packets to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageLinkCommand {
    /// Open one; answer with [`handle_connected`](BrowserPlayer::handle_connected) or
    /// [`handle_connect_failed`](BrowserPlayer::handle_connect_failed).
    Open,
    /// Close it after the packets sent so far.
    Close,
}

impl BrowserPlayer {
    /// A player whose page is present, and which requests a link at once; with the default limits.
    pub fn new(settings: BrowserSettings) -> Self {
        Self::with_limits(settings, PageLimits::default())
    }

    /// Like [`new`](Self::new), with custom limits.
    pub fn with_limits(settings: BrowserSettings, limits: PageLimits) -> Self {
        let join_token = join_token(&settings);
        let mut of_client = ClientSettings::new(settings.name);
        // Closed channels stay allocated until a frame reports that they are closed.
        of_client.channels = 2 * limits.channels;
        of_client.join_token = join_token.clone().unwrap_or_default();
        if settings.encrypts {
            of_client.capabilities = Capabilities::ALL.with(Capabilities::GROUPS);
        }
        let mut player = Self {
            ticket: settings.place.as_deref().and_then(place::read),
            session: settings.session.into(),
            client: Client::new(of_client),
            link: None,
            links: 0,
            has_joined: false,
            retry_at: None,
            kicked_because: None,
            end_reason: EndReason::default(),
            channels: PageChannels::default(),
            uplink: Uplink::default(),
            downlink: Downlink::new(settings.slots),
            voice: voice::Voice::default(),
            page_voice: PageVoice::default(),
            reports: Reports::default(),
            position_state: PositionState::default(),
            moderations: Moderations::default(),
            group: GroupParts::default(),
            mailbox: Mailbox::new(limits.waiting_bytes),
            messages_budget: TokenBucket::full(Instant::START),
            voice_budget: TokenBucket::full(Instant::START),
            kept_until: None,
            end: None,
            statistics: BrowserStatistics::default(),
            limits,
        };
        match join_token {
            Ok(_) => player.client.start(),
            Err(too_long) => {
                let reason = EndReason::with_words(EndCode::TokenInvalid, &too_long.to_string());
                player.refuse(Instant::START, &reason);
            }
        }
        player
    }

    /// The requested link is up.
    pub fn handle_connected(&mut self, now: Instant) {
        self.links += 1;
        let link = LinkId(self.links);
        self.link = Some(link);
        if let Some(ticket) = self.ticket.take() {
            self.client.resume_with(now, ticket);
        }
        self.client.handle_connected(now, link);
        self.follow(now);
    }

    /// The requested link could not be opened.
    pub fn handle_connect_failed(&mut self, now: Instant) {
        self.client.handle_connect_failed(now);
        self.follow(now);
    }

    /// A packet came from the session's server.
    pub fn handle_packet(&mut self, now: Instant, delivery: Delivery, packet: &[u8]) {
        if let Some(link) = self.link {
            self.client.handle_packet(now, link, delivery, packet);
            self.follow(now);
        }
    }

    /// The link is gone. The server's reason, encoded as [`EndReason::decode`] reads it or as plain text, says why the
    /// player was not admitted, if it was not; without a reason the network has lost the link, and another one is
    /// requested.
    pub fn handle_link_lost(&mut self, now: Instant, reason: &[u8]) {
        self.handle_link_ended(now, &EndReason::decode(reason));
    }

    /// The link is gone for this reason. If it says nothing, the network has lost the link.
    pub fn handle_link_ended(&mut self, now: Instant, reason: &EndReason) {
        let Some(link) = self.link.take() else { return };
        let reason = self.client.server().end_notice().unwrap_or(reason).clone();
        match (reason.kind(), self.client.id()) {
            (EndKind::Abuse, Some(_)) => self.put_out(now, DisconnectCause::Protocol, &reason.to_string()),
            (_, Some(_)) => {}
            (EndKind::Elsewhere, None) => {
                self.put_out(now, DisconnectCause::Server, "the session has moved elsewhere on this server");
            }
            (_, None) if reason.is_empty() => {}
            (_, None) => self.refuse_again(now, &reason),
        }
        self.end_reason = reason;
        self.client.handle_disconnected(now, link);
        self.follow(now);
    }

    /// The page's connection is lost; the player stays for [`PageLimits::keep`], silent and deaf.
    pub fn page_lost(&mut self, now: Instant) {
        if self.mailbox.is_open() && !self.is_over() {
            self.mailbox.close();
            self.stop_talking(now);
            self.downlink.begin_page(0);
            self.kept_until = Some(now + self.limits.keep);
        }
    }

    /// The page is opening another connection: its time to come back starts again.
    pub fn page_is_coming(&mut self, now: Instant) {
        self.kept_until = self.kept_until.map(|until| until.max(now + self.limits.keep));
    }

    /// The page is back over another connection, with this number of slots: it is sent the complete state again.
    pub fn page_is_back(&mut self, now: Instant, slots: usize) {
        if self.is_over() {
            return;
        }
        self.kept_until = None;
        self.mailbox.close();
        self.mailbox.open();
        self.downlink.begin_page(slots);
        self.group = GroupParts::default();
        self.stop_talking(now);
        self.tell_state(now);
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.client.handle_timeout(now);
        self.downlink.handle_timeout(now);
        self.stop_talking_if_due(now);
        self.report_if_due(now);
        if self.kept_until.is_some_and(|until| until <= now) {
            self.kept_until = None;
            self.abandon(now);
        }
        self.follow(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let client = self.client.poll_timeout().map(|(at, _why)| at);
        let others =
            [self.downlink.poll_timeout(), self.voice.closing_at(), self.reports.due_at(), self.kept_until];
        client.into_iter().chain(others.into_iter().flatten()).min()
    }

    /// The next thing to do with the link, besides sending.
    pub fn poll_command(&mut self) -> Option<PageLinkCommand> {
        loop {
            match self.client.poll_command()? {
                consonance_session::LinkCommand::Open => return Some(PageLinkCommand::Open),
                consonance_session::LinkCommand::Close { link, .. } if self.link == Some(link) => {
                    self.link = None;
                    return Some(PageLinkCommand::Close);
                }
                consonance_session::LinkCommand::Close { .. } => {}
            }
        }
    }

    /// The next packet for the session's server.
    pub fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
        self.client.poll_transmit().map(|transmit| (transmit.delivery, transmit.payload))
    }

    /// The next message for the page, in JSON.
    pub fn poll_message(&mut self) -> Option<String> {
        self.mailbox.pop()
    }

    /// The next frame of voice for the page.
    pub fn poll_voice(&mut self) -> Option<SlotVoice<'_>> {
        self.downlink.poll_voice()
    }

    /// The player's name.
    pub fn name(&self) -> &str {
        self.client.name()
    }

    /// The counters so far.
    pub fn statistics(&self) -> BrowserStatistics {
        BrowserStatistics {
            told: self.mailbox.told(),
            uplink: self.uplink.statistics(),
            downlink: self.downlink.statistics(),
            ..self.statistics
        }
    }

    /// The engine below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn tell(&mut self, message: &ToPage) {
        self.mailbox.tell(message);
    }

    /// Processes the client's events, and their consequences.
    fn follow(&mut self, now: Instant) {
        self.take_events(now);
        while let Some(change) = self.downlink.poll_slot(now) {
            self.tell(&change);
        }
        if self.mailbox.take_overflow() {
            self.put_out(now, DisconnectCause::TooSlow, "this page reads its messages too slowly");
        }
    }
}

fn join_token(settings: &BrowserSettings) -> Result<Option<JoinToken>, JoinTokenTooLong> {
    match (&settings.token, &settings.password) {
        (token, Some(password)) => JoinToken::with_password(token.as_deref(), password).map(Some),
        (Some(token), None) => JoinToken::new(token.as_bytes()).map(Some),
        (None, None) => Ok(None),
    }
}

/// How long a closing channel waits for a frame to report that.
const CLOSING: Duration = Duration::from_millis(60);
