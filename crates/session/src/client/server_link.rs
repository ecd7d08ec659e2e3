//! The link to the server: opening it, the handshake, the end, and the return to the same place in the session.

#[cfg(test)]
mod tests;

use alloc::collections::BTreeSet;
use core::time::Duration;

use consonance_wire::end_reason::EndReason;
use consonance_wire::{
    Capabilities, ClientId, Closing, EndNotice, HandshakeExtension, HandshakeRequest, HandshakeResponse,
    PacketHeader, RemoveClient, ResumeTicket, SessionId, WireStr,
};

use super::back_off::BackOff;
use super::direct_links::DirectLinks;
use super::event::{ClientEvent, Disconnection, Redirect};
use super::fault::Fault;
use super::output::Output;
use super::send_order::SendOrder;
use super::settings::ClientSettings;
use super::timers::Timer;
use crate::join_token::JoinToken;
use crate::link::{CloseReason, LinkCommand, LinkId};
use crate::time::Instant;

/// The handshake is sent again when it has no answer for this long.
const HANDSHAKE_RETRY: Duration = Duration::from_secs(2);
/// The time for which a server keeps a place (its default; a server may use another, and its answer tells whether the
/// place was still kept).
const PLACE_KEPT: Duration = Duration::from_secs(10);
/// The longest delay before reconnecting that a server can request.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The connection state of a client, in the original's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started.
    Disconnected,
    /// Started, but not in a session yet or just now.
    Degraded,
    /// In a session.
    Connected,
}

/// Where the link that replaces the present one leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum LinkChange {
    /// By another route to the same server.
    Route,
    /// To the server that the present one has [announced](crate::ClientEvent::Draining). It is shown the ticket for my
    /// place at the present one, in case it has taken over the session.
    Redirect,
}

/// The session that the client is in, over the link to its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) link: LinkId,
    pub(super) session: SessionId,
    /// My id in it.
    pub(super) id: ClientId,
}

#[derive(Debug, Default)]
enum Connection {
    #[default]
    Stopped,
    /// Until [`Timer::Reconnect`] fires.
    Waiting,
    /// The driver was asked to open a link.
    Opening,
    Handshaking {
        link: LinkId,
        /// The time at which the handshake fails: a peer that has not answered by then does not speak this protocol,
        /// or no longer.
        give_up: Instant,
    },
    Joined {
        joined: Joined,
        /// The server has announced my removal: no reconnect follows the end of the link.
        removed: bool,
    },
}

/// The link to the server, and what the server has said about it.
#[derive(Debug, Default)]
pub struct ServerLink {
    connection: Connection,
    back_off: BackOff,
    /// The capabilities that the server of the present session and I share.
    capabilities: Capabilities,
    /// The ticket to present for my place in the session, which the server may give back to me; valid once.
    ticket: Option<ResumeTicket>,
    /// The last reason that the server has given for the end of the link.
    end_notice: Option<EndReason>,
}

impl ServerLink {
    pub(super) fn status(&self) -> Status {
        match self.connection {
            Connection::Stopped => Status::Disconnected,
            Connection::Joined { .. } => Status::Connected,
            Connection::Waiting | Connection::Opening | Connection::Handshaking { .. } => Status::Degraded,
        }
    }

    pub(super) fn link(&self) -> Option<LinkId> {
        match self.connection {
            Connection::Handshaking { link, .. } | Connection::Joined { joined: Joined { link, .. }, .. } => {
                Some(link)
            }
            Connection::Stopped | Connection::Waiting | Connection::Opening => None,
        }
    }

    pub(super) fn joined(&self) -> Option<Joined> {
        match self.connection {
            Connection::Joined { joined, .. } => Some(joined),
            _ => None,
        }
    }

    /// Whether the server of the present session and I share these capabilities: for example
    /// [`PROXIMITY`](Capabilities::PROXIMITY) if it routes by distance, [`MODERATORS`](Capabilities::MODERATORS) if it
    /// accepts [requests](super::Client::moderate) from players whose join token allows them, and
    /// [`GROUPS`](Capabilities::GROUPS) if the session has a group of members that encrypt.
    pub fn can(&self, capabilities: Capabilities) -> bool {
        self.capabilities.contains(capabilities)
    }

    /// Whether the server of the session that I am in routes by distance.
    pub(super) fn wants_position(&self) -> bool {
        self.joined().is_some() && self.can(Capabilities::PROXIMITY)
    }

    /// The reason for the end of the last link, if the server has sent one in a packet, an
    /// [`EndNotice`](consonance_wire::EndNotice). Kept until the next link is up.
    pub fn end_notice(&self) -> Option<&EndReason> {
        self.end_notice.as_ref()
    }

    pub(super) fn note_end(&mut self, notice: &EndNotice<'_>) {
        self.end_notice = Some(EndReason::decode(notice.reason.as_bytes()));
    }

    /// Whether a packet belongs to the session that I am in.
    pub(super) fn check_session(&self, header: PacketHeader) -> Result<(), Fault> {
        let Joined { session, .. } = self.joined().ok_or(Fault::NotJoined)?;
        if header.session == Some(session) { Ok(()) } else { Err(Fault::OtherSession) }
    }

    /// Asks the driver for a link.
    pub(super) fn open(&mut self, out: &mut Output) {
        self.connection = Connection::Opening;
        out.commands.push_back(LinkCommand::Open);
    }

    pub(super) fn is_opening(&self) -> bool {
        matches!(self.connection, Connection::Opening)
    }

    /// The requested link is up. A link that is no longer wanted is closed.
    pub(super) fn begin_handshake(
        &mut self,
        now: Instant,
        link: LinkId,
        settings: &ClientSettings,
        out: &mut Output,
    ) {
        if self.is_opening() {
            let give_up = now + settings.limits.handshake;
            self.connection = Connection::Handshaking { link, give_up };
            self.end_notice = None;
            self.send_handshake(now, link, settings, out);
        } else if self.link() != Some(link) {
            out.close(link, CloseReason::Left);
        }
    }

    /// Repeats an unanswered handshake, in case another server has started listening there. Returns the link when it
    /// is time to give it up.
    pub(super) fn repeat_handshake(
        &self,
        now: Instant,
        settings: &ClientSettings,
        out: &mut Output,
    ) -> Option<LinkId> {
        let Connection::Handshaking { link, give_up } = self.connection else { return None };
        if now >= give_up {
            return Some(link);
        }
        self.send_handshake(now, link, settings, out);
        None
    }

    fn send_handshake(&self, now: Instant, link: LinkId, settings: &ClientSettings, out: &mut Output) {
        // A longer name can never join; the server times out.
        if settings.name.len() > settings.packets.name_bytes() {
            return;
        }
        let request = HandshakeRequest { codec: settings.codec, name: Some(WireStr::from(&*settings.name)) };
        let extension = self.extension(settings, out.timers.is_set(Timer::Place));
        let written = out.send_written(SendOrder::ServerReliable, link, |writer| {
            request.write(writer)?;
            // The longest names leave no space for the extension; such a client looks like an original.
            let body = writer.len();
            if extension.as_ref().is_some_and(|extension| extension.write(writer).is_err()) {
                writer.truncate(body);
            }
            Ok(())
        });
        debug_assert!(written.is_ok(), "a handshake is shorter than a state of the same name");
        out.timers.set(Timer::Handshake, now + HANDSHAKE_RETRY);
    }

    /// The extension behind a handshake; none if there is nothing to announce.
    fn extension<'a>(
        &self,
        settings: &'a ClientSettings,
        is_place_hoped_for: bool,
    ) -> Option<HandshakeExtension<'a>> {
        let capabilities = settings.capabilities;
        let ticket = self.ticket.filter(|_| is_place_hoped_for);
        let join_token = settings.join_token.as_ref().map(JoinToken::as_bytes);
        (capabilities != Capabilities::NONE || join_token.is_some()).then_some(HandshakeExtension {
            capabilities,
            ticket,
            join_token,
            ..HandshakeExtension::default()
        })
    }

    /// Joins the session of the server's answer: true if I have my place back.
    pub(super) fn join(
        &mut self,
        now: Instant,
        joined: Joined,
        answer: HandshakeExtension<'_>,
        settings: &ClientSettings,
        out: &mut Output,
    ) -> bool {
        let Joined { session, id, .. } = joined;
        let hoped = out.timers.is_set(Timer::Place);
        out.timers.clear(Timer::Place);
        out.timers.clear(Timer::Handshake);
        let lost = self.ticket.take().filter(|lost| hoped && lost.session == session && lost.id == id);
        self.capabilities = answer.capabilities.and(settings.capabilities);
        self.ticket = answer.secret.map(|secret| ResumeTicket { session, id, secret });
        self.connection = Connection::Joined { joined, removed: false };
        self.back_off.on_healthy(now);
        answer.resumed && lost.is_some()
    }

    /// The server has announced that this player leaves.
    pub(super) fn note_removal(&mut self, player: ClientId) {
        if let Connection::Joined { joined, removed } = &mut self.connection {
            *removed |= joined.id == player;
        }
    }

    /// Whether the server has announced my removal.
    pub(super) fn is_removed(&self) -> bool {
        matches!(self.connection, Connection::Joined { removed: true, .. })
    }

    /// The server closes or restarts: the game is told, and can move to another server.
    pub(super) fn handle_closing(&mut self, closing: &Closing<'_>, out: &mut Output) {
        let millis = |millis: u32| Duration::from_millis(millis.into());
        match *closing {
            Closing::Ends { in_ms } => {
                out.event(ClientEvent::Draining { ends_in: millis(in_ms), redirect: None });
            }
            Closing::Moves { in_ms, leave_in_ms, address } => {
                let redirect = Redirect { leave_in: millis(leave_in_ms), address: address.into() };
                out.event(ClientEvent::Draining { ends_in: millis(in_ms), redirect: Some(redirect) });
            }
            Closing::Restarts { come_back_in_ms } => {
                self.back_off.pause_once(millis(come_back_in_ms).min(LONGEST_PAUSE));
            }
            Closing::Stays => out.event(ClientEvent::DrainCancelled),
            _ => out.statistics.ignored += 1,
        }
    }

    /// The ticket with which another client can take over my place, for as long as the server keeps it after my link
    /// is lost; none if I am in no session, or if its server keeps no places. Keep it secret.
    pub fn ticket(&self) -> Option<ResumeTicket> {
        self.joined().and(self.ticket)
    }

    /// Requests the place of an earlier client when I join.
    pub(super) fn ask_for_place(&mut self, now: Instant, ticket: ResumeTicket, out: &mut Output) {
        if self.joined().is_none() {
            self.ticket = Some(ticket);
            out.timers.set(Timer::Place, now + PLACE_KEPT);
        }
    }

    /// The link is lost: true if the server may keep my place, so that no player has to leave yet.
    pub(super) fn hope_for_place(&self, now: Instant, out: &mut Output) -> bool {
        if self.ticket.is_some() && !out.timers.is_set(Timer::Place) {
            out.timers.set(Timer::Place, now + PLACE_KEPT);
        }
        self.ticket.is_some()
    }

    pub(super) fn forget_place(&mut self) {
        self.ticket = None;
    }

    /// The server keeps my place no longer, and nothing is known about the next one.
    pub(super) fn forget_server(&mut self) {
        self.ticket = None;
        self.capabilities = Capabilities::NONE;
    }

    /// The message to send before leaving permanently, so that the server does not keep my place.
    pub(super) fn farewell(&self) -> Option<RemoveClient> {
        let Joined { session, id, .. } = self.joined()?;
        self.can(Capabilities::RESUME).then_some(RemoveClient { session, id })
    }

    /// Ends the connection, and schedules the next attempt if the cause calls for one; otherwise direct links end, too.
    pub(super) fn end(
        &mut self,
        now: Instant,
        cause: Disconnection,
        direct_links: &mut DirectLinks,
        out: &mut Output,
    ) {
        let pause = self.back_off.take_pause();
        let retry_in = match cause {
            Disconnection::Stopped | Disconnection::ReplacedByNewerLogin | Disconnection::Kicked => None,
            Disconnection::CodecChanged | Disconnection::Redirected | Disconnection::LinkChanged => {
                Some(Duration::ZERO)
            }
            Disconnection::LinkLost
            | Disconnection::ConnectFailed
            | Disconnection::NoAnswer
            | Disconnection::WrongSession => Some(self.back_off.on_failed(now).max(pause)),
        };
        if let Some(wait) = retry_in {
            out.timers.set(Timer::Reconnect, now + wait);
            self.connection = Connection::Waiting;
        } else {
            let closed = direct_links.drain();
            out.commands.extend(closed.map(|link| LinkCommand::close(link, CloseReason::Left)));
            self.connection = Connection::Stopped;
        }
        out.event(ClientEvent::Disconnected { cause, retry_in });
    }
}

/// A missing or duplicate name makes the whole response unusable; ids and rooms were checked during parsing.
pub(super) fn check_names(response: &HandshakeResponse<'_>) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for client in response.clients {
        let name = client.name.ok_or(Fault::Contradiction)?.to_str();
        if !names.insert(name) {
            return Err(Fault::Contradiction);
        }
    }
    Ok(())
}

/// A session for the tests of the parts.
#[cfg(test)]
pub(super) const IN_TESTS: Joined = Joined { link: LinkId(1), session: SessionId(7), id: ClientId(0) };
