//! What a game asks of its client, and what it may know.

use consonance_wire::limits::GROUP_MESSAGE_BYTES_MAX;
use consonance_wire::{
    Capabilities, ClientId, CodecParameters, GroupPart, LossRun, Position, Reception, ResumeTicket,
};

use super::channels::{ChannelId, ChannelProperties, Target};
use super::event::Disconnection;
use super::moderator::ModerateError;
use super::own_voice::{ChannelError, OwnVoice, VoiceError};
use super::players::Players;
use super::restrictions::OwnRestrictions;
use super::rooms::RoomError;
use super::send_order::SendOrder;
use super::server_link::{LinkChange, ServerLink, Status};
use super::settings::{ClientSettings, Routing};
use super::statistics::{ClientStatistics, DirectLinkStatistics, TrafficByType};
use super::text::TextError;
use super::{Client, Joined};
use crate::link::CloseReason;
use crate::moderator::ModeratorAction;
use crate::packet_limits::PacketLimits;
use crate::time::Instant;

impl Client {
    /// The settings of the start, but with the present codec, packet limits and routing.
    pub fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// My name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// My id, while I am in a session.
    pub fn id(&self) -> Option<ClientId> {
        self.server.joined().map(|me| me.id)
    }

    /// Disconnected, Degraded or Connected.
    pub fn status(&self) -> Status {
        self.server.status()
    }

    /// The link to the server, and what the server has said about it.
    pub fn server(&self) -> &ServerLink {
        &self.server
    }

    /// Changes the codec of my voice. The others only learn about a codec when a player joins, so a client in a
    /// session leaves it and rejoins it at once; rooms and channels stay as they are.
    pub fn set_codec(&mut self, now: Instant, codec: CodecParameters) {
        if codec == self.settings.codec {
            return;
        }
        self.settings.codec = codec;
        // Without a link, the next handshake announces the new codec.
        if self.server.link().is_some() {
            self.leave(now, Disconnection::CodecChanged);
        }
    }

    /// Changes the packet limits of the network, which the driver knows at the latest when it makes a link. Rooms and
    /// channels stay as they are; a frame that no longer fits is refused.
    pub fn set_packet_limits(&mut self, limits: PacketLimits) {
        self.settings.packets = limits.within_bounds();
        self.out.outbox.set_limits(self.settings.packets);
    }

    /// Changes the use of direct links, from the next packet on.
    pub fn set_routing(&mut self, routing: Routing) {
        self.settings.routing = routing;
        self.router.set_routing(routing);
    }

    /// Requests the place of an earlier client when I join; if it is no longer kept, I am a new player. Has no effect
    /// while I am in a session.
    pub fn resume_with(&mut self, now: Instant, ticket: ResumeTicket) {
        self.server.ask_for_place(now, ticket, &mut self.out);
    }

    /// Replaces the present link: requests another one at once. Rooms and channels stay; if the server keeps places, so
    /// do players and id, and others see no change. Returns false without any effect if I am in no session, or the same
    /// server would not give my place back.
    pub fn change_link(&mut self, now: Instant, change: LinkChange) -> bool {
        let Some(Joined { link, .. }) = self.server.joined() else { return false };
        let (cause, reason) = match change {
            LinkChange::Route if self.server.ticket().is_none() => return false,
            LinkChange::Route => (Disconnection::LinkChanged, CloseReason::Resumed),
            LinkChange::Redirect => (Disconnection::Redirected, CloseReason::Redirected),
        };
        self.lose_link(now, cause);
        self.out.close(link, reason);
        true
    }

    /// The players of the session, myself included.
    pub fn players(&self) -> &Players {
        self.others.players()
    }

    /// The decisions of the server's operator about me.
    pub fn own_restrictions(&self) -> &OwnRestrictions {
        self.own.restrictions()
    }

    /// Starts listening to a room, in this session and in all later ones. Joining twice has no further effect.
    ///
    /// # Errors
    /// If the name is too long, too many rooms are joined, or the id of the room is taken by another one.
    pub fn join_room(&mut self, room: &str) -> Result<(), RoomError> {
        self.own.rooms_mut().join(room, self.server.joined(), &self.settings, &mut self.out)
    }

    /// Stops listening to a room. No effect if it was not joined.
    pub fn leave_room(&mut self, room: &str) {
        self.own.rooms_mut().leave(room, self.server.joined(), &self.settings, &mut self.out);
    }

    /// Holds the following changes of my rooms back until [`announce_rooms`](Self::announce_rooms) announces them
    /// together: many changes at once then cost the session no more than a few.
    pub fn collect_room_changes(&mut self) {
        self.own.rooms_mut().collect_changes();
    }

    /// Announces the changes of my rooms that were held back.
    ///
    /// Up to four are announced as they were made. Of more, the server is told the list of all my rooms instead, after
    /// which clients see me leave all rooms and enter those of the list in the same moment.
    pub fn announce_rooms(&mut self) {
        self.own.rooms_mut().announce_all(self.server.joined(), &self.settings, &mut self.out);
    }

    /// The rooms that I listen to, sorted.
    pub fn rooms(&self) -> impl ExactSizeIterator<Item = &str> {
        self.own.rooms().list().names()
    }

    /// Reports my position; `None` withdraws it.
    ///
    /// A server that routes by distance gets reports at most ten times a second, and at least once a second; other
    /// servers get none.
    pub fn set_position(&mut self, position: Option<Position>) {
        let is_wanted = self.server.wants_position();
        self.position.set(self.now, position, is_wanted, &mut self.out);
    }

    /// The position that the game has set last.
    pub fn position(&self) -> Option<Position> {
        self.position.position()
    }

    /// Reports how many frames of a player were due and how many of them had not arrived by then. The server is told
    /// once per second, and sends the player a summary of its listeners' reports; a server without support is told
    /// nothing.
    ///
    /// The numbers of one player add up until the next report; of the delays and the losses in a row, the last value
    /// is used.
    pub fn report_reception(&mut self, reception: Reception, lost_in_a_row: LossRun) {
        let is_here = self.others.players().name_of(reception.speaker).is_some();
        if self.server.can(Capabilities::VOICE_REPORTS) && is_here {
            self.others.receptions_mut().add(self.now, reception, lost_in_a_row, &mut self.out);
        }
    }

    /// My own voice: its channels, their priority, and the numbers of frames.
    pub fn voice(&self) -> &OwnVoice {
        self.own.voice()
    }

    /// My own voice, to be changed.
    pub fn voice_mut(&mut self) -> &mut OwnVoice {
        self.own.voice_mut()
    }

    /// Speaks to a room or a player from the next frame on. A channel to an absent player waits for that player;
    /// channels outlive a lost link.
    ///
    /// # Errors
    /// If too many channels are open.
    pub fn open_channel(
        &mut self,
        target: Target,
        properties: ChannelProperties,
    ) -> Result<ChannelId, ChannelError> {
        let (players, channels_max) = (self.others.players(), self.settings.channels);
        self.own.voice_mut().open_channel(target, properties, players, channels_max)
    }

    /// Sends one encoded frame to all recipients of my channels; returns their number.
    ///
    /// Without a listener nothing is sent, unless a channel leads to
    /// [`ALWAYS_SEND_ROOM`](consonance_wire::ALWAYS_SEND_ROOM): then the frame goes to the server for recorders and
    /// taps there. Nothing is sent while the server's operator has muted me. Until a frame is sent, closing channels
    /// wait.
    ///
    /// A frame counts as sent at the latest time from the driver; for an exact
    /// [`UplinkReport::queueing`](crate::UplinkReport), call [`handle_timeout`](Self::handle_timeout) before.
    ///
    /// # Errors
    /// If the client has not joined a session or the frame is too long.
    pub fn send_voice(&mut self, frame: &[u8]) -> Result<usize, VoiceError> {
        let (voice, mut sending) = self.voice_and_sending();
        voice.send(frame, &mut sending)
    }

    /// Sends a frame that missed its turn, this many frames late: 1 is the place right before the next frame. Those
    /// places must have been [skipped](OwnVoice::skip). It does not change any channels, and is for an utterance
    /// that continues; returns the number of recipients.
    ///
    /// # Errors
    /// As [`send_voice`](Self::send_voice).
    pub fn send_late_voice(&mut self, frame: &[u8], frames_ago: u16) -> Result<usize, VoiceError> {
        let (voice, mut sending) = self.voice_and_sending();
        voice.send_late(frame, frames_ago, &mut sending)
    }

    /// Sends a text message to all listeners of a room, or to one player; returns the number of recipients.
    ///
    /// # Errors
    /// If the client has not joined a session, the server's operator does not let me write, the player is not here, or
    /// the text is too long for its number of listeners.
    pub fn send_text(&mut self, target: &Target, text: &str) -> Result<usize, TextError> {
        let (_, mut sending) = self.voice_and_sending();
        sending.send_text(target, text)
    }

    /// Requests an action against a player of this session.
    /// [`ModeratorAnswered`](crate::ClientEvent::ModeratorAnswered) has the result in every case.
    ///
    /// # Errors
    /// If it cannot be sent; then there is no event.
    pub fn moderate(
        &mut self,
        player: &str,
        action: &ModeratorAction,
        reason: &str,
    ) -> Result<(), ModerateError> {
        let me = self.server.joined().ok_or(ModerateError::NotJoined)?;
        if !self.server.can(Capabilities::MODERATORS) {
            return Err(ModerateError::NotOffered);
        }
        self.moderator_requests.request(player, action, reason, me, &mut self.out)
    }

    /// Sends a message to the delivery service of an encrypted session's group. False if there is none, or the message
    /// is too long.
    pub fn send_group_message(&mut self, message: &[u8]) -> bool {
        let Some(Joined { link, session, .. }) = self.server.joined() else { return false };
        if !self.server.can(Capabilities::GROUPS) || message.len() > GROUP_MESSAGE_BYTES_MAX {
            return false;
        }
        let most = self.settings.packets.reliable_bytes.saturating_sub(GroupPart::OVERHEAD_BYTES);
        GroupPart::of(message, most).all(|part| {
            self.out
                .send_written(SendOrder::ServerReliable, link, |writer| part.write(session, writer))
                .is_ok()
        })
    }

    /// The counts so far.
    pub fn statistics(&self) -> ClientStatistics {
        let received = self.traffic.received().total(self.now);
        ClientStatistics {
            packets_in: received.packets,
            bytes_in: received.bytes,
            events_dropped: self.out.events.dropped(),
            ..self.out.statistics.clone()
        }
    }

    /// The traffic over all links, in and out, by type of packet.
    pub fn traffic(&self) -> &TrafficByType {
        &self.traffic
    }

    /// Every direct link, in the order of their names.
    pub fn direct_links(&self) -> impl Iterator<Item = DirectLinkStatistics> {
        self.others.direct_links()
    }
}
