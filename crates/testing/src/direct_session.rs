//! A real server with native players and guest players of another kind, in one thread. Links have no delay, and
//! nothing happens unless the test asks for it.
//!
//! Used by the tests of crates that adapt another kind of player to the session engine, such as a page's.

#![expect(clippy::missing_panics_doc, reason = "its panics are failures of tests")]

use std::time::Duration;

use consonance_session::{
    Access, Client, ClientEvent, ClientSettings, Delivery, EndReason, Instant, LinkCommand, LinkId,
    ModeratorRequest, Server, ServerEvent, ServerSettings,
};

/// More rounds than any test needs; a session that does not settle is a failure.
const ROUNDS_MAX: usize = 1000;

/// A player of the tested kind. All methods but [`link`](Self::link) forward to its engine.
pub trait GuestPlayer {
    /// State shared by all guests, such as the list of present players.
    type Shared: Default;

    /// The guest's link, which the session stores here.
    fn link(&mut self) -> &mut Option<LinkId>;
    /// The next command for its link.
    fn poll_command(&mut self) -> Option<GuestCommand>;
    /// A packet for the server.
    fn poll_transmit(&mut self) -> Option<(Delivery, &[u8])>;
    /// The time of the next call to [`handle_timeout`](Self::handle_timeout).
    fn poll_timeout(&self) -> Option<Instant>;
    /// The time of [`poll_timeout`](Self::poll_timeout) has come.
    fn handle_timeout(&mut self, now: Instant, shared: &Self::Shared);
    /// Its link is open.
    fn handle_connected(&mut self, now: Instant, shared: &Self::Shared);
    /// The server cannot be reached.
    fn handle_connect_failed(&mut self, now: Instant, shared: &Self::Shared);
    /// The server has closed the link for this reason; without a reason, the link is lost.
    fn handle_link_closed(&mut self, now: Instant, reason: Option<&EndReason>, shared: &Self::Shared);
    /// A packet from the server.
    fn handle_packet(&mut self, now: Instant, delivery: Delivery, payload: &[u8], shared: &Self::Shared);
    /// Takes the events of its engine, and keeps them for the test.
    fn take_news(&mut self);
}

/// A command of a [`GuestPlayer`] for its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestCommand {
    /// Opens a link to the server.
    Open,
    /// Closes the link; packets that were sent before are delivered first.
    Close,
}

/// A player of a game.
pub struct NativePlayer {
    /// Its engine.
    pub client: Client,
    link: Option<LinkId>,
    events: Vec<String>,
    /// The frames that were heard, with their places.
    pub heard: Vec<(u32, Vec<u8>)>,
}

/// All players, and the packets on their way between them.
pub struct DirectSession<P: GuestPlayer> {
    /// The server; its requests to join are answered by [`access`](Self::access).
    pub server: Server,
    /// Moves on in [`wait`](Self::wait).
    pub now: Instant,
    /// Whether a requested link can be opened.
    pub is_reachable: bool,
    /// Decides the access of a player with this name when the server asks.
    pub access: fn(&str) -> Access,
    /// Players of the tested kind.
    pub guests: Vec<P>,
    /// The guests' shared state.
    pub shared: P::Shared,
    /// Players of a game.
    pub natives: Vec<NativePlayer>,
    /// The requests of moderators.
    pub requests: Vec<ModeratorRequest>,
    links: u64,
}

impl<P: GuestPlayer> DirectSession<P> {
    /// A session without players; `change` may change the server's settings first.
    pub fn with(change: impl FnOnce(&mut ServerSettings)) -> Self {
        let mut settings = ServerSettings::from_seed(7);
        change(&mut settings);
        Self {
            server: Server::new(settings),
            now: Instant::START,
            is_reachable: true,
            access: |_| Access::default(),
            guests: Vec::new(),
            shared: P::Shared::default(),
            natives: Vec::new(),
            requests: Vec::new(),
            links: 0,
        }
    }

    /// Adds a player of the tested kind; returns its number.
    pub fn add_guest(&mut self, guest: P) -> usize {
        self.guests.push(guest);
        self.run();
        self.guests.len() - 1
    }

    /// Adds a native player that listens to the lobby; returns its number.
    pub fn native(&mut self, name: &str) -> usize {
        self.native_with(ClientSettings::new(name))
    }

    /// The same with other settings.
    pub fn native_with(&mut self, settings: ClientSettings) -> usize {
        let mut client = Client::new(settings);
        client.join_room("lobby").expect("a room that fits");
        client.start();
        self.natives.push(NativePlayer { client, link: None, events: vec![], heard: vec![] });
        self.run();
        self.natives.len() - 1
    }

    /// Sends one frame of a native player.
    pub fn speak_natively(&mut self, native: usize, frame: &[u8]) {
        self.natives[native].client.handle_timeout(self.now);
        self.natives[native].client.send_voice(frame).expect("in the session");
        self.run();
    }

    /// Takes the frames that a native player has heard since the last call, with their places.
    pub fn heard_natively(&mut self, native: usize) -> Vec<(u32, Vec<u8>)> {
        std::mem::take(&mut self.natives[native].heard)
    }

    /// Takes a native player's other events since the last call: `NAME started`, `NAME stopped`, `NAME: text` and so
    /// on.
    pub fn events(&mut self, native: usize) -> Vec<String> {
        std::mem::take(&mut self.natives[native].events)
    }

    /// Delivers packets until none are left.
    pub fn run(&mut self) {
        for _ in 0..ROUNDS_MAX {
            if !(self.obey_guests()
                | self.obey_natives()
                | self.carry_up()
                | self.carry_down()
                | self.obey_server())
            {
                self.guests.iter_mut().for_each(P::take_news);
                self.natives.iter_mut().for_each(NativePlayer::take_news);
                return;
            }
        }
        panic!("the session does not come to rest");
    }

    /// Lets time pass; a player is only called at the times it asked for.
    pub fn wait(&mut self, span: Duration) {
        let end = self.now + span;
        self.run();
        while let Some(at) = self.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.server.handle_timeout(self.now);
            self.guests.iter_mut().for_each(|guest| guest.handle_timeout(self.now, &self.shared));
            self.natives.iter_mut().for_each(|native| native.client.handle_timeout(self.now));
            self.run();
        }
        self.now = end;
    }

    /// Replaces the server; all links are lost.
    pub fn replace_server(&mut self, server: Server) {
        self.server = server;
        for guest in &mut self.guests {
            if guest.link().take().is_some() {
                guest.handle_link_closed(self.now, None, &self.shared);
            }
        }
        for native in &mut self.natives {
            if let Some(link) = native.link.take() {
                native.client.handle_disconnected(self.now, link);
            }
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        let guests = self.guests.iter().filter_map(GuestPlayer::poll_timeout);
        let natives = self.natives.iter().filter_map(|native| native.client.poll_timeout());
        let server = self.server.poll_timeout().into_iter();
        guests.chain(natives.chain(server).map(|(at, _)| at)).min()
    }

    fn obey_guests(&mut self) -> bool {
        let mut moved = false;
        for guest in &mut self.guests {
            while let Some(command) = guest.poll_command() {
                moved = true;
                match command {
                    GuestCommand::Open if self.is_reachable => {
                        self.links += 1;
                        *guest.link() = Some(LinkId(self.links));
                        self.server.handle_connected(self.now, LinkId(self.links));
                        guest.handle_connected(self.now, &self.shared);
                    }
                    GuestCommand::Open => guest.handle_connect_failed(self.now, &self.shared),
                    GuestCommand::Close => {
                        let link = guest.link().take().expect("a link that is closed was open");
                        while let Some((delivery, packet)) = guest.poll_transmit() {
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
        for NativePlayer { client, link, .. } in &mut self.natives {
            while let Some(command) = client.poll_command() {
                moved = true;
                match command {
                    LinkCommand::Open if self.is_reachable => {
                        self.links += 1;
                        *link = Some(LinkId(self.links));
                        self.server.handle_connected(self.now, LinkId(self.links));
                        client.handle_connected(self.now, LinkId(self.links));
                    }
                    LinkCommand::Open => client.handle_connect_failed(self.now),
                    LinkCommand::Close { link: closed, .. } => {
                        *link = None;
                        while let Some(sent) = client.poll_transmit() {
                            let _ = self.server.handle_packet(self.now, closed, sent.delivery, sent.payload);
                        }
                        self.server.handle_disconnected(self.now, closed);
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
                ServerEvent::JoinRequested { link, name, .. } => {
                    moved |= self.server.admit(link, (self.access)(&name));
                }
                ServerEvent::ModerationRequested { request, .. } => self.requests.push(request),
                _ => {}
            }
        }
        while let Some(command) = self.server.poll_command() {
            moved = true;
            let LinkCommand::Close { link, reason, .. } = command else { panic!("a server opens no links") };
            if let Some(guest) = linked(&mut self.guests, link) {
                *guest.link() = None;
                guest.handle_link_closed(self.now, Some(&EndReason::from(&reason)), &self.shared);
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
        for guest in &mut self.guests {
            let link = *guest.link();
            while let Some((delivery, packet)) = guest.poll_transmit() {
                packets.extend(link.map(|link| (link, delivery, packet.to_vec())));
            }
        }
        for native in &mut self.natives {
            while let Some(sent) = native.client.poll_transmit() {
                packets.extend(native.link.map(|link| (link, sent.delivery, sent.payload.to_vec())));
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
            if let Some(guest) = linked(&mut self.guests, *link) {
                guest.handle_packet(self.now, delivery, payload, &self.shared);
            } else if let Some(native) = self.natives.iter_mut().find(|native| native.link == Some(*link)) {
                native.client.handle_packet(self.now, *link, delivery, payload);
            }
        }
    }
}

/// The guest that has this link.
fn linked<P: GuestPlayer>(guests: &mut [P], link: LinkId) -> Option<&mut P> {
    guests.iter_mut().find_map(|guest| (*guest.link() == Some(link)).then_some(guest))
}

impl NativePlayer {
    fn take_news(&mut self) {
        while let Some(event) = self.client.poll_event() {
            self.events.extend(match event {
                ClientEvent::Voice(voice) => {
                    self.heard.push((voice.sequence, voice.frame.to_vec()));
                    None
                }
                ClientEvent::StartedSpeaking { name, .. } => Some(format!("{name} started")),
                ClientEvent::StoppedSpeaking { name, .. } => Some(format!("{name} stopped")),
                ClientEvent::PlayerJoined { name, .. } => Some(format!("{name} joined")),
                ClientEvent::PlayerLeft { name, .. } => Some(format!("{name} left")),
                ClientEvent::EnteredRoom { name, room, .. } => Some(format!("{name} entered {room}")),
                ClientEvent::ExitedRoom { name, room, .. } => Some(format!("{name} exited {room}")),
                ClientEvent::Text { name, text, .. } => Some(format!("{name}: {text}")),
                ClientEvent::ListenerReport(report) => {
                    Some(format!("{} lose {} %", report.listeners, report.lost_percent))
                }
                _ => None,
            });
        }
    }
}
