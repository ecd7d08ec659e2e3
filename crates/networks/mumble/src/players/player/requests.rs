//! Requests from the client.

use consonance_session::Instant;

use super::MumblePlayer;
use super::named::Named;
use super::speaking::LISTENERS_MAX;
use crate::Control;
use crate::control::messages::{ChannelUpdate, DenyType, PermissionQuery, UserState, UserStats, VoiceTarget};
use crate::players::users::OWN;

impl MumblePlayer {
    /// Carries out a message, as far as a session supports it.
    pub(super) fn obey(&mut self, now: Instant, control: Control) {
        match control {
            Control::UserState(state) => match state.session {
                None | Some(OWN) => self.change_own_state(now, &state),
                Some(user) => self.change_other(user, &state),
            },
            Control::TextMessage(message) => self.send_text(&message),
            Control::VoiceTarget(target) => self.set_whisper(&target),
            Control::PermissionQuery(query) => self.answer_permissions(query),
            Control::PluginData(data) => self.send_plugin_data(now, data),
            Control::UserStats(stats) => self.answer_stats(now, &stats),
            Control::UserRemove(remove) => self.remove_other(&remove),
            Control::ChannelState(state) => self.change_channel(now, &state),
            Control::ChannelRemove(_) => {
                self.deny(
                    DenyType::Text,
                    "channels are the session's rooms: they disappear with their last player",
                );
            }
            Control::Acl(_) => {
                self.deny(
                    DenyType::Text,
                    "permissions are granted by the operator, in the server's settings",
                );
            }
            Control::BanList(_) => {
                self.deny(
                    DenyType::Text,
                    "bans are managed by the operator, with `consonance admin` or its page",
                );
            }
            Control::UserList(_) | Control::QueryUsers(_) => {
                self.deny(DenyType::Text, "this server has no registered users");
            }
            Control::Authenticate(_) => {
                self.deny(DenyType::Text, "access tokens are checked when you connect: reconnect");
            }
            // Without effect here, the network's own, or from servers only.
            Control::Version(_)
            | Control::Ping(_)
            | Control::CryptSetup(_)
            | Control::ContextAction(_)
            | Control::RequestBlob(_)
            | Control::Reject(_)
            | Control::ServerSync(_)
            | Control::PermissionDenied(_)
            | Control::CodecVersion(_)
            | Control::ServerConfig(_) => {}
        }
    }

    fn change_own_state(&mut self, now: Instant, state: &UserState) {
        let is_kept = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        if is_kept(&state.comment) || state.texture.as_ref().is_some_and(|picture| !picture.is_empty()) {
            self.deny(DenyType::Text, "comments and pictures are not stored here");
        }
        if state.user_id.is_some() {
            self.deny(
                DenyType::Text,
                "this server has no registered users: your certificate is your account",
            );
        }
        if state.priority_speaker == Some(true) {
            self.deny(DenyType::Text, "priorities are granted by the operator, in a join token");
        }
        if let Some(world) = &state.plugin_context {
            self.placing.enter(world);
        }
        self.change_switches(state);
        let (add, remove) = (&state.listening_channel_add, &state.listening_channel_remove);
        if !add.is_empty() || !remove.is_empty() {
            self.change_listening(now, add, remove);
        }
        if let Some(channel) = state.channel_id {
            self.enter(now, channel);
        }
    }

    /// Microphone, loudspeaker and recorder: a user that hears nothing says nothing either.
    fn change_switches(&mut self, state: &UserState) {
        let before = self.profile.clone();
        let profile = &mut self.profile;
        profile.is_recording = state.recording.unwrap_or(profile.is_recording);
        profile.self_deaf = state.self_deaf.unwrap_or(profile.self_deaf);
        profile.self_mute = state.self_mute.unwrap_or(profile.self_mute);
        if state.self_deaf == Some(true) {
            profile.self_mute = true;
        } else if state.self_mute == Some(false) {
            profile.self_deaf = false;
        }
        if *profile == before {
            return;
        }
        let state = UserState {
            session: Some(OWN),
            actor: Some(OWN),
            self_mute: Some(profile.self_mute),
            self_deaf: Some(profile.self_deaf),
            recording: Some(profile.is_recording),
            ..UserState::default()
        };
        self.tell_synced(state);
        if self.profile.self_mute {
            self.close_channels();
        }
    }

    /// A new channel, or a change of one.
    fn change_channel(&mut self, now: Instant, state: &ChannelUpdate) {
        if state.channel_id.is_none() {
            return self.make_channel(now, state.parent(), state.name());
        }
        if state.links_add.is_empty() && state.links_remove.is_empty() {
            return self.deny(DenyType::Text, "channels are the session's rooms: their names are fixed");
        }
        self.change_links(now, state);
    }

    fn answer_permissions(&mut self, query: PermissionQuery) {
        let channel = query.channel_id();
        if self.channels.contains(channel) {
            let permissions = Some(self.permissions(channel));
            self.tell_synced(PermissionQuery { channel_id: Some(channel), permissions, flush: None });
        }
    }

    /// Answers with the time since the login for the client's own user; of others only their presence is known.
    fn answer_stats(&mut self, now: Instant, stats: &UserStats) {
        let session = stats.session.unwrap_or(OWN);
        if session != OWN && self.users.of_number(session).is_none() {
            return;
        }
        let seconds = u32::try_from(now.since(self.started_at).as_secs()).unwrap_or(u32::MAX);
        self.tell_synced(UserStats {
            session: Some(session),
            stats_only: stats.stats_only,
            onlinesecs: (session == OWN).then_some(seconds),
            idlesecs: None,
            opus: Some(true),
        });
    }

    /// Stores the listeners of a whisper.
    fn set_whisper(&mut self, target: &VoiceTarget) {
        let Ok(id) = u8::try_from(target.id()) else { return };
        let mut named = Named::new(LISTENERS_MAX);
        for target in &target.targets {
            named.add_users(&target.session, &self.users);
            if let Some(channel) = target.channel_id {
                named.add_channel(channel, target.children(), &self.channels);
            }
        }
        if named.has_too_many() {
            let words = format!("a whisper reaches at most {LISTENERS_MAX} users and channels");
            self.deny(DenyType::Text, words);
        }
        let listeners = named.targets(&self.users, &self.channels);
        self.speaking.set_whisper(id, listeners);
    }
}
