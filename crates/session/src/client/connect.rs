//! Joining a session, leaving it, and reconnecting.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{
    ClientId, CodecParameters, HandshakeExtension, HandshakeRequest, HandshakeResponse, RosterEntry,
    SessionId, WireStr, Writer,
};

use super::event::{ClientEvent, Disconnection};
use super::resume::Place;
use super::stages::Stage;
use super::timers::Timer;
use super::{Client, Fault};
use crate::join_again;
use crate::join_token::JoinToken;
use crate::link::{CloseReason, LinkCommand, LinkId};
use crate::packet_limits::{PacketLimits, write_state};
use crate::time::Instant;

/// The handshake is sent again when it has no answer for this long.
const HANDSHAKE_RETRY: Duration = Duration::from_secs(2);

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

#[derive(Debug)]
pub(super) enum Connection {
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
        link: LinkId,
        session: SessionId,
        id: ClientId,
        roster: RosterProgress,
        /// The server has announced my removal: no reconnect follows the end of the link.
        removed: bool,
    },
}

/// The progress of receiving the roster. The server echoes my own state after all others', so that echo marks the end;
/// a new server has sent my state before, without rooms, an older one has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RosterProgress {
    OwnStatesMissing(u8),
    Complete,
}

impl Connection {
    pub(super) fn link(&self) -> Option<LinkId> {
        match *self {
            Self::Handshaking { link, .. } | Self::Joined { link, .. } => Some(link),
            Self::Stopped | Self::Waiting | Self::Opening => None,
        }
    }
}

impl Client {
    /// Joins the session: asks the driver for a link. Does nothing if already started.
    pub fn start(&mut self) {
        if matches!(self.connection, Connection::Stopped) {
            self.open_link();
        }
    }

    /// Leaves the session and closes the link. A server that keeps places is told with a packet before; for others the
    /// end of the link is the goodbye.
    pub fn stop(&mut self, now: Instant) {
        if matches!(self.connection, Connection::Stopped) {
            return;
        }
        self.leave(now, Disconnection::Stopped);
    }

    /// Changes the codec of my voice. The others only learn about a codec when a player joins, so a client in a
    /// session leaves it and rejoins it at once; rooms and channels stay as they are.
    pub fn set_codec(&mut self, now: Instant, codec: CodecParameters) {
        if codec == self.settings.codec {
            return;
        }
        self.settings.codec = codec;
        // Without a link, the next handshake announces the new codec.
        if self.connection.link().is_some() {
            self.leave(now, Disconnection::CodecChanged);
        }
    }

    /// The codec of the voice that I send: see [`ClientSettings::codec`](crate::ClientSettings::codec).
    pub fn codec(&self) -> CodecParameters {
        self.settings.codec
    }

    fn leave(&mut self, now: Instant, cause: Disconnection) {
        let link = self.connection.link();
        let farewell = self.farewell();
        self.tear_down(now, cause);
        if let Some(link) = link {
            if let Some(farewell) = farewell {
                let written = self.outbox.push(Stage::ServerReliable, link, &farewell.into());
                debug_assert!(written.is_ok(), "a farewell is short");
            }
            self.commands.push_back(LinkCommand::close(link, CloseReason::Left));
        }
    }

    /// Changes the packet limits of the network, which the driver knows at the latest when it makes a link. Rooms and
    /// channels stay as they are; a frame that no longer fits is refused.
    pub fn set_packet_limits(&mut self, limits: PacketLimits) {
        self.settings.packets = limits.within_bounds();
        self.outbox.set_limits(self.settings.packets);
    }

    /// Disconnected, Degraded or Connected.
    pub fn status(&self) -> Status {
        match self.connection {
            Connection::Stopped => Status::Disconnected,
            Connection::Joined { .. } => Status::Connected,
            _ => Status::Degraded,
        }
    }

    /// The requested link is up. A link that is no longer wanted is closed.
    pub fn handle_connected(&mut self, now: Instant, link: LinkId) {
        self.now = now;
        if self.links.contains(link) {
            return;
        }
        if matches!(self.connection, Connection::Opening) {
            let give_up = now + self.settings.limits.handshake;
            self.connection = Connection::Handshaking { link, give_up };
            self.end_notice = None;
            self.send_handshake(now);
        } else if self.connection.link() != Some(link) {
            self.commands.push_back(LinkCommand::close(link, CloseReason::Left));
        }
    }

    /// Handles a failed attempt to open the requested link.
    pub fn handle_connect_failed(&mut self, now: Instant) {
        if matches!(self.connection, Connection::Opening) {
            self.lose_link(now, Disconnection::ConnectFailed);
        }
    }

    /// Handles the loss of the link to the server, or of a direct one.
    pub fn handle_disconnected(&mut self, now: Instant, link: LinkId) {
        self.now = now;
        self.forget_direct_link(link);
        if self.connection.link() == Some(link) {
            let removed = matches!(self.connection, Connection::Joined { removed: true, .. });
            if removed {
                self.tear_down(now, self.own_restrictions.removal());
            } else {
                self.lose_link(now, Disconnection::LinkLost);
            }
        }
    }

    pub(super) fn open_link(&mut self) {
        self.connection = Connection::Opening;
        self.commands.push_back(LinkCommand::Open);
    }

    /// Repeats an unanswered handshake, in case another server has started listening there.
    pub(super) fn ask_again(&mut self, now: Instant) {
        let Connection::Handshaking { link, give_up } = self.connection else { return };
        if now < give_up {
            return self.send_handshake(now);
        }
        self.lose_link(now, Disconnection::NoAnswer);
        self.commands.push_back(LinkCommand::close(link, CloseReason::NoAnswer));
    }

    fn send_handshake(&mut self, now: Instant) {
        let Connection::Handshaking { link, .. } = self.connection else { return };
        // A longer name can never join; the server times out.
        if self.settings.name.len() > self.settings.packets.name_bytes() {
            return;
        }
        let name = Some(WireStr::from(&*self.settings.name));
        let request = HandshakeRequest { codec: self.settings.codec, name };
        let token = self.settings.join_token.clone();
        let join_token = token.as_ref().map(JoinToken::as_bytes);
        let extension = self.handshake_extension();
        let extension = extension.map(|extension| HandshakeExtension { join_token, ..extension });
        let written = self.outbox.push_written(Stage::ServerReliable, [link], |out| {
            let mut writer = Writer::new(out);
            request.write(&mut writer)?;
            let body = writer.len();
            // The longest names leave no space for the extension; such a client looks like an original.
            let whole = extension.as_ref().map_or(Ok(()), |extension| extension.write(&mut writer));
            Ok::<_, consonance_wire::WriteError>(if whole.is_ok() { writer.len() } else { body })
        });
        debug_assert!(written.is_ok(), "a handshake is shorter than a state of the same name");
        self.timers.set(Timer::Handshake, now + HANDSHAKE_RETRY);
    }

    /// Handles the handshake's response, which is accepted in any state: it sets session and id, and players missing
    /// from it have left.
    pub(super) fn handle_response(
        &mut self,
        now: Instant,
        link: LinkId,
        response: &HandshakeResponse<'_>,
        extension: Option<&HandshakeExtension<'_>>,
    ) -> Result<(), Fault> {
        check_names(response)?;
        let HandshakeResponse { session, id, .. } = *response;
        if !matches!(self.connection, Connection::Joined { link: same, .. } if same == link) {
            self.left_rooms.clear();
        }
        let early = self.take_early_claims(session);
        let resumed = self.take_answer(session, id, extension);
        self.uplink_meter.begin();
        self.own_restrictions.begin();
        if !resumed {
            self.drop_players_not_in(response);
            self.players.roster.clear_listeners();
        }
        let missing = if response.clients.is_empty() { 2 } else { 1 };
        let roster = RosterProgress::OwnStatesMissing(missing);
        self.connection = Connection::Joined { link, session, id, roster, removed: false };
        self.timers.clear(Timer::Handshake);
        self.back_off.on_healthy(now);
        if resumed {
            self.events.push(ClientEvent::Resumed { session, id });
        } else {
            self.events.push(ClientEvent::Joined { session, id });
            self.load(response);
        }
        self.send_own_state(link, session, id);
        self.begin_position();
        self.meet_direct_peers(early);
        Ok(())
    }

    pub(super) fn handle_wrong_session(&mut self, now: Instant, session: SessionId) {
        let own = self.joined().ok().map(|(own, _)| own);
        if own == Some(session) {
            return;
        }
        let link = self.connection.link();
        if own.is_some_and(|own| join_again::session_to_name(own) == session) {
            // Another server may have taken over our session and kept our place.
            self.lose_link(now, Disconnection::WrongSession);
        } else {
            self.tear_down(now, Disconnection::WrongSession);
        }
        if let Some(link) = link {
            self.commands.push_back(LinkCommand::close(link, CloseReason::WrongSession));
        }
    }

    pub(super) fn send_own_state(&mut self, link: LinkId, session: SessionId, id: ClientId) {
        let (name, codec) = (Some(WireStr::from(&*self.settings.name)), self.settings.codec);
        let client = RosterEntry { name, id, codec };
        let rooms: Vec<&str> = self.rooms.names().collect();
        let most = self.settings.packets.reliable_bytes;
        write_state(session, &client, &rooms, most, |packet| {
            self.outbox.push_bytes(Stage::ServerReliable, [link], packet);
        });
    }

    /// Stops all voices, exits all rooms, removes all players, and schedules the next attempt if the cause calls for
    /// one.
    fn tear_down(&mut self, now: Instant, cause: Disconnection) {
        self.remove_all();
        self.place = Place::default();
        self.links.take_claims();
        self.timers.clear_all();
        self.end_connection(now, cause);
    }

    /// Handles a link that was lost or could not be opened: if the server may keep our place, all players stay as they
    /// are.
    pub(super) fn lose_link(&mut self, now: Instant, cause: Disconnection) {
        if self.hope_for_place(now) {
            self.timers.clear(Timer::Handshake);
            self.end_connection(now, cause);
        } else {
            self.tear_down(now, cause);
        }
    }

    fn end_connection(&mut self, now: Instant, cause: Disconnection) {
        self.outbox.clear();
        self.give_up_moderating();
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
            self.timers.set(Timer::Reconnect, now + wait);
            self.connection = Connection::Waiting;
        } else {
            let closed = self.links.drain();
            self.commands.extend(closed.map(|link| LinkCommand::close(link, CloseReason::Left)));
            self.connection = Connection::Stopped;
        }
        self.events.push(ClientEvent::Disconnected { cause, retry_in });
    }
}

/// A missing or duplicate name makes the whole response unusable; ids and rooms were checked during parsing.
fn check_names(response: &HandshakeResponse<'_>) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for client in response.clients {
        let name = client.name.ok_or(Fault::Contradiction)?.to_str();
        if !names.insert(name) {
            return Err(Fault::Contradiction);
        }
    }
    Ok(())
}
