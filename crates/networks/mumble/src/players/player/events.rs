//! Events of the session, translated into messages for the client.

use std::borrow::Cow;
use std::time::Duration;

use consonance_session::{ClientEvent, ClientId, CodecParameters, Instant, Restriction, TextTarget};

use super::MumblePlayer;
use super::hearing::{Heard, context_of};
use super::rejoining::REJOINING_MAX;
use crate::Voice;
use crate::control::messages::{DenyType, UserRemove, UserState};
use crate::players::profile::{Neighbours, Profile};
use crate::players::users::{OWN, User};

impl MumblePlayer {
    /// Processes all events of the session client.
    pub(super) fn take_events(&mut self, now: Instant, neighbours: &Neighbours) {
        while !self.is_over() && self.take_event(now, neighbours) {}
    }

    /// Processes one event; returns false if there was none.
    fn take_event(&mut self, now: Instant, neighbours: &Neighbours) -> bool {
        let hears = self.hears();
        let Self { client, hearing, .. } = self;
        let Some(event) = client.poll_event() else { return false };
        match event {
            ClientEvent::Voice(voice) => {
                let id = voice.id;
                let context = context_of(&self.own, &self.channels, voice.channels);
                let outcome = hearing.hear(now, &voice, context);
                let speaker = self.users.get(id).filter(|_| hears);
                let place = self.placing.place_heard(id, neighbours);
                if let (Some(Heard::Packet { number }), Some(user)) = (outcome, speaker) {
                    // Pushed at once, since the next event overwrites the frame. Messages are still sent before
                    // voice.
                    self.voices.push(&Voice {
                        target: context as u8,
                        session: user.number,
                        number,
                        opus: Cow::Borrowed(voice.frame),
                        is_last: false,
                        place,
                    });
                }
                self.tell_heard(id, outcome, neighbours);
            }
            ClientEvent::StoppedSpeaking { id, .. } => self.tell_stopped(id, neighbours),
            ClientEvent::PlayersSynced => {
                self.end_rejoining(now);
                self.sync(neighbours);
            }
            ClientEvent::PlayerJoined { id, name, codec } => self.note_joined(now, id, name, codec),
            ClientEvent::PlayerLeft { id, .. } => self.tell_left(now, id),
            ClientEvent::EnteredRoom { id, room, .. } => self.note_entered(now, id, &room, neighbours),
            ClientEvent::ExitedRoom { id, room, .. } => self.note_exited(id, &room),
            ClientEvent::RemovedFromRoom { room } => self.note_removed_from(&room),
            ClientEvent::Moved { from, to } => self.note_moved(&from, &to),
            ClientEvent::RoomFull { room, to } => self.note_full(&room, to),
            ClientEvent::RoomRights { .. } => self.flush_permissions(),
            ClientEvent::Restricted { restriction, terms } => {
                let reason = terms.as_ref().map(|terms| terms.reason.clone());
                self.tell_restricted(restriction, reason.as_deref());
            }
            ClientEvent::TextRateLimited { wait } => self.deny_text(wait),
            ClientEvent::Text { id, to, text, .. } => {
                self.tell_user(id, neighbours);
                self.tell_text(id, &to, &text);
            }
            ClientEvent::ModeratorAnswered { player, answer, .. } => self.tell_answer(&player, answer),
            ClientEvent::Kicked { reason } => self.kicked_because = Some(reason),
            ClientEvent::Disconnected { cause, .. } => self.note_disconnection(now, cause),
            ClientEvent::Draining { ends_in, .. } => {
                self.tell_notice(&format!("this session ends in {} s", ends_in.as_secs()));
            }
            ClientEvent::Recorded(recorded) if recorded.is_whole => {
                self.tell_notice("the server records this session");
            }
            // Not relevant to a Mumble client: reports, direct links, groups, lists of servers.
            ClientEvent::Joined { .. }
            | ClientEvent::Resumed { .. }
            | ClientEvent::Recorded(_)
            | ClientEvent::StartedSpeaking { .. }
            | ClientEvent::PeerIntroduced { .. }
            | ClientEvent::UplinkReport(_)
            | ClientEvent::ListenerReport(_)
            | ClientEvent::DrainCancelled
            | ClientEvent::GroupMessage { .. }
            | ClientEvent::ServersListed { .. } => {}
        }
        true
    }

    /// Whether the client is to hear others now.
    fn hears(&self) -> bool {
        self.is_synced && !self.profile.self_deaf
    }

    /// Tells of a speaker that is heard for the first time, and of one that is not.
    fn tell_heard(&mut self, id: ClientId, heard: Option<Heard>, neighbours: &Neighbours) {
        let Some(heard) = heard else { return };
        self.tell_user(id, neighbours);
        let Some(user) = self.users.get(id).filter(|_| heard == Heard::OtherCodec) else { return };
        let words = format!("{} uses a codec other than Opus, which Mumble cannot play", user.name);
        self.tell_notice(&words);
    }

    fn tell_stopped(&mut self, id: ClientId, neighbours: &Neighbours) {
        let Some((number, silence, context)) = self.hearing.stop(id) else { return };
        let Some(user) = self.users.get(id).filter(|_| self.hears()) else { return };
        self.voices.push(&Voice {
            target: context as u8,
            session: user.number,
            number,
            opus: Cow::Borrowed(&[silence]),
            is_last: true,
            place: self.placing.place_heard(id, neighbours),
        });
    }

    fn note_joined(&mut self, now: Instant, id: ClientId, name: Box<str>, codec: CodecParameters) {
        if self.client.id() == Some(id) {
            return;
        }
        self.hearing.player_joined(id, codec);
        if !self.take_back(id, &name) {
            self.users.insert(id, name, now + ROOMS_FOLLOW);
        }
    }

    fn deny_text(&mut self, wait: Duration) {
        let words = format!("a text came too soon after another: wait {} s", wait.as_secs() + 1);
        self.deny(DenyType::Text, words);
    }

    /// Tells the client of new players that seem to be in no room.
    pub(super) fn tell_users_if_due(&mut self, now: Instant, neighbours: &Neighbours) {
        for id in self.users.due(now) {
            self.tell_user(id, neighbours);
        }
    }

    /// Tells the client of a new player, if it has not been told yet.
    pub(super) fn tell_user(&mut self, id: ClientId, neighbours: &Neighbours) {
        if !self.is_synced || !self.users.note_told(id) {
            return;
        }
        self.tell_channels();
        self.users.relocate(id, &self.channels);
        let profile = neighbours.profile(id);
        if let Some(profile) = profile {
            self.shown.insert(id, profile.clone());
        }
        let state = self.users.get(id).map(|user| state_of(user, profile));
        if let Some(state) = state {
            self.tell_synced(state);
        }
    }

    fn tell_left(&mut self, now: Instant, id: ClientId) {
        self.hearing.player_left(id);
        if self.keep_absent(id) {
            return;
        }
        self.shown.remove(&id);
        let is_told = self.users.is_told(id);
        let Some(user) = self.users.remove(id) else { return };
        for room in &user.rooms {
            self.channels.note_left(room);
        }
        // It has left its rooms by now, and its place is where the client was told that it is.
        for channel in user.place.channels() {
            self.channels.hold(channel, now + REJOINING_MAX);
        }
        if !is_told {
            return;
        }
        self.tell_synced(UserRemove { session: user.number, ..UserRemove::default() });
    }

    fn note_entered(&mut self, now: Instant, id: ClientId, room: &str, neighbours: &Neighbours) {
        if self.client.id() == Some(id) {
            return self.note_own_entered(now, room);
        }
        self.users.note_entered(id, room);
        self.channels.note_entered(room);
        if self.users.is_told(id) {
            self.moved.insert(id);
        } else {
            self.tell_user(id, neighbours);
        }
    }

    /// The client is told where the player is after all other events, since players that leave the session leave their
    /// rooms first, as do those that announce many rooms at once, and are not to be seen to move.
    fn note_exited(&mut self, id: ClientId, room: &str) {
        if self.client.id() == Some(id) {
            return self.note_own_exited(room);
        }
        self.users.note_exited(id, room);
        self.channels.note_left(room);
        self.moved.insert(id);
    }

    /// Tells the client of players that have left rooms, and of channels that are empty now.
    pub(super) fn tell_places(&mut self) {
        if self.rejoining.is_some() {
            return;
        }
        while let Some(id) = self.moved.pop_first() {
            self.tell_place(id);
        }
        self.forget_empty_channels();
    }

    /// Tells the client of a player's place, if that has changed, after any new channels.
    fn tell_place(&mut self, id: ClientId) {
        if !self.users.is_told(id) {
            return;
        }
        self.tell_channels();
        let Some((number, place, before)) = self.users.relocate(id, &self.channels) else { return };
        self.tell_synced(UserState {
            session: Some(number),
            channel_id: (place.channel != before.channel).then_some(place.channel),
            listening_channel_add: place.listening.difference(&before.listening).copied().collect(),
            listening_channel_remove: before.listening.difference(&place.listening).copied().collect(),
            ..UserState::default()
        });
    }

    /// Removes channels that players have left and that are empty now, except for the permanent ones and the client's
    /// own.
    fn forget_empty_channels(&mut self) {
        let Self { channels, users, own, client, .. } = self;
        channels.forget_empty(|room| {
            users.is_used(room) || own.entering.wants(room) || client.rooms().any(|mine| mine == room)
        });
    }

    /// Tells the client of changed profiles of the listener's other users.
    pub(super) fn tell_profiles(&mut self, neighbours: &Neighbours) {
        let before = std::mem::replace(&mut self.profile_changes, neighbours.changes());
        if before == neighbours.changes() {
            return;
        }
        let Self { users, shown, .. } = self;
        // Only changed users: comparing all with all on every change would be slow on a large listener.
        let ids: Vec<ClientId> = match neighbours.changed_since(before) {
            Some(changed) => changed.collect(),
            None => users.iter().map(|(id, _)| id).collect(),
        };
        let mut changes = Vec::new();
        for id in ids {
            let known = users.get(id).zip(neighbours.profile(id)).filter(|_| users.is_told(id));
            let Some((user, profile)) = known else { continue };
            let before = shown.get(&id);
            if before == Some(profile) {
                continue;
            }
            changes.push((
                id,
                profile.clone(),
                UserState {
                    session: Some(user.number),
                    actor: Some(user.number),
                    self_mute: Some(profile.self_mute),
                    self_deaf: Some(profile.self_deaf),
                    recording: Some(profile.is_recording),
                    hash: (!profile.hash.is_empty()).then(|| profile.hash.clone().into()),
                    ..UserState::default()
                },
            ));
        }
        for (id, profile, state) in changes {
            self.shown.insert(id, profile);
            self.tell_synced(state);
        }
    }

    /// Tells the client of a restriction that an operator has set or lifted.
    fn tell_restricted(&mut self, restriction: Restriction, reason: Option<&str>) {
        let is_imposed = reason.is_some();
        match restriction {
            Restriction::Muted => {
                self.tell_synced(UserState {
                    session: Some(OWN),
                    mute: Some(is_imposed),
                    ..UserState::default()
                });
            }
            Restriction::Deafened => {
                self.tell_synced(UserState {
                    session: Some(OWN),
                    deaf: Some(is_imposed),
                    ..UserState::default()
                });
            }
            Restriction::TextMuted => {}
        }
        let what = match restriction {
            Restriction::Muted => "your voice",
            Restriction::Deafened => "your hearing",
            Restriction::TextMuted => "your texts",
        };
        let words = match reason {
            Some("") => format!("an operator has taken {what}"),
            Some(reason) => format!("an operator has taken {what}: {reason}"),
            None => format!("an operator has restored {what}"),
        };
        self.tell_notice(&words);
    }

    /// Tells a client that has just joined of the restrictions that operators have set before.
    pub(super) fn tell_restrictions(&mut self) {
        let imposed: Vec<_> = self
            .client
            .own_restrictions()
            .all()
            .imposed()
            .map(|(restriction, terms)| (restriction, terms.reason.clone()))
            .collect();
        for (restriction, reason) in imposed {
            self.tell_restricted(restriction, Some(&reason));
        }
    }

    fn tell_text(&mut self, id: ClientId, to: &TextTarget, text: &str) {
        let Some(user) = self.users.get(id) else { return };
        let actor = user.number;
        let channel = match to {
            TextTarget::Room(room) => self.channels.of_room(room),
            TextTarget::Player(_) => None,
        };
        self.tell_text_of(actor, channel, text);
    }
}

/// The message that introduces a user to a client.
pub(super) fn state_of(user: &User, profile: Option<&Profile>) -> UserState {
    let shown = |is: fn(&Profile) -> bool| profile.is_some_and(is).then_some(true);
    UserState {
        session: Some(user.number),
        name: Some(user.name.clone().into()),
        channel_id: Some(user.place.channel),
        listening_channel_add: user.place.listening.iter().copied().collect(),
        self_mute: shown(|profile| profile.self_mute),
        self_deaf: shown(|profile| profile.self_deaf),
        recording: shown(|profile| profile.is_recording),
        hash: profile.filter(|profile| !profile.hash.is_empty()).map(|profile| profile.hash.clone().into()),
        ..UserState::default()
    }
}

/// The time within which the rooms of a new player are known.
const ROOMS_FOLLOW: Duration = Duration::from_millis(200);
