//! A real server, Mumble's players and native ones in one thread, with links without latency.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use consonance_mumble::control::messages::{Authenticate, UserState};
use consonance_mumble::players::{MumblePlayer, Neighbours, PlayerCommand, PlayerSettings};
use consonance_mumble::{Control, Login, MumbleVersion, Voice};
use consonance_session::{Access, Delivery, EndReason, Instant, LinkId, ServerSettings};
use consonance_testing::direct_session::{DirectSession, GuestCommand, GuestPlayer};

/// The session of a client's own user.
pub(crate) const OWN: u32 = 1;

/// All players and the packets in flight between them; the guests are Mumble's users.
pub(crate) struct Session {
    direct: DirectSession<User>,
    pub(crate) settings: PlayerSettings,
}

/// A Mumble client and the player behind it.
pub(crate) struct User {
    pub(crate) player: MumblePlayer,
    link: Option<LinkId>,
    controls: Vec<Control>,
    voices: Vec<Voice<'static>>,
    /// The number of its next packet of voice.
    pub(crate) number: u64,
}

impl Deref for Session {
    type Target = DirectSession<User>;

    fn deref(&self) -> &Self::Target {
        &self.direct
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.direct
    }
}

impl Session {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut direct = DirectSession::with(change);
        // When the driver is asked for access, only Mia is a moderator.
        direct.access = |name| {
            let mut access = Access::default();
            access.is_moderator = name == "Mia";
            access
        };
        let mut settings = PlayerSettings::new("main");
        settings.rooms = ["lobby", "team/red", "team/blue"].map(String::from).to_vec();
        Self { direct, settings }
    }

    /// A user that is in the lobby.
    pub(crate) fn user(&mut self, name: &str) -> usize {
        let user = self.user_with(&login(name));
        self.told(user);
        user
    }

    pub(crate) fn user_with(&mut self, login: &Login) -> usize {
        let player = MumblePlayer::new(self.now, Arc::new(self.settings.clone()), login);
        self.add_guest(User { player, link: None, controls: vec![], voices: vec![], number: 100 })
    }

    /// Sends a message from the client.
    pub(crate) fn say(&mut self, user: usize, control: impl Into<Control>) {
        let DirectSession { now, guests, shared, .. } = &mut self.direct;
        guests[user].player.handle_control(*now, control.into(), shared);
        self.run();
    }

    /// Sends a new state of the client's own user.
    pub(crate) fn say_state(&mut self, user: usize, state: UserState) {
        self.say(user, state);
        self.wait(Duration::from_millis(60));
    }

    /// Sends the client's next voice packet, which lasts this many units of 10 ms.
    pub(crate) fn speak(&mut self, user: usize, target: u8, opus: &[u8], units: u64) {
        self.speak_with(user, Voice { target, opus: opus.to_vec().into(), ..Voice::default() }, units);
    }

    pub(crate) fn speak_with(&mut self, user: usize, voice: Voice<'static>, units: u64) {
        let number = self.guests[user].number;
        self.send_voice(user, &Voice { number, ..voice });
        self.guests[user].number += units;
        self.wait(Duration::from_millis(10 * units));
    }

    /// Sends the client's next voice packet, of 10 ms, and lets no time pass.
    pub(crate) fn say_voice(&mut self, user: usize, voice: Voice<'static>) {
        let number = self.guests[user].number;
        self.guests[user].number += 1;
        self.send_voice(user, &Voice { number, ..voice });
    }

    /// Sends a voice packet as it is, and does what a listener does: the user's place is known to the others.
    pub(crate) fn send_voice(&mut self, user: usize, voice: &Voice<'_>) {
        let DirectSession { now, guests, shared, .. } = &mut self.direct;
        let player = &mut guests[user].player;
        player.handle_voice(*now, voice, shared);
        if let Some(id) = player.id() {
            let profile = player.profile().clone();
            shared.set_profile(id, &profile);
            shared.set_place(id, player.place());
        }
        self.run();
    }

    /// Passes the notes of a user's plugin on, as a listener does.
    pub(crate) fn pass_plugin_notes(&mut self, user: usize) {
        let guests = &mut self.direct.guests;
        while let Some(note) = guests[user].player.poll_plugin_note() {
            let sender = guests[user].player.id().expect("it has joined");
            for guest in guests.iter_mut() {
                if guest.player.id().is_some_and(|id| note.receivers.contains(&id)) {
                    guest.player.handle_plugin_note(sender, &note);
                }
            }
        }
        self.run();
    }

    /// The messages to the client since the last call.
    pub(crate) fn told(&mut self, user: usize) -> Vec<Control> {
        std::mem::take(&mut self.guests[user].controls)
    }

    /// The voice that the client has received since the last call.
    pub(crate) fn heard(&mut self, user: usize) -> Vec<Voice<'static>> {
        std::mem::take(&mut self.guests[user].voices)
    }

    /// The number of a player for this user's client, from the messages to it.
    pub(crate) fn number_of(name: &str, told: &[Control]) -> u32 {
        let is_it = |control: &&Control| matches!(control, Control::UserState(state) if state.name() == name);
        match told.iter().find(is_it) {
            Some(Control::UserState(state)) => state.session(),
            _ => panic!("{name} was not told: {told:?}"),
        }
    }
}

impl GuestPlayer for User {
    type Shared = Neighbours;

    fn link(&mut self) -> &mut Option<LinkId> {
        &mut self.link
    }

    fn poll_command(&mut self) -> Option<GuestCommand> {
        Some(match self.player.poll_command()? {
            PlayerCommand::Open => GuestCommand::Open,
            PlayerCommand::Close => GuestCommand::Close,
        })
    }

    fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])> {
        self.player.poll_transmit()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.player.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Instant, neighbours: &Neighbours) {
        self.player.handle_timeout(now, neighbours);
    }

    fn handle_connected(&mut self, now: Instant, neighbours: &Neighbours) {
        self.player.handle_connected(now, neighbours);
    }

    fn handle_connect_failed(&mut self, _: Instant, _: &Neighbours) {
        unreachable!("the server of a listener is in the same process");
    }

    fn handle_link_closed(&mut self, now: Instant, reason: Option<&EndReason>, neighbours: &Neighbours) {
        let reason = reason.expect("the link of a listener is not lost");
        self.player.handle_link_ended(now, reason, neighbours);
    }

    fn handle_packet(&mut self, now: Instant, delivery: Delivery, payload: &[u8], neighbours: &Neighbours) {
        self.player.handle_packet(now, delivery, payload, neighbours);
    }

    fn take_news(&mut self) {
        self.controls.extend(std::iter::from_fn(|| self.player.poll_control()));
        while let Some(voice) = self.player.poll_voice() {
            self.voices.push(voice.into_owned());
        }
    }
}

pub(crate) fn login(name: &str) -> Login {
    Login {
        version: MumbleVersion::OURS,
        release: "a test".into(),
        certificate: None,
        authenticate: Authenticate {
            username: Some(name.into()),
            opus: Some(true),
            ..Authenticate::default()
        },
    }
}

/// The reasons of all denials among the messages to a client.
pub(crate) fn denials(told: &[Control]) -> Vec<&str> {
    let reasons = told.iter().filter_map(|control| match control {
        Control::PermissionDenied(denied) => Some(denied.reason()),
        _ => None,
    });
    reasons.collect()
}
