//! A local server, and apps that join it.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use bevy_app::prelude::*;
use bevy_consonance::consonance::audio::Tone;
use bevy_consonance::consonance::host::{DedicatedServer, SessionLoop, SessionsSettings};
use bevy_consonance::consonance::quic::{
    Identity, QuicClientSettings, QuicRuntime, QuicServer, QuicServerSettings,
};
use bevy_consonance::consonance::{EventKind, VoiceChat, VoiceChatBuilder};
use bevy_consonance::prelude::*;
use bevy_ecs::message::MessageCursor;
use bevy_ecs::prelude::*;
use bevy_input::InputPlugin;
use bevy_transform::TransformPlugin;

use crate::ear::Ear;

/// Generous, as machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// A frame of the game.
const FRAME: Duration = Duration::from_millis(5);

/// Serves the session `main`.
pub(crate) struct Fixture {
    identity: Identity,
    settings: SessionsSettings,
    at: SocketAddr,
    server: Option<DedicatedServer>,
}

impl Fixture {
    pub(crate) fn open() -> Self {
        Self::open_with(SessionsSettings::new(["main"]).unwrap())
    }

    pub(crate) fn open_with(settings: SessionsSettings) -> Self {
        let identity = Identity::self_signed(["127.0.0.1"]).unwrap();
        let (server, at) = serve(([127, 0, 0, 1], 0).into(), &identity, &settings);
        Self { identity, settings, at, server: Some(server) }
    }

    /// The address as a server prints it.
    pub(crate) fn address(&self) -> String {
        format!("quic://{}/main#sha256={}", self.at, self.identity.fingerprint())
    }

    /// An app without a window or sound devices, not in the session yet.
    pub(crate) fn app(name: &str) -> App {
        let mut app = App::new();
        let voice =
            VoicePlugin { name: Some(name.into()), sound: VoiceSound::Custom, ..VoicePlugin::default() };
        app.add_plugins((TaskPoolPlugin::default(), TransformPlugin, InputPlugin, voice));
        app
    }

    /// An app that is in the session.
    pub(crate) fn player(&self, name: &str) -> App {
        self.player_with(name, |builder| builder)
    }

    /// An app with a player that sings.
    pub(crate) fn singer(&self, name: &str) -> App {
        self.player_with(name, |builder| builder.input(Box::new(Tone::new(440.0, 0.3))))
    }

    /// An app whose audio output the test can examine.
    pub(crate) fn listener(&self, name: &str) -> (App, Ear) {
        let ear = Ear::default();
        let output = Box::new(ear.clone());
        (self.player_with(name, |builder| builder.output(output)), ear)
    }

    fn player_with(&self, name: &str, set_up: impl FnOnce(VoiceChatBuilder) -> VoiceChatBuilder) -> App {
        let mut app = Self::app(name);
        self.join(&mut app, set_up);
        until("in the session", || {
            app.update();
            app.world().resource::<Voice>().state() == VoiceState::Connected
        });
        app
    }

    /// Has an app join the session.
    pub(crate) fn join(&self, app: &mut App, set_up: impl FnOnce(VoiceChatBuilder) -> VoiceChatBuilder) {
        let settings = QuicClientSettings { connect_timeout: PATIENCE, ..QuicClientSettings::default() };
        let mut voice = app.world_mut().resource_mut::<Voice>();
        let builder = voice.builder().server_with(&self.address(), settings).unwrap();
        voice.connect(set_up(builder)).unwrap();
    }

    /// The server ends, with a close to all players.
    pub(crate) fn stop(&mut self) {
        self.server.take().unwrap().stop();
    }

    /// Starts another server with the same certificate on the same port.
    pub(crate) fn start_again(&mut self) {
        // Each start has a different seed, so that clients notice the restart.
        self.settings.seed = self.settings.seed.wrapping_add(1);
        self.server = Some(serve(self.at, &self.identity, &self.settings).0);
    }
}

fn serve(at: SocketAddr, identity: &Identity, settings: &SessionsSettings) -> (DedicatedServer, SocketAddr) {
    let runtime = QuicRuntime::new(1).unwrap();
    let mut listener = None;
    // The previous server's port is free once its threads have ended.
    until("the port is free", || {
        listener = QuicServer::bind(&runtime, at, identity, QuicServerSettings::default()).ok();
        listener.is_some()
    });
    let listener = listener.unwrap();
    let at = listener.local_addr();
    let mut sessions = SessionLoop::new(settings);
    sessions.add_network(Box::new(listener));
    (DedicatedServer::start(sessions), at)
}

/// Waits until this is true; the condition itself updates the apps.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        thread::sleep(FRAME);
    }
}

/// Waits for an event of an app while others run, too. The cursor has to be older than the event.
pub(crate) fn until_event(
    cursor: &mut MessageCursor<VoiceEvent>,
    app: &mut App,
    others: &mut [&mut App],
    expected: &EventKind,
) {
    until(&format!("{expected:?}"), || {
        app.update();
        for other in others.iter_mut() {
            other.update();
        }
        let mut events = cursor.read(app.world().resource::<Messages<VoiceEvent>>());
        events.any(|event| event.kind == *expected)
    });
}

/// Reads an app's messages from now on.
pub(crate) fn cursor<M: Message>(app: &App) -> MessageCursor<M> {
    app.world().resource::<Messages<M>>().get_cursor_current()
}

pub(crate) fn chat(app: &App) -> VoiceChat {
    app.world().resource::<Voice>().chat().unwrap().clone()
}

pub(crate) fn spawn(app: &mut App, bundle: impl Bundle) -> Entity {
    app.world_mut().spawn(bundle).id()
}

pub(crate) fn state_of(app: &App, room: Entity) -> VoiceRoomState {
    *app.world().get::<VoiceRoomState>(room).unwrap()
}

/// A room in which the player speaks all the time.
pub(crate) fn open_room(name: &str) -> VoiceRoom {
    VoiceRoom { speak: TriggerActivation::Open, ..VoiceRoom::new(name) }
}
