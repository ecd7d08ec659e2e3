//! A real server, Mumble's players and native ones in one thread, with links that take no time.

use std::sync::Arc;
use std::time::Duration;

use consonance_mumble::control::messages::{Authenticate, UserState};
use consonance_mumble::{Control, Login, MumbleVersion, Voice};
use consonance_mumble_player::{MumblePlayer, Neighbours, PlayerCommand, PlayerSettings};
use consonance_session::{
    Access, Client, ClientEvent, ClientSettings, Delivery, EndReason, Instant, LinkCommand, LinkId,
    ModeratorRequest, Server, ServerEvent, ServerSettings,
};

/// More rounds than any test needs; a session that does not come to rest is a failure.
const ROUNDS_MAX: usize = 1000;
/// The session of a client's own user.
pub(crate) const OWN: u32 = 1;

/// All clients and what is on its way between them.
pub(crate) struct Session {
    pub(crate) server: Server,
    pub(crate) now: Instant,
    pub(crate) settings: PlayerSettings,
    pub(crate) users: Vec<User>,
    pub(crate) natives: Vec<Native>,
    pub(crate) neighbours: Neighbours,
    /// What moderators ask for.
    pub(crate) requests: Vec<ModeratorRequest>,
    links: u64,
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

/// A player of a game.
pub(crate) struct Native {
    pub(crate) client: Client,
    link: Option<LinkId>,
    /// `started NAME`, `stopped NAME`, `NAME: text` and so on.
    pub(crate) events: Vec<String>,
    /// The frames that were heard, with their places.
    pub(crate) heard: Vec<(u32, Vec<u8>)>,
}

impl Session {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut settings = ServerSettings::from_seed(7);
        change(&mut settings);
        let mut players = PlayerSettings::new("main");
        players.rooms = ["lobby", "team/red", "team/blue"].map(String::from).to_vec();
        Self {
            server: Server::new(settings),
            now: Instant::START,
            settings: players,
            users: Vec::new(),
            natives: Vec::new(),
            neighbours: Neighbours::default(),
            requests: Vec::new(),
            links: 0,
        }
    }

    /// A user that is in the lobby.
    pub(crate) fn user(&mut self, name: &str) -> usize {
        let user = self.user_with(&login(name));
        self.told(user);
        user
    }

    pub(crate) fn user_with(&mut self, login: &Login) -> usize {
        let player = MumblePlayer::new(self.now, Arc::new(self.settings.clone()), login);
        self.users.push(User { player, link: None, controls: vec![], voices: vec![], number: 100 });
        self.run();
        self.users.len() - 1
    }

    /// A native player that listens to the lobby.
    pub(crate) fn native(&mut self, name: &str) -> usize {
        let mut client = Client::new(ClientSettings::new(name));
        client.join_room("lobby").expect("a room that fits");
        client.start();
        self.natives.push(Native { client, link: None, events: vec![], heard: vec![] });
        self.run();
        self.natives.len() - 1
    }

    /// The client says this.
    pub(crate) fn say(&mut self, user: usize, control: impl Into<Control>) {
        self.users[user].player.handle_control(self.now, control.into(), &self.neighbours);
        self.run();
    }

    /// The client says this of itself.
    pub(crate) fn say_state(&mut self, user: usize, state: UserState) {
        self.say(user, state);
        self.wait(Duration::from_millis(60));
    }

    /// The next packet of the client's voice, so many units of 10 ms long.
    pub(crate) fn speak(&mut self, user: usize, target: u8, opus: &[u8], units: u64) {
        self.speak_with(user, Voice { target, opus: opus.to_vec().into(), ..Voice::default() }, units);
    }

    pub(crate) fn speak_with(&mut self, user: usize, voice: Voice<'static>, units: u64) {
        let speaker = &mut self.users[user];
        let voice = Voice { number: speaker.number, ..voice };
        speaker.number += units;
        speaker.player.handle_voice(self.now, &voice, &self.neighbours);
        self.run();
        self.wait(Duration::from_millis(10 * units));
    }

    /// One frame of a native player.
    pub(crate) fn speak_natively(&mut self, native: usize, frame: &[u8]) {
        self.natives[native].client.handle_timeout(self.now);
        self.natives[native].client.send_voice(frame).expect("in the session");
        self.run();
    }

    /// What the client was told since it was asked last.
    pub(crate) fn told(&mut self, user: usize) -> Vec<Control> {
        std::mem::take(&mut self.users[user].controls)
    }

    /// What the client heard since it was asked last.
    pub(crate) fn heard(&mut self, user: usize) -> Vec<Voice<'static>> {
        std::mem::take(&mut self.users[user].voices)
    }

    /// What a native player heard since it was asked last: frames with their places.
    pub(crate) fn heard_natively(&mut self, native: usize) -> Vec<(u32, Vec<u8>)> {
        std::mem::take(&mut self.natives[native].heard)
    }

    pub(crate) fn events(&mut self, native: usize) -> Vec<String> {
        std::mem::take(&mut self.natives[native].events)
    }

    /// The number of a player for this user's client, from what it was told.
    pub(crate) fn number_of(name: &str, told: &[Control]) -> u32 {
        let is_it = |control: &&Control| matches!(control, Control::UserState(state) if state.name() == name);
        match told.iter().find(is_it) {
            Some(Control::UserState(state)) => state.session(),
            _ => panic!("{name} was not told: {told:?}"),
        }
    }

    /// Carries everything until nothing is left to carry.
    pub(crate) fn run(&mut self) {
        for _ in 0..ROUNDS_MAX {
            if !(self.obey_users()
                | self.obey_natives()
                | self.carry_up()
                | self.carry_down()
                | self.obey_server())
            {
                return self.take_news();
            }
        }
        panic!("the session does not come to rest");
    }

    /// Lets time pass; a client is only called when it asked for it.
    pub(crate) fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        self.run();
        while let Some(at) = self.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.server.handle_timeout(self.now);
            for user in &mut self.users {
                user.player.handle_timeout(self.now, &self.neighbours);
            }
            self.natives.iter_mut().for_each(|native| native.client.handle_timeout(self.now));
            self.run();
        }
        self.now = end;
    }

    fn next_timeout(&self) -> Option<Instant> {
        let users = self.users.iter().filter_map(|user| user.player.poll_timeout());
        let natives = self.natives.iter().filter_map(|native| native.client.poll_timeout());
        let server = self.server.poll_timeout().into_iter();
        users.chain(natives.chain(server).map(|(at, _)| at)).min()
    }

    fn obey_users(&mut self) -> bool {
        let mut moved = false;
        for user in &mut self.users {
            while let Some(command) = user.player.poll_command() {
                moved = true;
                match command {
                    PlayerCommand::Open => {
                        self.links += 1;
                        user.link = Some(LinkId(self.links));
                        self.server.handle_connected(self.now, LinkId(self.links));
                        user.player.handle_connected(self.now, &self.neighbours);
                    }
                    PlayerCommand::Close => {
                        let link = user.link.take().expect("a link that is closed was open");
                        // What was sent before is delivered before.
                        while let Some((delivery, packet)) = user.player.poll_transmit() {
                            let _ = self.server.handle_packet(self.now, link, delivery, packet);
                        }
                        self.server.handle_disconnected(self.now, link);
                    }
                }
            }
        }
        moved
    }

    fn obey_natives(&mut self) -> bool {
        let mut moved = false;
        for native in &mut self.natives {
            while let Some(command) = native.client.poll_command() {
                moved = true;
                match command {
                    LinkCommand::Open => {
                        self.links += 1;
                        native.link = Some(LinkId(self.links));
                        self.server.handle_connected(self.now, LinkId(self.links));
                        native.client.handle_connected(self.now, LinkId(self.links));
                    }
                    LinkCommand::Close { link, .. } => {
                        native.link = None;
                        while let Some(transmit) = native.client.poll_transmit() {
                            let (delivery, packet) = (transmit.delivery, transmit.payload);
                            let _ = self.server.handle_packet(self.now, link, delivery, packet);
                        }
                        self.server.handle_disconnected(self.now, link);
                    }
                }
            }
        }
        moved
    }

    fn obey_server(&mut self) -> bool {
        let mut moved = false;
        while let Some(event) = self.server.poll_event() {
            match event {
                // Where the driver is asked, Mia may moderate.
                ServerEvent::JoinRequested { link, name, .. } => {
                    let mut access = Access::default();
                    access.is_moderator = *name == *"Mia";
                    moved |= self.server.admit(link, access);
                }
                ServerEvent::ModerationRequested { request, .. } => self.requests.push(request),
                _ => {}
            }
        }
        while let Some(command) = self.server.poll_command() {
            moved = true;
            let LinkCommand::Close { link, reason, .. } = command else { panic!("a server opens no links") };
            if let Some(user) = self.users.iter_mut().find(|user| user.link == Some(link)) {
                user.link = None;
                let reason = EndReason::from(&reason);
                user.player.handle_link_ended(self.now, &reason, &self.neighbours);
            }
            if let Some(native) = self.natives.iter_mut().find(|native| native.link == Some(link)) {
                native.link = None;
                native.client.handle_disconnected(self.now, link);
            }
        }
        moved
    }

    fn carry_up(&mut self) -> bool {
        let mut packets: Vec<(LinkId, Delivery, Vec<u8>)> = Vec::new();
        for user in &mut self.users {
            while let Some((delivery, packet)) = user.player.poll_transmit() {
                packets.extend(user.link.map(|link| (link, delivery, packet.to_vec())));
            }
        }
        for native in &mut self.natives {
            while let Some(transmit) = native.client.poll_transmit() {
                packets.extend(native.link.map(|link| (link, transmit.delivery, transmit.payload.to_vec())));
            }
        }
        for (link, delivery, packet) in &packets {
            let relayed = self.server.handle_packet(self.now, *link, *delivery, packet);
            let relayed = relayed.map(|relayed| (relayed.to.to_vec(), relayed.payload.to_vec()));
            if let Some((to, payload)) = relayed {
                self.deliver(&to, Delivery::Unreliable, &payload);
            }
            self.carry_down();
        }
        !packets.is_empty()
    }

    fn carry_down(&mut self) -> bool {
        let mut moved = false;
        while let Some(transmit) = self.server.poll_transmit() {
            moved = true;
            let (to, delivery) = (transmit.to.to_vec(), transmit.delivery);
            let payload = transmit.payload.to_vec();
            self.deliver(&to, delivery, &payload);
        }
        moved
    }

    fn deliver(&mut self, to: &[LinkId], delivery: Delivery, payload: &[u8]) {
        for link in to {
            if let Some(user) = self.users.iter_mut().find(|user| user.link == Some(*link)) {
                user.player.handle_packet(self.now, delivery, payload, &self.neighbours);
            }
            if let Some(native) = self.natives.iter_mut().find(|native| native.link == Some(*link)) {
                native.client.handle_packet(self.now, *link, delivery, payload);
            }
        }
    }

    fn take_news(&mut self) {
        for user in &mut self.users {
            user.controls.extend(std::iter::from_fn(|| user.player.poll_control()));
            user.voices.extend(std::iter::from_fn(|| user.player.poll_voice()));
        }
        for native in &mut self.natives {
            while let Some(event) = native.client.poll_event() {
                match event {
                    ClientEvent::Voice(voice) => native.heard.push((voice.sequence, voice.frame.to_vec())),
                    ClientEvent::StartedSpeaking { name, .. } => {
                        native.events.push(format!("started {name}"));
                    }
                    ClientEvent::StoppedSpeaking { name, .. } => {
                        native.events.push(format!("stopped {name}"));
                    }
                    ClientEvent::Text { name, text, .. } => native.events.push(format!("{name}: {text}")),
                    ClientEvent::EnteredRoom { name, room, .. } => {
                        native.events.push(format!("{name} entered {room}"));
                    }
                    ClientEvent::ExitedRoom { name, room, .. } => {
                        native.events.push(format!("{name} exited {room}"));
                    }
                    ClientEvent::PlayerLeft { name, .. } => native.events.push(format!("{name} left")),
                    _ => {}
                }
            }
        }
    }
}

/// A client of this name, of version 1.5, with Opus.
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

/// The reasons of all denials among what a client was told.
pub(crate) fn denials(told: &[Control]) -> Vec<&str> {
    let reasons = told.iter().filter_map(|control| match control {
        Control::PermissionDenied(denied) => Some(denied.reason()),
        _ => None,
    });
    reasons.collect()
}
