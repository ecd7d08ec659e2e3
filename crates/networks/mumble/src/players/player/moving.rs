//! The client's own channel, which is the room that it speaks in and listens to, and the rooms that it only listens
//! to: those that it has chosen for that, and those that it has [linked](super::linking) with its own.

use consonance_session::{Capabilities, Instant, RoomUse};

use super::MumblePlayer;
use super::entering::{Answer, Wish};
use crate::control::messages::{DenyType, PermissionDenied, PermissionQuery, UserState, permission};
use crate::players::channels::ROOT;
use crate::players::users::OWN;

/// Channels of one message. The rooms of them all are announced to the session together.
pub(super) const CHANNELS_MAX: usize = 64;

impl MumblePlayer {
    /// Asks to enter the first of the permanent rooms, for a newcomer.
    pub(super) fn enter_first_room(&mut self) {
        let Some(room) = self.settings.rooms.first().cloned() else { return };
        if self.client.join_room(&room).is_ok() {
            self.own.entering.add(room.into(), Wish::Enter, None);
        }
    }

    /// The user wants to another channel.
    pub(super) fn enter(&mut self, now: Instant, channel: u32) {
        if channel == self.own.channel() {
            return;
        }
        if channel == ROOT {
            self.stop_entering();
            self.move_to(ROOT);
            return;
        }
        match self.channels.room(channel).map(Box::<str>::from) {
            Some(room) => self.ask_for_room(now, &room, Wish::Enter),
            None => self.deny(DenyType::Text, "this channel no longer exists"),
        }
    }

    /// The user wants to hear other channels, or no longer.
    pub(super) fn change_listening(&mut self, now: Instant, add: &[u32], remove: &[u32]) {
        if add.len() + remove.len() > CHANNELS_MAX {
            return self.deny(DenyType::Text, "too many channels at once");
        }
        for channel in remove {
            self.stop_listening(*channel);
        }
        for channel in add {
            if *channel == self.own.channel() || self.own.listens_to(*channel) {
                continue;
            }
            self.ask_to_hear(now, *channel, Wish::Listen);
        }
    }

    /// The user wants to hear another channel besides its own.
    pub(super) fn ask_to_hear(&mut self, now: Instant, channel: u32, wish: Wish) {
        match self.channels.room(channel).map(Box::<str>::from) {
            Some(room) if self.own.entering.wants(&room) => {}
            Some(_) if self.own.entering.is_full() => {
                self.deny(DenyType::Text, "one channel at a time: wait a moment");
            }
            Some(room) => self.ask_for_room(now, &room, wish),
            None => self.deny(DenyType::Text, "this channel is not a room: there is nothing to hear"),
        }
    }

    /// A room in a channel, which becomes a channel when the session lets the user in.
    pub(super) fn make_channel(&mut self, now: Instant, parent: u32, name: &str) {
        let name = name.trim();
        if !self.settings.other_rooms {
            return self.deny(DenyType::Text, "the channels of this server are fixed");
        }
        let room = self.channels.name_in(parent, name).filter(|_| !name.is_empty() && !name.contains('/'));
        let Some(room) = room else {
            return self.deny(DenyType::ChannelName, "invalid channel name");
        };
        if self.channels.note_entered(&room).is_none() {
            return self.deny(DenyType::Text, "there are too many channels");
        }
        // It goes again unless the user gets into it.
        self.channels.note_left(&room);
        self.ask_for_room(now, &room, Wish::Enter);
    }

    fn ask_for_room(&mut self, now: Instant, room: &str, wish: Wish) {
        if self.client.own_restrictions().all().room_rights(room).listen == Some(false) {
            return self.deny_entering(room, "an operator has barred you from this channel");
        }
        if wish == Wish::Enter {
            self.stop_entering();
        }
        let was_in_it = self.client.rooms().any(|mine| *mine == *room);
        if let Err(error) = self.client.join_room(room) {
            return self.deny_entering(room, &error.to_string());
        }
        self.channels.note_wanted(room);
        self.own.entering.add(room.into(), wish, Some(now + self.settings.entering_max));
        if was_in_it {
            self.settle(room);
        }
    }

    /// Another channel is wanted than before, or none.
    fn stop_entering(&mut self) {
        for room in self.own.entering.take_moves() {
            self.leave_unless_used(&room);
        }
    }

    /// Handles that the session reports the user in a room.
    pub(super) fn note_own_entered(&mut self, now: Instant, room: &str) {
        self.own.entering.note_entered(now, room);
    }

    /// The user is in a room that it wanted to enter.
    pub(super) fn settle(&mut self, room: &str) {
        let Some(wish) = self.own.entering.take(room) else { return };
        let Some(channel) = self.channels.note_entered(room) else { return };
        match wish {
            Wish::Enter => self.move_to(channel),
            Wish::Listen => {
                self.own.listen(channel);
                self.tell_listening(&[channel], &[]);
            }
            Wish::Link => self.link(channel),
        }
    }

    /// The user is in this channel from now on. Rooms that it also listens to stay, and links end.
    fn move_to(&mut self, channel: u32) {
        let before = self.own.enter(channel);
        self.end_links_of(before);
        if let Some(room) = self.channels.room(before).map(Box::<str>::from) {
            self.leave_unless_used(&room);
        }
        if self.own.stop_listening(channel) {
            self.tell_listening(&[], &[channel]);
        }
        self.tell_channels();
        self.tell_synced(UserState {
            session: Some(OWN),
            actor: Some(OWN),
            channel_id: Some(channel),
            ..UserState::default()
        });
        self.close_channels();
    }

    /// The server has taken the user out of a room.
    pub(super) fn note_removed_from(&mut self, room: &str) {
        if self.own.entering.take(room).is_some() {
            self.channels.note_left(room);
            return self.deny_entering(room, "you have no access to this channel: it may require a token");
        }
        self.note_own_exited(room);
        self.tell_notice(&format!("you were removed from {room}"));
    }

    /// An operator has moved the user.
    pub(super) fn note_moved(&mut self, from: &str, to: &str) {
        let was_there = self.channels.of_room(from) == Some(self.own.channel());
        let Some(channel) = self.channels.note_entered(to) else { return };
        if was_there {
            self.move_to(channel);
        } else {
            self.note_own_exited(from);
            self.own.listen(channel);
            self.tell_listening(&[channel], &[]);
        }
    }

    /// The user listens to a room no longer, whatever it wanted.
    pub(super) fn note_own_exited(&mut self, room: &str) {
        let Some(channel) = self.channels.of_room(room) else { return };
        if self.client.rooms().any(|mine| mine == room) {
            return;
        }
        self.channels.note_left(room);
        if channel == self.own.channel() && channel != ROOT {
            self.move_to(ROOT);
        }
        self.unlink(channel);
        self.stop_listening(channel);
    }

    /// A room has no place for the user.
    pub(super) fn note_full(&mut self, room: &str, to: RoomUse) {
        if to == RoomUse::Speak {
            return self.deny(DenyType::ChannelFull, format!("{room} has its maximum number of speakers"));
        }
        if self.own.entering.take(room).is_some() {
            self.leave_unless_used(room);
            self.deny(DenyType::ChannelFull, format!("{room} is full"));
        }
    }

    /// A room that the user is in is its channel by now; one that does not answer is not open to it.
    pub(super) fn end_entering_if_due(&mut self, now: Instant) {
        while let Some(answer) = self.own.entering.due(now) {
            match answer {
                Answer::Entered(room) => self.settle(&room),
                Answer::None(room) => {
                    self.own.entering.take(&room);
                    self.leave_unless_used(&room);
                    self.deny_entering(&room, "you have no access to this channel");
                }
            }
        }
    }

    /// The user's permissions in a channel, as Mumble's bits.
    pub(super) fn permissions(&self, channel: u32) -> u32 {
        let mut permissions = permission::TRAVERSE | permission::ENTER | permission::TEXT_MESSAGE;
        if self.settings.other_rooms {
            permissions |= permission::MAKE_TEMP_CHANNEL;
        }
        if self.client.server().can(Capabilities::MODERATORS) {
            permissions |= permission::MUTE_DEAFEN | permission::MOVE | permission::KICK | permission::BAN;
        }
        let Some(room) = self.channels.room(channel) else { return permissions };
        let rights = self.client.own_restrictions().all().room_rights(room);
        if rights.listen == Some(false) {
            permissions &= !permission::ENTER;
        } else {
            permissions |= permission::LISTEN | permission::LINK_CHANNEL;
        }
        if rights.speak != Some(false) {
            permissions |= permission::SPEAK | permission::WHISPER;
        }
        permissions
    }

    /// Tells the client that its permissions have changed, so that it asks for them again.
    pub(super) fn flush_permissions(&mut self) {
        let permissions = Some(self.permissions(self.own.channel()));
        self.tell_synced(PermissionQuery {
            channel_id: Some(self.own.channel()),
            permissions,
            flush: Some(true),
        });
    }

    fn stop_listening(&mut self, channel: u32) {
        let is_wanted =
            self.channels.room(channel).is_some_and(|room| self.own.entering.stop_listening(room));
        let was_heard = self.own.stop_listening(channel);
        if !is_wanted && !was_heard {
            return;
        }
        if let Some(room) = self.channels.room(channel).map(Box::<str>::from) {
            self.leave_unless_used(&room);
        }
        self.tell_listening(&[], &[channel]);
    }

    /// Leaves a room that is neither the user's channel nor one that it listens to.
    pub(super) fn leave_unless_used(&mut self, room: &str) {
        let channel = self.channels.of_room(room);
        let is_used = channel.is_some_and(|channel| self.own.uses(channel));
        if !is_used && !self.own.entering.wants(room) {
            self.client.leave_room(room);
            self.channels.note_left(room);
        }
    }

    fn tell_listening(&mut self, add: &[u32], remove: &[u32]) {
        self.tell_synced(UserState {
            session: Some(OWN),
            listening_channel_add: add.to_vec(),
            listening_channel_remove: remove.to_vec(),
            ..UserState::default()
        });
    }

    fn deny_entering(&mut self, room: &str, reason: &str) {
        self.tell_synced(PermissionDenied {
            kind: Some(DenyType::Text as i32),
            permission: Some(permission::ENTER),
            channel_id: self.channels.of_room(room),
            session: Some(OWN),
            reason: Some(format!("{room}: {reason}")),
        });
    }
}
